"""What platforms entrust us with is kept apart by tenant; a ticket is good once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from storage import Storage
from storage.sql import both
from tests.hands import MORNING

LATER = MORNING + timedelta(minutes=10)
_COUNT = both("SELECT count(*) FROM tickets")


async def test_what_is_entrusted_is_kept_replaced_and_given_back_by_tenant(storage: Storage) -> None:
    keyring = storage.keyring
    await keyring.put("slack", "T2", "two", MORNING)
    await keyring.put("slack", "T1", "one", MORNING)
    await keyring.put("dingtalk", "T1", "another", MORNING)
    await keyring.put("slack", "T1", "one again", LATER)
    assert await keyring.get("slack", "T1") == "one again"
    assert await keyring.get("slack", "T3") is None
    assert await keyring.tenants("slack") == ("T1", "T2")
    await keyring.remove("slack", "T1")
    await keyring.remove("slack", "T1")
    assert await keyring.tenants("slack") == ("T2",)
    assert await keyring.get("dingtalk", "T1") == "another"


async def test_a_ticket_is_good_once(storage: Storage) -> None:
    await storage.tickets.issue("hash", LATER, MORNING)
    assert not await storage.tickets.redeem("other", MORNING)
    assert await storage.tickets.redeem("hash", MORNING)
    assert not await storage.tickets.redeem("hash", MORNING)


async def test_a_ticket_is_not_good_for_long(storage: Storage) -> None:
    await storage.tickets.issue("hash", LATER, MORNING)
    assert not await storage.tickets.redeem("hash", LATER)


async def test_of_many_who_redeem_a_ticket_at_once_one_succeeds(storage: Storage) -> None:
    await storage.tickets.issue("hash", LATER, MORNING)
    assert sorted(await asyncio.gather(*(storage.tickets.redeem("hash", MORNING) for _ in range(20)))) == [False] * 19 + [True]


async def test_tickets_that_nobody_redeemed_are_swept_away(storage: Storage) -> None:
    for number in range(20):
        await storage.tickets.issue(f"forgotten {number}", LATER, MORNING)
    await storage.tickets.issue("good", LATER + timedelta(hours=1), LATER + timedelta(seconds=1))
    rows = await storage.database.execute(_COUNT)
    assert rows[0][0] == 1
