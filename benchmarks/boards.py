"""T8: a team's board and the company's, read and drawn in a turn, beside the bare SELECT of what stands behind them.

Nothing is summed up beforehand: a board reads the key results and newest check-ins of everybody on it.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import count

from adapters.ids import RandomIds
from benchmarks.company import NOW, PEOPLE, PLATFORM, TENANT, person_id
from benchmarks.engines import Copies, StandingClock
from benchmarks.measure import Figure, Variant, compare
from bot.actions.converse import converse
from bot.chat.incoming import Incoming, Place, Sender, Texted
from bot.okr.cycle import quarter_of
from bot.okr.people import PersonId
from bot.ports import Deps
from storage import Storage, open_storage
from storage.sql import both

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
    return _measure(copies, "a team's board", "status team", ONE_TEAM, (f"t{TEAM}",), 20)


def measure_company(copies: Copies) -> list[Figure]:
    """Floor first."""
    return _measure(copies, "the company's board", "status company", COMPANY, (), 1)


def _measure(copies: Copies, name: str, words: str, bare: object, args: tuple[str, ...], batch: int) -> list[Figure]:
    raise NotImplementedError
