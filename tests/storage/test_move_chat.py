"""A group chat that gets another id stays its team's chat."""

from __future__ import annotations

import pytest

from adapters.clock import SystemClock
from adapters.demo import sample_turn
from adapters.ids import RandomIds
from bot.actions.move_chat import move_chat
from bot.chat.incoming import Place
from bot.okr.people import TeamId
from bot.ports import Deps, PutTeamPlace, Saved, Turn
from storage import Storage

OLD = Place("telegram", "", "-4001", is_private=False)
NEW = Place("telegram", "", "-1004001", is_private=False)
GROWTH, PRODUCT = TeamId("growth"), TeamId("product")


@pytest.fixture
async def deps(storage: Storage) -> Deps:
    clock = SystemClock()
    assert await storage.work.save(sample_turn(clock.now())) is Saved.DONE
    return Deps(storage.reading, storage.work, clock, RandomIds())


async def bind(deps: Deps, team_id: TeamId, place: Place) -> None:
    assert await deps.work.save(Turn(deps.clock.now(), changes=(PutTeamPlace(team_id, place),))) is Saved.DONE


async def test_the_team_finds_its_chat_under_the_new_id(deps: Deps) -> None:
    await bind(deps, GROWTH, OLD)
    for _ in range(2):
        await move_chat(OLD, NEW, deps)
        assert await deps.reading.team_places((GROWTH,)) == {GROWTH: NEW}
        assert await deps.reading.team_of_place(OLD) is None


async def test_a_chat_nobody_has_bound_moves_without_a_trace(deps: Deps) -> None:
    await move_chat(OLD, NEW, deps)
    assert await deps.reading.team_of_place(NEW) is None


async def test_what_has_been_bound_under_the_new_id_stays(deps: Deps) -> None:
    await bind(deps, GROWTH, OLD)
    await bind(deps, PRODUCT, NEW)
    await move_chat(OLD, NEW, deps)
    assert await deps.reading.team_places((GROWTH, PRODUCT)) == {PRODUCT: NEW}
