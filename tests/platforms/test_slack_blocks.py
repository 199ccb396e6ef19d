"""What people read in blocks, what they can do with them, and what Slack's own programs do not let them do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.platforms.slack_forms import UnacceptableError, filled, initial_values, missing, with_ids
from tests.platforms.slack_reading import escape, labels_of, spans_of, unescape, unmarked, words_of
from tests.platforms.slack_samples import actions, asking, button, menu, section


@pytest.mark.parametrize(
    ("mrkdwn", "words", "spans"),
    [
        ("*NPS* is _good_", "NPS is good", [("bold", "NPS"), ("italic", "good")]),
        ("~30~ `50`", "30 50", [("struck", "30"), ("code", "50")]),
        ("5*3*2 and snake_case_name", "5*3*2 and snake_case_name", []),
        ("* not bold *", "* not bold *", []),
        ("(*bold*), *too*.", "(bold), too.", [("bold", "bold"), ("bold", "too")]),
        ("*_both_*", "both", [("italic", "both"), ("bold", "both")]),
        ("*a &lt; b*", "a < b", [("bold", "a < b")]),
        ("<https://x.vn|here> <@U1> <!here>", "here @U1 @here", []),
        ("&amp;lt; stays", "&lt; stays", []),
    ],
)
def test_marks_are_read_as_slack_reads_them(mrkdwn: str, words: str, spans: list[tuple[str, str]]) -> None:
    assert unmarked(mrkdwn) == (words, spans)


@pytest.mark.parametrize("text", ["a < b & c > d", "&lt;", "plain"])
def test_escaped_words_come_back(text: str) -> None:
    assert unescape(escape(text)) == text


def test_words_and_labels_are_told_apart() -> None:
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Board"}},
        section("*NPS*", accessory=menu(2)),
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "week 8"}]},
        actions(button("Details")),
        {"type": "markdown", "text": "**bold** 1\\. first"},
        {"type": "image", "image_url": "https://laban.example/a.png", "alt_text": "a chart"},
    ]
    assert words_of(blocks) == "Board\nNPS\nweek 8\nbold 1. first\na chart"
    assert labels_of(blocks) == ["0", "1", "Details"]
    assert spans_of(blocks) == [("bold", "NPS")]


NUMBER = {"type": "number_input", "action_id": "it", "is_decimal_allowed": False, "min_value": "0", "max_value": "100"}
LINE = {"type": "plain_text_input", "action_id": "it", "min_length": 2, "max_length": 5}


@pytest.mark.parametrize(
    ("element", "given"),
    [
        (NUMBER, "many"),
        (NUMBER, "1.5"),
        (NUMBER, "-1"),
        (NUMBER, "101"),
        (LINE, "x"),
        (LINE, "x" * 6),
        (LINE, "a\nb"),
        ({"type": "email_text_input", "action_id": "it"}, "an"),
        ({"type": "url_text_input", "action_id": "it"}, "laban.example"),
        ({**menu(3), "action_id": "it"}, "7"),
        ({"type": "checkboxes", "action_id": "it", "options": []}, ["x"]),
    ],
)
def test_what_slacks_programs_refuse_is_never_sent(element: dict[str, Any], given: str | list[str]) -> None:
    with pytest.raises(UnacceptableError):
        filled(element, given)


@pytest.mark.parametrize(
    ("element", "given", "kept"),
    [
        (NUMBER, "38", {"type": "number_input", "value": "38"}),
        (NUMBER, None, {"type": "number_input", "value": None}),
        ({"type": "datepicker", "action_id": "it"}, "2026-03-02", {"type": "datepicker", "selected_date": "2026-03-02"}),
        ({"type": "users_select", "action_id": "it"}, "U1", {"type": "users_select", "selected_user": "U1"}),
        ({"type": "multi_users_select", "action_id": "it"}, ["U1"], {"type": "multi_users_select", "selected_users": ["U1"]}),
        ({"type": "checkboxes", "options": []}, [], {"type": "checkboxes", "selected_options": []}),
    ],
)
def test_what_is_filled_in_is_kept_as_slack_tells_it(
    element: dict[str, Any], given: str | list[str] | None, kept: object
) -> None:
    assert filled(element, given) == kept


def test_what_must_be_filled_in_is_missed() -> None:
    ids = iter("abcdefgh")
    blocks = with_ids([asking(), {**asking("unit"), "optional": True}, section(accessory=menu(2))], lambda: next(ids))
    values = initial_values(blocks)
    assert missing(blocks, values) == ["Name"]
    assert values["a"] == {"b": {"type": "static_select", "selected_option": None}}
    values["name"]["it"]["value"] = "NPS"
    assert missing(blocks, values) == []
    assert initial_values(blocks, values)["name"]["it"]["value"] == "NPS"
