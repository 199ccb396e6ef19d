"""A key result's sentence once its numbers were corrected: it says what is measured, or stays as it was."""

from __future__ import annotations

import re
from decimal import Decimal

from bot.coach.examples import BLANK, uncapitalised
from bot.coach.measures import read
from bot.okr.measure import Direction, Measure
from bot.texts import number

FIGURES = re.compile(r"\d(?:[\d.,]*\d)?")
START_GAP = re.compile(rf"(?:\b(?:from|từ) |从){BLANK}%? ?")
"""What an example says of a start: left out where nobody knows it."""
MOST_DECIMALS = 3
"""More would be written out rather than as "1,23456 tỷ"."""
SIGNS_BEFORE = {"USD": "$", "EUR": "€", "GBP": "£", "CNY": "¥"}
SIGNS_BEHIND = {"VND": " đ", "元": "元", "%": "%", "": ""}


def reworded(sentence: str, measure: Measure, lang: str) -> str:
    """The sentence with the numbers and the metric of `measure` in their places.

    Where the sentence does not say them, or would not be understood that way, it comes back unchanged: a person's words are touched only
    to keep them true.
    """
    reading = read(sentence, lang)
    draft = reading.draft
    if draft.target is None or draft.relative or draft.complete() == measure:
        return sentence
    edits: list[tuple[int, int, str]] = []
    for standing, before, after in (
        (reading.baseline, draft.baseline, measure.baseline),
        (reading.target, draft.target, measure.target),
    ):
        if standing is not None and after is not None and (before != after or draft.unit != measure.unit):
            start, stop = reading.sentence.span(standing.amount.first, standing.amount.stop)
            said = reading.sentence.text[start:stop]
            kept = (
                _in_its_own_way(said, after / standing.amount.scale, reading.lexicon.lang) if draft.unit == measure.unit else ""
            )
            edits.append((start, stop, kept or _written(after, measure.unit, reading.lexicon.lang)))
    text = reading.sentence.text
    if draft.metric and draft.metric != measure.metric and text.count(draft.metric) == 1:
        at = text.index(draft.metric)
        edits.append((at, at + len(draft.metric), uncapitalised(measure.metric) if at else measure.metric))
    for start, stop, words in sorted(edits, reverse=True):
        text = text[:start] + words + text[stop:]
    again = read(text, lang).draft
    is_understood = again.target == measure.target and again.metric.casefold() == measure.metric.casefold()
    return text if edits and is_understood and again.baseline in (None, measure.baseline) else sentence


def filled(sentence: str, measure: Measure, lang: str) -> str:
    """The coach's example with the numbers of `measure` in its gaps: "from __ to __" becomes "to 50" where nobody knows the start.

    Of two gaps the first is the start; a single one is the target, or the start where the target is said ("by 20 % (currently __)").
    """
    if BLANK not in sentence:
        return sentence
    reading = read(sentence.replace(BLANK, " "), lang)
    own = reading.lexicon.lang
    says_unit = measure.unit in ("", "%") and measure.unit in sentence  # "from __% to __%"
    says_target = reading.draft.target is not None and reading.draft.direction is not Direction.MILESTONE
    values = [measure.baseline, measure.target]
    if sentence.count(BLANK) == 1:
        values.pop(1 if says_target else 0)
    elif measure.baseline is None and START_GAP.search(sentence) is not None:
        sentence = START_GAP.sub("", sentence, count=1)
        values.pop(0)
    for value in values:
        known = "…" if value is None else number(own, value) if says_unit else _written(value, measure.unit, own)
        sentence = sentence.replace(BLANK, known, 1)
    return sentence.replace(BLANK, "…")


def _in_its_own_way(said: str, value: Decimal, lang: str) -> str:
    """ "3,5 tỷ" with another number before its magnitude and unit; "" when it is written in words."""
    figures = FIGURES.findall(said)
    written = number(lang, value)
    return said.replace(figures[0], written, 1) if len(figures) == 1 and value == round(value, MOST_DECIMALS) else ""


def _written(value: Decimal, unit: str, lang: str) -> str:
    """ "$1,200", "1.200.000 đ", "45%", "30 days", "30天"."""
    written = number(lang, value)
    if unit in SIGNS_BEFORE:
        return f"{SIGNS_BEFORE[unit]}{written}"
    space = "" if lang == "zh" or unit.startswith("/") else " "
    return f"{written}{SIGNS_BEHIND.get(unit, f'{space}{unit}')}"
