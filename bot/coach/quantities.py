"""Numbers with their units, as people write them: one as a whole answer, or all of them in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache, lru_cache
from itertools import pairwise

from bot.coach.cues import Cues, Match, cues
from bot.coach.digits import read_digits
from bot.coach.numerals import HALF, ONE, TEN, Number, read_number
from bot.coach.tokens import Kind, Sentence, Token, read_sentence
from bot.coach.words import lexicon_of
from bot.coach.words.lexicon import AS_WRITTEN, Lexicon, Role, Skip

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
NONE = "none"
OPENING = "opening"
LARGEST_GROUP = 1000
"""In "3 of every 10" and "1 in 200" the second number is no larger."""
OUT_OF_HUNDRED = cues("百分之")
OUT_OF_THOUSAND = cues("千分之")
FRACTION_OF = cues("分之")
ALL = cues("百分百", "百分之百")
TENTH = cues("成")
# 成 right before one of these is part of another word: 成功, 成本, 成为, …
NOT_TENTH = frozenset("功本为立员长交果就品效熟都")
# 零 right before one of these is part of another word: 零售, 零件, 零距离, …
NOT_ZERO = frozenset("售件距部食下时基门星碎点")
AND_A_HALF_UNIT = cues("个半")
RATING_SCALES = frozenset({"5", "7", "10", "20", "100"})
ROUND_GROUPS = frozenset({10, 20, 50, 100})
"""Of so many one says a share: "8 of 10 shows"; "5 of the 8 tenders" are counted."""
LAST_RANK = 1000
MINUTE_IN_SHORT = cues("分")
"""A minute where seconds follow, and points of a score everywhere else."""
MINUTES_OF_HOUR = 60
DAY = 1440
COUNTS = frozenset({Role.AT_LEAST, Role.AT_MOST, Role.TO, Role.FROM, Role.NOW, Role.AIM, Role.REACH})
"""Words after which a spelled number counts something, whatever follows."""
AFTER_FRACTION = frozenset("%,.);:!?")
PLACES = Decimal("0.0001")
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit as people say it: 35 % is Decimal(35) and "%", "1,2tr" is Decimal(1200000) and "".

    Currencies are shown as "USD", "VND", "EUR", "GBP", "CNY" or "元"; ratings keep their scale, "4.5/5" is 4.5 and "/5".
    A bare fraction ("half", "1/2") is a share of one, 0.5, without a unit.
    """

    value: Decimal
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity at its place in a sentence: tokens `first` up to, not including, `stop`."""

    value: Decimal
    unit: str
    first: int
    stop: int
    sign: str = ""
    scale: Decimal = ONE
    in_figures: bool = True
    is_open: bool = False
    """Written with a "+" behind it: "100+"."""
    is_share: bool = False
    is_bare_half: bool = False
    is_fraction: bool = False
    """Written in figures as one: "2/3"."""
    turns: str = ""
    """What the words themselves say besides a number, see `Numbers.multiples`: "up" for "double", "zero" for "清零", "none" for "no"."""


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


Skips = Mapping[int, Match]
"""Phrases whose numbers measure nothing, by the token they begin at."""


def find_skips(sentence: Sentence, lexicon: Lexicon) -> Skips:
    """The dates, ranks and names of a sentence; they may lie inside each other."""
    skips = lexicon.roles.skips
    firsts = skips.first_keys()
    found: dict[int, Match] = {}
    for at, token in enumerate(sentence.tokens):
        if token.key in firsts or token.kind is Kind.NUMBER:
            match = skips.starting(sentence.tokens, at)
            if match is not None:
                found[at] = match
    return found


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
            rank = _rank_at(tokens, at, lexicon)
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
        if amount.turns or _is_amount(sentence, amount, lexicon):
            amount = replace(amount, value=_plain(amount.value * HUNDRED), unit="%") if amount.is_share else amount
            amounts.append(amount)
        at = max(amount.stop, at + 1)
    return _without_names(tokens, amounts, ranks, lexicon) if ranks else tuple(amounts)


def _rank_at(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Amount | None:
    """ "3rd", "third", "hạng 3", "第三名"."""
    words = lexicon.numbers
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
            value, stop = number.value, number.stop
        else:
            value = found.value()
    while (behind := words.ranks.starting(tokens, stop)) is not None and behind.kinds == {"behind"}:
        stop += behind.length
    return Amount(value, "", at, stop) if 0 < value <= LAST_RANK else None


def _without_names(
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


def find_dates(sentence: Sentence, lexicon: Lexicon, skips: Skips | None = None) -> tuple[tuple[int, int], ...]:
    """Where a sentence says until when, as token ranges, prepositions included."""
    tokens, roles = sentence.tokens, lexicon.roles
    spans: list[tuple[int, int]] = []
    skips = find_skips(sentence, lexicon) if skips is None else skips
    at = 0
    while at < len(tokens):
        match = skips.get(at)
        if match is None:
            at += 1
            continue
        first, stop = at, at + match.length
        at = stop
        if Skip.DATE not in match.kinds:
            continue
        floor = spans[-1][1] if spans else 0
        while (lead := roles.date_leads.ending(tokens, first, floor)) is not None:
            first -= lead.length
        while (tail := roles.date_tails.starting(tokens, stop)) is not None:
            stop += tail.length
        at = stop
        spans.append((first, stop))
    return tuple(spans)


def _multiple_at(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Amount | None:
    if tokens[at].key in TIMES_BEFORE:
        return _times_before(tokens, at, lexicon)
    found = lexicon.numbers.multiples.starting(tokens, at)
    if found is None:
        return None
    value, unit, turns = min(found.kinds).split(" ")
    if turns == NONE:
        bound = lexicon.roles.before.starting(tokens, at)
        if (bound is not None and bound.length > found.length) or not _opens_clause(tokens, at):
            return None  # "no more than 3", "there is no reason"
    return Amount(Decimal(value), unit.strip("-"), at, at + found.length, in_figures=False, turns=turns)


def _times_before(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Amount | None:
    """ "x3" is threefold; the "x" of "2 x 3" is not."""
    follows = at > 0 and (tokens[at].glued or tokens[at - 1].kind is Kind.NUMBER)
    if follows or at + 1 == len(tokens) or tokens[at + 1].kind is not Kind.NUMBER or not tokens[at + 1].glued:
        return None
    value = read_digits(tokens[at + 1].key, decimal_comma=lexicon.numbers.decimal_comma)
    return None if value is None else Amount(value, "x", at, at + 2, turns="up")


def _opens_clause(tokens: Sequence[Token], at: int) -> bool:
    return at == 0 or (tokens[at - 1].kind is Kind.MARK and tokens[at - 1].key not in {"%", "-", "/"})


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
        _percent_in_words(tokens, at, lexicon)
        or _clock(sentence, at, lexicon)
        or (None if is_answer else _share_in_figures(tokens, at, lexicon))
        or _fraction(tokens, at, lexicon)
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


def _percent_in_words(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Amount | None:
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


def _clock(sentence: Sentence, at: int, lexicon: Lexicon) -> Amount | None:
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
    return Amount(_plain(value), sentence.slice(at + 3, stop), at, stop)


def _share_in_figures(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Amount | None:
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
    if (named.kind is Kind.WORD and named.glued) or not _leads_clause(tokens, at, lexicon):
        return None
    return Amount(Decimal(above) / Decimal(below), "", at, at + 3, is_share=True)


def _leads_clause(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> bool:
    """Whether nothing stands in front of a number but words like "at least"."""
    while (match := lexicon.roles.before.ending(tokens, at)) is not None:
        at -= match.length
    return _opens_clause(tokens, at)


def _fraction(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Amount | None:
    """ "4.5/5" is a rating, "2/3" and "1 1/2" are fractions; "30/9" and "1/2/2026" are dates and no quantity."""
    if at + 2 >= len(tokens) or tokens[at].kind is not Kind.NUMBER:
        return None
    if tokens[at + 1].kind is Kind.NUMBER and tokens[at + 2].key == "/" and not tokens[at + 1].glued and len(tokens[at].key) <= 4:
        part = _fraction(tokens, at + 1, lexicon)
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


def _with_unit(sentence: Sentence, at: int, lexicon: Lexicon, expected: Cues | None, is_answer: bool) -> Amount | None:
    tokens, words = sentence.tokens, lexicon.numbers
    number = read_number(tokens, at, words)
    if number is None:
        return None if is_answer else _single(sentence, at, lexicon)
    stop = number.stop
    over = FRACTION_OF.starting(tokens, stop)
    if over is not None and not number.in_figures:  # "三分之一": the lower number comes first
        above = read_number(tokens, stop + over.length, words)
        if above is not None and 0 < above.value < number.value:
            share = (above.value / number.value).quantize(PLACES, ROUND_HALF_EVEN).normalize()
            return Amount(share, "", at, above.stop, in_figures=False, is_share=True)
    part = None if is_answer else _share_of_group(tokens, number, lexicon)
    if part is not None:
        return part
    out_of = words.out_of.starting(tokens, stop)
    if out_of is not None:
        whole = read_number(tokens, stop + out_of.length, words)
        if whole is not None and str(whole.value) in RATING_SCALES and number.value <= whole.value:
            return Amount(number.value, f"/{whole.value}", at, whole.stop, in_figures=number.in_figures)
    tenths = _tenths(tokens, number, lexicon)
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
        unit, stop, extra = _and_smaller(sentence, number, unit, stop, lexicon)
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


def _single(sentence: Sentence, at: int, lexicon: Lexicon) -> Amount | None:
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


def _and_smaller(sentence: Sentence, number: Number, unit: str, stop: int, lexicon: Lexicon) -> tuple[str, int, Decimal]:
    """ "2 giờ 30 phút", "6分30秒": the unit, where all of it ends, and what the smaller part adds."""
    tokens, words = sentence.tokens, lexicon.numbers
    above = words.minutes.starting(tokens, number.stop)
    if above is not None and above.value() == MINUTES_OF_HOUR and tokens[stop].key.isdigit():
        short = tokens[stop + 1 : stop + 2]
        if (short and short[0].key == "m" and short[0].glued) or (
            tokens[stop].glued and len(tokens[stop].key) == 2 and not short
        ):
            return unit, stop + 1 + len(short), _plain((Decimal(tokens[stop].key) / 60).quantize(PLACES))  # "2h30", "2h 30m"
    smaller = read_number(tokens, stop, words)
    below = None if smaller is None else words.minutes.starting(tokens, smaller.stop)
    if smaller is None or below is None:
        return unit, stop, Decimal(0)
    length = above.value() if above is not None else Decimal(0)
    if MINUTE_IN_SHORT.starting(tokens, number.stop) is not None and stop == number.stop + 1:
        unit, length = f"{unit}钟", ONE
    if not 0 < smaller.value * below.value() < length:
        return unit, stop, Decimal(0)
    extra = _plain((smaller.value * below.value() / length).quantize(PLACES, ROUND_HALF_EVEN))
    return unit, smaller.stop + below.length, extra


def _share_of_group(tokens: Sequence[Token], number: Number, lexicon: Lexicon) -> Amount | None:
    """ "one in four visitors", "9 out of 10 guests", "7 trong 10 khách": a share of those who are named behind it."""
    link = lexicon.numbers.share_links.starting(tokens, number.stop)
    if link is None:
        return None
    group = read_number(tokens, number.stop + link.length, lexicon.numbers)
    if group is None or not 0 < number.value < group.value <= LARGEST_GROUP or group.value % 1 or number.value % 1:
        return None
    if OPENING in link.kinds and not (group.value in ROUND_GROUPS and _leads_clause(tokens, number.first, lexicon)):
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


def _tenths(tokens: Sequence[Token], number: Number, lexicon: Lexicon) -> Amount | None:
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


def _is_amount(sentence: Sentence, amount: Amount, lexicon: Lexicon) -> bool:
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


def _plain(value: Decimal) -> Decimal:
    return Decimal(int(value)) if value == value.to_integral_value() else value.normalize()
