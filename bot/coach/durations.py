"""Lengths of time said in other ways than a number and a unit: "6:30 min", "2 giờ 30 phút", "less than a day"."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from bot.coach.amounts import PLACES, Amount, plain
from bot.coach.cues import cues
from bot.coach.numerals import ONE, Number, read_number
from bot.coach.tokens import Sentence
from bot.coach.words.lexicon import Lexicon, Role

MINUTE_IN_SHORT = cues("分")
"""A minute where seconds follow, and points of a score everywhere else."""
MINUTES_OF_HOUR = 60
DAY = 1440


def clock_at(sentence: Sentence, at: int, lexicon: Lexicon) -> Amount | None:
    """ "6:30 min" and "1:15 hours": the unit tells them from a time of day."""
    tokens = sentence.tokens
    if at + 3 >= len(tokens) or tokens[at + 1].key != ":" or not (tokens[at + 1].glued and tokens[at + 2].glued):
        return None
    whole, part = tokens[at].key, tokens[at + 2].key
    unit = lexicon.numbers.minutes.starting(tokens, at + 3)
    if (
        unit is None
        or unit.value() not in {1, MINUTES_OF_HOUR}
        or not (whole.isdigit() and part.isdigit() and len(part) == 2 and part < "60")
    ):
        return None
    stop = at + 3 + unit.length
    value = (Decimal(whole) + Decimal(part) / 60).quantize(PLACES, ROUND_HALF_EVEN)
    return Amount(plain(value), sentence.slice(at + 3, stop), at, stop)


def single_at(sentence: Sentence, at: int, lexicon: Lexicon) -> Amount | None:
    """ "less than a day", "within an hour": one of it, where a limit is set."""
    tokens, words = sentence.tokens, lexicon.numbers
    found = words.single.starting(tokens, at)
    unit = None if found is None else words.minutes.starting(tokens, at + found.length)
    if found is None or unit is None:
        return None
    bound = lexicon.roles.before.ending(tokens, at)
    if bound is None or not bound.kinds & ({Role.AT_LEAST, Role.AT_MOST} | ({Role.WINDOW} if unit.value() <= DAY else set())):
        return None
    stop = at + found.length + unit.length
    return Amount(ONE, sentence.slice(at + found.length, stop), at, stop)


def and_smaller(sentence: Sentence, number: Number, unit: str, stop: int, lexicon: Lexicon) -> tuple[str, int, Decimal]:
    """ "2 giờ 30 phút", "6分30秒": the unit, where all of it ends, and what the smaller part adds."""
    tokens, words = sentence.tokens, lexicon.numbers
    above = words.minutes.starting(tokens, number.stop)
    if above is not None and above.value() == MINUTES_OF_HOUR and tokens[stop].key.isdigit():
        short = tokens[stop + 1 : stop + 2]
        if (short and short[0].key == "m" and short[0].glued) or (
            tokens[stop].glued and len(tokens[stop].key) == 2 and not short
        ):
            return unit, stop + 1 + len(short), plain((Decimal(tokens[stop].key) / 60).quantize(PLACES))  # "2h30", "2h 30m"
    smaller = read_number(tokens, stop, words)
    below = None if smaller is None else words.minutes.starting(tokens, smaller.stop)
    if smaller is None or below is None:
        return unit, stop, Decimal(0)
    length = above.value() if above is not None else Decimal(0)
    if MINUTE_IN_SHORT.starting(tokens, number.stop) is not None and stop == number.stop + 1:
        unit, length = f"{unit}钟", ONE
    if not 0 < smaller.value * below.value() < length:
        return unit, stop, Decimal(0)
    extra = plain((smaller.value * below.value() / length).quantize(PLACES, ROUND_HALF_EVEN))
    return unit, smaller.stop + below.length, extra
