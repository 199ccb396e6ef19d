"""What an objective may hang under: finding it, and refusing loops."""

from __future__ import annotations

from bot.actions.cycles import current_cycle
from bot.actions.desk import Desk
from bot.actions.redo import Redo
from bot.dialogs.session import Json
from bot.okr.objective import KeyResultId, Objective, ObjectiveId, ObjectiveState, ServedKind, Serves
from bot.ports import Guard
from bot.scripts.choose_served import name_of
from bot.texts import T

SHOWN = 8
GUARD = "alignment"
"""Raised by every change of what serves what: two changes that are each free of loops could make one together."""


async def find_candidates(desk: Desk, words: str, objective_id: str = "") -> Json:
    """Up to eight things to serve, as the script shows them; nothing that would make a loop."""
    cycle = await current_cycle(desk)
    found = await desk.reading.candidates(desk.person, cycle.id, words, SHOWN * 2)
    listed = []
    for one in found:
        if objective_id and (one.objective_id == objective_id or await _reaches(desk, one.serves, ObjectiveId(objective_id))):
            continue
        listed.append({"name": name_of(one.serves), "title": one.title, "owner": one.owner_name, "team": one.team_name})
    return listed[:SHOWN]


async def served_objective(desk: Desk, serves: Serves) -> Objective | None:
    """The published objective that is served, itself or through a key result; None when it is gone or given up."""
    if serves.kind is ServedKind.OBJECTIVE:
        objective = await desk.reading.objective(ObjectiveId(serves.id))
    else:
        objective = await desk.reading.objective_of_key_result(KeyResultId(serves.id))
        if objective is not None and any(one.id == serves.id and one.is_dead for one in objective.key_results):
            return None
    return objective if objective is not None and objective.state is ObjectiveState.PUBLISHED else None


async def check_alignment(desk: Desk, objective_id: ObjectiveId, serves: Serves, key: str) -> Redo | None:
    """Make sure `objective_id` may hang under `serves` when the turn is saved; otherwise what to ask again."""
    guard = await desk.reading.guard(GUARD)
    if await served_objective(desk, serves) is None:
        return Redo(key, T("write.serves_gone"))
    if await _reaches(desk, serves, objective_id):
        return Redo(key, T("write.serves_loop"))
    desk.change(Guard(GUARD, guard))
    return None


async def _reaches(desk: Desk, serves: Serves, objective_id: ObjectiveId) -> bool:
    """Whether going up from `serves` leads to the objective itself."""
    return any(one.id == objective_id for one in await desk.reading.chain(serves))
