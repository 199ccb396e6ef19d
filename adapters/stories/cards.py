"""Groups that belong to a team, and the card that comes there on Mondays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from adapters.demo import sample_cycle
from adapters.stories.calling import LINH_CALLS
from adapters.stories.play import GROUP, NOW
from adapters.stories.story import STRANGER, Meanwhile, Says, Story, Ticks, Waits
from bot.okr.check_in import CheckIn, Confidence
from bot.okr.measure import Measure
from bot.okr.objective import Ambition, KeyResult, KeyResultId, Objective, ObjectiveId, ObjectiveState
from bot.okr.people import PersonId, Team, TeamId
from bot.ports import AddCheckIn, Change, PutObjective, PutPerson, PutTeam, PutTeamPlace, Reading

MONDAY = Waits(timedelta(days=5, hours=23))
"""From the beginning of a story to Monday, 9:00 in Hanoi."""
MONDAY_MORNING = NOW + timedelta(days=5, hours=23)
HERE = Says(("/here", "/ở đây", "/这里"), in_group=True)
OFF = Says(("/here off", "/ở đây thôi", "/这里 关闭"), in_group=True)
GROUP_BOARD = Says(("status", "bảng", "看板"), in_group=True)


async def _bind_to_growth(reading: Reading) -> Sequence[Change]:
    return (PutTeamPlace(TeamId("growth"), GROUP),)


async def _go_down(reading: Reading) -> Sequence[Change]:
    """Linh's numbers fall, Minh does not believe in his any more though they look well, and both tell so at the end of the week."""
    at = MONDAY_MORNING - timedelta(days=2)
    minh = await reading.person(PersonId("minh"))
    said = (
        ("linhtwice", "linh", Decimal(700), Confidence.AT_RISK),
        ("linhback", "linh", Decimal(26), Confidence.AT_RISK),
        ("minhpoints", "minh", Decimal(13), Confidence.OFF_TRACK),
        ("minhbruise", "minh", Decimal("2.1"), Confidence.ON_TRACK),
    )
    told = [
        AddCheckIn(CheckIn(f"down{one}", KeyResultId(one), PersonId(who), at, value, confidence))
        for one, who, value, confidence in said
    ]
    away = (
        [] if minh is None else [PutPerson(replace(minh, away_until=date(2026, 12, 10), version=minh.version + 1), minh.version)]
    )
    return [*told, *away]


async def _found_harbour(reading: Reading) -> Sequence[Change]:
    """A team of Linh's with one objective that does well."""
    team = Team(TeamId("harbour"), "Harbour", "Lantern/Harbour", TeamId("lantern"), PersonId("linh"))
    said = CheckIn(
        "pier", KeyResultId("pier"), PersonId("linh"), MONDAY_MORNING - timedelta(days=2), Decimal(47), Confidence.ON_TRACK
    )
    objective = _objective(
        "pier",
        "harbour",
        "Lantern by the sea",
        (KeyResult(KeyResultId("pier"), "NPS 30 → 50", Measure("NPS", Decimal(50), Decimal(30))),),
    )
    return [PutTeam(team), PutObjective(objective), AddCheckIn(said), PutTeamPlace(team.id, GROUP)]


async def _found_fleet(reading: Reading) -> Sequence[Change]:
    """A team of Linh's with more objectives than a card shows."""
    team = Team(TeamId("fleet"), "Fleet", "Lantern/Fleet", TeamId("lantern"), PersonId("linh"))
    measure = Measure("NPS", Decimal(50), Decimal(30))
    many = [
        PutObjective(
            _objective(
                f"boat{number}",
                "fleet",
                f"Lantern {number}",
                (KeyResult(KeyResultId(f"boat{number}kr"), "NPS 30 → 50", measure),),
            )
        )
        for number in range(1, 13)
    ]
    return [PutTeam(team), *many, PutTeamPlace(team.id, GROUP)]


def _objective(name: str, team: str, title: str, key_results: tuple[KeyResult, ...]) -> Objective:
    at = NOW - timedelta(days=40)
    what = (sample_cycle(NOW).id, title, "", Ambition.COMMITTED, ObjectiveState.PUBLISHED, at, key_results, None, at)
    return Objective(ObjectiveId(name), PersonId("linh"), TeamId(team), *what)


STORIES = (
    Story(
        "group",
        "A team's own group",
        "linh",
        (
            OFF,
            Says(("/here Moon", "/ở đây Moon", "/这里 Moon"), in_group=True),
            Says(("/here l", "/ở đây l", "/这里 l"), in_group=True),
            HERE,
            GROUP_BOARD,
            OFF,
            Meanwhile("the group is bound to Growth", _bind_to_growth),
            HERE,
            Says(("/here", "/ở đây", "/这里")),
        ),
    ),
    Story("group", "Somebody who leads nothing", "an", (HERE,)),
    Story(
        "group",
        "Said for one to hear, by command",
        "linh",
        (
            Says(("/okr here", "/okr ở đây", "/okr 这里"), is_whispered=True),
            Says(("/okr status", "/okr bảng", "/okr 看板"), is_whispered=True),
            Says(("/okr new", "/okr mục tiêu mới", "/okr 新目标"), is_whispered=True),
        ),
    ),
    Story("group", "Somebody nobody knows", STRANGER, (HERE,)),
    Story(
        "monday",
        "A Monday with something to talk about",
        "linh",
        (HERE, LINH_CALLS, MONDAY, Ticks()),
    ),
    Story("monday", "A Monday without calls", "linh", (HERE, Meanwhile("the week goes badly", _go_down), MONDAY, Ticks())),
    Story("monday", "A team that is late", "daniel", (HERE, MONDAY, Ticks())),
    Story("monday", "A quiet Monday", "linh", (Meanwhile("a team is founded", _found_harbour), MONDAY, Ticks())),
    Story("monday", "A big team", "linh", (Meanwhile("a big team is founded", _found_fleet), MONDAY, Ticks())),
)
