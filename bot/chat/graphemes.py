"""Cuts text only where a reader sees a border: between the characters people perceive (UAX #29 grapheme clusters)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import regex

# Pairs of regional indicators (flags) come first: \X alone looks back over the whole run for every flag and needs seconds for
# 50 000 of them.
_CLUSTER = regex.compile(r"\p{Regional_Indicator}{2}[\p{gcb=Extend}\p{gcb=SpacingMark}\u200d]*|\X")
ELLIPSIS = "…"


def graphemes(text: str) -> Iterator[str]:
    """The perceived characters of `text`, in order; joined they give `text` again. Linear, however odd the text."""
    return (match.group() for match in _CLUSTER.finditer(text))


def beginning(text: str, limit: int, size: Callable[[str], int] = len) -> str:
    """The longest beginning of `text` that is whole perceived characters and no larger than `limit`."""
    if size is len and len(text) <= limit:
        return text
    used = end = 0
    for grapheme in graphemes(text):
        used += size(grapheme)
        if used > limit:
            break
        end += len(grapheme)
    return text[:end]


def shortened(text: str, limit: int, size: Callable[[str], int] = len) -> str:
    """`text` itself when it fits, otherwise its beginning with "…"; empty when not even one character and the "…" fit."""
    if size(text) <= limit:
        return text
    kept = beginning(text, limit - size(ELLIPSIS), size).rstrip()
    return kept + ELLIPSIS if kept else ""
