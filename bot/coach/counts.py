"""How many objectives and key results one can keep in mind."""

from __future__ import annotations

from enum import StrEnum

HINT_OBJECTIVES = 4
BLOCK_OBJECTIVES = 6
FEWEST_KEY_RESULTS = 2
MOST_KEY_RESULTS = 5


class CountAdvice(StrEnum):
    FINE = "fine"
    HINT = "hint"
    BLOCK = "block"
    """Ask twice; the writer may still insist."""


def advise_objective_count(count: int) -> CountAdvice:
    """For `count` objectives of one person or team in a cycle, the new one included."""
    if count >= BLOCK_OBJECTIVES:
        return CountAdvice.BLOCK
    return CountAdvice.HINT if count >= HINT_OBJECTIVES else CountAdvice.FINE


def advise_key_result_count(count: int) -> CountAdvice:
    """For `count` key results of one objective: fewer than 2 prove little, more than 5 nobody remembers."""
    return CountAdvice.FINE if FEWEST_KEY_RESULTS <= count <= MOST_KEY_RESULTS else CountAdvice.HINT
