"""The web chat over HTTP: what is taken, what is refused, what every answer carries, and what a stream brings."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator
from importlib.resources import files

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient

from adapters.webchat.assets import SERVED, load_assets
from adapters.webchat.receive import CONTENT_SECURITY_POLICY
from adapters.webchat.streams import PER_PLACE
from adapters.webchat.visitors import Visitor, is_guest_id, place_of
from bot.chat.incoming import Arrived, Incoming, Picked, Place, Submitted, Texted
from bot.chat.message import Choices, Form, FormField, Message, Option, Paragraph
from bot.chat.richtext import words
from tests.hands import MORNING
from tests.unit.webchat.page import take_apart
from tests.unit.webchat.site import Browser, Site, serve

Client = TestClient[web.Request, web.Application]


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
async def client(site: Site) -> AsyncIterator[Client]:
    client = await serve(site)
    yield client
    await client.close()


@pytest.fixture
def an(client: Client) -> Browser:
    return Browser(client, "an")


@pytest.fixture
def mei(client: Client) -> Browser:
    return Browser(client, "mei")


# --- talking ---


async def test_what_is_typed_is_heard_once_and_answered(site: Site, an: Browser) -> None:
    response = await an.says("Khách hàng yêu chúng ta")
    assert response.status == 204
    assert [incoming.body for incoming in site.heard] == [Texted("Khách hàng yêu chúng ta")]
    assert await an.shown() == ["Khách hàng yêu chúng ta"] * 2


async def test_the_turn_is_committed_before_the_post_is_answered(site: Site, an: Browser) -> None:
    order: list[str] = []

    async def slow(incoming: Incoming) -> tuple[Message, ...]:
        order.append("heard" if site.transcript.inbox == [incoming] else "not kept")
        await asyncio.sleep(0)
        order.append("done")
        return ()

    site.answer = slow
    await an.says("x")
    order.append("answered")
    assert order == ["heard", "done", "answered"]


async def test_a_post_sent_again_acts_once(site: Site, an: Browser) -> None:
    for _ in range(3):
        response = await an.says("chào", event_id="same-event-id")
        assert response.status == 204
    assert len(site.heard) == 1
    assert await an.shown() == ["chào", "chào"]


async def test_the_same_post_twice_at_once_acts_once(site: Site, an: Browser) -> None:
    responses = await asyncio.gather(*(an.says("chào", event_id="same-event-id") for _ in range(4)))
    assert [response.status for response in responses] == [204] * 4
    assert len(site.heard) == 1


async def test_a_button_is_pressed(site: Site, an: Browser) -> None:
    await an.post("press", token="a.s.1.yes", label="Đúng rồi")
    assert [incoming.body for incoming in site.heard] == [Picked("a.s.1.yes")]
    assert await an.shown() == ["Đúng rồi", "picked a.s.1.yes"]


async def test_a_form_is_filled_in(site: Site, an: Browser) -> None:
    form = Form((FormField("nps/value", "Hôm nay?"),), "a.s.1.~submit", "Gửi")
    await site.messenger.send(place_of("an"), Message((form,), "vi"), "")
    response = await an.post("form", {}, token="a.s.1.~submit", **{"value.nps/value": "38"})
    assert response.status == 204
    assert [incoming.body for incoming in site.heard] == [Submitted("a.s.1.~submit", {"nps/value": "38"})]
    assert (await an.shown())[1] == "Hôm nay?: 38"


async def test_options_are_ticked(site: Site, an: Browser) -> None:
    choices = Choices((Option("Một", "a.s.1.one"), Option("Hai", "a.s.1.two")), many=True)
    await site.messenger.send(place_of("an"), Message((choices,), "vi"), "")
    await an.post("tick", pick="a.s.1.two")
    assert [incoming.body for incoming in site.heard] == [Texted("2")]


async def test_looking_at_a_page_changes_nothing(site: Site, an: Browser) -> None:
    for path in ("/", "/new", "/as/an", "/as/an?lines=9", "/health", "/as/an"):
        await an.client.get(path)
    assert site.heard == []
    assert site.transcript.rows == []
    assert site.transcript.inbox == []


async def test_arriving_happens_once_however_many_tabs_say_so(site: Site, an: Browser) -> None:
    hidden = (await an.page()).by_id("hello").fields()
    assert hidden.keys() == {"csrf", "event_id"}
    for _ in range(3):
        assert (await an.post("arrive")).status == 204
    assert [incoming.body for incoming in site.heard] == [Arrived()]


async def test_two_visitors_do_not_see_each_other(site: Site, an: Browser, mei: Browser) -> None:
    await an.says("of An")
    await mei.says("of Mei")
    assert await an.shown() == ["of An", "of An"]
    assert await mei.shown() == ["of Mei", "of Mei"]
    assert [incoming.sender.user_id for incoming in site.heard] == ["an", "mei"]


async def test_someone_new_gets_a_chat_nobody_else_has(an: Browser, site: Site) -> None:
    addresses = set()
    for _ in range(2):
        response = await an.client.get("/new", allow_redirects=False)
        assert response.status == 303
        addresses.add(response.headers["Location"])
    assert len(addresses) == 2
    guest = Browser(an.client, addresses.pop().removeprefix("/as/"))
    assert is_guest_id(guest.visitor)
    await guest.says("hello")
    assert site.heard[0].sender.name == ""
    assert site.heard[0].place == place_of(guest.visitor)


async def test_a_guest_who_has_joined_is_greeted_by_name(an: Browser, site: Site) -> None:
    guest = Browser(an.client, "guest-aaaaaaaaaaaaaaaa")
    assert "You are new here" in (await guest.page()).text
    assert site.people is not None
    site.people.people += (Visitor(guest.visitor, "Lan", "Hải Đăng/Product"),)
    assert "You are Lan" in (await guest.page()).text


async def test_a_strangers_browser_says_which_language_to_try_first(client: Client, site: Site) -> None:
    response = await client.get("/as/guest-aaaaaaaaaaaaaaaa", headers={"Accept-Language": "fr, zh-CN;q=0.9, en;q=0.8"})
    assert take_apart(await response.text()).tagged("html")[0].attributes["lang"] == "zh"


async def test_the_page_follows_the_language_the_bot_speaks(an: Browser, site: Site) -> None:
    assert (await an.page()).tagged("html")[0].attributes["lang"] == "vi"
    await site.messenger.send(place_of("an"), Message((Paragraph(words("From now on in English")),), "en"), "")
    assert (await an.page()).tagged("html")[0].attributes["lang"] == "en"


async def test_a_replaced_message_takes_its_buttons_with_it(site: Site, an: Browser) -> None:
    question = Message((Paragraph(words("Chắc chưa?")), Choices((Option("Rồi", "a.s.1.yes"),))), "vi")
    reference = await site.messenger.send(place_of("an"), question, "")
    assert (await an.page()).classed("press")
    again = await site.messenger.send(place_of("an"), Message((Paragraph(words("Chắc chưa? ✓ Rồi")),), "vi"), reference)
    assert again == reference
    page = await an.page()
    assert page.classed("press") == []
    assert await an.shown() == ["Chắc chưa? ✓ Rồi"]


async def test_earlier_lines_can_be_asked_for(site: Site, an: Browser) -> None:
    for number in range(205):
        await site.messenger.send(place_of("an"), Message((Paragraph(words(f"{number}")),)), "")
    page = await an.page()
    assert len(page.classed("bubble")) == 200
    more = page.classed("earlier")[0].tagged("a")[0].attributes["href"]
    assert len((await an.page(more)).classed("bubble")) == 205


# --- without a script ---


async def test_without_a_script_the_answer_is_on_the_page_one_is_led_to(site: Site, an: Browser) -> None:
    response = await an.post("say", {"HX-Request": "", "Accept": "text/html,*/*", "Origin": "null"}, text="chào")
    assert (response.status, response.headers["Location"]) == (303, "/as/an#compose")
    assert await an.shown() == ["chào", "chào"]


async def test_without_a_script_one_waits_for_all_of_an_answer(site: Site, an: Browser) -> None:
    async def deliver(place: Place) -> None:
        for number in range(3):
            await site.messenger.send(place, Message((Paragraph(words(f"{number}")),), "vi"), "")
            await asyncio.sleep(0)

    later: list[asyncio.Task[None]] = []

    async def answer_by_relay(incoming: Incoming) -> tuple[Message, ...]:
        later.append(asyncio.create_task(deliver(incoming.place)))
        return ()

    site.answer = answer_by_relay
    await an.post("say", {"HX-Request": "", "Accept": "text/html"}, text="chào")
    assert await an.shown() == ["chào", "0", "1", "2"]
    await asyncio.gather(*later)


async def test_without_a_script_words_that_could_not_be_kept_are_given_back(site: Site, an: Browser) -> None:
    page = await an.page()
    site.transcript.failure = OSError("disk full")
    response = await an.post_from(page, "say", {"HX-Request": "", "Accept": "text/html"}, text="một câu dài\nhai dòng")
    assert response.status == 503
    assert take_apart(await response.text()).by_id("unsent").text.removeprefix("\n") == "một câu dài\nhai dòng"


# --- faults ---


async def test_a_post_that_cannot_be_kept_is_not_acknowledged_and_may_be_sent_again(site: Site, an: Browser) -> None:
    page = await an.page()
    site.transcript.failure = OSError("disk full")
    assert (await an.post_from(page, "say", text="chào")).status == 503
    assert site.heard == []
    site.transcript.failure = None
    assert (await an.post_from(page, "say", text="chào")).status == 204
    assert (await an.post_from(page, "say", text="chào")).status == 204
    assert len(site.heard) == 1


async def test_a_turn_that_fails_is_left_to_the_inbox_and_not_sent_again(
    site: Site, an: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    async def failing(incoming: Incoming) -> tuple[Message, ...]:
        raise RuntimeError(incoming.body)

    site.answer = failing
    response = await an.says("bí mật")
    assert response.status == 204
    assert len(site.transcript.inbox) == 1
    assert await an.shown() == ["bí mật"]
    assert "RuntimeError" in caplog.text
    assert "bí mật" not in caplog.text


async def test_a_failure_shows_nothing_of_its_inside(site: Site, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    assert site.people is not None
    site.people.failure = RuntimeError("password=hunter2")
    response = await client.get("/as/an")
    text = await response.text()
    assert response.status == 500
    for inside in ("hunter2", "Traceback", "RuntimeError", "receive.py"):
        assert inside not in text
    assert "hunter2" not in caplog.text


# --- refusals ---


@pytest.mark.parametrize("action", ["arrive", "say", "press", "tick", "form"])
@pytest.mark.parametrize("token", [None, "", "wrong", "ü"])
async def test_a_post_without_the_right_form_token_is_refused(site: Site, an: Browser, action: str, token: str | None) -> None:
    fields = {"event_id": "abcdefgh", "text": "x"} | ({} if token is None else {"csrf": token})
    response = await an.client.post(f"/as/an/{action}", data=fields, headers={"Sec-Fetch-Site": "same-origin"})
    assert response.status == (400 if token is None else 403)
    assert site.transcript.inbox == []


async def test_the_form_token_of_another_visitor_is_refused(site: Site, an: Browser, mei: Browser) -> None:
    token = (await mei.page()).form("say").fields()["csrf"]
    assert (await an.says("x", csrf=token)).status == 403
    assert site.transcript.inbox == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "", "Origin": "null"},
        {"Sec-Fetch-Site": "", "Origin": ""},
        {"Origin": "https://evil.example"},
    ],
    ids=str,
)
async def test_a_post_from_another_site_is_refused(site: Site, an: Browser, headers: dict[str, str]) -> None:
    assert (await an.post("say", headers, text="x")).status == 403
    assert site.transcript.inbox == []


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "laban.evil.example"])
async def test_somebody_elses_name_for_this_machine_is_refused(client: Client, host: str) -> None:
    assert (await client.get("/as/an", headers={"Host": host})).status == 421
    assert (await client.get("/health", headers={"Host": host})).status == 200


@pytest.mark.parametrize(
    ("body", "content_type", "refused_with"),
    [
        (b"csrf=x&event_id=abcdefgh&text=a&text=b", "application/x-www-form-urlencoded", 400),
        (b"csrf=x&event_id=abcdefgh&text=%ff", "application/x-www-form-urlencoded", 400),
        (b"%00", "application/x-www-form-urlencoded", 400),
        (b"", "application/x-www-form-urlencoded", 400),
        (b'{"text": "a"}', "application/json", 415),
        (b"--x\r\n", "multipart/form-data; boundary=x", 415),
        (b"text=a", "text/plain", 415),
        (b"text=a", "application/x-www-form-urlencoded; charset=utf-16", 415),
    ],
)
async def test_a_body_no_page_of_ours_sends_is_refused(
    site: Site, client: Client, body: bytes, content_type: str, refused_with: int
) -> None:
    response = await client.post("/as/an/say", data=body, headers={"Content-Type": content_type, "Sec-Fetch-Site": "same-origin"})
    assert response.status == refused_with
    assert site.transcript.inbox == []


async def test_an_unknown_field_is_refused(site: Site, an: Browser) -> None:
    assert (await an.says("x", is_admin="1")).status == 400
    assert site.transcript.inbox == []


async def test_fifty_thousand_characters_are_heard(site: Site, an: Browser) -> None:
    assert (await an.says("x" * 50_000)).status == 204
    assert site.heard[0].body == Texted("x" * 50_000)


async def test_more_than_fits_is_refused_kindly(site: Site, an: Browser) -> None:
    response = await an.says("x" * 70_000)
    assert response.status == 413
    assert "too long" in await response.text()
    assert site.transcript.inbox == []


@pytest.mark.parametrize(
    "path",
    [
        "/as/nobody",
        "/as/guest-short",
        "/as/an/other",
        "/as/",
        "/as/an%2F..%2Fmei",
        "/static/receive.py",
        "/static/..%2Freceive.py",
        "/x",
    ],
)
async def test_what_is_not_there_is_not_found(client: Client, path: str) -> None:
    assert (await client.get(path)).status == 404


@pytest.mark.parametrize("query", ["after=x", "after=-1", "after=1e9", "after=99999999999999999999", "after=１"])
async def test_an_odd_number_is_refused(client: Client, query: str) -> None:
    assert (await client.get(f"/as/an/events?{query}")).status == 400


@pytest.mark.parametrize("path", ["/", "/new", "/as/an", "/as/an/events", "/as/guest-aaaaaaaaaaaaaaaa"])
async def test_without_visitors_the_chat_is_closed_and_says_so(path: str) -> None:
    client = await serve(Site(people=None))
    response = await client.get(path)
    assert response.status == 404
    assert "There is no web chat here" in await response.text()
    posted = await client.post("/as/an/say", data={"text": "x"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert posted.status == 404
    assert (await client.get("/health")).status == 200
    await client.close()


# --- what every answer carries ---


def assert_hardened(response: ClientResponse) -> None:
    assert response.headers.getall("Content-Security-Policy") == [CONTENT_SECURITY_POLICY]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response.headers["Server"] == "laban"


def test_the_policy_is_the_one_agreed_on() -> None:
    assert CONTENT_SECURITY_POLICY == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
        "base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    )


@pytest.mark.parametrize(
    ("method", "path", "number"),
    [
        ("GET", "/", 200),
        ("GET", "/new", 303),
        ("GET", "/as/an", 200),
        ("HEAD", "/as/an", 200),
        ("GET", "/as/an/events", 200),
        ("GET", "/health", 200),
        ("GET", "/static/" + load_assets()["chat.css"].served_as, 200),
        ("GET", "/nowhere", 404),
        ("GET", "/as/nobody", 404),
        ("GET", "/as/an/say", 405),
        ("DELETE", "/as/an", 405),
        ("HEAD", "/as/an/events", 405),
        ("GET", "/as/an/events?after=x", 400),
        ("POST", "/as/an/say", 403),
    ],
)
async def test_every_answer_is_hardened(client: Client, method: str, path: str, number: int) -> None:
    response = await client.request(method, path, allow_redirects=False)
    assert response.status == number
    assert_hardened(response)
    response.close()
    if not path.startswith("/static"):
        assert response.headers["Cache-Control"] == "no-store"


async def test_posts_and_their_failures_are_hardened(site: Site, an: Browser) -> None:
    for response in (
        await an.says("x"),
        await an.says("x" * 70_000),
        await an.says("x", csrf="wrong"),
        await an.says("x", odd="1"),
    ):
        assert_hardened(response)
    assert site.people is not None
    site.people.failure = RuntimeError()
    response = await an.client.get("/as/an")
    assert response.status == 500
    assert_hardened(response)


async def test_what_cannot_be_used_says_what_can(client: Client) -> None:
    assert (await client.delete("/as/an")).headers["Allow"] == "GET,HEAD"


async def test_over_tls_browsers_are_told_to_stay_there() -> None:
    client = await serve(Site(public_url="https://laban.example/okr/"))
    response = await client.get("/")
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"
    page = take_apart(await response.text())
    assert page.classed("person")[0].attributes["href"] == "/okr/as/an"
    assert page.tagged("link")[0].attributes["href"].startswith("/okr/static/")
    await client.close()


# --- files ---


@pytest.mark.parametrize("name", SERVED)
async def test_files_are_kept_for_ever_under_a_name_that_changes_with_them(client: Client, name: str) -> None:
    asset = load_assets()[name]
    response = await client.get(f"/static/{asset.served_as}")
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.content_type == SERVED[name]
    assert await response.read() == asset.content
    assert hashlib.sha256(asset.content).hexdigest()[:12] in asset.served_as
    again = await client.get(f"/static/{asset.served_as}", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status == 304


def test_what_is_not_ours_is_what_its_authors_published() -> None:
    folder = files("adapters.webchat").joinpath("static")
    listed = [line.split() for line in folder.joinpath("VENDORED.sha256").read_text().splitlines()]
    assert {name for name in SERVED if "htmx" in name} <= {name for _, name in listed}
    for checksum, name in listed:
        assert hashlib.sha256(folder.joinpath(name).read_bytes()).hexdigest() == checksum


# --- streams ---


async def test_a_stream_brings_both_sides_at_once(site: Site, an: Browser) -> None:
    stream = await an.events()
    await an.says("chào")
    assert await stream.lines(2) == ["chào", "chào"]
    stream.response.close()


async def test_a_stream_goes_on_exactly_where_it_broke_off(site: Site, an: Browser) -> None:
    stream = await an.events()
    await site.messenger.send(place_of("an"), Message((Paragraph(words("one")),)), "")
    seen = await stream.next()
    stream.response.close()
    await site.messenger.send(place_of("an"), Message((Paragraph(words("two")),)), "")
    reference = await site.messenger.send(place_of("an"), Message((Paragraph(words("three")),)), "")
    await site.messenger.send(place_of("an"), Message((Paragraph(words("three, mended")),)), reference)
    resumed = await an.events(last_event_id=seen.id)
    assert (await resumed.next()).lines == ["two", "three, mended"]
    resumed.response.close()
    by_address = await an.events(after=int(seen.id))
    assert (await by_address.next()).lines == ["two", "three, mended"]
    by_address.response.close()


async def test_a_page_and_its_stream_leave_nothing_out_and_repeat_nothing(site: Site, an: Browser) -> None:
    await an.says("one")
    after = int((await an.page()).tagged("body")[0].attributes["data-after"])
    await an.says("two")
    stream = await an.events(after)
    assert await stream.lines(2) == ["two", "two"]
    stream.response.close()


async def test_a_changed_line_comes_under_its_old_name(site: Site, an: Browser) -> None:
    reference = await site.messenger.send(place_of("an"), Message((Paragraph(words("one")),)), "")
    stream = await an.events()
    first = take_apart((await stream.next()).data).classed("line")[0]
    await site.messenger.send(place_of("an"), Message((Paragraph(words("one, mended")),)), reference)
    second = take_apart((await stream.next()).data).classed("line")[0]
    assert first.attributes["id"] == second.attributes["id"] == f"line-{reference}"
    stream.response.close()


async def test_words_cannot_break_out_of_a_stream(site: Site, an: Browser) -> None:
    stream = await an.events()
    said = "data: x\n\nevent: restart\nid: 99\n\rretry: 0\r\n"
    await site.messenger.send(place_of("an"), Message((Paragraph(words(said)),)), "")
    event = await stream.next()
    assert (event.name, event.id, set(event.fields)) == ("lines", "1", {"event", "id"})
    stream.response.close()


async def test_a_stream_hears_nothing_of_other_chats(site: Site, an: Browser, mei: Browser) -> None:
    stream = await an.events()
    await mei.says("of Mei")
    await an.says("of An")
    assert await stream.lines(2) == ["of An", "of An"]
    stream.response.close()


async def test_a_page_of_a_conversation_that_is_no_more_starts_again(an: Browser) -> None:
    stream = await an.events(after=40)
    assert (await stream.next()).name == "restart"
    with pytest.raises(EOFError):
        await stream.next()


async def test_a_silent_stream_shows_that_it_lives_and_finds_what_another_process_wrote() -> None:
    site = Site(heartbeat=0.01)
    client = await serve(site)
    stream = await Browser(client).events()
    assert (await stream.next()).comment == "still here"
    await site.transcript.write(place_of("an"), "l1", Message((Paragraph(words("from elsewhere")),)), MORNING, "")
    event = await stream.next()
    while event.comment:
        event = await stream.next()
    assert event.lines == ["from elsewhere"]
    await client.close()


async def test_too_many_streams_are_refused_for_a_while(site: Site, an: Browser) -> None:
    open_streams = [await an.events() for _ in range(PER_PLACE)]
    response = await an.client.get("/as/an/events")
    assert (response.status, response.headers["Retry-After"]) == (503, "5")
    assert_hardened(response)
    for stream in open_streams:
        stream.response.close()


async def test_a_stream_that_cannot_read_ends_and_leaves_nothing_behind(
    site: Site, an: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    stream = await an.events()
    assert len(site.streams) == 1

    site.transcript.failure = OSError("database is locked")
    site.streams.ring(place_of("an"))
    with pytest.raises(EOFError):
        await stream.next()
    assert len(site.streams) == 0
    assert "OSError" in caplog.text


async def test_the_server_stops_at_once_with_streams_open() -> None:
    site = Site()
    client = await serve(site)
    streams = [await Browser(client, visitor).events() for visitor in ("an", "mei")]
    clock = asyncio.get_running_loop()
    began = clock.time()
    await client.server.close()
    assert clock.time() - began < 1
    for stream in streams:
        with pytest.raises(EOFError):
            await stream.next()
    assert len(site.streams) == 0
    await client.close()


# --- who is asked ---


async def test_nothing_anybody_wrote_is_logged(site: Site, an: Browser, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = (await an.page()).form("say").fields()["csrf"]
    await an.says("bí mật")
    await an.post("press", token="a.s.1.secret", label="bí mật")
    await an.says("bí mật", odd="1")
    for secret in ("bí mật", "b%C3%AD", "a.s.1.secret", token):
        assert secret not in caplog.text


async def test_health_says_when_something_is_wrong() -> None:
    site = Site(is_well=True)
    client = await serve(site)
    assert (await client.get("/health")).status == 200
    site.is_well = False
    assert (await client.get("/health")).status == 503
    await client.close()
