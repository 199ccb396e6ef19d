"""T8: a team's board and the company's, read and drawn in a turn, beside the bare SELECT of what stands behind them.

Nothing is summed up beforehand: a board reads the key results and newest check-ins of everybody on it.
"""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from itertools import count

from adapters.ids import RandomIds
from benchmarks.company import KEY_RESULTS, NOW, PEOPLE, PLATFORM, TENANT, person_id
from benchmarks.engines import Copies, StandingClock
from benchmarks.measure import Figure, Variant, compare
from bot.actions.converse import converse
from bot.chat import message as messages
from bot.chat.incoming import Incoming, Place, Sender, Texted
from bot.okr.cycle import quarter_of
from bot.ports import Deps
from bot.texts import T, say_plain
from storage import Storage, open_storage
from storage.sql import Sql, both

TEAM = 500
"""One without teams below it."""
READER = person_id(TEAM, 3)
ROUNDS = 5
_NEWEST = "(SELECT c.id FROM check_ins c WHERE c.key_result_id = k.id AND c.at < ? ORDER BY c.at DESC, c.id DESC LIMIT 1)"
_BEHIND = (
    "SELECT o.id, o.title, o.published_at, p.name, k.id, k.sentence, k.target, k.baseline, k.current, n.at, n.value, n.confidence, w.value",
    "FROM objectives o JOIN people p ON p.id = o.owner_id JOIN key_results k ON k.objective_id = o.id",
    "LEFT JOIN check_ins n ON n.id =",
    _NEWEST,
    "LEFT JOIN check_ins w ON w.id =",
    _NEWEST,
    "WHERE o.cycle_id = ? AND o.state = 'published'",
)
COMPANY = both(*_BEHIND)
ONE_TEAM = both(*_BEHIND, "AND o.team_id = ?")
LAST = both("SELECT message FROM outbox ORDER BY id DESC LIMIT 1")


def measure_team(copies: Copies) -> list[Figure]:
    """Floor first."""
    return _measure(copies, "a team", "status team", ONE_TEAM, (f"t{TEAM}",), 10)


def measure_company(copies: Copies) -> list[Figure]:
    """Floor first."""
    return _measure(copies, f"a company of {PEOPLE:,}", "status company", COMPANY, (), PEOPLE)


def _measure(copies: Copies, of: str, words: str, bare: Sql, args: tuple[str, ...], objectives: int) -> list[Figure]:
    url = copies.fresh()
    try:
        with asyncio.Runner() as runner:
            storage = open_storage(url)
            runner.run(storage.open())
            try:
                ours = _Reader(storage, words)
                runner.run(ours.read(1))
                runner.run(ours.check(objectives))
                these = (NOW, NOW - timedelta(weeks=1), quarter_of(NOW.date()).id, *args)

                async def select(times: int) -> None:
                    for _ in range(times):
                        assert len(await storage.database.execute(bare, *these)) == objectives * KEY_RESULTS

                batch = max(1, 200 // objectives)
                return compare(
                    [
                        Variant(f"{copies.engine}, {of}, bare SELECT", lambda times: runner.run(select(times)), batch),
                        Variant(f"{copies.engine}, {of}, board", lambda times: runner.run(ours.read(times)), batch),
                    ],
                    ROUNDS,
                )
            finally:
                runner.run(storage.close())
    finally:
        copies.drop(url)


class _Reader:
    """Somebody who asks for a board over and over."""

    def __init__(self, storage: Storage, words: str) -> None:
        self._storage = storage
        self._deps = Deps(storage.reading, storage.work, StandingClock(), RandomIds())
        self._words = words
        self._numbers = count()

    async def read(self, times: int) -> None:
        sender, place = Sender(PLATFORM, TENANT, READER), Place(PLATFORM, TENANT, READER)
        for _ in range(times):
            await converse(Incoming(f"board{next(self._numbers)}", sender, place, NOW, Texted(self._words)), self._deps)

    async def check(self, objectives: int) -> None:
        """What was sent last is the board of that many objectives, all of them heard of this week."""
        ((text,),) = await self._storage.database.execute(LAST)
        said = messages.from_json(json.loads(text))
        heard = T("board.heard", n=objectives * KEY_RESULTS, answered=objectives * KEY_RESULTS)
        assert say_plain(said.lang, heard) in said.plain(), said.plain()
