"""Whatever goes wrong at whatever statement of a turn: nothing of it is stored, and the next turn is."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import asyncpg
import pytest

from bot.dialogs.session import SessionState
from bot.okr.people import Invite, Role
from bot.ports import (
    AddCheckIn,
    AddHistory,
    Guard,
    PutInvite,
    PutObjective,
    PutPerson,
    PutSession,
    Saved,
    Turn,
    UseInvite,
)
from storage import Storage
from storage.sql import Batch, Step, both
from storage.sqlite import ImmediateClient
from storage.unit_of_work import plan
from tests.storage.company import (
    AN,
    HOUR,
    NORTH,
    NOW,
    PEOPLE,
    check_in,
    contents,
    entry,
    event,
    key_result,
    next_turn,
    objective,
    outgoing,
    save,
    session,
    turn,
    typed,
)

RAISES = Step(both("INSERT INTO guards (name, revision) VALUES ('poison', 0)"), ())
TOUCHES_NOTHING = Step(both("UPDATE guards SET revision = 1 WHERE name = 'nobody'"), (), 1)
IS_THERE_ALREADY = Step(both("INSERT INTO guards (name, revision) VALUES ('there', 1)"), ())
POINTS_TO_NOTHING = Step(both("UPDATE people SET team_id = 'nowhere' WHERE id = 'tom'"), (), 1)
A_BATCH_THAT_IS_THERE_ALREADY = Batch(IS_THERE_ALREADY.sql, [()])


@pytest.fixture
async def filled(storage: Storage) -> Storage:
    """Everything the turn below touches."""
    await save(
        storage,
        *PEOPLE,
        PutObjective(objective("o", "x", AN, NORTH, key_result("o-1"), key_result("o-2"))),
        PutSession(session("s1")),
        PutInvite(Invite("hash", NORTH.id, Role.MEMBER, NOW + HOUR, 3)),
        Guard("there", 0),
        out=[outgoing("before")],
    )
    await storage.inbox.put(typed("words", "e"))
    return storage


def everything() -> Turn:
    """A turn with most kinds of change, two of them in a row on the same rows."""
    one = objective("o", "x", AN, NORTH, key_result("o-2"), key_result("o-3"))
    return turn(
        PutSession(next_turn(session("s1"), state=SessionState.PARKED), 1),
        PutSession(session("s2")),
        PutPerson(replace(AN, name="An Nguyễn", version=2), 1),
        UseInvite("hash", NOW),
        AddCheckIn(check_in("c", "40", of="o-1", by=AN)),
        PutObjective(replace(one, version=2), 1),
        AddHistory(entry("h1")),
        AddHistory(entry("h2")),
        Guard("alignment", 0),
        of=event("e"),
        out=[outgoing("one", dedupe="m1"), outgoing("two", dedupe="m2"), outgoing("three", "mei", dedupe="m3")],
    )


@pytest.mark.parametrize(
    ("poison", "expected"),
    [
        (RAISES, None),
        (TOUCHES_NOTHING, Saved.LOST),
        (TOUCHES_NOTHING._replace(otherwise=Saved.DUPLICATE), Saved.DUPLICATE),
        (IS_THERE_ALREADY, Saved.LOST),
        (POINTS_TO_NOTHING, Saved.LOST),
        (A_BATCH_THAT_IS_THERE_ALREADY, Saved.LOST),
    ],
    ids=["raises", "touches nothing", "is a duplicate", "is there already", "points to nothing", "is in a batch"],
)
async def test_a_turn_that_breaks_at_any_statement_leaves_nothing(
    filled: Storage, poison: Step | Batch, expected: Saved | None
) -> None:
    steps = plan(everything())
    before = await contents(filled)
    for position in range(len(steps) + 1):
        broken = [*steps[:position], poison, *steps[position:]]
        if expected is None:
            with pytest.raises((sqlite3.IntegrityError, asyncpg.CheckViolationError)):
                await filled.database.save(broken)
        else:
            assert await filled.database.save(broken) is expected
        assert await contents(filled) == before, f"something is left of a turn that broke at statement {position}"
    assert await filled.database.save(steps) is Saved.DONE


async def test_a_value_that_cannot_be_stored_leaves_nothing(filled: Storage) -> None:
    before = await contents(filled)
    bad = replace(session("s9", state=SessionState.PARKED), facts={"ratio": float("nan")})
    with pytest.raises(ValueError, match="JSON"):
        await filled.work.save(turn(AddHistory(entry("h")), PutSession(bad), out=[outgoing()]))
    assert await contents(filled) == before


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_full_disk_refuses_a_turn_and_takes_it_when_there_is_room_again(filled: Storage) -> None:
    client = filled.database.client
    assert isinstance(client, ImmediateClient)
    large = turn(AddHistory(replace(entry("h"), why="x" * 200_000)), of=event("large"), out=[outgoing()])
    before = await contents(filled)
    await client.in_thread(lambda connection: connection.execute("PRAGMA max_page_count = 1"))
    with pytest.raises(sqlite3.OperationalError, match="full"):
        await filled.work.save(large)
    assert await contents(filled) == before
    await client.in_thread(lambda connection: connection.execute("PRAGMA max_page_count = 1073741823"))
    assert await filled.work.save(large) is Saved.DONE


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_a_connection_that_breaks_in_the_middle_of_a_turn_leaves_nothing(filled: Storage) -> None:
    breaks = Step(both("SELECT pg_terminate_backend(pg_backend_pid())"), ())
    steps = plan(everything())
    before = await contents(filled)
    for position in (0, len(steps) // 2, len(steps)):
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
            await filled.database.save([*steps[:position], breaks, *steps[position:]])
        assert await contents(filled) == before
    assert await filled.database.save(steps) is Saved.DONE
