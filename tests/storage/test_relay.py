"""The relay on real outboxes: the promises it keeps in memory it keeps here too."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from contextlib import AsyncExitStack
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

FEW = settings(max_examples=12, stateful_step_count=25, deadline=None)
"""Each example has a database of its own; the many are run in memory."""


class TestRelay(RelayPromises):
    """All promises, on both engines."""

    @pytest.fixture
    def store(self, storage: Storage) -> Storage:
        return storage


async def test_several_processes_share_the_lanes_and_send_nothing_twice(url: str) -> None:
    async with AsyncExitStack() as stack:
        storages = [await stack.enter_async_context(open_storage(url)) for _ in range(3)]
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


def test_random_faults_on_sqlite_lose_and_repeat_nothing(migrated_file: Path, tmp_path: Path) -> None:
    class Machine(RelayMachine):
        async def make_store(self) -> Storage:
            file = Path(tempfile.mkdtemp(dir=tmp_path)) / "laban.db"
            shutil.copy(migrated_file, file)
            self.storage = open_storage(f"sqlite:///{file}")
            await self.storage.open()
            return self.storage

        async def drop_store(self) -> None:
            await self.storage.close()

    run_state_machine_as_test(Machine, settings=FEW)


def test_random_faults_on_postgres_lose_and_repeat_nothing(postgres_server: Postgres) -> None:
    class Machine(RelayMachine):
        async def make_store(self) -> Storage:
            # Not a copy of the migrated one: other tests leave their rows there.
            self.url = await asyncio.to_thread(postgres_server.create_database)
            self.storage = open_storage(self.url)
            await self.storage.migrate()
            await self.storage.open()
            return self.storage

        async def drop_store(self) -> None:
            await self.storage.close()
            await asyncio.to_thread(postgres_server.drop_database, self.url)

    run_state_machine_as_test(Machine, settings=FEW)
