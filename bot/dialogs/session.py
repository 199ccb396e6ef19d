"""A conversation in progress, as it is kept between two turns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NewType

from bot.okr.people import PersonId

SessionId = NewType("SessionId", str)
Json = Any
"""What json.loads gives: None, bool, int, float, str, list or dict of these."""

KEPT_FOR = timedelta(days=14)
"""How long an unfinished conversation waits for its person."""


class Mode(StrEnum):
    """What the open question is about: the script's own question, which answer to change, or whether really to stop."""

    ASKING = "asking"
    CHOOSING = "choosing"
    CANCELLING = "cancelling"


class SessionState(StrEnum):
    """A person has at most one active session; a second conversation parks the first and gives it back afterwards."""

    ACTIVE = "active"
    PARKED = "parked"
    FINISHED = "finished"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        return self in (SessionState.ACTIVE, SessionState.PARKED)


@dataclass(frozen=True, slots=True)
class Stored:
    """An answer or (`is_finding`) the outcome of a look-up, under the key that names its meaning for ever."""

    key: str
    value: Json
    is_finding: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """`answers` are in the order they were given. `turn` counts saves: a save is conditional on it.

    `asked` numbers the question now open and changes with every new question; buttons carry it. `mode` tells a question of the script's
    from one about the conversation itself. `facts` were gathered before the start and never change.
    """

    id: SessionId
    person_id: PersonId
    script: str
    facts: Mapping[str, Json]
    started_at: datetime
    touched_at: datetime
    answers: tuple[Stored, ...] = ()
    state: SessionState = SessionState.ACTIVE
    turn: int = 1
    asked: int = 1
    open_key: str = ""
    mode: Mode = Mode.ASKING
    is_paused: bool = False
    """Put aside by its person, so it is not given back by itself when another conversation ends."""

    def is_expired(self, now: datetime) -> bool:
        """Nobody has touched it for fourteen days."""
        return now - self.touched_at > KEPT_FOR

    def with_answer(self, key: str, value: Json, *, is_finding: bool = False) -> Session:
        """The session with this answer as the newest one; an earlier answer under the same key is replaced."""
        kept = tuple(stored for stored in self.answers if stored.key != key)
        return replace(self, answers=(*kept, Stored(key, value, is_finding)))


def body_of(session: Session) -> dict[str, Json]:
    """The part of a session that is kept as one JSON value; id, person, script, state, turn and times are columns."""
    return {
        "facts": dict(session.facts),
        "answers": [[stored.key, stored.value, stored.is_finding] for stored in session.answers],
        "asked": session.asked,
        "open_key": session.open_key,
        "mode": session.mode.value,
        "paused": session.is_paused,
    }


def from_columns(
    id: str,  # noqa: A002 the column's name
    person_id: str,
    script: str,
    state: str,
    turn: int,
    started_at: datetime,
    touched_at: datetime,
    body: Mapping[str, Json],
) -> Session:
    """The session a row holds. What a newer release adds to `body` has a default, so rows of older releases always read."""
    return Session(
        id=SessionId(id),
        person_id=PersonId(person_id),
        script=script,
        facts=body.get("facts", {}),
        started_at=started_at,
        touched_at=touched_at,
        answers=tuple(Stored(key, value, bool(finding)) for key, value, finding in body.get("answers", ())),
        state=SessionState(state),
        turn=turn,
        asked=body.get("asked", 1),
        open_key=body.get("open_key", ""),
        mode=Mode(body.get("mode", Mode.ASKING)),
        is_paused=body.get("paused", False),
    )
