"""Buttons carry tokens, and tokens come back from outside."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.tokens import LIMIT, Answer, Deed, TokenError, read, write
from tests.unit.chat.odd_texts import any_text

ids = st.text(st.characters(min_codepoint=0x30, max_codepoint=0x7A), min_size=1, max_size=20)
options = st.text(st.characters(min_codepoint=0x20, exclude_categories=["Cs"]), max_size=8)


@given(st.one_of(st.builds(Answer, ids, st.integers(0, 10**6), options), st.builds(Deed, ids, options)))
def test_a_token_reads_back_as_it_was_written(token: Answer | Deed) -> None:
    written = write(token)
    assert read(written) == token
    assert len(written.encode()) <= LIMIT


@given(st.one_of(any_text, any_text.map("a.s.1.".__add__), any_text.map("d.home.".__add__)))
def test_anything_from_outside_is_a_token_or_refused(text: str) -> None:
    try:
        token = read(text)
    except TokenError:
        return
    assert write(token)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a.",
        "a.s",
        "a.s.1",
        "a..1.x",
        "a.s.x.y",
        "a.s.-1.y",
        "a.s.١.y",
        "a.s.².y",
        "d.home",
        "d..x",
        "b.s.1.x",
        "A.s.1.x",
    ],
)
def test_what_is_none_of_ours_is_refused(text: str) -> None:
    with pytest.raises(TokenError):
        read(text)


@pytest.mark.parametrize("text", ["d.team.\x00", "d.team.a\nb", "d.team.\ud800", "d.team." + "ệ" * 25])
def test_what_a_database_or_a_platform_would_refuse_is_refused_here(text: str) -> None:
    with pytest.raises(TokenError):
        read(text)


@pytest.mark.parametrize(
    "token",
    [Answer("s" * 60, 1, "yes"), Deed("team", "市场" * 20), Answer("a.b", 1, "x"), Deed("a.b"), Answer("s", -1, "x"), Deed("")],
)
def test_a_token_that_could_not_come_back_is_never_written(token: Answer | Deed) -> None:
    with pytest.raises(TokenError):
        write(token)


def test_an_option_may_hold_dots() -> None:
    assert read(write(Answer("s1", 12, "kr.1.x"))) == Answer("s1", 12, "kr.1.x")
