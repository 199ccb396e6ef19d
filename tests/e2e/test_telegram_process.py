"""The real `laban run` on Telegram: from the link of an invitation to a published objective, killed in the middle, both ways in."""

from __future__ import annotations

import re
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
from tests.e2e.installation import Installation
from tests.e2e.telegram_office import judge
from tests.platforms.telegram_server import TOKEN, USERNAME, TelegramServer, telegram_server

pytestmark = pytest.mark.timeout(180)

PUBLIC = "https://laban.example"


def on_telegram(folder: Path, server: TelegramServer, **settings: str) -> Installation:
    """With a bot on a server of ours."""
    ours = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": server.url}
    return Installation(folder, ours | settings, secrets=(TOKEN.partition(":")[2],))


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with telegram_server() as opened:
        opened.judges.append(judge)
        yield opened
        assert opened.complaints == []


async def test_a_member_comes_in_by_a_link_and_publishes_through_a_crash(server: TelegramServer, tmp_path: Path) -> None:
    installation = on_telegram(tmp_path, server)
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
    installation = on_telegram(tmp_path, server, PUBLIC_URL=PUBLIC)
    server.proxies[PUBLIC] = installation.url
    await installation.laban("migrate")
    before = await installation.doctor()
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
        address = f"{installation.url}/telegram/webhook"
        async with aiohttp.ClientSession() as session, session.post(address, json=server.pushed[0]) as response:
            assert response.status == 401
        after = await installation.doctor()
        assert "messages are brought to the public address" in after
        assert server.webhook_secret not in before + after + installation.log
    finally:
        assert installation.stop() == 0


async def test_the_doctor_names_a_token_nobody_knows(server: TelegramServer, tmp_path: Path) -> None:
    installation = on_telegram(tmp_path, server, TELEGRAM_BOT_TOKEN="700100:" + "A" * 35)
    await installation.laban("migrate")
    assert "@BotFather" in await installation.doctor(code=1)


async def test_the_doctor_says_who_cannot_be_reached_and_why(server: TelegramServer, tmp_path: Path) -> None:
    installation = on_telegram(tmp_path, server)
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
    told = await installation.doctor()
    assert "3 could never be delivered" in told
    assert "a group, Phạm Bảo An and 1 more: Forbidden: bot was blocked" in told or (
        "Phạm Bảo An, a group and 1 more: Forbidden: bot was blocked" in told
    )
    assert "ear" not in told.split()


async def test_the_demo_leaves_the_bot_alone(server: TelegramServer, tmp_path: Path) -> None:
    installation = on_telegram(tmp_path, server)
    try:
        await installation.start("demo")
    finally:
        installation.stop()
    assert server.calls == []
