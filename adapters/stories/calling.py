"""Calls for help: calling, who gets the call, every decision on it, going on when nobody answers, and whether the help arrived."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from adapters.stories.asking import RENT
from adapters.stories.play import NOW
from adapters.stories.spoken import BOARD, CALL, CANCEL, CHECK_IN, COMPANY, HELP, HOME, LATER, SKIP, TEAM
from adapters.stories.story import Elsewhere, Meanwhile, Picks, PointsAt, Presses, Says, Sends, Step, Story, Ticks, Waits, Words
from adapters.stories.writing import gives_up
from bot.okr.check_in import CheckIn, Confidence
from bot.okr.help_request import HelpRequest, HelpRequestId
from bot.okr.measure import Measure
from bot.okr.objective import KeyResultId, ObjectiveId
from bot.okr.people import Person, PersonId, Role, TeamId
from bot.ports import AddCheckIn, Change, PutHelpRequest, PutObjective, PutPerson, Reading

DAY = Waits(timedelta(days=1))
WEEK = Waits(timedelta(days=7))
FULL: Words = (
    "Tây Hồ is full: two drivers, and nobody at weekends.",
    "Tây Hồ kín chỗ: chỉ có hai tài xế, cuối tuần không ai giao.",
    "西湖区满了：只有两位司机，周末没人送。",
)
DRIVER: Words = (
    "One more driver for the weekends, from Saturday on.",
    "Thêm một tài xế cuối tuần, bắt đầu từ thứ Bảy.",
    "周末加一位司机，从这周六开始。",
)
ASKS: tuple[Step, ...] = (CALL, Picks("linhtwice"), Says(FULL))
LINH_CALLS = Elsewhere(
    "linh", (Says("cứu mạng"), Picks("linhtwice"), Says("Tây Hồ kín chỗ: chỉ có hai tài xế, cuối tuần không ai giao."))
)


def jie_decides(what: str, *said: str) -> Elsewhere:
    """Linh's manager answers from the card."""
    return Elsewhere("jie", (Presses("decide", what), *(Says(one) for one in said)))


def _send_away(*who: str) -> Callable[[Reading], Awaitable[Sequence[Change]]]:
    """These are on leave until Sunday."""

    async def send_away(reading: Reading) -> Sequence[Change]:
        people = (await reading.people([PersonId(one) for one in who])).values()
        until = (NOW + timedelta(days=5)).date()
        return [PutPerson(replace(one, away_until=until, version=one.version + 1), one.version) for one in people]

    return send_away


async def _bring_in_somebody_new(reading: Reading) -> Sequence[Change]:
    """Linh answers to somebody who has not talked with Laban yet."""
    linh = await reading.person(PersonId("linh"))
    if linh is None:
        return ()
    new = Person(
        PersonId("lan"),
        "Vũ Ngọc Lan",
        "lan@lantern.example",
        TeamId("growth"),
        Role.MANAGER,
        PersonId("mei"),
        "vi",
        linh.timezone,
    )
    return (PutPerson(new), PutPerson(replace(linh, manager_id=new.id, version=linh.version + 1), linh.version))


async def _keep_the_last(reading: Reading) -> Sequence[Change]:
    """Linh's other key result is given up, so ending this one ends the objective."""
    objective = await reading.objective(ObjectiveId("linhhome"))
    if objective is None:
        return ()
    first, other = objective.key_results
    fewer = replace(objective, key_results=(first, replace(other, is_dead=True)), version=objective.version + 1)
    return (PutObjective(fewer, objective.version),)


async def _forget_where_it_began(reading: Reading) -> Sequence[Change]:
    """Nobody knows where the key result started, so nobody can say where it should be by now."""
    objective = await reading.objective(ObjectiveId("linhhome"))
    if objective is None:
        return ()
    first, other = objective.key_results
    open_ended = replace(first, measure=Measure(first.measure.metric, first.measure.target, None))
    changed = replace(objective, key_results=(open_ended, other), version=objective.version + 1)
    told = CheckIn("linhnow", KeyResultId("linhtwice"), PersonId("linh"), NOW, Decimal(1060), Confidence.AT_RISK)
    return (PutObjective(changed, objective.version), AddCheckIn(told))


async def _call_often(reading: Reading) -> Sequence[Change]:
    """Calls from everywhere, all with Mei."""
    asked = (
        ("jie", "jieshare", "jiefriends"),
        ("thomas", "thomashour", "thomasword"),
        ("huong", "huongclose", "huongmoney"),
        ("daniel", "danielfind", "danielgrocer"),
        ("linh", "linhtwice", "linhhome"),
        ("khoa", "khoastart", "khoafast"),
        ("yutong", "yutongdone", "yutongfirst"),
        ("priya", "priyastock", "priyatrust"),
        ("xinyi", "xinyiwatch", "xinyicook"),
        ("minh", "minhpoints", "minhfresh"),
    )
    return [
        PutHelpRequest(
            HelpRequest(
                HelpRequestId(f"call{number}"),
                KeyResultId(one),
                ObjectiveId(objective),
                PersonId(who),
                NOW - timedelta(hours=5 + 20 * number),
                "Lantern",
                (PersonId("mei"),),
                None,
            )
        )
        for number, (who, one, objective) in enumerate(asked)
    ]


STORIES = (
    Story(
        "call_for_help",
        "A message becomes a call",
        "linh",
        (PointsAt(FULL), Picks("linhtwice"), Picks("message")),
    ),
    Story(
        "call_for_help",
        "A call, and what becomes of it",
        "linh",
        (
            CALL,
            HELP,
            Picks("linhtwice"),
            Says(FULL),
            Presses("objective"),
            TEAM,
            *ASKS,
            jie_decides("add_resources", "周末加一位司机，从这周六开始。"),
            TEAM,
            HOME,
            Presses("objective", "linhhome"),
            Presses("history"),
            WEEK,
            Ticks(),
            Presses("arrived", "no"),
            Presses("arrived", "yes"),
        ),
    ),
    Story(
        "call_for_help",
        "Help that arrives",
        "linh",
        (
            *ASKS,
            jie_decides("lower_priority", "跳过"),
            TEAM,
            WEEK,
            Ticks(),
            LATER,
            Presses("arrived", "yes"),
            Sends("d.history.linhhome"),
        ),
    ),
    Story("call_for_help", "Never mind", "linh", (CALL, CANCEL)),
    Story("call_for_help", "Another target", "linh", (*ASKS, jie_decides("change_target", "1300", "先做稳，再做大。"), TEAM)),
    Story(
        "call_for_help",
        "A talk",
        "linh",
        (*ASKS, jie_decides("talk", "周三下午两点，我去找你。"), TEAM, Sends("d.history.linhhome")),
    ),
    Story(
        "call_for_help", "It ends here", "linh", (*ASKS, jie_decides("dead", "西湖区的楼盘要拆了。", "先问租约，再招人。"), BOARD)
    ),
    Story(
        "call_for_help",
        "Nobody answers",
        "linh",
        (*ASKS, DAY, Ticks(), HOME, Presses("objective", "linhhome"), Presses("history")),
    ),
    Story("call_for_help", "The manager is away", "linh", (Meanwhile("Jie is away", _send_away("jie")), *ASKS)),
    Story("call_for_help", "All managers are away", "linh", (Meanwhile("Jie and Mei are away", _send_away("jie", "mei")), *ASKS)),
    Story(
        "call_for_help",
        "The manager has no chat yet",
        "linh",
        (Meanwhile("Linh has a new manager", _bring_in_somebody_new), *ASKS),
    ),
    Story(
        "call_for_help",
        "What it is about is given up meanwhile",
        "linh",
        (CALL, Picks("linhtwice"), gives_up("linhhome"), Says(FULL)),
    ),
    Story("call_for_help", "Without a key result", "an", (CALL,)),
    Story(
        "call_for_help",
        "From the top",
        "mei",
        (CALL, CHECK_IN, Says("44"), Picks("at_risk"), Picks("help"), Says(RENT), *(Picks("skip"),) * 4),
    ),
    Story(
        "answer_call",
        "Add resources",
        "jie",
        (
            LINH_CALLS,
            HOME,
            COMPANY,
            Presses("decide", "add_resources"),
            CANCEL,
            Presses("decide", "add_resources"),
            Says(DRIVER),
            Presses("decide", "talk"),
            WEEK,
            Elsewhere("linh", (Says("khi nào"),)),
            Ticks(),
            Elsewhere("linh", (Presses("arrived", "no"),)),
            HOME,
            Presses("objective", "jiefriends"),
            Sends("d.history.linhhome"),
        ),
    ),
    Story("answer_call", "Lower priority", "jie", (LINH_CALLS, Presses("decide", "lower_priority"), SKIP)),
    Story(
        "answer_call",
        "Change the target",
        "jie",
        (
            LINH_CALLS,
            Presses("decide", "change_target"),
            Says(("fewer", "ít hơn", "少一点")),
            Says("1300"),
            Says(("Steady first, then big.", "Vững trước, lớn sau.", "先做稳，再做大。")),
            Sends("d.history.linhhome"),
        ),
    ),
    Story(
        "answer_call",
        "Talk",
        "jie",
        (LINH_CALLS, Presses("decide", "talk"), Says(("Wednesday at two?", "Hai giờ chiều thứ Tư nhé?", "周三下午两点？"))),
    ),
    Story(
        "answer_call",
        "This one is dead",
        "jie",
        (
            LINH_CALLS,
            Presses("decide", "dead"),
            Says(("The houses there will be torn down.", "Khu đó sắp bị giải tỏa.", "那一片要拆迁了。")),
            Says(("Ask about the lease first.", "Hỏi hợp đồng thuê trước đã.", "先问清楚租约。")),
            Sends("d.history.linhhome"),
        ),
    ),
    Story(
        "answer_call",
        "The last one of an objective is dead",
        "jie",
        (
            Meanwhile("Linh has one key result left", _keep_the_last),
            Elsewhere("linh", (Says("cứu mạng"), Says("Tây Hồ kín chỗ."))),
            Presses("decide", "dead"),
            Says(("The houses there will be torn down.", "Khu đó sắp bị giải tỏa.", "那一片要拆迁了。")),
            SKIP,
        ),
    ),
    Story(
        "answer_call",
        "It goes on, and somebody else answers",
        "jie",
        (
            LINH_CALLS,
            DAY,
            Ticks(),
            Elsewhere("mei", (Presses("decide", "talk"), Says("明天早上。"))),
            Presses("decide", "talk"),
        ),
    ),
    Story(
        "answer_call",
        "Where it should be by now is not known",
        "jie",
        (Meanwhile("nobody knows where it began", _forget_where_it_began), LINH_CALLS),
    ),
    Story("answer_call", "Many calls", "mei", (Meanwhile("many call", _call_often), HOME, COMPANY, BOARD)),
    Story("answer_call", "Somebody else's call", "khoa", (Sends("d.decide.nobody:talk"), Sends("d.arrived.nobody:yes"))),
)
