"""Finding cue phrases in a sentence: by whole words, accents optional, longest phrase first, in linear time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.coach.tokens import Kind, Token, cut

ANY_NUMBER = "#"
ANY_YEAR = "@"
EXACT = "!"
"""A phrase that starts with this needs its accents: without them "hạ" is also Hà Nội's "ha"."""


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase found: what it was listed under, and how many tokens it spans."""

    phrase: str
    kinds: frozenset[str]
    length: int

    def value(self) -> Decimal:
        """For phrases listed under a number: that number."""
        return Decimal(min(self.kinds))


@dataclass(frozen=True, slots=True)
class _Part:
    key: str
    sig: str | None
    is_exact: bool

    def fits(self, token: Token) -> bool:
        if token.kind is Kind.NUMBER:
            return self.key in {ANY_NUMBER, token.key} or (self.key == ANY_YEAR and token.is_year())
        # A word typed with accents must carry the right ones ("hơn" is not "hôn"); a word typed without any may mean each.
        return self.key == token.key and ((token.sig is None and not self.is_exact) or token.sig == self.sig)


_Phrase = tuple[tuple[_Part, ...], Match]
_Index = dict[str, list[_Phrase]]


class Cues:
    """Phrases of one language, each under one or more kinds. In a phrase "#" stands for any number and "@" for a year."""

    __slots__ = ("_by_first", "_by_last", "_listed")

    def __init__(self, listed: Mapping[str, Iterable[str]]) -> None:
        # Cut up on first use: a start of the program that asks the coach nothing does not pay for thousands of phrases.
        self._listed = listed
        self._by_first: _Index | None = None
        self._by_last: _Index | None = None

    def starting(self, tokens: Sequence[Token], at: int) -> Match | None:
        """The longest phrase that begins at token `at`."""
        index = self._by_first if self._by_first is not None else self._cut_up()[0]
        return _longest(index, tokens, at, backwards=False)

    def ending(self, tokens: Sequence[Token], before: int, floor: int = 0) -> Match | None:
        """The longest phrase whose last token is `before` - 1 and whose first is not left of `floor`."""
        index = self._by_last if self._by_last is not None else self._cut_up()[1]
        return _longest(index, tokens, before - 1, backwards=True, floor=floor)

    def first_keys(self) -> frozenset[str]:
        """The keys of all tokens a phrase can begin with."""
        return frozenset(self._by_first if self._by_first is not None else self._cut_up()[0])

    def _cut_up(self) -> tuple[_Index, _Index]:
        kinds: dict[str, set[str]] = {}
        for kind, phrases in self._listed.items():
            for phrase in phrases:
                kinds.setdefault(phrase, set()).add(kind)
        by_first: _Index = {}
        by_last: _Index = {}
        for phrase, found in kinds.items():
            text = phrase.removeprefix(EXACT) or phrase
            parts = tuple(_Part(token.key, token.sig, text != phrase) for token in cut(text).tokens)
            entry = (parts, Match(text, frozenset(found), len(parts)))
            by_first.setdefault(parts[0].key, []).append(entry)
            by_last.setdefault(parts[-1].key, []).append(entry)
        for index in (by_first, by_last):
            for entries in index.values():
                entries.sort(key=lambda entry: -entry[1].length)
        self._by_first, self._by_last = by_first, by_last
        return by_first, by_last

    def search(self, tokens: Sequence[Token], start: int = 0, stop: int | None = None) -> tuple[int, Match] | None:
        """The first phrase that begins at or after `start` and ends before `stop`, with its place."""
        end = len(tokens) if stop is None else stop
        for at in range(start, end):
            match = self.starting(tokens, at)
            if match is not None and at + match.length <= end:
                return at, match
        return None


def _longest(index: _Index, tokens: Sequence[Token], anchor: int, *, backwards: bool, floor: int = 0) -> Match | None:
    if not 0 <= anchor < len(tokens):
        return None
    token = tokens[anchor]
    if token.kind is not Kind.NUMBER:
        entries = index.get(token.key)
        return None if entries is None else _first_that_fits(entries, tokens, anchor, backwards, floor)
    best: Match | None = None
    for key in (token.key, ANY_NUMBER, ANY_YEAR):
        match = _first_that_fits(index.get(key, ()), tokens, anchor, backwards, floor)
        if match is not None and (best is None or match.length > best.length):
            best = match
    return best


def _first_that_fits(
    entries: Sequence[_Phrase], tokens: Sequence[Token], anchor: int, backwards: bool, floor: int
) -> Match | None:
    for parts, match in entries:
        first = anchor - match.length + 1 if backwards else anchor
        if first < floor or first + match.length > len(tokens):
            continue
        at = first
        for part in parts:
            if not part.fits(tokens[at]):
                break
            at += 1
        else:
            return match
    return None


def phrases(text: str) -> tuple[str, ...]:
    """Phrases written in one text, separated by commas."""
    return tuple(phrase for part in text.split(",") if (phrase := " ".join(part.split())))


def cues(*listed: str) -> Cues:
    """Phrases that all mean the same to us."""
    return Cues({"cue": listed})
