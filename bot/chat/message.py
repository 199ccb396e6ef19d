"""What goes out: a message is a tuple of blocks, already in its reader's language, still unaware of any platform."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.chat.richtext import RichText, Span, Style, plain

BAR_CELLS = 10


class Tone(StrEnum):
    """How a button looks where the platform can show it."""

    PLAIN = "plain"
    PRIMARY = "primary"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Some sentences. `is_quiet` marks small print."""

    text: RichText
    is_quiet: bool = False

    def plain(self) -> str:
        return plain(self.text)


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose. `token` comes back when it is pressed; `hint` is a second line where there is room."""

    label: str
    token: str
    hint: str = ""
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Choices:
    """Possible answers to the question asked: a menu, buttons or a numbered list. A number, the label or its beginning count as well."""

    options: tuple[Option, ...]
    many: bool = False

    def plain(self) -> str:
        return "\n".join(
            f"{number}. {option.label}{f' – {option.hint}' if option.hint else ''}"
            for number, option in enumerate(self.options, 1)
        )


@dataclass(frozen=True, slots=True)
class Button:
    """Something one can do now. `say` is the word that does the same when typed."""

    label: str
    token: str
    say: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Buttons:
    """Things one can do now."""

    buttons: tuple[Button, ...]

    def plain(self) -> str:
        return " · ".join(button.say for button in self.buttons)


class Entry(StrEnum):
    """What a form field takes."""

    LINE = "line"
    LINES = "lines"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a form; `key` is the key of the question it answers. For a choice, an option's `token` is its value."""

    key: str
    label: str
    entry: Entry = Entry.LINE
    value: str = ""
    placeholder: str = ""
    options: tuple[Option, ...] = ()
    is_required: bool = True
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """Several questions at once. Where forms do not exist the same questions come one after another."""

    fields: tuple[FormField, ...]
    token: str
    submit: str

    def plain(self) -> str:
        return "\n".join(field.label for field in self.fields)


@dataclass(frozen=True, slots=True)
class Image:
    """A picture. `source` is a path below our own public address; `alt` says the same in words."""

    source: str
    alt: str

    def __post_init__(self) -> None:
        if not self.alt.strip():
            raise ValueError("an image says in words what it shows")

    def plain(self) -> str:
        return self.alt


@dataclass(frozen=True, slots=True)
class ProgressBar:
    """A bar with its share in per cent; `expected` is where a straight line would be today. Ratios are clamped to 0 … 1.

    `note` follows the percentage ("▲6 · at risk").
    """

    label: str
    ratio: float
    expected: float | None = None
    note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "ratio", _clamped(self.ratio))
        if self.expected is not None:
            object.__setattr__(self, "expected", _clamped(self.expected))

    def plain(self) -> str:
        note = f" {self.note}" if self.note else ""
        return f"{self.label} {drawn(self.ratio)}{note}".strip()


def _clamped(ratio: float) -> float:
    if math.isnan(ratio):
        raise ValueError("a bar's share is a number")
    return min(max(float(ratio), 0.0), 1.0)


def drawn(ratio: float) -> str:
    """`▓▓▓▓▓▓░░░░ 62 %`: full cells are rounded down, so that a bar never looks finished before it is."""
    full = int(ratio * BAR_CELLS + 1e-9)
    return f"{'▓' * full}{'░' * (BAR_CELLS - full)} {int(ratio * 100 + 0.5)} %"


@dataclass(frozen=True, slots=True)
class Door:
    """A way to a page of ours, at an absolute address; opens inside the chat where the platform can do that."""

    label: str
    address: str

    def __post_init__(self) -> None:
        if not self.label.strip() or "://" not in self.address:
            raise ValueError("a door says where it leads")

    def plain(self) -> str:
        return f"{self.label}: {self.address}"


Block = Paragraph | Choices | Buttons | Form | Image | ProgressBar | Door


class Audience(StrEnum):
    """Who will read it."""

    PERSON = "person"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Message:
    """Blocks for one reader in one language.

    `slot` names the message so that a later one can replace it; `edits` is the slot of the message this one replaces, and platforms that
    cannot edit send it as a new one (or leave it out when `is_optional`: it only tidies up).
    """

    blocks: tuple[Block, ...]
    lang: str = "en"
    slot: str = ""
    edits: str = ""
    is_optional: bool = False
    audience: Audience = Audience.PERSON

    def plain(self) -> str:
        """All blocks as plain text, one below the other."""
        return "\n".join(block.plain() for block in self.blocks)


def to_json(message: Message) -> dict[str, Any]:
    """`message` as plain JSON, for the outbox."""
    return {
        "blocks": [_block_to_json(block) for block in message.blocks],
        "lang": message.lang,
        "slot": message.slot,
        "edits": message.edits,
        "optional": message.is_optional,
        "audience": message.audience.value,
    }


def from_json(data: Mapping[str, Any]) -> Message:
    """The reverse of `to_json`. Raises KeyError or ValueError when `data` is none of ours."""
    return Message(
        tuple(_block_from_json(block) for block in data["blocks"]),
        data["lang"],
        data["slot"],
        data["edits"],
        data["optional"],
        Audience(data["audience"]),
    )


def _spans_to_json(text: RichText) -> list[list[str]]:
    return [[span.text, span.style.value, span.link] for span in text]


def _option_to_json(option: Option) -> list[str]:
    return [option.label, option.token, option.hint, option.tone.value]


def _option_from_json(data: list[str]) -> Option:
    return Option(data[0], data[1], data[2], Tone(data[3]))


def _block_to_json(block: Block) -> dict[str, Any]:
    match block:
        case Paragraph():
            return {"paragraph": _spans_to_json(block.text), "quiet": block.is_quiet}
        case Choices():
            return {"choices": [_option_to_json(option) for option in block.options], "many": block.many}
        case Buttons():
            return {"buttons": [[b.label, b.token, b.say, b.tone.value] for b in block.buttons]}
        case Form():
            fields = [
                [
                    f.key,
                    f.label,
                    f.entry.value,
                    f.value,
                    f.placeholder,
                    [_option_to_json(o) for o in f.options],
                    f.is_required,
                    f.problem,
                ]
                for f in block.fields
            ]
            return {"form": fields, "token": block.token, "submit": block.submit}
        case Image():
            return {"image": block.source, "alt": block.alt}
        case Door():
            return {"door": block.label, "address": block.address}
        case ProgressBar():
            return {"bar": block.label, "ratio": block.ratio, "expected": block.expected, "note": block.note}


def _block_from_json(data: Mapping[str, Any]) -> Block:
    if "paragraph" in data:
        return Paragraph(tuple(Span(text, Style(style), link) for text, style, link in data["paragraph"]), data["quiet"])
    if "choices" in data:
        return Choices(tuple(_option_from_json(option) for option in data["choices"]), data["many"])
    if "buttons" in data:
        return Buttons(tuple(Button(label, token, say, Tone(tone)) for label, token, say, tone in data["buttons"]))
    if "form" in data:
        fields = tuple(
            FormField(
                key, label, Entry(entry), value, placeholder, tuple(_option_from_json(o) for o in options), required, problem
            )
            for key, label, entry, value, placeholder, options, required, problem in data["form"]
        )
        return Form(fields, data["token"], data["submit"])
    if "image" in data:
        return Image(data["image"], data["alt"])
    if "door" in data:
        return Door(data["door"], data["address"])
    return ProgressBar(data["bar"], data["ratio"], data["expected"], data["note"])
