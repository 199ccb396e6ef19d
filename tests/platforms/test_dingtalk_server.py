"""The stand-in is held to what DingTalk's own clients expect of the real one; none of them is changed for it.

`dingtalk-stream` runs as a program of its own (`dingtalk_stream_peer.py`), in the newest release and in the one most bots still use: the
two cannot live in one environment.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from alibabacloud_dingtalk.card_1_0 import models as card_models
from alibabacloud_dingtalk.card_1_0.client import Client as CardClient
from alibabacloud_dingtalk.oauth2_1_0 import models as oauth_models
from alibabacloud_dingtalk.oauth2_1_0.client import Client as OAuthClient
from alibabacloud_dingtalk.robot_1_0 import models as robot_models
from alibabacloud_dingtalk.robot_1_0.client import Client as RobotClient
from alibabacloud_tea_openapi.models import Config
from alibabacloud_tea_util.models import RuntimeOptions
from Tea.exceptions import TeaException

from tests.architecture.source import ROOT
from tests.hands import Hands
from tests.platforms.dingtalk_server import DingTalkServer, dingtalk_server
from tests.platforms.dingtalk_wire import CLIENT_ID, CLIENT_SECRET, CORP_ID, ROBOT_CODE

TEMPLATE = "1366a1eb-bc54-4859-ac88-517c56a9acb1.schema"
NEWEST, USUAL = "0.24.4b1", "0.24.3"
PEERS = ROOT / ".venv" / "peers"


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
async def server(hands: Hands) -> AsyncIterator[DingTalkServer]:
    async with dingtalk_server(hands) as opened:
        yield opened


# --- dingtalk-stream ---


@dataclass(slots=True)
class Peer:
    """The running client, and what it prints."""

    version: str
    process: asyncio.subprocess.Process

    async def tells(self, kind: str) -> Any:
        """The next thing of this kind; everything else in between is passed over."""
        assert self.process.stdout is not None
        async with asyncio.timeout(30):
            while line := await self.process.stdout.readline():
                what, told = json.loads(line)
                if what == kind:
                    return told
        raise AssertionError(f"it ended without a word about {kind}: {await self._last_words()}")

    async def _last_words(self) -> str:
        assert self.process.stderr is not None
        return (await self.process.stderr.read()).decode()[-2000:]


@pytest.fixture(params=[NEWEST, USUAL])
async def peer(request: pytest.FixtureRequest, server: DingTalkServer) -> AsyncIterator[Peer]:
    version: str = request.param
    if version == USUAL and not (PEERS / "dingtalk_stream").is_dir():
        reason = f"dingtalk-stream {USUAL} is not in .venv/peers: make dev says why it could not be had"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    environment = {**os.environ, "DINGTALK_OPENAPI_ENDPOINT": server.url, "NO_PROXY": "127.0.0.1"}
    environment["PYTHONPATH"] = str(PEERS) if version == USUAL else ""
    command = [sys.executable, "-m", "tests.platforms.dingtalk_stream_peer", CLIENT_ID, CLIENT_SECRET]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe)
    try:
        opened = Peer(version, process)
        assert await opened.tells("version") == version
        await server.until(lambda: server.gateway.live)
        yield opened
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_a_person_is_heard_and_the_push_acknowledged(server: DingTalkServer, peer: Peer) -> None:
    an = server.person()
    told = an.says("hello")
    heard = await peer.tells("message")
    assert heard == {"order": "hello", "from": "staff-an", "push": server.gateway.pushes[0].id, "id": told["msgId"]}
    await server.until(lambda: server.gateway.pushes[0].is_done)
    group = server.group()
    an.says_in(group, "not for you", mentioned=False)
    an.says_in(group, "in the group")
    assert (await peer.tells("message"))["order"] == "in the group"
    an.sends("picture", {"downloadCode": "mIofN", "pictureDownloadCode": "pWjA"})
    assert (await peer.tells("message"))["order"] == "picture"
    server.stranger().says_in(group, "who am I")
    assert (await peer.tells("message"))["from"] is None
    await server.until(lambda: all(push.is_done for push in server.gateway.pushes))
    assert server.complaints == []


async def test_answers_go_to_the_address_that_came_with_the_message(server: DingTalkServer, peer: Peer) -> None:
    an = server.person()
    an.says("reply in words")
    assert (await an.sees("plain")).text == "plain **words**"
    an.says_in(server.group(), "reply in markdown")
    assert (await an.sees("heading", group=server.group())).text == "A heading"
    await peer.tells("done")
    await peer.tells("done")
    assert server.complaints == []


@pytest.mark.parametrize("order", ["create and deliver", "create, then deliver"])
async def test_a_card_is_put_into_a_chat_and_a_press_changes_it(server: DingTalkServer, peer: Peer, order: str) -> None:
    an, group = server.person(), server.group()
    for chat, where in ((an.chat, None), (group, group)):
        if where:
            an.says_in(where, order)
        else:
            an.says(order)
        track_id = await peer.tells("card")
        (card,) = chat.cards
        assert (card.track_id, card.face().labels) == (track_id, ["Agree", "Later"])
        an.presses("Later", group=where)
        press = await peer.tells("press")
        assert press == {"card": track_id, "by": "staff-an", "corp": CORP_ID, "actionIds": ["later"], "params": {}}
        await an.sees("Quarter", "later it is", group=where)
        assert (card.updates, card.face().labels) == (1, ["Agree", "Later"])
    assert server.complaints == []


async def test_a_card_is_changed_in_place(server: DingTalkServer, peer: Peer) -> None:
    an = server.person()
    an.says("change")
    await peer.tells("card")
    (card,) = an.chat.cards
    assert (an.last.text, card.updates, card.face().labels) == ("changed", 1, [])
    an.says("button card")
    await peer.tells("done")
    await an.sees("Press", "one of them")
    assert an.last.labels == ["Agree", "Later"]
    assert server.complaints == []


async def test_what_happens_in_the_company_is_told_until_somebody_says_success(
    server: DingTalkServer, peer: Peer, hands: Hands
) -> None:
    server.person()
    server.company.founds(7, "市场部")
    server.company.changes("staff-an", title="经理")
    server.company.loses("staff-an")
    heard = [await peer.tells("event") for _ in range(3)]
    assert [one["kind"] for one in heard] == ["org_dept_create", "user_modify_org", "user_leave_org"]
    assert [one["data"].get("userId", one["data"].get("deptId")) for one in heard] == [[7], ["staff-an"], ["staff-an"]]
    assert heard[0]["corp"] == CORP_ID
    await server.until(lambda: all(push.is_done for push in server.gateway.pushes))
    hands.turn(timedelta(minutes=2))
    assert [push.sent for push in server.gateway.pushes] == [1, 1, 1]
    assert server.complaints == []


async def test_what_is_not_acknowledged_comes_again_after_a_minute(server: DingTalkServer, peer: Peer, hands: Hands) -> None:
    an = server.person()
    told = an.says("fail")
    first = await peer.tells("message")
    hands.turn(timedelta(seconds=59))
    an.says("something else")
    assert (await peer.tells("message"))["order"] == "something else"
    hands.turn(timedelta(seconds=1))
    again = await peer.tells("message")
    assert (first["order"], again) == ("fail", first)
    assert again["id"] == told["msgId"]
    server.gateway.renames = True
    hands.turn(timedelta(minutes=1))
    renamed = await peer.tells("message")
    assert renamed["id"] == first["id"]
    assert renamed["push"] != first["push"]


async def test_the_newer_release_knows_a_push_it_has_had_and_the_usual_one_does_not(server: DingTalkServer, peer: Peer) -> None:
    an = server.person()
    an.says("once")
    first = await peer.tells("message")
    (push,) = server.gateway.pushes
    await server.until(lambda: push.is_done)
    server.gateway.again(push)
    await server.until(lambda: len(push.acks) == 2)
    an.says("next")
    heard = await peer.tells("message")
    assert heard == first if peer.version == USUAL else heard["order"] == "next"


async def test_it_says_it_is_alive_and_comes_back_after_a_disconnect(server: DingTalkServer, peer: Peer, hands: Hands) -> None:
    (connection,) = server.gateway.live
    opaque = server.gateway.ping(connection)
    await server.until(lambda: connection.opaques == [opaque])
    server.gateway.disconnect(connection)
    await server.until(lambda: not connection.is_open)
    await server.until(lambda: server.gateway.live)
    an = server.person()
    an.says("still there?")
    assert (await peer.tells("message"))["order"] == "still there?"
    assert server.gateway.opened == 2
    assert server.complaints == []


async def test_a_token_is_had_with_the_right_secret(server: DingTalkServer, peer: Peer) -> None:
    server.person().says("token")
    assert await peer.tells("token") == "token0001"
    assert server.tokens_given == 1


# --- alibabacloud-dingtalk ---


def config(server: DingTalkServer) -> Config:
    return Config(protocol="http", region_id="central", endpoint=server.url.removeprefix("http://"))


@dataclass(frozen=True, slots=True)
class Robot:
    """The official client for robots, with what every call needs."""

    client: RobotClient
    headers: dict[str, Any]

    async def batch_send(self, people: list[str], key: str = "sampleText", param: Any = None) -> Any:
        words = param if isinstance(param, str) else json.dumps(param or {"content": "hello"})
        request = robot_models.BatchSendOTORequest(robot_code=ROBOT_CODE, user_ids=people, msg_key=key, msg_param=words)
        headers = robot_models.BatchSendOTOHeaders(**self.headers)
        return (await self.client.batch_send_otowith_options_async(request, headers, RuntimeOptions())).body

    async def group_send(self, group: str, content: str) -> Any:
        words = json.dumps({"content": content})
        request = robot_models.OrgGroupSendRequest(
            robot_code=ROBOT_CODE, open_conversation_id=group, msg_key="sampleText", msg_param=words
        )
        headers = robot_models.OrgGroupSendHeaders(**self.headers)
        return (await self.client.org_group_send_with_options_async(request, headers, RuntimeOptions())).body


async def token(server: DingTalkServer, secret: str = CLIENT_SECRET) -> Any:
    request = oauth_models.GetAccessTokenRequest(app_key=CLIENT_ID, app_secret=secret)
    return (await OAuthClient(config(server)).get_access_token_async(request)).body


@pytest.fixture
async def headers(server: DingTalkServer) -> dict[str, Any]:
    return {"x_acs_dingtalk_access_token": (await token(server)).access_token}


@pytest.fixture
async def robot(server: DingTalkServer, headers: dict[str, Any]) -> Robot:
    return Robot(RobotClient(config(server)), headers)


async def test_the_official_client_gets_a_token_and_no_other_secret_does(server: DingTalkServer) -> None:
    first, second = await token(server), await token(server)
    assert (first.access_token, first.expire_in) == (second.access_token, 7200)
    with pytest.raises(TeaException) as error:
        await token(server, "wrong")
    assert error.value.code == "invalidClientIdOrSecret"


async def test_a_batch_reaches_whom_it_can_and_names_the_others(server: DingTalkServer, robot: Robot) -> None:
    an, binh = server.person(), server.person("staff-binh", "平")
    binh.chat.limits_next = 1
    told = await robot.batch_send(["staff-an", "staff-binh", "nobody"], "sampleMarkdown", {"title": "T", "text": "**hi**"})
    assert (told.invalid_staff_id_list, told.flow_controlled_staff_id_list) == (["nobody"], ["staff-binh"])
    assert told.process_query_key == an.last.key
    assert (an.last.title, an.last.text, an.last.looks.bold, binh.chat.said) == ("T", "hi", ["hi"], [])
    await robot.batch_send(["staff-binh"])
    assert binh.last.text == "hello"


@pytest.mark.parametrize(
    ("people", "key", "param", "code"),
    [
        ([f"staff-{number}" for number in range(21)], "sampleText", None, "invalidParameter.userIds.tooMany"),
        (["nobody"], "sampleText", None, "staffId.notExisted"),
        (["staff-an"], "sampleSong", None, "invalidParameter.msgKey.invalid"),
        (["staff-an"], "sampleText", "no JSON", "invalidParameter.msgParam.invalid"),
        (["staff-an"], "sampleMarkdown", {"text": "no title"}, "invalidParameter.msgParam.invalid"),
        (["staff-an"], "sampleText", {"content": "é" * 2500}, "invalidParameter.msgParam.tooLong"),  # six bytes each in this JSON
        (["staff-an"], "sampleImageMsg", {"photoURL": "@unknown"}, "invalidParameter.photoURL.invalid"),
    ],
)
async def test_a_message_that_is_none_is_refused(
    server: DingTalkServer, robot: Robot, people: list[str], key: str, param: Any, code: str
) -> None:
    an = server.person()
    with pytest.raises(TeaException) as error:
        await robot.batch_send(people, key, param)
    assert error.value.code == code
    assert an.chat.said == []


async def test_15000_bytes_are_taken(server: DingTalkServer, robot: Robot) -> None:
    an = server.person()
    around = len(json.dumps({"content": ""}))
    await robot.batch_send(["staff-an"], param={"content": "x" * (15_000 - around)})
    assert len(an.last.text) == 15_000 - around
    with pytest.raises(TeaException):
        await robot.batch_send(["staff-an"], param={"content": "x" * (15_001 - around)})


async def test_a_message_goes_to_a_group_the_robot_is_in(server: DingTalkServer, robot: Robot) -> None:
    group = server.group()
    told = await robot.group_send(group.id, "to all")
    assert [(one.key, one.text) for one in group.said] == [(told.process_query_key, "to all")]
    group.has_bot = False
    for chat_id in (group.id, "cidNowhere=="):
        with pytest.raises(TeaException):
            await robot.group_send(chat_id, "to nobody")


async def test_what_was_said_is_taken_back_within_a_day(server: DingTalkServer, robot: Robot, hands: Hands) -> None:
    an, group = server.person(), server.group()
    first = (await robot.batch_send(["staff-an"])).process_query_key
    to_group = (await robot.group_send(group.id, "oops")).process_query_key
    request = robot_models.BatchRecallOTORequest(robot_code=ROBOT_CODE, process_query_keys=[first, "unknown"])
    one_to_one = robot_models.BatchRecallOTOHeaders(**robot.headers)
    told = (await robot.client.batch_recall_otowith_options_async(request, one_to_one, RuntimeOptions())).body
    assert (told.success_result, list(told.failed_result), an.chat.said) == ([first], ["unknown"], [])
    of_group = robot_models.OrgGroupRecallRequest(
        robot_code=ROBOT_CODE, open_conversation_id=group.id, process_query_keys=[to_group]
    )
    group_headers = robot_models.OrgGroupRecallHeaders(**robot.headers)
    hands.turn(timedelta(minutes=110))
    told = (await robot.client.org_group_recall_with_options_async(of_group, group_headers, RuntimeOptions())).body
    assert (told.success_result, group.said) == ([to_group], [])


async def test_a_token_ends_after_two_hours(server: DingTalkServer, robot: Robot, hands: Hands) -> None:
    server.person()
    hands.turn(timedelta(minutes=119))
    await robot.batch_send(["staff-an"])
    hands.turn(timedelta(minutes=1))
    with pytest.raises(TeaException) as error:
        await robot.batch_send(["staff-an"])
    assert (error.value.code, error.value.data["statusCode"]) == ("InvalidAuthentication", 400)


async def test_a_missing_permission_is_named(server: DingTalkServer, robot: Robot) -> None:
    server.person()
    server.granted.discard("qyapi_robot_sendmsg")
    with pytest.raises(TeaException) as error:
        await robot.batch_send(["staff-an"])
    assert error.value.code == "Forbidden.AccessDenied.AccessTokenPermissionDenied"
    assert error.value.data["accessdenieddetail"] == {"requiredScopes": ["qyapi_robot_sendmsg"]}


async def test_the_official_client_makes_and_changes_a_card_and_makes_none_twice(
    server: DingTalkServer, headers: dict[str, Any]
) -> None:
    an = server.person()
    client = CardClient(config(server))
    request = card_models.CreateAndDeliverRequest(
        card_template_id=TEMPLATE,
        out_track_id="outbox-1",
        callback_type="STREAM",
        card_data=card_models.CreateAndDeliverRequestCardData(card_param_map={"markdown": "first", "tips": "stays"}),
        open_space_id="dtv1.card//IM_ROBOT.staff-an",
        im_robot_open_space_model=card_models.CreateAndDeliverRequestImRobotOpenSpaceModel(support_forward=False),
        im_robot_open_deliver_model=card_models.CreateAndDeliverRequestImRobotOpenDeliverModel(space_type="IM_ROBOT"),
    )
    create = card_models.CreateAndDeliverHeaders(**headers)
    made = (await client.create_and_deliver_with_options_async(request, create, RuntimeOptions())).body
    (delivered,) = made.result.deliver_results
    assert (made.success, made.result.out_track_id, delivered.success, delivered.space_id) == (True, "outbox-1", True, "staff-an")
    assert delivered.carrier_id == an.last.key
    with pytest.raises(TeaException) as error:
        await client.create_and_deliver_with_options_async(request, create, RuntimeOptions())
    assert (error.value.code, len(an.chat.cards)) == ("param.cardAlreadyExist", 1)

    async def change(track_id: str, *, by_key: bool) -> bool:
        update = card_models.UpdateCardRequest(
            out_track_id=track_id,
            card_data=card_models.UpdateCardRequestCardData(card_param_map={"markdown": "second"}),
            card_update_options=card_models.UpdateCardRequestCardUpdateOptions(update_card_data_by_key=by_key),
        )
        changed = await client.update_card_with_options_async(update, card_models.UpdateCardHeaders(**headers), RuntimeOptions())
        return bool(changed.body.success)

    assert await change("outbox-1", by_key=True)
    assert an.last.text == "second\n\nstays"
    assert await change("outbox-1", by_key=False)
    assert an.last.text == "second"
    with pytest.raises(TeaException) as error:
        await change("outbox-2", by_key=True)
    assert error.value.code == "param.cardNotExist"
    assert server.complaints == []
