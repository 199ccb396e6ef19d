"""The sample company as the anonymous relay sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from adapters.demo import sample_turn
from bot.actions.unsigned_directory import OrganisationDirectory
from bot.anon.audience import Audience, audiences_of
from bot.anon.slots import next_slot
from bot.okr.people import Person, PersonId, TeamId
from bot.okr.prompt import Prompt, PromptKind
from bot.ports import Change, PutDayOff, PutPerson, PutPrompt
from tests.fakes import MemoryStorage
from tests.hands import Hands
from tests.talk import NOON


def directory(*changes: Change) -> OrganisationDirectory:
    storage = MemoryStorage()
    storage.apply((*sample_turn(NOON).changes, *changes))
    return OrganisationDirectory(storage.reading, Hands(NOON), time(16, 0))


def sample(person_id: str) -> Person:
    storage = MemoryStorage()
    storage.apply(sample_turn(NOON).changes)
    return storage.rows.people[PersonId(person_id)]


async def authors(*changes: Change) -> frozenset[str]:
    found = audiences_of(await directory(*changes).company())
    return frozenset(found.by_unit[TeamId("lantern")].authors)


async def test_in_a_company_of_twelve_everybody_but_its_head_writes_under_its_name() -> None:
    found = audiences_of(await directory().company())
    assert [(str(unit), len(audience.authors)) for unit, audience in found.by_unit.items()] == [("lantern", 11)]
    assert isinstance(found.of(PersonId("minh")), Audience)
    assert not isinstance(found.of(PersonId("mei")), Audience)


async def test_who_left_who_is_away_and_who_never_joined_hides_nobody() -> None:
    changes = (
        PutPerson(replace(sample("an"), left_at=NOON, version=2), 1),
        PutPerson(replace(sample("khoa"), away_until=NOON.date(), version=2), 1),
        PutPerson(replace(sample("priya"), joined_at=None, version=2), 1),
    )
    assert await authors() - await authors(*changes) == {"an", "khoa", "priya"}


async def test_who_was_asked_for_weeks_and_never_answered_hides_nobody() -> None:
    def asked(person_id: str, days_ago: Sequence[int], *, answered: bool = False) -> list[Change]:
        moments = [NOON - timedelta(days=days) for days in days_ago]
        return [PutPrompt(Prompt(PromptKind.CHECK_IN, person_id, at.date(), at, at if answered else None)) for at in moments]

    everybody = await authors()
    assert everybody - await authors(*asked("an", [1])) == set()
    assert everybody - await authors(*asked("an", [1, 8, 15, 22])) == {"an"}
    assert everybody - await authors(*asked("an", [1, 8, 22]), *asked("an", [15], answered=True)) == set()


async def test_leads_managers_and_admins_can_be_passed_a_note() -> None:
    company = await directory().company()
    assert {str(one.id) for one in company.members if one.can_receive} == {"mei", "thomas", "daniel", "jie", "linh"}


async def test_slots_go_by_the_clock_of_the_companys_head() -> None:
    plan = await directory().plan()
    assert (plan.at, plan.timezone, plan.is_rehearsal) == (time(16, 0), "Asia/Shanghai", False)


async def test_a_day_an_admin_has_taken_off_has_no_slot() -> None:
    ordinary, closed = await directory().plan(), await directory(PutDayOff("", date(2026, 11, 24), True)).plan()
    before = next_slot(ordinary, NOON.replace(year=2026, month=11, day=23, hour=12))
    assert (before.day, next_slot(closed, before - timedelta(hours=1)).day) == (24, 25)


async def test_notes_can_be_about_what_stands_on_the_boards_below() -> None:
    found = dict(await directory().topics([TeamId("growth"), TeamId("vietnam")]))
    everything = dict(await directory().topics([TeamId(name) for name in ("lantern", "product", "growth", "vietnam")]))
    assert found
    assert found.items() < everything.items()
    some = next(iter(found))
    assert await directory().sentence(some) == found[some]
    assert await directory().sentence("gone") == ""


async def test_nearly_everybody_is_known_at_once_to_read_nothing() -> None:
    readers = {
        name for name in ("mei", "jie", "linh", "thomas", "an", "minh", "nobody") if await directory().may_read(PersonId(name))
    }
    assert readers == {"mei", "jie", "linh", "thomas"}


async def test_a_large_company_is_kept_for_a_while_and_a_small_one_never(monkeypatch: pytest.MonkeyPatch) -> None:
    storage, hands = MemoryStorage(), Hands(NOON)
    storage.apply(sample_turn(NOON).changes)
    small = OrganisationDirectory(storage.reading, hands, time(16, 0))
    assert await small.company() is not await small.company()
    monkeypatch.setattr("bot.actions.unsigned_directory.LARGE", 10)
    large = OrganisationDirectory(storage.reading, hands, time(16, 0))
    first = await large.company()
    assert await large.company() is first
    assert await large.company(is_fresh=True) is not first
    hands.turn(timedelta(minutes=5))
    assert await large.company() is not first
