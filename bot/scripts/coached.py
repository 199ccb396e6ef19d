"""A sentence with a coach at the writer's shoulder: what is right first, then one thing to mend, never more than two hints, never in the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.coach import Advice, Good, Rule
from bot.coach.wording import praise_of, question_of
from bot.dialogs.fields import Sentence
from bot.dialogs.script import Pick, Say, Script, ask, digest
from bot.folding import fold
from bot.texts import T, Text

HINTS = 2
BLANK = "__"
GAP = "[?]"
GENTLE = frozenset({"no_baseline"})
"""Rules whose question comes up by itself a moment later: no hint for them."""

ROOM = 40
"""Characters an example leaves for what its writer puts into its gaps."""
MOST_TELLING = (Good.BASELINE, Good.TARGET, Good.METRIC, Good.NUMBER, Good.DIRECTION, Good.SHORT)
"""Of several things that are right one is named: whoever knows where they stand and want to go has a metric, too."""

SAYS_LITTLE = frozenset({Rule.VAGUE, Rule.THEME, Rule.WISH})

Advise = Callable[[str, str], Advice | None]


def coached(
    key: str,
    field: Sentence,
    text: Text,
    advise: Advise,
    lang: str,
    *,
    label: Text,
    before: tuple[Say, ...] = (),
    is_objective: bool = False,
) -> Script[str]:
    """Ask for a sentence; when the coach has something to say, offer its example, the writer's own words, or a new try.

    `is_objective`: what is wrong with it is asked for in words, since only key results have numbers.
    """
    words = yield from ask(key, field, text, label=label, before=before)
    for number in range(HINTS):
        advice = advise(words, lang)
        if advice is None or advice.rule.value in GENTLE:
            break
        if len(advice.example) > field.limit - ROOM:
            advice = replace(advice, example="")
        better = yield from ask(
            f"{key}/hint/{number}/{digest(words)}",
            Sentence(field.limit, field.least, _offers(advice, words)),
            T("coach.try_again") if advice.example else T("coach.try_again_freely"),
            before=_said(advice, is_objective=is_objective),
            amends=key,
        )
        if better == advice.example:
            return (yield from _completed(key, field, better))
        if better == words:
            break
        words = better
    return words


def _completed(key: str, field: Sentence, example: str) -> Script[str]:
    """The coach's example with its first gap filled, where that gap is for words: "so that __". Gaps for two numbers are asked for later."""
    if example.count(BLANK) % 2 == 0:
        return example
    missing = yield from ask(
        f"{key}/gap/{digest(example)}",
        Sentence(field.limit - len(example)),
        T("coach.gap", gap=GAP, example=example.replace(BLANK, GAP, 1).replace(BLANK, "…")),
        amends=key,
    )
    before, _, after = example.partition(BLANK)
    # Some type the whole sentence again instead of what is missing in it.
    is_whole = bool(before.strip()) and fold(missing).startswith(fold(before))
    return missing if is_whole else f"{before}{missing.rstrip('.。!！')}{after}"


def _offers(advice: Advice, words: str) -> tuple[Pick[str], ...]:
    keep = Pick("keep", T("coach.keep"), words, also="also.keep_mine")
    return (Pick("use", T("coach.use"), advice.example, also="also.use"), keep) if advice.example else (keep,)


def _said(advice: Advice, *, is_objective: bool) -> tuple[Say, ...]:
    said: list[Say] = []
    praised = next((good for good in MOST_TELLING if good in advice.good), None)
    # "Short and easy to remember" is no praise for two words that say nothing yet.
    if praised is not None and not (praised is Good.SHORT and advice.rule in SAYS_LITTLE):
        said.append(praise_of(praised))
    said.append(question_of(advice.rule, is_objective=is_objective))
    if advice.example:
        said.append(T("coach.example", example=advice.example))
    return tuple(said)
