"""Ranks: names as long as they stand alone, places to come from and to get to where two of them are compared."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from bot.coach.amounts import HUNDRED, Amount
from bot.coach.numerals import read_number
from bot.coach.tokens import Kind, Token
from bot.coach.words.lexicon import Lexicon, Role

LAST_RANK = 1000


def rank_at(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Amount | None:
    """ "3rd", "third", "hạng 3", "第三名"."""
    words, opens = lexicon.numbers, False
    if tokens[at].kind is Kind.NUMBER:
        behind = words.ranks.starting(tokens, at + 1)
        if behind is None or behind.kinds != {"behind"} or not tokens[at].key.isdigit():
            return None
        if tokens[at + 1].kind is Kind.HAN or not tokens[at + 1].glued:
            return None  # 40名 are forty people
        value, stop = Decimal(tokens[at].key), at + 1 + behind.length
    else:
        found = words.ranks.starting(tokens, at)
        if found is None or "behind" in found.kinds:
            return None
        stop = at + found.length
        if "before" in found.kinds:
            number = read_number(tokens, stop, words)
            if number is None or number.scale > HUNDRED or number.value % 1:
                return None
            value, stop, opens = number.value, number.stop, True
        else:
            value = found.value()
    is_named = False
    while (behind := words.ranks.starting(tokens, stop)) is not None and behind.kinds == {"behind"}:
        stop += behind.length
        is_named = True
    if not (is_named or opens) and _runs_into_noun(tokens, stop, lexicon):
        return None  # "from second line to first line"
    return Amount(value, "", at, stop) if 0 < value <= LAST_RANK else None


def _runs_into_noun(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> bool:
    if at >= len(tokens) or tokens[at].kind not in {Kind.WORD, Kind.HAN}:
        return False
    return all(cues.starting(tokens, at) is None for cues in (lexicon.roles.before, lexicon.roles.trim_after))


def without_names(
    tokens: Sequence[Token], amounts: Sequence[Amount], ranks: Sequence[Amount], lexicon: Lexicon
) -> tuple[Amount, ...]:
    """A rank alone is a name ("1st shift"); "from 7th to 3rd" and "hạng 3 (hiện hạng 7)" are two places one can compare."""
    kept: set[Amount] = set()
    for first, second in pairwise(amounts):
        link = lexicon.roles.before.ending(tokens, second.first, first.stop)
        if link is None or first not in ranks or not link.kinds & {Role.TO, Role.NOW, Role.FROM}:
            continue
        if second in ranks or (second.unit == "" and second.first - link.length == first.stop):
            kept |= {first, second}
    return tuple(amount for amount in amounts if amount in kept or amount not in ranks)
