"""What people write, made safe: nothing invisible stays, nothing in an answer can be opened by accident."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.anon.port import No, Refused
from bot.anon.words import SIZE_CLASS, defang, pad, tidy, unpad


def test_zero_width_and_bidi_characters_go() -> None:
    assert tidy("the\u200b \u202edead\u202cline\u2066 slips\u2069\ufeff") == "the deadline slips"


@pytest.mark.parametrize("text", ["", "  \n ", "\u200b\u2060", "\u202e"])
def test_nothing_visible_is_nothing(text: str) -> None:
    assert tidy(text) == Refused(No.EMPTY)


@pytest.mark.parametrize("text", ["x" * 1001, "x" * 10_000, "x" * 60_000, "长" * 1001])
def test_more_than_a_thousand_characters_are_refused_not_cut(text: str) -> None:
    assert tidy(text) == Refused(No.TOO_LONG, {"limit": 1000})


@given(st.text(min_size=1, max_size=1000))
def test_what_is_kept_fits_the_size_class(text: str) -> None:
    tidied = tidy(text)
    assert isinstance(tidied, Refused) or len(pad(tidied.encode())) == SIZE_CLASS


@given(st.binary(max_size=200))
def test_padding_can_be_taken_off(data: bytes) -> None:
    assert unpad(pad(data, 256)) == data


@pytest.mark.parametrize(
    "planted, inert",
    [
        ("see https://evil.example/only-you", "see hxxps[:]//evil[.]example/only-you"),
        ("http://10.0.0.1/x", "hxxp[:]//10.0.0.1/x"),
        ("![chart](https://evil.example/p.png)", "chart (hxxps[:]//evil[.]example/p[.]png)"),
        ("www.evil.example", "www[.]evil[.]example"),
        ("ask @minh or ＠linh", "ask (at)minh or (at)linh"),
        ("<a href=tg://user?id=1>x</a>", "‹a href=tg[:]//user?id=1>x‹/a>"),
        ("<!channel> <@U123>", "‹!channel> ‹(at)U123>"),
        ("mailto:a@b.example", "mailto[:]a(at)b[.]example"),
    ],
)
def test_an_answer_holds_nothing_to_open(planted: str, inert: str) -> None:
    assert defang(planted) == inert


@pytest.mark.parametrize(
    "text",
    ["Thanks. We start on Monday.", "3.5 % by Friday", "Cảm ơn bạn, tôi sẽ xem lại.", "谢谢。明天上午 10:30 见。", "5 < 6"],
)
def test_ordinary_words_stay_as_they_are(text: str) -> None:
    assert defang(text) == text
