"""The real `laban run` on Slack: set up by the manifest it prints, from an invitation to a published objective, killed in the middle."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.slack.manifest import SCOPES
from tests.e2e.installation import Installation
from tests.platforms.slack_server import SlackServer, WallClock, slack_server
from tests.platforms.slack_world import APP_TOKEN

pytestmark = pytest.mark.timeout(180)

PUBLIC = "https://laban.example"
SIGNING = "8f742231b10e8888abcd99abcdef85a5"


def on_slack(folder: Path, server: SlackServer, **settings: str) -> Installation:
    """With an app on a Slack of ours, which finds it at a public address."""
    token = server.install().token
    ours = {"SLACK_BOT_TOKEN": token, "SLACK_API_URL": f"{server.url}/api/"}
    installation = Installation(folder, ours | settings, secrets=(token, APP_TOKEN, SIGNING))
    server.courier.proxies[PUBLIC] = installation.url
    return installation


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with slack_server(WallClock()) as opened:
        opened.app.signing_secret = SIGNING
        yield opened
        assert opened.complaints == []


@pytest.mark.parametrize("way", ["sockets", "http"])
async def test_a_member_comes_in_by_code_and_publishes_through_a_crash(server: SlackServer, tmp_path: Path, way: str) -> None:
    ways = {"sockets": {"SLACK_APP_TOKEN": APP_TOKEN}, "http": {"SLACK_SIGNING_SECRET": SIGNING, "PUBLIC_URL": PUBLIC}}
    installation = on_slack(tmp_path, server, **ways[way])
    manifest = json.loads(await installation.laban("slack", "manifest"))
    assert manifest["settings"]["socket_mode_enabled"] is (way == "sockets")
    server.app.set_up(manifest)
    await installation.laban("migrate")
    told = await installation.laban("invite", "--team", "Lantern")
    code = told.split()[0]
    await installation.start()
    try:
        await server.until(lambda: server.of("auth.test"))
        if way == "sockets":
            await server.until(lambda: len(server.courier.sockets) == 2)
        an = server.person("U0AN", "Phạm Bảo An")
        await an.says(code)
        await an.sees("Mình nói chuyện bằng tiếng gì?")
        await an.presses("Tiếng Việt")
        await an.sees("Phạm Bảo An")
        await an.presses("Phạm Bảo An")
        await an.sees("Bạn đang ở đâu?")
        await an.says("Hà Nội")
        await an.sees("Chào Phạm Bảo An!")
        await an.presses("Mục tiêu mới")
        await an.sees("Quý này bạn muốn tạo ra thay đổi gì?")
        await an.says("Khách hàng yêu dịch vụ của chúng ta")
        await an.sees("Vì sao điều đó quan trọng?")
        installation.kill()
        greeted = len(server.of("auth.test"))
        await installation.start()
        await server.until(lambda: len(server.of("auth.test")) > greeted)
        if way == "sockets":
            await server.until(lambda: len(server.courier.sockets) == 2)
        await an.says("Vì khách hài lòng sẽ quay lại mỗi tuần")
        await an.sees("mục tiêu lớn nào?")
        await an.presses("Mục tiêu này đứng riêng")
        await an.sees("theo kiểu nào?")
        await an.presses("Thách thức")
        await an.sees("Kết quả then chốt đầu tiên")
        await an.says("NPS 30 lên 50")
        await an.sees("Đúng không?")
        await an.presses("Đúng rồi")
        await an.sees("từ 0 đến 10")
        await an.says("5")
        await an.sees("Thêm một cái nữa nhé?")
        await an.presses("Đủ rồi")
        await an.sees("Công bố luôn nhé?")
        await an.presses("Công bố")
        await an.sees("Đã công bố")
        await an.opens_home()
        await an.sees_home("Khách hàng yêu dịch vụ của chúng ta")
    finally:
        assert installation.stop() == 0
    for secret in (*installation.secrets, "Khách hàng", "Phạm"):
        assert secret not in installation.log


async def test_the_doctor_says_what_is_there_and_which_scope_is_missing(server: SlackServer, tmp_path: Path) -> None:
    installation = on_slack(tmp_path, server, SLACK_APP_TOKEN=APP_TOKEN)
    server.app.set_up(json.loads(await installation.laban("slack", "manifest")))
    await installation.laban("migrate")
    poor = server.install(scopes=tuple(scope for scope in SCOPES if scope != "files:write")).token
    told = await installation.doctor(code=1, SLACK_BOT_TOKEN=poor)
    assert "the scope files:write is missing, for charts" in told
    whole = await installation.doctor(SLACK_BOT_TOKEN=server.install().token)
    assert "workspace Compass" in whole
    assert "Socket Mode works" in whole
    assert re.search(r"SLACK_BOT_TOKEN \(environment\)", whole)


async def test_settings_that_cannot_work_are_all_named_at_once(server: SlackServer, tmp_path: Path) -> None:
    installation = on_slack(tmp_path, server)
    told = await installation.doctor(code=1, SLACK_BOT_TOKEN="xoxp-1-2-3-somebody", SLACK_CLIENT_SECRET="nonsense")
    for name in ("SLACK_BOT_TOKEN", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_SIGNING_SECRET"):
        assert name in told
    assert "xoxp-1-2-3" not in told
