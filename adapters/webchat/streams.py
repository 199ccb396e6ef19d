"""Tells open pages that their chat has something new. In this process only; pages served by another one notice at their next heartbeat."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from bot.chat.incoming import Place

PER_PLACE = 12
"""Open pages of one chat: more than anybody looks at, few enough to hold."""
IN_ALL = 500


class TooManyError(Exception):
    """Somebody holds more open pages than we keep streams for."""


class Bell:
    """Rings for one open page."""

    __slots__ = ("_rung", "is_over")

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self.is_over = False

    def ring(self) -> None:
        """There is something new."""
        self._rung.set()

    def end(self) -> None:
        """The server goes down: whoever waits stops waiting, now and later."""
        self.is_over = True
        self._rung.set()

    def hush(self) -> None:
        """Forget earlier rings. Call it before looking for what is new, so that nothing falls between looking and waiting."""
        if not self.is_over:
            self._rung.clear()

    async def heard_within(self, seconds: float) -> bool:
        """Wait for a ring; False when none came in time."""
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return False
        return True


class Streams:
    """All open pages, by chat."""

    __slots__ = ("_bells", "_is_closed")

    def __init__(self) -> None:
        self._bells: dict[str, set[Bell]] = {}
        self._is_closed = False

    @contextmanager
    def listen(self, place: Place) -> Iterator[Bell]:
        """A bell for this chat while the block runs. Raises TooManyError."""
        bells = self._bells.setdefault(place.lane, set())
        if len(bells) >= PER_PLACE or sum(map(len, self._bells.values())) >= IN_ALL:
            if not bells:
                del self._bells[place.lane]
            raise TooManyError
        bell = Bell()
        if self._is_closed:
            bell.end()
        bells.add(bell)
        try:
            yield bell
        finally:
            bells.discard(bell)
            if not bells and self._bells.get(place.lane) is bells:
                del self._bells[place.lane]

    def ring(self, place: Place) -> None:
        """Tell every open page of this chat."""
        for bell in self._bells.get(place.lane, ()):
            bell.ring()

    def close(self) -> None:
        """End all streams at once, and later ones at their start: an open one would hold up the shutdown for minutes."""
        self._is_closed = True
        for bells in self._bells.values():
            for bell in bells:
                bell.end()

    def __len__(self) -> int:
        return sum(map(len, self._bells.values()))
