"""What happens in our Slack reaches stock Bolt, over HTTP and over Socket Mode, in time, again when it was not taken, and with what goes with it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from tests.hands import Hands
from tests.platforms.slack_forms import UnacceptableError
from tests.platforms.slack_person import as_sent
from tests.platforms.slack_samples import QUIET, actions, asking, button, menu, modal, section
from tests.platforms.slack_server import SlackServer, WallClock, slack_server
from tests.platforms.slack_world import BOT_USER, SIGNING_SECRET

WAYS = ("http", "socket")


@pytest.fixture
def hands() -> Hands:
    """Stock Bolt compares what is signed with the machine's clock."""
    return Hands(datetime.now(UTC))


@pytest.fixture(autouse=True)
def _quietly(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    caplog.set_level(logging.CRITICAL, "slack_bolt")


@pytest.fixture
async def server(hands: Hands) -> AsyncIterator[SlackServer]:
    async with slack_server(hands) as opened:
        yield opened


@asynccontextmanager
async def serving(handler: Callable[[web.Request], Any]) -> AsyncIterator[str]:
    """Something that listens on this machine; its address."""
    app = web.Application()
    app.router.add_post("/slack/events", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def listening(server: SlackServer, app: AsyncApp, way: str, connections: int = 1) -> AsyncIterator[None]:
    """Stock Bolt, listening one way or the other."""
    async with AsyncExitStack() as stack:
        if way == "http":
            runner = web.AppRunner(app.server(port=0).web_app, access_log=None, shutdown_timeout=0.1)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            server.app.listen_at(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
        else:
            server.app.listen_by_socket()
            for _ in range(connections):
                handler = AsyncSocketModeHandler(app, server.app.app_token, ping_interval=60)
                stack.push_async_callback(handler.close_async)
                await handler.connect_async()  # type: ignore[no-untyped-call] # the library leaves it untyped
            await server.until(lambda: len(server.courier.sockets) == connections)
        yield


def bolt(server: SlackServer) -> AsyncApp:
    """An app as people write it, which says everything twice: it is in one workspace."""
    client = AsyncWebClient(server.install().token, base_url=f"{server.url}/api/")
    return AsyncApp(client=client, signing_secret=SIGNING_SECRET)


@pytest.mark.parametrize("way", WAYS)
async def test_a_message_is_heard_and_answered(server: SlackServer, way: str) -> None:
    app = bolt(server)

    @app.event("message")
    async def _(event: dict[str, Any], say: Any) -> None:
        await say(text=f"you said {event['text']}", **QUIET)

    async with listening(server, app, way):
        an = server.person()
        answer = await an.says("hello & good day")
        assert answer is not None
        assert answer.is_taken
        assert (await an.sees("you said")).words == "you said hello & good day"
        await server.until(lambda: server.courier.is_quiet)
    assert server.complaints == []


@pytest.mark.parametrize("way", WAYS)
async def test_a_button_is_pressed_and_its_message_changes(server: SlackServer, way: str) -> None:
    app = bolt(server)
    pressed: list[dict[str, Any]] = []

    @app.action("decide")
    async def _(ack: Any, body: dict[str, Any], respond: Any) -> None:
        await ack()
        pressed.append(body)
        await respond(text="decided", replace_original=True)

    async with listening(server, app, way):
        an = server.person()
        blocks = [actions(button("Add people & time", "more", action_id="decide"), button("Not now", "later", action_id="other"))]
        await app.client.chat_postMessage(channel=an.id, text="help!", blocks=blocks, **QUIET)
        assert (await an.presses("Add")).is_taken
        await an.sees("decided")
    (body,) = pressed
    assert (body["actions"][0]["value"], body["actions"][0]["text"]["text"]) == ("more", "Add people &amp; time")
    assert body["container"]["message_ts"] == an.last.ts
    assert an.last.edits == 1
    assert an.notices == []


@pytest.mark.parametrize("way", WAYS)
async def test_what_nobody_answers_is_told_to_the_person(server: SlackServer, way: str, hands: Hands) -> None:
    app = bolt(server)
    hanging = asyncio.Event()

    @app.action("never")
    async def _() -> None:
        hanging.set()
        await asyncio.Event().wait()

    async with listening(server, app, way):
        an = server.person()
        blocks = [actions(button("Press", action_id="never"))]
        await app.client.chat_postMessage(channel=an.id, text="press", blocks=blocks, **QUIET)
        pressing = asyncio.create_task(an.presses("Press"))
        await hanging.wait()
        hands.turn(timedelta(seconds=3))
        assert not (await pressing).is_taken
    assert an.notices == ["This app did not answer in time"]


@pytest.mark.parametrize("way", WAYS)
async def test_a_command_is_answered_to_one_or_to_all(server: SlackServer, way: str) -> None:
    app = bolt(server)
    heard: list[dict[str, Any]] = []

    @app.command("/okr")
    async def _(ack: Any, command: dict[str, Any]) -> None:
        heard.append(command)
        if command["text"] == "quiet":
            await ack()
        else:
            await ack(text="the board", response_type="in_channel" if command["text"] == "status" else "ephemeral")

    async with listening(server, app, way):
        an = server.person()
        channel = server.workspace().channel()
        await an.runs("/okr help", channel=channel)
        assert ([one.words for one in an.ephemerals], channel.said) == (["the board"], [])
        await an.runs("/okr status", channel=channel)
        assert [one.words for one in channel.said] == ["the board"]
        await an.runs("/okr quiet")
        assert an.chat.said == []
    assert [(one["text"], one["channel_name"]) for one in heard] == [
        ("help", "marketing"),
        ("status", "marketing"),
        ("quiet", "directmessage"),
    ]
    with pytest.raises(UnacceptableError):
        await an.runs("/other")


@pytest.mark.parametrize("way", WAYS)
async def test_a_modal_is_refused_replaced_and_closed_by_its_answers(server: SlackServer, way: str) -> None:
    app = bolt(server)
    closed: list[str] = []

    @app.command("/okr")
    async def _(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(
            trigger_id=body["trigger_id"], view=modal(asking(), callback_id="write", private_metadata="s1", notify_on_close=True)
        )

    @app.view("write")
    async def _(ack: Any, view: dict[str, Any]) -> None:
        value = view["state"]["values"]["name"]["it"]["value"]
        match value:
            case "improve":
                await ack(response_action="errors", errors={"name": "By how much?"})
            case "more":
                await ack(response_action="update", view=modal(asking("unit"), callback_id="write"))
            case "above":
                await ack(response_action="push", view=modal(asking("why"), callback_id="write"))
            case "nonsense":
                await ack(response_action="errors", errors={"elsewhere": "?"})
            case _:
                await ack()

    @app.view_closed("write")
    async def _(ack: Any, view: dict[str, Any]) -> None:
        await ack()
        closed.append(view["private_metadata"])

    async with listening(server, app, way):
        an = server.person()
        await an.runs("/okr new")
        view = await an.sees_modal("Objective", "Name")
        with pytest.raises(UnacceptableError, match="still empty"):
            await an.submits()
        await an.submits({"Name": "improve"})
        assert (an.modal, view.errors) == (view, {"name": "By how much?"})
        await an.submits({"name": "NPS to 50"})
        assert an.workspace.modals[an.id] == []
        await an.runs("/okr new")
        view = await an.sees_modal()
        await an.submits({"name": "more"})
        assert [one["block_id"] for one in view.blocks] == ["unit"]
        await an.closes()
        await an.runs("/okr new")
        await an.sees_modal()
        await an.submits({"name": "above"})
        assert len(an.workspace.modals[an.id]) == 2
        await an.closes(everything=True)
        assert (an.modal, closed) == (None, ["s1"])
        assert (an.notices, server.complaints) == ([], [])
        await an.runs("/okr new")
        await an.sees_modal()
        await an.submits({"name": "nonsense"})
    assert an.notices == ["We had some trouble connecting. Try again?"]
    assert server.complaints == ["errors beside fields that are not there: {'elsewhere': '?'}, of ['name']"]


@pytest.mark.parametrize("way", WAYS)
async def test_a_home_is_opened_and_a_menu_on_it_used(server: SlackServer, way: str) -> None:
    app = bolt(server)
    chosen: list[str] = []

    @app.event("app_home_opened")
    async def _(event: dict[str, Any], client: AsyncWebClient) -> None:
        blocks = [section("NPS ▓▓░░", accessory={**menu(3), "action_id": "confidence"})]
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    @app.action("confidence")
    async def _(ack: Any, action: dict[str, Any]) -> None:
        await ack()
        chosen.append(action["selected_option"]["value"])

    async with listening(server, app, way):
        an = server.person()
        await an.opens_home()
        home = await an.sees_home("NPS")
        await an.chooses("2")
    assert chosen == ["2"]
    assert home.values[home.blocks[0]["block_id"]]["confidence"]["selected_option"]["value"] == "2"


@pytest.mark.parametrize("way", WAYS)
async def test_a_message_shortcut_carries_the_message(server: SlackServer, way: str) -> None:
    app = bolt(server)
    heard: list[dict[str, Any]] = []
    server.app.shortcuts = {"ask_for_help": ("Ask for help", "message")}

    @app.shortcut("ask_for_help")
    async def _(ack: Any, shortcut: dict[str, Any]) -> None:
        await ack()
        heard.append(shortcut)

    async with listening(server, app, way):
        an = server.person()
        channel = server.workspace().channel()
        await an.says("nobody answers the phone", channel=channel)
        await an.opens_shortcut("ask_for_help", channel.posts[-1])
    assert heard[0]["message"]["text"] == "nobody answers the phone"
    assert heard[0]["channel"]["name"] == "marketing"


# --- events ---


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("5 < 6 & 7", "5 &lt; 6 &amp; 7"),
        ("see https://x.vn/a?b=1", "see <https://x.vn/a?b=1>"),
        ("see x.vn", "see <http://x.vn|x.vn>"),
        ("an@x.vn", "<mailto:an@x.vn|an@x.vn>"),
        ("👍 1.200,50", ":+1: 1.200,50"),
    ],
)
def test_words_come_as_slack_hands_them_on(typed: str, sent: str) -> None:
    assert as_sent(typed) == sent


async def test_events_nobody_subscribed_to_or_may_read_do_not_come(server: SlackServer) -> None:
    server.install(scopes=("chat:write",))
    an = server.person()
    assert await an.says("hello") is None
    server.app.events = ()
    assert await an.opens_home() is None
    assert server.courier.deliveries == []


async def test_what_is_sent_is_signed_with_the_secret(server: SlackServer) -> None:
    server.install()
    checked: list[bool] = []

    async def hear(request: web.Request) -> web.Response:
        body = await request.text()
        checked.append(SignatureVerifier(SIGNING_SECRET).is_valid_request(body, dict(request.headers)))
        return web.Response()

    async with serving(hear) as address:
        server.app.listen_at(address)
        an = server.person()
        await an.says("hello")
        await an.runs("/okr")
    assert checked == [True, True]


async def test_an_event_that_is_not_taken_comes_again_at_once_after_a_minute_and_after_five(
    server: SlackServer, hands: Hands
) -> None:
    server.install()
    heard: list[tuple[str | None, str | None, str]] = []

    async def hear(request: web.Request) -> web.Response:
        told = await request.json()
        heard.append((request.headers.get("X-Slack-Retry-Num"), request.headers.get("X-Slack-Retry-Reason"), told["event_id"]))
        return web.Response(status=503)

    async with serving(hear) as address:
        server.app.listen_at(address)
        first = await server.person().says("hello")
        assert first is not None
        assert (first.number, first.why) == (503, "http_error")
        await server.until(lambda: len(heard) == 2 and server.courier.is_quiet)
        hands.turn(timedelta(seconds=59))
        assert len(heard) == 2
        hands.turn(timedelta(seconds=1))
        await server.until(lambda: len(heard) == 3 and server.courier.is_quiet)
        hands.turn(timedelta(minutes=5))
        await server.until(lambda: len(heard) == 4 and server.courier.is_quiet)
        hands.turn(timedelta(hours=1))
    assert [one[:2] for one in heard] == [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]
    assert len({one[2] for one in heard}) == 1


async def test_an_app_can_ask_for_no_further_attempt(server: SlackServer) -> None:
    server.install()

    async def hear(_: web.Request) -> web.Response:
        return web.Response(status=503, headers={"X-Slack-No-Retry": "1"})

    async with serving(hear) as address:
        server.app.listen_at(address)
        answer = await server.person().says("hello")
        assert answer is not None
        assert answer.is_final
        await server.until(lambda: server.courier.is_quiet)
    assert len(server.courier.deliveries) == 1


async def test_an_address_for_events_is_verified(server: SlackServer) -> None:
    app = bolt(server)
    async with listening(server, app, "http"):
        assert await server.verify_address()


async def test_everything_can_come_twice(server: SlackServer) -> None:
    server.install()
    heard: list[tuple[str | None, str]] = []

    async def hear(request: web.Request) -> web.Response:
        heard.append((request.headers.get("X-Slack-Retry-Num"), await request.text()))
        return web.Response()

    async with serving(hear) as address:
        server.app.listen_at(address)
        an = server.person()
        await an.says("hello")
        await server.courier.again()
        await an.runs("/okr")
        await server.courier.again()
        assert (await server.limit_events(an.workspace)).is_taken
        await server.event(an.workspace, {"type": "app_home_opened"}, event_id="Ev1")
    assert '"event_id": "Ev1"' in heard.pop()[1]
    assert [one[0] for one in heard] == [None, "1", None, None, None]
    assert (heard[0][1], heard[2][1]) == (heard[1][1], heard[3][1])
    assert "app_rate_limited" in heard[4][1]


async def test_a_stranger_in_a_shared_channel_is_told_as_one(server: SlackServer) -> None:
    server.install()
    heard: list[dict[str, Any]] = []

    async def hear(request: web.Request) -> web.Response:
        heard.append(await request.json())
        return web.Response()

    async with serving(hear) as address:
        server.app.listen_at(address)
        channel = server.workspace().channel("partners")
        channel.is_shared = True
        await server.person("U0PARTNER", "Partner", home_team="T0PARTNER").says("@Laban status", channel=channel)
    (told,) = heard
    assert (told["team_id"], told["event"]["user_team"], told["is_ext_shared_channel"]) == ("T0COMPASS", "T0PARTNER", True)


def test_an_app_is_set_up_by_its_manifest(server: SlackServer) -> None:
    url = "https://laban.example/slack/events"
    server.app.set_up(
        {
            "display_information": {"name": "Laban"},
            "features": {
                "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
                "bot_user": {"display_name": "Laban", "always_online": True},
                "slash_commands": [{"command": "/okr", "url": url, "description": "Objectives and key results"}],
                "shortcuts": [{"name": "Ask for help", "type": "message", "callback_id": "ask_for_help", "description": "…"}],
            },
            "oauth_config": {"scopes": {"bot": ["chat:write", "commands"]}, "redirect_urls": ["https://laban.example/back"]},
            "settings": {
                "event_subscriptions": {"request_url": url, "bot_events": ["message.im"]},
                "interactivity": {"is_enabled": True, "request_url": url},
                "socket_mode_enabled": False,
                "token_rotation_enabled": False,
            },
        }
    )
    app = server.app
    assert (app.events, app.bot_scopes, app.commands) == (("message.im",), ("chat:write", "commands"), {"/okr": url})
    assert (app.events_url, app.interactivity_url, app.is_socket, app.has_home, app.has_messages) == (url, url, False, True, True)
    assert app.shortcuts == {"ask_for_help": ("Ask for help", "message")}
    with pytest.raises(KeyError):
        app.set_up({"features": {}})


async def test_uninstalling_is_told_twice_and_ends_the_token(server: SlackServer) -> None:
    app = bolt(server)
    heard: list[str] = []

    async def hear(request: web.Request) -> web.Response:
        heard.append((await request.json())["event"]["type"])
        return web.Response()

    async with serving(hear) as address:
        server.app.listen_at(address)
        await server.uninstall(server.workspace())
    assert sorted(heard) == ["app_uninstalled", "tokens_revoked"]
    with pytest.raises(Exception, match="account_inactive"):
        await app.client.auth_test()


async def test_mentions_joining_and_editing_are_told(server: SlackServer) -> None:
    server.install()
    heard: list[dict[str, Any]] = []

    async def hear(request: web.Request) -> web.Response:
        heard.append((await request.json())["event"])
        return web.Response()

    async with serving(hear) as address:
        server.app.listen_at(address)
        an = server.person()
        channel = server.workspace().channel()
        await an.invites_app(channel)
        await an.joins(channel)
        await an.says("@Laban status", channel=channel)
        await an.says("one")
        await an.edits("two", an.chat.posts[-1])
        await an.leaves_company()
    assert [(one["type"], one.get("subtype")) for one in heard] == [
        ("member_joined_channel", None),
        ("member_joined_channel", None),
        ("app_mention", None),
        ("message", None),
        ("message", "message_changed"),
        ("user_change", None),
    ]
    assert heard[2]["text"] == f"<@{BOT_USER}> status"
    assert heard[4]["message"]["text"] == "two"


# --- Socket Mode ---


async def test_something_comes_to_one_of_several_sockets(server: SlackServer) -> None:
    app = bolt(server)
    heard: list[str] = []

    @app.event("message")
    async def _(event: dict[str, Any]) -> None:
        heard.append(event["text"])

    async with listening(server, app, "socket", connections=3):
        an = server.person()
        for number in range(12):
            await an.says(str(number))
        await server.until(lambda: server.courier.is_quiet)
        assert [one.is_deaf for one in server.courier.sockets] == [False] * 3
    assert sorted(heard, key=int) == [str(number) for number in range(12)]


async def test_what_is_not_acknowledged_comes_again(server: SlackServer, hands: Hands) -> None:
    app = bolt(server)
    heard: list[int] = []

    @app.event("message")
    async def _(event: dict[str, Any]) -> None:
        heard.append(1)

    async with listening(server, app, "socket"):
        (socket,) = server.courier.sockets
        socket.is_deaf = True
        speaking = asyncio.create_task(server.person().says("hello"))
        await server.until(lambda: server.courier.deliveries)
        await server.until(lambda: not socket.waiting)  # the acknowledgement came, and was lost
        socket.is_deaf = False
        hands.turn(timedelta(seconds=3))
        answer = await speaking
        assert answer is not None
        assert answer.why == "timeout"
        await server.until(lambda: len(server.courier.deliveries) == 2 and server.courier.is_quiet)
    assert [one.attempt for one in server.courier.deliveries] == [0, 1]
    assert len(heard) == 2


async def test_a_socket_that_has_to_go_is_opened_anew(server: SlackServer) -> None:
    app = bolt(server)

    @app.event("message")
    async def _(say: Any) -> None:
        await say(text="still here", **QUIET)

    async with listening(server, app, "socket", connections=2):
        before = list(server.courier.sockets)
        await server.courier.refresh(before[0])
        await server.until(lambda: len([one for one in server.courier.sockets if not one.is_leaving]) == 2)
        await server.person().says("hello")
        await server.person().sees("still here")
        assert before[0] not in server.courier.sockets


async def test_without_a_socket_nothing_arrives_until_there_is_one(server: SlackServer, hands: Hands) -> None:
    app = bolt(server)
    heard: list[str] = []

    @app.event("message")
    async def _(event: dict[str, Any]) -> None:
        heard.append(event["text"])

    server.app.listen_by_socket()
    answer = await server.person().says("is anybody there?")
    assert answer is not None
    assert answer.why == "connection_failed"
    await server.until(lambda: len(server.courier.deliveries) == 2)
    async with listening(server, app, "socket"):
        hands.turn(timedelta(minutes=1))
        await server.until(lambda: heard)
    assert heard == ["is anybody there?"]


async def test_what_was_on_a_socket_that_breaks_comes_again_on_another(server: SlackServer) -> None:
    server.install()
    server.app.listen_by_socket()
    async with aiohttp.ClientSession() as session, AsyncExitStack() as stack:
        first = await stack.enter_async_context(session.ws_connect(server.socket_address()))
        assert (await first.receive_json())["type"] == "hello"
        speaking = asyncio.create_task(server.person().says("hello"))
        lost = await first.receive_json()
        second = await stack.enter_async_context(session.ws_connect(server.socket_address()))
        assert (await second.receive_json())["num_connections"] == 2
        await server.courier.refresh(reason="warning")
        assert (await first.receive_json())["reason"] == "warning"
        await server.courier.cut()
        answer = await speaking
        assert answer is not None
        assert answer.why == "connection_failed"
        again = await second.receive_json()
        await second.send_json({"envelope_id": again["envelope_id"]})
        await server.until(lambda: server.courier.is_quiet)
    assert lost["payload"] == again["payload"]
    assert (lost["retry_attempt"], again["retry_attempt"], again["retry_reason"]) == (0, 1, "connection_failed")
    assert lost["envelope_id"] != again["envelope_id"]
    assert server.complaints == []


async def test_the_clock_on_the_wall_rings_as_well() -> None:
    clock = WallClock()
    async with asyncio.timeout(30):
        await clock.alarm(clock.now())
    late = clock.alarm(clock.now() + timedelta(hours=1))
    late.cancel()
    assert late.cancelled()


async def test_a_ticket_is_for_one_socket_and_ten_are_enough(server: SlackServer) -> None:
    server.install()
    server.app.listen_by_socket()
    async with aiohttp.ClientSession() as session, AsyncExitStack() as stack:
        address = server.socket_address()
        first_line = await stack.enter_async_context(session.ws_connect(address))
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(address)
        lines = [await stack.enter_async_context(session.ws_connect(server.socket_address())) for _ in range(10)]
        first, last = await first_line.receive_json(), await lines[-1].receive_json()
        assert (first["type"], first["num_connections"]) == ("hello", 1)
        assert (last["type"], last["reason"]) == ("disconnect", "too_many_websockets")
        await first_line.send_str('{"envelope_id": "e-unknown"}')
        await server.until(lambda: server.complaints)
    assert server.complaints == ["an acknowledgement of something that was never sent here: e-unknown"]
