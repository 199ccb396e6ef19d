"""Which of a sentence's numbers is meant: where one stands, where one wants to be, and whether that is a place or a change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.coach.amounts import Amount
from bot.coach.opening import skip_preamble
from bot.coach.standing import Standing, is_boundary, is_duration, minutes_of, start_of_clause
from bot.coach.tokens import Token
from bot.coach.words.lexicon import MONEY, Lexicon, Role

FOLD = frozenset({"lần"})
"""Units that say how many times as much behind a verb of change."""
CURRENCIES = frozenset({"USD", "VND", "EUR", "GBP", "CNY", "元"})
RESULT_UNITS = CURRENCIES | {"%", "x"}
"""Nobody counts work in these."""
TIMES = "x"
POINTS = frozenset(
    {"pp", "ppt", "ppts", "个百分点", "百分点", "điểm phần trăm", "điểm %", "percentage points", "percentage point", "% points"}
)


@dataclass(frozen=True, slots=True)
class Choice:
    """The numbers chosen; a pair is said as one: "from A to B"."""

    baseline: Standing | None
    target: Standing | None
    is_pair: bool


def choose(tokens: Sequence[Token], standings: Sequence[Standing], result: Standing | None, lexicon: Lexicon) -> Choice:
    """Baseline and target. `result` is the number that says what a task is good for, see `find_result`."""
    pair = _pair(tokens, standings, lexicon)
    if pair is not None:
        return Choice(*pair, is_pair=True)
    if result is not None:
        standings = standings[standings.index(result) :]  # what comes before counts the work
    baseline = next((each for each in standings if each.has(Role.NOW) and not each.has(Role.AIM)), None)
    if baseline is None and len(standings) > 1:
        # "NPS to 50, up from 30"
        baseline = next(
            (each for each in standings[1:] if each.has(Role.FROM) and each.has(Role.UP, Role.DOWN) and not each.is_aside()), None
        )
    free = [each for each in standings if each is not baseline]
    group = next((index for index, each in enumerate(free[:-1]) if each.has(Role.OUT_OF)), None)
    if group is not None and group + 1 < len(free):
        free = free[: group + 2]  # "of every 6 clinics 5 score 80 points": the share is meant
    direct = [each for each in free if not each.is_aside()]
    if not direct:  # of "in 24 hours for 95% of requests" the share is meant
        direct = sorted((each for each in free if not each.has(Role.SCALE)), key=lambda each: each.amount.unit != "%")
    target = min(direct, key=_rank, default=None)
    if target is not None and target is not direct[0] and _is_about(tokens, direct[0], target, lexicon):
        target = direct[0]
    contradict = target is not None and baseline is not None and not _fit(baseline.amount, target.amount, lexicon, loosely=True)
    if contradict and target is not None and not is_change(tokens, target, lexicon):
        baseline = None
    return Choice(baseline, target, is_pair=False)


def _rank(standing: Standing) -> int:
    """The surer a number is the target, the lower; ties go to the first."""
    for rank, roles in enumerate(((Role.AIM,), (Role.TO,), (Role.AT_LEAST, Role.AT_MOST), (Role.BY, Role.UP, Role.DOWN))):
        if standing.has(*roles):
            return rank
    return 4


def _is_about(tokens: Sequence[Token], first: Standing, later: Standing, lexicon: Lexicon) -> bool:
    """Whether a later number only says more about an earlier one."""
    if later.has(Role.TO, Role.AIM):
        return False
    # 营收3.2亿元,同比增长18%: the first result is the one that is meant.
    is_result = first.amount.unit in RESULT_UNITS or first.amount.scale > 1
    compares = is_result and later.has(Role.UP, Role.DOWN, Role.AT_LEAST, Role.AT_MOST) and not _is_means(tokens, first, lexicon)
    is_next = start_of_clause(tokens, later.lead) > first.lead
    return (compares and is_next) or _qualifies(tokens, first, later, lexicon)


def _is_means(tokens: Sequence[Token], standing: Standing, lexicon: Lexicon) -> bool:
    """ "With a budget of $50k, …": what one has to spend."""
    return lexicon.roles.means.starting(tokens, start_of_clause(tokens, standing.lead)) is not None


def _qualifies(tokens: Sequence[Token], first: Standing, later: Standing, lexicon: Lexicon) -> bool:
    """ "Win 12 customers with more than 500 seats": the later number says which customers count."""
    if first.amount.unit == TIMES or first.roles - {Role.FILLER, Role.REACH, Role.OF}:
        return False
    if start_of_clause(tokens, first.lead) != start_of_clause(tokens, later.lead):
        return False
    if lexicon.faults.join.search(tokens, first.tail, later.lead) is not None:
        return False
    at = skip_preamble(tokens, start_of_clause(tokens, first.lead), (), lexicon)
    verb = lexicon.roles.verbs.starting(tokens, at)
    if verb is None or first.amount.unit == "%":
        return at == first.lead
    return Role.REACH in verb.kinds and at + verb.length == first.lead


def find_result(tokens: Sequence[Token], standings: Sequence[Standing], task_at: int, lexicon: Lexicon) -> Standing | None:
    """The first number that shows what a task is good for: a share, an amount of money, a change, or a count in a clause of its own."""
    purpose = lexicon.faults.purpose.search(tokens, task_at + 1)
    clause = start_of_clause(tokens, task_at)
    for each in standings:
        if each.amount.unit in RESULT_UNITS or each.amount.scale > 1 or (each.amount.unit and each.amount.unit[0] in "%‰/"):
            return each
        if purpose is not None and each.lead > purpose[0]:
            return each
        if each.is_aside() or is_duration(each.amount.unit, lexicon):
            continue
        starts_later = start_of_clause(tokens, each.lead) > clause
        if each.has(Role.TO) or (starts_later and each.has(Role.AT_LEAST, Role.AT_MOST, Role.UP, Role.DOWN, Role.NOW)):
            return each
        if _opens_with_result(tokens, task_at, each, lexicon):
            return each
    return None


def _opens_with_result(tokens: Sequence[Token], task_at: int, standing: Standing, lexicon: Lexicon) -> bool:
    """ "… and get 60 partners": between the task and the number a new verb begins, and it is none of work."""
    at = task_at + 1
    while at < standing.lead:
        joined = lexicon.faults.join.starting(tokens, at)
        if joined is None and not is_boundary(tokens, at):
            at += 1
            continue
        at += joined.length if joined is not None else 1
        at = skip_preamble(tokens, at, (), lexicon)
        verb = lexicon.roles.verbs.starting(tokens, at)
        work = lexicon.faults.task.starting(tokens, at)
        if verb is not None and (work is None or work.length < verb.length):
            return at + verb.length <= standing.amount.first
    return False


def _pair(tokens: Sequence[Token], standings: Sequence[Standing], lexicon: Lexicon) -> tuple[Standing, Standing] | None:
    """The first "from A to B", "A → B" or "to B from A"."""
    for index, (first, second) in enumerate(pairwise(standings)):
        touches = (
            (second.lead == first.tail or _leads_to(tokens, first, second, lexicon))
            and not first.is_aside()
            and not first.has(Role.TO, Role.BY)
        )
        if second.has(Role.TO) and first.has(Role.FROM) and _fit(first.amount, second.amount, lexicon, loosely=True):
            return first, second
        if second.has(Role.TO) and touches and _fit(first.amount, second.amount, lexicon, loosely=False):
            return first, second
        goes_on = index + 2 < len(standings) and standings[index + 2].has(Role.TO)
        ends_first = first.has(Role.TO) or (second.lead == first.tail and first.has(Role.AT_MOST) and not goes_on)
        if ends_first and second.has(Role.FROM) and _fit(first.amount, second.amount, lexicon, loosely=False):
            return second, replace(first, roles=first.roles - {Role.AT_MOST} | {Role.TO})  # "up to 98% from 93%"
    return None


def _leads_to(tokens: Sequence[Token], first: Standing, second: Standing, lexicon: Lexicon) -> bool:
    """ "1,900 parcels a week down to 700", "a backlog of 240 permits cut to 40": with what is counted in between."""
    way = second.amount.value - first.amount.value
    goes = second.has(Role.UP) if way > 0 else second.has(Role.DOWN)
    start = start_of_clause(tokens, second.lead)
    if not goes or start != start_of_clause(tokens, first.amount.first):
        return False
    starts = start == first.amount.first or lexicon.roles.lower_is_better.ending(tokens, first.lead, start) is not None
    return starts and first.roles <= {Role.FILLER}


def _fit(one: Amount, other: Amount, lexicon: Lexicon, *, loosely: bool) -> bool:
    """Whether two quantities can be two values of one metric."""
    if one.unit == other.unit or one.unit.partition("/")[0] == other.unit.partition("/")[0] == "%":  # 1%/month and 2%
        return True
    if "" in {one.unit, other.unit}:
        return not any(unit == "%" and plain.scale > 1 for unit, plain in ((one.unit, other), (other.unit, one)))
    if "%" in {one.unit, other.unit} or TIMES in {one.unit, other.unit}:
        return False
    durations = minutes_of(one.unit, lexicon), minutes_of(other.unit, lexicon)
    if None not in durations:
        return True
    return loosely and durations == (None, None)


def is_change(tokens: Sequence[Token], target: Standing, lexicon: Lexicon) -> bool:
    """Whether a number says how much rather than where to: "+20%", "by 500", "tăng 20%", "2x", "15% more"."""
    amount = target.amount
    if amount.turns:
        return amount.turns in {"up", "down", "by"}
    if amount.unit == TIMES and not target.has(Role.BY) and lexicon.roles.ratios.search(tokens) is not None:
        return False
    if target.has(Role.TO, Role.AIM, Role.FROM, Role.NOW):
        return amount.unit == TIMES
    if is_collected(tokens, target, lexicon):
        return False
    if amount.sign or amount.unit == TIMES or target.has(Role.BY):
        return True
    if target.has(Role.AT_MOST):
        return False
    if target.has(Role.UP, Role.DOWN):
        return target.lead < amount.first or amount.unit == "%"
    if target.has(Role.AT_LEAST) or not (amount.unit == "%" or amount.unit.lower() in POINTS or amount.unit in FOLD):
        return False
    clause = tokens[start_of_clause(tokens, target.lead) : target.lead]
    leading = lexicon.roles.verbs.starting(clause, skip_preamble(clause, 0, (), lexicon))
    return leading is not None and bool(leading.kinds & {Role.UP, Role.DOWN})


def is_collected(tokens: Sequence[Token], target: Standing, lexicon: Lexicon) -> bool:
    """ "Raise $2M" and "save 300 hours" collect them; "raise sales by $2M" and "save 20%" do not."""
    found = lexicon.roles.collects.ending(tokens, target.amount.first)
    if found is None or target.amount.unit == "%":
        return False
    return MONEY not in found.kinds or target.amount.unit in CURRENCIES
