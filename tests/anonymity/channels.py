"""The platforms people come from: the web chat and our stand-ins for the others, each with what it has been given to show."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from aiohttp import web

from adapters.dingtalk.callback import CALLBACK_PATH
from adapters.dingtalk.mailbag import LINGER
from adapters.dingtalk.wiring import connect as connect_dingtalk
from adapters.slack.manifest import EVENTS_PATH, manifest
from adapters.slack.unsigned import UnsignedModal
from adapters.slack.wiring import App as SlackApp
from adapters.slack.wiring import connect as connect_slack
from adapters.telegram.wiring import connect as connect_telegram
from adapters.webchat.verify import form_token
from bot.actions.fill_form import find_problems, open_form
from bot.actions.home_page import home_page
from bot.actions.move_chat import move_chat
from bot.okr.people import PersonId
from tests.anonymity.company import DINGTALK_IDS, NAMES, SLACK_IDS, TELEGRAM_IDS
from tests.anonymity.pages import Device
from tests.contract.dingtalk import WHO
from tests.hands import Sleeper
from tests.platforms.dingtalk_people import Person as DingTalkPerson
from tests.platforms.dingtalk_server import DingTalkServer, dingtalk_server
from tests.platforms.slack_person import Person as SlackPerson
from tests.platforms.slack_server import SlackServer, slack_server
from tests.platforms.slack_world import SIGNING_SECRET
from tests.platforms.telegram_server import TOKEN, Person, TelegramServer, telegram_server
from tests.unit.notes.site import init_data

if TYPE_CHECKING:
    from tests.anonymity.product import Channel, Product, Sheet

SLACK_URL, DINGTALK_URL = "https://slack.laban.example", "https://dingtalk.laban.example"
"""Where they bring things: these routes listen on a port of their own here."""
CODE = re.compile(r"[0-9A-Z]{7}(?:-[0-9A-Z]{7}){3}")
LINK = re.compile(r"https://[^\s)\]>]+#in=[\w.-]+")


class WebChat:
    """Ours: what it shows is in the database, so that what goes out is looked at there."""

    platform = "web"
    is_reachable = True

    @asynccontextmanager
    async def attached(self, one: Product) -> AsyncIterator[None]:
        yield

    async def opens(self, one: Product, person_id: PersonId) -> Sheet:
        from tests.anonymity.product import SECRET

        fields = {"csrf": form_token(SECRET, person_id), "event_id": "the-wish-itself", "text": "/anon"}
        headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
        posting = one.http.post(f"{one.url}/as/{person_id}/say", data=fields, headers=headers, allow_redirects=False)
        async with posting as response:
            assert response.status == 303, response.status
            return await Device(one).enters({"link": response.headers["Location"]})

    def chat_of(self, person_id: PersonId) -> str:
        return person_id

    def egress(self) -> Sequence[tuple[str, str]]:
        return ()


class Telegram:
    """The Mini App: Telegram itself says who opens it."""

    platform = "telegram"
    is_reachable = True

    def __init__(self) -> None:
        self.server: TelegramServer
        self.people: dict[str, Person] = {}

    @asynccontextmanager
    async def attached(self, one: Product) -> AsyncIterator[None]:
        async with telegram_server(one.hands) as self.server:
            self.people = {id_: self.server.person(number, NAMES[id_]) for id_, number in TELEGRAM_IDS.items()}
            one.sleepers["telegram"] = Sleeper(one.hands)
            telegram = connect_telegram(
                TOKEN,
                self.server.url,
                one.doorman.accept,
                one.hands,
                settle=partial(move_chat, deps=one.deps),
                was_secret=one.doorman.was_secret,
                nap=one.sleepers["telegram"].nap,
            )
            one.messengers["telegram"] = telegram.messenger
            one.erasers["telegram"] = telegram.messenger.erase
            polling = asyncio.create_task(telegram.connection.run())
            try:
                yield
            finally:
                await telegram.connection.stop()
                await polling
                await telegram.close()
        assert self.server.complaints == []

    async def opens(self, one: Product, person_id: PersonId) -> Sheet:
        person = self.people[person_id]
        before = len(person.chat.said)
        person.says("/anon")
        await self.server.until(lambda: len(person.chat.said) > before)
        await one.rest()
        return await Device(one).enters({"init": init_data(one.hands.now(), person.id, token=TOKEN)})

    def chat_of(self, person_id: PersonId) -> str:
        return str(TELEGRAM_IDS[person_id])

    def egress(self) -> Sequence[tuple[str, str]]:
        calls = self.server.of("sendMessage", "editMessageText", "sendPhoto", "pinChatMessage")
        return [(str(call.given["chat_id"]), f"{call.method} {call.given.get('text', '')}") for call in calls]


class TypedTelegram(Telegram):
    """No page can be opened, so the note is typed into the private chat, and the receipt comes back there."""

    is_reachable = False

    async def opens(self, one: Product, person_id: PersonId) -> Sheet:
        typed = Typed(one, self.server, self.people[person_id])
        await typed.says("/anon")
        return typed


class Typed:
    """The private chat while it listens for a note."""

    def __init__(self, one: Product, server: TelegramServer, person: Person) -> None:
        self._one = one
        self._server = server
        self._person = person

    async def says(self, text: str) -> str:
        """Type it; what is answered."""
        before = len(self._server.of("sendMessage"))
        self._person.says(text)
        # Looked for among the calls: a message with a code is deleted again, and soon where nobody sleeps.
        await self._server.until(lambda: len(self._server.of("sendMessage")) > before)
        await self._one.rest()
        return str(self._server.of("sendMessage")[before].given["text"])

    async def sends(self, text: str) -> str:
        found = CODE.search(await self.says(text))
        assert found
        return found[0]

    async def stumbles(self, text: str) -> None:
        assert not CODE.search(await self.says(text))


class Slack:
    """The modal: the receipt comes back in the answer to what was handed in."""

    platform = "slack"
    is_reachable = True

    def __init__(self) -> None:
        self.server: SlackServer
        self.people: dict[str, SlackPerson] = {}

    @asynccontextmanager
    async def attached(self, one: Product) -> AsyncIterator[None]:
        async with slack_server(one.hands) as self.server:
            self.server.app.set_up(manifest(f"{SLACK_URL}{EVENTS_PATH}"))
            token = self.server.install().token
            self.people = {id_: self.server.person(number, NAMES[id_], "en-GB") for id_, number in SLACK_IDS.items()}
            one.sleepers["slack"] = Sleeper(one.hands)
            slack = connect_slack(
                SlackApp(f"{self.server.url}/api/", token, (SIGNING_SECRET,), public_url=SLACK_URL),
                one.doorman.accept,
                one.hands,
                page=partial(home_page, deps=one.deps),
                open_form=partial(open_form, deps=one.deps),
                find_problems=partial(find_problems, deps=one.deps),
                keyring=one.storage.keyring,
                tickets=one.storage.tickets,
                draw=lambda: 0.5,
                nap=one.sleepers["slack"].nap,
                modals=(UnsignedModal(one.relay, one.who_is),),
            )
            one.messengers["slack"] = slack.messenger
            async with _listening(slack.add_routes) as self.server.courier.proxies[SLACK_URL]:
                running = asyncio.create_task(slack.run())
                await self.server.until(lambda: self.server.of("auth.test"))
                try:
                    yield
                finally:
                    await slack.stop()
                    await running
            await slack.close()
        assert self.server.complaints == []

    async def opens(self, one: Product, person_id: PersonId) -> Sheet:
        person = self.people[person_id]
        await person.runs("/okr anonymous")
        await person.sees_modal()
        return Modal(person)

    def chat_of(self, person_id: PersonId) -> str:
        return SLACK_IDS[person_id]

    def egress(self) -> Sequence[tuple[str, str]]:
        calls = [call for call in self.server.calls if call.method.startswith("chat.")]
        return [(str(call.given.get("channel", "")), f"{call.method} {call.given.get('text', '')}") for call in calls]


class Modal:
    """Slack's form."""

    def __init__(self, person: SlackPerson) -> None:
        self._person = person

    async def sends(self, text: str) -> str:
        await self._person.submits({"text": text})
        view = self._person.modal
        assert view is not None
        found = CODE.search(view.words)
        assert found, view.words
        await self._person.closes(everything=True)
        return found[0]

    async def stumbles(self, text: str) -> None:
        await self._person.submits({"text": text})
        view = self._person.modal
        assert view is not None
        assert view.errors, view.words


class DingTalk:
    """A page, opened in DingTalk's own browser by the link from the chat."""

    platform = "dingtalk"
    is_reachable = True

    def __init__(self) -> None:
        self.server: DingTalkServer
        self.people: dict[str, DingTalkPerson] = {}

    @asynccontextmanager
    async def attached(self, one: Product) -> AsyncIterator[None]:
        async with dingtalk_server(one.hands) as self.server:
            self.people = {id_: self.server.person(number, NAMES[id_]) for id_, number in DINGTALK_IDS.items()}
            sleeper = one.sleepers["dingtalk"] = Sleeper(one.hands)

            async def nap(event: asyncio.Event, seconds: float) -> None:
                if seconds <= LINGER.total_seconds() and not event.is_set():
                    # The pace of calls, and a moment in which messages gather: nobody would turn the hands for them.
                    one.hands.turn(timedelta(seconds=seconds))
                    await asyncio.sleep(0)
                else:
                    await sleeper.nap(event, seconds)

            dingtalk = connect_dingtalk(
                WHO,
                self.server.url,
                self.server.oapi_url,
                one.doorman.accept,
                one.hands,
                # By HTTP: a stream notices every jump of the clock.
                callbacks=(DINGTALK_URL, b"only for tests, only for tests, only for tests"),
                fresh=one.deps,
                nap=nap,
            )
            one.messengers["dingtalk"] = dingtalk.messenger
            async with _listening(dingtalk.add_routes) as url:
                self.server.callback_url = f"{url}{CALLBACK_PATH}"
                running = asyncio.create_task(dingtalk.connection.run())
                try:
                    yield
                finally:
                    await dingtalk.connection.stop()
                    await running
                    await dingtalk.close()
        assert self.server.complaints == []

    async def opens(self, one: Product, person_id: PersonId) -> Sheet:
        person = self.people[person_id]
        before = len(person.chat.said)
        person.says("/anon")
        await self.server.until(lambda: len(person.chat.said) > before)
        await one.rest()
        found = LINK.search(person.last.raw)
        assert found, person.last.raw
        return await Device(one).enters({"link": found[0]})

    def chat_of(self, person_id: PersonId) -> str:
        return DINGTALK_IDS[person_id]

    def egress(self) -> Sequence[tuple[str, str]]:
        return [
            (str(user_id), str(call.given["msgParam"]))
            for call in self.server.calls
            if call.path.endswith("/batchSend")
            for user_id in call.given["userIds"]
        ]


@asynccontextmanager
async def _listening(add_routes: Callable[[web.Application], None]) -> AsyncIterator[str]:
    """Where a platform brings things: an address of this machine, open while the block runs."""
    routes = web.Application()
    add_routes(routes)
    runner = web.AppRunner(routes, access_log=None, handler_cancellation=False, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


CHANNELS: Mapping[str, type[Channel]] = {
    "web chat": WebChat,
    "Telegram": Telegram,
    "Telegram by typing": TypedTelegram,
    "Slack": Slack,
    "DingTalk": DingTalk,
}
