"""Who of a directory is whom of ours. Pure.

An account already linked decides; then the same id in another workspace of the same enterprise; then an id an import has named; then the
e-mail. A name never does. Where these contradict each other nobody is merged and nobody is made up: it is said, for an admin to mend.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from bot.okr.directory import Directory, Entry, Listing
from bot.okr.people import Account, Person, PersonId


@dataclass(frozen=True, slots=True)
class Clash:
    """What could not be settled about somebody in a directory, and what was done about it. `name` is the directory's."""

    user_id: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Matches:
    """`who` has the entries that are about somebody stored; `barred` those to be left alone; `unaddressed` those whose e-mail says nothing."""

    who: dict[str, PersonId]
    barred: frozenset[str]
    unaddressed: frozenset[str]
    clashes: tuple[Clash, ...]


def match(directory: Directory, people: Sequence[Person], accounts: Sequence[Account], listings: Sequence[Listing]) -> Matches:
    """Tell for each entry whether it is about somebody stored. What is in neither `who` nor `barred` is about somebody new."""
    return _Matching(directory, people, accounts, listings).matches()


class _Matching:
    def __init__(
        self, directory: Directory, people: Sequence[Person], accounts: Sequence[Account], listings: Sequence[Listing]
    ) -> None:
        self._directory = directory
        self._by_id = {person.id: person for person in people}
        self._by_email = {person.email.casefold(): person for person in people if person.email}
        here = (directory.platform, directory.tenant)
        self._linked = {one.user_id: one.person_id for one in accounts if (one.platform, one.tenant) == here}
        self._imported = {one.user_id: one.person_id for one in accounts if (one.platform, one.tenant) == (here[0], "")}
        self._in_enterprise = {
            (one.enterprise_id, one.user_id): one.person_id
            for one in listings
            if one.enterprise_id and one.platform == directory.platform
        }
        self._who: dict[str, PersonId] = {}
        self._barred: set[str] = set()
        self._clashes: list[Clash] = []

    def matches(self) -> Matches:
        for entry in self._directory.entries:
            self._match_by_id(entry)
        shared = self._shared_addresses()
        unaddressed = frozenset(entry.user_id for entry in self._directory.entries if entry.email in shared)
        self._match_by_email(shared)
        return Matches(self._who, frozenset(self._barred), unaddressed, tuple(self._clashes))

    def _match_by_id(self, entry: Entry) -> None:
        found = self._linked.get(entry.user_id) or self._in_enterprise.get((entry.enterprise_id, entry.user_id))
        if found is None and self._directory.is_only and entry.user_id in self._imported:
            person = self._by_id[self._imported[entry.user_id]]
            # An imported id names no workspace: it counts only as long as nothing speaks against it.
            if person.email and entry.email and person.email.casefold() != entry.email:
                self._bar(entry, f"An import gave this id to {person.name}, whose e-mail is another one. Left alone.")
                return
            found = person.id
        if found is not None:
            self._who[entry.user_id] = found

    def _shared_addresses(self) -> set[str]:
        count: dict[str, int] = defaultdict(int)
        for entry in self._directory.entries:
            if entry.email and entry.user_id not in self._barred:
                count[entry.email] += 1
        return {email for email, number in count.items() if number > 1}

    def _match_by_email(self, shared: set[str]) -> None:
        taken = set(self._who.values())
        moved_on = {
            self._who[entry.user_id]
            for entry in self._directory.entries
            if entry.user_id in self._who
            and entry.email
            and self._by_email.get(entry.email) is not self._by_id[self._who[entry.user_id]]
        }
        beside = {self._linked[user_id] for user_id in self._directory.aside if user_id in self._linked}
        for entry in self._directory.entries:
            if not entry.email or entry.user_id in self._who or entry.user_id in self._barred:
                continue
            person = self._by_email.get(entry.email)
            if person is None:
                if entry.email in shared:
                    self._clash(entry, f"Several people there have the address {entry.email}; it is left out.")
            elif person.id in moved_on:
                continue  # the address is being handed on: to somebody new, as far as we know
            elif entry.email in shared:
                self._bar(entry, f"Several people there have {person.name}'s address {entry.email}. Left alone.")
            elif person.id in taken or person.id in beside:
                self._bar(entry, f"Has the address of {person.name}, who has another account there. Left alone.")
            else:
                self._who[entry.user_id] = person.id
                taken.add(person.id)

    def _bar(self, entry: Entry, reason: str) -> None:
        self._barred.add(entry.user_id)
        self._clash(entry, reason)

    def _clash(self, entry: Entry, reason: str) -> None:
        self._clashes.append(Clash(entry.user_id, entry.name, reason))
