"""When what was written moves on: at slots, once a working day at a fixed hour, and not surely at the first one.

At each slot a thread's notes stay behind with probability one half, at most twice: whoever saw somebody open the form learns little from the day a
note appears on. Simulated for teams of eight whose every opening is seen: named in 100 % of cases when notes are passed on at once, in 32 % with
slots alone, in 24 % with slots and the coin (blind guess: 12.5 %).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.anon.vault import Act, Item, by_thread

HOLD = timedelta(minutes=30)
"""A note written just before a slot waits for the following one."""
MOST_MISSED = 2
COVER = timedelta(minutes=10)
"""How often the spool is rewritten whether or not anything was written."""
LOOK_AHEAD = 60
"""Days looked ahead and back: no holiday is longer."""
DAY = timedelta(days=1)

BY_READERS = frozenset({Act.ANSWER, Act.THANK, Act.PASS, Act.CLOSE})
"""What readers do goes out at the next slot; chance is there to hide authors."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Slots at `at` on the clock of `timezone`, on days that are not off. `every` replaces all that with short steps, for a demo or a test."""

    at: time = time(16, 0)
    timezone: str = "UTC"
    is_off: Callable[[date], bool] = lambda day: day.weekday() > 4
    every: timedelta | None = None

    @property
    def is_rehearsal(self) -> bool:
        """Slots are shortened."""
        return self.every is not None

    @property
    def hold(self) -> timedelta:
        """How long a note lies at least."""
        return HOLD if self.every is None else timedelta(0)


def next_slot(plan: Plan, after: datetime) -> datetime:
    """The first slot later than `after`, in UTC. Where every day is off for two months, one two months on."""
    if plan.every is not None:
        return _step(after, plan.every) + plan.every
    today = after.astimezone(ZoneInfo(plan.timezone)).date()
    for number in range(LOOK_AHEAD):
        day = today + number * DAY
        at = _moment(plan, day)
        if at > after and not plan.is_off(day):
            return at
    return _moment(plan, today + LOOK_AHEAD * DAY)


def newest_slot(plan: Plan, now: datetime) -> datetime | None:
    """The latest slot that has come by `now`, in UTC."""
    if plan.every is not None:
        return _step(now, plan.every)
    today = now.astimezone(ZoneInfo(plan.timezone)).date()
    for number in range(LOOK_AHEAD):
        day = today - number * DAY
        at = _moment(plan, day)
        if at <= now and not plan.is_off(day):
            return at
    return None


def eligible_from(plan: Plan, act: Act, now: datetime) -> datetime:
    """The first slot that something written now may leave at."""
    return next_slot(plan, now if act in BY_READERS or act is Act.BURN else now + plan.hold)


def cover_tick(now: datetime) -> datetime:
    """The ten-minute mark that files written now are dated to."""
    return _step(now, COVER)


@dataclass(frozen=True, slots=True)
class Departure:
    """What a slot does with the spool: items that leave, and items that stay, counted as having missed it."""

    leaving: tuple[Item, ...]
    staying: tuple[Item, ...]


def depart(items: tuple[Item, ...], at: datetime, is_held: Callable[[Item], bool], toss: Callable[[], bool]) -> Departure:
    """Decide about all that waits, thread by thread in the order of their ids. `toss` is asked once for each thread of an author's that may
    leave and need not: True lets it go. A thread's own items leave in their order, together, so that a later one never comes first.

    `is_held` is asked about notes that begin a thread: held ones stay and have missed nothing.
    """
    leaving: list[Item] = []
    staying: list[Item] = []
    for _, waiting in sorted(by_thread(items).items()):
        go, stay = _depart_thread(waiting, at, is_held, toss)
        leaving.extend(go)
        staying.extend(stay)
    return Departure(_sorted(leaving), _sorted(staying))


def _depart_thread(
    waiting: tuple[Item, ...], at: datetime, is_held: Callable[[Item], bool], toss: Callable[[], bool]
) -> tuple[list[Item], list[Item]]:
    if any(item.act is Act.NOTE and is_held(item) for item in waiting):
        return [], list(waiting)
    ready = [item for item in waiting if item.eligible <= at]
    go = [item for item in ready if item.act in BY_READERS or item.act is Act.BURN]
    written = [item for item in ready if item not in go]
    does_go = bool(written) and (max(item.missed for item in written) >= MOST_MISSED or toss())
    if does_go:
        go.extend(written)
    late = [] if does_go else written
    stay = [replace(item, missed=item.missed + 1) if item in late else item for item in waiting if item not in go]
    return go, stay


def _sorted(items: list[Item]) -> tuple[Item, ...]:
    return tuple(sorted(items, key=lambda item: item.id))


def _moment(plan: Plan, day: date) -> datetime:
    """A time that a clock change skips is taken as much later by the wall; of one that comes twice, the first."""
    return datetime.combine(day, plan.at, tzinfo=ZoneInfo(plan.timezone)).astimezone(UTC)


def _step(now: datetime, every: timedelta) -> datetime:
    began = datetime(2020, 1, 1, tzinfo=UTC)
    return began + (now.astimezone(UTC) - began) // every * every
