"""A call for help on a key result, and the decision that answers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NewType

from bot.okr.objective import KeyResultId, ObjectiveId
from bot.okr.people import Person, PersonId, Team, TeamId

HelpRequestId = NewType("HelpRequestId", str)

STAND_IN_AFTER = timedelta(hours=24)
NEXT_LEVEL_AFTER = timedelta(hours=48)
FOLLOW_UP_AFTER = timedelta(days=7)
WORDS_LIMIT = 500


class Decision(StrEnum):
    """What a manager can answer."""

    ADD_RESOURCES = "add_resources"
    LOWER_PRIORITY = "lower_priority"
    CHANGE_TARGET = "change_target"
    TALK = "talk"
    DEAD = "dead"


class HelpState(StrEnum):
    """An answered call stays until its follow-up; a withdrawn one was taken back by its asker."""

    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class HelpRequest:
    """`words` say what is in the way. `holders` are those it has reached, newest last: each of them may decide. `moves_on_at` is when it goes
    to the next one, None when nobody is left. After the decision `follow_up_at` is when the asker is asked whether it arrived, and
    `has_arrived` what they said. `version` counts saved changes.
    """

    id: HelpRequestId
    key_result_id: KeyResultId
    objective_id: ObjectiveId
    asker_id: PersonId
    asked_at: datetime
    words: str
    holders: tuple[PersonId, ...]
    moves_on_at: datetime | None
    state: HelpState = HelpState.OPEN
    decision: Decision | None = None
    decided_by: PersonId | None = None
    decided_at: datetime | None = None
    remark: str = ""
    follow_up_at: datetime | None = None
    has_arrived: bool | None = None
    version: int = 1

    def __post_init__(self) -> None:
        if self.asked_at.tzinfo is None:
            raise ValueError("times are aware")
        if (self.state is HelpState.ANSWERED) != (self.decision is not None):
            raise ValueError("an answered call has a decision, and only an answered one")


def chain_of_command(asker: Person, people: Mapping[PersonId, Person], teams: Sequence[Team]) -> tuple[PersonId, ...]:
    """Who can answer, nearest first: the asker's manager (or else their team's lead), then that person's, and so on up.

    Those who left are passed over, nobody comes twice, and the asker never answers their own call.
    """
    by_id: dict[TeamId, Team] = {team.id: team for team in teams}
    chain: list[PersonId] = []
    seen = {asker.id}
    one: Person | None = asker
    while one is not None:
        above = _above(one, by_id)
        next_one = next((people[id_] for id_ in above if id_ in people and id_ not in seen), None)
        if next_one is not None:
            seen.add(next_one.id)
            if next_one.is_active:
                chain.append(next_one.id)
        one = next_one
    return tuple(chain)


def _above(person: Person, teams: Mapping[TeamId, Team]) -> list[PersonId]:
    """Whom a person answers to: their manager first, then the leads of their team and the teams above it."""
    above = [] if person.manager_id is None else [person.manager_id]
    team = teams.get(person.team_id)
    while team is not None:
        if team.lead_id is not None:
            above.append(team.lead_id)
        team = teams.get(team.parent_id) if team.parent_id else None
    return above


def is_away(person: Person, today: date) -> bool:
    """Whether somebody cannot answer today."""
    return person.away_until is not None and today <= person.away_until
