"""`anon.db`: what has been released. Opened for writing at slots only, one transaction each, in the order of ids, then rewritten without gaps.

Without row ids and after VACUUM the file holds rows in key order and nothing of the order they came in. Everything that says anything is
sealed with the thread's own key; that key is sealed twice, once for whoever holds the receipt and once under the month's epoch key.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from bot.anon.port import ThreadState
from bot.anon.vault import Act, Chance, Item, Opening, Release, StoredEntry, StoredThread, VaultError
from bot.anon.words import SIZE_CLASS, pad, unpad
from storage.anon.keys import Keys
from storage.anon.seal import KEY_SIZE, seal, unseal

HEAD = 512
"""Bytes of a thread's sealed head: audience, what it is about, state, holder."""
BODY = SIZE_CLASS + 256
"""Bytes of a sealed entry: a text of the one size class and what belongs to it."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS thread (
    lookup BLOB NOT NULL PRIMARY KEY,
    epoch TEXT NOT NULL,
    wrap_author BLOB NOT NULL,
    wrap_server BLOB NOT NULL,
    head BLOB NOT NULL,
    touched INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE TABLE IF NOT EXISTS message (
    lookup BLOB NOT NULL,
    id BLOB NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (lookup, id)
) WITHOUT ROWID, STRICT;
CREATE TABLE IF NOT EXISTS slot (
    name TEXT NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
"""
_Row = tuple[bytes, str, bytes, bytes, bytes, int]
_R = TypeVar("_R")


class Threads:
    """The released threads in one file."""

    def __init__(self, file: Path, keys: Keys, chance: Chance) -> None:
        self._file = file
        self._keys = keys
        self._chance = chance

    def last_slot(self) -> datetime | None:
        """The newest slot applied. Raises VaultError."""

        def read(db: sqlite3.Connection) -> datetime | None:
            row = db.execute("SELECT at FROM slot").fetchone()
            return None if row is None else _moment(row[0])

        return self._read(read, None)

    def all(self) -> tuple[StoredThread, ...]:
        """All whose epoch key is there, by lookup. Raises VaultError."""

        def read(db: sqlite3.Connection) -> list[StoredThread]:
            found = []
            for row in db.execute("SELECT lookup, epoch, wrap_author, wrap_server, head, touched FROM thread ORDER BY lookup"):
                key = self._server_key(row)
                if key is not None:
                    found.append(_opened(db, row, key))
            return found

        return tuple(self._read(read, []))

    def one(self, opening: Opening) -> StoredThread | None:
        """One, by the author's key. Raises VaultError, also for a receipt whose thread has been tampered with."""

        def read(db: sqlite3.Connection) -> StoredThread | None:
            row: _Row | None = db.execute(
                "SELECT lookup, epoch, wrap_author, wrap_server, head, touched FROM thread WHERE lookup = ?", [opening.lookup]
            ).fetchone()
            if row is None:
                return None
            return _opened(db, row, unseal(opening.wrap, row[2], _purpose("author", opening.lookup)))

        return self._read(read, None)

    def apply(self, release: Release) -> None:
        """All of a slot or nothing. What has been applied before is left as it is. Raises VaultError."""
        epoch = self._keys.current()
        epoch_key = self._keys.key(epoch)
        with self._writing() as db:
            db.execute("BEGIN IMMEDIATE")
            for item in sorted(release.items, key=lambda item: (item.thread, item.number, item.id)):
                self._apply_item(db, item, release.at, epoch, epoch_key)
            # Only now: what was written into a thread on its last day makes it young again.
            _delete_older(db, release.forget_before, release.awaited)
            db.execute("INSERT OR REPLACE INTO slot (name, at) VALUES ('last', ?)", [int(release.at.timestamp())])
            db.execute("COMMIT")
            # What is committed stays, also when there is no room to tidy up: the next slot does.
            with suppress(sqlite3.Error):
                db.execute("VACUUM")
            in_use = frozenset(row[0] for row in db.execute("SELECT DISTINCT epoch FROM thread"))
        with suppress(VaultError):
            self._keys.prune(in_use, release.at)

    def _apply_item(self, db: sqlite3.Connection, item: Item, at: datetime, epoch: str, epoch_key: bytes) -> None:
        if item.act is Act.BURN:
            _delete(db, item.thread)
            return
        if db.execute("SELECT 1 FROM message WHERE lookup = ? AND id = ?", [item.thread, item.id]).fetchone() is not None:
            return
        if item.act is Act.NOTE:
            key = self._chance.token(KEY_SIZE)
            wraps = (
                seal(item.wrap, key, _purpose("author", item.thread), self._chance),
                seal(epoch_key, key, _purpose("server", item.thread), self._chance),
            )
            head = _head(item.audience, item.about, ThreadState.OPEN, "", at)
            self._put_thread(db, item.thread, epoch, wraps, key, head, at)
        else:
            row = db.execute(
                "SELECT lookup, epoch, wrap_author, wrap_server, head, touched FROM thread WHERE lookup = ?", [item.thread]
            ).fetchone()
            found = None if row is None else self._server_key(row)
            if found is None:
                # Burnt, run out, or its month's key is gone: there is nothing to write into.
                return
            key = found
            audience, about, state, holder, since = _read_head(row, key)
            state = ThreadState.CLOSED if item.act is Act.CLOSE else state
            holder = item.to if item.act is Act.PASS else holder
            self._put_thread(db, item.thread, row[1], (row[2], row[3]), key, _head(audience, about, state, holder, since), at)
        body = seal(key, _body(item, at), _purpose("message", item.thread + item.id), self._chance)
        db.execute("INSERT INTO message (lookup, id, body) VALUES (?, ?, ?)", [item.thread, item.id, body])

    def _put_thread(
        self, db: sqlite3.Connection, lookup: bytes, epoch: str, wraps: tuple[bytes, bytes], key: bytes, head: bytes, at: datetime
    ) -> None:
        sealed = seal(key, head, _purpose("head", lookup), self._chance)
        db.execute(
            "INSERT OR REPLACE INTO thread (lookup, epoch, wrap_author, wrap_server, head, touched) VALUES (?, ?, ?, ?, ?, ?)",
            [lookup, epoch, *wraps, sealed, int(at.timestamp())],
        )

    def _server_key(self, row: _Row) -> bytes | None:
        """A thread's key by the epoch's, None when that is gone: then only the author can read on."""
        try:
            return unseal(self._keys.key(row[1]), row[3], _purpose("server", row[0]))
        except VaultError:
            return None

    def recover(self) -> None:
        """Roll back what a crash interrupted: reading alone cannot, since it may not write. Raises VaultError."""
        if self._file.with_name(f"{self._file.name}-journal").exists():
            with self._writing() as db:
                db.execute("SELECT count(*) FROM slot").fetchone()

    def _read(self, read: Callable[[sqlite3.Connection], _R], nothing: _R) -> _R:
        """`nothing` where no slot has been yet. Reading leaves no trace: not a byte of the folder changes."""
        if not self._file.exists():
            return nothing
        try:
            db = sqlite3.connect(f"file:{self._file}?mode=ro", uri=True, isolation_level=None)
            try:
                return read(db)
            finally:
                db.close()
        except (sqlite3.Error, ValueError, KeyError):
            pass
        raise VaultError

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            is_new = not self._file.exists()
            if is_new:
                self._file.touch(mode=0o600)
            db = sqlite3.connect(self._file, isolation_level=None)
            try:
                # A rollback journal and not WAL: after a slot nothing but the one file is left.
                for pragma in (
                    *("auto_vacuum = FULL", "journal_mode = DELETE", "secure_delete = ON"),
                    *("synchronous = FULL", "temp_store = MEMORY"),
                ):
                    db.execute(f"PRAGMA {pragma}")
                if is_new:
                    db.executescript(SCHEMA)
                yield db
            finally:
                db.close()
        except (sqlite3.Error, OSError, ValueError, KeyError):
            pass
        else:
            return
        raise VaultError


def _opened(db: sqlite3.Connection, row: _Row, key: bytes) -> StoredThread:
    lookup = row[0]
    audience, about, state, holder, since = _read_head(row, key)
    entries = [
        _read_body(id_, unseal(key, body, _purpose("message", lookup + id_)))
        for id_, body in db.execute("SELECT id, body FROM message WHERE lookup = ? ORDER BY id", [lookup])
    ]
    entries.sort(key=lambda entry: (entry.number, entry.id))
    return StoredThread(lookup, audience, about, state, holder, since, _moment(row[5]), tuple(entries))


def _delete_older(db: sqlite3.Connection, moment: datetime, awaited: frozenset[bytes]) -> None:
    """By the one date that is not sealed: it works on threads whose key is gone, too."""
    older = db.execute("SELECT lookup FROM thread WHERE touched < ? ORDER BY lookup", [int(moment.timestamp())]).fetchall()
    for (lookup,) in older:
        if lookup not in awaited:
            _delete(db, lookup)


def _delete(db: sqlite3.Connection, lookup: bytes) -> None:
    db.execute("DELETE FROM message WHERE lookup = ?", [lookup])
    db.execute("DELETE FROM thread WHERE lookup = ?", [lookup])


def _head(audience: str, about: str, state: ThreadState, holder: str, since: datetime) -> bytes:
    return pad(_json([audience, about, state.value, holder, int(since.timestamp())]), HEAD)


def _read_head(row: _Row, key: bytes) -> tuple[str, str, ThreadState, str, datetime]:
    audience, about, state, holder, since = json.loads(unpad(unseal(key, row[4], _purpose("head", row[0]))))
    return audience, about, ThreadState(state), holder, _moment(since)


def _body(item: Item, at: datetime) -> bytes:
    text = item.text.encode()
    facts = _json([item.act.value, int(at.timestamp()), item.number, item.by, item.to])
    return pad(len(text).to_bytes(2, "big") + text + facts, BODY)


def _read_body(id_: bytes, padded: bytes) -> StoredEntry:
    data = unpad(padded)
    end = 2 + int.from_bytes(data[:2], "big")
    act, slot, number, by, to = json.loads(data[end:])
    return StoredEntry(id_, Act(act), _moment(slot), number, data[2:end].decode(), by, to)


def _purpose(kind: str, name: bytes) -> bytes:
    return kind.encode() + b":" + name


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
