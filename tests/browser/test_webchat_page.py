"""The web chat as a person sees and uses it, in a real browser: by touch, by mouse, by keyboard alone, in the dark, without a script."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient
from playwright.async_api import Browser, BrowserContext, Page, Route, async_playwright, expect

from adapters.webchat.visitors import place_of, sender_of
from bot.chat.incoming import Incoming, Picked, Submitted, Texted
from bot.chat.message import (
    Block,
    Button,
    Buttons,
    Choices,
    Entry,
    Form,
    FormField,
    Image,
    Message,
    Option,
    Paragraph,
    ProgressBar,
    Tone,
)
from bot.chat.richtext import Span, Style, words
from tests.browser.chromium import LAUNCH_ARGS
from tests.hands import MORNING
from tests.unit.webchat.site import PEOPLE, Site, echo, serve
from tests.unit.webchat.test_encode import INJECTIONS, every_word

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 860}}
DARK: dict[str, Any] = {"color_scheme": "dark"}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def chrome(chromium: str) -> AsyncIterator[Browser]:
    """One browser for all tests here; each test opens windows of its own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(LAUNCH_ARGS))
        yield browser
        await browser.close()


@dataclass
class Desk:
    """The site, and windows to look at it."""

    site: Site
    client: TestClient[web.Request, web.Application]
    chrome: Browser
    complaints: list[str] = field(default_factory=list)
    windows: list[BrowserContext] = field(default_factory=list)

    @property
    def url(self) -> str:
        return str(self.client.make_url("/")).rstrip("/")

    async def open(self, path: str = "/as/an", **look: Any) -> Page:
        """A window of its own, as somebody with another browser would have. Everything it complains about is remembered."""
        window = await self.chrome.new_context(**{**DESKTOP, "locale": "vi-VN", **look})
        self.windows.append(window)
        if look.get("java_script_enabled", True):
            await window.add_init_script(
                "addEventListener('securitypolicyviolation', (event) => console.error('CSP ' + event.violatedDirective))"
            )
        page = await window.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog {dialog.message}"))
        await page.goto(self.url + path)
        return page

    async def say(self, *blocks: Block, to: str = "an", lang: str = "vi", replaces: str = "") -> str:
        """The bot says something."""
        return await self.site.messenger.send(place_of(to), Message(blocks, lang), replaces)


@asynccontextmanager
async def desk_with(site: Site, chrome: Browser) -> AsyncIterator[Desk]:
    client = await serve(site)
    desk = Desk(site, client, chrome)
    try:
        yield desk
    finally:
        for window in desk.windows:
            await window.close()
        await client.close()


@pytest_asyncio.fixture(loop_scope="module")
async def desk(chrome: Browser) -> AsyncIterator[Desk]:
    """A site whose bot repeats what it hears. Fails at the end if any page has complained, unless the test has cleared the list."""
    async with desk_with(Site(), chrome) as desk:
        yield desk
        assert desk.complaints == []


def bubbles(page: Page) -> Any:
    return page.locator(".bubble")


async def begun(desk: Desk, **look: Any) -> Page:
    """An open chat in which the bot has said hello and the stream is up."""
    await desk.say(Paragraph(words("Chào An")))
    page = await desk.open(**look)
    await expect(page.locator("#text")).to_be_visible()
    return page


QUESTION: tuple[Block, ...] = (
    Paragraph((Span("Tôi hiểu là: "), Span("NPS", Style.BOLD), Span(" · 30 → 50"))),
    Choices(
        (
            Option("Đúng rồi", "a.s.5.ok", tone=Tone.PRIMARY),
            Option("Sửa số", "a.s.5.num"),
            Option("Bỏ", "a.s.5.no", tone=Tone.DANGER),
        )
    ),
    Buttons((Button("Quay lại", "a.s.5.~back", "quay lại"), Button("Huỷ", "a.s.5.~cancel", "huỷ"))),
)
LABELS = (
    "Khách hàng yêu dịch vụ",
    "Đội ngũ ai cũng muốn vào",
    "Ra mắt mỗi tuần",
    "Doanh thu gấp đôi",
    "Giao hàng nhanh",
    "Trả lời trong hai giờ",
    "Cửa hàng bán cả lúc ngủ",
    "Thương hiệu ai cũng biết",
    "Đóng sổ trong ba ngày",
    "Không ai phải chờ",
    "Đi đầu vùng",
)
SERVED = tuple(Option(label, f"a.s.6.o{number}", "Marketing" if number % 2 else "") for number, label in enumerate(LABELS))
PICKER: tuple[Block, ...] = (Paragraph(words("Mục tiêu này phục vụ điều gì?")), Choices(SERVED))
CHECK_IN = Form(
    (
        FormField("nps/value", "Hôm nay là bao nhiêu?", placeholder="38", options=(Option("Vẫn 38", "t"),)),
        FormField(
            "nps/confidence",
            "Chắc không?",
            Entry.CHOICE,
            options=(Option("Đúng hướng", "on"), Option("Có rủi ro", "risk")),
            problem="Chọn một ý",
        ),
        FormField("zone", "Múi giờ", Entry.CHOICE, options=tuple(Option(f"Vùng {n}", f"z{n}") for n in range(9))),
        FormField("note", "Có gì cản đường?", Entry.LINES, placeholder="Một dòng là đủ", is_required=False),
    ),
    "a.s.7.~submit",
    "Cập nhật",
)
BOARD: tuple[Block, ...] = (
    Paragraph((Span("Marketing · tuần 8/13", Style.BOLD), Span(" — ba mục tiêu, chín kết quả then chốt"))),
    *(ProgressBar(f"Kết quả then chốt số {number}", number / 10, 0.62, "▲6 · có rủi ro") for number in range(11)),
    Paragraph((Span("Xem "), Span("lịch sử", link="/history"), Span(" hay gõ "), Span("bảng", Style.CODE)), is_quiet=True),
    Image("/static/none.svg", "Đường NPS đi lên đều"),
)
TICKS = Choices((Option("Ra mắt", "a.s.8.a"), Option("Nói chuyện với khách", "a.s.8.b", "ít nhất ba")), many=True)


async def everything(desk: Desk) -> None:
    """Every block there is, and a person's own line."""
    await desk.say(*BOARD[:-1])
    asked = Incoming("an.seed0001", sender_of(PEOPLE[0]), place_of("an"), MORNING, Texted("bảng"))
    await desk.site.transcript.hear(asked, "bảng")
    for blocks in (QUESTION, PICKER, (Paragraph(words("Cập nhật")), CHECK_IN), (TICKS,)):
        await desk.say(*blocks)


# --- talking ---


@pytest.mark.parametrize("look", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_one_types_and_is_answered(desk: Desk, look: dict[str, Any]) -> None:
    page = await begun(desk, **look)
    box = page.get_by_label("Tin nhắn cho Laban")
    await box.fill("Khách hàng yêu chúng ta")
    await box.press("Enter")
    await expect(bubbles(page)).to_have_text(["Chào An", "Khách hàng yêu chúng ta", "Khách hàng yêu chúng ta"])
    await expect(box).to_have_value("")
    await expect(box).to_be_focused()
    await expect(bubbles(page).last).to_be_in_viewport()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_the_first_opening_is_noticed_without_anything_being_pressed(desk: Desk) -> None:
    page = await desk.open("/as/mei")
    await expect(bubbles(page)).to_have_text(["arrived"])
    await expect(page.locator("#hello")).to_have_count(0)
    await page.reload()
    await expect(bubbles(page)).to_have_text(["arrived"])
    assert len(desk.site.heard) == 1


async def test_shift_enter_begins_a_new_line_and_enter_inside_a_composition_is_not_ours(desk: Desk) -> None:
    page = await begun(desk)
    box = page.locator("#text")
    await box.press_sequentially("một")
    await box.press("Shift+Enter")
    await box.press_sequentially("hai")
    await box.evaluate(
        "(box) => box.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
    )
    await expect(box).to_have_value("một\nhai")
    await box.press("Enter")
    await expect(bubbles(page).nth(1)).to_have_text("một\nhai", use_inner_text=True)
    assert len(desk.site.heard) == 1


async def test_an_empty_box_sends_nothing(desk: Desk) -> None:
    page = await begun(desk)
    await page.locator("#text").fill("  \n ")
    await page.locator("#text").press("Enter")
    await page.locator(".send").click()
    await page.locator("#text").fill("x")
    await page.locator("#text").press("Enter")
    await expect(bubbles(page)).to_have_text(["Chào An", "x", "x"])
    assert len(desk.site.heard) == 1


async def test_two_tabs_are_two_people(desk: Desk) -> None:
    an, mei = await desk.open("/as/an"), await desk.open("/as/mei")
    await expect(bubbles(an)).to_have_text(["arrived"])
    await expect(bubbles(mei)).to_have_text(["arrived"])
    await an.locator("#text").fill("của An")
    await an.locator("#text").press("Enter")
    await mei.locator("#text").fill("of Mei")
    await mei.locator("#text").press("Enter")
    await expect(bubbles(an)).to_have_text(["arrived", "của An", "của An"])
    await expect(bubbles(mei)).to_have_text(["arrived", "of Mei", "of Mei"])


async def test_one_picks_who_to_be(desk: Desk) -> None:
    page = await desk.open("/", **PHONE)
    await page.get_by_role("link", name="陈梅").click()
    await expect(page.get_by_text("你是陈梅")).to_be_visible()
    await page.get_by_role("link", name="换个人").click()
    await page.get_by_role("link", name="Một người mới").click()
    await expect(page.get_by_text("Bạn mới đến")).to_be_visible()
    await expect(bubbles(page)).to_have_text(["arrived"])
    await page.get_by_role("button", name="Vào đội bằng mã demo-invite").click()
    await expect(page.locator("#text")).to_have_value("demo-invite")


async def test_a_reload_keeps_the_conversation_and_what_is_half_written(desk: Desk) -> None:
    page = await begun(desk)
    await page.locator("#text").fill("nửa câu")
    await page.reload()
    await expect(page.locator("#text")).to_have_value("nửa câu")
    await expect(bubbles(page)).to_have_text(["Chào An"])


async def test_the_words_around_follow_when_the_language_changes(desk: Desk) -> None:
    page = await begun(desk)
    await page.locator("#text").fill("nửa câu")
    await desk.say(Paragraph(words("From now on in English.")), lang="en")
    await expect(page.get_by_label("Message to Laban")).to_have_value("nửa câu")
    await expect(page.locator("html")).to_have_attribute("lang", "en")


# --- pressing ---


@pytest.mark.parametrize("look", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_a_pressed_button_is_said_and_goes_with_its_question(chrome: Browser, look: dict[str, Any]) -> None:
    async with desk_with(Site(), chrome) as desk:
        reference = await desk.say(*QUESTION)

        async def close_and_answer(incoming: Incoming) -> tuple[Message, ...]:
            await desk.say(QUESTION[0], Paragraph(words("✓ Đúng rồi"), is_quiet=True), replaces=reference)
            return await echo(incoming)

        desk.site.answer = close_and_answer
        page = await desk.open(**look)
        await page.get_by_role("button", name="Đúng rồi").click()
        await expect(bubbles(page)).to_have_count(3)
        await expect(page.locator(".bubble button")).to_have_count(0)
        await expect(bubbles(page).first).to_contain_text("✓ Đúng rồi")
        assert [incoming.body for incoming in desk.site.heard] == [Picked("a.s.5.ok")]
        # Not left on something that is gone; and a phone's keyboard does not jump up.
        assert await page.evaluate("document.activeElement.id") == ("scroll" if look is PHONE else "text")
        assert desk.complaints == []


async def test_a_button_pressed_twice_quickly_is_pressed_once_and_later_again(desk: Desk) -> None:
    await desk.say(*QUESTION)
    page = await desk.open()
    await page.get_by_role("button", name="Sửa số").dblclick()
    await expect(bubbles(page)).to_have_count(3)
    await page.get_by_role("button", name="Sửa số").click()
    await expect(bubbles(page)).to_have_count(5)
    assert len(desk.site.heard) == 2


async def test_everything_can_be_done_by_keyboard(desk: Desk) -> None:
    await desk.say(*QUESTION)
    page = await desk.open()
    await expect(page.locator("#text")).to_be_focused()
    for name in ("Huỷ", "Quay lại", "Bỏ", "Sửa số"):
        await page.keyboard.press("Shift+Tab")
        await expect(page.get_by_role("button", name=name)).to_be_focused()
        outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"
    await page.keyboard.press("Enter")
    await expect(bubbles(page)).to_have_text([re.compile("Tôi hiểu là"), "Sửa số", "picked a.s.5.num"])
    await page.locator(".skip").focus()
    await expect(page.locator(".skip")).to_be_in_viewport()
    await page.keyboard.press("Enter")
    await expect(page.locator("#text")).to_be_focused()


async def test_a_long_list_is_searched_with_or_without_accents(desk: Desk) -> None:
    await desk.say(*PICKER)
    page = await desk.open(**PHONE)
    search = page.get_by_label("Tìm trong danh sách")
    await search.fill("dich vu")
    await expect(page.locator(".choices.list li:visible")).to_have_count(1)
    await search.fill("khong co dau")
    await expect(page.locator(".no-match")).to_contain_text("Không thấy mục nào")
    await search.fill("doi")
    await expect(page.locator(".choices.list li:visible")).to_have_count(2)
    await search.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(bubbles(page).last).to_have_text("picked a.s.6.o3")


async def test_a_form_is_filled_in_and_sent(desk: Desk) -> None:
    await desk.say(CHECK_IN)
    page = await desk.open(**PHONE)
    await page.get_by_role("button", name="Cập nhật").click()
    assert desk.site.heard == []
    await page.get_by_role("button", name="Vẫn 38").click()
    await expect(page.get_by_label("Hôm nay là bao nhiêu?")).to_have_value("Vẫn 38")
    await page.get_by_text("Có rủi ro", exact=True).click()
    await page.get_by_label("Múi giờ").select_option("Vùng 3")
    await page.get_by_role("button", name="Cập nhật").click()
    await expect(bubbles(page).nth(1)).to_contain_text("Chắc không?: Có rủi ro")
    assert [incoming.body for incoming in desk.site.heard] == [
        Submitted("a.s.7.~submit", {"nps/value": "Vẫn 38", "nps/confidence": "risk", "zone": "z3", "note": ""})
    ]


async def test_options_are_ticked(desk: Desk) -> None:
    await desk.say(TICKS)
    page = await desk.open()
    await page.get_by_label("Nói chuyện với khách").check()
    await page.get_by_role("button", name="Xong").click()
    await expect(bubbles(page).last).to_have_text("2")


# --- when the network is bad ---


async def test_words_that_did_not_arrive_are_kept_and_sent_again_as_the_same_event(desk: Desk) -> None:
    page = await begun(desk)
    sent: list[str] = []
    lose_answer = True

    async def bad_line(route: Route) -> None:
        sent.append(route.request.post_data or "")
        if lose_answer:
            # The server has heard it; its answer is lost on the way.
            await route.fetch()
            await route.abort("connectionreset")
        else:
            await route.continue_()

    await page.route("**/say", bad_line)
    await page.locator("#text").fill("đừng mất nhé")
    await page.locator("#text").press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("Nội dung vẫn còn đây")
    await expect(page.locator("#text")).to_have_value("đừng mất nhé")
    lose_answer = False
    await page.get_by_role("button", name="Thử lại").click()
    await expect(page.locator("#text")).to_have_value("")
    await expect(page.get_by_role("alert")).to_be_empty()
    await expect(bubbles(page)).to_have_text(["Chào An", "đừng mất nhé", "đừng mất nhé"])
    assert len(desk.site.heard) == 1
    assert sent[0] == sent[1]
    await page.locator("#text").fill("đừng mất nhé")
    await page.locator("#text").press("Enter")
    await expect(bubbles(page)).to_have_count(5)
    assert sent[2] != sent[1]
    desk.complaints.clear()  # the browser reports the lost connection


async def test_words_changed_after_a_failure_are_not_taken_for_a_repetition(desk: Desk) -> None:
    page = await begun(desk)

    async def lose_answer(route: Route) -> None:
        await route.fetch()
        await route.abort("connectionreset")

    await page.route("**/say", lose_answer)
    await page.locator("#text").fill("một")
    await page.locator("#text").press("Enter")
    await expect(page.get_by_role("alert")).not_to_be_empty()
    await page.unroute("**/say")
    await page.locator("#text").fill("một và hai")
    await page.locator("#text").press("Enter")
    await expect(bubbles(page)).to_have_text(["Chào An", "một", "một", "một và hai", "một và hai"])
    desk.complaints.clear()


async def test_a_reload_after_a_failure_still_sends_the_same_event(desk: Desk) -> None:
    page = await begun(desk)

    async def lose_answer(route: Route) -> None:
        await route.fetch()
        await route.abort("connectionreset")

    await page.route("**/say", lose_answer)
    await page.locator("#text").fill("một")
    await page.locator("#text").press("Enter")
    await expect(page.get_by_role("alert")).not_to_be_empty()
    await page.unroute("**/say")
    await page.reload()
    await page.locator("#text").press("Enter")
    await expect(page.locator("#text")).to_have_value("")
    await expect(bubbles(page)).to_have_text(["Chào An", "một", "một"])
    assert len(desk.site.heard) == 1
    desk.complaints.clear()


async def test_too_long_a_text_stays_in_the_box_with_advice(desk: Desk) -> None:
    page = await begun(desk)
    await page.locator("#text").fill("ă" * 60_000)
    await page.locator(".send").click()
    await expect(page.get_by_role("alert")).to_contain_text("dài quá")
    assert await page.locator("#text").evaluate("(box) => box.value.length") == 60_000
    desk.complaints.clear()


async def test_a_page_from_before_the_key_changed_says_so_and_keeps_the_words(desk: Desk) -> None:
    page = await begun(desk)
    await page.evaluate("document.querySelectorAll('[name=csrf]').forEach((field) => { field.value = 'of yesterday'; })")
    await page.locator("#text").fill("nửa câu")
    await page.locator("#text").press("Enter")
    await page.get_by_role("button", name="Tải lại").click()
    await expect(page.locator("#text")).to_have_value("nửa câu")
    await page.locator("#text").press("Enter")
    await expect(bubbles(page)).to_have_text(["Chào An", "nửa câu", "nửa câu"])
    desk.complaints.clear()


async def test_a_broken_stream_is_taken_up_again_where_it_was(desk: Desk) -> None:
    page = await begun(desk)
    await desk.say(Paragraph(words("một")))
    await expect(bubbles(page)).to_have_count(2)
    desk.site.transcript.failure = OSError("gone for a moment")
    desk.site.streams.ring(place_of("an"))
    await expect(page.locator("#offline")).to_contain_text("Mất kết nối")
    desk.site.transcript.failure = None
    await desk.say(Paragraph(words("hai")))
    await desk.say(Paragraph(words("ba")))
    await expect(bubbles(page)).to_have_text(["Chào An", "một", "hai", "ba"])
    await expect(page.locator("#offline")).to_be_empty()
    desk.complaints.clear()


async def test_a_page_of_a_conversation_that_was_wiped_starts_again(desk: Desk) -> None:
    page = await begun(desk)
    desk.site.transcript.rows.clear()
    desk.site.transcript.events.clear()
    await page.evaluate("dispatchEvent(new Event('online'))")
    await expect(bubbles(page)).to_have_text(["arrived"])


# --- reading ---


@pytest.mark.parametrize("look", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_somebody_reading_above_is_not_torn_away(desk: Desk, look: dict[str, Any]) -> None:
    for number in range(40):
        await desk.say(Paragraph(words(f"dòng {number}")))
    page = await desk.open(**look)
    await expect(bubbles(page).last).to_be_in_viewport()
    await bubbles(page).nth(10).scroll_into_view_if_needed()
    before = await bubbles(page).nth(10).bounding_box()
    await desk.say(Paragraph(words("mới")))
    more = page.get_by_role("button", name="Tin nhắn mới")
    await expect(more).to_be_visible()
    after = await bubbles(page).nth(10).bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < 2
    await more.click()
    await expect(bubbles(page).last).to_be_in_viewport()
    await expect(more).to_be_hidden()


async def test_a_message_longer_than_the_window_is_read_from_its_beginning(desk: Desk) -> None:
    page = await begun(desk, **PHONE)
    await desk.say(*BOARD[:-1])
    await expect(page.get_by_text("Marketing · tuần 8/13")).to_be_in_viewport()


async def test_new_lines_are_announced_and_bars_say_their_numbers(desk: Desk) -> None:
    page = await begun(desk)
    await expect(page.get_by_role("log")).to_have_attribute("aria-live", "polite")
    await desk.say(ProgressBar("NPS", 0.58, 0.62, "▲6"))
    bar = page.get_by_role("progressbar", name="NPS")
    await expect(bar).to_have_attribute("aria-valuetext", "58 %, dự kiến 62 %, ▲6")
    box = await bar.bounding_box()
    assert box is not None
    fill = await bar.locator(".fill").bounding_box()
    assert fill is not None
    assert abs(fill["width"] / box["width"] - 0.58) < 0.01


async def test_what_people_write_does_nothing_to_the_page(desk: Desk) -> None:
    page = await begun(desk)
    for text in INJECTIONS[:20]:
        await desk.say(*every_word(text))
    await expect(bubbles(page)).to_have_count(21)
    assert page.url == f"{desk.url}/as/an"
    assert await page.locator("script").count() == 2
    assert await page.locator("iframe, object, embed, base, style, [onerror], [onload], [style]").count() == 0
    assert [incoming.body for incoming in desk.site.heard] == []
    # Pictures of addresses that are not there are asked for from ourselves, and from nobody else.
    desk.complaints[:] = [said for said in desk.complaints if "404" not in said]


# --- for everybody ---


@pytest.mark.parametrize(
    "look", [PHONE, DESKTOP, PHONE | DARK, DESKTOP | DARK], ids=["phone", "desktop", "phone-dark", "desktop-dark"]
)
async def test_pages_keep_the_rules_of_access(desk: Desk, look: dict[str, Any]) -> None:
    await everything(desk)
    page = await desk.open("/", **look)
    broken = {}
    for path in ("/", "/as/an", "/as/guest-aaaaaaaaaaaaaaaa", "/nowhere"):
        await page.goto(desk.url + path)
        broken[path] = await page.evaluate(ACCESS_RULES)
    assert broken == {path: [] for path in broken}
    desk.complaints[:] = [said for said in desk.complaints if "404" not in said]


# What an accessibility checker looks at first: names, labels, languages, contrast (WCAG 1.4.3), size of targets (WCAG 2.5.8), no sideways scrolling.
ACCESS_RULES = """() => {
  const wrong = [];
  const isShown = (element) => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && !element.closest('.unseen, .skip');
  const nameOf = (element) => (element.getAttribute('aria-label') || (element.labels && [...element.labels].map((l) => l.textContent).join(' '))
    || element.textContent || element.getAttribute('alt') || '').trim();
  for (const element of document.querySelectorAll('button, a, input:not([type=hidden]), select, textarea'))
    if (!nameOf(element)) wrong.push('no name: ' + element.outerHTML.slice(0, 80));
  for (const image of document.querySelectorAll('img:not([alt])')) wrong.push('no alt: ' + image.src);
  for (const element of document.querySelectorAll('[tabindex]')) if (element.tabIndex > 0) wrong.push('tab order: ' + element.id);
  for (const element of document.querySelectorAll('[aria-describedby], [aria-labelledby]'))
    for (const id of (element.getAttribute('aria-describedby') || element.getAttribute('aria-labelledby')).split(' '))
      if (!document.getElementById(id)) wrong.push('points nowhere: ' + id);
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  if (new Set(ids).size !== ids.length) wrong.push('ids repeat');
  if (document.querySelectorAll('h1').length !== 1) wrong.push('not one h1');
  if (document.querySelectorAll('main').length !== 1) wrong.push('not one main');
  if (!document.documentElement.lang) wrong.push('no language');
  if (!document.title) wrong.push('no title');
  if (document.documentElement.scrollWidth > innerWidth) wrong.push('scrolls sideways');
  for (const element of document.querySelectorAll('button, a.person, a.button, a.switch, .segments label, select')) {
    const box = element.getBoundingClientRect();
    if (isShown(element) && (box.width < 24 || box.height < 24)) wrong.push('small target: ' + nameOf(element));
  }
  const numbers = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
  const light = (colour) => {
    const [r, g, b] = colour.map((part) => { const c = part / 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !isShown(element) || element.closest('script, template, noscript, option')) continue;
    const [a, b] = [light(numbers(getComputedStyle(element).color).slice(0, 3)), light(behind(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) wrong.push(`contrast ${ratio.toFixed(2)}: ${walk.currentNode.data.trim().slice(0, 40)}`);
  }
  return wrong;
}"""


async def test_nothing_moves_for_those_who_asked_for_stillness(desk: Desk) -> None:
    page = await begun(desk, reduced_motion="reduce")
    await desk.say(Paragraph(words("mới")))
    await expect(bubbles(page)).to_have_count(2)
    moving = "[...document.querySelectorAll('*')].filter((one) => getComputedStyle(one).animationName !== 'none').length"
    assert await page.evaluate(moving) == 0
    assert await page.evaluate("document.getAnimations().length") == 0


async def test_the_dark_is_dark_and_the_light_is_light(desk: Desk) -> None:
    brightness = "getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/g).map(Number).reduce((a, b) => a + b)"
    light, dark = await desk.open("/"), await desk.open("/", **DARK)
    assert await light.evaluate(brightness) > 600
    assert await dark.evaluate(brightness) < 120


async def test_on_paper_there_is_the_talk_and_nothing_to_press(desk: Desk) -> None:
    await everything(desk)
    page = await desk.open()
    await page.emulate_media(media="print")
    await expect(page.locator("#text")).to_be_hidden()
    await expect(page.locator("button:visible")).to_have_count(0)
    await expect(page.get_by_text("Marketing · tuần 8/13")).to_be_visible()
    assert await page.evaluate(
        "document.getElementById('scroll').scrollHeight === document.getElementById('scroll').clientHeight"
    )


async def test_without_a_script_one_can_talk_press_and_see_the_newest_line(desk: Desk) -> None:
    page = await desk.open(java_script_enabled=False, **PHONE)
    await page.get_by_role("button", name="Chào Laban").click()
    await expect(bubbles(page)).to_have_text(["arrived"])
    for number in range(8):
        await page.get_by_label("Tin nhắn cho Laban").fill(f"câu {number}")
        await page.get_by_role("button", name="Gửi").click()
        await expect(bubbles(page).last).to_have_text(f"câu {number}")
    await expect(bubbles(page).last).to_be_in_viewport()
    await desk.say(*QUESTION)
    await page.reload()
    await page.get_by_role("button", name="Sửa số").click()
    await expect(bubbles(page).last).to_have_text("picked a.s.5.num")
    assert len(desk.site.heard) == 10


async def test_an_open_page_does_not_hold_up_the_server(chrome: Browser) -> None:
    async with desk_with(Site(), chrome) as desk:
        page = await begun(desk)
        await desk.say(Paragraph(words("một")))
        await expect(bubbles(page)).to_have_count(2)
        assert len(desk.site.streams) == 1
        clock = asyncio.get_running_loop()
        began = clock.time()
        await desk.client.server.close()
        assert clock.time() - began < 1
        assert len(desk.site.streams) == 0
