"""The real `laban run` on DingTalk: from an invitation's code to a published objective, killed in the middle; both ways in; what the doctor says."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from adapters.dingtalk.callback import CALLBACK_PATH
from adapters.dingtalk.stream import CONNECTIONS
from tests.dingtalk_template import TEMPLATE, TEMPLATE_ID
from tests.e2e.installation import Installation
from tests.platforms.dingtalk_server import DingTalkServer, dingtalk_server
from tests.platforms.dingtalk_wire import CLIENT_ID, CLIENT_SECRET, SCOPES, signature
from tests.real_time import now_in_step

pytestmark = pytest.mark.timeout(180)


def on_dingtalk(folder: Path, server: DingTalkServer, **settings: str) -> Installation:
    """With an app at our own DingTalk."""
    ours = {
        "DINGTALK_CLIENT_ID": CLIENT_ID,
        "DINGTALK_CLIENT_SECRET": CLIENT_SECRET,
        "DINGTALK_CARD_TEMPLATE_ID": TEMPLATE_ID,
        "DINGTALK_API_URL": server.url,
        "DINGTALK_OAPI_URL": server.oapi_url,
    }
    return Installation(folder, ours | settings, secrets=(CLIENT_SECRET,))


@pytest.fixture
async def server() -> AsyncIterator[DingTalkServer]:
    async with dingtalk_server() as opened:
        now_in_step(opened.clock)
        opened.cards.templates[TEMPLATE_ID] = TEMPLATE
        yield opened
        assert opened.complaints == []


async def streams(server: DingTalkServer, before: int = 0) -> None:
    """Wait for all connections of a process."""
    await server.until(lambda: len(server.gateway.connections) >= before + CONNECTIONS)


async def test_a_member_comes_in_by_a_code_and_publishes_through_a_crash(server: DingTalkServer, tmp_path: Path) -> None:
    installation = on_dingtalk(tmp_path, server)
    await installation.laban("migrate")
    told = await installation.laban("invite", "--team", "Lantern")
    code = re.search(r"\b[a-z2-7]{4,7}(?:-[a-z2-7]{2,7})+\b", told)
    assert code, told
    await installation.start()
    try:
        await streams(server)
        mei = server.person("staff-mei", "林小梅")
        mei.says(code[0])
        await mei.sees("我们用哪种语言聊")
        mei.presses("中文")
        await mei.sees("林小梅")
        mei.presses("林小梅")
        await mei.sees("你在哪里")
        mei.says("上海")
        await mei.sees("林小梅")
        mei.says("新目标")
        await mei.sees("这个季度你想带来什么改变")
        mei.says("客户都爱我们的服务")
        await mei.sees("为什么这件事重要")
        installation.kill()
        before = len(server.gateway.connections)
        await installation.start()
        await streams(server, before)
        mei.says("满意的客户每周都会回来")
        await mei.sees("更大的目标")
        mei.presses("这是独立的目标")
        await mei.sees("属于哪一种")
        mei.presses("挑战")
        await mei.sees("第一个关键结果")
        mei.says("NPS 30 到 50")
        await mei.sees("我的理解是")
        mei.presses("对")
        await mei.sees("0 到 10")
        mei.says("5")
        await mei.sees("再加一个吗")
        mei.presses("够了")
        await mei.sees("现在发布吗")
        mei.presses("发布")
        await mei.sees("已发布")
    finally:
        assert installation.stop() == 0
    for secret in (CLIENT_SECRET, "客户都爱", "林小梅", "ticket-", "token0"):
        assert secret not in installation.log


async def test_over_http_dingtalk_posts_what_is_said_and_what_is_pressed(server: DingTalkServer, tmp_path: Path) -> None:
    installation = on_dingtalk(tmp_path, server, DINGTALK_MODE="http")
    await installation.laban("migrate")
    await installation.laban("invite", "--team", "Lantern")
    await installation.start()
    address = f"{installation.url}{CALLBACK_PATH}"
    server.callback_url = address
    try:
        await server.until(lambda: server.cards.routes)
        an = server.person("staff-an", "安")
        message = an.says("你好")
        await server.until(lambda: an.chat.said)
        assert server.deliveries == [200]
        assert server.gateway.connections == []
        async with aiohttp.ClientSession() as session:
            async with session.post(address, json=message) as response:
                assert response.status == 401
            stamp = str(int(server.clock.now().timestamp() * 1000) - 301_000)
            headers = {"timestamp": stamp, "sign": signature(CLIENT_SECRET, stamp)}
            async with session.post(address, json=message, headers=headers) as response:
                assert response.status == 401
    finally:
        assert installation.stop() == 0


async def test_without_the_secret_nothing_starts_in_either_mode(server: DingTalkServer, tmp_path: Path) -> None:
    for mode in ("stream", "http"):
        installation = on_dingtalk(tmp_path, server, DINGTALK_MODE=mode, DINGTALK_CLIENT_SECRET="")
        assert "DINGTALK_CLIENT_SECRET: it is missing" in await installation.laban("run", code=1)
    assert server.calls == []


# --- the doctor ---


async def test_the_doctor_is_content_with_a_complete_app(server: DingTalkServer, tmp_path: Path) -> None:
    installation = on_dingtalk(tmp_path, server)
    await installation.laban("migrate")
    told = await installation.doctor()
    for words in ("DingTalk knows the app", "all the permissions", "messages come by streams", "shown on cards"):
        assert words in told
    assert [chat for chat in server.robot.chats.values() if chat.shown] == []


# No call is refused for want of a field's permission; `laban people sync` says what it could not read.
@pytest.mark.parametrize("scope", sorted(scope for scope in SCOPES if not scope.startswith("field")))
async def test_the_doctor_names_each_missing_permission(server: DingTalkServer, tmp_path: Path, scope: str) -> None:
    installation = on_dingtalk(tmp_path, server)
    server.granted.discard(scope)
    await installation.laban("migrate")
    told = await installation.doctor(code=1 if scope in ("qyapi_robot_sendmsg", "Card.Instance.Write") else 0)
    assert scope in told
    assert [other for other in SCOPES - {scope} if other in told] == []


async def test_the_doctor_names_all_missing_permissions_at_once(server: DingTalkServer, tmp_path: Path) -> None:
    installation = on_dingtalk(tmp_path, server)
    server.granted.clear()
    await installation.laban("migrate")
    told = await installation.doctor(code=1)
    assert [scope for scope in SCOPES if scope not in told and not scope.startswith("field")] == []


async def test_the_doctor_sees_what_else_can_be_wrong(server: DingTalkServer, tmp_path: Path) -> None:
    await on_dingtalk(tmp_path, server).laban("migrate")
    wrong = on_dingtalk(tmp_path, server, DINGTALK_CLIENT_SECRET="A1b2C3d4" * 8)
    assert "knows no app with this id and secret" in await wrong.doctor(code=1)
    robot = on_dingtalk(tmp_path, server, DINGTALK_ROBOT_CODE="dingsomeotherrobot")
    assert "knows no robot with this code" in await robot.doctor(code=1)
    template = on_dingtalk(tmp_path, server, DINGTALK_CARD_TEMPLATE_ID="00000000-0000-4000-8000-000000000000.schema")
    assert "param.templateNotExist" in await template.doctor(code=1)
    without = on_dingtalk(tmp_path, server, DINGTALK_CARD_TEMPLATE_ID="")
    assert "there are no cards" in await without.doctor()
    posted = on_dingtalk(tmp_path, server, DINGTALK_MODE="http")
    assert "cannot post to" in await posted.doctor(code=1)
    server.is_down = True
    assert "cannot be reached" in await on_dingtalk(tmp_path, server).doctor(code=1)


async def test_the_doctor_sees_a_used_up_month_and_a_shut_door(server: DingTalkServer, tmp_path: Path) -> None:
    installation = on_dingtalk(tmp_path, server)
    await installation.laban("migrate")
    server.calls_left = 0
    assert "calls for this month are used up" in await installation.doctor(code=1)
    server.calls_left = None
    server.banned_until = server.clock.now().replace(year=9999)
    assert "has shut out this machine's address" in await installation.doctor(code=1)
