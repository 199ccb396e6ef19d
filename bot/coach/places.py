"""From a place in the sentence as the coach reads it back to the place in what was typed."""

from __future__ import annotations

from functools import lru_cache

from bot.coach.advice import Span
from bot.coach.folding import clean
from bot.coach.tokens import MAX_CHARACTERS, shortened


def place_in(typed: str, span: Span) -> Span:
    """Where `span`, which counts characters of the cleaned sentence, lies in `typed`; characters are Unicode code points."""
    read = shortened(typed)
    offset = len(typed) - len(typed.lstrip())
    if _is_read_as_typed(read):
        return span[0] + offset, span[1] + offset
    # Cleaning narrows, drops and joins characters, each of them only with its neighbours: the more is cleaned, the longer the result.
    first = _shortest(read, span[0] + 1) - 1
    stop = max(_shortest(read, span[1]), first)
    while stop < len(read) and len(clean(read[: stop + 1], MAX_CHARACTERS)) <= span[1] and not read[stop].isspace():
        stop += 1
    return first + offset, stop + offset


@lru_cache(maxsize=8)  # a sentence has several findings
def _is_read_as_typed(read: str) -> bool:
    return clean(read, MAX_CHARACTERS) == read.rstrip()


def _shortest(read: str, length: int) -> int:
    """How many characters it takes until at least `length` are left after cleaning."""
    low, high = 0, len(read)
    while low < high:
        middle = (low + high) // 2
        if len(clean(read[:middle], MAX_CHARACTERS)) >= length:
            high = middle
        else:
            low = middle + 1
    return low
