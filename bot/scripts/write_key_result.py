"""Writing one key result: a sentence, then what was understood of it, each part correctable with a tap, then how sure its owner is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from bot.coach import MeasureDraft, Quantity, Rule, advise_key_result, read_measure, read_quantity
from bot.coach.examples import capitalised
from bot.coach.rewording import filled, reworded
from bot.coach.stretch import PastKeyResult, judge_stretch
from bot.dialogs.fields import Amount, Choice, Number, Sentence
from bot.dialogs.script import Ask, Pick, Say, Script, ask, ask_all, digest
from bot.dialogs.session import Json
from bot.okr.measure import Direction, Measure
from bot.okr.objective import SENTENCE_LIMIT, Ambition
from bot.scripts.coached import BLANK, coached
from bot.texts import T, Text

METRIC_LIMIT = 120
UNIT_LIMIT = 20
MANY = 5
CORRECTIONS = 100
DONE_OR_NOT = Measure("", Decimal(1), Decimal(0), "", Direction.MILESTONE)


@dataclass(frozen=True, slots=True)
class KeyResultDraft:
    """A key result as written in a conversation."""

    id: str
    sentence: str
    measure: Measure
    start_confidence: int | None

    def about(self) -> Json:
        """Everything consent is given to."""
        return [self.id, self.sentence, *_parts(self.measure), self.start_confidence]


def measure_shown(measure: Measure) -> Text:
    """`NPS · 30 → 50 · up`, in the reader's language."""
    if measure.direction is Direction.MILESTONE:
        return T("measure.milestone")
    args: dict[str, Any] = {
        "name": measure.metric,
        "target": amount(measure.target, measure.unit),
        "direction": T(f"word.direction.{measure.direction.value}"),
    }
    if measure.direction in (Direction.KEEP_ABOVE, Direction.KEEP_BELOW):
        return T(f"measure.{measure.direction.value}", **args)
    if measure.baseline is None:
        return T("measure.no_baseline", **args)
    return T("measure.from_to", baseline=amount(measure.baseline, measure.unit), **args)


def write_key_result(
    id: str,  # noqa: A002 it is one
    number: int,
    ambition: Ambition,
    lang: str,
    past: tuple[PastKeyResult, ...] = (),
) -> Script[KeyResultDraft]:
    """Ask for the key result number `number`; every key begins with its id. `past`: what its owner had in the cycle before."""
    sentence = yield from coached(
        f"{id}/sentence",
        Sentence(SENTENCE_LIMIT, least=3),
        T("write.first_key_result") if number == 1 else T("write.next_key_result", number=number),
        advise_key_result,
        lang,
        label=T("label.key_result", number=number),
        before=(T("coach.many_key_results"),) if number > MANY else (),
    )
    measure = yield from _measure(id, sentence, lang)
    sentence, measure = yield from _understood(id, sentence, measure, lang)
    confidence = yield from _confidence(id, sentence, measure)
    is_aspirational = ambition is Ambition.ASPIRATIONAL
    stretch = judge_stretch(measure, is_aspirational=is_aspirational, confidence=confidence, past=past)
    if stretch is not None:
        measure = yield from _stretched(id, measure, stretch)
    return KeyResultDraft(id, reworded(filled(sentence, measure, lang), measure, lang), measure, confidence)


def change_measure(id: str, sentence: str, measure: Measure, lang: str) -> Script[tuple[str, Measure]]:  # noqa: A002 it is one
    """Correct an existing key result part by part, or by typing it anew; its sentence goes along with its numbers."""
    sentence, changed = yield from _understood(id, sentence, measure, lang)
    return reworded(sentence, changed, lang) if changed != measure else sentence, changed


def reword(id: str, sentence: str, measure: Measure, lang: str) -> Script[tuple[str, Measure]]:  # noqa: A002 it is one
    """The measure of a key result whose sentence is new: what the sentence says, or `measure` where it says nothing of numbers."""
    draft = _read(sentence, lang)
    if BLANK in sentence or (draft.target is not None and draft.direction is not Direction.MILESTONE):
        measure = yield from _measure(id, sentence, lang)
    sentence, measure = yield from _understood(id, sentence, measure, lang)
    return reworded(filled(sentence, measure, lang), measure, lang), measure


def _measure(id: str, sentence: str, lang: str) -> Script[Measure]:  # noqa: A002 it is one
    """What the sentence says, completed by questions for what it leaves out."""
    draft = _read(sentence, lang)
    whole = draft.complete()
    if whole is not None and whole.baseline is not None:
        return whole
    about = digest(sentence)
    # Gaps in the coach's example stand for numbers: whoever took it has chosen to count.
    if draft.target is None and BLANK not in sentence:
        counts = yield from ask(f"{id}/counted/{about}", COUNTED, T("write.counted", sentence=sentence))
        if not counts:
            return replace(DONE_OR_NOT, metric=sentence[:METRIC_LIMIT])
    asks: list[Ask[Any]] = []
    name = capitalised(draft.metric or sentence)
    wants_baseline = draft.baseline is None and draft.direction not in (Direction.KEEP_ABOVE, Direction.KEEP_BELOW)
    wants_both = (
        wants_baseline and draft.target is None
    )  # together they are a form under the metric's name; one alone has to say it
    if wants_baseline:
        asks.append(
            Ask(
                f"{id}/baseline/{about}",
                Amount(draft.unit, or_unknown=True),
                T("write.baseline") if wants_both else T("write.new_baseline", name=name),
                placeholder=T("placeholder.baseline"),
            )
        )
    if draft.target is None:
        asks.append(
            Ask(
                f"{id}/target/{about}",
                Amount(draft.unit),
                T("write.target") if wants_both else T("write.new_target", name=name),
                placeholder=T("placeholder.target"),
            )
        )
    if not asks:
        return _put_together(draft, draft.baseline, draft.target or Decimal(0), sentence)
    answers = list((yield from ask_all(*asks, text=T("write.numbers", name=name))))
    start: Quantity | None = answers.pop(0) if wants_baseline else None
    end: Quantity | None = answers.pop(0) if draft.target is None else None
    if start is not None:
        draft = draft.with_baseline(start)
    elif draft.relative:
        draft = _as_change(draft)
    if end is not None:
        draft = replace(draft, target=end.value, unit=draft.unit or end.unit)
    return _put_together(draft, draft.baseline, draft.target or Decimal(0), sentence)


def _read(sentence: str, lang: str) -> MeasureDraft:
    """What the sentence says; of the coach's example everything but the numbers, which its gaps leave open."""
    if BLANK not in sentence:
        return read_measure(sentence, lang)
    draft = read_measure(sentence.replace(BLANK, " "), lang)
    if draft.direction is Direction.MILESTONE:
        draft = replace(draft, target=None, baseline=None, direction=Direction.INCREASE)
    # Only with numbers in the gaps does "…, moving repeat orders from __ to __" tell what is counted.
    return replace(draft, metric=read_measure(sentence.replace(BLANK, "1", 1).replace(BLANK, "2"), lang).metric)


def _as_change(draft: MeasureDraft) -> MeasureDraft:
    """As long as nobody knows where it stands today, "by 20 %" and "double" can only be measured as a change: 0 % → 20 %, 1 x → 2 x."""
    start = draft.with_baseline(Quantity(Decimal(1))) if draft.unit == "x" else draft.with_baseline(Quantity(Decimal(0)))
    if draft.unit != "%":
        return replace(start, unit=draft.unit)
    falls = draft.direction is Direction.DECREASE
    return replace(start, target=-draft.target if falls and draft.target else draft.target, unit="%")


def _put_together(draft: MeasureDraft, baseline: Decimal | None, target: Decimal, sentence: str) -> Measure:
    return _coherent(draft.metric or sentence[:METRIC_LIMIT], baseline, target, draft.unit, draft.direction)


def _coherent(metric: str, baseline: Decimal | None, target: Decimal, unit: str, direction: Direction) -> Measure:
    """A measure whose direction fits its numbers: the numbers are surer than a verb."""
    if direction in (Direction.INCREASE, Direction.DECREASE) and baseline is not None:
        if target == baseline:
            baseline = None
        else:
            direction = Direction.INCREASE if target > baseline else Direction.DECREASE
    return Measure(metric, target, baseline, unit, direction)


COUNTED = Choice(
    (
        Pick("number", T("write.counted_number"), True, T("write.counted_number_hint")),
        Pick("milestone", T("write.counted_milestone"), False, T("write.counted_milestone_hint")),
    )
)
_RIGHT = Pick("right", T("write.right"), "right", also="also.yes")
_PARTS = ("metric", "baseline", "target", "unit", "direction")


def _understood(id: str, sentence: str, measure: Measure, lang: str) -> Script[tuple[str, Measure]]:  # noqa: A002 it is one
    """Show what was understood until it is called right. Typing takes the place of tapping: a number is the target, a sentence a new one."""
    trouble: tuple[Say, ...] = ()
    for number in range(CORRECTIONS):
        about = digest(sentence)
        parts = ("direction",) if measure.direction is Direction.MILESTONE else _PARTS
        picks = (_RIGHT, *(Pick(part, T(f"write.mend_{part}"), part) for part in parts))
        answer = yield from ask(
            f"{id}/understood/{number}/{digest([about, *_parts(measure)])}",
            Sentence(SENTENCE_LIMIT, picks=picks),
            T("write.understood", measure=measure_shown(measure)),
            before=trouble,
        )
        if answer == "right":
            break
        if answer in parts:
            value = yield from ask(
                f"{id}/mend/{number}/{about}/{answer}",
                _field_of(answer),
                T(f"write.new_{answer}", name=capitalised(measure.metric)),
            )
            measure, trouble = _mended(measure, answer, value)
            continue
        typed = None if measure.direction is Direction.MILESTONE else read_quantity(answer, lang, measure.unit)
        if typed is not None:
            measure, trouble = _mended(measure, "target", typed)
        elif _read(answer, lang).target is not None:
            sentence, trouble = answer, ()
            measure = yield from _measure(f"{id}/anew/{number}", sentence, lang)
        else:
            trouble = (T("write.not_understood"),)
    return sentence, measure


def _field_of(part: str) -> Any:
    match part:
        case "metric":
            return Sentence(METRIC_LIMIT, least=1)
        case "unit":
            return Sentence(UNIT_LIMIT, picks=(Pick("none", T("write.no_unit"), ""), Pick("percent", "%", "%")))
        case "baseline":
            return Amount(or_unknown=True)
        case "target":
            return Amount()
    return DIRECTION


DIRECTION = Choice(tuple(Pick(one.value, T(f"word.direction.{one.value}"), one) for one in Direction))


def _mended(measure: Measure, part: str, value: Any) -> tuple[Measure, tuple[Say, ...]]:
    """The measure with one part replaced, and what to say when the parts do not go together."""
    if part in ("metric", "unit"):
        return replace(measure, **{part: value}), ()
    if part == "direction":
        if value is Direction.MILESTONE:
            return Measure(measure.metric, Decimal(1), Decimal(0), "", value), ()
        if measure.direction is Direction.MILESTONE:
            return Measure(measure.metric, measure.target, None, measure.unit, value), (T("write.now_target"),)
        mended = _coherent(measure.metric, measure.baseline, measure.target, measure.unit, value)
        return mended, () if mended.direction is value else (T("write.direction_contradicts"),)
    typed: Quantity | None = value
    number = None if typed is None else typed.value
    baseline = number if part == "baseline" else measure.baseline
    target = measure.target if part == "baseline" or number is None else number
    is_same = baseline == target and measure.direction in (Direction.INCREASE, Direction.DECREASE)
    if is_same:
        return measure, (T("write.same_numbers"),)
    return _coherent(measure.metric, baseline, target, measure.unit or (typed.unit if typed else ""), measure.direction), ()


CONFIDENCE = Number(
    lowest=Decimal(0),
    highest=Decimal(10),
    is_whole=True,
    extra=(
        Pick("c3", "3", Decimal(3)),
        Pick("c5", "5", Decimal(5), also="also.fifty"),
        Pick("c7", "7", Decimal(7)),
        Pick("c9", "9", Decimal(9)),
        Pick("skip", T("pick.skip"), None, also="also.skip"),
    ),
)


def _confidence(id: str, sentence: str, measure: Measure) -> Script[int | None]:  # noqa: A002 it is one
    named = replace(measure, metric=capitalised(measure.metric))  # it begins the question
    confidence = yield from ask(
        f"{id}/start_confidence/{digest([sentence, *_parts(measure)])}",
        CONFIDENCE,
        # "Done or not done" alone would leave open what is to be done.
        T("write.confidence", measure=sentence if measure.direction is Direction.MILESTONE else measure_shown(named)),
    )
    return None if confidence is None else int(confidence)


EASY = Choice((Pick("raise", T("write.raise_target"), True), Pick("keep", T("write.keep_target"), False, also="also.keep_mine")))
FAR = Choice((Pick("lower", T("write.lower_target"), True), Pick("keep", T("write.keep_target"), False, also="also.keep_mine")))


def _stretched(id: str, measure: Measure, stretch: Rule) -> Script[Measure]:  # noqa: A002 it is one
    about = digest(_parts(measure))
    question = (
        ask(f"{id}/far/{about}", FAR, T("coach.fantasy"))
        if stretch is Rule.FANTASY
        else ask(f"{id}/easy/{about}", EASY, T("coach.too_easy"))
    )
    if not (yield from question):
        return measure
    typed = yield from ask(
        f"{id}/stretched/{about}", Amount(measure.unit), T("write.fifty_fifty", name=capitalised(measure.metric))
    )
    target = measure.target if typed is None else typed.value
    return _coherent(measure.metric, measure.baseline, target, measure.unit, measure.direction)


def amount(value: Decimal, unit: str) -> Text:
    """A value with its unit, as the reader's language writes it."""
    match unit:
        case "":
            return T("measure.bare", value=value)
        case "%":
            return T("measure.percent", value=value)
    return T("measure.with_unit", value=value, unit=unit)


def _parts(measure: Measure) -> list[str | None]:
    baseline = None if measure.baseline is None else str(measure.baseline)
    return [measure.metric, baseline, str(measure.target), measure.unit, measure.direction.value]
