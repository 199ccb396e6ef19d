"""What becomes of a turn: done, duplicate or lost, and nothing of it anywhere unless it is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.dialogs.session import SessionState
from bot.okr.objective import Objective, ObjectiveId, ObjectiveState
from bot.okr.people import Invite, Person, PersonId, Role
from bot.ports import (
    AddCheckIn,
    AddHistory,
    Change,
    Guard,
    PutAccount,
    PutCycle,
    PutInvite,
    PutObjective,
    PutPerson,
    PutSession,
    PutTeam,
    RemoveDraft,
    Saved,
    UseInvite,
)
from storage import Storage, open_storage
from tests.storage.company import (
    AN,
    AN_ACCOUNT,
    DAY,
    DUC,
    HOUR,
    MEI,
    NORTH,
    NOW,
    PEOPLE,
    QUARTER,
    SALES,
    SECOND,
    TOM,
    check_in,
    contents,
    entry,
    event,
    key_result,
    next_turn,
    objective,
    outgoing,
    save,
    serving,
    session,
    turn,
    typed,
)


@pytest.fixture
async def filled(storage: Storage) -> Storage:
    """The people, and Đức's objective `o` with the key results `o-1` and `o-2`."""
    await save(storage, *PEOPLE, PutObjective(objective("o", "Khách hàng", DUC, None, key_result("o-1"), key_result("o-2"))))
    return storage


async def stored(storage: Storage, objective_id: str = "o") -> Objective:
    """An objective that is there."""
    found = await storage.reading.objective(ObjectiveId(objective_id))
    assert found is not None
    return found


async def is_lost_without_a_trace(storage: Storage, *changes: Change) -> bool:
    """Whether a turn with these changes is lost, together with everything that is in it besides."""
    before = await contents(storage)
    everything = (PutCycle(replace(QUARTER, id=QUARTER.id.__class__("another"))), *changes, AddHistory(entry("another")))
    saved = await storage.work.save(turn(*everything, of=event("another"), out=[outgoing()]))
    return saved is Saved.LOST and await contents(storage) == before


# --- events ----------------------------------------------------------------------------------------------------------


async def test_an_event_is_dealt_with_once(filled: Storage) -> None:
    first = turn(AddHistory(entry("h1")), of=event("e"), out=[outgoing("one")])
    again = turn(AddHistory(entry("h2")), of=event("e"), out=[outgoing("two")])
    assert await filled.work.save(first) is Saved.DONE
    before = await contents(filled)
    assert await filled.work.save(again) is Saved.DUPLICATE
    assert await contents(filled) == before


async def test_the_same_event_id_on_another_platform_or_of_another_tenant_is_another_event(filled: Storage) -> None:
    for key in (event("e"), replace(event("e"), platform="slack"), replace(event("e"), tenant="other")):
        assert await filled.work.save(turn(of=key)) is Saved.DONE


async def test_a_turn_takes_its_event_out_of_the_inbox_and_its_words_out_of_the_database(filled: Storage) -> None:
    incoming = typed("tôi thấy mệt", "e")
    assert await filled.inbox.put(incoming)
    await save(filled, of=event("e"))
    assert await filled.inbox.pending(10) == ()
    assert (await filled.reading.known(incoming)).is_done
    assert not await filled.inbox.put(incoming)
    assert "mệt" not in repr(await contents(filled))


async def test_a_lost_turn_leaves_its_event_to_be_dealt_with(filled: Storage) -> None:
    await filled.inbox.put(typed("x", "e"))
    assert await filled.work.save(turn(Guard("g", 7), of=event("e"))) is Saved.LOST
    assert len(await filled.inbox.pending(10)) == 1
    assert await filled.work.save(turn(of=event("e"))) is Saved.DONE


async def test_a_turn_without_anything_is_done(storage: Storage) -> None:
    assert await storage.work.save(turn()) is Saved.DONE


# --- sessions --------------------------------------------------------------------------------------------------------


async def test_a_session_goes_on_only_from_the_turn_it_was_read_at(filled: Storage) -> None:
    one = session()
    await save(filled, PutSession(one))
    two = next_turn(one, open_key="kr/value")
    await save(filled, PutSession(two, 1))
    assert await is_lost_without_a_trace(filled, PutSession(next_turn(one, open_key="late"), 1))
    (known,) = (await filled.reading.known(typed("x"))).sessions
    assert known == two


async def test_a_session_that_is_there_is_not_begun_again(filled: Storage) -> None:
    await save(filled, PutSession(session()))
    assert await is_lost_without_a_trace(filled, PutSession(session(person=MEI)))


async def test_a_session_that_is_not_there_does_not_go_on(filled: Storage) -> None:
    assert await is_lost_without_a_trace(filled, PutSession(session(turn=5), 4))


async def test_a_person_has_one_active_session_at_most(filled: Storage) -> None:
    await save(filled, PutSession(session("s1")))
    assert await is_lost_without_a_trace(filled, PutSession(session("s2")))
    await save(filled, PutSession(session("s3", MEI)))
    await save(filled, PutSession(session("s4", state=SessionState.PARKED)))


async def test_one_turn_parks_a_session_and_begins_another_in_whatever_order_they_are_put(filled: Storage) -> None:
    one, two = session("s1"), session("s2")
    await save(filled, PutSession(one))
    await save(filled, PutSession(two), PutSession(next_turn(one, state=SessionState.PARKED, touched_at=NOW - SECOND), 1))
    sessions = (await filled.reading.known(typed("x"))).sessions
    assert [(each.id, each.state) for each in sessions] == [("s2", SessionState.ACTIVE), ("s1", SessionState.PARKED)]
    await save(
        filled,
        PutSession(replace(one, turn=3), 2),
        PutSession(next_turn(two, state=SessionState.FINISHED), 1),
    )
    (active,) = (await filled.reading.known(typed("x"))).sessions
    assert (active.id, active.state) == ("s1", SessionState.ACTIVE)


@pytest.mark.parametrize("counter", [1, 2])
async def test_a_replacement_that_does_not_count_up_is_a_mistake(filled: Storage, counter: int) -> None:
    with pytest.raises(ValueError, match="counts its changes"):
        await filled.work.save(turn(PutSession(session(turn=counter), 2)))


# --- people and invitations ------------------------------------------------------------------------------------------


async def test_a_person_is_replaced_only_as_they_were_read(filled: Storage) -> None:
    await save(filled, PutPerson(replace(AN, name="An Nguyễn", version=2), 1))
    assert await is_lost_without_a_trace(filled, PutPerson(replace(AN, name="somebody else's An", version=2), 1))
    person = await filled.reading.person(AN.id)
    assert person is not None
    assert person.name == "An Nguyễn"


async def test_a_person_is_added_once(filled: Storage) -> None:
    assert await is_lost_without_a_trace(filled, PutPerson(replace(AN, name="another An")))


async def test_an_address_belongs_to_one_person(filled: Storage) -> None:
    assert await is_lost_without_a_trace(filled, PutPerson(Person(PersonId("x"), "X", DUC.email, NORTH.id)))


async def test_a_path_belongs_to_one_team(filled: Storage) -> None:
    assert await is_lost_without_a_trace(filled, PutTeam(replace(NORTH, id=NORTH.id.__class__("x"))))


async def test_a_team_that_is_not_there_has_no_members(filled: Storage) -> None:
    assert await is_lost_without_a_trace(filled, PutPerson(Person(PersonId("x"), "X", None, NORTH.id.__class__("nowhere"))))


async def test_an_account_moves_to_another_chat_and_another_person(filled: Storage) -> None:
    await save(filled, PutAccount(replace(AN_ACCOUNT, person_id=MEI.id, chat_id="moved")))
    known = await filled.reading.known(typed("x"))
    assert (known.person, known.account) == (MEI, replace(AN_ACCOUNT, person_id=MEI.id, chat_id="moved"))


async def test_a_team_gets_a_lead_in_the_turn_that_adds_both(storage: Storage) -> None:
    await save(storage, PutPerson(replace(MEI, manager_id=None)), PutTeam(replace(SALES, parent_id=None, lead_id=MEI.id)))
    assert (await storage.reading.teams())[0].lead_id == MEI.id


async def test_an_invitation_is_used_as_often_as_it_says(filled: Storage) -> None:
    await save(filled, PutInvite(Invite("hash", NORTH.id, Role.MEMBER, NOW + HOUR, 2)))
    for _ in range(2):
        await save(filled, UseInvite("hash", NOW))
    assert await is_lost_without_a_trace(filled, UseInvite("hash", NOW))


async def test_an_invitation_that_has_run_out_or_never_was_is_not_used(filled: Storage) -> None:
    await save(filled, PutInvite(Invite("hash", NORTH.id, Role.MEMBER, NOW, 2)))
    assert await is_lost_without_a_trace(filled, UseInvite("hash", NOW))
    assert await is_lost_without_a_trace(filled, UseInvite("no such", NOW))


async def test_a_cycle_that_is_there_stays_as_it_is(filled: Storage) -> None:
    await save(filled, PutCycle(replace(QUARTER, name="renamed")))
    assert await filled.reading.cycle_on(NOW.date()) == QUARTER


# --- objectives ------------------------------------------------------------------------------------------------------


async def test_an_objective_is_replaced_only_as_it_was_read(filled: Storage) -> None:
    was = await stored(filled)
    await save(filled, PutObjective(replace(was, title="Tiêu đề mới", version=2), 1))
    assert await is_lost_without_a_trace(filled, PutObjective(replace(was, title="too late", version=2), 1))
    assert (await stored(filled)).title == "Tiêu đề mới"


async def test_key_results_keep_the_order_they_are_given(filled: Storage) -> None:
    was = await stored(filled)
    first, second = was.key_results
    new = key_result("o-3", "Số mới")
    await save(filled, PutObjective(replace(was, key_results=(second, new, first), version=2), 1))
    assert (await stored(filled)).key_results == (second, new, first)


async def test_a_key_result_nobody_has_used_is_deleted_with_its_removal(filled: Storage) -> None:
    was = await stored(filled)
    await save(filled, PutObjective(replace(was, key_results=was.key_results[:1], version=2), 1))
    assert (await stored(filled)).key_results == was.key_results[:1]


async def test_a_key_result_with_check_ins_outlives_its_removal_as_a_dead_one(filled: Storage) -> None:
    await save(filled, AddCheckIn(check_in("c1", "40", of="o-1")))
    was = await stored(filled)
    await save(filled, PutObjective(replace(was, key_results=was.key_results[1:], version=2), 1))
    kept, dead = (await stored(filled)).key_results
    assert (kept.id, dead.id, dead.is_dead, dead.current) == ("o-2", "o-1", True, Decimal(40))
    assert len(await filled.reading.check_ins((dead.id,), NOW)) == 1


async def test_a_key_result_something_serves_outlives_its_removal_as_a_dead_one(filled: Storage) -> None:
    was = await stored(filled)
    await save(filled, PutObjective(objective("below", owner=MEI, serves=serving(was.key_results[0]))))
    await save(filled, PutObjective(replace(was, key_results=was.key_results[1:], version=2), 1))
    assert [(each.id, each.is_dead) for each in (await stored(filled)).key_results] == [("o-2", False), ("o-1", True)]


async def test_a_key_result_belongs_to_one_objective_for_ever(filled: Storage) -> None:
    assert await is_lost_without_a_trace(filled, PutObjective(objective("thief", "x", MEI, None, key_result("o-1", "stolen"))))


async def test_a_draft_goes_with_its_key_results_and_its_history(filled: Storage) -> None:
    before = await contents(filled)
    draft = objective("draft", state=ObjectiveState.DRAFT)
    await save(filled, PutObjective(draft), AddHistory(entry("h1", "draft")))
    assert await is_lost_without_a_trace(filled, RemoveDraft(draft.id, 2))
    await save(filled, RemoveDraft(draft.id, 1))
    assert await contents(filled) == before


async def test_what_is_published_is_no_draft_to_remove(filled: Storage) -> None:
    assert await is_lost_without_a_trace(filled, RemoveDraft(ObjectiveId("o"), 1))


async def test_what_an_objective_serves_must_be_there(filled: Storage) -> None:
    missing = objective("missing")
    for served in (missing, missing.key_results[0]):
        assert await is_lost_without_a_trace(filled, PutObjective(objective("o2", owner=MEI, serves=serving(served))))


# --- check-ins -------------------------------------------------------------------------------------------------------


async def test_the_newest_check_in_is_the_current_value_in_whatever_order_they_come(filled: Storage) -> None:
    await save(filled, AddCheckIn(check_in("c2", "41", NOW)))
    await save(filled, AddCheckIn(check_in("c1", "39", NOW - DAY)))
    assert (await stored(filled)).key_results[0].current == Decimal(41)
    await save(filled, AddCheckIn(check_in("c3", "42.50", NOW + DAY)))
    assert str((await stored(filled)).key_results[0].current) == "42.50"


async def test_an_edit_does_not_take_back_a_check_in_it_did_not_know_of(filled: Storage) -> None:
    was = await stored(filled)
    await save(filled, AddCheckIn(check_in("c1", "40")))
    await save(filled, PutObjective(replace(was, title="Sửa", version=2), 1))
    edited = await stored(filled)
    assert (edited.title, edited.key_results[0].current) == ("Sửa", Decimal(40))


async def test_a_key_result_without_check_ins_has_the_current_value_it_is_given(filled: Storage) -> None:
    was = await stored(filled)
    measured = replace(was.key_results[0], current=Decimal("33.3"))
    await save(filled, PutObjective(replace(was, key_results=(measured, was.key_results[1]), version=2), 1))
    assert (await stored(filled)).key_results[0].current == Decimal("33.3")


async def test_a_check_in_on_a_key_result_that_is_gone_is_lost(filled: Storage) -> None:
    assert await is_lost_without_a_trace(filled, AddCheckIn(check_in("c1", "40", of="gone")))


async def test_a_check_in_is_added_once(filled: Storage) -> None:
    await save(filled, AddCheckIn(check_in("c1", "40")))
    assert await is_lost_without_a_trace(filled, AddCheckIn(check_in("c1", "41", NOW + DAY)))


async def test_a_number_without_end_is_refused_by_both_engines(filled: Storage) -> None:
    for value in ("NaN", "Infinity"):
        with pytest.raises(ValueError, match="finite"):
            await filled.work.save(turn(AddCheckIn(check_in("c1", value))))


# --- guards ----------------------------------------------------------------------------------------------------------


async def test_a_guard_counts_up_with_every_turn_that_relies_on_it(filled: Storage) -> None:
    assert await filled.reading.guard("alignment") == 0
    await save(filled, Guard("alignment", 0))
    await save(filled, Guard("alignment", 1))
    assert await filled.reading.guard("alignment") == 2
    assert await filled.reading.guard("another") == 0


async def test_a_turn_that_relies_on_an_outdated_guard_is_lost(filled: Storage) -> None:
    assert await is_lost_without_a_trace(filled, Guard("alignment", 1))
    await save(filled, Guard("alignment", 0))
    assert await is_lost_without_a_trace(filled, Guard("alignment", 0))


# --- what goes out ---------------------------------------------------------------------------------------------------


async def test_the_same_message_is_stored_once(filled: Storage) -> None:
    await save(filled, out=[outgoing(dedupe="prompt an 2026-11-23")])
    before = await contents(filled)
    again = turn(PutSession(session()), out=[outgoing(dedupe="prompt an 2026-11-23")])
    assert await filled.work.save(again) is Saved.LOST
    assert await contents(filled) == before


async def test_the_relay_is_woken_by_commits_with_something_to_deliver_and_by_no_others(url: str) -> None:
    calls: list[int] = []
    async with open_storage(url, on_commit=lambda: calls.append(1)) as storage:
        await save(storage, *PEOPLE)
        await save(storage, of=event("e"))
        assert calls == []
        await save(storage, out=[outgoing(dedupe="m")])
        assert calls == [1]
        assert await storage.work.save(turn(of=event("e"), out=[outgoing()])) is Saved.DUPLICATE
        assert await storage.work.save(turn(out=[outgoing(dedupe="m")])) is Saved.LOST
        assert calls == [1]
        storage.on_commit(lambda: calls.append(2))
        await save(storage, out=[outgoing()])
        assert calls == [1, 2]


async def test_history_is_read_in_the_order_it_was_written(filled: Storage) -> None:
    await save(filled, *(AddHistory(entry(f"{letter}", at=NOW + timedelta(days=1))) for letter in "zyx"))
    await save(filled, AddHistory(entry("first", at=NOW)))
    history = await filled.reading.history(ObjectiveId("o"))
    assert [each.id for each in history] == ["first", "z", "y", "x"]
    assert history[0] == entry("first")
    assert TOM.id not in {each.by for each in history}
