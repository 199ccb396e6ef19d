"""A burst of events shares its commits: each is durable when it is told so, and none takes another with it."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from bot.chat.incoming import Incoming, Place, Sender, Texted
from storage import Storage, open_storage
from storage.inbox import PUT
from tests.hands import MORNING

EVENT = Incoming("e", Sender("slack", "T", "U"), Place("slack", "T", "U"), MORNING, Texted("hello"))


def event(number: int) -> Incoming:
    return replace(EVENT, event_id=f"e{number}")


async def test_a_burst_is_stored_whole_and_each_repetition_is_noticed(storage: Storage) -> None:
    news = await asyncio.gather(*(storage.inbox.put(event(number % 200)) for number in range(400)))
    assert (news.count(True), news.count(False)) == (200, 200)
    pending = await storage.inbox.pending(1000)
    assert [one.event_id for one in pending] == [f"e{number}" for number in range(200)]


async def test_one_that_cannot_be_stored_fails_alone(storage: Storage) -> None:
    args = ("slack", "T", "broken", "no JSON", MORNING)
    outcomes = await asyncio.gather(
        *(storage.inbox.put(event(number)) for number in range(20)),
        storage.database.share(PUT, *args),
        *(storage.inbox.put(event(number)) for number in range(20, 40)),
        return_exceptions=True,
    )
    failed = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert len(failed) == 1
    assert len(await storage.inbox.pending(100)) == 40


async def test_whoever_gives_up_waiting_leaves_nothing_half_done(storage: Storage) -> None:
    puts = [asyncio.create_task(storage.inbox.put(event(number))) for number in range(50)]
    await asyncio.sleep(0)
    for put in puts[::2]:
        put.cancel()
    outcomes = await asyncio.gather(*puts, return_exceptions=True)
    assert all(outcome is True for outcome in outcomes[1::2])
    assert len(await storage.inbox.pending(100)) >= 25


async def test_what_is_told_to_be_stored_is_seen_by_others_at_once(tmp_path: Path) -> None:
    file = tmp_path / "laban.db"
    storage = open_storage(f"sqlite:///{file}")
    await storage.migrate()
    async with storage:

        async def put(number: int) -> None:
            await storage.inbox.put(event(number))
            with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as other:
                assert other.execute("SELECT 1 FROM inbox WHERE event_id = ?", (f"e{number}",)).fetchone() == (1,)
            other.close()

        await asyncio.gather(*(put(number) for number in range(40)))


async def test_closing_waits_for_what_is_on_its_way(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'laban.db'}"
    storage = open_storage(url)
    await storage.migrate()
    await storage.open()
    puts = [asyncio.create_task(storage.inbox.put(event(number))) for number in range(30)]
    await asyncio.sleep(0)
    await storage.close()
    assert await asyncio.gather(*puts) == [True] * 30
    async with open_storage(url) as again:
        assert len(await again.inbox.pending(100)) == 30


@pytest.mark.parametrize("rounds", [5])
async def test_bursts_and_turns_do_not_stand_in_each_others_way(storage: Storage, rounds: int) -> None:
    for number in range(rounds):
        await asyncio.gather(
            *(storage.inbox.put(event(100 * number + one)) for one in range(20)),
            *(storage.tickets.issue(f"{number}-{one}", MORNING, MORNING) for one in range(5)),
        )
    assert len(await storage.inbox.pending(1000)) == 20 * rounds
