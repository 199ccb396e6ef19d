"""Who talks in the web chat. Until sign-in exists the demo lets a visitor choose to be anybody of the sample company."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from bot.chat.incoming import Place, Sender

PLATFORM = "web"
TENANT = "demo"
GUEST_PREFIX = "guest-"
_GUEST = re.compile(r"guest-[a-z2-7]{16}\Z")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody one can be.

    `id` is their user id here and stands in the address. `team` is a path ("Company/Marketing"), `role` one of member, manager, admin,
    `locale` one of our languages; `note` says in that language what is special about them ("late with check-ins").
    """

    id: str
    name: str = ""
    team: str = ""
    role: str = "member"
    locale: str = "en"
    note: str = ""

    @property
    def is_stranger(self) -> bool:
        """Nobody we know by name yet."""
        return not self.name

    @property
    def initial(self) -> str:
        """The letter people know them by. In Vietnam the last name is the one they are called by."""
        names = self.name.split() or [""]
        return names[-1 if self.locale == "vi" else 0][:1]


class Visitors(Protocol):
    """The people to choose from."""

    async def all(self) -> tuple[Visitor, ...]:
        """Everybody, ordered by team and name."""
        ...

    async def get(self, visitor_id: str) -> Visitor | None:
        """One of them, or a guest who has joined meanwhile under their guest id; None for everybody else."""
        ...


def place_of(visitor_id: str) -> Place:
    """The private chat with a visitor."""
    return Place(PLATFORM, TENANT, visitor_id, is_private=True)


def sender_of(visitor: Visitor) -> Sender:
    """The visitor as an account."""
    return Sender(PLATFORM, TENANT, visitor.id, visitor.name, visitor.locale)


def is_guest_id(visitor_id: str) -> bool:
    """An id that "someone new" was given."""
    return _GUEST.match(visitor_id) is not None
