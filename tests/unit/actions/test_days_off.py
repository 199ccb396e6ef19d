"""Which days are off where."""

from __future__ import annotations

from datetime import date
from zoneinfo import available_timezones

import pytest

from bot.actions.days_off import country_of, days_off
from bot.okr.people import Person, PersonId, TeamId
from bot.okr.rhythm import is_working_day


@pytest.mark.parametrize(
    "country, day, is_off",
    [
        ("VN", date(2026, 9, 2), True),
        ("VN", date(2026, 2, 17), True),
        ("VN", date(2026, 9, 3), False),
        ("CN", date(2026, 10, 1), True),
        ("CN", date(2026, 10, 12), False),
        ("GB", date(2026, 12, 28), True),
        ("GB", date(2026, 4, 6), True),
        ("US", date(2026, 11, 26), True),
        ("US", date(2026, 11, 27), False),
        ("EG", date(2026, 11, 27), True),
        ("XX", date(2026, 1, 1), False),
        ("", date(2026, 1, 1), False),
    ],
)
def test_public_holidays_are_off_where_they_are_kept(country: str, day: date, is_off: bool) -> None:
    assert days_off(country, {})(day) is is_off


def test_what_an_admin_says_wins() -> None:
    is_off = days_off("VN", {date(2026, 9, 2): False, date(2026, 9, 3): True})
    assert not is_off(date(2026, 9, 2))
    assert is_off(date(2026, 9, 3))


@pytest.mark.parametrize("overrides", [{}, {date(2026, 10, 10): False}])
def test_a_weekend_worked_on_in_exchange_is_left_alone(overrides: dict[date, bool]) -> None:
    person = Person(PersonId("p"), "Mei", None, TeamId("t"), timezone="Asia/Shanghai")
    assert not is_working_day(person, date(2026, 10, 10), days_off("CN", overrides))


@pytest.mark.parametrize(
    "timezone, country",
    [
        ("Asia/Ho_Chi_Minh", "VN"),
        ("Asia/Saigon", "VN"),
        ("Asia/Shanghai", "CN"),
        ("PRC", "CN"),
        ("Europe/London", "GB"),
        ("America/New_York", "US"),
        ("US/Pacific", "US"),
        ("UTC", ""),
        ("Etc/GMT-7", ""),
        ("Nowhere/At_All", ""),
    ],
)
def test_a_zone_tells_the_country(timezone: str, country: str) -> None:
    assert country_of(timezone) == country


def test_every_zone_has_days_off_that_can_be_asked_for() -> None:
    countries = {country_of(zone) for zone in available_timezones()}
    assert len(countries) > 200
    for country in countries:
        is_off = days_off(country, {})
        assert {is_off(date(2026, 1, 1)), is_off(date(2026, 7, 8))} <= {True, False}
