"""Home, boards, one objective, its history, and help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from adapters.demo import sample_cycle
from adapters.stories.play import NOW
from adapters.stories.spoken import BOARD, COMPANY, HELP, HOME, MINE, NEW, SETTINGS, TEAM, TREND
from adapters.stories.story import Elsewhere, Meanwhile, Opens, Picks, Presses, Says, Sends, Story, Waits
from adapters.stories.writing import gives_up
from bot.actions.trends import MOST
from bot.okr.check_in import CheckIn, Confidence
from bot.okr.cycle import CycleId
from bot.okr.measure import Direction, Measure
from bot.okr.objective import (
    Ambition,
    HistoryEntry,
    KeyResult,
    KeyResultId,
    Objective,
    ObjectiveId,
    ObjectiveState,
    ServedKind,
    Serves,
)
from bot.okr.people import PersonId, Team, TeamId
from bot.ports import AddCheckIn, AddHistory, Change, PutObjective, PutTeam, Reading

UPTIME = Measure("uptime", Decimal(99), None, "%", Direction.KEEP_ABOVE)


async def _fear(reading: Reading) -> Sequence[Change]:
    """Minh expects to miss one key result; Khoa is behind on another without saying so."""
    lost = CheckIn("fear", KeyResultId("minhpoints"), PersonId("minh"), NOW, Decimal(8), Confidence.OFF_TRACK, "")
    slow = [
        CheckIn(f"slow{one}", KeyResultId(one), PersonId("khoa"), NOW, value, Confidence.ON_TRACK, "")
        for one, value in (("khoastart", Decimal("3.4")), ("khoacrash", Decimal("97.6")))
    ]
    slower = CheckIn("slower", KeyResultId("priyastock"), PersonId("priya"), NOW, Decimal(30), Confidence.ON_TRACK, "")
    return [AddCheckIn(one) for one in (lost, *slow, slower)]


async def _join_in(reading: Reading) -> Sequence[Change]:
    """So many work towards Jie's objective that one page does not name them all."""
    jie = await reading.objective(ObjectiveId("jiefriends"))
    if jie is None:
        return ()
    serves = Serves(ServedKind.OBJECTIVE, jie.id)
    return [
        PutObjective(
            Objective(
                ObjectiveId(f"small{number}"),
                PersonId("xinyi"),
                TeamId("growth"),
                jie.cycle_id,
                f"Lantern {number}",
                "",
                Ambition.COMMITTED,
                ObjectiveState.PUBLISHED,
                NOW - timedelta(days=3, hours=-number),
                (KeyResult(KeyResultId(f"small{number}kr"), "uptime ≥ 99 %", UPTIME, 5),),
                serves,
                NOW - timedelta(days=3, hours=-number),
            )
        )
        for number in range(1, 10)
    ]


async def _give_up_one(reading: Reading) -> Sequence[Change]:
    objective = await reading.objective(ObjectiveId("minhfresh"))
    if objective is None:
        return ()
    first, *others = objective.key_results
    fewer = replace(objective, key_results=(replace(first, is_dead=True), *others), version=objective.version + 1)
    return (PutObjective(fewer, objective.version),)


async def _turn_often(reading: Reading) -> Sequence[Change]:
    """Nineteen changes, one of a kind that only a later release makes."""
    what = ("score", *("title",) * 18)
    return [
        AddHistory(
            HistoryEntry(
                f"turn{number}",
                ObjectiveId("minhfresh"),
                NOW - timedelta(days=20, hours=-number),
                PersonId("minh"),
                kind,
                "",
                f"Lantern {number}",
                f"Lantern {number + 1}",
            )
        )
        for number, kind in enumerate(reversed(what))
    ]


async def _found_team(reading: Reading) -> Sequence[Change]:
    return (PutTeam(Team(TeamId("harbour"), "Harbour", "Lantern/Harbour", TeamId("lantern"))),)


async def _split(reading: Reading) -> Sequence[Change]:
    return (PutTeam(Team(TeamId("harbour"), "Harbour", "Harbour")),)


async def _bind(reading: Reading) -> Sequence[Change]:
    """Two bounds to keep and something to be done."""
    cycle = sample_cycle(NOW).id
    measures = (
        ("Stock", Measure("stock", Decimal(40), None, "", Direction.KEEP_BELOW)),
        ("Uptime", UPTIME),
        ("Licence", Measure("licence", Decimal(1), Decimal(0), "", Direction.MILESTONE)),
    )
    key_results = tuple(KeyResult(KeyResultId(f"bind{name}"), name, measure) for name, measure in measures)
    done = CheckIn("bind", KeyResultId("bindLicence"), PersonId("minh"), NOW - timedelta(days=4), Decimal(1), Confidence.ON_TRACK)
    return [PutObjective(_published("bind", "minh", "product", cycle, "Lantern of lanterns", key_results)), AddCheckIn(done)]


async def _crowd(reading: Reading) -> Sequence[Change]:
    """More key results below the company than one picture takes."""
    cycle = sample_cycle(NOW).id
    many = tuple(KeyResult(KeyResultId(f"crowd{number}"), "uptime ≥ 99 %", UPTIME) for number in range(MOST))
    return [PutObjective(_published("crowd", "xinyi", "growth", cycle, "Lanterns everywhere", many))]


def _published(name: str, owner: str, team: str, cycle: CycleId, title: str, key_results: tuple[KeyResult, ...]) -> Objective:
    at = NOW - timedelta(days=40)
    what = (cycle, title, "", Ambition.COMMITTED, ObjectiveState.PUBLISHED, at, key_results, None, at)
    return Objective(ObjectiveId(name), PersonId(owner), TeamId(team), *what)


AWAY = Elsewhere("daniel", (Says("settings"), Picks("away"), Says("in 9 days")))

STORIES = (
    Story("home", "A person with objectives", "minh", (Opens(), Presses("objective"), Presses("history"), Presses("objective"))),
    Story("home", "A person without any", "an", (Opens(), MINE)),
    Story("home", "Somebody is away", "minh", (SETTINGS, Picks("away"), Says(("3 days", "3 ngày", "3天")), HOME)),
    Story(
        "board",
        "The boards as they are",
        "mei",
        (
            MINE,
            TEAM,
            Presses("status", "team:lantern~2"),
            Presses("status", "team:lantern~1"),
            Presses("status", "company"),
            Presses("status", "team:product"),
        ),
    ),
    Story("board", "A leader is away", "mei", (AWAY, COMPANY)),
    Story("board", "Some are behind and some are worried", "mei", (Meanwhile("some check in", _fear), COMPANY, BOARD)),
    Story("board", "Nobody answers for a week", "mei", (Waits(timedelta(days=8)), COMPANY, Waits(timedelta(days=16)), COMPANY)),
    Story("board", "A quarter begins", "mei", (Waits(timedelta(days=35)), MINE, TEAM, COMPANY)),
    Story(
        "board",
        "A team without objectives",
        "mei",
        (Meanwhile("a team is founded", _found_team), COMPANY, Says(("status Harbour", "bảng Harbour", "看板 Harbour"))),
    ),
    Story("board", "There is more than one company", "mei", (Meanwhile("a second company is founded", _split), COMPANY)),
    Story(
        "board",
        "Asking for a team by name",
        "mei",
        (
            Says(("status Vietnam", "bảng Vietnam", "看板 Vietnam")),
            Says(("status l", "bảng l", "看板 l")),
            Says(("status Moon", "bảng Moon", "看板 Moon")),
            Sends("d.status.team:gone"),
        ),
    ),
    Story(
        "trend",
        "How a key result has moved",
        "minh",
        (
            HOME,
            Presses("objective", "minhfresh"),
            Presses("trend"),
            TREND,
            Says(("trend sales", "xu hướng doanh thu", "趋势 销售")),
        ),
    ),
    Story(
        "trend",
        "How a team has moved",
        "mei",
        (
            TEAM,
            Presses("trend", "team:lantern"),
            Meanwhile("a team is founded", _found_team),
            Says(("trend Harbour", "xu hướng Harbour", "趋势 Harbour")),
        ),
    ),
    Story(
        "trend",
        "Bounds, and done or not done",
        "minh",
        (
            Meanwhile("three more key results are agreed on", _bind),
            Says(("trend Stock", "xu hướng Stock", "趋势 Stock")),
            Says(("trend Uptime", "xu hướng Uptime", "趋势 Uptime")),
            Says(("trend Licence", "xu hướng Licence", "趋势 Licence")),
            Sends("d.trend.team:gone"),
        ),
    ),
    Story(
        "trend",
        "A company too big for one picture",
        "mei",
        (Meanwhile("very many join in", _crowd), Sends("d.trend.team:lantern")),
    ),
    Story(
        "objective",
        "Many lay bricks for it",
        "jie",
        (Meanwhile("many join in", _join_in), HOME, Presses("objective", "jiefriends"), MINE),
    ),
    Story(
        "objective",
        "A key result and then all of it is given up",
        "minh",
        (
            HOME,
            Meanwhile("a key result is given up", _give_up_one),
            Presses("objective", "minhfresh"),
            gives_up("minhfresh"),
            Presses("objective", "minhfresh"),
        ),
    ),
    Story("objective", "Somebody else's objective", "an", (Says("Mở ứng dụng là mua"), Presses("history"))),
    Story(
        "objective",
        "It has turned often",
        "minh",
        (Meanwhile("it is changed often", _turn_often), HOME, Presses("objective"), Presses("history")),
    ),
    Story(
        "help",
        "What can be said",
        "an",
        (HELP, Says(("What a day", "Hôm nay mệt quá", "今天好累")), Says(("Thanks!", "Cảm ơn!", "谢谢！")), NEW, HELP),
    ),
    Story("help", "What is running here", "minh", (Says(("about", "giới thiệu", "关于")),)),
    Story(
        "board",
        "Unsigned notes wait for an answer",
        "mei",
        (Says(("status me", "bảng tôi", "看板 我")), Presses("objective", "meitable")),
    ),
    Story("help", "Unsigned notes where no page can be opened", "minh", (Says(("anonymous", "ẩn danh", "匿名")),)),
)
