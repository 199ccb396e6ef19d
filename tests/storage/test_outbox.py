"""What the queue of outgoing messages keeps beyond the promises every outbox makes (`tests/queue_promises.py`)."""

from __future__ import annotations

from datetime import datetime

import pytest

from storage import Storage
from storage.sql import both
from tests.storage.company import DAY, HOUR, MINUTE, NOW, SECOND, contents, outgoing, save


async def claimed(storage: Storage, at: datetime = NOW, worker: str = "w", limit: int = 10) -> list[str]:
    """What is given out, as it reads."""
    envelopes = await storage.outbox.claim(worker, at, MINUTE, limit)
    return [envelope.message.plain() for envelope in envelopes]


async def test_a_new_message_does_not_hurry_one_that_waits_to_be_tried_again(storage: Storage) -> None:
    await save(storage, out=[outgoing("one")])
    (envelope,) = await storage.outbox.claim("w", NOW, MINUTE, 10)
    await storage.outbox.retry("w", envelope.id, NOW + HOUR, "down")
    await save(storage, out=[outgoing("two")])
    assert await storage.outbox.next_due(NOW) == NOW + HOUR
    assert await claimed(storage, NOW + HOUR - SECOND) == []
    assert await claimed(storage, NOW + HOUR) == ["one"]


async def test_whoever_has_waited_longest_is_served_first(storage: Storage) -> None:
    for number, chat in enumerate("zmabc"):
        await save(storage, out=[outgoing(chat, chat)], at=NOW + number * SECOND)
    assert await claimed(storage, NOW + DAY, "one", 2) == ["z", "m"]
    assert await claimed(storage, NOW + DAY, "two", 2) == ["a", "b"]
    assert await claimed(storage, NOW + DAY, "three", 2) == ["c"]


async def test_what_is_not_due_yet_holds_nobody_else_up(storage: Storage) -> None:
    await save(storage, out=[outgoing("one", "an"), outgoing("two", "mei")])
    for envelope in await storage.outbox.claim("w", NOW, MINUTE, 10):
        if envelope.place.chat_id == "an":
            await storage.outbox.pause("w", envelope.id, NOW + HOUR)
        else:
            await storage.outbox.delivered("w", envelope.id, "ref", NOW)
    await save(storage, out=[outgoing("three", "mei")])
    assert await claimed(storage) == ["three"]
    assert await storage.outbox.next_due(NOW) == NOW


async def test_a_message_without_a_name_goes_on_under_the_name_it_edited(storage: Storage) -> None:
    """So a question, closed without a name of its own, can be edited once more."""
    replaced = []
    for text, slot, edits in (
        ("question", "q", ""),
        ("closed", "", "q"),
        ("closed again", "", "q"),
        ("new name", "r", "q"),
        ("by it", "", "r"),
    ):
        await save(storage, out=[outgoing(text, slot=slot, edits=edits)])
        (envelope,) = await storage.outbox.claim("w", NOW, MINUTE, 10)
        replaced.append(envelope.replaces)
        await storage.outbox.delivered("w", envelope.id, f"ref of {text}", NOW)
    assert replaced == ["", "ref of question", "ref of closed", "ref of closed again", "ref of new name"]


async def test_a_message_its_platform_left_out_is_not_what_is_edited(storage: Storage) -> None:
    """A platform that cannot edit leaves out what only tidies up, and has no reference for it."""
    for text, reference in (("question", "ref"), ("tidied", "")):
        await save(storage, out=[outgoing(text, slot="q" if text == "question" else "", edits="" if text == "question" else "q")])
        (envelope,) = await storage.outbox.claim("w", NOW, MINUTE, 10)
        await storage.outbox.delivered("w", envelope.id, reference, NOW)
    await save(storage, out=[outgoing("again", edits="q")])
    (envelope,) = await storage.outbox.claim("w", NOW, MINUTE, 10)
    assert envelope.replaces == "ref"


async def test_a_claim_that_finds_nothing_takes_no_lock_and_changes_nothing(storage: Storage) -> None:
    await save(storage, out=[outgoing("one")])
    await claimed(storage)
    before = await contents(storage)
    assert await claimed(storage, worker="another") == []
    assert await contents(storage) == before


async def test_a_lane_whose_message_was_taken_away_by_hand_comes_to_rest(storage: Storage) -> None:
    await save(storage, out=[outgoing("one"), outgoing("two", "mei")])
    await storage.database.execute(both("DELETE FROM outbox WHERE chat_id = ?"), "an")
    assert await claimed(storage) == ["two"]
    rows = {row[0]: row[1:] for row in (await contents(storage))["outbox_lanes"]}
    assert rows["web:laban:an"] == (None, None, None, None)
    await save(storage, out=[outgoing("three")])
    assert await claimed(storage) == ["two", "three"]


async def test_a_mark_for_a_message_that_never_was_changes_nothing(storage: Storage) -> None:
    await save(storage, out=[outgoing("one")])
    await claimed(storage)
    before = await contents(storage)
    await storage.outbox.delivered("w", 10**9, "ref", NOW)
    await storage.outbox.bury("w", 10**9, "gone", NOW)
    assert await contents(storage) == before


async def test_more_is_forgotten_than_fits_into_one_transaction(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    # A smaller part, so that a test need not store thousands.
    monkeypatch.setattr("storage.inbox._AT_A_TIME", 3)
    await save(storage, out=[outgoing(f"{n}", f"chat {n}") for n in range(10)])
    for envelope in await storage.outbox.claim("w", NOW, MINUTE, 100):
        await storage.outbox.delivered("w", envelope.id, "ref", NOW)
    assert await storage.outbox.forget_before(NOW + SECOND) == 10
    assert (await contents(storage))["outbox"] == []


async def test_a_number_is_never_given_to_two_messages(storage: Storage) -> None:
    await save(storage, out=[outgoing("one")])
    (first,) = await storage.outbox.claim("w", NOW, MINUTE, 1)
    await storage.outbox.delivered("w", first.id, "ref", NOW)
    assert await storage.outbox.forget_before(NOW + SECOND) == 1
    await save(storage, out=[outgoing("two")])
    (second,) = await storage.outbox.claim("w", NOW, MINUTE, 1)
    assert second.id > first.id
