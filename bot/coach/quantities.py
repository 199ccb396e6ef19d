"""Numbers with their units, as people write them: one as a whole answer, or all of them in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache, lru_cache

from bot.coach.amounts import HUNDRED, NONE, PLACES, Amount, plain
from bot.coach.counting import is_amount
from bot.coach.cues import Cues, cues
from bot.coach.digits import read_digits
from bot.coach.durations import and_smaller, clock_at, single_at
from bot.coach.numerals import HALF, read_number
from bot.coach.ranks import rank_at, without_names
from bot.coach.shares import (
    ALL,
    OUT_OF_HUNDRED,
    OUT_OF_THOUSAND,
    RATING_SCALES,
    fraction_at,
    opens_clause,
    percent_in_words,
    share_in_figures,
    share_of_group,
    tenths_at,
)  # fmt: skip
from bot.coach.skips import Skips, find_skips
from bot.coach.tokens import Kind, Sentence, Token, read_sentence
from bot.coach.words import lexicon_of
from bot.coach.words.lexicon import AS_WRITTEN, Lexicon, Skip

MAX_ANSWER = 100
"""A number is never longer than this, unit included."""

CURRENCY_BEFORE = Cues(
    {
        "USD": ("$", "us$", "usd"),
        "EUR": ("€", "eur"),
        "GBP": ("£", "gbp"),
        "元": ("¥",),
        "CNY": ("cny", "rmb"),
        "VND": ("₫", "vnd"),
    }
)
CURRENCY_AFTER = Cues({"USD": ("$", "usd"), "EUR": ("€", "eur"), "GBP": ("£", "gbp"), "VND": ("₫", "vnd"), "CNY": ("cny", "rmb")})
TIMES = cues("x", "×", "倍")
TIMES_BEFORE = frozenset({"x", "×"})
FRACTION_OF = cues("分之")
AND_A_HALF_UNIT = cues("个半")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit as people say it: 35 % is Decimal(35) and "%", "1,2tr" is Decimal(1200000) and "".

    Currencies are shown as "USD", "VND", "EUR", "GBP", "CNY" or "元"; ratings keep their scale, "4.5/5" is 4.5 and "/5".
    A bare fraction ("half", "1/2") is a share of one, 0.5, without a unit.
    """

    value: Decimal
    unit: str = ""


def read_quantity(text: str, lang: str, unit: str = "") -> Quantity | None:
    """Read `text` when all of it is one number; None otherwise, whatever it is.

    `lang` decides what "1.200" means. `unit` is one that is expected besides the known ones, such as a key result's own.
    """
    if len(text) > MAX_ANSWER * 4 or any(_is_forbidden(character) for character in text):
        return None
    return _read(text, lang, unit)


@lru_cache(maxsize=1024)  # a conversation is replayed from its first answer at every turn
def _read(text: str, lang: str, unit: str) -> Quantity | None:
    sentence = read_sentence(text)
    if not sentence.tokens or len(sentence.text) > MAX_ANSWER:
        return None
    lexicon = lexicon_of(lang)
    expected = cues(unit) if read_sentence(unit).tokens else None
    numbers = lexicon.numbers
    first, stop = 0, len(sentence.tokens)
    while (found := numbers.about_before.starting(sentence.tokens, first)) is not None and found.length < stop - first:
        first += found.length
    while (found := numbers.about_after.ending(sentence.tokens, stop, first + 1)) is not None:
        stop -= found.length
    whole = Sentence(sentence.text, sentence.tokens[:stop])
    amount = amount_at(whole, first, lexicon, expected, is_answer=True)
    if amount is None or amount.stop != stop:
        return None
    refusal = numbers.never_answer.starting(whole.tokens, first)
    if refusal is not None and first + refusal.length == stop:
        return None
    return Quantity(-amount.value if amount.sign == "-" else amount.value, amount.unit)


def _is_forbidden(character: str) -> bool:
    """NUL and direction marks: what was seen while typing may differ from what is stored, so such a text is no number."""
    return character < "\t" or "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069"


def find_amounts(sentence: Sentence, lexicon: Lexicon, skips: Skips | None = None) -> tuple[Amount, ...]:
    """All quantities of a sentence from left to right; dates, ranks and names like "Q3" or "30-day" are none."""
    skips = find_skips(sentence, lexicon) if skips is None else skips
    tokens = sentence.tokens
    amounts: list[Amount] = []
    ranks: list[Amount] = []
    beginnings, rank_words = _beginnings(lexicon.lang), lexicon.numbers.ranks.first_keys()
    at = 0
    while at < len(tokens):
        skipped = skips.get(at)
        is_date = skipped is not None and Skip.DATE in skipped.kinds
        if not is_date and (tokens[at].key in rank_words or tokens[at].kind is Kind.NUMBER):
            rank = rank_at(tokens, at, lexicon)
            if rank is not None:
                ranks.append(rank)
                amounts.append(rank)
                at = rank.stop
                continue
        if skipped is not None and Skip.MEASURED in skipped.kinds:
            at += skipped.length - 1
        elif skipped is not None and not _is_measured(tokens, at + skipped.length, lexicon):
            at += skipped.length
            continue
        if tokens[at].kind is not Kind.NUMBER and tokens[at].key not in beginnings:
            at += 1
            continue
        amount = _multiple_at(tokens, at, lexicon) or amount_at(sentence, at, lexicon)
        if amount is None:
            at += 1
            continue
        if amount.turns or is_amount(sentence, amount, lexicon):
            amount = replace(amount, value=plain(amount.value * HUNDRED), unit="%") if amount.is_share else amount
            amounts.append(amount)
        at = max(amount.stop, at + 1)
    return without_names(tokens, amounts, ranks, lexicon) if ranks else tuple(amounts)


def _is_measured(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> bool:
    """ "level 3" is a name, "level 95%" is not."""
    is_number = tokens[at - 1].kind is Kind.NUMBER
    return is_number and lexicon.numbers.percent.starting(tokens, at) is not None


@cache
def _beginnings(lang: str) -> frozenset[str]:
    """The keys of words and signs a quantity can begin with; figures come on top."""
    words = lexicon_of(lang).numbers
    listed = (
        words.digits, words.half, words.lone, words.multiples, words.single,
        CURRENCY_BEFORE, ALL, OUT_OF_HUNDRED, OUT_OF_THOUSAND,
    )  # fmt: skip
    return (frozenset({"+", "-"}) | TIMES_BEFORE).union(*(cues.first_keys() for cues in listed))


def _multiple_at(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Amount | None:
    if tokens[at].key in TIMES_BEFORE:
        return _times_before(tokens, at, lexicon)
    found = lexicon.numbers.multiples.starting(tokens, at)
    if found is None:
        return None
    value, unit, turns = min(found.kinds).split(" ")
    if turns == NONE:
        bound = lexicon.roles.before.starting(tokens, at)
        if (bound is not None and bound.length > found.length) or not opens_clause(tokens, at):
            return None  # "no more than 3", "there is no reason"
    return Amount(Decimal(value), unit.strip("-"), at, at + found.length, in_figures=False, turns=turns)


def _times_before(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Amount | None:
    """ "x3" is threefold; the "x" of "2 x 3" is not."""
    follows = at > 0 and (tokens[at].glued or tokens[at - 1].kind is Kind.NUMBER)
    if follows or at + 1 == len(tokens) or tokens[at + 1].kind is not Kind.NUMBER or not tokens[at + 1].glued:
        return None
    value = read_digits(tokens[at + 1].key, decimal_comma=lexicon.numbers.decimal_comma)
    return None if value is None else Amount(value, "x", at, at + 2, turns="up")


def amount_at(
    sentence: Sentence, at: int, lexicon: Lexicon, expected: Cues | None = None, *, is_answer: bool = False
) -> Amount | None:
    """The quantity whose sign, currency or first figure is token `at`."""
    tokens, first = sentence.tokens, at
    sign = ""
    if tokens[at].key in {"+", "-"} and _is_sign(tokens, at):
        sign = tokens[at].key
        at += 1
    unit = ""
    currency = CURRENCY_BEFORE.starting(tokens, at)
    if currency is not None:
        unit = min(currency.kinds)
        at += currency.length
    if at >= len(tokens):
        return None
    if sign == "" and unit and tokens[at].key == "-" and at + 1 < len(tokens) and tokens[at + 1].kind is Kind.NUMBER:
        sign = "-"
        at += 1
    amount = (
        percent_in_words(tokens, at, lexicon)
        or clock_at(sentence, at, lexicon)
        or (None if is_answer else share_in_figures(tokens, at, lexicon))
        or fraction_at(tokens, at, lexicon)
        or _with_unit(sentence, at, lexicon, expected, is_answer)
    )
    if amount is None:
        return None
    return replace(amount, first=first, sign=sign, unit=unit or amount.unit)


def _is_sign(tokens: Sequence[Token], at: int) -> bool:
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if following is None or not following.glued:
        return False
    if at == 0 or not tokens[at].glued:
        return True
    before = tokens[at - 1]
    if before.kind is Kind.MARK:
        return before.key not in {"%", ")"}
    # "注册量+20%", "sign-ups+20%"; a minus behind a Latin word is a hyphen.
    return before.kind is Kind.HAN or (before.kind is Kind.WORD and tokens[at].key == "+")


def _with_unit(sentence: Sentence, at: int, lexicon: Lexicon, expected: Cues | None, is_answer: bool) -> Amount | None:
    tokens, words = sentence.tokens, lexicon.numbers
    number = read_number(tokens, at, words)
    if number is None:
        return None if is_answer else single_at(sentence, at, lexicon)
    stop = number.stop
    over = FRACTION_OF.starting(tokens, stop)
    if over is not None and not number.in_figures:  # "三分之一": the lower number comes first
        above = read_number(tokens, stop + over.length, words)
        if above is not None and 0 < above.value < number.value:
            share = (above.value / number.value).quantize(PLACES, ROUND_HALF_EVEN).normalize()
            return Amount(share, "", at, above.stop, in_figures=False, is_share=True)
    part = None if is_answer else share_of_group(tokens, number, lexicon)
    if part is not None:
        return part
    out_of = words.out_of.starting(tokens, stop)
    if out_of is not None:
        whole = read_number(tokens, stop + out_of.length, words)
        if whole is not None and str(whole.value) in RATING_SCALES and number.value <= whole.value:
            return Amount(number.value, f"/{whole.value}", at, whole.stop, in_figures=number.in_figures)
    tenths = tenths_at(tokens, number, lexicon)
    if tenths is not None:
        return tenths
    if tokens[stop - 1].kind is Kind.NUMBER and stop + 1 < len(tokens) and tokens[stop].key in {"-", "~"} and not is_answer:
        upper = read_number(tokens, stop + 1, words) if tokens[stop].glued and tokens[stop + 1].glued else None
        if upper is not None and upper.value > number.value:  # "5-10 interviews": five are enough to have done it
            stop = upper.stop
    is_open = stop < len(tokens) and tokens[stop].key == "+" and tokens[stop].glued
    stop += is_open
    value = number.value
    unit, stop, extra = ("", stop, Decimal(0)) if number.is_share else _unit_after(sentence, stop, lexicon, expected)
    if stop < len(tokens) and unit and extra == 0 and (tokens[stop].kind is Kind.NUMBER or tokens[stop].kind is Kind.HAN):
        unit, stop, extra = and_smaller(sentence, number, unit, stop, lexicon)
    rate, stop = _rate_after(sentence, stop, lexicon)
    return Amount(
        value + extra,
        unit + rate,
        at,
        stop,
        scale=number.scale,
        in_figures=number.in_figures,
        is_open=is_open,
        is_share=number.is_share,
        is_bare_half=number.is_bare_half and unit != "%",
    )


def _unit_after(sentence: Sentence, stop: int, lexicon: Lexicon, expected: Cues | None) -> tuple[str, int, Decimal]:
    """The unit behind a number, where it ends, and what "rưỡi" or "半" add to the number."""
    tokens, words = sentence.tokens, lexicon.numbers
    filler = words.about_after.starting(tokens, stop)
    start = stop
    if filler is not None and stop + filler.length < len(tokens) and tokens[stop].kind is Kind.HAN:  # "100多个"
        start += filler.length
    extra = Decimal(0)
    half = AND_A_HALF_UNIT.starting(tokens, start)
    if half is not None and words.minutes.starting(tokens, start + half.length) is not None:  # "两个半小时"
        start, extra = start + half.length, HALF
    percent = words.percent.starting(tokens, start)
    if percent is not None:
        end = start + percent.length
        return sentence.slice(start, end) if AS_WRITTEN in percent.kinds else "%", end, extra
    times = TIMES.starting(tokens, start)
    if times is not None:
        return "x", start + times.length, extra
    candidates = [
        found
        for found in (
            expected.starting(tokens, start) if expected is not None else None,
            words.units.starting(tokens, start),
            words.minutes.starting(tokens, start),
            CURRENCY_AFTER.starting(tokens, start),
        )
        if found is not None
    ]
    if not candidates:
        return "", stop, Decimal(0)
    found = max(candidates, key=lambda match: match.length)
    end = start + found.length
    if end + 1 < len(tokens) and tokens[end].key == "-" and tokens[end].glued and tokens[end + 1].glued:
        return "", stop, Decimal(0)  # "5 customer-reported errors"
    unit = sentence.slice(start, end)
    if found.kinds & {"USD", "EUR", "GBP", "CNY", "VND", "元"}:
        unit = min(found.kinds & {"USD", "EUR", "GBP", "CNY", "VND", "元"})
    more = words.and_a_half.starting(tokens, end)
    if more is not None:
        end, extra = end + more.length, HALF
    return unit, end, extra


def _rate_after(sentence: Sentence, stop: int, lexicon: Lexicon) -> tuple[str, int]:
    """ "/month" behind a quantity, as written, and where it ends."""
    tokens = sentence.tokens
    if stop + 1 < len(tokens) and tokens[stop].key == "/" and tokens[stop].glued:
        period = lexicon.numbers.minutes.starting(tokens, stop + 1)
        if period is not None:
            return "/" + sentence.slice(stop + 1, stop + 1 + period.length), stop + 1 + period.length
    return "", stop
