"""What Slack brings by HTTP is proven, stored, then acknowledged; whatever else comes is turned away, and nothing ever breaks."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.slack.receive import BODY_LIMIT
from adapters.slack.verify import SIGNATURE, TIMESTAMP, sign
from bot.actions.fill_form import OpenForm
from bot.chat.incoming import Picked, Place, Sender, Submitted, Texted
from bot.chat.intents import Wish
from bot.chat.message import Form, FormField
from tests.hands import MORNING
from tests.platforms.slack_server import slack_server
from tests.unit.slack.reception import AN, SECRET, TEAM, Door, door, event, press, view

STAMP = str(int(MORNING.timestamp()))
BODY = json.dumps(event()).encode()


@pytest.fixture
async def opened() -> AsyncIterator[Door]:
    async with door() as one:
        yield one


# --- proof ---


async def test_what_slack_has_signed_is_stored_and_acknowledged(opened: Door) -> None:
    assert await opened.tell(event("xin chào")) == (200, "")
    (incoming,) = opened.inbox.events
    assert incoming.body == Texted("xin chào")
    assert incoming.sender == Sender("slack", TEAM, AN)
    assert incoming.place == Place("slack", TEAM, AN)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Nothing": "1"},
        {TIMESTAMP: STAMP},
        {SIGNATURE: sign(SECRET, STAMP, BODY)},
        {TIMESTAMP: "", SIGNATURE: sign(SECRET, STAMP, BODY)},
        {TIMESTAMP: "now", SIGNATURE: sign(SECRET, STAMP, BODY)},
        {TIMESTAMP: "1e400", SIGNATURE: sign(SECRET, STAMP, BODY)},
        {TIMESTAMP: "-1", SIGNATURE: sign(SECRET, "-1", BODY)},
        {TIMESTAMP: "9" * 300, SIGNATURE: sign(SECRET, "9" * 300, BODY)},
        {TIMESTAMP: str(int(STAMP) - 301), SIGNATURE: sign(SECRET, str(int(STAMP) - 301), BODY)},
        {TIMESTAMP: str(int(STAMP) + 301), SIGNATURE: sign(SECRET, str(int(STAMP) + 301), BODY)},
        {TIMESTAMP: STAMP, SIGNATURE: ""},
        {TIMESTAMP: STAMP, SIGNATURE: "v0="},
        {TIMESTAMP: STAMP, SIGNATURE: "é"},
        {TIMESTAMP: STAMP, SIGNATURE: sign("another secret", STAMP, BODY)},
        {TIMESTAMP: STAMP, SIGNATURE: sign(SECRET, STAMP, BODY + b" ")},
        {TIMESTAMP: STAMP, SIGNATURE: sign(SECRET, STAMP, BODY).upper()},
        {TIMESTAMP: STAMP, SIGNATURE: sign(SECRET, STAMP, BODY)[:-1]},
    ],
)
async def test_a_request_without_a_good_proof_is_turned_away(opened: Door, headers: Mapping[str, str]) -> None:
    number, _ = await opened.post(BODY, **headers)
    assert number == 401
    assert opened.inbox.events == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"null", "application/json"),
        (b'"text"', "application/json"),
        (b'{"type":' + b"[" * 100 + b"]" * 100 + b"}", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b'{"a":' * 100_000, "application/json"),
        (b"payload=%7B", "application/x-www-form-urlencoded"),
        (b"payload=[]", "application/x-www-form-urlencoded"),
        (b"payload=null", "application/x-www-form-urlencoded"),
        (b"payload=%ff%fe", "application/x-www-form-urlencoded"),
        (b"\xff", "application/x-www-form-urlencoded"),
    ],
)
async def test_a_malformed_body_is_turned_away_even_when_it_is_signed(opened: Door, body: bytes, kind: str) -> None:
    number, _ = await opened.post(body, kind)
    assert number == 401


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.sampled_from(("event", "team_id", "event_id", "authorizations", "type")), ODD, ODD)
async def test_an_event_of_any_shape_is_answered(opened: Door, name: str, odd: object, also: object) -> None:
    number, _ = await opened.tell({**event(), name: odd, "also": also})
    assert number in (200, 401)
    number, _ = await opened.tell({**event(), "event": {**event()["event"], "user": odd, "text": also, "blocks": odd}})
    assert number in (200, 401)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.sampled_from(("actions", "user", "team", "container", "channel", "trigger_id", "view", "response_url")), ODD)
async def test_a_press_of_any_shape_is_answered(opened: Door, name: str, odd: object) -> None:
    number, _ = await opened.deed({**press("d.home."), name: odd})
    assert number in (200, 401)
    number, _ = await opened.deed({**view("view_submission", {}, {}), name: odd})
    assert number in (200, 401)


async def test_a_body_that_is_too_long_or_never_ends_costs_little(opened: Door) -> None:
    number, _ = await opened.post(b"x" * (BODY_LIMIT + 1))
    assert number == 413
    async with door(body_seconds=0.05) as slow:
        parts = urlsplit(slow.url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(b"POST /slack/events HTTP/1.1\r\nHost: laban.example\r\nContent-Length: 50\r\n\r\n{")
        assert (await reader.readline()).startswith(b"HTTP/1.1 408")
        writer.close()
        await writer.wait_closed()


async def test_slack_is_shown_that_the_address_is_ours(opened: Door) -> None:
    number, answer = await opened.tell({"type": "url_verification", "challenge": "3eZbrw1aBm2rZg", "token": "x"})
    assert number == 200
    assert "3eZbrw1aBm2rZg" in answer


# --- before the acknowledgement ---


async def test_nothing_is_acknowledged_that_could_not_be_stored(opened: Door) -> None:
    opened.inbox.failure = OSError("disk full")
    for answer in (await opened.tell(event()), await opened.deed(press("d.home.")), await opened.command(**command("new"))):
        assert answer[0] == 503
    opened.inbox.failure = None
    assert (await opened.tell(event()))[0] == 200


async def test_a_database_slower_than_slack_waits_gets_it_again(caplog: pytest.LogCaptureFixture) -> None:
    async with door(take_seconds=0.05) as slow:
        slow.inbox.gate = asyncio.Event()
        assert (await slow.tell(event()))[0] == 503
        slow.inbox.gate.set()
        assert (await slow.tell(event()))[0] == 200
    assert "hello" not in caplog.text


async def test_while_nobody_has_told_us_who_we_are_it_comes_again(opened: Door) -> None:
    opened.workspaces.is_ready = False
    assert (await opened.tell(event()))[0] == 503
    opened.workspaces.is_ready = True
    assert (await opened.tell(event()))[0] == 200


@pytest.mark.parametrize("kind", ["star_added", "kind_of_the_future", "message.odd", "link_shared", "function_executed"])
async def test_kinds_nobody_knows_are_acknowledged_and_forgotten(opened: Door, kind: str) -> None:
    assert (await opened.tell({**event(), "event": {"type": kind, "user": AN}}))[0] == 200
    assert (await opened.deed({**press("d.home."), "type": kind}))[0] in (200, 401)
    assert opened.inbox.events == []


async def test_other_workspaces_are_acknowledged_and_nothing_of_theirs_is_kept(opened: Door) -> None:
    assert (await opened.tell(event(team="T0OTHER")))[0] == 200
    assert (await opened.command(**command("new") | {"team_id": "T0OTHER"}))[0] == 200
    assert opened.inbox.events == []


async def test_what_we_say_ourselves_is_no_event(opened: Door) -> None:
    assert (await opened.tell(event(user="U0LABAN", bot_id="B0LABAN")))[0] == 200
    assert (await opened.tell(event(bot_id="B0OTHER")))[0] == 200
    assert opened.inbox.events == []


async def test_whoever_takes_us_out_is_forgotten(opened: Door) -> None:
    told = {**event(), "event": {"type": "app_uninstalled"}, "authorizations": []}
    assert (await opened.tell(told))[0] == 200
    assert opened.workspaces.tenants == set()


# --- presses ---


def command(text: str, channel: str = "C1") -> dict[str, str]:
    return {
        "command": "/okr",
        "text": text,
        "team_id": TEAM,
        "user_id": AN,
        "user_name": "an",
        "channel_id": channel,
        "trigger_id": f"1.{text}",
        "response_url": "http://127.0.0.1:9/hooks/x",
    }


async def test_an_answer_is_one_event_whenever_its_button_is_pressed(opened: Door) -> None:
    for at in (1772442001.5, 1772442001.7, 1772442900.0):
        assert (await opened.deed(press("a.s1.5.yes", at=at)))[0] == 200
    (incoming,) = opened.inbox.events
    assert incoming.body == Picked("a.s1.5.yes")


async def test_a_deed_pressed_twice_within_a_moment_is_one_and_later_another(opened: Door) -> None:
    for at in (1772442001.5, 1772442002.1, 1772442002.1, 1772442060.0):
        assert (await opened.deed(press("d.home.", at=at)))[0] == 200
    await opened.deed(press("d.home.", at=1772442060.5, ts="1772442050.000900"))
    assert len(opened.inbox.events) == 3


async def test_what_is_ticked_is_sent_once_however_often_its_button_is_pressed(opened: Door) -> None:
    ticked = {"b": {"many0": {"type": "multi_static_select", "selected_options": [{"value": "1"}, {"value": "3"}]}}}
    for at in (1772442001.9, 1772442002.1):
        told = press("done", at=at, action_id="done0") | {"state": {"values": ticked}}
        assert (await opened.deed(told))[0] == 200
    assert [one.body for one in opened.inbox.events] == [Texted("1, 3")]


async def test_a_command_may_hold_any_word(opened: Door) -> None:
    for text in ("status payload", "payload=1", "status a=b&c", "status 100%", "trạng thái", "+1 ; & =", ""):
        assert (await opened.command(**command(text)))[0] == 200
    assert len(opened.inbox.events) == 7
    assert opened.inbox.events[0].body == Texted("/okr status payload")


async def test_an_address_for_answers_is_kept_for_whispers_only(opened: Door) -> None:
    await opened.command(**command("status"))
    await opened.command(**command("new", channel="D1"))
    (whispered, direct) = opened.inbox.events
    assert whispered.whisper is not None
    assert opened.hooks.take(whispered.whisper.answer) == "http://127.0.0.1:9/hooks/x"
    assert direct.whisper is None


# --- forms ---

FORM = OpenForm("en", (), Form((FormField("nps/value", "NPS today"),), "a.s1.6.~submit", "Send"), "a.s1.6.~pause")
METADATA = {"form": "a.s1.6.~submit", "close": "a.s1.6.~pause", "keys": ["nps/value"]}
FILLED = {"form0": {"answer": {"type": "plain_text_input", "value": "41"}}}


async def test_the_button_of_a_form_opens_it_and_stores_nothing() -> None:
    async with slack_server() as server:
        grant = server.install()
        async with door(api_url=f"{server.url}/api/") as opened:
            opened.forms["a.s1.6.~submit"] = FORM
            an = server.person(AN)
            told = press("a.s1.6.~submit", action_id="form") | {"trigger_id": server.trigger(an.workspace, an.id)}
            # The door's workspace has a token of its own making.
            server.oauth.grants[f"xoxb-{TEAM}"] = grant
            assert (await opened.deed(told))[0] == 200
            await an.sees_modal("NPS today")
            assert opened.inbox.events == []


async def test_a_form_that_cannot_be_opened_becomes_a_press(opened: Door) -> None:
    opened.forms["a.s1.6.~submit"] = FORM
    assert (await opened.deed(press("a.s1.6.~submit", action_id="form")))[0] == 200
    await opened.reception.end()
    (incoming,) = opened.inbox.events
    assert incoming.body == Picked("a.s1.6.~submit")


async def test_a_form_that_is_no_longer_open_is_told_in_the_chat(opened: Door) -> None:
    await opened.deed(press("a.s1.6.~submit", action_id="form"))
    assert [one.body for one in opened.inbox.events] == [Picked("a.s1.6.~submit")]


async def test_what_does_not_fit_is_written_beside_its_field_and_not_stored(opened: Door) -> None:
    opened.problems["nps/value"] = "That is no number."
    number, answer = await opened.deed(view("view_submission", FILLED, METADATA))
    assert number == 200
    assert json.loads(answer) == {"response_action": "errors", "errors": {"form0": "That is no number."}}
    assert opened.inbox.events == []


async def test_what_fits_is_stored_and_closes_the_form(opened: Door) -> None:
    assert await opened.deed(view("view_submission", FILLED, METADATA)) == (200, "")
    assert await opened.deed(view("view_submission", FILLED, METADATA)) == (200, "")
    assert [one.body for one in opened.inbox.events] == [Submitted("a.s1.6.~submit", {"nps/value": "41"})]


async def test_a_form_that_is_closed_puts_its_question_aside(opened: Door) -> None:
    assert await opened.deed(view("view_closed", {}, METADATA)) == (200, "")
    assert [one.body for one in opened.inbox.events] == [Picked("a.s1.6.~pause")]


# --- what nobody else reads ---


class Whistle:
    """Implements `adapters.slack.private.PrivateModal`."""

    wish = Wish.ANONYMOUS
    name = "whistle"

    def __init__(self) -> None:
        self.heard: list[Mapping[str, Any]] = []

    async def open(self, sender: Sender) -> Mapping[str, Any] | None:
        """A page with one field."""
        title = {"type": "plain_text", "text": "Unsigned"}
        label = {"type": "plain_text", "text": "What is in the way?"}
        field = {"type": "input", "block_id": "note", "label": label, "element": {"type": "plain_text_input", "action_id": "n"}}
        return {"type": "modal", "callback_id": self.name, "title": title, "submit": title, "blocks": [field]}

    async def submitted(self, sender: Sender, view: Mapping[str, Any]) -> Mapping[str, Any]:
        """A receipt, at once."""
        self.heard.append(view["state"]["values"])
        return {"response_action": "clear"}

    async def pressed(self, sender: Sender, view: Mapping[str, Any], action: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Nothing to press."""
        return None


async def test_a_private_modal_is_answered_at_once_and_never_enters_the_inbox() -> None:
    async with slack_server() as server:
        whistle = Whistle()
        grant = server.install()
        async with door(api_url=f"{server.url}/api/", modals=(whistle,)) as opened:
            server.oauth.grants[f"xoxb-{TEAM}"] = grant
            an = server.person(AN)
            told = command("ẩn danh") | {"trigger_id": server.trigger(an.workspace, an.id)}
            assert await opened.command(**told) == (200, "")
            await an.sees_modal("Unsigned", "What is in the way?")
            values = {"note": {"n": {"type": "plain_text_input", "value": "nobody answers"}}}
            number, answer = await opened.deed(view("view_submission", values, {}, "whistle"))
            assert (number, json.loads(answer)) == (200, {"response_action": "clear"})
            assert whistle.heard == [values]
            await opened.command(**command("new"))
            assert [one.body for one in opened.inbox.events] == [Texted("/okr new")]


class Broken(Whistle):
    """A disk that is full."""

    async def open(self, sender: Sender) -> Mapping[str, Any] | None:
        """Fails."""
        raise OSError("disk full")

    async def submitted(self, sender: Sender, view: Mapping[str, Any]) -> Mapping[str, Any]:
        """Fails."""
        raise OSError("disk full")


async def test_what_fails_unread_by_others_leaves_no_line_that_says_when(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "adapters")
    async with door(modals=(Broken(),)) as opened:
        values = {"note": {"n": {"type": "plain_text_input", "value": "nobody answers"}}}
        number, _ = await opened.deed(view("view_submission", values, {}, "whistle"))
        assert number == 503
        assert (await opened.command(**command("anon")))[0] == 503
        assert opened.inbox.events == []
    assert [one.getMessage() for one in caplog.records if one.name.startswith("adapters")] == []
