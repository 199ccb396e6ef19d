"""The preview shows every message in every language on every platform, and what people wrote only as words."""

from __future__ import annotations

from html.parser import HTMLParser

from adapters.preview import PLATFORMS, preview_page
from adapters.sample import Sample
from bot.chat.message import (
    Audience,
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
from bot.chat.richtext import Span, Style, words

LANGUAGES = ("en", "vi", "zh")
BLOCKS: tuple[Block, ...] = (
    Paragraph(
        (
            Span("Bold", Style.BOLD),
            Span("Slanted", Style.ITALIC),
            Span("typed", Style.CODE),
            Span("Board", link="https://l.example"),
        )
    ),
    ProgressBar("NPS", 0.4, 0.62, "▲4"),
    Image("charts/1.png", "NPS rose"),
    Choices((Option("Yes", "y", "everybody sees it"), Option("No", "n"))),
    Choices(tuple(Option(f"Team {number}", f"t{number}") for number in range(20)), many=True),
    Form(
        (FormField("k", "NPS today", placeholder="41"), FormField("c", "Sure?", Entry.CHOICE, options=(Option("Yes", "y"),))),
        "t",
        "Send",
    ),
    Buttons((Button("Go back", "b", "back"),)),
)


def everywhere(
    *blocks: Block, edits: str = "", is_optional: bool = False, audience: Audience = Audience.PERSON
) -> dict[str, Message]:
    return {lang: Message(blocks, lang, edits=edits, is_optional=is_optional, audience=audience) for lang in LANGUAGES}


class Page(HTMLParser):
    """The page as a browser takes it apart: the tags and attributes there are, the words, and where links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, name: str) -> list[str | None]:
        return [value for attribute, value in self.attributes if attribute == name]


def test_every_message_is_shown_in_every_language_on_every_platform() -> None:
    catalogue = [
        Sample("write_objective", "asks for the objective", everywhere(*BLOCKS)),
        Sample("weekly_check_in", "asks for the number", everywhere(Paragraph(words("How is NPS?")))),
        Sample("write_objective", "publishes", everywhere(Paragraph(words("Published.")))),
    ]
    page = Page(preview_page(catalogue))
    assert page.all("class").count("cell") == len(catalogue) * len(LANGUAGES) * len(PLATFORMS)
    assert page.all("id") == ["s1", "s1-1", "s1-2", "s2", "s2-1"]
    assert {value for value in page.all("href") if value and value.startswith("#")} == {f"#{name}" for name in page.all("id")}
    assert page.words.count("How is NPS?") == len(LANGUAGES) * len(PLATFORMS)
    assert "Everything fits." in page.words
    for platform in PLATFORMS:
        assert f"/ {platform.text}" in page.words


def test_the_page_needs_nothing_else_and_runs_nothing() -> None:
    page = Page(preview_page([Sample("s", "n", everywhere(*BLOCKS))]))
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert not page.all("src")
    assert not any(name.startswith("on") for name, _ in page.attributes)


def test_peoples_words_are_escaped_and_only_safe_addresses_can_be_followed() -> None:
    odd = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> <!channel> {{ 7*7 }}"
    blocks = (
        Paragraph(
            (Span(odd, Style.BOLD), Span("here", link="javascript:alert(1)"), Span("there", link=f"https://l.example/{odd}"))
        ),
        ProgressBar(odd, 0.5, note=odd),
        Image(odd, odd),
        Choices((Option(odd, "y", odd),)),
        Form((FormField("k", odd, value=odd, problem=odd),), "t", odd),
        Buttons((Button(odd, "b", odd),)),
    )
    html = preview_page([Sample(odd, odd, everywhere(*blocks))])
    page = Page(html)
    assert "script" not in page.tags
    assert "img" not in page.tags
    assert all(value and value.startswith(("#", "https://")) for value in page.all("href"))
    assert odd in page.words


def test_what_is_missing_is_flagged() -> None:
    page = Page(preview_page([Sample("home", "greets", {"en": Message((Paragraph(words("Hello")),))})]))
    assert "2 things do not fit or are missing." in page.words
    assert page.words.count("There is no message in this language.") == 2


def test_a_platform_that_gets_nothing_says_so() -> None:
    tidying = everywhere(Paragraph(words("✓ Yes")), edits="s:1", is_optional=True)
    page = Page(preview_page([Sample("home", "tidies up", tidying)]))
    assert page.words.count("Nothing is sent.") == 2 * len(LANGUAGES)
    assert "only tidies up an earlier message" in page.words


def test_remarks_name_what_a_reader_would_not_see() -> None:
    page = Page(
        preview_page([Sample("board", "Monday", everywhere(Paragraph(words("x")), edits="s:1", audience=Audience.GROUP))])
    )
    assert "replaces an earlier message" in page.words
    assert "for a group" in page.words


def test_a_page_without_messages_says_so() -> None:
    assert "There are no messages to show." in Page(preview_page([])).words
