"""A company's directory on a platform: what it says about people and departments, and what of it is remembered.

Remembered is what the directory said last. Only what it says differently the next time changes anything here: so what an admin or the person
has set right in Laban stays, and what changes over there still arrives.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.okr.people import PersonId, TeamId


@dataclass(frozen=True, slots=True)
class Entry:
    """What a directory says of one person; "" and () where it is silent.

    `email` is one the directory vouches for: people are recognised by it. `departments` are ids, those that count most first; `manager` is
    the user id of whoever leads this person. `enterprise_id` is set where ids are the same in all workspaces of an enterprise.
    """

    user_id: str
    name: str
    email: str = ""
    title: str = ""
    locale: str = ""
    timezone: str = ""
    departments: tuple[str, ...] = ()
    manager: str = ""
    enterprise_id: str = ""


@dataclass(frozen=True, slots=True)
class Department:
    """A department; `parent_id` is "" at the top. `leads` are user ids, the first counts most."""

    id: str
    name: str
    parent_id: str = ""
    leads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory as it was read at once.

    `gone` are user ids it knows to have left; `aside` those who are there but none of ours (guests, bots): they are neither taken in nor
    let go. Only when it `is_whole` does being absent mean anything. `name` is the company's own. When it `is_only` one of its platform, ids an
    import has brought, without saying whose, are its.
    """

    platform: str
    tenant: str
    entries: tuple[Entry, ...] = ()
    departments: tuple[Department, ...] = ()
    gone: frozenset[str] = frozenset()
    aside: frozenset[str] = frozenset()
    name: str = ""
    is_whole: bool = True
    is_only: bool = True


@dataclass(frozen=True, slots=True)
class Said:
    """What a directory said of somebody: `department_id` the one that decides about their team, `manager` a user id there."""

    name: str = ""
    email: str = ""
    title: str = ""
    locale: str = ""
    timezone: str = ""
    department_id: str = ""
    manager: str = ""
    is_lead: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """A person as they stand in a directory: what was said of them last, since when they have been in it, and when they were gone from it."""

    platform: str
    tenant: str
    user_id: str
    person_id: PersonId
    said: Said
    listed_at: datetime
    gone_at: datetime | None = None
    enterprise_id: str = ""

    @property
    def is_present(self) -> bool:
        """Still in the directory, as far as we have heard."""
        return self.gone_at is None


@dataclass(frozen=True, slots=True)
class ListedTeam:
    """The team a department has become, and the name the department had last."""

    platform: str
    tenant: str
    department_id: str
    team_id: TeamId
    name: str
