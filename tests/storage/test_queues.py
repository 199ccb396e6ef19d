"""Inbox and outbox keep on both engines what the ones in memory promise."""

from __future__ import annotations

import pytest

from storage import Storage
from tests.queue_promises import InboxPromises, OutboxPromises


@pytest.fixture
def store(storage: Storage) -> Storage:
    return storage


class TestOutbox(OutboxPromises):
    """All promises."""


class TestInbox(InboxPromises):
    """All promises."""
