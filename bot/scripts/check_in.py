"""The weekly check-in: per key result a value, how sure its owner is, and why only when it goes badly. Under a minute with taps and one number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.chat.message import ProgressBar, Tone
from bot.chat.richtext import clean
from bot.coach.quantities import read_quantity
from bot.dialogs.fields import Choice, Sentence, picked
from bot.dialogs.script import Pick, Refusal, Reply, Say, Script, Tapped, ask, digest
from bot.dialogs.session import Json
from bot.folding import fold
from bot.okr.check_in import Confidence
from bot.okr.help_request import WORDS_LIMIT
from bot.okr.measure import Direction, Measure
from bot.okr.progress import clamped, progress
from bot.scripts.write_key_result import amount
from bot.texts import T, Text

NOTE_LIMIT = 500
CRY = "🆘"
"""What "ask for help" stands for among the reasons; whoever types it means the same."""
ABSURDLY_LOW, ABSURDLY_HIGH = -1, 3
"""Progress beyond these is asked about once more: a slip of the finger is likelier than a fourfold success."""
HUNDRED = Decimal(100)
_NO_CHANGE = (
    "no change",
    "unchanged",
    "same",
    "still the same",
    "khong doi",
    "khong thay doi",
    "nhu cu",
    "van vay",
    "没变",
    "没有变化",
    "不变",
    "无变化",
)
_BECAUSE = ("because", "since", "as", "vi", "do", "boi vi", "因为", "由于")


@dataclass(frozen=True, slots=True)
class CheckInDraft:
    """What was said about a key result. `cry` are the words of a call for help, "" when none was made."""

    key_result_id: str
    value: Decimal
    confidence: Confidence
    note: str = ""
    cry: str = ""


@dataclass(frozen=True, slots=True)
class SaveCheckIns:
    """The check-in's outcome; key results that were skipped are not in it."""

    drafts: tuple[CheckInDraft, ...]


@dataclass(frozen=True, slots=True)
class Reported:
    """A reply about a value: None is "skip this one"; the note came with it ("no change because …")."""

    value: Decimal | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """A key result's value today: a number as people write it, "still 38", "no change because …", or skip."""

    measure: Measure
    current: Decimal | None
    reads_numbers: bool = True

    @property
    def picks(self) -> tuple[Pick[Reported], ...]:
        skip = Pick("skip", T("check_in.skip"), Reported(None), also="also.skip")
        if self.measure.direction is Direction.MILESTONE:
            done = Pick("done", T("check_in.milestone_done"), Reported(Decimal(1)), tone=Tone.PRIMARY, also="also.done")
            return (done, Pick("not_yet", T("check_in.milestone_not_yet"), Reported(Decimal(0)), also="also.no"), skip)
        if self.current is None:
            return (skip,)
        return (Pick("same", T("check_in.still", value=amount(self.current, self.measure.unit)), Reported(self.current)), skip)

    def read(self, reply: Reply, lang: str) -> Reported | Refusal:
        pick = picked(self.picks, reply, lang, by_number=False, loosely=False)
        if pick is not None:
            return pick.value
        if isinstance(reply, Tapped):
            return Refusal(T("field.choice_gone"))
        typed = clean(reply.text, NOTE_LIMIT)
        quantity = read_quantity(typed, lang, self.measure.unit)
        if quantity is not None:
            is_share = (
                self.measure.unit == "%"
                and not quantity.unit
                and 0 < quantity.value < 1
                and not any(one.isdigit() for one in typed)
            )
            return Reported(quantity.value * HUNDRED if is_share else quantity.value)
        unchanged = read_no_change(typed)
        if unchanged is not None and self.current is not None:
            return Reported(self.current, unchanged)
        return Refusal(T("check_in.number"))

    def dump(self, value: Reported) -> Json:
        return [None if value.value is None else str(value.value), value.note]

    def load(self, stored: Json) -> Reported | Refusal:
        match stored:
            case [None, str(note)]:
                return Reported(None, note)
            case [str(number), str(note)]:
                try:
                    value = Decimal(number)
                except InvalidOperation:
                    return Refusal(T("check_in.number"))
                return Reported(value, note) if value.is_finite() else Refusal(T("check_in.number"))
        return Refusal(T("check_in.number"))

    def display(self, value: Reported) -> Text | str:
        return T("check_in.skip") if value.value is None else amount(value.value, self.measure.unit)


CONFIDENCE = Choice(
    (
        Pick("on_track", T("check_in.on_track"), Confidence.ON_TRACK, tone=Tone.PRIMARY),
        Pick("at_risk", T("check_in.at_risk"), Confidence.AT_RISK),
        Pick("off_track", T("check_in.off_track"), Confidence.OFF_TRACK, tone=Tone.DANGER),
    )
)
REALLY = Choice(
    (Pick("yes", T("check_in.really_yes"), True, also="also.yes"), Pick("no", T("check_in.really_no"), False, also="also.no"))
)
REASON = Sentence(
    NOTE_LIMIT,
    picks=(
        Pick("help", T("check_in.ask_help"), CRY, tone=Tone.DANGER),
        Pick("skip", T("pick.skip"), "", also="also.skip"),
    ),
)


def check_in(facts: Mapping[str, Json], lang: str) -> Script[SaveCheckIns]:
    """Facts: `key_results`, each with `id`, `sentence`, `metric`, `baseline`, `target`, `unit`, `direction`, `current` and `expected` (values as
    text or None) and `share` (the expected progress, 0 … 1, or None)."""
    drafts: list[CheckInDraft] = []
    for one in facts["key_results"]:
        drafts.extend((yield from _check_in_one(one)))
    return SaveCheckIns(tuple(drafts))


def _check_in_one(facts: Mapping[str, Any]) -> Script[tuple[CheckInDraft, ...]]:
    id_, measure = str(facts["id"]), _measure(facts)
    current = _number(facts["current"])
    field = Value(measure, current)
    label = T("check_in.label", sentence=facts["sentence"])
    reported = yield from ask(f"{id_}/value", field, _question(facts, measure, current), label=label)
    if reported.value is not None and is_absurd(measure, reported.value):
        value = amount(reported.value, measure.unit)
        if not (yield from ask(f"{id_}/really/{digest(str(reported.value))}", REALLY, T("check_in.really", value=value))):
            reported = yield from ask(
                f"{id_}/again/{digest(str(reported.value))}", field, T("check_in.again"), amends=f"{id_}/value"
            )
    if reported.value is None:
        return ()
    confidence = yield from ask(
        f"{id_}/confidence", CONFIDENCE, T("check_in.confidence"), before=_bar(facts, measure, reported.value, current)
    )
    note, cry = reported.note, ""
    if confidence is not Confidence.ON_TRACK and not note:
        note = yield from ask(f"{id_}/reason", REASON, T("check_in.reason"))
        if note == CRY:
            cry = note = yield from ask(f"{id_}/cry", Sentence(WORDS_LIMIT), T("call.words"))
    return (CheckInDraft(id_, reported.value, confidence, note, cry),)


def read_no_change(typed: str) -> str | None:
    """The reason in "no change because …", "" when none is given, None when the words say something else."""
    said = fold(typed)
    for phrase in sorted(_NO_CHANGE, key=len, reverse=True):
        if said == phrase:
            return ""
        if said.startswith(phrase) and (not phrase[-1].isascii() or not said[len(phrase)].isalnum()):
            # Folding keeps the number of words, so the reason is what follows as many words of the original.
            rest = (
                typed.split(maxsplit=len(phrase.split()))[-1] if phrase.isascii() else typed[typed.find(phrase) + len(phrase) :]
            )
            return _without_because(rest.strip(" ,，:：。"))
    return None


def _without_because(rest: str) -> str:
    for word in sorted(_BECAUSE, key=len, reverse=True):
        head = rest[: len(word)] if not word.isascii() else " ".join(rest.split()[: len(word.split())])
        if fold(head) == word:
            return rest[len(head) :].strip(" ,，:：")
    return rest


def is_absurd(measure: Measure, value: Decimal) -> bool:
    """Whether a value is so far from anything expected that it is likelier a slip."""
    share = progress(measure, value) if measure.baseline is not None else None
    if (
        share is not None
        and measure.direction in (Direction.INCREASE, Direction.DECREASE)
        and not ABSURDLY_LOW <= share <= ABSURDLY_HIGH
    ):
        return True
    ends = [measure.target] if measure.baseline is None else [measure.target, measure.baseline]
    is_share = measure.unit == "%" and all(0 <= end <= HUNDRED for end in ends)
    return is_share and not 0 <= value <= HUNDRED


def _question(facts: Mapping[str, Any], measure: Measure, current: Decimal | None) -> Text:
    name = measure.metric or str(facts["sentence"])
    if measure.direction is Direction.MILESTONE:
        return T("check_in.milestone", sentence=facts["sentence"])
    target = amount(measure.target, measure.unit)
    expected = _number(facts["expected"])
    if current is None or expected is None:
        return T("check_in.value_first", name=name, target=target)
    return T(
        "check_in.value", name=name, target=target, last=amount(current, measure.unit), expected=amount(expected, measure.unit)
    )


def _bar(facts: Mapping[str, Any], measure: Measure, value: Decimal, before: Decimal | None) -> tuple[Say, ...]:
    share = progress(measure, value)
    if share is None:
        return ()
    earlier = None if before is None else progress(measure, before)
    moved = 0 if earlier is None else round((clamped(share) - clamped(earlier)) * 100)
    note = "▬" if moved == 0 else f"▲{moved}" if moved > 0 else f"▼{-moved}"
    expected = facts["share"]
    return (ProgressBar(str(facts["sentence"]), float(clamped(share)), None if expected is None else float(expected), note),)


def _measure(facts: Mapping[str, Any]) -> Measure:
    return Measure(
        str(facts["metric"]),
        Decimal(facts["target"]),
        _number(facts["baseline"]),
        str(facts["unit"]),
        Direction(facts["direction"]),
    )


def _number(stored: Json) -> Decimal | None:
    return None if stored is None else Decimal(stored)
