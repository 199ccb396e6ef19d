"""What the bot says: one catalogue a language (gettext PO, keys as msgid), read once, at the first use.

A text is named by its key and carries its arguments; it becomes words only when its reader's language is known. Templates know `**bold**`,
`*italic*`, `` `code` `` and `{argument}`; arguments are data and never read as markup.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from bot.chat.richtext import RichText, Span, Style, plain
from bot.okr.people import LANGUAGES

LOCALES = {"en": "en_GB", "vi": "vi", "zh": "zh_Hans_CN"}
"""The conventions numbers and dates are written by. British English for dates: day before month reads unambiguously beside vi."""

_DAYS = {"en": "EEE d MMM", "vi": "EEEE d/M", "zh": "M月d日EEE"}
"""Patterns of CLDR for a day of this year: its own short form for vi, "Th 6, 27 thg 11", is nothing anybody writes in a chat."""

_MARKS = re.compile(r"(\*\*|\*|`|\{[a-z_]+\})")
_STYLES = {"**": Style.BOLD, "*": Style.ITALIC, "`": Style.CODE}


class MissingTextError(KeyError):
    """A key without a text in some language, or a text without its argument."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text to say: its key and its arguments. Made by `T`."""

    key: str
    args: tuple[tuple[str, Any], ...] = ()


def T(key: str, /, **args: Any) -> Text:  # noqa: N802 as short as gettext's own _(), and it marks keys for the checks
    """A text by key. Arguments may be str, int, Decimal, date, time, RichText or another Text; `n` chooses the plural form."""
    return Text(key, tuple(args.items())) if args else _bare(key)


@cache
def _bare(key: str) -> Text:
    """Scripts make the same texts anew in every turn; those without arguments are made once."""
    return Text(key)


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    style: Style = Style.PLAIN
    is_argument: bool = False


@dataclass(frozen=True, slots=True)
class _Form:
    """A template; `fixed` is what it says when it takes no argument."""

    pieces: tuple[_Piece, ...]
    fixed: RichText | None


@dataclass(frozen=True, slots=True)
class _Catalogue:
    forms: Mapping[str, tuple[_Form, ...]]
    plural: Callable[[int], int]


def say(lang: str, text: Text) -> RichText:
    """`text` in a language, as rich text. Raises MissingTextError for an unknown key or a missing argument."""
    catalogue = _load(lang)
    try:
        forms = catalogue.forms[text.key]
    except KeyError:
        raise MissingTextError(f"{lang}: no text {text.key!r}") from None
    args = dict(text.args)
    form = forms[catalogue.plural(int(args["n"]))] if len(forms) > 1 else forms[0]
    if form.fixed is not None:
        return form.fixed
    spans: list[Span] = []
    for piece in form.pieces:
        if not piece.is_argument:
            spans.append(Span(piece.text, piece.style))
            continue
        if piece.text not in args:
            raise MissingTextError(f"{lang}: {text.key!r} needs {piece.text!r}")
        value = args[piece.text]
        said = _words_of(lang, value)
        if isinstance(value, date) and not spans:
            said = tuple(Span(span.text[:1].upper() + span.text[1:]) for span in said)  # it begins the line
        for span in said:
            restyled = span.style is Style.PLAIN and piece.style is not Style.PLAIN
            spans.append(Span(span.text, piece.style, span.link) if restyled else span)
    return tuple(spans)


def say_plain(lang: str, text: Text) -> str:
    """`text` in a language, without emphasis."""
    return plain(say(lang, text))


def keys(lang: str) -> frozenset[str]:
    """All keys of a language."""
    return frozenset(_load(lang).forms)


def number(lang: str, value: Decimal | int) -> str:
    """A number as the language writes it, grouped, with at most six decimals."""
    # Equal numbers are written alike, but for the zero that has a minus.
    return _written(lang, value or 0)


@lru_cache(maxsize=4096)
def _written(lang: str, value: Decimal | int) -> str:
    """Babel takes 30 µs for a number, and a round says the same few thousands of times."""
    from babel.numbers import format_decimal  # noqa: PLC0415 Babel costs 40 ms to import; start-up of the command line stays quick

    return str(format_decimal(value, format="#,##0.######", locale=LOCALES[lang]))


def day(lang: str, value: date) -> str:
    """A date with its weekday, as it stands within a sentence: "Fri 27 Nov", "thứ Sáu 27/11", "11月27日周五"."""
    from babel.dates import format_date  # noqa: PLC0415 see _written()

    written = str(format_date(value, _DAYS[lang], locale=LOCALES[lang]))
    # CLDR has the names as they stand alone; within a sentence one writes "thứ Hai" and "Chủ nhật".
    return written.replace("Thứ ", "thứ ").replace("Chủ Nhật", "Chủ nhật")


def _words_of(lang: str, value: Any) -> RichText:
    match value:
        case str():
            return (Span(value),) if value else ()
        case Text():
            return say(lang, value)
        case tuple():
            return value
        case int() | Decimal():
            return (Span(number(lang, value)),)
        case datetime():
            return (Span(f"{day(lang, value.date())} {value:%H:%M}"),)
        case date():
            return (Span(day(lang, value)),)
        case time():
            return (Span(f"{value:%H:%M}"),)
    raise TypeError(f"cannot say a {type(value).__name__}")


@cache
def _load(lang: str) -> _Catalogue:
    from babel.messages.pofile import read_po  # noqa: PLC0415 see _written()

    if lang not in LANGUAGES:
        raise MissingTextError(f"no language {lang!r}")
    with files("bot.texts").joinpath(f"{lang}.po").open("rb") as file:
        catalogue = read_po(file, locale=lang, abort_invalid=True)
    forms: dict[str, tuple[_Form, ...]] = {}
    for message in catalogue:
        if not message.id:
            continue
        key = message.id if isinstance(message.id, str) else message.id[0]
        strings = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        if not all(strings):
            raise MissingTextError(f"{lang}: {key!r} is empty")
        forms[key] = tuple(_compile(string) for string in strings)
    return _Catalogue(forms, gettext.c2py(catalogue.plural_expr))


def _compile(template: str) -> _Form:
    pieces: list[_Piece] = []
    style = Style.PLAIN
    for part in _MARKS.split(template):
        if part in _STYLES:
            style = Style.PLAIN if style is _STYLES[part] else _STYLES[part]
        elif part.startswith("{") and part.endswith("}"):
            pieces.append(_Piece(part[1:-1], style, is_argument=True))
        elif part:
            pieces.append(_Piece(part, style))
    has_arguments = any(piece.is_argument for piece in pieces)
    return _Form(tuple(pieces), None if has_arguments else tuple(Span(piece.text, piece.style) for piece in pieces))
