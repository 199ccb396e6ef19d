"""The board: where everybody stands, the same for whoever asks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.actions.bars import (
    board_button,
    call_blocks,
    call_count,
    names,
    objective_button,
    row_blocks,
    summary_block,
    team_button,
    wish_buttons,
)
from bot.actions.cycles import current_cycle, today
from bot.actions.desk import Desk
from bot.actions.evidence import gather, served_titles
from bot.actions.show_trend import trend_button
from bot.chat.intents import Intent, Wish
from bot.chat.message import Audience, Block, Button, Buttons, Message, Paragraph
from bot.chat.richtext import bold, words
from bot.folding import fold
from bot.okr.board import (
    Board,
    Row,
    Scope,
    Section,
    Sight,
    Summary,
    below,
    board_of_company,
    board_of_person,
    board_of_team,
    open_calls,
    titles_by_id,
)
from bot.okr.cycle import Cycle
from bot.okr.objective import Objective, ObjectiveState
from bot.okr.people import Person, PersonId, Team, TeamId
from bot.okr.progress import points
from bot.texts import T, Text, say, say_plain

PAGE = 8
TEAMS_OFFERED = 12
AGES_SHOWN = 8
_PAGED = re.compile(r"(?P<scope>.+)~(?P<page>[0-9]{1,4})")


async def show_board(desk: Desk, scope: str) -> None:
    """Show a board: "me", "team" (also for ""), "company", "team:<id>", or a team by name or path as typed; "~2" after it is page two.

    A name that fits no team, or more than one, is answered with the teams there are.
    """
    paged = _PAGED.fullmatch(scope)
    scope, page = (paged["scope"], int(paged["page"])) if paged else (scope, 1)
    cycle = await current_cycle(desk)
    if scope == Scope.ME:
        await _show_mine(desk, cycle, page)
        return
    teams = await desk.reading.teams()
    if scope == Scope.COMPANY:
        await _show_company(desk, cycle, teams, page)
        return
    meant = teams_meant(desk.person.team_id, scope, teams)
    if len(meant) == 1:
        await _show_team(desk, cycle, teams, meant[0], page)
    else:
        _offer_teams(desk, scope, meant, teams)


async def _show_mine(desk: Desk, cycle: Cycle, page: int) -> None:
    own = await desk.reading.objectives_of(desk.person.id, cycle.id)
    published = tuple(one for one in own if one.state is ObjectiveState.PUBLISHED)
    board = board_of_person(desk.person, published, await gather(desk, published, cycle), {})
    await _show(desk, _Sheet(board, T("board.mine"), "me", T("board.empty_me")), page)


async def _show_team(desk: Desk, cycle: Cycle, teams: Sequence[Team], team: Team, page: int) -> None:
    inside = (team, *below(team, teams))
    objectives = await desk.reading.published_in([one.id for one in inside], cycle.id)
    sight = await gather(desk, objectives, cycle)
    people = await desk.reading.people(involved(objectives, sight))
    board = board_of_team(team, teams, objectives, people, sight, titles_by_id(objectives))
    await _show(desk, _sheet_of_team(board, team, people), page)


async def _show_company(desk: Desk, cycle: Cycle, teams: Sequence[Team], page: int) -> None:
    objectives = await desk.reading.published_in([one.id for one in teams], cycle.id)
    sight = await gather(desk, objectives, cycle)
    people = await desk.reading.people(involved(objectives, sight))
    board = board_of_company(teams, objectives, people, sight, titles_by_id(objectives))
    name = board.team.name if board.team else (await desk.reading.organisation()).name or T("board.company")
    await _show(desk, _Sheet(board, name, "company", T("board.empty_company"), people), page)


def involved(objectives: Iterable[Objective], sight: Sight) -> list[PersonId]:
    """Whose names a board needs: owners, and who asks and who answers for an open call."""
    requests = [call.request for call in open_calls(objectives, sight.evidence)]
    named = {one.owner_id for one in objectives}
    return sorted(named.union(*({one.asker_id, *one.holders} for one in requests)))


# --- which team is meant ---------------------------------------------------------------------------------------------------


def teams_meant(own: TeamId, scope: str, teams: Sequence[Team]) -> tuple[Team, ...]:
    """One's own team for "" and "team", the one with that id, or those whose name or path is what was typed, else those that begin with it."""
    if scope in ("", Scope.TEAM):
        return tuple(team for team in teams if team.id == own)
    if scope.startswith("team:"):
        return tuple(team for team in teams if team.id == scope.removeprefix("team:"))
    typed = fold(scope)
    exactly = tuple(team for team in teams if typed in (fold(team.name), fold(team.path)))
    if exactly or not typed:
        return exactly
    return tuple(team for team in teams if fold(team.name).startswith(typed) or fold(team.path).startswith(typed))


def _offer_teams(desk: Desk, scope: str, meant: Sequence[Team], teams: Sequence[Team]) -> None:
    offered = (meant or teams)[:TEAMS_OFFERED]
    typed = "" if scope.startswith("team:") or scope == Scope.TEAM else scope
    unknown = T("board.unknown_team", typed=typed) if typed else T("board.team_gone")
    said = T("board.which_team", typed=typed) if meant else unknown
    twice = len({team.name for team in offered}) < len(offered)
    buttons = (
        *(team_button(desk.lang, team, by_path=twice) for team in offered),
        board_button(desk.lang, "company", T("button.company"), say_plain(desk.lang, T("say.company"))),
    )
    desk.say(said, Buttons(buttons))


# --- how it looks ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A board with its name, the scope its buttons carry, what to say when there is nothing on it, and who is named on it."""

    board: Board
    name: Text | str
    scope: str
    empty: Text
    people: Mapping[PersonId, Person] = field(default_factory=dict)


def _sheet_of_team(board: Board, team: Team, people: Mapping[PersonId, Person]) -> _Sheet:
    return _Sheet(board, team.name, f"team:{team.id}", T("board.empty_team", name=team.name), people)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a board; rows are numbered through all pages. `heading` is what it stands under, None for right under the board's name."""

    heading: Text | str | None
    shown: Row | Summary
    number: int = 0


async def _show(desk: Desk, sheet: _Sheet, page: int) -> None:
    board = sheet.board
    unsigned = await _unsigned(desk) if board.scope is not Scope.COMPANY else ()
    if not board.objectives:
        buttons = (*wish_buttons(desk.lang, Intent(Wish.NEW)), *_other_boards(desk, sheet))
        desk.say(_head(sheet, 1, 1), sheet.empty, *unsigned, Buttons(buttons))
        return
    lines = _lines(board)
    page, pages = _turned_to(page, lines)
    shown = await _with_titles(desk, _on_page(lines, page))
    blocks = [*_page(desk.lang, sheet, shown, page, pages), *unsigned]
    if details := tuple(_detail(desk.lang, line) for line in shown):
        blocks.append(Buttons(details))
    blocks.append(
        Buttons(
            (
                *_turning(desk.lang, sheet, page, pages),
                *_trend(desk.lang, board),
                *_other_boards(desk, sheet),
                *wish_buttons(desk.lang, Intent(Wish.NEW)),
            )
        )
    )
    desk.send(Message(tuple(blocks), desk.lang))


async def _unsigned(desk: Desk) -> tuple[Block, ...]:
    """The open unsigned notes whoever looks has to answer, by age: how many and how old, never what they say."""
    days = [(today(desk) - day).days for day in await desk.unsigned.open_since(desk.person.id)]
    if not days:
        return ()
    ages = [say_plain(desk.lang, T("board.unsigned_days", n=max(one, 0))) for one in days[:AGES_SHOWN]]
    comma = say_plain(desk.lang, T("board.comma"))
    said = say(desk.lang, T("board.unsigned_open", n=len(days), ages=comma.join(ages)))
    return Paragraph(said), Buttons(wish_buttons(desk.lang, Intent(Wish.ANONYMOUS)))


def group_board(lang: str, board: Board, team: Team, people: Mapping[PersonId, Person], page: int) -> Message:
    """A team's board for its group chat: the same for everybody in it, with no other buttons than those that turn its pages."""
    sheet = _sheet_of_team(board, team, people)
    if not board.objectives:
        empty = (_head(sheet, 1, 1), sheet.empty)
        return Message(tuple(Paragraph(say(lang, one)) for one in empty), lang, audience=Audience.GROUP)
    lines = _lines(board)
    page, pages = _turned_to(page, lines)
    blocks = _page(lang, sheet, _on_page(lines, page), page, pages)
    if turning := _turning(lang, sheet, page, pages):
        blocks.append(Buttons(turning))
    return Message(tuple(blocks), lang, audience=Audience.GROUP)


def _turned_to(page: int, lines: Sequence[_Line]) -> tuple[int, int]:
    """The page that is shown, and how many there are."""
    pages = -(-len(lines) // PAGE)
    return min(max(page, 1), pages), pages


def _on_page(lines: tuple[_Line, ...], page: int) -> tuple[_Line, ...]:
    return lines[(page - 1) * PAGE : page * PAGE]


def _page(lang: str, sheet: _Sheet, shown: Sequence[_Line], page: int, pages: int) -> list[Block]:
    """A page of a board; who has not been heard of and which calls are open stands on the first."""
    board = sheet.board
    blocks: list[Block] = [
        Paragraph(say(lang, _head(sheet, page, pages))),
        Paragraph(words(counts(lang, board)), is_quiet=True),
    ]
    blocks += _drawn(lang, sheet, shown)
    if page == 1:
        blocks += _unheard(lang, board)
        # Whoever called finds it on the row, and who has it with the objective: one's own board stays short.
        blocks += [] if board.scope is Scope.ME else call_blocks(lang, board.calls, sheet.people, board.sight.now)
    return blocks


def _head(sheet: _Sheet, page: int, pages: int) -> Text:
    sight = sheet.board.sight
    head = T("board.head", name=sheet.name, week=sight.cycle.week_of(sight.today), weeks=sight.cycle.weeks)
    return head if pages == 1 else T("board.head_of_page", head=head, page=page, pages=pages)


def counts(lang: str, board: Board) -> str:
    """How much there is, how much was heard of, what is expected by now, and how many calls are open since when."""
    said = [T("board.objectives", n=board.objectives)]
    if board.due:
        said.append(T("board.heard", n=board.due, answered=board.answered))
    said.append(T("board.expected", percent=points(board.sight.expected)))
    said += call_count(board.calls, board.sight.now)
    return " · ".join(say_plain(lang, one) for one in said)


def _lines(board: Board) -> tuple[_Line, ...]:
    lines: list[_Line] = []
    for index, section in enumerate(board.sections):
        for heading, row in _headed(section, is_first=index == 0):
            lines.append(_Line(heading, row, len(lines) + 1))
    lines.extend(_Line(T("board.teams"), summary) for summary in board.summaries)
    return tuple(lines)


def _headed(section: Section, *, is_first: bool) -> Iterable[tuple[Text | str | None, Row]]:
    """The section's rows with their headings: a team below has its name, the board's own team tells leaders from the others."""
    has_leaders = any(row.is_leader for row in section.rows)
    for row in section.rows:
        if section.team is None or not (has_leaders or not is_first):
            yield None, row
        elif not is_first:
            yield section.team.name, row
        else:
            yield T("board.leaders") if row.is_leader else T("board.members"), row


async def _with_titles(desk: Desk, lines: Sequence[_Line]) -> tuple[_Line, ...]:
    """The lines with what they serve, also where that stands on another board."""
    rows = [line.shown for line in lines if isinstance(line.shown, Row)]
    known = {row.objective.serves.id: row.serves for row in rows if row.objective.serves is not None and row.serves}
    titles = await served_titles(desk, (row.objective for row in rows), known)
    return tuple(_titled(line, titles) for line in lines)


def _titled(line: _Line, titles: Mapping[str, str]) -> _Line:
    if isinstance(line.shown, Summary) or line.shown.objective.serves is None:
        return line
    return replace(line, shown=replace(line.shown, serves=titles.get(line.shown.objective.serves.id, "")))


def _drawn(lang: str, sheet: _Sheet, lines: Sequence[_Line]) -> list[Block]:
    blocks: list[Block] = []
    sight = sheet.board.sight
    above: Text | str | None = None
    for line in lines:
        if line.heading is not None and line.heading != above:
            blocks.append(Paragraph(bold(line.heading if isinstance(line.heading, str) else say_plain(lang, line.heading))))
        above = line.heading
        match line.shown:
            case Row() as row:
                blocks += row_blocks(lang, row, row_label(line.number, row, sheet.board.scope), sight.now)
            case Summary() as summary:
                blocks.append(summary_block(lang, summary, sight.expected))
    return blocks


def row_label(number: int, row: Row, scope: Scope) -> str:
    """The row's number, its title and, on everybody's boards, its owner."""
    has_owner = scope is not Scope.ME and row.owner is not None
    return f"{number}. {row.objective.title}{f' · {row.owner.name}' if has_owner and row.owner else ''}"


def _unheard(lang: str, board: Board) -> list[Block]:
    """Who has not answered this week. On one's own board that would be a reproach to the only reader."""
    if board.scope is Scope.ME:
        return []
    said: list[Text] = []
    if board.silent:
        said.append(T("board.silent", names=names(lang, board.silent)))
    if board.away:
        said.append(T("board.away", names=names(lang, board.away)))
    return [Paragraph(say(lang, one), is_quiet=True) for one in said]


def _detail(lang: str, line: _Line) -> Button:
    match line.shown:
        case Row(objective=objective):
            return objective_button(lang, objective.id, objective.title, line.number)
        case Summary(team=team):
            return team_button(lang, team)


def _turning(lang: str, sheet: _Sheet, page: int, pages: int) -> tuple[Button, ...]:
    team = sheet.board.team
    # A team's id is for buttons; who types calls a team by its path.
    typed = team.path if team is not None and sheet.board.scope is Scope.TEAM else sheet.scope
    turned = ((page + 1, "button.more", page < pages), (page - 1, "button.previous", page > 1))
    return tuple(
        board_button(lang, f"{sheet.scope}~{number}", T(label), f"{typed}~{number}")
        for number, label, is_there in turned
        if is_there
    )


def _trend(lang: str, board: Board) -> tuple[Button, ...]:
    if board.team is None:
        return ()
    return (trend_button(lang, f"team:{board.team.id}", say_plain(lang, T("button.trend")), board.team.path),)


def _other_boards(desk: Desk, sheet: _Sheet) -> tuple[Button, ...]:
    here = {sheet.scope, "team" if sheet.scope == f"team:{desk.person.team_id}" else sheet.scope}
    offered = (("me", T("button.me")), ("team", T("button.team")), ("company", T("button.company")))
    return tuple(
        board_button(desk.lang, scope, label, say_plain(desk.lang, T(f"say.{scope}")))
        for scope, label in offered
        if scope not in here
    )
