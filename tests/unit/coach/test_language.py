from __future__ import annotations

import pytest

from bot.coach import guess_language
from tests.unit.coach.sentences import GOOD_OBJECTIVES, MEASURED, POOR_KEY_RESULTS, POOR_OBJECTIVES

OTHERS = {"en": "zh", "vi": "en", "zh": "vi"}
LINES = [
    *((row[0], row[1]) for row in MEASURED),
    *((row[0], row[1]) for row in POOR_KEY_RESULTS),
    *GOOD_OBJECTIVES,
    *((row[0], row[1]) for row in POOR_OBJECTIVES),
]


@pytest.mark.parametrize("lang, text", LINES)
def test_a_line_in_the_writers_language_is_never_taken_for_another(lang: str, text: str) -> None:
    assert guess_language(text, lang) == lang


@pytest.mark.parametrize("lang, text", [line for line in LINES if len(line[1].split()) > 5 or line[0] == "zh"])
def test_a_whole_sentence_is_recognised_whatever_the_setting(lang: str, text: str) -> None:
    assert guess_language(text, OTHERS[lang]) == lang


@pytest.mark.parametrize(
    "text",
    ["", "42", "ok", "CSAT 61 → 80", "👍", "KPI Q3", "これはテストです", "это тест", "\x00", "..."],
)
def test_what_does_not_tell_keeps_the_setting(text: str) -> None:
    assert [guess_language(text, fallback) for fallback in ("en", "vi", "zh", "fr")] == ["en", "vi", "zh", "fr"]


@pytest.mark.parametrize(
    "text, lang",
    [
        ("提升DAU和MAU", "zh"),
        ("Giảm churn rate bằng onboarding flow mới", "vi"),
        ("tang doanh thu cua hang online", "vi"),
        ("the café team loves its customers", "en"),
        ("Open a shop on 淘宝 for our customers", "en"),
    ],
)
def test_mixed_lines_go_to_the_language_that_holds_them_together(text: str, lang: str) -> None:
    assert guess_language(text, OTHERS[lang]) == lang
