"""Objectives and their key results."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NewType

from bot.okr.cycle import CycleId
from bot.okr.measure import Measure
from bot.okr.people import PersonId, TeamId

ObjectiveId = NewType("ObjectiveId", str)
KeyResultId = NewType("KeyResultId", str)

TITLE_LIMIT = 200
WHY_LIMIT = 1000
SENTENCE_LIMIT = 200


class Ambition(StrEnum):
    """Committed is expected to reach 1.0, aspirational about 0.7."""

    COMMITTED = "committed"
    ASPIRATIONAL = "aspirational"


class ObjectiveState(StrEnum):
    """A draft is seen by its owner only."""

    DRAFT = "draft"
    PUBLISHED = "published"
    DEAD = "dead"
    CLOSED = "closed"


class ServedKind(StrEnum):
    """What an objective can hang under."""

    OBJECTIVE = "objective"
    KEY_RESULT = "key_result"


@dataclass(frozen=True, slots=True)
class Serves:
    """The bigger objective or key result an objective contributes to."""

    kind: ServedKind
    id: str


@dataclass(frozen=True, slots=True)
class KeyResult:
    """`start_confidence` is the owner's 0 … 10 when writing; `current` the newest value, None before the first check-in."""

    id: KeyResultId
    sentence: str
    measure: Measure
    start_confidence: int | None = None
    current: Decimal | None = None
    is_dead: bool = False

    def __post_init__(self) -> None:
        if not self.sentence.strip():
            raise ValueError("a key result has a sentence")
        if self.start_confidence is not None and not 0 <= self.start_confidence <= 10:
            raise ValueError("confidence lies between 0 and 10")


@dataclass(frozen=True, slots=True)
class Objective:
    """Where somebody wants to go in a cycle. It stands on the board of `team_id`; `version` counts saved changes."""

    id: ObjectiveId
    owner_id: PersonId
    team_id: TeamId
    cycle_id: CycleId
    title: str
    why: str
    ambition: Ambition
    state: ObjectiveState
    created_at: datetime
    key_results: tuple[KeyResult, ...] = ()
    serves: Serves | None = None
    published_at: datetime | None = None
    version: int = 1

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise ValueError("an objective has a title")
        if self.created_at.tzinfo is None:
            raise ValueError("times are aware")
        if self.state is ObjectiveState.PUBLISHED and not self.key_results:
            raise ValueError("a published objective has at least one key result")


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """Who changed what, when and why. `before` and `after` are short plain texts ("" where there was nothing)."""

    id: str
    objective_id: ObjectiveId
    at: datetime
    by: PersonId
    what: str
    """A dotted name: "published", "title", "why", "serves", "ambition", "key_result.target", "key_result.added" …"""
    why: str = ""
    before: str = ""
    after: str = ""
    key_result_id: KeyResultId | None = None
