"""Laban on DingTalk in this process: real storage, relay, intake and adapter, our own DingTalk over HTTP and WebSockets, and a clock the test
turns."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from aiohttp import web

from adapters.dingtalk.callback import CALLBACK_PATH
from adapters.dingtalk.mailbag import LINGER
from adapters.dingtalk.stream import CONNECTIONS, Listen
from adapters.dingtalk.wiring import connect
from adapters.ids import RandomIds
from adapters.intake import Intake
from adapters.relay import Relay
from bot.actions.apologise import apologise
from bot.actions.converse import converse
from bot.ports import Change, Deps, Saved, Turn
from storage import Storage, open_storage
from tests.contract.dingtalk import WHO
from tests.dingtalk_template import TEMPLATE, TEMPLATE_ID
from tests.e2e.wire import free_port
from tests.hands import Hands, Sleeper
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


class Process:
    """One run of Laban, from its start to its end or its death."""

    def __init__(
        self, storage: Storage, server: DingTalkServer, hands: Hands, way: Way, url: str, listen: Listen | None = None
    ) -> None:
        self.deps = Deps(storage.reading, storage.work, hands, RandomIds())
        self.storage = storage
        self.hands = hands
        self.holds_bags = False
        """Bags that are not full wait until the test turns the hands."""
        self.sleepers = {name: Sleeper(hands) for name in ("relay", "intake", "dingtalk")}
        talk, sorry = partial(converse, deps=self.deps), partial(apologise, deps=self.deps)
        self.intake = Intake(storage.inbox, talk, hands, apologise=sorry, draw=lambda: 0.5, nap=self.sleepers["intake"].nap)
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
        self.relay = Relay(
            storage.outbox,
            {"dingtalk": self.dingtalk.messenger},
            hands,
            worker="only",
            draw=lambda: 0.5,
            nap=self.sleepers["relay"].nap,
        )
        storage.on_commit(self.relay.wake)
        self.tasks = [asyncio.create_task(one.run()) for one in (self.relay, self.intake, self.dingtalk.connection)]

    async def _nap(self, event: asyncio.Event, seconds: float) -> None:
        longest = LINGER.total_seconds()
        if (seconds < longest if self.holds_bags else seconds <= longest) and not event.is_set():
            # The pace of calls and of changes, or a bag waiting for more: that would hold everything up until the test turned the hands.
            until = self.hands.now() + timedelta(seconds=seconds)
            await asyncio.sleep(0)
            # Those who wait side by side wait through the same time.
            self.hands.turn(max(until - self.hands.now(), timedelta(0)))
        else:
            await self.sleepers["dingtalk"].nap(event, seconds)

    async def stop(self) -> None:
        """As SIGTERM does."""
        await self.dingtalk.connection.stop()
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
        await self._close()

    async def _close(self) -> None:
        await self.dingtalk.close()
        await self.storage.close()


class Office:
    """An installation that can be stopped, killed and started again."""

    def __init__(self, url: str, server: DingTalkServer, hands: Hands, way: Way) -> None:
        self._url = url
        self.server = server
        self.hands = hands
        self.way = way
        self.process: Process | None = None
        self._runner: web.AppRunner | None = None
        self._port = free_port()

    @property
    def deps(self) -> Deps:
        """Of the process that runs."""
        assert self.process is not None
        return self.process.deps

    async def start(self) -> None:
        """Begin, on whatever is in the database."""
        before = len(self.server.gateway.connections)
        storage = open_storage(self._url)
        await storage.migrate()
        await storage.open()
        url = f"http://127.0.0.1:{self._port}"
        self.process = Process(storage, self.server, self.hands, self.way, url)
        if self.way.is_http:
            app = web.Application()
            self.process.dingtalk.add_routes(app)
            self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
            await self._runner.setup()
            await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
            self.server.callback_url = f"{url}{CALLBACK_PATH}"
            if self.way.has_cards:
                await self.server.until(lambda: self.server.cards.routes)
        else:
            await self.server.until(lambda: len(self.server.gateway.connections) >= before + CONNECTIONS)

    async def end(self, *, suddenly: bool = False) -> None:
        """Stop it."""
        process, self.process = self.process, None
        if process is not None:
            await (process.die() if suddenly else process.stop())
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def restart(self, *, suddenly: bool = False) -> None:
        """Another process takes over."""
        await self.end(suddenly=suddenly)
        await self.start()

    async def store(self, *changes: Change) -> None:
        """As an import would."""
        assert await self.deps.work.save(Turn(self.hands.now(), changes=changes)) is Saved.DONE

    async def rest(self) -> None:
        """Until nothing is on its way to DingTalk."""
        process = self.process
        assert process is not None
        await self.hands.until(lambda: process.sleepers["relay"].is_asleep and not process.relay.in_flight)

    async def pass_time(self, by: timedelta) -> None:
        """Turn the hands; whoever naps wakes."""
        self.hands.turn(by)
        await asyncio.sleep(0)

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
        office = Office(f"sqlite:///{folder / 'laban.db'}", server, hands, way)
        await office.start()
        try:
            yield office
        finally:
            await office.end()
        assert server.complaints == []
