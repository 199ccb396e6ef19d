"""The trend picture in the web chat, in a real browser: it loads under the strict policy, by day and by night, in Vietnamese and Chinese."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from adapters.pictures.pictures import DrawnPictures
from adapters.webchat.visitors import Visitor, place_of
from bot.actions.show_trend import show_trend
from bot.okr.people import PersonId
from tests.browser.chromium import LAUNCH_ARGS
from tests.browser.test_webchat_page import DARK, DESKTOP, PHONE, Desk, desk_with
from tests.unit.actions.office import desk_of, sent
from tests.unit.actions.test_trends import company
from tests.unit.webchat.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def chrome(chromium: str) -> AsyncIterator[Browser]:
    """One browser for all tests here."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(LAUNCH_ARGS))
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def desk(chrome: Browser) -> AsyncIterator[Desk]:
    """A site that draws from a small company. Fails at the end if a page has complained."""
    storage = company()
    pictures = DrawnPictures(storage.reading, None)

    async def draw(visitor: Visitor, source: str) -> str | None:
        person = await storage.reading.person(PersonId(visitor.id))
        return None if person is None else await pictures.svg(source, person)

    async with desk_with(Site(draw=draw), chrome) as desk:
        yield desk
        assert desk.complaints == []


@pytest.mark.parametrize(
    ("lang", "what", "look"),
    [
        ("vi", "nps", DESKTOP),
        ("zh", "wait", {**DESKTOP, **DARK}),
        ("vi", "team:marketing", {**PHONE, **DARK}),
        ("zh", "uptime", PHONE),
    ],
    ids=["vi-light", "zh-dark", "team-vi-dark-phone", "zh-light-phone"],
)
async def test_the_picture_is_there_with_its_words(
    desk: Desk, lang: str, what: str, look: dict[str, Any], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    asking = await desk_of(company(), "an", lang=lang)
    await show_trend(asking, what)
    message = sent(asking)
    await desk.site.messenger.send(place_of("an"), message, "")
    page = await desk.open(**look)
    image = page.locator(".bubble img")
    await expect(image).to_have_attribute("alt", message.blocks[0].plain())
    await image.scroll_into_view_if_needed()
    await page.wait_for_function("document.querySelector('.bubble img').naturalWidth === 640")
    box = await image.bounding_box()
    assert box is not None
    assert box["width"] / box["height"] == pytest.approx(400 / 260, rel=0.02)
    assert box["width"] > 250, "as wide as the bubble, to be read on a telephone"
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.screenshot(path=tmp_path / f"{request.node.name}.png")


async def test_opened_by_itself_it_is_a_drawing_and_nothing_else(desk: Desk) -> None:
    asking = await desk_of(company(), "an", lang="vi")
    await show_trend(asking, "nps")
    source = str(getattr(sent(asking).blocks[0], "source", ""))
    page = await desk.open(f"/as/an/{source}")
    assert await page.evaluate("document.documentElement.localName") == "svg"
    assert await page.evaluate("getComputedStyle(document.querySelector('rect')).fill") == "rgb(255, 254, 251)"
    answer = await page.request.get(f"{desk.url}/as/mei/{source}")
    assert answer.status == 200, "what is published is everybody's"
