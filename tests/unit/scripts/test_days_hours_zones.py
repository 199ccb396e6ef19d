"""Dates, hours and places as people write them in three languages."""

from __future__ import annotations

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogs.script import Refusal, Said
from bot.scripts.days import Day, read_day
from bot.scripts.hours import Hours, read_hours
from bot.scripts.zones import Zone, read_zone, zone_picks

WEDNESDAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", WEDNESDAY),
        ("hôm nay", WEDNESDAY),
        ("今天", WEDNESDAY),
        ("tomorrow", date(2026, 11, 26)),
        ("ngày mai", date(2026, 11, 26)),
        ("后天", date(2026, 11, 27)),
        ("Friday", date(2026, 11, 27)),
        ("until Friday!", date(2026, 11, 27)),
        ("thứ sáu", date(2026, 11, 27)),
        ("thu sau", date(2026, 11, 27)),
        ("đến thứ sáu", date(2026, 11, 27)),
        ("周五", date(2026, 11, 27)),
        ("到周五为止", date(2026, 11, 27)),
        ("Wednesday", WEDNESDAY),
        ("next Friday", date(2026, 12, 4)),
        ("thứ sáu tuần sau", date(2026, 12, 4)),
        ("下周五", date(2026, 12, 4)),
        ("下个星期一", date(2026, 11, 30)),
        ("3 days", date(2026, 11, 28)),
        ("in 2 weeks", date(2026, 12, 9)),
        ("3 ngày nữa", date(2026, 11, 28)),
        ("两天", None),
        ("3天", date(2026, 11, 28)),
        ("2周后", date(2026, 12, 9)),
        ("2026-12-24", date(2026, 12, 24)),
        ("2026年12月24日", date(2026, 12, 24)),
        ("12月24日", date(2026, 12, 24)),
        ("24/12", date(2026, 12, 24)),
        ("ngày 24 tháng 12", date(2026, 12, 24)),
        ("24.12.26", date(2026, 12, 24)),
        ("1/2", date(2027, 2, 1)),
        ("24 Dec", date(2026, 12, 24)),
        ("December 24th", date(2026, 12, 24)),
        ("24 December 2026", date(2026, 12, 24)),
        ("31/2", None),
        ("99/99", None),
        ("someday", None),
        ("", None),
        ("9" * 50_000, None),
    ],
)
def test_a_day_is_read_as_people_write_it(text: str, day: date | None) -> None:
    assert read_day(text, WEDNESDAY) == day


@pytest.mark.parametrize("text", ["2026-11-24", "2028-01-01", "whenever"])
def test_a_day_in_the_past_or_far_away_is_refused(text: str) -> None:
    assert isinstance(Day(WEDNESDAY).read(Said(text), "en"), Refusal)


@given(st.dates(WEDNESDAY, WEDNESDAY + timedelta(days=366)))
def test_every_day_of_a_year_is_read_back_from_its_iso_form(day: date) -> None:
    field = Day(WEDNESDAY)
    assert field.read(Said(day.isoformat()), "vi") == day
    assert field.load(field.dump(day)) == day


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_days_hours_and_places(text: str) -> None:
    read_day(text, WEDNESDAY)
    read_hours(text)
    read_zone(text)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("22:00-7:00", (time(22), time(7))),
        ("22h–7h", (time(22), time(7))),
        ("từ 22h đến 7h30", (time(22), time(7, 30))),
        ("10pm to 7am", (time(22), time(7))),
        ("从22点到7点", (time(22), time(7))),
        ("12am-12pm", (time(0), time(12))),
        ("20-8", (time(20), time(8))),
        ("24:00-6:00", (time(0), time(6))),
        ("25:00-7:00", None),
        ("13pm-7am", None),
        ("22:75-7:00", None),
        ("at night", None),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, hours: tuple[time, time] | None) -> None:
    assert read_hours(text) == hours


def test_no_quiet_hours_can_be_said() -> None:
    assert Hours().read(Said("không"), "vi") == (time(0), time(0))


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Hanoi", "Asia/Ho_Chi_Minh"),
        ("Hà Nội", "Asia/Ho_Chi_Minh"),
        ("sai gon", "Asia/Ho_Chi_Minh"),
        ("胡志明市", "Asia/Ho_Chi_Minh"),
        ("北京", "Asia/Shanghai"),
        ("thượng hải", "Asia/Shanghai"),
        ("London", "Europe/London"),
        ("europe/berlin", "Europe/Berlin"),
        ("New York", "America/New_York"),
        ("new_york", "America/New_York"),
        ("巴黎", "Europe/Paris"),
        ("UTC+7", "Asia/Ho_Chi_Minh"),
        ("gmt +8", "Asia/Shanghai"),
        ("UTC-5", "Etc/GMT+5"),
        ("utc", "UTC"),
        ("UTC+25", None),
        ("Atlantis", None),
        ("Mars/Olympus_Mons", None),
        ("../../etc/passwd", None),
        ("", None),
    ],
)
def test_a_place_is_read_as_people_name_it(text: str, zone: str | None) -> None:
    assert read_zone(text) == zone


def test_every_zone_read_exists() -> None:
    for name in ("UTC-12", "UTC+14", "UTC+3", "Kathmandu"):
        zone = read_zone(name)
        assert zone is not None
        assert ZoneInfo(zone).key == zone


def test_a_zone_that_no_longer_exists_is_asked_again() -> None:
    assert isinstance(Zone().load("Moon/Base"), Refusal)


@pytest.mark.parametrize("lang", ["en", "vi", "zh"])
def test_the_known_zone_is_offered_first_and_none_twice(lang: str) -> None:
    picks = zone_picks(lang, "Asia/Shanghai")
    assert picks[0].value == "Asia/Shanghai"
    assert len({pick.value for pick in picks}) == len(picks)
