"""Which language a browser would like its pages in."""

from __future__ import annotations

from bot.okr.people import LANGUAGES

DEFAULT = "en"


def preferred_language(accept_language: str) -> str:
    """The language of ours a browser likes best, by an `Accept-Language` header; English when it names none of them."""
    wishes: list[tuple[float, int, str]] = []
    for position, wish in enumerate(accept_language[:400].split(",")):
        name, _, weight = wish.strip().partition(";")
        lang = name.strip().partition("-")[0].lower()
        if lang in LANGUAGES:
            wishes.append((-_weight(weight), position, lang))
    return min(wishes)[2] if wishes else DEFAULT


def _weight(text: str) -> float:
    name, _, number = text.strip().partition("=")
    try:
        return min(max(float(number), 0.0), 1.0) if name == "q" else 1.0
    except ValueError:
        return 0.0
