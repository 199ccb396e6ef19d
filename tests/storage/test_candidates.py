"""What an objective could serve: the nearest first, found by any words in any spelling."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.okr.objective import ObjectiveState, ServedKind
from bot.okr.people import Person, PersonId
from bot.ports import Candidate, PutObjective, PutPerson, PutTeam
from storage import Storage
from tests.storage.company import (
    AN,
    COMPANY,
    DAY,
    DUC,
    EARLIER,
    GROWTH,
    MEI,
    NORTH,
    NOW,
    PEOPLE,
    QUARTER,
    SALES,
    TOM,
    key_result,
    objective,
    save,
    serving,
)

LAN = Person(PersonId("lan"), "Lê Lan", None, NORTH.id, manager_id=MEI.id)
COMPANYS = objective("company", "Khách hàng yêu sản phẩm", DUC, None, key_result("company-1", "NPS từ 30 lên 50"))
SALESS = objective("sales", "Mở rộng thị trường", DUC, SALES, key_result("sales-1", "Thêm 40 khách mới"))
MEIS = objective("meis", "复购率提升", MEI, SALES, key_result("meis-1", "复购率从 20% 到 35%"), created_at=NOW + DAY)
LANS = objective("lans", "Call every customer", LAN, None, key_result("lans-1", "120 calls"))
TOMS = objective("toms", "Ship the OKR bot", TOM, None, key_result("toms-1", "80 active teams"))


@pytest.fixture
async def filled(storage: Storage) -> Storage:
    # Stored in an order that is none of those promised.
    ones = (TOMS, LANS, MEIS, SALESS, COMPANYS)
    await save(storage, *PEOPLE, PutPerson(LAN), *(PutObjective(one) for one in ones))
    return storage


async def found(storage: Storage, words: str = "", limit: int = 50, person: Person = AN) -> list[str]:
    """Ids of what is offered."""
    return [one.serves.id for one in await storage.reading.candidates(person, QUARTER.id, words, limit)]


async def test_the_managers_come_first_then_the_teams_above_then_ones_own_team_then_the_rest(filled: Storage) -> None:
    assert await found(filled) == [
        "meis", "meis-1", "sales", "sales-1", "company", "company-1", "lans", "lans-1", "toms", "toms-1",
    ]  # fmt: skip


async def test_no_more_are_given_than_asked_for(filled: Storage) -> None:
    everything = await found(filled)
    for limit in range(1, len(everything) + 2):
        assert await found(filled, limit=limit) == everything[:limit]


async def test_a_candidate_says_what_it_is_and_whose(filled: Storage) -> None:
    one, two = await filled.reading.candidates(AN, QUARTER.id, "", 2)
    assert one == Candidate(serving(MEIS), "复购率提升", MEI.id, "陈美", "Sales", MEIS.id)
    assert two == Candidate(serving(MEIS.key_results[0]), "复购率从 20% 到 35%", MEI.id, "陈美", "Sales", MEIS.id)
    assert (one.serves.kind, two.serves.kind) == (ServedKind.OBJECTIVE, ServedKind.KEY_RESULT)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("khach hang", ["company"]),
        ("KHÁCH  moi", ["sales-1"]),
        ("nps", ["company-1"]),
        ("复购率", ["meis", "meis-1"]),
        ("陈美", ["meis", "meis-1"]),
        ("复购 35%", ["meis-1"]),
        ("duc", ["sales", "sales-1", "company", "company-1"]),
        ("Đức san pham", ["company"]),
        ("增长", ["toms", "toms-1"]),
        ("ＯＫＲ", ["toms"]),
        ("elan", ["toms", "toms-1"]),
        ("north calls", ["lans-1"]),
        ("one two three four five six seven eight", []),
        ("%", ["meis-1"]),
        ("_", []),
        ("'; DROP TABLE objectives; --", []),
        ("\\", []),
        ("x" * 50_000, []),
    ],
)
async def test_every_word_is_looked_for_in_title_sentence_owner_and_team(
    filled: Storage, words: str, expected: list[str]
) -> None:
    assert await found(filled, words) == expected


async def test_ones_own_and_what_is_not_for_serving_is_not_offered(filled: Storage) -> None:
    dead = replace(key_result("dead", "dead sentence"), is_dead=True)
    await save(
        filled,
        PutObjective(objective("own", owner=AN)),
        PutObjective(objective("draft", owner=MEI, state=ObjectiveState.DRAFT)),
        PutObjective(objective("closed", owner=MEI, state=ObjectiveState.CLOSED)),
        PutObjective(objective("earlier", owner=MEI, cycle=EARLIER)),
        PutObjective(replace(MEIS, key_results=(*MEIS.key_results, dead), version=2), 1),
    )
    offered = await found(filled)
    assert {"own", "draft", "closed", "earlier", "dead"}.isdisjoint(offered)
    assert len(offered) == 10


async def test_somebody_without_a_manager_is_offered_what_others_have(filled: Storage) -> None:
    assert await found(filled, person=DUC) == ["lans", "lans-1", "toms", "toms-1", "meis", "meis-1"]


async def test_a_renamed_person_team_or_objective_is_found_by_the_new_name(filled: Storage) -> None:
    await save(
        filled,
        PutPerson(replace(TOM, name="Thomas", version=2), 1),
        PutTeam(replace(GROWTH, name="Expansion")),
        PutObjective(replace(TOMS, title="Deliver", version=2), 1),
    )
    assert await found(filled, "thomas expansion deliver") == ["toms"]
    assert await found(filled, "elan") == await found(filled, "增长") == await found(filled, "ship") == []


async def test_a_loop_among_the_teams_ends_nevertheless(filled: Storage) -> None:
    await save(filled, PutTeam(replace(COMPANY, parent_id=NORTH.id)))
    assert len(await found(filled)) == len(set(await found(filled))) == 10
