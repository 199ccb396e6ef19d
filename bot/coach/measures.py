"""A key result as a sentence → metric, baseline, target, unit and direction, as far as the sentence says them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from bot.coach.choosing import POINTS, TIMES, Choice, choose, find_result, is_change, is_collected
from bot.coach.labels import read_statement
from bot.coach.language import guess_language
from bot.coach.metrics import find_metric, milestone_of
from bot.coach.opening import Place, Spans, find_wish, opening_task, skip_preamble
from bot.coach.quantities import Quantity, find_amounts
from bot.coach.skips import find_dates, find_skips
from bot.coach.standing import Standing, is_boundary, minutes_of, stand, start_of_clause
from bot.coach.tokens import Sentence, Token, read_sentence, shortened
from bot.coach.words import lexicon_of
from bot.coach.words.lexicon import Lexicon, Role
from bot.okr.measure import Direction, Measure, MeasureError

HUNDRED = Decimal(100)
TURNS = frozenset({Role.UP, Role.DOWN})


@dataclass(frozen=True, slots=True)
class MeasureDraft:
    """What a sentence says about how it is measured; None or "" for what it does not say.

    `relative`: `target` is a change, not a place to arrive at: 20 "%", 500 "", 2 "x". It takes a baseline to become one.
    """

    metric: str
    baseline: Decimal | None
    target: Decimal | None
    unit: str
    direction: Direction
    relative: bool = False

    def with_baseline(self, baseline: Quantity) -> MeasureDraft:
        """The draft once somebody has said where one stands today; a relative target becomes an absolute one."""
        if not self.relative or self.target is None:
            return replace(self, baseline=baseline.value, unit=self.unit or baseline.unit)
        falls = self.direction in {Direction.DECREASE, Direction.KEEP_BELOW}
        unit = baseline.unit
        if self.unit == TIMES:
            target = baseline.value / self.target if falls and self.target else baseline.value * self.target
        elif self.unit == "%":
            target = baseline.value * (HUNDRED - self.target if falls else HUNDRED + self.target) / HUNDRED
        else:
            target = baseline.value - self.target if falls else baseline.value + self.target
            unit = "%" if self.unit in POINTS else baseline.unit or self.unit
        return replace(self, baseline=baseline.value, target=_plain(target), unit=unit, relative=False)

    def complete(self) -> Measure | None:
        """The measure, or None as long as metric or target is missing, the target is only a change, or the numbers contradict."""
        if not self.metric or self.target is None or self.relative:
            return None
        try:
            return Measure(self.metric, self.target, self.baseline, self.unit, self.direction)
        except MeasureError:
            return None


@dataclass(frozen=True, slots=True)
class Reading:
    """A key result's sentence, what was found in it, and the draft made of that."""

    sentence: Sentence
    lexicon: Lexicon
    draft: MeasureDraft
    """Worked out: "by 20% (currently 80)" goes from 80 to 96."""
    said: MeasureDraft
    """As said: "by 20%"."""
    dates: Spans
    standings: tuple[Standing, ...]
    baseline: Standing | None
    target: Standing | None
    verb: str
    """The verb in front that says which way it goes, as written."""
    turns: frozenset[str]
    """Role.UP, Role.DOWN or Role.KEEP, if the sentence says so in words or by comparing two numbers."""
    wish: Place | None
    task: Place | None
    """The words that make it a wish, and the task it begins with."""
    result: Standing | None
    """The number that says what the task is good for: "run 3 webinars, winning 40 leads"."""

    @property
    def tokens(self) -> tuple[Token, ...]:
        return self.sentence.tokens


def read_measure(sentence: str, lang: str) -> MeasureDraft:
    """The measure a sentence describes. `lang` is the writer's language; the sentence may be in another one."""
    return read(sentence, lang).draft


def read(text: str, lang: str) -> Reading:
    """Everything the coach can tell about a key result's sentence."""
    return _read(shortened(text), lang)


@lru_cache(maxsize=512)  # a conversation is replayed from its first answer at every turn
def _read(text: str, lang: str) -> Reading:
    lexicon = lexicon_of(guess_language(text, lang), lang)
    sentence = read_statement(text)
    tokens = sentence.tokens
    skips = find_skips(sentence, lexicon)
    dates = find_dates(sentence, lexicon, skips)
    standings = stand(tokens, find_amounts(sentence, lexicon, skips), lexicon)
    wish, task = find_wish(tokens, lexicon), opening_task(tokens, dates, lexicon.faults.task, lexicon)
    result = None if task is None else find_result(tokens, standings, task[0], lexicon)
    choice = choose(tokens, standings, result, lexicon)
    verb, said = _verb(tokens, choice.target, dates, lexicon)
    if not standings and (task is not None or lexicon.faults.milestone.search(tokens) is not None):
        draft = MeasureDraft(milestone_of(sentence, dates, lexicon), Decimal(0), Decimal(1), "", Direction.MILESTONE)
        return Reading(sentence, lexicon, draft, draft, dates, standings, None, None, "", frozenset(), wish, task, None)
    metric = find_metric(sentence, standings, choice.baseline, choice.target, dates, lexicon)
    collects = choice.target is not None and is_collected(tokens, choice.target, lexicon)
    turns = _turns(choice, said, collects=collects)
    counts_work = task is not None and result is None and Role.KEEP not in turns
    if counts_work and not choice.is_pair:
        turns = frozenset()  # "hire another 3" is no change of anything
    relative = choice.target is not None and not (choice.is_pair or counts_work) and is_change(tokens, choice.target, lexicon)
    # "Complaints 2%" should fall; "resolve 95% of complaints" should rise: only a metric in front of its number tells.
    leads = choice.target is not None and sentence.text.find(metric) < tokens[choice.target.lead].start
    said_so = _draft(metric, leads, standings, choice, turns, relative, lexicon)
    worked_out = said_so
    if relative and choice.baseline is not None:
        worked_out = said_so.with_baseline(Quantity(_value(choice.baseline), choice.baseline.amount.unit))
    found = choice.baseline, choice.target
    return Reading(sentence, lexicon, worked_out, said_so, dates, standings, *found, verb, turns, wish, task, result)


def _verb(tokens: Sequence[Token], target: Standing | None, dates: Spans, lexicon: Lexicon) -> tuple[str, frozenset[str]]:
    """The verb the target's clause begins with, else the first of the sentence that says a direction: its phrase and kinds."""
    starts = [skip_preamble(tokens, 0, dates, lexicon)]
    if target is not None:
        starts.insert(0, skip_preamble(tokens, start_of_clause(tokens, target.lead), dates, lexicon))
    for at in starts:
        match = lexicon.roles.verbs.starting(tokens, at)
        if match is not None and match.kinds & {Role.UP, Role.DOWN, Role.KEEP}:
            return match.phrase, match.kinds
    stop = len(tokens)
    if target is not None:  # what another clause says is about something else
        stop = next((at for at in range(target.tail, stop) if is_boundary(tokens, at)), stop)
    at = 0
    while (found := lexicon.roles.verbs.search(tokens, at, stop)) is not None:
        beside = target is not None and target.lead <= found[0] < target.tail  # "2.1 or lower"
        if found[1].kinds & TURNS and not beside:
            return "", found[1].kinds
        at = found[0] + 1
    return "", frozenset()


def _turns(choice: Choice, said: frozenset[str], *, collects: bool) -> frozenset[str]:
    """Which way the words next to the target, or else the verb, say it should go."""
    target = choice.target
    if collects:
        return frozenset()
    directions = {Role.UP, Role.DOWN, Role.KEEP}
    if target is not None:
        match target.amount.turns:
            case "up":
                return frozenset({Role.UP})
            case "down" | "zero":
                return frozenset({Role.DOWN})
            case "none":
                return frozenset()
        if target.amount.sign == "-" and not choice.is_pair:
            return frozenset({Role.DOWN})
        near = target.roles & directions
        if target.has(Role.AT_MOST):
            near -= {Role.UP}  # "up to 5": the verb tells whether that is a way or a limit
        if near:
            return frozenset(near)
    return frozenset(said & directions)


def _draft(
    metric: str,
    leads: bool,
    standings: Sequence[Standing],
    choice: Choice,
    turns: frozenset[str],
    relative: bool,
    lexicon: Lexicon,
) -> MeasureDraft:
    target, baseline = choice.target, choice.baseline
    falls = Role.DOWN in turns
    if target is None:
        start, unit = (_value(baseline), baseline.amount.unit) if baseline is not None else (None, "")
        return MeasureDraft(metric, start, None, unit, Direction.DECREASE if falls else Direction.INCREASE)
    if relative:
        direction = Direction.DECREASE if falls else Direction.INCREASE
        return MeasureDraft(metric, None, target.amount.value, target.amount.unit, direction, relative=True)
    start, end, unit = _values(standings, baseline, target, falls, lexicon)
    if unit == "" and target.amount.scale > 1 and lexicon.currency and lexicon.roles.money.search(read_sentence(metric).tokens):
        unit = lexicon.currency
    if start is None:
        return MeasureDraft(metric, None, end, unit, _direction_alone(metric if leads else "", target, end, turns, lexicon))
    return MeasureDraft(metric, start, end, unit, _direction_between(start, end, target, turns))


def _value(standing: Standing) -> Decimal:
    return -standing.amount.value if standing.amount.sign == "-" else standing.amount.value


def _values(
    standings: Sequence[Standing], baseline: Standing | None, target: Standing, falls: bool, lexicon: Lexicon
) -> tuple[Decimal | None, Decimal, str]:
    """Baseline and target in one unit, and that unit."""
    end, unit = _value(target), target.amount.unit
    start = _value(baseline) if baseline is not None else None
    group = next((each for each in standings if each.has(Role.OUT_OF) and each is not baseline and each is not target), None)
    if group is not None and group.lead < target.lead and unit != "%" and 0 < end <= group.amount.value:
        # "3 of every 10": a share, and so is the baseline, be it written "1" or "1/10".
        return (None if start is None else _share(start, group)), _share(end, group), "%"
    scale = next((each for each in standings if each.has(Role.SCALE) and each is not target), None)
    if scale is not None and unit in {"", scale.amount.unit} and end <= scale.amount.value:
        unit = f"/{scale.amount.value}"
    if baseline is None or start is None:
        return None, end, unit
    if minutes_of(baseline.amount.unit, lexicon) and minutes_of(unit, lexicon) and baseline.amount.unit != unit:
        ratio = Decimal(minutes_of(baseline.amount.unit, lexicon) or 1) / Decimal(minutes_of(unit, lexicon) or 1)
        start = _plain((start * ratio).quantize(Decimal("0.01")))
    elif baseline.amount.scale == 1 and target.amount.scale > 1 and baseline.amount.unit in {"", unit}:
        # "from 1 to 2 million" starts at a million, "from 500 to 1k" does not start at 500k.
        shared = start * target.amount.scale
        if 0 < start < target.amount.scale and (shared < end) != falls and (shared < end or falls):
            start = _plain(shared)
    return start, end, unit or baseline.amount.unit


def _share(value: Decimal, group: Standing) -> Decimal:
    return _plain((value * HUNDRED / group.amount.value).quantize(Decimal("0.01")))


def _direction_between(start: Decimal, end: Decimal, target: Standing, turns: frozenset[str]) -> Direction:
    if target.has(Role.AT_LEAST) and end <= start:
        return Direction.KEEP_ABOVE
    if target.has(Role.AT_MOST) and not target.has(Role.UP) and end >= start:
        return Direction.KEEP_BELOW
    if end == start:
        return Direction.KEEP_ABOVE if Role.KEEP in turns else Direction.INCREASE
    return Direction.INCREASE if end > start else Direction.DECREASE


def _direction_alone(metric: str, target: Standing, end: Decimal, turns: frozenset[str], lexicon: Lexicon) -> Direction:
    climbs = target.has(Role.UP) and Role.UP in turns  # "go up to 40%"
    bounded = (target.has(Role.AT_MOST) and not climbs) or (target.has(Role.WINDOW) and target.is_aside())
    if target.has(Role.LASTING):
        return Direction.INCREASE  # "no accident for 90 days in a row"
    if Role.KEEP in turns:
        return Direction.KEEP_BELOW if bounded or end == 0 else Direction.KEEP_ABOVE
    if Role.DOWN in turns:
        return Direction.DECREASE
    words = read_sentence(metric).tokens
    if bounded or end == 0:
        return Direction.KEEP_BELOW
    if lexicon.roles.level.search(words) is not None:
        return Direction.KEEP_ABOVE
    falls = not (Role.UP in turns or target.has(Role.AT_LEAST)) and lexicon.roles.lower_is_better.search(words) is not None
    falls = falls and lexicon.roles.mended.search(words) is None  # complaints fall, complaints resolved rise
    return Direction.KEEP_BELOW if falls else Direction.INCREASE


def _plain(value: Decimal) -> Decimal:
    return Decimal(int(value)) if value == value.to_integral_value() else value.normalize()
