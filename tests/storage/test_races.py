"""Several at once: exactly one wins, the others learn that they have lost, and nothing is half there."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from bot.dialogs.session import SessionState
from bot.okr.objective import KeyResultId, ObjectiveId
from bot.okr.people import Invite, Role
from bot.ports import (
    AddCheckIn,
    AddHistory,
    Change,
    Envelope,
    Guard,
    PutInvite,
    PutObjective,
    PutPerson,
    PutSession,
    Saved,
    UseInvite,
)
from storage import Storage, open_storage
from storage.sql import Ask, Program, both
from tests.storage.company import (
    AN,
    DUC,
    HOUR,
    MEI,
    MINUTE,
    NORTH,
    NOW,
    PEOPLE,
    TOM,
    check_in,
    contents,
    entry,
    event,
    next_turn,
    objective,
    outgoing,
    save,
    session,
    turn,
    typed,
)


@pytest.fixture
async def storages(url: str) -> AsyncIterator[list[Storage]]:
    """Three doors to one database, as three processes have them; the people and an objective are there."""
    async with AsyncExitStack() as stack:
        doors = [await stack.enter_async_context(open_storage(url)) for _ in range(3)]
        await save(doors[0], *PEOPLE, PutObjective(objective("o")))
        yield doors


async def outcomes(storages: list[Storage], *turns: tuple[Change, ...]) -> Counter[Saved]:
    """What becomes of turns with these changes, all begun at once, through any door; each would leave a message and a note."""
    saves = [
        storages[number % len(storages)].work.save(
            turn(*changes, AddHistory(entry(f"note {number}")), of=event(f"race {number}"), out=[outgoing(f"note {number}")])
        )
        for number, changes in enumerate(turns)
    ]
    found = Counter(await asyncio.gather(*saves))
    notes = [one for one in await storages[0].reading.history(ObjectiveId("o")) if one.id.startswith("note")]
    assert len(notes) == found[Saved.DONE]
    return found


async def test_a_hundred_deliveries_of_one_event_have_one_effect(storages: list[Storage]) -> None:
    await storages[0].inbox.put(typed("x", "e"))
    turns = [turn(AddHistory(entry(f"h{n}")), of=event("e"), out=[outgoing()]) for n in range(100)]
    found = Counter(await asyncio.gather(*(storages[n % 3].work.save(one) for n, one in enumerate(turns))))
    assert found == {Saved.DONE: 1, Saved.DUPLICATE: 99}
    assert len(await storages[0].reading.history(ObjectiveId("o"))) == 1
    assert len(await storages[1].outbox.claim("w", NOW, MINUTE, 1000)) == 1


async def test_two_turns_of_one_session_do_not_both_count(storages: list[Storage]) -> None:
    one = session()
    await save(storages[0], PutSession(one))
    following = [(PutSession(next_turn(one, open_key=f"key {n}"), 1),) for n in range(12)]
    assert await outcomes(storages, *following) == {Saved.DONE: 1, Saved.LOST: 11}


async def test_two_conversations_do_not_both_begin(storages: list[Storage]) -> None:
    assert await outcomes(storages, *((PutSession(session(f"s{n}")),) for n in range(12))) == {Saved.DONE: 1, Saved.LOST: 11}


async def test_changes_that_are_each_free_of_loops_do_not_both_count_under_one_guard(storages: list[Storage]) -> None:
    for revision in range(3):
        assert await outcomes_of_guard(storages, revision) == {Saved.DONE: 1, Saved.LOST: 11}
    assert await storages[2].reading.guard("alignment") == 3


async def outcomes_of_guard(storages: list[Storage], revision: int) -> Counter[Saved]:
    saves = [storages[n % 3].work.save(turn(Guard("alignment", revision), out=[outgoing()])) for n in range(12)]
    return Counter(await asyncio.gather(*saves))


async def test_an_invitation_is_not_used_more_often_than_it_says(storages: list[Storage]) -> None:
    await save(storages[0], PutInvite(Invite("hash", NORTH.id, Role.MEMBER, NOW + HOUR, 5)))
    assert await outcomes(storages, *[(UseInvite("hash", NOW),)] * 12) == {Saved.DONE: 5, Saved.LOST: 7}
    invite = await storages[0].reading.invite("hash")
    assert invite is not None
    assert invite.uses_left == 0


async def test_two_edits_of_a_person_do_not_both_count(storages: list[Storage]) -> None:
    edits = [(PutPerson(replace(AN, name=f"An {n}", version=2), 1),) for n in range(12)]
    assert await outcomes(storages, *edits) == {Saved.DONE: 1, Saved.LOST: 11}


async def test_check_ins_at_once_all_count_and_the_newest_is_current(storages: list[Storage]) -> None:
    said = [(AddCheckIn(check_in(f"c{n:02}", f"{n}", NOW + n * MINUTE)),) for n in (5, 11, 3, 0, 7, 10, 1, 2, 9, 4, 8, 6)]
    assert await outcomes(storages, *said) == {Saved.DONE: 12}
    found = await storages[0].reading.objective(ObjectiveId("o"))
    assert found is not None
    assert found.key_results[0].current == 11


async def test_an_edit_and_check_ins_at_once_leave_the_newest_value_current(storages: list[Storage]) -> None:
    was = await storages[0].reading.objective(ObjectiveId("o"))
    assert was is not None
    said = [(AddCheckIn(check_in(f"c{n}", f"{n}", NOW + n * MINUTE)),) for n in range(8)]
    edit = (PutObjective(replace(was, title="Sửa", version=2), 1),)
    assert await outcomes(storages, *said[:4], edit, *said[4:]) == {Saved.DONE: 9}
    found = await storages[0].reading.objective(ObjectiveId("o"))
    assert found is not None
    (newest,) = (await storages[0].reading.latest_check_ins((KeyResultId("o-1"),), NOW + HOUR)).values()
    assert found.key_results[0].current == newest.value


async def test_turns_that_change_the_same_things_in_opposite_order_all_end(storages: list[Storage]) -> None:
    """Where that is a deadlock, somebody gives way and has lost."""
    forth = [PutPerson(replace(one, name="forth", version=2), 1) for one in (DUC, MEI, TOM)]
    back = [PutPerson(replace(one, name="back", version=2), 1) for one in (TOM, MEI, DUC)]
    for _ in range(5):
        found = await outcomes_of_people(storages, forth, back)
        assert found[Saved.DONE] <= 1
    names = {one.name for one in (await storages[0].reading.people((DUC.id, MEI.id, TOM.id))).values()}
    assert names in ({"forth"}, {"back"})


async def outcomes_of_people(storages: list[Storage], *changes: list[PutPerson]) -> Counter[Saved]:
    return Counter(await asyncio.gather(*(storages[n % 3].work.save(turn(*some)) for n, some in enumerate(changes))))


async def test_turns_that_write_to_the_same_chats_in_opposite_order_all_count(storages: list[Storage]) -> None:
    chats = [f"chat {n}" for n in range(6)]
    turns = [turn(out=[outgoing(chat=chat) for chat in (chats if n % 2 else chats[::-1])]) for n in range(30)]
    assert Counter(await asyncio.gather(*(storages[n % 3].work.save(one) for n, one in enumerate(turns)))) == {Saved.DONE: 30}


async def test_workers_share_the_lanes_keep_their_order_and_take_nothing_twice(storages: list[Storage]) -> None:
    sent: list[tuple[str, str]] = []

    async def work(number: int) -> None:
        storage, name = storages[number % 3], f"worker {number}"
        idle = 0
        while idle < 3:
            envelopes = await storage.outbox.claim(name, NOW, MINUTE, 4)
            idle = 0 if envelopes else idle + 1
            for envelope in envelopes:
                await deal_with(storage, name, envelope)

    async def deal_with(storage: Storage, name: str, envelope: Envelope) -> None:
        said = envelope.message.plain()
        if said.endswith("3") and envelope.attempts == 0:
            await storage.outbox.retry(name, envelope.id, NOW, "again")
            return
        sent.append((envelope.place.chat_id, said))
        await storage.outbox.delivered(name, envelope.id, f"ref {envelope.id}", NOW)

    async def talk(chat: str) -> None:
        for n in range(10):
            await save(storages[n % 3], out=[outgoing(f"{n}", chat)])

    chats = [f"chat {n}" for n in range(8)]
    await asyncio.gather(*(talk(chat) for chat in chats), *(work(n) for n in range(6)))
    await asyncio.gather(*(work(n) for n in range(6)))
    for chat in chats:
        assert [said for where, said in sent if where == chat] == [f"{n}" for n in range(10)]
    assert await storages[0].outbox.next_due(NOW) is None


async def test_a_message_that_comes_while_the_one_before_is_marked_is_not_forgotten(storages: list[Storage]) -> None:
    """The lane's row says when its next message is due; both sides change it at once."""
    await save(storages[0], out=[outgoing("0")])
    for n in range(1, 40):
        (envelope,) = await storages[0].outbox.claim("w", NOW, MINUTE, 10)
        await asyncio.gather(
            storages[1].outbox.delivered("w", envelope.id, "ref", NOW),
            storages[2].work.save(turn(out=[outgoing(f"{n}")])),
        )
        assert await storages[0].outbox.next_due(NOW) == NOW


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_what_reads_before_it_writes_has_the_write_lock_from_the_start(storages: list[Storage]) -> None:
    """Else its write would fail as soon as another process has written since its read."""
    has_read, may_write = threading.Event(), threading.Event()

    def reads_then_writes() -> Program[None]:
        yield Ask(both("SELECT revision FROM guards"), ())
        has_read.set()
        may_write.wait(10)
        yield Ask(both("INSERT INTO guards (name, revision) VALUES ('x', 1)"), ())

    running = asyncio.create_task(storages[0].database.run(reads_then_writes()))
    await asyncio.to_thread(has_read.wait, 10)
    saving = asyncio.create_task(storages[1].work.save(turn(Guard("y", 0))))
    done, _ = await asyncio.wait({saving}, timeout=0.2)
    assert not done
    may_write.set()
    await running
    assert await saving is Saved.DONE


async def test_a_cancelled_save_is_stored_wholly_or_not_at_all(storages: list[Storage]) -> None:
    storage = storages[0]
    for n in range(40):
        saving = asyncio.create_task(
            storage.work.save(turn(PutSession(session(f"s{n}", state=SessionState.PARKED)), out=[outgoing(dedupe=f"m{n}")]))
        )
        for _ in range(n % 5):
            await asyncio.sleep(0)
        saving.cancel()
        await asyncio.wait({saving})
    rows = await contents(storage)
    begun = {str(row[0]).removeprefix("s") for row in rows["sessions"]}
    sent = {str(row[1]).removeprefix("m") for row in rows["outbox"]}
    assert begun == sent
    await save(storage, PutSession(session("after", state=SessionState.PARKED)))
