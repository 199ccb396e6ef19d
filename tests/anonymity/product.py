"""The product in this process, over real files: storage, intake, relay, pages and chats as `adapters.server` joins them, but with a clock that
is turned by hand and with everything random drawn from seeds. Two runs that do the same leave the same bytes behind.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, ExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

import aiohttp
from aiohttp import web
from multidict import CIMultiDict

from adapters.demo import SampleVisitors
from adapters.intake import Intake
from adapters.logs import SafeFormatter
from adapters.notes.ways import Doors
from adapters.notes.wiring import connect as connect_notes
from adapters.relay import Relay as Postman
from adapters.unsigned.courier import Courier
from adapters.unsigned.doorman import Doorman, Erase
from adapters.unsigned.typed import TypedNotes
from adapters.webchat.messenger import WebMessenger
from adapters.webchat.receive import create_app
from adapters.webchat.streams import Streams
from adapters.webchat.verify import form_token
from adapters.webchat.visitors import PLATFORM as WEB
from adapters.webchat.visitors import TENANT, place_of
from bot.actions import rounds
from bot.actions.apologise import apologise
from bot.actions.converse import converse
from bot.actions.unsigned_directory import OrganisationDirectory
from bot.anon.relay import Relay
from bot.anon.terms import Terms
from bot.chat.incoming import Arrived, Incoming, Place, Sender
from bot.okr.people import Person, PersonId
from bot.ports import Deps, Messenger, Organisation, Saved
from storage import Storage, open_storage
from storage.anon.vault import FileVault
from tests.anon_office import Seeded
from tests.anonymity.company import SLOT_AT, sample
from tests.hands import Hands, Sleeper
from tests.platforms.telegram_server import TOKEN

SECRET = b"only for tests, only for tests, only for tests"
PUBLIC_URL = "https://laban.example"
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""Ten in the morning in Shanghai, where the company's lead is."""
LOG_FILE = "laban.log"
OURS = ("adapters", "bot", "storage")
"""Packages whose loggers tell all they have."""

Plant = Callable[["Product"], None]
"""Puts a leak into the product, before it starts."""


class Sheet(Protocol):
    """A form somebody has in front of them."""

    async def sends(self, text: str) -> str:
        """Hand it in; the receipt."""
        ...

    async def stumbles(self, text: str) -> None:
        """Hand it in while that cannot work. What was typed is still there."""
        ...


class Channel(Protocol):
    """A platform, and how its people come to the form."""

    platform: str
    is_reachable: bool
    """Whether a page can be opened; without one notes are typed, and the synchronous answer is a message."""

    def attached(self, one: Product) -> AbstractAsyncContextManager[None]:
        """The platform connected to a product that does not run yet."""
        ...

    async def opens(self, one: Product, person_id: PersonId) -> Sheet:
        """Somebody asks for the form in their chat, and opens it."""
        ...

    def chat_of(self, person_id: PersonId) -> str:
        """What somebody's private chat is called there."""
        ...

    def egress(self) -> Sequence[tuple[str, str]]:
        """Everything the platform has been given to show, so far: to which chat, and what."""
        ...


class SeededIds:
    """Implements `bot.ports.Ids`: ids like the real ones, the same in every run."""

    def __init__(self, seed: bytes) -> None:
        self._chance = Seeded(seed)

    def new(self) -> str:
        return base64.b32encode(self._chance.token(10)).decode().lower()


class Product:
    """One run. `folder` holds everything it writes: `data/` as DATA_DIR, and the log. `stack` is undone at its end."""

    def __init__(self, folder: Path, storage: Storage, hands: Hands, stack: ExitStack, *, is_reachable: bool) -> None:
        self.folder = folder
        self.storage = storage
        self.hands = hands
        self.stack = stack
        self.vault = FileVault(folder / "data" / "anon", hands, Seeded(b"vault"))
        self.vault.open()
        directory = OrganisationDirectory(storage.reading, hands, SLOT_AT)
        self.relay = Relay(self.vault, directory, hands, Seeded(b"relay"), Terms())
        self.deps = Deps(storage.reading, storage.work, hands, SeededIds(b"turns"), self.relay)
        self.sleepers = {name: Sleeper(hands) for name in ("postman", "intake")}
        self.streams = Streams()
        self.messengers: dict[str, Messenger] = {WEB: WebMessenger(storage.transcript, self.streams, hands, SeededIds(b"lines"))}
        self.postman = Postman(
            storage.outbox, self.messengers, hands, worker="only", draw=lambda: 0.5, nap=self.sleepers["postman"].nap
        )
        storage.on_commit(self.postman.wake)
        talk, sorry = partial(converse, deps=self.deps), partial(apologise, deps=self.deps)
        self.intake = Intake(storage.inbox, talk, hands, apologise=sorry, draw=lambda: 0.5, nap=self.sleepers["intake"].nap)
        self.notes = connect_notes(
            self.relay, storage.reading, hands, Doors(SECRET, PUBLIC_URL, bot_token=TOKEN), is_reachable=is_reachable
        )
        self.erasers: dict[str, Erase] = {}
        typed = TypedNotes(self.relay, hands)
        self.doorman = Doorman(
            self.intake.accept, storage.reading, self.messengers, self.notes.ways, typed, self.erasers, _no_sleep
        )
        self.courier = Courier(self.relay, storage.reading, self.messengers, sleep=_no_sleep, has_page=is_reachable)
        self.app = create_app(
            self.intake.see_to,
            storage.transcript,
            SampleVisitors(storage.reading, hands),
            self.streams,
            secret=SECRET,
            clock=hands,
            ids=SeededIds(b"pages"),
            public_url=PUBLIC_URL,
            unsigned_at=lambda visitor: self.notes.path_for(WEB, TENANT, visitor.id),
        )
        self.notes.add_routes(self.app)
        self.url = ""
        self.http: aiohttp.ClientSession
        self._said = 0

    # --- what the harness does ---

    async def tick(self, at: datetime) -> None:
        """It becomes that time, and the timer looks."""
        self.hands.turn(at - self.hands.now())
        await self.courier.tick(at)
        await rounds.tick(self.deps)
        await self.rest()

    async def rest(self) -> None:
        """Until nothing is on its way, in or out."""
        await self.doorman.settled()
        await self.courier.settled()
        while self.intake.waiting:  # noqa: ASYNC110 what is being worked on says nothing when it ends
            await asyncio.sleep(0)
        await self.hands.until(lambda: self.sleepers["postman"].is_asleep and not self.postman.in_flight)

    async def pass_until(self, at: datetime) -> None:
        """Time goes by, a look of the timer at every ten minutes' mark and at its end."""
        while self.hands.now() < at:
            mark = self.hands.now().replace(minute=self.hands.now().minute // 10 * 10, second=0) + timedelta(minutes=10)
            await self.tick(min(mark, at))

    async def who_is(self, sender: Sender) -> Person | None:
        """As the server looks people up for Slack's modal."""
        looks = Incoming("looks", sender, Place(sender.platform, sender.tenant, sender.user_id), self.hands.now(), Arrived())
        return (await self.storage.reading.known(looks)).person

    # --- what somebody does in the web chat ---

    async def says(self, person_id: str, text: str, *, event_id: str = "") -> aiohttp.ClientResponse:
        """Type a line as the page's script would, and wait until it has been dealt with."""
        self._said += 1
        fields = {
            "csrf": form_token(SECRET, person_id),
            "event_id": event_id or f"event-{self._said:08}",
            "text": text,
        }
        headers = {"HX-Request": "true", "Sec-Fetch-Site": "same-origin"}
        async with self.http.post(f"{self.url}/as/{person_id}/say", data=fields, headers=headers) as response:
            assert response.status == 204, (response.status, await response.text())
        await self.rest()
        return response

    async def lines(self, person_id: str) -> list[str]:
        """What stands in somebody's web chat, the bot's lines as plain words."""
        lines = await self.storage.transcript.lines(place_of(person_id))
        return [line.said or (line.message.plain() if line.message is not None else "") for line in lines]


async def _no_sleep(seconds: float) -> None:
    await asyncio.sleep(0)


async def prepare(url: str, platform: str) -> None:
    """The sample company in the empty database behind `url`: made once and copied for every run, since a migration notes the real time."""
    storage = open_storage(url)
    await storage.migrate()
    async with storage:
        await storage.put_organisation(Organisation("Lantern"))
        assert await storage.work.save(sample(platform)) is Saved.DONE


@asynccontextmanager
async def product(folder: Path, channel: Channel, named: Path | str, *, plant: Plant | None = None) -> AsyncIterator[Product]:
    """A product in `folder`, running, on a copy of the SQLite file `named`, or on the database behind that URL: see `prepare`."""
    (folder / "data").mkdir(parents=True)
    url = named if isinstance(named, str) else f"sqlite:///{shutil.copyfile(named, folder / 'data' / 'laban.db')}"
    hands = Hands(MONDAY)
    async with AsyncExitStack() as ending:
        stack = ending.enter_context(ExitStack())
        stack.enter_context(_logging_into(folder / LOG_FILE))
        storage = open_storage(url, now=hands.now)
        await storage.open()
        ending.push_async_callback(storage.close)
        one = Product(folder, storage, hands, stack, is_reachable=channel.is_reachable)
        if plant is not None:
            plant(one)
        await ending.enter_async_context(channel.attached(one))
        await _serve(one, ending)
        tasks = [asyncio.create_task(part.run()) for part in (one.postman, one.intake)]
        ending.push_async_callback(_end, one, tasks)
        await one.rest()
        yield one


async def _serve(one: Product, ending: AsyncExitStack) -> None:
    runner = web.AppRunner(one.app, access_log=None, shutdown_timeout=0.1, handler_cancellation=False)
    await runner.setup()
    ending.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    one.url = f"http://{host}:{port}"
    # The product is asked for by its public name, so that the port of this run is nowhere in what it keeps.
    headers = CIMultiDict({"Host": PUBLIC_URL.removeprefix("https://")})
    one.http = await ending.enter_async_context(aiohttp.ClientSession(headers=headers))


async def _end(one: Product, tasks: list[asyncio.Task[None]]) -> None:
    await asyncio.gather(one.doorman.stop(), one.courier.stop())
    await asyncio.gather(one.intake.stop(), one.postman.stop())
    await asyncio.gather(*tasks)


class _logging_into(ExitStack):  # noqa: N801 read like a function
    """The whole log of this process goes into a file while the block runs, in the product's own format but for the time: that of a test machine
    differs in every run, and which line stands before which is kept by their order."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        root = logging.getLogger()
        handler = logging.FileHandler(file, encoding="utf-8")
        handler.setFormatter(SafeFormatter("%(levelname)s %(name)s: %(message)s"))
        root.addHandler(handler)
        self.callback(handler.close)
        self.callback(root.removeHandler, handler)
        # Of our own everything; what libraries say at their most talkative has addresses in memory in it.
        for name, level in (("", logging.INFO), *((ours, logging.DEBUG) for ours in OURS)):
            logger = logging.getLogger(name)
            self.callback(logger.setLevel, logger.level)
            logger.setLevel(level)
