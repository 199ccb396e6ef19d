"""Make this checkout ready: `.venv` from the hashed locks, a browser for the tests, new locks. Needs nothing but Python.

The Makefile calls it before everything else, so a run with nothing to do must cost next to nothing: a stamp in `.venv` decides.
It must start on a Python too old for Laban, to say so, and must name no package index: which one is used the machine decides.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "laban-setup.json"
OLDEST = (3, 11)
LOCKS = {"runtime": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
PEERS = VENV / "peers"
PEERS_LOCK = ROOT / "requirements-peers.lock"
GROUPS = {"runtime": ("build",), "dev": ("build", "dev")}
PIP_OPTIONS = ("--quiet", "--disable-pip-version-check", "--no-input")


class SetupError(Exception):
    """Something the person has to change; the text says what."""


def main(arguments: list[str]) -> int:
    """Run one of: runtime, dev, browser, lock. With `--this-python` an environment made by another Python is replaced."""
    task = arguments[0] if arguments else ""
    try:
        if task in LOCKS:
            prepare(task, only_this_python="--this-python" in arguments)
            if task == "dev":
                prepare_peers()
        elif task == "browser":
            prepare_browser()
        elif task == "lock":
            write_locks(upgrade="--upgrade" in arguments)
        else:
            raise SetupError("usage: bootstrap.py runtime|dev [--this-python] | browser | lock [--upgrade]")
    except SetupError as error:
        print(f"\n{error}\n", file=sys.stderr)
        return 1
    return 0


def prepare(level: str, *, only_this_python: bool) -> None:
    """Bring `.venv` to `level` ("dev" includes "runtime"), unless its stamp says that it is there already."""
    if _is_ready(level, only_this_python=only_this_python):
        return
    with _alone():
        if _is_ready(level, only_this_python=only_this_python):
            return
        stamp = _read_stamp()
        if not stamp or not PYTHON.exists() or (only_this_python and stamp["python"] != _this_python()):
            # No stamp: an earlier run was interrupted. Nobody knows what is in there, so it is not repaired but made anew.
            _create_environment()
            stamp = {"python": _this_python()}
        # Until everything is in place there is no stamp.
        STAMP.unlink(missing_ok=True)
        print(f"Installing the {level} packages into .venv ...", flush=True)
        _install(level)
        _remove_leftovers()
        reached = dict.fromkeys(LOCKS if level == "dev" else [level], "")
        stamp = {"python": stamp["python"], **{name: _fingerprint(name) for name in reached}}
        STAMP.write_text(json.dumps(stamp) + "\n")


@contextmanager
def _alone() -> Iterator[None]:
    """`make demo` and `make test` started at the same moment: the second one waits."""
    with Path(__file__).open() as turnstile:
        fcntl.flock(turnstile, fcntl.LOCK_EX)
        yield


def prepare_peers() -> None:
    """Put into `.venv/peers` what tests talk to but cannot live beside a newer release. Failing is not fatal: those tests skip."""
    lock = PEERS_LOCK.read_text()
    stamp = PEERS / "requirements-peers.lock"  # the lock it was made from
    if stamp.exists() and stamp.read_text() == lock:
        return
    with _alone():
        shutil.rmtree(PEERS, ignore_errors=True)
        # What they need themselves is in `.venv` already.
        wanted = ["--no-deps", "--target", str(PEERS), "--require-hashes", "--requirement", str(PEERS_LOCK)]
        try:
            _install_packages(wanted)
        except SetupError as error:
            print(f"Some tests will be skipped. {error}", flush=True)
            return
        PEERS.mkdir(exist_ok=True)  # an empty lock makes none
        stamp.write_text(lock)


def _is_ready(level: str, *, only_this_python: bool) -> bool:
    stamp = _read_stamp()
    if only_this_python and stamp.get("python") != _this_python():
        return False
    return stamp.get(level) == _fingerprint(level) and PYTHON.exists()


def _read_stamp() -> dict[str, str]:
    try:
        stamp: dict[str, str] = json.loads(STAMP.read_text())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}
    return stamp


def _fingerprint(level: str) -> str:
    """What `.venv` depends on: the lock, the project's description, and where it all is (the scripts in `.venv` name it)."""
    tables = re.split(r"^(?=\[)", (ROOT / "pyproject.toml").read_text(), flags=re.MULTILINE)
    # A changed setting of ruff or pytest is no reason to install anything.
    described = [table for table in tables if not table.lstrip("[").startswith("tool.") or table.startswith("[tool.hatch")]
    parts = (str(ROOT), LOCKS[level].read_text(), *described)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _this_python() -> str:
    return "{}.{}".format(*sys.version_info)


def _create_environment() -> None:
    if sys.version_info < OLDEST:
        raise SetupError(_too_old())
    print(f"Creating .venv with Python {_this_python()} ...", flush=True)
    if VENV.is_symlink() or VENV.is_file():
        VENV.unlink()
    shutil.rmtree(VENV, ignore_errors=True)
    # Debian ships `venv` but puts the pip that belongs into it (ensurepip) into another package. Without it _pip looks elsewhere.
    pip = [] if find_spec("ensurepip") and not shutil.which("uv") else ["--without-pip"]
    _run([sys.executable, "-m", "venv", *pip, str(VENV)])


def _too_old() -> str:
    wanted = ".".join(map(str, OLDEST))
    newer = next((name for name in (f"python3.{minor}" for minor in range(20, OLDEST[1] - 1, -1)) if shutil.which(name)), None)
    found = f"This machine has one: make PY={newer}" if newer else "Install one and name it, for example: make PY=python3.12"
    return f"Laban needs Python {wanted} or newer; {sys.executable} is {_this_python()}.\n{found} (before the target's name)."


def _install(level: str) -> None:
    lock = ["--require-hashes", "--requirement", str(LOCKS[level])]
    # The project's own build tools are in the lock, so this part needs no network and runs nothing that is not locked.
    project = ["--no-build-isolation", "--no-deps", "--editable", str(ROOT)]
    _install_packages(lock, project)


def _install_packages(*commands: list[str]) -> None:
    """Run `pip install` with each of these, by uv where there is one."""
    uv = shutil.which("uv")
    if uv:
        try:
            for what in commands:
                _run([uv, "pip", "install", "--quiet", "--python", str(PYTHON), *what])
        except SetupError:
            # uv does not read pip's settings: on a machine whose index is set up for pip only, pip may still succeed.
            print("uv could not do it, trying pip ...", flush=True)
        else:
            return
    pip = _pip()
    for what in commands:
        _run([*pip, "install", *PIP_OPTIONS, *what])


def _pip() -> list[str]:
    """A pip that installs into `.venv`: its own, or one from outside (22.3 and newer can work on another environment)."""
    own = [str(PYTHON), "-m", "pip"]
    if _works([*own, "--version"]) or (_works([str(PYTHON), "-m", "ensurepip"]) and _works([*own, "--version"])):
        return own
    for outer in ([sys.executable, "-m", "pip"], ["pip3"], ["pip"]):
        borrowed = [*outer, "--python", str(PYTHON)]
        if shutil.which(outer[0]) and _works([*borrowed, "--version"]):
            return borrowed
    version = "{}.{}".format(*sys.version_info)
    raise SetupError(
        f"Python {version} is here, but neither pip nor uv. Any one of these is enough, then run the same command again:\n"
        f"    apt install python3-venv      (Debian, Ubuntu; or python{version}-venv)\n"
        f"    apt install python3-pip\n"
        f"    uv, wherever it comes from, on PATH"
    )


def _remove_leftovers() -> None:
    """Uninstall what no lock names any more, so that a forgotten dependency is noticed here and not on somebody's new machine."""
    script = "from importlib.metadata import distributions\nfor one in distributions(): print(one.metadata['Name'])"
    listed = subprocess.run([str(PYTHON), "-c", script], check=True, capture_output=True, text=True, env=_environment()).stdout
    locked = {_canonical(name) for name in re.findall(r"^([\w.-]+)==", LOCKS["dev"].read_text(), re.MULTILINE)}
    leftovers = [name for name in listed.split() if _canonical(name) not in locked | {"laban", "pip", "setuptools", "wheel"}]
    if not leftovers:
        return
    uv = shutil.which("uv")
    if uv:
        _run([uv, "pip", "uninstall", "--quiet", "--python", str(PYTHON), *leftovers])
    else:
        _run([*_pip(), "uninstall", "--quiet", "--disable-pip-version-check", "--yes", *leftovers])


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def prepare_browser() -> None:
    """Find or install what the browser tests need. Failing is not fatal here: those tests skip, or fail where CI is set."""
    from tests.browser.chromium import driver_problem, find_chromium

    reasons = []
    if driver_problem():
        reasons.append(_from_debian("libatomic1"))  # what Playwright's Node needs and a minimal Debian does not have
    if not find_chromium():
        reasons.append(_from_debian("chromium"))
    if not find_chromium():
        reasons.append(_chromium_from_playwright())
    found = find_chromium()
    problem = driver_problem()
    if found and not problem:
        if reasons:
            print(f"The browser tests use {found}", flush=True)
        return
    print("\nThe browser tests cannot run here:", *filter(None, [*reasons, problem]), sep="\n  - ")
    print("Install Chromium or Chrome yourself, or name one in LABAN_TEST_CHROMIUM.\n", flush=True)


def _from_debian(package: str) -> str:
    """Install a package of the system; return why that was not possible, or nothing."""
    if not shutil.which("apt-get"):
        return f"no apt-get here to install {package} with"
    if os.geteuid() != 0:
        return f"{package} was not installed because you are not root (sudo apt-get install {package})"
    print(f"Installing {package} with apt-get for the browser tests ...", flush=True)
    install = ["install", "--yes", "--no-install-recommends", package]
    said = ""
    for step in (install, ["update"], install):  # a fresh image has no package lists yet
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        done = subprocess.run(["apt-get", "-qq", *step], check=False, capture_output=True, text=True, env=environment)
        if step is install and done.returncode == 0:
            return ""
        said = done.stderr
    return f"apt-get install {package} failed: {_last_lines(said)}"


def _chromium_from_playwright() -> str:
    print("Downloading Chromium with Playwright for the browser tests ...", flush=True)
    command = [str(PYTHON), "-m", "playwright", "install", "chromium"]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=600, env=_environment())
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"playwright install chromium failed: {error}"
    return "" if done.returncode == 0 else f"playwright install chromium failed: {_last_lines(done.stderr or done.stdout)}"


def _last_lines(text: str) -> str:
    return " | ".join(line.strip() for line in text.strip().splitlines()[-3:])


def write_locks(*, upgrade: bool) -> None:
    """Resolve pyproject.toml into all locks; versions already locked stay unless `upgrade`."""
    uv = shutil.which("uv")
    if not uv:
        raise SetupError("Locks are made with uv; install it first (for example: pipx install uv).")
    # What is locked must be what everybody else gets: sources that only this machine knows are left out.
    environment = {
        name: value for name, value in _environment().items() if name not in ("UV_EXTRA_INDEX_URL", "UV_INDEX", "UV_FIND_LINKS")
    }
    # Developers' tools want more, so theirs is resolved first: what people run is then what it was tested with, and always fits.
    for level, lock in reversed(LOCKS.items()):
        groups = [part for group in GROUPS[level] for part in ("--group", group)]
        same = ["--constraint", LOCKS["dev"].name] if level == "runtime" else []
        command = [uv, "pip", "compile", "--no-config", "pyproject.toml", *groups, *same, *(["--upgrade"] if upgrade else [])]
        command += ["--universal", "--generate-hashes", "--no-emit-index-url", "--custom-compile-command", "make lock"]
        _run([*command, "--quiet", "--output-file", lock.name], environment)
    peers = [uv, "pip", "compile", "--no-config", "--group", "peers", "--no-deps", "--universal", "--generate-hashes"]
    peers += ["--no-emit-index-url", "--custom-compile-command", "make lock", "--quiet", "--output-file", PEERS_LOCK.name]
    _run(peers, environment)


def _run(command: list[str], environment: dict[str, str] | None = None) -> None:
    try:
        done = subprocess.run(command, check=False, cwd=ROOT, env=environment or _environment())
    except OSError as error:
        raise SetupError(f"{command[0]} does not start: {error}") from error
    if done.returncode != 0:
        words = " ".join(command)
        raise SetupError(f"This failed (its own words are above):\n    {words}\nOnce the cause is gone, run make again.")


def _works(command: list[str]) -> bool:
    try:
        return subprocess.run(command, check=False, capture_output=True, cwd=ROOT, env=_environment()).returncode == 0
    except OSError:
        return False


def _environment() -> dict[str, str]:
    """This process's environment without what would lead Python or pip away from `.venv`."""
    misleading = (
        "PYTHONPATH",
        "PYTHONHOME",
        "VIRTUAL_ENV",
        "__PYVENV_LAUNCHER__",
        "PIP_TARGET",
        "PIP_PREFIX",
        "PIP_REQUIRE_HASHES",
    )
    return {**{name: value for name, value in os.environ.items() if name not in misleading}, "PIP_USER": "0"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
