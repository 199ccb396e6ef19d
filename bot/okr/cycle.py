"""The period objectives are set for, usually a quarter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NewType

CycleId = NewType("CycleId", str)
MONTHS = 12
QUARTER = 3


@dataclass(frozen=True, slots=True)
class Cycle:
    """From `starts_on` up to and including `ends_on`."""

    id: CycleId
    name: str
    starts_on: date
    ends_on: date

    def __post_init__(self) -> None:
        if self.ends_on <= self.starts_on:
            raise ValueError("a cycle ends after it starts")

    @property
    def weeks(self) -> int:
        """Length in whole weeks, rounded up."""
        return -(-((self.ends_on - self.starts_on).days + 1) // 7)

    def week_of(self, day: date) -> int:
        """The running week, 1 … `weeks`."""
        return min(max((day - self.starts_on).days // 7 + 1, 1), self.weeks)

    def elapsed(self, day: date) -> Fraction:
        """The share of the cycle that has passed on `day`, 0 … 1. It is also the progress expected by then (a straight line)."""
        length = (self.ends_on - self.starts_on).days + 1
        return Fraction(min(max((day - self.starts_on).days, 0), length), length)


def quarter_of(day: date, fiscal_start_month: int = 1) -> Cycle:
    """The quarter of the fiscal year that `day` lies in. Its id is stable: "2026-Q4"; a fiscal year bears the year it starts in."""
    months_in = (day.month - fiscal_start_month) % MONTHS
    quarter = months_in // QUARTER
    year = day.year if day.month >= fiscal_start_month else day.year - 1
    first = fiscal_start_month + quarter * QUARTER
    starts_on = _first_of(year, first)
    ends_on = date.fromordinal(_first_of(year, first + QUARTER).toordinal() - 1)
    name = f"{year}-Q{quarter + 1}"
    return Cycle(CycleId(name), name, starts_on, ends_on)


def _first_of(year: int, month: int) -> date:
    return date(year + (month - 1) // MONTHS, (month - 1) % MONTHS + 1, 1)
