"""A team's board as its group sees it: nobody in particular reads it, so it speaks the language of the team's lead and keeps their clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.actions.cycles import cycle_around
from bot.actions.evidence import look
from bot.actions.show_board import involved
from bot.okr.board import Board, Summary, below, board_of_team, summaries_below, titles_by_id
from bot.okr.objective import KeyResultId
from bot.okr.people import Person, PersonId, Team, TeamId
from bot.ports import Reading

NOBODYS_LANGUAGE = "en"
NOBODYS_ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class TeamBoard:
    """The team's board with all teams below it, a bar for each team right below, and everybody named."""

    lang: str
    team: Team
    board: Board
    summaries: tuple[Summary, ...]
    people: Mapping[PersonId, Person]
    inside: tuple[TeamId, ...]


async def board_for_group(
    reading: Reading, team: Team, now: datetime, unsigned: frozenset[KeyResultId] = frozenset()
) -> TeamBoard:
    """How a team does at `now`, on the day it is for its lead. `unsigned` are key results that open unsigned notes are about."""
    teams = await reading.teams()
    lead = await lead_of(reading, team, teams)
    lang, zone = (lead.locale, lead.timezone) if lead else (NOBODYS_LANGUAGE, NOBODYS_ZONE)
    day = now.astimezone(ZoneInfo(zone)).date()
    cycle = await cycle_around(reading, day)
    inside = tuple(one.id for one in (team, *below(team, teams)))
    objectives = await reading.published_in(inside, cycle.id)
    sight = await look(reading, objectives, cycle, day, now)
    sight = replace(sight, evidence=replace(sight.evidence, unsigned=unsigned))
    people = await reading.people(involved(objectives, sight))
    board = board_of_team(team, teams, objectives, people, sight, titles_by_id(objectives))
    return TeamBoard(lang, team, board, summaries_below(team, teams, objectives, people, sight), people, inside)


async def lead_of(reading: Reading, team: Team, teams: Sequence[Team]) -> Person | None:
    """Whose language and clock a team's group goes by: its lead, or the nearest one above who is still here."""
    line = lineage(team, teams)
    lead_ids = [one.lead_id for one in line if one.lead_id is not None]
    leads = await reading.people(lead_ids)
    return next((leads[one] for one in lead_ids if one in leads and leads[one].is_active), None)


def lineage(team: Team, teams: Sequence[Team]) -> tuple[Team, ...]:
    """The team and those above it, nearest first."""
    by_id = {one.id: one for one in teams}
    line: list[Team] = []
    step: Team | None = team
    while step is not None and step not in line:
        line.append(step)
        step = by_id.get(step.parent_id) if step.parent_id is not None else None
    return tuple(line)
