"""Inbox and outbox on both engines keep what the ones in memory promise."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import Storage
from tests.queue_promises import InboxPromises, OutboxPromises
from tests.storage.test_relay import opened


@pytest.fixture(params=["sqlite", "postgres"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Storage]:
    is_sqlite = request.param == "sqlite"
    storage = await opened(f"sqlite:///{tmp_path / 'laban.db'}" if is_sqlite else request.getfixturevalue("fresh_postgres_url"))
    yield storage
    await storage.close()


class TestOutbox(OutboxPromises):
    """All promises."""


class TestInbox(InboxPromises):
    """All promises."""
