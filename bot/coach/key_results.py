"""Rules for key results: a metric that goes from somewhere to somewhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise

from bot.coach import examples
from bot.coach.advice import Advice, Good, Rule
from bot.coach.cues import Match
from bot.coach.lengths import is_long, is_short
from bot.coach.measures import Reading, read
from bot.coach.opening import find_wish, opening_task
from bot.coach.standing import Standing, is_duration, start_of_clause
from bot.coach.tokens import shortened
from bot.coach.words.lexicon import Role

MONEY = frozenset({"USD", "VND", "EUR", "GBP", "CNY", "元"})
MOST_NUMBERS = 8
"""Two results are among the first of them, or nowhere."""
LONG_ABILITY = 6
"""So many tokens say what somebody will be able to do; fewer say nothing one could check."""


def advise_key_result(text: str, lang: str) -> Advice | None:
    """The one most useful thing to mend in a key result, or None when it is fine (or empty).

    `lang` is the writer's language; a sentence in another of our languages is recognised and answered in kind.
    """
    return _advise(shortened(text), lang)


@lru_cache(maxsize=512)  # a conversation is replayed from its first answer at every turn
def _advise(text: str, lang: str) -> Advice | None:
    reading = read(text, lang)
    if not reading.tokens:
        return None
    return next((advice for rule in RULES if (advice := rule(reading)) is not None), None)


def praise_key_result(text: str, lang: str) -> tuple[Good, ...]:
    """What is already right with a key result."""
    return _praise(read(text, lang))


def _praise(reading: Reading) -> tuple[Good, ...]:
    draft = reading.draft
    has_number = bool(reading.standings)
    is_task = opening_task(reading.tokens, reading.dates, reading.lexicon.faults.task, reading.lexicon) is not None
    goods = (
        (Good.METRIC, draft.metric != "" and (has_number or (bool(reading.turns) and bool(reading.verb))) and not is_task),
        (Good.NUMBER, has_number),
        (Good.TARGET, reading.target is not None),
        (Good.BASELINE, reading.baseline is not None),
        (
            Good.DIRECTION,
            bool(reading.turns) or (reading.baseline is not None and reading.target is not None) or _has_bound(reading),
        ),
        (Good.SHORT, is_short(reading.sentence, reading.lexicon)),
    )
    return tuple(good for good, is_so in goods if is_so)


def _advice(rule: Rule, reading: Reading, example: str, cue: Match | None = None) -> Advice:
    params = [("cue", cue.phrase)] if cue is not None else []
    if reading.draft.metric:
        params.append(("metric", reading.draft.metric))
    return Advice(rule, _praise(reading), example, tuple(params))


def _has_bound(reading: Reading) -> bool:
    return reading.target is not None and reading.target.has(Role.AT_LEAST, Role.AT_MOST)


def _wish(reading: Reading) -> Advice | None:
    found = find_wish(reading.tokens, reading.lexicon)
    if found is None or reading.standings:
        return None
    return _advice(Rule.WISH, reading, examples.measured_example(reading), found)


def _vague(reading: Reading) -> Advice | None:
    if reading.standings or _opening_task(reading) is not None or _is_checkable(reading):
        return None
    found = reading.lexicon.faults.vague.search(reading.tokens)
    if found is None:
        return None
    return _advice(Rule.VAGUE, reading, examples.measured_example(reading), found[1])


def _task(reading: Reading) -> Advice | None:
    found = _opening_task(reading)
    if found is None or _shows_result(reading, found[0]):
        return None
    return _advice(Rule.TASK, reading, examples.task_example(reading.sentence, reading.lexicon), found[1])


def _opening_task(reading: Reading) -> tuple[int, Match] | None:
    return opening_task(reading.tokens, reading.dates, reading.lexicon.faults.task, reading.lexicon)


def _shows_result(reading: Reading, task_at: int) -> bool:
    """Whether a sentence that begins with a task also says what it is good for; then it may stay (contested, so no advice)."""
    if reading.baseline is not None or any(standing.amount.unit in {"%", "x"} | MONEY for standing in reading.standings):
        return True
    if reading.lexicon.faults.purpose.search(reading.tokens, task_at + 1) is not None and reading.standings:
        return True
    counted = [each for each in reading.standings if not (each.is_aside() or is_duration(each.amount.unit, reading.lexicon))]
    clause = start_of_clause(reading.tokens, task_at)
    return any(
        each.has(Role.TO, Role.AT_LEAST, Role.AT_MOST, Role.UP, Role.DOWN)
        and (start_of_clause(reading.tokens, each.lead) > clause or each.has(Role.TO))
        for each in counted
    )


def _no_number(reading: Reading) -> Advice | None:
    if reading.standings or _is_checkable(reading):
        return None
    recurring = reading.lexicon.faults.recurring.search(reading.tokens)
    if recurring is not None:
        return _advice(Rule.BUSINESS_AS_USUAL, reading, "", recurring[1])
    return _advice(Rule.NO_NUMBER, reading, examples.measured_example(reading))


def _is_checkable(reading: Reading) -> bool:
    """Without a number, yet anybody can see whether it is so: an ability, or an event with a date."""
    faults, tokens = reading.lexicon.faults, reading.tokens
    ability = faults.ability.search(tokens, 1)
    if ability is not None and len(tokens) >= LONG_ABILITY:
        return True
    return bool(reading.dates) and faults.milestone.search(tokens) is not None


def _several_metrics(reading: Reading) -> Advice | None:
    tokens, lexicon = reading.tokens, reading.lexicon
    results = [each for each in reading.standings[:MOST_NUMBERS] if each is not reading.baseline and _is_result(each, reading)]
    for first, second in pairwise(results):
        start = first.tail
        joined = lexicon.faults.join.search(tokens, start, second.lead)
        if joined is None:
            continue
        verb = lexicon.roles.verbs.search(tokens, joined[0], second.amount.first)
        own_words = second.lead - joined[0] - joined[1].length
        changes = verb is not None and bool(verb[1].kinds & {Role.UP, Role.DOWN})
        if own_words < 1 or not (changes or second.has(Role.TO, Role.AT_LEAST, Role.AT_MOST)) or _compares(reading, second):
            continue
        example = examples.capitalised(reading.sentence.slice(0, joined[0]).strip(" .。!?;,:\uff01\uff1f\uff1b\uff0c\uff1a"))
        return _advice(Rule.SEVERAL_METRICS, reading, example)
    return None


def _is_result(standing: Standing, reading: Reading) -> bool:
    if standing.is_aside() or standing.has(Role.NOW):
        return False
    if standing.has(Role.FROM) and not standing.has(Role.TO):
        return False
    if standing is reading.target:
        return True
    return standing.has(Role.TO, Role.AT_LEAST, Role.AT_MOST, Role.UP, Role.DOWN, Role.BY) or standing.amount.sign != ""


def _compares(reading: Reading, standing: Standing) -> bool:
    """ "reach 90%, 15% more than last year" has one metric, said twice."""
    tokens = reading.tokens
    clause = start_of_clause(tokens, standing.lead)
    return reading.lexicon.roles.before.search(tokens, clause, standing.lead) is not None and any(
        Role.NOW in match.kinds
        for at in range(clause, len(tokens))
        if (match := reading.lexicon.roles.before.starting(tokens, at)) is not None
    )


def _no_baseline(reading: Reading) -> Advice | None:
    """Only where the number means nothing without one: a relative change."""
    if not reading.draft.relative or reading.draft.baseline is not None:
        return None
    return _advice(Rule.NO_BASELINE, reading, examples.currently_example(reading.sentence, reading.lexicon))


def _business_as_usual(reading: Reading) -> Advice | None:
    """A number that is to stay where it already is."""
    draft = reading.draft
    if Role.KEEP not in reading.turns or draft.baseline is None or draft.target is None or reading.target is None:
        return None
    inside = draft.baseline <= draft.target if reading.target.has(Role.AT_MOST) else draft.baseline >= draft.target
    return _advice(Rule.BUSINESS_AS_USUAL, reading, "") if inside else None


def _fantasy(reading: Reading) -> Advice | None:
    draft = reading.draft
    if draft.target is None or draft.relative or reading.lexicon.faults.perfection.search(reading.tokens) is None:
        return None
    full = draft.unit == "%" and draft.target == 100
    return _advice(Rule.FANTASY, reading, examples.perfection_example(reading)) if full else None


def _vanity(reading: Reading) -> Advice | None:
    faults, tokens = reading.lexicon.faults, reading.tokens
    found = faults.vanity.search(tokens)
    if found is None or not reading.standings or faults.quality.search(tokens) is not None:
        return None
    if any(standing.amount.unit == "%" for standing in reading.standings):
        return None
    return _advice(Rule.VANITY, reading, examples.vanity_example(reading.sentence, reading.lexicon), found[1])


def _too_long(reading: Reading) -> Advice | None:
    return _advice(Rule.TOO_LONG, reading, "") if is_long(reading.sentence, reading.lexicon) else None


# What keeps a sentence from being a key result first, refinements last.
RULES: tuple[Callable[[Reading], Advice | None], ...] = (
    _wish,
    _vague,
    _task,
    _no_number,
    _several_metrics,
    _no_baseline,
    _business_as_usual,
    _fantasy,
    _vanity,
    _too_long,
)
