"""What a conversation script is made of: a generator that yields questions and look-ups, gets answers and findings, and returns a value.

A script is run from the top in every turn, so it must do the same for the same answers: no clock, no chance, no reading, no effects.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from bot.chat.message import ProgressBar, Tone
from bot.chat.richtext import RichText
from bot.dialogs.session import Json
from bot.texts import Text

T_co = TypeVar("T_co", covariant=True)
V = TypeVar("V")

Say = Text | RichText | ProgressBar
"""One thing said above a question: a text, somebody's words, or a bar."""


@dataclass(frozen=True, slots=True)
class Said:
    """A typed reply."""

    text: str


@dataclass(frozen=True, slots=True)
class Tapped:
    """A chosen option, by its name."""

    option: str


Reply = Said | Tapped


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a reply does not fit and what would."""

    hint: Text


@dataclass(frozen=True, slots=True)
class Pick(Generic[V]):
    """An option. `name` is stable and short (it travels in a button's token); `also` is the key of a text listing other words for it,
    separated by "|". A label given as str is somebody's own words."""

    name: str
    label: Text | str
    value: V
    hint: Text | str = ""
    tone: Tone = Tone.PLAIN
    also: str = ""


class Field(Protocol[V]):
    """What a question accepts. `load` checks stored answers as strictly as `read` checks new ones: a tightened rule asks again."""

    @property
    def picks(self) -> tuple[Pick[V], ...]: ...

    @property
    def reads_numbers(self) -> bool:
        """A bare "2" is an answer in itself, not the second option."""
        ...

    def read(self, reply: Reply, lang: str) -> V | Refusal: ...

    def dump(self, value: V) -> Json: ...

    def load(self, stored: Json) -> V | Refusal: ...

    def display(self, value: V) -> Text | str:
        """The answer in a few words, for the list of what can be changed."""
        ...


@dataclass(frozen=True)
class Ask(Generic[V]):
    """One question. `label` names it in the list of answers that can be changed (None: not offered there)."""

    key: str
    field: Field[V]
    text: Text
    before: tuple[Say, ...] = ()
    label: Text | None = None
    placeholder: Text | None = None
    formerly: tuple[str, ...] = ()
    amends: str = ""
    """The key of an earlier question whose answer this one betters: the list of what can be changed shows this answer there."""


@dataclass(frozen=True)
class AskAll:
    """Several questions at once: one form where forms exist, one after another elsewhere. Same keys, same dialogue."""

    asks: tuple[Ask[Any], ...]
    text: Text
    before: tuple[Say, ...] = ()


@dataclass(frozen=True)
class LookUp:
    """Something to find out between two questions; the finding is stored like an answer."""

    key: str
    name: str
    params: Mapping[str, Json] = field(default_factory=dict)


Step = Ask[Any] | AskAll | LookUp
Script = Generator[Step, Any, T_co]


def ask(
    key: str,
    field: Field[V],
    text: Text,
    *,
    before: tuple[Say, ...] = (),
    label: Text | None = None,
    placeholder: Text | None = None,
    formerly: tuple[str, ...] = (),
    amends: str = "",
) -> Script[V]:
    """Ask one question and return its answer."""
    answer: V = yield Ask(key, field, text, before, label, placeholder, formerly, amends)
    return answer


def ask_all(*asks: Ask[Any], text: Text, before: tuple[Say, ...] = ()) -> Script[tuple[Any, ...]]:
    """Ask several questions at once and return their answers in order."""
    answers: tuple[Any, ...] = yield AskAll(asks, text, before)
    return answers


def look_up(key: str, name: str, **params: Json) -> Script[Json]:
    """Find something out and return it."""
    finding: Json = yield LookUp(key, name, params)
    return finding


def agree(key: str, about: Json, field: Field[V], text: Text, *, before: tuple[Say, ...] = ()) -> Script[V]:
    """Ask for consent to exactly `about`: when it changes, an earlier yes counts no more."""
    return (yield from ask(f"{key}/{digest(about)}", field, text, before=before))


def digest(value: Json) -> str:
    """Eight characters that change with the value."""
    canonical = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()[:8]
