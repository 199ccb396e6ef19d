"""The stand-in's older interface, its address book, and what both interfaces say no with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from tests.hands import Hands
from tests.platforms.dingtalk_company import Department, Staff
from tests.platforms.dingtalk_server import DingTalkServer, dingtalk_server
from tests.platforms.dingtalk_wire import CLIENT_ID, CLIENT_SECRET, PER_ADDRESS, PER_SECOND, ROBOT_CODE, over_quota

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
async def server(hands: Hands) -> AsyncIterator[DingTalkServer]:
    async with dingtalk_server(hands) as opened:
        yield opened


class Caller:
    """Somebody who calls both interfaces by hand."""

    def __init__(self, http: aiohttp.ClientSession, server: DingTalkServer) -> None:
        self.http = http
        self.server = server
        self.token = ""

    async def signs_in(self, secret: str = CLIENT_SECRET) -> dict[str, Any]:
        query = {"appkey": CLIENT_ID, "appsecret": secret}
        async with self.http.get(f"{self.server.oapi_url}/gettoken", params=query) as response:
            told: dict[str, Any] = await response.json()
        self.token = told.get("access_token", "")
        return told

    async def asks(self, path: str, **given: Any) -> dict[str, Any]:
        """The older interface; always HTTP 200."""
        address = f"{self.server.oapi_url}{path}"
        async with self.http.post(address, params={"access_token": self.token}, json=given) as response:
            assert response.status == 200
            told: dict[str, Any] = await response.json(content_type=None)
        return told

    async def result(self, path: str, **given: Any) -> Any:
        told = await self.asks(path, **given)
        assert told["errcode"] == 0, told
        return told["result"]

    async def sends(self, *people: str) -> tuple[int, dict[str, Any]]:
        """The newer interface."""
        body = {"robotCode": ROBOT_CODE, "userIds": list(people), "msgKey": "sampleText", "msgParam": '{"content": "hello"}'}
        headers = {"x-acs-dingtalk-access-token": self.token}
        address = f"{self.server.url}/v1.0/robot/oToMessages/batchSend"
        async with self.http.post(address, json=body, headers=headers) as response:
            return response.status, await response.json(content_type=None)


@pytest.fixture
async def caller(server: DingTalkServer) -> AsyncIterator[Caller]:
    async with aiohttp.ClientSession() as http:
        opened = Caller(http, server)
        await opened.signs_in()
        yield opened


@pytest.fixture
def company(server: DingTalkServer) -> DingTalkServer:
    server.company.departments |= {
        10: Department(10, "市场部", leaders=["boss"]),
        11: Department(11, "品牌组", parent=10),
        20: Department(20, "研发部"),
    }
    people = [
        Staff("boss", "王总", [1, 10], title="总监"),
        Staff("an", "安", [11], manager="boss", email="an@laban.example", org_email="an@corp.example", mobile="13800000000"),
        *(Staff(f"dev-{number:03}", f"开发{number}", [20], manager="boss") for number in range(205)),
    ]
    server.company.staff |= {one.userid: one for one in people}
    return server


async def test_both_interfaces_take_the_same_token(caller: Caller) -> None:
    caller.server.person()
    assert (await caller.signs_in("wrong"))["errcode"] == 40089
    assert (await caller.signs_in())["expires_in"] == 7200
    assert (await caller.sends("staff-an"))[0] == 200
    caller.server.end_tokens()
    assert (await caller.asks("/topapi/v2/user/get", userid="staff-an"))["errcode"] == 40014
    status, told = await caller.sends("staff-an")
    assert (status, told["code"]) == (400, "InvalidAuthentication")


@pytest.mark.usefixtures("company")
async def test_departments_are_walked_one_level_at_a_time(caller: Caller) -> None:
    top = await caller.result("/topapi/v2/department/listsub")
    assert [(one["dept_id"], one["name"], one["parent_id"]) for one in top] == [(10, "市场部", 1), (20, "研发部", 1)]
    assert [one["dept_id"] for one in await caller.result("/topapi/v2/department/listsub", dept_id=10)] == [11]
    assert await caller.result("/topapi/v2/department/listsub", dept_id=11) == []
    told = await caller.result("/topapi/v2/department/get", dept_id=10)
    assert (told["name"], told["parent_id"], told["dept_manager_userid_list"]) == ("市场部", 1, ["boss"])
    assert (await caller.asks("/topapi/v2/department/get", dept_id=99))["errcode"] == 60003


@pytest.mark.usefixtures("company")
async def test_people_come_in_pages_and_their_managers_one_by_one(caller: Caller) -> None:
    seen, cursor = [], 0
    while True:
        page = await caller.result("/topapi/v2/user/list", dept_id=20, cursor=cursor, size=100)
        seen += [one["userid"] for one in page["list"]]
        if not page["has_more"]:
            break
        cursor = page["next_cursor"]
    assert seen == (await caller.result("/topapi/user/listid", dept_id=20))["userid_list"]
    assert len(seen) == 205
    (boss,) = (await caller.result("/topapi/v2/user/list", dept_id=10, cursor=0, size=100))["list"]
    assert (boss["leader"], boss["title"], "manager_userid" in boss) == (True, "总监", False)
    an = await caller.result("/topapi/v2/user/get", userid="an")
    assert (an["name"], an["manager_userid"], an["dept_id_list"]) == ("安", "boss", [11])
    assert an["leader_in_dept"] == [{"dept_id": 11, "leader": False}]
    assert (await caller.asks("/topapi/v2/user/get", userid="nobody"))["errcode"] == 60121
    for wrong in ({"size": 101, "cursor": 0}, {"size": 0, "cursor": 0}, {"size": 10}):
        assert (await caller.asks("/topapi/v2/user/list", dept_id=20, **wrong))["errcode"] == 400002


@pytest.mark.usefixtures("company")
async def test_addresses_are_told_to_those_who_may_know_them(caller: Caller) -> None:
    an = await caller.result("/topapi/v2/user/get", userid="an")
    assert (an["email"], an["org_email"], an["mobile"]) == ("an@laban.example", "an@corp.example", "13800000000")
    caller.server.granted -= {"fieldEmail", "fieldMobile"}
    assert not {"email", "org_email", "mobile"} & set(await caller.result("/topapi/v2/user/get", userid="an"))


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("/topapi/v2/department/listsub", "qyapi_get_department_list"),
        ("/topapi/v2/user/list", "qyapi_get_department_member"),
        ("/topapi/v2/user/get", "qyapi_get_member"),
    ],
)
async def test_a_missing_permission_is_named_in_the_older_style_too(caller: Caller, path: str, scope: str) -> None:
    caller.server.granted.discard(scope)
    told = await caller.asks(path)
    assert (told["errcode"], told["sub_code"]) == (88, "60011")
    assert f"[{scope}]" in told["sub_msg"]


async def test_a_picture_is_uploaded_and_shown(caller: Caller) -> None:
    an = caller.server.person()

    async def upload(picture: bytes) -> dict[str, Any]:
        form = aiohttp.FormData({"type": "image"})
        form.add_field("media", picture, filename="chart.png", content_type="image/png")
        address = f"{caller.server.oapi_url}/media/upload"
        async with caller.http.post(address, params={"access_token": caller.token}, data=form) as response:
            told: dict[str, Any] = await response.json()
        return told

    media_id = (await upload(PNG))["media_id"]
    assert caller.server.robot.media == {media_id: PNG}
    assert (await upload(b"<svg/>"))["errcode"] == 40006
    body = {"robotCode": ROBOT_CODE, "userIds": ["staff-an"], "msgKey": "sampleImageMsg"}
    body["msgParam"] = f'{{"photoURL": "{media_id}"}}'
    headers = {"x-acs-dingtalk-access-token": caller.token}
    await caller.http.post(f"{caller.server.url}/v1.0/robot/oToMessages/batchSend", json=body, headers=headers)
    assert an.last.picture == PNG


async def test_an_answer_to_a_message_is_taken_for_ninety_minutes(caller: Caller, hands: Hands) -> None:
    an = caller.server.person()
    address = an.says("hello")["sessionWebhook"]

    async def answer() -> int:
        async with caller.http.post(address, json={"msgtype": "text", "text": {"content": "hi"}}) as response:
            return int((await response.json())["errcode"])

    hands.turn(timedelta(minutes=89))
    assert (await answer(), an.last.text) == (0, "hi")
    hands.turn(timedelta(minutes=1))
    assert (await answer(), len(an.chat.said)) == (300001, 1)


async def test_too_many_calls_in_one_second_are_refused(caller: Caller, hands: Hands) -> None:
    caller.server.person()
    caller.server.per_second = PER_SECOND
    statuses = [(await caller.sends("staff-an"))[0] for _ in range(PER_SECOND + 1)]
    assert statuses == [200] * PER_SECOND + [403]
    assert (await caller.sends("staff-an"))[1]["code"] == "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"
    assert (await caller.asks("/topapi/v2/user/get", userid="staff-an"))["errcode"] == 0
    hands.turn(timedelta(seconds=1))
    assert (await caller.sends("staff-an"))[0] == 200
    for _ in range(PER_SECOND - 1):
        await caller.asks("/topapi/v2/user/get", userid="staff-an")
    hands.turn(timedelta(seconds=1))
    codes = [(await caller.asks("/topapi/v2/user/get", userid="staff-an"))["errcode"] for _ in range(PER_SECOND + 1)]
    assert codes == [0] * PER_SECOND + [90018]


async def test_a_months_quota_ends_and_does_not_count_the_address_book(caller: Caller) -> None:
    caller.server.person()
    caller.server.calls_left = 1
    assert (await caller.sends("staff-an"))[0] == 200
    assert (await caller.sends("staff-an"))[1]["code"] == "Forbidden.AccessDenied.ApiCountLimitForOrg"
    assert (await caller.asks("/topapi/v2/user/get", userid="staff-an"))["errcode"] == 0


async def test_an_address_that_calls_too_often_gets_a_page_that_is_no_answer_for_five_minutes(
    caller: Caller, hands: Hands
) -> None:
    caller.server.person()
    caller.server.calls_before(PER_ADDRESS)
    assert (await caller.sends("staff-an"))[1]["punish"] == "deny"
    told = await caller.asks("/topapi/v2/user/get", userid="staff-an")
    assert (told["status"], "errcode" in told) == (1111, False)
    hands.turn(timedelta(minutes=4))
    assert (await caller.sends("staff-an"))[1]["punish"] == "deny"
    hands.turn(timedelta(minutes=1))
    assert (await caller.sends("staff-an"))[0] == 200


async def test_the_next_call_of_a_method_can_be_refused(caller: Caller) -> None:
    caller.server.person()
    caller.server.faults += [("/batchSend", None), ("/batchSend", over_quota("method", is_legacy=False))]
    assert [(await caller.sends("staff-an"))[0] for _ in range(3)] == [200, 403, 200]


async def test_it_can_be_down_answer_nonsense_and_lose_an_answer(caller: Caller) -> None:
    an, server = caller.server.person(), caller.server
    server.lost_answers = 1
    with pytest.raises(aiohttp.ClientError):
        await caller.sends("staff-an")
    assert len(an.chat.said) == 1
    server.is_down = True
    with pytest.raises(aiohttp.ClientError):
        await caller.sends("staff-an")
    server.is_down, server.answers_with = False, 502
    async with caller.http.get(f"{server.url}/v1.0/robot/oToMessages/batchSend") as response:
        assert (response.status, response.content_type) == (502, "text/html")
    assert server.complaints == []


async def test_an_unexpected_call_and_one_at_the_wrong_host_are_complaints(caller: Caller) -> None:
    server = caller.server
    assert (await caller.asks("/topapi/v2/user/delete"))["errcode"] == 22
    for verb, address in (
        ("GET", f"{server.url}/v1.0/robot/oToMessages/batchSend"),
        ("POST", f"{server.url}/topapi/v2/user/get"),
        ("POST", f"{server.oapi_url}/v1.0/oauth2/accessToken"),
    ):
        async with caller.http.request(verb, address) as response:
            await response.read()
    assert len(server.complaints) == 4


async def test_a_call_nobody_thought_of_is_a_complaint_too(caller: Caller) -> None:
    headers = {"x-acs-dingtalk-access-token": caller.token}
    body = {"outTrackId": "x", "cardTemplateId": "382e4302-551d-4880-bf29-a30acfab2e71.schema", "cardData": {"cardParamMap": {}}}
    address = f"{caller.server.url}/v1.0/card/instances"
    async with caller.http.post(address, json={**body, "privateData": ["no", "people"]}, headers=headers) as response:
        assert response.status == 500
    assert len(caller.server.complaints) == 1


async def test_a_judge_sees_every_call(caller: Caller) -> None:
    def judge(call: Any) -> None:
        raise ValueError(f"{call.verb} looks odd")

    caller.server.person()
    caller.server.judges.append(judge)
    await caller.sends("staff-an")
    assert caller.server.complaints == ["/v1.0/robot/oToMessages/batchSend: POST looks odd"]
    assert [call.text("robotCode") for call in caller.server.of("batchSend")] == [ROBOT_CODE]
