"""T15: the same words for a thousand people on DingTalk, from the outbox to the last answer; beside the floor, which knows them all beforehand
and does nothing but make fifty calls, one behind the other.

The server answers at once and shares this process, so what is compared is what ours adds: leases, bags, and a line in the database each. The
pace at which DingTalk takes calls is left out of both: it alone makes fifty calls last for more than three seconds, and says nothing.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from adapters.clock import SystemClock
from adapters.dingtalk.client import BATCH, Credentials, DingTalkClient, compact
from adapters.dingtalk.mailbag import Mailbag
from adapters.dingtalk.messenger import MARKDOWN, DingTalkMessenger
from adapters.dingtalk.presses import Presses
from adapters.nap import nap
from adapters.relay import Relay
from benchmarks.measure import Figure, Trial, compare_trials
from bot.chat.incoming import Place
from bot.chat.message import Message, Paragraph
from bot.chat.richtext import words
from bot.ports import Outgoing, Saved, Turn
from storage import Storage, open_storage

PEOPLE = 1000
CALLS = PEOPLE // BATCH
ROUNDS = 5
WHO = Credentials("ding-bench", "secret", "ding-bench")
SAID = "周五啦，花 15 秒说说这一周。"


@dataclass(slots=True)
class Office:
    """What answers in the place of DingTalk. It counts."""

    url: str = ""
    calls: int = 0
    reached: set[str] = field(default_factory=set)
    is_complete: asyncio.Event = field(default_factory=asyncio.Event)

    def begin(self) -> None:
        """A new round."""
        self.calls = 0
        self.reached.clear()
        self.is_complete.clear()

    async def give_token(self, _: web.Request) -> web.Response:
        """One for as long as this takes."""
        return web.json_response({"accessToken": "token", "expireIn": 7200})

    async def take(self, request: web.Request) -> web.Response:
        """`batchSend`."""
        self.calls += 1
        self.reached.update(json.loads(await request.read())["userIds"])
        if len(self.reached) == PEOPLE:
            self.is_complete.set()
        return web.json_response({"processQueryKey": f"key-{self.calls}"})


def measure(folder: Path) -> list[Figure]:
    """Floor first; each is named with the calls it takes, ours with the most of all rounds."""
    most = 0
    with asyncio.Runner() as runner:
        numbers = iter(range(10**9))

        def floor() -> float:
            return runner.run(_floor())

        def ours() -> float:
            nonlocal most
            took, calls = runner.run(_ours(folder / f"fan{next(numbers)}.db"))
            most = max(most, calls)
            return took

        bare, full = compare_trials([Trial(f"{CALLS} calls, one behind the other", floor), Trial("ours", ours)], ROUNDS)
    return [bare, replace(full, name=f"ours, from the outbox on: {most} calls")]


async def _floor() -> float:
    async with _office() as office, _client(office) as client:
        await client.renew_token()
        param = _param()
        began = time.perf_counter()
        for first in range(0, PEOPLE, BATCH):
            await client.say([_id(number) for number in range(first, first + BATCH)], MARKDOWN, param)
        took = time.perf_counter() - began
        assert len(office.reached) == PEOPLE
        return took


async def _ours(file: Path) -> tuple[float, int]:
    """Seconds, and calls."""
    storage = open_storage(f"sqlite:///{file}")
    await storage.migrate()
    await storage.open()
    clock = SystemClock()
    async with _office() as office, _client(office) as client:
        await client.renew_token()
        mailbag = Mailbag(client.say, clock)
        messenger = DingTalkMessenger(client, mailbag, Presses(), clock)
        relay = Relay(storage.outbox, {"dingtalk": messenger}, clock, worker="only", draw=lambda: 0.5, nap=nap)
        await _commit(storage)
        began = time.perf_counter()
        running = asyncio.create_task(relay.run())
        await office.is_complete.wait()
        took = time.perf_counter() - began
        await relay.stop()
        await running
        await mailbag.close()
        calls = office.calls
    await storage.close()
    return took, calls


async def _commit(storage: Storage) -> None:
    """One turn that says the same to everybody."""
    message = Message((Paragraph(words(SAID)),), "zh")
    outgoing = tuple(Outgoing(Place("dingtalk", "", _id(number)), message, f"round-{number}") for number in range(PEOPLE))
    assert await storage.work.save(Turn(datetime.now(UTC), outgoing=outgoing)) is Saved.DONE


@asynccontextmanager
async def _office() -> AsyncIterator[Office]:
    office = Office()
    app = web.Application()
    app.router.add_post("/v1.0/oauth2/accessToken", office.give_token)
    app.router.add_post("/v1.0/robot/oToMessages/batchSend", office.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    office.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield office
    await runner.cleanup()


@asynccontextmanager
async def _client(office: Office) -> AsyncIterator[DingTalkClient]:
    client = DingTalkClient(WHO, office.url, office.url, SystemClock(), _unpaced)
    yield client
    await client.close()


async def _unpaced(_: asyncio.Event, __: float) -> None:
    return None


def _id(number: int) -> str:
    return f"staff-{number:04}"


def _param() -> str:
    return compact({"title": SAID, "text": SAID})
