"""What a sync with a directory starts from and what it would do, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.actions.directory_matching import Clash
from bot.actions.staff import Difference, Fate, PlannedTeam
from bot.okr.directory import ListedTeam, Listing
from bot.okr.people import Account, Person, Team
from bot.ports import Change

FEW: Final = 3
"""So many may always leave at once; in a small company they are a large share."""
SHARE: Final = 0.1
"""Of the people a directory knew. When more are missing at once, a page that failed or a narrowed permission is likelier than a wave of
leavers."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored of people, those who left included, and what all directories said of them; `listed_teams` are this directory's."""

    people: tuple[Person, ...] = ()
    teams: tuple[Team, ...] = ()
    accounts: tuple[Account, ...] = ()
    listings: tuple[Listing, ...] = ()
    listed_teams: tuple[ListedTeam, ...] = ()


@dataclass(frozen=True, slots=True)
class SyncedPerson:
    """What becomes of somebody in the directory; `user_id` is theirs over there."""

    user_id: str
    name: str
    team: str
    fate: Fate
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class SyncPlan:
    """What a sync would do. `changes` belong into one turn. `known` is how many people the directory was known to have before."""

    people: tuple[SyncedPerson, ...]
    teams: tuple[PlannedTeam, ...]
    clashes: tuple[Clash, ...]
    changes: tuple[Change, ...]
    known: int = 0
    is_whole: bool = True

    def count(self, fate: Fate) -> int:
        """How many people meet this fate."""
        return sum(person.fate is fate for person in self.people)

    @property
    def lets_many_go(self) -> bool:
        """So many would leave that somebody should look before it is done."""
        return self.is_whole and self.count(Fate.LEFT) > max(FEW, SHARE * self.known)
