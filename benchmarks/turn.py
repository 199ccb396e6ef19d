"""T1: a durable turn on SQLite, everything included: read what is known, decide, say it in words, save, commit."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from itertools import count
from pathlib import Path

from adapters.clock import SystemClock
from adapters.demo import seed
from adapters.ids import RandomIds
from benchmarks.measure import Figure, Variant, compare
from bot.actions.converse import converse
from bot.chat.incoming import Incoming, Place, Sender, Texted
from bot.ports import Deps
from storage import Storage, open_storage

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "journal_size_limit=67108864",
    "secure_delete=ON",
)
"""The same as ours, so that the disk does the same work."""
SENDER, PLACE = Sender("web", "demo", "an"), Place("web", "demo", "an")


def floor(folder: Path) -> Variant:
    """By hand, in the same thread: note the event, read the conversation, write it back, add a message, commit."""
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE inbox (event TEXT PRIMARY KEY, at TEXT)")
    connection.execute("CREATE TABLE session (person TEXT PRIMARY KEY, turn INTEGER, body TEXT)")
    connection.execute("CREATE TABLE outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, lane TEXT, body TEXT)")
    body = json.dumps({"answers": {f"question/{number}": "Khách hàng yêu dịch vụ của chúng ta" for number in range(4)}})
    connection.execute("INSERT INTO session VALUES ('an', 1, ?)", (body,))
    message = json.dumps(
        {"text": "Vì sao điều đó quan trọng? Một hai câu cho những ai sẽ hỏi.", "buttons": ["Bỏ qua", "Quay lại", "Hủy"]}
    )
    events = count()

    def run(times: int) -> None:
        for _ in range(times):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO inbox VALUES (?, '2026-11-23T09:00:00Z')", (str(next(events)),))
            turn, stored = connection.execute("SELECT turn, body FROM session WHERE person = 'an'").fetchone()
            answers = json.loads(stored)
            connection.execute("UPDATE session SET turn = ?, body = ? WHERE person = 'an'", (turn + 1, json.dumps(answers)))
            connection.execute("INSERT INTO outbox (lane, body) VALUES ('an', ?)", (message,))
            connection.execute("COMMIT")

    return Variant("raw sqlite3, one thread, nothing decided", run)


class Ours:
    """A person who answers a question and takes the answer back, over and over, in the middle of writing an objective."""

    def __init__(self, loop: asyncio.AbstractEventLoop, storage: Storage) -> None:
        self._loop = loop
        self._deps = Deps(storage.reading, storage.work, SystemClock(), RandomIds())
        self._events = count()

    def variant(self) -> Variant:
        self._loop.run_until_complete(self._say("mục tiêu mới"))
        return Variant("a turn of ours", self._run)

    def _run(self, times: int) -> None:
        self._loop.run_until_complete(self._say(*(("Khách hàng yêu dịch vụ của chúng ta", "quay lại") * (times // 2))))

    async def _say(self, *texts: str) -> None:
        for text in texts:
            incoming = Incoming(f"event{next(self._events)}", SENDER, PLACE, self._deps.clock.now(), Texted(text))
            await converse(incoming, self._deps)


def measure(folder: Path) -> list[Figure]:
    """Floor first. Afterwards every event has left exactly one row, and the session one turn for each."""
    loop = asyncio.new_event_loop()
    storage = loop.run_until_complete(_opened(folder / "ours.db"))
    try:
        ours = Ours(loop, storage)
        figures = compare([floor(folder), ours.variant()])
        _check(folder / "ours.db", next(ours._events))
        return figures
    finally:
        loop.run_until_complete(storage.close())
        loop.close()


async def _opened(file: Path) -> Storage:
    storage = open_storage(f"sqlite:///{file}")
    await storage.migrate()
    await storage.open()
    await seed(storage.reading, storage.work, SystemClock())
    return storage


def _check(file: Path, said: int) -> None:
    with sqlite3.connect(file) as connection:
        (events,) = connection.execute("SELECT count(*) FROM inbox WHERE done_at IS NOT NULL").fetchone()
        (turn,) = connection.execute("SELECT max(turn) FROM sessions").fetchone()
    connection.close()
    # The first word opened the session.
    assert (events, turn) == (said, said), (events, turn, said)
