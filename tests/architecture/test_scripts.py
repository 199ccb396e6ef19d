"""Every conversation can be had: what lies in bot/scripts is in the registry or part of something that is."""

from __future__ import annotations

from pathlib import Path

import grimp
import pytest

REGISTRY = "bot.scripts"


def unreachable(registry: str) -> set[str]:
    """The modules beside a registry that it does not use, not even through others."""
    graph = grimp.build_graph(registry.partition(".")[0], cache_dir=None)
    return graph.find_descendants(registry) - graph.find_upstream_modules(registry)


def test_every_script_is_registered_or_part_of_one_that_is() -> None:
    assert unreachable(REGISTRY) == set()


def test_a_script_nobody_can_start_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripts = tmp_path / "planted_bot/scripts"
    scripts.mkdir(parents=True)
    (tmp_path / "planted_bot/__init__.py").touch()
    (scripts / "__init__.py").write_text("from planted_bot.scripts import greet\n")
    (scripts / "greet.py").write_text("from planted_bot.scripts.parts import ask\n")
    (scripts / "parts").mkdir()
    (scripts / "parts/__init__.py").touch()
    (scripts / "parts/ask.py").touch()
    (scripts / "forgotten.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    assert unreachable("planted_bot.scripts") == {"planted_bot.scripts.forgotten", "planted_bot.scripts.parts"}
