"""Finding an objective by what people call it."""

from __future__ import annotations

from bot.actions.desk import Desk
from bot.folding import fold
from bot.okr.cycle import Cycle
from bot.okr.objective import TITLE_LIMIT, Objective

LEAST = 6
"""Bytes: six Latin letters or two Chinese characters. Less is no beginning of a title but a slip."""


async def find_by_title(desk: Desk, typed: str, cycle: Cycle) -> Objective | None:
    """The person's own or a published objective with this title, else the only one whose title begins like that; ignoring case and accents."""
    words = fold(typed) if len(typed) <= TITLE_LIMIT * 2 else ""
    if len(words.encode()) < LEAST:
        return None
    own = await desk.reading.objectives_of(desk.person.id, cycle.id)
    team_ids = [team.id for team in await desk.reading.teams()]
    seen = {one.id: one for one in (*await desk.reading.published_in(team_ids, cycle.id), *own)}
    titled = [(fold(one.title), one) for one in seen.values()]
    exactly = [one for title, one in titled if title == words]
    found = exactly or [one for title, one in titled if title.startswith(words)]
    return found[0] if len(found) == 1 else None
