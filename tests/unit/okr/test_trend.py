"""The trend behind a picture."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.okr.check_in import CheckIn, Confidence
from bot.okr.cycle import Cycle, CycleId, quarter_of
from bot.okr.measure import Direction, Measure
from bot.okr.objective import Ambition, KeyResult, KeyResultId, Objective, ObjectiveId, ObjectiveState
from bot.okr.people import PersonId, TeamId
from bot.okr.trend import WEEK_MARKS, Trend, round_marks, trend_of_key_result, trend_of_team, week_ends, week_marks

CYCLE = quarter_of(date(2026, 11, 23))
DAY = date(2026, 11, 23)
NPS = Measure("NPS", Decimal(50), Decimal(30))
WAIT = Measure("wait", Decimal(4), Decimal(10), "min", Direction.DECREASE)
UPTIME = Measure("uptime", Decimal(99), None, "%", Direction.KEEP_ABOVE)
BUGS = Measure("bugs", Decimal(3), Decimal(5), "", Direction.KEEP_BELOW)
LICENCE = Measure("licence", Decimal(1), Decimal(0), "", Direction.MILESTONE)
COUNTER = Measure("sign-ups", Decimal(100))
MEASURES = (NPS, WAIT, UPTIME, BUGS, LICENCE, COUNTER)

numbers = st.fractions(min_value=-(10**12), max_value=10**12, max_denominator=1000)
values = st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False)
cycles = st.builds(
    lambda start, days: Cycle(CycleId("c"), "c", start, start + timedelta(days=days)),
    st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    st.integers(1, 800),
)


def check_in(name: str, day: date, value: str | Decimal, hour: int = 9) -> CheckIn:
    at = datetime.combine(day, time(hour), UTC)
    return CheckIn(f"{name}/{at}", KeyResultId(name), PersonId("an"), at, Decimal(value), Confidence.ON_TRACK)


def key_result(name: str = "kr", measure: Measure = NPS) -> KeyResult:
    return KeyResult(KeyResultId(name), f"{name}!", measure)


def objective(name: str, *key_results: KeyResult, published: date = CYCLE.starts_on) -> Objective:
    at = datetime.combine(published, time(9), UTC)
    state = ObjectiveState.PUBLISHED
    return Objective(
        ObjectiveId(name), PersonId("an"), TeamId("t"), CYCLE.id, name, "", Ambition.COMMITTED, state, at, key_results, None, at
    )


def trend(measure: Measure, *said: CheckIn, day: date = DAY) -> Trend:
    return trend_of_key_result(key_result(measure=measure), said, CYCLE, day)


@given(numbers, numbers)
def test_an_axis_has_few_round_evenly_spaced_marks_around_everything(one: Fraction, other: Fraction) -> None:
    least, most = sorted((one, other))
    marks = round_marks(least, most)
    assert marks[0] <= least <= most <= marks[-1]
    assert 3 <= len(marks) <= 7
    (step,) = {after - before for before, after in pairwise(marks)}
    digits = Decimal(step.numerator) / Decimal(step.denominator)
    assert "".join(str(digit) for digit in digits.normalize().as_tuple().digits) in {"1", "2", "25", "5"}
    assert all(mark % step == 0 for mark in marks)


@given(numbers)
def test_what_is_never_negative_has_no_room_below_zero(value: Fraction) -> None:
    assert (round_marks(value, value)[0] >= 0) == (value >= 0)


@given(st.sampled_from(MEASURES), st.lists(st.tuples(st.integers(-40, 130), values), max_size=20), st.integers(-10, 120))
def test_points_go_forward_in_time_and_all_lie_on_the_picture(
    measure: Measure, said: list[tuple[int, Decimal]], today: int
) -> None:
    day = CYCLE.starts_on + timedelta(days=today)
    drawn = trend(measure, *(check_in("kr", CYCLE.starts_on + timedelta(days=days), value) for days, value in said), day=day)
    at = [point.at for point in drawn.points]
    assert at == sorted(set(at))
    assert all(0 <= point.at <= 1 and point.day <= max(day, CYCLE.starts_on) for point in drawn.line)
    if measure is not LICENCE:
        shown = [*(point.value for point in drawn.line), Fraction(measure.target)]
        assert all(0 <= drawn.axis.share(value) <= 1 for value in shown)


@given(st.lists(st.integers(0, 53), unique=True, max_size=8), st.randoms(use_true_random=False))
def test_the_order_in_which_check_ins_come_makes_no_difference(days: list[int], chance: object) -> None:
    said = [check_in("kr", CYCLE.starts_on + timedelta(days=number), str(number)) for number in days]
    assert trend(NPS, *said) == trend(NPS, *reversed(said))


def test_the_line_begins_at_the_baseline_and_is_expected_to_end_at_the_target() -> None:
    for measure in (NPS, WAIT):
        drawn = trend(measure, check_in("kr", date(2026, 10, 9), measure.target))
        assert drawn.expected is not None
        assert [(point.at, point.value) for point in drawn.expected] == [
            (Fraction(0), Fraction(measure.baseline or 0)),
            (Fraction(1), Fraction(measure.target)),
        ]
        assert drawn.start is not None
        assert drawn.line[0].value == measure.baseline


@pytest.mark.parametrize("measure", [UPTIME, BUGS, LICENCE, COUNTER])
def test_what_has_no_way_to_go_has_no_straight_line(measure: Measure) -> None:
    assert trend(measure).expected is None


def test_bounds_have_no_beginning_and_milestones_only_two_heights() -> None:
    assert trend(BUGS).start is None
    assert list(map(int, trend(LICENCE).axis.marks)) == [0, 1]


def test_what_is_counted_from_nothing_is_drawn_from_nothing() -> None:
    assert trend(COUNTER).axis.bottom == 0


def test_of_several_check_ins_on_a_day_the_newest_counts() -> None:
    drawn = trend(NPS, check_in("kr", DAY, "33", 8), check_in("kr", DAY, "34", 10))
    assert [point.value for point in drawn.points] == [34]
    assert drawn.share == Fraction(1, 5)


def test_what_was_said_before_the_cycle_stands_at_its_beginning_and_replaces_the_baseline() -> None:
    early = CYCLE.starts_on - timedelta(days=5)
    drawn = trend(NPS, check_in("kr", early, "35"))
    assert [(point.at, point.value) for point in drawn.points] == [(Fraction(0), Fraction(35))]
    assert drawn.start is None


def test_what_was_said_later_than_the_day_is_not_on_its_picture() -> None:
    assert trend(NPS, check_in("kr", DAY + timedelta(days=1), "40")).points == ()


def test_today_is_marked_only_within_the_cycle() -> None:
    assert trend(NPS).today == Fraction(53, 92)
    assert trend(NPS, day=CYCLE.ends_on + timedelta(days=1)).today is None
    assert trend(NPS, day=CYCLE.starts_on - timedelta(days=1)).today is None


@given(cycles)
def test_few_weeks_are_named_the_first_among_them(cycle: Cycle) -> None:
    marks = week_marks(cycle)
    assert marks[0] == 1
    assert len(marks) <= WEEK_MARKS
    assert marks[-1] <= cycle.weeks


@given(cycles, st.integers(-10, 900))
def test_weeks_end_in_order_and_never_in_the_future(cycle: Cycle, days: int) -> None:
    day = cycle.starts_on + timedelta(days=days)
    ends = week_ends(cycle, day)
    assert list(ends) == sorted(set(ends))
    assert all(cycle.starts_on <= one <= min(day, cycle.ends_on) for one in ends)
    assert bool(ends) == (days >= 0)


def test_a_team_is_the_mean_of_its_objectives_week_by_week() -> None:
    objectives = (objective("one", key_result("a")), objective("two", key_result("b", WAIT)))
    said = {
        KeyResultId("a"): [check_in("a", date(2026, 10, 9), "40"), check_in("a", date(2026, 11, 20), "50")],
        KeyResultId("b"): [check_in("b", date(2026, 10, 23), "7")],
    }
    drawn = trend_of_team("Marketing", objectives, said, CYCLE, DAY)
    assert [round(point.value) for point in drawn.points] == [0, 0, 25, 25, 50, 50, 50, 50, 75]
    assert drawn.share == Fraction(3, 4)
    assert list(map(int, drawn.axis.marks)) == [0, 25, 50, 75, 100]


def test_an_objective_counts_from_its_publication_on() -> None:
    objectives = (
        objective("one", key_result("a")),
        objective("late", key_result("b"), published=date(2026, 11, 23)),
    )
    said = {KeyResultId("a"): [check_in("a", date(2026, 10, 2), "50")]}
    drawn = trend_of_team("Marketing", objectives, said, CYCLE, DAY)
    assert [point.value for point in drawn.points][-2:] == [100, 50]


def test_a_team_nobody_can_measure_yet_has_no_points() -> None:
    objectives = (objective("one", key_result("a", COUNTER)),)
    assert trend_of_team("Marketing", objectives, {}, CYCLE, DAY).points == ()
    dead = replace(key_result("a"), is_dead=True)
    assert trend_of_team("Marketing", (objective("one", dead),), {}, CYCLE, DAY).points == ()


@given(st.lists(st.tuples(st.integers(0, 53), values), max_size=12))
def test_a_teams_progress_lies_between_nothing_and_everything(said: list[tuple[int, Decimal]]) -> None:
    spoken = sorted(
        (check_in("a", CYCLE.starts_on + timedelta(days=days), value) for days, value in said), key=lambda one: one.at
    )
    drawn = trend_of_team("T", (objective("one", key_result("a")),), {KeyResultId("a"): spoken}, CYCLE, DAY)
    assert all(0 <= point.value <= 100 for point in drawn.points)
