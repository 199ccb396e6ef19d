"""The storage in memory loses, repeats and refuses what the real one would; the storage suite says the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dialogs.session import Session, SessionId, SessionState
from bot.okr.objective import KeyResultId, ObjectiveId, ObjectiveState, ServedKind, Serves
from bot.okr.people import Invite, PersonId, Role, Team, TeamId
from bot.ports import (
    Change,
    EventKey,
    Guard,
    PutInvite,
    PutObjective,
    PutPerson,
    PutSession,
    PutTeam,
    RemoveDraft,
    Saved,
    Turn,
    UseInvite,
)
from tests.fakes import MemoryStorage
from tests.unit.actions.office import NOW, PEOPLE, QUARTER, changed, key_result, objective, office, parked, said

AN = next(person for person in PEOPLE if person.id == "an")
RENAMED = PutPerson(replace(AN, name="An An", version=2), 1)
SESSION = Session(SessionId("talk"), AN.id, "settings", {}, NOW, NOW)


async def save(storage: MemoryStorage, *changes: Change, event: str = "") -> Saved:
    """Save one turn."""
    return await storage.work.save(Turn(NOW, EventKey("web", "test", event) if event else None, changes))


@pytest.mark.parametrize(
    "lost",
    [
        PutPerson(replace(AN, version=8), 7),
        PutPerson(AN),
        PutPerson(replace(AN, id=PersonId("new"), email="jie@lotus.test")),
        PutSession(replace(SESSION, turn=5), 4),
        Guard("alignment", 3),
        UseInvite("unknown", NOW),
        RemoveDraft(ObjectiveId("an1"), 1),
        said("nobody-kr", "1", 1),
        PutPerson(replace(AN, team_id=TeamId("nowhere"), version=3), 2),
        PutTeam(Team(TeamId("copy"), "Marketing", "Lotus/Marketing")),
    ],
)
async def test_a_turn_with_one_change_that_does_not_fit_changes_nothing(lost: Change) -> None:
    storage = office(objective("an1", "an", "Khách vui"))
    storage.apply([PutPerson(replace(storage.rows.people[PersonId("jie")], email="jie@lotus.test", version=2), 1)])
    assert await save(storage, RENAMED, lost, event="e1") is Saved.LOST
    assert storage.rows.people[AN.id] == AN
    assert await save(storage, RENAMED, event="e1") is Saved.DONE


async def test_an_event_counts_once() -> None:
    storage = office()
    assert await save(storage, RENAMED, event="e1") is Saved.DONE
    assert await save(storage, PutPerson(AN, 2), event="e1") is Saved.DUPLICATE
    assert storage.rows.people[AN.id].name == "An An"


async def test_a_guard_lets_one_of_two_pass() -> None:
    storage = office()
    assert await save(storage, Guard("alignment", 0)) is Saved.DONE
    assert await save(storage, Guard("alignment", 0)) is Saved.LOST
    assert await storage.reading.guard("alignment") == 1


async def test_an_invitation_is_used_up_and_expires() -> None:
    storage = office(PutInvite(Invite("hash", TeamId("lotus"), Role.MEMBER, NOW + timedelta(hours=1), 1)))
    assert await save(storage, UseInvite("hash", NOW + timedelta(hours=1))) is Saved.LOST
    assert await save(storage, UseInvite("hash", NOW)) is Saved.DONE
    assert await save(storage, UseInvite("hash", NOW)) is Saved.LOST


async def test_a_person_has_one_active_session() -> None:
    storage = office(parked("an"))
    assert await save(storage, PutSession(SESSION)) is Saved.DONE
    second = replace(storage.rows.sessions["parkedan"], state=SessionState.ACTIVE, turn=2)
    assert await save(storage, PutSession(second, 1)) is Saved.LOST


async def test_a_draft_is_removed_with_its_history() -> None:
    storage = office(objective("draft", "an", "Nháp", state=ObjectiveState.DRAFT), changed("draft", "created", 1))
    assert await save(storage, RemoveDraft(ObjectiveId("draft"), 1)) is Saved.DONE
    assert await storage.reading.objective(ObjectiveId("draft")) is None
    assert await storage.reading.history(ObjectiveId("draft")) == ()


async def test_an_older_check_in_does_not_become_the_current_value() -> None:
    storage = office(objective("an1", "an", "Khách vui"), said("an1-kr", "42", 1))
    assert await save(storage, said("an1-kr", "36", 8)) is Saved.DONE
    found = await storage.reading.objective_of_key_result(KeyResultId("an1-kr"))
    assert found is not None
    assert found.key_results[0].current == 42


async def test_a_removed_key_result_with_a_past_stays_dead_and_one_without_goes() -> None:
    storage = office(
        objective("an1", "an", "Khách vui", key_result("kept"), key_result("spoken"), key_result("served"), key_result("unused")),
        objective("linh1", "linh", "Viên gạch", serves="*served"),
        said("spoken", "42", 1),
    )
    stored = storage.rows.objectives[ObjectiveId("an1")]
    assert await save(storage, PutObjective(replace(stored, key_results=stored.key_results[:1], version=2), 1)) is Saved.DONE
    found = storage.rows.objectives[ObjectiveId("an1")].key_results
    assert [(one.id, one.is_dead) for one in found] == [("kept", False), ("spoken", True), ("served", True)]


async def test_what_a_check_in_said_survives_an_objective_put_back_from_before_it() -> None:
    storage = office(objective("an1", "an", "Khách vui"))
    before = storage.rows.objectives[ObjectiveId("an1")]
    assert await save(storage, said("an1-kr", "42", 1)) is Saved.DONE
    assert await save(storage, PutObjective(replace(before, title="Khách rất vui", version=2), 1)) is Saved.DONE
    assert storage.rows.objectives[ObjectiveId("an1")].key_results[0].current == 42


async def test_a_replacement_that_does_not_count_up_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="counts"):
        await save(office(), PutPerson(AN, 1))


async def test_candidates_are_the_managers_first_then_those_above_and_never_ones_own() -> None:
    storage = office(
        objective("linh1", "linh", "Thương hiệu"),
        objective("top", "mei", "让客户爱上我们"),
        objective("jie1", "jie", "Brand"),
        objective("an1", "an", "X"),
    )
    found = await storage.reading.candidates(AN, QUARTER, "", 10)
    assert [one.objective_id for one in found] == ["jie1", "jie1", "top", "top", "linh1", "linh1"]
    searched = await storage.reading.candidates(AN, QUARTER, "thuong", 10)
    assert {one.objective_id for one in searched} == {"linh1"}


async def test_a_chain_that_runs_in_a_ring_ends() -> None:
    storage = office(objective("a", "an", "A", serves="b"), objective("b", "jie", "B", serves="*a-kr"))
    assert [one.id for one in await storage.reading.chain(Serves(ServedKind.OBJECTIVE, "a"))] == ["a", "b"]
