"""`laban people sync` as an admin runs it: a process of its own, its table, its exit code, and what is stored afterwards."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage import open_storage
from tests.e2e.wire import LABAN, START_LIMIT
from tests.platforms.dingtalk_company import Staff
from tests.platforms.dingtalk_server import DingTalkServer, dingtalk_server
from tests.platforms.dingtalk_wire import CLIENT_ID, CLIENT_SECRET
from tests.platforms.slack_server import SlackServer, WallClock, slack_server
from tests.platforms.slack_world import SIGNING_SECRET, Account

pytestmark = pytest.mark.timeout(180)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str


class Installation:
    """`laban` in a folder of its own. What is secret in `settings` is never said."""

    def __init__(self, folder: Path, secret: str, **settings: str) -> None:
        self._folder = folder
        self._secret = secret
        self._environment = {"PATH": os.environ.get("PATH", ""), "HOME": "/nonexistent", "LANG": "C.UTF-8", **settings}

    async def laban(self, *arguments: str) -> Ran:
        process = await asyncio.create_subprocess_exec(
            LABAN,
            *arguments,
            cwd=self._folder,
            env=self._environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = (text.decode() for text in await asyncio.wait_for(process.communicate(), START_LIMIT))
        assert "Traceback" not in out + err
        assert self._secret not in out + err
        assert process.returncode is not None
        return Ran(process.returncode, out, err)

    async def people(self) -> dict[str, bool]:
        """Everybody's name, and whether they are still here."""
        async with open_storage(f"sqlite:///{self._folder / 'var' / 'laban.db'}") as storage:
            return {person.name: person.is_active for person in await storage.reading.everybody()}


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with slack_server(WallClock()) as server:
        server.person("U0AN", "An [bold]Pham[/bold]", email="an@x.vn")
        server.person("U0MEI00", "Mei", "zh-CN", email="mei@x.vn")
        yield server
        assert server.complaints == []


@pytest.fixture
async def on_slack(slack: SlackServer, tmp_path: Path) -> Installation:
    token = slack.install().token
    settings = {
        "SLACK_BOT_TOKEN": token,
        "SLACK_SIGNING_SECRET": "0123456789abcdef0123456789abcdef",
        "SLACK_API_URL": f"{slack.url}/api/",
    }
    assert SIGNING_SECRET not in settings.values()
    installation = Installation(tmp_path, token, **settings)
    assert (await installation.laban("migrate")).code == 0
    return installation


async def test_a_workspace_is_looked_at_taken_in_and_unchanged_afterwards(on_slack: Installation) -> None:
    looked = await on_slack.laban("people", "sync", "slack", "--dry-run")
    assert looked.code == 0, looked.err
    assert "2 would be created, 0 would be changed, 0 would have left, 0 unchanged. Nothing was stored." in looked.out
    assert "+  Mei" in looked.out
    assert "An [bold]Pham[/bold]" in looked.out
    assert await on_slack.people() == {}
    ran = await on_slack.laban("people", "sync", "slack")
    assert "2 created, 0 changed, 0 left, 0 unchanged." in ran.out
    assert ran.err == ""
    assert set(await on_slack.people()) == {"An [bold]Pham[/bold]", "Mei"}
    again = await on_slack.laban("people", "sync", "slack")
    assert again.out == "0 created, 0 changed, 0 left, 2 unchanged.\n"


async def test_many_leavers_are_shown_and_need_a_yes(on_slack: Installation, slack: SlackServer) -> None:
    there = slack.workspace()
    for number in range(10):
        there.accounts[f"U{number}"] = Account(f"U{number}", f"Person {number}", f"p{number}@x.vn", team_id=there.id)
    await on_slack.laban("people", "sync", "slack")
    for number in range(9):
        del there.accounts[f"U{number}"]
    looked = await on_slack.laban("people", "sync", "slack", "--dry-run")
    assert (looked.code, looked.err) == (0, "")
    assert "only with --yes" in looked.out
    refused = await on_slack.laban("people", "sync", "slack")
    assert refused.code == 1
    assert "9 of 12 people would leave at once" in refused.err
    assert "--yes" in refused.err
    assert "-  Person 8" in refused.out
    assert all((await on_slack.people()).values())
    agreed = await on_slack.laban("people", "sync", "slack", "--yes")
    assert (agreed.code, agreed.err) == (0, "")
    assert list((await on_slack.people()).values()).count(False) == 9


async def test_an_admin_is_told_whom_a_sync_could_not_settle(on_slack: Installation, slack: SlackServer, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("name,email,team,slack_id\nBo,bo@x.vn,Company,U0MEI00\n", encoding="utf-8")
    assert (await on_slack.laban("people", "import", "people.csv")).code == 0
    ran = await on_slack.laban("people", "sync", "slack")
    assert ran.code == 0
    assert "!  Mei   U0MEI00   An import gave this id to Bo" in ran.out
    assert set(await on_slack.people()) == {"An [bold]Pham[/bold]", "Bo"}


async def test_newcomers_are_not_put_into_any_of_several_top_teams(on_slack: Installation, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("name,team\nBo,North\nCi,South\n", encoding="utf-8")
    await on_slack.laban("people", "import", "people.csv")
    refused = await on_slack.laban("people", "sync", "slack")
    assert (refused.code, refused.out) == (1, "")
    assert "North or South. Say which, for example --team North" in refused.err
    told = await on_slack.laban("people", "sync", "slack", "--team", "South")
    assert told.code == 0, told.err


async def test_a_token_slack_does_not_know_gets_a_sentence(slack: SlackServer, tmp_path: Path) -> None:
    token = "xoxb-999-nobody-knows-this-one"
    settings = {
        "SLACK_BOT_TOKEN": token,
        "SLACK_SIGNING_SECRET": "0123456789abcdef0123456789abcdef",
        "SLACK_API_URL": f"{slack.url}/api/",
    }
    installation = Installation(tmp_path, token, **settings)
    await installation.laban("migrate")
    ran = await installation.laban("people", "sync", "slack")
    assert ran.code == 1
    assert "invalid_auth" in ran.err
    assert "laban doctor" in ran.err


@pytest.mark.parametrize("source", ["slack", "dingtalk"])
async def test_a_platform_that_is_not_connected_gets_a_sentence(source: str, tmp_path: Path) -> None:
    installation = Installation(tmp_path, "no secret at all")
    await installation.laban("migrate")
    ran = await installation.laban("people", "sync", source)
    assert ran.code == 1
    assert f"docs/connect-{source}.md" in ran.err


async def test_only_platforms_with_a_directory_can_be_named(tmp_path: Path) -> None:
    assert (await Installation(tmp_path, "no secret at all").laban("people", "sync", "telegram")).code == 2


@pytest.fixture
async def dingtalk() -> AsyncIterator[DingTalkServer]:
    async with dingtalk_server() as server:
        server.company.founds(2, "市场部", leaders=("mei",))
        server.company.staff |= {"mei": Staff("mei", "林梅", [2], "总监"), "an": Staff("an", "范安", [2])}
        yield server
        assert server.complaints == []


@pytest.fixture
async def on_dingtalk(dingtalk: DingTalkServer, tmp_path: Path) -> Installation:
    settings = {
        "DINGTALK_CLIENT_ID": CLIENT_ID,
        "DINGTALK_CLIENT_SECRET": CLIENT_SECRET,
        "DINGTALK_API_URL": dingtalk.url,
        "DINGTALK_OAPI_URL": dingtalk.oapi_url,
    }
    installation = Installation(tmp_path, CLIENT_SECRET, **settings)
    assert (await installation.laban("migrate")).code == 0
    return installation


async def test_a_company_is_taken_in_with_its_departments(on_dingtalk: Installation, dingtalk: DingTalkServer) -> None:
    ran = await on_dingtalk.laban("people", "sync", "dingtalk")
    assert ran.code == 0, ran.err
    assert "+  拉班科技/市场部" in ran.out
    assert "title: 总监" in ran.out
    assert "2 created" in ran.out
    dingtalk.company.departments[2].name = "增长"
    dingtalk.company.staff["an"].manager = "ghost"
    looked = await on_dingtalk.laban("people", "sync", "dingtalk", "--dry-run")
    assert "拉班科技/市场部 → 拉班科技/增长" in looked.out
    assert set(await on_dingtalk.people()) == {"林梅", "范安"}


async def test_a_missing_permission_is_named_to_the_admin(on_dingtalk: Installation, dingtalk: DingTalkServer) -> None:
    dingtalk.granted.discard("qyapi_get_department_member")
    ran = await on_dingtalk.laban("people", "sync", "dingtalk")
    assert ran.code == 1
    assert "qyapi_get_department_member" in ran.err
    assert await on_dingtalk.people() == {}
