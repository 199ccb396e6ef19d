"""What a page posts becomes what the bot hears; what no page of ours posts is refused."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.webchat import decode
from adapters.webchat.decode import Heard, OddPostError, Posted
from adapters.webchat.visitors import Visitor
from bot.chat.incoming import TEXT_LIMIT, Arrived, Picked, Submitted, Texted, from_json, to_json
from bot.chat.message import Choices, Entry, Form, FormField, Message, Option
from bot.ports import Line
from tests.hands import MORNING

AN = Visitor("an", "Trần An", "Hải Đăng/Marketing", "member", "vi")
HIDDEN = {"csrf": "c", "event_id": "abcdefgh"}
FORM = Form(
    (
        FormField("nps/value", "Hôm nay là bao nhiêu?"),
        FormField("nps/confidence", "Chắc không?", Entry.CHOICE, options=(Option("Đúng hướng", "a.s.1.on"),)),
    ),
    "a.s.1.~submit",
    "Gửi",
)
TICKS = Choices((Option("Một", "a.s.2.one"), Option("Hai", "a.s.2.two"), Option("Ba", "a.s.2.three")), many=True)
SHOWN = (
    Line("l1", 1, MORNING, message=Message((FORM,))),
    Line("l2", 2, MORNING, said="x"),
    Line("l3", 3, MORNING, message=Message((TICKS,))),
)


def posted(picks: tuple[str, ...] = (), **fields: str) -> Posted:
    """A post with its hidden fields."""
    return Posted({**HIDDEN, **fields}, picks)


def test_a_typed_line_is_heard_and_shown() -> None:
    heard = decode.said(AN, posted(text="  Khách hàng yêu chúng ta\r\nthật sự "), MORNING)
    assert heard is not None
    assert heard.incoming.body == Texted("Khách hàng yêu chúng ta\nthật sự")
    assert heard.said == "Khách hàng yêu chúng ta\nthật sự"
    assert (heard.incoming.sender.user_id, heard.incoming.sender.name, heard.incoming.sender.language) == ("an", "Trần An", "vi")
    assert heard.incoming.place.chat_id == "an"
    assert heard.incoming.place.is_private
    assert from_json(to_json(heard.incoming)) == heard.incoming


@pytest.mark.parametrize("text", ["", "   \n ", "\0\0", "\u202e\u200b"])
def test_a_line_nobody_can_read_is_not_heard(text: str) -> None:
    assert decode.said(AN, posted(text=text), MORNING) is None


def test_control_and_direction_characters_are_taken_out() -> None:
    heard = decode.said(AN, posted(text="a\0b\u202ec👩\u200d🚀"), MORNING)
    assert heard is not None
    assert heard.said == "abc👩\u200d🚀"


def test_a_very_long_line_is_cut_at_the_border() -> None:
    heard = decode.said(AN, posted(text="x" * 70_000), MORNING)
    assert heard is not None
    assert len(heard.said) == TEXT_LIMIT


def test_a_button_is_heard_by_its_token_and_shown_by_its_label() -> None:
    heard = decode.pressed(AN, posted(token="a.s.4.use", label="Dùng câu này"), MORNING)
    assert heard.incoming.body == Picked("a.s.4.use")
    assert heard.said == "Dùng câu này"


def test_an_arrival_happens_once_for_each_visitor() -> None:
    first = decode.arrived(AN, posted(event_id="11111111"), MORNING)
    second = decode.arrived(AN, posted(event_id="22222222", invite="CODE"), MORNING)
    assert first.incoming.body == Arrived()
    assert second.incoming.body == Arrived("CODE")
    assert first.incoming.event_id == second.incoming.event_id
    assert first.said == ""


def test_the_same_event_id_of_two_visitors_is_two_events() -> None:
    mine = decode.said(AN, posted(text="x"), MORNING)
    yours = decode.said(Visitor("mei"), posted(text="x"), MORNING)
    assert mine is not None
    assert yours is not None
    assert mine.incoming.event_id != yours.incoming.event_id


def test_a_form_is_heard_by_keys_and_shown_by_labels() -> None:
    fields = {"value.nps/value": "38", "value.nps/confidence": "a.s.1.on"}
    heard = decode.submitted(AN, posted((), token="a.s.1.~submit", **fields), MORNING, SHOWN)
    assert heard.incoming.body == Submitted("a.s.1.~submit", {"nps/value": "38", "nps/confidence": "a.s.1.on"})
    assert heard.said == "Hôm nay là bao nhiêu?: 38\nChắc không?: Đúng hướng"


def test_a_form_that_is_no_longer_shown_is_passed_on_all_the_same() -> None:
    heard = decode.submitted(AN, posted((), token="a.old.1.~submit", **{"value.x": "38"}), MORNING, SHOWN)
    assert heard.incoming.body == Submitted("a.old.1.~submit", {"x": "38"})
    assert heard.said == "38"


def test_ticked_options_are_heard_by_their_numbers_and_shown_by_their_labels() -> None:
    heard = decode.ticked(AN, posted(picks=("a.s.2.three", "a.s.2.one")), MORNING, SHOWN)
    assert heard is not None
    assert heard.incoming.body == Texted("1, 3")
    assert heard.said == "Một, Ba"


@pytest.mark.parametrize("picks", [(), ("a.s.9.gone",), ("a.s.2.one", "a.s.9.gone")])
def test_nothing_is_heard_when_nothing_was_ticked_or_the_list_is_gone(picks: tuple[str, ...]) -> None:
    assert decode.ticked(AN, posted(picks=picks), MORNING, SHOWN) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"text",
        b"csrf=c&event_id=abcdefgh&text=a&text=b",
        b"csrf=c&csrf=c&event_id=abcdefgh",
        b"csrf=c&event_id=abcdefgh&pick=a&pick=a",
        b"event_id=abcdefgh&text=a",
        b"csrf=c&text=a",
        b"csrf=c&event_id=short",
        b"csrf=c&event_id=has+space+in+it",
        b"csrf=c&event_id=" + b"x" * 65,
        b"csrf=c&event_id=abcdefgh%0A",
        b"csrf=c&event_id=abcdefgh&text=%ff%fe",
        b"csrf=c&event_id=abcdefgh&text=%ed%a0%80",
        "csrf=c&event_id=abcdefgh&text=à".encode(),
        b'{"csrf": "c", "event_id": "abcdefgh"}',
        b"&".join(b"f%d=1" % number for number in range(100)),
    ],
)
def test_a_body_no_page_of_ours_sends_is_refused(body: bytes) -> None:
    with pytest.raises(OddPostError):
        decode.read_post(body)


def test_a_body_as_browsers_send_it_is_read() -> None:
    post = decode.read_post(urlencode({**HIDDEN, "text": "Chào & <b> + 你好", "pick": "one"}).encode() + b"&pick=two")
    assert post.fields["text"] == "Chào & <b> + 你好"
    assert post.picks == ("one", "two")


@pytest.mark.parametrize(
    "fields", [{}, {"text": "a", "is_admin": "1"}, {"text": "a", "token": "t"}, {"text": "a", "value.x": "1"}, {"Text": "a"}]
)
def test_a_line_with_missing_or_unknown_fields_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(OddPostError):
        decode.said(AN, posted((), **fields), MORNING)


@pytest.mark.parametrize("token", ["", "x" * 65, "ă" * 40, "a\0b", " a", "a\u202eb"])
def test_what_cannot_be_a_token_is_refused(token: str) -> None:
    with pytest.raises(OddPostError):
        decode.pressed(AN, posted(token=token, label="x"), MORNING)


@pytest.mark.parametrize("name", ["value.", "value.other", "value." + "x" * 201, "value.a\0", "role", "nps/value"])
def test_a_field_the_form_does_not_have_is_refused(name: str) -> None:
    with pytest.raises(OddPostError):
        decode.submitted(AN, posted((), token="a.s.1.~submit", **{name: "1"}), MORNING, SHOWN)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(OddPostError):
        assert decode.read_post(body).event_id


@given(
    st.dictionaries(st.text(max_size=20), st.text(max_size=50), max_size=5),
    st.sampled_from(["said", "pressed", "submitted", "ticked", "arrived"]),
)
def test_any_fields_are_heard_or_refused(fields: dict[str, str], action: str) -> None:
    post = posted((), **fields)
    readers: dict[str, Callable[[], Heard | None]] = {
        "said": lambda: decode.said(AN, post, MORNING),
        "pressed": lambda: decode.pressed(AN, post, MORNING),
        "submitted": lambda: decode.submitted(AN, post, MORNING, SHOWN),
        "ticked": lambda: decode.ticked(AN, post, MORNING, SHOWN),
        "arrived": lambda: decode.arrived(AN, post, MORNING),
    }
    try:
        heard = readers[action]()
    except OddPostError:
        return
    assert heard is None or from_json(to_json(heard.incoming)) == heard.incoming
