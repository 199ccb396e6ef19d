"""Who somebody is, by person and by account, as long as they are with us."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from adapters.notes.askers import Asker, KnownAskers
from bot.okr.people import Person, PersonId, Role
from bot.ports import PutPerson
from tests.chat import Office
from tests.talk import NOON

MINH = PersonId("minh")


def person_of(office: Office, person_id: str) -> Person:
    return office.storage.rows.people[PersonId(person_id)]


def change(office: Office, person: Person) -> None:
    office.storage.apply([PutPerson(replace(person, version=person.version + 1), person.version)])


async def test_an_account_and_its_person_are_the_same_asker() -> None:
    office = Office()
    askers = KnownAskers(office.reading, office.hands)
    expected = Asker(MINH, "vi", person_of(office, "minh").timezone)
    assert await askers.person(MINH) == await askers.account("web", "demo", "minh") == expected


async def test_strangers_are_nobody() -> None:
    office = Office()
    askers = KnownAskers(office.reading, office.hands)
    assert await askers.person(PersonId("nobody")) is None
    assert await askers.account("telegram", "", "minh") is None
    assert await askers.account("web", "other", "minh") is None


@pytest.mark.parametrize(
    "gone",
    [lambda person: replace(person, left_at=NOON), lambda person: replace(person, joined_at=None)],
    ids=["left", "never joined"],
)
async def test_whoever_has_left_or_never_joined_is_nobody(gone: Callable[[Person], Person]) -> None:
    office = Office()
    askers = KnownAskers(office.reading, office.hands)
    change(office, gone(person_of(office, "minh")))
    assert await askers.person(MINH) is None
    assert await askers.account("web", "demo", "minh") is None


@pytest.mark.parametrize(("person_id", "may_read"), [("mei", True), ("linh", True), ("thomas", True), ("minh", False)])
async def test_leads_managers_and_admins_are_shown_the_way_to_their_tray(person_id: str, may_read: bool) -> None:
    office = Office()
    asker = await KnownAskers(office.reading, office.hands).person(PersonId(person_id))
    assert asker is not None
    assert asker.may_read is may_read


async def test_whoever_leads_a_team_is_shown_it_whatever_their_role() -> None:
    office = Office()
    change(office, replace(person_of(office, "linh"), role=Role.MEMBER))
    asker = await KnownAskers(office.reading, office.hands).person(PersonId("linh"))
    assert asker is not None
    assert asker.may_read


async def test_asking_stores_nothing() -> None:
    office = Office()
    await KnownAskers(office.reading, office.hands).account("web", "demo", "minh")
    assert office.work.turns == []
