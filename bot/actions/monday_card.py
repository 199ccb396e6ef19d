"""The Monday card: what a team finds in its group before the week's meeting. Questions, never a ranking of people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.actions.bars import call_blocks, names, row_blocks, summary_block
from bot.actions.show_board import counts, row_label
from bot.actions.team_board import TeamBoard, board_for_group
from bot.chat.incoming import Place
from bot.chat.message import Audience, Block, Message, Paragraph
from bot.chat.richtext import Span, bold, join, words
from bot.okr.board import Row, Scope, Topic, TopicKind, topics
from bot.okr.help_request import is_away
from bot.okr.people import Person, Team
from bot.okr.progress import Standing, points
from bot.okr.prompt import Prompt, PromptKind
from bot.okr.rhythm import monday_of
from bot.ports import AddPrompt, Deps, Outgoing, Reading, Turn
from bot.texts import T, Text, say, say_plain

ROWS = 10
"""So many objectives get a bar; a card is read standing. The board shows all."""


async def post_card(deps: Deps, team: Team, place: Place, now: datetime) -> Turn | None:
    """The turn that posts this week's card into a team's chat; None when it has been posted. Saving it is lost when somebody was faster.

    A team without objectives gets no card, but the week is noted all the same: the first objective would otherwise bring the card with it, in
    the middle of the week.
    """
    seen = await board_for_group(deps.reading, team, now, await deps.unsigned.marks())
    monday = monday_of(seen.board.sight.today)
    if any(one.kind is PromptKind.MONDAY_CARD for one in await deps.reading.prompts((team.id,), monday)):
        return None
    message = await _drawn(deps.reading, seen)
    outgoing = () if message is None else (Outgoing(place, message, f"monday:{team.id}:{monday}"),)
    return Turn(now, None, (AddPrompt(Prompt(PromptKind.MONDAY_CARD, team.id, monday, now)),), outgoing)


async def _drawn(reading: Reading, seen: TeamBoard) -> Message | None:
    if not seen.board.objectives:
        return None
    members = await reading.people_in(seen.inside)
    today = seen.board.sight.today
    return monday_card(seen, tuple(person for person in members if is_away(person, today)))


def monday_card(seen: TeamBoard, away: Sequence[Person]) -> Message:
    """Bars with what has changed since last Monday, three things worth talking about, open calls by age, and who is away."""
    lang, board = seen.lang, seen.board
    sight = board.sight
    week, weeks = sight.cycle.week_of(sight.today), sight.cycle.weeks
    rows = [row for section in board.sections if section.team is seen.team for row in section.rows]
    blocks: list[Block] = [
        Paragraph(say(lang, T("monday.head", name=seen.team.name, week=week, weeks=weeks))),
        Paragraph(words(counts(lang, board)), is_quiet=True),
    ]
    for number, row in enumerate(rows[:ROWS], 1):
        blocks += row_blocks(lang, row, row_label(number, row, Scope.TEAM), sight.now)
    if len(rows) > ROWS:
        blocks.append(Paragraph(say(lang, T("monday.more", n=len(rows) - ROWS)), is_quiet=True))
    blocks += [summary_block(lang, summary, sight.expected) for summary in seen.summaries]
    blocks += _topics(lang, topics(board))
    blocks += call_blocks(lang, board.calls, seen.people, sight.now)
    if away:
        blocks.append(Paragraph(say(lang, T("board.away", names=names(lang, away))), is_quiet=True))
    blocks.append(Paragraph(say(lang, T("monday.hint", word=T("say.status"))), is_quiet=True))
    return Message(tuple(blocks), lang, audience=Audience.GROUP)


def _topics(lang: str, chosen: Sequence[Topic]) -> list[Block]:
    if not chosen:
        return [Paragraph(say(lang, T("monday.calm")))]
    lines = [bold(say_plain(lang, T("monday.talk")))]
    lines += [(Span(f"{number}. "), *say(lang, _question(topic))) for number, topic in enumerate(chosen, 1)]
    return [Paragraph(join(lines, "\n"))]


def _question(topic: Topic) -> Text:
    """What to ask about it: the way forward, never whose fault it is."""
    row = topic.row
    title = row.objective.title
    match topic.kind:
        case TopicKind.CALL:
            return T("monday.call", what=topic.call.key_result.sentence if topic.call else title)
        case TopicKind.DROP:
            return T("monday.drop", what=title, n=-(row.change or 0))
        case TopicKind.OFF_TRACK:
            return _far(row, title)
        case TopicKind.STALE:
            return T("monday.stale", what=title, n=row.quiet.days)


def _far(row: Row, title: str) -> Text:
    """Figures only where they say the same as the owner: somebody may be ahead of the line and still see that it will not hold."""
    if row.standing is not Standing.OFF_TRACK or row.progress is None or row.expected is None:
        return T("monday.off_track", what=title)
    return T("monday.behind", what=title, percent=points(row.progress), expected=points(row.expected))
