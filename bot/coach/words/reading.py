"""Word lists as native speakers edit them: text files with a section for each subject and a phrase a line.

`# …` is a comment. `[vague]` begins a section, `[before: at least]` the part of a section whose phrases are listed under "at_least".
A line is a phrase, or `phrase = what it is listed under`. In a phrase `{n}` is any number and `{year}` a year; `[set month]` lists what
`{month}` stands for in the phrases of its file, each of which is then written out for all of them. A leading `!` asks for the accents
as written. Phrases listed under "other" mean something else and hide shorter ones inside them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import NamedTuple

PLACES = {"{n}": "#", "{year}": "@"}
"""As the cues have them."""
SET = re.compile(r"\{[a-z ]+\}")
USUAL = "cue"
"""What phrases are listed under where nothing is said."""
VERBATIM = frozenset({"templates"})
"""Sections whose braces are gaps to fill rather than sets."""


class WordListError(ValueError):
    """A line of a word list that cannot be read; the text says which."""


class Line(NamedTuple):
    """A phrase of a word list: where it is written, in which section, under what, and every phrase it stands for.

    A named tuple, for there are thousands and a frozen dataclass takes three times as long.
    """

    file: str
    number: int
    section: str
    kind: str
    text: str
    phrases: tuple[str, ...]


Sections = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Section → what it is listed under → phrases."""


def read_lines(lang: str) -> Iterator[Line]:
    """All lines of a language's files. Raises WordListError for one that is in no section or names a set nobody has listed."""
    folder = files("bot.coach.words").joinpath(lang)
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".txt"):
            yield from read_text(f"{lang}/{file.name}", file.read_text(encoding="utf-8"))


def read_text(name: str, text: str) -> Iterator[Line]:
    """The lines of one file."""
    section, usual = "", USUAL
    sets: dict[str, list[str]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()  # noqa: PLW2901 nobody needs it unstripped
        if not line or line.startswith("# "):
            continue
        if line.startswith("[") and line.endswith("]"):
            section, _, kind = line[1:-1].partition(": ")
            usual = kind.replace(" ", "_") or USUAL
            continue
        if not section:
            raise WordListError(f"{name}, line {number}: {line!r} is in no section")
        if section.startswith("set "):
            sets.setdefault(f"{{{section[4:]}}}", []).append(line.replace("{n}", "#"))
            continue
        phrase, separator, kind = line.partition(" = ")
        kind = kind if separator else usual
        if section in VERBATIM or "{" not in phrase:
            yield Line(name, number, section, kind, phrase, (phrase,))
        else:
            yield Line(name, number, section, kind, phrase, tuple(_written_out(phrase, sets, f"{name}, line {number}")))


def _written_out(phrase: str, sets: Mapping[str, list[str]], where: str) -> Iterator[str]:
    """The phrase with its first set replaced by each of its members, and so on; numbers and years as the cues have them."""
    for place, sign in PLACES.items():
        phrase = phrase.replace(place, sign)
    found = SET.search(phrase)
    if found is None:
        yield phrase
        return
    members = sets.get(found[0])
    if members is None:
        raise WordListError(f"{where}: no set is called {found[0]}")
    for member in members:
        yield from _written_out(phrase.replace(found[0], member, 1), sets, where)


def sections_of(lines: Iterator[Line]) -> Sections:
    """Lines put together by section and by what they are listed under."""
    sections: dict[str, dict[str, list[str]]] = {}
    for line in lines:
        sections.setdefault(line.section, {}).setdefault(line.kind, []).extend(line.phrases)
    return {section: {kind: tuple(phrases) for kind, phrases in kinds.items()} for section, kinds in sections.items()}
