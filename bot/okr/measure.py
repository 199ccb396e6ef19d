"""How a key result is measured: metric, baseline, target, unit and direction."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Direction(StrEnum):
    """Which way the number should go."""

    INCREASE = "increase"
    DECREASE = "decrease"
    KEEP_ABOVE = "keep_above"
    KEEP_BELOW = "keep_below"
    MILESTONE = "milestone"
    """Done or not done: baseline 0, target 1, no unit."""


class MeasureError(ValueError):
    """The numbers contradict the direction or each other."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What a key result counts, from where to where.

    `metric` is what is counted ("NPS", "复购率"), `unit` as people wrote it ("%", "tr", "天", "" when it has none); `baseline` is None
    as long as nobody has measured it. Percentages are held as people say them: 35 % is Decimal(35) with unit "%".
    """

    metric: str
    target: Decimal
    baseline: Decimal | None = None
    unit: str = ""
    direction: Direction = Direction.INCREASE

    def __post_init__(self) -> None:
        numbers = [self.target] if self.baseline is None else [self.target, self.baseline]
        if not all(number.is_finite() for number in numbers):
            raise MeasureError("a measure needs finite numbers")
        if self.baseline is None:
            return
        if self.direction is Direction.INCREASE and self.target <= self.baseline:
            raise MeasureError("to increase, the target lies above the baseline")
        if self.direction is Direction.DECREASE and self.target >= self.baseline:
            raise MeasureError("to decrease, the target lies below the baseline")
