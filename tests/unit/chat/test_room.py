"""What does not fit is named, so that a preview and a test can say it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.dingtalk.limits import DINGTALK
from adapters.slack.limits import SLACK
from adapters.telegram.limits import TELEGRAM
from bot.chat.capabilities import Capabilities
from bot.chat.message import (
    Block,
    Button,
    Buttons,
    Choices,
    Entry,
    Form,
    FormField,
    Image,
    Message,
    Option,
    Paragraph,
    ProgressBar,
)
from bot.chat.richtext import Span, bold, words
from bot.chat.room import overflows, room
from bot.chat.tokens import LIMIT

TINY = Capabilities("tiny", text=20, blocks=3, buttons=2, button_label=5, menu=3, menu_label=6, token_bytes=4, has_rich_text=True)
FORMS = replace(TINY, has_forms=True, form_fields=1, text=200)


@pytest.mark.parametrize(
    "blocks, platform, found",
    [
        ((Paragraph(words("x" * 20)),), TINY, ()),
        ((Paragraph(words("x" * 21)),), TINY, ("text 21 > 20",)),
        ((Paragraph(words("x" * 10)), Paragraph(words("x" * 9))), TINY, ("text 21 > 20",)),
        ((Paragraph(words("x")),) * 4, TINY, ("blocks 4 > 3",)),
        ((Choices((Option("Maybe!", "y"), Option("No", "n"))),), TINY, ("label 6 > 5",)),
        ((Choices((Option("Maybe!", "y"), Option("No", "n"), Option("So", "s"))),), TINY, ()),
        ((Choices((Option("A", "y"), Option("B", "12345"))),), TINY, ("token bytes 5 > 4",)),
        ((Choices((Option("A", "y"), Option("A", "n"))),), TINY, ("two options that look the same",)),
        ((Choices((Option("A", "y", "hint"), Option("B", "n"))),), TINY, ("second lines of options",)),
        ((Choices((Option("A", "y"),) * 1, many=True),), replace(TINY, menu=0), ("several choices without a menu",)),
        ((Buttons(tuple(Button(label, label, label) for label in "abc")),), TINY, ("buttons 3 > 2",)),
        ((Form((FormField("k", "Name"),), "t", "Send"),), TINY, ("forms",)),
        ((Form((FormField("k", "Name"),), "t", "Send"),), FORMS, ()),
        ((Form((FormField("k", "Name"), FormField("l", "Age")), "t", "Send"),), FORMS, ("fields 2 > 1",)),
        (
            (Form((FormField("k", "Day", Entry.CHOICE, options=(Option("Saturday", "s"),)),), "t", "Send"),),
            FORMS,
            ("label 8 > 6",),
        ),
        ((Image("i.png", "chart"),), TINY, ("text 305 > 20", "pictures")),
        ((ProgressBar("A", 0.5),), TINY, ("bars",)),
        ((Paragraph(bold("x")),), replace(TINY, has_rich_text=False), ("emphasis or links",)),
        ((Paragraph(words("x")), Image("i.png", "chart")), TELEGRAM, ("a picture within a message",)),
    ],
)
def test_every_limit_that_is_broken_is_named(blocks: tuple[Block, ...], platform: Capabilities, found: tuple[str, ...]) -> None:
    assert overflows(Message(blocks), platform) == found


def test_editing_is_named_where_there_is_none() -> None:
    assert overflows(Message((Paragraph(words("x")),), edits="s:1"), DINGTALK) == ("editing",)


def test_lengths_are_counted_as_the_platform_counts() -> None:
    assert room("👍🏽é", TELEGRAM) == 5
    assert room("👍🏽é", DINGTALK) == 3
    assert room("<&>", replace(SLACK, escapes=(("&", 5), ("<", 4), (">", 4)))) == 13


def test_marks_and_links_take_room() -> None:
    text = (Span("here", link="https://l.example"), *bold("!"))
    assert overflows(Message((Paragraph(text),)), replace(TINY, marks=2)) == ("text 27 > 20",)


@pytest.mark.parametrize("platform", [TELEGRAM, SLACK, DINGTALK], ids=lambda platform: platform.platform)
def test_our_tokens_fit_every_platform(platform: Capabilities) -> None:
    assert platform.token_bytes >= LIMIT


def test_a_full_keyboard_stays_under_the_ten_kilobytes_telegram_takes() -> None:
    button = len('{"text":"","callback_data":""},') + 6 * TELEGRAM.button_label + TELEGRAM.token_bytes
    assert TELEGRAM.buttons * button < 10_240


def test_a_full_dingtalk_message_stays_under_fifteen_thousand_bytes() -> None:
    widest = max(len(escaped.encode()) for escaped in ("&amp;", "\\\\\\\\", "\\\\*", "\\\\n\\n", "\U0001f44d", "客"))
    assert DINGTALK.text * widest + 1000 <= 15_000
