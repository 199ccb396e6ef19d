"""What Slack is given to show: words are never markup, limits are kept, nothing is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.decode import pressed_at_home
from adapters.slack.encode import (
    NOTICE,
    Picture,
    Shown,
    encode,
    encode_home,
    encode_modal,
    encode_pointer,
    harmless,
    with_own_commands,
)
from adapters.slack.limits import HOME, SLACK
from bot.actions.fill_form import OpenForm
from bot.actions.show_help import TABLE
from bot.chat.degrade import fit
from bot.chat.intents import read_intent
from bot.chat.message import (
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
    Tone,
)
from bot.chat.richtext import Span, Style, bold, join, words
from bot.okr.people import LANGUAGES
from bot.texts import T, say
from tests.platforms.slack_reading import acts_of, labels_of, words_of
from tests.platforms.slack_refusals import is_too_long, refusals, refusals_of_view
from tests.sample_messages import INJECTIONS, SAMPLES
from tests.unit.chat.messages import messages


def shown(message: Message) -> Shown:
    """Encoded, and no picture."""
    encoded = encode(message)
    assert isinstance(encoded, Shown)
    return encoded


def saying(*blocks: Any, lang: str = "en") -> Message:
    return Message(blocks, lang)


@given(messages)
def test_whatever_is_fitted_is_taken_by_slack(message: Message) -> None:
    for part in fit(message, SLACK, "https://laban.example"):
        encoded = encode(part, "https://laban.example")
        if isinstance(encoded, Picture):
            assert len(encoded.alt) <= 1000
            continue
        assert refusals(encoded.blocks, "message") == []
        assert not is_too_long(encoded.blocks)
        assert 0 < len(encoded.text) <= 4000


@given(messages)
def test_whatever_is_fitted_can_be_at_home(message: Message) -> None:
    view = encode_home(fit(message, HOME, "https://laban.example"), "en", "https://laban.example")
    assert refusals_of_view(view, "home") == []


@pytest.mark.parametrize("lang", ["en", "vi", "zh"])
def test_a_press_at_home_has_an_echo_in_ones_own_language(lang: str) -> None:
    view = encode_pointer(lang)
    assert refusals_of_view(view, "modal") == []
    home = encode_home([saying(Paragraph(words("hello")), lang=lang)], lang)
    told = {"type": "block_actions", "view": {"type": "home", "private_metadata": home["private_metadata"]}}
    assert pressed_at_home(told) == lang


def test_a_home_too_long_for_slack_says_that_it_goes_on() -> None:
    parts = [saying(*(Paragraph(words(f"line {number}")) for number in range(80))) for _ in range(3)]
    view = encode_home(parts, "en")
    assert len(view["blocks"]) == 100
    assert "Shortened here" in words_of(view["blocks"])


@pytest.mark.parametrize("text", INJECTIONS)
def test_words_are_words_also_in_notifications(text: str) -> None:
    encoded = shown(saying(Paragraph(words(text)), Paragraph(words(text), is_quiet=True)))
    notification = [{"type": "section", "text": {"type": "mrkdwn", "text": encoded.text}}]
    assert acts_of([*encoded.blocks, *notification]) == []
    assert words_of(encoded.blocks).count(text) == 2


@given(st.text(max_size=6000))
def test_the_line_for_notifications_is_never_cut_within_an_escape(text: str) -> None:
    encoded = shown(saying(Paragraph(words(text or "-"))))
    assert len(encoded.text) <= NOTICE
    assert "&" not in encoded.text.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")


def test_emphasis_and_links_are_parts_of_their_own() -> None:
    text = join((words("Your "), bold("board"), words(" is "), ((Span("here", link="/board"),)), ((Span("/new", Style.CODE),))))
    encoded = encode(saying(Paragraph(text)), "https://laban.example")
    assert isinstance(encoded, Shown)
    (block,) = encoded.blocks
    assert block["elements"][0]["elements"] == [
        {"type": "text", "text": "Your "},
        {"type": "text", "text": "board", "style": {"bold": True}},
        {"type": "text", "text": " is "},
        {"type": "link", "url": "https://laban.example/board", "text": "here"},
        {"type": "text", "text": "/new", "style": {"code": True}},
    ]


def test_a_link_nobody_could_follow_is_words() -> None:
    assert acts_of(shown(saying(Paragraph((Span("here", link="/board"),)))).blocks) == []


def test_buttons_carry_their_tokens_and_tones() -> None:
    encoded = shown(
        saying(
            Paragraph(words("?")),
            Buttons((Button("Yes", "d.home.", "yes", Tone.PRIMARY), Button("No", "d.x.", "no", Tone.DANGER))),
        )
    )
    elements = encoded.blocks[1]["elements"]
    assert [(one["value"], one.get("style")) for one in elements] == [("d.home.", "primary"), ("d.x.", "danger")]
    assert len({one["action_id"] for one in elements}) == 2


def test_many_options_are_a_menu_and_few_are_buttons() -> None:
    few = shown(saying(Paragraph(words("?")), Choices(tuple(Option(f"o{n}", f"a.s.1.{n}") for n in range(4)))))
    many = shown(saying(Paragraph(words("?")), Choices(tuple(Option(f"o{n}", f"a.s.1.{n}") for n in range(40)))))
    assert {one["type"] for one in few.blocks[1]["elements"]} == {"button"}
    assert many.blocks[1]["elements"][0]["type"] == "static_select"
    assert len(labels_of(many.blocks)) == 40


def test_several_choices_are_numbers_which_every_question_understands() -> None:
    encoded = shown(
        saying(Paragraph(words("?")), Choices((Option("周一", "a.s.1.1"), Option("周二", "a.s.1.2")), many=True), lang="zh")
    )
    menu = next(block["accessory"] for block in encoded.blocks if "accessory" in block)
    assert [option["value"] for option in menu["options"]] == ["1", "2"]


def test_a_picture_is_by_itself() -> None:
    assert encode(saying(Image("charts/nps.png", "NPS from 30 to 34"))) == Picture("charts/nps.png", "NPS from 30 to 34")


def test_every_sample_is_said_in_words_too() -> None:
    for sample in SAMPLES:
        for part in fit(sample, SLACK, "https://laban.example"):
            encoded = encode(part, "https://laban.example")
            assert isinstance(encoded, Picture) or encoded.text.strip()


# --- modals ---


FIELDS = (
    FormField(
        "nps/value", "NPS today", value="38", placeholder="a number", options=(Option("Don't know yet", "a.s1.6.unknown"),)
    ),
    FormField("nps/note", "What is in the way?", Entry.LINES, is_required=False),
    FormField(
        "nps/sure",
        "How sure are you?",
        Entry.CHOICE,
        "a.s1.6.risk",
        options=(Option("On track", "a.s1.6.ok"), Option("At risk", "a.s1.6.risk")),
    ),
    FormField("nps/who", "Who can help?", Entry.CHOICE, options=tuple(Option(f"P{n}", f"a.s1.6.p{n}") for n in range(30))),
)
OPENED = OpenForm("vi", (Paragraph(words("Hai con số")),), Form(FIELDS, "a.s1.6.~submit", "Gửi"), "a.s1.6.~pause")


def test_a_form_is_a_modal_that_remembers_what_it_asks() -> None:
    view = encode_modal(OPENED)
    assert refusals_of_view(view, "modal") == []
    assert view["notify_on_close"] is True
    told = json.loads(view["private_metadata"])
    assert told == {"form": "a.s1.6.~submit", "close": "a.s1.6.~pause", "keys": [field.key for field in FIELDS]}
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    kinds = ["plain_text_input", "plain_text_input", "radio_buttons", "static_select"]
    assert [block["element"]["type"] for block in inputs] == kinds
    assert [block["optional"] for block in inputs] == [False, True, False, False]
    assert inputs[0]["element"]["initial_value"] == "38"
    assert "Don't know yet" in inputs[0]["hint"]["text"]
    assert inputs[2]["element"]["initial_option"]["value"] == "a.s1.6.risk"


def test_a_message_with_a_form_names_its_fields_and_has_its_button() -> None:
    encoded = shown(saying(Paragraph(words("Two numbers")), OPENED.form, lang="vi"))
    assert all(field.label in words_of(encoded.blocks) for field in FIELDS)
    (button,) = encoded.blocks[-1]["elements"]
    assert (button["action_id"], button["value"], button["text"]["text"]) == ("form", "a.s1.6.~submit", "Điền vào đây")


# --- commands ---


COMMANDS = (*(command.removeprefix("/") for _, command in TABLE), "here", "这里", "这里 市场部")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_ours_is_understood_after_the_one_slack_has(name: str) -> None:
    before = saying(Paragraph((Span("say "), Span(f"/{name}", Style.CODE), Span(f" or /{name}"))))
    (block,) = with_own_commands(before).blocks
    assert isinstance(block, Paragraph)
    assert [span.text for span in block.text] == ["say ", f"/okr {name}", f" or /{name}"]
    assert read_intent(f"/okr {name}") is not None


def test_other_commands_stay_what_they_are() -> None:
    before = saying(
        Paragraph((Span("/invite", Style.CODE), Span("/here Company/Marketing", Style.CODE), Span("/okr new", Style.CODE)))
    )
    (block,) = with_own_commands(before).blocks
    assert isinstance(block, Paragraph)
    assert [span.text for span in block.text] == ["/invite", "/okr here Company/Marketing", "/okr new"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_names_a_command_slack_does_not_know(lang: str) -> None:
    for key in (
        "here.bound",
        "here.nothing_bound",
        "here.refused",
        "here.taken",
        "here.which",
        "here.no_team",
        "here.only_in_group",
    ):
        said = say(lang, T(key, name="A", typed="A", word=T("say.status")))
        (block,) = with_own_commands(saying(Paragraph(said))).blocks
        assert isinstance(block, Paragraph)
        commands = [span.text for span in block.text if span.style is Style.CODE]
        assert commands
        assert all(one.startswith("/okr ") for one in commands if one.startswith("/"))


@given(st.text(max_size=200))
def test_what_is_made_harmless_reads_the_same(text: str) -> None:
    unescaped = harmless(text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert unescaped.replace("\u2060", "") == text.replace("\u2060", "")
