"""T9: the turn that saves a check-in, everything included, beside the bare rows: each value inserted, and made the current one.

Included are reading who it is, replaying the talk, the progress that is shown in the end, closing the session and the prompt. There are no
roll-ups to maintain: boards are worked out when they are read.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from adapters.ids import RandomIds
from benchmarks.company import IN_A_TEAM, KEY_RESULTS, NOW, PLATFORM, TENANT, person_id
from benchmarks.engines import Copies, StandingClock
from benchmarks.measure import Figure, Trial, compare_trials
from bot.actions.converse import converse
from bot.chat.incoming import Incoming, Place, Sender, Texted
from bot.okr.people import PersonId
from bot.ports import Deps
from storage import Storage, open_storage
from storage.sql import both
from storage.sqlite import connect

AT_ONCE = 30
"""People in a trial."""
ROUNDS = 5
_CHECK_INS = both("SELECT count(*) FROM check_ins WHERE author_id = ? AND at = ?")
_INSERT = (
    "INSERT INTO check_ins (id, key_result_id, author_id, at, value, confidence, note) "
    "VALUES (?, ?, ?, '2026-11-20 09:00:00+00:00', '41', 'on_track', '')"
)


def measure(copies: Copies) -> list[Figure]:
    """Floor first; a check-in is one person's, on three key results."""
    ours, theirs = copies.fresh(), copies.fresh()
    with asyncio.Runner() as runner:
        storage = open_storage(ours)
        runner.run(storage.open())
        connection = connect(Path(theirs.removeprefix("sqlite:///")))
        try:
            asking, inserting = _Talks(storage), _Rows(connection)
            return compare_trials(
                [
                    Trial("bare INSERT and UPDATE, one commit", inserting.run),
                    Trial("the turn that saves a check-in", lambda: runner.run(asking.run())),
                ],
                ROUNDS,
            )
        finally:
            connection.close()
            runner.run(storage.close())
            copies.drop(ours)
            copies.drop(theirs)


class _Rows:
    """The rows alone."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._people = _people()

    def run(self) -> float:
        people = [next(self._people) for _ in range(AT_ONCE)]
        execute = self._connection.execute
        start = time.perf_counter()
        for person in people:
            execute("BEGIN IMMEDIATE")
            for number in range(KEY_RESULTS):
                execute(_INSERT, (f"new{person}{number}", f"k{person}{number}", person))
                execute("UPDATE key_results SET current = '41' WHERE id = ?", (f"k{person}{number}",))
            execute("COMMIT")
        return (time.perf_counter() - start) / AT_ONCE


class _Talks:
    """People who have answered all but the last question."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._deps = Deps(storage.reading, storage.work, StandingClock(), RandomIds())
        self._people = _people()
        self._numbers = count()

    async def run(self) -> float:
        people = [next(self._people) for _ in range(AT_ONCE)]
        for person in people:
            for words in ("check in", *("41", "on track") * (KEY_RESULTS - 1), "41"):
                await self._say(person, words)
        start = time.perf_counter()
        for person in people:
            await self._say(person, "on track")
        took = time.perf_counter() - start
        for person in people:
            ((stored,),) = await self._storage.database.execute(_CHECK_INS, person, NOW)
            assert stored == KEY_RESULTS
        return took / AT_ONCE

    async def _say(self, person: PersonId, words: str) -> None:
        sender, place = Sender(PLATFORM, TENANT, person), Place(PLATFORM, TENANT, person)
        await converse(Incoming(f"said{next(self._numbers)}", sender, place, NOW, Texted(words)), self._deps)


def _people() -> Iterator[PersonId]:
    """Members who speak English, one of each team."""
    for team in count():
        member = next(one for one in range(1, IN_A_TEAM) if (team + one) % 3 == 1)
        yield person_id(team, member)
