"""A look at an objective and all its key results together: what no single sentence shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.coach.advice import Rule
from bot.coach.counts import CountAdvice, advise_key_result_count
from bot.coach.folding import fold
from bot.coach.language import guess_language
from bot.coach.likeness import are_alike
from bot.coach.stretch import PastKeyResult
from bot.coach.tokens import read_sentence
from bot.coach.words import lexicon_of
from bot.okr.measure import Direction, Measure

MOST_OWNED = 6
"""More key results than this nobody follows by heart (OKR method, W13)."""
SHARED_AT_LEAST = 2


@dataclass(frozen=True, slots=True)
class Member:
    """A key result of the set, as far as the look needs it."""

    sentence: str
    measure: Measure


@dataclass(frozen=True, slots=True)
class SetFinding:
    """One thing to think about. `count` of `of` key results are meant; `metric` is what they share."""

    rule: Rule
    count: int = 0
    of: int = 0
    metric: str = ""


def look_at_set(
    title: str, members: Sequence[Member], lang: str, past: Sequence[PastKeyResult] = (), owned: int = 0
) -> tuple[SetFinding, ...]:
    """What the set as a whole could do better, most useful first. `owned`: key results the person has besides these."""
    of = len(members)
    findings: list[SetFinding] = []
    copied = sum(any(are_alike(member.sentence, one.sentence) for one in past) for member in members)
    if of and 2 * copied >= of:
        findings.append(SetFinding(Rule.COPIED, copied, of))
    if advise_key_result_count(of) is not CountAdvice.FINE:
        findings.append(SetFinding(Rule.COUNT, of, of))
    shared = _largest_group(members)
    if len(shared) >= SHARED_AT_LEAST and 2 * len(shared) >= of:
        findings.append(SetFinding(Rule.SHARED_METRIC, len(shared), of, shared[0].measure.metric))
    if of >= SHARED_AT_LEAST and all(_is_lagging(member, lang) for member in members):
        findings.append(SetFinding(Rule.ALL_LAGGING, of, of))
    if of and _is_beside_the_point(title, members, lang):
        findings.append(SetFinding(Rule.WEAK_EVIDENCE, of, of))
    if owned + of > MOST_OWNED:
        findings.append(SetFinding(Rule.OWNED_BY_ONE, owned + of, of))
    return tuple(findings)


def _largest_group(members: Sequence[Member]) -> list[Member]:
    groups: dict[str, list[Member]] = {}
    for member in members:
        metric = fold(member.measure.metric)
        if metric and member.measure.direction is not Direction.MILESTONE:
            groups.setdefault(metric, []).append(member)
    return max(groups.values(), key=len, default=[])


def _is_lagging(member: Member, lang: str) -> bool:
    words = f"{member.measure.metric} {member.sentence}"
    lexicon = lexicon_of(guess_language(words, lang), lang)
    return lexicon.sets.lagging.search(read_sentence(words).tokens) is not None


def _is_beside_the_point(title: str, members: Sequence[Member], lang: str) -> bool:
    """Whether the objective is about something we know, and no key result is about any of it."""
    about = _topics(title, lang)
    known = [topics for member in members if (topics := _topics(f"{member.sentence} {member.measure.metric}", lang))]
    return bool(about) and len(known) == len(members) and not any(about & topics for topics in known)


def _topics(text: str, lang: str) -> frozenset[str]:
    tokens = read_sentence(text).tokens
    topics = lexicon_of(guess_language(text, lang), lang).sets.topics
    found: set[str] = set()
    at = 0
    while (place := topics.search(tokens, at)) is not None:
        at = place[0] + place[1].length
        found |= place[1].kinds
    return frozenset(found)
