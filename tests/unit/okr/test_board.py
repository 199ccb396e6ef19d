"""Boards as values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.okr.board import (
    Evidence,
    Sight,
    below,
    board_of_company,
    board_of_person,
    board_of_team,
    change_of,
    row_of,
    titles_by_id,
    worst,
)
from bot.okr.check_in import CheckIn, Confidence
from bot.okr.cycle import Cycle, CycleId
from bot.okr.measure import Direction, Measure
from bot.okr.objective import Ambition, KeyResult, KeyResultId, Objective, ObjectiveId, ObjectiveState, ServedKind, Serves
from bot.okr.people import Person, PersonId, Role, Team, TeamId
from bot.okr.progress import Staleness, Standing

CYCLE = Cycle(CycleId("2026-Q4"), "2026-Q4", date(2026, 10, 1), date(2026, 12, 31))
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TODAY = NOW.date()
LONG_AGO = datetime(2026, 10, 2, 9, tzinfo=UTC)
NPS = Measure("NPS", Decimal(50), Decimal(30))

COMPANY = Team(TeamId("co"), "Co", "Co", None, PersonId("mei"))
MARKETING = Team(TeamId("ma"), "Marketing", "Co/Marketing", COMPANY.id, PersonId("jie"))
BRAND = Team(TeamId("br"), "Brand", "Co/Marketing/Brand", MARKETING.id, PersonId("linh"))
SALES = Team(TeamId("sa"), "Sales", "Co/Sales", COMPANY.id)
TEAMS = (COMPANY, MARKETING, BRAND, SALES)

MEI = Person(PersonId("mei"), "Mei", None, COMPANY.id, Role.MANAGER)
JIE = Person(PersonId("jie"), "Jie", None, MARKETING.id, Role.MANAGER)
AN = Person(PersonId("an"), "An", None, MARKETING.id)
LINH = Person(PersonId("linh"), "Linh", None, BRAND.id)
PEOPLE = {person.id: person for person in (MEI, JIE, AN, LINH)}


def key_result(name: str, measure: Measure = NPS) -> KeyResult:
    return KeyResult(KeyResultId(name), f"{name}!", measure)


def objective(
    name: str, owner: Person, *key_results: KeyResult, published_at: datetime = LONG_AGO, serves: str = ""
) -> Objective:
    return Objective(
        ObjectiveId(name),
        owner.id,
        owner.team_id,
        CYCLE.id,
        f"{name}.",
        "",
        Ambition.COMMITTED,
        ObjectiveState.PUBLISHED,
        published_at,
        key_results or (key_result(f"{name}-kr"),),
        Serves(ServedKind.OBJECTIVE, serves) if serves else None,
        published_at,
    )


def said(name: str, value: int, days_ago: float, confidence: Confidence = Confidence.ON_TRACK) -> CheckIn:
    at = NOW - timedelta(days=days_ago)
    return CheckIn(f"{name}-{days_ago}", KeyResultId(name), AN.id, at, Decimal(value), confidence)


def sight(*check_ins: CheckIn) -> Sight:
    """What is known when these were said."""
    ordered = sorted(check_ins, key=lambda one: one.at)
    every: dict[KeyResultId, tuple[CheckIn, ...]] = {}
    for one in ordered:
        every[one.key_result_id] = (*every.get(one.key_result_id, ()), one)
    week_ago = NOW - timedelta(days=7)
    evidence = Evidence(
        {one.key_result_id: one for one in ordered}, {one.key_result_id: one for one in ordered if one.at < week_ago}, every
    )
    return Sight(CYCLE, TODAY, NOW, evidence)


def ids(rows: Iterable[object]) -> list[str]:
    return [row.objective.id for row in rows]  # type: ignore[attr-defined] # rows only


def test_a_row_says_how_far_and_how_much_since_last_week() -> None:
    row = row_of(objective("a", AN), AN, sight(said("a-kr", 36, 8), said("a-kr", 40, 1)))
    assert row.progress == Fraction(1, 2)
    assert row.change == 20
    assert row.standing is Standing.ON_TRACK
    assert row.is_well


def test_a_week_without_a_word_has_changed_nothing() -> None:
    assert row_of(objective("a", AN), AN, sight(said("a-kr", 40, 9))).change == 0


def test_the_first_word_is_compared_with_the_baseline() -> None:
    assert row_of(objective("a", AN), AN, sight(said("a-kr", 35, 1))).change == 25


def test_what_was_published_this_week_has_no_change_and_is_not_called_behind() -> None:
    row = row_of(objective("a", AN, published_at=NOW - timedelta(hours=1)), AN, sight())
    assert row.progress == 0
    assert row.change is None
    assert row.standing is None
    assert row.is_new
    assert row.is_well


def test_what_was_published_this_week_is_compared_once_somebody_has_spoken() -> None:
    row = row_of(objective("a", AN, published_at=NOW - timedelta(days=2)), AN, sight(said("a-kr", 31, 1)))
    assert row.standing is Standing.OFF_TRACK


def test_a_key_result_measured_for_the_first_time_does_not_fake_a_change() -> None:
    counter = key_result("counter", Measure("sign-ups", Decimal(100)))
    both = objective("a", AN, key_result("nps"), counter)
    row = row_of(both, AN, sight(said("nps", 40, 9), said("counter", 90, 1)))
    assert row.progress == Fraction(7, 10)
    assert row.change == 0


def test_unmeasured_is_not_nothing() -> None:
    row = row_of(objective("a", AN, key_result("counter", Measure("sign-ups", Decimal(100)))), AN, sight())
    assert (row.progress, row.standing) == (None, None)


def test_a_milestone_is_not_behind_before_the_end() -> None:
    licence = key_result("licence", Measure("licence", Decimal(1), Decimal(0), "", Direction.MILESTONE))
    alone = row_of(objective("a", AN, licence), AN, sight(said("licence", 0, 2)))
    assert alone.progress == alone.expected == 0
    assert alone.standing is Standing.ON_TRACK
    beside = row_of(objective("a", AN, licence, key_result("nps")), AN, sight(said("licence", 0, 2), said("nps", 31, 2)))
    assert beside.expected == CYCLE.elapsed(TODAY) / 2
    assert beside.standing is Standing.OFF_TRACK


def test_dead_key_results_are_left_out() -> None:
    dead = replace(key_result("dead"), is_dead=True)
    row = row_of(
        objective("a", AN, key_result("nps"), dead), AN, sight(said("nps", 50, 1), said("dead", 30, 1, Confidence.OFF_TRACK))
    )
    assert row.progress == 1
    assert row.confidence is Confidence.ON_TRACK


def test_a_bound_to_keep_counts_all_check_ins() -> None:
    uptime = key_result("up", Measure("uptime", Decimal(99), None, "%", Direction.KEEP_ABOVE))
    row = row_of(
        objective("a", AN, uptime), AN, sight(said("up", 98, 20), said("up", 99, 10), said("up", 99, 3), said("up", 99, 1))
    )
    assert row.progress == Fraction(3, 4)
    assert row.change == 25


def test_a_row_wears_the_worst_confidence() -> None:
    both = objective("a", AN, key_result("one"), key_result("two"))
    row = row_of(both, AN, sight(said("one", 50, 1), said("two", 50, 1, Confidence.AT_RISK)))
    assert row.confidence is Confidence.AT_RISK
    assert not row.is_well


@given(st.lists(st.sampled_from(Confidence)))
def test_nobody_sounds_surer_than_the_least_sure(confidences: list[Confidence]) -> None:
    order = [Confidence.OFF_TRACK, Confidence.AT_RISK, Confidence.ON_TRACK]
    assert worst(confidences) == (min(confidences, key=order.index) if confidences else None)


def test_one_fresh_key_result_keeps_the_objective_fresh() -> None:
    both = objective("a", AN, key_result("one"), key_result("two"))
    assert row_of(both, AN, sight(said("one", 31, 30), said("two", 31, 2))).staleness is Staleness.FRESH
    assert row_of(both, AN, sight(said("one", 31, 30), said("two", 31, 12))).staleness is Staleness.AMBER
    assert row_of(both, AN, sight()).staleness is Staleness.RED


shares = st.none() | st.fractions(min_value=-1, max_value=2, max_denominator=100)


@given(st.lists(st.tuples(shares, shares), max_size=6))
def test_a_change_is_at_most_the_whole_bar_and_turns_round_with_time(
    pairs: list[tuple[Fraction | None, Fraction | None]],
) -> None:
    change = change_of(pairs)
    back = change_of([(then, now) for now, then in pairs])
    if change is None:
        assert back is None
    else:
        assert -100 <= change <= 100
        assert back == -change


def test_a_team_shows_itself_then_the_teams_below_each_leader_first() -> None:
    objectives = (objective("an1", AN), objective("linh1", LINH), objective("jie1", JIE), objective("mei1", MEI))
    board = board_of_team(MARKETING, TEAMS, objectives, PEOPLE, sight(), {})
    assert [section.team for section in board.sections] == [MARKETING, BRAND]
    assert ids(board.sections[0].rows) == ["jie1", "an1"]
    assert [row.is_leader for row in board.sections[0].rows] == [True, False]
    assert ids(board.sections[1].rows) == ["linh1"]
    assert board.objectives == 3


def test_rows_keep_their_order_whatever_their_progress() -> None:
    objectives = (objective("first", AN), objective("second", AN), objective("third", AN))
    board = board_of_team(MARKETING, TEAMS, objectives, PEOPLE, sight(said("third-kr", 50, 1), said("first-kr", 30, 1)), {})
    assert ids(board.sections[0].rows) == ["first", "second", "third"]


def test_the_company_shows_its_own_objectives_and_a_bar_for_each_team_below() -> None:
    objectives = (objective("mei1", MEI), objective("an1", AN), objective("linh1", LINH))
    board = board_of_company(TEAMS, objectives, PEOPLE, sight(said("an1-kr", 50, 1), said("linh1-kr", 40, 9)), {})
    assert ids(board.sections[0].rows) == ["mei1"]
    marketing, sales = board.summaries
    assert (marketing.team, marketing.objectives, marketing.progress, marketing.change) == (MARKETING, 2, Fraction(3, 4), 50)
    assert (marketing.concerns, marketing.quiet) == (0, 0)
    assert (sales.team, sales.objectives, sales.progress) == (SALES, 0, None)


def test_several_teams_at_the_top_each_get_a_bar() -> None:
    apart = tuple(replace(team, parent_id=None) for team in (MARKETING, SALES))
    board = board_of_company(apart, (objective("an1", AN),), PEOPLE, sight(), {})
    assert board.sections == ()
    assert [summary.team.name for summary in board.summaries] == ["Marketing", "Sales"]


def test_a_ring_of_teams_ends() -> None:
    ring = (replace(MARKETING, parent_id=BRAND.id), BRAND)
    assert below(ring[0], ring) == (BRAND,)


def test_those_not_heard_of_this_week_are_named_leaders_first() -> None:
    objectives = (objective("an1", AN), objective("linh1", LINH), objective("jie1", JIE))
    board = board_of_team(MARKETING, TEAMS, objectives, PEOPLE, sight(said("linh1-kr", 31, 2), said("an1-kr", 31, 8)), {})
    assert [person.name for person in board.silent] == ["Jie", "An"]
    assert (board.answered, board.due) == (1, 3)


def test_whoever_has_answered_for_one_key_result_is_not_called_silent() -> None:
    both = objective("an1", AN, key_result("one"), key_result("two"))
    board = board_of_team(MARKETING, TEAMS, (both,), PEOPLE, sight(said("one", 31, 2)), {})
    assert board.silent == ()
    assert (board.answered, board.due) == (1, 2)


def test_whoever_is_away_is_not_called_silent() -> None:
    people = {**PEOPLE, AN.id: replace(AN, away_until=TODAY)}
    board = board_of_team(MARKETING, TEAMS, (objective("an1", AN),), people, sight(), {})
    assert board.silent == ()
    assert [person.name for person in board.away] == ["An"]


def test_whoever_has_come_back_counts_again() -> None:
    people = {**PEOPLE, AN.id: replace(AN, away_until=TODAY - timedelta(days=1))}
    board = board_of_team(MARKETING, TEAMS, (objective("an1", AN),), people, sight(), {})
    assert [person.name for person in board.silent] == ["An"]
    assert board.away == ()


def test_whoever_has_left_is_not_waited_for() -> None:
    people = {**PEOPLE, AN.id: replace(AN, left_at=NOW)}
    assert board_of_team(MARKETING, TEAMS, (objective("an1", AN),), people, sight(), {}).silent == ()


def test_what_was_published_this_week_is_not_due_yet() -> None:
    board = board_of_team(MARKETING, TEAMS, (objective("an1", AN, published_at=NOW - timedelta(days=1)),), PEOPLE, sight(), {})
    assert (board.due, board.silent) == (0, ())


def test_an_owner_nobody_knows_any_more_breaks_nothing() -> None:
    board = board_of_team(MARKETING, TEAMS, (objective("an1", AN),), {}, sight(), {})
    assert board.sections[0].rows[0].owner is None
    assert board.silent == ()


@pytest.mark.parametrize("serves", ["mei1", "elsewhere"])
def test_a_row_names_what_it_serves_where_that_is_known(serves: str) -> None:
    top = objective("mei1", MEI)
    board = board_of_person(AN, (objective("an1", AN, serves=serves),), sight(), titles_by_id((top,)))
    assert board.sections[0].rows[0].serves == ("mei1." if serves == "mei1" else "")
