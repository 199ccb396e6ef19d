"""Dates within sentences and at their beginning, as each language writes them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from bot.texts import T, day, say_plain

FRIDAY, SUNDAY = date(2026, 11, 27), date(2026, 11, 29)


@pytest.mark.parametrize(
    ("lang", "value", "written"),
    [
        ("en", FRIDAY, "Fri 27 Nov"),
        ("vi", FRIDAY, "thứ Sáu 27/11"),
        ("vi", SUNDAY, "Chủ nhật 29/11"),
        ("zh", FRIDAY, "11月27日周五"),
    ],
)
def test_a_day_is_written_as_within_a_sentence(lang: str, value: date, written: str) -> None:
    assert day(lang, value) == written


def test_a_day_that_begins_a_line_has_a_capital() -> None:
    at = datetime(2026, 11, 27, 10, 3)  # noqa: DTZ001 as a reader's clock shows it
    assert say_plain("vi", T("history.line", at=at, who="An", what="đã công bố")).startswith("Thứ Sáu 27/11 10:03 · An")
    assert say_plain("vi", T("when.later", day=FRIDAY, at=at.time())) == "Được rồi, tôi sẽ hỏi lại vào thứ Sáu 27/11 lúc 10:03."
