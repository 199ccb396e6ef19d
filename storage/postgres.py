"""PostgreSQL: a pool, transactions on one of its connections.

Transactions are READ COMMITTED, and what is written here relies on it: a statement after a lock sees what was committed before the
lock was given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.context import TortoiseContext

from bot.ports import Saved
from storage.codec import POSTGRES
from storage.engine import Querying
from storage.sql import Ask, Batch, Program, Row, Sql, Step, T

CONNECTIONS = 10
CONNECT_SECONDS = 10.0
STATEMENT_SECONDS = 60.0
MANY = 100
"""From so many rows on COPY, which asks for the types of the columns first, is quicker than inserting."""
SETTINGS = {
    "application_name": "laban",
    "default_transaction_isolation": "read committed",
    # Compiling a statement takes longer than running any of ours.
    "jit": "off",
    # A process that stops in the middle of a transaction must not keep its locks.
    "idle_in_transaction_session_timeout": "60000",
}
_LOST = (
    asyncpg.UniqueViolationError,
    asyncpg.ForeignKeyViolationError,
    # Two turns that change the same rows in a different order: one of them was chosen to give way.
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
)


async def connect(dsn: str) -> Any:
    """One connection outside the pool, with the same settings."""
    return await asyncpg.connect(dsn, timeout=CONNECT_SECONDS, server_settings=SETTINGS)


class PoolClient(AsyncpgDBClient):
    """Tortoise's client on a pool of our making."""

    async def create_connection(self, with_db: bool) -> None:
        """Make the pool and connect once."""
        self._pool = await asyncpg.create_pool(
            self.extra["dsn"],
            min_size=1,
            max_size=CONNECTIONS,
            timeout=CONNECT_SECONDS,
            command_timeout=STATEMENT_SECONDS,
            server_settings=SETTINGS,
            reset=_leave_as_it_is,
        )
        await self._post_connect()


async def _leave_as_it_is(connection: Any) -> None:
    """Spare the round trip that resets a connection given back: nothing here changes a session's state. An open transaction is rolled
    back all the same, before this is called."""


client_class = PoolClient
"""What Tortoise looks for in the module of an engine."""


class _UnfitError(Exception):
    """Leaves a transaction that must not be committed."""

    def __init__(self, saved: Saved) -> None:
        super().__init__(saved)
        self.saved = saved


async def _insert_many(connection: Any, batch: Batch) -> None:
    rows = [POSTGRES.encode(args) for args in batch.args]
    if batch.table and len(rows) >= MANY:
        await connection.copy_records_to_table(batch.table, columns=batch.columns, records=rows)
    else:
        await connection.executemany(batch.sql.postgres, rows)


class PostgresDatabase(Querying):
    """Implements `storage.engine.Database`."""

    codec = POSTGRES

    def __init__(self, orm: TortoiseContext, client: PoolClient) -> None:
        super().__init__(orm, client)
        self._connection = client.acquire_connection

    async def execute(self, sql: Sql, *args: Any) -> list[Row]:
        """See `storage.engine.Database`."""
        async with self._connection() as connection:
            return cast(list[Row], await connection.fetch(sql.postgres, *POSTGRES.encode(args)))

    async def share(self, sql: Sql, *args: Any) -> list[Row]:
        """See `storage.engine.Database`. The server itself lets commits of several connections share a write."""
        return await self.execute(sql, *args)

    async def glance(self, sql: Sql, *args: Any) -> list[Row]:
        """See `storage.engine.Database`: no cheaper here."""
        return await self.execute(sql, *args)

    async def run(self, program: Program[T]) -> T:
        """See `storage.engine.Database`."""
        async with self._connection() as connection, connection.transaction():
            try:
                ask: Ask = next(program)
                while True:
                    ask = program.send(await connection.fetch(ask.sql.postgres, *POSTGRES.encode(ask.args)))
            except StopIteration as stop:
                return cast(T, stop.value)

    async def run_together(self, make: Callable[[], Program[T]]) -> T:
        """See `storage.engine.Database`. The server itself lets commits of several connections share a write."""
        return await self.run(make())

    async def save(self, steps: Sequence[Step | Batch]) -> Saved:
        """See `storage.engine.Database`."""
        async with self._connection() as connection:
            return await _carry_out(connection, steps)

    async def save_all(self, plans: Sequence[Sequence[Step | Batch]]) -> tuple[Saved, ...] | None:
        """See `storage.engine.Database`."""
        try:
            async with self._connection() as connection, connection.transaction():
                # Inside a transaction each plan gets a savepoint of its own.
                return tuple([await _carry_out(connection, steps) for steps in plans])
        except _LOST:
            return None


async def _carry_out(connection: Any, steps: Sequence[Step | Batch]) -> Saved:
    encode = POSTGRES.encode
    try:
        async with connection.transaction():
            for step in steps:
                if not step.sql.postgres:
                    continue
                if isinstance(step, Batch):
                    await _insert_many(connection, step)
                    continue
                tag = await connection.execute(step.sql.postgres, *encode(step.args))
                if step.rows is not None and int(tag.rpartition(" ")[2]) != step.rows:
                    raise _UnfitError(step.otherwise)
    except _UnfitError as unfit:
        return unfit.saved
    except _LOST:
        return Saved.LOST
    return Saved.DONE
