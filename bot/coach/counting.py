"""Whether a number found in a sentence measures something there, or only names it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.coach.amounts import Amount
from bot.coach.durations import DAY
from bot.coach.numerals import ONE, TEN
from bot.coach.tokens import Kind, Sentence, Token
from bot.coach.words.lexicon import Lexicon, Role

COUNTS = frozenset({Role.AT_LEAST, Role.AT_MOST, Role.TO, Role.FROM, Role.NOW, Role.AIM, Role.REACH})
"""Words after which a spelled number counts something, whatever follows."""
# 零 right before one of these is part of another word: 零售, 零件, 零距离, …
NOT_ZERO = frozenset("售件距部食下时基门星碎点")


def is_amount(sentence: Sentence, amount: Amount, lexicon: Lexicon) -> bool:
    """Whether a number found in a sentence measures something there."""
    tokens = sentence.tokens
    before = tokens[amount.first - 1] if amount.first > 0 else None
    after = tokens[amount.stop] if amount.stop < len(tokens) else None
    if amount.is_bare_half:
        return _is_limit(tokens, amount, lexicon)
    if before is not None and before.key == "#":
        return False
    if before is not None and before.kind is Kind.NUMBER and tokens[amount.first].glued:
        return False
    if not amount.in_figures:
        return amount.unit == "%" or amount.is_share or _is_spelled_amount(tokens, amount, lexicon)
    if after is None or not after.glued:
        return True
    if after.kind in {Kind.WORD, Kind.NUMBER}:
        return tokens[amount.stop - 1].kind is Kind.HAN and amount.unit != ""  # "3位KOL"
    if after.key in {"-", ":", "/"}:
        following = tokens[amount.stop + 1] if amount.stop + 1 < len(tokens) else None
        if following is not None and following.glued and following.kind in {Kind.WORD, Kind.NUMBER}:
            return after.key == "/" and following.kind is Kind.WORD
    if after.kind is Kind.HAN and amount.unit == "" and amount.scale == ONE:
        # "8号线人数": figures that run into a noun name it, unless a word in front says they count.
        follows = lexicon.roles.before.ending(tokens, amount.first) is not None
        return (
            follows or lexicon.roles.before.starting(tokens, amount.stop) is not None or _is_joint(tokens, amount.stop, lexicon)
        )
    return True


def _is_joint(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> bool:
    return lexicon.roles.after.starting(tokens, at) is not None or lexicon.roles.verbs.starting(tokens, at) is not None


def _is_spelled_amount(tokens: Sequence[Token], amount: Amount, lexicon: Lexicon) -> bool:
    words = lexicon.numbers
    token = tokens[amount.first]
    if token.key == "零" and amount.value == 0 and amount.stop - amount.first == 1:  # "零投诉", "事故为零", not "零售"
        if amount.stop == len(tokens) or tokens[amount.stop].kind is Kind.MARK:
            return lexicon.roles.before.ending(tokens, amount.first) is not None
        return amount.stop < len(tokens) and tokens[amount.stop].kind is Kind.HAN and tokens[amount.stop].key not in NOT_ZERO
    if token.kind is Kind.HAN:
        if amount.unit == "" and amount.scale < 100:
            before = lexicon.roles.before.ending(tokens, amount.first)
            counts = before is not None and amount.value > TEN and bool(before.kinds & COUNTS)  # 至少三十所…
            return before is not None and (counts or amount.stop == len(tokens))
        return words.never_alone.starting(tokens, amount.first) is None or amount.scale > 1 or _is_bound(tokens, amount, lexicon)
    if amount.scale > 1:
        return True
    after = tokens[amount.stop] if amount.stop < len(tokens) else None
    if after is not None and after.key == "-" and after.glued:
        return False  # "two-factor", "three-tier"
    if words.never_alone.starting(tokens, amount.first) is not None and not _is_bound(tokens, amount, lexicon):
        return False
    # In Vietnamese typed without accents "hai" may as well be the beginning of "hài lòng".
    return not words.shortens_tail or any(other.sig is not None for other in tokens)


def _is_bound(tokens: Sequence[Token], amount: Amount, lexicon: Lexicon) -> bool:
    """ "no more than one", "一小时内": here the word is a number."""
    before = lexicon.roles.before.ending(tokens, amount.first)
    if before is not None and before.kinds & {Role.AT_LEAST, Role.AT_MOST}:
        return True
    after = lexicon.roles.after.starting(tokens, amount.stop)
    short = lexicon.numbers.minutes.ending(tokens, amount.stop, amount.first)
    return after is not None and Role.WINDOW in after.kinds and short is not None and short.value() <= DAY


def _is_limit(tokens: Sequence[Token], amount: Amount, lexicon: Lexicon) -> bool:
    """ "no longer than half a day": a half of a length of time, with a word in front that sets it as a place to get to."""
    before = lexicon.roles.before.ending(tokens, amount.first)
    is_time = lexicon.numbers.minutes.ending(tokens, amount.stop, amount.first) is not None
    return is_time and before is not None and bool(before.kinds & {Role.AT_LEAST, Role.AT_MOST, Role.TO, Role.FROM})
