"""An office over files in a folder of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.anon_office import Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path / "anon")
