"""How far a key result or an objective has come, and how that compares with the calendar. Exact fractions; rounding is the reader's business."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import lcm

from bot.okr.measure import Direction, Measure

NOTHING = Fraction(0)
EVERYTHING = Fraction(1)
MILLION = 1_000_000
SLACK = Fraction(10, 100)
"""So far behind a straight line is still on track."""
FAR_BEHIND = Fraction(20, 100)
"""From more than this behind on, a key result is off track."""
AMBER_AFTER = timedelta(days=10)
RED_AFTER = timedelta(days=21)


def progress(measure: Measure, current: Decimal | None, values: Sequence[Decimal] = ()) -> Fraction | None:
    """The share of the way from baseline to target: 0 at the baseline, 1 at the target, raw (below 0 and above 1 happen); None when unknown.

    As long as nobody has checked in (`current` None) a known baseline is where things stand. Without a baseline only a counter that starts
    at nothing has a share. To keep a number above or below a bound, `values` are those of all check-ins: the share that was inside counts.
    """
    match measure.direction:
        case Direction.MILESTONE:
            return EVERYTHING if current is not None and current >= measure.target else NOTHING
        case Direction.KEEP_ABOVE | Direction.KEEP_BELOW:
            return _share_inside(measure, values or (() if current is None else (current,)))
        case Direction.INCREASE | Direction.DECREASE:
            return _share_of_way(measure, current)


def _share_inside(measure: Measure, values: Sequence[Decimal]) -> Fraction | None:
    if not values:
        return None
    is_above = measure.direction is Direction.KEEP_ABOVE
    inside = sum(value >= measure.target if is_above else value <= measure.target for value in values)
    return Fraction(inside, len(values))


def _share_of_way(measure: Measure, current: Decimal | None) -> Fraction | None:
    if measure.baseline is not None:
        # (now - start) / (target - start) in whole numbers: three fractions made on the way would take six times as long.
        now, parts = (measure.baseline if current is None else current).as_integer_ratio()
        start, start_parts = measure.baseline.as_integer_ratio()
        target, target_parts = measure.target.as_integer_ratio()
        done, way = now * start_parts - start * parts, target * start_parts - start * target_parts
        return Fraction(done * target_parts, way * parts)
    if current is None or measure.direction is Direction.DECREASE or measure.target <= 0:
        return None
    return Fraction(current) / Fraction(measure.target)


def clamped(share: Fraction) -> Fraction:
    """`share` within 0 … 1, for bars and roll-ups."""
    # A fraction's parts compare many times quicker than fractions do, and a company's board asks 100 000 times.
    if share.numerator <= 0:
        return NOTHING
    return EVERYTHING if share.numerator >= share.denominator else share


def objective_progress(shares: Iterable[Fraction | None]) -> Fraction | None:
    """The mean of an objective's measured key results, each within 0 … 1, so that one at 150 % hides no other at 0.

    Unmeasured ones (None) count neither as nothing nor as something; None when none is measured. Dead key results do not belong in here.
    """
    measured = [clamped(share) for share in shares if share is not None]
    if not measured:
        return None
    parts = lcm(*(one.denominator for one in measured))
    return Fraction(sum(one.numerator * (parts // one.denominator) for one in measured), parts * len(measured))


def mean_of_many(shares: Iterable[Fraction | None]) -> Fraction | None:
    """The same over any number of objectives, to a millionth: an exact sum of thousands of different fractions has as many digits."""
    measured = [clamped(share) for share in shares if share is not None]
    total = sum((one.numerator * MILLION * 2 + one.denominator) // (one.denominator * 2) for one in measured)
    return Fraction(total, MILLION * len(measured)) if measured else None


def points(share: Fraction) -> int:
    """Per cent, halves rounded up, as bars show them."""
    kept = clamped(share)
    return (kept.numerator * 200 + kept.denominator) // (kept.denominator * 2)


def expected_value(measure: Measure, elapsed: Fraction) -> Decimal | None:
    """Where a straight line from baseline to target would be after that share of the cycle, in steps of about a hundredth of the way.

    None for what has no way to go: milestones, bounds to keep, and measures without a baseline.
    """
    if measure.baseline is None or measure.direction not in (Direction.INCREASE, Direction.DECREASE):
        return None
    way = Fraction(measure.target) - Fraction(measure.baseline)
    digit = (measure.target - measure.baseline).adjusted() - 1
    line = Fraction(measure.baseline) + way * elapsed
    return Decimal(round(line / Fraction(10) ** digit)).scaleb(digit)


def expected_share(measure: Measure, elapsed: Fraction) -> Fraction:
    """The share of the way a key result should have come after that share of the cycle: a straight line, but a milestone is due at the end."""
    if measure.direction is Direction.MILESTONE:
        return EVERYTHING if elapsed >= 1 else NOTHING
    return elapsed


class Standing(StrEnum):
    """How progress compares with what is expected by now."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    OFF_TRACK = "off_track"


def standing(share: Fraction, expected: Fraction) -> Standing:
    """On track down to ten points behind what is expected by now, off track from more than twenty."""
    gap = clamped(share) - expected
    if gap >= -SLACK:
        return Standing.ON_TRACK
    return Standing.OFF_TRACK if gap < -FAR_BEHIND else Standing.AT_RISK


class Staleness(StrEnum):
    """How long nothing has been heard. Stale beats green: what is old is never shown as well."""

    FRESH = "fresh"
    AMBER = "amber"
    RED = "red"


def staleness(quiet: timedelta) -> Staleness:
    """Amber after more than ten days of quiet, red after more than twenty-one."""
    if quiet > RED_AFTER:
        return Staleness.RED
    return Staleness.AMBER if quiet > AMBER_AFTER else Staleness.FRESH


def is_well(standing: Standing | None, is_confident: bool, staleness: Staleness) -> bool:
    """Whether something may be shown as going well: not behind, its owner sure of it, and heard of lately."""
    return standing in (None, Standing.ON_TRACK) and is_confident and staleness is Staleness.FRESH


def quiet_since(heard_at: datetime | None, published_at: datetime, now: datetime) -> timedelta:
    """How long nothing has been heard: since the newest check-in, before the first one since publication."""
    return max(now - (heard_at or published_at), timedelta(0))
