"""How long a sentence is, in the way each language counts."""

from __future__ import annotations

from bot.coach.tokens import Sentence
from bot.coach.words.lexicon import Lexicon

LONGEST_TEXT = 240
"""Characters: beyond this a sentence is long however few words it has."""


def count_words(sentence: Sentence, lexicon: Lexicon) -> int:
    """Words and numbers; in Chinese characters, where a Latin word or a number counts as two."""
    return (1 if lexicon.spaced else 2) * sentence.words + sentence.han


def is_long(sentence: Sentence, lexicon: Lexicon) -> bool:
    return count_words(sentence, lexicon) > lexicon.long_words or len(sentence.text) > LONGEST_TEXT


def is_short(sentence: Sentence, lexicon: Lexicon) -> bool:
    return 0 < count_words(sentence, lexicon) <= lexicon.short_words and not is_long(sentence, lexicon)
