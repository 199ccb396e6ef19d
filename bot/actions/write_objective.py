"""Writing an objective: what the talk needs to know beforehand, and storing what came of it."""

from __future__ import annotations

from datetime import timedelta

from bot.actions.alignment import check_alignment
from bot.actions.cycles import current_cycle, cycle_around
from bot.actions.desk import Desk
from bot.actions.redo import Redo
from bot.chat.intents import Intent, Wish
from bot.dialogs.session import Json
from bot.okr.check_in import CheckIn
from bot.okr.cycle import Cycle
from bot.okr.objective import HistoryEntry, KeyResult, KeyResultId, Objective, ObjectiveId, ObjectiveState
from bot.ports import AddHistory, PutCycle, PutObjective
from bot.scripts.write_key_result import KeyResultDraft
from bot.scripts.write_objective import SaveObjective
from bot.texts import T

MOST_KEY_RESULTS = 6
MOST_REMEMBERED = 12
"""Key results of the last cycle a talk carries along."""


async def facts_for_writing(desk: Desk) -> dict[str, Json]:
    """What the script `write_objective` starts from. All ids are drawn now, so that saving twice stores once."""
    cycle = await current_cycle(desk)
    own = await desk.reading.objectives_of(desk.person.id, cycle.id)
    return {
        "objective_id": desk.ids.new(),
        "key_result_ids": [desk.ids.new() for _ in range(MOST_KEY_RESULTS)],
        "count": len(own),
        "owned": sum(len(objective.key_results) for objective in own),
        "past": await _past(desk, cycle),
    }


async def _past(desk: Desk, cycle: Cycle) -> list[Json]:
    """The person's key results of the cycle before, with the last value reported of each: what a new one is compared with."""
    before = await cycle_around(desk.reading, cycle.starts_on - timedelta(days=1))
    objectives = await desk.reading.objectives_of(desk.person.id, before.id) if before.id != cycle.id else ()
    key_results = [one for objective in objectives for one in objective.key_results][:MOST_REMEMBERED]
    latest = await desk.reading.latest_check_ins([one.id for one in key_results], desk.now) if key_results else {}
    return [_past_facts(one, latest.get(one.id)) for one in key_results]


def _past_facts(key_result: KeyResult, check_in: CheckIn | None) -> Json:
    measure = key_result.measure
    return {
        "sentence": key_result.sentence,
        "metric": measure.metric,
        "unit": measure.unit,
        "direction": measure.direction.value,
        "baseline": None if measure.baseline is None else str(measure.baseline),
        "target": str(measure.target),
        "latest": None if check_in is None else str(check_in.value),
    }


async def save_objective(desk: Desk, command: SaveObjective) -> Redo | None:
    """Store the objective with its key results and the first lines of its history, and say so."""
    objective_id = ObjectiveId(command.objective_id)
    if command.serves is not None:
        redo = await check_alignment(desk, objective_id, command.serves, "serves")
        if redo is not None:
            return redo
    cycle = await current_cycle(desk)
    objective = Objective(
        objective_id,
        desk.person.id,
        desk.person.team_id,
        cycle.id,
        command.title,
        command.why,
        command.ambition,
        ObjectiveState.PUBLISHED if command.is_published else ObjectiveState.DRAFT,
        desk.now,
        tuple(key_result_of(draft) for draft in command.key_results),
        command.serves,
        desk.now if command.is_published else None,
    )
    desk.change(PutCycle(cycle), PutObjective(objective), AddHistory(entry(desk, objective.id, "created", after=objective.title)))
    if command.is_published:
        desk.change(AddHistory(entry(desk, objective.id, "published", after=objective.title)))
        desk.say(
            T("write.published", title=objective.title),
            buttons=(Intent(Wish.BOARD, "team"), Intent(Wish.OBJECTIVE, objective.id), Intent(Wish.NEW), Intent(Wish.HOME)),
        )
    else:
        desk.say(
            T("write.drafted", title=objective.title),
            buttons=(Intent(Wish.PUBLISH, objective.id), Intent(Wish.EDIT, objective.id), Intent(Wish.HOME)),
        )
    return None


def key_result_of(draft: KeyResultDraft) -> KeyResult:
    """A key result as it is stored."""
    return KeyResult(KeyResultId(draft.id), draft.sentence, draft.measure, draft.start_confidence)


def entry(
    desk: Desk,
    objective_id: ObjectiveId,
    what: str,
    *,
    why: str = "",
    before: str = "",
    after: str = "",
    of: KeyResultId | None = None,
) -> HistoryEntry:
    """A line of history by the person talking, now."""
    return HistoryEntry(desk.ids.new(), objective_id, desk.now, desk.person.id, what, why, before, after, of)
