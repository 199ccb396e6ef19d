"""Shares of a whole and ratings: "百分之四十二", "九成五", "3 in 10", "2/3", "4.5/5"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal

from bot.coach.amounts import HUNDRED, PLACES, Amount
from bot.coach.cues import cues
from bot.coach.digits import read_digits
from bot.coach.numerals import Number, read_number
from bot.coach.tokens import Kind, Token
from bot.coach.words.lexicon import Lexicon

OPENING = "opening"
"""What a link is listed under that makes a share only where the sentence opens with it."""
LARGEST_GROUP = 1000
"""In "3 of every 10" and "1 in 200" the second number is no larger."""
ROUND_GROUPS = frozenset({10, 20, 50, 100})
"""Of so many one says a share: "8 of 10 shows"; "5 of the 8 tenders" are counted."""
OUT_OF_HUNDRED = cues("百分之")
OUT_OF_THOUSAND = cues("千分之")
ALL = cues("百分百", "百分之百")
TENTH = cues("成")
# 成 right before one of these is part of another word: 成功, 成本, 成为, …
NOT_TENTH = frozenset("功本为立员长交果就品效熟都")
RATING_SCALES = frozenset({"5", "7", "10", "20", "100"})
AFTER_FRACTION = frozenset("%,.);:!?")


def percent_in_words(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Amount | None:
    """ "百分之四十二", "千分之三", "百分百"."""
    if tokens[at].kind is not Kind.HAN:
        return None
    everything = ALL.starting(tokens, at)
    if everything is not None:
        return Amount(HUNDRED, "%", at, at + everything.length, in_figures=False)
    for prefix, unit in ((OUT_OF_HUNDRED, "%"), (OUT_OF_THOUSAND, "‰")):
        found = prefix.starting(tokens, at)
        if found is None:
            continue
        number = read_number(tokens, at + found.length, lexicon.numbers)
        if number is not None:
            return Amount(number.value, unit, at, number.stop, in_figures=number.in_figures)
    return None


def fraction_at(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Amount | None:
    """ "4.5/5" is a rating, "2/3" and "1 1/2" are fractions; "30/9" and "1/2/2026" are dates and no quantity."""
    if at + 2 >= len(tokens) or tokens[at].kind is not Kind.NUMBER:
        return None
    if tokens[at + 1].kind is Kind.NUMBER and tokens[at + 2].key == "/" and not tokens[at + 1].glued and len(tokens[at].key) <= 4:
        part = fraction_at(tokens, at + 1, lexicon)
        if part is not None and part.unit == "" and part.value < 1 and tokens[at].key.isdigit():
            return replace(part, value=part.value + Decimal(tokens[at].key), first=at)
        return None
    slash, below = tokens[at + 1], tokens[at + 2]
    if slash.key != "/" or not slash.glued or below.kind is not Kind.NUMBER or not below.glued or len(below.key) > 4:
        return None
    following = tokens[at + 3] if at + 3 < len(tokens) else None
    if following is not None and following.glued and following.kind is not Kind.HAN and following.key not in AFTER_FRACTION:
        return None
    above = read_digits(tokens[at].key, decimal_comma=lexicon.numbers.decimal_comma)
    whole = below.key.removesuffix(".0").removesuffix(",0")  # "4,0/5,0"
    if above is None or not whole.isdigit() or int(whole) == 0 or above > int(whole):
        return None
    if whole in RATING_SCALES:
        return Amount(above, f"/{whole}", at, at + 3)
    if above >= int(whole):
        return None
    return Amount((above / Decimal(whole)).quantize(PLACES, ROUND_HALF_EVEN).normalize(), "", at, at + 3, is_fraction=True)


def share_in_figures(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Amount | None:
    """ "9/10 chuyến xe đúng giờ": whole numbers in front of those who are counted are a share, not a rating."""
    if at + 3 >= len(tokens) or tokens[at + 1].key != "/" or not (tokens[at + 1].glued and tokens[at + 2].glued):
        return None
    above, below, named = tokens[at].key, tokens[at + 2].key, tokens[at + 3]
    if not (above.isdigit() and below in RATING_SCALES and 0 < int(above) < int(below)) or named.kind not in {
        Kind.WORD,
        Kind.HAN,
    }:
        return None
    roles = lexicon.roles
    if any(cues.starting(tokens, at + 3) for cues in (lexicon.numbers.ratings, roles.after, roles.before, roles.trim_after)):
        return None
    if (named.kind is Kind.WORD and named.glued) or not leads_clause(tokens, at, lexicon):
        return None
    return Amount(Decimal(above) / Decimal(below), "", at, at + 3, is_share=True)


def share_of_group(tokens: Sequence[Token], number: Number, lexicon: Lexicon) -> Amount | None:
    """ "one in four visitors", "9 out of 10 guests", "7 trong 10 khách": a share of those who are named behind it."""
    link = lexicon.numbers.share_links.starting(tokens, number.stop)
    if link is None:
        return None
    group = read_number(tokens, number.stop + link.length, lexicon.numbers)
    if group is None or not 0 < number.value < group.value <= LARGEST_GROUP or group.value % 1 or number.value % 1:
        return None
    if OPENING in link.kinds and not (group.value in ROUND_GROUPS and leads_clause(tokens, number.first, lexicon)):
        return None
    stop = group.stop
    named = stop < len(tokens) and tokens[stop].kind in {Kind.WORD, Kind.HAN}
    if named and lexicon.numbers.minutes.starting(tokens, stop) is not None:
        return None
    if not named and str(group.value) in RATING_SCALES and link.kinds != {"alone"}:
        return None  # "satisfaction 9 out of 10" is a rating
    if named and (lexicon.roles.after.starting(tokens, stop) or lexicon.roles.trim_after.starting(tokens, stop)):
        return None  # "rated 8 out of 10 by guests"
    share = (number.value / group.value).quantize(PLACES, ROUND_HALF_EVEN)
    return Amount(share, "", number.first, stop, in_figures=True, is_share=True)


def tenths_at(tokens: Sequence[Token], number: Number, lexicon: Lexicon) -> Amount | None:
    """ "九成" and "九成五"."""
    found = TENTH.starting(tokens, number.stop)
    if found is None or number.value > 10 or number.scale > 10:
        return None
    stop = number.stop + found.length
    following = "".join(token.key for token in tokens[stop : stop + 2])
    if following[:1] in NOT_TENTH and following != "员工":
        return None
    digit = lexicon.numbers.digits.starting(tokens, stop)
    if digit is not None and digit.value() < 10:
        return Amount(number.value * 10 + digit.value(), "%", number.first, stop + digit.length, in_figures=number.in_figures)
    return Amount(number.value * 10, "%", number.first, stop, in_figures=number.in_figures)


def leads_clause(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> bool:
    """Whether nothing stands in front of a number but words like "at least"."""
    while (match := lexicon.roles.before.ending(tokens, at)) is not None:
        at -= match.length
    return opens_clause(tokens, at)


def opens_clause(tokens: Sequence[Token], at: int) -> bool:
    return at == 0 or (tokens[at - 1].kind is Kind.MARK and tokens[at - 1].key not in {"%", "-", "/"})
