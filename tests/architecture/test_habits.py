"""What ARCHITECTURE asks of names, comments and tests holds in every file, and the checks would notice if it did not."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.habits import VAGUE_FILES, careless_comments, hollow_tests, vague_names
from tests.architecture.source import ALL_CODE, PACKAGES, parse, python_files, short


def test_comments_postpone_nothing_and_exemptions_give_their_reason() -> None:
    found = {short(file): careless_comments(file.read_text(encoding="utf-8")) for file in python_files(*ALL_CODE)}
    assert {file: lines for file, lines in found.items() if lines} == {}


def test_the_core_gives_no_vague_names() -> None:
    found = {short(file): vague_names(parse(file)) for file in python_files("bot")}
    assert {file: names for file, names in found.items() if names} == {}


def test_files_are_split_by_subject() -> None:
    assert [short(file) for file in python_files(*PACKAGES, "tests", "benchmarks") if file.stem in VAGUE_FILES] == []


def test_no_test_is_hollow() -> None:
    found = {short(file): hollow_tests(parse(file)) for file in python_files("tests")}
    assert {file: lines for file, lines in found.items() if lines} == {}


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        file for file in python_files(*PACKAGES, "bootstrap.py") if not _is_empty(file) and not ast.get_docstring(parse(file))
    ]
    assert [short(file) for file in silent] == []


@pytest.mark.parametrize(
    "comment",
    [
        "TO" + "DO: later",
        "the FIX" + "ME of last year",
        "type: " + "ignore",
        "type: " + "ignore[arg-type]",
        "no" + "qa",
        "no" + "qa: E501",
        "no" + "qa: E501, S101",
    ],
)
def test_a_careless_comment_is_noticed(comment: str) -> None:
    assert len(careless_comments(f"x = 1  # {comment}\n")) == 1


@pytest.mark.parametrize(
    "comment",
    [
        "no" + "qa: S608 table names come from a constant",
        "type: " + "ignore[misc] # the library leaves it untyped",
        "the todo list of a person",
    ],
)
def test_a_careful_comment_passes(comment: str) -> None:
    assert careless_comments(f"x = 1  # {comment}\n") == []


@pytest.mark.parametrize(
    "planted",
    [
        "def update(): ...",
        "class PayloadReader: ...",
        "def f(context): ...",
        "goals = []",
        "self.status = 1",
        "import x as handlers",
    ],
)
def test_a_vague_name_is_noticed(planted: str) -> None:
    assert len(vague_names(ast.parse(planted))) == 1


@pytest.mark.parametrize(
    "innocent", ["words.update({})", "contextual = 1", "from x import status", "manager = 1", "metric = 'NPS'"]
)
def test_a_name_that_is_not_ours_or_is_exact_passes(innocent: str) -> None:
    assert vague_names(ast.parse(innocent)) == []


@pytest.mark.parametrize(
    "planted",
    [
        "assert True",
        "assert (1 == 2, 'oh')",
        "@pytest.mark.skip\ndef test(): ...",
        "@pytest.mark.skip()\ndef test(): ...",
        "@pytest.mark.skipif(WINDOWS)\ndef test(): ...",
        "@pytest.mark.xfail(strict=True)\ndef test(): ...",
        "pytest.skip()",
    ],
)
def test_a_hollow_test_is_noticed(planted: str) -> None:
    assert len(hollow_tests(ast.parse(planted))) == 1


@pytest.mark.parametrize(
    "sound", ["assert found", "pytest.skip(why_not())", "@pytest.mark.skipif(W, reason='no fork')\ndef test(): ..."]
)
def test_a_sound_test_passes(sound: str) -> None:
    assert hollow_tests(ast.parse(sound)) == []


def _is_empty(file: Path) -> bool:
    return not file.read_text(encoding="utf-8").strip()
