"""The real `laban run` on Telegram: from the link of an invitation to a published objective, killed in the middle, both ways in."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.chat.incoming import Place
from bot.chat.message import Message, Paragraph
from bot.chat.richtext import words
from bot.ports import Outgoing, Turn
from storage import open_storage
from tests.e2e.telegram_office import judge
from tests.e2e.wire import LABAN, PATIENCE, START_LIMIT, free_port
from tests.platforms.telegram_server import TOKEN, USERNAME, TelegramServer, telegram_server

pytestmark = pytest.mark.timeout(180)

PUBLIC = "https://laban.example"


class Installation:
    """`laban` in a folder of its own, with a bot on a server of ours."""

    def __init__(self, folder: Path, server: TelegramServer, **settings: str) -> None:
        self.port = free_port()
        self._folder = folder
        self._log = folder / "run.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": "/nonexistent",
            "LANG": "C.UTF-8",
            "PORT": str(self.port),
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": server.url,
            **settings,
        }

    async def laban(self, *arguments: str, code: int = 0) -> str:
        """A command's output."""
        process = await asyncio.create_subprocess_exec(
            LABAN,
            *arguments,
            cwd=self._folder,
            env=self._environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await asyncio.wait_for(process.communicate(), START_LIMIT)
        assert process.returncode == code, said.decode()
        assert TOKEN.partition(":")[2] not in said.decode()
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
async def server() -> AsyncIterator[TelegramServer]:
    async with telegram_server() as opened:
        opened.judges.append(judge)
        yield opened
        assert opened.complaints == []


async def test_a_member_comes_in_by_a_link_and_publishes_through_a_crash(server: TelegramServer, tmp_path: Path) -> None:
    installation = Installation(tmp_path, server)
    await installation.laban("migrate")
    told = await installation.laban("invite", "--team", "Lantern")
    link = re.search(rf"https://t\.me/{USERNAME}\?start=([A-Za-z0-9_-]{{1,64}})", told)
    assert link, told
    await installation.start()
    try:
        an = server.person(501, "Phạm Bảo An")
        an.starts(link[1])
        await an.sees("Mình nói chuyện bằng tiếng gì?")
        an.presses("Tiếng Việt")
        await an.sees("Phạm Bảo An")
        an.presses("Phạm Bảo An")
        await an.sees("Bạn đang ở đâu?")
        an.says("Hà Nội")
        await an.sees("Chào Phạm Bảo An!")
        an.presses("Mục tiêu mới")
        await an.sees("Quý này bạn muốn tạo ra thay đổi gì?")
        an.says("Khách hàng yêu dịch vụ của chúng ta")
        await an.sees("Vì sao điều đó quan trọng?")
        installation.kill()
        an.says("Vì khách hài lòng sẽ quay lại mỗi tuần")
        await installation.start()
        await an.sees("mục tiêu lớn nào?")
        an.presses("Mục tiêu này đứng riêng")
        await an.sees("theo kiểu nào?")
        an.presses("Thách thức")
        await an.sees("Kết quả then chốt đầu tiên")
        an.says("NPS 30 lên 50")
        await an.sees("Đúng không?")
        an.presses("Đúng rồi")
        await an.sees("từ 0 đến 10")
        an.says("5")
        await an.sees("Thêm một cái nữa nhé?")
        an.presses("Đủ rồi")
        await an.sees("Công bố luôn nhé?")
        an.presses("Công bố")
        await an.sees("Đã công bố")
        assert set(server.commands) == {"", "vi", "zh"}
    finally:
        assert installation.stop() == 0
    for secret in (TOKEN.partition(":")[2], "Khách hàng", "Phạm"):
        assert secret not in installation.log


async def test_with_a_public_address_telegram_brings_what_is_said(server: TelegramServer, tmp_path: Path) -> None:
    installation = Installation(tmp_path, server, PUBLIC_URL=PUBLIC)
    server.proxies[PUBLIC] = f"http://127.0.0.1:{installation.port}"
    await installation.laban("migrate")
    before = await installation.laban("doctor")
    assert f"@{USERNAME}" in before
    assert "not brought here yet" in before
    await installation.start()
    try:
        await server.until(lambda: server.webhook == f"{PUBLIC}/telegram/webhook")
        assert len(server.webhook_secret) >= 32
        stranger = server.person(502, "Somebody", "en")
        stranger.starts()
        await server.until(lambda: stranger.chat.said)
        assert server.deliveries == [200]
        async with aiohttp.ClientSession() as session:
            address = f"http://127.0.0.1:{installation.port}/telegram/webhook"
            async with session.post(address, json=server.pushed[0]) as response:
                assert response.status == 401
        after = await installation.laban("doctor")
        assert "messages are brought to the public address" in after
        assert server.webhook_secret not in before + after + installation.log
    finally:
        assert installation.stop() == 0


async def test_the_doctor_names_a_token_nobody_knows(server: TelegramServer, tmp_path: Path) -> None:
    installation = Installation(tmp_path, server, TELEGRAM_BOT_TOKEN="700100:" + "A" * 35)
    await installation.laban("migrate")
    assert "@BotFather" in await installation.laban("doctor", code=1)


async def test_the_doctor_says_who_cannot_be_reached_and_why(server: TelegramServer, tmp_path: Path) -> None:
    installation = Installation(tmp_path, server)
    (tmp_path / "people.csv").write_text("name,team,telegram_id\nPhạm Bảo An,Lantern,700100200\n")
    await installation.laban("migrate")
    await installation.laban("people", "import", "people.csv")
    now, message = datetime.now(UTC), Message((Paragraph(words("a word in your ear")),))
    async with open_storage(f"sqlite:///{tmp_path}/var/laban.db") as storage:
        for chat_id, is_private in (("700100200", True), ("-4001", False), ("999", True)):
            outgoing = Outgoing(Place("telegram", "", chat_id, is_private), message, chat_id)
            await storage.work.save(Turn(now, outgoing=(outgoing,)))
        for envelope in await storage.outbox.claim("test", now, timedelta(minutes=1), 3):
            await storage.outbox.bury("test", envelope.id, "Forbidden: bot was blocked by the user", now)
    told = " ".join((await installation.laban("doctor")).split())
    assert "3 could never be delivered" in told
    assert "a group, Phạm Bảo An and 1 more: Forbidden: bot was blocked" in told or (
        "Phạm Bảo An, a group and 1 more: Forbidden: bot was blocked" in told
    )
    assert "ear" not in told.split()


async def test_the_demo_leaves_the_bot_alone(server: TelegramServer, tmp_path: Path) -> None:
    installation = Installation(tmp_path, server)
    with (tmp_path / "demo.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            LABAN, "demo", cwd=tmp_path, env=installation._environment, stdout=log, stderr=log
        )
        try:
            async with aiohttp.ClientSession() as session, asyncio.timeout(START_LIMIT):
                while True:
                    assert process.returncode is None
                    try:
                        async with session.get(f"http://127.0.0.1:{installation.port}/health"):
                            break
                    except aiohttp.ClientConnectionError:
                        await asyncio.sleep(0.05)  # a process has no event to wait for
        finally:
            process.terminate()
            await process.wait()
    assert server.calls == []
