"""What questions accept. A reply that does not fit is no error: `read` returns a Refusal that says what would."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Generic, TypeVar

from bot.chat.richtext import clean
from bot.coach.quantities import Quantity, read_quantity
from bot.dialogs.script import Pick, Refusal, Reply, Tapped
from bot.dialogs.session import Json
from bot.folding import fold
from bot.texts import T, Text, say_plain

V = TypeVar("V")
NUMBER_DIGITS = 4
"""No list is longer than 9999."""


def picked(picks: tuple[Pick[V], ...], reply: Reply, lang: str, *, by_number: bool, loosely: bool) -> Pick[V] | None:
    """The option a reply means: by name when tapped; when typed by its whole label or another word for it, `by_number` also by its place
    in the list, and `loosely` by an unambiguous beginning."""
    if isinstance(reply, Tapped):
        return next((pick for pick in picks if pick.name == reply.option), None)
    said = fold(reply.text) if picks else ""
    if not said:
        return None
    labels = [(pick, fold(_label(pick, lang))) for pick in picks]
    for pick, label in labels:
        if said == label or (pick.also and said in _other_words(pick.also, lang)):
            return pick
    number = said.rstrip(".)")
    if by_number and number.isascii() and number.isdigit() and len(number) <= NUMBER_DIGITS:
        return picks[int(number) - 1] if 1 <= int(number) <= len(picks) else None
    beginning = [pick for pick, label in labels if label.startswith(said)] if loosely else []
    return beginning[0] if len(beginning) == 1 else None


def _label(pick: Pick[V], lang: str) -> str:
    return pick.label if isinstance(pick.label, str) else say_plain(lang, pick.label)


@cache
def _other_words(also: str, lang: str) -> frozenset[str]:
    return frozenset(fold(word) for word in say_plain(lang, T(also)).split("|"))


@dataclass(frozen=True, slots=True)
class Choice(Generic[V]):
    """Exactly one of the options."""

    picks: tuple[Pick[V], ...]
    reads_numbers: bool = False

    def read(self, reply: Reply, lang: str) -> V | Refusal:
        pick = picked(self.picks, reply, lang, by_number=True, loosely=True)
        return Refusal(T("field.choice")) if pick is None else pick.value

    def dump(self, value: V) -> Json:
        return next(pick.name for pick in self.picks if pick.value == value)

    def load(self, stored: Json) -> V | Refusal:
        for pick in self.picks:
            if pick.name == stored:
                return pick.value
        return Refusal(T("field.choice_gone"))

    def display(self, value: V) -> Text | str:
        return next((pick.label for pick in self.picks if pick.value == value), "")


@dataclass(frozen=True, slots=True)
class Sentence:
    """Some words, `least` to `limit` characters after cleaning. Options offer words ready made; tapping one gives its value."""

    limit: int
    least: int = 1
    picks: tuple[Pick[str], ...] = ()
    reads_numbers: bool = False

    def read(self, reply: Reply, lang: str) -> str | Refusal:
        pick = picked(self.picks, reply, lang, by_number=True, loosely=False)
        if pick is not None:
            return pick.value
        if isinstance(reply, Tapped):
            return Refusal(T("field.choice_gone"))
        if len(reply.text) > self.limit * 4:
            return Refusal(T("field.too_long", n=len(reply.text), limit=self.limit))
        return self._checked(clean(reply.text))

    def _checked(self, words: str) -> str | Refusal:
        if not any(char.isalnum() for char in words):
            return Refusal(T("field.empty"))
        if len(words) < self.least:
            return Refusal(T("field.too_short"))
        if len(words) > self.limit:
            return Refusal(T("field.too_long", n=len(words), limit=self.limit))
        return words

    def dump(self, value: str) -> Json:
        return value

    def load(self, stored: Json) -> str | Refusal:
        if any(pick.value == stored for pick in self.picks):
            return str(stored)
        return self._checked(stored) if isinstance(stored, str) else Refusal(T("field.empty"))

    def display(self, value: str) -> Text | str:
        return value or next((pick.label for pick in self.picks if not pick.value), "")


@dataclass(frozen=True, slots=True)
class Number:
    """A number as people write it, within bounds. With `or_unknown` the option "don't know yet" gives None."""

    lowest: Decimal | None = None
    highest: Decimal | None = None
    is_whole: bool = False
    or_unknown: bool = False
    extra: tuple[Pick[Decimal | None], ...] = ()
    reads_numbers: bool = True

    @property
    def picks(self) -> tuple[Pick[Decimal | None], ...]:
        unknown: tuple[Pick[Decimal | None], ...] = (Pick("unknown", T("field.unknown"), None, also="also.unknown"),)
        return (*self.extra, *(unknown if self.or_unknown else ()))

    def read(self, reply: Reply, lang: str) -> Decimal | Refusal | None:
        pick = picked(self.picks, reply, lang, by_number=False, loosely=False)
        if pick is not None:
            return pick.value
        if isinstance(reply, Tapped):
            return Refusal(T("field.choice_gone"))
        quantity = read_quantity(clean(reply.text, 200), lang)
        return Refusal(T("field.number")) if quantity is None else self._checked(quantity.value)

    def _checked(self, value: Decimal) -> Decimal | Refusal:
        if not value.is_finite() or (self.is_whole and value != value.to_integral_value()):
            return Refusal(T("field.whole"))
        if (self.lowest is not None and value < self.lowest) or (self.highest is not None and value > self.highest):
            if self.lowest is not None and self.highest is not None:
                return Refusal(T("field.between", lowest=self.lowest, highest=self.highest))
            return Refusal(T("field.out_of_range"))
        return value

    def dump(self, value: Decimal | None) -> Json:
        return None if value is None else str(value)

    def load(self, stored: Json) -> Decimal | Refusal | None:
        if stored is None:
            has_none = any(pick.value is None for pick in self.picks)
            return None if has_none else Refusal(T("field.number"))
        if not isinstance(stored, str):
            return Refusal(T("field.number"))
        try:
            return self._checked(Decimal(stored))
        except InvalidOperation:
            return Refusal(T("field.number"))

    def display(self, value: Decimal | None) -> Text | str:
        for pick in self.picks:
            if pick.value == value:
                return pick.label
        return "" if value is None else T("field.shown_number", value=value)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit, if one was typed; None is "don't know yet", where `or_unknown`. `unit` is one of the writer's own to expect."""

    unit: str = ""
    or_unknown: bool = False
    reads_numbers: bool = True

    @property
    def picks(self) -> tuple[Pick[Quantity | None], ...]:
        return (Pick("unknown", T("field.unknown"), None, also="also.unknown"),) if self.or_unknown else ()

    def read(self, reply: Reply, lang: str) -> Quantity | Refusal | None:
        pick = picked(self.picks, reply, lang, by_number=False, loosely=False)
        if pick is not None:
            return pick.value
        if isinstance(reply, Tapped):
            return Refusal(T("field.choice_gone"))
        return read_quantity(clean(reply.text, 200), lang, self.unit) or Refusal(T("field.number"))

    def dump(self, value: Quantity | None) -> Json:
        return None if value is None else [str(value.value), value.unit]

    def load(self, stored: Json) -> Quantity | Refusal | None:
        if isinstance(stored, str):  # a number without a unit, as a `Number` under the same key has stored it
            stored = [stored, ""]
        match stored:
            case None if self.or_unknown:
                return None
            case [str(number), str(unit)]:
                try:
                    value = Decimal(number)
                except InvalidOperation:
                    return Refusal(T("field.number"))
                return Quantity(value, unit) if value.is_finite() else Refusal(T("field.number"))
        return Refusal(T("field.number"))

    def display(self, value: Quantity | None) -> Text | str:
        return T("field.unknown") if value is None else T("field.shown_number", value=value.value)


@dataclass(frozen=True, slots=True)
class Chosen:
    """One of the options shown."""

    name: str


@dataclass(frozen=True, slots=True)
class Searched:
    """Words to look for instead."""

    words: str


SEARCH_LIMIT = 80


@dataclass(frozen=True, slots=True)
class Searchable:
    """One of the options shown, or words to search for more."""

    shown: tuple[Pick[str], ...]
    reads_numbers: bool = False

    @property
    def picks(self) -> tuple[Pick[Chosen | Searched], ...]:
        return tuple(Pick(pick.name, pick.label, Chosen(pick.name), pick.hint, pick.tone, pick.also) for pick in self.shown)

    def read(self, reply: Reply, lang: str) -> Chosen | Searched | Refusal:
        pick = picked(self.picks, reply, lang, by_number=True, loosely=True)
        if pick is not None:
            return pick.value
        if isinstance(reply, Tapped):
            return Refusal(T("field.choice_gone"))
        looked_for = clean(reply.text, SEARCH_LIMIT)
        return Searched(looked_for) if fold(looked_for) else Refusal(T("field.choice"))

    def dump(self, value: Chosen | Searched) -> Json:
        return {"chosen": value.name} if isinstance(value, Chosen) else {"searched": value.words}

    def load(self, stored: Json) -> Chosen | Searched | Refusal:
        match stored:
            case {"chosen": str(name)} if any(pick.name == name for pick in self.shown):
                return Chosen(name)
            case {"searched": str(words)} if fold(words):
                return Searched(words)
        return Refusal(T("field.choice_gone"))

    def display(self, value: Chosen | Searched) -> Text | str:
        if isinstance(value, Searched):
            return value.words
        return next((pick.label for pick in self.shown if pick.name == value.name), "")
