"""Programs of npm that some tests use as another pair of eyes: installed from a lock of ours into `var/npm`, once for each lock."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.architecture.source import ROOT

LOCKS = Path(__file__).parent / "npm"
INSTALLED = ROOT / "var/npm"
PATIENCE = 45.0
"""Seconds an installation may take: less than a test has."""


class NpmUnavailableError(RuntimeError):
    """These packages cannot be had here; the text says why and what helps."""


def installed(name: str, *, with_optional: bool = False, patience: float = PATIENCE) -> Path:
    """The folder in which `tests/platforms/npm/<name>` is installed, its own files included. Raises NpmUnavailableError."""
    source = LOCKS / name
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise NpmUnavailableError(
            f"{name} needs Node and npm, and they are not on PATH; with Node 20 or newer this test runs as well"
        )
    digest = hashlib.sha256((source / "package-lock.json").read_bytes()).hexdigest()[:12]
    folder = INSTALLED / f"{name}-{digest}{'-whole' if with_optional else ''}"
    INSTALLED.mkdir(parents=True, exist_ok=True)
    with _alone(INSTALLED / f"{name}.lock"):
        if not folder.is_dir():
            _install(source, folder, () if with_optional else ("--omit=optional",), patience)
    for file in source.iterdir():
        _put(file, folder / file.name)
    return folder


def _install(source: Path, folder: Path, how: tuple[str, ...], patience: float) -> None:
    """Beside its place first, so that an installation that was broken off is never taken for a whole one."""
    with tempfile.TemporaryDirectory(dir=INSTALLED) as half:
        for file in source.iterdir():
            shutil.copy(file, half)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--loglevel=error", *how]
        try:
            subprocess.run(command, cwd=half, check=True, capture_output=True, text=True, timeout=patience)
        except subprocess.CalledProcessError as error:
            raise NpmUnavailableError(f"npm could not install {source.name}: {error.stderr.strip()[-300:]}") from None
        except subprocess.TimeoutExpired:
            raise NpmUnavailableError(f"npm did not install {source.name} within {patience:.0f} seconds") from None
        whole = Path(half) / "whole"
        whole.mkdir()
        shutil.move(Path(half) / "node_modules", whole)
        whole.rename(folder)


def _put(file: Path, place: Path) -> None:
    """Copy what has changed; another process may read it at this moment."""
    if not place.exists() or place.read_bytes() != file.read_bytes():
        beside = place.with_name(f"{place.name}.{os.getpid()}")
        shutil.copy(file, beside)
        beside.replace(place)


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """One test process installs, the others wait."""
    with file.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
