"""The big company in a database of each engine, as often as somebody wants a fresh copy of it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

from benchmarks import company
from bot.ports import Clock
from storage import Storage, open_storage
from storage.sql import both
from tests.postgres import Postgres, PostgresUnavailableError, postgres

_TIDY = both("ANALYZE")


@dataclass(frozen=True, slots=True)
class Copies:
    """`fresh` gives the URL of a database that holds the company and nothing that was measured before; `drop` takes it away."""

    engine: str
    fresh: Callable[[], str]
    drop: Callable[[str], None]


class StandingClock(Clock):
    """Always the company's Friday."""

    def now(self) -> datetime:
        return company.NOW


@contextmanager
def copies(folder: Path) -> Iterator[list[Copies]]:
    """SQLite and, where its programs are, a PostgreSQL of our own. That one does not wait for the disk."""
    template = folder / "company.db"
    asyncio.run(_founded(f"sqlite:///{template}"))
    numbers = count()

    def fresh() -> str:
        file = folder / f"copy{next(numbers)}.db"
        shutil.copy(template, file)
        return f"sqlite:///{file}"

    def drop(url: str) -> None:
        for file in folder.glob(f"{Path(url).name}*"):
            file.unlink()

    sqlite = Copies("SQLite", fresh, drop)
    try:
        with postgres() as server:
            yield [sqlite, _on(server)]
    except PostgresUnavailableError:
        yield [sqlite]


def _on(server: Postgres) -> Copies:
    template = server.create_database()
    asyncio.run(_founded(template))
    return Copies("PostgreSQL", lambda: server.create_database(template), server.drop_database)


async def _founded(url: str) -> None:
    storage: Storage = open_storage(url)
    await storage.migrate()
    async with storage:
        await company.found(storage)
        # What a database that has been running for a while knows of its tables; on SQLite this also empties the journal into the file.
        await storage.database.execute(_TIDY)
