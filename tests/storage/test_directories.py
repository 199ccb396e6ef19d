"""What directories said last is kept to the letter, on both engines and in the memory that stands in for them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.okr.directory import ListedTeam, Listing, Said
from bot.okr.people import Account, PersonId, TeamId
from bot.ports import PutAccount, PutListedTeam, PutListing, Saved
from storage import Storage, open_storage
from tests.fakes import MemoryStorage
from tests.storage.company import AN, AN_ACCOUNT, DAY, MEI, NORTH, NOW, PEOPLE, SALES, save, turn
from tests.storage.conftest import POSTGRES, SQLITE

MEMORY = "memory"
Store = Storage | MemoryStorage

SAID = Said("Nguyễn An", "an@laban.example", "Kỹ sư", "vi", "Asia/Ho_Chi_Minh", "42", "mei", True)
LISTING = Listing("dingtalk", "corp", "an", AN.id, SAID, NOW)


@pytest.fixture(params=[SQLITE, POSTGRES, MEMORY])
def engine(request: pytest.FixtureRequest) -> str:
    """Both engines, and the memory that stands in for them."""
    name: str = request.param
    return name


@pytest.fixture
async def store(engine: str, request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """The people of the small company."""
    if engine == MEMORY:
        yield MemoryStorage(*PEOPLE)
        return
    async with open_storage(request.getfixturevalue("url")) as storage:
        await save(storage, *PEOPLE)
        yield storage


async def test_what_was_said_of_somebody_comes_back_and_is_replaced(store: Store) -> None:
    assert await store.reading.listings() == ()
    assert await store.work.save(turn(PutListing(LISTING))) is Saved.DONE
    assert await store.reading.listings() == (LISTING,)
    gone = replace(LISTING, said=Said(), gone_at=NOW + DAY, enterprise_id="E1", person_id=MEI.id)
    assert await store.work.save(turn(PutListing(gone))) is Saved.DONE
    assert await store.reading.listings() == (gone,)
    assert not gone.is_present


async def test_the_same_user_id_in_two_companies_is_two_people(store: Store) -> None:
    other = replace(LISTING, tenant="another corp", person_id=MEI.id)
    await store.work.save(turn(PutListing(LISTING), PutListing(other)))
    assert await store.reading.listings() == (other, LISTING)


async def test_a_department_becomes_a_team_and_may_become_another(store: Store) -> None:
    sales, north = (
        ListedTeam("dingtalk", "corp", "10", SALES.id, "销售"),
        ListedTeam("dingtalk", "corp", "11", NORTH.id, "北区"),
    )
    elsewhere = replace(sales, tenant="another corp")
    await store.work.save(turn(PutListedTeam(north), PutListedTeam(sales), PutListedTeam(elsewhere)))
    assert await store.reading.listed_teams("dingtalk", "corp") == (sales, north)
    await store.work.save(turn(PutListedTeam(replace(sales, team_id=NORTH.id, name="x"))))
    assert await store.reading.listed_teams("dingtalk", "corp") == (replace(sales, team_id=NORTH.id, name="x"), north)


async def test_nobody_and_no_team_is_listed_that_is_not_there(store: Store) -> None:
    assert await store.work.save(turn(PutListing(replace(LISTING, person_id=PersonId("ghost"))))) is Saved.LOST
    nowhere = ListedTeam("dingtalk", "corp", "1", TeamId("nowhere"), "x")
    assert await store.work.save(turn(PutListedTeam(nowhere))) is Saved.LOST
    assert await store.reading.listings() == ()


async def test_all_accounts_come_at_once(store: Store) -> None:
    accounts = (
        Account("slack", "T1", "u1", AN.id, "D1"),
        Account("slack", "T2", "U1", MEI.id),
        Account("slack", "t1", "U1", AN.id),
    )
    await store.work.save(turn(*(PutAccount(one) for one in reversed(accounts))))
    assert await store.reading.accounts() == (*accounts, AN_ACCOUNT)
