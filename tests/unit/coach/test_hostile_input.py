"""Whatever is typed, the coach answers, quickly: cost is counted in function calls, which no busy machine changes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coach import (
    Judgement,
    SentenceKind,
    advise_key_result,
    advise_objective,
    guess_language,
    judge,
    praise_key_result,
    praise_objective,
    read_measure,
    read_quantity,
)
from bot.coach.tokens import MAX_CHARACTERS, read_sentence
from bot.coach.words import LANGS


def judge_key_result(text: str, lang: str) -> Judgement:
    return judge(text, SentenceKind.KEY_RESULT, lang)


def judge_objective(text: str, lang: str) -> Judgement:
    return judge(text, SentenceKind.OBJECTIVE, lang)


FACE: tuple[Callable[[str, str], Any], ...] = (
    read_quantity,
    read_measure,
    advise_key_result,
    advise_objective,
    guess_language,
    judge_key_result,
    judge_objective,
)
PIECES = (
    "1", "1,", "1 ", "1 000 ", "1/2/", "1-", "-1", "+", "(", "((1))", "!", "- ", "à", "\u0301", "ﷺ", "\u202e1", "\x00", "a", "ab ", "hi ", "từ ",
    "tăng 20% ", "cứ 10 ", "from 1 to ", "to 5% and reach ", "and 5% ", "try our best ", "half ", "half a ", "Q1 2026 ", "by march ", "一", "一万",
    "百分之", "二分之一", "1半", "提升", "努力", "目前1", "从", "到5", "零", "_", "__ ", "🙂", "1tr", "rưỡi ", "triệu ", "point five ",
)  # fmt: skip
WORDS = sorted(
    {
        *(
            "NPS",
            "30",
            "50%",
            "1,2tr",
            "30/9",
            "__",
            "(",
            ")",
            ",",
            ".",
            "→",
            "-",
            "\n",
            "\u202e",
            "\x00",
            "🙂",
            "Q3",
            "2026",
            "$1.2M",
            "4.5/5",
        ),
        *(
            "from",
            "to",
            "by",
            "currently",
            "double",
            "half of",
            "launch",
            "improve",
            "try our best",
            "and",
            "maintain",
            "100%",
            "customers",
        ),
        *(
            "từ",
            "lên",
            "xuống",
            "hiện tại",
            "cố gắng",
            "nâng cao",
            "ra mắt",
            "duy trì",
            "gấp đôi",
            "khách hàng",
            "và",
            "một nửa",
            "cứ",
            "tỷ",
        ),
        *("从", "提升", "到", "目前", "尽力", "优化", "上线", "保持", "翻倍", "客户", "和", "一半", "每", "百分之", "万", "九成"),
    }
)
MOST_CALLS = 90_000
"""A sentence of ordinary length costs a few thousand."""
WRITERS = st.sampled_from(["en", "vi", "zh", "xx", ""])


def calls_of(function: Callable[[str, str], Any], text: str, lang: str) -> int:
    """How many Python functions are called to answer, nothing remembered."""
    count = 0

    def count_calls(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(count_calls)
    try:
        function(text, lang)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("piece", PIECES)
def test_fifty_kilobytes_of_anything_cost_no_more_than_one_long_sentence(piece: str) -> None:
    text = piece * (50_000 // len(piece))
    for lang in LANGS:
        for function in FACE:
            function("Warm up the words of this language 1", lang)
            assert calls_of(function, text, lang) < MOST_CALLS


def test_twice_as_much_text_costs_the_same() -> None:
    for function in FACE:
        function("Warm up the words of this language 1", "vi")
        for size in (50_000, 100_000):
            assert calls_of(function, "tăng 7% và giảm 3 " * (size // 18), "vi") < MOST_CALLS / 3


@pytest.mark.parametrize("piece", PIECES)
def test_no_more_than_the_first_characters_are_read(piece: str) -> None:
    sentence = read_sentence(piece * 50_000)
    assert len(sentence.text) <= MAX_CHARACTERS
    assert len(sentence.tokens) <= MAX_CHARACTERS


@given(st.text(max_size=400), WRITERS)
def test_any_text_gets_an_answer(text: str, lang: str) -> None:
    for function in (*FACE, praise_key_result, praise_objective):
        function(text, lang)


@given(st.lists(st.sampled_from(WORDS), max_size=14), st.sampled_from(["", " "]), WRITERS)
def test_any_mixture_of_cues_and_numbers_gets_an_answer(words: list[str], space: str, lang: str) -> None:
    text = space.join(words)
    draft = read_measure(text, lang)
    assert len(draft.metric) <= 80
    draft.complete()
    for advise in (advise_key_result, advise_objective):
        advice = advise(text, lang)
        if advice is not None:
            assert len(advice.example) <= 200
            assert not set(advice.example) & {"\n", "\x00", "\u202e"}
            assert "{" not in advice.example


@given(st.lists(st.sampled_from(WORDS), max_size=14), WRITERS)
def test_the_same_text_always_gets_the_same_advice(words: list[str], lang: str) -> None:
    text = " ".join(words)
    assert advise_key_result(text, lang) == advise_key_result(f"  {text} ", lang)
    assert advise_objective(text, lang) == advise_objective(text, lang)


@pytest.mark.parametrize("text", ["{metric} __ {0}", "%s improve %d", "Improve {text.__class__}", "Ra mắt {verb}", "上线{who}"])
def test_braces_and_percent_signs_in_a_sentence_stay_what_they_are(text: str) -> None:
    for lang in LANGS:
        for advise in (advise_key_result, advise_objective):
            advice = advise(text, lang)
            assert advice is None or set(advice.example) & set("{}") <= set(text)
    advice = advise_key_result("Launch {verb}", "en")
    assert advice is not None
    assert advice.example == "Launch {verb} so that __ goes from __ to __"
