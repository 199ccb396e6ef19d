"""Who may post in DingTalk's name."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.dingtalk.verify import WINDOW, is_from_card, is_from_robot, make_card_secret
from tests.hands import MORNING
from tests.platforms.dingtalk_wire import CLIENT_SECRET, card_signature, signature

STAMP = str(int(MORNING.timestamp() * 1000))
SECOND = timedelta(seconds=1)


def test_a_signature_by_dingtalk_is_taken() -> None:
    assert is_from_robot([STAMP], [signature(CLIENT_SECRET, STAMP)], CLIENT_SECRET, MORNING)
    assert is_from_card([STAMP], [card_signature("s" * 43, STAMP)], "s" * 43, MORNING)


def test_neither_is_taken_for_the_other() -> None:
    assert not is_from_robot([STAMP], [card_signature(CLIENT_SECRET, STAMP)], CLIENT_SECRET, MORNING)
    assert not is_from_card([STAMP], [signature(CLIENT_SECRET, STAMP)], CLIENT_SECRET, MORNING)


@pytest.mark.parametrize(
    ("off", "is_fresh"), [(WINDOW - SECOND, True), (SECOND - WINDOW, True), (WINDOW + SECOND, False), (-WINDOW - SECOND, False)]
)
def test_it_is_fresh_for_five_minutes_either_way(off: timedelta, is_fresh: bool) -> None:
    assert is_from_robot([STAMP], [signature(CLIENT_SECRET, STAMP)], CLIENT_SECRET, MORNING + off) is is_fresh


@pytest.mark.parametrize("stamp", ["", "soon", "-1", "1e3", "９９", " " + STAMP, STAMP + "0" * 20, "\ud800", "0x10"])
def test_a_timestamp_that_is_none_is_refused_and_nothing_raised(stamp: str) -> None:
    assert not is_from_robot([stamp], ["x"], CLIENT_SECRET, MORNING)


@pytest.mark.parametrize(
    ("stamps", "signs"),
    [([], []), ([STAMP], []), ([], ["x"]), ([STAMP, STAMP], ["x"]), ([STAMP], ["x", "x"]), ([STAMP], ["é\0\ud800"])],
)
def test_both_headers_are_there_once(stamps: list[str], signs: list[str]) -> None:
    assert not is_from_robot(stamps, signs, CLIENT_SECRET, MORNING)


def test_an_empty_secret_proves_nothing() -> None:
    assert not is_from_robot([STAMP], [signature("", STAMP)], "", MORNING)
    assert not is_from_card([STAMP], [card_signature("", STAMP)], "", MORNING)


def test_the_secret_of_cards_is_the_same_at_every_start_and_for_no_two_apps() -> None:
    secret = make_card_secret(b"key", "one")
    assert secret == make_card_secret(b"key", "one")
    assert len({secret, make_card_secret(b"key", "two"), make_card_secret(b"other", "one")}) == 3
    assert len(secret) >= 43
