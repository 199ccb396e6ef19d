"""What the coach's findings are called in the bot's catalogues."""

from __future__ import annotations

from bot.coach.advice import Good, Rule
from bot.coach.sets import SetFinding
from bot.texts import T, Text

IN_WORDS = frozenset({Rule.WISH, Rule.VAGUE, Rule.TASK, Rule.BUSINESS_AS_USUAL})
"""Rules for both whose question is another one where no number is wanted."""


def question_of(rule: Rule, *, is_objective: bool) -> Text:
    """What the coach asks about a fault."""
    return T(f"coach.objective.{rule.value}") if is_objective and rule in IN_WORDS else T(f"coach.{rule.value}")


def praise_of(good: Good) -> Text:
    """How the coach says that something is right."""
    return T(f"coach.good.{good.value}")


def said_of_set(finding: SetFinding) -> Text:
    """What the coach says about all key results of an objective together."""
    if finding.rule is Rule.COUNT:
        return T("coach.one_key_result") if finding.of == 1 else T("coach.many_key_results")
    return T(f"coach.{finding.rule.value}", count=finding.count, of=finding.of, metric=finding.metric)
