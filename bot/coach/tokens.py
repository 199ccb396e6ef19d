"""A typed sentence cut into words, numbers, Chinese characters and signs, each with its place in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from bot.coach.folding import accents, clean, fold

MAX_CHARACTERS = 300
"""Nobody writes a longer objective or key result; what follows is not read, so cost stays bounded whatever is sent."""

FIGURES = frozenset("0123456789")
LETTERS = re.compile("[^\\W\\d_\u3007\u3400-\u4dbf\u4e00-\u9fff]+")
"""Letters but Chinese characters; some signs besides, which are looked at one by one."""
HAN = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff]+")
# People glue these to their value ("NPS30", "DAU10万"); other letters before figures make a name ("Q3", "D7", "ISO9001").
GLUED_BEFORE_VALUES = frozenset(
    "nps csat dau mau wau arr mrr gmv roi roas ltv cac cpa cpl ctr usd vnd eur rmb cny sla aov gpa x".split()
)


class Kind(StrEnum):
    NUMBER = "number"
    WORD = "word"
    HAN = "han"
    MARK = "mark"


class Token(NamedTuple):
    """A named tuple, for dozens are made of a sentence and a frozen dataclass takes three times as long.

    `key` is the folded text (figures inside a name become "#": "Q3" → "q#"); `sig` tells accented look-alikes apart.

    `start` and `end` are positions in the cleaned text. `glued`: nothing stands between it and the token before.
    """

    kind: Kind
    key: str
    sig: str | None
    start: int
    end: int
    glued: bool

    def is_year(self) -> bool:
        return self.kind is Kind.NUMBER and len(self.key) == 4 and "1990" <= self.key <= "2099" and self.key.isdigit()


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    tokens: tuple[Token, ...]
    words: int = 0
    """How many of the tokens are words or numbers."""
    han: int = 0
    """How many are Chinese characters."""

    def slice(self, first: int, stop: int) -> str:
        """The text from token `first` up to, not including, token `stop`, as it was typed."""
        if first >= stop:
            return ""
        return self.text[self.tokens[first].start : self.tokens[stop - 1].end]

    def span(self, first: int = 0, stop: int | None = None) -> tuple[int, int]:
        """The characters of `text` from token `first` up to, not including, token `stop`; all of them by default."""
        stop = len(self.tokens) if stop is None else stop
        return (self.tokens[first].start, self.tokens[stop - 1].end) if first < stop else (0, 0)


def is_han(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff" or "\u3400" <= character <= "\u4dbf" or character == "\u3007"


def _is_letter(character: str) -> bool:
    return character.isalpha() and not is_han(character)


def _end_of_number(text: str, at: int) -> int:
    end = at
    while end < len(text):
        if text[end] in FIGURES or (text[end] in ".,'" and text[end + 1 : end + 2] in FIGURES and text[end + 1 : end + 2]):
            end += 1
        else:
            break
    return end


def _end_of_letters(text: str, at: int) -> int:
    run = LETTERS.match(text, at)
    if run is not None and run[0].isalpha() and text[run.end() : run.end() + 1] != "'":
        return run.end()
    end = at
    while end < len(text) and (_is_letter(text[end]) or (text[end] == "'" and end > at and _is_letter(text[end + 1 : end + 2]))):
        end += 1
    return end


def _end_of_name(text: str, at: int) -> int:
    """End of letters mixed with figures, as in "B2B" or "v2.0"."""
    end = at
    while end < len(text):
        following = text[end + 1 : end + 2]
        if text[end] in FIGURES or _is_letter(text[end]) or (text[end] == "." and following != "" and following in FIGURES):
            end += 1
        else:
            break
    return end


def read_sentence(text: str) -> Sentence:
    """Cut `text` into tokens, in one pass; at most MAX_CHARACTERS of it."""
    return _remembered(shortened(text))


def shortened(text: str) -> str:
    """As much of a text as is read at all; what results of it are remembered by."""
    return text.lstrip()[:MAX_CHARACTERS]


def cut(text: str) -> Sentence:
    """Like read_sentence, for texts that will not come again."""
    text = clean(text, MAX_CHARACTERS)
    folded = fold(text)
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        character = text[at]
        if character == " ":
            at += 1
            continue
        glued = at > 0 and bool(tokens) and tokens[-1].end == at
        if character in FIGURES:
            end = _end_of_number(text, at)
            kind, key = Kind.NUMBER, text[at:end]
        elif is_han(character):
            end = at + 1
            kind, key = Kind.HAN, folded[at]
        elif _is_letter(character):
            end = _end_of_letters(text, at)
            kind, key = Kind.WORD, folded[at:end]
            after_number = glued and tokens[-1].kind is Kind.NUMBER
            if end < len(text) and text[end] in FIGURES and not after_number and key not in GLUED_BEFORE_VALUES:
                end = _end_of_name(text, at)
                key = _without_figures(folded[at:end])
        else:
            end = at + 1
            kind, key = Kind.MARK, folded[at]
        sig = accents(text[at:end]) if kind is Kind.WORD else None
        tokens.append(Token(kind, key, sig, at, end, glued))
        at = end
    han = sum([token.kind is Kind.HAN for token in tokens])
    marks = sum([token.kind is Kind.MARK for token in tokens])
    return Sentence(text, tuple(tokens), len(tokens) - han - marks, han)


def _without_figures(name: str) -> str:
    """ "q3" → "q#", "v2.0" → "v#", "b2b" → "b#b"."""
    parts: list[str] = []
    for character in name:
        if character in FIGURES or character == ".":
            if not parts or parts[-1] != "#":
                parts.append("#")
        else:
            parts.append(character)
    return "".join(parts)


@lru_cache(maxsize=256)  # the rules and the dialogue engine read the same sentence again and again
def _remembered(text: str) -> Sentence:
    return cut(text)
