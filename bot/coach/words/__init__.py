"""The words of each language."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from bot.coach.words.en import ENGLISH
from bot.coach.words.lexicon import Lexicon
from bot.coach.words.vi import VIETNAMESE
from bot.coach.words.zh import CHINESE

LEXICONS = {lexicon.lang: lexicon for lexicon in (ENGLISH, VIETNAMESE, CHINESE)}


@lru_cache(maxsize=32)
def lexicon_of(lang: str, writer: str = "") -> Lexicon:
    """The words of `lang` ("vi", "vi-VN"); English for languages we do not speak.

    `writer` is the language of the person: somebody who writes "1,5" at home also does so in an English sentence.
    """
    lexicon = LEXICONS.get(lang[:2].lower(), ENGLISH)
    if LEXICONS.get(writer[:2].lower(), lexicon).numbers.decimal_comma and not lexicon.numbers.decimal_comma:
        return replace(lexicon, numbers=replace(lexicon.numbers, decimal_comma=True))
    return lexicon
