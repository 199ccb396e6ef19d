"""The pages for unsigned notes as a person sees and uses them, in a real browser: a phone, the dark, the keyboard alone, no script, Telegram's
frame."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, Request, Response, Route, async_playwright, expect

from adapters.notes.shell import PATH, SIZE_CLASS
from bot.anon.port import TEXT_LIMIT
from bot.okr.people import LANGUAGES, PersonId
from tests.anon_office import AUTHORS, LEAD
from tests.browser.chromium import LAUNCH_ARGS
from tests.unit.notes.site import AUTHOR, Site, init_data, office
from tests.unit.notes.site import Browser as Wire
from tests.unit.notes.site import serve as serve_site

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
LOCALES = {"en": "en-GB", "vi": "vi-VN", "zh": "zh-CN"}
NEIGHBOURS = "--disable-features=LocalNetworkAccessChecks"
"""Lets a page of Telegram's, which we play, show one of this machine in its frame."""
CODE = 31
"""Characters of a code: four groups of seven, and the dashes between them."""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def chrome(chromium: str) -> AsyncIterator[Browser]:
    """One browser for all tests here; each test opens windows of its own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=[*LAUNCH_ARGS, NEIGHBOURS])
        yield browser
        await browser.close()


@dataclass
class Desk:
    """The pages, and windows to look at them."""

    site: Site
    wire: Wire
    chrome: Browser
    complaints: list[str] = field(default_factory=list)
    windows: list[BrowserContext] = field(default_factory=list)

    @property
    def url(self) -> str:
        return str(self.wire.client.make_url(PATH))

    async def open(self, fragment: str = "", **look: Any) -> Page:
        """A window of its own, as another device would be. Everything it complains about is remembered."""
        window = await self.chrome.new_context(**{"locale": "en-GB", **look})
        self.windows.append(window)
        if look.get("java_script_enabled", True):
            await window.add_init_script(
                "addEventListener('securitypolicyviolation', (event) => console.error('CSP ' + event.violatedDirective))"
            )
        page = await window.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        await page.goto(f"{self.url}{fragment}")
        return page

    async def enter(self, person_id: PersonId = AUTHOR, lang: str = "en", more: str = "", **look: Any) -> Page:
        """By the link of their chat."""
        self.site.askers.langs[person_id] = lang
        page = await self.open(f"#in={self.site.link_token(person_id)}{more}", **{"locale": LOCALES[lang], **look})
        await page.wait_for_selector("main textarea, main .empty, main .single")
        return page


@pytest_asyncio.fixture(loop_scope="module")
async def desk(chrome: Browser, tmp_path: Path) -> AsyncIterator[Desk]:
    """The pages over a relay. Fails at the end if any window has complained."""
    site = Site(office(tmp_path / "anon"))
    async with serve_site(site) as wire:
        desk = Desk(site, wire, chrome)
        yield desk
        for window in desk.windows:
            await window.close()
    assert desk.complaints == []


async def write(page: Page, text: str = "The tests are broken for weeks.") -> str:
    """Send a note; the code that is shown."""
    await page.fill("#text", text)
    await page.locator("form[action$='/write'] button").click()
    await expect(page.locator("#receipt")).to_be_visible()
    return await code_of(page)


async def code_of(page: Page) -> str:
    return "".join((await page.locator("#receipt").inner_text()).split())


async def read(page: Page, code: str) -> None:
    await page.fill("#code", code)
    await page.press("#code", "Enter")
    await page.wait_for_selector(".entries")


# --- from the link to the answer --------------------------------------------------------------------------------------------


async def test_a_note_an_answer_and_its_reading_on_another_device(desk: Desk) -> None:
    code = await write(await desk.enter())
    assert len(code) == CODE
    await desk.site.office.released()
    tray = await desk.enter(LEAD, more="&page=tray")
    await tray.fill(".note textarea", "We mend them on Monday.")
    await tray.locator("form[action$='/answer'] button").click()
    await expect(tray.locator(".done")).to_contain_text("from the next fixed time on")
    await desk.site.office.slot()
    other = await desk.open(**PHONE)
    await read(other, code.lower().replace("-", " "))
    await expect(other.locator(".entry.theirs")).to_contain_text("We mend them on Monday.")


async def test_the_way_in_leaves_the_address_bar_and_nothing_stays_in_the_browser(desk: Desk) -> None:
    page = await desk.enter()
    assert "#" not in page.url
    assert await page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]
    assert await page.context.cookies() == []
    await write(page)
    await page.locator(".onward a").click()
    await expect(page.locator("#code")).to_be_visible()
    assert "#" not in page.url
    # Whoever has come in finds the way back to the form, and the server is told who they are by no request in between.
    await page.locator("nav form[action$='/page'] button").first.click()
    await expect(page.locator("#text")).to_be_visible()


async def test_reading_by_code_does_not_say_who_reads(desk: Desk) -> None:
    page = await desk.enter()
    visit = await page.locator("[name=visit]").first.input_value()
    code = await write(page)
    sent: list[Request] = []

    def remember(one: Request) -> None:
        sent.append(one)

    await page.locator(".onward a").click()
    await page.wait_for_selector("#code")
    page.on("request", remember)
    await read(page, code)
    await page.fill("#text", "And more")
    await page.locator("form[action*='/follow'] button").click()
    await expect(page.locator(".done")).to_be_visible()
    bodies = [(one.url.split("#")[0], one.post_data_buffer or b"") for one in sent]
    assert [url.rpartition("/")[2] for url, body in bodies if body] == ["read", "follow"]
    assert not any(visit.encode() in body or visit in url for url, body in bodies)


async def test_every_post_is_equally_long(desk: Desk) -> None:
    sent: list[Request] = []
    page = await desk.enter()
    page.on("request", lambda one: sent.append(one) if one.method == "POST" else None)
    await page.fill("#text", "x")
    await page.locator("form[action$='/write'] button").click()
    await page.wait_for_selector("#receipt")
    code = await code_of(page)
    await page.locator(".onward a").click()
    await page.wait_for_selector("#code")
    await read(page, code)
    second = await desk.enter(AUTHORS[1])
    second.on("request", lambda one: sent.append(one) if one.method == "POST" else None)
    await write(second, "Ặ" * TEXT_LIMIT)
    assert len(sent) == 3
    assert {len(one.post_data_buffer or b"") for one in sent} == {8 * 1024}


async def test_every_answer_is_equally_long(desk: Desk) -> None:
    page = await desk.enter()
    got: list[Response] = []

    def remember(one: Response) -> None:
        got.append(one)

    page.on("response", remember)
    code = await write(page)
    await page.locator(".onward a").click()
    await page.wait_for_selector("#code")
    await read(page, code)
    sizes = [await one.request.sizes() for one in got if "/static/" not in one.url]
    assert len(sizes) == 3
    assert {one["responseBodySize"] + len("OK") for one in sizes} == {SIZE_CLASS}
    assert len({one["responseHeadersSize"] for one in sizes}) == 1


async def test_two_people_in_one_browser_do_not_get_into_each_others_way(desk: Desk) -> None:
    """As in the demo: one tab is the author, another the manager."""
    author = await desk.enter()
    tab = await author.context.new_page()
    await tab.goto(f"{desk.url}#in={desk.site.link_token(LEAD)}&page=tray")
    await expect(tab.locator("h1")).to_have_text("Notes to you")
    await write(author)
    await tab.locator("nav form[action$='/page'] button").last.click()
    await expect(tab.locator("h1")).to_have_text("Notes to you")


# --- the receipt ------------------------------------------------------------------------------------------------------------


async def test_the_code_is_copied_as_it_is_written(desk: Desk) -> None:
    page = await desk.enter()
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    code = await write(page)
    await page.click("#copy")
    await expect(page.locator("#copied")).to_contain_text("Copied")
    assert await page.evaluate("navigator.clipboard.readText()") == code


async def test_where_copying_is_not_allowed_the_code_is_selected(desk: Desk) -> None:
    page = await desk.enter()
    code = await write(page)
    await page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    await page.click("#copy")
    await expect(page.locator("#copied")).to_contain_text("copy it yourself")
    assert "".join((await page.evaluate("getSelection().toString()")).split()) == code


async def test_a_second_press_is_the_same_press(desk: Desk) -> None:
    page = await desk.enter()
    await page.fill("#text", "Once")
    await page.locator("form[action$='/write'] button").dblclick()
    await expect(page.locator("#receipt")).to_be_visible()
    await desk.site.office.released()
    assert len((await desk.site.office.tray()).notes) == 1


async def test_reloading_the_receipt_shows_the_same_code_and_sends_no_second_note(desk: Desk) -> None:
    page = await desk.enter()
    code = await write(page)
    await page.reload()
    assert await code_of(page) == code
    await desk.site.office.released()
    assert len((await desk.site.office.tray()).notes) == 1


# --- nothing typed is lost --------------------------------------------------------------------------------------------------


async def test_too_long_a_text_stays_and_says_by_how_much(desk: Desk) -> None:
    page = await desk.enter()
    await page.fill("#text", "😀" * (TEXT_LIMIT + 7))
    await expect(page.locator("[data-count]")).to_have_text("7 characters too many")
    await page.locator("form[action$='/write'] button").click()
    await expect(page.locator(".trouble")).to_be_focused()
    assert await page.locator("#text").input_value() == "😀" * (TEXT_LIMIT + 7)
    assert await page.locator("#text").get_attribute("aria-invalid") == "true"


async def test_a_text_no_server_would_take_is_not_even_sent(desk: Desk) -> None:
    page = await desk.enter()
    await page.fill("#text", "x" * 70_000)
    await page.locator("form[action$='/write'] button").click()
    await expect(page.locator("#text")).to_be_focused()
    assert len(await page.locator("#text").input_value()) == 70_000
    await expect(page.locator("form[action$='/write'] button")).not_to_have_attribute("aria-disabled", "true")


# --- how it looks and feels -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("look", [PHONE, {"viewport": {"width": 320, "height": 600}}])
async def test_no_page_is_wider_than_its_window(lang: str, look: dict[str, Any], desk: Desk) -> None:
    async def fits(page: Page) -> None:
        wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, await page.locator("h1").inner_text()

    page = await desk.enter(lang=lang, **look)
    await fits(page)
    code = await write(page, "W" * 400 + " Donaudampfschifffahrtsgesellschaft " * 9)
    await fits(page)
    reader = await desk.open(**look)
    await fits(reader)
    await read(reader, code)
    await fits(reader)
    await desk.site.office.released()
    tray = await desk.enter(LEAD, lang, "&page=tray", **look)
    await tray.locator(".acts summary").click()
    await fits(tray)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_dark_is_dark_and_every_word_can_be_read_in_it(scheme: str, desk: Desk) -> None:
    page = await desk.enter(color_scheme=scheme)
    await page.fill("#text", "x" * (TEXT_LIMIT + 1))
    await page.locator("form[action$='/write'] button").click()
    await page.wait_for_selector(".trouble")
    back = await page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert (back == "rgb(17, 23, 22)") is (scheme == "dark")
    assert await page.evaluate(CONTRAST) == []
    code = await write(page)
    assert await page.evaluate(CONTRAST) == []
    reader = await desk.open(color_scheme=scheme)
    assert await reader.evaluate(CONTRAST) == []
    await read(reader, code)
    for _ in range(2):
        await reader.fill("#text", "And more")
        await reader.locator("form[action*='/follow'] button").click()
        await reader.wait_for_selector(".done")
    await reader.locator(".burn summary").click()
    assert await reader.evaluate(CONTRAST) == []
    await desk.site.office.released()
    tray = await desk.enter(LEAD, more="&page=tray", color_scheme=scheme)
    await tray.locator(".acts summary").click()
    assert await tray.evaluate(CONTRAST) == []


async def test_it_can_be_written_and_read_by_the_keyboard_alone(desk: Desk) -> None:
    page = await desk.enter()
    await page.keyboard.press("Tab")
    await expect(page.locator(".skip")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.locator("#text")).to_be_focused()
    await page.keyboard.type("By keyboard")
    for _ in range(4):
        await page.keyboard.press("Tab")
        if await page.locator("form[action$='/write'] button").evaluate("one => one === document.activeElement"):
            break
    await page.keyboard.press("Enter")
    await expect(page.locator("#receipt")).to_be_visible()


async def test_every_box_and_button_has_a_name(desk: Desk) -> None:
    page = await desk.enter()
    nameless = """() => [...document.querySelectorAll("main input:not([type=hidden]), main textarea, main select, main button")]
        .filter((one) => !(one.labels && one.labels.length) && !one.textContent.trim() && !one.getAttribute("aria-label"))
        .map((one) => one.outerHTML)"""
    assert await page.evaluate(nameless) == []
    code = await write(page)
    assert await page.evaluate(nameless) == []
    other = await desk.open()
    await read(other, code)
    assert await other.evaluate(nameless) == []
    await desk.site.office.released()
    tray = await desk.enter(LEAD, more="&page=tray")
    assert await tray.evaluate(nameless) == []
    assert await tray.evaluate(
        "new Set([...document.querySelectorAll('[id]')].map((one) => one.id)).size"
    ) == await tray.evaluate("document.querySelectorAll('[id]').length")


async def test_without_a_script_the_link_is_pasted_and_all_the_rest_works(desk: Desk) -> None:
    page = await desk.open(java_script_enabled=False)
    await page.fill("#link", f"#in={desk.site.link_token()}")
    await page.locator("noscript button, form[action$='/enter'] button:visible").first.click()
    await expect(page.locator("#text")).to_be_visible()
    code = await write(page)
    other = await desk.open(java_script_enabled=False)
    await read(other, code)
    await expect(other.locator(".entry")).to_contain_text("The tests are broken")
    await other.locator(".burn summary").click()
    await other.locator(".burn button").click()
    await expect(other.locator("h1")).to_have_text("It is burnt")


# --- Telegram ---------------------------------------------------------------------------------------------------------------


def launch(desk: Desk, *, dark: bool = False) -> str:
    """What Telegram puts behind the # of a Mini App's address."""
    theme = '{"bg_color":"#17212b"}' if dark else '{"bg_color":"#ffffff"}'
    start = quote(init_data(desk.site.office.clock.now()), safe="")
    return f"/telegram#tgWebAppData={start}&tgWebAppVersion=9.1&tgWebAppPlatform=web&tgWebAppThemeParams={quote(theme)}"


async def test_a_mini_app_opens_by_what_telegram_says(desk: Desk) -> None:
    page = await desk.open(launch(desk, dark=True), **PHONE)
    await expect(page.locator("#text")).to_be_visible()
    assert "tgWebAppData" not in page.url
    assert await page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(17, 23, 22)"
    code = await write(page)
    await page.locator(".onward a").click()
    await page.wait_for_selector("#code")
    assert await page.evaluate("document.documentElement.dataset.look") == "dark"
    await read(page, code)
    assert await page.evaluate("document.documentElement.dataset.look") == "dark"


async def test_telegrams_data_is_not_looked_at_outside_the_mini_app(desk: Desk) -> None:
    page = await desk.open(launch(desk).removeprefix("/telegram"))
    await expect(page.locator("#code")).to_be_visible()
    assert await page.locator("#enter [name=init]").input_value() == ""


@pytest.mark.parametrize(
    ("origin", "path", "is_shown"),
    [
        ("https://web.telegram.org", "/telegram", True),
        ("https://web.telegram.org", "", False),
        ("https://web.telegram.org.evil.example", "/telegram", False),
        ("https://evil.example", "/telegram", False),
    ],
)
async def test_only_telegram_may_frame_and_only_the_mini_app(origin: str, path: str, is_shown: bool, desk: Desk) -> None:
    window = await desk.chrome.new_context(bypass_csp=False)
    desk.windows.append(window)
    page = await window.new_page()
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text))
    target = f"{desk.url}{launch(desk) if path else ''}"

    async def host(route: Route) -> None:
        await route.fulfill(content_type="text/html", body=f'<iframe src="{target}" width="390" height="700"></iframe>')

    await page.route(f"{origin}/**", host)
    await page.goto(f"{origin}/k/")
    frame = page.frame_locator("iframe")
    if is_shown:
        await frame.locator("#text").fill("From within Telegram")
        await frame.locator("form[action$='/write'] button").click()
        await expect(frame.locator("#receipt")).to_be_visible()
    else:
        await expect(frame.locator("#main")).to_have_count(0)
        assert any("frame-ancestors" in one for one in refused)


CONTRAST = """() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const parts = parse(getComputedStyle(at).backgroundColor);
      if (parts.length === 3 || parts[3] > 0.99) return parts;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const one of document.querySelectorAll("body *")) {
    const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !one.checkVisibility() || one.closest(".skip")) continue;
    const [a, b] = [light(parse(getComputedStyle(one).color)), light(ground(one))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) found.push(one.className + ": " + one.textContent.trim().slice(0, 40));
  }
  return found;
}"""
"""What has less contrast than 4.5 to 1 (WCAG 2.2, 1.4.3)."""
