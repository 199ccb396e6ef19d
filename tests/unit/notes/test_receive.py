"""The pages over real HTTP and a real relay: who gets in, what they see, what they get back when something goes wrong."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import FormData

from adapters.notes.pace import BY_PERSON
from adapters.notes.receive import BODY_LIMIT, FRAMES
from adapters.notes.shell import PATH, SIZE_CLASS
from adapters.notes.spent import AGAIN
from adapters.notes.verify import LINK_LIFE, VISIT_LIFE
from bot.anon.audience import Member
from bot.anon.port import TEXT_LIMIT
from bot.okr.people import LANGUAGES, PersonId
from tests.anon_office import ADMIN, AUTHORS, BOSS, LEAD, TOP
from tests.unit.notes.site import AUTHOR, OURS, Browser, Device, Shown, Site, init_data, office, serve

CHINESE = "测试环境坏了三个星期" * 1000
"""10 000 characters, 30 kB."""
SECOND = timedelta(seconds=1)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(office(tmp_path / "anon"))


@pytest_asyncio.fixture
async def browser(site: Site) -> AsyncIterator[Browser]:
    async with serve(site) as somebody:
        yield somebody


async def tray_of(browser: Browser, person_id: Any = LEAD) -> Shown:
    return await browser.enters(person_id, page="tray")


async def acts(browser: Browser, name: str, tray: Shown, **fields: str) -> Shown:
    """Do something with the first note of a tray."""
    hidden = {"visit": browser.visit, "nonce": tray.value("nonce"), "ref": tray.value("ref")}
    return await browser.post(name, **{**hidden, **fields})


# --- a note, an answer, on another device ----------------------------------------------------------------------------------


async def test_a_note_goes_out_and_an_answer_is_read_by_whoever_has_the_code(site: Site, browser: Browser) -> None:
    receipt = await browser.writes("The tests are broken for weeks.", about="kr:kr1")
    assert receipt.number == 200
    assert "never again" in receipt.text
    await site.office.released()
    tray = await tray_of(browser)
    assert "The tests are broken for weeks." in tray.text
    assert "Sign-ups from 10 to 20" in tray.text
    answered = await acts(browser, "answer", tray, text="We stop and mend them on Monday: https://x.example/?who=you")
    assert "from the next fixed time on" in answered.text
    other_device = Device(browser.client)
    assert "mend them" not in (await other_device.reads(receipt.code)).text
    await site.office.slot()
    read = await other_device.reads(receipt.code)
    assert "陈杰" in read.text
    assert "We stop and mend them on Monday: hxxps[:]//x[.]example/?who=you" in read.text
    assert "href" not in read.html[read.html.index('<ol class="entries"') : read.html.index("</ol>")]


async def test_the_form_says_how_many_could_have_written_who_reads_and_what_it_cannot_promise(browser: Browser) -> None:
    form = await browser.enters()
    for said in (
        "one of 9 people",
        "陈杰",
        "as from “somebody in Growth”",
        "The company runs this server",
        "What gives you away",
        "Mon 23 Nov, 16:00",
    ):
        assert said in form.text.replace("\u00a0", " ")


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_every_page_speaks_the_language_of_its_reader(lang: str, site: Site, browser: Browser) -> None:
    form = await browser.enters(lang=lang)
    receipt = await browser.post("write", visit=browser.visit, nonce=form.value("nonce", "write"), text="Hm", lang=lang)
    thread = await browser.reads(receipt.code, lang=lang)
    await site.office.released()
    tray = await browser.enters(LEAD, "tray", lang)
    door = await browser.get(**{"Accept-Language": f"{lang};q=0.9, fr;q=0.1"})
    for page in (form, receipt, thread, tray, door):
        assert f'<html lang="{lang}"' in page.html
    assert len({page.text for page in (form, receipt, thread, tray, door)}) == 5


async def test_sending_twice_gives_the_same_code_and_one_note(site: Site, browser: Browser) -> None:
    form = await browser.enters()
    fields = {"visit": browser.visit, "nonce": form.value("nonce", "write"), "text": "Once"}
    first, second = await browser.post("write", **fields), await browser.post("write", **fields)
    assert first.code == second.code
    await site.office.released()
    assert len((await site.office.tray()).notes) == 1


async def test_a_follow_up_is_taken_and_a_worn_thread_says_so(browser: Browser) -> None:
    code = (await browser.writes()).code
    page = await browser.reads(code)
    for number in range(2):
        page = await browser.post("follow", code=code, nonce=page.value("nonce", "follow"), text=f"And another thing {number}")
        assert "Taken." in page.text
    assert "And another thing 1" in page.text
    assert "makes guessing easier" in page.text


async def test_a_burnt_note_cannot_be_opened_again(browser: Browser) -> None:
    code = (await browser.writes()).code
    assert "It is burnt" in (await browser.post("burn", code=code)).text
    assert "opens nothing" in (await browser.reads(code)).text
    assert "opens nothing" in (await browser.post("burn", code=code)).text


async def test_wrong_burnt_and_mistyped_codes_get_one_answer(browser: Browser) -> None:
    burnt = (await browser.writes()).code
    await browser.post("burn", code=burnt)
    mistyped = burnt[:-1] + ("A" if burnt[-1] != "A" else "B")
    answers = [await browser.reads(code) for code in (burnt, mistyped, "0000000-0000000-0000000-0000000", "hello", "")]
    without_echo = {re.sub(r'id="code" name="code" value="[^"]*"', "", re.sub(r"<!--.*?-->", "", one.html)) for one in answers}
    assert len(without_echo) == 1
    assert {one.number for one in answers} == {200}
    assert {len(one.raw) for one in answers} == {len(answers[0].raw)}


async def test_a_mistyped_code_stays_in_its_box(browser: Browser) -> None:
    assert (await browser.reads("7WRAC21-?")).value("code") == "7WRAC21-?"


async def test_codes_cannot_be_tried_for_ever(browser: Browser) -> None:
    code = (await browser.writes()).code
    for _ in range(10):
        await browser.reads("nothing")
    assert "Wait ten minutes" in (await browser.reads(code)).text


# --- the readers' side -----------------------------------------------------------------------------------------------------


async def test_thanks_passing_on_and_closing_reach_the_author_at_the_next_slot(site: Site, browser: Browser) -> None:
    code = (await browser.writes()).code
    await site.office.released()
    tray = await acts(browser, "thank", await tray_of(browser))
    assert "Your thanks go out" in tray.text
    tray = await acts(browser, "pass", tray, to=str(BOSS))
    assert "handed over" in tray.text
    await site.office.slot()
    tray = await acts(browser, "close", await tray_of(browser, BOSS))
    assert "It closes at the next fixed time" in tray.text
    await site.office.slot()
    read = await browser.reads(code)
    for said in ("陈杰 says thank you.", "陈杰 passed it on to 林梅.", "林梅 closed it.", "It is closed."):
        assert said in read.text


async def test_what_is_refused_in_a_tray_leaves_the_words_where_they_were(site: Site, browser: Browser) -> None:
    await browser.writes()
    await site.office.released()
    long = "We " * TEXT_LIMIT
    refused = await acts(browser, "answer", await tray_of(browser), text=long)
    assert "more than 1,000 characters" in refused.text
    assert refused.box() == long
    nobody = await acts(browser, "pass", refused, to="")
    assert "Choose whom it goes to" in nobody.text


async def test_a_closed_inbox_takes_no_notes_until_it_is_opened_again(browser: Browser) -> None:
    tray = await tray_of(browser)
    team = tray.value("team")
    assert "No new notes are taken" in (await browser.post("inbox", visit=browser.visit, team=team, open="0")).text
    assert "takes no new ones" in (await browser.enters()).text
    await tray_of(browser)
    assert "taken again" in (await browser.post("inbox", visit=browser.visit, team=team, open="1")).text
    assert "What is in the way?" in (await browser.enters()).text


@pytest.mark.parametrize("person_id", [AUTHOR, ADMIN])
async def test_whoever_reads_for_nobody_finds_no_tray(person_id: Any, browser: Browser) -> None:
    assert "You read for no team" in (await tray_of(browser, person_id)).text


async def test_a_reader_is_led_to_what_waits_for_them_and_else_to_the_form(site: Site, browser: Browser) -> None:
    company = site.office.directory.now
    above = tuple(Member(PersonId(f"top{number}"), "", TOP) for number in range(8))
    site.office.directory.now = replace(company, members=(*company.members, *above))
    assert "What is in the way?" in (await browser.enters(LEAD, page="")).text
    await browser.writes()
    assert "What is in the way?" in (await browser.enters(LEAD, page="")).text
    await site.office.released()
    assert "Notes to you" in (await browser.enters(LEAD, page="")).text
    assert "What is in the way?" in (await browser.enters(LEAD, page="write")).text


async def test_a_reader_who_cannot_write_is_led_to_their_tray_and_may_ask_why(browser: Browser) -> None:
    assert "No notes are waiting for you." in (await browser.enters(LEAD, page="")).text
    assert "at least 8 people" in (await browser.enters(LEAD, page="write")).text


async def test_whoever_can_neither_read_nor_write_is_told_why_they_cannot_write(browser: Browser) -> None:
    assert "nobody above you" in (await browser.enters(BOSS, page="")).text


async def test_nobody_acts_on_a_note_of_somebody_elses(site: Site, browser: Browser) -> None:
    await browser.writes()
    await site.office.released()
    tray = await tray_of(browser)
    await browser.enters(AUTHORS[3])
    for name in ("answer", "thank", "pass", "close"):
        refused = await acts(browser, name, tray, text="Me!", to=str(BOSS))
        assert "not with you" in refused.text
    assert "not with you" in (await browser.post("inbox", visit=browser.visit, team="growth", open="0")).text


async def test_a_thousand_notes_come_page_by_page(site: Site, browser: Browser) -> None:
    for number in range(25):
        await site.office.write(AUTHORS[number % 9], f"Note {number}")
        if number % 9 == 8:
            await site.office.slot()
    await site.office.released()
    first = await tray_of(browser)
    assert first.html.count("<article") == 20
    second = await browser.post("page", visit=browser.visit, page="tray", start="20")
    assert second.html.count("<article") == 5
    for odd in ("-1", "99999999", "x", "٣"):
        assert (await browser.post("page", visit=browser.visit, page="tray", start=odd)).html.count("<article") == 20


# --- nothing typed is lost -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CHINESE, "more than 1,000 characters"),
        ("x" * (TEXT_LIMIT + 1), "more than 1,000 characters"),
        ("   \n  ", "nothing to send yet"),
        ("\u200b\u202e", "nothing to send yet"),
    ],
)
async def test_a_refused_note_stays_in_its_box(text: str, said: str, browser: Browser) -> None:
    form = await browser.enters()
    nonce = form.value("nonce", "write")
    refused = await browser.post("write", visit=browser.visit, nonce=nonce, text=text, about="kr:kr1")
    assert said in refused.text
    assert refused.box() == text
    assert 'value="kr:kr1" selected' in refused.html
    assert refused.value("nonce", "write") == nonce
    again = await browser.post("write", visit=refused.value("visit"), nonce=nonce, text="Shorter")
    assert len(again.code) == 31


async def test_an_outdated_form_comes_back_fresh_with_its_words(browser: Browser) -> None:
    await browser.enters()
    refused = await browser.post("write", visit=browser.visit, nonce="not one of ours", text="Words")
    assert "out of date" in refused.text
    assert refused.box() == "Words"
    again = await browser.post("write", visit=browser.visit, nonce=refused.value("nonce", "write"), text=refused.box())
    assert len(again.code) == 31


async def test_the_fourth_note_of_a_day_waits_for_tomorrow(browser: Browser) -> None:
    for _ in range(3):
        await browser.writes()
    fourth = await browser.writes("The fourth")
    assert "sent 3 notes today" in fourth.text
    assert fourth.box() == "The fourth"


async def test_too_small_a_company_is_told_so_and_keeps_its_words(site: Site, browser: Browser) -> None:
    form = await browser.enters()
    site.office.lose_people(2)
    refused = await browser.post("write", visit=browser.visit, nonce=form.value("nonce", "write"), text="Words")
    assert "at least 5 people" in refused.text
    assert refused.box() == "Words"


async def test_whoever_wrote_for_too_long_gets_the_words_back(site: Site, browser: Browser) -> None:
    form = await browser.enters()
    site.office.clock.turn(VISIT_LIFE)
    refused = await browser.post("write", visit=browser.visit, nonce=form.value("nonce", "write"), text="An hour's work")
    assert refused.number == 401
    assert "fresh one" in refused.text
    assert refused.box() == "An hour's work"


async def test_words_are_words_and_never_markup(site: Site, browser: Browser) -> None:
    text = "<script>alert(1)</script> \"quoted\" & 'single'</textarea><img src=x onerror=alert(1)>"
    refused = await browser.writes(text + "x" * TEXT_LIMIT)
    assert refused.box().startswith(text)
    code = (await browser.writes(text)).code
    await site.office.released()
    for page in (refused, await browser.reads(code), await tray_of(browser), await browser.reads(text)):
        assert "<script>alert" not in page.html
        assert "<img" not in page.html


# --- who gets in -----------------------------------------------------------------------------------------------------------


async def test_opening_a_page_changes_nothing_and_uses_nothing_up(site: Site, browser: Browser) -> None:
    token, before = site.link_token(), site.office.files()
    for crawler in ("TelegramBot (like TwitterBot)", "Slackbot-LinkExpanding 1.0", "Mozilla/5.0"):
        for _ in range(3):
            shown = await browser.get(f"{PATH}?in={token}", **{"User-Agent": crawler})
            assert "Your code" in shown.text
            assert str(AUTHOR) not in shown.html
    assert site.office.files() == before
    assert "What is in the way?" in (await browser.post("enter", link=token)).text


async def test_looking_at_the_form_and_being_refused_leaves_no_trace(site: Site, browser: Browser) -> None:
    before = site.office.files()
    form = await browser.enters()
    await browser.post("write", visit=browser.visit, nonce=form.value("nonce", "write"), text="")
    await browser.reads("nothing")
    assert site.office.files() == before


@pytest.mark.parametrize("path", [PATH, f"{PATH}/", f"{PATH}/telegram", f"{PATH}/telegram/"])
async def test_the_address_may_be_typed_with_a_slash_at_its_end(path: str, browser: Browser) -> None:
    assert "Your code" in (await browser.get(path)).text


async def test_a_copied_link_is_understood_as_people_copy_it(site: Site, browser: Browser) -> None:
    token = site.link_token()
    for pasted in (token, f"#in={token}", f"in={token}&page=tray", f" http://127.0.0.1/notes#in={token} "):
        assert (await browser.post("enter", link=pasted)).number == 200


async def test_a_link_runs_out(site: Site, browser: Browser) -> None:
    tokens = site.link_token(), site.link_token(LEAD)
    site.office.clock.turn(LINK_LIFE - SECOND)
    assert (await browser.post("enter", link=tokens[0])).number == 200
    site.office.clock.turn(SECOND)
    assert [(await browser.post("enter", link=token)).number for token in tokens] == [401, 401]


async def test_a_link_that_was_used_lets_nobody_else_in(site: Site, browser: Browser) -> None:
    """Handed on by mistake, a manager's link would open the notes they hold."""
    token = site.link_token(LEAD)
    for _ in range(3):  # looked at by crawlers in between: a GET uses nothing up
        assert (await browser.get(PATH)).number == 200
    assert (await browser.post("enter", link=token)).number == 200
    site.office.clock.turn(AGAIN - SECOND)
    assert (await browser.post("enter", link=token)).number == 200, "a page that is reloaded"
    site.office.clock.turn(SECOND)
    assert (await browser.post("enter", link=token)).number == 401
    assert (await browser.post("enter", link=site.link_token(LEAD))).number == 200, "a fresh one"
    assert (await browser.post("enter", link=site.link_token())).number == 200, "somebody else's"


async def test_a_link_is_no_visit_and_a_visit_is_no_link(site: Site, browser: Browser) -> None:
    await browser.enters()
    assert (await browser.post("enter", link=browser.visit)).number == 401
    assert (await browser.post("page", visit=site.link_token())).number == 401


@pytest.mark.parametrize("name", ["page", "write", "answer", "thank", "pass", "close", "inbox"])
@pytest.mark.parametrize("visit", ["", "x", "eA.eA", "\u202e"])
async def test_without_a_pass_nothing_is_done(name: str, visit: str, site: Site, browser: Browser) -> None:
    before = site.office.files()
    assert (await browser.post(name, visit=visit, text="Words", nonce="0" * 32)).number == 401
    assert site.office.files() == before


async def test_whoever_has_left_is_refused_at_the_next_request(site: Site, browser: Browser) -> None:
    form = await browser.enters()
    token = site.link_token()
    site.askers.gone.add(AUTHOR)
    refused = await browser.post("write", visit=browser.visit, nonce=form.value("nonce", "write"), text="Words")
    assert (refused.number, refused.box()) == (401, "Words")
    assert (await browser.post("enter", link=token)).number == 401


async def test_a_mini_app_lets_in_whom_telegram_vouches_for(site: Site, browser: Browser) -> None:
    browser.way = f"{PATH}/telegram"
    form = await browser.post("enter", init=init_data(site.office.clock.now()), look="dark")
    assert "one of 9 people" in form.text
    assert 'data-look="dark"' in form.html
    assert f'action="{PATH}/telegram/write"' in form.html
    for wrong in (init_data(site.office.clock.now(), 7002), init_data(site.office.clock.now() - timedelta(hours=1)), "hash=00"):
        assert (await browser.post("enter", init=wrong)).number == 401


async def test_without_a_bot_there_is_no_mini_app(tmp_path: Path) -> None:
    site = Site(office(tmp_path / "anon"), bot_token="")
    async with serve(site) as browser:
        assert (await browser.get(f"{PATH}/telegram")).number == 404
        assert (await browser.post("enter", init=init_data(site.office.clock.now(), token=""))).number == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "same-site", "Origin": "null"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {},
    ],
)
@pytest.mark.parametrize("name", ["enter", "write", "read", "follow", "burn", "answer", "inbox"])
async def test_posts_of_other_sites_are_refused(name: str, headers: Mapping[str, str], site: Site, browser: Browser) -> None:
    await browser.enters()
    before = site.office.files()
    token = site.link_token()
    shown = await browser.post(name, headers, visit=browser.visit, link=token, text="Words", nonce="0" * 32)
    assert shown.number == 403
    assert site.office.files() == before


async def test_another_name_for_our_address_is_refused(browser: Browser) -> None:
    assert (await browser.get(Host="evil.example")).number == 403


# --- bodies ----------------------------------------------------------------------------------------------------------------


async def test_a_form_without_a_script_may_come_in_either_encoding(browser: Browser) -> None:
    async with browser.client.post(f"{PATH}/read", data={"code": "nothing"}, headers=OURS) as response:
        assert "opens nothing" in await response.text()


async def test_more_than_a_form_holds_is_refused_unread(browser: Browser) -> None:
    shown = await browser.post("read", code="x" * (BODY_LIMIT + 1))
    assert shown.number == 413


async def test_a_body_of_unknown_length_is_cut_off_too(browser: Browser) -> None:
    async def pour() -> AsyncIterator[bytes]:
        yield b"code="
        for _ in range(100):
            yield b"x" * 1024

    headers = {**OURS, "Content-Type": "application/x-www-form-urlencoded"}
    async with browser.client.post(f"{PATH}/read", data=pour(), headers=headers) as response:
        assert response.status == 413


async def test_a_body_that_does_not_come_is_not_waited_for(tmp_path: Path) -> None:
    site = Site(office(tmp_path / "anon"))
    site.body_seconds = 0.05
    site.build()
    never = asyncio.Event()

    async def trickle() -> AsyncIterator[bytes]:
        yield b"code="
        await never.wait()

    async with serve(site) as browser:
        headers = {**OURS, "Content-Type": "application/x-www-form-urlencoded"}
        async with browser.client.post(f"{PATH}/read", data=trickle(), headers=headers) as response:
            assert response.status == 408
            never.set()


async def test_files_json_and_broken_forms_are_refused(browser: Browser) -> None:
    upload = FormData()
    upload.add_field("text", b"words", filename="note.txt", content_type="text/plain")
    for data, kind in (
        (upload, None),
        (b'{"code": "x"}', "application/json"),
        (b"--nonsense", "multipart/form-data; boundary=x"),
        (b"no boundary", "multipart/form-data"),
        (b"code=%ff%fe", "application/x-www-form-urlencoded"),
        (b"--x\r\n\r\nx\r\n--x--", "multipart/form-data; boundary=x"),
        (b'--x\r\nContent-Disposition: form-data; name="code"\r\n\r\n\xff\r\n--x--', "multipart/form-data; boundary=x"),
        (b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y--\r\n--x--", "multipart/form-data; boundary=x"),
        (b"code=1&code=2", "application/x-www-form-urlencoded"),
        ("&".join(f"f{number}=1" for number in range(200)).encode(), "application/x-www-form-urlencoded"),
    ):
        headers = {**OURS, "Content-Type": kind} if kind else OURS
        async with browser.client.post(f"{PATH}/read", data=data, headers=headers) as response:
            assert response.status == 400, (data, kind)
            assert "nothing our pages send" in await response.text()


async def test_nobody_asks_faster_than_people_do(browser: Browser) -> None:
    await browser.enters()
    numbers = [(await browser.post("page", visit=browser.visit)).number for _ in range(BY_PERSON + 1)]
    assert numbers == [200] * BY_PERSON + [429]
    assert (await browser.enters(AUTHORS[1])).number == 200


# --- what leaves ------------------------------------------------------------------------------------------------------------


async def every_kind_of_page(site: Site, browser: Browser) -> dict[str, Shown]:
    """One of each, errors included."""
    form = await browser.enters()
    nonce = form.value("nonce", "write")
    found = {
        "form": form,
        "too long": await browser.post("write", visit=browser.visit, nonce=nonce, text=CHINESE),
        "receipt": await browser.post("write", visit=browser.visit, nonce=nonce, text="T" * TEXT_LIMIT, about="kr:kr1"),
        "short receipt": await browser.writes("T"),
        "door": await browser.get(),
        "wrong code": await browser.reads("nothing"),
        "no page": await browser.get(f"{PATH}/nothing"),
        "no method": await browser.get(f"{PATH}/write"),
        "no pass": await browser.post("page"),
        "other site": await browser.post("page", {"Sec-Fetch-Site": "cross-site"}),
        "too much": await browser.post("read", code="x" * BODY_LIMIT),
    }
    found["thread"] = await browser.reads(found["receipt"].code)
    found["burnt"] = await browser.post("burn", code=found["short receipt"].code)
    await site.office.released()
    found["tray"] = await tray_of(browser)
    site.askers.failure = RuntimeError("the words of a note")
    found["broken"] = await browser.post("page", visit=browser.visit)
    return found


async def test_whatever_is_shown_is_equally_long(site: Site, browser: Browser) -> None:
    found = await every_kind_of_page(site, browser)
    reasons = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}
    reasons |= {405: "Method Not Allowed", 413: "Request Entity Too Large", 500: "Internal Server Error"}
    sizes = {name: len(page.raw) + len(reasons[page.number]) for name, page in found.items() if name != "too long"}
    assert set(sizes.values()) == {SIZE_CLASS}, sizes
    assert (len(found["too long"].raw) + len("OK")) % SIZE_CLASS == 0


async def test_everything_that_leaves_is_hardened(site: Site, browser: Browser) -> None:
    for name, page in (await every_kind_of_page(site, browser)).items():
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, name
        assert "frame-ancestors 'none'" in policy, name
        assert "unsafe" not in policy, name
        assert page.headers["X-Content-Type-Options"] == "nosniff", name
        assert page.headers["Referrer-Policy"] == "no-referrer", name
        assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin", name
        assert page.headers["Cache-Control"] == "no-store, no-transform", name
        assert page.headers["Server"] == "laban", name
        assert "Set-Cookie" not in page.headers, name
        assert "Strict-Transport-Security" not in page.headers, name


async def test_only_the_mini_app_may_be_framed_and_only_by_telegram(browser: Browser) -> None:
    browser.way = f"{PATH}/telegram"
    for page in (await browser.get(f"{PATH}/telegram"), await browser.post("enter"), await browser.get(f"{PATH}/telegram/x")):
        assert page.headers["Content-Security-Policy"].endswith(f"frame-ancestors {FRAMES}")
    for path in (f"{PATH}", f"{PATH}/telegramx", f"{PATH}/telegra"):
        assert "frame-ancestors 'none'" in (await browser.get(path)).headers["Content-Security-Policy"]


async def test_where_our_address_is_encrypted_it_stays_so(tmp_path: Path) -> None:
    async with serve(Site(office(tmp_path / "anon"), public_url="https://okr.example/laban")) as browser:
        door = await browser.get()
        assert door.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert 'action="/laban/notes/read"' in door.html


async def test_files_are_kept_for_ever_and_pages_not_at_all(browser: Browser) -> None:
    door = await browser.get()
    for path in re.findall(r'(?:href|src)="(/notes/static/[^"]+)"', door.html):
        first = await browser.get(path)
        assert (first.number, first.headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")
        assert (await browser.get(path, **{"If-None-Match": first.headers["ETag"]})).number == 304
    assert (await browser.get(f"{PATH}/static/../receive.py")).number == 404


async def test_nothing_is_logged_of_anything(site: Site, browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await every_kind_of_page(site, browser)
    assert [record for record in caplog.records if record.name != "asyncio"] == []


async def test_a_failure_of_ours_gives_the_words_back_and_nothing_of_itself(site: Site, browser: Browser) -> None:
    form = await browser.enters()

    class Broken:
        """A relay with a bug in every method."""

        def __getattr__(self, name: str) -> Any:
            raise RuntimeError("secret words")

    broken: Any = Broken()
    site.office.relay = broken
    site.build()
    async with serve(site) as other:
        shown = await other.post("write", visit=browser.visit, nonce=form.value("nonce", "write"), text="My words")
    assert (shown.number, shown.box()) == (500, "My words")
    assert "secret words" not in shown.html
    assert site.troubles == {"RuntimeError"}


async def test_behind_a_proxy_only_its_own_word_says_who_asks(tmp_path: Path) -> None:
    """Ten wrong codes of one address do not lock out another one, and a forged header does not help."""
    site = Site(office(tmp_path / "anon"), public_url="https://okr.example")
    async with serve(site) as browser:
        code = (await browser.writes()).code
        for number in range(10):
            headers = {**OURS, "X-Forwarded-For": f"203.0.113.{number}, 198.51.100.7"}
            await browser.post("read", headers, code="nothing")
        mine = await browser.post("read", {**OURS, "X-Forwarded-For": "192.0.2.1, 198.51.100.7"}, code=code)
        assert "Wait ten minutes" in mine.text
        other = await browser.post("read", {**OURS, "X-Forwarded-For": "198.51.100.8"}, code=code)
        assert "Your note" in other.text


async def test_without_a_proxy_nobody_chooses_where_they_come_from(site: Site, browser: Browser) -> None:
    for number in range(10):
        await browser.post("read", {**OURS, "X-Forwarded-For": f"203.0.113.{number}"}, code="nothing")
    assert "Wait ten minutes" in (await browser.reads("nothing")).text


async def test_a_rehearsal_is_said_on_every_page(tmp_path: Path) -> None:
    site = Site(office(tmp_path / "anon"), is_rehearsal=True)
    async with serve(site) as browser:
        receipt = await browser.writes()
        for page in (receipt, await browser.reads(receipt.code), await browser.get(), await tray_of(browser)):
            assert "This is a rehearsal" in page.text
