"""That somebody was asked, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class PromptKind(StrEnum):
    """What was sent by itself, because its time had come."""

    CHECK_IN = "check_in"
    REMINDER = "reminder"
    MONDAY_CARD = "monday_card"


@dataclass(frozen=True, slots=True)
class Prompt:
    """`subject_id` (a person, or a team for a card) was addressed for the local date `day`: (kind, subject, day) happens once.

    `answered_at` is when the check-in was done; `snoozed_until` when the person wants to be asked again.
    """

    kind: PromptKind
    subject_id: str
    day: date
    at: datetime
    answered_at: datetime | None = None
    snoozed_until: datetime | None = None

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("times are aware")
