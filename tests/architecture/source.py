"""The project's own files, found by where they lie, so that a folder made tomorrow is read like the others."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bot", "adapters", "storage")
ALL_CODE = (*PACKAGES, "tests", "benchmarks", "bootstrap.py")


def python_files(*places: str) -> list[Path]:
    """Every Python file in these folders (or these files) of the project, in a fixed order."""
    return sorted(file for place in places for file in _below(ROOT / place))


def parse(file: Path) -> ast.Module:
    """The file's syntax tree."""
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


def short(file: Path) -> str:
    """How a file is named in a failure: from the project's root."""
    return file.relative_to(ROOT).as_posix()


def _below(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
    else:
        yield from place.rglob("*.py")
