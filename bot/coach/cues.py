"""Finding cue phrases in a sentence: by whole words, accents optional, longest phrase first, in linear time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.coach.tokens import Kind, Token, read_sentence

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
            return self.key == ANY_NUMBER or self.key == token.key or (self.key == ANY_YEAR and token.is_year())
        # A word typed with accents must carry the right ones ("hơn" is not "hôn"); a word typed without any may mean each.
        return self.key == token.key and ((token.sig is None and not self.is_exact) or token.sig == self.sig)


_Phrase = tuple[tuple[_Part, ...], Match]


class Cues:
    """Phrases of one language, each under one or more kinds. In a phrase "#" stands for any number and "@" for a year."""

    __slots__ = ("_by_first", "_by_last")

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        kinds: dict[str, set[str]] = {}
        for kind, listed in phrases.items():
            for phrase in listed:
                kinds.setdefault(phrase, set()).add(kind)
        self._by_first: dict[str, list[_Phrase]] = {}
        self._by_last: dict[str, list[_Phrase]] = {}
        for phrase, found in kinds.items():
            text = phrase.removeprefix(EXACT) or phrase
            parts = tuple(_Part(token.key, token.sig, text != phrase) for token in read_sentence(text).tokens)
            entry = (parts, Match(text, frozenset(found), len(parts)))
            self._by_first.setdefault(parts[0].key, []).append(entry)
            self._by_last.setdefault(parts[-1].key, []).append(entry)
        for index in (self._by_first, self._by_last):
            for entries in index.values():
                entries.sort(key=lambda entry: -entry[1].length)

    def starting(self, tokens: Sequence[Token], at: int) -> Match | None:
        """The longest phrase that begins at token `at`."""
        return _longest(self._by_first, tokens, at, backwards=False)

    def ending(self, tokens: Sequence[Token], before: int, floor: int = 0) -> Match | None:
        """The longest phrase whose last token is `before` - 1 and whose first is not left of `floor`."""
        return _longest(self._by_last, tokens, before - 1, backwards=True, floor=floor)

    def search(self, tokens: Sequence[Token], start: int = 0, stop: int | None = None) -> tuple[int, Match] | None:
        """The first phrase that begins at or after `start` and ends before `stop`, with its place."""
        end = len(tokens) if stop is None else stop
        for at in range(start, end):
            match = self.starting(tokens, at)
            if match is not None and at + match.length <= end:
                return at, match
        return None


def _longest(
    index: dict[str, list[_Phrase]], tokens: Sequence[Token], anchor: int, *, backwards: bool, floor: int = 0
) -> Match | None:
    if not 0 <= anchor < len(tokens):
        return None
    token = tokens[anchor]
    if token.kind is not Kind.NUMBER and token.key not in index:
        return None
    keys = (token.key, ANY_NUMBER, ANY_YEAR) if token.kind is Kind.NUMBER else (token.key,)
    best: Match | None = None
    for key in keys:
        for parts, match in index.get(key, ()):
            if best is not None and match.length <= best.length:
                break
            first = anchor - match.length + 1 if backwards else anchor
            if first < floor or first + match.length > len(tokens):
                continue
            if all(part.fits(tokens[first + offset]) for offset, part in enumerate(parts)):
                best = match
                break
    return best


def cues(*phrases: str, kind: str = "cue") -> Cues:
    """Phrases that all mean the same to us."""
    return Cues({kind: phrases})
