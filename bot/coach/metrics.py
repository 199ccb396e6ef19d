"""Finding the metric: the words of a sentence that are left when numbers, verbs and dates are taken away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bot.coach.cues import Cues
from bot.coach.opening import Spans
from bot.coach.standing import Standing, is_boundary, is_duration
from bot.coach.tokens import Kind, Sentence, Token, read_sentence
from bot.coach.words.lexicon import Lexicon, Role

LONGEST_METRIC = 80
CHANGES = frozenset({Role.UP, Role.DOWN})

Run = tuple[int, int]
"""Tokens that stand together: from the first up to, not including, the second."""


def find_metric(
    sentence: Sentence,
    standings: Sequence[Standing],
    baseline: Standing | None,
    target: Standing | None,
    dates: Spans,
    lexicon: Lexicon,
) -> str:
    """What is counted, in the writer's words; "" when nothing but numbers and verbs is there."""
    tokens = sentence.tokens
    taken = bytearray(len(tokens))
    for standing in standings:
        if standing is target or standing is baseline or standing.has(Role.OUT_OF) or not standing.is_aside():
            taken[standing.lead : standing.tail] = b"\1" * (standing.tail - standing.lead)
    for first, stop in dates:
        taken[first:stop] = b"\1" * (stop - first)
    anchor = target or baseline
    if anchor is None:
        return _text(sentence, next(_cleaned(sentence, _runs(tokens, taken, 0, len(tokens)), lexicon), None))
    start, end = anchor.lead, anchor.tail
    if baseline is not None and target is not None and baseline.tail <= target.lead:
        start = baseline.lead if not baseline.has(Role.NOW) else start
    start = _before_remark(tokens, taken, start)
    before = list(_runs(tokens, taken, 0, start))
    near = _clean(sentence, _inner(tokens, before[-1], lexicon), lexicon) if before and before[-1][1] == start else None
    after = list(_runs(tokens, taken, end, len(tokens)))
    behind = None
    if after and after[0][0] == end:
        noun = _counted_noun(sentence, anchor, end, lexicon)
        behind = _clean(sentence, (end - noun, after[0][1]), lexicon)
    if near is not None and behind is not None and anchor.has(Role.REACH) and not anchor.has(Role.TO):
        # "Launch the portal and get 60 partners": what is launched is not counted.
        near = None if lexicon.faults.task.starting(tokens, near[0]) is not None else near
    if near is not None and lexicon.faults.task.ending(tokens, near[1], near[0]) is not None:
        # "The team runs 5 workshops": counted are the workshops.
        near = near if behind is None else None
        if near is not None and (noun := _counted_noun(sentence, anchor, end, lexicon)) > 0:
            return _text(sentence, (end - noun, end))
    if near is not None and not (
        target is not None and target.has(Role.OF) and behind is not None and _is_one_word(near, lexicon)
    ):
        return _text(sentence, near)
    farther = [*_cleaned(sentence, reversed(before), lexicon), *_cleaned(sentence, after, lexicon)]
    text = _text(sentence, behind or next(iter(farther), None))
    if text or (lexicon.spaced and _counted_noun(sentence, anchor, anchor.amount.stop, lexicon) == 0):
        return text
    return anchor.amount.unit if anchor.amount.unit[:1].isalpha() else ""


def _before_remark(tokens: Sequence[Token], taken: bytearray, start: int) -> int:
    """Where "recovery time (MTTR) under 15 minutes" names its metric: in front of the remark, if that has no number."""
    if start < 2 or tokens[start - 1].key != ")":
        return start
    opening = next((at for at in range(start - 2, -1, -1) if tokens[at].key == "("), None)
    if opening in {None, 0} or any(taken[opening:start]):
        return start
    return opening or start


def _counted_noun(sentence: Sentence, standing: Standing, at: int, lexicon: Lexicon) -> int:
    """Tokens of a unit that belongs to the metric behind it: "40 shops reorder" counts shops that reorder."""
    amount = standing.amount
    if not lexicon.spaced or at != amount.stop or not amount.unit[:1].isalpha() or is_duration(amount.unit, lexicon):
        return 0
    length = len(read_sentence(amount.unit).tokens)
    is_as_written = sentence.slice(amount.stop - length, amount.stop) == amount.unit and amount.unit != "x"
    return length if is_as_written else 0


def milestone_of(sentence: Sentence, dates: Spans, lexicon: Lexicon) -> str:
    """What is done or not: the sentence without its dates, its purpose and its closing mark."""
    tokens = sentence.tokens
    stop = len(tokens)
    purpose = lexicon.roles.inner_verbs.search(tokens, 1)
    if purpose is not None and is_boundary(tokens, purpose[0] - 1):
        stop = purpose[0]
    starts = {stop: first for first, stop in dates}
    while stop > 0 and (stop in starts or is_boundary(tokens, stop - 1)):
        stop = starts.get(stop, stop - 1)
    ends = dict(dates)
    first = 0
    while first < stop and (first in ends or is_boundary(tokens, first)):
        first = ends.get(first, first + 1)
    return sentence.slice(first, stop)[:LONGEST_METRIC].strip()


def _runs(tokens: Sequence[Token], taken: bytearray, start: int, stop: int) -> Iterator[Run]:
    """Stretches without taken tokens and ends of clauses."""
    first = start
    for at in range(start, stop + 1):
        if at == stop or taken[at] or is_boundary(tokens, at):
            if at > first:
                yield first, at
            first = at + 1


def _inner(tokens: Sequence[Token], run: Run, lexicon: Lexicon) -> Run:
    """ "the new plan increases leads" → "leads"."""
    first, stop = run
    for at in range(stop - 1, first - 1, -1):
        match = lexicon.roles.inner_verbs.starting(tokens, at)
        if match is not None and at + match.length < stop:
            return at + match.length, stop
    return run


def _cleaned(sentence: Sentence, runs: Iterable[Run], lexicon: Lexicon) -> Iterator[Run]:
    for run in runs:
        cleaned = _clean(sentence, run, lexicon)
        if cleaned is not None:
            yield cleaned


def _clean(sentence: Sentence, run: Run, lexicon: Lexicon) -> Run | None:
    """The run without wishes, leading verbs, articles and dangling prepositions; None when nothing is left."""
    tokens = sentence.tokens
    first, stop = run
    openers: tuple[Cues, ...] = (lexicon.faults.wish, lexicon.roles.trim_before, lexicon.faults.join)
    while first < stop and (first == 0 or not sentence.text[tokens[first].start].isupper()):  # "Go developers", "Plus members"
        found = [cues.starting(tokens, first) for cues in openers]
        verb = lexicon.roles.verbs.starting(tokens, first)
        is_name = verb is not None and not verb.kinds & CHANGES and _makes_a_name(tokens, first + verb.length, lexicon)
        if verb is not None and not is_name:
            found.append(verb)
        length = max((match.length for match in found if match is not None and first + match.length <= stop), default=0)
        if length == 0 or _is_hyphened(tokens, first + length):
            break
        first += length
    while stop > first and (match := lexicon.roles.trim_after.ending(tokens, stop, first)) is not None:
        stop -= match.length
    if any(token.kind in {Kind.WORD, Kind.HAN} for token in tokens[first:stop]):
        return first, stop
    return None


def _makes_a_name(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> bool:
    """ "win rate", "sign-up time": the verb before belongs to the name; in "reduce time" it does not."""
    return lexicon.roles.compounds.starting(tokens, at) is not None


def _is_hyphened(tokens: Sequence[Token], at: int) -> bool:
    """ "on-time delivery" does not begin with "on"."""
    return at + 1 < len(tokens) and tokens[at].key == "-" and tokens[at].glued and tokens[at + 1].glued


def _is_one_word(run: Run, lexicon: Lexicon) -> bool:
    return lexicon.spaced and run[1] - run[0] == 1


def _text(sentence: Sentence, run: Run | None) -> str:
    if run is None:
        return ""
    first, stop = run
    while stop > first + 1 and sentence.tokens[stop - 1].end - sentence.tokens[first].start > LONGEST_METRIC:
        stop -= 1
    return sentence.slice(first, stop)[:LONGEST_METRIC]
