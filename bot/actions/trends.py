"""The trend behind a picture: what a picture's address means, who may see it, and what it shows."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from bot.actions.cycles import cycle_around, cycle_of
from bot.okr.board import below, live
from bot.okr.check_in import CheckIn
from bot.okr.cycle import Cycle
from bot.okr.measure import Direction, Measure
from bot.okr.objective import KeyResultId, Objective, ObjectiveState
from bot.okr.people import LANGUAGES, Person, Team
from bot.okr.trend import Trend, trend_of_key_result, trend_of_team
from bot.ports import Reading
from bot.scripts.write_key_result import amount
from bot.texts import T, say_plain

MOST = 1000
"""Key results in one team's trend. Where there are more below a team, its own objectives are the trend."""
EARLIER = timedelta(days=31)
"""What was said so long before a cycle still tells where it began."""
_SOURCE = re.compile(
    r"trend/(?P<lang>[a-z]{2})/(?P<kind>kr|team)/(?P<id>[A-Za-z0-9_-]{1,64})/(?P<day>[0-9]{8})/(?P<digest>[0-9a-f]{12})"
)


class TrendKind(StrEnum):
    """Whose trend it is."""

    KEY_RESULT = "kr"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class TrendSource:
    """What a picture's address says. `digest` changes with what is drawn, so that no one shows yesterday's picture for today's."""

    lang: str
    kind: TrendKind
    id: str
    day: date
    digest: str = ""

    def write(self) -> str:
        """The address, below our own. Raises ValueError for an id that no address can carry."""
        text = f"trend/{self.lang}/{self.kind.value}/{self.id}/{self.day:%Y%m%d}/{self.digest}"
        if read_source(text) != self:
            raise ValueError("ids are letters, digits, - and _")
        return text


def read_source(text: str) -> TrendSource | None:
    """The reverse of `TrendSource.write`; None for everything else: addresses come from outside."""
    found = _SOURCE.fullmatch(text)
    if found is None or found["lang"] not in LANGUAGES:
        return None
    digits = found["day"]
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
    return TrendSource(found["lang"], TrendKind(found["kind"]), found["id"], day, found["digest"])


def source_of(lang: str, kind: TrendKind, thing: str, trend: Trend) -> str:
    """The address of this trend's picture in a language, "" when its id fits into none."""
    digest = hashlib.sha256(repr(trend).encode()).hexdigest()[:12]
    try:
        return TrendSource(lang, kind, thing, trend.day, digest).write()
    except ValueError:
        return ""


async def trend_at(source: TrendSource, reading: Reading, viewer: Person | None) -> Trend | None:
    """What the picture shows by what is stored now; None when it is not there or not for `viewer`.

    `viewer` None is whoever the picture was made for: its words have already been sent to them.
    """
    if viewer is not None and not (viewer.is_active and viewer.joined_at is not None):
        return None
    if source.kind is TrendKind.TEAM:
        teams = await reading.teams()
        team = next((one for one in teams if one.id == source.id), None)
        return None if team is None else await team_trend(reading, team, teams, source.day)
    objective = await reading.objective_of_key_result(KeyResultId(source.id))
    if objective is None or not (viewer is None or may_see(viewer, objective)):
        return None
    return await key_result_trend(reading, objective, KeyResultId(source.id), source.day)


def amount_said(lang: str, measure: Measure, value: Fraction) -> str:
    """A value on the measure's scale as its reader says it: with its unit, done or not done."""
    if measure.direction is Direction.MILESTONE:
        return say_plain(lang, T("trend.done") if value >= measure.target else T("trend.not_done"))
    return say_plain(lang, amount(decimal_of(value), measure.unit))


def decimal_of(value: Fraction) -> Decimal:
    """Exact: what people typed, whole per cent, and round marks all end somewhere."""
    return Decimal(value.numerator) / Decimal(value.denominator)


def may_see(viewer: Person, objective: Objective) -> bool:
    """Everybody may see what is published, a draft only its owner."""
    return objective.state is not ObjectiveState.DRAFT or objective.owner_id == viewer.id


async def key_result_trend(reading: Reading, objective: Objective, key_result_id: KeyResultId, day: date) -> Trend:
    """The trend of one of the objective's key results up to a day."""
    key_result = next(one for one in objective.key_results if one.id == key_result_id)
    cycle = await cycle_of(reading, objective, day)
    return trend_of_key_result(key_result, await reading.check_ins((key_result_id,), _since(cycle)), cycle, day)


async def team_trend(reading: Reading, team: Team, teams: Sequence[Team], day: date) -> Trend:
    """The trend of a team up to a day: of its objectives and those of the teams below it."""
    cycle = await cycle_around(reading, day)
    objectives, is_own_only = await _counted(reading, team, teams, cycle)
    said: dict[KeyResultId, list[CheckIn]] = {}
    for one in await reading.check_ins([one.id for objective in objectives for one in live(objective)], _since(cycle)):
        said.setdefault(one.key_result_id, []).append(one)
    return replace(trend_of_team(team.name, objectives, said, cycle, day), is_own_only=is_own_only)


async def _counted(reading: Reading, team: Team, teams: Sequence[Team], cycle: Cycle) -> tuple[tuple[Objective, ...], bool]:
    """The objectives a team's trend is made of, and whether those of the teams below had to be left out."""
    inside = [team.id, *(one.id for one in below(team, teams))]
    objectives = await reading.published_in(inside, cycle.id)
    if sum(len(live(one)) for one in objectives) <= MOST:
        return objectives, False
    return tuple(one for one in objectives if one.team_id == team.id), True


def _since(cycle: Cycle) -> datetime:
    return datetime.combine(cycle.starts_on, time(), UTC) - EARLIER
