"""Which browser the browser tests drive, and how it is started."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

ENVIRONMENT_NAME = "LABAN_TEST_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APPLICATIONS = ("Chromium.app/Contents/MacOS/Chromium", "Google Chrome.app/Contents/MacOS/Google Chrome")

LAUNCH_ARGS = (
    "--no-sandbox",  # the sandbox needs rights that a container and root do not have; only our own pages are opened
    "--disable-dev-shm-usage",  # containers give /dev/shm 64 MB, a page needs more
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",  # no page reaches anything but this machine
)


def find_chromium() -> str | None:
    """Path of an installed Chromium or Chrome, or None. `LABAN_TEST_CHROMIUM` goes before everything else."""
    return next((str(path) for path in _candidates() if path.is_file() and os.access(path, os.X_OK)), None)


def why_not() -> str | None:
    """Why the browser tests cannot run here and what to do about it, or None when they can."""
    if find_chromium() is None:
        return (
            f"no Chromium here: {ENVIRONMENT_NAME} is not the path of one, none of {', '.join(NAMES)} is on PATH, none is "
            "installed as an application, Playwright downloaded none. `make test` tries to get one and prints what went wrong."
        )
    return driver_problem()


def driver_problem() -> str | None:
    """Why Playwright's own driver does not start, or None. A minimal Debian lacks a library that its Node needs."""
    package = find_spec("playwright")
    if package is None or not package.submodule_search_locations:
        return "Playwright is not installed; `make test` brings it"
    node = Path(package.submodule_search_locations[0]) / "driver/node"
    try:
        started = subprocess.run([str(node), "--version"], check=False, capture_output=True, text=True)
    except OSError as error:
        return f"Playwright's driver does not start: {error}"
    if started.returncode != 0:
        return f"Playwright's driver does not start: {started.stderr.strip()}"
    return None


def _candidates() -> Iterator[Path]:
    given = os.environ.get(ENVIRONMENT_NAME)
    if given:
        yield Path(given)
    for name in NAMES:
        on_path = shutil.which(name)
        if on_path:
            yield Path(on_path)
    for folder in (Path("/Applications"), Path.home() / "Applications"):
        yield from (folder / application for application in APPLICATIONS)
    yield from _downloaded_by_playwright()


def _downloaded_by_playwright() -> Iterator[Path]:
    given = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    caches = [Path(given)] if given else [Path.home() / ".cache/ms-playwright", Path.home() / "Library/Caches/ms-playwright"]
    programs = ("chrome-linux*/chrome", "chrome-mac*/*.app/Contents/MacOS/*")
    for cache in caches:
        for browser in sorted(cache.glob("chromium-*"), key=lambda folder: folder.name.rpartition("-")[2].zfill(8), reverse=True):
            for program in programs:
                yield from browser.glob(program)
