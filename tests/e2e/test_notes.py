"""Unsigned notes by page, whatever chat one comes from: written, passed on, answered, read on another device; and what is left of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from adapters.demo import sample_turn
from adapters.notes.ways import Doors
from adapters.notes.wiring import Notes, connect
from bot.okr.people import Account, PersonId
from bot.ports import PutAccount
from tests.e2e.telegram_office import Office, telegram_office
from tests.platforms.telegram_server import TOKEN
from tests.unit.notes.site import SECRET, Device, Shown, init_data

LINH = 601
PUBLIC = "https://laban.example"
NOTE = "Ngày phát hành sẽ trễ, mà không ai dám nói ra."
ANSWER = "周四的会上我来说。"
DAY = timedelta(days=1)


@dataclass
class Scene:
    """An installation with Telegram, its pages on a server of their own, and a browser in front of them."""

    office: Office
    notes: Notes
    device: Device

    async def comes_from(self, platform: str, person_id: str, page: str = "write") -> Shown:
        """By what a chat of that platform hands out; Telegram says itself who opens its Mini App."""
        way = self.notes.ways(PersonId(person_id), platform)
        assert way.startswith(f"{PUBLIC}/notes")
        if platform != "telegram":
            return await self.device.post("enter", link=way, page=page)
        self.device.way = way.removeprefix(PUBLIC)
        return await self.device.post("enter", init=init_data(self.office.hands.now(), LINH, token=TOKEN), page=page)

    async def pass_slots(self, number: int) -> None:
        process = self.office.process
        assert process is not None
        for _ in range(number):
            await self.office.pass_time(DAY)
            await process.courier.tick(self.office.hands.now())
            await process.courier.settled()


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with telegram_office(tmp_path, f"{PUBLIC}/notes") as office:
        await office.store(
            *sample_turn(office.hands.now()).changes,
            PutAccount(Account("telegram", "", str(LINH), PersonId("linh"), str(LINH))),
        )
        process = office.process
        assert process is not None
        doors = Doors(SECRET, PUBLIC, TOKEN)
        notes = connect(process.unsigned, process.storage.reading, office.hands, doors, is_reachable=True)
        app = web.Application()
        notes.add_routes(app)
        async with TestClient(TestServer(app, host="127.0.0.1")) as client:
            yield Scene(office, notes, Device(client))


@pytest.mark.parametrize(("platform", "author"), [("telegram", "linh"), ("slack", "priya"), ("dingtalk", "jie"), ("web", "minh")])
async def test_a_note_from_any_chat_is_answered_and_the_answer_read_by_its_code(
    platform: str, author: str, scene: Scene, tmp_path: Path
) -> None:
    form = await scene.comes_from(platform, author)
    assert "林梅" in form.text
    assert "11" in form.text
    visit = form.value("visit")
    receipt = await scene.device.post("write", visit=visit, nonce=form.value("nonce", "write"), text=NOTE)
    code = receipt.code
    await scene.pass_slots(4)

    scene.device.way = "/notes"
    tray = await scene.comes_from("dingtalk", "mei", "tray")
    assert NOTE in tray.text
    hidden = {name: tray.value(name) for name in ("visit", "nonce", "ref")}
    await scene.device.post("answer", text=ANSWER, **hidden)
    assert ANSWER not in (await scene.device.reads(code)).text
    await scene.pass_slots(4)
    assert ANSWER in (await scene.device.reads(code)).text

    await scene.office.rest()
    await scene.office.end()
    left = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    for trace in (NOTE, ANSWER, code, code.replace("-", ""), visit, hidden["visit"]):
        assert trace.encode() not in left, trace
