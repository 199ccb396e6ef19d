"""A sentence with a coach at the writer's shoulder: what is right first, then one thing to mend, never more than two hints, never in the way."""

from __future__ import annotations

from collections.abc import Callable

from bot.coach import Advice
from bot.dialogs.fields import Sentence
from bot.dialogs.script import Pick, Say, Script, ask, digest
from bot.texts import T, Text

HINTS = 2
BLANK = "__"
GENTLE = frozenset({"no_baseline"})
"""Rules whose question comes up by itself a moment later: no hint for them."""

Advise = Callable[[str, str], Advice | None]


def coached(
    key: str, field: Sentence, text: Text, advise: Advise, lang: str, *, label: Text, before: tuple[Say, ...] = ()
) -> Script[str]:
    """Ask for a sentence; when the coach has something to say, offer its example, the writer's own words, or a new try."""
    words = yield from ask(key, field, text, label=label, before=before)
    for number in range(HINTS):
        advice = advise(words, lang)
        if advice is None or advice.rule.value in GENTLE:
            break
        better = yield from ask(
            f"{key}/hint/{number}/{digest(words)}",
            Sentence(field.limit, field.least, _offers(advice, words)),
            T("coach.try_again") if advice.example else T("coach.try_again_freely"),
            before=_said(advice),
            amends=key,
        )
        if better in (words, advice.example):
            return better
        words = better
    return words


def _offers(advice: Advice, words: str) -> tuple[Pick[str], ...]:
    keep = Pick("keep", T("coach.keep"), words, also="also.keep_mine")
    return (Pick("use", T("coach.use"), advice.example, also="also.use"), keep) if advice.example else (keep,)


def _said(advice: Advice) -> tuple[Say, ...]:
    said: list[Say] = []
    if advice.good:
        said.append(T(f"coach.good.{advice.good[0].value}"))
    said.append(T(f"coach.{advice.rule.value}"))
    if advice.example:
        said.append(T("coach.example", example=advice.example))
    return tuple(said)
