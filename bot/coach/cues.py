"""Finding cue phrases in a sentence: by whole words, accents optional, longest phrase first, in linear time."""

from __future__ import annotations

from collections.abc import Iterable, KeysView, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from bot.coach.folding import accents, fold
from bot.coach.tokens import HAN, LETTERS, Kind, Token, cut

ANY_NUMBER = "#"
ANY_YEAR = "@"
EXACT = "!"
"""A phrase that starts with this needs its accents: without them "hạ" is also Hà Nội's "ha"."""
OTHER = "other"
"""What phrases are listed under that are searched past: in "hoàn thành công việc" there is no "thành công"."""


class Match(NamedTuple):
    """A phrase found: what it was listed under, and how many tokens it spans."""

    phrase: str
    kinds: frozenset[str]
    length: int

    def value(self) -> Decimal:
        """For phrases listed under a number: that number."""
        return Decimal(min(self.kinds))


_Sigs = tuple[str | None, ...]


class _Node:
    """Phrases that begin alike. `children` lead on by the key of the next token; `ends` are the phrases that end here."""

    __slots__ = ("children", "ends")

    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.ends: tuple[tuple[_Sigs, bool, Match], ...] = ()


class Cues:
    """Phrases of one language, each under one or more kinds. In a phrase "#" stands for any number and "@" for a year."""

    __slots__ = ("_backwards", "_forwards", "_listed")

    def __init__(self, listed: Mapping[str, Iterable[str]]) -> None:
        # Cut up on first use: a start of the program that asks the coach nothing does not pay for thousands of phrases.
        self._listed = {kind: tuple(phrases) for kind, phrases in listed.items()}
        self._forwards: _Node | None = None
        self._backwards: _Node | None = None

    @property
    def listed(self) -> Mapping[str, tuple[str, ...]]:
        """The phrases of each kind, as written."""
        return self._listed

    def starting(self, tokens: Sequence[Token], at: int) -> Match | None:
        """The longest phrase that begins at token `at`."""
        if at >= len(tokens):
            return None
        root = self._forwards or self._cut_up(backwards=False)
        token = tokens[at]
        if token.key not in root.children and token.kind is not Kind.NUMBER:
            return None
        return _longest(root, tokens, at, 1, len(tokens))

    def ending(self, tokens: Sequence[Token], before: int, floor: int = 0) -> Match | None:
        """The longest phrase whose last token is `before` - 1 and whose first is not left of `floor`."""
        if not floor < before <= len(tokens):
            return None
        root = self._backwards or self._cut_up(backwards=True)
        token = tokens[before - 1]
        if token.key not in root.children and token.kind is not Kind.NUMBER:
            return None
        return _longest(root, tokens, before - 1, -1, floor - 1)

    def search(self, tokens: Sequence[Token], start: int = 0, stop: int | None = None) -> tuple[int, Match] | None:
        """The first phrase that begins at or after `start` and ends before `stop`, with its place."""
        end = len(tokens) if stop is None else stop
        children = (self._forwards or self._cut_up(backwards=False)).children
        at = start
        while at < end:
            token = tokens[at]
            if token.key in children or token.kind is Kind.NUMBER:
                match = self.starting(tokens, at)
                if match is not None and at + match.length <= end:
                    if OTHER not in match.kinds:
                        return at, match
                    at += match.length - 1
            at += 1
        return None

    def first_keys(self) -> KeysView[str]:
        """The keys of all tokens a phrase can begin with. Numbers can begin one besides, see ANY_NUMBER."""
        return (self._forwards or self._cut_up(backwards=False)).children.keys()

    def _cut_up(self, *, backwards: bool) -> _Node:
        kinds: dict[str, frozenset[str]] = {}
        for kind, phrases in self._listed.items():
            alone = frozenset((kind,))
            for phrase in phrases:
                kinds[phrase] = kinds[phrase] | alone if phrase in kinds else alone
        root = _Node()
        for phrase, found in kinds.items():
            text = phrase.removeprefix(EXACT) or phrase
            parts = _parts_of(text)
            node = root
            for key, _ in reversed(parts) if backwards else parts:
                child = node.children.get(key)
                if child is None:
                    child = node.children[key] = _Node()
                node = child
            sigs = tuple(sig for _, sig in parts)
            node.ends = (*node.ends, (sigs, text != phrase, Match(text, found, len(parts))))
        if backwards:
            self._backwards = root
        else:
            self._forwards = root
        return root


def _parts_of(phrase: str) -> list[tuple[str, str | None]]:
    """Key and accents of each token of a phrase."""
    parts: list[tuple[str, str | None]] = []
    for word in phrase.split(" "):
        plain = _plain_parts(word)
        if plain is None:
            return [(token.key, token.sig) for token in cut(phrase).tokens]
        parts += plain
    return parts


@lru_cache(maxsize=8192)
def _plain_parts(word: str) -> tuple[tuple[str, str | None], ...] | None:
    """The parts of a word of letters, quicker than by cutting it up; None for one with figures or signs other than our own."""
    if word in {ANY_NUMBER, ANY_YEAR}:
        return ((word, None),)
    if not word.isalpha():
        return None
    if word.isascii():
        return ((word.lower(), None),)
    if HAN.fullmatch(word):
        return tuple((character, None) for character in fold(word))
    return ((fold(word), accents(word)),) if LETTERS.fullmatch(word) else None


def _longest(root: _Node, tokens: Sequence[Token], at: int, step: int, end: int) -> Match | None:
    """The longest phrase from token `at` on, in steps of 1 or -1, that does not go to `end`."""
    best: Match | None = None
    waiting = [(root, at)]
    while waiting:
        node, here = waiting.pop()
        while True:
            if node.ends and (best is None or best.length < abs(here - at)):
                best = _accented(node.ends, tokens, at if step > 0 else here + 1) or best
            if here == end:
                break
            token = tokens[here]
            here += step
            if token.kind is Kind.NUMBER:
                # A phrase may name the number, or have a place for any number or any year: all of them are tried.
                children = node.children
                if token.key in children:
                    waiting.append((children[token.key], here))
                if ANY_NUMBER in children:
                    waiting.append((children[ANY_NUMBER], here))
                if ANY_YEAR in children and token.is_year():
                    waiting.append((children[ANY_YEAR], here))
                break
            following = node.children.get(token.key)
            if following is None:
                break
            node = following
    return best


def _accented(ends: Sequence[tuple[_Sigs, bool, Match]], tokens: Sequence[Token], first: int) -> Match | None:
    """The phrase whose accents are those of the tokens from `first` on."""
    for sigs, is_exact, match in ends:
        for at, wanted in enumerate(sigs, first):
            # A word typed with accents must carry the right ones ("hơn" is not "hôn"); a word typed without any may mean each.
            sig = tokens[at].sig
            if sig != wanted and (sig is not None or is_exact):
                break
        else:
            return match
    return None


def phrases(text: str) -> tuple[str, ...]:
    """Phrases written in one text, separated by commas."""
    return tuple(phrase for part in text.split(",") if (phrase := " ".join(part.split())))


def cues(*listed: str) -> Cues:
    """Phrases that all mean the same to us."""
    return Cues({"cue": listed})
