"""The relay on real outboxes: the promises it keeps in memory it keeps here too."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from adapters.relay import Pace
from storage import Storage, open_storage
from tests.postgres import Postgres
from tests.relay_machine import RelayMachine
from tests.relay_promises import RelayPromises
from tests.switchboard import Switchboard


@asynccontextmanager
async def closing(storage: Storage) -> AsyncIterator[Storage]:
    """The storage, closed at the end."""
    try:
        yield storage
    finally:
        await storage.close()


async def opened(url: str) -> Storage:
    """A storage with all tables, open."""
    storage = open_storage(url)
    await storage.migrate()
    await storage.open()
    return storage


class TestRelayOnSqlite(RelayPromises):
    """All promises."""

    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[Storage]:
        storage = await opened(f"sqlite:///{tmp_path / 'laban.db'}")
        yield storage
        await storage.close()


class TestRelayOnPostgres(RelayPromises):
    """All promises."""

    @pytest.fixture
    async def store(self, fresh_postgres_url: str) -> AsyncIterator[Storage]:
        storage = await opened(fresh_postgres_url)
        yield storage
        await storage.close()


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
async def test_several_processes_share_the_lanes_and_send_nothing_twice(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'laban.db'}" if engine == "sqlite" else request.getfixturevalue("fresh_postgres_url")
    async with AsyncExitStack() as stack:
        storages = [await stack.enter_async_context(closing(await opened(url))) for _ in range(3)]
        board = Switchboard(storages[0], Pace(lanes=4))
        for number in range(15):
            for chat in range(10):
                await board.post(f"chat-{chat}", f"{number}")
        for storage in storages:
            board.start(outbox=storage.outbox)
        await board.pass_until_quiet()
        for chat in range(10):
            assert board.phone.shown(f"chat-{chat}") == [f"{number}" for number in range(15)]
        assert all(running.plug.claims for running in board.relays)
        await board.end()


FEW = settings(max_examples=12, stateful_step_count=25, deadline=None)
"""Each example has a database of its own; the many are run in memory."""


def test_random_faults_on_sqlite_lose_and_repeat_nothing(tmp_path: Path) -> None:
    class Machine(RelayMachine):
        async def make_store(self) -> Storage:
            self.storage = await opened(f"sqlite:///{tempfile.mkdtemp(dir=tmp_path)}/laban.db")
            return self.storage

        async def drop_store(self) -> None:
            await self.storage.close()

    run_state_machine_as_test(Machine, settings=FEW)


def test_random_faults_on_postgres_lose_and_repeat_nothing(postgres_server: Postgres) -> None:
    class Machine(RelayMachine):
        async def make_store(self) -> Storage:
            self.url = postgres_server.create_database()
            self.storage = await opened(self.url)
            return self.storage

        async def drop_store(self) -> None:
            await self.storage.close()
            await asyncio.to_thread(postgres_server.drop_database, self.url)

    run_state_machine_as_test(Machine, settings=FEW)
