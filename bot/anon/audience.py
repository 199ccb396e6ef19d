"""Who could have written a note: the label it carries, the people behind that label, and who reads it.

The people behind the labels form classes that do not overlap: whoever counts for a team counts for no team above it. So the number on the form is
the number of people who could have written, and no two labels can be subtracted from each other.

A class is never smaller than the floor. Where people are left over at the top and too few to hide in (a small team beside large ones), the smallest
class dissolves into them: its team is not shown as an audience any more (complementary suppression).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from bot.okr.people import PersonId, TeamId

FLOOR = 8
"""Possible authors behind a label by default. Survey products publish numbers from 5 people on and free text from 8 to 10 on."""
HARD_FLOOR = 5
"""Never fewer, whatever is set."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A team: `readers` get the notes that carry its name."""

    id: TeamId
    name: str
    parent: TeamId | None
    readers: frozenset[PersonId] = frozenset()


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who is there. `can_write` is False for those who cannot hide anybody now: not joined, away, silent for a month."""

    id: PersonId
    name: str
    unit: TeamId
    can_write: bool = True
    can_receive: bool = False
    """A manager or admin, so that notes can be passed to them."""


@dataclass(frozen=True, slots=True)
class Company:
    """Everybody at a moment. Units may come in any order."""

    units: tuple[Unit, ...]
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Audience:
    """A label in use: its unit and everybody who could have written under it. No reader is among the authors."""

    unit: Unit
    authors: frozenset[PersonId]


class Outside(Enum):
    """Why somebody has no audience."""

    TOO_FEW = auto()
    NOBODY_READS = auto()


@dataclass(frozen=True, slots=True)
class Audiences:
    """All labels in use, by unit, and why somebody has none. `floor` is the one that held."""

    by_unit: Mapping[TeamId, Audience]
    outside: Mapping[PersonId, Outside]
    floor: int
    _of: Mapping[PersonId, Audience] = field(default_factory=dict)

    def of(self, person_id: PersonId) -> Audience | Outside:
        """The audience of what this person writes."""
        return self._of.get(person_id) or self.outside.get(person_id, Outside.TOO_FEW)

    def is_large_enough(self, unit_id: str) -> bool:
        """Whether a note with this label may be shown now."""
        return TeamId(unit_id) in self.by_unit


def floor_for(wanted: int, possible_authors: int) -> int:
    """The floor of an organisation: as set, never below five; five where there are not as many people as set."""
    floor = max(wanted, HARD_FLOOR)
    return floor if possible_authors >= floor else HARD_FLOOR


def audiences_of(company: Company, wanted_floor: int = FLOOR) -> Audiences:
    """The classes of a company. Deterministic: the same people in the same teams give the same classes."""
    writers: dict[TeamId, set[PersonId]] = defaultdict(set)
    for member in company.members:
        if member.can_write:
            writers[member.unit].add(member.id)
    floor = floor_for(wanted_floor, sum(len(some) for some in writers.values()))
    sorting = _Sorting(company.units, writers, floor)
    for root in sorting.roots:
        sorting.sort_tree(root)
    outside = dict(sorting.outside)
    of = {author: audience for audience in sorting.formed.values() for author in audience.authors}
    return Audiences(sorting.formed, outside, floor, of)


class _Sorting:
    """One pass from the leaves to the top."""

    def __init__(self, units: Iterable[Unit], writers: Mapping[TeamId, set[PersonId]], floor: int) -> None:
        self._units = {unit.id: unit for unit in units}
        self._children: dict[TeamId | None, list[Unit]] = defaultdict(list)
        for unit in sorted(self._units.values(), key=lambda unit: unit.id):
            self._children[unit.parent if unit.parent in self._units else None].append(unit)
        self._writers = writers
        self._floor = floor
        self.roots = tuple(self._children[None])
        self.formed: dict[TeamId, Audience] = {}
        self.outside: dict[PersonId, Outside] = {}

    def sort_tree(self, root: Unit) -> None:
        formed_here: list[TeamId] = []
        leads: set[PersonId] = set()
        left_over = self._rise(root, formed_here, leads)
        self.outside.update(dict.fromkeys(left_over & root.readers, Outside.NOBODY_READS))
        own = left_over - root.readers
        if not own or not root.readers:
            self.outside.update(dict.fromkeys(own, Outside.NOBODY_READS))
            return
        # For a few leads alone no team loses its own readers: they are told that they are too few.
        dissolvable = [] if own <= leads else sorted(formed_here, key=lambda id_: (len(self.formed[id_].authors), id_))
        while len(own) < self._floor and dissolvable:
            own |= self.formed.pop(dissolvable.pop(0)).authors - root.readers
        if len(own) >= self._floor:
            self.formed[root.id] = Audience(root, frozenset(own))
        else:
            self.outside.update(dict.fromkeys(own, Outside.TOO_FEW))

    def _rise(self, unit: Unit, formed_here: list[TeamId], leads: set[PersonId]) -> set[PersonId]:
        """Who is left over above `unit`."""
        pool = set(self._writers.get(unit.id, ()))
        leads |= unit.readers
        for child in self._children[unit.id]:
            pool |= self._rise(child, formed_here, leads)
        own = pool - unit.readers
        if unit.readers and len(own) >= self._floor:
            self.formed[unit.id] = Audience(unit, frozenset(own))
            formed_here.append(unit.id)
            return pool & unit.readers
        return pool
