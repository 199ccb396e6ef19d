"""People, teams and how they are reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import NewType

PersonId = NewType("PersonId", str)
TeamId = NewType("TeamId", str)

LANGUAGES = ("en", "vi", "zh")
QUIET_FROM = time(20, 0)
QUIET_UNTIL = time(8, 0)
NAME_LIMIT = 80


class Role(StrEnum):
    """What a person may do. A manager leads a team; an admin also runs the installation."""

    MEMBER = "member"
    MANAGER = "manager"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Team:
    """A node of the tree of teams; `path` names it from the top ("Company/Marketing")."""

    id: TeamId
    name: str
    path: str
    parent_id: TeamId | None = None
    lead_id: PersonId | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works here. `joined_at` is None until they have confirmed name, language and time zone with the bot.

    Quiet hours are local times of day and may wrap midnight; `away_until` is the last local day of an absence. `version` counts changes, so
    that two edits at once cannot silently overwrite each other.
    """

    id: PersonId
    name: str
    email: str | None
    team_id: TeamId
    role: Role = Role.MEMBER
    manager_id: PersonId | None = None
    locale: str = "en"
    timezone: str = "UTC"
    quiet_from: time = QUIET_FROM
    quiet_until: time = QUIET_UNTIL
    away_until: date | None = None
    joined_at: datetime | None = None
    left_at: datetime | None = None
    version: int = 1

    def __post_init__(self) -> None:
        if self.locale not in LANGUAGES:
            raise ValueError(f"unknown language {self.locale!r}")
        if not self.name.strip():
            raise ValueError("a person has a name")

    @property
    def is_active(self) -> bool:
        """Still with the organisation."""
        return self.left_at is None


WRITES_FIRST = frozenset(("dingtalk", "slack"))
"""Platforms on which a bot may write to people who have never written to it, by their id."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person on a platform. `chat_id` is their private chat with the bot, empty until they have written once, or can be written to."""

    platform: str
    tenant: str
    user_id: str
    person_id: PersonId
    chat_id: str = ""


def first_account(platform: str, tenant: str, user_id: str, person_id: PersonId, *, has_chat: bool) -> Account:
    """The account of somebody an import or a directory has named. In DingTalk and in a Slack workspace we know by name the chat is the person,
    so whoever has no other chat (`has_chat`) can be written to before they have ever written."""
    is_told_apart = platform != "slack" or bool(tenant)  # an import brings ids without saying whose
    chat_id = user_id if platform in WRITES_FIRST and is_told_apart and not has_chat else ""
    return Account(platform, tenant, user_id, person_id, chat_id)


@dataclass(frozen=True, slots=True)
class Invite:
    """Lets whoever knows the code join a team. Only the code's SHA-256 is stored."""

    code_hash: str
    team_id: TeamId
    role: Role
    expires_at: datetime
    uses_left: int
