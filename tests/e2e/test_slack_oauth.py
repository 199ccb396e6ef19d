"""Many workspaces: letting Laban in, keeping apart what belongs to whom, taking it out again."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.chat.incoming import Place
from bot.okr.people import TeamId
from bot.ports import PutTeamPlace
from tests.e2e.slack_office import KEY, PUBLIC_URL, Office, slack_office
from tests.e2e.test_slack import knows
from tests.platforms import slack_person
from tests.platforms.slack_world import Workspace

INSTALL = "/slack/install"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with slack_office(tmp_path, by="oauth") as opened:
        yield opened


def address(office: Office) -> str:
    """Where our page for installing is behind its public address."""
    return office.server.courier.proxies[PUBLIC_URL] + INSTALL


async def installed(office: Office, team_id: str, name: str) -> tuple[Workspace, slack_person.Person]:
    """A workspace that has let us in, and its admin."""
    workspace = office.server.workspace(team_id, name)
    admin = office.server.person("U0ADMIN", "Admin", "en-US", workspace=workspace)
    number, page = await admin.installs(address(office))
    assert number == 200, page
    return workspace, admin


async def test_a_workspace_lets_us_in_and_its_people_talk_with_us(office: Office) -> None:
    await installed(office, "T0COMPASS", "Compass")
    an = await knows(office, "U0AN", "Phạm Bảo An")
    await an.says("mục tiêu mới")
    await an.sees("Quý này bạn muốn tạo ra thay đổi gì?")
    tests = len(office.server.of("auth.test"))
    for _ in range(5):
        await an.says("home")
    await office.rest()
    assert len(office.server.of("auth.test")) == tests, "who we are is not asked with every event"


async def test_nobodys_token_can_be_read_in_the_database(office: Office, tmp_path: Path) -> None:
    await installed(office, "T0COMPASS", "Compass")
    await office.end()
    tokens = [grant.token for grant in office.server.oauth.grants.values()]
    assert tokens
    for file in tmp_path.glob("laban.db*"):
        content = file.read_bytes()
        assert not any(token.encode() in content for token in tokens)
    with sqlite3.connect(tmp_path / "laban.db") as database:
        assert database.execute("SELECT count(*) FROM keyring").fetchone() == (1,)
    await office.start()


async def test_two_workspaces_with_the_same_ids_never_meet(office: Office) -> None:
    ours, _ = await installed(office, "T0COMPASS", "Compass")
    theirs, _ = await installed(office, "T0OTHER", "Other")
    an = await knows(office, "U0AN", "Phạm Bảo An")
    stranger = office.server.person("U0AN", "Another", "en-US", workspace=theirs)
    channel, twin = ours.channel("lantern"), theirs.channel("lantern")
    assert (an.id, channel.id) == (stranger.id, twin.id)
    await office.store(PutTeamPlace(TeamId("lantern"), Place("slack", ours.id, channel.id, is_private=False)))
    await an.says("mục tiêu mới")
    await an.sees("Quý này bạn muốn tạo ra thay đổi gì?")
    event = next(one.told for one in office.server.courier.deliveries if one.told["event"].get("user") == an.id)
    # The same words, under the same event's id, from the other workspace.
    await stranger.server.event(theirs, {**event["event"], "team": theirs.id}, "message.im", event_id=event["event_id"])
    await stranger.sees("mã mời")
    await stranger.says("@Laban status", channel=twin)
    await an.says("@Laban status", channel=channel)
    await office.server.until(lambda: channel.said)
    await office.rest()
    assert "▓" not in "".join(message.words for message in twin.said)
    assert [message.words for message in stranger.chat.said if "Quý này" in message.words] == []
    assert len(an.chat.said) == 1


async def test_one_workspace_never_slows_another(office: Office) -> None:
    ours, _ = await installed(office, "T0COMPASS", "Compass")
    theirs, _ = await installed(office, "T0OTHER", "Other")
    an = await knows(office, "U0AN", "Phạm Bảo An")
    mei = await knows(office, "U0MEI", "林梅", "zh", workspace="T0OTHER")
    office.server.flood(ours, seconds=600)
    await an.says("home")
    await office.server.until(lambda: office.server.of("chat.postMessage"))
    await mei.says("新目标")
    await mei.sees("这个季度")
    assert an.chat.said == []
    ours.flooded.clear()
    await office.pass_time(timedelta(minutes=11))
    await an.sees("Phạm Bảo An")
    assert theirs.flooded == {}


async def test_who_takes_us_out_hears_nothing_more_and_who_lets_us_in_again_goes_on(office: Office) -> None:
    workspace, admin = await installed(office, "T0COMPASS", "Compass")
    an = await knows(office, "U0AN", "Phạm Bảo An")
    await an.says("mục tiêu mới")
    await an.sees("Quý này bạn muốn tạo ra thay đổi gì?")
    await office.server.uninstall(workspace)
    assert await office.running.storage.keyring.tenants("slack") == ()
    calls = len(office.server.calls)
    await office.server.courier.deliver("events_api", office.server.courier.deliveries[2].told, office.server.app.events_url)
    await office.rest()
    assert len(office.server.calls) == calls
    number, _ = await admin.installs(address(office))
    assert number == 200
    await an.says("Khách hàng yêu dịch vụ của chúng ta")
    await an.sees("Vì sao điều đó quan trọng?")


async def test_a_refusal_and_a_state_that_is_not_ours_let_nobody_in(office: Office) -> None:
    workspace = office.server.workspace()
    admin = office.server.person("U0ADMIN", "Admin", workspace=workspace)
    number, _ = await admin.installs(address(office), agrees=False)
    assert number == 200
    assert await office.running.storage.keyring.tenants("slack") == ()
    asked = {"client_id": office.server.app.client_id, "scope": "chat:write", "state": "made-up"}
    back = office.server.oauth.agree(asked | {"redirect_uri": f"{PUBLIC_URL}/slack/oauth_redirect"}, workspace, admin.id)
    behind = back.replace(PUBLIC_URL, office.server.courier.proxies[PUBLIC_URL], 1)
    async with office.running.slack.client.session.get(behind, headers={"Cookie": "slack-app-oauth-state=made-up"}) as page:
        assert page.status in (400, 401)
    assert await office.running.storage.keyring.tenants("slack") == ()


async def test_tokens_that_expire_are_renewed_in_time_and_once(office: Office) -> None:
    office.server.app.is_rotating = True
    await installed(office, "T0COMPASS", "Compass")
    an = await knows(office, "U0AN", "Phạm Bảo An")
    await office.pass_time(timedelta(hours=11))
    exchanges = len(office.server.of("oauth.v2.access"))
    await asyncio.gather(*(an.says(f"home {number}") for number in range(8)))
    await office.server.until(lambda: an.chat.said)
    await office.rest()
    assert len(office.server.of("oauth.v2.access")) == exchanges + 1
    await office.pass_time(timedelta(hours=2))
    said = len(an.chat.said)
    await office.restart()
    await an.says("mục tiêu mới")
    await office.server.until(lambda: len(an.chat.said) > said)


async def test_a_new_secret_key_opens_what_the_old_one_has_sealed(office: Office) -> None:
    await installed(office, "T0COMPASS", "Compass")
    an = await knows(office, "U0AN", "Phạm Bảo An")
    new = "another key, another key, another key, another"
    office.app = replace(office.app, keys=(new, KEY))
    await office.restart()
    await an.says("mục tiêu mới")
    await an.sees("Quý này bạn muốn tạo ra thay đổi gì?")
    office.app = replace(office.app, keys=(new,))
    await office.restart()
    said = len(an.chat.said)
    await an.says("home")
    await office.rest()
    assert len(an.chat.said) == said, "without its key a token is not there"
    office.app = replace(office.app, keys=(new, KEY))
    await office.restart()
    # Slack brings what was not taken once more.
    await an.says("home")
    await office.server.until(lambda: len(an.chat.said) > said)


async def test_an_organisation_lets_us_in_at_once_for_all_its_workspaces(office: Office) -> None:
    first = office.server.workspace("T0ONE", "One", enterprise_id="E0GROUP")
    second = office.server.workspace("T0TWO", "Two", enterprise_id="E0GROUP")
    admin = office.server.person("U0ADMIN", "Admin", workspace=first)
    number, _ = await admin.installs(address(office), is_org_wide=True)
    assert number == 200
    assert await office.running.storage.keyring.tenants("slack") == ("E0GROUP",)
    an = office.server.person("U0AN", "An", "vi-VN", workspace=second)
    await an.says("xin chào")
    await an.sees("mã mời")
