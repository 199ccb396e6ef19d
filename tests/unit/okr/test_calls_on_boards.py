"""Calls for help on boards as values, and what a team should talk about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.okr.board import TOPICS, Board, Sight, TopicKind, board_of_company, board_of_person, board_of_team, row_of, topics
from bot.okr.check_in import CheckIn, Confidence
from bot.okr.help_request import Decision, HelpRequest, HelpRequestId, HelpState
from bot.okr.objective import KeyResultId, Objective, ObjectiveId
from tests.unit.okr.test_board import AN, BRAND, JIE, LINH, MARKETING, MEI, NOW, PEOPLE, TEAMS, key_result, objective, said, sight


def call(key_result_id: str, days_ago: float, decision: Decision | None = None, decided_days_ago: float = 0) -> HelpRequest:
    return HelpRequest(
        HelpRequestId(f"{key_result_id}-{days_ago}"),
        KeyResultId(key_result_id),
        ObjectiveId("a"),
        AN.id,
        NOW - timedelta(days=days_ago),
        "help",
        (JIE.id,),
        None,
        HelpState.OPEN if decision is None else HelpState.ANSWERED,
        decision,
        None if decision is None else JIE.id,
        None if decision is None else NOW - timedelta(days=decided_days_ago),
    )


def seen(check_ins: Iterable[CheckIn], calls: Iterable[HelpRequest]) -> Sight:
    """What is known when these were said and called."""
    known = sight(*check_ins)
    found: dict[KeyResultId, tuple[HelpRequest, ...]] = {}
    for one in sorted(calls, key=lambda one: one.asked_at):
        found[one.key_result_id] = (*found.get(one.key_result_id, ()), one)
    return replace(known, evidence=replace(known.evidence, calls=found))


def board(objectives: Iterable[Objective], check_ins: Iterable[CheckIn] = (), calls: Iterable[HelpRequest] = ()) -> Board:
    return board_of_team(MARKETING, TEAMS, tuple(objectives), PEOPLE, seen(check_ins, calls), {})


def test_whoever_calls_for_help_is_not_doing_well_however_good_the_numbers() -> None:
    row = row_of(objective("a", AN), AN, seen([said("a-kr", 48, 1)], [call("a-kr", 2)]))
    assert row.call is not None
    assert not row.is_well


def test_of_several_calls_on_an_objective_its_row_shows_the_oldest() -> None:
    two = objective("a", AN, key_result("x"), key_result("y"))
    row = row_of(two, AN, seen([], [call("x", 1), call("y", 3)]))
    assert row.call is not None
    assert row.call.key_result_id == "y"


@pytest.mark.parametrize(("days", "is_shown"), [(0, True), (7, True), (7.01, False)])
def test_an_answer_is_shown_for_a_week(days: float, is_shown: bool) -> None:
    row = row_of(objective("a", AN), AN, seen([], [call("a-kr", 9, Decision.TALK, days)]))
    assert row.call is None
    assert (row.answered is not None) is is_shown


def test_of_several_answers_the_newest_counts() -> None:
    calls = [call("a-kr", 6, Decision.TALK, 5), call("a-kr", 4, Decision.ADD_RESOURCES, 1)]
    row = row_of(objective("a", AN), AN, seen([], calls))
    assert row.answered is not None
    assert row.answered.decision is Decision.ADD_RESOURCES


def test_a_call_that_was_taken_back_is_not_shown() -> None:
    withdrawn = replace(call("a-kr", 2), state=HelpState.WITHDRAWN)
    row = row_of(objective("a", AN), AN, seen([], [withdrawn]))
    assert (row.call, row.answered) == (None, None)


def test_a_call_on_a_key_result_that_was_given_up_is_over() -> None:
    one = objective("a", AN, replace(key_result("x"), is_dead=True), key_result("y"))
    assert board([one], calls=[call("x", 2)]).calls == ()


def test_a_board_lists_open_calls_oldest_first() -> None:
    found = board([objective("a", AN), objective("l", LINH)], calls=[call("a-kr", 1), call("l-kr", 4)]).calls
    assert [one.key_result.id for one in found] == ["l-kr", "a-kr"]
    assert [one.objective.id for one in found] == ["l", "a"]


def test_only_calls_of_the_boards_own_objectives_are_on_it() -> None:
    assert board([objective("a", AN), objective("m", MEI)], calls=[call("m-kr", 1)]).calls == ()


def test_a_persons_and_the_companys_board_count_calls_as_well() -> None:
    looking = seen([], [call("a-kr", 1)])
    assert len(board_of_person(AN, [objective("a", AN)], looking, {}).calls) == 1
    company = board_of_company(TEAMS, [objective("a", AN)], PEOPLE, looking, {})
    assert len(company.calls) == 1
    assert [summary.calls for summary in company.summaries] == [1, 0]


def test_a_team_talks_about_calls_then_drops_then_what_is_off_track_then_what_is_silent() -> None:
    objectives = [objective(name, AN) for name in ("silent", "off", "small", "drop", "cry")]
    check_ins = [
        said("silent-kr", 45, 15),
        said("off-kr", 45, 9),
        said("off-kr", 45, 1, Confidence.OFF_TRACK),
        said("small-kr", 46, 9),
        said("small-kr", 45.5, 1),  # type: ignore[arg-type] # a Decimal takes it as well
        said("drop-kr", 48, 9),
        said("drop-kr", 43, 1),
        said("cry-kr", 45, 1),
    ]
    seen_board = board(objectives, check_ins, [call("cry-kr", 2)])
    everything = topics(seen_board, 9)
    assert [(one.kind, one.row.objective.id) for one in everything] == [
        (TopicKind.CALL, "cry"),
        (TopicKind.DROP, "drop"),
        (TopicKind.OFF_TRACK, "off"),
        (TopicKind.STALE, "silent"),
    ]
    assert topics(seen_board) == everything[:TOPICS]


def test_the_bigger_drop_and_the_longer_silence_come_first() -> None:
    objectives = [objective(name, AN) for name in ("down", "deep", "quiet", "dumb")]
    check_ins = [
        *(said("down-kr", 48, 9), said("down-kr", 46, 1)),
        *(said("deep-kr", 48, 9), said("deep-kr", 42, 1)),
        *(said("quiet-kr", 48, 12), said("dumb-kr", 48, 30)),
    ]
    assert [one.row.objective.id for one in topics(board(objectives, check_ins), 9)] == ["deep", "down", "dumb", "quiet"]


def test_an_objective_is_talked_about_once() -> None:
    two = objective("a", AN, key_result("x"), key_result("y"))
    found = topics(board([two], [said("x", 31, 9, Confidence.OFF_TRACK)], [call("x", 3), call("y", 2)]))
    assert [(one.kind, one.call and one.call.key_result.id) for one in found] == [(TopicKind.CALL, "x")]


def test_teams_below_are_talked_about_too() -> None:
    assert BRAND.parent_id == MARKETING.id
    (found,) = topics(board([objective("l", LINH)], calls=[call("l-kr", 1)]))
    assert found.row.objective.id == "l"


def test_when_all_goes_well_there_is_nothing_to_talk_about() -> None:
    assert topics(board([objective("a", AN)], [said("a-kr", 48, 1)])) == ()
