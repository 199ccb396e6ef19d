"""Home: my objectives, what is unfinished, and what can be done here."""

from __future__ import annotations

from collections.abc import Sequence

from bot.actions.bars import objective_button, row_blocks
from bot.actions.cycles import current_cycle, local, today
from bot.actions.desk import Desk
from bot.actions.evidence import gather, served_titles
from bot.chat.intents import Intent, Wish, button
from bot.chat.message import Block, Button, Buttons, Message, Paragraph, Tone
from bot.okr.board import Board, board_of_person
from bot.okr.cycle import Cycle
from bot.okr.objective import Objective, ObjectiveState
from bot.scripts import SCRIPTS
from bot.texts import T, Text, say, say_plain

TITLE_ON_BUTTON = 32


async def show_home(desk: Desk) -> None:
    """Greet by name, show where one's own objectives stand and what waits to be finished, and say what can be done."""
    cycle = await current_cycle(desk)
    own = await desk.reading.objectives_of(desk.person.id, cycle.id)
    published = tuple(one for one in own if one.state is ObjectiveState.PUBLISHED)
    drafts = tuple(one for one in own if one.state is ObjectiveState.DRAFT)
    blocks: list[Block] = [_said(desk, T("home.hello", name=desk.person.name))]
    if desk.person.away_until is not None and desk.person.away_until >= today(desk):
        blocks.append(_said(desk, T("home.away", day=desk.person.away_until), is_quiet=True))
    blocks += _unfinished(desk)
    if published:
        blocks += await _objectives(desk, cycle, published)
    if drafts:
        blocks += [_said(desk, T("home.drafts", n=len(drafts))), Buttons(tuple(_continue(desk, one) for one in drafts))]
    if not own and not _is_writing(desk):
        blocks.append(_said(desk, T("home.first")))
    blocks.append(Buttons(_doable(desk, is_first=not own and not desk.parked)))
    desk.send(Message(tuple(blocks), desk.lang))


async def _objectives(desk: Desk, cycle: Cycle, published: Sequence[Objective]) -> list[Block]:
    sight = await gather(desk, published, cycle)
    board: Board = board_of_person(desk.person, published, sight, await served_titles(desk, published, {}))
    blocks: list[Block] = [_said(desk, T("home.objectives", week=cycle.week_of(sight.today), weeks=cycle.weeks))]
    for section in board.sections:
        for row in section.rows:
            blocks += row_blocks(desk.lang, row, row.objective.title)
    blocks.append(Buttons(tuple(objective_button(desk.lang, one.id, one.title) for one in published)))
    return blocks


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
    others = (Intent(Wish.BOARD), Intent(Wish.SETTINGS), Intent(Wish.HELP))
    return (writes, *(button(desk.lang, intent) for intent in others))


def _said(desk: Desk, text: Text, *, is_quiet: bool = False) -> Paragraph:
    return Paragraph(say(desk.lang, text), is_quiet)
