"""Filled examples out of the writer's own words, "__" where only the writer knows what to put."""

from __future__ import annotations

from bot.coach.cues import cues
from bot.coach.folding import fold
from bot.coach.measures import Reading
from bot.coach.opening import skip_preamble
from bot.coach.standing import is_boundary
from bot.coach.tokens import Sentence, read_sentence
from bot.coach.words.lexicon import Lexicon, Role

LONGEST_EXAMPLE = 200
BLANK = "__"
TO_DO = cues("to")
CLOSING = frozenset(".。!?;,:|-—")
NOUN_PHRASE = 5
"""A sentence of so few words without a verb is taken as the name of a metric."""


def measured_example(reading: Reading) -> str:
    """The sentence as a measurable key result: "Raise customer satisfaction from __ to __"."""
    lexicon = reading.lexicon
    metric = reading.draft.metric
    if not (metric and _names_metric(reading)):
        return _duration_example(reading) or _satisfaction_example(reading) or statement_example(reading.sentence, lexicon)
    templates = lexicon.templates
    falls = Role.DOWN in reading.turns
    template, usual = (templates.fall, templates.fall_verb) if falls else (templates.rise, templates.rise_verb)
    own = capitalised(reading.verb) if reading.verb and _is_own(reading) else usual
    return _short(template.format(metric=_measurable(metric, reading), verb=own))


def statement_example(sentence: Sentence, lexicon: Lexicon) -> str:
    """ "Make checkout simple: __ from __ to __"."""
    return _filled(lexicon.templates.statement, sentence_core(sentence, lexicon))


def task_example(sentence: Sentence, lexicon: Lexicon) -> str:
    """ "Launch the app so that weekly active users go from __ to __"; what moves is guessed from what is worked on, or left open."""
    core = sentence_core(sentence, lexicon)
    known = lexicon.templates.what_moves.search(sentence.tokens)
    moves = min(known[1].kinds) if known is not None else lexicon.templates.anything_moves
    return _short(lexicon.templates.task.format(text=core, moves=moves)) if core else ""


def currently_example(sentence: Sentence, lexicon: Lexicon) -> str:
    """ "Increase sign-ups by 20% (currently __)"."""
    return _filled(lexicon.templates.currently, sentence_core(sentence, lexicon))


def vanity_example(sentence: Sentence, lexicon: Lexicon) -> str:
    return _filled(lexicon.templates.vanity, sentence_core(sentence, lexicon))


def purpose_example(sentence: Sentence, lexicon: Lexicon) -> str:
    """ "Launch the app so that __"."""
    return _filled(lexicon.templates.purpose, sentence_core(sentence, lexicon))


def theme_example(sentence: Sentence, lexicon: Lexicon) -> str:
    return _filled(lexicon.templates.theme, uncapitalised(sentence_core(sentence, lexicon)))


def filled_in(example: str, lexicon: Lexicon) -> str:
    """An example as somebody might complete it: the name of a metric where one is asked for, and two numbers."""
    if example.count(BLANK) % 2 and "__%" not in example:
        example = example.replace(BLANK, lexicon.templates.some_metric, 1)
    for number in ("4", "9"):
        example = example.replace(BLANK, number, 1)
    return example


def sentence_core(sentence: Sentence, lexicon: Lexicon) -> str:
    """The sentence without wishes around it and closing marks, beginning with a capital."""
    tokens = sentence.tokens
    first, stop = _end_of_wish(sentence, lexicon), len(tokens)
    while stop > first:
        wish = lexicon.faults.wish.ending(tokens, stop, first)
        if wish is not None:
            stop -= wish.length
        elif tokens[stop - 1].key in CLOSING:
            stop -= 1
        else:
            break
    return capitalised(sentence.slice(min(first, stop), stop))


def _end_of_wish(sentence: Sentence, lexicon: Lexicon) -> int:
    """Where the sentence goes on behind "we will try our best to"; 0 when it does not begin with a wish."""
    tokens, at, end = sentence.tokens, 0, 0
    while at < len(tokens):
        wish = lexicon.faults.wish.starting(tokens, at)
        skipped = wish or lexicon.roles.trim_before.starting(tokens, at)
        if skipped is None and not is_boundary(tokens, at):
            break
        at += skipped.length if skipped is not None else 1
        end = at if wish is not None else end
    if end == 0:
        return 0
    while end < len(tokens) and is_boundary(tokens, end):
        end += 1
    link = TO_DO.starting(tokens, end) or lexicon.faults.wish_links.starting(tokens, end)
    return end + link.length if link is not None else end


def wishes_for_noun(sentence: Sentence, lexicon: Lexicon) -> bool:
    """ "our best for our clients": what follows the wish is no sentence of its own."""
    end = _end_of_wish(sentence, lexicon)
    return end > 0 and lexicon.faults.wish_links.ending(sentence.tokens, end) is not None


def capitalised(text: str) -> str:
    """With a capital at the beginning, except for names like "iOS"."""
    word = text.split(" ", 1)[0]
    return text[:1].upper() + text[1:] if word.islower() and word.isalpha() else text


def uncapitalised(text: str) -> str:
    """Without the capital of its beginning, to stand within a sentence; names of several capitals stay."""
    first, *others = text.split(" ")
    return text[:1].lower() + text[1:] if first.istitle() and all(other == other.lower() for other in others) else text


def _names_metric(reading: Reading) -> bool:
    """Whether what is left of the sentence is the name of a metric, not half a clause."""
    tokens, lexicon = reading.tokens, reading.lexicon
    at = skip_preamble(tokens, 0, reading.dates, lexicon)
    verb = lexicon.roles.verbs.starting(tokens, at)
    named = reading.lexicon.templates.measurables.search(read_sentence(reading.draft.metric).tokens) is not None
    if verb is not None and lexicon.roles.compounds.starting(tokens, at + verb.length) is None:
        # "Increase" asks for a number of whatever follows; "improve" only of what has one.
        return bool(verb.kinds & {Role.UP, Role.DOWN, Role.KEEP}) and (named or _is_own(reading) or not lexicon.spaced)
    if not named:
        return False
    if reading.standings:
        return reading.target is not None
    if lexicon.faults.satisfied.search(tokens) or lexicon.faults.faster.search(tokens):
        return False
    if lexicon.faults.join.search(tokens):
        return False
    if _end_of_wish(reading.sentence, lexicon) > 0:
        return wishes_for_noun(reading.sentence, lexicon)
    if lexicon.faults.other_verbs.search(tokens) is not None:
        return False
    if lexicon.faults.theme.ending(tokens, len(tokens)) is not None and len(tokens) <= NOUN_PHRASE:
        return True
    few = len(tokens) <= (NOUN_PHRASE if lexicon.spaced else 2 * NOUN_PHRASE)
    return few and lexicon.faults.vague.search(tokens) is None


def _measurable(metric: str, reading: Reading) -> str:
    """The metric as one says it when it has a number: "hài lòng khách hàng" → "mức hài lòng khách hàng"."""
    templates = reading.lexicon.templates
    if reading.tokens and reading.sentence.text.startswith(metric):
        metric = uncapitalised(metric)
    folded = fold(metric)
    for quality, named in sorted(templates.measure_words, key=lambda pair: -len(pair[0])):
        key = fold(quality)
        if templates.measure_words_lead and (folded == key or folded.startswith(f"{key} ")):
            return named.removesuffix(quality) + metric if named.endswith(quality) else named + metric[len(quality) :]
        space = " " if reading.lexicon.spaced else ""
        if not templates.measure_words_lead and (folded == key or folded.endswith(f"{space}{key}")):
            return (
                metric + named.removeprefix(quality)
                if named.startswith(quality)
                else metric[: len(metric) - len(quality)] + named
            )
    return metric


def _is_own(reading: Reading) -> bool:
    tokens = reading.tokens
    at = skip_preamble(tokens, 0, reading.dates, reading.lexicon)
    match = reading.lexicon.roles.verbs.starting(tokens, at)
    own = reading.lexicon.templates.own_verbs.starting(tokens, at)
    return match is not None and own is not None and match.length == own.length


def _duration_example(reading: Reading) -> str:
    """ "Answer tickets faster" → "Reduce the time to answer tickets from __ to __"."""
    tokens, lexicon = reading.tokens, reading.lexicon
    found = lexicon.faults.faster.search(tokens)
    if found is None:
        return ""
    at, match = found
    first = skip_preamble(tokens, 0, (), lexicon)
    starts = lexicon.roles.verbs.starting(tokens, first) or lexicon.faults.other_verbs.starting(tokens, first)
    someone = lexicon.faults.someone.starting(tokens, first)
    if lexicon.spaced and (at <= first or starts is not None or (someone is not None and lexicon.lang == "en")):
        return ""
    before = reading.sentence.slice(first, at)
    rest = reading.sentence.slice(at + match.length, len(tokens)).strip(" .。!?;,:\uff01\uff1f\uff1b\uff0c\uff1a")
    doing = f"{before} {rest}".strip() if lexicon.spaced else before + rest
    return _filled(lexicon.templates.duration, uncapitalised(doing))


def perfection_example(reading: Reading) -> str:
    """ "100% happy customers" → "Raise customer satisfaction from __ to __"."""
    return _satisfaction_example(reading) or measured_example(reading)


def _satisfaction_example(reading: Reading) -> str:
    """ "Make guests happy" → "Raise customer satisfaction from __ to __"."""
    tokens, lexicon = reading.tokens, reading.lexicon
    if lexicon.faults.satisfied.search(tokens) is None:
        return ""
    someone = lexicon.faults.someone.search(tokens)
    who = min(someone[1].kinds) if someone is not None else lexicon.templates.anyone
    return lexicon.templates.satisfaction.format(who=who)


def _filled(template: str, text: str) -> str:
    return _short(template.format(text=text)) if text else ""


def _short(example: str) -> str:
    """An example of several lines helps nobody."""
    return example if len(example) <= LONGEST_EXAMPLE else ""
