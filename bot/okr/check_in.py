"""What an owner says about a key result at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bot.okr.objective import KeyResultId
from bot.okr.people import PersonId


class Confidence(StrEnum):
    """How sure the owner is to get there."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    OFF_TRACK = "off_track"


@dataclass(frozen=True, slots=True)
class CheckIn:
    """A value with the owner's confidence and a note (why it goes badly, what changed; "" when nothing needed saying)."""

    id: str
    key_result_id: KeyResultId
    author_id: PersonId
    at: datetime
    value: Decimal
    confidence: Confidence
    note: str = ""

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("times are aware")
