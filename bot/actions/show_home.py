"""Home: my objectives, what is unfinished, and what can be done here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.actions.bars import age, objective_button, row_blocks
from bot.actions.call_for_help import decision_buttons
from bot.actions.cycles import current_cycle, local, today
from bot.actions.desk import Desk
from bot.actions.evidence import gather, served_titles
from bot.chat.intents import Intent, Wish, button
from bot.chat.message import Block, Button, Buttons, Message, Paragraph, Tone
from bot.okr.board import Board, board_of_person
from bot.okr.cycle import Cycle
from bot.okr.objective import Objective, ObjectiveState
from bot.okr.prompt import PromptKind
from bot.scripts import SCRIPTS
from bot.texts import T, Text, say, say_plain

TITLE_ON_BUTTON = 32
CALLS_SHOWN = 3
"""So many calls can be answered right here; the others wait on their objectives' pages."""
ASKED_WITHIN = timedelta(days=7)
HOME = "home"
"""The name of the home message: platforms that can keep one in sight pin it."""


async def show_home(desk: Desk) -> None:
    """Greet by name, show where one's own objectives stand and what waits to be finished, and say what can be done."""
    cycle = await current_cycle(desk)
    own = await desk.reading.objectives_of(desk.person.id, cycle.id)
    published = tuple(one for one in own if one.state is ObjectiveState.PUBLISHED)
    drafts = tuple(one for one in own if one.state is ObjectiveState.DRAFT)
    blocks: list[Block] = [_said(desk, T("home.hello", name=desk.person.name))]
    if desk.person.away_until is not None and desk.person.away_until >= today(desk):
        blocks.append(_said(desk, T("home.away", day=desk.person.away_until), is_quiet=True))
    blocks += await _calls(desk)
    blocks += _unfinished(desk)
    has_to_answer = bool(published) and await _is_asked(desk)
    if has_to_answer:
        blocks.append(_said(desk, T("home.check_in_open")))
    if published:
        blocks += await _objectives(desk, cycle, published)
    if drafts:
        blocks += [_said(desk, T("home.drafts", n=len(drafts))), Buttons(tuple(_continue(desk, one) for one in drafts))]
    if not own and not _is_writing(desk):
        blocks.append(_said(desk, T("home.first")))
    check_in = button(desk.lang, Intent(Wish.CHECK_IN), tone=Tone.PRIMARY if has_to_answer else Tone.PLAIN)
    doable = _doable(desk, is_first=not own and not desk.parked)
    blocks.append(Buttons((check_in, *doable) if published else doable))
    desk.send(Message(tuple(blocks), desk.lang, slot=HOME))


async def _objectives(desk: Desk, cycle: Cycle, published: Sequence[Objective]) -> list[Block]:
    sight = await gather(desk, published, cycle)
    board: Board = board_of_person(desk.person, published, sight, await served_titles(desk, published, {}))
    blocks: list[Block] = [_said(desk, T("home.objectives", week=cycle.week_of(sight.today), weeks=cycle.weeks))]
    for section in board.sections:
        for row in section.rows:
            blocks += row_blocks(desk.lang, row, row.objective.title, desk.now)
    blocks.append(Buttons(tuple(objective_button(desk.lang, one.id, one.title) for one in published)))
    return blocks


async def _calls(desk: Desk) -> list[Block]:
    """Calls for help that wait for this person's decision, oldest first: whoever has lost a card finds it again."""
    calls = await desk.reading.calls_held_by(desk.person.id)
    if not calls:
        return []
    blocks: list[Block] = [_said(desk, T("home.calls", n=len(calls)))]
    people = await desk.reading.people(sorted({call.asker_id for call in calls}))
    for call in calls[:CALLS_SHOWN]:
        objective = await desk.reading.objective(call.objective_id)
        one = next((kr for kr in objective.key_results if kr.id == call.key_result_id), None) if objective else None
        if one is None or call.asker_id not in people:
            continue
        blocks.append(_said(desk, T("call.card", who=people[call.asker_id].name, sentence=one.sentence)))
        blocks.append(_said(desk, T("home.call", words=call.words, age=age(call, desk.now))))
        blocks.append(decision_buttons(desk.lang, call))
    if len(calls) > CALLS_SHOWN:
        more = {call.objective_id: people[call.asker_id].name for call in calls[CALLS_SHOWN:] if call.asker_id in people}
        blocks.append(Buttons(tuple(objective_button(desk.lang, id_, name) for id_, name in more.items())))
    return blocks


async def _is_asked(desk: Desk) -> bool:
    """Whether the newest question how the week went is still open."""
    if any(session.script == "check_in" for session in desk.sessions):
        # It has been begun, and stands among what is unfinished.
        return False
    prompts = await desk.reading.prompts((desk.person.id,), today(desk) - ASKED_WITHIN)
    asked = [one for one in prompts if one.kind is PromptKind.CHECK_IN]
    return bool(asked) and asked[-1].answered_at is None


def _unfinished(desk: Desk) -> list[Block]:
    """Each conversation put aside, with the button that takes it up again."""
    blocks: list[Block] = []
    for session in desk.parked:
        if session.script in SCRIPTS:
            what = SCRIPTS[session.script].title
            blocks.append(_said(desk, T("home.parked", what=what, day=local(desk, session.touched_at).date())))
            blocks.append(Buttons((button(desk.lang, Intent(Wish.RESUME, session.id), tone=Tone.PRIMARY),)))
    return blocks


def _is_writing(desk: Desk) -> bool:
    return any(session.script == "write_objective" for session in desk.sessions)


def _continue(desk: Desk, draft: Objective) -> Button:
    title = draft.title if len(draft.title) <= TITLE_ON_BUTTON else draft.title[: TITLE_ON_BUTTON - 1].rstrip() + "…"
    go_on = button(desk.lang, Intent(Wish.EDIT, draft.id), say_plain(desk.lang, T("home.continue", title=title)))
    return Button(go_on.label, go_on.token, draft.title)


def _doable(desk: Desk, *, is_first: bool) -> tuple[Button, ...]:
    writes = button(desk.lang, Intent(Wish.NEW), tone=Tone.PRIMARY if is_first else Tone.PLAIN)
    # The way to write unsigned always stands here, for everybody: that somebody sees it says nothing.
    others = (Intent(Wish.BOARD), Intent(Wish.ANONYMOUS), Intent(Wish.SETTINGS), Intent(Wish.HELP))
    return (writes, *(button(desk.lang, intent) for intent in others))


def _said(desk: Desk, text: Text, *, is_quiet: bool = False) -> Paragraph:
    return Paragraph(say(desk.lang, text), is_quiet)
