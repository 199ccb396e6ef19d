"""How a sentence begins: behind dates, "we will" and "try to", which verb or task comes first."""

from __future__ import annotations

from collections.abc import Sequence

from bot.coach.cues import Cues, Match
from bot.coach.standing import is_boundary
from bot.coach.tokens import Kind, Token
from bot.coach.words.lexicon import ANYWHERE, Lexicon

Spans = Sequence[tuple[int, int]]
Place = tuple[int, Match]
"""A phrase and the token it begins at."""

WISH_LENGTH = 5
"""Tokens before the verb of a wish: "our whole team hopes"."""
SUBJECT_LENGTH = 10
"""A Chinese sentence may name who does it before the verb; longer beginnings are something else."""


def skip_preamble(tokens: Sequence[Token], at: int, dates: Spans, lexicon: Lexicon) -> int:
    """The first token at or after `at` that is not a date, a wish, "we will" or the like."""
    ends = dict(dates)
    while at < len(tokens):
        if at in ends:
            at = ends[at]
        elif is_boundary(tokens, at):
            at += 1
        elif (found := lexicon.faults.wish.starting(tokens, at) or lexicon.roles.trim_before.starting(tokens, at)) is not None:
            at += found.length
        else:
            break
    return at


def find_wish(tokens: Sequence[Token], lexicon: Lexicon) -> Place | None:
    """The words that make a sentence a wish rather than a statement, and where they begin."""
    wish, at = lexicon.faults.wish, 0
    while (found := wish.search(tokens, at)) is not None:
        at, match = found
        if ANYWHERE in match.kinds or (at < WISH_LENGTH and not _has_verb(tokens, at, lexicon)):
            return at, match
        at += 1
    return None


def _has_verb(tokens: Sequence[Token], stop: int, lexicon: Lexicon) -> bool:
    return any(cues.search(tokens, 0, stop) is not None for cues in (lexicon.roles.verbs, lexicon.faults.other_verbs))


def opening_task(tokens: Sequence[Token], dates: Spans, tasks: Cues, lexicon: Lexicon) -> Place | None:
    """The task a sentence begins with ("launch", "组织"), and where."""
    at = skip_preamble(tokens, 0, dates, lexicon)
    found = _task_at(tokens, at, tasks, lexicon)
    if found is not None:
        return at, found
    if lexicon.spaced:
        return None
    # 产品团队组织5场…: with a subject in front, only a count behind the verb proves that it is one.
    for later in range(at + 1, min(at + SUBJECT_LENGTH, len(tokens))):
        if tokens[later - 1].kind is not Kind.HAN:
            return None
        found = _task_at(tokens, later, tasks, lexicon)
        if found is not None and later + found.length < len(tokens) and tokens[later + found.length].kind is Kind.NUMBER:
            return later, found
    return None


def _task_at(tokens: Sequence[Token], at: int, tasks: Cues, lexicon: Lexicon) -> Match | None:
    found = tasks.starting(tokens, at)
    if found is None or lexicon.faults.not_a_task.starting(tokens, at + found.length) is not None:
        return None
    return found
