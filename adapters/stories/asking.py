"""The weekly check-in: asked by itself or early, answered with taps and numbers, put off, missed; and why one was (not) reminded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from adapters.demo import sample_cycle
from adapters.stories.play import NOW
from adapters.stories.spoken import CANCEL, CHECK_IN, HOME, LATER, MINE, NEW, SETTINGS, SNOOZE, WHEN
from adapters.stories.story import Meanwhile, Picks, Presses, Says, Story, Ticks, Waits, Words
from bot.okr.measure import Direction, Measure
from bot.okr.objective import Ambition, KeyResult, KeyResultId, Objective, ObjectiveId, ObjectiveState
from bot.okr.people import PersonId, TeamId
from bot.okr.prompt import Prompt, PromptKind
from bot.ports import AddPrompt, Change, PutDayOff, PutObjective, PutPerson, Reading

FRIDAY = Waits(timedelta(days=3, hours=5))
"""From the beginning of a story to Friday, 15:00 in Hanoi."""
ON_MONDAY = Waits(timedelta(days=3))
MINH = PersonId("minh")
STUCK: Words = (
    "The landlord signs only if the rent is settled; I may not decide that.",
    "Chủ nhà chỉ ký khi chốt giá thuê, mà tôi không có quyền chốt.",
    "房东要先谈定租金才肯签，这个我做不了主。",
)
RENT: Words = ("Somebody who may agree on the rent.", "Cần một người có quyền chốt giá thuê.", "需要一个能拍板租金的人。")
UNCHANGED: Words = (
    "no change because the herbs are out of season",
    "không đổi vì rau thơm đang trái mùa",
    "没变，因为香草不当季",
)


async def _begin_to_measure(reading: Reading) -> Sequence[Change]:
    """An has three key results that nobody has checked in on yet."""
    measures = (
        ("Stock", Measure("stock", Decimal(40), None, "", Direction.KEEP_BELOW)),
        ("NPS 30 → 50", Measure("NPS", Decimal(50), Decimal(30))),
        ("Lantern Zalo", Measure("Lantern Zalo", Decimal(1), Decimal(0), "", Direction.MILESTONE)),
    )
    key_results = tuple(
        KeyResult(KeyResultId(f"first{number}"), sentence, measure) for number, (sentence, measure) in enumerate(measures, 1)
    )
    at = NOW - timedelta(days=2)
    what = (sample_cycle(NOW).id, "Lantern", "", Ambition.COMMITTED, ObjectiveState.PUBLISHED, at, key_results, None, at)
    return [PutObjective(Objective(ObjectiveId("first"), PersonId("an"), TeamId("growth"), *what))]


async def _give_up_both(reading: Reading) -> Sequence[Change]:
    objective = await reading.objective(ObjectiveId("minhfresh"))
    if objective is None:
        return ()
    dead = tuple(replace(one, is_dead=True) for one in objective.key_results)
    return (PutObjective(replace(objective, key_results=dead, version=objective.version + 1), objective.version),)


async def _close_on_monday(reading: Reading) -> Sequence[Change]:
    return (PutDayOff("VN", date(2026, 12, 7), True),)


async def _leave_for_good(reading: Reading) -> Sequence[Change]:
    minh = await reading.person(MINH)
    return () if minh is None else (PutPerson(replace(minh, away_until=date.max, version=minh.version + 1), minh.version),)


async def _remind_on_friday(reading: Reading) -> Sequence[Change]:
    friday = NOW + timedelta(days=3)
    return (AddPrompt(Prompt(PromptKind.REMINDER, MINH, friday.date(), friday)),)


async def _remind_all_week(reading: Reading) -> Sequence[Change]:
    times = [NOW - timedelta(hours=20) + timedelta(hours=12 * number) for number in range(5)]
    days = [date(2026, 11, 9) + timedelta(days=number) for number in range(5)]
    return [AddPrompt(Prompt(PromptKind.REMINDER, MINH, day, at)) for day, at in zip(days, times, strict=True)]


STORIES = (
    Story(
        "check_in",
        "Friday's question, answered",
        "minh",
        (
            FRIDAY,
            Ticks(),
            Picks("same"),
            Picks("at_risk"),
            Says(STUCK),
            Says(("3.2", "3,2", "3.2")),
            Picks("on_track"),
            WHEN,
            MINE,
        ),
    ),
    Story(
        "check_in",
        "Whatever one types",
        "minh",
        (
            CHECK_IN,
            Says(("so so", "tàm tạm", "还行")),
            Says("900"),
            Picks("no"),
            Says("10"),
            Picks("off_track"),
            Picks("help"),
            Says(RENT),
            Says(UNCHANGED),
            Picks("at_risk"),
        ),
    ),
    Story("check_in", "A wild number that is right", "minh", (CHECK_IN, Says("90"), Picks("yes"), Picks("on_track"), CANCEL)),
    Story(
        "check_in",
        "The first time",
        "an",
        (
            Meanwhile("An begins to measure", _begin_to_measure),
            CHECK_IN,
            Says("38"),
            Picks("on_track"),
            Picks("skip"),
            Picks("not_yet"),
            Picks("at_risk"),
            Picks("skip"),
        ),
    ),
    Story("check_in", "Nothing to check in on", "an", (CHECK_IN, WHEN, SNOOZE)),
    Story(
        "check_in",
        "Everything is skipped, or is gone meanwhile",
        "minh",
        (
            CHECK_IN,
            Picks("skip"),
            Picks("skip"),
            CHECK_IN,
            Says("10"),
            Picks("on_track"),
            Picks("same"),
            Meanwhile("both key results are given up", _give_up_both),
            Picks("on_track"),
        ),
    ),
    Story("check_in", "Friday comes in the middle of something else", "minh", (NEW, FRIDAY, Ticks(), CANCEL, HOME)),
    Story("check_in", "Not answered", "minh", (FRIDAY, Ticks(), LATER, ON_MONDAY, Ticks(), Presses("checkin"))),
    Story("check_in", "Asked again later", "minh", (FRIDAY, Ticks(), SNOOZE, WHEN, Waits(timedelta(hours=3)), WHEN, Ticks())),
    Story("when", "Before, at and after the hour", "minh", (WHEN, FRIDAY, WHEN, Ticks(), LATER, WHEN)),
    Story("when", "Not answered at all", "minh", (FRIDAY, Ticks(), LATER, ON_MONDAY, WHEN, Ticks(), WHEN, ON_MONDAY, WHEN)),
    Story("when", "Laban was away itself", "minh", (Waits(timedelta(days=9)), WHEN)),
    Story(
        "when",
        "Times when nobody is spoken to",
        "minh",
        (
            FRIDAY,
            Waits(timedelta(hours=6)),
            WHEN,
            Waits(timedelta(hours=12)),
            WHEN,
            Meanwhile("Monday becomes a holiday", _close_on_monday),
            Waits(timedelta(days=2)),
            WHEN,
        ),
    ),
    Story(
        "when",
        "Away",
        "minh",
        (
            SETTINGS,
            Picks("away"),
            Says(("3 days", "3 ngày", "3天")),
            WHEN,
            Meanwhile("Minh is away for ever", _leave_for_good),
            WHEN,
        ),
    ),
    Story("when", "Once a day is enough", "minh", (Meanwhile("Minh is reminded on Friday", _remind_on_friday), FRIDAY, WHEN)),
    Story(
        "when", "Five times a week are enough", "minh", (Meanwhile("Minh is reminded all week", _remind_all_week), FRIDAY, WHEN)
    ),
)
