"""Lets calls through at the pace a platform allows, so that ten thousand prompts at one hour do not end in refusals."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final

from adapters.nap import Nap, nap
from bot.ports import Clock

LONGEST: Final = timedelta(seconds=10)
"""A longer wait than this means that somebody has turned the clock back. The relay would have given up by then, too."""


class Turnstile:
    """One per thing a platform counts, and process. After a quiet moment `burst` pass at once, then one every `gap`."""

    def __init__(self, clock: Clock, gap: timedelta, burst: int, nap: Nap = nap) -> None:
        self._clock = clock
        self._gap = gap
        self._burst = burst
        self._nap = nap
        self._taken_until: datetime | None = None

    async def enter(self) -> None:
        """Return when it is one's turn, first come, first served."""
        wait = self._take()
        if wait:
            await self._nap(asyncio.Event(), wait.total_seconds())

    def _take(self) -> timedelta:
        now = self._clock.now()
        earliest = now - self._gap * self._burst
        taken = self._taken_until
        if taken is None or taken < earliest or taken - now > LONGEST:
            taken = earliest
        self._taken_until = taken + self._gap
        return max(self._taken_until - now, timedelta(0))
