"""T5: a Slack event over HTTP, stored before its 200, at 32 connections; beside bare Bolt, which does nothing with it, and beside Bolt with
the handler one usually writes, which asks Tortoise whether the event is there and creates it.

Client and server share this process and its CPU, so what a client costs is in every figure alike. Requests are made and signed beforehand.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient
from tortoise import Model, Tortoise, fields

from adapters.clock import SystemClock
from adapters.intake import Intake
from adapters.nap import nap
from adapters.slack.client import SlackClient
from adapters.slack.homes import Homes
from adapters.slack.hooks import Hooks
from adapters.slack.installations import Installation, Installations
from adapters.slack.receive import EventsRoute, Reception, make_bolt
from adapters.slack.verify import SIGNATURE, TIMESTAMP
from benchmarks.measure import Figure, Trial, compare_trials
from bot.chat.incoming import Incoming, Sender
from bot.chat.message import Message
from storage import open_storage

CONNECTIONS = 32
EVENTS = 640
"""In a trial."""
ROUNDS = 5
SECRET = "0123456789abcdef0123456789abcdef"
TEAM, BOT = "T0BENCH", "U0LABAN"
NOWHERE = "http://127.0.0.1:9/api/"
HEAD = (
    "POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    "Content-Length: {length}\r\n{timestamp}: {stamp}\r\n{signature}: v0={proof}\r\n\r\n"
)


class Seen(Model):
    """What the usual handler keeps of an event."""

    event_id = fields.CharField(64, primary_key=True)
    user_id = fields.CharField(64)
    text = fields.TextField()
    received_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "seen"


class Here(Installations):
    """One workspace, known without asking."""

    async def of(self, tenant: str) -> Installation:
        """See Installations."""
        return Installation(tenant, tenant, bot_id="B0LABAN", bot_user_id=BOT, token="xoxb-bench")

    async def forget(self, tenant: str) -> None:
        """Never."""


def measure(folder: Path) -> list[Figure]:
    """Floor first."""
    logging.getLogger("slack_bolt").setLevel(logging.ERROR)
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        doors = runner.run(_doors(stack, folder))
        numbers = iter(range(10**9))
        trials = [Trial(name, _trial(runner, port, numbers)) for name, port in doors.items()]
        try:
            return compare_trials(trials, ROUNDS)
        finally:
            runner.run(stack.aclose())


async def _doors(stack: AsyncExitStack, folder: Path) -> dict[str, int]:
    """Every way of taking events, and the port it listens on."""
    return {
        "bare Bolt, which does nothing": await stack.enter_async_context(_bare()),
        "ours: in the inbox before the 200": await stack.enter_async_context(_ours(folder / "events.db")),
        "Bolt and Tortoise as usual": await stack.enter_async_context(_usual(folder / "usual.db")),
    }


def _trial(runner: asyncio.Runner, port: int, numbers: Iterator[int]) -> Callable[[], float]:
    def run() -> float:
        return runner.run(_fire(port, [_request(next(numbers)) for _ in range(EVENTS)]))

    return run


async def _fire(port: int, requests: list[bytes]) -> float:
    """Send all of them by 32 connections that stay open; seconds for one."""
    lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(CONNECTIONS)]
    waiting = iter(requests)

    async def send(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for request in waiting:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            length = next((line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), b":0")
            await reader.readexactly(int(length.split(b":")[1]))

    start = time.perf_counter()
    await asyncio.gather(*(send(reader, writer) for reader, writer in lines))
    took = time.perf_counter() - start
    for _, writer in lines:
        writer.close()
    return took / len(requests)


def _request(number: int) -> bytes:
    """A message in private, of one of a thousand people."""
    stamp = str(int(time.time()))
    said = {
        "type": "message",
        "channel_type": "im",
        "channel": "D1",
        "user": f"U{number % 1000:05d}",
        "text": "NPS 30 lên 50, khách quay lại mỗi tuần",
        "ts": f"{stamp}.{number % 10**6:06d}",
        "team": TEAM,
    }
    granted = {"enterprise_id": None, "team_id": TEAM, "user_id": BOT, "is_bot": True, "is_enterprise_install": False}
    told = {
        "token": "legacy",
        "team_id": TEAM,
        "api_app_id": "A0LABAN",
        "event": said,
        "type": "event_callback",
        "event_id": f"Ev{number:010d}",
        "event_time": int(stamp),
        "authorizations": [granted],
        "is_ext_shared_channel": False,
    }
    body = json.dumps(told).encode()
    proof = hmac.digest(SECRET.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hex()
    head = HEAD.format(length=len(body), timestamp=TIMESTAMP, stamp=stamp, signature=SIGNATURE, proof=proof)
    return head.encode() + body


async def _authorize(**_: Any) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id=TEAM, bot_user_id=BOT, bot_id="B0LABAN", bot_token="xoxb-bench")


def _stock(*, process_before_response: bool = False) -> AsyncApp:
    """Bolt as it comes, knowing who it is without asking."""
    return AsyncApp(
        name="bench",
        signing_secret=SECRET,
        client=AsyncWebClient(base_url=NOWHERE),
        authorize=_authorize,
        process_before_response=process_before_response,
    )


@asynccontextmanager
async def _bare() -> AsyncIterator[int]:
    app = _stock()

    @app.event("message")
    async def forget() -> None:
        return None

    async with _served(app.web_app()) as port:
        yield port


@asynccontextmanager
async def _usual(file: Path) -> AsyncIterator[int]:
    app = _stock(process_before_response=True)
    credentials = {"file_path": str(file), "journal_mode": "WAL", "synchronous": "FULL"}
    await Tortoise.init(
        config={
            "connections": {"usual": {"engine": "tortoise.backends.sqlite", "credentials": credentials}},
            "apps": {"usual": {"models": [__name__], "default_connection": "usual"}},
        },
        # Requests come in contexts of their own.
        _enable_global_fallback=True,
    )
    await Tortoise.generate_schemas()

    @app.event("message")
    async def keep(body: dict[str, Any]) -> None:
        if not await Seen.exists(event_id=body["event_id"]):
            await Seen.create(event_id=body["event_id"], user_id=body["event"]["user"], text=body["event"]["text"])

    async with _served(app.web_app()) as port:
        yield port
    await Tortoise.close_connections()


@asynccontextmanager
async def _ours(file: Path) -> AsyncIterator[int]:
    clock, here = SystemClock(), Here()
    storage = open_storage(f"sqlite:///{file}")
    await storage.migrate()
    await storage.open()
    client = SlackClient(NOWHERE, clock)
    homes = Homes(_no_home, here, client, clock)
    # Nothing is worked off while events are measured: turns are T1's.
    intake = Intake(storage.inbox, _no_turn, clock, nap=nap)
    reception = Reception(intake.accept, here, client, clock, Hooks(clock), homes, open_form=_no_form, find_problems=_no_problems)
    route = EventsRoute(make_bolt(reception, here, client), (SECRET,), clock)
    app = web.Application()
    app.router.add_post("/slack/events", route.post)
    async with _served(app) as port:
        yield port
    await client.close()
    await storage.close()


async def _no_home(_: Sender) -> Message:
    raise AssertionError("nobody looks at a home here")


async def _no_turn(_: Incoming) -> None:
    return None


async def _no_form(_: Incoming) -> None:
    return None


async def _no_problems(_: Incoming) -> dict[str, str]:
    return {}


@asynccontextmanager
async def _served(app: web.Application) -> AsyncIterator[int]:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield int(runner.addresses[0][1])
    await runner.cleanup()
