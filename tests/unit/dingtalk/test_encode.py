"""Our messages in DingTalk's Markdown: nothing lost, nothing read as markup, nothing too long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.dingtalk.client import compact
from adapters.dingtalk.encode import JOINER, encode, harmless, markdown
from adapters.dingtalk.limits import DINGTALK, DINGTALK_CARDS
from bot.chat.degrade import fit
from bot.chat.message import Image, Message, Paragraph
from bot.chat.richtext import Span, Style, bold, clean, words
from tests.platforms.dingtalk_markdown import looks
from tests.unit.chat.messages import messages
from tests.unit.chat.odd_texts import clean_text

PARAM_BYTES = 15_000


def shown(*spans: Span, is_quiet: bool = False) -> str:
    """How a paragraph looks, joiners aside."""
    return looks(markdown((Paragraph(spans, is_quiet),), {})).text.replace(JOINER, "")


def letters(text: str) -> str:
    return "".join(text.replace(JOINER, "").split())


@pytest.mark.parametrize("text", ["@所有人", "找 @陈杰 问问", "@all", "http://evil.example", "www.evil.example"])
def test_nobody_is_called_and_no_address_made_by_words_alone(text: str) -> None:
    said = markdown((Paragraph(words(text)),), {})
    assert text not in said
    assert said.replace(JOINER, "") == text


@given(st.text(max_size=200))
def test_words_look_like_themselves(text: str) -> None:
    said = clean(text)
    seen = looks(markdown((Paragraph(words(said)),), {}))
    assert letters(seen.text) == letters(said)
    assert (seen.links, seen.pictures, seen.bold) == ([], [], [])


@given(st.lists(st.tuples(st.text("ab*_`[]()<>!#-+.1 \n\\「」%&;:/@~|", max_size=12), st.sampled_from(Style)), max_size=6))
def test_emphasis_and_marks_beside_each_other_lose_no_letter(pieces: list[tuple[str, Style]]) -> None:
    spans = tuple(Span(clean(f"{text}x"), style) for text, style in pieces)
    seen = looks(markdown((Paragraph(spans),), {}))
    assert letters(seen.text) == letters("".join(span.text for span in spans))
    assert (seen.links, seen.pictures) == ([], [])


def test_emphasis_beside_emphasis_is_one() -> None:
    assert markdown((Paragraph((*bold("30"), *bold("%"), Span(" now"))),), {}) == f"**{JOINER}30%{JOINER}** now"


@pytest.mark.parametrize("text", ["「NPS」", "NPS 30%", "(a)", "“x”"])
def test_bold_words_between_chinese_ones_are_bold(text: str) -> None:
    seen = looks(markdown((Paragraph((Span("目标是"), *bold(text), Span("对吗"))),), {}))
    assert [one.replace(JOINER, "") for one in seen.bold] == [text]


def test_lines_stay_lines_and_are_no_list() -> None:
    assert shown(Span("1. one\n2. two\n- three\n# four\n> five\n    six")) == "1. one\n2. two\n- three\n# four\n> five\n    six"


def test_small_print_is_a_quote() -> None:
    assert shown(Span("one\ntwo"), is_quiet=True) == "┃ one\n┃ two"


def test_links_lead_where_they_should() -> None:
    link = Paragraph((Span("board", link="/board?x=(1)"), Span(" and "), Span("ours", link="https://okr.example/a b")))
    assert looks(markdown((link,), {}, "https://okr.example")).links == [
        ("board", "https://okr.example/board?x=%281%29"),
        ("ours", "https://okr.example/a%20b"),
    ]
    assert looks(markdown((link,), {})).links == [("ours", "https://okr.example/a%20b")]


def test_a_picture_is_named_by_its_media_id() -> None:
    image = Image("trend/x", "NPS [30] → 34](http://evil.example)")
    seen = looks(markdown((image,), {"trend/x": "@lADPx"}))
    assert (seen.pictures, seen.links) == (["@lADPx"], [])
    assert letters(looks(markdown((image,), {})).text) == letters(image.alt)


def test_the_title_is_the_beginning_of_what_is_said() -> None:
    message = Message((Paragraph(words("  \n")), Paragraph((*bold("市场部"), Span(" · 第 8 周"))), Paragraph(words("x" * 100))))
    assert encode(message, {}).title == "市场部 · 第 8 周"
    assert len(encode(Message((Paragraph(words("y" * 100)),)), {}).title) <= 40


@pytest.mark.parametrize("capabilities", [DINGTALK, DINGTALK_CARDS], ids=lambda one: one.platform)
@given(message=messages)
def test_every_message_stays_below_the_limit(capabilities: object, message: Message) -> None:
    for part in fit(message, capabilities, "https://laban.example"):  # type: ignore[arg-type] # parametrised
        said = encode(part, {}, "https://laban.example")
        assert len(compact({"title": said.title, "text": said.text}).encode()) <= PARAM_BYTES


@pytest.mark.parametrize("char", ["x", "\\", '"', "*", "界", "👩", "\n", "`", "[", "\u0300", "&lt;", "a.b", "://"])
def test_the_longest_message_of_the_worst_letters_stays_below_the_limit(char: str) -> None:
    text = Message((Paragraph(words(clean((char + "y" if char == "\n" else char) * 9000))),))
    for part in fit(text, DINGTALK):
        said = encode(part, {})
        assert len(compact({"title": said.title, "text": said.text}).encode()) <= PARAM_BYTES


@given(clean_text)
def test_odd_texts_lose_no_letter(text: str) -> None:
    said = clean(text)
    assert letters(looks(markdown((Paragraph(words(said)),), {})).text) == letters(said)
    harmless(text)
