"""Numbers in figures, words and mixtures of both ("2 tỷ rưỡi", "1tr2", "两千三", "3.5万", "two and a half million")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.coach.cues import Match
from bot.coach.digits import read_digits
from bot.coach.tokens import Kind, Token
from bot.coach.words.lexicon import Numbers

ONE = Decimal(1)
TEN = Decimal(10)
THOUSAND = Decimal(1000)
HALF = Decimal("0.5")
LONGEST_CHAIN = 8
LARGEST = Decimal(10) ** 15


@dataclass(frozen=True, slots=True)
class Number:
    """A number and the tokens it takes. `scale` is the magnitude multiplied in: 1.2m → value 1200000, scale 1000000."""

    value: Decimal
    scale: Decimal
    first: int
    stop: int
    in_figures: bool
    is_bare_half: bool = False
    is_share: bool = False
    """ "half of", "một nửa": a share of a whole."""


@dataclass(frozen=True, slots=True)
class _Atom:
    value: Decimal
    stop: int
    figures: str = ""
    half: str = ""


def read_number(tokens: Sequence[Token], at: int, words: Numbers) -> Number | None:
    """The number that starts at token `at`, or None. Takes each token at most twice."""
    if _starts_another_word(tokens, at, words):
        return None
    return _Reader(tokens, at, words).read()


def _starts_another_word(tokens: Sequence[Token], at: int, words: Numbers) -> bool:
    return words.never_first.starting(tokens, at) is not None


class _Reader:
    """Adds up digits and magnitudes from left to right; lives for one number."""

    def __init__(self, tokens: Sequence[Token], at: int, words: Numbers) -> None:
        self.tokens = tokens
        self.words = words
        self.first = self.at = at
        self.total = self.group = Decimal(0)
        self.pending: _Atom | None = None
        self.last: Decimal | None = None
        self.closed: Decimal | None = None
        self.has_gap = False
        self.in_figures = False
        self.half = ""

    def read(self) -> Number | None:
        while self.at < len(self.tokens):
            if not (
                self._take_magnitude() or self._take_half() or self._take_gap() or self._take_decimals() or self._take_atom()
            ):
                break
        if self.at == self.first:
            return None
        value = self._sum()
        if value >= LARGEST:
            return None
        scale = self.last or ONE
        alone = scale == ONE and self.group == 0 and self.total == 0
        return Number(
            value=_plain(value),
            scale=scale,
            first=self.first,
            stop=self.at,
            in_figures=self.in_figures,
            is_bare_half=alone and self.half == "bare",
            is_share=alone and self.half == "share",
        )

    def _sum(self) -> Decimal:
        if self.pending is None:
            return self.total + self.group
        value = self.pending.value
        if self.last is not None and self.words.shortens_tail and not self.has_gap:
            if self.pending.figures:
                value = value * self.last / Decimal(10) ** len(self.pending.figures)
            elif value < 10:
                value = value * self.last / 10
        return self.total + self.group + value

    def _take_magnitude(self) -> bool:
        found = self.words.magnitudes.starting(self.tokens, self.at) or self._glued_magnitude()
        if found is None:
            return False
        magnitude = found.value()
        count = self.pending.value if self.pending is not None else None
        opens = self.first == self.at or (magnitude == TEN and self.last is not None and self.last > TEN)  # "sáu trăm mười"
        if count is None and opens and self.words.lone.starting(self.tokens, self.at) is not None:
            count = ONE
        if magnitude < self.words.closes_at:
            if count is None:
                return False
            self.group += count * magnitude
        else:
            grows = self.closed is not None and magnitude > self.closed
            if count is None and self.group == 0 and not grows:
                return False
            amount = self.group + (count or 0)
            self.total = (self.total + amount) * magnitude if grows else self.total + amount * magnitude
            self.group = Decimal(0)
            self.closed = magnitude
        if self.total >= LARGEST * THOUSAND:
            return False
        self.last, self.pending, self.has_gap = magnitude, None, False
        self.at += found.length
        return True

    def _glued_magnitude(self) -> Match | None:
        if self.pending is None or not self.pending.figures or not self.tokens[self.at].glued:
            return None
        following = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else None
        if self.tokens[self.at].key == "m" and following is not None and following.glued and following.kind is Kind.NUMBER:
            return None  # "50m2" are square metres
        return self.words.glued_magnitudes.starting(self.tokens, self.at)

    def _take_half(self) -> bool:
        found = self.words.and_a_half.starting(self.tokens, self.at)
        if found is None or self.half:
            return False
        if self.pending is not None:
            self.pending = _Atom(self.pending.value + HALF, 0)
        elif self.last is not None and self.last < self.words.closes_at:
            self.group += self.last / 2
        elif self.last is not None:
            self.total += self.last / 2
        else:
            return False
        self.at += found.length
        return True

    def _take_gap(self) -> bool:
        if self.last is None or self.pending is not None:
            return False
        found = self.words.zero_between.starting(self.tokens, self.at)
        if found is None:
            return False
        after = self.at + found.length
        if self.words.digits.starting(self.tokens, after) is None:
            return False
        self.has_gap = True
        self.at = after
        return True

    def _take_decimals(self) -> bool:
        found = self.words.point.starting(self.tokens, self.at)
        if found is None or self.pending is None or self.pending.figures or self.pending.half:
            return False
        figures = ""
        at = self.at + found.length
        while len(figures) < 6 and (digit := self.words.digits.starting(self.tokens, at)) is not None and digit.value() < 10:
            figures += str(digit.value())
            at += digit.length
        if not figures:
            return False
        self.pending = _Atom(self.pending.value + Decimal(f"0.{figures}"), 0)
        self.has_gap = True
        self.at = at
        return True

    def _take_atom(self) -> bool:
        if self.pending is not None:
            return False
        atom = self._atom_at(self.at)
        if atom is None or (atom.half and self.at != self.first):
            return False
        if self.at != self.first and (atom.figures or self.in_figures) and not self._continues(atom):
            return False
        self.pending = atom
        self.in_figures = self.in_figures or atom.figures != ""
        self.half = self.half or atom.half
        self.at = atom.stop
        return True

    def _continues(self, atom: _Atom) -> bool:
        """More digits behind "1 tỷ" belong to it when glued ("1tr2") or when a smaller magnitude follows ("1 tỷ 200 triệu")."""
        following = self.words.magnitudes.starting(self.tokens, atom.stop)
        if following is not None and self.last is not None:
            return following.value() < self.last
        if self.words.shortens_tail and self.tokens[self.at].glued:
            return True
        # "2 tỷ 4" is 2,4 billion; "2 tỷ 3 tháng" is not.
        is_tail = self.words.decimal_comma and self.words.shortens_tail and len(atom.figures) == 1 and self.in_figures
        return is_tail and self.words.minutes.starting(self.tokens, atom.stop) is None

    def _atom_at(self, at: int) -> _Atom | None:
        if at < len(self.tokens) and self.tokens[at].kind is Kind.NUMBER:
            stop = _end_of_spaced_groups(self.tokens, at)
            written = "".join(token.key for token in self.tokens[at:stop])
            value = read_digits(written, decimal_comma=self.words.decimal_comma)
            return None if value is None else _Atom(value, stop, figures=written)
        half = self.words.half.starting(self.tokens, at)
        if half is not None:
            return _Atom(HALF, at + half.length, half=min(half.kinds))
        digit = self.words.digits.starting(self.tokens, at)
        if digit is None:
            return None
        value, stop = digit.value(), at + digit.length
        if value >= 20:
            hyphen = stop < len(self.tokens) and self.tokens[stop].key == "-" and self.tokens[stop].glued
            ones = self.words.digits.starting(self.tokens, stop + hyphen)
            if ones is not None and 1 <= ones.value() <= 9:
                return _Atom(value + ones.value(), stop + hyphen + ones.length)
        return _Atom(value, stop)


def _end_of_spaced_groups(tokens: Sequence[Token], at: int) -> int:
    """ "1 200 000" is one number: plain groups of three with one space between."""
    stop = at + 1
    limit = min(len(tokens), at + LONGEST_CHAIN)
    if not (tokens[at].key.isdigit() and len(tokens[at].key) <= 3 and not tokens[at].key.startswith("0")):
        return stop
    while (
        stop < limit
        and tokens[stop].kind is Kind.NUMBER
        and not tokens[stop].glued
        and tokens[stop].key.isdigit()
        and len(tokens[stop].key) == 3
    ):
        stop += 1
    return stop


def _plain(value: Decimal) -> Decimal:
    """Without superfluous zeros and without an exponent."""
    return Decimal(int(value)) if value == value.to_integral_value() else value.normalize()
