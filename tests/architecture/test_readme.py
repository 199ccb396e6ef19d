"""What people read first is complete: every setting, every command, every document, and no address that leads nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from adapters.commands import app
from adapters.settings import NAMES
from tests.architecture.source import ROOT, short

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")))
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


def test_the_readme_names_every_setting() -> None:
    assert [name for name in NAMES if f"`{name}`" not in README] == []


def test_the_readme_names_every_command() -> None:
    listed = README.partition("## Every command")[2].partition("\n## ")[0]
    assert [command for command in _commands(typer.main.get_command(app)) if f"`{command}" not in listed] == []


def test_the_index_names_every_document() -> None:
    index = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    assert [
        page.name for page in (ROOT / "docs").glob("*.md") if page.name != "README.md" and f"]({page.name})" not in index
    ] == []


@pytest.mark.parametrize("page", PAGES, ids=short)
def test_what_a_page_points_at_is_there(page: Path) -> None:
    assert [link for link in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()] == []


def test_every_decision_has_a_number_of_its_own() -> None:
    numbers = [page.name[:4] for page in (ROOT / "docs/decisions").glob("*.md")]
    assert len(numbers) == len(set(numbers))


def _commands(command: Any, *above: str) -> Iterator[str]:
    for name, below in getattr(command, "commands", {}).items():
        yield from _commands(below, *above, name) if hasattr(below, "commands") else (" ".join((*above, name)),)
