"""What the relay needs kept, and how: everything unreleased in the spool, everything released in threads that change at slots only.

The values here are what `storage/anon` seals. None of them has room for an author.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.anon.port import ThreadState


class Act(StrEnum):
    """What an item does to a thread once it is released."""

    NOTE = "note"
    """Begins the thread."""
    FOLLOW_UP = "follow_up"
    BURN = "burn"
    ANSWER = "answer"
    THANK = "thank"
    PASS = "pass"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Item:
    """Something that waits in the spool. `id` and `thread` are 16 bytes computed from nonce and receipt: as good as random, and the same again
    for the same form. `wrap` is the author's key for the thread (a NOTE's only). `number` is its place within its own thread, which tells
    nothing across threads.

    `eligible` is the first slot it may leave at, `missed` how many it has stayed for since. A slot's moment is the same hour every day, so it says
    no more than the day. `by` is a reader, never an author; `to` whom a PASS
    goes to.
    """

    id: bytes
    thread: bytes
    act: Act
    eligible: datetime
    number: int = 0
    missed: int = 0
    text: str = ""
    audience: str = ""
    about: str = ""
    wrap: bytes = b""
    by: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class Spool:
    """All that waits, sorted by id. `counts` are the notes taken for the slot `counted_for` by audience: no other count is kept, and it counts
    nobody."""

    items: tuple[Item, ...] = ()
    counted_for: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()
    """Audiences that take no new notes."""
    told: datetime | None = None
    """The newest slot whose digests and cues have gone out."""


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry of a thread, decrypted."""

    id: bytes
    act: Act
    slot: datetime
    number: int
    text: str = ""
    by: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class StoredThread:
    """A thread, decrypted. `holder` is whom it was passed to, "" for the readers of its audience; `since` and `touched` are the slots of its
    first and newest entries.

    Entries are in the order of their numbers.
    """

    lookup: bytes
    audience: str
    about: str
    state: ThreadState
    holder: str
    since: datetime
    touched: datetime
    entries: tuple[StoredEntry, ...]


@dataclass(frozen=True, slots=True)
class Release:
    """All a slot does, applied in one transaction: items to release at the slot `at`; then threads untouched since `forget_before` go, but
    for those that are `awaited`: something of theirs stays in the spool."""

    at: datetime
    items: tuple[Item, ...]
    forget_before: datetime
    awaited: frozenset[bytes] = frozenset()


class VaultError(Exception):
    """Files or keys cannot be used now. Carries neither a cause nor words: both could hold a note."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a receipt gives: where its thread is looked up, and the key only its holder has."""

    lookup: bytes
    wrap: bytes


class Vault(Protocol):
    """Keeps it. Every method raises VaultError, and nothing else, when something cannot be read or written; then nothing has changed."""

    async def receipts(self, nonce: bytes) -> tuple[bytes, ...]:
        """The 16 bytes of this form's receipt: by the current epoch's key, then by the one before, if it is still there."""
        ...

    async def item_ids(self, thread: bytes, nonce: bytes) -> tuple[bytes, ...]:
        """The ids of what this form sends into this thread: 16 bytes each, by the same keys in the same order."""
        ...

    async def roll(self) -> None:
        """Begin the month's epoch when it is time. Called by the clock alone, so that no note is the one that made the key."""
        ...

    async def spool(self) -> Spool: ...

    async def put_spool(self, spool: Spool) -> None:
        """Replace it, durable on return."""
        ...

    async def last_slot(self) -> datetime | None:
        """The newest slot that was applied."""
        ...

    async def threads(self) -> tuple[StoredThread, ...]:
        """All whose key is there, by lookup."""
        ...

    async def thread(self, opening: Opening) -> StoredThread | None:
        """One, with the author's own key: it opens even when the server's is gone. Takes as long for an unknown lookup."""
        ...

    async def release(self, release: Release) -> None:
        """Apply a slot. Applying the same again changes nothing, so a crash before the spool is rewritten is harmless."""
        ...


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Aware, in UTC."""
        ...


class Chance(Protocol):
    """Where all that is random comes from; tests give a seed."""

    def token(self, size: int) -> bytes:
        """`size` random bytes."""
        ...


def by_thread(items: Sequence[Item]) -> Mapping[bytes, tuple[Item, ...]]:
    """What waits for each thread."""
    found: dict[bytes, tuple[Item, ...]] = {}
    for item in items:
        found[item.thread] = (*found.get(item.thread, ()), item)
    return found
