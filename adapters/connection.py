"""Staying connected to a platform, whatever goes wrong: what polls, what listens on a WebSocket and what keeps an address registered alike."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from adapters.nap import Nap
from adapters.patience import Patience
from bot.ports import Clock

RETRIES: Final = Patience(
    first=timedelta(seconds=1), factor=2, longest=timedelta(minutes=1), attempts=0, age=timedelta(0), bug_attempts=0
)
"""How the waits between attempts to reach a platform grow. It is never given up."""


class EndedSoonError(Exception):
    """The step ended by itself, but sooner than one that has gone well."""


class Connection(ABC):
    """Keeps at its step until it is stopped, and waits longer after every failure; `draw` gives random numbers from [0, 1)."""

    steady = timedelta(0)
    """A step that ends sooner than this has failed, however politely it ends: a platform that closes every door must not be asked in a busy
    loop."""

    def __init__(self, clock: Clock, draw: Callable[[], float], nap: Nap) -> None:
        self._clock = clock
        self._draw = draw
        self._nap = nap
        self._halt = asyncio.Event()
        self._ended = asyncio.Event()
        self._ended.set()

    async def run(self) -> None:
        """Until stopped."""
        self._ended.clear()
        failures = 0
        try:
            while not self._halt.is_set():
                began_at = self._clock.now()
                try:
                    await self._unless_halted()
                    # A clock that was set back makes no failure of a step that may be as short as it likes.
                    if max(self._clock.now() - began_at, timedelta(0)) < self.steady:
                        raise EndedSoonError
                    failures = 0
                except Exception as error:
                    if self._halt.is_set():
                        return
                    failures += 1
                    wait = max(self._asked(error), RETRIES.wait(failures, self._draw()))
                    self._tell(error, wait)
                    await self._nap(self._halt, wait.total_seconds())
        finally:
            await self._end()
            self._ended.set()

    async def stop(self) -> None:
        """Take in nothing more, and return. What was not acknowledged comes again."""
        self._halt.set()
        await self._ended.wait()

    @abstractmethod
    async def _step(self) -> None:
        """What is done again and again; cancelled when we are to stop."""

    @abstractmethod
    def _tell(self, error: Exception, wait: timedelta) -> None:
        """Log what went wrong and when the step is tried again."""

    def _asked(self, error: Exception) -> timedelta:
        """How long the platform itself asks us to wait; never less than that is waited."""
        return timedelta(0)

    async def _end(self) -> None:  # noqa: B027 most have nothing to do
        """What is to be done after the last step."""

    async def _unless_halted(self) -> None:
        """The step, broken off when we are to stop: a poll may hang for half a minute."""
        working, halting = asyncio.create_task(self._step()), asyncio.create_task(self._halt.wait())
        try:
            await asyncio.wait({working, halting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            halting.cancel()
            working.cancel()
            await asyncio.wait({working, halting})
        if not working.cancelled() and (error := working.exception()) is not None:
            raise error
