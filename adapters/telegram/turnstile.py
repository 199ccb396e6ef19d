"""Lets calls through at the pace Telegram allows a whole bot, so that ten thousand prompts at one hour do not end in refusals."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final

from adapters.nap import Nap, nap
from bot.ports import Clock

GAP: Final = timedelta(seconds=1) / 25
"""Telegram's FAQ speaks of about 30 messages a second for a bot; exact numbers are not published, so some room is left."""
BURST: Final = 25
"""So many at once after a quiet moment."""
LONGEST: Final = timedelta(seconds=10)
"""A longer wait than this means that somebody has turned the clock back. The relay would have given up by then, too."""


class Turnstile:
    """One per bot and process. What a single chat may get is left to Telegram's own 429: a short burst there is allowed."""

    def __init__(self, clock: Clock, nap: Nap = nap) -> None:
        self._clock = clock
        self._nap = nap
        self._taken_until: datetime | None = None

    async def enter(self) -> None:
        """Return when it is one's turn, first come, first served."""
        wait = self._take()
        if wait:
            await self._nap(asyncio.Event(), wait.total_seconds())

    def _take(self) -> timedelta:
        now = self._clock.now()
        earliest = now - GAP * BURST
        taken = self._taken_until
        if taken is None or taken < earliest or taken - now > LONGEST:
            taken = earliest
        self._taken_until = taken + GAP
        return max(self._taken_until - now, timedelta(0))
