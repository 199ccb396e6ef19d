"""The relay on an outbox in memory."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import settings

from bot.ports import Inbox, Outbox, UnitOfWork
from tests.memory import Memory
from tests.relay_machine import RelayMachine
from tests.relay_promises import RelayPromises


class MemoryStore:
    """Implements `tests.switchboard.Store`."""

    def __init__(self) -> None:
        self.memory = Memory()

    @property
    def work(self) -> UnitOfWork:
        return self.memory

    @property
    def outbox(self) -> Outbox:
        return self.memory.outbox

    @property
    def inbox(self) -> Inbox:
        return self.memory.inbox

    def on_commit(self, wake: Callable[[], None]) -> None:
        self.memory.on_commit = wake


class TestRelayInMemory(RelayPromises):
    """All promises."""

    @pytest.fixture
    def store(self) -> MemoryStore:
        return MemoryStore()


class MemoryMachine(RelayMachine):
    """In memory."""

    async def make_store(self) -> MemoryStore:
        return MemoryStore()


MemoryMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestRandomFaultsInMemory = MemoryMachine.TestCase
