"""Laban on Slack in this process: the real adapter, our own Slack over HTTP or WebSocket, and a clock the test turns."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from aiohttp import web

from adapters.slack.manifest import EVENTS_PATH, manifest
from adapters.slack.unsigned import UnsignedModal
from adapters.slack.wiring import App, connect
from adapters.unsigned.courier import Courier
from adapters.unsigned.doorman import Doorman
from adapters.unsigned.typed import TypedNotes
from bot.actions.fill_form import find_problems, open_form
from bot.actions.home_page import home_page
from bot.chat.incoming import Arrived, Incoming, Place, Sender
from bot.okr.people import Person
from storage import Storage
from tests.contract.telegram import Drawn
from tests.e2e import office
from tests.hands import Hands
from tests.platforms.slack_server import SlackServer, slack_server
from tests.platforms.slack_world import APP_TOKEN, CLIENT_ID, CLIENT_SECRET, SIGNING_SECRET

KEY = "only for tests, only for tests, only for tests"
PUBLIC_URL = "https://laban.example"


class Process(office.Process):
    """With the app, and the two through whom unsigned notes are written and brought."""

    def __init__(self, storage: Storage, server: SlackServer, hands: Hands, app: App, folder: Path) -> None:
        self.unsigned = office.unsigned_relay(storage, hands, folder)
        super().__init__(storage, hands, "slack", self.unsigned)
        self.server = server
        typed = TypedNotes(self.unsigned, hands)
        self.doorman = Doorman(self.intake.accept, storage.reading, self.messengers, lambda *_: "", typed, {})
        self.courier = Courier(self.unsigned, storage.reading, self.messengers)
        self.aside = (self.doorman, self.courier)
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
        self.messengers["slack"] = self.slack.messenger
        self._acquaintances = self.slack.acquaintances(self.deps)
        self._runner: web.AppRunner | None = None

    async def _who_is(self, sender: Sender) -> Person | None:
        place = Place(sender.platform, sender.tenant, sender.user_id)
        return (await self.deps.reading.known(Incoming("looks", sender, place, self.deps.clock.now(), Arrived()))).person

    async def _talk(self, incoming: Incoming) -> None:
        await super()._talk(await self._acquaintances.introduce(incoming))

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
        self.run(self.slack)

    async def _close(self) -> None:
        assert self._runner is not None
        await self._runner.cleanup()
        await self.slack.close()
        await super()._close()


class Office(office.Office[Process]):
    """Whose app is on our Slack."""

    def __init__(self, folder: Path, server: SlackServer, hands: Hands, app: App) -> None:
        super().__init__(folder, hands)
        self.server = server
        self.app = app

    def _begin(self, storage: Storage) -> Process:
        return Process(storage, self.server, self.hands, self.app, self.folder / "anon")

    async def start(self) -> None:
        """Begin, and wait until Slack can reach it."""
        await super().start()
        await self.running.start()
        if self.app.bot_token:
            await self.server.until(lambda: self.server.of("auth.test"))
        if self.app.app_token:
            await self.server.until(lambda: len([one for one in self.server.courier.sockets if not one.line.closed]) > 1)

    async def restart(self, *, suddenly: bool = False) -> None:
        """Another process takes over."""
        await self.end(suddenly=suddenly)
        self.server.calls.clear()
        await self.start()


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
        opened = Office(folder, server, hands, app)
        await opened.start()
        try:
            yield opened
        finally:
            await opened.end()
        assert server.complaints == []
