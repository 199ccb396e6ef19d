"""A thousand people at once on DingTalk: few calls, nobody lost, and who could not be reached is said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.dingtalk.answers import FLOW
from adapters.dingtalk.mailbag import LINGER
from bot.chat.incoming import Place
from bot.chat.message import Button, Buttons, Message, Paragraph
from bot.chat.richtext import words
from bot.ports import Outgoing, Saved, Turn
from tests.e2e.dingtalk_office import Office, Way, dingtalk_office
from tests.platforms.dingtalk_people import Person
from tests.platforms.dingtalk_wire import PER_SECOND

PEOPLE = 1000
SEND = "batchSend"

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with dingtalk_office(tmp_path, Way(has_cards=False)) as opened:
        opened.server.per_second = PER_SECOND
        assert opened.process is not None
        opened.process.holds_bags = True
        yield opened


def staff(office: Office, many: int = PEOPLE) -> list[Person]:
    """So many people."""
    return [office.server.person(f"staff-{number:04}", f"Person {number}") for number in range(many)]


async def tell(office: Office, people: list[Person], text: str, name: str, *, label: str = "") -> None:
    """Commit one turn that says the same to all of them; a button's token is everybody's own."""
    outgoing = []
    for person in people:
        buttons = (Buttons((Button(label, f"d.objective.{person.id}", label),)),) if label else ()
        message = Message((Paragraph(words(text)), *buttons), "zh")
        outgoing.append(Outgoing(Place("dingtalk", "", person.id), message, f"{name}-{person.id}"))
    assert await office.deps.work.save(Turn(office.hands.now(), outgoing=tuple(outgoing))) is Saved.DONE


async def reached(office: Office, people: list[Person], many: int = 1) -> None:
    """All of them get so many messages, without more time passing than calls take."""
    await quiet(office)
    missing = [person.id for person in people if len(person.chat.said) != many]
    assert missing == []


async def quiet(office: Office) -> None:
    """Wait until nothing more happens before time passes."""
    process = office.process
    assert process is not None
    async with asyncio.timeout(60):
        while process.relay.in_flight or not process.sleepers["relay"].is_asleep:
            await asyncio.sleep(0)  # see above
            await close_bags(office)


async def close_bags(office: Office) -> None:
    """Where all that is in the air waits for a fuller bag, nothing more is coming: then time passes."""
    process = office.process
    assert process is not None
    if process.sleepers["relay"].is_asleep and 0 < process.relay.in_flight == process.dingtalk.mailbag.waiting:
        await office.pass_time(LINGER)


@pytest.mark.parametrize("label", ["", "看板"])
async def test_a_thousand_people_cost_fifty_calls(office: Office, label: str) -> None:
    people = staff(office)
    await tell(office, people, "周五啦，花 15 秒说说这一周。", "round", label=label)
    await reached(office, people)
    await quiet(office)
    assert len(office.server.of(SEND)) <= PEOPLE / 20


async def test_two_rounds_in_a_row_reach_everybody_in_order(office: Office) -> None:
    people = staff(office, 200)
    await tell(office, people, "一", "first")
    await tell(office, people, "二", "second")
    await reached(office, people, 2)
    assert {tuple(one.text for one in person.chat.said) for person in people} == {("一", "二")}
    # Which letters of two rounds that overlap meet in a bag is chance; that they go out in bags and not one by one is not.
    assert len(office.server.of(SEND)) <= 2 * (2 * 200 / 20)


async def test_flow_control_delays_some_and_loses_nobody(office: Office) -> None:
    people = staff(office, 300)
    held_back = people[::7]
    for person in held_back:
        person.chat.limits_next = 2
    await tell(office, people, "周五啦", "round")
    free = [person for person in people if person not in held_back]
    await reached(office, free)
    assert [person for person in held_back if person.chat.said] == []
    for _ in range(2):
        await quiet(office)
        await office.pass_time(FLOW)
    await reached(office, people)


async def test_who_cannot_be_reached_is_told_and_nobody_else_suffers(office: Office) -> None:
    people = staff(office, 100)
    gone, filtered = people[3], people[50]
    office.server.company.staff[gone.id].is_active = False
    office.server.robot.filtered.add(filtered.id)
    await tell(office, people, "周五啦", "round")
    await reached(office, [person for person in people if person not in (gone, filtered)])
    await quiet(office)
    assert office.process is not None
    letters = await office.process.storage.outbox.dead_letters(10)
    assert {letter.place.chat_id for letter in letters} == {gone.id, filtered.id}
    assert all("DingTalk" in letter.error for letter in letters)


async def test_a_round_meets_a_used_up_month_and_waits_instead_of_knocking(office: Office) -> None:
    people = staff(office, 100)
    office.server.calls_left = 2
    await tell(office, people, "周五啦", "round")
    await office.server.until(lambda: sum(len(person.chat.said) for person in people) >= 40)
    await quiet(office)
    asked = len(office.server.calls)
    for _ in range(10):
        await office.pass_time(timedelta(minutes=5))
        await quiet(office)
    assert len(office.server.calls) == asked
    office.server.calls_left = None
    await office.pass_time(timedelta(minutes=15))
    await reached(office, people)


async def test_a_banned_address_waits_five_minutes_and_then_goes_on(office: Office) -> None:
    people = staff(office, 40)
    office.server.banned_until = office.hands.now() + timedelta(minutes=5)
    await tell(office, people, "周五啦", "round")
    await office.server.until(lambda: office.server.calls)
    await quiet(office)
    asked = len(office.server.calls)
    assert asked < 5
    await office.pass_time(timedelta(minutes=4))
    await quiet(office)
    assert len(office.server.calls) == asked
    await office.pass_time(timedelta(minutes=2))
    await reached(office, people)
