"""Socket Mode: Slack brings everything over WebSockets that we open, so no address of our own is needed.

Two connections, because Slack closes each of them now and then: what happens meanwhile comes over the other. A frame is acknowledged when it
is stored and not before; what is not acknowledged comes again. Frames are ours and not slack_sdk's to read, since that closes the old
connection before it opens the new one, and waits by a clock no test can turn.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

import aiohttp
from slack_bolt.adapter.socket_mode.internals import build_headers
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.socket_mode.request import SocketModeRequest

from adapters.connection import Connection, EndedSoonError
from adapters.failures import locate
from adapters.nap import Nap, nap
from adapters.slack.client import NETWORK, ApiError, SlackClient
from adapters.slack.receive import dispatch
from bot.ports import Clock, SendLaterError

LOG = logging.getLogger(__name__)

CONNECTIONS: Final = 2
"""docs.slack.dev, "Using Socket Mode": an app may have up to ten."""
HEARTBEAT: Final = 20.0
"""Seconds without a sign of life after which we ask for one; half as long again and the line counts as dead."""
FRAME_LIMIT: Final = 1024 * 1024
GRACE: Final = 1.0
"""Seconds for frames being stored to be acknowledged before a line is left."""
STEADY: Final = timedelta(seconds=30)
"""A line that has stood this long may be opened again at once. What closes sooner, like Slack's "too many connections", would be asked
for hundreds of times a second otherwise."""


class Socket(Connection):
    """One connection, opened again whenever it ends."""

    steady = STEADY

    def __init__(
        self,
        number: int,
        bolt: AsyncApp,
        client: SlackClient,
        app_token: str,
        clock: Clock,
        *,
        draw: Callable[[], float] = random.random,
        nap: Nap = nap,
    ) -> None:
        super().__init__(clock, draw, nap)
        self._number = number
        self._bolt = bolt
        self._client = client
        self._app_token = app_token
        self._frames: set[asyncio.Task[None]] = set()

    async def _step(self) -> None:
        """From opening a connection to its end."""
        told = await self._client.call(self._app_token, "apps.connections.open")
        limits = aiohttp.ClientWSTimeout(ws_close=1.0)
        async with self._client.session.ws_connect(
            str(told.get("url")), heartbeat=HEARTBEAT, max_msg_size=FRAME_LIMIT, proxy=self._client.proxy, timeout=limits
        ) as line:
            try:
                await self._read(line)
            finally:
                if self._frames:
                    # While the line is still there to carry the acknowledgements.
                    await asyncio.wait(self._frames, timeout=GRACE)

    async def _read(self, line: aiohttp.ClientWebSocketResponse) -> None:
        async for frame in line:
            if frame.type is not aiohttp.WSMsgType.TEXT:
                return
            match _parsed(frame.data):
                case {"type": "hello"}:
                    LOG.info("connection %d to Slack is open", self._number)
                case {"type": "disconnect"}:
                    # Slack is about to close it; nothing new comes here.
                    return
                case {"envelope_id": str()} as envelope:
                    task = asyncio.create_task(self._take(line, envelope))
                    self._frames.add(task)
                    task.add_done_callback(self._frames.discard)

    async def _take(self, line: aiohttp.ClientWebSocketResponse, envelope: Mapping[str, Any]) -> None:
        try:
            request = SocketModeRequest.from_dict(dict(envelope))
            if request is None or not isinstance(request.payload, dict):
                return
            parsed = AsyncBoltRequest(mode="socket_mode", body=request.payload, headers=build_headers(request))
            answer = await dispatch(self._bolt, parsed)
            if answer.status != 200:
                return
            ack: dict[str, Any] = {"envelope_id": request.envelope_id}
            if answer.body:
                ack["payload"] = json.loads(answer.body)
            await line.send_json(ack)
        except Exception as error:
            # It comes again: it has not been acknowledged.
            LOG.error("a frame of Slack's could not be dealt with: %s", locate(error))

    def _asked(self, error: Exception) -> timedelta:
        return error.after if isinstance(error, SendLaterError) else timedelta(0)

    def _tell(self, error: Exception, wait: timedelta) -> None:
        seconds = wait.total_seconds()
        if isinstance(error, EndedSoonError):
            LOG.info("connection %d to Slack was closed early, again in %.1f s", self._number, seconds)
        elif isinstance(error, ApiError) and error.is_uninstalled:
            LOG.error("Slack does not know the token in SLACK_APP_TOKEN; asking again in %.0f s", seconds)
        elif isinstance(error, ApiError):
            LOG.error("Slack opens no connection (%s); asking again in %.0f s", error.error or error.status, seconds)
        elif isinstance(error, (SendLaterError, *NETWORK)):
            LOG.warning("Slack cannot be reached (%s), again in %.1f s", type(error).__name__, seconds)
        else:
            LOG.error("connection %d to Slack broke (%s), again in %.1f s", self._number, locate(error), seconds)


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return frame if isinstance(frame, dict) else {}
