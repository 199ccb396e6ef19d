"""A quantity at its place in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bot.coach.numerals import ONE

PLACES = Decimal("0.0001")
"""How exactly shares and parts of an hour are kept."""
HUNDRED = Decimal(100)
NONE = "none"
"""What `Amount.turns` says of "no outages"."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity at its place in a sentence: tokens `first` up to, not including, `stop`."""

    value: Decimal
    unit: str
    first: int
    stop: int
    sign: str = ""
    scale: Decimal = ONE
    in_figures: bool = True
    is_open: bool = False
    """Written with a "+" behind it: "100+"."""
    is_share: bool = False
    is_bare_half: bool = False
    is_fraction: bool = False
    """Written in figures as one: "2/3"."""
    turns: str = ""
    """What the words themselves say besides a number, see `Numbers.multiples`: "up" for "double", "zero" for "清零", "none" for "no"."""


def plain(value: Decimal) -> Decimal:
    return Decimal(int(value)) if value == value.to_integral_value() else value.normalize()
