"""Home as a page: the same as in the chat, and looking at it changes nothing."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from bot.actions.adopt import adopt
from bot.actions.home_page import home_page
from bot.chat.incoming import Arrived, Incoming, Place, Sender
from bot.chat.message import Message
from bot.okr.people import Account, PersonId
from bot.ports import Deps, PutAccount, PutPerson
from tests.fakes import MemoryStorage
from tests.hands import Hands
from tests.unit.actions.office import NOW, PEOPLE, Dice, buttons, key_result, objective, office

AN = Sender("web", "test", "an")


def deps_of(storage: MemoryStorage) -> Deps:
    return Deps(storage.reading, storage.work, Hands(NOW), Dice())


async def page(storage: MemoryStorage, sender: Sender = AN) -> Message:
    """The page, after which everything is as before."""
    before = copy.deepcopy(storage.rows)
    message = await home_page(sender, deps_of(storage))
    assert storage.rows == before
    assert storage.messages == []
    return message


async def test_it_shows_where_one_stands_in_ones_own_language() -> None:
    message = await page(office(objective("o1", "an", "Khách hàng yêu dịch vụ", key_result("k1"))))
    assert "Phạm An" in message.plain()
    assert "Khách hàng yêu dịch vụ" in message.plain()
    assert (message.lang, message.slot) == ("vi", "home")
    assert buttons(message)


@pytest.mark.parametrize(
    ("language", "words"), [("en-US", "invitation code"), ("vi", "mã mời"), ("zh-CN", "邀请码"), ("", "invitation")]
)
async def test_a_stranger_finds_the_way_in_and_nobodys_name(language: str, words: str) -> None:
    message = await page(office(), replace(AN, user_id="mallory", language=language))
    assert words in message.plain()
    assert not any(person.name in message.plain() for person in PEOPLE)
    assert buttons(message) == []


async def test_whoever_was_imported_begins_here() -> None:
    storage = office()
    person = next(one for one in PEOPLE if one.id == "an")
    storage.apply([PutPerson(replace(person, joined_at=None, version=2), 1)])
    assert len(buttons(await page(storage))) == 1


async def test_whoever_has_left_is_told_so() -> None:
    storage = office(objective("o1", "an", "Khách hàng yêu dịch vụ", key_result("k1")))
    person = next(one for one in PEOPLE if one.id == "an")
    storage.apply([PutPerson(replace(person, left_at=NOW, version=2), 1)])
    message = await page(storage)
    assert "Khách hàng" not in message.plain()
    assert buttons(message) == []


# --- an account that an import has named without its tenant ---


def arrival(tenant: str) -> Incoming:
    return Incoming("e1", Sender("slack", tenant, "U1"), Place("slack", tenant, "U1"), NOW, Arrived())


async def test_an_imported_account_gets_the_tenant_its_person_comes_by() -> None:
    storage = office(PutAccount(Account("slack", "", "U1", PersonId("an"))))
    assert await adopt(arrival("T1"), deps_of(storage))
    known = await storage.reading.known(arrival("T1"))
    assert known.person is not None
    assert known.person.id == "an"
    assert known.account == Account("slack", "T1", "U1", PersonId("an"), "U1")


async def test_nobody_is_adopted_who_was_not_imported() -> None:
    storage = office(PutAccount(Account("slack", "", "U2", PersonId("an"))))
    assert not await adopt(arrival("T1"), deps_of(storage))
    assert not await adopt(arrival(""), deps_of(storage))
