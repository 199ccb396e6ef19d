"""HTTP mode, for whoever cannot keep WebSockets open: DingTalk posts what is said to the robot, and what is pressed, to addresses of ours.

What it proves itself with does not cover the body (see `verify`), so nothing in a body is more than somebody's words: no address in it is
called, and what comes twice acts once.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from aiohttp import web

from adapters.dingtalk.client import DingTalkClient
from adapters.dingtalk.receive import DingTalkConnection, Reception
from adapters.dingtalk.verify import CARD_SIGN, CARD_TIMESTAMP, SIGN, TIMESTAMP, is_from_card, is_from_robot
from adapters.failures import locate
from adapters.nap import Nap, nap
from bot.ports import Clock

LOG = logging.getLogger(__name__)

CALLBACK_PATH: Final = "/dingtalk/callback"
CARDS_PATH: Final = "/dingtalk/cards"
BODY_LIMIT: Final = 1024 * 1024
BODY_SECONDS: Final = 10.0
RENEWED: Final = timedelta(hours=1)
"""How often the address for presses is registered again: somebody else with the secret could have taken it away meanwhile."""


class _TooLongError(Exception):
    """Longer than anything DingTalk posts."""


class Callbacks(DingTalkConnection):
    """The routes behind both addresses. Running it registers the one for presses, at `cards_url` under the name `route`; without a `route`
    there are no cards, and running it does nothing.
    """

    def __init__(
        self,
        client: DingTalkClient,
        reception: Reception,
        clock: Clock,
        *,
        secret: str,
        card_secret: str = "",
        cards_url: str = "",
        route: str = "",
        draw: Callable[[], float] = random.random,
        nap: Nap = nap,
    ) -> None:
        if not secret:
            raise ValueError("without a secret nobody can tell DingTalk from anybody else")
        super().__init__(clock, draw, nap)
        self._client = client
        self._reception = reception
        self._secret = secret
        self._card_secret = card_secret
        self._cards_url = cards_url
        self._route = route

    async def _step(self) -> None:
        if self._route:
            await self._client.register_route(self._route, self._cards_url, self._card_secret)
        await self._nap(self._halt, RENEWED.total_seconds())

    async def stop(self) -> None:
        """See `Connection`."""
        self._reception.end()
        await super().stop()

    async def post_message(self, request: web.Request) -> web.Response:
        """200 once the message is stored. Everything else makes DingTalk bring it again, perhaps."""
        headers = request.headers
        if not is_from_robot(headers.getall(TIMESTAMP, []), headers.getall(SIGN, []), self._secret, self._clock.now()):
            return web.Response(status=401)

        async def take(message: Mapping[str, Any], _: bytes) -> web.Response:
            await self._reception.take_message(message)
            return web.json_response({})

        return await self._post(request, take)

    async def post_press(self, request: web.Request) -> web.Response:
        """200 once the press is stored, with what the card shows now."""
        headers = request.headers
        stamps, signs = headers.getall(CARD_TIMESTAMP, []), headers.getall(CARD_SIGN, [])
        if not is_from_card(stamps, signs, self._card_secret, self._clock.now()):
            return web.Response(status=401)

        async def take(press: Mapping[str, Any], body: bytes) -> web.Response:
            told: dict[str, Any] = {}

            async def tell(answer: Mapping[str, Any]) -> None:
                told.update(answer)

            # A press has no name of its own. Two presses of the same button come with different timestamps.
            push_id = hashlib.sha256(stamps[0].encode() + b"\0" + body).hexdigest()[:40]
            await self._reception.take_press(press, push_id, tell)
            return web.json_response(told)

        return await self._post(request, take)

    async def _post(
        self, request: web.Request, take: Callable[[Mapping[str, Any], bytes], Awaitable[web.Response]]
    ) -> web.Response:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _read(request)
            told = json.loads(body)
        except TimeoutError:
            return web.Response(status=408)
        except _TooLongError:
            return web.Response(status=413)
        except (ValueError, RecursionError):
            return web.Response(status=400)
        if not isinstance(told, dict):
            return web.Response(status=400)
        try:
            return await take(told, body)
        except Exception as error:
            LOG.error("what DingTalk brought could not be stored: %s", locate(error))
            return web.Response(status=503)


async def _read(request: web.Request) -> bytes:
    """The body. Raises _TooLongError when it is longer than any callback."""
    body = bytearray()
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > BODY_LIMIT:
            raise _TooLongError
    return bytes(body)
