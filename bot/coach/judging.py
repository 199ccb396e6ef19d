"""One sentence judged and understood: what is right, what could be better, and what a key result measures."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bot.coach.advice import Finding, Good, Severity, Span
from bot.coach.key_results import goods_of, key_result_findings
from bot.coach.language import guess_language
from bot.coach.measures import Reading, read
from bot.coach.objectives import objective_findings, objective_goods
from bot.coach.words.lexicon import Role
from bot.okr.measure import Direction

REACH = "reach"
"""A number to get to, where the sentence does not say whether it rises or falls on the way: "1,000 users"."""


class SentenceKind(StrEnum):
    OBJECTIVE = "objective"
    KEY_RESULT = "key_result"


class Verdict(StrEnum):
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A key result as its sentence says it, in base units: "2,5 triệu" is 2500000, "42 %" is 42 with unit "%".

    `relative`: `target` is the change or the factor, and there is no baseline. `direction` is one of bot.okr.measure.Direction, or REACH.
    `deadline` is the date as written, "" when there is none.
    """

    metric: str
    baseline: Decimal | None
    target: Decimal | None
    unit: str
    direction: str
    relative: bool
    deadline: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the coach makes of a sentence in the language `lang`. Things that are right come with where they are said."""

    lang: str
    goods: tuple[tuple[Good, Span], ...]
    findings: tuple[Finding, ...]
    """Most useful first."""
    parsed: Parsed | None
    """None for objectives and for sentences that say nothing measurable."""

    @property
    def verdict(self) -> Verdict:
        needs_mending = any(finding.severity is Severity.MEND for finding in self.findings)
        return Verdict.BAD if needs_mending else Verdict.GOOD


def judge(text: str, kind: SentenceKind, lang: str = "") -> Judgement:
    """Judge a sentence. `lang` is its writer's language; "" lets the sentence tell, and takes English when it does not."""
    writer = lang or guess_language(text, "en")
    if kind is SentenceKind.OBJECTIVE:
        return Judgement(writer, objective_goods(text, writer), objective_findings(text, writer), None)
    reading = read(text, writer)
    return Judgement(writer, goods_of(reading), key_result_findings(text, writer), parsed_of(reading))


def parsed_of(reading: Reading) -> Parsed | None:
    """What a key result's sentence says in numbers; a change stays a change, even where the baseline is known too."""
    said = reading.said
    if said.target is None and said.baseline is None:
        return None
    deadline = reading.sentence.slice(*reading.dates[0]).strip("()") if reading.dates else ""
    if said.direction is Direction.MILESTONE:
        return Parsed(said.metric, None, None, "", said.direction.value, relative=False, deadline=deadline)
    direction = said.direction.value
    says_nothing = said.direction is Direction.INCREASE and not reading.turns
    keeps_unasked = said.direction is Direction.KEEP_ABOVE and Role.KEEP not in reading.turns  # uptime, which one holds
    if said.baseline is None and not said.relative and (says_nothing or keeps_unasked):
        direction = REACH
    return Parsed(said.metric, said.baseline, said.target, said.unit, direction, said.relative, deadline)
