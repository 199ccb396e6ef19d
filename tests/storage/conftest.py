"""A storage on each engine: every test that asks for one runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from storage import Storage, open_storage
from storage.database import read_url
from storage.migrate import migrate
from tests.postgres import Postgres

SQLITE, POSTGRES = "sqlite", "postgres"


def migrated(url: str) -> None:
    """Bring an empty database to the newest schema; may be called while a loop is running."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(migrate(read_url(url)))).result()


@dataclass(frozen=True, slots=True)
class Templates:
    """Migrated, empty databases to start from."""

    file: Path
    postgres_url: str


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "laban.db"
    migrated(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_postgres_url(postgres_server: Postgres) -> Iterator[str]:
    url = postgres_server.create_database()
    migrated(url)
    yield url
    postgres_server.drop_database(url)


@pytest.fixture(params=[SQLITE, POSTGRES])
def engine(request: pytest.FixtureRequest) -> str:
    """The name of the engine a test runs on."""
    name: str = request.param
    return name


@pytest.fixture
def empty_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any table."""
    if engine == SQLITE:
        return f"sqlite:///{tmp_path / 'laban.db'}"
    url: str = request.getfixturevalue("fresh_postgres_url")
    return url


@pytest.fixture
def url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A migrated database nobody has written to."""
    if engine == SQLITE:
        file = tmp_path / "laban.db"
        shutil.copy(request.getfixturevalue("migrated_file"), file)
        return f"sqlite:///{file}"
    postgres_url: str = request.getfixturevalue("migrated_postgres_url")
    # Emptied before and not after: a test that failed leaves its rows to be looked at.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(_emptied(postgres_url))).result()
    return postgres_url


async def _emptied(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        tables = await connection.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('schema_migrations', 'organisation')"
        )
        # In one transaction: foreign keys are checked at its end.
        async with connection.transaction():
            for table in tables:
                await connection.execute(f"DELETE FROM {table[0]}")  # noqa: S608 a name from the catalogue
            # Every other column takes its default.
            await connection.execute("DELETE FROM organisation")
            await connection.execute("INSERT INTO organisation (id, name, fiscal_start_month) VALUES (1, '', 1)")
    finally:
        await connection.close()


@pytest.fixture
async def storage(url: str) -> AsyncIterator[Storage]:
    """Open, empty."""
    async with open_storage(url) as opened:
        yield opened
