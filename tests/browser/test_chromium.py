"""The browser tests find the browser people have, and say what to do when there is none."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.browser import chromium as browser


@pytest.fixture
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any browser: nothing on PATH, an empty home folder."""
    for name, value in {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path), browser.ENVIRONMENT_NAME: ""}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PLAYWRIGHT_BROWSERS_PATH", raising=False)
    monkeypatch.setattr(browser, "APPLICATIONS", ())
    return tmp_path


def test_no_browser_is_found_where_there_is_none(empty_machine: Path) -> None:
    assert browser.find_chromium() is None
    assert browser.ENVIRONMENT_NAME in str(browser.why_not())


@pytest.mark.parametrize(
    "place",
    [
        "bin/chromium",
        "bin/google-chrome",
        ".cache/ms-playwright/chromium-1200/chrome-linux/chrome",
        ".cache/ms-playwright/chromium-1200/chrome-linux64/chrome",
        "Library/Caches/ms-playwright/chromium-1200/chrome-mac-arm64/Chromium.app/Contents/MacOS/Chromium",
    ],
)
def test_a_browser_is_found_in(place: str, empty_machine: Path) -> None:
    program = _program(empty_machine / place)
    assert browser.find_chromium() == str(program)


def test_the_newest_download_is_taken(empty_machine: Path) -> None:
    downloads = empty_machine / ".cache/ms-playwright"
    _program(downloads / "chromium-999/chrome-linux/chrome")
    newest = _program(downloads / "chromium-1200/chrome-linux/chrome")
    assert browser.find_chromium() == str(newest)


def test_the_environment_goes_first_and_a_wrong_path_there_is_passed_over(
    empty_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_path = _program(empty_machine / "bin/chromium")
    named = _program(empty_machine / "mine/browser")
    monkeypatch.setenv(browser.ENVIRONMENT_NAME, str(named))
    assert browser.find_chromium() == str(named)
    named.unlink()
    assert browser.find_chromium() == str(on_path)


@pytest.mark.browser
async def test_the_browser_opens_a_page_and_reaches_nothing_outside(chromium: str) -> None:
    from playwright.async_api import Error, async_playwright

    async with asyncio.timeout(40), async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=chromium, args=list(browser.LAUNCH_ARGS))
        page = await opened.new_page()
        await page.set_content("<title>Laban</title>")
        assert await page.title() == "Laban"
        with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
            await page.goto("http://laban.example/")
        await opened.close()


def _program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path
