"""How often the coach is right: `python -m benchmarks.coach_accuracy FILE` prints a table per language and per kind of source.

The file holds a JSON object a line: `lang`, `kind` (objective or key_result), `text`, `label` (good, bad, or unlabelled where only somebody's
own opinion is known: `issues_me`), `parsed` ({metric, baseline, target, unit, direction} or null) and `source_type`. `--misses` lists what
the coach gets wrong. Sentences belong to whoever wrote them: none are kept in the project, so the file is given by path.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.coach import as_json
from bot.coach import SentenceKind, judge

MILD = frozenset({"health_metric", "multiple_metrics", "no_baseline"})
"""Opinions that are a hint at most: the sentence may stay as it is."""
COLUMNS = ("key results", "objectives", "opinions", "baseline", "target", "direction", "language")
CLOSE = 1e-3
"""Two thirds may be written 0.6667."""

Row = Mapping[str, Any]


@dataclass
class Tally:
    """Right answers and all answers, per column."""

    right: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    of: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def count(self, column: str, is_right: bool) -> None:
        self.of[column] += 1
        self.right[column] += is_right

    def cell(self, column: str) -> str:
        if not self.of[column]:
            return "–"
        return f"{100 * self.right[column] / self.of[column]:.1f} ({self.right[column]}/{self.of[column]})"


def main() -> None:
    """Judge every sentence of the file and print how often that was right."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.coach_accuracy")
    parser.add_argument("file", type=Path, help="labelled sentences, a JSON object a line")
    parser.add_argument("--misses", action="store_true", help="list what was wrong")
    asked = parser.parse_args()
    tallies: dict[str, Tally] = defaultdict(Tally)
    with asked.file.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                row = json.loads(line)
                kept = [tallies[name] for name in ("all", row["lang"], f"  {row['lang']} {row.get('source_type', '')}")]
                for column, is_right, wanted, got in checked(row):
                    for tally in kept:
                        tally.count(column, is_right)
                    if asked.misses and not is_right:
                        print(f"{row.get('id', '')}  {column}: wanted {wanted}, got {got}  |  {row['text']}")
    print_table(tallies)


def checked(row: Row) -> Iterable[tuple[str, bool, object, object]]:
    """For each column that applies: whether the coach is right, what was wanted and what it said."""
    kind = SentenceKind(row["kind"])
    said = as_json(judge(row["text"], kind, row["lang"]), row["text"], kind)
    faults = "+".join(one["code"] for one in said["findings"] if one["severity"] != "good")
    is_opinion = row["label"] not in ("good", "bad")
    wanted = ("bad" if set(row.get("issues_me", ())) - MILD else "good") if is_opinion else row["label"]
    column = "opinions" if is_opinion else ("key results" if kind is SentenceKind.KEY_RESULT else "objectives")
    yield column, said["verdict"] == wanted, wanted, faults or "nothing"
    guessed = judge(row["text"], kind).lang
    yield "language", guessed == row["lang"], row["lang"], guessed
    wants, parsed = row.get("parsed"), said["parsed"] or {}
    if not wants or kind is not SentenceKind.KEY_RESULT:
        return
    for part in ("baseline", "target"):
        yield part, is_same(wants.get(part), parsed.get(part)), wants.get(part), parsed.get(part)
    yield "direction", wants["direction"] == parsed.get("direction"), wants["direction"], parsed.get("direction")


def is_same(one: float | None, other: float | None) -> bool:
    """Whether two numbers are equal, but for rounding."""
    if one is None or other is None:
        return one is other
    return abs(one - other) <= CLOSE * max(1, abs(one))


def print_table(tallies: Mapping[str, Tally]) -> None:
    """Per cent right, with the counts, languages one by one and their kinds of source below them."""
    print(f"\n{'':<22}" + "".join(f"{column:<17}" for column in COLUMNS))
    for name in sorted(tallies, key=lambda name: (name != "all", name.strip().split(" ")[0], name)):
        print(f"{name:<22}" + "".join(f"{tallies[name].cell(column):<17}" for column in COLUMNS))


if __name__ == "__main__":
    main()
