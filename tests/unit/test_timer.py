"""The tick: at once, late rather than never, one at a time; and what is old is forgotten."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from adapters.timer import KEPT_EVENTS, KEPT_MESSAGES, Tick, Timer, pruning
from bot.chat.incoming import Incoming, Place, Sender, Texted
from bot.chat.message import Message, Paragraph
from bot.chat.richtext import words
from bot.ports import EventKey, Outgoing, Turn
from tests.hands import MORNING, Hands
from tests.memory import MemoryStore

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def test_a_tick_is_called_at_once_with_the_time_of_the_clock() -> None:
    called: asyncio.Queue[datetime] = asyncio.Queue()
    timer = Timer(Hands(), [Tick("test", HOUR, called.put)])
    timer.start()
    assert await called.get() == MORNING
    await timer.stop()


async def test_a_tick_that_fails_does_not_disturb_the_others(caplog: pytest.LogCaptureFixture) -> None:
    called: asyncio.Queue[datetime] = asyncio.Queue()

    async def fail(now: datetime) -> None:
        raise ValueError("with somebody's words")

    timer = Timer(Hands(), [Tick("broken", HOUR, fail), Tick("fine", HOUR, called.put)])
    timer.start()
    await called.get()
    await timer.stop()
    assert "the tick broken failed: ValueError" in caplog.text
    assert "somebody" not in caplog.text


async def test_ticks_know_no_zone_and_are_late_rather_than_dropped() -> None:
    timer = Timer(Hands(), [Tick("test", HOUR, _nothing)])
    timer.start()
    assert timer.scheduler is not None
    (job,) = timer.scheduler.get_jobs()
    assert (job.misfire_grace_time, job.coalesce, job.max_instances) == (None, True, 1)
    assert (job.trigger.interval, job.trigger.timezone) == (HOUR, UTC)
    await timer.stop()


async def test_stopping_waits_for_a_tick_that_is_being_broken_off() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def slow(now: datetime) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.set()

    timer = Timer(Hands(), [Tick("slow", HOUR, slow)])
    timer.start()
    await begun.wait()
    await timer.stop()
    assert ended.is_set()
    await timer.stop()


async def test_old_events_and_messages_are_forgotten_and_young_ones_kept() -> None:
    store = MemoryStore()
    for days in (0, 6, 8, 29, 31):
        at = MORNING - days * DAY
        place = Place("web", "t", f"{days}")
        await store.inbox.put(Incoming(f"{days}", Sender("web", "t", "an"), place, at, Texted("x")))
        message = Outgoing(place, Message((Paragraph(words("x")),)), f"{days}")
        await store.work.save(Turn(at, EventKey("web", "t", f"{days}"), outgoing=(message,)))
        for envelope in await store.outbox.claim("me", at, HOUR, 10):
            await store.outbox.delivered("me", envelope.id, "ref", at)
    await pruning(store.inbox, store.outbox).do(MORNING)
    assert {key.event_id for key in store.work.events} == {"0", "6"}
    assert [row.state for row in store.work.rows] == ["sent", "sent", "sent", "sent", "forgotten"]


def test_events_are_remembered_for_longer_than_any_platform_repeats_them() -> None:
    assert KEPT_EVENTS >= 2 * DAY
    assert KEPT_MESSAGES >= KEPT_EVENTS


async def _nothing(now: datetime) -> None:
    """Do nothing."""
