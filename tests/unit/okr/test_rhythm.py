"""When people are asked: over every zone and six years, and where clocks, holidays and habits are unusual."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.okr.people import Person, PersonId, TeamId
from bot.okr.rhythm import (
    DAY,
    WEEK,
    IsDayOff,
    Rhythm,
    Why,
    closes_at,
    free_from,
    is_free,
    is_quiet,
    is_working_day,
    last_slot,
    moment,
    monday_of,
    next_slot,
    reminder_at,
    slot_of,
    working_days_after,
)

# "localtime" is a file of some machines, no zone.
ZONES = sorted(available_timezones() - {"localtime"})
BEGIN, END = date(2025, 1, 6), date(2030, 12, 30)
MONDAYS = [BEGIN + week * WEEK for week in range((END - BEGIN).days // 7)]
FRIDAY_AT_THREE = Rhythm()
HANOI = Person(PersonId("p"), "Hà", None, TeamId("t"), timezone="Asia/Ho_Chi_Minh", joined_at=datetime(2024, 1, 1, tzinfo=UTC))

times = st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0))


def never_off(_: date) -> bool:
    return False


def often_off(day: date) -> bool:
    """Single days, bridges and one long holiday a year, fixed by the date alone."""
    return day.toordinal() * 2654435761 % 97 < 12 or (day.month == 2 and 14 <= day.day <= 22)


def only(*days: date) -> IsDayOff:
    return lambda day: day in days


def wall(person: Person, at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(person.timezone))


@pytest.mark.parametrize("hour", [time(15), time(2, 30), time(23, 59), time(0)])
def test_every_week_of_every_zone_has_one_slot_on_a_working_day_of_that_week(hour: time) -> None:
    rhythm = Rhythm(at=hour)
    # One hour is looked at in all weeks; the odd ones in those in which clocks change somewhere, and in every seventh.
    mondays = (
        MONDAYS
        if hour == time(15)
        else [monday for number, monday in enumerate(MONDAYS) if number % 7 == 0 or monday.month in (3, 10)]
    )
    working = {monday: [monday + n * DAY for n in range(5) if not often_off(monday + n * DAY)] for monday in mondays}
    for zone in ZONES:
        person = replace(HANOI, timezone=zone, quiet_from=time(0), quiet_until=time(0))
        for monday in mondays:
            slot = slot_of(person, rhythm, monday, BEGIN, often_off)
            assert slot.day == max(working[monday], default=None)
            assert (slot.at is None) == (slot.day is None) == (slot.why is Why.WEEK_OFF)
            if slot.at is not None:
                assert wall(person, slot.at).date() == slot.day, (zone, slot)


@given(
    zone=st.sampled_from(ZONES),
    day=st.dates(BEGIN, END),
    at=times,
    quiet_from=times,
    quiet_until=times,
)
def test_no_moment_lies_in_quiet_hours_or_on_another_day(
    zone: str, day: date, at: time, quiet_from: time, quiet_until: time
) -> None:
    person = replace(HANOI, timezone=zone, quiet_from=quiet_from, quiet_until=quiet_until)
    local = wall(person, moment(person, day, at))
    # Only where clocks change may the one free stretch of the day be skipped; then whoever speaks waits for a free moment.
    changes = (
        wall(person, moment(person, day, time(0))).utcoffset() != wall(person, moment(person, day + DAY, time(0))).utcoffset()
    )
    if not changes:
        assert local.date() == day
        assert not is_quiet(person, local.time())


@given(
    zone=st.sampled_from(ZONES),
    earliest=st.datetimes(datetime(2025, 1, 1), datetime(2030, 12, 1), timezones=st.just(UTC)),  # noqa: DTZ001 hypothesis adds the zone
    quiet_from=times,
    quiet_until=times,
    away=st.integers(-3, 30),
)
def test_the_next_free_moment_is_free_and_nothing_before_it_is(
    zone: str, earliest: datetime, quiet_from: time, quiet_until: time, away: int
) -> None:
    person = replace(
        HANOI, timezone=zone, quiet_from=quiet_from, quiet_until=quiet_until, away_until=earliest.date() + away * DAY
    )
    free = free_from(person, earliest, often_off)
    assert free is not None
    assert free >= earliest
    assert is_free(person, free, often_off)
    # Around a clock change up to an hour may be given away, never taken.
    until = free - timedelta(hours=1)
    looked_at = earliest
    while looked_at < until:
        assert not is_free(person, looked_at, often_off)
        looked_at += timedelta(hours=3)


@pytest.mark.parametrize(
    "zone, day, asked_for, said",
    [
        ("America/New_York", date(2026, 3, 8), time(2, 30), "03:30-04:00"),
        ("America/New_York", date(2026, 11, 1), time(1, 30), "01:30-04:00"),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "02:45+11:00"),
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), "01:45+11:00"),
        ("Asia/Beirut", date(2026, 3, 29), time(0, 30), "01:30+03:00"),
        ("Africa/Cairo", date(2026, 4, 24), time(0, 0), "01:00+03:00"),
        ("Africa/Casablanca", date(2026, 2, 15), time(2, 30), "02:30+01:00"),
        ("America/Santiago", date(2026, 9, 6), time(0, 30), "01:30-03:00"),
        ("Pacific/Apia", date(2026, 9, 27), time(3, 30), "03:30+13:00"),
        ("Pacific/Chatham", date(2026, 9, 27), time(3, 0), "04:00+13:45"),
    ],
)
def test_a_skipped_time_comes_later_and_a_doubled_one_once(zone: str, day: date, asked_for: time, said: str) -> None:
    person = replace(HANOI, timezone=zone, quiet_from=time(0), quiet_until=time(0))
    local = wall(person, moment(person, day, asked_for))
    assert (local.date(), local.isoformat()[11:16] + local.isoformat()[19:]) == (day, said)


def test_a_friday_that_never_was_is_not_worked_on() -> None:
    apia = replace(HANOI, timezone="Pacific/Apia")
    slot = slot_of(apia, FRIDAY_AT_THREE, date(2011, 12, 26), date(2011, 12, 26), never_off)
    assert (slot.day, slot.why) == (date(2011, 12, 29), Why.EARLIER)


@pytest.mark.parametrize(
    "quiet_from, quiet_until, at, said",
    [
        (time(20), time(8), time(15), time(15)),
        (time(20), time(8), time(7), time(8)),
        (time(20), time(8), time(20), time(19, 59)),
        (time(20), time(8), time(8), time(8)),
        (time(12), time(16), time(15), time(16)),
        (time(0), time(0), time(3), time(3)),
        (time(20), time(0), time(22), time(19, 59)),
        (time(0), time(23, 59), time(15), time(23, 59)),
        (time(8), time(7, 59), time(15), time(7, 59)),
        (time(0, 0, 30), time(0), time(15), time(0)),
    ],
)
def test_a_time_in_quiet_hours_moves_to_their_end_or_before_they_begin(
    quiet_from: time, quiet_until: time, at: time, said: time
) -> None:
    person = replace(HANOI, quiet_from=quiet_from, quiet_until=quiet_until)
    assert wall(person, moment(person, date(2026, 11, 27), at)).time() == said


FRIDAY = date(2026, 11, 27)
MONDAY = monday_of(FRIDAY)


@pytest.mark.parametrize(
    "weekday, off, away_until, day, why",
    [
        (4, [], None, 27, Why.ASKED),
        (4, [27], None, 26, Why.EARLIER),
        (4, [26, 27], None, 25, Why.EARLIER),
        (6, [], None, 27, Why.EARLIER),
        (0, [23], None, 24, Why.LATER),
        (0, [], 24, 25, Why.LATER),
        (4, [], 26, 27, Why.ASKED),
        (4, [], 27, None, Why.WEEK_OFF),
        (2, [23, 24, 25, 26, 27], None, None, Why.WEEK_OFF),
    ],
)
def test_a_usual_day_that_is_off_gives_way(
    weekday: int, off: list[int], away_until: int | None, day: int | None, why: Why
) -> None:
    person = replace(HANOI, away_until=date(2026, 11, away_until) if away_until else None)
    slot = slot_of(person, Rhythm(weekday=weekday), MONDAY, MONDAY, only(*(date(2026, 11, one) for one in off)))
    assert (slot.day and slot.day.day, slot.why) == (day, why)


@given(weeks=st.integers(1, 4), ahead=st.integers(0, 200), weekday=st.integers(0, 6))
def test_every_nth_week_is_counted_from_the_first(weeks: int, ahead: int, weekday: int) -> None:
    rhythm = Rhythm(weekday=weekday, weeks=weeks)
    whys = [slot_of(HANOI, rhythm, BEGIN + (ahead + week) * WEEK, BEGIN, never_off).why for week in range(weeks)]
    assert whys.count(Why.OTHER_WEEK) == weeks - 1
    assert (whys[0] is not Why.OTHER_WEEK) == (ahead % weeks == 0)


@given(now=st.datetimes(datetime(2025, 1, 6), datetime(2030, 11, 1), timezones=st.just(UTC)), weeks=st.integers(1, 4))  # noqa: DTZ001 as above
def test_the_next_slot_is_to_come_and_the_last_one_has_come(now: datetime, weeks: int) -> None:
    rhythm = Rhythm(weeks=weeks)
    coming = next_slot(HANOI, rhythm, now, BEGIN, often_off)
    assert coming is not None
    assert coming.at is not None
    assert coming.at > now
    last = last_slot(HANOI, rhythm, now, BEGIN, often_off)
    if last is not None:
        assert last.at is not None
        assert last.at <= now
        assert last.monday < coming.monday
        assert last == slot_of(HANOI, rhythm, last.monday, BEGIN, often_off)


def test_weeks_that_were_asked_already_are_not_next() -> None:
    slot = next_slot(HANOI, FRIDAY_AT_THREE, moment(HANOI, MONDAY, time(9)), BEGIN, never_off, {MONDAY})
    assert slot is not None
    assert slot.day == FRIDAY + WEEK


@pytest.mark.parametrize("away_until", [date(2026, 12, 31), date(2028, 6, 30), date(2300, 1, 1), date.max])
def test_an_absence_of_any_length_is_looked_past_without_losing_the_calendar(away_until: date) -> None:
    person = replace(HANOI, away_until=away_until)
    now = moment(HANOI, FRIDAY, time(9))
    slot = next_slot(person, FRIDAY_AT_THREE, now, BEGIN, never_off)
    assert slot is None if away_until == date.max else slot is not None and slot.day is not None and slot.day > away_until
    assert (free_from(person, now, never_off) is None) == (away_until == date.max)
    assert working_days_after(person, FRIDAY, 1, never_off) > FRIDAY


def test_where_every_day_is_off_there_is_no_next_and_the_search_ends() -> None:
    now = moment(HANOI, FRIDAY, time(9))
    assert next_slot(HANOI, FRIDAY_AT_THREE, now, BEGIN, lambda _: True) is None
    assert free_from(HANOI, now, lambda _: True) is None
    assert working_days_after(HANOI, FRIDAY, 3, lambda _: True) > FRIDAY + 52 * WEEK


def test_the_reminder_comes_a_working_day_later_and_the_window_closes_after_three() -> None:
    monday_off = only(FRIDAY + 3 * DAY)
    assert wall(HANOI, reminder_at(HANOI, FRIDAY_AT_THREE, FRIDAY, never_off)).isoformat() == "2026-11-30T15:00:00+07:00"
    assert wall(HANOI, reminder_at(HANOI, FRIDAY_AT_THREE, FRIDAY, monday_off)).isoformat() == "2026-12-01T15:00:00+07:00"
    assert wall(HANOI, closes_at(HANOI, FRIDAY_AT_THREE, FRIDAY, never_off)).isoformat() == "2026-12-02T15:00:00+07:00"
    back = replace(HANOI, away_until=date(2026, 12, 4))
    assert wall(back, reminder_at(back, FRIDAY_AT_THREE, FRIDAY, never_off)).isoformat() == "2026-12-07T15:00:00+07:00"


@given(start=st.dates(BEGIN, END), count=st.integers(1, 6))
def test_working_days_are_counted_one_by_one(start: date, count: int) -> None:
    def walk() -> Iterator[date]:
        day = start
        while True:
            day += DAY
            if is_working_day(HANOI, day, often_off):
                yield day

    days = walk()
    assert working_days_after(HANOI, start, count, often_off) == [next(days) for _ in range(count)][-1]


@pytest.mark.parametrize(
    "wrong",
    [{"weekday": 7}, {"weeks": 0}, {"weeks": 5}, {"remind_after": 0}, {"remind_after": 3}, {"closes_after": 1}],
)
def test_a_rhythm_that_makes_no_sense_does_not_construct(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"rhythm|reminder"):
        Rhythm(**wrong)  # type: ignore[arg-type]  # only whole numbers are passed
