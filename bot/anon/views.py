"""How a thread looks to its author and to its readers. What waits is shown to the side that wrote it, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bot.anon.port import Entry, Kind, Note, Thread, ThreadState
from bot.anon.receipt import ref_of
from bot.anon.slots import BY_READERS
from bot.anon.vault import Act, Item, StoredEntry, StoredThread

WORN_FROM = 2
"""Follow-ups from which on the author is warned. Simulated for a team of eight: five linked notes name their author twice as often as one."""

_KINDS = {Act.THANK: Kind.THANKS, Act.PASS: Kind.PASSED, Act.CLOSE: Kind.CLOSED}


@dataclass(frozen=True, slots=True)
class Names:
    """What ids are called: people (those who left have no name here), units, and what notes are about."""

    people: Mapping[str, str]
    units: Mapping[str, str]
    topics: Mapping[str, str]

    def topic(self, about: str) -> str:
        """What a note is about, "" for nothing in particular or something that is gone."""
        kind, _, id_ = about.partition(":")
        return self.units.get(id_, "") if kind == "team" else self.topics.get(id_, "")


def for_author(
    stored: StoredThread | None, waiting: Iterable[Item], names: Names, is_held: Callable[[str], bool], nonce: str
) -> Thread | None:
    """What a receipt opens, None when there is nothing behind it or it has been burnt."""
    mine = [item for item in waiting if item.act not in BY_READERS]
    if any(item.act is Act.BURN for item in mine):
        return None
    first = next((item for item in mine if item.act is Act.NOTE), None)
    released = () if stored is None else stored.entries
    entries = _joined(released, mine, names)
    written = sum(entry.kind is Kind.TEXT and not entry.by for entry in entries)
    is_worn = written > WORN_FROM
    if stored is not None:
        audience, about, state = stored.audience, stored.about, stored.state
    elif first is not None:
        audience, about = first.audience, first.about
        state = ThreadState.HELD if is_held(audience) else ThreadState.WAITING
    else:
        return None
    return Thread(names.units.get(audience, ""), names.topic(about), state, entries, is_worn, nonce)


def for_readers(stored: StoredThread, waiting: Iterable[Item], names: Names) -> Note:
    """A released thread as its readers have it, with what they have done and the author cannot see yet."""
    entries = _joined(stored.entries, [item for item in waiting if item.act in BY_READERS], names)
    state = ThreadState.CLOSED if any(entry.kind is Kind.CLOSED for entry in entries) else stored.state
    return Note(
        ref_of(stored.lookup),
        names.units.get(stored.audience, ""),
        names.topic(stored.about),
        state,
        entries,
        stored.since.date(),
        is_by_reader(stored, waiting),
    )


def is_by_reader(stored: StoredThread, waiting: Iterable[Item]) -> bool:
    """Whether a reader has had the last word."""
    acts = [entry.act for entry in stored.entries] + [item.act for item in waiting if item.act in BY_READERS]
    return bool(acts) and acts[-1] in BY_READERS


def next_number(stored: StoredThread | None, waiting: Iterable[Item]) -> int:
    """The place of what is written next within its thread."""
    numbers = [item.number for item in waiting]
    numbers += [entry.number for entry in stored.entries] if stored is not None else []
    return max(numbers, default=-1) + 1


def _joined(released: Iterable[StoredEntry], waiting: Iterable[Item], names: Names) -> tuple[Entry, ...]:
    released = tuple(released)
    known = {entry.id for entry in released}
    # A crash between a slot's two writes leaves an item in both places for a while.
    still_waiting = sorted((item for item in waiting if item.id not in known), key=lambda item: item.number)
    return (*(_entry(one, names) for one in released), *(_entry(one, names) for one in still_waiting))


def _entry(one: StoredEntry | Item, names: Names) -> Entry:
    by_reader = one.act in BY_READERS
    return Entry(
        _KINDS.get(one.act, Kind.TEXT),
        names.people.get(one.by, "") or "?" if by_reader else "",
        one.text,
        names.people.get(one.to, "") or "?" if one.to else "",
        one.slot.date() if isinstance(one, StoredEntry) else None,
    )
