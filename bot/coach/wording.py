"""What the coach's findings are called in the bot's catalogues."""

from __future__ import annotations

from bot.coach.advice import Good, Rule
from bot.texts import T, Text

IN_WORDS = frozenset({Rule.WISH, Rule.VAGUE, Rule.TASK, Rule.BUSINESS_AS_USUAL})
"""Rules for both whose question is another one where no number is wanted."""


def question_of(rule: Rule, *, is_objective: bool) -> Text:
    """What the coach asks about a fault."""
    return T(f"coach.objective.{rule.value}") if is_objective and rule in IN_WORDS else T(f"coach.{rule.value}")


def praise_of(good: Good) -> Text:
    """How the coach says that something is right."""
    return T(f"coach.good.{good.value}")
