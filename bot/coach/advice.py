"""What the coach has to say, without words: the bot's catalogues have a text for each rule under "coach.<rule>"."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """What could be better, most useful advice first (the order of OKR method §6)."""

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
    TOO_EASY = "too_easy"
    TOO_LONG = "too_long"
    COPIED = "copied"
    """The following are about a whole set of key results."""
    COUNT = "count"
    SHARED_METRIC = "shared_metric"
    ALL_LAGGING = "all_lagging"
    WEAK_EVIDENCE = "weak_evidence"
    OWNED_BY_ONE = "owned_by_one"


class Good(StrEnum):
    """What is already right."""

    METRIC = "metric"
    NUMBER = "number"
    TARGET = "target"
    BASELINE = "baseline"
    DIRECTION = "direction"
    SHORT = "short"


class Severity(StrEnum):
    """How much a finding matters. A sentence with something to mend is not yet what it should be; a hint is a question to think about."""

    GOOD = "good"
    HINT = "hint"
    MEND = "mend"


Span = tuple[int, int]
"""From a character up to, not including, another one."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that could be better, and where.

    `span` counts characters of the sentence as the coach reads it (see `Sentence.text`). `example` is built from the writer's words in the
    language of the sentence, "__" where something is missing; "" when none makes sense. `cue` is the listed phrase that gave it away.
    """

    rule: Rule
    severity: Severity
    span: Span
    example: str = ""
    cue: str = ""


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to mend, after what is right: what a conversation says of a sentence."""

    rule: Rule
    good: tuple[Good, ...]
    example: str
