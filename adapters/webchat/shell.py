"""The words around the conversation (Send, Search, what to do when something fails), in the reader's language."""

from __future__ import annotations

from typing import Any

from adapters.accept_language import DEFAULT
from bot.okr.people import LANGUAGES
from bot.texts import T, say_plain

NAMES_OF_LANGUAGES = {"en": "English", "vi": "Tiếng Việt", "zh": "中文"}


class Words:
    """Texts of the page in one language, for templates: `words("send")` is the text `web.send`."""

    __slots__ = ("lang",)

    def __init__(self, lang: str) -> None:
        self.lang = lang if lang in LANGUAGES else DEFAULT

    def __call__(self, name: str, /, **args: Any) -> str:
        """Raises MissingTextError for a text the catalogues do not have."""
        return say_plain(self.lang, T(f"web.{name}", **args))
