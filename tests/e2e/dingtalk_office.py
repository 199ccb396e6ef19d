"""Laban on DingTalk in this process: the real adapter, our own DingTalk over HTTP and WebSockets, and a clock the test turns."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from aiohttp import web

from adapters.dingtalk.callback import CALLBACK_PATH
from adapters.dingtalk.contacts import GATHERING
from adapters.dingtalk.mailbag import LINGER
from adapters.dingtalk.stream import CONNECTIONS, Listen
from adapters.dingtalk.wiring import connect
from bot.ports import NoUnsignedNotes
from storage import Storage
from tests.contract.dingtalk import WHO
from tests.dingtalk_template import TEMPLATE, TEMPLATE_ID
from tests.e2e import office
from tests.e2e.wire import free_port
from tests.hands import Hands
from tests.platforms.dingtalk_people import Person
from tests.platforms.dingtalk_server import DingTalkServer, dingtalk_server

KEY = b"only for tests, only for tests, only for tests"


@dataclass(frozen=True, slots=True)
class Way:
    """How DingTalk is connected."""

    is_http: bool = False
    has_cards: bool = True

    def __str__(self) -> str:
        return f"{'http' if self.is_http else 'stream'}-{'cards' if self.has_cards else 'words'}"


WAYS = [Way(is_http, has_cards) for is_http in (False, True) for has_cards in (True, False)]


class Process(office.Process):
    """With the app, whose adapter does not wait where only its pace would make it."""

    def __init__(
        self, storage: Storage, server: DingTalkServer, hands: Hands, way: Way, url: str, listen: Listen | None = None
    ) -> None:
        super().__init__(storage, hands, "dingtalk", NoUnsignedNotes())
        self.holds_bags = False
        """Bags that are not full wait until the test turns the hands."""
        self.dingtalk = connect(
            WHO,
            server.url,
            server.oapi_url,
            self.intake.accept,
            hands,
            template_id=TEMPLATE_ID if way.has_cards else "",
            callbacks=(url, KEY) if way.is_http else None,
            listen=listen,
            fresh=self.deps if listen is None else None,
            nap=self._nap,
        )
        self.messengers["dingtalk"] = self.dingtalk.messenger
        self.run(self.dingtalk.connection)

    async def _nap(self, event: asyncio.Event, seconds: float) -> None:
        longest = LINGER.total_seconds()
        is_pace = seconds < longest or seconds == GATHERING
        if (is_pace or (seconds == longest and not self.holds_bags)) and not event.is_set():
            # The pace of calls and of changes, or a bag waiting for more: that would hold everything up until the test turned the hands.
            until = self.hands.now() + timedelta(seconds=seconds)
            await asyncio.sleep(0)
            # Those who wait side by side wait through the same time.
            self.hands.turn(max(until - self.hands.now(), timedelta(0)))
        else:
            await self.sleepers["dingtalk"].nap(event, seconds)

    async def _close(self) -> None:
        await self.dingtalk.close()
        await super()._close()


class Office(office.Office[Process]):
    """Connected in one `way`."""

    def __init__(self, folder: Path, server: DingTalkServer, hands: Hands, way: Way) -> None:
        super().__init__(folder, hands)
        self.server = server
        self.way = way
        self._runner: web.AppRunner | None = None
        self._port = free_port()
        self._url = f"http://127.0.0.1:{self._port}"

    def _begin(self, storage: Storage) -> Process:
        return Process(storage, self.server, self.hands, self.way, self._url)

    async def start(self) -> None:
        """Begin, and wait until DingTalk can reach it."""
        before = len(self.server.gateway.connections)
        await super().start()
        if self.way.is_http:
            app = web.Application()
            self.running.dingtalk.add_routes(app)
            self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
            await self._runner.setup()
            await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
            self.server.callback_url = f"{self._url}{CALLBACK_PATH}"
            if self.way.has_cards:
                await self.server.until(lambda: self.server.cards.routes)
        else:
            await self.server.until(lambda: len(self.server.gateway.connections) >= before + CONNECTIONS)

    async def end(self, *, suddenly: bool = False) -> None:
        """Stop it."""
        await super().end(suddenly=suddenly)
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def chooses(self, person: Person, label: str) -> None:
        """Press a button; where there are none, write what is on it."""
        if self.way.has_cards:
            person.presses(label)
        else:
            person.says(label)


@asynccontextmanager
async def dingtalk_office(folder: Path, way: Way = Way()) -> AsyncIterator[Office]:
    """An installation in `folder`, running."""
    hands = Hands()
    async with dingtalk_server(hands) as server:
        server.cards.templates[TEMPLATE_ID] = TEMPLATE
        opened = Office(folder, server, hands, way)
        await opened.start()
        try:
            yield opened
        finally:
            await opened.end()
        assert server.complaints == []
