"""What comes in from DingTalk, by whichever way: stored first, acknowledged then. DingTalk promises to repeat events only, and messages to a
robot perhaps, so whatever cannot be stored at once is tried again here before it is left to that.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from adapters.connection import Connection, EndedSoonError
from adapters.dingtalk.answers import ApiError
from adapters.dingtalk.decode import Payload, decode, decode_press, track_id_of
from adapters.dingtalk.presses import Press, Presses
from adapters.failures import locate
from adapters.nap import Nap, nap
from adapters.patience import BUGS
from bot.chat.incoming import Incoming
from bot.ports import Clock

LOG = logging.getLogger(__name__)

STORING: Final = (0.2, 1.0, 3.0)
"""Seconds between attempts to store something."""
UNTOLD: Final = timedelta(minutes=2)
"""For so long a press whose answer was lost is known again; what is not answered comes again after about one minute."""

Accept = Callable[[Incoming], Awaitable[bool]]
"""`Intake.accept`: the event is stored when it returns."""


class Reception:
    """What all ways in have in common."""

    def __init__(self, accept: Accept, clock: Clock, presses: Presses, nap: Nap = nap) -> None:
        self._accept = accept
        self._clock = clock
        self._presses = presses
        self._nap = nap
        self._halt = asyncio.Event()
        self._untold: dict[tuple[str, str], tuple[str, datetime]] = {}

    def end(self) -> None:
        """Try nothing again any more."""
        self._halt.set()

    async def take_message(self, message: Payload) -> None:
        """Store what a message to the robot means. It may be acknowledged when this returns, not when it raises."""
        incoming = decode(message, self._clock.now())
        if incoming is not None:
            await self._store(incoming)

    async def take_press(self, press: Payload, push_id: str, tell: Callable[[Mapping[str, Any]], Awaitable[None]]) -> None:
        """Store what a press on a card means, and tell DingTalk what the card shows now, or nothing when that is not known in time. `tell`
        is called once, unless the press could not be stored; then this raises."""
        push_id = self._first_name(press, push_id)
        incoming = decode_press(press, push_id, self._clock.now())
        if incoming is None:
            await tell({})
            return
        # Before it is stored: the answer may be there sooner than we are back.
        opened = self._presses.begin(track_id_of(press), incoming.place)
        is_told = False
        try:
            await self._store(incoming)
            await tell(await self._answer_to(opened))
            is_told = True
        finally:
            self._presses.end(opened, is_told=is_told)
            if not is_told:
                self._untold[_pressed(press)] = push_id, self._clock.now()

    def _first_name(self, press: Payload, push_id: str) -> str:
        """What a press was called when it came first, should its answer have been lost: nobody promises that it comes again by the same name.
        One that was answered is no such press: whoever presses the same again wants it again."""
        now = self._clock.now()
        self._untold = {one: (name, at) for one, (name, at) in self._untold.items() if timedelta(0) <= now - at < UNTOLD}
        return self._untold.pop(_pressed(press), (push_id, now))[0]

    async def _answer_to(self, press: Press) -> Mapping[str, Any]:
        params = await self._presses.answer_to(press)
        if params is None:
            return {}
        return {"cardUpdateOptions": {"updateCardDataByKey": True}, "cardData": {"cardParamMap": dict(params)}}

    async def _store(self, incoming: Incoming) -> None:
        for wait in STORING:
            try:
                await self._accept(incoming)
            except BUGS:
                raise
            except Exception as error:
                if self._halt.is_set():
                    raise
                LOG.warning("what came from DingTalk could not be stored (%s), again in %.1f s", locate(error), wait)
                await self._nap(self._halt, wait)
            else:
                return
        await self._accept(incoming)


def _pressed(press: Payload) -> tuple[str, str]:
    """What is the same whenever the same press is told: the card, and who pressed what on it."""
    return track_id_of(press), f"{press.get('userId')} {press.get('content')}"


class DingTalkConnection(Connection):
    """How long all ways in wait when DingTalk cannot be reached, and what they say about it."""

    def __init__(self, clock: Clock, draw: Callable[[], float], nap: Nap) -> None:
        # At least half of what the law allows: luck must not turn a gateway that closes every door into a busy loop.
        super().__init__(clock, lambda: 0.5 + draw() / 2, nap)

    def _asked(self, error: Exception) -> timedelta:
        asked = error.wait if isinstance(error, ApiError) else None
        return asked or timedelta(0)

    def _tell(self, error: Exception, wait: timedelta) -> None:
        seconds = wait.total_seconds()
        if isinstance(error, EndedSoonError):
            LOG.warning("DingTalk ended a connection at once, another in %.1f s", seconds)
        elif isinstance(error, ApiError) and error.is_bad_secret:
            LOG.error("DingTalk does not know the app of DINGTALK_CLIENT_ID and its secret; asking again in %.0f s", seconds)
        elif isinstance(error, ApiError | OSError | TimeoutError):
            LOG.warning("DingTalk cannot be reached (%s), again in %.1f s", named(error), seconds)
        else:
            LOG.error("the connection to DingTalk broke (%s), again in %.1f s", locate(error), seconds)


def named(error: BaseException) -> str:
    """The kind of failure, never its text: libraries put addresses into it, and an address holds a ticket or a token."""
    if isinstance(error, ApiError):
        return f"it answers {error}"
    return type(error).__name__
