"""The stand-in's Stream gateway, frame by frame, as its description has it; and the HTTP callbacks that can take its place."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMsgType, web

from tests.hands import Hands
from tests.platforms.dingtalk_chats import Button, Face, Input, Template
from tests.platforms.dingtalk_server import DingTalkServer, dingtalk_server
from tests.platforms.dingtalk_wire import CARD, CLIENT_ID, CLIENT_SECRET, CORP_ID, ROBOT, card_signature, signature

BOTH = [{"type": "CALLBACK", "topic": ROBOT}, {"type": "CALLBACK", "topic": CARD}]
ALL = [*BOTH, {"type": "EVENT", "topic": "*"}]


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
async def server(hands: Hands) -> AsyncIterator[DingTalkServer]:
    async with dingtalk_server(hands) as opened:
        yield opened


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@dataclass(slots=True)
class Line:
    """A connection in the hands of the test."""

    socket: aiohttp.ClientWebSocketResponse

    async def hears(self) -> dict[str, Any]:
        frame: dict[str, Any] = await self.socket.receive_json(timeout=10)
        return {**frame, "data": json.loads(frame["data"])}

    async def answers(self, frame: dict[str, Any], data: Any, code: int = 200) -> None:
        headers = {"messageId": frame["headers"].get("messageId"), "contentType": "application/json"}
        await self.socket.send_json({"code": code, "headers": headers, "message": "OK", "data": json.dumps(data)})


async def ask(http: aiohttp.ClientSession, server: DingTalkServer, **changes: Any) -> tuple[int, dict[str, Any]]:
    """Ask for a ticket."""
    body = {"clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET, "subscriptions": ALL, **changes}
    async with http.post(f"{server.url}/v1.0/gateway/connections/open", json=body) as response:
        return response.status, await response.json()


async def dial(http: aiohttp.ClientSession, server: DingTalkServer, **changes: Any) -> Line:
    """A new connection."""
    _, told = await ask(http, server, **changes)
    return Line(await http.ws_connect(f"{told['endpoint']}?ticket={told['ticket']}"))


async def test_a_ticket_is_good_once_and_for_ninety_seconds(
    server: DingTalkServer, http: aiohttp.ClientSession, hands: Hands
) -> None:
    _, told = await ask(http, server)
    address = f"{told['endpoint']}?ticket={told['ticket']}"
    hands.turn(timedelta(seconds=90))
    async with http.ws_connect(address):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await http.ws_connect(address)
    _, told = await ask(http, server)
    hands.turn(timedelta(seconds=91))
    for ticket in (told["ticket"], "made-up", ""):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await http.ws_connect(f"{told['endpoint']}?ticket={ticket}")


async def test_no_ticket_for_a_wrong_secret_or_for_nothing(server: DingTalkServer, http: aiohttp.ClientSession) -> None:
    assert (await ask(http, server, clientSecret="wrong"))[0] == 401
    assert (await ask(http, server, subscriptions=[]))[0] == 400
    assert server.complaints == []
    await ask(http, server, subscriptions=[{"type": "EVENT", "topic": "user_add_org"}])
    assert len(server.complaints) == 1


async def test_every_push_goes_to_one_of_the_connections_that_want_it(
    server: DingTalkServer, http: aiohttp.ClientSession
) -> None:
    lines = [await dial(http, server), await dial(http, server), await dial(http, server, subscriptions=ALL[-1:])]
    an = server.person()
    for number in range(20):
        an.says(str(number))
    await server.until(lambda: all(push.sent for push in server.gateway.pushes))
    used = [push.connections[0].number for push in server.gateway.pushes]
    assert set(used) == {1, 2}
    for number, at in enumerate(used):
        frame = await lines[at - 1].hears()
        assert frame["data"]["text"]["content"] == str(number)
        await lines[at - 1].answers(frame, {"response": None})
    await server.until(lambda: all(push.is_done for push in server.gateway.pushes))
    assert server.complaints == []


async def test_a_frame_looks_like_the_real_ones(server: DingTalkServer, http: aiohttp.ClientSession, hands: Hands) -> None:
    line = await dial(http, server)
    server.person().says_in(server.group(), "hello")
    raw = json.loads(await line.socket.receive_str())
    assert (raw["specVersion"], raw["type"], raw["headers"]["topic"]) == ("1.0", "CALLBACK", ROBOT)
    assert raw["headers"]["contentType"] == "application/json"
    assert raw["headers"]["time"] == str(int(hands.now().timestamp() * 1000))
    message = json.loads(raw["data"])
    assert message["text"] == {"content": " hello"}
    assert (message["conversationType"], message["conversationTitle"], message["isInAtList"]) == ("2", "市场部", True)
    assert message["sessionWebhookExpiredTime"] - message["createAt"] == 90 * 60 * 1000
    assert message["senderStaffId"] == "staff-an"


async def test_events_say_what_happened_and_come_again_when_later_is_the_answer(
    server: DingTalkServer, http: aiohttp.ClientSession, hands: Hands
) -> None:
    line = await dial(http, server)
    server.person()
    server.company.loses("staff-an")
    frame = await line.hears()
    assert (frame["type"], frame["headers"]["topic"]) == ("EVENT", "*")
    assert (frame["headers"]["eventType"], frame["headers"]["eventCorpId"]) == ("user_leave_org", CORP_ID)
    assert frame["data"]["userId"] == ["staff-an"]
    (push,) = server.gateway.pushes
    await line.answers(frame, {"status": "LATER"})
    await server.until(lambda: push.acks)
    hands.turn(timedelta(minutes=1))
    again = await line.hears()
    assert again["headers"]["eventId"] == frame["headers"]["eventId"]
    await line.answers(again, {"message": "no status"})
    await server.until(lambda: len(push.acks) == 2)
    assert len(server.complaints) == 1
    hands.turn(timedelta(minutes=1))
    await line.answers(await line.hears(), {"status": "SUCCESS"})
    await server.until(lambda: push.is_done)


async def test_what_nobody_was_there_to_hear_comes_a_minute_later(
    server: DingTalkServer, http: aiohttp.ClientSession, hands: Hands
) -> None:
    server.person().says("anybody?")
    line = await dial(http, server)
    hands.turn(timedelta(minutes=1))
    assert (await line.hears())["data"]["text"]["content"] == "anybody?"


async def test_what_is_not_acknowledged_may_come_through_another_connection(
    server: DingTalkServer, http: aiohttp.ClientSession, hands: Hands
) -> None:
    first = await dial(http, server)
    server.person().says("hello")
    frame = await first.hears()
    second = await dial(http, server)
    server.gateway.cut(server.gateway.live[0])
    await server.until(lambda: len(server.gateway.live) == 1)
    hands.turn(timedelta(minutes=1))
    again = await second.hears()
    assert again == frame
    await second.answers(again, {"response": None}, code=500)
    await server.until(lambda: server.gateway.pushes[0].acks)
    assert not server.gateway.pushes[0].is_done


async def test_a_disconnect_is_followed_by_ten_seconds_without_pushes_and_a_cut(
    server: DingTalkServer, http: aiohttp.ClientSession, hands: Hands
) -> None:
    line = await dial(http, server)
    (connection,) = server.gateway.live
    server.gateway.disconnect(connection)
    frame = await line.hears()
    assert (frame["type"], frame["headers"]["topic"]) == ("SYSTEM", "disconnect")
    assert frame["data"] == {"reason": "connection is expired"}
    server.person().says("hello")
    hands.turn(timedelta(seconds=9))
    assert connection.is_open
    hands.turn(timedelta(seconds=1))
    assert (await line.socket.receive()).type in (WSMsgType.CLOSED, WSMsgType.ERROR, WSMsgType.CLOSE)
    assert server.gateway.pushes[0].sent == 0


async def test_a_connection_can_be_closed_politely_as_soon_as_it_is_made(
    server: DingTalkServer, http: aiohttp.ClientSession
) -> None:
    server.gateway.closes_next = 2
    for _ in range(2):
        line = await dial(http, server)
        message = await line.socket.receive()
        assert (message.type, message.data) == (WSMsgType.CLOSE, 1000)
    await dial(http, server)
    assert (server.gateway.opened, len(server.gateway.live)) == (3, 1)


async def test_a_dead_connection_says_nothing_and_answers_no_ping(server: DingTalkServer, http: aiohttp.ClientSession) -> None:
    _, told = await ask(http, server)
    socket = await http.ws_connect(f"{told['endpoint']}?ticket={told['ticket']}", autoping=False)
    await socket.ping(b"1")
    assert (await socket.receive()).type is WSMsgType.PONG
    (connection,) = server.gateway.live
    connection.is_dead = True
    await socket.ping(b"2")
    server.person().says("hello")
    await server.until(lambda: server.gateway.pushes[0].sent)
    connection.is_dead = False
    await socket.ping(b"3")
    message = await socket.receive()
    assert (message.type, message.data) == (WSMsgType.PONG, b"3")


async def test_an_acknowledgement_that_is_none_is_a_complaint(server: DingTalkServer, http: aiohttp.ClientSession) -> None:
    line = await dial(http, server)
    await line.socket.send_str("hello")
    await line.answers({"headers": {"messageId": "unknown"}}, {"response": None})
    await server.until(lambda: len(server.complaints) == 2)


# --- presses ---


def draw(data: Any) -> Face:
    """A card with a field and three buttons, the last one of no use."""
    buttons = (Button("Save", "save", {"turn": "7"}), Button("Skip", "skip"), Button("Gone", "gone", is_disabled=True))
    fields = (Input("value", is_required=True), Input("confidence", options=("on track", "at risk")))
    return Face(data["text"], buttons, fields if data.get("asks") else ())


async def card(server: DingTalkServer, http: aiohttp.ClientSession, **changes: Any) -> tuple[int, dict[str, Any]]:
    """A card for An."""
    async with http.post(
        f"{server.url}/v1.0/oauth2/accessToken", json={"appKey": CLIENT_ID, "appSecret": CLIENT_SECRET}
    ) as response:
        token = (await response.json())["accessToken"]
    body = {
        "cardTemplateId": "mine.schema",
        "outTrackId": "outbox-1",
        "callbackType": "STREAM",
        "cardData": {"cardParamMap": {"text": "How is it going?", "asks": "yes"}},
        "openSpaceId": "dtv1.card//IM_ROBOT.staff-an",
        "imRobotOpenSpaceModel": {"supportForward": False},
        "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT"},
        **changes,
    }
    headers = {"x-acs-dingtalk-access-token": token}
    async with http.post(f"{server.url}/v1.0/card/instances/createAndDeliver", json=body, headers=headers) as response:
        return response.status, await response.json()


@pytest.fixture(autouse=True)
def _with_a_template(server: DingTalkServer) -> None:
    server.templates["mine.schema"] = Template(draw, frozenset({"text", "asks"}), form_param="form")
    server.person()


async def test_a_form_comes_back_with_what_was_filled_in(server: DingTalkServer, http: aiohttp.ClientSession) -> None:
    line, an = await dial(http, server), server.person()
    await card(server, http)
    with pytest.raises(AssertionError, match="must be filled in"):
        an.submits({"confidence": "at risk"})
    with pytest.raises(AssertionError, match="not among"):
        an.submits({"value": "1", "confidence": "fine"})
    with pytest.raises(AssertionError, match="no field"):
        an.submits({"mood": "good"})
    with pytest.raises(AssertionError, match="no button"):
        an.presses("Gone")
    an.submits({"value": "120", "confidence": "at risk"})
    frame = await line.hears()
    assert frame["headers"]["topic"] == CARD
    press = frame["data"]
    assert (press["outTrackId"], press["userId"], press["corpId"]) == ("outbox-1", "staff-an", CORP_ID)
    params = {"turn": "7", "form": {"value": "120", "confidence": "at risk"}}
    assert json.loads(press["content"]) == {"cardPrivateData": {"actionIds": ["save"], "params": params}}
    response = {
        "cardUpdateOptions": {"updateCardDataByKey": True, "updatePrivateDataByKey": True},
        "cardData": {"cardParamMap": {"asks": ""}},
        "userPrivateData": {"cardParamMap": {"text": "Thank you, An"}},
    }
    await line.answers(frame, {"response": response})
    await server.until(lambda: server.gateway.pushes[0].is_done)
    (shown,) = an.chat.cards
    assert (shown.face("staff-an").text, shown.face().text, shown.face().inputs) == ("Thank you, An", "How is it going?", ())
    assert server.complaints == []


async def test_an_answer_after_two_seconds_changes_nothing(
    server: DingTalkServer, http: aiohttp.ClientSession, hands: Hands
) -> None:
    line, an = await dial(http, server), server.person()
    await card(server, http)
    an.presses("Skip")
    hands.turn(timedelta(seconds=3))
    await line.answers(await line.hears(), {"response": {"cardData": {"cardParamMap": {"text": "too late"}}}})
    await server.until(lambda: server.cards.late == 1)
    assert an.last.text == "How is it going?"


async def test_an_answer_with_anything_but_texts_is_a_complaint(server: DingTalkServer, http: aiohttp.ClientSession) -> None:
    line = await dial(http, server)
    await card(server, http)
    server.person().presses("Skip")
    await line.answers(await line.hears(), {"response": {"cardData": {"cardParamMap": {"text": 7}}}})
    await server.until(lambda: server.complaints)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"outTrackId": ""}, "param.outTrackIdEmpty"),
        ({"cardTemplateId": ""}, "param.cardTemplateIdEmpty"),
        ({"cardTemplateId": "unknown.schema"}, "param.templateNotExist"),
        ({"cardTemplateId": "draft.schema"}, "param.templateUnpublished"),
        ({"cardData": {"cardParamMap": {"text": 7}}}, "param.invalid"),
        ({"cardData": {}}, "param.cardPublicDataEmpty"),
        ({"openSpaceId": ""}, "param.openSpaceIdEmpty"),
        ({"openSpaceId": "IM_ROBOT.staff-an"}, "param.openSpaceIdInvalid"),
        ({"openSpaceId": "dtv1.card//MARS.staff-an"}, "param.openSpaceIdInvalid"),
        ({"imRobotOpenDeliverModel": None}, "param.openDeliverModelEmpty"),
        ({"imRobotOpenDeliverModel": {}}, "param.openDeliverModelError"),
        ({"callbackType": "HTTP"}, "param.invalid"),
    ],
)
async def test_a_card_that_is_none_is_refused(
    server: DingTalkServer, http: aiohttp.ClientSession, changes: dict[str, Any], code: str
) -> None:
    server.templates["draft.schema"] = Template(draw, is_published=False)
    status, told = await card(server, http, **changes)
    assert (status, told["code"]) == (400, code)
    assert server.cards.all == {}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"imRobotOpenSpaceModel": None}, "spaces of card is empty"),
        ({"openSpaceId": "dtv1.card//IM_ROBOT.nobody"}, "staffId.notExisted"),
    ],
)
async def test_a_card_that_reaches_nobody_says_so_in_a_success(
    server: DingTalkServer, http: aiohttp.ClientSession, changes: dict[str, Any], problem: str
) -> None:
    status, told = await card(server, http, **changes)
    (delivered,) = told["result"]["deliverResults"]
    assert (status, told["success"], delivered["success"], delivered["errorMsg"]) == (200, True, False, problem)
    assert server.person().chat.said == []


async def test_a_variable_the_template_does_not_know_is_a_complaint(server: DingTalkServer, http: aiohttp.ClientSession) -> None:
    await card(server, http, cardData={"cardParamMap": {"text": "x", "txet": "y"}})
    assert server.complaints == ["the template knows no variable ['txet']"]


# --- over HTTP ---


@dataclass(slots=True)
class Hook:
    """What a bot has at its public address."""

    url: str = ""
    status: int = 200
    answer: dict[str, Any] = field(default_factory=dict)
    got: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)


@asynccontextmanager
async def hook() -> AsyncIterator[Hook]:
    """A hook on a free port."""
    opened = Hook()

    async def take(request: web.Request) -> web.Response:
        opened.got.append((dict(request.headers), await request.json()))
        return web.json_response(opened.answer, status=opened.status)

    app = web.Application()
    app.router.add_post("/", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    opened.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    try:
        yield opened
    finally:
        await runner.cleanup()


async def test_messages_are_posted_signed_and_again_until_they_are_taken(server: DingTalkServer, hands: Hands) -> None:
    async with hook() as bot:
        server.callback_url, bot.status = bot.url, 503
        server.person().says("hello")
        await server.until(lambda: server.deliveries == [503])
        bot.status = 200
        hands.turn(timedelta(minutes=1))
        await server.until(lambda: server.deliveries == [503, 200])
    headers, message = bot.got[0]
    assert headers["timestamp"] == str(int((hands.now() - timedelta(minutes=1)).timestamp() * 1000))
    assert headers["sign"] == signature(CLIENT_SECRET, headers["timestamp"])
    assert message["text"]["content"] == "hello"
    assert bot.got[1][1] == message
    assert server.gateway.pushes == []


def test_the_signature_is_the_documented_one() -> None:
    # From openssl: printf '1577262236757\nthis is a secret' | openssl dgst -sha256 -hmac 'this is a secret' -binary | base64
    assert signature("this is a secret", "1577262236757") == "DJrE6qdyVGCQz9z5r2MDuNcNAhwYnuAkyj13cx169CA="


async def test_presses_are_posted_once_to_the_address_of_their_route_and_the_answer_changes_the_card(
    server: DingTalkServer, http: aiohttp.ClientSession
) -> None:
    async with hook() as bot:
        server.cards.routes["laban"] = (bot.url, "card-secret")
        await card(server, http, callbackType="HTTP", callbackRouteKey="laban")
        bot.answer = {
            "cardUpdateOptions": {"updateCardDataByKey": True},
            "cardData": {"cardParamMap": {"text": "skipped"}},
        }
        an = server.person()
        an.presses("Skip")
        await an.sees("skipped")
        bot.status = 500
        an.presses("Save")
        await server.until(lambda: server.deliveries == [200, 500])
    headers, press = bot.got[0]
    assert headers["x-ddpaas-signature"] == card_signature("card-secret", headers["x-ddpaas-signature-timestamp"])
    assert (press["type"], press["outTrackId"]) == ("actionCallback", "outbox-1")
    assert len(bot.got) == 2
    assert server.complaints == []


async def test_a_press_nobody_is_told_of_is_a_complaint(server: DingTalkServer, http: aiohttp.ClientSession) -> None:
    await card(server, http, callbackType="HTTP", callbackRouteKey="never-registered")
    server.person().presses("Skip")
    assert len(server.complaints) == 1


async def test_the_address_for_presses_stays_unless_the_change_is_meant(
    server: DingTalkServer, http: aiohttp.ClientSession
) -> None:
    await card(server, http)
    (token,) = server.tokens

    async def register(url: str, **more: Any) -> str:
        body = {"callbackRouteKey": "laban", "callbackUrl": url, "apiSecret": "s", **more}
        headers = {"x-acs-dingtalk-access-token": token}
        async with http.post(f"{server.url}/v1.0/card/callbacks/register", json=body, headers=headers) as response:
            told = await response.json()
        return str(told["result"]["callbackUrl"] if response.status == 200 else told["code"])

    assert await register("https://a.example/") == "https://a.example/"
    assert await register("https://b.example/") == "https://a.example/"
    assert await register("https://b.example/", forceUpdate=True) == "https://b.example/"
    assert await register("http://b.example/", forceUpdate=True) == "param.invalid"


async def test_a_card_is_not_changed_by_a_call_while_a_press_waits(server: DingTalkServer, http: aiohttp.ClientSession) -> None:
    await card(server, http)
    (token,) = server.tokens
    server.person().presses("Skip")
    body = {"outTrackId": "outbox-1", "cardData": {"cardParamMap": {"text": "hasty"}}}
    headers = {"x-acs-dingtalk-access-token": token}
    async with http.put(f"{server.url}/v1.0/card/instances", json=body, headers=headers) as response:
        assert response.status == 200
    assert len(server.complaints) == 1
