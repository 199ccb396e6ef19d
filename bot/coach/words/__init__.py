"""The words of each language, read from the files beside this one when they are first needed."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache, lru_cache
from typing import Any, TypeVar

from bot.coach.cues import Cues
from bot.coach.words.lexicon import Faults, Lexicon, Numbers, Roles, Sets, Templates
from bot.coach.words.reading import Sections, read_lines, sections_of

LANGS = ("en", "vi", "zh")

L = TypeVar("L", Numbers, Roles, Faults, Sets, Templates)


@lru_cache(maxsize=32)
def lexicon_of(lang: str, writer: str = "") -> Lexicon:
    """The words of `lang` ("vi", "vi-VN"); English for languages we do not speak.

    `writer` is the language of the person: somebody who writes "1,5" at home also does so in an English sentence.
    """
    lexicon = _lexicon(_spoken(lang, "en"))
    if not lexicon.numbers.decimal_comma and _lexicon(_spoken(writer, lexicon.lang)).numbers.decimal_comma:
        return replace(lexicon, numbers=replace(lexicon.numbers, decimal_comma=True))
    return lexicon


def _spoken(lang: str, otherwise: str) -> str:
    short = lang[:2].lower()
    return short if short in LANGS else otherwise


@cache
def _lexicon(lang: str) -> Lexicon:
    return build_lexicon(lang, sections_of(read_lines(lang)))


def build_lexicon(lang: str, sections: Sections) -> Lexicon:
    """A lexicon of what the files of a language list. Sections are named like the fields they fill."""
    settings = {name: value for value, names in sections["settings"].items() for name in names}
    written = {name: text for text, names in sections["templates"].items() for name in names}
    measured = tuple((quality, named) for named, qualities in sections["measure words"].items() for quality in qualities)
    own: dict[str, Any] = {
        "decimal_comma": settings["decimal comma"] == "yes",
        "shortens_tail": settings["shortens tail"] == "yes",
        "closes_at": int(settings["closes at"]),
        "measure_words_lead": settings["measure words lead"] == "yes",
        "measure_words": measured,
    }

    def filled(shape: type[L]) -> L:
        values: dict[str, Any] = {}
        for field in fields(shape):
            section = field.name.replace("_", " ")
            if field.name in own:
                values[field.name] = own[field.name]
            elif field.type == "str":
                values[field.name] = written.get(section, "")
            else:
                values[field.name] = Cues(sections.get(section, {}))
        return shape(**values)

    return Lexicon(
        lang,
        settings.get("currency", ""),
        spaced=settings["spaced"] == "yes",
        long_words=int(settings["long words"]),
        short_words=int(settings["short words"]),
        numbers=filled(Numbers),
        roles=filled(Roles),
        faults=filled(Faults),
        sets=filled(Sets),
        templates=filled(Templates),
    )
