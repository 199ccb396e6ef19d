"""Text is cut between what people perceive as characters."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.graphemes import ELLIPSIS, beginning, graphemes, shortened
from tests.unit.chat.odd_texts import any_text


@pytest.mark.parametrize(
    "text",
    [
        ["e\u0301", "o"],
        ["👩\u200d👩\u200d👧", "👩"],
        ["🇻🇳", "🇨🇳", "🇨"],
        ["👍🏽", "1\ufe0f\u20e3"],
        ["각", "ᄀ\u1161\u11a8"],
        ["न", "म", "स्ते"],
        ["ก็", "ไ", "ท"],
        ["\r\n", "\n"],
        ["🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "🏴"],
        ["客", "户"],
    ],
    ids=lambda parts: "".join(parts).strip(),
)
def test_perceived_characters_stay_whole(text: list[str]) -> None:
    assert list(graphemes("".join(text))) == text


@given(any_text)
def test_no_code_point_is_lost(text: str) -> None:
    assert "".join(graphemes(text)) == text


@given(any_text, st.integers(0, 40))
def test_a_beginning_is_whole_characters_within_the_limit(text: str, limit: int) -> None:
    kept = beginning(text, limit)
    assert text.startswith(kept)
    assert len(kept) <= limit
    assert list(graphemes(text))[: len(list(graphemes(kept)))] == list(graphemes(kept))


@given(any_text, st.integers(0, 20))
def test_a_shortened_label_fits_and_says_that_it_was_shortened(text: str, limit: int) -> None:
    short = shortened(text, limit)
    assert len(short) <= limit
    assert short == text or not short or short.endswith(ELLIPSIS)


def test_too_little_room_for_a_character_gives_nothing() -> None:
    assert not shortened("👩\u200d👩\u200d👧 family", 4)
    assert shortened("family", 2) == "f…"
    assert shortened("a family", 3) == "a…"


def test_a_hundred_thousand_flags_take_no_time() -> None:
    begin = time.process_time()
    assert sum(1 for _ in graphemes("🇻🇳" * 50_000)) == 50_000
    assert time.process_time() - begin < 1
