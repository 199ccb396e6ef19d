"""Some hundreds of sentences as people in many trades might write them, made up for these tests, and what each is worth.

A line is `good | sentence` or `bad | sentence`; a measured key result goes on with `| baseline | target | direction`, "-" for what it does not
say, "by" behind the direction of a change. What the coach is measured with lies elsewhere: see docs/coach.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot.coach import SentenceKind, judge
from bot.coach.judging import Parsed

FOLDER = Path(__file__).with_name("judged")
FILES = sorted(FOLDER.glob("*.txt"))
CLOSE = Decimal("0.01")


def rows(file: Path) -> Iterator[list[str]]:
    for line in file.read_text(encoding="utf-8").splitlines():
        yield line.split(" | ")


def kind_of(file: Path) -> tuple[str, SentenceKind]:
    lang, _, kind = file.stem.partition("_")
    return lang, SentenceKind(kind.removesuffix("s"))


def is_understood(parsed: Parsed | None, baseline: str, target: str, way: str) -> bool:
    if parsed is None:
        return False
    direction, _, by = way.partition(" ")
    numbers = [(parsed.baseline, baseline), (parsed.target, target)]
    same = all(
        value is None if written == "-" else value is not None and abs(value - Decimal(written)) <= CLOSE
        for value, written in numbers
    )
    return same and (parsed.direction, parsed.relative) == (direction, by == "by")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_sentence_gets_its_verdict(file: Path) -> None:
    lang, kind = kind_of(file)
    wrong = [text for verdict, text, *_ in rows(file) if judge(text, kind, lang).verdict != verdict]
    assert wrong == []


@pytest.mark.parametrize("file", [file for file in FILES if "key_results" in file.stem], ids=lambda file: file.stem)
def test_each_measure_is_understood(file: Path) -> None:
    lang, kind = kind_of(file)
    measured = [(text, said) for _, text, *said in rows(file) if said]
    assert len(measured) > 50
    assert [text for text, said in measured if not is_understood(judge(text, kind, lang).parsed, *said)] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_suggestion_would_be_sent_back(file: Path) -> None:
    """An example with its blanks filled is a good sentence; that of an objective needs words in them."""
    lang, kind = kind_of(file)
    fillings = {"en": "guests come back", "vi": "khách quay lại", "zh": "顾客愿意回来"}
    refused = []
    for _, text, *_ in rows(file):
        for finding in judge(text, kind, lang).findings:
            example = finding.example
            if kind is SentenceKind.OBJECTIVE:
                example = example.replace("__", fillings[lang])
            elif example.count("__") == 3:
                example = example.replace("__", {"en": "the rating", "vi": "điểm khách chấm", "zh": "顾客评分"}[lang], 1)
            example = example.replace("__", "4", 1).replace("__", "9")
            if example and judge(example, kind, lang).verdict != "good" and finding.severity == "mend":
                refused.append((text, finding.example))
    assert refused == []
