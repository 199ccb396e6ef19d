"""The company's address book on DingTalk's wire: taken in once, and followed by the process that talks to its people."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.dingtalk.directory import read_company
from bot.actions.sync_people import SyncRefused, sync_people
from bot.okr.people import Person
from tests.e2e.dingtalk_office import Office, dingtalk_office
from tests.platforms.dingtalk_company import Staff

MOMENT = timedelta(milliseconds=5)
"""Short enough for calls to be made before much time has passed."""

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """A company of two, known from its address book."""
    async with dingtalk_office(tmp_path) as opened:
        company = opened.server.company
        company.founds(2, "市场部", leaders=("mei",))
        company.staff |= {"mei": Staff("mei", "林梅", [2], "总监"), "an": Staff("an", "范安", [2])}
        await settled(opened)
        assert await opened.deps.reading.everybody() == ()
        assert opened.process is not None
        plan = await sync_people(await read_company(opened.process.dingtalk.client), opened.deps)
        assert not isinstance(plan, SyncRefused)
        yield opened


async def settled(office: Office) -> None:
    """What has happened in the company is told, gathered and dealt with."""
    events = [one for one in office.server.gateway.pushes if one.type == "EVENT"]
    assert events
    async with asyncio.timeout(30):
        while not all(one.is_done for one in events):
            await office.pass_time(MOMENT)


async def people(office: Office) -> dict[str, Person]:
    """Everybody, by name."""
    return {one.name: one for one in await office.deps.reading.everybody()}


async def test_before_the_company_was_taken_in_nobody_comes_by_an_event(tmp_path: Path) -> None:
    async with dingtalk_office(tmp_path) as office:
        office.server.company.hires(Staff("xin", "刘欣", [1]))
        await settled(office)
        assert await people(office) == {}


async def test_who_is_hired_is_known_at_once_and_spoken_to_by_name(office: Office) -> None:
    office.server.company.hires(Staff("xin", "刘欣", [2], "编辑"))
    await settled(office)
    assert (await people(office))["刘欣"].is_active
    xin = office.server.person("xin", "刘欣")
    xin.says("你好")
    await xin.sees("我们用哪种语言聊")
    xin.says("中文")
    await xin.sees("刘欣")


async def test_a_new_manager_and_a_new_name_of_a_department_are_followed(office: Office) -> None:
    office.server.company.changes("an", manager="mei")
    office.server.company.reorganises(2, name="增长")
    await settled(office)
    known = await people(office)
    assert known["范安"].manager_id == known["林梅"].id
    assert "增长" in {team.name for team in await office.deps.reading.teams()}


async def test_who_leaves_is_no_longer_active_and_is_not_deleted(office: Office) -> None:
    office.server.company.loses("an")
    await settled(office)
    assert not (await people(office))["范安"].is_active


async def test_what_could_not_be_stored_is_told_again(office: Office) -> None:
    office.server.is_down = True
    office.server.company.hires(Staff("xin", "刘欣", [2]))
    await office.server.until(lambda: office.server.gateway.pushes[-1].sent)
    while not office.server.gateway.pushes[-1].acks:
        await office.pass_time(MOMENT)
    assert "刘欣" not in await people(office)
    office.server.is_down = False
    await office.pass_time(timedelta(seconds=61))
    await settled(office)
    assert "刘欣" in await people(office)
