"""The writing coach: reads numbers and sentences as people write them, and says what could be better. Texts for people live elsewhere."""

from bot.coach.advice import Advice, Finding, Good, Rule, Severity
from bot.coach.counts import CountAdvice, advise_key_result_count, advise_objective_count
from bot.coach.judging import Judgement, Parsed, SentenceKind, Verdict, judge
from bot.coach.key_results import advise_key_result, praise_key_result
from bot.coach.language import guess_language
from bot.coach.measures import MeasureDraft, read_measure
from bot.coach.objectives import advise_objective, praise_objective
from bot.coach.quantities import Quantity, read_quantity

Lang = str
""" "en", "vi" or "zh"; a locale such as "vi-VN" is taken by its first two letters, any other language as English."""

__all__ = [
    "Advice",
    "CountAdvice",
    "Finding",
    "Good",
    "Judgement",
    "Lang",
    "MeasureDraft",
    "Parsed",
    "Quantity",
    "Rule",
    "SentenceKind",
    "Severity",
    "Verdict",
    "advise_key_result",
    "advise_key_result_count",
    "advise_objective",
    "advise_objective_count",
    "guess_language",
    "judge",
    "praise_key_result",
    "praise_objective",
    "read_measure",
    "read_quantity",
]
