"""What comes in from Telegram, asked for (long polling) or brought to us (webhook). Stored first, acknowledged then, never the other way
round: an update Telegram knows to be received is one that nobody can lose any more.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from aiohttp import web
from telegram.error import TelegramError

from adapters.connection import Connection
from adapters.failures import locate
from adapters.nap import Nap, nap
from adapters.patience import BUGS, TURNS
from adapters.telegram.client import ApiError, TelegramClient
from adapters.telegram.decode import Me, Update, decode, message_of, move_of, number_of, press_of
from adapters.telegram.verify import HEADER, is_genuine
from bot.chat.incoming import Incoming
from bot.ports import Clock

LOG = logging.getLogger(__name__)

WEBHOOK_PATH: Final = "/telegram/webhook"
BODY_LIMIT: Final = 1024 * 1024
BODY_SECONDS: Final = 10.0
RENEWED: Final = timedelta(hours=1)
"""How often the webhook is set again: somebody else with the token could have taken it away meanwhile."""
ANSWERING: Final = 1.0
"""Seconds for answers to presses to get out when we stop."""

Accept = Callable[[Incoming], Awaitable[bool]]
"""`Intake.accept`: the event is stored when it returns."""
WasSecret = Callable[[Incoming], bool]
"""Whether what was just accepted should be taken away from the chat; asked once."""
Moved = Callable[[str, str], Awaitable[None]]
"""Told the old and the new chat id; whatever had to be stored about it is stored when it returns."""


class Reception:
    """What both ways in have in common. `moved` is told of groups that became supergroups; what `was_secret` is deleted from its chat."""

    def __init__(
        self, client: TelegramClient, accept: Accept, clock: Clock, moved: Moved, was_secret: WasSecret = lambda incoming: False
    ) -> None:
        self.client = client
        self._accept = accept
        self.clock = clock
        self._moved = moved
        self._was_secret = was_secret
        self._answers: set[asyncio.Task[None]] = set()
        self.me: Me | None = None
        """None until Telegram has told us; before that nothing is taken in."""

    async def introduce(self) -> None:
        """Learn who we are and offer the menu. Raises what the client raises, but not for the menu: one can talk without."""
        self.me = await self.client.me()
        try:
            await self.client.offer_commands()
        except TelegramError as error:
            LOG.warning("the menu of commands could not be set (%s); it will be at the next start", _named(error))
        LOG.info("connected to Telegram")

    async def take(self, update: Update) -> None:
        """Store what an update means. It may be acknowledged when this returns, not when it raises."""
        assert self.me is not None  # noqa: S101 nobody takes before introducing themselves
        move = move_of(update)
        if move is not None:
            await self._moved(*move)
        incoming = decode(update, self.me, self.clock.now())
        if incoming is not None:
            await self._accept(incoming)
            typed = message_of(update)
            if self._was_secret(incoming) and typed is not None:
                self._aside(self._erase_quietly(*typed))
        press = press_of(update)
        if press:
            self._answer(press)

    async def end(self) -> None:
        """Give answers to presses a moment to get out."""
        if self._answers:
            await asyncio.wait(self._answers, timeout=ANSWERING)
        for answer in tuple(self._answers):
            answer.cancel()

    def _answer(self, press: str) -> None:
        """Let the button come to rest."""
        self._aside(self._answer_quietly(press))

    def _aside(self, work: Coroutine[Any, Any, None]) -> None:
        """On the side: what came in is safe, and nobody behind it should wait for this."""
        answer = asyncio.create_task(work)
        self._answers.add(answer)
        answer.add_done_callback(self._answers.discard)

    async def _erase_quietly(self, chat_id: str, message_id: str) -> None:
        # No line in the log, whatever comes of it: it would say when somebody wrote unsigned.
        with suppress(TelegramError):
            await self.client.erase(chat_id, message_id)

    async def _answer_quietly(self, press: str) -> None:
        try:
            await self.client.answer(press)
        except TelegramError as error:
            LOG.debug("a press could not be answered: %s", _named(error))


class TelegramConnection(Connection):
    """What both ways in wait for when Telegram cannot be reached, and say about it."""

    def __init__(self, reception: Reception, draw: Callable[[], float], nap: Nap) -> None:
        super().__init__(reception.clock, draw, nap)
        self._reception = reception

    async def _end(self) -> None:
        await self._reception.end()

    def _asked(self, error: Exception) -> timedelta:
        asked = error.retry_after if isinstance(error, ApiError) else None
        return asked or timedelta(0)

    def _tell(self, error: Exception, wait: timedelta) -> None:
        seconds = wait.total_seconds()
        if isinstance(error, ApiError) and error.is_bad_token:
            LOG.error("Telegram does not know the bot of TELEGRAM_BOT_TOKEN; asking again in %.0f s", seconds)
        elif isinstance(error, ApiError) and error.status == 409:
            LOG.warning("another program asks for the same bot's messages, only one can; again in %.1f s", seconds)
        elif isinstance(error, TelegramError):
            LOG.warning("Telegram cannot be reached (%s), again in %.1f s", _named(error), seconds)
        else:
            LOG.error("what came from Telegram could not be stored (%s), again in %.1f s", locate(error), seconds)


class Polling(TelegramConnection):
    """Asks Telegram for updates, again and again. One per bot: Telegram serves the last who asked and turns the other away."""

    def __init__(self, reception: Reception, *, draw: Callable[[], float] = random.random, nap: Nap = nap) -> None:
        super().__init__(reception, draw, nap)
        self._is_ready = False
        self._offset: int | None = None
        self._stuck = (0, 0)
        """An update that cannot be stored, and how often that was tried."""

    async def _step(self) -> None:
        if not self._is_ready:
            if self._reception.me is None:
                await self._reception.introduce()
            await self._reception.client.listen_by_polling()
            self._is_ready = True
        try:
            updates = await self._reception.client.updates(self._offset)
        except ApiError as error:
            # A webhook, perhaps, that somebody has set meanwhile.
            self._is_ready = error.status != 409
            raise
        if not updates:
            # All there was is confirmed. After a quiet week Telegram's numbers begin anew anywhere, so ours must not stand in their way.
            self._offset = None
        for number, update in _ordered(updates):
            await self._take(number, update)
            self._offset = number + 1

    async def _take(self, number: int, update: Update) -> None:
        try:
            await self._reception.take(update)
        except BUGS as error:
            # A mistake of ours must not hold up everybody behind it for ever.
            stuck, failures = self._stuck
            failures = failures + 1 if stuck == number else 1
            self._stuck = (number, failures)
            if failures < TURNS.bug_attempts:
                raise
            LOG.error("update %d cannot be stored and is passed over: %s", number, locate(error))


def _ordered(updates: list[Any]) -> list[tuple[int, Update]]:
    """By number, as they happened; what has none is no update."""
    return sorted(((number, one) for one in updates if (number := number_of(one)) is not None), key=lambda pair: pair[0])


class Receiving(TelegramConnection):
    """Lets Telegram bring updates to `url`. Running it sets the webhook; `post` is the route behind the address."""

    def __init__(
        self, reception: Reception, url: str, secret: str, *, draw: Callable[[], float] = random.random, nap: Nap = nap
    ) -> None:
        super().__init__(reception, draw, nap)
        self._url = url
        self._secret = secret

    async def _step(self) -> None:
        if self._reception.me is None:
            await self._reception.introduce()
        await self._reception.client.listen_at(self._url, self._secret)
        await self._nap(self._halt, RENEWED.total_seconds())

    async def post(self, request: web.Request) -> web.Response:
        """200 once the update is stored. Everything else makes Telegram bring it again."""
        # Before a byte of the body is read: whoever does not know the secret costs us nothing.
        if not is_genuine(request.headers.getall(HEADER, []), self._secret):
            return web.Response(status=401)
        if self._reception.me is None:
            return web.Response(status=503)
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _read(request)
            update = json.loads(body)
        except TimeoutError:
            return web.Response(status=408)
        except (ValueError, RecursionError):
            return web.Response(status=400)
        if number_of(update) is None:
            return web.Response(status=400)
        try:
            await self._reception.take(update)
        except Exception as error:
            LOG.error("what Telegram brought could not be stored: %s", locate(error))
            return web.Response(status=503)
        return web.Response()


async def _read(request: web.Request) -> bytes:
    """The body. Raises ValueError when it is longer than any update."""
    # The application's own limit is that of a form somebody fills in.
    body = bytearray()
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > BODY_LIMIT:
            raise ValueError("too long")
    return bytes(body)


def _named(error: TelegramError) -> str:
    """The kind of failure, never its text: libraries put the address into it, and the address holds the token."""
    if isinstance(error, ApiError):
        return f"it answers {error.status}"
    return type(error.__cause__ or error).__name__
