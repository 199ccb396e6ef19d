"""Invitations: the code leaves once, its hash stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapters.ids import RandomIds
from bot.actions.make_invite import Invited, InviteError, make_invite
from bot.okr.invites import hash_of, looks_like_code
from bot.okr.people import Invite, Role, Team, TeamId
from bot.ports import Deps, PutTeam
from tests.fakes import MemoryStorage

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
COMPANY = Team(TeamId("c"), "Company", "Company")
SHOP = Team(TeamId("s"), "Shop", "Company/Shop", TeamId("c"))


class StandingClock:
    """It is always Monday morning."""

    def now(self) -> datetime:
        return MONDAY


async def _invite(storage: MemoryStorage, team: str = "", *, uses: int = 3) -> Invited:
    deps = Deps(storage.reading, storage.work, StandingClock(), RandomIds())
    return await make_invite(deps, team_path=team, role=Role.MANAGER, valid_for=timedelta(days=2), uses=uses)


async def test_only_the_hash_of_a_code_is_stored() -> None:
    storage = MemoryStorage(PutTeam(COMPANY))
    invited = await _invite(storage)
    assert looks_like_code(invited.code)
    assert storage.rows.invites == {
        hash_of(invited.code): Invite(hash_of(invited.code), COMPANY.id, Role.MANAGER, MONDAY + timedelta(days=2), 3)
    }


async def test_no_two_codes_are_the_same() -> None:
    storage = MemoryStorage(PutTeam(COMPANY))
    assert len({(await _invite(storage)).code for _ in range(50)}) == 50


@pytest.mark.parametrize("path", ["Company/Shop", "company / SHOP"])
async def test_a_team_is_found_by_its_path(path: str) -> None:
    assert (await _invite(MemoryStorage(PutTeam(COMPANY), PutTeam(SHOP)), path)).team == SHOP


async def test_the_only_top_team_needs_no_name() -> None:
    assert (await _invite(MemoryStorage(PutTeam(SHOP), PutTeam(COMPANY)))).team == COMPANY


@pytest.mark.parametrize(
    ("path", "hint"), [("Company/Shpo", "Did you mean Company/Shop"), ("Zoo", "There are: Company, Company/Shop")]
)
async def test_an_unknown_team_is_answered_with_those_there_are(path: str, hint: str) -> None:
    with pytest.raises(InviteError, match=hint):
        await _invite(MemoryStorage(PutTeam(COMPANY), PutTeam(SHOP)), path)


async def test_of_several_top_teams_one_has_to_be_named() -> None:
    with pytest.raises(InviteError, match="--team: Company, Other"):
        await _invite(MemoryStorage(PutTeam(COMPANY), PutTeam(Team(TeamId("o"), "Other", "Other"))))


async def test_the_first_invitation_makes_the_first_team() -> None:
    storage = MemoryStorage()
    invited = await _invite(storage, " Công  ty ")
    assert list(storage.rows.teams.values()) == [invited.team]
    assert invited.team.path == "Công ty"


@pytest.mark.parametrize("path", ["", "a/b", "…", "x" * 81])
async def test_a_first_team_has_one_plain_name(path: str) -> None:
    storage = MemoryStorage()
    with pytest.raises(InviteError, match="Import people"):
        await _invite(storage, path)
    assert storage.rows.teams == {}


async def test_an_invitation_for_nobody_is_refused() -> None:
    with pytest.raises(InviteError):
        await _invite(MemoryStorage(PutTeam(COMPANY)), uses=0)
