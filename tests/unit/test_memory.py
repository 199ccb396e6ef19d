"""The queues in memory keep the promises of the real ones, so that tests in front of them can be believed."""

from __future__ import annotations

import pytest

from tests.memory import MemoryStore
from tests.queue_promises import InboxPromises, OutboxPromises


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


class TestOutboxInMemory(OutboxPromises):
    """All promises."""


class TestInboxInMemory(InboxPromises):
    """All promises."""
