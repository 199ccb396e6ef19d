"""Laban on Slack in this process: real storage, relay, intake and adapter, our own Slack over HTTP or WebSocket, and a clock the test turns."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import time, timedelta
from functools import partial
from pathlib import Path

from aiohttp import web

from adapters.ids import RandomIds, SystemChance
from adapters.intake import Intake
from adapters.relay import Relay
from adapters.slack.manifest import EVENTS_PATH, manifest
from adapters.slack.unsigned import UnsignedModal
from adapters.slack.wiring import App, connect
from adapters.unsigned.courier import Courier
from adapters.unsigned.doorman import Doorman
from adapters.unsigned.typed import TypedNotes
from bot.actions.apologise import apologise
from bot.actions.converse import converse
from bot.actions.fill_form import find_problems, open_form
from bot.actions.home_page import home_page
from bot.actions.unsigned_directory import OrganisationDirectory
from bot.anon.relay import Relay as Unsigned
from bot.anon.terms import Terms
from bot.chat.incoming import Arrived, Incoming, Place, Sender
from bot.okr.people import Person
from bot.ports import Change, Deps, Messenger, Saved, Turn
from storage import Storage, open_storage
from storage.anon.vault import FileVault
from tests.contract.telegram import Drawn
from tests.hands import Hands, Sleeper
from tests.platforms.slack_server import SlackServer, slack_server
from tests.platforms.slack_world import APP_TOKEN, CLIENT_ID, CLIENT_SECRET, SIGNING_SECRET

KEY = "only for tests, only for tests, only for tests"
PUBLIC_URL = "https://laban.example"


class Process:
    """One run of Laban, from its start to its end or its death."""

    def __init__(self, storage: Storage, server: SlackServer, hands: Hands, app: App, folder: Path) -> None:
        vault = FileVault(folder, hands, SystemChance())
        vault.open()
        directory = OrganisationDirectory(storage.reading, hands, time(16, 0))
        self.unsigned = Unsigned(vault, directory, hands, SystemChance(), Terms())
        self.deps = Deps(storage.reading, storage.work, hands, RandomIds(), self.unsigned)
        self.storage = storage
        self.server = server
        self.sleepers = {name: Sleeper(hands) for name in ("relay", "intake", "slack")}
        sorry = partial(apologise, deps=self.deps)
        self.intake = Intake(storage.inbox, self._talk, hands, apologise=sorry, draw=lambda: 0.5, nap=self.sleepers["intake"].nap)
        messengers: dict[str, Messenger] = {}
        typed = TypedNotes(self.unsigned, hands)
        self.doorman = Doorman(self.intake.accept, storage.reading, messengers, lambda *_: "", typed, {})
        self.courier = Courier(self.unsigned, storage.reading, messengers)
        self.slack = connect(
            app,
            self.doorman.accept,
            hands,
            page=partial(home_page, deps=self.deps),
            open_form=partial(open_form, deps=self.deps),
            find_problems=partial(find_problems, deps=self.deps),
            keyring=storage.keyring,
            tickets=storage.tickets,
            pictures=Drawn(),
            modals=(UnsignedModal(self.unsigned, self._who_is),),
            authorize_url=f"{server.url}/oauth/v2/authorize",
            draw=lambda: 0.5,
            nap=self.sleepers["slack"].nap,
        )
        messengers["slack"] = self.slack.messenger
        self._acquaintances = self.slack.acquaintances(self.deps)
        self.relay = Relay(
            storage.outbox,
            messengers,
            hands,
            worker="only",
            draw=lambda: 0.5,
            nap=self.sleepers["relay"].nap,
        )
        storage.on_commit(self.relay.wake)
        self.tasks: list[asyncio.Task[None]] = []
        self._runner: web.AppRunner | None = None

    async def _who_is(self, sender: Sender) -> Person | None:
        place = Place(sender.platform, sender.tenant, sender.user_id)
        return (await self.deps.reading.known(Incoming("looks", sender, place, self.deps.clock.now(), Arrived()))).person

    async def _talk(self, incoming: Incoming) -> None:
        await converse(await self._acquaintances.introduce(incoming), self.deps)

    async def start(self) -> None:
        """Begin, listening where Slack brings things when it does."""
        routes = web.Application()
        self.slack.add_routes(routes)
        self._runner = web.AppRunner(routes, access_log=None, handler_cancellation=False, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.server.courier.proxies[PUBLIC_URL] = f"http://{host}:{port}"
        self.tasks = [asyncio.create_task(one.run()) for one in (self.relay, self.intake, self.slack)]

    async def stop(self) -> None:
        """As SIGTERM does."""
        await self.slack.stop()
        await asyncio.gather(self.doorman.stop(), self.courier.stop())
        await asyncio.gather(self.intake.stop(), self.relay.stop())
        await asyncio.gather(*self.tasks)
        await self._close()

    async def die(self) -> None:
        """As `kill -9` does, or nearly: nothing gets the time to finish what it has begun."""
        for sleeper in self.sleepers.values():
            sleeper.die()
        for task in self.tasks:
            task.cancel()
        await asyncio.wait(self.tasks)
        await asyncio.gather(self.doorman.stop(), self.courier.stop())
        await self._close()

    async def _close(self) -> None:
        assert self._runner is not None
        await self._runner.cleanup()
        await self.slack.close()
        await self.storage.close()


class Office:
    """An installation that can be stopped, killed and started again."""

    def __init__(self, folder: Path, server: SlackServer, hands: Hands, app: App) -> None:
        self._folder = folder
        self._url = f"sqlite:///{folder / 'laban.db'}"
        self.server = server
        self.hands = hands
        self.app = app
        self.process: Process | None = None

    @property
    def running(self) -> Process:
        """The process that runs."""
        assert self.process is not None
        return self.process

    @property
    def deps(self) -> Deps:
        """Of the process that runs."""
        return self.running.deps

    async def start(self) -> None:
        """Begin, on whatever is in the database, and wait until Slack can reach it."""
        storage = open_storage(self._url)
        await storage.migrate()
        await storage.open()
        self.process = Process(storage, self.server, self.hands, self.app, self._folder / "anon")
        await self.process.start()
        if self.app.bot_token:
            await self.server.until(lambda: self.server.of("auth.test"))
        if self.app.app_token:
            await self.server.until(lambda: len([one for one in self.server.courier.sockets if not one.line.closed]) > 1)

    async def end(self, *, suddenly: bool = False) -> None:
        """Stop it."""
        process, self.process = self.process, None
        if process is not None:
            await (process.die() if suddenly else process.stop())

    async def restart(self, *, suddenly: bool = False) -> None:
        """Another process takes over."""
        await self.end(suddenly=suddenly)
        self.server.calls.clear()
        await self.start()

    async def store(self, *changes: Change) -> None:
        """As an import would."""
        assert await self.deps.work.save(Turn(self.hands.now(), changes=changes)) is Saved.DONE

    async def rest(self) -> None:
        """Until nothing is on its way to Slack."""
        process = self.running
        await self.hands.until(lambda: process.sleepers["relay"].is_asleep and not process.relay.in_flight)

    async def pass_time(self, by: timedelta) -> None:
        """Turn the hands; whoever naps wakes."""
        self.hands.turn(by)
        await asyncio.sleep(0)


@asynccontextmanager
async def slack_office(folder: Path, *, by: str = "http") -> AsyncIterator[Office]:
    """An installation in `folder`, running. Things come `by` http, by socket, or (`oauth`) by http to an app that workspaces install."""
    hands = Hands()
    async with slack_server(hands) as server:
        url = f"{PUBLIC_URL}{EVENTS_PATH}"
        redirect = f"{PUBLIC_URL}/slack/oauth_redirect" if by == "oauth" else ""
        server.app.set_up(manifest("" if by == "socket" else url, redirect_url=redirect))
        api_url = f"{server.url}/api/"
        match by:
            case "oauth":
                app = App(
                    api_url,
                    signing_secrets=(SIGNING_SECRET,),
                    client_id=CLIENT_ID,
                    client_secret=CLIENT_SECRET,
                    keys=(KEY,),
                    public_url=PUBLIC_URL,
                )
            case "socket":
                app = App(api_url, server.install().token, app_token=APP_TOKEN)
            case _:
                app = App(api_url, server.install().token, (SIGNING_SECRET,), public_url=PUBLIC_URL)
        office = Office(folder, server, hands, app)
        await office.start()
        try:
            yield office
        finally:
            await office.end()
        assert server.complaints == []
