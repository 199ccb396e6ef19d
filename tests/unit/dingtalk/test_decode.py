"""What DingTalk tells a robot, however odd: read or passed over, never an error."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.dingtalk.decode import decode, decode_press
from bot.chat.incoming import Arrived, Texted
from tests.hands import MORNING
from tests.unit.dingtalk.test_callback import MESSAGE, PRESS

any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*MESSAGE, "content", "isInAtList"]), any_json))
def test_whatever_stands_in_a_message_nothing_is_raised(odd: dict[str, Any]) -> None:
    incoming = decode({**MESSAGE, **odd}, MORNING)
    assert incoming is None or incoming.sent_at.tzinfo is not None


@given(st.dictionaries(st.sampled_from([*PRESS, "spaceId", "spaceType"]), any_json), st.text(max_size=8))
def test_whatever_stands_in_a_press_nothing_is_raised(odd: dict[str, Any], push_id: str) -> None:
    decode_press({**PRESS, **odd}, push_id, MORNING)


def test_a_private_chat_is_the_person() -> None:
    incoming = decode(MESSAGE, MORNING)
    assert incoming is not None
    assert (incoming.place.chat_id, incoming.place.is_private) == ("staff-an", True)
    assert incoming.event_id == "ding1:msg1"
    assert incoming.sent_at == datetime.fromtimestamp(1772442000, UTC)


def test_who_has_said_nothing_yet_is_greeted_in_chinese() -> None:
    incoming = decode(MESSAGE, MORNING)
    assert incoming is not None
    assert incoming.sender.language == "zh"


@pytest.mark.parametrize("moment", [0, -1, 10**30, "soon", None, float("nan")])
def test_a_moment_that_is_none_is_now(moment: Any) -> None:
    incoming = decode({**MESSAGE, "createAt": moment}, MORNING)
    assert incoming is not None
    assert incoming.sent_at == MORNING


@pytest.mark.parametrize(
    ("text", "body"), [("/start", Arrived()), ("/START  abcd", Arrived("abcd")), ("/started", Texted("/started"))]
)
def test_an_arrival_is_a_command_of_its_own(text: str, body: object) -> None:
    incoming = decode({**MESSAGE, "text": {"content": text}}, MORNING)
    assert incoming is not None
    assert incoming.body == body


@pytest.mark.parametrize(
    "odd", [{"senderStaffId": ""}, {"msgId": "x" * 300}, {"senderStaffId": "a\nb"}, {"conversationType": "3"}]
)
def test_what_cannot_be_named_is_passed_over(odd: dict[str, Any]) -> None:
    assert decode({**MESSAGE, **odd}, MORNING) is None
