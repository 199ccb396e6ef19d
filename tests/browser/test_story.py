"""The first story of the product in a real browser, on a phone and on a desk, with the process killed in the middle."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Self

import pytest
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright, expect

from tests.browser.chromium import LAUNCH_ARGS
from tests.e2e.wire import Address, Demo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
PHONE = ViewportSize(width=360, height=740)
DESK = ViewportSize(width=1280, height=900)
PATIENCE = 30_000
SHOTS = os.environ.get("LABAN_SHOTS")
"""A folder to put screenshots into, for whoever wants to look."""


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """A running browser."""
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=chromium, args=list(LAUNCH_ARGS))
        yield opened
        await opened.close()


class Tab:
    """A person in a tab."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.name = name
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda entry: self.problems.append(entry.text) if "Content Security Policy" in entry.text else None)

    async def says(self, text: str, answer: str) -> Self:
        """Type, send, and wait for a line of the bot's with `answer` in it."""
        before = await self.page.locator("li.theirs").count()
        await self.page.get_by_role("textbox").last.fill(text)
        await self.page.keyboard.press("Enter")
        return await self._answered(before, answer)

    async def presses(self, label: str, answer: str) -> Self:
        """Press the newest button that begins with `label`, and wait for the answer."""
        before = await self.page.locator("li.theirs").count()
        await self.page.locator("li.theirs button").filter(has_text=re.compile(f"^\\d*{re.escape(label)}")).last.click()
        return await self._answered(before, answer)

    async def sees(self, text: str) -> Self:
        """Wait until the newest line of the bot's says so."""
        await expect(self.page.locator("li.theirs").last).to_contain_text(text, timeout=PATIENCE)
        return self

    async def shot(self, what: str) -> None:
        """Keep a picture, if somebody asked for pictures."""
        if SHOTS:
            await self.page.bring_to_front()
            await self.page.screenshot(path=Path(SHOTS) / f"{self.name}-{what}.png", animations="disabled")

    async def _answered(self, before: int, answer: str) -> Self:
        await expect(self.page.locator("li.theirs").nth(before)).to_be_attached(timeout=PATIENCE)
        await self.sees(answer)
        await expect(self.page.locator(".trouble")).to_be_empty()
        return self


async def open_as(context: BrowserContext, demo: Address, name: str, person: str) -> Tab:
    """Pick a person on the first page, as a visitor does."""
    tab = Tab(await context.new_page(), name)
    await tab.page.goto(demo.url)
    await tab.page.locator(f"a[href$='/as/{person}']").click()
    await expect(tab.page.locator("li.theirs").first).to_be_visible(timeout=PATIENCE)
    return tab


@pytest.mark.parametrize(("name", "size", "theme"), [("phone", PHONE, "dark"), ("desk", DESK, "light")])
async def test_a_member_writes_an_objective_and_the_manager_sees_it_in_chinese(
    browser: Browser, tmp_path: Path, name: str, size: ViewportSize, theme: str
) -> None:
    demo = await Demo(tmp_path / "data").start()
    try:
        context = await browser.new_context(viewport=size, color_scheme="dark" if theme == "dark" else "light", locale="vi-VN")
        an = await open_as(context, demo, f"{name}-an", "an")
        await an.says("mục tiêu mới", "Quý này bạn muốn tạo ra thay đổi gì?")
        await an.says("Khách hàng yêu dịch vụ của chúng ta", "Vì sao điều đó quan trọng?")
        await an.says("Vì khách vui sẽ rủ thêm bạn", "góp phần cho")
        await an.shot("serves")
        await an.presses("Quay lại", "Vì sao điều đó quan trọng?")
        await an.says("Khách vui sẽ quay lại mỗi tuần", "góp phần cho")
        await an.presses("Mục tiêu này đứng riêng", "theo kiểu nào")
        await an.presses("Thách thức", "con số nào sẽ cho thấy")
        await an.says("cố gắng hết sức nâng cao hài lòng", "đo bằng gì")
        await an.shot("coached")
        await an.says("NPS 30 lên 50", "Tôi hiểu là")
        await an.shot("understood")
        await an.presses("Đúng rồi", "từ 0 đến 10")
        await an.says("5", "Thêm một cái nữa")
        await an.presses("Thêm một cái", "còn con số nào")
        await an.page.close()

        demo.kill()
        await demo.start()

        an = await open_as(context, demo, f"{name}-an", "an")
        await an.sees("còn con số nào")
        await an.says("Giảm thời gian giao hàng từ 45 phút xuống 30 phút", "Tôi hiểu là")
        await an.presses("Đúng rồi", "từ 0 đến 10")
        await an.says("6", "Thêm một cái nữa")
        await an.presses("Đủ rồi", "Công bố luôn nhé?")
        await an.shot("review")
        await an.presses("Công bố", "Đã công bố")
        await an.shot("published")

        jie = await open_as(context, demo, f"{name}-jie", "jie")
        await jie.shot("home")
        await jie.says("看板", "Khách hàng yêu dịch vụ của chúng ta")
        await expect(jie.page.locator("li.theirs").last).to_have_attribute("lang", "zh")
        await expect(jie.page.locator("li.theirs").last.get_by_role("progressbar").first).to_be_visible()
        await jie.shot("board")
        assert an.problems == jie.problems == []
        overflow = await jie.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, "the page scrolls sideways"
        await context.close()
    finally:
        demo.stop()
