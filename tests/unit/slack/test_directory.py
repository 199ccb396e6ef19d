"""What an account in a workspace is to us, and reading all of them whatever Slack has to say in between."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from adapters.directories import ATTEMPTS, DirectoryError
from adapters.slack.client import ApiError, SlackClient
from adapters.slack.directory import MOST, Standing, entry_of, read_workspace, standing_of
from adapters.slack.installations import Installation
from bot.ports import SendLaterError
from tests.hands import Hands
from tests.platforms.slack_server import slack_server

OURS = Installation("T1", "T1", "", "Lantern", token="xoxb-1")
SCOPES = ("chat:write", "users:read", "users:read.email")


def user(user_id: str = "U0AN", **more: Any) -> dict[str, Any]:
    """Somebody as users.list shows them."""
    profile = {"email": f"{user_id.lower()}@x.vn", "real_name": "Phạm Bảo An", "display_name": "An", "title": "Marketing"}
    told = {"id": user_id, "team_id": "T1", "name": "an", "deleted": False, "real_name": "Phạm Bảo An", "profile": profile}
    return {**told, "tz": "Asia/Ho_Chi_Minh", "locale": "vi-VN", "is_bot": False, "is_email_confirmed": True, **more}


@dataclass
class Scripted:
    """A Slack that answers users.list page by page; an exception among the pages is raised once."""

    pages: list[Any]
    scopes_held: tuple[str, ...] = SCOPES
    calls: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    async def call(self, token: str, method: str, **given: Any) -> Mapping[str, Any]:
        self.calls.append((method, given))
        answer = self.pages.pop(0)
        if isinstance(answer, Exception):
            raise answer
        found: Mapping[str, Any] = answer
        return found

    async def scopes(self, token: str) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        return {"team": "Lantern", "team_id": "T1"}, self.scopes_held


class Naps:
    """Turns the clock instead of sleeping, and remembers for how long."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self.seconds: list[float] = []

    async def nap(self, _event: asyncio.Event, seconds: float) -> None:
        self.seconds.append(seconds)
        self._hands.turn(timedelta(seconds=seconds))


def page(*users: Mapping[str, Any], following: str = "", items: str = "members") -> dict[str, Any]:
    return {"ok": True, items: list(users), "response_metadata": {"next_cursor": following}}


# --- one account ---


@pytest.mark.parametrize(
    ("more", "standing"),
    [
        ({}, Standing.STAFF),
        ({"id": "USLACKBOT"}, Standing.ASIDE),
        ({"is_bot": True}, Standing.ASIDE),
        ({"is_workflow_bot": True}, Standing.ASIDE),
        ({"is_stranger": True}, Standing.ASIDE),
        ({"team_id": "T9"}, Standing.ASIDE),
        ({"team_id": "T9", "deleted": True}, Standing.ASIDE),
        ({"team_id": "T9", "enterprise_user": {"id": "U0AN", "enterprise_id": "E1", "teams": ["T9", "T1"]}}, Standing.STAFF),
        ({"is_restricted": True}, Standing.ASIDE),
        ({"is_ultra_restricted": True}, Standing.ASIDE),
        ({"is_invited_user": True}, Standing.ASIDE),
        ({"is_email_confirmed": False}, Standing.ASIDE),
        ({"deleted": True}, Standing.GONE),
        ({"deleted": True, "is_bot": True}, Standing.ASIDE),
        ({"is_app_user": True, "is_admin": True, "is_owner": True}, Standing.STAFF),
    ],
)
def test_bots_guests_strangers_and_open_invitations_are_none_of_ours(more: Mapping[str, Any], standing: Standing) -> None:
    assert standing_of(user(**more), OURS) is standing


@pytest.mark.parametrize("odd", [{}, {"id": 7}, {"id": ""}, {"id": None, "deleted": True}])
def test_what_is_no_account_means_nothing(odd: Mapping[str, Any]) -> None:
    assert standing_of(odd, OURS) is None


def test_an_entry_has_name_address_title_language_and_zone() -> None:
    entry = entry_of(user())
    assert (entry.user_id, entry.name, entry.email) == ("U0AN", "Phạm Bảo An", "u0an@x.vn")
    assert (entry.title, entry.locale, entry.timezone) == ("Marketing", "vi-VN", "Asia/Ho_Chi_Minh")
    assert entry.enterprise_id == ""


def test_an_entry_of_odd_values_is_an_entry_all_the_same() -> None:
    entry = entry_of({"id": "U1", "profile": ["?"], "real_name": " ", "name": "an", "tz": 7, "enterprise_user": "E1"})
    assert (entry.name, entry.email, entry.timezone) == ("an", "", "")


def test_the_enterprise_is_carried_where_the_id_is_its_own() -> None:
    assert entry_of(user(enterprise_user={"id": "U0AN", "enterprise_id": "E1"})).enterprise_id == "E1"
    assert entry_of(user(enterprise_user={"id": "W123", "enterprise_id": "E1"})).enterprise_id == ""


# --- all of them ---


async def test_all_pages_are_read_and_counted() -> None:
    slack = Scripted([page(user("U1"), user("U2", deleted=True), following="b"), page(user("U3", is_bot=True), {"id": 7})])
    told: list[tuple[int, int | None]] = []
    directory = await read_workspace(slack, OURS, Hands(), tell=lambda *both: told.append(both))
    assert [entry.user_id for entry in directory.entries] == ["U1"]
    assert (directory.gone, directory.aside, directory.name) == (frozenset({"U2"}), frozenset({"U3"}), "Lantern")
    assert directory.is_whole
    assert told == [(2, None), (3, None)]
    assert [given["cursor"] for _, given in slack.calls] == [None, "b"]
    assert all(given["include_locale"] == "true" and given["limit"] == 200 for _, given in slack.calls)


async def test_a_large_workspace_is_read_within_the_tier() -> None:
    hands = Hands()
    naps = Naps(hands)
    pages: list[Any] = [page(user(f"U{n}"), following=f"c{n}" if n < MOST + 1 else "") for n in range(MOST + 2)]
    directory = await read_workspace(Scripted(pages), OURS, hands, sleep=naps.nap)
    assert len(directory.entries) == MOST + 2
    assert naps.seconds == [61.0]


async def test_slack_may_ask_to_wait_and_the_same_page_is_asked_for_again() -> None:
    hands = Hands()
    naps = Naps(hands)
    waits = [SendLaterError(timedelta(seconds=30)), SendLaterError(timedelta(seconds=5))]
    slack = Scripted([page(user("U1"), following="b"), *waits, page(user("U2"))])
    directory = await read_workspace(slack, OURS, hands, sleep=naps.nap)
    assert len(directory.entries) == 2
    assert naps.seconds == [30.0, 5.0]
    assert [given["cursor"] for _, given in slack.calls] == [None, "b", "b", "b"]


BROKEN: Sequence[tuple[list[Any], str]] = [
    ([page(user("U1"), following="b"), ApiError("users.list", "internal_error")], "internal_error"),
    ([page(user("U1"), following="b"), ApiError("users.list", "", status=502)], "502"),
    ([page(user("U1"), following="b"), OSError()], "cannot be reached"),
    ([page(user("U1"), following="b"), page(user("U2"), following="b"), page(following="b")], "circle"),
    ([{"ok": True}], "no sense"),
    ([SendLaterError(timedelta(hours=1))], "60 minutes"),
    ([SendLaterError(timedelta(seconds=20))] * ATTEMPTS, "Try again later"),
    ([ApiError("users.list", "missing_scope", needed="users:read")], "users:read"),
    ([ApiError("users.list", "token_revoked")], "token"),
]


@pytest.mark.parametrize(("pages", "said"), BROKEN)
async def test_half_a_directory_is_none(pages: list[Any], said: str) -> None:
    hands = Hands()
    with pytest.raises(DirectoryError, match=said):
        await read_workspace(Scripted(list(pages)), OURS, hands, sleep=Naps(hands).nap)


@pytest.mark.parametrize("held", [("users:read",), ("users:read.email",), ()])
async def test_without_addresses_nobody_is_read(held: tuple[str, ...]) -> None:
    slack = Scripted([page(user())], held)
    with pytest.raises(DirectoryError, match="Reinstall to Workspace"):
        await read_workspace(slack, OURS, Hands())
    assert not slack.calls


async def test_an_organisation_is_read_workspace_by_workspace() -> None:
    org = Installation("E1", "", "E1", "Group", token="xoxb-1")
    ours = {"enterprise_user": {"id": "U1", "enterprise_id": "E1"}}
    teams = page({"id": "T1"}, {"id": "T2"}, items="teams")
    slack = Scripted(
        [
            teams,
            page(user("U1", is_restricted=True, **ours), user("U2", deleted=True, **ours), user("U9", team_id="T77")),
            page(user("U1", team_id="T2", **ours), user("U2", deleted=True, **ours)),
        ]
    )
    directory = await read_workspace(slack, org, Hands())
    assert directory.tenant == "E1"
    assert [entry.user_id for entry in directory.entries] == ["U1"]
    assert (directory.gone, directory.aside) == (frozenset({"U2"}), frozenset({"U9"}))
    assert [(method, given["team_id"]) for method, given in slack.calls] == [
        ("auth.teams.list", None),
        ("users.list", "T1"),
        ("users.list", "T2"),
    ]


async def test_an_organisation_is_read_whole_over_the_wire_however_small_slacks_pages_are() -> None:
    hands = Hands()
    async with slack_server(hands) as server:
        server.page_size = 1
        here, there = (server.workspace(name, name, enterprise_id="E0GROUP") for name in ("T0ONE", "T0TWO"))
        server.person("U0AN", "An", "vi-VN", workspace=here, email="an@x.vn")
        server.person("U0MEI", "Mei", "zh-CN", workspace=there, email="mei@x.vn")
        grant = server.install(here, is_org_wide=True)
        client = SlackClient(f"{server.url}/api/", hands)
        try:
            org = Installation("E0GROUP", "", "E0GROUP", "Group", token=grant.token)
            directory = await read_workspace(client, org, hands, sleep=Naps(hands).nap)
        finally:
            await client.close()
        assert sorted((entry.user_id, entry.enterprise_id) for entry in directory.entries) == [
            ("U0AN", "E0GROUP"),
            ("U0MEI", "E0GROUP"),
        ]
        assert server.complaints == []
