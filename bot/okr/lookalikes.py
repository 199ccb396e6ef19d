"""Tells names apart that only look alike: "Мei" with a Cyrillic М is not "Mei" (UTS #39, skeletons)."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from confusable_homoglyphs import confusables


def imitates(name: str, other: str) -> bool:
    """Whether `name` reads like `other` without being written like it. People who really share a name do not imitate each other."""
    mine, theirs = _written(name), _written(other)
    return mine != theirs and skeleton(mine) == skeleton(theirs)


def skeleton(text: str) -> str:
    """What a text looks like: every character replaced by the Latin one it can be mistaken for, blanks and dots left out."""
    return "".join(_looks_like(char) for char in _written(text) if char.isalnum())


def _written(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@lru_cache(maxsize=4096)
def _looks_like(char: str) -> str:
    if char.isascii() or unicodedata.name(char, "").startswith("LATIN"):
        return char
    for shape in (char, char.upper()):
        # A small letter may look like nothing while its capital does: м and М.
        found = confusables.is_confusable(shape, greedy=True, preferred_aliases=["latin"])
        latin = [str(one["c"]) for one in found[0]["homoglyphs"] if _is_plain_letter(str(one["c"]))] if found else []
        if latin:
            return min(latin).casefold()
    return char


def _is_plain_letter(char: str) -> bool:
    return char.isascii() and char.isalpha()
