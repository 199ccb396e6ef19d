"""A few lines that write SVG: what is text is escaped, what is markup was made here, and nothing else gets in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

import regex

_UNFIT = regex.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document may hold, not even escaped (XML 1.0, Char)."""
_PICTOGRAPHS = regex.compile(r"\p{Extended_Pictographic}[\p{Emoji_Modifier}\ufe0f\u200d\p{Extended_Pictographic}]*|[\p{RI}]+")
"""No font of ours has them; an empty box says less than nothing."""

Value = str | int | float


@dataclass(frozen=True, slots=True)
class Markup:
    """Finished SVG."""

    text: str


def tag(name: str, attributes: Mapping[str, Value], *inside: Markup | str) -> Markup:
    """An element. Attribute names are ours, with "_" for "-"; every value and every str inside is escaped."""
    written = "".join(f' {key.replace("_", "-")}="{_escaped(_plain(value))}"' for key, value in attributes.items())
    content = "".join(one.text if isinstance(one, Markup) else _escaped(one) for one in inside)
    return Markup(f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>")


def drawable(text: str) -> str:
    """`text` on one line without pictographs, which pictures cannot show."""
    return " ".join(_PICTOGRAPHS.sub("", text).split())


def _plain(value: Value) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _escaped(text: str) -> str:
    return escape(_UNFIT.sub("", text), {'"': "&quot;", "'": "&#39;"})
