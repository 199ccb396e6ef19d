"""The words around the conversation (Send, Search, what to do when something fails), in the reader's language."""

from __future__ import annotations

from typing import Any

from bot.okr.people import LANGUAGES
from bot.texts import T, say_plain

NAMES_OF_LANGUAGES = {"en": "English", "vi": "Tiếng Việt", "zh": "中文"}
DEFAULT = "en"


class Words:
    """Texts of the page in one language, for templates: `words("send")` is the text `web.send`."""

    __slots__ = ("lang",)

    def __init__(self, lang: str) -> None:
        self.lang = lang if lang in LANGUAGES else DEFAULT

    def __call__(self, name: str, /, **args: Any) -> str:
        """Raises MissingTextError for a text the catalogues do not have."""
        return say_plain(self.lang, T(f"web.{name}", **args))


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
