"""Stream mode: DingTalk brings everything over WebSockets that we open, so nothing here needs an address of its own.

The protocol is that of open-dingtalk/developerpedia, `docs/learn/stream/protocol.md`: a ticket for each connection, frames of JSON within
JSON, an acknowledgement for each. With several connections every push goes to any one of them.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

import aiohttp

from adapters.dingtalk.client import DingTalkClient, Subscription, compact
from adapters.dingtalk.receive import DingTalkConnection, Reception, named
from adapters.failures import locate
from adapters.nap import Nap, nap
from bot.ports import Clock

LOG = logging.getLogger(__name__)

CONNECTIONS: Final = 2
"""So that there is one while the other is being replaced."""
MESSAGES: Final = Subscription("CALLBACK", "/v1.0/im/bot/messages/get")
CARDS: Final = Subscription("CALLBACK", "/v1.0/card/instances/callback")
EVENTS: Final = Subscription("EVENT", "*")

STEADY: Final = timedelta(seconds=30)
PING: Final = timedelta(seconds=20)
"""How often we ask whether somebody is there."""
SILENCE: Final = timedelta(seconds=65)
"""After so long without a sign of life a connection is dead, whatever the network says."""
FRAME_LIMIT: Final = 1024 * 1024
PENDING: Final = 256
"""More frames than these are not read before some are stored."""
CLOSING: Final = 1.0
LANDING: Final = 2.0
"""Seconds for acknowledgements to get out before a connection is given up."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened in the company: `kind` is DingTalk's name for it (`user_add_org`), `id` is the same when it is told again."""

    id: str
    kind: str
    corp_id: str
    born_at: datetime
    data: Mapping[str, Any]


Listen = Callable[[Event], Awaitable[None]]
"""Whoever wants to know what happens in the company. An event is told again later when this raises."""


class Streams:
    """All connections of a process, run and stopped together."""

    def __init__(
        self,
        client: DingTalkClient,
        reception: Reception,
        clock: Clock,
        *,
        wanted: Sequence[Subscription] = (MESSAGES, CARDS),
        listen: Listen | None = None,
        draw: Callable[[], float] = random.random,
        nap: Nap = nap,
    ) -> None:
        self._reception = reception
        subscriptions = (*wanted, EVENTS) if listen else tuple(wanted)
        self._streams = [_Stream(client, reception, clock, subscriptions, listen, draw, nap) for _ in range(CONNECTIONS)]

    async def run(self) -> None:
        """Until stopped."""
        await asyncio.gather(*(one.run() for one in self._streams))

    async def stop(self) -> None:
        """Take in nothing more, and return. What was not acknowledged comes again."""
        self._reception.end()
        await asyncio.gather(*(one.stop() for one in self._streams))


class _Stream(DingTalkConnection):
    """One WebSocket after another."""

    steady = STEADY

    def __init__(
        self,
        client: DingTalkClient,
        reception: Reception,
        clock: Clock,
        subscriptions: Sequence[Subscription],
        listen: Listen | None,
        draw: Callable[[], float],
        nap: Nap,
    ) -> None:
        super().__init__(clock, draw, nap)
        self._client = client
        self._reception = reception
        self._subscriptions = subscriptions
        self._listen = listen
        self._heard_at = clock.now()
        self._pending: set[asyncio.Task[None]] = set()

    async def _step(self) -> None:
        """One connection, from its ticket to its end."""
        address = await self._client.open_stream(self._subscriptions)
        socket = await self._client.session.ws_connect(
            address, autoping=False, max_msg_size=FRAME_LIMIT, timeout=aiohttp.ClientWSTimeout(ws_close=CLOSING)
        )
        LOG.info("connected to DingTalk")
        self._heard_at = self._clock.now()
        watching = asyncio.create_task(self._watch(socket))
        reading = asyncio.create_task(self._read(socket))
        try:
            await asyncio.wait({watching, reading}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (watching, reading):
                task.cancel()
            await asyncio.wait({watching, reading})
            if self._pending:
                await asyncio.wait(self._pending, timeout=LANDING)
            for task in tuple(self._pending):
                task.cancel()
            await socket.close()
        for task in (reading, watching):
            if not task.cancelled() and (error := task.exception()) is not None:
                raise error

    async def _watch(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Return when nobody is there any more: a connection can die without either end being told."""
        while True:
            await self._nap(asyncio.Event(), PING.total_seconds())
            if self._clock.now() - self._heard_at >= SILENCE:
                LOG.warning("DingTalk has fallen silent, connecting anew")
                return
            await socket.ping()

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Until the other end goes, or tells us to."""
        async for message in socket:
            self._heard_at = self._clock.now()
            match message.type:
                case aiohttp.WSMsgType.PING:
                    await socket.pong(message.data)
                case aiohttp.WSMsgType.TEXT:
                    if await self._take(socket, message.data):
                        return

    async def _take(self, socket: aiohttp.ClientWebSocketResponse, raw: str) -> bool:
        """Begin to deal with a frame. True when it says that the connection ends."""
        kind, headers, data = _frame(raw)
        topic = headers.get("topic")
        ack = partial(self._acknowledge, socket, headers)
        match kind, topic:
            case "SYSTEM", "disconnect":
                return True
            case "SYSTEM", "ping":
                await ack(data)
            case "CALLBACK", MESSAGES.topic:
                self._begin(self._take_message(data, ack))
            case "CALLBACK", CARDS.topic:
                self._begin(self._take_press(data, str(headers.get("messageId", "")), ack))
            case "EVENT", _:
                self._begin(self._take_event(headers, data, ack))
            case _:
                await ack({"response": None})
        if len(self._pending) >= PENDING:
            await asyncio.wait(self._pending, return_when=asyncio.FIRST_COMPLETED)
        return False

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        """On the side, in the order of the frames: what is slow to store holds up no other."""
        task = asyncio.create_task(self._unless_it_fails(work))
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)

    async def _unless_it_fails(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except (ConnectionError, aiohttp.ClientError) as error:
            LOG.info("a frame could not be acknowledged (%s) and comes again", named(error))
        except Exception as error:
            LOG.error("what DingTalk brought could not be stored and is not acknowledged: %s", locate(error))

    async def _take_message(self, data: Mapping[str, Any], ack: Callable[[Mapping[str, Any]], Awaitable[None]]) -> None:
        await self._reception.take_message(data)
        await ack({"response": None})

    async def _take_press(
        self, data: Mapping[str, Any], push_id: str, ack: Callable[[Mapping[str, Any]], Awaitable[None]]
    ) -> None:
        async def tell(answer: Mapping[str, Any]) -> None:
            await ack({"response": answer})

        await self._reception.take_press(data, push_id, tell)

    async def _take_event(
        self, headers: Mapping[str, Any], data: Mapping[str, Any], ack: Callable[[Mapping[str, Any]], Awaitable[None]]
    ) -> None:
        status = "SUCCESS"
        if self._listen is not None:
            try:
                await self._listen(_event(headers, data, self._clock.now()))
            except Exception as error:
                LOG.error("an event of the company could not be dealt with and comes again: %s", locate(error))
                status = "LATER"
        await ack({"status": status, "message": ""})

    async def _acknowledge(
        self, socket: aiohttp.ClientWebSocketResponse, headers: Mapping[str, Any], data: Mapping[str, Any]
    ) -> None:
        answer = {
            "code": 200,
            "headers": {"messageId": headers.get("messageId", ""), "contentType": "application/json"},
            "message": "OK",
            "data": compact(data),
        }
        await socket.send_str(compact(answer))


def _frame(raw: str) -> tuple[str, Mapping[str, Any], Mapping[str, Any]]:
    """Type, headers and data of a frame; empty ones of what is none."""
    match _read(raw):
        case {"type": str(kind), "headers": dict(headers), **rest}:
            return kind, headers, _read(rest.get("data"))
    return "", {}, {}


def _read(text: object) -> Mapping[str, Any]:
    try:
        found = json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _event(headers: Mapping[str, Any], data: Mapping[str, Any], now: datetime) -> Event:
    born = headers.get("eventBornTime")
    try:
        born_at = datetime.fromtimestamp(int(born) / 1000, UTC) if isinstance(born, str | int) else now
    except (OverflowError, OSError, ValueError):
        born_at = now
    id_, kind, corp = (str(headers.get(name, "")) for name in ("eventId", "eventType", "eventCorpId"))
    return Event(id_, kind, corp, born_at, data)
