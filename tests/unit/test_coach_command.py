"""`laban coach` as a program talks to it: a line in, a line out, whatever the line is."""

from __future__ import annotations

import json
from io import BytesIO, StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from adapters.coach import LONGEST_LINE, judge_lines, show
from bot.coach import SentenceKind, Verdict

KEYS = ["id", "verdict", "findings", "parsed"]
FINDING = ["code", "severity", "message", "suggestion", "span"]
PARSED = ["metric", "baseline", "target", "unit", "direction", "relative", "deadline"]


def answers(*lines: bytes | dict[str, Any]) -> tuple[list[dict[str, Any]], bool]:
    """What comes back for some lines, and whether all could be judged."""
    source = BytesIO(b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines))
    sink = BytesIO()
    all_fine = judge_lines(source, sink)
    return [json.loads(line) for line in sink.getvalue().splitlines()], all_fine


def answer(text: str, kind: str = "key_result", **more: Any) -> dict[str, Any]:
    (only,), all_fine = answers({"id": 7, "kind": kind, "text": text, **more})
    assert all_fine
    return only


def test_a_measured_key_result_is_good_and_understood() -> None:
    said = answer("Raise NPS from 30 to 50 by end of Q3", lang="en")
    assert list(said) == KEYS
    assert (said["id"], said["verdict"]) == (7, "good")
    assert all(list(finding) == FINDING for finding in said["findings"])
    assert list(said["parsed"]) == PARSED
    assert said["parsed"] == {
        "metric": "NPS", "baseline": 30, "target": 50, "unit": None,
        "direction": "increase", "relative": False, "deadline": "by end of Q3",
    }  # fmt: skip


def test_a_vague_one_is_bad_says_why_in_its_language_and_offers_its_own_words_back() -> None:
    said = answer("Cải thiện chất lượng dịch vụ")
    assert said["verdict"] == "bad"
    assert said["parsed"] is None
    mend = next(finding for finding in said["findings"] if finding["severity"] == "mend")
    assert mend["code"] == "vague"
    assert "bao nhiêu" in mend["message"].lower()
    assert mend["suggestion"] == "Nâng điểm chất lượng dịch vụ từ __ lên __"
    assert "Cải thiện chất lượng dịch vụ"[slice(*mend["span"])] == "Cải thiện"


def test_what_is_right_is_named_first() -> None:
    severities = [finding["severity"] for finding in answer("Improve guest satisfaction")["findings"]]
    assert severities == ["good", "good", "good", "mend"]


@pytest.mark.parametrize(
    "text, target, unit",
    [
        ("Doanh thu đạt 2,5 triệu mỗi khách", 2_500_000, "VND"),
        ("转化率达到42%", 42, "%"),
        ("Rating of 4.5/5", 4.5, "/5"),
        ("Raise $1.2M in donations", 1_200_000, "USD"),
    ],
)
def test_numbers_are_numbers_in_base_units(text: str, target: float, unit: str | None) -> None:
    parsed = answer(text)["parsed"]
    assert (parsed["target"], parsed["unit"]) == (target, unit)


def test_a_change_is_a_target_without_a_baseline_even_where_both_are_known() -> None:
    parsed = answer("Increase referrals by 25% (currently 80)")["parsed"]
    assert (parsed["baseline"], parsed["target"], parsed["unit"], parsed["relative"]) == (None, 25, "%", True)


@pytest.mark.parametrize(
    "text, direction",
    [
        ("Raise NPS from 30 to 50", "increase"),
        ("Cut refunds to 2%", "decrease"),
        ("Win rate > 25%", "reach"),
        ("Keep uptime above 99.9%", "keep_above"),
        ("Wait below 5 minutes", "keep_below"),
        ("Ship version 2", "milestone"),
    ],
)
def test_directions_have_the_names_they_were_given(text: str, direction: str) -> None:
    assert answer(text, lang="en")["parsed"]["direction"] == direction


def test_an_objective_has_no_numbers_to_understand() -> None:
    said = answer("Increase sales by 20%", "objective", lang="en")
    assert (said["verdict"], said["parsed"]) == ("bad", None)


@pytest.mark.parametrize(
    "line, reason, id_",
    [
        (b"not json", "the line is not JSON", None),
        (b"\xff\xfe", "the line is not UTF-8", None),
        (b"[1, 2]", "the line is no JSON object", None),
        (b"[" * 100_000, "the line is not JSON", None),
        (b'{"id": NaN}', "the line is not JSON", None),
        ({"id": {}, "kind": "objective", "text": "a"}, "id is a string or a whole number", None),
        ({"id": True, "kind": "objective", "text": "a"}, "id is a string or a whole number", None),
        ({"id": 1, "kind": "objective"}, "text is missing or no string", 1),
        ({"id": "x", "kind": "objective", "text": 5}, "text is missing or no string", "x"),
        ({"id": "x", "kind": "objective", "text": " \n\u200b"}, "text says nothing", "x"),
        ({"id": "x", "text": "a"}, "kind is objective or key_result", "x"),
        ({"id": "x", "kind": "kr", "text": "a"}, "kind is objective or key_result", "x"),
        ({"id": "x", "kind": ["objective"], "text": "a"}, "kind is objective or key_result", "x"),
        ({"id": "x", "kind": "objective", "text": "a", "lang": 3}, "lang is a string", "x"),
        ({"id": "x", "kind": "objective", "text": "a", "lang": "tlh"}, "lang is one of en, vi, zh, or left out", "x"),
    ],
)
def test_a_bad_line_gets_its_reason_and_the_others_their_answers(line: bytes | dict[str, Any], reason: str, id_: object) -> None:
    fine = {"id": "fine", "kind": "key_result", "text": "NPS 30 → 50"}
    said, all_fine = answers(fine, line, fine)
    assert not all_fine
    assert said[1] == {"id": id_, "error": reason}
    assert said[0]["verdict"] == said[2]["verdict"] == "good"


def test_a_line_too_long_to_keep_is_refused_and_the_next_one_is_read() -> None:
    huge = b'{"id": 1, "kind": "objective", "text": "' + b"a" * (3 * LONGEST_LINE) + b'"}'
    said, all_fine = answers(huge, {"id": 2, "kind": "objective", "text": "Guests feel at home"})
    assert not all_fine
    assert said[0] == {"id": None, "error": f"the line is longer than {LONGEST_LINE} bytes"}
    assert said[1]["id"] == 2


def test_blank_lines_and_a_byte_order_mark_are_passed_over() -> None:
    said, all_fine = answers(b"", b"  \r", b'\xef\xbb\xbf{"id": 1, "kind": "objective", "text": "Guests feel at home"}\r', b"")
    assert all_fine
    assert [one["id"] for one in said] == [1]


@pytest.mark.parametrize("lang", ["vi", "vi-VN", "VI_vn", "", None])
def test_a_language_may_have_a_country_or_be_left_out(lang: str | None) -> None:
    said = answer("Tăng số thành viên", lang=lang)
    assert said["findings"][-1]["suggestion"] == "Tăng số thành viên từ __ lên __"


def test_half_a_surrogate_pair_comes_back_as_it_was_spelled() -> None:
    said, all_fine = answers(b'{"id": "\\ud800", "kind": "objective", "text": "Guests \\ud800 feel at home"}')
    assert all_fine
    assert said[0]["id"] == "\ud800"


@given(st.text(max_size=80), st.sampled_from(["objective", "key_result"]), st.sampled_from([None, "en", "vi", "zh"]))
def test_every_span_lies_in_the_text_it_is_about(text: str, kind: str, lang: str | None) -> None:
    (said,), _ = answers({"id": 1, "kind": kind, "text": text, "lang": lang})
    for finding in said.get("findings", []):
        start, stop = finding["span"]
        assert 0 <= start <= stop <= len(text)


def test_a_span_points_at_what_was_typed_not_at_how_it_was_read() -> None:
    text = "  ＮＰＳ　从３０分->\u200b５０分"
    target = next(one for one in answer(text)["findings"] if one["code"] == "target")
    assert text[slice(*target["span"])].strip("\u200b") == "５０分"


def test_a_person_sees_what_is_right_what_is_not_and_what_was_understood() -> None:
    seen = Console(width=200, record=True, file=StringIO())
    assert show("Improve customer satisfaction", SentenceKind.KEY_RESULT, "", seen) is Verdict.BAD
    assert show("NPS 30 → 50 by end of Q3", SentenceKind.KEY_RESULT, "en", seen) is Verdict.GOOD
    page = seen.export_text()
    assert "Raise customer satisfaction from __ to __" in page
    assert "NPS · 30 → 50 · up · by end of Q3" in page


@pytest.mark.parametrize(
    ("sentence", "understood"),
    [
        ("NPS 30 lên 50", "NPS · 30 → 50 · tăng"),
        ("NPS 从 30 提升到 50", "NPS · 30 → 50 · 上升"),
        ("Win rate > 25%", "Win rate · 25%"),
    ],
)
def test_what_was_understood_is_said_in_the_sentences_own_language(sentence: str, understood: str) -> None:
    seen = Console(width=200, record=True, file=StringIO())
    show(sentence, SentenceKind.KEY_RESULT, "", seen)
    assert understood in [line.strip() for line in seen.export_text().splitlines()]


def test_an_example_that_mends_two_things_is_shown_once() -> None:
    seen = Console(width=200, record=True, file=StringIO())
    show("Try our best to improve customer satisfaction", SentenceKind.KEY_RESULT, "", seen)
    assert seen.export_text().count("Raise customer satisfaction from __ to __") == 1


def test_a_sentence_about_people_is_not_taken_for_the_name_of_a_number() -> None:
    findings = answer("Customers love our service")["findings"]
    assert [one["suggestion"] for one in findings if one["suggestion"]] == ["Customers love our service: __ from __ to __"]
