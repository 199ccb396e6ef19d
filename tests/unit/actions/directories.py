"""Directories and what is stored of them, for tests: plan a sync, store it in memory, look at what is there."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bot.actions.sync_people import SyncRefused, plan_sync
from bot.actions.sync_plan import Stored, SyncPlan
from bot.okr.directory import Department, Directory, Entry, Listing
from bot.okr.people import Account, Person, PersonId, Team, TeamId
from bot.ports import Change, PutAccount, PutListedTeam, PutListing, PutPerson, PutTeam
from tests.fakes import MemoryStorage

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
_COUNT = itertools.count(1)


class CountingIds:
    """Ids in the order they are asked for, never the same one twice."""

    def new(self) -> str:
        return f"new{next(_COUNT)}"


@dataclass(frozen=True, slots=True)
class Company:
    """What is stored, and what a directory would make of it."""

    stored: Stored = field(default_factory=Stored)

    def plan(self, directory: Directory, at: datetime = MONDAY, team: str = "") -> SyncPlan | SyncRefused:
        """What a sync would do."""
        here = [one for one in self.stored.listed_teams if (one.platform, one.tenant) == (directory.platform, directory.tenant)]
        return plan_sync(directory, replace(self.stored, listed_teams=tuple(here)), CountingIds(), at, team)

    def planned(self, directory: Directory, at: datetime = MONDAY, team: str = "") -> SyncPlan:
        """What a sync does, which has to be possible."""
        plan = self.plan(directory, at, team)
        assert isinstance(plan, SyncPlan), plan.reason
        return plan

    def synced(self, directory: Directory, at: datetime = MONDAY, team: str = "") -> Company:
        """The company after a sync; the same sync again must change nothing."""
        after = self.after(self.planned(directory, at, team).changes)
        again = after.planned(directory, at, team)
        assert again.changes == ()
        assert all(not person.differences for person in again.people)
        return after

    def after(self, changes: Sequence[Change]) -> Company:
        """What storage holds after these changes, which it has to take."""
        stored = self.stored
        before: list[Change] = [PutTeam(team) for team in stored.teams]
        # Storage counts versions up; what is put in at once starts wherever it likes.
        before += [PutPerson(person) for person in stored.people]
        before += [PutAccount(account) for account in stored.accounts]
        before += [PutListing(listing) for listing in stored.listings]
        before += [PutListedTeam(listed) for listed in stored.listed_teams]
        storage = MemoryStorage(*before)
        storage.apply(changes)
        rows = storage.rows
        values = (rows.people, rows.teams, rows.accounts, rows.listings, rows.listed_teams)
        return Company(Stored(*(tuple(each.values()) for each in values)))  # type: ignore[arg-type] # one tuple for each field

    def changed(self, whose: str, /, **fields: object) -> Company:
        """With somebody's values set to something else, as an admin or they themselves would."""
        people = tuple(
            replace(one, **fields, version=one.version + 1) if one.name == whose else one  # type: ignore[arg-type] # by name
            for one in self.stored.people
        )
        return Company(replace(self.stored, people=people))

    @property
    def people(self) -> Mapping[str, Person]:
        return {person.name: person for person in self.stored.people}

    @property
    def teams(self) -> Mapping[str, Team]:
        return {team.path: team for team in self.stored.teams}

    @property
    def listings(self) -> Mapping[str, Listing]:
        return {listing.user_id: listing for listing in self.stored.listings}

    def accounts_of(self, name: str) -> set[tuple[str, str, str]]:
        """Platform, tenant and user id of somebody's accounts."""
        person_id = self.people[name].id
        return {(one.platform, one.tenant, one.user_id) for one in self.stored.accounts if one.person_id == person_id}

    def team_of(self, name: str) -> str:
        """The path of somebody's team."""
        team_id = self.people[name].team_id
        return next(team.path for team in self.stored.teams if team.id == team_id)

    def manager_of(self, name: str) -> str:
        """The name of somebody's manager, "" for nobody."""
        manager_id = self.people[name].manager_id
        return next((one.name for one in self.stored.people if one.id == manager_id), "")

    def lead_of(self, path: str) -> str:
        """The name of a team's lead, "" for nobody."""
        lead_id = self.teams[path].lead_id
        return next((one.name for one in self.stored.people if one.id == lead_id), "")


def company(*people: Person, accounts: Sequence[Account] = (), teams: Sequence[str] = ("Lantern",)) -> Company:
    """People as an import would have left them. Teams by path, parents first; a team's id is its path."""
    made = [
        Team(TeamId(path), path.rpartition("/")[2], path, TeamId(path.rpartition("/")[0]) if "/" in path else None)
        for path in teams
    ]
    return Company(Stored(people, tuple(made), tuple(accounts)))


def person(name: str, email: str | None = None, team: str = "Lantern", **fields: object) -> Person:
    """Somebody who is there already. Their id is their name."""
    return replace(Person(PersonId(name), name, email, TeamId(team)), **fields)  # type: ignore[arg-type] # by name


def slack(*entries: Entry, gone: Sequence[str] = (), aside: Sequence[str] = (), tenant: str = "T1") -> Directory:
    """A workspace."""
    return Directory("slack", tenant, entries, (), frozenset(gone), frozenset(aside), "Lantern")


def dingtalk(*entries: Entry, departments: Sequence[Department] = (), gone: Sequence[str] = ()) -> Directory:
    """A company on DingTalk."""
    return Directory("dingtalk", "corp", entries, tuple(departments), frozenset(gone), frozenset(), "兰灯")


def entry(user_id: str, name: str, email: str = "", **fields: object) -> Entry:
    """One person as a directory has them."""
    return replace(Entry(user_id, name, email), **fields)  # type: ignore[arg-type] # by name
