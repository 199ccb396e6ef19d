"""A call for help in a real browser, on a phone and on a desk: from "cứu mạng" to the decision, its way back, and the board."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, ViewportSize, async_playwright, expect

from storage import open_storage
from tests.browser.chromium import LAUNCH_ARGS
from tests.browser.test_story import DESK, PATIENCE, PHONE, open_as
from tests.e2e.test_week import DRIVER, FRIDAY, HELP, Process
from tests.e2e.wire import Demo
from tests.hands import Hands

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
RENT = "Chủ nhà chỉ ký khi chốt giá thuê, mà tôi không có quyền chốt."
DECIDED = "Chị chốt 22 triệu, em ký luôn tuần này nhé."


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """A running browser."""
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=chromium, args=list(LAUNCH_ARGS))
        yield opened
        await opened.close()


@pytest.mark.parametrize(("name", "size", "theme"), [("phone", PHONE, "dark"), ("desk", DESK, "light")])
async def test_a_cry_for_help_is_decided_with_a_tap_and_everybody_sees_it(
    browser: Browser, tmp_path: Path, name: str, size: ViewportSize, theme: str
) -> None:
    demo = await Demo(tmp_path / "data").start()
    try:
        context = await browser.new_context(viewport=size, color_scheme="dark" if theme == "dark" else "light", locale="vi-VN")
        linh = await open_as(context, demo, f"{name}-linh", "linh")
        minh = await open_as(context, demo, f"{name}-minh", "minh")
        await minh.says("cứu mạng", "Kết quả then chốt nào đang kẹt?")
        await minh.shot("which")
        await minh.presses("Điểm giao hàng", "điều gì đang cản đường")
        await minh.says(RENT, "Lời kêu cứu của bạn đã đến Lê Mai Linh")
        await minh.sees("陈杰")
        await minh.shot("called")

        await linh.sees("Hoàng Gia Minh cần giúp")
        await linh.sees(RENT)
        await linh.shot("card")
        await linh.presses("Thêm nguồn lực", "Thêm nguồn lực cho Hoàng Gia Minh")
        await linh.says(DECIDED, "Quyết định đã được ghi vào kết quả then chốt")
        await linh.shot("decided")

        await minh.sees("Lê Mai Linh đã trả lời lời kêu cứu của bạn")
        await minh.sees(DECIDED)
        await minh.shot("told")
        await minh.presses("Xem mục tiêu", "Rau về đến bếp còn tươi như vừa hái")
        await minh.shot("objective")
        await minh.says("bảng nhóm", "đã trả lời: thêm nguồn lực")
        await minh.shot("board")
        await expect(minh.page.locator("li.theirs").last.get_by_role("progressbar").first).to_be_visible(timeout=PATIENCE)

        # A card that has been dealt with has nothing left to press.
        await expect(linh.page.locator("li.theirs button").filter(has_text="Mình nói chuyện nhé")).to_have_count(0)

        check_in = await open_as(context, demo, f"{name}-khoa", "khoa")
        await check_in.says("cập nhật", "15 giây cho")
        await check_in.shot("asked")
        await check_in.says("2,1", "Bạn tin mình sẽ đạt được đến mức nào?")
        await check_in.shot("confidence")
        await check_in.presses("Đúng hướng", "15 giây cho")
        await check_in.presses("Vẫn", "Bạn tin mình sẽ đạt được đến mức nào?")
        await check_in.presses("Đúng hướng", "tuần này thế là xong")
        await check_in.shot("done")
        assert linh.problems == minh.problems == check_in.problems == []
        for tab in (linh, minh, check_in):
            overflow = await tab.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert overflow <= 0, "the page scrolls sideways"
        await context.close()
    finally:
        demo.stop()


async def test_the_week_from_fridays_prompt_to_the_follow_up_by_an_injected_clock(browser: Browser, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'laban.db'}"
    await open_storage(url).migrate()
    process = Process(url, Hands(FRIDAY - timedelta(days=1)))
    await process.start()
    try:
        context = await browser.new_context(viewport=PHONE, locale="vi-VN")
        linh = await open_as(context, process, "week-linh", "linh")
        jie = await open_as(context, process, "week-jie", "jie")
        await process.strike(FRIDAY)
        await linh.sees("Đến giờ cập nhật tuần rồi, Lê Mai Linh")
        await linh.shot("asked")
        await linh.says("930", "Bạn tin mình")
        await linh.presses("Khó đạt", "cản đường")
        await linh.presses("Kêu cứu", "Bạn cần gì")
        await linh.says(HELP, "15 giây cho")
        await linh.presses("Vẫn", "Bạn tin mình")
        await linh.presses("Đúng hướng", "陈杰")
        await jie.sees(HELP)
        await expect(jie.page.locator("li.theirs").last).to_have_attribute("lang", "zh")
        await jie.shot("card")
        await jie.presses("加资源", "加谁或加什么")
        # Jie's own check-in had made way for the answer and comes back behind it.
        await jie.says(DRIVER, "")
        await expect(jie.page.locator("li.theirs").filter(has_text="决定已写进关键结果")).to_have_count(1, timeout=PATIENCE)
        await linh.sees(DRIVER)
        await jie.says("看板 Vietnam", "")
        await expect(jie.page.locator("li.theirs").filter(has_text="已回应：加资源").first).to_be_visible(timeout=PATIENCE)
        await process.strike(FRIDAY + timedelta(days=7, minutes=5))
        await linh.page.reload()
        await expect(linh.page.locator("li.theirs").filter(has_text="Đã thực hiện chưa?")).to_have_count(1, timeout=PATIENCE)
        await linh.shot("followed")
        assert linh.problems == jie.problems == []
        await context.close()
    finally:
        await process.stop()
