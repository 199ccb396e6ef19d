"""Marks of lists in front of a sentence change nothing of what it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coach import SentenceKind, judge
from bot.coach.labels import end_of_label

LABELS = (
    "KR1: ", "KR 2: ", "KR1.2 - ", "kr3 ", "KQ1: ", "1. ", "2) ", "- ", "• ", "* ", "[x] ", "[KR3] ", "(P0) ", "🎯 ", "#1 ", "**KR1** ",
    "Key result 1: ", "Kết quả then chốt 1: ", "关键结果1：", "1、", "（1）", "①", "一、", "KR1：", "✅ KR2: ", "- KR 4: ",
)  # fmt: skip
SENTENCES = (
    ("en", "Increase NPS from 30 to 50"),
    ("en", "Launch the app"),
    ("en", "Improve customer satisfaction"),
    ("vi", "Ký 12 hợp đồng mới trước 30/9"),
    ("vi", "Nâng cao chất lượng dịch vụ"),
    ("zh", "新签客户12家"),
    ("zh", "上线小程序"),
)


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("lang, text", SENTENCES)
def test_a_label_is_no_part_of_the_sentence(label: str, lang: str, text: str) -> None:
    with_label, without = judge(label + text, SentenceKind.KEY_RESULT, lang), judge(text, SentenceKind.KEY_RESULT, lang)
    assert with_label.parsed == without.parsed
    assert [(one.rule, one.example) for one in with_label.findings] == [(one.rule, one.example) for one in without.findings]


@pytest.mark.parametrize("label", ["O1: ", "Objective: ", "O: ", "Mục tiêu 1: ", "目标：", "目标一：", "1、", "1. "])
@pytest.mark.parametrize(
    "lang, text", [("en", "Sales"), ("en", "Publish the annual report"), ("vi", "Bán hàng"), ("zh", "举办年会")]
)
def test_nor_is_one_of_an_objective(label: str, lang: str, text: str) -> None:
    assert judge(label + text, SentenceKind.OBJECTIVE, lang).verdict == "bad"


@pytest.mark.parametrize(
    "text",
    [
        "1.5 million users", "50% of users", "-5 → +20", "Mục tiêu 1 tỷ doanh thu", "目标客户达到500家", "O2 saturation above 95%", "KR",
        "P1 incidents below 3", "3 in 4 guests", "10 schools", "2.0版本满意度90%", "Goals scored from 10 to 20", "一半用户", "$3 per order",
        "(currently 45%) 80% active", "≥80%",
    ],
)  # fmt: skip
def test_what_belongs_to_the_sentence_is_no_label(text: str) -> None:
    assert end_of_label(text) == 0


@given(st.text(max_size=80))
def test_a_label_lies_at_the_beginning_and_never_is_everything_that_is_said(text: str) -> None:
    assert 0 <= end_of_label(text) <= len(text)
    judge(text, SentenceKind.KEY_RESULT)
