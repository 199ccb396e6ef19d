"""The loop that keeps a connection, with steps of our own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from adapters.connection import Connection, EndedSoonError
from tests.hands import Hands

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)

Step = Callable[[], Awaitable[None]]


class BusyError(Exception):
    """Asks for a pause of five minutes."""


class Line(Connection):
    """Takes the given steps, one each, then stands until it is stopped. Naps last no time; `waits` tells of them."""

    def __init__(self, *steps: Step, steady: timedelta = timedelta(0), draw: float = 1.0) -> None:
        self.hands = Hands()
        super().__init__(self.hands, lambda: draw, self._note)
        self.steady = steady
        self._steps = list(steps)
        self.standing = asyncio.Event()
        self.waits: list[float] = []
        self.told: list[tuple[type[Exception], float]] = []
        self.ends = 0

    async def _step(self) -> None:
        if self._steps:
            await self._steps.pop(0)()
        else:
            self.standing.set()
            await asyncio.Event().wait()

    async def _note(self, event: asyncio.Event, seconds: float) -> None:
        self.waits.append(seconds)

    def _asked(self, error: Exception) -> timedelta:
        return 5 * MINUTE if isinstance(error, BusyError) else timedelta(0)

    def _tell(self, error: Exception, wait: timedelta) -> None:
        self.told.append((type(error), wait.total_seconds()))

    async def _end(self) -> None:
        self.ends += 1

    async def stands(self) -> None:
        """Run until all steps are taken, then stop."""
        running = asyncio.create_task(self.run())
        await self.standing.wait()
        await self.stop()
        await running


async def fail() -> None:
    raise OSError


async def go_well() -> None:
    pass


def last(line: list[Line], by: timedelta) -> Step:
    """A step during which so much time passes."""

    async def step() -> None:
        line[0].hands.turn(by)

    return step


async def test_waits_grow_and_stay_within_a_minute() -> None:
    line = Line(*[fail] * 12)
    await line.stands()
    assert line.waits == sorted(line.waits)
    assert (line.waits[0], line.waits[-1], len(line.waits)) == (1.0, 60.0, 12)
    assert line.told == [(OSError, wait) for wait in line.waits]


async def test_what_goes_well_is_done_again_at_once_and_makes_the_waits_short_again() -> None:
    line = Line(fail, fail, go_well, go_well, fail)
    await line.stands()
    assert line.waits == [1.0, 2.0, 1.0]


async def test_it_waits_as_long_as_the_platform_asks_and_no_less_than_the_law_says() -> None:
    async def refuse() -> None:
        raise BusyError

    line = Line(refuse, fail)
    await line.stands()
    assert line.waits == [300.0, 2.0]


async def test_what_ends_too_soon_has_failed_however_politely() -> None:
    lines: list[Line] = []
    soon, late = last(lines, 29 * SECOND), last(lines, 30 * SECOND)
    lines.append(Line(soon, soon, late, soon, steady=30 * SECOND))
    await lines[0].stands()
    assert lines[0].told == [(EndedSoonError, 1.0), (EndedSoonError, 2.0), (EndedSoonError, 1.0)]


async def test_a_clock_set_back_makes_no_failure_of_a_step_that_may_be_short() -> None:
    lines: list[Line] = []
    lines.append(Line(last(lines, -HOUR)))
    await lines[0].stands()
    assert lines[0].told == []


async def test_stopping_breaks_the_step_off_and_comes_back_after_the_end() -> None:
    line = Line()
    running = asyncio.create_task(line.run())
    await line.standing.wait()
    await line.stop()
    assert line.ends == 1
    await running
    assert line.told == []


async def test_what_breaks_because_it_is_stopped_is_not_told() -> None:
    begun = asyncio.Event()

    async def break_when_cancelled() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            raise OSError

    line = Line(break_when_cancelled)
    running = asyncio.create_task(line.run())
    await begun.wait()
    await line.stop()
    await running
    assert (line.told, line.waits, line.ends) == ([], [], 1)


async def test_stopped_before_it_runs_it_takes_no_step() -> None:
    line = Line(fail)
    await line.stop()
    await line.run()
    assert (line.told, line.ends) == ([], 1)
