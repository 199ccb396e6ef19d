"""The same adapter in front of a server that others wrote. It has webhooks, messages, edits, presses and pictures; it knows no polling,
no secrets, no menu and no limits, so the secret is added on the way to us.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from adapters.clock import SystemClock
from adapters.ids import RandomIds
from adapters.intake import Intake
from adapters.relay import Pace, Relay
from adapters.telegram.receive import WEBHOOK_PATH
from adapters.telegram.verify import HEADER
from adapters.telegram.wiring import connect
from bot.actions.converse import converse
from bot.actions.make_invite import make_invite
from bot.chat.incoming import Place
from bot.chat.message import Image, Message
from bot.okr.people import Role
from bot.ports import Deps
from storage import open_storage
from tests.architecture.source import ROOT
from tests.e2e.wire import START_LIMIT, free_port
from tests.platforms.telegram_server import TOKEN

pytestmark = pytest.mark.timeout(120)

SECRET = "only-for-tests-only-for-tests-only"
AN = 501
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass
class Peer:
    """Somebody else's Telegram, and a person in it."""

    url: str
    session: aiohttp.ClientSession

    async def says(self, text: str) -> None:
        """Type something."""
        await self._send(text=text)

    async def presses(self, label: str) -> None:
        """Press the newest button of that label."""
        for told in reversed(await self.told()):
            for row in (told.get("reply_markup") or {}).get("inline_keyboard", []):
                for button in row:
                    if button["text"] == label:
                        await self._send(callback_data=button["callback_data"], callback_message_id=told["message_id"])
                        return
        raise AssertionError(f"no button {label!r}")

    async def told(self) -> list[dict[str, Any]]:
        """What the bot has asked of Telegram so far."""
        async with self.session.get(f"{self.url}/api/v1/test/responses", headers={"Authorization": "Bearer any"}) as response:
            found: list[dict[str, Any]] = (await response.json())["responses"]
            return found

    async def until(self, is_so: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """What has been told, as soon as that is so."""
        async with asyncio.timeout(START_LIMIT):
            while not is_so(told := await self.told()):  # noqa: ASYNC110 another process has no event to wait for
                await asyncio.sleep(0.02)
        return told

    async def sees(self, words: str) -> None:
        """Wait until the newest message holds these words."""
        await self.until(
            lambda told: words in next((one["text"] for one in reversed(told) if one["method"] == "sendMessage"), "")
        )

    async def _send(self, **what: Any) -> None:
        update = {"chat_id": AN, "from_user": {"id": AN, "is_bot": False, "first_name": "Bảo An"}, **what}
        address = f"{self.url}/api/v1/test/send_update?bot_token={TOKEN}"
        async with self.session.post(address, json=update, headers={"Authorization": "Bearer any"}) as response:
            assert response.status == 200, await response.text()
            assert (await response.json())["delivery"]["status_code"] == 200


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """The address of an application that is served."""
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.fixture
async def peer(tmp_path: Path) -> AsyncIterator[Peer]:
    url = f"http://127.0.0.1:{(port := free_port())}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    program = [sys.executable, "-m", "tests.platforms.telemelya_peer", str(port)]
    with (tmp_path / "peer.log").open("wb") as log:
        process = subprocess.Popen(program, cwd=tmp_path, env=environment, stdout=log, stderr=log)  # noqa: ASYNC220 it is started once, before anything else runs
    try:
        async with aiohttp.ClientSession() as session:
            async with asyncio.timeout(START_LIMIT):
                while True:
                    assert process.poll() is None, (tmp_path / "peer.log").read_text()
                    try:
                        async with session.get(url):
                            break
                    except aiohttp.ClientConnectionError:
                        await asyncio.sleep(0.05)  # a process has no event to wait for
            yield Peer(url, session)
    finally:
        process.kill()
        process.wait()


async def test_a_conversation_on_a_server_that_others_wrote(peer: Peer, tmp_path: Path) -> None:
    clock = SystemClock()
    async with open_storage(f"sqlite:///{tmp_path / 'laban.db'}") as storage:
        await storage.migrate()
    async with open_storage(f"sqlite:///{tmp_path / 'laban.db'}") as storage:
        deps = Deps(storage.reading, storage.work, clock, RandomIds())
        intake = Intake(storage.inbox, lambda incoming: converse(incoming, deps), clock)

        class Easel:
            async def png(self, source: str) -> bytes | None:
                return PNG

        site, gate = web.Application(), web.Application()

        async def add_secret(request: web.Request) -> web.Response:
            async with peer.session.post(
                f"{behind}{WEBHOOK_PATH}", data=await request.read(), headers={HEADER: SECRET}
            ) as answer:
                return web.Response(status=answer.status)

        gate.router.add_post("/gate", add_secret)
        async with serving(gate) as in_front:
            telegram = connect(TOKEN, peer.url, intake.accept, clock, webhook=(f"{in_front}/gate", SECRET), pictures=Easel())
            telegram.add_routes(site)
            relay = Relay(storage.outbox, {"telegram": telegram.messenger}, clock, worker="only", pace=Pace(grace=timedelta(0)))
            storage.on_commit(relay.wake)
            async with serving(site) as behind:
                tasks = [asyncio.create_task(one.run()) for one in (relay, intake, telegram.connection)]
                await _converse(peer, deps)
                await telegram.messenger.send(Place("telegram", "", str(AN)), Message((Image("trend/x", "NPS 30 → 34"),)), "")
                (photo,) = [one for one in await peer.told() if one["method"] == "sendPhoto"]
                assert photo["caption"] == "NPS 30 → 34"
                await telegram.connection.stop()
                await asyncio.gather(intake.stop(), relay.stop())
                await asyncio.gather(*tasks)
                await telegram.close()


async def _converse(peer: Peer, deps: Deps) -> None:
    invited = await make_invite(deps, team_path="Lantern", role=Role.MEMBER, valid_for=timedelta(days=1), uses=1)
    async with asyncio.timeout(START_LIMIT):
        while True:
            async with peer.session.post(f"{peer.url}/bot{TOKEN}/getWebhookInfo") as response:
                if (await response.json())["result"]["url"]:
                    break
            await asyncio.sleep(0.02)  # another process has no event to wait for
    await peer.says(f"/start {invited.code}")
    await peer.until(lambda told: any("Tiếng Việt" in str(one["reply_markup"]) for one in told))
    await peer.presses("Tiếng Việt")
    await peer.sees("Tôi đang ghi tên bạn là Bảo An")
    told = await peer.until(lambda told: any(one["method"] == "editMessageText" for one in told))
    assert any(one["method"] == "answerCallbackQuery" for one in told)
    (tidied,) = [one for one in told if one["method"] == "editMessageText"]
    assert "reply_markup" not in tidied["raw"]
    await peer.presses("Bảo An")
    await peer.sees("Bạn đang ở đâu?")
    await peer.says("Hà Nội")
    await peer.sees("Chào Bảo An!")
    await peer.says("mục tiêu mới")
    await peer.sees("Quý này bạn muốn tạo ra thay đổi gì?")
    await peer.says("Khách hàng yêu dịch vụ của chúng ta")
    await peer.sees("Vì sao điều đó quan trọng?")
