"""How a key result or a team has moved through its cycle, as what a picture needs: points, the expected line, and an axis with round numbers.

Days are those of UTC, as shares of the cycle: the same picture for everybody, whatever their zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from bot.okr.board import BOUNDS, live
from bot.okr.check_in import CheckIn
from bot.okr.cycle import Cycle
from bot.okr.measure import Direction, Measure
from bot.okr.objective import KeyResult, KeyResultId, Objective
from bot.okr.progress import objective_progress, points, progress

WEEK = timedelta(days=7)
STEPS = 4
"""About so many steps from the bottom of the axis to its top."""
WEEK_MARKS = 6
"""No more weeks than this are named below the picture."""
_ROUND = (Fraction(1), Fraction(2), Fraction(5, 2), Fraction(5), Fraction(10))
PERCENT = Measure("", Decimal(100), Decimal(0), "%")
"""How a team's progress is measured."""


@dataclass(frozen=True, slots=True)
class Point:
    """A value on a day. `at` is the share of the cycle that had passed, 0 … 1."""

    at: Fraction
    day: date
    value: Fraction


@dataclass(frozen=True, slots=True)
class Axis:
    """Values from bottom to top, with marks at round numbers; the first mark is the bottom, the last the top."""

    marks: tuple[Fraction, ...]

    @property
    def bottom(self) -> Fraction:
        return self.marks[0]

    @property
    def top(self) -> Fraction:
        return self.marks[-1]

    def share(self, value: Fraction) -> Fraction:
        """How high `value` stands, 0 at the bottom and 1 at the top."""
        return (value - self.bottom) / (self.top - self.bottom)


@dataclass(frozen=True, slots=True)
class Trend:
    """What is drawn. `points` are check-ins, or week by week a team's mean; `start` is where the value line begins, None when nobody knows.

    `expected` are the two ends of the straight line, None for what has no way to go; `today` is None outside the cycle. `share` is the
    progress at the newest point; raw, None when unknown. `is_own_only`: the
    teams below are left out, since they are too many.
    """

    title: str
    measure: Measure
    cycle: Cycle
    day: date
    points: tuple[Point, ...]
    start: Point | None
    expected: tuple[Point, Point] | None
    axis: Axis
    today: Fraction | None
    share: Fraction | None = None
    is_team: bool = False
    is_own_only: bool = False

    @property
    def line(self) -> tuple[Point, ...]:
        """What the value line connects."""
        return self.points if self.start is None or self.is_team else (self.start, *self.points)


def trend_of_key_result(key_result: KeyResult, said: Iterable[CheckIn], cycle: Cycle, day: date) -> Trend:
    """The trend up to `day`. `said` are the key result's check-ins in any order; of several on one day, or before the cycle, the newest counts."""
    measure = key_result.measure
    spoken = [one for one in sorted(said, key=lambda one: (one.at, one.id)) if day_of(one.at) <= min(day, cycle.ends_on)]
    by_day = {max(day_of(one.at), cycle.starts_on): one for one in spoken}
    values = tuple(_point(cycle, on, _drawn(measure, one.value)) for on, one in by_day.items())
    newest = spoken[-1].value if spoken else None
    has_way = measure.baseline is not None and measure.direction in (Direction.INCREASE, Direction.DECREASE)
    start = None
    if measure.baseline is not None and measure.direction not in BOUNDS and not any(one.at == 0 for one in values):
        start = Point(Fraction(0), cycle.starts_on, Fraction(measure.baseline))
    return Trend(
        key_result.sentence,
        measure,
        cycle,
        day,
        values,
        start,
        _straight(cycle, measure) if has_way else None,
        axis_of(measure, [one.value for one in values]),
        _today(cycle, day),
        progress(measure, newest, [one.value for one in by_day.values()]),
    )


def trend_of_team(
    name: str, objectives: Sequence[Objective], said: Mapping[KeyResultId, Sequence[CheckIn]], cycle: Cycle, day: date
) -> Trend:
    """The mean progress of a team's objectives at the end of every week and on `day`, in whole per cent.

    An objective counts from its publication on, one that nobody can measure yet not at all. Check-ins are oldest first.
    """
    drawn: list[Point] = []
    mean: Fraction | None = None
    for on in week_ends(cycle, day):
        shares = [_progress_on(one, said, on) for one in objectives if _published_on(one) <= on]
        mean = objective_progress(shares)
        if mean is not None:
            drawn.append(_point(cycle, on, Fraction(points(mean))))
    axis = Axis(tuple(Fraction(mark) for mark in (0, 25, 50, 75, 100)))
    line = _straight(cycle, PERCENT)
    return Trend(name, PERCENT, cycle, day, tuple(drawn), None, line, axis, _today(cycle, day), mean, is_team=True)


def day_of(moment: datetime) -> date:
    """The day a moment lies in, of UTC."""
    return moment.astimezone(UTC).date()


def week_ends(cycle: Cycle, day: date) -> tuple[date, ...]:
    """The first day of the cycle, the first of every later week, and `day`, none of them after `day` or the end; none before the cycle."""
    last = min(day, cycle.ends_on)
    days = [cycle.starts_on + number * WEEK for number in range(cycle.weeks)]
    return tuple(sorted({*(one for one in days if one <= last), last})) if last >= cycle.starts_on else ()


def week_marks(cycle: Cycle) -> tuple[int, ...]:
    """The weeks worth naming: the first and then every so many, at most WEEK_MARKS of them."""
    every = next(step for step in (1, 2, 3, 4, 6, 13, 26, 52, cycle.weeks) if -(-cycle.weeks // step) <= WEEK_MARKS)
    return tuple(range(1, cycle.weeks + 1, every))


def axis_of(measure: Measure, values: Iterable[Fraction]) -> Axis:
    """An axis on which every value, the baseline and the target have their place. A milestone is done or not done, nothing between."""
    if measure.direction is Direction.MILESTONE:
        return Axis((Fraction(0), Fraction(measure.target)))
    known = [Fraction(measure.target), *values, *(() if measure.baseline is None else (Fraction(measure.baseline),))]
    if measure.baseline is None and measure.direction is Direction.INCREASE:
        known.append(Fraction(0))  # what starts nowhere is counted from nothing
    return Axis(round_marks(min(known), max(known)))


def round_marks(least: Fraction, most: Fraction) -> tuple[Fraction, ...]:
    """Evenly spaced round numbers (steps of 1, 2, 2.5 or 5 and zeros), the first at most `least`, the last at least `most`: three to seven.

    A single value gets room above and below; nothing that is never negative gets room below zero.
    """
    if least == most:
        room = abs(least) / 4 or Fraction(1)
        least, most = (least - room if least < 0 else max(least - room, Fraction(0))), most + room
    step = _round_step((most - least) / STEPS)
    first, last = least // step, -(-most // step)
    if last - first < 2:
        last += 1
    return tuple(step * number for number in range(first, last + 1))


def _round_step(rough: Fraction) -> Fraction:
    """The smallest round step that is at least `rough`."""
    size = Fraction(10) ** (len(str(rough.numerator)) - len(str(rough.denominator)))
    while size > rough:
        size /= 10
    while size * 10 <= rough:
        size *= 10
    return next(size * digit for digit in _ROUND if size * digit >= rough)


def _point(cycle: Cycle, day: date, value: Fraction) -> Point:
    return Point(cycle.elapsed(day), day, value)


def _drawn(measure: Measure, value: Decimal) -> Fraction:
    """The value; a milestone has two of them, whatever number was typed."""
    if measure.direction is Direction.MILESTONE:
        return Fraction(measure.target) if value >= measure.target else Fraction(0)
    return Fraction(value)


def _straight(cycle: Cycle, measure: Measure) -> tuple[Point, Point]:
    baseline = Fraction(measure.baseline or 0)
    return Point(Fraction(0), cycle.starts_on, baseline), Point(Fraction(1), cycle.ends_on, Fraction(measure.target))


def _today(cycle: Cycle, day: date) -> Fraction | None:
    return cycle.elapsed(day) if cycle.starts_on <= day <= cycle.ends_on else None


def _published_on(objective: Objective) -> date:
    return day_of(objective.published_at or objective.created_at)


def _progress_on(objective: Objective, said: Mapping[KeyResultId, Sequence[CheckIn]], day: date) -> Fraction | None:
    shares = []
    for one in live(objective):
        values = [spoken.value for spoken in said.get(one.id, ()) if day_of(spoken.at) <= day]
        shares.append(progress(one.measure, values[-1] if values else None, values))
    return objective_progress(shares)
