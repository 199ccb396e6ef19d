"""`make setup` where anything can be missing or interrupted. Nothing is downloaded: the installers here are stand-ins."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

FAKE_UV = """#!/bin/sh
echo "$@" >> "$(dirname "$0")/uv-was-asked"
exit ${UV_EXIT:-0}
"""

NO_BROWSER = """
def find_chromium():
    return None

def driver_problem():
    return "the driver is broken"
"""

AGED = """
import runpy, sys
sys.version_info = (3, 9, 2, "final", 0)
sys.argv = ["bootstrap.py", *sys.argv[1:]]
runpy.run_path("bootstrap.py", run_name="__main__")
"""


@dataclass(frozen=True, slots=True)
class Machine:
    """A checkout with empty locks, and a PATH on which only what a test puts there can be found."""

    checkout: Path
    programs: Path

    def run(self, *arguments: str, python: tuple[str, ...] = ("bootstrap.py",), **extra: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(self.programs), "HOME": str(self.checkout), "PIP_NO_INDEX": "1", **extra}
        command = [sys.executable, *python, *arguments]
        return subprocess.run(
            command, check=False, capture_output=True, text=True, cwd=self.checkout, env=environment, timeout=50
        )

    def has_uv(self) -> None:
        program = self.programs / "uv"
        program.write_text(FAKE_UV)
        program.chmod(0o755)
        for tool in ("sh", "dirname"):
            (self.programs / tool).symlink_to(shutil.which(tool) or f"/bin/{tool}")

    def asked_of_uv(self) -> list[str]:
        asked = self.programs / "uv-was-asked"
        return asked.read_text().splitlines() if asked.exists() else []

    def stamp(self) -> Path:
        return self.checkout / ".venv/laban-setup.json"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    checkout, programs = tmp_path / "laban", tmp_path / "programs"
    checkout.mkdir()
    programs.mkdir()
    shutil.copy(ROOT / "bootstrap.py", checkout)
    shutil.copytree(ROOT / "tests/browser", checkout / "tests/browser", ignore=shutil.ignore_patterns("__pycache__", "test_*"))
    # Without this file a `tests` that is a whole package elsewhere on the path would go first.
    (checkout / "tests/__init__.py").touch()
    (checkout / "pyproject.toml").write_text('[project]\nname = "laban"\n\n[tool.ruff]\nline-length = 130\n')
    for lock in ("requirements.lock", "requirements-dev.lock", "requirements-peers.lock"):
        (checkout / lock).write_text("# nothing to install\n")
    return Machine(checkout, programs)


def test_the_first_run_installs_the_hashed_lock_and_then_the_project_without_the_network(machine: Machine) -> None:
    machine.has_uv()
    result = machine.run("runtime")
    assert result.returncode == 0, result.stderr
    packages, project = machine.asked_of_uv()
    assert "--require-hashes" in packages
    assert packages.endswith("requirements.lock")
    assert "--no-build-isolation --no-deps --editable" in project
    assert (machine.checkout / ".venv/bin/python").exists()


def test_the_second_run_does_nothing_and_takes_less_than_a_second(machine: Machine) -> None:
    machine.has_uv()
    machine.run("dev")
    asked = machine.asked_of_uv()
    started = time.monotonic()
    again = machine.run("dev")
    assert time.monotonic() - started < 1
    assert (again.returncode, again.stdout, machine.asked_of_uv()) == (0, "", asked)


def test_who_has_the_development_set_has_what_laban_needs_to_run(machine: Machine) -> None:
    machine.has_uv()
    machine.run("dev")
    asked = machine.asked_of_uv()
    machine.run("runtime")
    assert machine.asked_of_uv() == asked


def test_the_development_set_comes_on_top_of_what_runs(machine: Machine) -> None:
    machine.has_uv()
    machine.run("runtime")
    machine.run("dev")
    assert [line.rpartition("/")[2] for line in machine.asked_of_uv() if "--require-hashes" in line] == [
        "requirements.lock",
        "requirements-dev.lock",
        "requirements-peers.lock",
    ]


def test_what_cannot_live_beside_a_newer_release_gets_a_folder_of_its_own(machine: Machine) -> None:
    machine.has_uv()
    machine.run("dev")
    peers = machine.asked_of_uv()[-1]
    assert f"--no-deps --target {machine.checkout}/.venv/peers --require-hashes" in peers
    with (machine.checkout / "requirements-peers.lock").open("a") as changed:
        changed.write("# another lock\n")
    asked = machine.asked_of_uv()
    machine.run("dev")
    assert machine.asked_of_uv() == [*asked, peers]


def test_without_what_has_a_folder_of_its_own_everything_else_is_ready(machine: Machine) -> None:
    machine.has_uv()
    machine.run("runtime")
    (machine.programs / "uv").write_text('#!/bin/sh\ncase "$*" in *peers*) exit 2;; esac\n')
    (machine.checkout / "requirements-peers.lock").write_text("no-such-package==1 --hash=sha256:" + "0" * 64 + "\n")
    first = machine.run("dev")
    assert first.returncode == 0, first.stderr
    assert "Some tests will be skipped." in first.stdout
    assert machine.stamp().exists()
    assert "Some tests will be skipped." in machine.run("dev").stdout, "it is tried again"


@pytest.mark.parametrize(
    ("file", "addition"), [("requirements.lock", "# another lock\n"), ("pyproject.toml", "\n[project.scripts]\nlaban = 'a:b'\n")]
)
def test_a_changed_lock_or_description_installs_again_into_the_same_environment(
    machine: Machine, file: str, addition: str
) -> None:
    machine.has_uv()
    machine.run("runtime")
    kept = machine.checkout / ".venv/kept"
    kept.touch()
    with (machine.checkout / file).open("a") as changed:
        changed.write(addition)
    machine.run("runtime")
    assert len(machine.asked_of_uv()) == 4
    assert kept.exists()


def test_a_changed_setting_of_a_tool_installs_nothing(machine: Machine) -> None:
    machine.has_uv()
    machine.run("runtime")
    with (machine.checkout / "pyproject.toml").open("a") as changed:
        changed.write("line-length = 100\n\n[[tool.mypy.overrides]]\nmodule = ['x']\n")
    machine.run("runtime")
    assert len(machine.asked_of_uv()) == 2


def test_an_interrupted_installation_is_made_anew(machine: Machine) -> None:
    machine.has_uv()
    machine.run("runtime")
    machine.stamp().unlink()
    half = machine.checkout / ".venv/half-unpacked"
    half.touch()
    assert machine.run("runtime").returncode == 0
    assert machine.stamp().exists()
    assert not half.exists()


@pytest.mark.parametrize("broken", ["not a folder", "no python", "a link that leads nowhere"])
def test_a_broken_environment_is_made_anew(machine: Machine, broken: str) -> None:
    machine.has_uv()
    environment = machine.checkout / ".venv"
    if broken == "not a folder":
        environment.write_text("")
    elif broken == "a link that leads nowhere":
        environment.symlink_to(machine.checkout / "gone")
    else:
        machine.run("runtime")
        (environment / "bin/python").unlink()
    result = machine.run("runtime")
    assert result.returncode == 0, result.stderr
    assert (environment / "bin/python").exists()


def test_a_failed_installation_says_what_failed_and_counts_as_not_done(machine: Machine) -> None:
    machine.has_uv()
    (machine.checkout / "requirements.lock").write_text("no-such-package==1 --hash=sha256:" + "0" * 64 + "\n")
    result = machine.run("runtime", UV_EXIT="2")
    assert result.returncode == 1
    assert "trying pip" in result.stdout
    # Where Python comes without pip, that is what is missing first.
    assert "This failed" in result.stderr or "neither pip nor uv" in result.stderr
    assert "Traceback" not in result.stderr
    assert not machine.stamp().exists()


def test_an_environment_copied_from_elsewhere_is_installed_again(machine: Machine, tmp_path: Path) -> None:
    machine.has_uv()
    machine.run("runtime")
    moved = Machine(tmp_path / "moved", machine.programs)
    machine.checkout.rename(moved.checkout)
    moved.run("runtime")
    assert len(machine.asked_of_uv()) == 4


def test_a_python_too_old_says_so_and_names_a_newer_one_that_is_here(machine: Machine) -> None:
    newer = machine.programs / "python3.12"
    newer.write_text("#!/bin/sh\n")
    newer.chmod(0o755)
    result = machine.run("runtime", python=("-c", AGED))
    assert result.returncode == 1
    assert "needs Python 3.11 or newer" in result.stderr
    assert "make PY=python3.12" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_python_too_old_is_good_enough_to_see_that_everything_is_there(machine: Machine) -> None:
    machine.has_uv()
    machine.run("runtime")
    assert machine.run("runtime", python=("-c", AGED)).returncode == 0


def test_an_environment_of_another_python_is_replaced_only_when_this_one_was_named(machine: Machine) -> None:
    machine.has_uv()
    machine.run("runtime")
    stamp = json.loads(machine.stamp().read_text())
    machine.stamp().write_text(json.dumps({**stamp, "python": "3.99"}))
    machine.run("runtime")
    assert len(machine.asked_of_uv()) == 2
    machine.run("runtime", "--this-python")
    assert len(machine.asked_of_uv()) == 4
    assert json.loads(machine.stamp().read_text()) == stamp


def test_two_at_the_same_moment_install_once(machine: Machine) -> None:
    machine.has_uv()
    command = [sys.executable, "bootstrap.py", "runtime"]
    environment = {**os.environ, "PATH": str(machine.programs)}
    both = [subprocess.Popen(command, cwd=machine.checkout, env=environment, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [one.wait(timeout=50) for one in both] == [0, 0]
    assert len(machine.asked_of_uv()) == 2


def test_neither_pip_nor_uv_is_told_in_words_that_help(machine: Machine) -> None:
    # A Debian without python3-venv: the module that brings pip into an environment is missing, and so is pip itself.
    bare = """
import importlib.util, runpy, sys
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name == "ensurepip" else real(name, package)
runner = runpy.run_path("bootstrap.py")
runner["_pip"].__globals__["_works"] = lambda command: False
sys.exit(runner["main"](["runtime"]))
"""
    result = machine.run(python=("-c", bare))
    assert result.returncode == 1
    assert "apt install python3-venv" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_machine_without_a_browser_and_without_the_means_to_get_one_is_told_why(machine: Machine) -> None:
    (machine.checkout / "tests/browser/chromium.py").write_text(NO_BROWSER)
    result = machine.run("browser")
    assert result.returncode == 0, result.stderr
    assert "The browser tests cannot run here:" in result.stdout
    assert "no apt-get here to install chromium with" in result.stdout
    assert "the driver is broken" in result.stdout
    assert "LABAN_TEST_CHROMIUM" in result.stdout


def test_locks_are_made_without_the_sources_only_this_machine_knows(machine: Machine) -> None:
    machine.has_uv()
    uv = machine.programs / "uv"
    uv.write_text('#!/bin/sh\necho "$UV_EXTRA_INDEX_URL|$UV_INDEX|$UV_FIND_LINKS|$@" >> "$(dirname "$0")/uv-was-asked"\n')
    result = machine.run("lock", UV_EXTRA_INDEX_URL="file:///srv", UV_INDEX="file:///srv", UV_FIND_LINKS="/srv")
    assert result.returncode == 0, result.stderr
    asked = machine.asked_of_uv()
    assert [line.rpartition(" ")[2] for line in asked] == [
        "requirements-dev.lock",
        "requirements.lock",
        "requirements-peers.lock",
    ]
    assert all(line.startswith("|||pip compile --no-config") for line in asked)
    assert all("--generate-hashes --no-emit-index-url" in line for line in asked)
    assert "--constraint requirements-dev.lock" in asked[1]
