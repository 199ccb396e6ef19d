"""What the coach has to say, without words: the bot's catalogues have a text for each rule under "coach.<rule>"."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """What could be better, most useful advice first."""

    WISH = "wish"
    VAGUE = "vague"
    TASK = "task"
    NO_NUMBER = "no_number"
    SEVERAL_METRICS = "several_metrics"
    NO_BASELINE = "no_baseline"
    BUSINESS_AS_USUAL = "business_as_usual"
    NUMBER_AS_OBJECTIVE = "number_as_objective"
    NEGATIVE = "negative"
    """An objective that says only what shall stop."""
    THEME = "theme"
    FANTASY = "fantasy"
    """All or nothing: 100 % satisfied, no complaint at all."""
    VANITY = "vanity"
    TOO_LONG = "too_long"

    @property
    def is_soft(self) -> bool:
        """A question to think about rather than a fault: the sentence may stay as it is."""
        return self in SOFT


SOFT = frozenset({Rule.NO_BASELINE, Rule.NEGATIVE, Rule.FANTASY, Rule.VANITY, Rule.TOO_LONG})


class Good(StrEnum):
    """What is already right."""

    METRIC = "metric"
    NUMBER = "number"
    TARGET = "target"
    BASELINE = "baseline"
    DIRECTION = "direction"
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to mend, after what is right.

    `example` is built from the writer's words in the language of the sentence, "__" where something is missing; "" when none makes
    sense. `params` name what was found, as typed or as listed: "cue" (what gave it away) and "metric".
    """

    rule: Rule
    good: tuple[Good, ...]
    example: str
    params: tuple[tuple[str, str], ...] = ()
