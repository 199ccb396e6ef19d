"""What is installed elsewhere is all of Laban: texts, pages, migrations and fonts too, and nothing that is not Laban."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

from adapters import settings
from tests.architecture.source import PACKAGES, ROOT


def test_the_wheel_holds_every_file_of_the_packages_and_nothing_else(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    built = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    assert built.returncode == 0, built.stdout + built.stderr
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    written = {
        file.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts and file.name != ".DS_Store"
    }
    assert packed == written


def test_the_licence_is_the_one_that_is_named() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["license"] == "Apache-2.0"
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License\n                           Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_ci_runs_what_a_person_runs() -> None:
    script = ROOT / ".ci/run"
    assert script.stat().st_mode & 0o111 == 0o111
    assert script.read_text().rstrip().endswith("exec make check")


def test_the_example_of_a_settings_file_names_every_setting_and_works_as_it_is(tmp_path: Path) -> None:
    example = (ROOT / ".env.example").read_text()
    assert tuple(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)) == settings.NAMES
    (tmp_path / settings.ENV_FILE).write_text(example)
    assert settings.load({}, tmp_path).port == 8000
