"""An open database, whichever engine keeps it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from copy import copy
from typing import Any, Protocol

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import TortoiseContext

from bot.ports import Saved
from storage.codec import Codec
from storage.sql import Batch, Program, Row, Sql, Step, T


class Database(Protocol):
    """An open database. Everything that passes here is a constant statement with parameters."""

    codec: Codec
    client: BaseDBAsyncClient

    async def execute(self, sql: Sql, *args: Any) -> list[Row]:
        """One statement, durable on return if it writes; the rows it returns."""
        ...

    async def share(self, sql: Sql, *args: Any) -> list[Row]:
        """Like `execute`, for a statement many may wait with at once: they may share a commit, each durable on return all the same."""
        ...

    async def glance(self, sql: Sql, *args: Any) -> list[Row]:
        """One statement that reads a few rows by key, as they were last committed. Cheaper than `execute` where reading needs no waiting."""
        ...

    async def run(self, program: Program[T]) -> T:
        """A program in a transaction that may write; rolled back when it raises."""
        ...

    async def run_together(self, make: Callable[[], Program[T]]) -> T:
        """Like `run`, for programs many may wait with at once: they may share a commit, each durable on return all the same. A program is
        made anew should that commit fail, and then has one of its own."""
        ...

    async def save(self, steps: Sequence[Step | Batch]) -> Saved:
        """All steps or none. LOST when a unique rule or foreign key no longer fits; other broken rules raise."""
        ...

    async def save_all(self, plans: Sequence[Sequence[Step | Batch]]) -> tuple[Saved, ...] | None:
        """Each plan as by `save`, all in one commit; None, and nothing stored, when that commit fails by a rule that is checked at its end."""
        ...

    def querying(self) -> AbstractContextManager[BaseDBAsyncClient]:
        """Within the block Tortoise's queries work, given `using_db` with what this yields."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...


class Querying:
    """The Tortoise side of an open database.

    A context of its own, entered only while a query runs: nothing depends on which task opened the database or on a global. Tortoise
    keeps the dialect of its queries on the model classes, so a process works with one engine at a time.
    """

    def __init__(self, orm: TortoiseContext, client: BaseDBAsyncClient) -> None:
        self._orm = orm
        self.client = client

    @contextmanager
    def querying(self) -> Generator[BaseDBAsyncClient, None, None]:
        """See `Database`."""
        # A context remembers who entered it; a copy of its own lets any number of tasks be inside.
        with copy(self._orm):
            yield self.client

    async def close(self) -> None:
        """See `Database`."""
        await self._orm.close_connections()
