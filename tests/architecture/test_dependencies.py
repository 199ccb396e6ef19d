"""What the packages import is what pyproject.toml asks for: nothing borrowed from somebody else's needs, nothing for no reason."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Mapping
from importlib.metadata import packages_distributions

from tests.architecture.source import PACKAGES, ROOT, parse, python_files

# Asked for, but imported by somebody else on our behalf.
USED_WITHOUT_IMPORT = {
    "aiosqlite": "tortoise reaches SQLite through it",
    "asyncpg": "tortoise reaches PostgreSQL through it",
    "tzdata": "zoneinfo reads it on machines without time zones of their own",
}


def imported(trees: list[ast.Module]) -> set[str]:
    """Top-level names of everything imported, wherever in the file."""
    names = set()
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Import):
            names |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def asked_for() -> set[str]:
    """What pyproject.toml wants at run time, by the canonical names of packages."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {_canonical(re.split(r"[\s<>=!~;\[]", requirement)[0]) for requirement in project["dependencies"]}


def test_everything_imported_is_asked_for() -> None:
    known = packages_distributions()
    foreign = imported([parse(file) for file in python_files(*PACKAGES)]) - sys.stdlib_module_names - set(PACKAGES)
    assert {name: known.get(name) for name in foreign if not _packages(name, known) & asked_for()} == {}


def test_everything_asked_for_is_imported() -> None:
    known = packages_distributions()
    used = {package for name in imported([parse(file) for file in python_files(*PACKAGES)]) for package in _packages(name, known)}
    assert asked_for() - used - set(USED_WITHOUT_IMPORT) == set()


def test_an_import_is_seen_wherever_it_is() -> None:
    source = "import a.b\nfrom c.d import e\ndef late():\n    import f as g\n    from . import h\n"
    assert imported([ast.parse(source)]) == {"a", "c", "f"}


def _packages(module: str, known: Mapping[str, list[str]]) -> set[str]:
    return {_canonical(name) for name in known.get(module, [])}


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
