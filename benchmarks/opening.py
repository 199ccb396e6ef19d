"""T6: opening a round: everybody of the company is asked, beside nothing but putting the same messages into the outbox."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

from adapters.ids import RandomIds
from benchmarks.company import PEOPLE
from benchmarks.engines import Copies, StandingClock
from benchmarks.measure import Figure, Trial, compare_trials
from bot.actions.rounds import Round, open_round
from bot.ports import Deps
from storage import Storage, open_storage, postgres, sqlite
from storage.sql import both, listed

ROUNDS = 3
LANE = ("lane", "ready_at")
OUTBOX = ("dedupe", "lane", "platform", "tenant", "chat_id", "is_private", "slot", "edits", "message", "due_at", "created_at")
_LANES = both("SELECT", listed(LANE), "FROM outbox_lanes")
_OUTBOX = both("SELECT", listed(OUTBOX), "FROM outbox ORDER BY id")
_COUNTS = both(
    "SELECT (SELECT count(*) FROM prompts), (SELECT count(DISTINCT subject_id) FROM prompts), (SELECT count(*) FROM outbox),",
    "(SELECT count(DISTINCT lane) FROM outbox), (SELECT count(*) FROM sessions WHERE state = 'active')",
)
Rows = list[tuple[Any, ...]]


def measure(copies: Copies) -> list[Figure]:
    """Floor first."""
    _, lanes, messages = _timed(copies, lambda url: asyncio.run(_opened(url)))
    bare = _in_postgres if copies.engine == "PostgreSQL" else _in_sqlite
    way = "COPY" if copies.engine == "PostgreSQL" else "executemany"
    return compare_trials(
        [
            Trial(
                f"{copies.engine}, bare {way} of {PEOPLE:,} messages",
                lambda: _timed(copies, lambda url: bare(url, lanes, messages)),
            ),
            Trial(f"{copies.engine}, opening a round", lambda: _timed(copies, lambda url: asyncio.run(_opened(url)))[0]),
        ],
        ROUNDS,
    )


def _timed(copies: Copies, run: Any) -> Any:
    url = copies.fresh()
    try:
        return run(url)
    finally:
        copies.drop(url)


async def _opened(url: str) -> tuple[float, Rows, Rows]:
    """Seconds, and what is in the outbox then. Everybody was asked once, and opening the round again asks nobody."""
    async with open_storage(url) as storage:
        deps = Deps(storage.reading, storage.work, StandingClock(), RandomIds())
        start = time.perf_counter()
        opened = await open_round(deps)
        took = time.perf_counter() - start
        assert opened == Round(PEOPLE), opened
        assert await _counted(storage) == (PEOPLE,) * 5
        assert await open_round(deps) == Round(0)
        assert await _counted(storage) == (PEOPLE,) * 5
        execute = storage.database.execute
        lanes, messages = [tuple(row) for row in await execute(_LANES)], [tuple(row) for row in await execute(_OUTBOX)]
    return took, lanes, messages


async def _counted(storage: Storage) -> tuple[int, ...]:
    """Prompts, people who have one, messages, chats that have one, conversations going on."""
    return tuple((await storage.database.execute(_COUNTS))[0])


def _in_sqlite(url: str, lanes: Rows, messages: Rows) -> float:
    connection = sqlite.connect(Path(url.removeprefix("sqlite:///")))
    start = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO outbox_lanes (lane, ready_at) VALUES (?, ?)", lanes)
    marks = ", ".join("?" * len(OUTBOX))
    connection.executemany(f"INSERT INTO outbox ({', '.join(OUTBOX)}) VALUES ({marks})", messages)  # noqa: S608 our own names
    connection.execute("COMMIT")
    took = time.perf_counter() - start
    connection.close()
    return took


def _in_postgres(url: str, lanes: Rows, messages: Rows) -> float:
    return asyncio.run(_copied(url, lanes, messages))


async def _copied(url: str, lanes: Rows, messages: Rows) -> float:
    connection = await postgres.connect(url)
    try:
        start = time.perf_counter()
        async with connection.transaction():
            await connection.copy_records_to_table("outbox_lanes", columns=LANE, records=lanes)
            await connection.copy_records_to_table("outbox", columns=OUTBOX, records=messages)
        return time.perf_counter() - start
    finally:
        await connection.close()
