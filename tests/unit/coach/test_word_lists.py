"""The word lists that native speakers edit: every line is read, stands once, and changes what the coach finds."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields

import pytest

from bot.coach.cues import OTHER, Cues
from bot.coach.tokens import read_sentence
from bot.coach.words import LANGS, lexicon_of
from bot.coach.words.lexicon import Faults, Numbers, Roles, Sets, Templates
from bot.coach.words.reading import Line, WordListError, read_lines, read_text, sections_of

SHAPES = (Numbers, Roles, Faults, Sets, Templates)
VALUES = ("settings", "templates", "measure words")
"""Sections that hold values rather than phrases to find."""
LINES = {lang: tuple(read_lines(lang)) for lang in LANGS}


def cues_of(lang: str, section: str) -> Cues:
    """Where the phrases of a section end up."""
    lexicon = lexicon_of(lang)
    name = section.replace(" ", "_")
    for part in (lexicon.numbers, lexicon.roles, lexicon.faults, lexicon.sets, lexicon.templates):
        if hasattr(part, name):
            found = getattr(part, name)
            assert isinstance(found, Cues)
            return found
    raise AssertionError(f"nothing reads the section {section!r}")


def typed(phrase: str) -> str:
    """A phrase as somebody might type it."""
    return phrase.removeprefix("!").replace("#", "7").replace("@", "2026") or phrase


@pytest.mark.parametrize("lang", LANGS)
def test_every_section_is_one_the_coach_reads(lang: str) -> None:
    names = {field.name.replace("_", " ") for shape in SHAPES for field in fields(shape)}
    known = names | {*VALUES}
    assert {line.section for line in LINES[lang]} <= known


@pytest.mark.parametrize("lang", LANGS)
def test_no_line_stands_twice(lang: str) -> None:
    counted = Counter((line.section, line.kind, line.text) for line in LINES[lang])
    assert [line for line, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("lang", LANGS)
def test_every_line_changes_what_is_found(lang: str) -> None:
    """With the line a phrase of it means what it is listed under; with that line taken out it means nothing, or something else."""
    idle: list[str] = []
    by_section: dict[str, list[Line]] = {}
    for line in LINES[lang]:
        if line.section not in VALUES:
            by_section.setdefault(line.section, []).append(line)
    for section, lines in by_section.items():
        listed = cues_of(lang, section).listed
        times = Counter((kind, phrase) for kind, phrases in listed.items() for phrase in phrases)
        cues = cues_of(lang, section)
        idle += [
            f"{line.file}:{line.number} {line.text}"
            for line in lines
            if not any(_changes(cues, line, phrase, times) for phrase in line.phrases)
        ]
    assert idle == []


def _changes(cues: Cues, line: Line, phrase: str, times: Counter[tuple[str, str]]) -> bool:
    tokens = read_sentence(typed(phrase)).tokens
    match = cues.starting(tokens, 0)
    is_meant = match is not None and match.length == len(tokens) and line.kind in match.kinds
    return is_meant and times[(line.kind, phrase)] == 1


@pytest.mark.parametrize("lang", LANGS)
def test_every_value_is_used(lang: str) -> None:
    lexicon = lexicon_of(lang)
    held = {line.text: line.kind for line in LINES[lang] if line.section == "templates"}
    for name, value in held.items():
        assert getattr(lexicon.templates, name.replace(" ", "_")) == value
    measured = [(line.text, line.kind) for line in LINES[lang] if line.section == "measure words"]
    assert sorted(lexicon.templates.measure_words) == sorted(measured)


def test_what_a_line_can_say() -> None:
    text = "# a comment\n[set month]\nmay\njune\n\n[skips: date]\nby {month} {n}\nin {year}\n[digits]\none = 1\n= \n"
    lines = list(read_text("x.txt", text))
    assert [(line.section, line.kind, line.phrases) for line in lines] == [
        ("skips", "date", ("by may #", "by june #")),
        ("skips", "date", ("in @",)),
        ("digits", "1", ("one",)),
        ("digits", "cue", ("=",)),
    ]
    assert sections_of(iter(lines))["digits"] == {"1": ("one",), "cue": ("=",)}


@pytest.mark.parametrize("text", ["stray\n", "[skips]\n{nobody listed this}\n"])
def test_a_line_that_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(WordListError, match=r"x\.txt, line [12]"):
        list(read_text("x.txt", text))


def test_other_words_hide_what_is_inside_them() -> None:
    listed = Cues({"cue": ("thành công",), OTHER: ("hoàn thành công việc",)})
    assert listed.search(read_sentence("hoàn thành công việc").tokens) is None
    found = listed.search(read_sentence("hoàn thành công việc thành công").tokens)
    assert found is not None
    assert found[0] == 4
