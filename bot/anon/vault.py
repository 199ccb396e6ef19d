"""What the relay needs kept, and how: everything unreleased in the spool, everything released in threads that change at slots only.

The values here are what `storage/anon` seals. None of them has room for an author.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
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

    `eligible` is the first slot day it may leave at, `missed` how many it has stayed for since. `by` is a reader, never an author; `to` whom a PASS
    goes to.
    """

    id: bytes
    thread: bytes
    act: Act
    eligible: date
    number: int = 0
    missed: int = 0
    text: str = ""
    audience: str = ""
    about: str = ""
    about_label: str = ""
    wrap: bytes = b""
    by: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class Spool:
    """All that waits, sorted by id. `counts` are notes taken on `day` by audience: the only count that is kept, and it counts nobody."""

    items: tuple[Item, ...] = ()
    day: date | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()
    """Audiences that take no new notes."""


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry of a thread, decrypted."""

    id: bytes
    act: Act
    slot_day: date
    number: int
    text: str = ""
    by: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class StoredThread:
    """A thread, decrypted. `holder` is whom it was passed to, "" for the readers of its audience; `touched` is the slot day of its newest entry.

    Entries are in the order of their numbers.
    """

    lookup: bytes
    audience: str
    about: str
    about_label: str
    state: ThreadState
    holder: str
    slot_day: date
    touched: date
    entries: tuple[StoredEntry, ...]


@dataclass(frozen=True, slots=True)
class Release:
    """All a slot does, applied in one transaction: items to release and threads (by lookup) whose time has run out, on `day`."""

    day: date
    items: tuple[Item, ...]
    expired: tuple[bytes, ...] = ()


class VaultError(Exception):
    """Files or keys cannot be used now. Carries neither a cause nor words: both could hold a note."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a receipt gives: where its thread is looked up, and the key only its holder has."""

    lookup: bytes
    wrap: bytes


class Vault(Protocol):
    """Keeps it. Every method raises VaultError, and nothing else, when something cannot be read or written; then nothing has changed."""

    async def receipt(self, nonce: bytes) -> tuple[bytes, ...]:
        """The 16 bytes of this form's receipt: by the current epoch's key, then by the one before, if it is still there."""
        ...

    async def item_id(self, thread: bytes, nonce: bytes) -> bytes:
        """The id of what this form sends into this thread: 16 bytes, by the current epoch's key."""
        ...

    async def spool(self) -> Spool: ...

    async def put_spool(self, spool: Spool) -> None:
        """Replace it, durable on return."""
        ...

    async def last_slot(self) -> date | None:
        """The day of the newest slot that was applied."""
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
