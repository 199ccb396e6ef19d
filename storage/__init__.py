"""What Laban remembers: tables, transactions, migrations.

    async with open_storage(url, on_commit=relay.wake) as storage:
        await storage.migrate()
        ...

implements the ports of `bot.ports` on SQLite or PostgreSQL. A process works with one engine at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Self

from bot.ports import Organisation
from storage.database import DatabaseUrlError, Target, open_database, read_url
from storage.engine import Database
from storage.entrusted import SqlKeyring, SqlTickets
from storage.inbox import Arrivals, SqlInbox, machine_time
from storage.migrate import ChangedMigrationError, MigrationError, NewerDatabaseError
from storage.migrate import migrate as apply_migrations
from storage.migrate import pending as find_pending
from storage.outbox import SqlOutbox
from storage.reading import SqlReading
from storage.rows import ORGANISATION, organisation_row
from storage.sql import assigned, both
from storage.transcript import SqlTranscript
from storage.unit_of_work import SqlUnitOfWork

__all__ = [
    "ChangedMigrationError",
    "DatabaseUrlError",
    "MigrationError",
    "NewerDatabaseError",
    "Storage",
    "open_storage",
]

PING_SECONDS = 5.0
_PING = both("SELECT 1")
_PUT_ORGANISATION = both("UPDATE organisation SET", assigned(ORGANISATION))


def open_storage(url: str, on_commit: Callable[[], None] | None = None, *, now: Callable[[], datetime] = machine_time) -> Storage:
    """The storage a DATABASE_URL names; open it with `async with` or `open`. `on_commit` is called, in the event loop, after every commit
    that stored something to deliver; `now` says when events arrive. Raises DatabaseUrlError, which never repeats the URL."""
    return Storage(read_url(url), on_commit or _nobody_listens, now)


def _nobody_listens() -> None:
    """A command that stores something and ends; the running process finds it by itself."""


class Storage:
    """Everything the ports ask for, on one database. The ports are there while it is open."""

    reading: SqlReading
    work: SqlUnitOfWork
    inbox: SqlInbox
    outbox: SqlOutbox
    transcript: SqlTranscript
    keyring: SqlKeyring
    tickets: SqlTickets

    def __init__(self, target: Target, on_commit: Callable[[], None], now: Callable[[], datetime]) -> None:
        self._target = target
        self._on_commit = on_commit
        self._now = now
        self._database: Database | None = None

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def open(self) -> None:
        """Connect. Raises what the driver says when that fails; then there is nothing to close."""
        if self._database is not None:
            return
        database = await open_database(self._target)
        self._database = database
        self.reading = SqlReading(database)
        self.work = SqlUnitOfWork(database, self._announce)
        arrivals = Arrivals(self._now)
        self.inbox = SqlInbox(database, arrivals)
        self.outbox = SqlOutbox(database)
        self.transcript = SqlTranscript(database, arrivals)
        self.keyring = SqlKeyring(database)
        self.tickets = SqlTickets(database)

    async def close(self) -> None:
        """Close every connection, even when the caller is being cancelled. Closing twice is fine."""
        database, self._database = self._database, None
        if database is not None:
            await asyncio.shield(database.close())

    def _announce(self) -> None:
        self._on_commit()

    def on_commit(self, wake: Callable[[], None]) -> None:
        """Call `wake` instead of what was given before: for a relay that needs the open storage to be made."""
        self._on_commit = wake

    async def ping(self) -> None:
        """Make sure the database answers. Raises what the driver says, TimeoutError after five seconds."""
        async with asyncio.timeout(PING_SECONDS):
            await self.database.execute(_PING)

    async def migrate(self) -> tuple[str, ...]:
        """Bring the schema up to date; the names of what this call applied. Raises MigrationError. Works on a closed storage, too."""
        return await apply_migrations(self._target)

    async def pending_migrations(self) -> tuple[str, ...]:
        """Names of what `migrate` would apply. Raises MigrationError. Works on a closed storage, too."""
        return await find_pending(self._target)

    async def put_organisation(self, organisation: Organisation) -> None:
        """Replace the installation's own settings."""
        await self.database.execute(_PUT_ORGANISATION, *organisation_row(organisation))

    def describe(self) -> str:
        """Engine and place, fit for logs and tables: never a password."""
        return str(self._target)

    @property
    def database(self) -> Database:
        """The open database. Raises RuntimeError when it is closed."""
        if self._database is None:
            raise RuntimeError("the storage is not open")
        return self._database
