"""Brings a database to the schema this code needs: forward-only SQL files, each once, each in a transaction of its own.

Safe when several processes start at once: one applies, the others wait and find it done. A database from a newer release, or one whose
applied files read differently from ours, is refused before anything is changed.

A file that rebuilds an SQLite table may rely on foreign keys not acting while it runs; they are checked before its commit. It has to
make the table's indexes again: dropping a table drops them.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from asyncpg import PostgresError

from storage import postgres, sqlite
from storage.database import Engine, Target

WAIT_MS = 60_000
"""How long an SQLite process waits for another one's migration."""
LOCK = 0x6C6162616E
"""PostgreSQL's advisory lock: "laban" as a number, the same in every process and release."""

_LEDGER = {
    Engine.SQLITE: """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            number INTEGER NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            checksum TEXT NOT NULL,
            applied_at TEXT NOT NULL
        ) STRICT""",
    Engine.POSTGRES: """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            number INTEGER NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            checksum TEXT NOT NULL,
            applied_at TIMESTAMPTZ NOT NULL
        )""",
}
_APPLIED = "SELECT number, checksum FROM schema_migrations ORDER BY number"


class MigrationError(Exception):
    """The database cannot be brought to this code's schema. Says what to do."""


class NewerDatabaseError(MigrationError):
    """A newer release has been at work on this database."""


class ChangedMigrationError(MigrationError):
    """A file that was applied reads differently now, so nobody knows what the schema looks like."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: `0001_foundation.sqlite.sql` is number 1, named `0001_foundation`."""

    number: int
    name: str
    script: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the script, in hex."""
        return sha256(self.script.encode()).hexdigest()


def shipped(engine: Engine, folder: Traversable | None = None) -> tuple[Migration, ...]:
    """The files that come with this code, or those of another folder, in their order."""
    ending = f".{engine.value}.sql"
    found = []
    for file in (folder or files("storage").joinpath("migrations")).iterdir():
        if file.name.endswith(ending):
            name = file.name.removesuffix(ending)
            # A checkout may have changed the line ends; that is no change of the schema.
            script = file.read_text(encoding="utf-8").replace("\r\n", "\n")
            found.append(Migration(int(name.partition("_")[0]), name, script))
    return tuple(sorted(found, key=lambda migration: migration.number))


def missing(ours: Sequence[Migration], applied: Mapping[int, str]) -> tuple[Migration, ...]:
    """What is still to be applied where `applied` (number → checksum) is there. Raises MigrationError when the two do not fit."""
    newest = max((migration.number for migration in ours), default=0)
    beyond = sorted(number for number in applied if number > newest)
    if beyond:
        raise NewerDatabaseError(
            f"the database has migration {beyond[-1]}, this release knows {newest} at most: run the release that made it, or a newer one"
        )
    for migration in ours:
        if migration.number in applied and applied[migration.number] != migration.checksum:
            raise ChangedMigrationError(
                f"{migration.name} was applied with other contents than this release has: restore the file"
            )
    latest = max(applied, default=0)
    left = tuple(migration for migration in ours if migration.number not in applied)
    if left and left[0].number < latest:
        raise ChangedMigrationError(
            f"{left[0].name} is missing in the database although {latest} was applied: this is another history"
        )
    return left


async def pending(target: Target) -> tuple[str, ...]:
    """Names of the migrations a database still needs; changes nothing. Raises MigrationError."""
    ours = shipped(target.engine)
    if target.engine is Engine.SQLITE:
        applied = await asyncio.to_thread(_read_file, target) if target.file.exists() else {}
    else:
        connection = await postgres.connect(target.url)
        try:
            applied = await _read_server(connection)
        finally:
            await connection.close()
    return tuple(migration.name for migration in missing(ours, applied))


async def migrate(target: Target, ours: Sequence[Migration] | None = None) -> tuple[str, ...]:
    """Apply what is missing; the names of what this call applied. Raises MigrationError, and then nothing of the failed file is left."""
    migrations = shipped(target.engine) if ours is None else ours
    if target.engine is Engine.SQLITE:
        return await asyncio.to_thread(_migrate_file, target, migrations)
    return await _migrate_server(target, migrations)


# --- SQLite ----------------------------------------------------------------------------------------------------------


def _open_file(target: Target) -> sqlite3.Connection:
    connection = sqlite.connect(target.file)
    connection.execute(f"PRAGMA busy_timeout = {WAIT_MS}")
    # Dropping a table would otherwise act on the rows that point to it. Works outside a transaction only.
    connection.execute("PRAGMA foreign_keys = OFF")
    return connection


def _read_file(target: Target) -> dict[int, str]:
    connection = _open_file(target)
    try:
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'schema_migrations'").fetchone() is None:
            return {}
        return dict(connection.execute(_APPLIED).fetchall())
    finally:
        connection.close()


def _migrate_file(target: Target, migrations: Sequence[Migration]) -> tuple[str, ...]:
    connection = _open_file(target)
    done = []
    try:
        while (name := _apply_next(connection, migrations)) is not None:
            done.append(name)
    finally:
        connection.close()
    return tuple(done)


def _apply_next(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> str | None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(_LEDGER[Engine.SQLITE])
        left = missing(migrations, dict(connection.execute(_APPLIED).fetchall()))
        if left:
            _apply_to_file(connection, left[0])
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return left[0].name if left else None


def _apply_to_file(connection: sqlite3.Connection, migration: Migration) -> None:
    try:
        for statement in statements(migration.script):
            connection.execute(statement)
    except sqlite3.Error as error:
        raise MigrationError(f"{migration.name} failed: {error}") from error
    orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    if orphans:
        raise MigrationError(f"{migration.name} would leave {len(orphans)} rows pointing to nothing, first in {orphans[0][0]}")
    connection.execute(
        "INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES (?, ?, ?, ?)",
        (migration.number, migration.name, migration.checksum, datetime.now(UTC).isoformat(" ")),
    )


def statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: `executescript` would end the transaction first."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    # What follows the last semicolon: comments, or a statement somebody forgot to end.
    if statement.strip():
        yield statement


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


async def _read_server(connection: Any) -> dict[int, str]:
    if await connection.fetchval("SELECT to_regclass('schema_migrations')") is None:
        return {}
    return {row[0]: row[1] for row in await connection.fetch(_APPLIED)}


async def _migrate_server(target: Target, migrations: Sequence[Migration]) -> tuple[str, ...]:
    connection = await postgres.connect(target.url)
    done = []
    try:
        # Of the session, not of a transaction: it is held from one file to the next, and the end of the connection gives it back.
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        await connection.execute(_LEDGER[Engine.POSTGRES])
        for migration in missing(migrations, await _read_server(connection)):
            await _apply_to_server(connection, migration)
            done.append(migration.name)
    finally:
        await connection.close()
    return tuple(done)


async def _apply_to_server(connection: Any, migration: Migration) -> None:
    try:
        async with connection.transaction():
            await connection.execute(migration.script)
            await connection.execute(
                "INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES ($1, $2, $3, $4)",
                migration.number,
                migration.name,
                migration.checksum,
                datetime.now(UTC),
            )
    except PostgresError as error:
        raise MigrationError(f"{migration.name} failed: {error}") from error
