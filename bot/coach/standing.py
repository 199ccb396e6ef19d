"""What each number of a sentence stands for, told by the words around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.coach.amounts import HUNDRED, NONE, Amount
from bot.coach.tokens import Kind, Token, read_sentence
from bot.coach.words.lexicon import Lexicon, Role

BOUNDARIES = frozenset(',;。.!?:|()[]{}—"“”「」『』')
ASIDE = frozenset({Role.WINDOW, Role.LASTING, Role.SCOPE, Role.OUT_OF, Role.SCALE})
"""Roles of numbers that say for whom or how soon, rather than how much."""

CHANGES = frozenset({Role.UP, Role.DOWN, Role.BY})
PLACES = frozenset({Role.FROM, Role.TO, Role.NOW, Role.AIM})
"""Roles of numbers that say where one is or wants to be; what stands farther left belongs to the metric."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A quantity with the words that belong to it: tokens `lead` up to, not including, `tail`."""

    amount: Amount
    roles: frozenset[str]
    lead: int
    tail: int

    def has(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)

    def is_aside(self) -> bool:
        return bool(self.roles & ASIDE) and not self.has(Role.TO, Role.AIM)


def is_boundary(tokens: Sequence[Token], at: int) -> bool:
    """Whether a clause ends at this token; a dash counts only with space around it."""
    token = tokens[at]
    if token.kind is not Kind.MARK:
        return False
    if token.key == "-":
        return not token.glued and at + 1 < len(tokens) and not tokens[at + 1].glued
    return token.key in BOUNDARIES


def start_of_clause(tokens: Sequence[Token], at: int) -> int:
    while at > 0 and not is_boundary(tokens, at - 1):
        at -= 1
    return at


def stand(tokens: Sequence[Token], amounts: Sequence[Amount], lexicon: Lexicon) -> tuple[Standing, ...]:
    """Every amount with its roles, in order."""
    standings: list[Standing] = []
    for index, amount in enumerate(amounts):
        floor = standings[-1].tail if standings else 0
        ceiling = amounts[index + 1].first if index + 1 < len(amounts) else len(tokens)
        standings.append(_stand(tokens, amount, floor, ceiling, lexicon))
    return _related(tokens, standings, lexicon)


def _related(tokens: Sequence[Token], standings: list[Standing], lexicon: Lexicon) -> tuple[Standing, ...]:
    """Numbers that are told only by others: "no outage longer than 10 minutes", "5名学员中有4名"."""
    for first, second in pairwise(list(standings)):
        if first.amount.turns == NONE and second.has(Role.AT_LEAST, Role.AT_MOST):
            if start_of_clause(tokens, second.lead) <= first.lead:
                standings.remove(first)
                standings[standings.index(second)] = replace(second, roles=second.roles - {Role.AT_LEAST} | {Role.AT_MOST})
        elif not lexicon.spaced and lexicon.numbers.share_links.search(tokens, first.tail, second.amount.first) is not None:
            standings[standings.index(first)] = replace(first, roles=first.roles | {Role.OUT_OF})
    return tuple(standings)


def _stand(tokens: Sequence[Token], amount: Amount, floor: int, ceiling: int, lexicon: Lexicon) -> Standing:
    is_time = is_duration(amount.unit, lexicon)
    roles: set[str] = {Role.AT_LEAST} if amount.is_open else set()
    lead = amount.first
    while (match := lexicon.roles.before.ending(tokens, lead, floor)) is not None:
        found = match.kinds
        if Role.WINDOW in found:
            # "in 30 days" limits; "in 3 cities" does not.
            found = frozenset({Role.WINDOW}) if is_time else found - {Role.WINDOW}
        if Role.LASTING in found and not is_time:
            found -= {Role.LASTING}
        if roles & PLACES:
            found -= ASIDE | {Role.PERIOD}
        if Role.AT_LEAST in roles:
            found -= {Role.WINDOW, Role.LASTING}  # "a runway of at least 18 months"
        if roles & CHANGES:
            found -= {Role.NOW}  # 比去年下降8%: last year is compared with, and has no number
        if not found:
            break
        roles |= found
        lead -= match.length
    tail = _tail(tokens, amount, roles, ceiling, lexicon)
    if is_time and (Role.OF in roles or (not roles and not lexicon.spaced and _runs_into_noun(tokens, tail, lexicon))):
        roles.add(Role.SCOPE)  # 24小时响应率, 20分钟以上的锻炼: which ones are counted
    if Role.LASTING in roles:
        roles.discard(Role.WINDOW)  # "for 30 days in a row"
    if Role.AT_LEAST in roles and Role.FROM in roles:  # "từ 90% trở lên"
        roles.discard(Role.FROM)
    if floor > 0 and tail == len(tokens) and roles <= {Role.FILLER} and not amount.sign and tokens[amount.first - 1].key == ":":
        roles.add(Role.AIM)  # "bugs open longer than 7 days: 0"
    if Role.FOLD in roles and amount.unit in {"", "lần"}:
        amount = replace(amount, unit="x")  # "tăng gấp 3"
    if floor > 0 and _speaks_of_each(tokens, lead, floor, lexicon):
        roles = roles - PLACES | {Role.SCOPE}
    if amount.is_fraction and roles & CHANGES and not roles & {Role.TO, Role.AIM}:
        amount = replace(amount, value=amount.value * HUNDRED, unit="%")  # "giảm 1/3"
    return Standing(amount, frozenset(roles), lead, tail)


def _tail(tokens: Sequence[Token], amount: Amount, roles: set[str], ceiling: int, lexicon: Lexicon) -> int:
    """Where the words behind a number that belong to it end; what they say is added to `roles`."""
    is_time = is_duration(amount.unit, lexicon)
    tail = amount.stop
    while (match := lexicon.roles.after.starting(tokens, tail)) is not None and tail + match.length <= ceiling:
        found = match.kinds
        if tail + match.length == ceiling < len(tokens) and lexicon.roles.before.ending(tokens, ceiling, tail) is not None:
            break  # "95% so với 88%": what touches the next number belongs to it
        if roles & CHANGES or amount.sign:
            found -= {Role.NOW}  # "tăng 8% so với năm ngoái": last year is compared with
            if not found:
                break
        if Role.WINDOW in found:
            # "20天以内" is a bound when the number is where one wants to get, and else a window: "24小时内".
            found = (
                frozenset({Role.WINDOW}) if is_time and not roles & {Role.TO, Role.AIM, Role.AT_MOST} else found - {Role.WINDOW}
            )
        if Role.LASTING in found and not is_time:
            found -= {Role.LASTING}
        if Role.OF in found:
            roles |= found
            break
        if not found:
            break
        roles |= found
        tail += match.length
    return tail


def _speaks_of_each(tokens: Sequence[Token], lead: int, floor: int, lexicon: Lexicon) -> bool:
    """ "3 partners, each bringing at least $1M": what a clause says of each of them."""
    start = start_of_clause(tokens, lead)
    if start < floor or start == 0:
        return False
    each = lexicon.roles.each.starting(tokens, start)
    period = lexicon.roles.before.starting(tokens, start)
    return each is not None and (period is None or Role.PERIOD not in period.kinds)


def _runs_into_noun(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> bool:
    if at >= len(tokens) or tokens[at].kind is not Kind.HAN:
        return False
    return lexicon.roles.verbs.starting(tokens, at) is None and lexicon.roles.before.starting(tokens, at) is None


def is_duration(unit: str, lexicon: Lexicon) -> bool:
    return minutes_of(unit, lexicon) is not None


def minutes_of(unit: str, lexicon: Lexicon) -> str | None:
    """The length of a unit of time in minutes, as listed, or None for other units."""
    if unit in {"", "%"}:
        return None
    tokens = read_sentence(unit).tokens
    match = lexicon.numbers.minutes.starting(tokens, 0)
    return min(match.kinds) if match is not None and match.length == len(tokens) else None
