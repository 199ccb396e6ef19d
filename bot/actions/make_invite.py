"""Making an invitation: the code is told once, only its hash is kept."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.chat.richtext import clean
from bot.okr.invites import CODE_LENGTH, grouped, hash_of
from bot.okr.people import NAME_LIMIT, Invite, Role, Team, TeamId
from bot.ports import Change, Deps, PutInvite, PutTeam, Saved, Turn


class InviteError(Exception):
    """No such invitation can be made; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Invited:
    """The code as it is handed on, and what it is good for. Nobody can find the code again."""

    code: str
    team: Team
    invite: Invite


async def make_invite(deps: Deps, *, team_path: str, role: Role, valid_for: timedelta, uses: int) -> Invited:
    """Store an invitation into the team at `team_path`, "" for the only top team. Where there is no team yet, it is made.

    Raises InviteError.
    """
    if uses < 1 or valid_for <= timedelta(0):
        raise InviteError("An invitation is good for at least one day and one person.")
    teams = await deps.reading.teams()
    changes: list[Change] = []
    if teams:
        team = _choose(teams, team_path)
    else:
        team = _first_team(deps.ids.new(), team_path)
        changes.append(PutTeam(team))
    now = deps.clock.now()
    # Two ids are 160 random bits; a code carries 130 of them.
    code = (deps.ids.new() + deps.ids.new())[:CODE_LENGTH]
    invite = Invite(hash_of(code), team.id, role, now + valid_for, uses)
    saved = await deps.work.save(Turn(now, changes=(*changes, PutInvite(invite))))
    if saved is not Saved.DONE:
        raise InviteError("Somebody else changed the teams at the same time. Please try again.")
    return Invited(grouped(code), team, invite)


def _choose(teams: Sequence[Team], path: str) -> Team:
    if not path:
        tops = [team for team in teams if team.parent_id is None]
        if len(tops) == 1:
            return tops[0]
        raise InviteError(f"There are several top teams; say which one with --team: {_list(tops)}")
    by_path = {_folded(team.path): team for team in teams}
    found = by_path.get(_folded(path))
    if found is not None:
        return found
    close = [by_path[key].path for key in difflib.get_close_matches(_folded(path), by_path, n=3)]
    hint = f"Did you mean {' or '.join(close)}?" if close else f"There are: {_list(teams)}"
    raise InviteError(f"There is no team of this path. {hint}")


def _first_team(team_id: str, path: str) -> Team:
    name = " ".join(clean(path).split())
    if not any(char.isalnum() for char in name) or "/" in name or len(name) > NAME_LIMIT:
        raise InviteError("There is no team yet. Import people, or name the first team: --team Company")
    return Team(TeamId(team_id), name, name)


def _folded(path: str) -> str:
    return "/".join(" ".join(name.split()) for name in path.casefold().split("/"))


def _list(teams: Sequence[Team]) -> str:
    shown = ", ".join(team.path for team in teams[:10])
    return f"{shown} …" if len(teams) > 10 else shown
