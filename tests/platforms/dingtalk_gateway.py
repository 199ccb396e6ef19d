"""The gateway of DingTalk's Stream mode, over real WebSockets. Part of the stand-in in `dingtalk_server.py`.

It follows the protocol's description (open-dingtalk/developerpedia, `docs/learn/stream/protocol.md`). One thing is not in there: a callback
nobody acknowledges comes again after about a minute, as people who run bots report.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from tests.hands import Hands
from tests.platforms.dingtalk_wire import CLIENT_ID, CLIENT_SECRET, CORP_ID, TOPICS, Call, compact, refused

TICKET = timedelta(seconds=90)
AGAIN = timedelta(seconds=60)
QUIET = timedelta(seconds=10)
"""Between a disconnect frame and the cut."""


@dataclass(slots=True, eq=False)
class Push:
    """Something the bot is told. `is_done` once it has acknowledged it; `sent` counts how often it went out."""

    type: str
    topic: str
    data: Mapping[str, Any]
    headers: dict[str, str]
    answered: Callable[[Any, datetime], None] | None = None
    sent: int = 0
    is_done: bool = False
    acks: list[dict[str, Any]] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.headers["messageId"]


@dataclass(slots=True, eq=False)
class Connection:
    """One WebSocket of the bot."""

    number: int
    socket: web.WebSocketResponse
    transport: asyncio.Transport
    subscriptions: frozenset[tuple[str, str]]
    is_leaving: bool = False
    """It has been told to go: nothing new is pushed to it."""
    is_dead: bool = False
    """Nothing reaches anybody through it any more, in neither direction, and nobody is told."""
    opaques: list[str] = field(default_factory=list)
    """What came back for our pings."""

    @property
    def is_open(self) -> bool:
        return not self.socket.closed and not self.transport.is_closing()


class Gateway:
    """Gives out tickets, keeps connections, pushes to a random one of those that want it."""

    def __init__(self, clock: Hands, stir: Callable[[], None], complain: Callable[[str], None]) -> None:
        self.clock = clock
        self.connections: list[Connection] = []
        """All there ever were."""
        self.pushes: list[Push] = []
        self.opened = 0
        """How often a ticket was asked for."""
        self.closes_next = 0
        """So many connections are closed in all politeness (1000) as soon as they are made."""
        self.renames = False
        """What is pushed again gets a new `messageId`; by itself it keeps the old one."""
        self.url = ""
        self._stir = stir
        self._complain = complain
        self._tickets: dict[str, tuple[datetime, frozenset[tuple[str, str]]]] = {}
        self._number = 0
        self._chance = random.Random(20)
        self._queue: asyncio.Queue[Push] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: dict[str, Push] = {}

    # --- what tests do ---

    @property
    def live(self) -> list[Connection]:
        """Connections something can be pushed to."""
        return [one for one in self.connections if one.is_open and not one.is_leaving]

    def push(
        self,
        kind: str,
        topic: str,
        data: Mapping[str, Any],
        headers: Mapping[str, str] | None = None,
        answered: Callable[[Any, datetime], None] | None = None,
    ) -> Push:
        """Tell the bot something. `answered` hears what the acknowledgement brought, and when."""
        push = Push(kind, topic, data, {**self._headers(topic), **(headers or {})}, answered)
        self.pushes.append(push)
        self._queue.put_nowait(push)
        return push

    def event(self, kind: str, data: Mapping[str, Any]) -> Push:
        """Something happened in the company."""
        self._number += 1
        headers = {
            "eventType": kind,
            "eventId": f"{self._number:032x}",
            "eventCorpId": CORP_ID,
            "eventBornTime": self._now(),
            "eventUnifiedAppId": "bbb381b6-f01b-4b3d-9c7e-000000000001",
        }
        return self.push("EVENT", "*", {**data, "timeStamp": self._now()}, headers)

    def again(self, push: Push) -> None:
        """Push something once more, acknowledged or not. Through whichever connection chance picks."""
        if self.renames:
            push.headers["messageId"] = self._headers("")["messageId"]
        self._queue.put_nowait(push)

    def ping(self, connection: Connection) -> str:
        """Ask whether a connection is alive; the text that has to come back in `opaques`."""
        opaque = f"opaque-{len(self.pushes)}-{connection.number}"
        self._spawn(self._send_system(connection, "ping", {"opaque": opaque}))
        return opaque

    def disconnect(self, connection: Connection, reason: str = "connection is expired") -> None:
        """Tell a connection to go. Ten seconds later it is cut."""
        connection.is_leaving = True
        self._spawn(self._see_off(connection, reason, self.clock.alarm(self.clock.now() + QUIET)))

    def cut(self, connection: Connection) -> None:
        """The network breaks: nobody says good-bye."""
        connection.transport.abort()

    # --- what the bot does ---

    def open(self, call: Call) -> dict[str, str]:
        """`/v1.0/gateway/connections/open`."""
        self.opened += 1
        if (call.text("clientId"), call.text("clientSecret")) != (CLIENT_ID, CLIENT_SECRET):
            raise refused(401, "authFailed", "鉴权失败")
        wanted = call.given.get("subscriptions")
        if not isinstance(wanted, list) or not wanted:
            raise refused(400, "invalidParameter.subscriptions", "subscriptions不能为空")
        subscriptions = frozenset((str(one.get("type")), str(one.get("topic"))) for one in wanted)
        for unknown in subscriptions - TOPICS:
            self._complain(f"subscribes to {unknown}, which nobody sends")
        self._number += 1
        ticket = f"ticket-{self._number}"
        self._tickets[ticket] = (self.clock.now() + TICKET, subscriptions)
        return {"endpoint": self.url, "ticket": ticket}

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """The WebSocket behind an endpoint. A ticket is good for one connection within ninety seconds."""
        until, subscriptions = self._tickets.pop(request.query.get("ticket", ""), (None, frozenset[tuple[str, str]]()))
        if until is None or until < self.clock.now():
            return web.Response(status=401, text="invalid ticket")
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        assert request.transport is not None
        connection = Connection(len(self.connections) + 1, socket, request.transport, subscriptions)
        self.connections.append(connection)
        self._stir()
        if self.closes_next:
            self.closes_next -= 1
            await socket.close(code=WSCloseCode.OK)
        try:
            async for message in socket:
                if connection.is_dead:
                    continue
                if message.type is WSMsgType.PING:
                    await socket.pong(message.data)
                elif message.type is WSMsgType.TEXT:
                    self._take(connection, message.data)
                    self._stir()
        finally:
            connection.is_leaving = True  # a process that was killed said nothing; its socket still looks open
            self._stir()
        return socket

    def start(self) -> None:
        """Begin to push."""
        self._spawn(self._work())

    async def stop(self) -> None:
        """Let everybody go."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        for connection in self.connections:
            if connection.is_open:
                connection.transport.abort()

    # --- how it works ---

    def _spawn(self, what: Any) -> None:
        task: asyncio.Task[None] = asyncio.create_task(what)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self) -> None:
        while True:
            push = await self._queue.get()
            # Set before it is sent: time may be turned as soon as it has arrived.
            due = self.clock.alarm(self.clock.now() + AGAIN)
            able = [one for one in self.live if (push.type, push.topic) in one.subscriptions]
            if able:
                connection = self._chance.choice(able)
                self._waiting[push.id] = push
                push.sent += 1
                push.connections.append(connection)
                await self._send(connection, {"specVersion": "1.0", "type": push.type, "headers": push.headers}, push.data)
            self._spawn(self._insist(push, due))
            self._stir()

    async def _insist(self, push: Push, due: asyncio.Future[None]) -> None:
        await due
        if not push.is_done:
            self.again(push)

    async def _send(self, connection: Connection, frame: dict[str, Any], data: Mapping[str, Any]) -> None:
        if connection.is_dead:
            return
        try:
            await connection.socket.send_str(compact({**frame, "data": compact(data)}))
        except (ConnectionError, RuntimeError):
            connection.is_leaving = True  # it went away while we were speaking

    async def _send_system(self, connection: Connection, topic: str, data: Mapping[str, Any]) -> None:
        headers = self._headers(topic)
        if topic == "disconnect":
            del headers["messageId"]  # the description shows it without
        await self._send(connection, {"specVersion": "1.0", "type": "SYSTEM", "headers": headers}, data)

    async def _see_off(self, connection: Connection, reason: str, due: asyncio.Future[None]) -> None:
        await self._send_system(connection, "disconnect", {"reason": reason})
        await due
        if connection.is_open:
            connection.transport.abort()

    def _take(self, connection: Connection, raw: str) -> None:
        """An acknowledgement. It may come through another connection than the push went out by."""
        try:
            ack = json.loads(raw)
            code, message_id = ack["code"], ack["headers"].get("messageId")
            data = json.loads(ack["data"])
        except (ValueError, KeyError, TypeError, AttributeError):
            self._complain(f"an acknowledgement is no such thing: {raw[:200]}")
            return
        if isinstance(data, dict) and "opaque" in data:
            connection.opaques.append(str(data["opaque"]))
            return
        if isinstance(data, dict) and set(data) == {"reason"}:
            return  # a disconnect needs no answer, but an official client gives one
        push = self._waiting.get(str(message_id))
        if push is None:
            self._complain(f"acknowledges {message_id!r}, which was never pushed")
            return
        if ack["headers"].get("contentType") != "application/json":
            self._complain("an acknowledgement says no contentType")
        push.acks.append(ack)
        if code != 200:
            return
        if push.type == "EVENT":
            status = data.get("status") if isinstance(data, dict) else None
            if status not in ("SUCCESS", "LATER"):
                self._complain("an event was acknowledged without a status")
            push.is_done = push.is_done or status == "SUCCESS"
            return
        if push.answered is not None and not push.is_done:
            push.answered(data.get("response") if isinstance(data, dict) else None, self.clock.now())
        push.is_done = True

    def _headers(self, topic: str) -> dict[str, str]:
        self._number += 1
        return {
            "appId": "1305d5f5-0000-484f-0000-97d900000f67",
            "connectionId": "",
            "contentType": "application/json",
            "messageId": f"212ca9d7_974_{self._number:x}",
            "time": self._now(),
            "topic": topic,
        }

    def _now(self) -> str:
        return str(int(self.clock.now().timestamp() * 1000))
