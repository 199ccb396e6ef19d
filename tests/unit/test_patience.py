"""How long what failed is waited for, and when it is given up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.patience import DELIVERY, TURNS, Patience

DAY = timedelta(days=1)
DRAWS = st.floats(0, 1, exclude_max=True)
EITHER = pytest.mark.parametrize("law", [DELIVERY, TURNS])


@EITHER
@given(st.integers(1, 10**9), DRAWS)
def test_a_wait_is_never_longer_than_its_ceiling(law: Patience, failures: int, draw: float) -> None:
    assert timedelta(0) <= law.wait(failures, draw) <= law.longest


@EITHER
def test_ceilings_grow_until_the_longest(law: Patience) -> None:
    ceilings = [law.wait(failures, 1.0) for failures in range(1, 40)]
    assert ceilings == sorted(ceilings)
    assert (ceilings[0], ceilings[-1]) == (law.first, law.longest)


def test_the_whole_range_below_the_ceiling_is_used() -> None:
    assert DELIVERY.wait(5, 0.0) == timedelta(0)
    assert DELIVERY.wait(5, 0.5) == DELIVERY.wait(5, 1.0) / 2 == timedelta(seconds=40.5)


@given(st.lists(DRAWS, min_size=12, max_size=200))
def test_no_draws_give_a_message_up_within_a_day(draws: list[float]) -> None:
    age = timedelta(0)
    for failures, draw in enumerate(draws, 1):
        if DELIVERY.is_over(failures, age, OSError()):
            assert age >= DAY
            return
        age += DELIVERY.wait(failures, draw)


def test_a_message_that_fails_for_ever_is_given_up_soon_after_its_day() -> None:
    age, failures = timedelta(0), 1
    while not DELIVERY.is_over(failures, age, OSError()):
        age += DELIVERY.wait(failures, 0.5)
        failures += 1
    assert DAY <= age < DAY + DELIVERY.longest
    assert failures < 40


def test_a_message_that_waited_for_days_behind_another_still_has_all_its_attempts() -> None:
    assert not DELIVERY.is_over(DELIVERY.attempts - 1, 30 * DAY, OSError())
    assert DELIVERY.is_over(DELIVERY.attempts, 30 * DAY, OSError())


@pytest.mark.parametrize(
    "error", [TypeError(), KeyError(), IndexError(), AttributeError(), UnicodeEncodeError("utf-8", "x", 0, 1, "?")]
)
def test_a_mistake_is_given_up_whatever_its_age(error: Exception) -> None:
    assert not DELIVERY.is_over(DELIVERY.bug_attempts - 1, DAY * 9, error)
    assert DELIVERY.is_over(DELIVERY.bug_attempts, timedelta(0), error)


def test_an_unreadable_answer_of_a_platform_is_no_mistake_of_ours_but_a_value_error_in_a_turn_is() -> None:
    assert not DELIVERY.is_over(DELIVERY.bug_attempts, timedelta(0), ValueError())
    assert TURNS.is_over(TURNS.bug_attempts, timedelta(0), ValueError())


def test_mistakes_hold_people_up_for_seconds() -> None:
    assert sum((TURNS.wait(n, 1.0) for n in range(1, TURNS.bug_attempts)), timedelta(0)) < timedelta(seconds=3)
    assert sum((DELIVERY.wait(n, 1.0) for n in range(1, DELIVERY.bug_attempts)), timedelta(0)) <= timedelta(seconds=40)
