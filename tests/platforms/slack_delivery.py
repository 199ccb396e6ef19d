"""How things that happen in our Slack come to the app: signed requests or frames on a WebSocket, three seconds for each, events again later."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp
from aiohttp import web

from tests.platforms.slack_world import Alarms, App

PATIENCE = timedelta(seconds=3)
AGAIN_AFTER = (timedelta(0), timedelta(minutes=1), timedelta(minutes=5))
"""When an event comes again that was not taken: at once, then a minute later, then five."""
CONNECTIONS = 10
"""Sockets one app may have open."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the app said to a delivery. `number` is HTTP's; 0: nothing in time, or nobody there. A frame that is acknowledged is a 200."""

    number: int
    body: Any = None
    why: str = ""
    """As Slack gives it to the next attempt: `http_timeout`, `http_error`, `connection_failed`."""
    is_final: bool = False
    """The app wants no further attempt."""

    @property
    def is_taken(self) -> bool:
        return 200 <= self.number < 300


@dataclass(slots=True)
class Delivery:
    """One attempt to bring something to the app. `kind` is `events_api`, `interactive` or `slash_commands`."""

    kind: str
    told: Mapping[str, Any]
    attempt: int = 0
    answer: Answer | None = None
    """None: the app is still thinking."""


@dataclass(slots=True)
class Socket:
    """A WebSocket of the app."""

    line: web.WebSocketResponse
    number: int
    waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    is_leaving: bool = False
    """Has been told to go; gets nothing any more."""
    is_deaf: bool = False
    """Its acknowledgements get lost."""


class Courier:
    """Brings things to the app, by whichever way it is set up to get them.

    `deliveries` are all attempts so far. `draw` chooses among sockets.
    """

    def __init__(self, app: App, clock: Alarms, complain: Callable[[str], None], stir: Callable[[], Awaitable[None]]) -> None:
        self._app = app
        self._clock = clock
        self._complain = complain
        self._stir = stir
        self.deliveries: list[Delivery] = []
        self.sockets: list[Socket] = []
        self.tickets: set[str] = set()
        self.is_full = False
        """Has no room for another socket, as when other processes hold all ten."""
        self.proxies: dict[str, str] = {}
        """What stands in front of a public address: `https://…` and where its requests are passed on to."""
        self.draw = random.Random(7)
        self._numbers = 0
        self._tasks: set[asyncio.Task[Any]] = set()
        self._session: aiohttp.ClientSession | None = None

    # --- one attempt ---

    async def deliver(self, kind: str, told: Mapping[str, Any], url: str, attempt: int = 0, why: str = "") -> Answer:
        """Bring it once; what the app has said."""
        delivery = Delivery(kind, told, attempt)
        self.deliveries.append(delivery)
        if self._app.is_socket:
            answer = await self._frame(delivery, why)
        else:
            answer = await self._request(delivery, url, why)
        delivery.answer = answer
        await self._stir()
        return answer

    async def event(self, told: Mapping[str, Any]) -> Answer:
        """Bring an event; the answer to the first attempt. What is not taken comes again by the clock, in the background."""
        answer = await self.deliver("events_api", told, self._app.events_url)
        if not answer.is_taken and not answer.is_final:
            self.start(self._insist(told, answer.why))
        return answer

    async def again(self, delivery: Delivery | None = None) -> Answer:
        """Bring once more what was brought before (the newest when none is named), as a retry whose first attempt did arrive would."""
        before = delivery or self.deliveries[-1]
        is_event = before.kind == "events_api"
        why = "http_timeout" if is_event else ""
        command = str(before.told.get("command", ""))
        url = self._app.events_url if is_event else self._app.commands.get(command, self._app.interactivity_url)
        return await self.deliver(before.kind, before.told, url, before.attempt + 1 if is_event else 0, why)

    async def _insist(self, told: Mapping[str, Any], why: str) -> None:
        for number, pause in enumerate(AGAIN_AFTER, start=1):
            if pause:
                await self._clock.alarm(self._clock.now() + pause)
            answer = await self.deliver("events_api", told, self._app.events_url, number, why)
            if answer.is_taken or answer.is_final:
                return
            why = answer.why

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Something that happens by the side."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    @property
    def is_quiet(self) -> bool:
        """Nothing is on its way to the app at this moment."""
        return all(one.answer is not None for one in self.deliveries)

    # --- by HTTP ---

    def signed(self, body: bytes) -> dict[str, str]:
        """The headers that prove a request."""
        stamp = str(int(self._clock.now().timestamp()))
        proof = hmac.new(self._app.signing_secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={proof}"}

    async def _request(self, delivery: Delivery, url: str, why: str) -> Answer:
        if not url:
            self._complain(f"nobody has given an address for {delivery.kind}")
            return Answer(0, why="connection_failed")
        if delivery.kind == "events_api":
            body, content = json.dumps(delivery.told).encode(), "application/json"
        else:
            form = delivery.told if delivery.kind == "slash_commands" else {"payload": json.dumps(delivery.told)}
            body, content = urlencode(form).encode(), "application/x-www-form-urlencoded"
        headers = {"Content-Type": content, "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)", **self.signed(body)}
        if delivery.attempt:
            headers |= {"X-Slack-Retry-Num": str(delivery.attempt), "X-Slack-Retry-Reason": why}
        posting = asyncio.create_task(self._post(url, body, headers))
        ringing = self._clock.alarm(self._clock.now() + PATIENCE)
        try:
            first: set[asyncio.Future[Any]] = {posting, ringing}
            await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
            return posting.result() if posting.done() else Answer(0, why="http_timeout")
        finally:
            ringing.cancel()
            posting.cancel()
            await asyncio.wait({posting})

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        if self._session is None:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        host = urlsplit(url).netloc
        for public, behind in self.proxies.items():
            url = url.replace(public, behind, 1) if url.startswith(public) else url
        try:
            async with self._session.post(url, data=body, headers={**headers, "Host": host}, allow_redirects=False) as response:
                number, text = response.status, await response.text()
                is_final = response.headers.get("X-Slack-No-Retry") == "1"
                is_json = response.content_type == "application/json"
        except aiohttp.ClientError:
            return Answer(0, why="connection_failed")
        answered: Any = text
        if is_json and text:
            try:
                answered = json.loads(text)
            except ValueError:
                self._complain(f"the answer is no JSON: {text[:80]}")
        return Answer(number, answered, "" if 200 <= number < 300 else "http_error", is_final)

    # --- by WebSocket ---

    async def _frame(self, delivery: Delivery, why: str) -> Answer:
        able = [one for one in self.sockets if not one.is_leaving and not one.line.closed]
        if not able:
            return Answer(0, why="connection_failed")
        socket = self.draw.choice(able)
        self._numbers += 1
        envelope = f"e{self._numbers:07d}-0000-4000-8000-000000000000"
        frame: dict[str, Any] = {
            "envelope_id": envelope,
            "payload": delivery.told,
            "type": delivery.kind,
            "accepts_response_payload": delivery.kind != "events_api",
        }
        if delivery.kind == "events_api":
            frame |= {"retry_attempt": delivery.attempt, "retry_reason": why}
        acknowledged: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        socket.waiting[envelope] = acknowledged
        ringing = self._clock.alarm(self._clock.now() + PATIENCE)
        try:
            await socket.line.send_json(frame)
            first: set[asyncio.Future[Any]] = {acknowledged, ringing}
            await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        except ConnectionError:
            return Answer(0, why="connection_failed")
        finally:
            ringing.cancel()
        if not acknowledged.done():
            acknowledged.cancel()
            return Answer(0, why="timeout")
        if acknowledged.cancelled():
            return Answer(0, why="connection_failed")
        return Answer(200, acknowledged.result())

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """The other end of the address `apps.connections.open` gave out."""
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets:
            return web.Response(status=408, text="the ticket is used up or unknown")
        self.tickets.discard(ticket)
        line = web.WebSocketResponse()
        await line.prepare(request)
        if len(self.sockets) >= CONNECTIONS or self.is_full:
            await line.send_json({"type": "disconnect", "reason": "too_many_websockets", "debug_info": _DEBUG})
            await line.close()
            return line
        self._numbers += 1
        socket = Socket(line, self._numbers)
        self.sockets.append(socket)
        await line.send_json(
            {
                "type": "hello",
                "num_connections": len(self.sockets),
                "debug_info": {**_DEBUG, "build_number": 1, "approximate_connection_time": 18060},
                "connection_info": {"app_id": self._app.id},
            }
        )
        await self._stir()
        try:
            async for message in line:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._hear(socket, message.data)
                    await self._stir()
        finally:
            self.sockets.remove(socket)
            for waiting in socket.waiting.values():
                waiting.cancel()
            await self._stir()
        return line

    def _hear(self, socket: Socket, text: str) -> None:
        try:
            frame = json.loads(text)
            envelope = frame["envelope_id"]
        except (ValueError, TypeError, KeyError):
            self._complain(f"a frame that acknowledges nothing: {text[:80]}")
            return
        acknowledged = socket.waiting.pop(envelope, None)
        if acknowledged is None:
            self._complain(f"an acknowledgement of something that was never sent here: {envelope}")
        elif not socket.is_deaf and not acknowledged.done():
            acknowledged.set_result(frame.get("payload"))

    async def refresh(self, socket: Socket | None = None, reason: str = "refresh_requested") -> None:
        """Ask a socket to go, as Slack does every few hours: `warning` comes shortly before, `refresh_requested` is the end.

        With `link_disabled` Socket Mode was switched off. What is not acknowledged by then is lost there and comes again elsewhere.
        """
        socket = socket or self.sockets[0]
        socket.is_leaving = reason != "warning"
        await socket.line.send_json({"type": "disconnect", "reason": reason, "debug_info": _DEBUG})

    async def cut(self, socket: Socket | None = None) -> None:
        """A socket breaks without a word."""
        socket = socket or self.sockets[0]
        socket.is_leaving = True
        await socket.line.close(code=aiohttp.WSCloseCode.GOING_AWAY)

    async def stop(self) -> None:
        """Nothing comes any more."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        for socket in tuple(self.sockets):
            await socket.line.close()
        if self._session is not None:
            await self._session.close()


_DEBUG = {"host": "applink-only-for-tests"}
