"""Who may import whom: the contracts of pyproject.toml hold, and each of them would notice a breach."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

from tests.architecture.source import PACKAGES, ROOT, python_files, short

BREACHES = {
    "the core imports storage": ("bot/okr/planted.py", "import storage"),
    "the core imports an adapter": ("bot/planted.py", "from adapters import cli"),
    "the core imports a web framework": ("bot/chat/planted.py", "from aiohttp import web"),
    "the core imports a database driver": ("bot/planted.py", "import sqlite3"),
    "the core imports an object mapper": ("bot/planted.py", "def later():\n    from tortoise import fields\n    return fields"),
    "the core imports a platform's library": ("bot/planted.py", "import telegram"),
    "messages know conversations": ("bot/chat/planted.py", "from bot.dialogs import session"),
    "messages know objectives": ("bot/chat/planted.py", "from bot.okr import measure"),
    "conversations know what they cause": ("bot/dialogs/planted.py", "import bot.actions"),
    "what decides knows the ports": ("bot/dialogs/planted.py", "from bot.ports import Clock"),
    "an adapter opens the storage": ("adapters/relay_planted.py", "import storage"),
    "a platform steers conversations": ("adapters/webchat/planted.py", "from bot.dialogs import session"),
    "storage knows an adapter": ("storage/planted.py", "import adapters"),
    "the anonymous path writes a log": ("bot/anon/planted.py", "import logging"),
    "the anonymous path reaches the outbox": ("bot/anon/planted.py", "from bot.ports import Outbox"),
    "the anonymous files know the named tables": ("storage/anon/planted.py", "from storage import models"),
    "the anonymous files write a log": ("storage/anon/planted.py", "from logging import getLogger"),
    "the pages for unsigned notes write a log": ("adapters/notes/planted.py", "import logging"),
    "the pages for unsigned notes wake the relay": ("adapters/notes/planted.py", "from adapters import relay"),
    "storage decides": ("storage/planted.py", "from bot.scripts import planted"),
}


FENCE = pytest.mark.promise(
    "the fence · the path of an unsigned note imports no log, no queue and no named table; an import that breaks it is noticed."
)


@FENCE
def test_nobody_imports_what_they_must_not() -> None:
    result = _lint(ROOT)
    assert result.returncode == 0, result.stdout


def test_no_folder_hides_from_the_contracts() -> None:
    # Without this file a folder can still be imported, but the contracts do not look into it.
    folders = {file.parent for file in python_files(*PACKAGES)}
    assert [short(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def _marked(breach: str) -> object:
    return pytest.param(breach, marks=FENCE) if "anonymous" in breach or "unsigned" in breach else breach


@pytest.mark.parametrize("breach", [_marked(breach) for breach in BREACHES])
def test_a_forbidden_import_is_noticed_when(breach: str, tmp_path: Path) -> None:
    file, line = BREACHES[breach]
    _copy_packages(tmp_path)
    for package in ("bot/actions", "bot/dialogs", "bot/scripts", "bot/okr", "bot/chat", "adapters/webchat"):
        _write(tmp_path / package / "__init__.py", "")
    _write(tmp_path / "bot/scripts/planted.py", "")
    _write(tmp_path / file, line)
    result = _lint(tmp_path)
    assert result.returncode == 1, result.stdout
    assert "BROKEN" in result.stdout
    assert "planted" in result.stdout


def test_the_assembly_may_join_adapters_and_storage(tmp_path: Path) -> None:
    _copy_packages(tmp_path)
    with (tmp_path / "adapters/assembly.py").open("a") as assembly:
        assembly.write("\nimport storage\n")
    _write(tmp_path / "adapters/cli_planted.py", "from adapters import assembly")
    assert _lint(tmp_path).returncode == 0


def test_platforms_do_not_know_each_other() -> None:
    assert _ties_between_platforms("adapters", ROOT) == set()


def test_a_tie_between_platforms_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path / "planted_adapters/__init__.py", "")
    _write(tmp_path / "planted_adapters/relay.py", "from planted_adapters.slack import encode")
    _write(tmp_path / "planted_adapters/slack/__init__.py", "")
    _write(tmp_path / "planted_adapters/slack/encode.py", "")
    _write(tmp_path / "planted_adapters/telegram/__init__.py", "")
    _write(tmp_path / "planted_adapters/telegram/encode.py", "from planted_adapters import relay")
    monkeypatch.syspath_prepend(tmp_path)
    assert _ties_between_platforms("planted_adapters", tmp_path) == {("planted_adapters.telegram", "planted_adapters.slack")}


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    command = [str(program), "--config", str(ROOT / "pyproject.toml"), "--no-cache"]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder, timeout=50)


def _copy_packages(folder: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__", "*.po", "static", "*.sql"))


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    if text or not file.exists():
        file.write_text(text + "\n")


def _ties_between_platforms(package: str, folder: Path) -> set[tuple[str, str]]:
    """(importer, imported) for platform folders one of which reaches the other, directly or through somebody else.

    What has limits or encodes is a platform; the stories of the preview, which show all platforms, are none.
    """
    graph = grimp.build_graph(package, cache_dir=None)
    platforms = {
        child
        for child in graph.find_children(package)
        if any((folder / child.replace(".", "/") / name).is_file() for name in ("limits.py", "encode.py"))
    }
    if len(platforms) < 2:
        return set()
    ties = graph.find_illegal_dependencies_for_layers(layers=(platforms,))
    return {(tie.importer, tie.imported) for tie in ties}
