"""The one way in, on real storage: whatever comes at once, each event has one effect."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial

import pytest

from adapters.clock import SystemClock
from adapters.demo import sample_turn
from adapters.ids import RandomIds
from adapters.intake import Intake
from bot.actions.converse import converse
from bot.chat.incoming import Incoming, Place, Sender, Texted
from bot.ports import Deps, Saved
from storage import Storage

SENDER, PLACE = Sender("web", "demo", "an", "An", "vi"), Place("web", "demo", "an")
WRITING = (
    "mục tiêu mới",
    "Khách hàng yêu dịch vụ của chúng ta",
    "Vì khách hài lòng sẽ quay lại",
    "quay lại",
    "Vì họ sẽ giới thiệu bạn bè",
)


def typed(event_id: str, text: str) -> Incoming:
    """An types something."""
    return Incoming(event_id, SENDER, PLACE, SystemClock().now(), Texted(text))


@pytest.fixture
async def deps(storage: Storage) -> Deps:
    clock = SystemClock()
    assert await storage.work.save(sample_turn(clock.now())) is Saved.DONE
    return Deps(storage.reading, storage.work, clock, RandomIds())


async def sent(storage: Storage) -> list[str]:
    """Everything that waits to be delivered to An, in order."""
    now, found = SystemClock().now(), []
    while envelopes := await storage.outbox.claim("test", now, timedelta(minutes=1), 10):
        for envelope in envelopes:
            found.append(envelope.message.plain())
            await storage.outbox.delivered("test", envelope.id, "ref", now)
    return found


async def test_a_hundred_copies_of_an_event_at_once_have_one_effect(storage: Storage, deps: Deps) -> None:
    event = typed("e1", WRITING[0])
    assert await storage.inbox.put(event)
    await asyncio.gather(*(converse(event, deps) for _ in range(100)))
    known = await storage.reading.known(event)
    assert known.is_done
    (session,) = known.sessions
    assert session.turn == 1
    assert len(await sent(storage)) == 1
    assert await storage.inbox.pending(10) == ()


async def test_what_one_person_sends_at_once_by_way_of_the_intake_is_dealt_with_in_order(storage: Storage, deps: Deps) -> None:
    intake = Intake(storage.inbox, partial(converse, deps=deps), deps.clock)
    running = asyncio.create_task(intake.run())
    events = [typed(f"e{number}", text) for number, text in enumerate(WRITING)]
    await asyncio.gather(*(intake.accept(event) for event in events for _ in range(5)))
    for event in events:
        await intake.see_to(event)
    await intake.stop()
    await running
    (session,) = (await storage.reading.known(events[0])).sessions
    answers = {stored.key: stored.value for stored in session.answers}
    assert WRITING[1] in answers.values()
    assert WRITING[4] in answers.values()
    assert WRITING[2] not in answers.values()
    assert await storage.inbox.pending(10) == ()
