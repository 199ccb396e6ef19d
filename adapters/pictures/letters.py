"""How much room words take on a picture, and how they are broken into lines. Estimates: nothing here reads a font."""

from __future__ import annotations

import unicodedata

import regex

from bot.chat.graphemes import shortened

_WIDTHS = {"narrow": 0.3, "usual": 0.57, "broad": 0.72, "square": 1.0}
_NARROW = frozenset("iljtfrI.,:;!|'`()[] ")
_BROAD = frozenset("mwMW@%→…–—")
_PIECES = regex.compile(r"\s+|\p{Han}|[^\s\p{Han}]+")
"""Where a line may end: at spaces, and on both sides of a Chinese character."""
_CLOSING = frozenset("，。、；：！？）》」』”’…%")
"""What never begins a line."""


def width(text: str, size: float) -> float:
    """About how wide `text` is at a font size."""
    return size * sum(_WIDTHS[_kind(char)] for char in text)


def lines(text: str, size: float, room: float, most: int) -> tuple[str, ...]:
    """`text` in at most so many lines of that width; what does not fit ends in an ellipsis."""
    found: list[str] = [""]
    for piece in _pieces(text):
        if width(found[-1] + piece.rstrip(), size) <= room or not found[-1]:
            found[-1] += piece
        else:
            found.append(piece)
    whole = [line.strip() for line in found]
    if len(whole) > most:
        whole = [*whole[: most - 1], "".join(found[most - 1 :]).strip()]
    # In tenths of the unit: what shortens works in whole numbers.
    return tuple(shortened(line, int(room * 10), lambda part: int(width(part, size) * 10)) for line in whole)


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for piece in _PIECES.findall(text):
        if pieces and (piece.isspace() or piece[0] in _CLOSING):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces


def _kind(char: str) -> str:
    if unicodedata.east_asian_width(char) in ("W", "F"):
        return "square"
    if char in _NARROW or unicodedata.combining(char):
        return "narrow"
    return "broad" if char in _BROAD or char.isupper() else "usual"
