"""Prompts, calls for help, team chats and days off: the same promises on both engines and in memory."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import fields, replace
from datetime import date, time, timedelta

import pytest

from bot.chat.incoming import Place
from bot.dialogs.session import SessionState
from bot.okr.help_request import Decision, HelpRequest, HelpRequestId, HelpState
from bot.okr.objective import KeyResultId, Objective, ObjectiveId, ObjectiveState
from bot.okr.people import Account, Person, PersonId, TeamId
from bot.okr.prompt import Prompt, PromptKind
from bot.okr.rhythm import Rhythm
from bot.ports import (
    AddPrompt,
    AnswerPrompts,
    Change,
    Organisation,
    PutAccount,
    PutCycle,
    PutDayOff,
    PutHelpRequest,
    PutObjective,
    PutPerson,
    PutPrompt,
    PutSession,
    PutTeam,
    PutTeamPlace,
    RemoveDraft,
    Saved,
    SnoozePrompts,
)
from storage import Storage, open_storage
from storage.database import read_url
from storage.migrate import migrate, shipped
from storage.sql import both
from tests.fakes import MemoryStorage
from tests.storage.company import (
    AN,
    AN_ACCOUNT,
    CALL,
    COMPANY,
    DAY,
    DUC,
    EARLIER,
    GROWTH,
    HOUR,
    MEI,
    MINUTE,
    NORTH,
    NOW,
    PEOPLE,
    PROMPT,
    QUARTER,
    SALES,
    SECOND,
    TOM,
    event,
    key_result,
    objective,
    outgoing,
    place,
    save,
    session,
    turn,
    typed,
)
from tests.storage.conftest import POSTGRES, SQLITE
from tests.storage.test_reading import traced

MEMORY = "memory"
TODAY = NOW.date()
ONE_DAY = timedelta(days=1)
Store = Storage | MemoryStorage


@pytest.fixture(params=[SQLITE, POSTGRES, MEMORY])
def engine(request: pytest.FixtureRequest) -> str:
    """Both engines, and the memory that stands in for them."""
    name: str = request.param
    return name


@pytest.fixture
async def store(engine: str, request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """The people, and Đức's objective `o` with the key results `o-1` and `o-2`."""
    two = objective("o", "Khách hàng", DUC, None, key_result("o-1"), key_result("o-2"))
    if engine == MEMORY:
        yield MemoryStorage(*PEOPLE, PutObjective(two))
        return
    async with open_storage(request.getfixturevalue("url")) as storage:
        await save(storage, *PEOPLE, PutObjective(two))
        yield storage


async def put(store: Store, *changes: Change) -> None:
    """Store a turn; nothing else will do."""
    assert await store.work.save(turn(*changes)) is Saved.DONE


async def is_lost(store: Store, *changes: Change) -> bool:
    """Whether a turn is lost, and an address given to Tom in it with it."""
    saved = await store.work.save(turn(PutPerson(replace(TOM, email="lost@laban.example", version=2), 1), *changes))
    return saved is Saved.LOST and await store.reading.person(TOM.id) == TOM


async def stored(store: Store, objective_id: str = "o") -> Objective:
    """An objective that is there."""
    found = await store.reading.objective(ObjectiveId(objective_id))
    assert found is not None
    return found


def answered(call: HelpRequest) -> HelpRequest:
    """The call as Mei's decision leaves it."""
    return replace(
        call,
        state=HelpState.ANSWERED,
        decision=Decision.ADD_RESOURCES,
        decided_by=MEI.id,
        decided_at=NOW + HOUR,
        remark="Hai người từ thứ hai",
        moves_on_at=None,
        follow_up_at=NOW + 7 * DAY,
        version=call.version + 1,
    )


# --- prompts ---------------------------------------------------------------------------------------------------------


async def test_a_prompt_comes_back_as_it_was_stored(store: Store) -> None:
    whole = Prompt(PromptKind.REMINDER, MEI.id, TODAY, NOW, NOW + HOUR, NOW + 2 * HOUR)
    card = Prompt(PromptKind.MONDAY_CARD, SALES.id, TODAY, NOW + MINUTE)
    await put(store, AddPrompt(card), AddPrompt(whole), AddPrompt(PROMPT))
    assert await store.reading.prompts((MEI.id,), TODAY) == (whole,)
    assert await store.reading.prompts((SALES.id, MEI.id, AN.id), TODAY) == (PROMPT, whole, card)
    assert await store.reading.prompts((), TODAY) == ()


async def test_prompts_are_read_from_a_day_on_oldest_first(store: Store) -> None:
    days = [replace(PROMPT, day=TODAY + n * ONE_DAY, at=NOW + n * DAY) for n in (3, 1, 2, -1)]
    await put(store, *(AddPrompt(one) for one in days))
    found = await store.reading.prompts((AN.id, MEI.id), TODAY + ONE_DAY)
    assert found == (days[1], days[2], days[0])


@pytest.mark.parametrize(
    "again",
    [PROMPT, replace(PROMPT, at=NOW + HOUR, answered_at=NOW)],
)
async def test_nobody_is_asked_twice_for_a_day(store: Store, again: Prompt) -> None:
    await put(store, AddPrompt(PROMPT))
    assert await is_lost(store, AddPrompt(again), PutSession(session()))
    assert await store.reading.prompts((AN.id,), TODAY) == (PROMPT,)


async def test_another_kind_another_day_and_another_person_are_other_prompts(store: Store) -> None:
    others = (replace(PROMPT, kind=PromptKind.REMINDER), replace(PROMPT, day=TODAY + ONE_DAY), replace(PROMPT, subject_id=MEI.id))
    await put(store, AddPrompt(PROMPT), *(AddPrompt(one) for one in others))
    assert len(await store.reading.prompts((AN.id, MEI.id), TODAY)) == 4


async def test_two_of_the_same_prompt_in_one_turn_are_lost(store: Store) -> None:
    assert await is_lost(store, *[AddPrompt(PROMPT)] * 30)
    assert await store.reading.prompts((AN.id,), TODAY) == ()


async def test_who_is_not_there_is_not_asked(store: Store) -> None:
    assert await is_lost(store, AddPrompt(replace(PROMPT, subject_id="nobody")))
    assert await is_lost(store, AddPrompt(replace(PROMPT, subject_id=SALES.id)))
    assert await is_lost(store, AddPrompt(Prompt(PromptKind.MONDAY_CARD, AN.id, TODAY, NOW)))


async def test_a_prompt_that_is_put_is_there_whether_it_was_before_or_not(store: Store) -> None:
    await put(store, PutPrompt(PROMPT))
    again = replace(PROMPT, at=NOW + HOUR, answered_at=NOW + 2 * HOUR, snoozed_until=NOW + DAY)
    await put(store, PutPrompt(again))
    assert await store.reading.prompts((AN.id,), TODAY) == (again,)
    await put(store, PutPrompt(PROMPT))
    assert await store.reading.prompts((AN.id,), TODAY) == (PROMPT,)


async def test_an_answer_answers_the_open_prompts_and_reminders_of_that_person_only(store: Store) -> None:
    reminder = replace(PROMPT, kind=PromptKind.REMINDER, at=NOW + SECOND)
    before = replace(PROMPT, day=TODAY - ONE_DAY, at=NOW - DAY, answered_at=NOW - HOUR)
    others = replace(PROMPT, subject_id=MEI.id, at=NOW + MINUTE)
    await put(store, *(AddPrompt(one) for one in (PROMPT, reminder, before, others)))
    await put(store, AnswerPrompts(AN.id, NOW + HOUR))
    found = await store.reading.prompts((AN.id, MEI.id), before.day)
    assert found == (before, replace(PROMPT, answered_at=NOW + HOUR), replace(reminder, answered_at=NOW + HOUR), others)
    await put(store, AnswerPrompts(AN.id, NOW + DAY))
    assert await store.reading.prompts((AN.id, MEI.id), before.day) == found


async def test_changes_of_prompts_happen_in_the_order_they_are_put(store: Store) -> None:
    await put(store, AddPrompt(PROMPT), AnswerPrompts(AN.id, NOW), AddPrompt(replace(PROMPT, day=TODAY + ONE_DAY, at=NOW + DAY)))
    assert [one.answered_at for one in await store.reading.prompts((AN.id,), TODAY)] == [NOW, None]


async def test_a_snooze_is_noted_on_the_newest_open_check_in_prompt(store: Store) -> None:
    older, newest = replace(PROMPT, day=TODAY - ONE_DAY, at=NOW - DAY), replace(PROMPT, day=TODAY + ONE_DAY, at=NOW + DAY)
    reminder = replace(PROMPT, kind=PromptKind.REMINDER, day=TODAY + 2 * ONE_DAY, at=NOW + 2 * DAY)
    answered_one = replace(PROMPT, day=TODAY + 3 * ONE_DAY, at=NOW + 3 * DAY, answered_at=NOW)
    others = replace(newest, subject_id=MEI.id, at=NOW + 5 * DAY)
    await put(store, *(AddPrompt(one) for one in (newest, older, reminder, answered_one, others)))
    await put(store, SnoozePrompts(AN.id, NOW + HOUR))
    found = await store.reading.prompts((AN.id, MEI.id), older.day)
    assert found == (older, replace(newest, snoozed_until=NOW + HOUR), reminder, answered_one, others)


async def test_who_was_not_asked_can_answer_and_snooze_all_the_same(store: Store) -> None:
    await put(store, AnswerPrompts(AN.id, NOW), SnoozePrompts(AN.id, NOW + HOUR))
    assert await store.reading.prompts((AN.id,), TODAY) == ()


async def test_a_round_for_many_is_one_turn_and_each_is_asked_once(store: Store) -> None:
    people = [Person(PersonId(f"p{n}"), f"Person {n}", None, NORTH.id) for n in range(150)]
    await put(store, *(PutPerson(one) for one in people))
    asked: list[Change] = []
    for one in people:
        asked += [AddPrompt(replace(PROMPT, subject_id=one.id)), PutSession(session(f"s-{one.id}", one))]
    letters = [outgoing("Tuần này thế nào?", one.id, dedupe=f"round {one.id}") for one in people]
    assert await store.work.save(turn(*asked, out=letters)) is Saved.DONE
    assert len(await store.reading.prompts([one.id for one in people], TODAY)) == 150
    assert len(await store.outbox.claim("w", NOW, MINUTE, 1000)) == 150
    late = Person(PersonId("late"), "Late", None, NORTH.id)
    again = (PutPerson(late), AddPrompt(replace(PROMPT, subject_id=late.id)), *asked)
    assert await store.work.save(turn(*again, out=[outgoing()])) is Saved.LOST
    assert await store.reading.person(late.id) is None


@pytest.mark.parametrize("engine", [SQLITE, POSTGRES], indirect=True)
async def test_of_many_who_ask_somebody_at_once_exactly_one_does(store: Store, url: str) -> None:
    async with open_storage(url) as second, open_storage(url) as third:
        doors = (store, second, third)
        turns = [
            turn(
                AddPrompt(replace(PROMPT, at=NOW + n * SECOND)),
                PutSession(session(f"s{n}", state=SessionState.PARKED)),
                out=[outgoing(dedupe=f"asked {n}")],
            )
            for n in range(24)
        ]
        found = Counter(await asyncio.gather(*(doors[n % 3].work.save(one) for n, one in enumerate(turns))))
        assert found == {Saved.DONE: 1, Saved.LOST: 23}
        (asked,) = await store.reading.prompts((AN.id,), TODAY)
        assert len(await store.outbox.claim("w", NOW, MINUTE, 10)) == 1
        assert asked.at in {NOW + n * SECOND for n in range(24)}


async def test_of_many_turns_saved_together_those_that_do_not_fit_take_no_other_with_them(store: Store) -> None:
    people = [Person(PersonId(f"p{n}"), f"Person {n}", None, NORTH.id) for n in range(130)]
    await put(store, *(PutPerson(one) for one in people), AddPrompt(replace(PROMPT, subject_id="p70")))
    assert await store.work.save(turn(of=event("round p7"))) is Saved.DONE
    turns = [
        turn(
            AddPrompt(replace(PROMPT, subject_id=one.id)),
            PutSession(session(f"s-{one.id}", one)),
            of=event(f"round {one.id}"),
            at=NOW + n * SECOND,
            out=[outgoing(chat=one.id, dedupe=f"round {one.id}")],
        )
        for n, one in enumerate(people)
    ]
    saved = await store.work.save_all([*turns, turns[3]])
    expected = [Saved.DUPLICATE if n == 7 else Saved.LOST if n == 70 else Saved.DONE for n in range(130)]
    assert saved == (*expected, Saved.DUPLICATE)
    assert len(await store.reading.prompts([one.id for one in people], TODAY)) == 129
    envelopes = await store.outbox.claim("w", NOW + HOUR, MINUTE, 1000)
    assert len(envelopes) == 128
    assert {one.place.chat_id: one.created_at for one in envelopes}["p129"] == NOW + 129 * SECOND
    assert await store.work.save_all(turns) == tuple(Saved.LOST if n == 70 else Saved.DUPLICATE for n in range(130))
    assert await store.work.save_all([]) == ()


@pytest.mark.parametrize("engine", [SQLITE, POSTGRES], indirect=True)
async def test_turns_saved_together_are_announced_once_and_leave_no_words_in_the_inbox(store: Store, url: str) -> None:
    calls: list[int] = []
    async with open_storage(url, on_commit=lambda: calls.append(1)) as storage:
        await storage.inbox.put(typed("tôi thấy mệt", "event 3"))
        turns = [turn(of=event(f"event {n}"), out=[outgoing()]) for n in range(40)]
        assert await storage.work.save_all(turns) == (Saved.DONE,) * 40
        assert await storage.inbox.pending(10) == ()
        assert len(calls) == 1
        assert (await storage.reading.known(typed("x", "event 3"))).is_done


# --- calls for help --------------------------------------------------------------------------------------------------


async def test_a_call_comes_back_as_it_was_stored(store: Store) -> None:
    await put(store, PutHelpRequest(CALL))
    assert await store.reading.help_request(CALL.id) == CALL
    done = replace(answered(CALL), holders=(MEI.id, PersonId("nobody any more"), DUC.id), has_arrived=False)
    await put(store, PutHelpRequest(done, 1))
    assert await store.reading.help_request(CALL.id) == done
    yes = replace(done, has_arrived=True, holders=(), version=7)
    await put(store, PutHelpRequest(yes, 2))
    assert await store.reading.help_requests((CALL.key_result_id,)) == (yes,)
    assert await store.reading.help_request(HelpRequestId("another")) is None


async def test_a_call_is_changed_only_as_it_was_read(store: Store) -> None:
    await put(store, PutHelpRequest(CALL))
    assert await is_lost(store, PutHelpRequest(CALL))
    await put(store, PutHelpRequest(answered(CALL), 1))
    assert await is_lost(store, PutHelpRequest(replace(CALL, words="too late", version=2), 1))
    assert await store.reading.help_request(CALL.id) == answered(CALL)
    with pytest.raises(ValueError, match="counts its changes"):
        await store.work.save(turn(PutHelpRequest(answered(CALL), 2)))


@pytest.mark.parametrize(
    "call",
    [
        replace(CALL, key_result_id=KeyResultId("gone")),
        replace(CALL, objective_id=ObjectiveId("gone")),
        replace(CALL, asker_id=PersonId("gone")),
        replace(answered(CALL), decided_by=PersonId("gone"), version=1),
    ],
)
async def test_a_call_that_points_to_nothing_is_lost(store: Store, call: HelpRequest) -> None:
    assert await is_lost(store, PutHelpRequest(call))


async def test_calls_on_key_results_are_all_read_oldest_first(store: Store) -> None:
    newer = replace(CALL, id=HelpRequestId("a"), asked_at=NOW + HOUR)
    elsewhere = replace(CALL, id=HelpRequestId("b"), key_result_id=KeyResultId("o-2"), asked_at=NOW - DAY)
    withdrawn = replace(CALL, id=HelpRequestId("c"), state=HelpState.WITHDRAWN)
    await put(store, *(PutHelpRequest(one) for one in (newer, CALL, elsewhere, withdrawn)))
    assert await store.reading.help_requests((KeyResultId("o-1"),)) == (withdrawn, CALL, newer)
    assert await store.reading.help_requests((KeyResultId("o-1"), KeyResultId("o-2"))) == (elsewhere, withdrawn, CALL, newer)
    assert await store.reading.help_requests(()) == ()


async def test_due_are_open_calls_that_move_on_and_answered_ones_to_follow_up(store: Store) -> None:
    moving = replace(CALL, id=HelpRequestId("moving"), moves_on_at=NOW, asked_at=NOW - HOUR)
    later = replace(CALL, id=HelpRequestId("later"), moves_on_at=NOW + timedelta(microseconds=1))
    nobody_left = replace(CALL, id=HelpRequestId("nobody left"), moves_on_at=None)
    to_follow = replace(answered(CALL), id=HelpRequestId("to follow"), follow_up_at=NOW, asked_at=NOW - DAY, version=1)
    not_yet = replace(to_follow, id=HelpRequestId("not yet"), follow_up_at=NOW + SECOND)
    followed = replace(to_follow, id=HelpRequestId("followed"), follow_up_at=None)
    withdrawn = replace(moving, id=HelpRequestId("withdrawn"), state=HelpState.WITHDRAWN, follow_up_at=NOW)
    answered_before = replace(followed, id=HelpRequestId("answered before"), moves_on_at=NOW)
    all_of_them = (moving, later, nobody_left, to_follow, not_yet, followed, withdrawn, answered_before)
    await put(store, *(PutHelpRequest(one) for one in all_of_them))
    assert await store.reading.help_due(NOW) == (to_follow, moving)
    assert await store.reading.help_due(NOW - SECOND) == ()


async def test_a_holder_sees_their_open_calls_oldest_first(store: Store) -> None:
    moved_on = replace(CALL, id=HelpRequestId("moved on"), holders=(MEI.id, TOM.id), asked_at=NOW - HOUR)
    elsewhere = replace(CALL, id=HelpRequestId("elsewhere"), holders=(TOM.id,))
    done = replace(answered(CALL), id=HelpRequestId("done"), version=1)
    await put(store, *(PutHelpRequest(one) for one in (CALL, moved_on, elsewhere, done)))
    assert await store.reading.calls_held_by(MEI.id) == (moved_on, CALL)
    assert await store.reading.calls_held_by(TOM.id) == (moved_on, elsewhere)
    assert await store.reading.calls_held_by(PersonId("me")) == ()


async def test_a_key_result_with_a_call_outlives_its_removal_as_a_dead_one(store: Store) -> None:
    await put(store, PutHelpRequest(CALL))
    was = await stored(store)
    await put(store, PutObjective(replace(was, key_results=was.key_results[1:], version=2), 1))
    kept, dead = (await stored(store)).key_results
    assert (kept.id, dead.id, dead.is_dead) == ("o-2", "o-1", True)
    assert await store.reading.help_requests((dead.id,)) == (CALL,)


async def test_a_draft_goes_with_the_calls_on_it(store: Store) -> None:
    await put(store, PutObjective(objective("draft", state=ObjectiveState.DRAFT)), PutHelpRequest(CALL))
    call = replace(CALL, id=HelpRequestId("d"), key_result_id=KeyResultId("draft-1"), objective_id=ObjectiveId("draft"))
    await put(store, PutHelpRequest(call))
    await put(store, RemoveDraft(ObjectiveId("draft"), 1))
    assert await store.reading.help_request(call.id) is None
    assert await store.reading.help_request(CALL.id) == CALL


@pytest.mark.parametrize("engine", [SQLITE, POSTGRES], indirect=True)
async def test_of_two_decisions_at_once_one_counts(store: Store, url: str) -> None:
    await put(store, PutHelpRequest(CALL))
    async with open_storage(url) as second:
        turns = [turn(PutHelpRequest(replace(answered(CALL), remark=f"{n}"), 1), out=[outgoing()]) for n in range(12)]
        found = Counter(await asyncio.gather(*((store, second)[n % 2].work.save(one) for n, one in enumerate(turns))))
    assert found == {Saved.DONE: 1, Saved.LOST: 11}


@pytest.mark.parametrize("engine", [SQLITE, POSTGRES], indirect=True)
async def test_a_call_and_the_removal_of_its_key_result_at_once_leave_no_call_on_nothing(store: Store, url: str) -> None:
    async with open_storage(url) as second:
        for number in range(8):
            was = await stored(store)
            one = key_result(f"kr{number}", "Số mới")
            await put(
                store, PutObjective(replace(was, key_results=(*was.key_results, one), version=was.version + 1), was.version)
            )
            call = replace(CALL, id=HelpRequestId(f"call{number}"), key_result_id=one.id)
            removal = PutObjective(replace(was, version=was.version + 2), was.version + 1)
            saved = await asyncio.gather(store.work.save(turn(PutHelpRequest(call))), second.work.save(turn(removal)))
            assert Saved.DONE in saved
            here = {each.id for each in (await stored(store)).key_results}
            assert (await store.reading.help_request(call.id) is not None) <= (one.id in here)


def test_calls_and_prompts_have_no_field_that_is_not_stored() -> None:
    """The tests above name every field; this notices a new one."""
    assert {one.name for one in fields(HelpRequest)} == {
        "id", "key_result_id", "objective_id", "asker_id", "asked_at", "words", "holders", "moves_on_at", "state", "decision",
        "decided_by", "decided_at", "remark", "follow_up_at", "has_arrived", "version",
    }  # fmt: skip
    assert {one.name for one in fields(Prompt)} == {"kind", "subject_id", "day", "at", "answered_at", "snoozed_until"}
    assert {one.name for one in fields(Rhythm)} == {"weekday", "at", "weeks", "remind_after", "closes_after"}
    assert {one.name for one in fields(Organisation)} == {"name", "fiscal_start_month", "rhythm", "card_at"}


# --- who is asked, and where -----------------------------------------------------------------------------------------


def joined(person: Person) -> PutPerson:
    """The person, who has joined."""
    return PutPerson(replace(person, joined_at=NOW - DAY, version=2), 1)


async def test_owners_have_joined_and_something_published_and_alive(store: Store) -> None:
    dead = replace(key_result("dead"), is_dead=True)
    gone = Person(PersonId("gone"), "Gone", None, SALES.id, joined_at=NOW, left_at=NOW)
    await put(store, joined(DUC), joined(MEI), joined(AN), joined(TOM), PutPerson(gone))
    await put(
        store,
        PutObjective(objective("earlier", owner=DUC, created_at=NOW - DAY)),
        PutObjective(objective("draft", owner=MEI, state=ObjectiveState.DRAFT)),
        PutObjective(objective("last quarter", owner=MEI, cycle=EARLIER)),
        PutObjective(objective("buried", "x", AN, None, dead)),
        PutObjective(objective("left", owner=gone)),
        PutObjective(replace(objective("tom", owner=TOM), published_at=NOW + HOUR)),
    )
    owners = await store.reading.owners(QUARTER.id)
    assert [(one.id, since) for one, since in owners] == [(DUC.id, NOW - DAY), (TOM.id, NOW + HOUR)]
    assert owners[0][0] == joined(DUC).person
    assert [one.id for one, _ in await store.reading.owners(EARLIER.id)] == [MEI.id]


async def test_owners_who_have_not_joined_are_not_asked(store: Store) -> None:
    assert await store.reading.owners(QUARTER.id) == ()


async def test_a_persons_chat_is_the_one_that_was_put_last(store: Store) -> None:
    phone = Account("telegram", "laban", "7", AN.id, "7000")
    await put(
        store, PutAccount(phone), PutAccount(Account("slack", "laban", "U7", AN.id)), PutAccount(Account("web", "t", "m", MEI.id))
    )
    both_of_them = (AN.id, MEI.id, TOM.id)
    assert await store.reading.chats_of(both_of_them) == {AN.id: phone}
    await put(store, PutAccount(AN_ACCOUNT))
    assert await store.reading.chats_of(both_of_them) == {AN.id: AN_ACCOUNT}
    moved = replace(phone, chat_id="8000")
    await put(store, PutAccount(moved), PutAccount(Account("web", "t", "m", MEI.id, "m")))
    assert await store.reading.chats_of(both_of_them) == {AN.id: moved, MEI.id: Account("web", "t", "m", MEI.id, "m")}
    await put(store, PutAccount(replace(moved, chat_id="")))
    assert await store.reading.chats_of((AN.id,)) == {AN.id: AN_ACCOUNT}
    assert await store.reading.chats_of(()) == {}


async def test_an_account_that_changes_hands_is_the_newest_of_its_new_owner(store: Store) -> None:
    desk = Account("web", "t", "desk", MEI.id, "desk")
    await put(store, PutAccount(desk), PutAccount(replace(AN_ACCOUNT, person_id=MEI.id)))
    assert await store.reading.chats_of((AN.id, MEI.id)) == {MEI.id: replace(AN_ACCOUNT, person_id=MEI.id)}


async def test_a_team_has_one_chat_and_a_chat_one_team(store: Store) -> None:
    group, other = Place("telegram", "laban", "-100", is_private=False), Place("telegram", "laban", "-200", is_private=False)
    await put(store, PutTeamPlace(SALES.id, group), PutTeamPlace(NORTH.id, other))
    assert await store.reading.team_places((SALES.id, NORTH.id, GROWTH.id)) == {SALES.id: group, NORTH.id: other}
    assert await store.reading.team_of_place(group) == SALES.id
    await put(store, PutTeamPlace(NORTH.id, group))
    assert await store.reading.team_places((SALES.id, NORTH.id)) == {NORTH.id: group}
    assert (await store.reading.team_of_place(group), await store.reading.team_of_place(other)) == (NORTH.id, None)
    await put(store, PutTeamPlace(SALES.id, other), PutTeamPlace(NORTH.id, None), PutTeamPlace(GROWTH.id, None))
    assert await store.reading.team_places((SALES.id, NORTH.id, GROWTH.id)) == {SALES.id: other}
    assert await store.reading.team_of_place(replace(other, platform="slack")) is None


async def test_two_teams_exchange_their_chats_in_one_turn(store: Store) -> None:
    one, two = place("group 1"), place("group 2")
    await put(store, PutTeamPlace(SALES.id, one), PutTeamPlace(NORTH.id, two))
    await put(store, PutTeamPlace(SALES.id, two), PutTeamPlace(NORTH.id, one))
    assert await store.reading.team_places((SALES.id, NORTH.id)) == {SALES.id: two, NORTH.id: one}


async def test_a_team_that_is_not_there_has_no_chat(store: Store) -> None:
    assert await is_lost(store, PutTeamPlace(TeamId("nowhere"), place("group")))


async def test_what_an_admin_says_about_a_day_holds_until_they_take_it_back(store: Store) -> None:
    tet, swapped = date(2027, 2, 5), date(2027, 2, 13)
    await put(store, PutDayOff("VN", tet, True), PutDayOff("CN", swapped, False), PutDayOff("", tet, True))
    assert await store.reading.days_off() == {("", tet): True, ("CN", swapped): False, ("VN", tet): True}
    await put(store, PutDayOff("VN", tet, False), PutDayOff("", tet, None), PutDayOff("GB", tet, None))
    assert await store.reading.days_off() == {("CN", swapped): False, ("VN", tet): False}


@pytest.mark.parametrize("engine", [SQLITE, POSTGRES], indirect=True)
async def test_the_rhythm_and_the_hour_of_the_card_are_settings(storage: Storage) -> None:
    assert await storage.reading.organisation() == Organisation()
    everything = Organisation("陈", 4, Rhythm(0, time(8, 30, 15, 250), 2, 2, 5), time(7, 45))
    await storage.put_organisation(everything)
    assert await storage.reading.organisation() == everything


# --- size ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", [SQLITE], indirect=True)
async def test_a_round_for_a_thousand_people_is_read_in_a_handful_of_statements(storage: Storage) -> None:
    people = [Person(PersonId(f"p{n:04}"), f"Person {n}", None, COMPANY.id, joined_at=NOW) for n in range(1000)]
    ids = [one.id for one in people]
    await save(storage, PutTeam(COMPANY), PutCycle(QUARTER), *(PutPerson(one) for one in people))
    await save(
        storage,
        *(PutObjective(objective(f"o{n}", owner=one)) for n, one in enumerate(people)),
        *(PutAccount(Account("web", "laban", one, one, one)) for one in ids),
        *(AddPrompt(replace(PROMPT, subject_id=one)) for one in ids),
    )
    async with traced(storage) as statements:
        owners = await storage.reading.owners(QUARTER.id)
        prompts = await storage.reading.prompts(ids, TODAY)
        chats = await storage.reading.chats_of(ids)
    assert ([one.id for one, _ in owners], len(prompts), len(chats)) == (ids, 1000, 1000)
    assert len(statements) == 3


READS = {
    "prompts": "prompts_subject",
    "help_requests": "help_requests_key_result",
    "calls_held_by": "help_requests_open",
    "help_due": "help_requests_open help_requests_following",
    "owners": "objectives_cycle key_results_objective",
    "chats_of": "accounts_person",
}


@pytest.mark.parametrize("engine", [SQLITE], indirect=True)
@pytest.mark.parametrize("read", READS)
async def test_no_read_of_the_week_searches_a_whole_table(storage: Storage, read: str) -> None:
    calls: dict[str, Callable[[], Awaitable[object]]] = {
        "prompts": lambda: storage.reading.prompts((AN.id,), TODAY),
        "help_requests": lambda: storage.reading.help_requests((KeyResultId("o-1"),)),
        "calls_held_by": lambda: storage.reading.calls_held_by(MEI.id),
        "help_due": lambda: storage.reading.help_due(NOW),
        "owners": lambda: storage.reading.owners(QUARTER.id),
        "chats_of": lambda: storage.reading.chats_of((AN.id,)),
    }
    async with traced(storage) as statements:
        await calls[read]()
    (statement,) = statements
    steps = [row[3] for row in await storage.database.execute(both("EXPLAIN QUERY PLAN", statement))]
    assert all(any(index in step for step in steps) for index in READS[read].split()), steps
    tables = ("prompts", "help_requests", "objectives", "o", "key_results", "k", "accounts", "people", "p")
    assert [step for step in steps if step.startswith("SCAN") and step.split()[1] in tables and "INDEX" not in step] == []


# --- from the release before -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", [SQLITE, POSTGRES], indirect=True)
async def test_an_upgrade_keeps_what_the_first_release_has_stored(empty_url: str, engine: str) -> None:
    target = read_url(empty_url)
    first, *rest = shipped(target.engine)
    assert await migrate(target, (first,)) == ("0001_foundation",)
    async with open_storage(empty_url) as storage:
        for statement in FIRST_RELEASE:
            await storage.database.execute(both(statement))
        assert await storage.migrate() == tuple(one.name for one in rest)
        reading = storage.reading
        assert await reading.organisation() == Organisation("Công ty", 4)
        assert [one.name for one in await reading.teams()] == ["Công ty"]
        person = await reading.person(PersonId("an"))
        assert person is not None
        assert (person.name, person.timezone) == ("Nguyễn An", "Asia/Ho_Chi_Minh")
        one = Account("web", "laban", "u1", person.id, "c1")
        two = Account("web", "laban", "u2", person.id, "c2")
        assert await reading.accounts_of(person.id) == (one, two)
        assert (await reading.chats_of((person.id,)))[person.id] in (one, two)
        for account in (one, two, one):
            await save(storage, PutAccount(account))
            assert await reading.chats_of((person.id,)) == {person.id: account}
        await save(storage, AddPrompt(PROMPT), PutTeamPlace(TeamId("company"), place("group")))
        assert await reading.prompts((person.id,), TODAY) == (PROMPT,)
        assert await storage.pending_migrations() == ()


FIRST_RELEASE = (
    "UPDATE organisation SET name = 'Công ty', fiscal_start_month = 4",
    "INSERT INTO teams (id, name, path, search) VALUES ('company', 'Công ty', 'Công ty', 'cong ty')",
    "INSERT INTO people (id, name, team_id, role, locale, timezone, quiet_from, quiet_until, version, search)"
    " VALUES ('an', 'Nguyễn An', 'company', 'member', 'vi', 'Asia/Ho_Chi_Minh', '20:00:00', '08:00:00', 3, 'nguyen an')",
    "INSERT INTO accounts (platform, tenant, user_id, person_id, chat_id) VALUES ('web', 'laban', 'u1', 'an', 'c1')",
    "INSERT INTO accounts (platform, tenant, user_id, person_id, chat_id) VALUES ('web', 'laban', 'u2', 'an', 'c2')",
)


def _insert(table: str, **columns: str) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(columns.values())})"  # noqa: S608 constants below


PROMPT_ROW = {"kind": "'check_in'", "subject_id": "'an'", "day": "'2026-11-23'", "at": "'2026-11-23 09:00:00+00:00'"}
CALL_ROW = {
    "id": "'c'", "key_result_id": "'o-1'", "objective_id": "'o'", "asker_id": "'an'", "asked_at": "'2026-11-23 09:00:00+00:00'",
    "words": "''", "holders": "'[]'", "state": "'open'", "remark": "''", "version": "1",
}  # fmt: skip


@pytest.mark.parametrize("engine", [SQLITE, POSTGRES], indirect=True)
@pytest.mark.parametrize(
    "statement",
    [
        _insert("prompts", **PROMPT_ROW),
        _insert("prompts", **PROMPT_ROW, team_id="'sales'"),
        _insert("prompts", **PROMPT_ROW, person_id="'mei'"),
        _insert("prompts", **PROMPT_ROW | {"kind": "'whim'"}, person_id="'an'"),
        _insert("help_requests", **CALL_ROW | {"state": "'answered'"}),
        _insert("help_requests", **CALL_ROW | {"decision": "'talk'"}),
        _insert("help_requests", **CALL_ROW | {"holders": "'nobody'"}),
        _insert("help_requests", **CALL_ROW | {"version": "0"}),
        "UPDATE organisation SET ask_weekday = 7",
        "UPDATE organisation SET ask_weeks = 0",
        "UPDATE organisation SET closes_after = remind_after",
    ],
)
async def test_the_database_itself_refuses_what_makes_no_sense(store: Store, statement: str) -> None:
    assert isinstance(store, Storage)
    with pytest.raises(Exception, match=r"CHECK|check constraint|JSON|json"):
        await store.database.execute(both(statement))
