"""Rules for objectives: a direction people want to go, in words. A missing number is no fault here, a number alone is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.coach import examples
from bot.coach.advice import Advice, Finding, Good, Rule, Severity, Span
from bot.coach.cues import Cues, Match
from bot.coach.folding import in_script_of
from bot.coach.labels import read_statement
from bot.coach.language import guess_language
from bot.coach.lengths import count_words, is_long, is_short
from bot.coach.opening import Place, Spans, find_wish, opening_task, skip_preamble
from bot.coach.quantities import find_amounts
from bot.coach.skips import find_dates, find_skips
from bot.coach.standing import Standing, stand
from bot.coach.tokens import Kind, Sentence, Token, shortened
from bot.coach.words import lexicon_of
from bot.coach.words.lexicon import ALWAYS, Lexicon, Role

BARE_WORDS = {"en": 8, "vi": 10, "zh": 14}
"""An objective with a number and no more words than this is only a number."""
BARELY_WORDS = 4
"""With so few words beside it any number is all there is: "NPS of 60"."""
TASK_WORDS = {"en": 7, "vi": 9, "zh": 14}
"""A task with more words than this usually says what it is for."""
FEW_WORDS = {"en": 4, "vi": 6, "zh": 8}
VAGUE_WORDS = {"en": 6, "vi": 7, "zh": 10}
BARE_THEME = {"en": 2, "zh": 4}
"""With so few words and no verb it is a theme, whatever it is about (OKR method, W9)."""
THEME_WORDS = {"en": 3, "vi": 5, "zh": 6}


@dataclass(frozen=True, slots=True)
class _Objective:
    sentence: Sentence
    lexicon: Lexicon
    dates: Spans
    standings: tuple[Standing, ...]
    words: int

    @property
    def tokens(self) -> tuple[Token, ...]:
        return self.sentence.tokens

    def finds(self, cues: Cues) -> tuple[int, Match] | None:
        return cues.search(self.tokens)

    def start(self) -> int:
        return skip_preamble(self.tokens, 0, self.dates, self.lexicon)


def advise_objective(text: str, lang: str) -> Advice | None:
    """The one most useful thing to say about an objective, or None when it is fine (or empty)."""
    found = objective_findings(text, lang)
    return Advice(found[0].rule, praise_objective(text, lang), found[0].example) if found else None


def objective_findings(text: str, lang: str) -> tuple[Finding, ...]:
    """All that could be better with an objective, most useful first; () for an empty one."""
    return _findings(shortened(text), lang)


@lru_cache(maxsize=512)  # a conversation is replayed from its first answer at every turn
def _findings(text: str, lang: str) -> tuple[Finding, ...]:
    objective = _read(text, lang)
    if not objective.tokens:
        return ()
    found = (finding for rule in RULES if (finding := rule(objective)) is not None)
    sound = (finding if _is_sound(finding.example, objective.lexicon) else replace(finding, example="") for finding in found)
    return tuple(replace(finding, example=in_script_of(objective.sentence.text, finding.example)) for finding in sound)


def _is_sound(example: str, lexicon: Lexicon) -> bool:
    """Whether the coach would have nothing to mend in its own example once that is filled."""
    filled = _read(example.replace(examples.BLANK, lexicon.templates.some_purpose), lexicon.lang)
    return not any((fault := rule(filled)) is not None and fault.severity is Severity.MEND for rule in RULES)


def praise_objective(text: str, lang: str) -> tuple[Good, ...]:
    """What is already right with an objective."""
    return tuple(good for good, _ in objective_goods(text, lang))


def objective_goods(text: str, lang: str) -> tuple[tuple[Good, Span], ...]:
    """What is already right with an objective, and where it is said."""
    objective = _read(shortened(text), lang)
    if not objective.tokens:
        return ()
    number = next((each for each in objective.standings if not each.is_aside()), None)
    whole = objective.sentence.span()
    goods = (
        (Good.NUMBER, number is not None, objective.sentence.span(number.amount.first, number.amount.stop) if number else whole),
        (Good.DIRECTION, objective.words > 1 and all(one.rule in SIDE_ISSUES for one in objective_findings(text, lang)), whole),
        (Good.SHORT, is_short(objective.sentence, objective.lexicon), whole),
    )
    return tuple((good, span) for good, is_so, span in goods if is_so)


@lru_cache(maxsize=512)
def _read(text: str, lang: str) -> _Objective:
    lexicon = lexicon_of(guess_language(text, lang), lang)
    sentence = read_statement(text)
    skips = find_skips(sentence, lexicon)
    standings = stand(sentence.tokens, find_amounts(sentence, lexicon, skips), lexicon)
    return _Objective(sentence, lexicon, find_dates(sentence, lexicon, skips), standings, count_words(sentence, lexicon))


def _finding(
    rule: Rule, severity: Severity, objective: _Objective, example: str, cue: tuple[int, Match] | None = None
) -> Finding:
    if cue is None:
        return Finding(rule, severity, objective.sentence.span(), example)
    at, match = cue
    return Finding(rule, severity, objective.sentence.span(at, at + match.length), example, match.phrase)


def _wish(objective: _Objective) -> Finding | None:
    found = find_wish(objective.tokens, objective.lexicon)
    if found is None or objective.standings:
        return None
    core = examples.sentence_core(objective.sentence, objective.lexicon)
    is_sentence = core != objective.sentence.text and not examples.wishes_for_noun(objective.sentence, objective.lexicon)
    return _finding(Rule.WISH, Severity.MEND, objective, core if is_sentence else "", found)


def _vague(objective: _Objective) -> Finding | None:
    """ "Do better", "make more money": nobody learns from it where to go. "Improve X" is a direction, if a pale one."""
    faults, tokens = objective.lexicon.faults, objective.tokens
    found = objective.finds(faults.objective_vague)
    if found is None or objective.words > VAGUE_WORDS[objective.lexicon.lang] or objective.standings:
        return None
    at, content = 0, 0
    dates = dict(objective.dates)
    while at < len(tokens):
        if at in dates:
            at = dates[at]
            continue
        match = faults.objective_vague.starting(tokens, at) or faults.light.starting(tokens, at)
        if match is None and tokens[at].kind in {Kind.WORD, Kind.HAN}:
            content += 1
        at += match.length if match is not None else 1
    if content > (1 if objective.lexicon.spaced else 0):
        return None
    # "Be better so that __" would be built on nothing.
    example = examples.purpose_example(objective.sentence, objective.lexicon) if content else ""
    return _finding(Rule.VAGUE, Severity.MEND, objective, example, found)


def _task(objective: _Objective) -> Finding | None:
    faults, lexicon = objective.lexicon.faults, objective.lexicon
    found = opening_task(objective.tokens, objective.dates, faults.objective_task, lexicon) or _plain_work(objective)
    if found is None:
        return None
    if ALWAYS not in found[1].kinds and objective.words > TASK_WORDS[lexicon.lang] + (3 if objective.dates else 0):
        return None
    if objective.finds(faults.purpose) is not None or objective.finds(faults.praise_words) is not None:
        return None
    return _finding(Rule.TASK, Severity.MEND, objective, examples.purpose_example(objective.sentence, lexicon), found)


def _plain_work(objective: _Objective) -> Place | None:
    """In so few words the work of a key result is work here, too: "send newsletters"; but "build trust" is a direction."""
    lexicon = objective.lexicon
    if objective.words > FEW_WORDS[lexicon.lang]:
        return None
    found = opening_task(objective.tokens, objective.dates, lexicon.faults.task, lexicon)
    return found if found is not None and lexicon.faults.aspiring.starting(objective.tokens, found[0]) is None else None


def _number_as_objective(objective: _Objective) -> Finding | None:
    lexicon = objective.lexicon
    numbers = [each for each in objective.standings if not each.is_aside()]
    if not numbers or (objective.finds(lexicon.faults.praise_words) is not None and len(numbers) < 2):
        return None
    is_pair = any(each.has(Role.TO) for each in numbers) and any(each.has(Role.FROM, Role.NOW) for each in numbers)
    dated = sum(stop - first for first, stop in objective.dates)
    is_bare = objective.words - dated <= BARE_WORDS[lexicon.lang]
    verb = lexicon.roles.verbs.starting(objective.tokens, objective.start())
    changes_share = (
        verb is not None and bool(verb.kinds & {Role.UP, Role.DOWN}) and any(each.amount.unit == "%" for each in numbers)
    )
    measured = objective.words <= BARELY_WORDS or any(each.amount.unit or each.amount.scale > 1 or each.roles for each in numbers)
    if not (is_pair or changes_share or (is_bare and measured)):
        return None
    return _finding(Rule.NUMBER_AS_OBJECTIVE, Severity.MEND, objective, "")


def _business_as_usual(objective: _Objective) -> Finding | None:
    found = objective.finds(objective.lexicon.faults.objective_recurring)
    if found is None or objective.finds(objective.lexicon.faults.praise_words) is not None:
        return None
    return _finding(Rule.BUSINESS_AS_USUAL, Severity.MEND, objective, "", found)


def _negative(objective: _Objective) -> Finding | None:
    start = objective.start()
    found = objective.lexicon.faults.negative.starting(objective.tokens, start)
    return _finding(Rule.NEGATIVE, Severity.MEND, objective, "", (start, found)) if found is not None else None


def _theme(objective: _Objective) -> Finding | None:
    if not _is_theme(objective):
        return None
    return _finding(Rule.THEME, Severity.MEND, objective, examples.theme_example(objective.sentence, objective.lexicon))


def _is_theme(objective: _Objective) -> bool:
    """A subject without a direction: one or two nouns, the last of them one that names a field of work."""
    tokens, faults, lexicon = objective.tokens, objective.lexicon.faults, objective.lexicon
    plain = [token for token in tokens if token.kind in {Kind.WORD, Kind.HAN}]
    if not 0 < objective.words <= THEME_WORDS[lexicon.lang] or len(plain) != len(tokens):
        return False
    if lexicon.lang == "vi":
        match = faults.theme.starting(tokens, 0)
        return match is not None and match.length >= len(tokens) - 2 and not _has_verb(objective, match.length)
    match = faults.theme.ending(tokens, len(tokens))
    if match is None:
        is_bare = objective.words <= BARE_THEME[lexicon.lang] and (len(tokens) > 1 or lexicon.spaced)
        return is_bare and not _has_verb(objective, 0) and not _praises(objective)
    before = len(tokens) - match.length
    if before == 0:
        return True
    return not _has_verb(objective, 0, before)


def _praises(objective: _Objective) -> bool:
    """ "Happy guests", "first-class service": short, and yet it says how it shall be."""
    faults = objective.lexicon.faults
    return any(
        objective.finds(cues) is not None for cues in (faults.praise_words, faults.satisfied, faults.wish, faults.aspiring)
    )


def _has_verb(objective: _Objective, start: int, stop: int | None = None) -> bool:
    faults, tokens, roles = objective.lexicon.faults, objective.tokens, objective.lexicon.roles
    return any(cues.search(tokens, start, stop) for cues in (faults.other_verbs, faults.vague, roles.verbs, faults.task))


def _too_long(objective: _Objective) -> Finding | None:
    return _finding(Rule.TOO_LONG, Severity.HINT, objective, "") if is_long(objective.sentence, objective.lexicon) else None


RULES: tuple[Callable[[_Objective], Finding | None], ...] = (
    _wish,
    _vague,
    _task,
    _number_as_objective,
    _business_as_usual,
    _negative,
    _theme,
    _too_long,
)
SIDE_ISSUES = frozenset({Rule.TOO_LONG})
"""An objective with any other fault does not say where to go, or says it only as a number."""
