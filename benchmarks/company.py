"""A big company to measure with: 10 000 people in 1 000 teams on five levels, everybody with an objective of three key results and two
weeks of check-ins, put through the real storage with the statements of a turn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot.okr.check_in import CheckIn, Confidence
from bot.okr.cycle import Cycle, quarter_of
from bot.okr.measure import Measure
from bot.okr.objective import Ambition, KeyResult, KeyResultId, Objective, ObjectiveId, ObjectiveState, ServedKind, Serves
from bot.okr.people import Account, Person, PersonId, Role, Team, TeamId
from bot.ports import AddCheckIn, Change, PutAccount, PutCycle, PutObjective, PutPerson, PutTeam, Saved, Turn
from storage import Storage
from storage.sql import Batch, Sql, Step
from storage.unit_of_work import plan

PLATFORM, TENANT = "web", "bench"
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
"""A Friday in the middle of a quarter."""
LEVELS = (1, 4, 20, 100, 875)
"""Teams on each level."""
IN_A_TEAM = 10
KEY_RESULTS = 3
WEEKS = 2
PEOPLE = sum(LEVELS) * IN_A_TEAM
LANGUAGES = ("vi", "en", "zh")
ZONES = {"vi": "Asia/Ho_Chi_Minh", "en": "Europe/London", "zh": "Asia/Shanghai"}
WORDS = {
    "vi": ("Khách hàng yêu dịch vụ của chúng ta", "Điểm hài lòng của khách từ 30 lên 50"),
    "en": ("Customers love our service", "Customer satisfaction from 30 to 50"),
    "zh": ("客户爱上我们的服务", "客户满意度从 30 提高到 50"),
}


async def found(storage: Storage) -> None:
    """Put the company into an empty, migrated database."""
    grouped: dict[Sql, list[tuple[object, ...]]] = {}
    for step in plan(Turn(NOW, changes=tuple(_changes()))):
        grouped.setdefault(step.sql, []).extend([step.args] if isinstance(step, Step) else step.args)
    assert await storage.database.save([Batch(sql, args) for sql, args in grouped.items()]) is Saved.DONE


def person_id(team: int, member: int = 0) -> PersonId:
    """Of a team's members number 0 leads it."""
    return PersonId(f"p{team * IN_A_TEAM + member:05}")


def _changes() -> Iterator[Change]:
    cycle = quarter_of(NOW.date())
    yield PutCycle(cycle)
    for number, parent, path in _teams():
        yield PutTeam(
            Team(_team_id(number), f"Team {number}", path, None if parent is None else _team_id(parent), person_id(number))
        )
        for member in range(IN_A_TEAM):
            yield from _one(number, parent, member, cycle)


def _teams() -> Iterator[tuple[int, int | None, str]]:
    """Each team's number, its parent's and its path; a level is shared out evenly among the teams above."""
    paths = ["t0"]
    yield 0, None, paths[0]
    above = range(1)
    for size in LEVELS[1:]:
        here = range(above.stop, above.stop + size)
        for number in here:
            parent = above.start + (number - here.start) * len(above) // size
            paths.append(f"{paths[parent]}/t{number}")
            yield number, parent, paths[number]
        above = here


def _team_id(number: int) -> TeamId:
    return TeamId(f"t{number}")


def _one(team: int, parent: int | None, member: int, cycle: Cycle) -> Iterator[Change]:
    id_ = person_id(team, member)
    lang = LANGUAGES[(team + member) % len(LANGUAGES)]
    above = team if member else parent
    manager = None if above is None else person_id(above)
    role = Role.MEMBER if member else Role.MANAGER
    joined_at = NOW - timedelta(weeks=30)
    yield PutPerson(
        Person(
            id_, f"Nguyễn {id_}", f"{id_}@bench.example", _team_id(team), role, manager, lang, ZONES[lang], joined_at=joined_at
        )
    )
    yield PutAccount(Account(PLATFORM, TENANT, id_, id_, id_))
    title, sentence = WORDS[lang]
    key_results = tuple(
        KeyResult(KeyResultId(f"k{id_}{number}"), sentence, Measure("NPS", Decimal(50 + team % 97 + member), Decimal(30)), 5)
        for number in range(KEY_RESULTS)
    )
    serves = None if manager is None else Serves(ServedKind.OBJECTIVE, ObjectiveId(f"o{manager}"))
    written_at = NOW - timedelta(weeks=6)
    states = (Ambition.COMMITTED, ObjectiveState.PUBLISHED)
    objective_id = ObjectiveId(f"o{id_}")
    yield PutObjective(
        Objective(objective_id, id_, _team_id(team), cycle.id, title, "", *states, written_at, key_results, serves, written_at)
    )
    for week in range(WEEKS):
        for number, one in enumerate(key_results):
            at = NOW - timedelta(weeks=week, days=2)
            value = Decimal(38 - week + (team + member + number) % 7)
            confidence = Confidence.AT_RISK if (team + number) % 5 == 0 else Confidence.ON_TRACK
            yield AddCheckIn(CheckIn(f"c{one.id}{week}", one.id, id_, at, value, confidence, ""))
