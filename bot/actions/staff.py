"""What an import of people and a sync with a directory have in common: how a change of people is planned, said and guarded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from unicodedata import normalize

from bot.okr.people import Person, PersonId, Role, Team, TeamId

GUARD = "people import"
"""Two that work at once would both add the same new people."""
ATTEMPTS = 3


class BusyError(Exception):
    """Others changed people while they were being saved, several times in a row. Trying again is safe."""


class Fate(StrEnum):
    """What becomes of a person."""

    CREATED = "created"
    CHANGED = "changed"
    LEFT = "left"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Difference:
    """A column's value before and after, as an admin would write it; "" for none."""

    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PlannedTeam:
    """A team that is new, or gets another path or lead. `path_before` is "" where it stays; leads by name, "" for none."""

    path: str
    is_new: bool
    lead_before: str
    lead_after: str
    path_before: str = ""


def look_of(person: Person, everybody: Mapping[PersonId, Person], teams: Mapping[TeamId, Team]) -> dict[str, str]:
    """The person by column, as an admin would write it."""
    return {
        "name": person.name,
        "email": person.email or "",
        "team": teams[person.team_id].path,
        "role": person.role.value,
        "manager_email": _address(person.manager_id, everybody),
        "locale": person.locale,
        "timezone": person.timezone,
        "left": person.left_at.date().isoformat() if person.left_at else "",
    }


def likely_lead(team: Team, members: Sequence[Person], everybody: Mapping[PersonId, Person]) -> PersonId | None:
    """Who leads a team nobody has named the lead of: the manager (else admin) among its members whose own manager is not; of several the
    present lead, else whoever leads most of them. If there is none: the manager, from outside, of most of them."""
    leading = Counter(person.manager_id for person in members if person.manager_id is not None)
    inside = {person.id for person in members}
    fit = [person for person in members if person.role is not Role.MEMBER and person.manager_id not in inside]
    if fit:
        fit.sort(
            key=lambda person: (person.id != team.lead_id, person.role is not Role.MANAGER, -leading[person.id], person.name)
        )
        return fit[0].id
    outside = [
        everybody[person_id]
        for person_id in leading
        if person_id in everybody and person_id not in inside and everybody[person_id].role is not Role.MEMBER
    ]
    outside.sort(key=lambda person: (-leading[person.id], person.id != team.lead_id, person.name))
    return outside[0].id if outside else None


def name_of(person_id: PersonId | None, people: Mapping[PersonId, Person]) -> str:
    """A person's name, "" for nobody."""
    person = people.get(person_id) if person_id is not None else None
    return person.name if person is not None else ""


def folded(text: str) -> str:
    """A name or path without what does not make it another one: case and the width of blanks. Accents do."""
    return " ".join(normalize("NFC", text).casefold().split())


def _address(person_id: PersonId | None, people: Mapping[PersonId, Person]) -> str:
    person = people.get(person_id) if person_id is not None else None
    return person.email or person.name if person is not None else ""
