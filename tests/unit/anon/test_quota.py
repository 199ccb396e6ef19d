"""How often somebody may write or try, counted in memory alone."""

from __future__ import annotations

from datetime import timedelta

from bot.anon.quota import Limiter
from tests.anon_office import MONDAY, Seeded

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def test_three_notes_a_day_and_again_the_next_day() -> None:
    limiter = Limiter(Seeded())
    for _ in range(3):
        assert limiter.may_write("an", MONDAY)
        limiter.wrote("an", MONDAY)
    assert not limiter.may_write("an", MONDAY)
    assert limiter.may_write("minh", MONDAY)
    assert limiter.may_write("an", MONDAY + DAY)


def test_asking_counts_nothing() -> None:
    limiter = Limiter(Seeded())
    assert all(limiter.may_write("an", MONDAY) and limiter.may_try("an", MONDAY) for _ in range(50))


def test_ten_wrong_codes_in_ten_minutes_and_a_hundred_an_hour_for_everybody() -> None:
    limiter = Limiter(Seeded())
    for number in range(10):
        assert limiter.may_try("an", MONDAY + number * MINUTE / 2)
        limiter.failed("an", MONDAY + number * MINUTE / 2)
    assert not limiter.may_try("an", MONDAY + 5 * MINUTE)
    assert limiter.may_try("an", MONDAY + 10 * MINUTE)
    assert all(limiter.failed(f"somebody{number}", MONDAY + 5 * MINUTE) for number in range(90))
    assert not limiter.failed("somebody else", MONDAY + 6 * MINUTE)
    assert limiter.may_try("who has a code", MONDAY + 6 * MINUTE)
    assert limiter.failed("somebody else", MONDAY + 67 * MINUTE)


def test_a_thousand_people_leave_no_name_in_it() -> None:
    limiter = Limiter(Seeded())
    names = [f"person-number-{number}" for number in range(1000)]
    for name in names:
        limiter.wrote(name, MONDAY)
        limiter.failed(name, MONDAY)
    kept = repr(vars(limiter))
    assert not any(name in kept for name in names)
