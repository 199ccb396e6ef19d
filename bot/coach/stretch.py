"""How far a target is: too near to teach anything, or too far to be believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.coach.advice import Rule
from bot.coach.likeness import are_alike
from bot.okr.measure import Direction, Measure

SURE = 9
"""From this start confidence on, an aspirational key result is no stretch (50:50 is asked for)."""
HARDLY = 2
"""Up to this start confidence nobody believes in it."""
NEAR = Decimal("0.05")
"""A change of less than this share of the baseline is hardly one."""
PACE = Decimal("1.05")
"""A target up to this multiple of where the last cycle's pace leads comes by itself."""
FAR = 10
"""More than so many times the baseline is a dream, as long as nobody has shown a first step."""
WHOLE = Decimal(100)


@dataclass(frozen=True, slots=True)
class PastKeyResult:
    """A key result of the cycle before, and the last value somebody reported of it."""

    sentence: str
    measure: Measure
    latest: Decimal | None = None


def judge_stretch(
    measure: Measure, *, is_aspirational: bool, confidence: int | None, past: Sequence[PastKeyResult] = ()
) -> Rule | None:
    """TOO_EASY or FANTASY, or None. What is committed may be easy; what nobody believes in is worth a question in any case."""
    if measure.direction not in (Direction.INCREASE, Direction.DECREASE):
        return None
    if (confidence is not None and confidence <= HARDLY) or _is_far(measure):
        return Rule.FANTASY
    if not is_aspirational:
        return None
    is_sure = confidence is not None and confidence >= SURE
    return Rule.TOO_EASY if is_sure or _is_near(measure) or _comes_by_itself(measure, past) else None


def _is_far(measure: Measure) -> bool:
    baseline = measure.baseline
    return baseline is not None and baseline > 0 and measure.unit != "%" and measure.target > FAR * baseline


def _is_near(measure: Measure) -> bool:
    baseline, target = measure.baseline, measure.target
    if baseline is None or baseline == 0:
        return False
    change = abs(target - baseline)
    # From 97 % to 98 % a third of what was missing is gained.
    missing = WHOLE - baseline if measure.unit == "%" and target > baseline else None
    return change < NEAR * abs(baseline) and (missing is None or change < NEAR * missing)


def _comes_by_itself(measure: Measure, past: Sequence[PastKeyResult]) -> bool:
    """Whether the pace of the last cycle leads to the target, or beyond it."""
    for one in past:
        before, latest = one.measure.baseline, one.latest
        if (
            before is None
            or latest is None
            or one.measure.unit != measure.unit
            or not are_alike(one.measure.metric, measure.metric)
        ):
            continue
        ahead = latest + (latest - before)
        if measure.direction is Direction.INCREASE and latest > before:
            return measure.target <= ahead * PACE
        if measure.direction is Direction.DECREASE and latest < before:
            return measure.target * PACE >= ahead
    return False
