"""What Telegram is told to show: entities where the words are, nothing that acts by itself, keyboards one can read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import InlineKeyboardMarkup, MessageEntity

from adapters.telegram.encode import ENTITIES, JOINER, Picture, Shown, commands, encode, harmless, units
from adapters.telegram.limits import TELEGRAM
from bot.chat.degrade import fit
from bot.chat.message import Button, Buttons, Choices, Image, Message, Option, Paragraph, Tone
from bot.chat.richtext import RichText, Span, Style, bold, clean, join, words
from bot.okr.people import LANGUAGES
from tests.platforms.telegram_server import ACTING, found_in
from tests.sample_messages import INJECTIONS, SAMPLES
from tests.unit.chat.odd_texts import any_text

ADDRESS = "https://laban.example"


def shown(*blocks: Paragraph | Choices | Buttons, public_url: str = "") -> Shown:
    encoded = encode(Message(blocks), public_url)
    assert isinstance(encoded, Shown)
    return encoded


def covered(encoded: Shown) -> list[tuple[str, str]]:
    """(kind, words) of every entity, cut out as Telegram counts."""
    whole = encoded.text.encode("utf-16-le")
    return [
        (one.type, whole[2 * one.offset : 2 * (one.offset + one.length)].decode("utf-16-le").replace(JOINER, ""))
        for one in encoded.entities
    ]


def found(encoded: Shown) -> list[str]:
    """What Telegram would find in the text by itself, and acts."""
    given_ones = [one.to_dict() for one in encoded.entities]
    return [one["type"] for one in found_in(encoded.text, given_ones) if one["type"] in ACTING]


def rows(*labels: str) -> list[list[str]]:
    markup = shown(Buttons(tuple(Button(label, "d.x.", label) for label in labels))).keyboard
    assert markup is not None
    return [[button.text for button in row] for row in markup.inline_keyboard]


# --- words and entities ---


def test_offsets_count_utf_16_units() -> None:
    text = (*words("👩‍👩‍👧‍👦 chào "), *bold("Phạm 👍 An"), *words(" – "), Span("x", Style.CODE))
    encoded = shown(Paragraph(words("界🚀")), Paragraph(text))
    assert covered(encoded) == [("bold", "Phạm 👍 An"), ("code", "x")]
    assert encoded.text.startswith("界🚀\n\n👩‍👩‍👧‍👦 chào")


def test_white_space_at_the_ends_is_left_out_of_texts_and_entities() -> None:
    encoded = shown(Paragraph((*words(" \n"), *bold(" a "), Span(" ", Style.ITALIC), *words("b\n "))), Paragraph(words(" ")))
    assert encoded.text == "a  b"
    assert covered(encoded) == [("bold", "a")]


def test_a_link_leads_to_our_own_address_or_nowhere() -> None:
    paragraph = Paragraph((*words("see "), Span("the board", Style.BOLD, link="/board?a=1")))
    linked = shown(paragraph, public_url=f"{ADDRESS}/")
    assert [(one.type, one.url) for one in linked.entities] == [("text_link", f"{ADDRESS}/board?a=1"), ("bold", None)]
    assert [one.type for one in shown(paragraph).entities] == ["bold"]
    away = shown(Paragraph((Span("x", link="https://laban.example/x"),)))
    assert [one.url for one in away.entities] == ["https://laban.example/x"]


@pytest.mark.parametrize("link", ["javascript:alert(1)", "tg://user?id=1", "//evil.example", "data:text/html,x"])
def test_a_link_that_is_no_web_address_stays_below_our_own(link: str) -> None:
    urls = [one.url for one in shown(Paragraph((Span("x", link=link),)), public_url=ADDRESS).entities]
    assert all(url is not None and url.startswith(f"{ADDRESS}/") for url in urls)


def test_no_more_entities_than_telegram_takes() -> None:
    spans: list[RichText] = [bold(str(number)) for number in range(150)]
    assert len(shown(Paragraph(join(spans, " "))).entities) == ENTITIES


span = st.builds(
    Span, any_text.map(clean), st.sampled_from(Style), st.sampled_from(["", "", "/board", "https://laban.example/x"])
)


@given(st.lists(st.lists(span, min_size=1, max_size=4).map(lambda spans: Paragraph(tuple(spans))), min_size=1, max_size=3))
def test_every_entity_lies_on_its_words_whatever_they_are(paragraphs: list[Paragraph]) -> None:
    for part in fit(Message(tuple(paragraphs)), TELEGRAM, ADDRESS):
        encoded = encode(part, ADDRESS)
        assert isinstance(encoded, Shown)
        assert encoded.text == encoded.text.strip()
        assert 0 < units(encoded.text) <= TELEGRAM.text
        said = [(one.style, one.text) for block in part.blocks if isinstance(block, Paragraph) for one in block.text]
        for kind, cut_out in covered(encoded):
            assert cut_out == cut_out.strip()
            styles = [style for style, text in said if cut_out in text]
            assert kind == MessageEntity.TEXT_LINK or kind in [style.value for style in styles]


@given(st.lists(span, min_size=1, max_size=4))
def test_all_words_are_there_letter_by_letter(spans: list[Span]) -> None:
    encoded = shown(Paragraph(tuple(spans)))
    assert encoded.text.replace(JOINER, "") == "".join(one.text for one in spans).strip().replace(JOINER, "")


# --- nothing acts by itself ---


@pytest.mark.parametrize("text", INJECTIONS)
@pytest.mark.parametrize("style", [Style.PLAIN, Style.BOLD, Style.ITALIC])
def test_what_people_write_pings_nobody_and_leads_nowhere(text: str, style: Style) -> None:
    encoded = shown(Paragraph((*words("An: "), Span(text, style), *words(" ✓"))))
    assert found(encoded) == []
    assert not {one.type for one in encoded.entities} & ACTING


@pytest.mark.parametrize("cut", range(1, 15))
def test_a_name_in_two_pieces_is_no_name_either(cut: int) -> None:
    text = "@an evil.example"
    assert found(shown(Paragraph((Span(text[:cut], Style.BOLD), Span(text[cut:]))))) == []


@given(any_text.map(clean))
def test_odd_words_never_act(text: str) -> None:
    assert found(shown(Paragraph(words(f"@{text}.vn x@{text} https://{text}")))) == []


@pytest.mark.parametrize("text", ["1.200,50 đ", "v. v.", "12:30", "NPS 30 → 50", "a@ b", "…", "3,5万", "/home", "Q3/2026"])
def test_ordinary_words_are_left_as_they_are(text: str) -> None:
    assert harmless(text) == text


def test_a_code_to_copy_is_left_as_it_is() -> None:
    assert shown(Paragraph((Span("a.b@c", Style.CODE),))).text == "a.b@c"


# --- keyboards ---


def test_short_buttons_stand_beside_each_other_and_long_ones_alone() -> None:
    assert rows("Có", "Không") == [["Có", "Không"]]
    assert rows("Quay lại", "Sửa", "Để sau", "Hủy") == [["Quay lại", "Sửa"], ["Để sau", "Hủy"]]
    assert rows("Khách hàng yêu dịch vụ của chúng ta", "Trang chủ", "Hủy") == [
        ["Khách hàng yêu dịch vụ của chúng ta"],
        ["Trang chủ", "Hủy"],
    ]
    assert rows("客户喜欢我们的服务", "首页") == [["客户喜欢我们的服务"], ["首页"]]


def test_numbers_are_spread_evenly() -> None:
    assert rows(*map(str, range(1, 11))) == [["1", "2", "3", "4", "5"], ["6", "7", "8", "9", "10"]]


def test_answers_come_before_what_else_can_be_done_in_rows_of_their_own() -> None:
    encoded = shown(
        Paragraph(words("?")), Choices((Option("Yes", "a.s.1.y"),)), Buttons((Button("Home", "d.home.", "home"),))
    ).keyboard
    assert encoded is not None
    assert [[button.callback_data for button in row] for row in encoded.inline_keyboard] == [["a.s.1.y"], ["d.home."]]


def test_a_message_without_buttons_has_no_keyboard() -> None:
    assert shown(Paragraph(words("hello"))).keyboard is None


def test_tones_become_colours() -> None:
    markup = shown(Buttons(tuple(Button(tone.value, "d.x.", "x", tone) for tone in Tone))).keyboard
    assert isinstance(markup, InlineKeyboardMarkup)
    told = [button for row in markup.to_dict()["inline_keyboard"] for button in row]
    assert [button.get("style") for button in told] == [None, "primary", "danger"]


@given(st.lists(st.text(alphabet="aW界👍 ", min_size=1, max_size=40).filter(str.strip), min_size=1, max_size=30))
def test_no_button_is_lost_and_no_row_is_longer_than_telegram_takes(labels: list[str]) -> None:
    laid_out = rows(*labels)
    assert [label for row in laid_out for label in row] == labels
    assert all(1 <= len(row) <= 8 for row in laid_out)


# --- the rest ---


def test_a_picture_goes_by_itself_with_its_words_below() -> None:
    assert encode(Message((Image("charts/nps.png", "NPS of x.vn"),))) == Picture("charts/nps.png", f"NPS of x.{JOINER}vn")


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_sample_stays_within_the_limits(sample: Message) -> None:
    for part in fit(sample, TELEGRAM, ADDRESS):
        encoded = encode(part, ADDRESS)
        if isinstance(encoded, Picture):
            assert 0 < units(encoded.caption) <= 1024
        else:
            assert 0 < units(encoded.text) <= 4096


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_menu_is_short_and_in_every_language(lang: str) -> None:
    menu = commands(lang)
    assert 0 < len(menu) <= 100
    assert all(1 <= len(one.description) <= 60 for one in menu)
    assert len({one.command for one in menu}) == len(menu)
