"""What an admin decides about unsigned notes, within the bounds that protect people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.anon.audience import FLOOR, HARD_FLOOR

RETENTION = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Terms:
    """`external_channel` is where crime and safety go; `retention` counts from a thread's newest entry."""

    floor: int = FLOOR
    external_channel: str = ""
    retention: timedelta = RETENTION

    def __post_init__(self) -> None:
        if self.floor < HARD_FLOOR:
            raise ValueError("a floor below five protects nobody")
        if not timedelta(days=1) <= self.retention <= timedelta(days=365):
            raise ValueError("threads are kept from a day to a year")
