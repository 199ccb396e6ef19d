"""How alike two sentences are, numbers aside."""

from __future__ import annotations

from bot.coach.folding import clean, fold
from bot.coach.tokens import MAX_CHARACTERS

ALIKE = 0.85
"""From this on two sentences are the same one (OKR method, W15)."""
GRAM = 3
FIGURES = str.maketrans(dict.fromkeys("0123456789.,", "#"))


def likeness(one: str, other: str) -> float:
    """Shared triples of characters among all of them, 0 … 1, in folded text with numbers masked."""
    first, second = _grams(one), _grams(other)
    together = len(first | second)
    return len(first & second) / together if together else 0.0


def are_alike(one: str, other: str) -> bool:
    return likeness(one, other) >= ALIKE


def _grams(text: str) -> frozenset[str]:
    masked = fold(clean(text, MAX_CHARACTERS)).translate(FIGURES)
    while "##" in masked:
        masked = masked.replace("##", "#")
    padded = f"  {masked} "
    return frozenset(padded[at : at + GRAM] for at in range(len(padded) - GRAM + 1)) if masked else frozenset()
