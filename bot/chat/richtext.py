"""Text with a little emphasis, in which people's words are data: a span's text is never read as markup, by anybody."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import regex

from bot.chat.graphemes import beginning

MARKS_LIMIT = 8
"""Combining marks kept on one letter. The tallest stack in real use, a Tibetan syllable, has eight; more only paint over the
lines around, and NFC needs seconds for 50 000 of them."""

_LINE_ENDS = regex.compile(r"\r\n|[\r\v\f\x85\u2028\u2029]")
_BLANK_BRAILLE = "\u2800"
_MARKS = regex.compile(rf"(\p{{M}}{{{MARKS_LIMIT}}})\p{{M}}+")

# What never stays: controls, lone surrogates (no UTF-8 encoder accepts them), noncharacters (no XML writer does), annotation
# marks and all that is invisible by definition, bidirectional controls among it (UTS #39, OWASP ASVS 1.1.1), except what
# _JUDGED looks at.
_HIDDEN = regex.compile(
    r"[[\p{Cc}--[\n\t]]\p{Cs}\p{Noncharacter_Code_Point}\ufff9-\ufffb"
    r"[\p{Default_Ignorable_Code_Point}--[\u200c\u200d\ufe0e\ufe0f\u180b-\u180f\U000e0020-\U000e007f]]]",
    regex.V1,
)

# Invisible characters that mean something beside the right neighbours and only hide something anywhere else.
_JUDGED = regex.compile(
    r"""
    (?P<kept>
        # a joiner within an emoji sequence
        \p{Extended_Pictographic}\p{Emoji_Modifier}?\ufe0f?\u200d(?=\p{Extended_Pictographic})
        # joiners beside a virama choose the shape of an Indic letter (RFC 5892 A.1 and A.2; Bengali puts one before it)
        | \p{ccc=Virama}[\u200c\u200d]
        | (?<=\p{L})\u200d(?=\p{ccc=Virama})
        # a non-joiner between letters that would join, as Persian spells (RFC 5892 A.1)
        | (?<=[\p{jt=D}\p{jt=L}]\p{jt=T}{0,8})\u200c(?=\p{jt=T}{0,8}[\p{jt=R}\p{jt=D}])
        # how an emoji or a keycap looks
        | [\p{Emoji}--[0-9\#*]]\p{Emoji_Modifier}?[\ufe0e\ufe0f]
        | [0-9\#*]\ufe0f(?=\u20e3)
        # the shape of a Mongolian letter
        | [\p{Script=Mongolian}&&\p{L}][\u180b-\u180f]
        # the flags of England, Scotland and Wales: a black flag, the region's letters, an end mark
        | \U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f
    )
    | [\u200c\u200d\ufe0e\ufe0f\u180b-\u180f\U000e0020-\U000e007f]
    """,
    regex.V1 | regex.VERBOSE,
)


class Style(StrEnum):
    """How a span looks where the platform can show it."""

    PLAIN = "plain"
    BOLD = "bold"
    ITALIC = "italic"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style, optionally a link to an address of our own."""

    text: str
    style: Style = Style.PLAIN
    link: str = ""


RichText = tuple[Span, ...]


def plain(text: RichText) -> str:
    """The words alone; a link's address follows in brackets."""
    return "".join(f"{span.text} ({span.link})" if span.link else span.text for span in text)


def bold(text: str) -> RichText:
    """`text` as one bold span."""
    return (Span(text, Style.BOLD),)


def words(text: str) -> RichText:
    """`text` as it is, as one plain span."""
    return (Span(text),) if text else ()


def join(parts: Iterable[RichText], separator: str = "") -> RichText:
    """The parts one after another."""
    joined: list[Span] = []
    for index, part in enumerate(parts):
        if index and separator:
            joined.append(Span(separator))
        joined.extend(part)
    return tuple(joined)


def clean(text: str, limit: int | None = None) -> str:
    """What a person typed, made safe to keep: NFC, no control or bidirectional override characters, no invisible ones, line ends
    as "\n".

    Joiners stay where a script or an emoji sequence needs them. With `limit` the result is cut, between perceived characters, to
    at most that many code points. Cleaning twice changes nothing; the time is linear in the length, however odd the text.
    """
    while (
        cleaned := _cleaned_once(text, limit)
    ) != text:  # what one pass takes away can bring together what the next has to judge
        text = cleaned
    return text


def _cleaned_once(text: str, limit: int | None) -> str:
    text = _HIDDEN.sub("", _LINE_ENDS.sub("\n", text)).replace(_BLANK_BRAILLE, " ")
    text = unicodedata.normalize("NFC", _MARKS.sub(r"\1", _JUDGED.sub(r"\g<kept>", text)))
    return text.strip() if limit is None else beginning(text.strip(), limit).rstrip()
