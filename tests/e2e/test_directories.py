"""Directories over real HTTP: what Slack's and DingTalk's show ends up as people and teams, and stays fresh while Laban runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.dingtalk.client import DingTalkClient
from adapters.dingtalk.directory import read_company
from adapters.directories import DirectoryError
from adapters.ids import RandomIds
from adapters.sealing import Sealer
from adapters.slack.client import SlackClient
from adapters.slack.directory import read_workspaces
from adapters.slack.installations import Installation, ManyWorkspaces
from adapters.slack.wiring import PURPOSE, App
from bot.actions.staff import Fate
from bot.actions.sync_people import sync_people
from bot.actions.sync_plan import SyncPlan
from bot.okr.directory import Directory
from bot.okr.people import Person, Role
from bot.ports import Deps
from storage import Storage, open_storage
from tests.contract.dingtalk import WHO
from tests.e2e.dingtalk_office import Office, dingtalk_office
from tests.hands import Hands
from tests.platforms.dingtalk_company import Staff
from tests.platforms.dingtalk_server import DingTalkServer, dingtalk_server
from tests.platforms.dingtalk_wire import refused_legacy
from tests.platforms.slack_server import SlackServer, slack_server
from tests.platforms.slack_world import CLIENT_ID, CLIENT_SECRET, SCOPES, Account

KEY = "only for tests, only for tests, only for tests"


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    opened = open_storage(f"sqlite:///{tmp_path / 'laban.db'}")
    await opened.migrate()
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def deps(storage: Storage, hands: Hands) -> Deps:
    return Deps(storage.reading, storage.work, hands, RandomIds())


class Waiting:
    """Turns the clock instead of sleeping."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self.seconds: list[float] = []

    async def nap(self, _event: asyncio.Event, seconds: float) -> None:
        self.seconds.append(seconds)
        self._hands.turn(timedelta(seconds=seconds))
        await asyncio.sleep(0)


async def everybody(deps: Deps) -> dict[str, Person]:
    return {person.name: person for person in await deps.reading.everybody()}


async def synced(directory: Directory | DirectoryError, deps: Deps) -> SyncPlan:
    """What a sync has done; a second one does nothing."""
    assert isinstance(directory, Directory), directory
    plan = await sync_people(directory, deps, is_agreed=True)
    assert isinstance(plan, SyncPlan), plan
    again = await sync_people(directory, deps)
    assert isinstance(again, SyncPlan)
    assert again.changes == ()
    return plan


# --- Slack ---


@pytest.fixture
async def slack(hands: Hands) -> AsyncIterator[SlackServer]:
    async with slack_server(hands) as server:
        server.person("U0AN", "An")
        server.person("U0MEI", "Mei", "zh-CN")
        there = server.workspace()
        there.accounts["U0GUEST"] = Account("U0GUEST", "Guest", "guest@x.vn", is_restricted=True, team_id=there.id)
        there.accounts["U0STRANGER"] = Account("U0STRANGER", "Stranger", "stranger@y.vn", team_id="T0ELSEWHERE")
        there.accounts["U0OLD"] = Account("U0OLD", "Old", "old@compass.example", is_deleted=True, team_id=there.id)
        yield server
        assert server.complaints == []


async def read_slack(
    server: SlackServer, hands: Hands, storage: Storage, app: App | None = None
) -> list[Directory | DirectoryError]:
    client = SlackClient(f"{server.url}/api/", hands)
    app = app or App(client.api_url, server.install().token)
    try:
        waiting = Waiting(hands)
        return [one async for one in read_workspaces(app, client, storage.keyring, hands, sleep=waiting.nap)]
    finally:
        await client.close()


async def test_a_workspace_comes_in_and_who_is_deactivated_there_leaves(
    slack: SlackServer, hands: Hands, storage: Storage, deps: Deps
) -> None:
    (directory,) = await read_slack(slack, hands, storage)
    plan = await synced(directory, deps)
    assert plan.count(Fate.CREATED) == 2
    people = await everybody(deps)
    assert set(people) == {"An", "Mei"}
    assert (people["An"].email, people["An"].locale, people["An"].timezone) == ("an@compass.example", "vi", "Asia/Ho_Chi_Minh")
    assert [team.path for team in await deps.reading.teams()] == ["Compass"]

    slack.workspace().accounts["U0AN"].is_deleted = True
    slack.workspace().accounts["U0MEI"].name = "Mei Lin"
    (directory,) = await read_slack(slack, hands, storage)
    plan = await synced(directory, deps)
    assert (plan.count(Fate.LEFT), plan.count(Fate.CHANGED)) == (1, 1)
    people = await everybody(deps)
    assert (people["An"].is_active, people["Mei Lin"].is_active) == (False, True)


async def test_a_workspace_of_thousands_is_read_within_its_tier(slack: SlackServer, hands: Hands, storage: Storage) -> None:
    slack.holds_to_tiers = True
    there = slack.workspace()
    for number in range(5000):
        there.accounts[f"U{number}"] = Account(f"U{number}", f"Person {number}", f"p{number}@compass.example", team_id=there.id)
    (directory,) = await read_slack(slack, hands, storage)
    assert isinstance(directory, Directory)
    assert len(directory.entries) == 5002
    # One refusal costs a pause; reading on without one would have cost several.
    assert len(slack.of("users.list")) == 26


async def test_a_flooded_workspace_is_read_when_slack_says_so(slack: SlackServer, hands: Hands, storage: Storage) -> None:
    slack.flood(slack.workspace(), "users.list", 30)
    (directory,) = await read_slack(slack, hands, storage)
    assert isinstance(directory, Directory)
    assert len(directory.entries) == 2


@pytest.mark.parametrize("missing", ["users:read", "users:read.email"])
async def test_a_missing_scope_is_named_and_nothing_is_read(
    missing: str, slack: SlackServer, hands: Hands, storage: Storage
) -> None:
    token = slack.install(scopes=tuple(scope for scope in SCOPES if scope != missing)).token
    (refused,) = await read_slack(slack, hands, storage, App(f"{slack.url}/api/", token))
    assert isinstance(refused, DirectoryError)
    assert missing in str(refused)
    assert not slack.of("users.list")


async def test_many_workspaces_are_read_and_one_that_took_us_out_holds_up_no_other(
    slack: SlackServer, hands: Hands, storage: Storage, deps: Deps
) -> None:
    lantern = slack.workspace("T0LANTERN", "Lantern")
    # The same id as in the first workspace: somebody else.
    slack.person("U0AN", "Anna", workspace=lantern, email="anna@lantern.example")
    # The same person as in the first workspace, by their address.
    slack.person("U0M", "Mei", workspace=lantern, email="MEI@compass.example")
    gone = slack.workspace("T0GONE", "Gone")
    api_url = f"{slack.url}/api/"
    app = App(api_url, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, keys=(KEY,), public_url="https://laban.example")
    client = SlackClient(api_url, hands)
    many = ManyWorkspaces(storage.keyring, Sealer(app.keys, PURPOSE), client, hands, CLIENT_ID, CLIENT_SECRET)
    for there in (slack.workspace(), lantern, gone):
        await many.put(Installation(there.id, there.id, team_name=there.name, token=slack.install(there).token))
    await client.close()
    for grant in slack.oauth.grants.values():
        grant.is_revoked = grant.team_id == gone.id

    found = await read_slack(slack, hands, storage, app)
    refused = [str(one) for one in found if isinstance(one, DirectoryError)]
    assert len(refused) == 1
    assert "Gone" in refused[0]
    for directory in found:
        if isinstance(directory, Directory):
            assert isinstance(await sync_people(directory, deps, team="Group"), SyncPlan)
            hands.turn(timedelta(minutes=1))
    people = await everybody(deps)
    assert set(people) == {"An", "Anna", "Mei"}
    mei = await deps.reading.accounts_of(people["Mei"].id)
    assert {(one.tenant, one.user_id) for one in mei} == {("T0COMPASS", "U0MEI"), ("T0LANTERN", "U0M")}


async def test_without_an_installation_there_is_nothing_to_read(slack: SlackServer, hands: Hands, storage: Storage) -> None:
    app = App(
        f"{slack.url}/api/", client_id=CLIENT_ID, client_secret=CLIENT_SECRET, keys=(KEY,), public_url="https://laban.example"
    )
    with pytest.raises(DirectoryError, match=r"https://laban.example/slack/install"):
        await read_slack(slack, hands, storage, app)


# --- DingTalk ---


def found_company(server: DingTalkServer) -> None:
    """Two departments, one below the other, and four people."""
    company = server.company
    company.founds(2, "市场部", leaders=("mei",))
    company.founds(3, "门店", 2, leaders=("jie",))
    company.staff |= {
        "chen": Staff("chen", "陈总", title="总经理"),
        "mei": Staff("mei", "林梅", [2], "总监", "chen", "mei@x.vn"),
        "jie": Staff("jie", "陈杰", [3]),
        "an": Staff("an", "范安", [3], email="an@x.vn"),
    }


@pytest.fixture
async def dingtalk(hands: Hands) -> AsyncIterator[DingTalkServer]:
    async with dingtalk_server(hands) as server:
        found_company(server)
        yield server
        assert server.complaints == []


async def read_dingtalk(server: DingTalkServer, hands: Hands) -> Directory:
    waiting = Waiting(hands)
    client = DingTalkClient(WHO, server.url, server.oapi_url, hands, waiting.nap)
    try:
        return await read_company(client, sleep=waiting.nap)
    finally:
        await client.close()


async def test_a_company_comes_in_with_its_tree_its_managers_and_titles(
    dingtalk: DingTalkServer, hands: Hands, deps: Deps, storage: Storage
) -> None:
    plan = await synced(await read_dingtalk(dingtalk, hands), deps)
    assert plan.count(Fate.CREATED) == 4
    people = await everybody(deps)
    names = {person.id: person.name for person in people.values()}
    assert {name: names.get(person.manager_id or person.id) for name, person in people.items()} == {
        "陈总": "陈总",
        "林梅": "陈总",
        "陈杰": "林梅",
        "范安": "陈杰",
    }
    teams = await deps.reading.teams()
    assert [(team.path, names.get(team.lead_id) if team.lead_id else None) for team in teams] == [
        ("拉班科技", "陈总"),
        ("拉班科技/市场部", "林梅"),
        ("拉班科技/市场部/门店", "陈杰"),
    ]
    assert (people["林梅"].role, people["范安"].role) == (Role.MANAGER, Role.MEMBER)
    titles = {one.user_id: one.said.title for one in await storage.reading.listings()}
    assert (titles["chen"], titles["mei"]) == ("总经理", "总监")


async def test_a_company_of_thousands_is_stored_in_postgresql_in_one_turn(
    fresh_postgres_url: str, dingtalk: DingTalkServer, hands: Hands
) -> None:
    dingtalk.company.staff |= {f"s{n}": Staff(f"s{n}", f"Staff {n}", [2 + n % 2], manager="mei") for n in range(2000)}
    directory = await read_dingtalk(dingtalk, hands)
    opened = open_storage(fresh_postgres_url)
    await opened.migrate()
    async with opened as storage:
        plan = await synced(directory, Deps(storage.reading, storage.work, hands, RandomIds()))
    assert plan.count(Fate.CREATED) == 2004


async def test_a_thousand_people_are_read_at_the_pace_dingtalk_takes(dingtalk: DingTalkServer, hands: Hands) -> None:
    dingtalk.per_second = 20
    dingtalk.company.staff |= {f"s{n}": Staff(f"s{n}", f"Staff {n}", [2]) for n in range(1000)}
    directory = await read_dingtalk(dingtalk, hands)
    assert len(directory.entries) == 1004
    # Every call was answered: none had to be made twice.
    assert len(dingtalk.of("/topapi/v2/user/get")) == 1004


async def test_an_address_book_that_breaks_off_changes_nothing(dingtalk: DingTalkServer, hands: Hands, deps: Deps) -> None:
    await synced(await read_dingtalk(dingtalk, hands), deps)
    before = await everybody(deps)
    dingtalk.faults.append(("/topapi/v2/user/list", refused_legacy(400002, "参数错误")))
    with pytest.raises(DirectoryError):
        await read_dingtalk(dingtalk, hands)
    assert await everybody(deps) == before


@pytest.mark.parametrize("scope", ["qyapi_get_department_list", "qyapi_get_department_member", "qyapi_get_member"])
async def test_a_missing_permission_is_named(scope: str, dingtalk: DingTalkServer, hands: Hands) -> None:
    dingtalk.granted.discard(scope)
    with pytest.raises(DirectoryError, match=scope):
        await read_dingtalk(dingtalk, hands)


async def test_somebody_on_both_platforms_is_one_person(
    slack: SlackServer, dingtalk: DingTalkServer, hands: Hands, storage: Storage, deps: Deps
) -> None:
    slack.workspace().accounts["U0AN"].email = "an@x.vn"
    (directory,) = await read_slack(slack, hands, storage)
    await synced(directory, deps)
    hands.turn(timedelta(days=1))
    company = await read_dingtalk(dingtalk, hands)
    plan = await sync_people(company, deps)
    assert isinstance(plan, SyncPlan)
    an = (await everybody(deps))["An"]
    assert {(one.platform, one.user_id) for one in await deps.reading.accounts_of(an.id)} == {
        ("slack", "U0AN"),
        ("dingtalk", "an"),
    }
    # Slack, which knew them first, goes on describing them.
    assert "范安" not in await everybody(deps)


# --- DingTalk, while Laban runs ---


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with dingtalk_office(tmp_path) as opened:
        found_company(opened.server)
        # What happened before anybody synced is told, too, and nobody comes in for it.
        await told(opened)
        yield opened


async def told(office: Office) -> None:
    """Until every event so far has been dealt with."""
    gateway = office.server.gateway
    await office.server.until(lambda: all(push.is_done for push in gateway.pushes if push.type == "EVENT"))


async def sync(office: Office) -> None:
    hands = office.hands
    await synced(await read_dingtalk(office.server, hands), office.deps)


async def test_before_the_first_sync_nobody_comes_in_by_an_event(office: Office) -> None:
    office.server.company.hires(Staff("new", "新人", [2]))
    await told(office)
    assert await everybody(office.deps) == {}


async def test_who_is_hired_changes_and_leaves_is_followed(office: Office) -> None:
    await sync(office)
    company = office.server.company
    company.hires(Staff("new", "新人", [3], title="店员"))
    await told(office)
    people = await everybody(office.deps)
    assert people["新人"].manager_id == people["陈杰"].id
    company.changes("new", name="新同事", departments=[2], manager="chen")
    await told(office)
    people = await everybody(office.deps)
    assert people["新同事"].manager_id == people["陈总"].id
    assert people["新同事"].team_id == people["林梅"].team_id
    company.loses("new")
    await told(office)
    people = await everybody(office.deps)
    assert not people["新同事"].is_active
    assert all(person.is_active for name, person in people.items() if name != "新同事")


async def test_departments_that_are_founded_renamed_and_led_by_somebody_else_are_followed(office: Office) -> None:
    await sync(office)
    company = office.server.company
    company.founds(4, "线上", 2)
    company.reorganises(3, name="旗舰店", leaders=["an"])
    await told(office)
    teams = {team.path: team for team in await office.deps.reading.teams()}
    people = await everybody(office.deps)
    assert "拉班科技/市场部/线上" in teams
    assert teams["拉班科技/市场部/旗舰店"].lead_id == people["范安"].id
    company.dissolves(4)
    await told(office)
    assert len(await office.deps.reading.teams()) == 4


async def test_a_hundred_events_at_once_are_a_few_reads(office: Office) -> None:
    await sync(office)
    asked = len(office.server.of("/topapi/v2/department/get"))
    for number in range(100):
        office.server.company.hires(Staff(f"n{number}", f"New {number}", [3]))
    await told(office)
    assert len(await everybody(office.deps)) == 104
    assert len(office.server.of("/topapi/v2/department/get")) - asked < 30


async def test_an_event_that_could_not_be_dealt_with_comes_again(office: Office) -> None:
    await sync(office)
    office.server.faults.append(("/topapi/v2/user/get", refused_legacy(400002, "参数错误")))
    office.server.company.hires(Staff("new", "新人", [3]))
    gateway = office.server.gateway
    await office.server.until(lambda: gateway.pushes[-1].acks)
    assert "新人" not in await everybody(office.deps)
    assert "LATER" in str(gateway.pushes[-1].acks[-1])
    office.hands.turn(timedelta(seconds=61))
    await told(office)
    assert "新人" in await everybody(office.deps)
