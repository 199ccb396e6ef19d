"""How far key results and objectives have come."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.okr.measure import Direction, Measure
from bot.okr.progress import (
    Staleness,
    Standing,
    clamped,
    expected_value,
    is_well,
    mean_of_many,
    objective_progress,
    points,
    progress,
    quiet_since,
    staleness,
    standing,
)

numbers = st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, allow_infinity=False, places=4)
shares = st.fractions(min_value=-3, max_value=3, max_denominator=1000)
NPS = Measure("NPS", Decimal(50), Decimal(30))
CHURN = Measure("churn", Decimal(2), Decimal(6), "%", Direction.DECREASE)


@st.composite
def ways(draw: st.DrawFn) -> Measure:
    """A measure that goes from somewhere to somewhere."""
    baseline, target = draw(numbers), draw(numbers)
    assume(baseline != target)
    return Measure("x", target, baseline, "", Direction.INCREASE if target > baseline else Direction.DECREASE)


@st.composite
def measures(draw: st.DrawFn) -> Measure:
    """Any measure that can be constructed."""
    open_ended = st.builds(
        Measure, st.just("x"), numbers, st.none(), st.just(""), st.sampled_from([Direction.INCREASE, Direction.DECREASE])
    )
    bounds = st.builds(
        Measure, st.just("x"), numbers, st.none(), st.just(""), st.sampled_from([Direction.KEEP_ABOVE, Direction.KEEP_BELOW])
    )
    milestone = Measure("x", Decimal(1), Decimal(0), "", Direction.MILESTONE)
    return draw(st.one_of(ways(), open_ended, bounds, st.just(milestone)))


@pytest.mark.parametrize(
    ("measure", "current", "share"),
    [
        (NPS, "30", Fraction(0)),
        (NPS, "38", Fraction(2, 5)),
        (NPS, "50", Fraction(1)),
        (NPS, "60", Fraction(3, 2)),
        (NPS, "20", Fraction(-1, 2)),
        (CHURN, "6", Fraction(0)),
        (CHURN, "5", Fraction(1, 4)),
        (CHURN, "1", Fraction(5, 4)),
        (CHURN, "7", Fraction(-1, 4)),
        (Measure("sign-ups", Decimal(200)), "50", Fraction(1, 4)),
    ],
)
def test_a_number_on_its_way_has_come_as_far_as_the_share_of_the_way(measure: Measure, current: str, share: Fraction) -> None:
    assert progress(measure, Decimal(current)) == share


def test_before_the_first_check_in_things_stand_at_the_baseline() -> None:
    assert progress(NPS, None) == 0
    assert progress(CHURN, None) == 0


@pytest.mark.parametrize(
    "measure",
    [
        Measure("errors", Decimal(5), None, "", Direction.DECREASE),
        Measure("profit", Decimal(0)),
        Measure("balance", Decimal(-10)),
    ],
)
def test_without_a_baseline_only_a_counter_that_starts_at_nothing_has_a_share(measure: Measure) -> None:
    assert progress(measure, Decimal(3)) is None


def test_without_a_baseline_and_a_check_in_nothing_is_known() -> None:
    assert progress(Measure("sign-ups", Decimal(200)), None) is None


@pytest.mark.parametrize(
    ("direction", "values", "share"),
    [
        (Direction.KEEP_ABOVE, ["99", "98", "99.5", "90"], Fraction(2, 4)),
        (Direction.KEEP_BELOW, ["99", "98", "100"], Fraction(2, 3)),
        (Direction.KEEP_ABOVE, ["98.9"], Fraction(0)),
        (Direction.KEEP_ABOVE, ["99"], Fraction(1)),
    ],
)
def test_a_bound_is_kept_as_often_as_check_ins_were_inside(direction: Direction, values: list[str], share: Fraction) -> None:
    measure = Measure("uptime", Decimal(99), None, "%", direction)
    said = [Decimal(value) for value in values]
    assert progress(measure, said[-1], said) == share


def test_a_bound_nobody_has_spoken_of_is_not_measured() -> None:
    measure = Measure("uptime", Decimal(99), Decimal(98), "%", Direction.KEEP_ABOVE)
    assert progress(measure, None) is None
    assert progress(measure, Decimal(99)) == 1


@pytest.mark.parametrize(("current", "share"), [(None, 0), ("0", 0), ("0.9", 0), ("1", 1)])
def test_a_milestone_is_done_or_not(current: str | None, share: int) -> None:
    milestone = Measure("licence", Decimal(1), Decimal(0), "", Direction.MILESTONE)
    assert progress(milestone, None if current is None else Decimal(current)) == share


@given(measures(), st.none() | numbers, st.lists(numbers, max_size=5))
def test_no_measure_and_no_value_breaks_the_arithmetic(measure: Measure, current: Decimal | None, values: list[Decimal]) -> None:
    share = progress(measure, current, values)
    assert share is None or 0 <= clamped(share) <= 1


@given(ways())
def test_the_baseline_is_nothing_and_the_target_everything(measure: Measure) -> None:
    assert progress(measure, measure.baseline) == 0
    assert progress(measure, measure.target) == 1


@given(ways(), numbers, numbers)
def test_nearer_to_the_target_is_never_less(measure: Measure, one: Decimal, other: Decimal) -> None:
    nearer, farther = (one, other) if (one > other) == (measure.direction is Direction.INCREASE) else (other, one)
    near, far = progress(measure, nearer), progress(measure, farther)
    assert near is not None
    assert far is not None
    assert near >= far


@given(ways(), numbers)
def test_decreasing_mirrors_increasing(measure: Measure, current: Decimal) -> None:
    assert measure.baseline is not None
    other = Direction.DECREASE if measure.direction is Direction.INCREASE else Direction.INCREASE
    mirrored = replace(measure, baseline=-measure.baseline, target=-measure.target, direction=other)
    assert progress(measure, current) == progress(mirrored, -current)


@given(ways(), numbers, st.decimals(min_value=Decimal("0.001"), max_value=1000, places=3))
def test_another_unit_changes_nothing(measure: Measure, current: Decimal, factor: Decimal) -> None:
    assert measure.baseline is not None
    scaled = replace(measure, baseline=measure.baseline * factor, target=measure.target * factor)
    assert progress(measure, current) == progress(scaled, current * factor)


@given(st.lists(st.none() | shares, max_size=8))
def test_an_objective_lies_within_its_key_results(given_shares: list[Fraction | None]) -> None:
    total = objective_progress(given_shares)
    measured = [clamped(share) for share in given_shares if share is not None]
    if not measured:
        assert total is None
    else:
        assert total is not None
        assert min(measured) <= total <= max(measured)


@given(st.lists(shares, min_size=1, max_size=8), st.integers(min_value=0, max_value=5))
def test_unmeasured_key_results_weigh_nothing(given_shares: list[Fraction], unmeasured: int) -> None:
    assert objective_progress([*given_shares, *[None] * unmeasured]) == objective_progress(given_shares)


def test_one_overshoot_hides_no_standstill() -> None:
    assert objective_progress([Fraction(3, 2), Fraction(0), Fraction(0)]) == Fraction(1, 3)


@pytest.mark.parametrize(
    ("share", "shown"),
    [(Fraction(0), 0), (Fraction(1, 200), 1), (Fraction(624, 1000), 62), (Fraction(7, 5), 100), (Fraction(-1), 0)],
)
def test_points_are_rounded_as_bars_are(share: Fraction, shown: int) -> None:
    assert points(share) == shown


@pytest.mark.parametrize(
    ("share", "word"),
    [
        ("0.62", Standing.ON_TRACK),
        ("0.52", Standing.ON_TRACK),
        ("0.5199", Standing.AT_RISK),
        ("0.42", Standing.AT_RISK),
        ("0.4199", Standing.OFF_TRACK),
        ("1.4", Standing.ON_TRACK),
    ],
)
def test_ten_points_behind_is_on_track_and_more_than_twenty_off_it(share: str, word: Standing) -> None:
    assert standing(Fraction(share), Fraction("0.62")) is word


@pytest.mark.parametrize(
    ("quiet", "colour"),
    [
        (timedelta(0), Staleness.FRESH),
        (timedelta(days=10), Staleness.FRESH),
        (timedelta(days=10, seconds=1), Staleness.AMBER),
        (timedelta(days=21), Staleness.AMBER),
        (timedelta(days=21, seconds=1), Staleness.RED),
    ],
)
def test_quiet_turns_amber_after_ten_days_and_red_after_three_weeks(quiet: timedelta, colour: Staleness) -> None:
    assert staleness(quiet) is colour


@pytest.mark.parametrize("stale", [Staleness.AMBER, Staleness.RED])
def test_stale_beats_green(stale: Staleness) -> None:
    assert is_well(Standing.ON_TRACK, True, Staleness.FRESH)
    assert not is_well(Standing.ON_TRACK, True, stale)


def test_quiet_counts_from_the_last_word_else_from_publication() -> None:
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    published = now - timedelta(days=30)
    assert quiet_since(None, published, now) == timedelta(days=30)
    assert quiet_since(now - timedelta(days=2), published, now) == timedelta(days=2)
    assert quiet_since(now + timedelta(seconds=3), published, now) == timedelta(0)


@pytest.mark.parametrize(
    ("measure", "elapsed", "value"),
    [
        (NPS, Fraction(8, 13), "42"),
        (CHURN, Fraction(1, 2), "4.0"),
        (Measure("orders", Decimal(12000), Decimal(8000)), Fraction(8, 13), "10500"),
    ],
)
def test_the_expected_value_is_as_exact_as_its_way_is_long(measure: Measure, elapsed: Fraction, value: str) -> None:
    expected = expected_value(measure, elapsed)
    assert expected is not None
    assert expected == Decimal(value)


def test_what_has_no_way_to_go_has_no_expected_value() -> None:
    assert expected_value(Measure("uptime", Decimal(99), Decimal(98), "%", Direction.KEEP_ABOVE), Fraction(1, 2)) is None
    assert expected_value(Measure("sign-ups", Decimal(200)), Fraction(1, 2)) is None


@given(ways(), st.fractions(min_value=0, max_value=1, max_denominator=400))
def test_the_expected_value_lies_about_where_the_straight_line_is(measure: Measure, elapsed: Fraction) -> None:
    expected = expected_value(measure, elapsed)
    share = progress(measure, expected)
    assert share is not None
    assert abs(share - elapsed) <= Fraction(1, 10)


@given(st.lists(st.one_of(st.none(), shares), max_size=30))
def test_the_mean_of_many_is_the_exact_one_to_a_millionth(known: list[Fraction | None]) -> None:
    exact, rounded = objective_progress(known), mean_of_many(known)
    if exact is None:
        assert rounded is None
    else:
        assert rounded is not None
        assert abs(rounded - exact) <= Fraction(1, 2_000_000)


@given(ways(), numbers)
def test_the_share_of_the_way_is_exact(measure: Measure, now: Decimal) -> None:
    assert measure.baseline is not None
    start, target = Fraction(measure.baseline), Fraction(measure.target)
    assert progress(measure, now) == (Fraction(now) - start) / (target - start)
