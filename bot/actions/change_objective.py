"""Changing, publishing and discarding an objective. Only its owner may; every change is kept with who, when and why."""

from __future__ import annotations

from dataclasses import replace

from bot.actions.alignment import check_alignment, served_objective
from bot.actions.desk import Desk
from bot.actions.redo import Redo
from bot.actions.write_objective import MOST_KEY_RESULTS, entry, key_result_of
from bot.chat.intents import Intent, Wish, button
from bot.chat.message import Buttons, Tone
from bot.dialogs.session import Json
from bot.okr.measure import Measure
from bot.okr.objective import HistoryEntry, KeyResult, Objective, ObjectiveId, ObjectiveState
from bot.ports import AddHistory, Change, PutObjective, RemoveDraft
from bot.scripts.edit_objective import ReviseObjective
from bot.texts import T, say_plain

SURE = "yes:"
"""Before an id in a "discard" button: the person has been asked and is sure."""


async def own_objective(desk: Desk, objective_id: str) -> Objective | None:
    """The person's own open objective, or None after saying why it cannot be changed."""
    objective = await desk.reading.objective(ObjectiveId(objective_id))
    is_seen = objective is not None and (objective.state is not ObjectiveState.DRAFT or objective.owner_id == desk.person.id)
    if objective is None or not is_seen:
        desk.say(T("edit.not_there"), buttons=(Intent(Wish.HOME),))
    elif objective.owner_id != desk.person.id:
        desk.say(T("edit.not_yours"), buttons=(Intent(Wish.OBJECTIVE, objective.id), Intent(Wish.HOME)))
    elif objective.state not in (ObjectiveState.DRAFT, ObjectiveState.PUBLISHED):
        desk.say(T("edit.closed"), buttons=(Intent(Wish.HOME),))
    else:
        return objective
    return None


async def facts_for_editing(desk: Desk, objective: Objective) -> dict[str, Json]:
    """What the script `edit_objective` starts from."""
    served_title = ""
    if objective.serves is not None:
        served = await served_objective(desk, objective.serves)
        if served is not None:
            served_title = next((one.sentence for one in served.key_results if one.id == objective.serves.id), served.title)
    key_results = [
        {
            "id": one.id,
            "sentence": one.sentence,
            "metric": one.measure.metric,
            "baseline": None if one.measure.baseline is None else str(one.measure.baseline),
            "target": str(one.measure.target),
            "unit": one.measure.unit,
            "direction": one.measure.direction.value,
            "start_confidence": one.start_confidence,
        }
        for one in objective.key_results
        if not one.is_dead
    ]
    return {
        "objective_id": objective.id,
        "is_draft": objective.state is ObjectiveState.DRAFT,
        "title": objective.title,
        "why": objective.why,
        "ambition": objective.ambition.value,
        "served_title": served_title,
        "key_results": key_results,
        "fresh_ids": [desk.ids.new() for _ in range(MOST_KEY_RESULTS)],
    }


async def revise_objective(desk: Desk, command: ReviseObjective) -> Redo | None:
    """Apply the changed parts to the objective as it is today, so that what somebody else changed meanwhile stays."""
    objective = await own_objective(desk, command.objective_id)
    if objective is None:
        return None
    if command.serves is not None and command.serves[0] is not None:
        redo = await check_alignment(desk, objective.id, command.serves[0], "serves")
        if redo is not None:
            return redo
    revised, entries = _revised(desk, objective, command)
    if command.publishes and revised.state is ObjectiveState.DRAFT:
        revised = replace(revised, state=ObjectiveState.PUBLISHED, published_at=desk.now)
        entries = (*entries, entry(desk, objective.id, "published", after=revised.title))
    _save(desk, objective, revised, entries)
    if revised.state is ObjectiveState.DRAFT:
        desk.say(
            T("write.drafted", title=revised.title),
            buttons=(Intent(Wish.PUBLISH, objective.id), Intent(Wish.EDIT, objective.id), Intent(Wish.HOME)),
        )
        return None
    said = "write.published" if command.publishes else "edit.saved"
    desk.say(
        T(said, title=revised.title),
        buttons=(Intent(Wish.OBJECTIVE, objective.id), Intent(Wish.BOARD, "team"), Intent(Wish.HOME)),
    )
    return None


async def publish(desk: Desk, objective_id: str) -> None:
    """Publish a draft as it is."""
    objective = await own_objective(desk, objective_id)
    if objective is None:
        return
    if objective.state is ObjectiveState.PUBLISHED:
        desk.say(
            T("edit.already_published", title=objective.title), buttons=(Intent(Wish.OBJECTIVE, objective.id), Intent(Wish.HOME))
        )
        return
    published = replace(objective, state=ObjectiveState.PUBLISHED, published_at=desk.now)
    _save(desk, objective, published, (entry(desk, objective.id, "published", after=objective.title),))
    desk.say(
        T("write.published", title=objective.title), buttons=(Intent(Wish.BOARD, "team"), Intent(Wish.NEW), Intent(Wish.HOME))
    )


async def discard(desk: Desk, which: str) -> None:
    """Throw a draft away, after asking whether that is really meant."""
    is_sure, objective_id = which.startswith(SURE), which.removeprefix(SURE)
    objective = await own_objective(desk, objective_id)
    if objective is None:
        return
    if objective.state is not ObjectiveState.DRAFT:
        desk.say(T("edit.not_a_draft", title=objective.title), buttons=(Intent(Wish.EDIT, objective.id), Intent(Wish.HOME)))
    elif is_sure:
        desk.change(RemoveDraft(objective.id, objective.version))
        desk.say(T("edit.discarded", title=objective.title), buttons=(Intent(Wish.NEW), Intent(Wish.HOME)))
    else:
        label = say_plain(desk.lang, T("edit.discard_yes"))
        really = button(desk.lang, Intent(Wish.DISCARD, f"{SURE}{objective.id}"), label, Tone.DANGER)
        keep = button(desk.lang, Intent(Wish.OBJECTIVE, objective.id), say_plain(desk.lang, T("edit.discard_no")))
        desk.say(T("edit.discard_really", title=objective.title), Buttons((keep, really)))


def _save(desk: Desk, was: Objective, now: Objective, entries: tuple[HistoryEntry, ...]) -> None:
    changes: tuple[Change, ...] = tuple(AddHistory(one) for one in entries)
    desk.change(PutObjective(replace(now, version=was.version + 1), was.version), *changes)


def _revised(desk: Desk, objective: Objective, command: ReviseObjective) -> tuple[Objective, tuple[HistoryEntry, ...]]:
    entries: list[HistoryEntry] = []

    def note(what: str, before: str, after: str, of: KeyResult | None = None) -> None:
        if before != after:
            entries.append(
                entry(desk, objective.id, what, why=command.reason, before=before, after=after, of=of.id if of else None)
            )

    revised = objective
    if command.title is not None:
        note("title", objective.title, command.title)
        revised = replace(revised, title=command.title)
    if command.why is not None:
        note("why", objective.why, command.why)
        revised = replace(revised, why=command.why)
    if command.ambition is not None:
        note("ambition", objective.ambition.value, command.ambition.value)
        revised = replace(revised, ambition=command.ambition)
    if command.serves is not None:
        now = command.serves[0]
        note("serves", objective.serves.id if objective.serves else "", now.id if now else "")
        revised = replace(revised, serves=now)
    kept = {one.id: one for one in objective.key_results}
    originals = {one.id: one for one in command.originals}
    for draft in command.key_results:
        fresh = key_result_of(draft)
        before = kept.get(fresh.id)
        if before is None:
            note("key_result.added", "", fresh.sentence, fresh)
            kept[fresh.id] = fresh
            continue
        was = originals.get(draft.id)
        sentence = before.sentence if was is not None and draft.sentence == was.sentence else fresh.sentence
        measure = before.measure if was is not None and draft.measure == was.measure else fresh.measure
        note("key_result.sentence", before.sentence, sentence, fresh)
        note("key_result.measure", _measure(before.measure), _measure(measure), fresh)
        kept[fresh.id] = replace(before, sentence=sentence, measure=measure)
    for removed in command.removed:
        gone = next((one for one in kept.values() if one.id == removed), None)
        if gone is not None:
            note("key_result.removed", gone.sentence, "", gone)
            del kept[gone.id]
    return replace(revised, key_results=tuple(kept.values())), tuple(entries)


def _measure(measure: Measure) -> str:
    """A measure in one language-free line, for the history: "NPS: 30 → 50"."""
    baseline = "…" if measure.baseline is None else f"{measure.baseline.normalize():f} {measure.unit}".rstrip()
    target = f"{measure.target.normalize():f} {measure.unit}".rstrip()
    return f"{measure.metric}: {baseline} → {target} ({measure.direction.value})"
