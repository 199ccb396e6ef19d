"""Rules for key results: a metric that goes from somewhere to somewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from bot.coach import examples
from bot.coach.advice import Advice, Finding, Good, Rule, Severity, Span
from bot.coach.choosing import RESULT_UNITS
from bot.coach.cues import Match
from bot.coach.folding import in_script_of
from bot.coach.lengths import is_long, is_short
from bot.coach.measures import Reading, read
from bot.coach.opening import skip_preamble
from bot.coach.standing import Standing, start_of_clause
from bot.coach.tokens import shortened
from bot.coach.words import lexicon_of
from bot.coach.words.lexicon import SURE, Role

MOST_NUMBERS = 8
"""Two results are among the first of them, or nowhere."""
NOUN_REACH = 4
"""So many tokens behind a number its noun is looked for: "200 very cold calls"."""
LONG_ABILITY = 6
"""So many tokens say what somebody will be able to do; fewer say nothing one could check."""


def advise_key_result(text: str, lang: str) -> Advice | None:
    """The one most useful thing to say about a key result, or None when it is fine (or empty).

    `lang` is the writer's language; a sentence in another of our languages is recognised and answered in kind.
    """
    found = key_result_findings(text, lang)
    return Advice(found[0].rule, praise_key_result(text, lang), found[0].example) if found else None


def key_result_findings(text: str, lang: str) -> tuple[Finding, ...]:
    """All that could be better with a key result, most useful first; () for an empty one."""
    return _findings(shortened(text), lang)


@lru_cache(maxsize=512)  # a conversation is replayed from its first answer at every turn
def _findings(text: str, lang: str) -> tuple[Finding, ...]:
    reading = read(text, lang)
    if not reading.tokens:
        return ()
    found = (_with_sound_example(finding, reading) for rule in RULES if (finding := rule(reading)) is not None)
    return tuple(replace(finding, example=in_script_of(reading.sentence.text, finding.example)) for finding in found)


def _with_sound_example(finding: Finding, reading: Reading) -> Finding:
    """The finding, with another example or none when its own would call for advice again once its blanks are filled."""
    if not finding.example or _is_sound(finding.example, reading.lexicon.lang):
        return finding
    other = examples.statement_example(reading.sentence, reading.lexicon)
    return replace(finding, example=other if other and _is_sound(other, reading.lexicon.lang) else "")


def _is_sound(example: str, lang: str) -> bool:
    filled = read(examples.filled_in(example, lexicon_of(lang)), lang)
    return not any((fault := rule(filled)) is not None and fault.severity is Severity.MEND for rule in RULES)


def praise_key_result(text: str, lang: str) -> tuple[Good, ...]:
    """What is already right with a key result."""
    return tuple(good for good, _ in goods_of(read(text, lang)))


def goods_of(reading: Reading) -> tuple[tuple[Good, Span], ...]:
    """What is already right with a key result, and where it is said."""
    draft, sentence = reading.draft, reading.sentence
    has_number = bool(reading.standings)
    is_task = reading.task is not None
    target, baseline = reading.target, reading.baseline
    whole = sentence.span()
    numbers = (reading.standings[0].amount.first, reading.standings[0].amount.stop) if has_number else (0, 0)
    goods = (
        (
            Good.METRIC,
            draft.metric != "" and (has_number or (bool(reading.turns) and bool(reading.verb))) and not is_task,
            _span_of(draft.metric, reading),
        ),
        (Good.NUMBER, has_number, sentence.span(*numbers)),
        (Good.TARGET, target is not None, sentence.span(target.amount.first, target.amount.stop) if target else whole),
        (Good.BASELINE, baseline is not None, sentence.span(baseline.amount.first, baseline.amount.stop) if baseline else whole),
        (Good.DIRECTION, bool(reading.turns) or (baseline is not None and target is not None) or _has_bound(reading), whole),
        (Good.SHORT, is_short(sentence, reading.lexicon), whole),
    )
    return tuple((good, span) for good, is_so, span in goods if is_so)


def _span_of(words: str, reading: Reading) -> Span:
    at = reading.sentence.text.find(words)
    return (at, at + len(words)) if at >= 0 else reading.sentence.span()


def _finding(
    rule: Rule,
    severity: Severity,
    reading: Reading,
    example: str,
    cue: tuple[int, Match] | None = None,
) -> Finding:
    """With the place of the cue, or else the whole sentence."""
    if cue is not None:
        at, match = cue
        return Finding(rule, severity, reading.sentence.span(at, at + match.length), example, match.phrase)
    return Finding(rule, severity, reading.sentence.span(), example)


def _has_bound(reading: Reading) -> bool:
    return reading.target is not None and reading.target.has(Role.AT_LEAST, Role.AT_MOST)


def _wish(reading: Reading) -> Finding | None:
    found = reading.wish
    if found is None or reading.standings:
        return None
    return _finding(Rule.WISH, Severity.MEND, reading, examples.measured_example(reading), found)


def _vague(reading: Reading) -> Finding | None:
    if reading.standings or reading.task is not None or _is_checkable(reading):
        return None
    found = reading.lexicon.faults.vague.search(reading.tokens)
    if found is None:
        return None
    return _finding(Rule.VAGUE, Severity.MEND, reading, examples.measured_example(reading), found)


def _task(reading: Reading) -> Finding | None:
    if reading.task is None or reading.result is not None or reading.baseline is not None or _is_kept(reading):
        return _activity(reading)
    example = examples.task_example(reading.sentence, reading.lexicon)
    return _finding(Rule.TASK, Severity.MEND, reading, example, reading.task)


def _is_kept(reading: Reading) -> bool:
    """ "Hold stock at or below 30 days" holds no meeting."""
    return Role.KEEP in reading.turns and _has_bound(reading)


def _activity(reading: Reading) -> Finding | None:
    """A count of what one does oneself: "3 posts a week", "make 200 calls"."""
    target, tokens, faults = reading.target, reading.tokens, reading.lexicon.faults
    if target is None or len(reading.standings) > 1 or target.amount.unit in RESULT_UNITS or reading.turns:
        return None
    if target.has(Role.TO, Role.FROM, Role.AIM, Role.NOW) or reading.draft.relative or target.amount.turns:
        return None
    at = skip_preamble(tokens, 0, reading.dates, reading.lexicon)
    doing = faults.doing.starting(tokens, at)
    at += doing.length if doing is not None else 0
    if at not in {target.lead, target.amount.first}:
        return None
    for place in range(target.amount.first, min(target.amount.stop + NOUN_REACH, len(tokens))):
        activity = faults.activities.starting(tokens, place)
        if activity is not None:
            example = examples.task_example(reading.sentence, reading.lexicon)
            return _finding(Rule.TASK, Severity.MEND, reading, example, (place, activity))
    return None


def _no_number(reading: Reading) -> Finding | None:
    if reading.standings or _is_checkable(reading) or any(rule(reading) is not None for rule in (_wish, _vague, _task)):
        return None  # each of these asks for the number already
    recurring = reading.lexicon.faults.recurring.search(reading.tokens)
    if recurring is not None:
        return _finding(Rule.BUSINESS_AS_USUAL, Severity.MEND, reading, "", recurring)
    return _finding(Rule.NO_NUMBER, Severity.MEND, reading, examples.measured_example(reading))


def _is_checkable(reading: Reading) -> bool:
    """Without a number, yet anybody can see whether it is so: an ability, or an event with a date."""
    faults, tokens = reading.lexicon.faults, reading.tokens
    ability = faults.ability.search(tokens, 1)
    if ability is not None and len(tokens) >= LONG_ABILITY:
        return True
    event = faults.milestone.search(tokens)
    return event is not None and (bool(reading.dates) or SURE in event[1].kinds)


def _several_metrics(reading: Reading) -> Finding | None:
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
        return _finding(Rule.SEVERAL_METRICS, Severity.HINT, reading, example)
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


def _no_baseline(reading: Reading) -> Finding | None:
    """Only where the number means nothing without one: a relative change."""
    if not reading.draft.relative or reading.draft.baseline is not None:
        return None
    return _finding(Rule.NO_BASELINE, Severity.HINT, reading, examples.currently_example(reading.sentence, reading.lexicon))


def _business_as_usual(reading: Reading) -> Finding | None:
    """A number that is to stay where it already is."""
    draft = reading.draft
    if Role.KEEP not in reading.turns or draft.baseline is None or draft.target is None or reading.target is None:
        return None
    inside = draft.baseline <= draft.target if reading.target.has(Role.AT_MOST) else draft.baseline >= draft.target
    return _finding(Rule.BUSINESS_AS_USUAL, Severity.HINT, reading, "") if inside else None


def _fantasy(reading: Reading) -> Finding | None:
    draft = reading.draft
    if draft.target is None or draft.relative or reading.lexicon.faults.perfection.search(reading.tokens) is None:
        return None
    full = draft.unit == "%" and draft.target == 100
    return _finding(Rule.FANTASY, Severity.MEND, reading, examples.perfection_example(reading)) if full else None


def _vanity(reading: Reading) -> Finding | None:
    faults, tokens = reading.lexicon.faults, reading.tokens
    found = faults.vanity.search(tokens)
    if found is None or not reading.standings or faults.quality.search(tokens) is not None:
        return None
    if any(standing.amount.unit == "%" for standing in reading.standings):
        return None
    return _finding(Rule.VANITY, Severity.HINT, reading, examples.vanity_example(reading.sentence, reading.lexicon), found)


def _too_long(reading: Reading) -> Finding | None:
    return _finding(Rule.TOO_LONG, Severity.HINT, reading, "") if is_long(reading.sentence, reading.lexicon) else None


# What keeps a sentence from being a key result first, refinements last.
RULES: tuple[Callable[[Reading], Finding | None], ...] = (
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
