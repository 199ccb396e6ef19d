"""What is said in group chats: a team's board where a group belongs to a team. Everything guided happens in private."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.actions.desk import Desk
from bot.actions.show_board import group_board, teams_meant
from bot.actions.team_board import board_for_group, lineage
from bot.chat import tokens
from bot.chat.incoming import Picked, Place, Texted
from bot.chat.intents import Intent, Wish, intent_of, read_intent
from bot.chat.message import Audience, Message, Paragraph
from bot.folding import fold
from bot.okr.people import Person, Role, Team, TeamId
from bot.ports import PutTeamPlace
from bot.texts import T, Text, say

OFF = frozenset(fold(word) for word in ("off", "stop", "tắt", "thôi", "关闭", "关", "取消"))
_HERE_IN_WORDS = re.compile(
    r"(?:this group (?:is|belongs to) |nhóm này (?:là|của) |(?:这里|本群|这个群)是|绑定到?)\s*(?P<team>\S.{0,79})", re.IGNORECASE
)
_PAGED = re.compile(r"(?P<scope>.*)~(?P<page>[0-9]{1,4})")


async def answer_in_group(desk: Desk) -> None:
    """Bind the group to a team, show its team's board, or else point to private chat; only to who spoke to the bot in so many words."""
    person = desk.known.person
    intent = _wanted(desk)
    if intent is None or (person is not None and not person.is_active):
        return
    match intent.wish:
        case Wish.HERE:
            await bind(desk, desk.incoming.place, intent.object)
        case Wish.BOARD:
            if not await show_own_board(desk, desk.incoming.place, intent.object):
                _say(desk, T("dialog.in_private"))
        case _:
            _say(desk, T("dialog.in_private"))


def _wanted(desk: Desk) -> Intent | None:
    """The word of ours that was typed; of buttons only those that turn a board's page, since nothing else is offered here."""
    match desk.incoming.body:
        case Texted(text):
            return read_intent(text) or _bound_in_words(text)
        case Picked(token):
            try:
                read = tokens.read(token)
            except tokens.TokenError:
                return None
            intent = intent_of(read) if isinstance(read, tokens.Deed) else None
            return intent if intent is not None and intent.wish is Wish.BOARD else None
    return None


def _bound_in_words(text: str) -> Intent | None:
    """`/here Marketing` without the slash, for platforms whose people know no commands."""
    match = _HERE_IN_WORDS.fullmatch(" ".join(text.split()))
    return Intent(Wish.HERE, match["team"]) if match else None


async def show_own_board(desk: Desk, group: Place, scope: str) -> bool:
    """Show the board of the team the group belongs to; False when another one is meant, which is for private chat."""
    paged = _PAGED.fullmatch(scope)
    scope, page = (paged["scope"], int(paged["page"])) if paged else (scope, 1)
    bound = await desk.reading.team_of_place(group)
    teams = await desk.reading.teams()
    meant = () if bound is None else teams_meant(bound, scope, teams)
    if len(meant) != 1 or meant[0].id != bound:
        return False
    seen = await board_for_group(desk.reading, meant[0], desk.now, await desk.unsigned.marks())
    desk.send(group_board(seen.lang, seen.board, seen.team, seen.people, page))
    return True


async def bind(desk: Desk, group: Place, typed: str) -> None:
    """`/here`, `/here Marketing`, `/here off`: whoever leads a team decides which chat is its own."""
    person = desk.known.person
    if person is None or person.joined_at is None:
        _say(desk, T("here.unknown_person"))
        return
    teams = await desk.reading.teams()
    bound = _by_id(teams, await desk.reading.team_of_place(group))
    if fold(typed) in OFF:
        _unbind(desk, group, person, bound, teams)
        return
    meant = teams_meant(person.team_id, typed, teams)
    if len(meant) != 1:
        _say(desk, T("here.which", typed=typed) if meant else T("here.no_team", typed=typed))
        return
    team = meant[0]
    if not can_lead(person, team, teams):
        _say(desk, T("here.refused", name=team.name))
    elif bound is not None and bound.id != team.id and not can_lead(person, bound, teams):
        _say(desk, T("here.taken", name=bound.name))
    else:
        if bound is not None and bound.id != team.id:
            desk.change(PutTeamPlace(bound.id, None))
        desk.change(PutTeamPlace(team.id, group))
        _announce(desk, group, T("here.bound", name=team.name, word=T("say.status")))


def _unbind(desk: Desk, group: Place, person: Person, bound: Team | None, teams: Sequence[Team]) -> None:
    if bound is None:
        _say(desk, T("here.nothing_bound"))
    elif not can_lead(person, bound, teams):
        _say(desk, T("here.refused", name=bound.name))
    else:
        desk.change(PutTeamPlace(bound.id, None))
        _announce(desk, group, T("here.unbound", name=bound.name))


def can_lead(person: Person, team: Team, teams: Sequence[Team]) -> bool:
    """Whether somebody decides for a team: its lead, the lead of one above it, or an admin."""
    return person.role is Role.ADMIN or any(one.lead_id == person.id for one in lineage(team, teams))


def _by_id(teams: Sequence[Team], team_id: TeamId | None) -> Team | None:
    return next((team for team in teams if team.id == team_id), None)


def _announce(desk: Desk, group: Place, what: Text) -> None:
    """For everybody in the group, whose chat it is; whoever did it unseen is told as well, and what may still be missing."""
    desk.send(_for_group(desk, what), group)
    if desk.place != group:
        desk.send(_for_group(desk, what, T("whisper.invite")))


def _say(desk: Desk, what: Text) -> None:
    desk.send(_for_group(desk, what))


def _for_group(desk: Desk, *what: Text) -> Message:
    return Message(tuple(Paragraph(say(desk.lang, one)) for one in what), desk.lang, audience=Audience.GROUP)
