"""SQLite: the pragmas, a Tortoise client whose transactions begin IMMEDIATE, and whole transactions in one hop to its thread.

A deferred BEGIN that reads before it writes fails as soon as another process writes in between, whatever the busy timeout: its
snapshot is stale. So every transaction that may write takes the write lock first.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import aiosqlite
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.context import TortoiseContext
from tortoise.exceptions import TransactionManagementError

from bot.ports import Saved
from storage.codec import SQLITE
from storage.engine import Querying
from storage.sql import Ask, Batch, Program, Row, Sql, Step, T

BUSY_MS = 5000
PRAGMAS = (
    # First, so that the others wait for their turn as well.
    f"PRAGMA busy_timeout = {BUSY_MS}",
    "PRAGMA foreign_keys = ON",
    # FULL: what was acknowledged survives a power cut, not only the end of the process.
    "PRAGMA synchronous = FULL",
    # Tortoise's 16 kB would cut the journal off after almost every commit, at a third of the speed.
    "PRAGMA journal_size_limit = 67108864",
    # The same few pages change all the time; moving them into the file after 16 MB instead of 4 writes most of them once.
    "PRAGMA wal_autocheckpoint = 4000",
    # What was deleted is overwritten with zeros.
    "PRAGMA secure_delete = ON",
    # Functions with side effects cannot be smuggled in by a manipulated file.
    "PRAGMA trusted_schema = OFF",
)
_LOST = (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY)


def connect(path: Path | str) -> sqlite3.Connection:
    """A connection in autocommit with our pragmas. A missing file is made, readable for its owner only, and its folder too."""
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    # The journal files take over the mode of this one.
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    try:
        for pragma in PRAGMAS:
            connection.execute(pragma)
        _write_ahead(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def look_through(file: Path) -> sqlite3.Connection:
    """A connection that only reads, and rather fails than waits."""
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)
    for pragma in ("PRAGMA busy_timeout = 0", "PRAGMA query_only = ON", "PRAGMA trusted_schema = OFF"):
        connection.execute(pragma)
    return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log. Of several processes that open a new file at once all but one are refused without being made to
    wait, whatever the busy timeout; so wait here."""
    deadline = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)  # in the connection's own thread, or before anything else runs
        else:
            return


class ImmediateClient(SqliteClient):
    """Tortoise's client with our pragmas and BEGIN IMMEDIATE."""

    async def create_connection(self, with_db: bool) -> None:
        """Connect unless connected."""
        if self._connection is not None:
            return
        connection = aiosqlite.Connection(lambda: connect(self.filename), iter_chunk_size=64)
        # Otherwise a process that ends without closing, after an exception for instance, would wait for this thread for ever.
        connection._thread.daemon = True
        self._connection = await connection
        self._connection.row_factory = sqlite3.Row
        await self._post_connect()

    def _in_transaction(self) -> TransactionContext:
        return ImmediateTransaction(ImmediateWrapper(self), self._lock)

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        """In one transaction."""
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)

    async def in_thread(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """`work` in the connection's thread, with nobody's transaction around or in the middle of it.

        One hop: it costs more than most of what is done there. Should the caller be cancelled meanwhile, the work is done nevertheless
        and whatever comes next waits for it in the thread.
        """
        async with self.acquire_connection() as connection:
            # The bare function hides statement and parameters from the driver's log.
            done = await connection._execute(lambda: work(connection._conn))
            return cast(T, done)


class ImmediateWrapper(SqliteTransactionWrapper):
    """The connection inside a transaction of Tortoise's."""

    async def begin(self) -> None:
        """Take the write lock, waiting for it as long as the busy timeout allows."""
        try:
            cursor = await self._connection.execute("BEGIN IMMEDIATE")
            await cursor.close()
        except sqlite3.OperationalError as error:
            raise TransactionManagementError(error) from error


class ImmediateTransaction(SqliteTransactionContext):
    """A transaction of Tortoise's. It gives the lock back when BEGIN fails: otherwise every other task would wait for ever."""

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await self.connection.begin()
            self.token = get_connections().set(self.connection_name, self.connection)
        except BaseException:
            self._trxlock.release()
            raise
        return cast(TransactionalDBClient, self.connection)


client_class = ImmediateClient
"""What Tortoise looks for in the module of an engine."""


class SqliteDatabase(Querying):
    """Implements `storage.engine.Database`."""

    codec = SQLITE

    def __init__(self, orm: TortoiseContext, client: ImmediateClient) -> None:
        super().__init__(orm, client)
        self._in_thread = client.in_thread
        self._file = Path(client.filename)
        self._glass: sqlite3.Connection | None = None
        self._waiting: list[_Waiting] = []
        """Work for the next commit that is shared."""
        self._sharing: asyncio.Task[None] | None = None

    @property
    def glass(self) -> sqlite3.Connection:
        """The connection that only looks, opened when first used."""
        if self._glass is None:
            self._glass = look_through(self._file)
        return self._glass

    async def glance(self, sql: Sql, *args: Any) -> list[Row]:
        """See `storage.engine.Database`. Read right here, on a connection of its own that cannot write: with a write-ahead log readers wait
        for nobody, and the way to the other thread and back costs more than the read."""
        try:
            return _rows(self.glass, sql.sqlite, SQLITE.encode(args))
        except sqlite3.OperationalError:
            # Somebody is recovering or rebuilding the file: wait for them where waiting holds nobody up.
            return await self.execute(sql, *args)

    async def close(self) -> None:
        """See `storage.engine.Database`."""
        if self._sharing is not None:
            await self._sharing
        glass, self._glass = self._glass, None
        if glass is not None:
            glass.close()
        await super().close()

    async def execute(self, sql: Sql, *args: Any) -> list[Row]:
        """See `storage.engine.Database`."""
        encoded = SQLITE.encode(args)
        return await self._in_thread(lambda connection: _rows(connection, sql.sqlite, encoded))

    async def share(self, sql: Sql, *args: Any) -> list[Row]:
        """See `storage.engine.Database`. Nobody waits for company: who comes while a commit is under way shares the next one."""
        encoded = SQLITE.encode(args)
        return await self._in_company(lambda connection: _rows(connection, sql.sqlite, encoded))

    async def run_together(self, make: Callable[[], Program[T]]) -> T:
        """See `storage.engine.Database`."""
        return await self._in_company(lambda connection: _follow(connection, make()))

    async def _in_company(self, work: Callable[[sqlite3.Connection], T]) -> T:
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, done))
        if self._sharing is None:
            self._sharing = asyncio.create_task(self._share())
        return await done

    async def _share(self) -> None:
        while self._waiting:
            together, self._waiting = self._waiting, []
            works = [work for work, _ in together]
            try:
                found = await self._in_thread(lambda connection, works=works: _together(connection, works))  # type: ignore[misc] # a default keeps this round's list
            except Exception:
                for work, done in together:
                    # One of them is at fault: each for itself, so that the others get through.
                    await self._alone(work, done)
                continue
            for (_, done), answer in zip(together, found, strict=True):
                if not done.done():
                    done.set_result(answer)
        self._sharing = None

    async def _alone(self, work: Callable[[sqlite3.Connection], Any], done: asyncio.Future[Any]) -> None:
        try:
            (found,) = await self._in_thread(lambda connection: _together(connection, [work]))
        except Exception as error:
            if not done.done():
                done.set_exception(error)
        else:
            if not done.done():
                done.set_result(found)

    async def run(self, program: Program[T]) -> T:
        """See `storage.engine.Database`."""

        def work(connection: sqlite3.Connection) -> T:
            _begin(connection)
            try:
                done = _follow(connection, program)
                connection.execute("COMMIT")
            except BaseException:
                _roll_back(connection)
                raise
            return done

        return await self._in_thread(work)

    async def save(self, steps: Sequence[Step | Batch]) -> Saved:
        """See `storage.engine.Database`."""
        plan = _encoded(steps)

        def work(connection: sqlite3.Connection) -> Saved:
            _begin(connection)
            try:
                saved = _carry_out(connection, plan)
                if saved is Saved.DONE:
                    connection.execute("COMMIT")
                else:
                    _roll_back(connection)
            except sqlite3.IntegrityError as error:
                _roll_back(connection)
                if error.sqlite_errorcode in _LOST:
                    return Saved.LOST
                raise
            except BaseException:
                _roll_back(connection)
                raise
            return saved

        return await self._in_thread(work)

    async def save_all(self, plans: Sequence[Sequence[Step | Batch]]) -> tuple[Saved, ...] | None:
        """See `storage.engine.Database`."""
        encoded = [_encoded(steps) for steps in plans]

        def work(connection: sqlite3.Connection) -> tuple[Saved, ...] | None:
            _begin(connection)
            try:
                saved = tuple([_carry_out_within(connection, plan) for plan in encoded])
                connection.execute("COMMIT")
            except sqlite3.IntegrityError as error:
                _roll_back(connection)
                if error.sqlite_errorcode in _LOST:
                    return None
                raise
            except BaseException:
                _roll_back(connection)
                raise
            return saved

        return await self._in_thread(work)


_Waiting = tuple[Callable[[sqlite3.Connection], Any], asyncio.Future[Any]]
"""A statement, its arguments, and who waits for its rows."""
_Encoded = list[tuple[str, Any, int | None, Saved]]
"""Statement, its arguments (a list of them for a batch), how many rows it must touch, and what it means when it does not."""


def _encoded(steps: Sequence[Step | Batch]) -> _Encoded:
    encode = SQLITE.encode
    return [
        (step.sql.sqlite, encode(step.args), step.rows, step.otherwise)
        if isinstance(step, Step)
        else (step.sql.sqlite, [encode(args) for args in step.args], None, Saved.LOST)
        for step in steps
    ]


def _carry_out(connection: sqlite3.Connection, plan: _Encoded) -> Saved:
    for sql, args, rows, otherwise in plan:
        if isinstance(args, list):
            connection.executemany(sql, args)
        elif connection.execute(sql, args).rowcount != rows and rows is not None:
            return otherwise
    return Saved.DONE


def _carry_out_within(connection: sqlite3.Connection, plan: _Encoded) -> Saved:
    """Within a transaction of several: what does not fit is undone alone."""
    connection.execute("SAVEPOINT one")
    try:
        saved = _carry_out(connection, plan)
    except sqlite3.IntegrityError as error:
        if error.sqlite_errorcode not in _LOST:
            raise
        saved = Saved.LOST
    if saved is not Saved.DONE:
        connection.execute("ROLLBACK TO one")
    connection.execute("RELEASE one")
    return saved


def _follow(connection: sqlite3.Connection, program: Program[T]) -> T:
    try:
        ask: Ask = next(program)
        while True:
            ask = program.send(_rows(connection, ask.sql.sqlite, SQLITE.encode(ask.args)))
    except StopIteration as stop:
        return cast(T, stop.value)


def _rows(connection: sqlite3.Connection, sql: str, args: tuple[Any, ...]) -> list[Row]:
    cursor = connection.cursor()
    # The connection makes rows for Tortoise; plain tuples are cheaper.
    cursor.row_factory = None
    return cursor.execute(sql, args).fetchall()


def _together(connection: sqlite3.Connection, works: Sequence[Callable[[sqlite3.Connection], Any]]) -> list[Any]:
    """All of it in one transaction. Raises what one of them, or the commit, raises; then nothing is stored."""
    _begin(connection)
    try:
        found = [work(connection) for work in works]
        connection.execute("COMMIT")
    except BaseException:
        _roll_back(connection)
        raise
    return found


def _begin(connection: sqlite3.Connection) -> None:
    # Nobody else is in a transaction now, we hold the lock; this is the remainder of one that was cancelled while it began.
    _roll_back(connection)
    connection.execute("BEGIN IMMEDIATE")


def _roll_back(connection: sqlite3.Connection) -> None:
    # After some errors (a full disk) SQLite has done so itself.
    if connection.in_transaction:
        connection.execute("ROLLBACK")
