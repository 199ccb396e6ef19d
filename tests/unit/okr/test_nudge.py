"""Who is asked and reminded when: months of a timer ticking with a machine that is off at random, and every reason there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.okr.nudge import NUDGES_PER_WEEK, Decision, Do, Reason, answered_early, explain, noted
from bot.okr.people import Person, PersonId, TeamId
from bot.okr.prompt import Prompt, PromptKind
from bot.okr.rhythm import DAY, WEEK, IsDayOff, Rhythm, closes_at, is_free, local_date, monday_of, slot_of

ZONES = sorted(available_timezones() - {"localtime"})
FIRST_MONDAY = date(2025, 1, 6)
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)
HANOI = Person(PersonId("p"), "Hà", None, TeamId("t"), timezone="Asia/Ho_Chi_Minh", joined_at=LONG_AGO)
HOUR = timedelta(hours=1)
Outage = tuple[datetime, datetime]


def never_off(_: date) -> bool:
    return False


def often_off(day: date) -> bool:
    """Single days, bridges and one long holiday a year, fixed by the date alone."""
    return day.toordinal() * 2654435761 % 97 < 12 or (day.month == 2 and 14 <= day.day <= 22)


@dataclass
class Life:
    """A person, what is noted about them, and a machine that looks at `explain` and does what it says."""

    person: Person = HANOI
    rhythm: Rhythm = field(default_factory=Rhythm)
    is_off: IsDayOff = never_off
    prompts: dict[tuple[PromptKind, date], Prompt] = field(default_factory=dict)
    said: list[tuple[datetime, Do]] = field(default_factory=list)
    oldest: datetime | None = LONG_AGO

    def look(self, now: datetime) -> Decision:
        return explain(self.person, self.rhythm, now, FIRST_MONDAY, self.is_off, tuple(self.prompts.values()), self.oldest)

    def tick(self, now: datetime) -> Decision:
        decision = self.look(now)
        if decision.next_at is not None:
            assert decision.next_at > now, decision
        prompt = noted(self.person, decision, now)
        assert (prompt is None) == (decision.do is Do.NOTHING)
        if prompt is not None:
            assert is_free(self.person, now, self.is_off), (self.person, now, decision)
            key = (prompt.kind, prompt.day)
            assert (key in self.prompts) == (decision.do is Do.ASK_AGAIN)
            self.prompts[key] = prompt
            self.said.append((now, decision.do))
        return decision

    def tick_through(self, begins: datetime, ends: datetime, every: timedelta = HOUR, outages: Sequence[Outage] = ()) -> None:
        now = begins
        while now < ends:
            if not any(off <= now < on for off, on in outages):
                self.tick(now)
            now += every

    def jump_through(
        self,
        begins: datetime,
        ends: datetime,
        outages: Sequence[Outage] = (),
        after: Callable[[Life, datetime], None] | None = None,
    ) -> None:
        """As ticking, but only at the times the decisions name."""
        now: datetime | None = begins
        while now is not None and now < ends:
            outage = next((on for off, on in outages if off <= now < on), None)
            if outage is not None:
                now = outage
                continue
            now = self.tick(now).next_at
            if after is not None and now is not None:
                after(self, now)

    def answer(self, at: datetime) -> None:
        """Open prompts and reminders are answered, as the storage does it; a prompt of its own if that was early."""
        early = answered_early(self.person, self.rhythm, at, self.is_off, tuple(self.prompts.values()))
        for key in [key for key, one in self.prompts.items() if one.answered_at is None]:
            self.prompts[key] = replace(self.prompts[key], answered_at=at)
        if early is not None:
            self.prompts[early.kind, early.day] = early

    def snooze(self, until: datetime) -> None:
        key = max(key for key in self.prompts if key[0] is PromptKind.CHECK_IN)
        self.prompts[key] = replace(self.prompts[key], snoozed_until=until)

    def weeks(self, kind: PromptKind = PromptKind.CHECK_IN) -> Counter[date]:
        return Counter(monday_of(day) for noted_kind, day in self.prompts if noted_kind is kind)

    def assert_left_alone_enough(self) -> None:
        days = Counter(local_date(self.person, at) for at, do in self.said if do is not Do.ASK_AGAIN)
        assert max(days.values(), default=0) <= 1
        assert max(Counter(monday_of(day) for day in days).values(), default=0) <= NUDGES_PER_WEEK
        assert max(self.weeks().values(), default=0) <= 1
        reminders = self.weeks(PromptKind.REMINDER)
        assert max(reminders.values(), default=0) <= 1
        assert reminders.keys() <= self.weeks().keys()


def at(person: Person, day: date, hour: int = 0, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=ZoneInfo(person.timezone)).astimezone(UTC)


def expected_weeks(life: Life, begins: datetime, ends: datetime) -> set[date]:
    """The Mondays of the slots in between."""
    first, last = monday_of(local_date(life.person, begins)), local_date(life.person, ends)
    mondays = [first + week * WEEK for week in range((last - first).days // 7 + 1)]
    slots = [slot_of(life.person, life.rhythm, monday, FIRST_MONDAY, life.is_off) for monday in mondays]
    return {slot.monday for slot in slots if slot.at is not None and begins <= slot.at < ends}


def test_in_every_zone_two_months_of_ticking_asks_once_a_week_and_reminds_once() -> None:
    for number, zone in enumerate(ZONES):
        life = Life(replace(HANOI, timezone=zone), is_off=often_off)
        # Other months for other zones, so that many have their clocks changed in them.
        begins = at(life.person, FIRST_MONDAY + (number * 7 % 300) * WEEK)
        ends = begins + 8 * WEEK
        life.oldest = begins
        expected = expected_weeks(life, begins, ends)
        life.jump_through(begins, ends)
        life.assert_left_alone_enough()
        assert life.weeks().keys() == expected, zone
        for (kind, _), prompt in life.prompts.items():
            local = prompt.at.astimezone(ZoneInfo(zone))
            assert (local.hour, local.minute) == (15, 0), (zone, kind, local)


@pytest.mark.parametrize(
    "zone, weeks",
    [
        ("Asia/Ho_Chi_Minh", 2),
        ("Asia/Ho_Chi_Minh", 3),
        ("Asia/Ho_Chi_Minh", 4),
        ("Australia/Lord_Howe", 1),
        ("Asia/Beirut", 1),
        ("Africa/Casablanca", 1),
        ("Pacific/Apia", 1),
        ("America/Santiago", 1),
        ("America/New_York", 2),
    ],
)
def test_in_six_years_no_week_is_left_out_and_none_is_asked_twice(zone: str, weeks: int) -> None:
    life = Life(replace(HANOI, timezone=zone), Rhythm(weeks=weeks), often_off)
    begins, ends = at(life.person, FIRST_MONDAY), at(life.person, date(2030, 12, 30))
    expected = expected_weeks(life, begins, ends)
    life.jump_through(begins, ends)
    life.assert_left_alone_enough()
    assert life.weeks().keys() == expected


times = st.times().map(lambda one: one.replace(second=0, microsecond=0, fold=0))
rhythms = st.builds(Rhythm, weekday=st.integers(0, 6), at=times, weeks=st.integers(1, 4))


@settings(max_examples=40, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    rhythm=rhythms,
    quiet=st.tuples(times, times),
    week=st.integers(0, 290),
    outages=st.lists(st.tuples(st.integers(0, 1500), st.integers(1, 400)), max_size=5),
    seed=st.integers(),
)
def test_whatever_is_off_and_answered_weeks_are_asked_at_most_once_and_reminded_at_most_once(
    zone: str, rhythm: Rhythm, quiet: tuple[time, time], week: int, outages: list[tuple[int, int]], seed: int
) -> None:
    dice = Random(seed)
    person = replace(HANOI, timezone=zone, quiet_from=quiet[0], quiet_until=quiet[1])
    begins = at(person, FIRST_MONDAY + week * WEEK)
    ends = begins + 9 * WEEK
    off = [(begins + start * HOUR, begins + (start + length) * HOUR) for start, length in outages]
    life = Life(person, rhythm, often_off)

    def answers_or_not(life: Life, now: datetime) -> None:
        match dice.randrange(4):
            case 0 if life.prompts:
                life.answer(now - timedelta(seconds=1))
            case 1 if life.prompts:
                life.snooze(now + dice.randrange(1, 72) * HOUR)

    life.jump_through(begins, ends, off, answers_or_not)
    life.assert_left_alone_enough()


@settings(max_examples=12, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    week=st.integers(0, 290),
    outages=st.lists(st.tuples(st.integers(0, 1000), st.integers(1, 300)), max_size=4),
)
def test_looking_only_at_the_times_it_names_is_as_good_as_looking_all_the_time(
    zone: str, week: int, outages: list[tuple[int, int]]
) -> None:
    # Offsets of 45 minutes exist: the quarter hour is what all zones' hours have in common.
    begins = at(replace(HANOI, timezone=zone), FIRST_MONDAY + week * WEEK)
    ends = begins + 4 * WEEK
    off = [(begins + start * HOUR, begins + (start + length) * HOUR) for start, length in outages]
    ticking, jumping = (Life(replace(HANOI, timezone=zone), is_off=often_off) for _ in range(2))
    ticking.tick_through(begins, ends, timedelta(minutes=15), off)
    jumping.jump_through(begins, ends, off)
    assert jumping.said == ticking.said


@settings(max_examples=40, deadline=None)
@given(zone=st.sampled_from(ZONES), week=st.integers(0, 290), start=st.integers(0, 500), length=st.integers(1, 500))
def test_a_week_is_missed_only_if_the_machine_was_off_for_its_whole_window(zone: str, week: int, start: int, length: int) -> None:
    person = replace(HANOI, timezone=zone)
    begins = at(person, FIRST_MONDAY + week * WEEK)
    ends = begins + 6 * WEEK
    off, on = begins + start * HOUR, begins + (start + length) * HOUR
    life = Life(person)
    # Long enough for what comes late.
    life.jump_through(begins, ends + WEEK, [(off, on)])
    for monday in expected_weeks(life, begins, ends):
        slot = slot_of(person, life.rhythm, monday, FIRST_MONDAY, never_off)
        assert slot.day is not None
        assert slot.at is not None
        # From 08:00 on there is a free moment every hour up to the close at 15:00.
        is_missed = off <= slot.at and on >= closes_at(person, life.rhythm, slot.day, never_off)
        assert (monday in life.weeks()) is not is_missed
    # No flood: on the day the machine is back, one word at the most (the rule of one a day), and nothing of older weeks.
    life.assert_left_alone_enough()


@settings(max_examples=30, deadline=None)
@given(
    zones=st.lists(st.sampled_from(ZONES), min_size=2, max_size=6),
    hours=st.lists(st.integers(0, 4 * 168), min_size=5, max_size=5),
    week=st.integers(0, 290),
)
def test_moving_between_zones_leaves_one_prompt_for_every_week(zones: list[str], hours: list[int], week: int) -> None:
    life = Life(replace(HANOI, timezone=zones[0]))
    now = begins = at(life.person, FIRST_MONDAY + week * WEEK)
    moves = dict(zip(sorted(hours), zones[1:], strict=False))
    for hour in range(4 * 168):
        if hour in moves:
            life.person = replace(life.person, timezone=moves[hour])
        now = begins + hour * HOUR
        life.tick(now)
    assert max(life.weeks().values()) == 1
    assert max(life.weeks(PromptKind.REMINDER).values(), default=0) <= 1
    # The last week's Friday may not have come in the last zone; a week begun at a Monday's midnight is otherwise complete.
    done = {FIRST_MONDAY + (week + number) * WEEK for number in range(3)}
    assert done <= life.weeks().keys()


@pytest.mark.parametrize(
    "before, after, hour",
    [
        ("Pacific/Honolulu", "Pacific/Auckland", 14),
        ("Europe/Berlin", "Asia/Tokyo", 14),
        ("Pacific/Kiritimati", "Pacific/Pago_Pago", 16),
    ],
)
def test_a_zone_changed_on_the_day_still_gives_one(before: str, after: str, hour: int) -> None:
    life = Life(replace(HANOI, timezone=before))
    moved_at = at(life.person, date(2026, 11, 27), hour)
    life.oldest = moved_at - 4 * DAY
    life.tick_through(life.oldest, moved_at)
    life.person = replace(life.person, timezone=after)
    life.tick_through(moved_at, moved_at + 5 * DAY)
    assert life.weeks() == {date(2026, 11, 23): 1}


FRIDAY = date(2026, 11, 27)
MONDAY = FRIDAY + 3 * DAY
WEDNESDAY = FRIDAY + 5 * DAY
DUE = at(HANOI, FRIDAY, 15)


@pytest.mark.parametrize("jump", [-HOUR, DAY, -DAY, WEEK, -WEEK, 365 * DAY])
@pytest.mark.parametrize("jumps_at", [DUE - HOUR, DUE, DUE + HOUR, DUE - DAY])
def test_a_clock_that_jumps_and_is_set_right_again_asks_each_week_once(jump: timedelta, jumps_at: datetime) -> None:
    life = Life()
    # Ten weeks around, ticking every hour; for three hours the clock is wrong.
    life.tick_through(DUE - 2 * WEEK - DAY, jumps_at)
    life.tick_through(jumps_at + jump, jumps_at + jump + 3 * HOUR)
    life.tick_through(jumps_at + 3 * HOUR, DUE + 4 * WEEK + HOUR)
    assert set(life.weeks().values()) == {1}
    assert {monday_of(FRIDAY) + week * WEEK for week in range(-2, 5)} <= life.weeks().keys()
    assert max(life.weeks(PromptKind.REMINDER).values()) == 1


def test_a_month_of_downtime_brings_one_question_not_four() -> None:
    life = Life()
    life.tick_through(DUE - 6 * WEEK, DUE + HOUR, outages=[(DUE - 5 * WEEK + HOUR, DUE - 30 * timedelta(minutes=1))])
    assert [said for said in life.said if said[0] > DUE - 4 * WEEK] == [(DUE, Do.ASK)]


# --- every reason -----------------------------------------------------------------------------------------------------


def asked(**changes: object) -> Life:
    life = Life(replace(HANOI, **changes))  # type: ignore[arg-type]  # the names of a person's fields
    life.tick(DUE)
    assert life.said == [(DUE, Do.ASK)]
    return life


def test_an_ordinary_week_is_explained_step_by_step() -> None:
    life = Life(oldest=DUE - DAY)
    reminder, closes = at(HANOI, MONDAY, 15), at(HANOI, WEDNESDAY, 15)
    steps: list[tuple[datetime, Do, Reason, datetime]] = [
        (at(HANOI, FRIDAY, 9), Do.NOTHING, Reason.NOT_YET, DUE),
        (DUE, Do.ASK, Reason.DUE, reminder),
        (DUE + HOUR, Do.NOTHING, Reason.ASKED, reminder),
        (at(HANOI, MONDAY, 9), Do.NOTHING, Reason.ASKED, reminder),
        (reminder, Do.REMIND, Reason.UNANSWERED, DUE + WEEK),
        (reminder + HOUR, Do.NOTHING, Reason.REMINDED, DUE + WEEK),
        (closes, Do.NOTHING, Reason.CLOSED, DUE + WEEK),
        (DUE + WEEK, Do.ASK, Reason.DUE, reminder + WEEK),
    ]
    seen = [(now, *_essence(life.tick(now))) for now, *_ in steps]
    assert seen == steps


def _essence(decision: Decision) -> tuple[Do, Reason, datetime | None]:
    return decision.do, decision.reason, decision.next_at


def test_who_has_answered_is_not_reminded() -> None:
    life = asked()
    life.answer(DUE + HOUR)
    assert _essence(life.look(DUE + 2 * HOUR)) == (Do.NOTHING, Reason.ANSWERED, DUE + WEEK)
    assert _essence(life.look(at(HANOI, MONDAY, 15))) == (Do.NOTHING, Reason.NOT_YET, DUE + WEEK)


def test_an_early_answer_is_enough_for_the_week() -> None:
    life = Life()
    life.answer(at(HANOI, FRIDAY - 2 * DAY, 10))
    assert _essence(life.look(at(HANOI, FRIDAY - DAY, 10))) == (Do.NOTHING, Reason.ANSWERED, DUE + WEEK)
    assert _essence(life.look(DUE)) == (Do.NOTHING, Reason.ANSWERED, DUE + WEEK)
    assert life.look(DUE + WEEK).do is Do.ASK


def test_an_answer_corrected_on_monday_is_not_an_early_one_for_friday() -> None:
    life = asked()
    life.answer(DUE + HOUR)
    life.answer(at(HANOI, MONDAY, 9))
    assert life.look(DUE + WEEK).do is Do.ASK
    life.answer(at(HANOI, WEDNESDAY, 16))
    assert life.look(DUE + WEEK).reason is Reason.ANSWERED


@pytest.mark.parametrize(
    "until, again",
    [
        (at(HANOI, FRIDAY, 17), at(HANOI, FRIDAY, 17)),
        (at(HANOI, FRIDAY, 21), at(HANOI, MONDAY, 8)),
        (at(HANOI, FRIDAY + DAY, 10), at(HANOI, MONDAY, 8)),
        (at(HANOI, MONDAY, 9, 30), at(HANOI, MONDAY, 9, 30)),
    ],
)
def test_who_snoozes_is_asked_again_then_or_when_they_may_be_spoken_to(until: datetime, again: datetime) -> None:
    life = asked()
    life.snooze(until)
    assert _essence(life.look(DUE + HOUR)) == (Do.NOTHING, Reason.SNOOZED, again)
    decision = life.tick(again)
    assert (decision.do, decision.reason, decision.day) == (Do.ASK_AGAIN, Reason.SNOOZE_OVER, FRIDAY)
    assert life.look(again + HOUR).reason is Reason.ASKED
    assert life.weeks() == {monday_of(FRIDAY): 1}


def test_a_snooze_after_the_reminder_brings_the_question_once_more_and_no_second_reminder() -> None:
    life = asked()
    life.tick(at(HANOI, MONDAY, 15))
    life.snooze(at(HANOI, MONDAY, 16))
    life.tick_through(at(HANOI, MONDAY, 15), DUE + WEEK)
    assert [do for _, do in life.said] == [Do.ASK, Do.REMIND, Do.ASK_AGAIN]


def test_a_snooze_past_the_next_slot_becomes_the_next_question() -> None:
    life = asked()
    life.snooze(DUE + WEEK + DAY)
    assert _essence(life.look(DUE + HOUR)) == (Do.NOTHING, Reason.SNOOZED, DUE + WEEK)
    assert life.look(DUE + WEEK).day == FRIDAY + WEEK


@pytest.mark.parametrize(
    "now, changes, reason, next_at",
    [
        (at(HANOI, FRIDAY, 21), {}, Reason.QUIET_HOURS, at(HANOI, MONDAY, 8)),
        (at(HANOI, FRIDAY + DAY, 10), {}, Reason.WEEKEND, at(HANOI, MONDAY, 8)),
        (at(HANOI, MONDAY, 7), {}, Reason.QUIET_HOURS, at(HANOI, MONDAY, 8)),
        (at(HANOI, WEDNESDAY, 15), {}, Reason.MISSED, DUE + WEEK),
        (at(HANOI, FRIDAY, 10), {"away_until": FRIDAY}, Reason.AWAY, DUE + WEEK),
        (at(HANOI, FRIDAY, 16), {"left_at": DUE}, Reason.NOT_HERE, None),
        (at(HANOI, FRIDAY, 16), {"joined_at": None}, Reason.NOT_HERE, None),
        (at(HANOI, FRIDAY, 16), {"joined_at": DUE + HOUR}, Reason.NOT_YET, DUE + WEEK),
    ],
)
def test_why_somebody_who_was_not_asked_in_time_is_not_asked_now(
    now: datetime, changes: dict[str, object], reason: Reason, next_at: datetime | None
) -> None:
    life = Life(replace(HANOI, **changes))  # type: ignore[arg-type]  # the names of a person's fields
    assert _essence(life.look(now)) == (Do.NOTHING, reason, next_at)


def test_holidays_and_other_weeks_are_named() -> None:
    holidays = Life(is_off=lambda day: FRIDAY - 4 * DAY <= day <= FRIDAY, oldest=DUE - 6 * DAY)
    assert _essence(holidays.look(DUE)) == (Do.NOTHING, Reason.HOLIDAY, DUE + WEEK)
    late = Life(is_off=lambda day: day == MONDAY)
    assert _essence(late.look(at(HANOI, MONDAY, 10))) == (Do.NOTHING, Reason.HOLIDAY, at(HANOI, MONDAY + DAY, 8))
    looks = (DUE - HOUR, DUE - HOUR + WEEK)
    whens = [Life(rhythm=Rhythm(weeks=2), oldest=now - DAY).look(now) for now in looks]
    waits = {one.reason: one.next_at - now for now, one in zip(looks, whens, strict=True) if one.next_at is not None}
    assert waits == {Reason.NOT_YET: HOUR, Reason.OTHER_WEEK: HOUR + WEEK}


def test_who_has_nothing_to_ask_about_is_left_alone_and_not_asked_about_the_time_before() -> None:
    life = Life(oldest=None)
    assert _essence(life.look(DUE)) == (Do.NOTHING, Reason.NOTHING_TO_ASK, DUE + WEEK)
    life.oldest = at(HANOI, MONDAY, 9)
    assert _essence(life.look(at(HANOI, MONDAY, 10))) == (Do.NOTHING, Reason.NOT_YET, DUE + WEEK)


def test_no_more_is_said_than_the_budget_of_a_day_and_a_week_allows() -> None:
    # Asked late on a Tuesday that, with the days after it off, is also the day of the next week's slot.
    life = Life(is_off=lambda day: MONDAY + 2 * DAY <= day <= MONDAY + 4 * DAY)
    tuesday = MONDAY + DAY
    life.tick(at(HANOI, tuesday, 10))
    assert life.said == [(at(HANOI, tuesday, 10), Do.ASK)]
    next_monday = at(HANOI, MONDAY + 7 * DAY, 8)
    assert _essence(life.look(at(HANOI, tuesday, 15))) == (Do.NOTHING, Reason.ENOUGH_TODAY, next_monday)
    assert life.tick(next_monday).day == tuesday

    full = Life()
    full.prompts = {
        (PromptKind.MONDAY_CARD, day): Prompt(PromptKind.MONDAY_CARD, HANOI.id, day, at(HANOI, day, 10))
        for day in (FRIDAY - number * DAY for number in range(5))
    }
    assert _essence(full.look(DUE)) == (Do.NOTHING, Reason.ENOUGH_THIS_WEEK, at(HANOI, MONDAY, 8))


def test_who_is_away_when_the_reminder_is_due_gets_it_a_working_day_after_coming_back() -> None:
    life = asked()
    life.person = replace(life.person, away_until=MONDAY + DAY)
    assert _essence(life.look(at(HANOI, MONDAY, 15))) == (Do.NOTHING, Reason.ASKED, at(HANOI, WEDNESDAY, 15))
    assert life.look(at(HANOI, WEDNESDAY, 15)).do is Do.REMIND


def test_what_was_said_to_others_does_not_matter() -> None:
    life = Life()
    life.prompts = {(PromptKind.CHECK_IN, FRIDAY): Prompt(PromptKind.CHECK_IN, "somebody else", FRIDAY, DUE)}
    assert life.look(DUE).do is Do.ASK
