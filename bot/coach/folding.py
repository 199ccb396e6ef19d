"""Text as typed → text that can be compared: one spelling per character, same length before and after folding."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from importlib.resources import files


def _pairs() -> list[str]:
    """Traditional characters, each with its simplified form."""
    listed = files("bot.coach").joinpath("words", "traditional.txt").read_text(encoding="utf-8")
    return [pair for line in listed.splitlines() if not line.startswith("#") for pair in line.split()]


SIMPLIFIED = {ord(pair[0]): pair[1] for pair in _pairs()}

# Simplified characters that traditional texts have, too, with a meaning of their own: 皇后, 公里, 曆法, 只有.
OF_BOTH_SCRIPTS = frozenset("后里面只系云干台于谷几斗范志采余征准占才制卷松板极历发复向折愿合舍注别周")
TRADITIONAL = {ord(simple): chr(written) for written, simple in SIMPLIFIED.items() if simple not in OF_BOTH_SCRIPTS}

# Several ways to type one sign; longer spellings first.
SIGNS = (
    ("-->", "→"),
    ("->", "→"),
    ("=>", "→"),
    ("⟶", "→"),
    ("➔", "→"),
    ("➜", "→"),
    ("➡", "→"),
    ("⇒", "→"),
    (">=", "≥"),
    ("≧", "≥"),
    ("<=", "≤"),
    ("≦", "≤"),
    ("\u2212", "-"),
    ("\u2013", "-"),
    ("\u2012", "-"),
    ("’", "'"),
)

# Chinese punctuation stays as it was typed, for examples quote it, and is only folded; between figures it becomes part of a number.
WIDE_PUNCTUATION = dict(zip("\uff0c\uff1a\uff1b\uff1f\uff01\uff08\uff09", ",:;?!()", strict=True))


@lru_cache(maxsize=4096)
def _plain_character(character: str) -> str:
    if character in WIDE_PUNCTUATION:
        return character
    category = unicodedata.category(character)
    if category == "Cf":  # zero-width marks and bidi controls: invisible, so nobody typed them on purpose
        return ""
    if category in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"}:
        return " "
    wide = unicodedata.normalize("NFKC", character)
    if category == "No":
        # "1½" must not turn into "11/2", nor "m²" and "10²" into other numbers.
        return f" {wide.replace(chr(0x2044), '/')}" if chr(0x2044) in wide else character
    return wide


def in_script_of(model: str, text: str) -> str:
    """Simplified Chinese as somebody writes it who wrote `model`: in traditional characters if those were."""
    return text.translate(TRADITIONAL) if any(ord(character) in SIMPLIFIED for character in model) else text


def clean(text: str, limit: int) -> str:
    """At most `limit` characters of `text` on one line: full-width forms narrowed, invisible characters gone, arrows and dashes unified."""
    text = unicodedata.normalize("NFC", text.strip()[:limit])
    if not text.isascii() or not text.isprintable():
        text = "".join(map(_plain_character, text))[:limit]
        if "\uff0c" in text:
            text = "".join(
                "," if character == "\uff0c" and text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit() else character
                for at, character in enumerate(text)
            )
    for written, sign in SIGNS:
        text = text.replace(written, sign)
    return " ".join(text.split())


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    if character in WIDE_PUNCTUATION:
        return WIDE_PUNCTUATION[character]
    lower = character.lower()[:1]
    if lower == "đ":
        return "d"
    return unicodedata.normalize("NFD", lower)[:1].translate(SIMPLIFIED) or character


def fold(text: str) -> str:
    """Lower case, no accents, simplified characters; every character stays at its place, so positions remain valid."""
    return text.lower() if text.isascii() else "".join(map(_fold_character, text))


@lru_cache(maxsize=8192)
def accents(word: str) -> str | None:
    """What distinguishes words that fold alike, or None for a word typed without accents.

    Sorted, so that "hoà" and "hòa" count as one spelling.
    """
    if word.isascii():
        return None
    lower = word.lower()
    return "".join(sorted(unicodedata.normalize("NFD", lower))) if fold(word) != lower else None
