"""Numbers that measure nothing: the dates, ranks, versions and names of a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from bot.coach.cues import Match
from bot.coach.tokens import Kind, Sentence
from bot.coach.words.lexicon import Lexicon, Skip

Skips = Mapping[int, Match]
"""Phrases whose numbers measure nothing, by the token they begin at."""


def find_skips(sentence: Sentence, lexicon: Lexicon) -> Skips:
    """The dates, ranks and names of a sentence; they may lie inside each other."""
    skips = lexicon.roles.skips
    firsts = skips.first_keys()
    found: dict[int, Match] = {}
    for at, token in enumerate(sentence.tokens):
        if token.key in firsts or token.kind is Kind.NUMBER:
            match = skips.starting(sentence.tokens, at)
            if match is not None:
                found[at] = match
    return found


def find_dates(sentence: Sentence, lexicon: Lexicon, skips: Skips | None = None) -> tuple[tuple[int, int], ...]:
    """Where a sentence says until when, as token ranges, prepositions included."""
    tokens, roles = sentence.tokens, lexicon.roles
    spans: list[tuple[int, int]] = []
    skips = find_skips(sentence, lexicon) if skips is None else skips
    at = 0
    while at < len(tokens):
        match = skips.get(at)
        if match is None:
            at += 1
            continue
        first, stop = at, at + match.length
        at = stop
        if Skip.DATE not in match.kinds:
            continue
        floor = spans[-1][1] if spans else 0
        while (lead := roles.date_leads.ending(tokens, first, floor)) is not None:
            first -= lead.length
        while (tail := roles.date_tails.starting(tokens, stop)) is not None:
            stop += tail.length
        at = stop
        spans.append((first, stop))
    return tuple(spans)
