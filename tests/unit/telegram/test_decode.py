"""Telegram's updates as events of ours. What real ones look like is in tests/recorded/telegram; here is what odd ones do."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.telegram.decode import Me, decode, move_of, number_of, press_of
from bot.chat.incoming import Arrived, Body, Texted
from bot.chat.richtext import clean
from tests.unit.chat.odd_texts import any_text

ME = Me(700100, "laban_test_bot")
AT = datetime(2026, 11, 24, 7, tzinfo=UTC)
RECORDED = Path(__file__).parents[2] / "recorded/telegram"
PRIVATE = {"id": 501, "type": "private"}
GROUP = {"id": -4001, "type": "group"}


def said(text: object, chat: dict[str, Any] = PRIVATE, **more: Any) -> dict[str, Any]:
    sender = {"id": 501, "is_bot": False, "first_name": "An"}
    return {"update_id": 7, "message": {"message_id": 1, "from": sender, "chat": chat, "date": 1, "text": text, **more}}


def body_of(update: dict[str, Any]) -> Body | None:
    incoming = decode(update, ME, AT)
    return incoming.body if incoming else None


def mention(offset: int, length: int, **more: Any) -> list[dict[str, Any]]:
    return [{"type": "mention", "offset": offset, "length": length, **more}]


# --- arriving ---


@pytest.mark.parametrize(
    ("text", "invite"),
    [
        ("/start", ""),
        ("/START", ""),
        ("/start@laban_test_bot", ""),
        ("/start abc-def", "abc-def"),
        ("/start   abc \n", "abc"),
        (" /start abc", "abc"),
        ("/start " + "x" * 500, "x" * 64),
        ("/start \u202eabc\0", "abc"),
    ],
)
def test_starting_is_arriving_with_the_code_a_link_carried(text: str, invite: str) -> None:
    assert body_of(said(text)) == Arrived(invite)


@pytest.mark.parametrize("text", ["/starter", "start", "/ start", "please /start", "/start\u200bx"])
def test_what_only_resembles_starting_is_something_said(text: str) -> None:
    assert isinstance(body_of(said(text)), Texted)


# --- groups ---


@pytest.mark.parametrize(
    ("text", "marks", "expected"),
    [
        ("/status@laban_test_bot", [], "/status"),
        ("/status@LABAN_TEST_BOT team A", [], "/status team A"),
        ("/status", [], "/status"),
        ("/here Marketing", [], "/here Marketing"),
        ("/status@laban_test_bot2", [], None),
        ("/status@other_bot", [], None),
        ("@laban_test_bot status", mention(0, 15), "status"),
        ("hi @laban_test_bot, status", mention(3, 15), "hi , status"),
        ("🚀🚀 @laban_test_bot status", mention(5, 15), "🚀🚀  status"),
        ("@laban_test_bot", mention(0, 15), None),
        ("@laban_test_bot status", [], None),
        ("@an_pham status", mention(0, 8), None),
        ("Laban, status", mention(0, 5, type="text_mention", user={"id": 700100}), ", status"),
        ("An, status", mention(0, 2, type="text_mention", user={"id": 501}), None),
        ("status", [], None),
        ("what about /status", [], None),
        ("@laban_test_bot x", "nonsense", None),
        ("@laban_test_bot x", [{"type": "mention", "offset": -3, "length": 10**9}], None),
        ("@laban_test_bot x", [{"type": "mention"}, 7, None], None),
    ],
)
def test_in_a_group_only_what_is_said_to_us_is_heard(text: str, marks: Any, expected: str | None) -> None:
    assert body_of(said(text, GROUP, entities=marks)) == (Texted(expected) if expected else None)


def test_a_start_in_a_group_does_not_open_a_private_talk() -> None:
    assert body_of(said("/start abc", GROUP)) == Texted("/start abc")


def test_a_group_is_no_private_place_and_keeps_its_own_id() -> None:
    incoming = decode(said("/help", GROUP), ME, AT)
    assert incoming is not None
    assert (incoming.place.chat_id, incoming.place.is_private, incoming.sender.user_id) == ("-4001", False, "501")


def test_before_we_know_our_name_nobody_can_mention_us() -> None:
    assert decode(said("@ status", GROUP, entities=mention(0, 1)), Me(700100, ""), AT) is None


# --- what cannot be read ---


@pytest.mark.parametrize(
    "data", ["", "x" * 65, "é" * 33, "\ud800", "a\0b", " d.home.", "d.home.\u200b", None, 7, ["d.home."]], ids=ascii
)
def test_a_button_that_cannot_be_ours_means_nothing_but_is_answered(data: object) -> None:
    sender = {"id": 501, "is_bot": False}
    query = {"id": "p1", "from": sender, "message": {"chat": PRIVATE}, "data": data}
    update = {"update_id": 7, "callback_query": query}
    assert decode(update, ME, AT) is None
    assert press_of(update) == "p1"


@pytest.mark.parametrize("date", [0, -5, 10**30, "yesterday", None, 1.5])
def test_an_impossible_date_is_now(date: object) -> None:
    incoming = decode(said("hello", date=date), ME, AT)
    assert incoming is not None
    assert incoming.sent_at == AT


def test_events_of_two_bots_never_have_the_same_id() -> None:
    first, second = decode(said("hello"), ME, AT), decode(said("hello"), Me(700200, "other"), AT)
    assert first is not None
    assert second is not None
    assert first.event_id != second.event_id


@pytest.mark.parametrize("language", ["", None, 7, "vi\nX", "x" * 50, "\u202evi", "-"])
def test_a_language_that_is_none_is_left_out(language: object) -> None:
    update = said("hello")
    update["message"]["from"]["language_code"] = language
    incoming = decode(update, ME, AT)
    assert incoming is not None
    assert incoming.sender.language == ""


@given(any_text)
def test_whatever_is_typed_comes_in_clean_or_not_at_all(text: str) -> None:
    match body_of(said(text)):
        case Texted(heard):
            assert heard == clean(heard)
            assert heard
        case Arrived(invite):
            assert invite == clean(invite)
        case other:
            assert other is None
            assert not clean(text)


@given(any_text, any_text)
def test_whatever_people_call_themselves_is_clean_and_short(first: str, last: str) -> None:
    update = said("hello")
    update["message"]["from"] |= {"first_name": first, "last_name": last}
    incoming = decode(update, ME, AT)
    assert incoming is not None
    assert incoming.sender.name == clean(incoming.sender.name)
    assert len(incoming.sender.name) <= 80


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
REAL = [json.loads(path.read_text())["update"] for path in sorted(RECORDED.glob("*.json"))]


@given(st.data())
def test_an_update_with_anything_in_it_changed_never_raises(data: st.DataObject) -> None:
    update = json.loads(json.dumps(data.draw(st.sampled_from(REAL))))
    holder: Any = update
    for _ in range(data.draw(st.integers(0, 4))):
        inner = [one for one in (holder.values() if isinstance(holder, dict) else holder) if isinstance(one, dict | list) and one]
        holder = data.draw(st.sampled_from(inner)) if inner else holder
    key = data.draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
    holder[key] = data.draw(JSON)
    for read in (lambda one: decode(one, ME, AT), press_of, move_of, number_of):
        read(update)


@given(JSON)
def test_what_is_no_update_at_all_has_no_number(data: object) -> None:
    assert number_of(data) is None


# --- groups that move ---


def test_a_move_is_told_by_the_old_chat_and_by_the_new_one() -> None:
    told = {path.stem: move_of(json.loads(path.read_text())["update"]) for path in RECORDED.glob("*group*.json")}
    moves = {name: move for name, move in told.items() if move}
    here = ("-4001002003", "-1002003004005")
    assert moves == {"group-becomes-a-supergroup": here, "supergroup-was-a-group": here}
