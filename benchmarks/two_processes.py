"""T12: two processes talk through one SQLite file at once: how often is it locked, and is every turn there?"""

from __future__ import annotations

import asyncio
import multiprocessing
import sqlite3
import time
from pathlib import Path

from adapters.clock import SystemClock
from adapters.ids import RandomIds
from bot.actions.converse import converse
from bot.chat.incoming import Incoming, Place, Sender, Texted
from bot.ports import Deps
from storage import open_storage

PEOPLE = ("an", "minh")
TURNS = 5000
"""For each process; a hundred thousand take minutes: `python -m benchmarks --turns 50000`."""


def _talk(file: str, person: str, turns: int) -> None:
    asyncio.run(_talking(file, person, turns))


async def _talking(file: str, person: str, turns: int) -> None:
    async with open_storage(f"sqlite:///{file}") as storage:
        deps = Deps(storage.reading, storage.work, SystemClock(), RandomIds())
        sender, place = Sender("web", "demo", person), Place("web", "demo", person)
        for number in range(turns):
            incoming = Incoming(f"{person}{number}", sender, place, deps.clock.now(), Texted("cài đặt" if number % 2 else "hủy"))
            await converse(incoming, deps)


def measure(file: Path, turns: int = TURNS) -> tuple[int, int, float]:
    """Turns asked for, turns stored, turns a second. A locked database would end its process with an error."""
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_talk, args=(str(file), person, turns)) for person in PEOPLE]
    start = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    took = time.perf_counter() - start
    failed = [worker.exitcode for worker in workers if worker.exitcode]
    assert not failed, f"a process ended with {failed}"
    with sqlite3.connect(file) as connection:
        marks = ", ".join("?" * len(PEOPLE))
        query = f"SELECT count(*) FROM inbox WHERE done_at IS NOT NULL AND rtrim(event_id, '0123456789') IN ({marks})"  # noqa: S608 only question marks
        (stored,) = connection.execute(query, PEOPLE).fetchone()
    connection.close()
    return turns * len(PEOPLE), stored, turns * len(PEOPLE) / took
