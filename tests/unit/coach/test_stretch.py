"""Too easy and too far."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coach import Rule
from bot.coach.likeness import likeness
from bot.coach.stretch import PastKeyResult, judge_stretch
from bot.okr.measure import Direction, Measure


def measure(baseline: str | None, target: str, unit: str = "", metric: str = "orders a week") -> Measure:
    start, end = None if baseline is None else Decimal(baseline), Decimal(target)
    falls = start is not None and end < start
    return Measure(metric, end, start, unit, Direction.DECREASE if falls else Direction.INCREASE)


@pytest.mark.parametrize(
    "baseline, target, unit, confidence, rule",
    [
        ("100", "150", "", 5, None),
        ("100", "150", "", 9, Rule.TOO_EASY),
        ("100", "150", "", 2, Rule.FANTASY),
        ("100", "104", "", 5, Rule.TOO_EASY),
        ("100", "96", "", 5, Rule.TOO_EASY),
        ("100", "105", "", 5, None),
        ("97", "98", "%", 5, None),
        ("40", "41", "%", 5, Rule.TOO_EASY),
        ("100", "1001", "", 5, Rule.FANTASY),
        ("100", "1000", "", None, None),
        ("0", "5", "", None, None),
        (None, "50", "", None, None),
        ("1", "20", "%", 5, None),
    ],
)
def test_a_stretch_is_neither_sure_nor_near_nor_a_dream(
    baseline: str | None, target: str, unit: str, confidence: int | None, rule: Rule | None
) -> None:
    assert judge_stretch(measure(baseline, target, unit), is_aspirational=True, confidence=confidence) == rule


def test_what_is_committed_may_be_easy_but_not_beyond_belief() -> None:
    assert judge_stretch(measure("100", "104"), is_aspirational=False, confidence=10) is None
    assert judge_stretch(measure("100", "150"), is_aspirational=False, confidence=1) is Rule.FANTASY


@pytest.mark.parametrize(
    "before, latest, baseline, target, rule",
    [
        ("100", "130", "130", "160", Rule.TOO_EASY),
        ("100", "130", "130", "168", Rule.TOO_EASY),
        ("100", "130", "130", "169", None),
        ("30", "20", "20", "10", Rule.TOO_EASY),
        ("30", "20", "20", "9", None),
        ("100", "90", "90", "120", None),
    ],
)
def test_what_comes_by_itself_at_the_pace_of_the_last_cycle_is_too_easy(
    before: str, latest: str, baseline: str, target: str, rule: Rule | None
) -> None:
    falls = Decimal(latest) < Decimal(before)
    past = PastKeyResult("Orders a week", measure(before, "5" if falls else "999", metric="Orders a week"), Decimal(latest))
    assert judge_stretch(measure(baseline, target), is_aspirational=True, confidence=5, past=[past]) == rule


def test_the_pace_of_something_else_says_nothing() -> None:
    past = PastKeyResult("Tips", measure("100", "999", metric="tips per table"), Decimal(130))
    assert judge_stretch(measure("130", "160"), is_aspirational=True, confidence=5, past=[past]) is None


def test_what_is_kept_or_done_is_no_stretch() -> None:
    uptime = Measure("uptime", Decimal(99), None, "%", Direction.KEEP_ABOVE)
    assert judge_stretch(uptime, is_aspirational=True, confidence=10) is None


def test_numbers_do_not_make_sentences_different() -> None:
    assert likeness("NPS from 30 to 50", "NPS from 45 to 60") == 1
    assert likeness("Tăng NPS từ 30 lên 50", "tang NPS tu 1.200 len 2,5") == 1
    assert likeness("NPS from 30 to 50", "Churn below 3%") < 0.3


@given(st.text(max_size=60), st.text(max_size=60))
def test_likeness_is_a_share_the_same_both_ways(one: str, other: str) -> None:
    assert 0 <= likeness(one, other) <= 1
    assert likeness(one, other) == likeness(other, one)
