"""What boards may say of unsigned notes: that there is one, how many and how old. And what Laban says about itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta

import pytest

from bot.okr.objective import KeyResultId
from bot.okr.people import PersonId
from bot.ports import About
from tests.chat import Chat, Office

MARKED = KeyResultId("meinps")


@dataclass(frozen=True)
class Notes:
    """One open note about a key result of Mei's, and two for her to read."""

    days: tuple[date, ...]

    async def marks(self) -> frozenset[KeyResultId]:
        return frozenset({MARKED})

    async def open_since(self, person_id: PersonId) -> tuple[date, ...]:
        return self.days if person_id == "mei" else ()


@pytest.fixture
def office() -> Office:
    office = Office()
    today = office.hands.now().date()
    office.unsigned = Notes((today - timedelta(days=6), today - timedelta(days=1)))
    return office


async def test_everybody_sees_that_a_key_result_has_an_unsigned_blocker(office: Office) -> None:
    for person_id, words in (("mei", "有匿名反馈的阻碍"), ("daniel", "an unsigned blocker"), ("linh", "có vướng mắc ẩn danh")):
        chat = Chat(office, person_id)
        assert words in (await chat.says("status company")).text
        assert words in (await chat.does_deed("objective", "meitable")).text
        assert words not in (await chat.does_deed("objective", "meihanoi")).text


async def test_a_group_sees_it_too(office: Office) -> None:
    mei = Chat(office, "mei", is_private=False)
    await mei.says("/here Lantern")
    assert "有匿名反馈的阻碍" in (await mei.says("/status")).text


async def test_whoever_reads_them_sees_on_the_board_how_many_wait_and_how_long(office: Office) -> None:
    mei = await Chat(office, "mei").says("看板 我")
    assert "2 条匿名反馈在等你，已等 6 天、1 天。" in mei.text
    assert mei.token("anon") == "d.anon."
    linh = await Chat(office, "linh").says("status me")
    assert "ẩn danh" not in linh.text


async def test_the_way_to_write_stands_on_every_home_and_below_every_check_in(office: Office) -> None:
    for person_id in ("mei", "linh", "an"):
        chat = await Chat(office, person_id).says("/home")
        assert chat.token("anon") == "d.anon."


async def test_about_says_which_version_runs_and_how_it_treats_unsigned_notes(office: Office) -> None:
    office.about = About("1.2.3", 9, time(17, 0), 60, "Ombudswoman, room 4", has_page=True)
    said = (await Chat(office, "daniel").says("/about")).text
    for fact in ("Laban 1.2.3", "at least 9 possible authors", "at 17:00", "60 days", "Ombudswoman, room 4", "docs/anonymity.md"):
        assert fact in said


async def test_about_says_when_slots_are_shortened_and_when_there_is_no_page(office: Office) -> None:
    office.about = About(has_page=True, is_rehearsal=True)
    assert "every minute" in (await Chat(office, "daniel").says("about")).text
    office.about = About()
    assert "are off" in (await Chat(office, "daniel").says("about")).text
