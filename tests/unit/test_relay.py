"""The relay on an outbox in memory."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.memory import MemoryStore
from tests.relay_machine import RelayMachine
from tests.relay_promises import RelayPromises


class TestRelayInMemory(RelayPromises):
    """All promises."""

    @pytest.fixture
    def store(self) -> MemoryStore:
        return MemoryStore()


def test_random_faults_in_memory_lose_and_repeat_nothing() -> None:
    class Machine(RelayMachine):
        async def make_store(self) -> MemoryStore:
            return MemoryStore()

    run_state_machine_as_test(Machine, settings=settings(max_examples=150, stateful_step_count=30, deadline=None))
