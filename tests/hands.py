"""A clock whose hands the tests turn, and naps that end when they are turned far enough. Nothing here waits for real time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Hands:
    """Implements `bot.ports.Clock`."""

    def __init__(self, at: datetime = MORNING) -> None:
        self._at = at
        self._alarms: dict[asyncio.Future[None], datetime] = {}
        self._stirred = asyncio.Event()

    def now(self) -> datetime:
        """Aware, in UTC."""
        return self._at

    def turn(self, by: timedelta) -> None:
        """Let time pass at one stroke, as when a machine was asleep; backwards too."""
        self._at += by
        for future, until in tuple(self._alarms.items()):
            if until <= self._at and not future.done():
                future.set_result(None)

    def alarm(self, at: datetime) -> asyncio.Future[None]:
        """Done when the hands have been turned this far."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._alarms[future] = at
        future.add_done_callback(self._alarms.pop)
        return future

    def stir(self) -> None:
        """Something happened: whoever waits in `until` looks again."""
        self._stirred.set()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Return when `is_so`; looked at whenever something stirs."""
        while not is_so():
            self._stirred.clear()
            await self._stirred.wait()


class Sleeper:
    """Whose `nap` is handed to one relay. Knows whether its main loop is asleep: the first event it waits for is the loop's."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self._main: asyncio.Event | None = None
        self._main_until: datetime | None = None
        self._others_until: list[datetime] = []
        self._dead = asyncio.Event()
        self.naps = 0
        """How often the main loop went to sleep."""

    @property
    def is_asleep(self) -> bool:
        """The main loop waits, nothing has called it yet, and its time has not come."""
        until = self._main_until
        return until is not None and until > self._hands.now() and self._main is not None and not self._main.is_set()

    @property
    def side_naps(self) -> int:
        """How many others are asleep and stay so."""
        return sum(until > self._hands.now() for until in self._others_until)

    def die(self) -> None:
        """Whoever sleeps here never wakes again: the process is gone."""
        self._dead.set()

    async def nap(self, event: asyncio.Event, seconds: float) -> None:
        """A `adapters.nap.Nap`."""
        self._main = self._main or event
        is_main = event is self._main
        until = self._hands.now() + timedelta(seconds=seconds)
        if is_main:
            self.naps += 1
            self._main_until = until
        else:
            self._others_until.append(until)
        ringing = self._hands.alarm(until)
        waking = asyncio.create_task(event.wait())
        dying = asyncio.create_task(self._dead.wait())
        self._hands.stir()
        try:
            first: set[asyncio.Future[Any]] = {ringing, waking, dying}
            await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if is_main:
                self._main_until = None
            else:
                self._others_until.remove(until)
            ringing.cancel()
            waking.cancel()
            dying.cancel()
            await asyncio.wait({waking, dying})
        if self._dead.is_set():
            raise asyncio.CancelledError
