"""Checking in: what the talk needs to know beforehand, and storing what was said."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from bot.actions.calendar import Calendar
from bot.actions.call_for_help import raise_call
from bot.actions.cycles import current_cycle, today
from bot.actions.desk import Desk
from bot.chat.intents import Intent, Wish
from bot.chat.message import Block, Paragraph, ProgressBar
from bot.dialogs.session import Json
from bot.okr.board import live
from bot.okr.check_in import CheckIn, Confidence
from bot.okr.nudge import answered_early
from bot.okr.objective import KeyResultId, Objective, ObjectiveState
from bot.okr.progress import clamped, expected_share, expected_value, progress
from bot.ports import AddCheckIn, AnswerPrompts, PutPrompt
from bot.scripts.check_in import SaveCheckIns
from bot.texts import T, say, say_plain


async def facts_for_check_in(desk: Desk) -> dict[str, Json] | None:
    """What the script `check_in` starts from; None when there is nothing to check in on."""
    cycle = await current_cycle(desk)
    own = await desk.reading.objectives_of(desk.person.id, cycle.id)
    return facts_about(own, cycle.elapsed(today(desk)))


def facts_about(own: Iterable[Objective], elapsed: Fraction) -> dict[str, Json] | None:
    """The same from a person's objectives in the cycle, of which that share has passed."""
    asked = [
        {
            "id": one.id,
            "sentence": one.sentence,
            "metric": one.measure.metric,
            "baseline": None if one.measure.baseline is None else str(one.measure.baseline),
            "target": str(one.measure.target),
            "unit": one.measure.unit,
            "direction": one.measure.direction.value,
            "current": None if one.current is None else str(one.current),
            "expected": None if (value := expected_value(one.measure, elapsed)) is None else str(value),
            "share": float(expected_share(one.measure, elapsed)),
        }
        for objective in own
        if objective.state is ObjectiveState.PUBLISHED
        for one in live(objective)
    ]
    return {"key_results": asked} if asked else None


def say_nothing_to_check_in(desk: Desk) -> None:
    """Somebody wants to check in and has no published key result."""
    desk.say(T("check_in.nothing"), buttons=(Intent(Wish.NEW), Intent(Wish.HOME)))


async def save_check_ins(desk: Desk, decision: SaveCheckIns) -> None:
    """Store what was said about key results that still live, send out the calls for help, and show where everything stands now.

    Checking in again in the same week corrects: the newest value counts, and the earlier ones stay in the story.
    """
    cycle = await current_cycle(desk)
    own = await desk.reading.objectives_of(desk.person.id, cycle.id)
    published = (objective for objective in own if objective.state is ObjectiveState.PUBLISHED)
    alive = {one.id: (one, objective) for objective in published for one in live(objective)}
    kept = [draft for draft in decision.drafts if KeyResultId(draft.key_result_id) in alive]
    gone = len(decision.drafts) - len(kept)
    for draft in kept:
        one, _ = alive[KeyResultId(draft.key_result_id)]
        desk.change(
            AddCheckIn(CheckIn(desk.ids.new(), one.id, desk.person.id, desk.now, draft.value, draft.confidence, draft.note))
        )
    await _note_answered(desk)
    blocks: list[Block] = [Paragraph(say(desk.lang, T("check_in.thanks", n=len(kept)) if kept else T("check_in.all_skipped")))]
    for draft in kept:
        one, _ = alive[KeyResultId(draft.key_result_id)]
        share = progress(one.measure, draft.value)
        if share is not None:
            expected = float(expected_share(one.measure, cycle.elapsed(today(desk))))
            blocks.append(ProgressBar(one.sentence, float(clamped(share)), expected, _confidence(desk, draft.confidence)))
    if gone:
        blocks.append(Paragraph(say(desk.lang, T("check_in.gone", n=gone)), is_quiet=True))
    if kept:
        blocks.append(Paragraph(say(desk.lang, T("check_in.correct")), is_quiet=True))
    # Whatever was said: a moment at which everybody is here anyway is the best one to write unsigned.
    blocks.append(Paragraph(say(desk.lang, T("check_in.unsigned")), is_quiet=True))
    desk.say(*blocks, buttons=(Intent(Wish.BOARD, "team"), Intent(Wish.ANONYMOUS), Intent(Wish.HOME)))
    for draft in kept:
        if draft.cry:
            one, objective = alive[KeyResultId(draft.key_result_id)]
            await raise_call(desk, desk.ids.new(), one, objective, draft.cry, draft.value)


async def _note_answered(desk: Desk) -> None:
    """What was asked is answered; an answer nobody had asked for yet counts for its week just the same."""
    calendar = await Calendar.read(desk.reading, (desk.person.id,), desk.now)
    rhythm = (await desk.reading.organisation()).rhythm
    desk.change(AnswerPrompts(desk.person.id, desk.now))
    early = answered_early(desk.person, rhythm, desk.now, calendar.is_off(desk.person), calendar.prompts_of(desk.person.id))
    if early is not None:
        desk.change(PutPrompt(early))


def _confidence(desk: Desk, confidence: Confidence) -> str:
    return "" if confidence is Confidence.ON_TRACK else say_plain(desk.lang, T(f"word.confidence.{confidence.value}"))
