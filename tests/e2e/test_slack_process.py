"""The real `laban run` on Slack: set up by the manifest it prints, from an invitation to a published objective, killed in the middle."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from adapters.slack.manifest import SCOPES
from tests.e2e.wire import LABAN, PATIENCE, START_LIMIT, free_port
from tests.platforms.slack_server import SlackServer, WallClock, slack_server
from tests.platforms.slack_world import APP_TOKEN

pytestmark = pytest.mark.timeout(180)

PUBLIC = "https://laban.example"
SIGNING = "8f742231b10e8888abcd99abcdef85a5"


class Installation:
    """`laban` in a folder of its own, with an app on a Slack of ours."""

    def __init__(self, folder: Path, server: SlackServer, **settings: str) -> None:
        self.port = free_port()
        self.token = server.install().token
        self._folder = folder
        self._log = folder / "run.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": "/nonexistent",
            "LANG": "C.UTF-8",
            "PORT": str(self.port),
            "SLACK_BOT_TOKEN": self.token,
            "SLACK_API_URL": f"{server.url}/api/",
            **settings,
        }
        server.courier.proxies[PUBLIC] = f"http://127.0.0.1:{self.port}"

    async def laban(self, *arguments: str, code: int = 0, **settings: str) -> str:
        """A command's output."""
        process = await asyncio.create_subprocess_exec(
            LABAN,
            *arguments,
            cwd=self._folder,
            env=self._environment | settings,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await asyncio.wait_for(process.communicate(), START_LIMIT)
        assert process.returncode == code, said.decode()
        assert not any(secret in said.decode() for secret in (self.token, APP_TOKEN, SIGNING))
        return said.decode()

    async def start(self) -> None:
        """Run, until it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([LABAN, "run"], cwd=self._folder, env=self._environment, stdout=log, stderr=log)  # noqa: ASYNC220 it is started once, before anything else runs
        async with aiohttp.ClientSession() as session, asyncio.timeout(START_LIMIT):
            while True:
                assert self._process.poll() is None, self.log
                try:
                    async with session.get(f"http://127.0.0.1:{self.port}/health") as response:
                        if response.status == 200:
                            return
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(0.05)  # a process has no event to wait for

    def kill(self) -> None:
        """As a power cut would."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.terminate()
        return self._process.wait(PATIENCE)

    @property
    def log(self) -> str:
        return self._log.read_text()


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with slack_server(WallClock()) as opened:
        opened.app.signing_secret = SIGNING
        yield opened
        assert opened.complaints == []


@pytest.mark.parametrize("way", ["sockets", "http"])
async def test_a_member_comes_in_by_code_and_publishes_through_a_crash(server: SlackServer, tmp_path: Path, way: str) -> None:
    ways = {"sockets": {"SLACK_APP_TOKEN": APP_TOKEN}, "http": {"SLACK_SIGNING_SECRET": SIGNING, "PUBLIC_URL": PUBLIC}}
    installation = Installation(tmp_path, server, **ways[way])
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
    for secret in (installation.token, APP_TOKEN, SIGNING, "Khách hàng", "Phạm"):
        assert secret not in installation.log


async def test_the_doctor_says_what_is_there_and_which_scope_is_missing(server: SlackServer, tmp_path: Path) -> None:
    installation = Installation(tmp_path, server, SLACK_APP_TOKEN=APP_TOKEN)
    server.app.set_up(json.loads(await installation.laban("slack", "manifest")))
    await installation.laban("migrate")
    poor = server.install(scopes=tuple(scope for scope in SCOPES if scope != "files:write")).token
    told = " ".join((await installation.laban("doctor", code=1, SLACK_BOT_TOKEN=poor)).split())
    assert "the scope files:write is missing, for charts" in told
    whole = " ".join((await installation.laban("doctor", SLACK_BOT_TOKEN=server.install().token)).split())
    assert "workspace Compass" in whole
    assert "Socket Mode works" in whole
    assert re.search(r"SLACK_BOT_TOKEN \(environment\)", whole)


async def test_settings_that_cannot_work_are_all_named_at_once(server: SlackServer, tmp_path: Path) -> None:
    installation = Installation(tmp_path, server)
    told = await installation.laban("doctor", code=1, SLACK_BOT_TOKEN="xoxp-1-2-3-somebody", SLACK_CLIENT_SECRET="nonsense")
    for name in ("SLACK_BOT_TOKEN", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_SIGNING_SECRET"):
        assert name in told
    assert "xoxp-1-2-3" not in told
