"""Prepared companies to copy, and folders whose disk is memory where there is such a thing: a proof waits for a disk thousands of times."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from tests.anonymity.channels import CHANNELS
from tests.anonymity.product import prepare
from tests.postgres import Postgres

MEMORY = Path("/dev/shm")  # noqa: S108 its own folder below it is made by tempfile

Store = Callable[[], Path | str]


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder, gone afterwards."""
    made = Path(tempfile.mkdtemp(prefix="laban-anonymity-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None))
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="session")
def prepared_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """By channel: an SQLite file with the company in it."""
    made = tmp_path_factory.mktemp("prepared")
    files = {}
    for name, channel in CHANNELS.items():
        files[name] = made / f"{channel.platform}.db"
        if not files[name].exists():
            asyncio.run(prepare(f"sqlite:///{files[name]}", channel.platform))
    return files


@pytest.fixture
def postgres_store(postgres_server: Postgres) -> Iterator[Callable[[str], Awaitable[Store]]]:
    """By channel: something that makes another PostgreSQL database with the company in it, each time it is asked. The one before it goes: a server
    looks after all it has."""
    template, urls = postgres_server.create_database(), list[str]()

    def drop() -> None:
        while urls:
            postgres_server.drop_database(urls.pop())

    async def of(name: str) -> Store:
        await prepare(template, CHANNELS[name].platform)

        def another() -> str:
            drop()
            urls.append(postgres_server.create_database(template))
            return urls[-1]

        return another

    yield of
    drop()
    postgres_server.drop_database(template)
