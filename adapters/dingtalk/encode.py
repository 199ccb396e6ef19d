"""Fitted messages → DingTalk's Markdown. Pure. Words are words: what people wrote is escaped wherever it could become markup.

DingTalk knows a part of Markdown and does not say which rules of it. So two means are used that do no harm where they are not needed: a
backslash before marks within a line, and a word joiner, which takes no room and breaks no line, before what only means something at the
beginning of one, and inside whatever looks like an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final
from urllib.parse import quote, urlsplit

from bot.chat.graphemes import shortened
from bot.chat.message import Block, Buttons, Choices, Form, Image, Message, Paragraph
from bot.chat.richtext import RichText, Span, Style, plain, words

JOINER: Final = "\u2060"
TITLE: Final = 40
"""Characters of a title; it is shown in notifications and in the list of chats only."""

_MARKS = re.compile(r"[\\`*_\[\]<~|]|!(?=\[)|&(?=#?\w+;)")
_LINE_STARTS = re.compile(r"#{1,6}(?=\s|\Z)|[>+\-=]|\d{1,9}[.)]|[ \t]")
_LOOKS_LIKE_A_LINK = re.compile(r":(?=//)|(?<=\S)\.(?=[^\W\d])|@(?=\w)")
_SIGNS = {Style.BOLD: "**", Style.ITALIC: "*"}
"""There is no sign for code: its words are shown as they are."""
_BRACKETS = str.maketrans("[]\\", "()/")
_BREAK: Final = "  \n"
_ADDRESS_KEPT: Final = "/:?#[]@!$&'*+,;=%~"


@dataclass(frozen=True, slots=True)
class Said:
    """A message of words, as `sampleMarkdown` takes it."""

    title: str
    text: str


def encode(message: Message, media: Mapping[str, str], public_url: str = "") -> Said:
    """A message that fits `limits.DINGTALK`. `media` are the media ids of its pictures by source; `public_url` is our own address, "" when
    nobody outside could open it."""
    return Said(title_of(message), markdown(message.blocks, media, public_url))


def markdown(blocks: Iterable[Block], media: Mapping[str, str], public_url: str = "") -> str:
    """What is said in these blocks, without what can be pressed."""
    paragraphs: list[str] = []
    for block in blocks:
        match block:
            case Choices() | Buttons() | Form():
                continue
            case Image(source, alt):
                # A picture that could not be drawn has been put in words before; this is the last resort.
                media_id = media.get(source, "")
                paragraphs.append(f"![{_described(alt)}]({media_id})" if media_id else _lines(words(alt), public_url))
            case Paragraph(text):
                paragraphs.append(_lines(text, public_url, "> " if block.is_quiet else ""))
            case _:
                paragraphs.append(_lines(words(block.plain()), public_url))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def title_of(message: Message) -> str:
    """The first words of a message. No markup is read there."""
    for block in message.blocks:
        said = plain(block.text) if isinstance(block, Paragraph) else block.plain()
        line = " ".join(said.split())
        if line:
            return shortened(line, TITLE, len) or line[:TITLE]
    return "Laban"


def harmless(text: str) -> str:
    """`text` looking the same within a line, whatever is in it."""
    escaped = _MARKS.sub(lambda mark: f"\\{mark[0]}", text)
    return _LOOKS_LIKE_A_LINK.sub(lambda mark: f"{mark[0]}{JOINER}", escaped)


def _described(alt: str) -> str:
    """A picture's words, between brackets in which no bracket may be, escaped or not."""
    return harmless(" ".join(alt.translate(_BRACKETS).split()))


def _lines(text: RichText, public_url: str, prefix: str = "") -> str:
    """A paragraph, its lines kept apart. Each begins with what can be read as nothing but words."""
    said = "".join(_piece(span, public_url) for span in _lean(_joined(text))).strip()
    lines = [line.rstrip() for line in said.split("\n")]
    return _BREAK.join(f"{prefix}{JOINER if _LINE_STARTS.match(line) else ''}{line}" for line in lines if line)


def _joined(text: RichText) -> Iterator[Span]:
    """The same text in as few spans as possible: signs that end one beside signs that begin another would be read as neither."""
    for (style, link), spans in groupby(text, key=lambda span: (_SIGNS.get(span.style, ""), span.link)):
        alike = list(spans)
        yield Span("".join(span.text for span in alike), alike[0].style if style else Style.PLAIN, link)


def _lean(spans: Iterable[Span]) -> Iterator[Span]:
    """The same without italics that touch a letter: one star within a word is shown as typed."""
    listed = list(spans)
    for index, span in enumerate(listed):
        before = listed[index - 1].text[-1:] if index else ""
        after = listed[index + 1].text[:1] if index + 1 < len(listed) else ""
        is_within = span.style is Style.ITALIC and (_touches(before, span.text[:1]) or _touches(span.text[-1:], after))
        yield Span(span.text, Style.PLAIN, span.link) if is_within else span


def _touches(left: str, right: str) -> bool:
    return not (left.isspace() or right.isspace()) and (_is_letter(left) or _is_letter(right)) and bool(left and right)


def _is_letter(char: str) -> bool:
    return char.isalnum() or char == "_"


def _piece(span: Span, public_url: str) -> str:
    """A span. Signs stand for each line of it by themselves, and never around white space, where they would be shown as typed."""
    if "\n" in span.text:
        return "\n".join(_piece(Span(line, span.style, span.link), public_url) for line in span.text.split("\n"))
    core = span.text.strip()
    if not core:
        return span.text
    start = span.text.index(core)
    before, after = span.text[:start], span.text[start + len(core) :]
    sign = _SIGNS.get(span.style, "")
    # Beside a quotation mark a sign is only read as one when a letter, or what counts as one, is between them.
    shown = f"{sign}{JOINER}{harmless(core)}{JOINER}{sign}" if sign else harmless(core)
    address = _address(span.link, public_url)
    return f"{before}[{shown}]({address}){after}" if address else f"{before}{shown}{after}"


def _address(link: str, public_url: str) -> str:
    """Where a link leads; "" when nobody could follow it."""
    if not link:
        return ""
    if urlsplit(link).scheme not in ("http", "https"):
        if not public_url:
            return ""
        link = f"{public_url.rstrip('/')}/{link.lstrip('/')}"
    return quote(link, safe=_ADDRESS_KEPT)
