"""What the core reads: in the promised order, whole, and without a query for every row."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.dialogs.session import KEPT_FOR, SessionState
from bot.okr.cycle import Cycle, CycleId
from bot.okr.objective import KeyResultId, ObjectiveId, ObjectiveState
from bot.okr.people import Account, Person, PersonId, Team, TeamId
from bot.ports import AddCheckIn, Known, PutAccount, PutCycle, PutObjective, PutPerson, PutSession, PutTeam
from storage import Storage
from storage.sql import both
from storage.sqlite import ImmediateClient, SqliteDatabase
from tests.storage.company import (
    AN,
    AN_ACCOUNT,
    COMPANY,
    DAY,
    DUC,
    EARLIER,
    GROWTH,
    HOUR,
    MEI,
    NOW,
    PEOPLE,
    QUARTER,
    SALES,
    TOM,
    check_in,
    event,
    key_result,
    objective,
    outgoing,
    place,
    save,
    serving,
    session,
    typed,
)


@pytest.fixture
async def filled(storage: Storage) -> Storage:
    await save(storage, *PEOPLE)
    return storage


@asynccontextmanager
async def traced(storage: Storage) -> AsyncIterator[list[str]]:
    """Notes every statement SQLite runs while inside. The same code sends the same statements to PostgreSQL."""
    client = storage.database.client
    assert isinstance(client, ImmediateClient)
    seen: list[str] = []
    assert isinstance(storage.database, SqliteDatabase)
    storage.database.glass.set_trace_callback(seen.append)
    await client.in_thread(lambda connection: connection.set_trace_callback(seen.append))
    yield seen
    await client.in_thread(lambda connection: connection.set_trace_callback(None))
    storage.database.glass.set_trace_callback(None)


# --- who is talking --------------------------------------------------------------------------------------------------


async def test_a_stranger_is_nobody(filled: Storage) -> None:
    assert await filled.reading.known(typed("x", user="u-unknown")) == Known(is_done=False)


async def test_a_known_person_comes_with_their_account_and_open_sessions_newest_first(filled: Storage) -> None:
    older = replace(session("older", state=SessionState.PARKED), touched_at=NOW - HOUR)
    newest = session("newest")
    oldest = replace(session("oldest", state=SessionState.PARKED), touched_at=NOW - DAY)
    done = session("done", state=SessionState.FINISHED)
    given_up = session("given up", state=SessionState.CANCELLED)
    others = session("others", MEI)
    await save(filled, *(PutSession(one) for one in (older, newest, oldest, done, given_up, others)))
    known = await filled.reading.known(typed("x"))
    assert known == Known(is_done=False, person=AN, account=AN_ACCOUNT, sessions=(newest, older, oldest))


async def test_a_session_nobody_has_touched_for_weeks_is_still_known(filled: Storage) -> None:
    old = replace(session(), touched_at=NOW - KEPT_FOR - DAY, started_at=NOW - KEPT_FOR - DAY)
    await save(filled, PutSession(old))
    (found,) = (await filled.reading.known(typed("x"))).sessions
    assert found == old
    assert found.is_expired(NOW)


async def test_somebody_who_left_is_still_known_to_have_been_there(filled: Storage) -> None:
    await save(filled, PutPerson(replace(AN, left_at=NOW, version=2), 1))
    known = await filled.reading.known(typed("x"))
    assert known.person is not None
    assert not known.person.is_active


async def test_an_event_is_done_for_a_stranger_too(filled: Storage) -> None:
    incoming = typed("x", "e", user="u-unknown")
    await save(filled, of=event("e"))
    assert await filled.reading.known(incoming) == Known(is_done=True)


async def test_many_are_known_at_once_as_they_are_one_by_one(filled: Storage) -> None:
    mine, parked, others = session("mine"), session("parked", state=SessionState.PARKED), session("others", MEI)
    await save(filled, PutAccount(Account("web", "elsewhere", "u-an", MEI.id, "mei")))
    await save(filled, *(PutSession(replace(one, touched_at=NOW + n * HOUR)) for n, one in enumerate((mine, parked, others))))
    await save(filled, of=event("done"))
    here = [typed("x"), typed("x", "done"), typed("x", user="u-unknown"), typed("x", "done", user="u-unknown")]
    there = [replace(one, sender=replace(one.sender, platform="web", tenant="elsewhere")) for one in here]
    everybody = (*here, *there, here[0])
    assert await filled.reading.all_known(everybody) == tuple([await filled.reading.known(one) for one in everybody])
    assert await filled.reading.all_known(()) == ()


# --- people and teams ------------------------------------------------------------------------------------------------


async def test_people_are_ordered_by_name_without_regard_to_case_and_accents(filled: Storage) -> None:
    for number, name in enumerate(("élan", "Đan", "dao", "Zoe", "ân")):
        await save(filled, PutPerson(Person(PersonId(f"p{number}"), name, None, GROWTH.id)))
    members = await filled.reading.people_in((GROWTH.id,))
    assert [one.name for one in members] == ["ân", "Đan", "dao", "élan", "Tom Élan", "Zoe"]


async def test_members_who_left_are_nobodys_members_but_still_somebody(filled: Storage) -> None:
    gone = replace(TOM, left_at=NOW, version=2)
    await save(filled, PutPerson(gone, 1))
    assert await filled.reading.people_in((GROWTH.id,)) == ()
    assert gone in await filled.reading.everybody()
    assert await filled.reading.person(TOM.id) == gone


async def test_people_are_found_by_id_and_who_is_not_there_is_left_out(filled: Storage) -> None:
    assert await filled.reading.people((AN.id, PersonId("nobody"), MEI.id)) == {AN.id: AN, MEI.id: MEI}
    assert await filled.reading.people(()) == {}
    assert await filled.reading.people_in(()) == ()
    assert await filled.reading.person(PersonId("nobody")) is None


async def test_a_team_is_followed_by_the_teams_below_it(filled: Storage) -> None:
    await save(
        filled,
        PutTeam(Team(TeamId("x"), "Công ty A", "Công ty A")),
        PutTeam(Team(TeamId("y"), "S", "Công ty/Sales 2", COMPANY.id)),
    )
    paths = [team.path for team in await filled.reading.teams()]
    assert paths == ["Công ty", "Công ty/Sales", "Công ty/Sales/North", "Công ty/Sales 2", "Công ty/增长团队", "Công ty A"]


async def test_a_person_has_accounts_on_several_platforms(filled: Storage) -> None:
    slack = replace(AN_ACCOUNT, platform="slack", user_id="U1")
    await save(filled, PutAccount(slack))
    assert await filled.reading.accounts_of(AN.id) == (slack, AN_ACCOUNT)
    assert await filled.reading.accounts_of(TOM.id) == ()


async def test_the_cycle_of_a_day_is_the_one_that_started_last(filled: Storage) -> None:
    year = Cycle(CycleId("2026"), "2026", date(2026, 1, 1), date(2026, 12, 31))
    await save(filled, PutCycle(year))
    assert await filled.reading.cycle_on(date(2026, 12, 31)) == QUARTER
    assert await filled.reading.cycle_on(date(2026, 9, 30)) == EARLIER
    assert await filled.reading.cycle_on(date(2026, 3, 1)) == year
    assert await filled.reading.cycle_on(date(2027, 1, 1)) is None


# --- objectives ------------------------------------------------------------------------------------------------------


async def test_somebodys_objectives_are_the_drafts_and_the_published_ones_oldest_first(filled: Storage) -> None:
    states = (ObjectiveState.PUBLISHED, ObjectiveState.DRAFT, ObjectiveState.DEAD, ObjectiveState.CLOSED)
    ones = [objective(f"o{n}", state=state, created_at=NOW - n * DAY) for n, state in enumerate(states)]
    await save(filled, *(PutObjective(one) for one in ones))
    await save(filled, PutObjective(objective("theirs", owner=MEI)), PutObjective(objective("earlier", cycle=EARLIER)))
    assert await filled.reading.objectives_of(DUC.id, QUARTER.id) == (ones[1], ones[0])


async def test_the_objectives_of_many_are_read_at_once_as_one_by_one(filled: Storage) -> None:
    states = (ObjectiveState.PUBLISHED, ObjectiveState.DRAFT, ObjectiveState.DEAD, ObjectiveState.CLOSED)
    ones = [
        objective(f"{owner.id}{n}", owner=owner, state=state, created_at=NOW - n * DAY)
        for owner in (DUC, MEI)
        for n, state in enumerate(states)
    ]
    await save(filled, *(PutObjective(one) for one in (*ones, objective("earlier", owner=AN, cycle=EARLIER))))
    people = (DUC.id, MEI.id, AN.id)
    found = await filled.reading.objectives_of_all(people, QUARTER.id)
    assert found == {id_: await filled.reading.objectives_of(id_, QUARTER.id) for id_ in (DUC.id, MEI.id)}
    assert await filled.reading.objectives_of_all((), QUARTER.id) == {}


async def test_a_board_shows_what_is_published_there_oldest_first(filled: Storage) -> None:
    late = objective("late", owner=MEI, created_at=NOW)
    early = objective("early", "x", AN, SALES, key_result("e1"), key_result("e2"), created_at=NOW - DAY)
    draft = objective("draft", owner=MEI, state=ObjectiveState.DRAFT)
    elsewhere = objective("elsewhere", owner=TOM, created_at=NOW + DAY)
    await save(filled, *(PutObjective(one) for one in (late, early, draft, elsewhere)))
    assert await filled.reading.published_in((SALES.id,), QUARTER.id) == (early, late)
    assert await filled.reading.published_in((SALES.id, GROWTH.id), QUARTER.id) == (early, late, elsewhere)
    assert await filled.reading.published_in((SALES.id,), EARLIER.id) == ()
    assert await filled.reading.published_in((), QUARTER.id) == ()


async def test_what_is_not_there_is_not_found(filled: Storage) -> None:
    assert await filled.reading.objective(ObjectiveId("no")) is None
    assert await filled.reading.objective_of_key_result(KeyResultId("no")) is None
    assert await filled.reading.history(ObjectiveId("no")) == ()
    assert await filled.reading.invite("no") is None


async def test_the_chain_leads_upwards_and_ends_at_one_that_serves_nothing(filled: Storage) -> None:
    top = objective("top")
    middle = objective("middle", "m", MEI, None, key_result("m1"), key_result("m2"), serves=serving(top.key_results[0]))
    low = objective("low", owner=AN, serves=serving(middle))
    await save(filled, *(PutObjective(one) for one in (low, middle, top)))
    assert await filled.reading.chain(serving(low)) == (low, middle, top)
    assert await filled.reading.chain(serving(middle.key_results[1])) == (middle, top)
    assert await filled.reading.chain(serving(objective("nowhere"))) == ()


async def test_a_chain_that_has_become_a_loop_ends_nevertheless(filled: Storage) -> None:
    one, two = objective("one"), objective("two", owner=MEI)
    await save(
        filled, PutObjective(replace(one, serves=serving(two.key_results[0]))), PutObjective(replace(two, serves=serving(one)))
    )
    assert [each.id for each in await filled.reading.chain(serving(one))] == ["one", "two"]


async def test_check_ins_are_read_oldest_first_and_the_newest_of_each_before_a_moment(filled: Storage) -> None:
    await save(filled, PutObjective(objective("o", "x", DUC, None, key_result("o-1"), key_result("o-2"), key_result("o-3"))))
    said = [
        check_in("a", "1", NOW - 2 * DAY, "o-1"),
        check_in("b", "2", NOW - DAY, "o-2"),
        check_in("c", "3", NOW, "o-1"),
        check_in("d", "4", NOW, "o-1"),
    ]
    await save(filled, *(AddCheckIn(one) for one in reversed(said)))
    both_of_them = (KeyResultId("o-1"), KeyResultId("o-2"))
    assert await filled.reading.check_ins(both_of_them, NOW - 2 * DAY) == tuple(said)
    assert await filled.reading.check_ins(both_of_them, NOW - DAY) == tuple(said[1:])
    assert await filled.reading.check_ins(both_of_them[:1], NOW) == tuple(said[2:])
    every = (*both_of_them, KeyResultId("o-3"))
    assert await filled.reading.latest_check_ins(every, NOW) == {"o-1": said[0], "o-2": said[1]}
    assert await filled.reading.latest_check_ins(every, NOW + timedelta(microseconds=1)) == {"o-1": said[3], "o-2": said[1]}
    assert await filled.reading.latest_check_ins((), NOW) == {}
    found = await filled.reading.objective(ObjectiveId("o"))
    assert found is not None
    assert found.key_results[0].current == said[3].value


# --- size ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_the_board_of_a_thousand_teams_is_a_handful_of_statements(storage: Storage) -> None:
    teams = [Team(TeamId(f"t{n}"), f"Team {n}", f"Công ty/{n}", COMPANY.id) for n in range(1000)]
    people = [Person(PersonId(f"p{n}"), f"Person {n}", None, team.id) for n, team in enumerate(teams)]
    await save(
        storage, PutTeam(COMPANY), PutCycle(QUARTER), *(PutTeam(one) for one in teams), *(PutPerson(one) for one in people)
    )
    ones = [objective(f"o{n}", f"Objective {n}", owner) for n, owner in enumerate(people)]
    await save(
        storage,
        *(PutObjective(one) for one in ones),
        *(AddCheckIn(check_in(f"c{n}", "40", of=f"o{n}-1", by=people[0])) for n in range(1000)),
    )
    async with traced(storage) as statements:
        everyone = await storage.reading.people([one.owner_id for one in ones])
        board = await storage.reading.published_in([team.id for team in await storage.reading.teams()], QUARTER.id)
        ids = [one.id for each in board for one in each.key_results]
        latest = await storage.reading.latest_check_ins(ids, NOW + DAY)
        since = await storage.reading.check_ins(ids, NOW - DAY)
    assert (len(everyone), len(board), len(latest), len(since)) == (1000, 1000, 1000, 1000)
    assert len(statements) == 5


PLANS = {
    "known": ("sessions_open", "i USING PRIMARY KEY", "sqlite_autoindex_accounts_1"),
    "objectives_of": ("objectives_owner", "key_results_objective"),
    "objectives_of_all": ("objectives_owner", "key_results_objective"),
    "all_known": ("sessions_open", "inbox USING PRIMARY KEY", "sqlite_autoindex_accounts_1"),
    "published_in": ("objectives_team", "key_results_objective"),
    "chain": ("sqlite_autoindex_objectives_1", "key_results_objective"),
    "candidates": ("objectives_cycle", "key_results_objective", "objectives_owner", "objectives_team"),
    "latest_check_ins": ("check_ins_newest",),
    "check_ins": ("check_ins_newest",),
    "claim": ("outbox_lanes_ready", "outbox_heads", "outbox_slots"),
    "next_due": ("outbox_lanes_ready", "outbox_lanes_paused"),
    "dead_letters": ("outbox_dead",),
    "pending": ("inbox_pending",),
    "lines": ("web_lines_shown",),
    "lines after": ("web_lines_new",),
}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("read", PLANS)
async def test_no_read_searches_a_whole_table(filled: Storage, read: str) -> None:
    """Except for small tables, which are quicker to read than to search."""
    await save(filled, PutObjective(objective("o")), out=[outgoing("x", slot="a"), outgoing("x", edits="a")])
    calls: dict[str, Callable[[], Awaitable[object]]] = {
        "known": lambda: filled.reading.known(typed("x")),
        "objectives_of": lambda: filled.reading.objectives_of(DUC.id, QUARTER.id),
        "objectives_of_all": lambda: filled.reading.objectives_of_all((DUC.id, AN.id), QUARTER.id),
        "all_known": lambda: filled.reading.all_known((typed("x"), typed("y"))),
        "published_in": lambda: filled.reading.published_in((SALES.id,), QUARTER.id),
        "chain": lambda: filled.reading.chain(serving(objective("o"))),
        "candidates": lambda: filled.reading.candidates(AN, QUARTER.id, "x", 10),
        "latest_check_ins": lambda: filled.reading.latest_check_ins((KeyResultId("o-1"),), NOW),
        "check_ins": lambda: filled.reading.check_ins((KeyResultId("o-1"),), NOW),
        "claim": lambda: filled.outbox.claim("w", NOW, DAY, 10),
        "next_due": lambda: filled.outbox.next_due(NOW),
        "dead_letters": lambda: filled.outbox.dead_letters(10),
        "pending": lambda: filled.inbox.pending(10),
        "lines": lambda: filled.transcript.lines(place()),
        "lines after": lambda: filled.transcript.lines(place(), 7),
    }
    async with traced(filled) as statements:
        await calls[read]()
    steps: list[str] = []
    for statement in statements:
        if statement.lstrip().upper().startswith(("SELECT", "WITH", "UPDATE")):
            explained = await filled.database.execute(both("EXPLAIN QUERY PLAN", statement))
            steps.extend(row[3] for row in explained)
    if read == "known":
        assert len(statements) == 1
    for index in PLANS[read]:
        assert any(index in step for step in steps), steps
    searched = [step for step in steps if step.startswith("SCAN") and "INDEX" not in step and "VIRTUAL TABLE" not in step]
    assert [step for step in searched if step.split()[1] in BIG_TABLES] == []


BIG_TABLES = {
    "inbox",
    "i",
    "sessions",
    "s",
    "objectives",
    "o",
    "key_results",
    "k",
    "check_ins",
    "c",
    "n",
    "outbox",
    "w",
    "e",
    "web_lines",
}


async def test_what_was_said_last_in_a_chat_is_told_newest_first_without_what_only_tidies_up(filled: Storage) -> None:
    said = [outgoing("one"), outgoing("elsewhere", "mei"), outgoing("two"), outgoing("three")]
    await save(filled, out=said)
    assert [message.plain() for message in await filled.reading.newest_said(place(), 2)] == ["three", "two"]
