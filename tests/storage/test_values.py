"""Every value comes back as it was stored, on both engines."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import count
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.chat.incoming import Body, Incoming, Picked, Place, Sender, Submitted, Texted
from bot.dialogs.session import Mode, Session, SessionId, SessionState, Stored
from bot.okr.check_in import CheckIn, Confidence
from bot.okr.cycle import Cycle, CycleId
from bot.okr.directory import ListedTeam, Listing, Said
from bot.okr.measure import Direction, Measure
from bot.okr.objective import Ambition, HistoryEntry, KeyResult, KeyResultId, Objective, ObjectiveId, ObjectiveState
from bot.okr.people import LANGUAGES, Account, Invite, Person, PersonId, Role, Team, TeamId
from bot.ports import (
    AddCheckIn,
    AddHistory,
    AddPrompt,
    AnswerPrompts,
    Change,
    Guard,
    Organisation,
    PutAccount,
    PutCycle,
    PutDayOff,
    PutHelpRequest,
    PutInvite,
    PutListedTeam,
    PutListing,
    PutObjective,
    PutPerson,
    PutPrompt,
    PutSession,
    PutTeam,
    PutTeamPlace,
    RemoveDraft,
    SnoozePrompts,
    UseInvite,
)
from storage import Storage
from storage.codec import dump, load, storable
from storage.unit_of_work import plan
from tests.storage.company import (
    AN,
    AN_ACCOUNT,
    CALL,
    DAY,
    DUC,
    MEI,
    NOW,
    PEOPLE,
    PROMPT,
    QUARTER,
    SALES,
    check_in,
    entry,
    event,
    key_result,
    objective,
    outgoing,
    place,
    save,
    serving,
    session,
    turn,
    typed,
)

numbers = count(1)
cycles = count(1)

# Examples share a database, so each makes ids of its own.
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
names = text.filter(lambda one: one.strip() != "")
moments = st.datetimes(
    datetime(1950, 1, 1),  # noqa: DTZ001 the zone is drawn beside it
    datetime(2150, 1, 1),  # noqa: DTZ001 the zone is drawn beside it
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=7)), timezone(timedelta(hours=-9, minutes=-30))]),
)
days = st.dates(date(1950, 1, 1), date(2150, 1, 1))
decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=6) | st.sampled_from(
    [Decimal(0), Decimal("-0.10"), Decimal("1.50"), Decimal("1E+6"), Decimal("1E-9"), Decimal("123456789012345678901234567890.5")]
)
versions = st.integers(1, 2**31 - 2)
anything_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)


def new_id() -> str:
    return f"x{next(numbers)}"


@pytest.fixture
async def filled(storage: Storage) -> Storage:
    await save(storage, *PEOPLE, PutObjective(objective("o")))
    return storage


@given(
    st.builds(
        Person,
        id=st.builds(lambda: PersonId(new_id())),
        name=names,
        email=st.none() | st.builds(lambda: f"{new_id()}@laban.example"),
        team_id=st.just(SALES.id),
        role=st.sampled_from(Role),
        manager_id=st.none() | st.just(DUC.id),
        locale=st.sampled_from(LANGUAGES),
        timezone=text,
        quiet_from=st.times(),
        quiet_until=st.times(),
        away_until=st.none() | days,
        joined_at=st.none() | moments,
        left_at=st.none() | moments,
        version=versions,
    )
)
@FEW
async def test_people(filled: Storage, person: Person) -> None:
    await save(filled, PutPerson(person), PutAccount(Account("web", "laban", person.id, person.id)))
    assert await filled.reading.person(person.id) == person
    known = await filled.reading.known(typed("x", user=person.id))
    assert known.person == person
    assert known.person.quiet_from.tzinfo is None


@given(name=text, path=names)
@FEW
async def test_teams(filled: Storage, name: str, path: str) -> None:
    team = Team(TeamId(new_id()), name, f"{path}{next(numbers)}", SALES.id, MEI.id)
    await save(filled, PutTeam(team))
    assert team in await filled.reading.teams()


@given(tenant=text, user_id=text, chat_id=text)
@FEW
async def test_accounts(filled: Storage, tenant: str, user_id: str, chat_id: str) -> None:
    account = Account("web", tenant, f"{user_id}{next(numbers)}", MEI.id, chat_id)
    await save(filled, PutAccount(account))
    assert account in await filled.reading.accounts_of(MEI.id)


@given(role=st.sampled_from(Role), expires_at=moments, uses_left=st.integers(0, 2**31 - 1))
@FEW
async def test_invitations(filled: Storage, role: Role, expires_at: datetime, uses_left: int) -> None:
    invite = Invite(new_id(), SALES.id, role, expires_at, uses_left)
    await save(filled, PutInvite(invite))
    assert await filled.reading.invite(invite.code_hash) == invite


@given(name=text, length=st.integers(1, 400))
@FEW
async def test_cycles(storage: Storage, name: str, length: int) -> None:
    # None overlaps another, however many there were before.
    starts_on = date(1900, 1, 1) + next(cycles) * timedelta(days=402)
    cycle = Cycle(CycleId(new_id()), name, starts_on, starts_on + timedelta(days=length))
    await save(storage, PutCycle(cycle))
    for day in (cycle.starts_on, cycle.ends_on):
        assert await storage.reading.cycle_on(day) == cycle
    assert await storage.reading.cycle_on(cycle.ends_on + timedelta(days=1)) is None


@st.composite
def key_results(draw: st.DrawFn) -> KeyResult:
    direction = draw(st.sampled_from(Direction))
    target, baseline = draw(decimals), draw(st.none() | decimals)
    if baseline is not None and direction in (Direction.INCREASE, Direction.DECREASE):
        low, high = sorted((target, baseline))
        high = high if low != high else high + 1
        baseline, target = (low, high) if direction is Direction.INCREASE else (high, low)
    measure = Measure(draw(text), target, baseline, draw(text), direction)
    return KeyResult(
        KeyResultId(new_id()),
        draw(names),
        measure,
        draw(st.none() | st.integers(0, 10)),
        draw(st.none() | decimals),
        draw(st.booleans()),
    )


@given(
    st.builds(
        Objective,
        id=st.builds(lambda: ObjectiveId(new_id())),
        owner_id=st.just(MEI.id),
        team_id=st.just(SALES.id),
        cycle_id=st.just(QUARTER.id),
        title=names,
        why=text,
        ambition=st.sampled_from(Ambition),
        state=st.sampled_from(ObjectiveState),
        created_at=moments,
        key_results=st.lists(key_results(), min_size=1, max_size=4).map(tuple),
        serves=st.none() | st.sampled_from([serving(objective("o")), serving(key_result("o-1"))]),
        published_at=st.none() | moments,
        version=versions,
    )
)
@FEW
async def test_objectives(filled: Storage, one: Objective) -> None:
    await save(filled, PutObjective(one))
    assert await filled.reading.objective(one.id) == one
    assert await filled.reading.objective_of_key_result(one.key_results[-1].id) == one
    changed = replace(one, title="Sửa", version=one.version + 1, key_results=one.key_results[::-1])
    await save(filled, PutObjective(changed, one.version))
    assert await filled.reading.objective(one.id) == changed


@given(at=moments, value=decimals, confidence=st.sampled_from(Confidence), note=text)
@FEW
async def test_check_ins(filled: Storage, at: datetime, value: Decimal, confidence: Confidence, note: str) -> None:
    said = CheckIn(new_id(), KeyResultId("o-1"), MEI.id, at, value, confidence, note)
    await save(filled, AddCheckIn(said))
    assert said in await filled.reading.check_ins((said.key_result_id,), at)
    assert said not in await filled.reading.check_ins((said.key_result_id,), at + timedelta(microseconds=1))


@given(at=moments, said=st.tuples(text, text, text, text), of=st.none() | text)
@FEW
async def test_history(filled: Storage, at: datetime, said: tuple[str, str, str, str], of: str | None) -> None:
    one = HistoryEntry(new_id(), ObjectiveId("o"), at, MEI.id, *said, key_result_id=None if of is None else KeyResultId(of))
    await save(filled, AddHistory(one))
    assert one in await filled.reading.history(one.objective_id)


@given(
    st.builds(
        Session,
        id=st.builds(lambda: SessionId(new_id())),
        person_id=st.just(AN.id),
        script=text,
        facts=st.dictionaries(text, anything_json, max_size=3),
        started_at=moments,
        touched_at=moments,
        answers=st.lists(st.builds(Stored, text, anything_json, st.booleans()), max_size=3).map(tuple),
        state=st.just(SessionState.PARKED),
        turn=versions,
        asked=st.integers(1, 2**40),
        open_key=text,
        mode=st.sampled_from(Mode),
        is_paused=st.booleans(),
    )
)
@FEW
async def test_sessions(filled: Storage, one: Session) -> None:
    await save(filled, PutSession(one))
    sessions = (await filled.reading.known(typed("x"))).sessions
    (found,) = [each for each in sessions if each.id == one.id]
    assert found == one
    # A digest of what was shown depends on the order of the keys, too.
    assert json.dumps(found.facts) == json.dumps(one.facts)


@given(
    body=st.builds(Texted, text) | st.builds(Picked, text) | st.builds(Submitted, text, st.dictionaries(text, text, max_size=3)),
    sender=st.builds(Sender, st.just("web"), text, text, text, text),
    sent_at=moments,
    is_private=st.booleans(),
)
@FEW
async def test_events(storage: Storage, body: Body, sender: Sender, sent_at: datetime, is_private: bool) -> None:
    incoming = Incoming(new_id(), sender, Place("web", "t", "c", is_private), sent_at, body)
    assert await storage.inbox.put(incoming)
    assert (await storage.inbox.pending(1000))[-1] == incoming


async def test_the_organisation(storage: Storage) -> None:
    assert await storage.reading.organisation() == Organisation("", 1)
    await storage.put_organisation(Organisation("Công ty 陈", 4))
    assert await storage.reading.organisation() == Organisation("Công ty 陈", 4)


async def test_every_kind_of_change_is_planned() -> None:
    """A new kind of change that nobody stores would be the worst kind of silence."""
    samples: list[Change] = [
        PutPerson(DUC),
        PutTeam(SALES),
        PutAccount(AN_ACCOUNT),
        PutInvite(Invite("h", SALES.id, Role.MEMBER, NOW, 1)),
        UseInvite("h", NOW),
        PutCycle(QUARTER),
        PutObjective(objective("o")),
        RemoveDraft(ObjectiveId("o"), 1),
        AddCheckIn(check_in("c", "1")),
        AddHistory(entry("h")),
        AddPrompt(PROMPT),
        PutPrompt(PROMPT),
        AnswerPrompts(AN.id, NOW),
        SnoozePrompts(AN.id, NOW + DAY),
        PutHelpRequest(CALL),
        PutTeamPlace(SALES.id, place("group")),
        PutDayOff("VN", NOW.date(), True),
        PutListing(Listing("slack", "T1", "U1", AN.id, Said(), NOW)),
        PutListedTeam(ListedTeam("dingtalk", "corp", "1", SALES.id, "x")),
        PutSession(session()),
        Guard("g", 0),
    ]
    assert {type(sample) for sample in samples} == set(get_args(Change))
    assert all(plan(turn(sample)) for sample in samples)


# --- what an engine refuses ------------------------------------------------------------------------------------------

DIRTY, CLEAN = "a\0b\ud800c", "abc"


async def test_nul_and_lone_surrogates_are_dropped_and_nothing_else(filled: Storage) -> None:
    dirty = replace(
        objective("dirty", f"{DIRTY} 🧭 chữ"), why=DIRTY, key_results=(replace(key_result("k", DIRTY), start_confidence=None),)
    )
    await save(
        filled,
        PutObjective(dirty),
        AddHistory(replace(entry("h", "dirty"), why=DIRTY)),
        AddCheckIn(replace(check_in("c", "1", of="k"), note=DIRTY)),
        PutSession(replace(session(), facts={DIRTY: [DIRTY, {"x": DIRTY}]}, open_key=DIRTY)),
        out=[outgoing(DIRTY, slot=DIRTY)],
    )
    found = await filled.reading.objective(dirty.id)
    assert found is not None
    assert (found.title, found.why, found.key_results[0].sentence) == (f"{CLEAN} 🧭 chữ", CLEAN, CLEAN)
    assert (await filled.reading.history(dirty.id))[0].why == CLEAN
    assert (await filled.reading.check_ins((KeyResultId("k"),), NOW))[0].note == CLEAN
    (known,) = (await filled.reading.known(typed("x"))).sessions
    assert (known.facts, known.open_key) == ({CLEAN: [CLEAN, {"x": CLEAN}]}, CLEAN)
    (envelope,) = await filled.outbox.claim("w", NOW, DAY, 1)
    assert (envelope.message.plain(), envelope.message.slot) == (CLEAN, CLEAN)


async def test_nul_and_lone_surrogates_are_no_way_to_break_a_read(filled: Storage) -> None:
    assert await filled.inbox.put(typed(DIRTY, DIRTY, DIRTY))
    assert (await filled.inbox.pending(1))[0].body == Texted(CLEAN)
    assert not (await filled.reading.known(typed("x", DIRTY, DIRTY))).is_done
    assert await filled.reading.candidates(AN, QUARTER.id, DIRTY, 5) == ()
    assert await filled.transcript.hear(typed("x"), "\0")
    assert await filled.transcript.lines(typed("x").place) == ()
    await filled.inbox.give_up(event(DIRTY), DIRTY)
    assert len(await filled.inbox.pending(10)) == 1


async def test_times_without_a_zone_are_refused_by_both_engines(filled: Storage) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 that is the point
    with pytest.raises(ValueError, match="aware"):
        await filled.work.save(turn(PutPerson(replace(AN, joined_at=naive, version=2), 1)))


@given(text)
def test_what_can_be_stored_is_left_as_it_is(said: str) -> None:
    assert storable(said) == said


@given(anything_json)
def test_json_comes_back_as_it_was_written(value: Any) -> None:
    assert load(dump(value)) == value


@pytest.mark.parametrize("value", [r"\u0000", '"\\u0000"', {"\\u0000": "\\\\u0000"}])
def test_a_backslash_before_zeros_is_no_nul(value: Any) -> None:
    assert load(dump(value)) == value


def test_values_have_no_field_that_is_not_stored() -> None:
    """The tests above draw every field by name; this notices a new one."""
    assert {one.name for one in fields(Person)} == {
        "id", "name", "email", "team_id", "role", "manager_id", "locale", "timezone",
        "quiet_from", "quiet_until", "away_until", "joined_at", "left_at", "version",
    }  # fmt: skip
    assert {one.name for one in fields(Session)} == {
        "id", "person_id", "script", "facts", "started_at", "touched_at", "answers", "state", "turn", "asked", "open_key",
        "mode", "is_paused",
    }  # fmt: skip
    assert {one.name for one in fields(Objective)} == {
        "id", "owner_id", "team_id", "cycle_id", "title", "why", "ambition", "state", "created_at", "key_results", "serves",
        "published_at", "version",
    }  # fmt: skip
    assert {one.name for one in fields(KeyResult)} == {"id", "sentence", "measure", "start_confidence", "current", "is_dead"}
