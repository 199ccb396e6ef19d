"""What is connected, what an admin is told about it, and the manifest that sets an app up."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from adapters.slack.acquaint import Acquaintances
from adapters.slack.client import SlackClient
from adapters.slack.examine import Diagnosis, examine
from adapters.slack.installations import OneWorkspace
from adapters.slack.manifest import EVENTS, SCOPES, manifest, ways_of
from adapters.slack.wiring import App, Slack, connect
from bot.chat.incoming import Arrived, Incoming, Place, Sender
from bot.okr.people import Account, PersonId
from bot.ports import Deps, PutAccount
from tests.architecture.source import ROOT
from tests.fakes import MemoryStorage
from tests.hands import Hands, Sleeper
from tests.platforms.slack_methods import RefusedError
from tests.platforms.slack_server import SlackServer, slack_server
from tests.platforms.slack_world import APP_TOKEN, SIGNING_SECRET
from tests.unit.actions.office import NOW, Dice, office
from tests.unit.slack.reception import Inbox, greeting

TEAM = "T0COMPASS"
PUBLIC = "https://laban.example"


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with slack_server() as opened:
        opened.app.set_up(manifest(ways_of(PUBLIC)[0]))
        yield opened


def app_at(server: SlackServer, **more: object) -> App:
    """The app of a workspace, by HTTP."""
    app = App(f"{server.url}/api/", server.install().token, (SIGNING_SECRET,), public_url=PUBLIC)
    return replace(app, **more)  # type: ignore[arg-type] # of the test's choice


class Nothing:
    """Implements `bot.ports.Keyring` and `bot.ports.Tickets`, and keeps nothing."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"nobody needs {name} here")


def connected(app: App, hands: Hands, sleeper: Sleeper | None = None) -> Slack:
    """Connected, not yet running."""

    async def nothing(_: object) -> None:
        return None

    async def no_problems(_: object) -> dict[str, str]:
        return {}

    return connect(
        app,
        Inbox().accept,
        hands,
        page=greeting,
        open_form=nothing,
        find_problems=no_problems,
        keyring=Nothing(),  # type: ignore[arg-type] # see there
        tickets=Nothing(),  # type: ignore[arg-type] # see there
        draw=lambda: 0.5,
        nap=(sleeper or Sleeper(hands)).nap,
    )


# --- what is connected ---


async def test_a_token_alone_comes_by_http_and_an_app_token_by_sockets(server: SlackServer) -> None:
    for app, paths, sockets in (
        (app_at(server), ["/slack/events"], 0),
        (app_at(server, app_token=APP_TOKEN), [], 2),
        (
            app_at(server, bot_token="", client_id="1.2", client_secret="x", keys=("k" * 40,)),
            ["/slack/events", "/slack/install", "/slack/oauth_redirect"],
            0,
        ),
    ):
        routes = web.Application()
        slack = connected(app, Hands())
        slack.add_routes(routes)
        assert sorted({route.resource.canonical for route in routes.router.routes() if route.resource}) == paths
        assert len(slack.sockets) == sockets
        await slack.close()


@pytest.mark.parametrize("error", ["invalid_auth", "internal_error"])
async def test_until_slack_says_who_we_are_it_is_asked_again(
    server: SlackServer, error: str, caplog: pytest.LogCaptureFixture
) -> None:
    hands = Hands()
    sleeper = Sleeper(hands)
    app = app_at(server)
    server.faults += [("auth.test", RefusedError(error))] * 2
    slack = connected(app, hands, sleeper)
    running = asyncio.create_task(slack.run())
    for _ in range(2):
        await hands.until(lambda: sleeper.is_asleep)
        hands.turn(timedelta(minutes=2))
    await server.until(lambda: len(server.of("auth.test")) == 3)
    assert isinstance(slack.installations, OneWorkspace)
    # Asked once more by us, which makes no call: whoever has been told stays told.
    assert (await slack.installations.introduce()).tenant == TEAM
    await slack.stop()
    await running
    await slack.close()
    assert app.bot_token not in caplog.text


def test_who_has_no_app_does_not_wait_for_its_libraries() -> None:
    look = "import sys, adapters.cli, adapters.commands, adapters.doctor, adapters.server, adapters.preview; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", look], check=True, capture_output=True, text=True, cwd=ROOT).stdout.split()
    assert not {"slack_sdk", "slack_bolt"} & set(loaded)


# --- the manifest ---


@pytest.mark.parametrize("url", ["", "https://laban.example/slack/events"])
def test_the_manifest_is_taken_and_asks_for_what_we_use(url: str) -> None:
    made = manifest(url, redirect_url="https://laban.example/slack/oauth_redirect" if url else "")
    assert json.loads(json.dumps(made)) == made
    assert made["oauth_config"]["scopes"]["bot"] == list(SCOPES)
    assert made["settings"]["event_subscriptions"]["bot_events"] == list(EVENTS)
    assert made["settings"]["socket_mode_enabled"] is not bool(url)
    assert made["settings"]["org_deploy_enabled"] is bool(url)
    addresses = [made["settings"]["event_subscriptions"].get("request_url"), made["settings"]["interactivity"].get("request_url")]
    assert addresses == ([url, url] if url else [None, None])
    assert len(made["features"]["slash_commands"][0]["description"]) <= 100
    assert len(made["display_information"]["description"]) <= 140


# --- what an admin is told ---


async def told(app: App, workspaces: int = 0) -> list[Diagnosis]:
    return list(await examine(app, workspaces))


async def test_when_all_is_well_it_says_whose_bot_this_is(server: SlackServer) -> None:
    found = await told(app_at(server))
    assert [one.is_wrong for one in found] == [False] * len(found)
    assert "Compass" in found[0].found
    assert "all 9 scopes" in found[1].found
    assert "https://laban.example/slack/events" in found[2].found


@pytest.mark.parametrize("missing", sorted(SCOPES))
async def test_it_says_exactly_which_scope_is_missing_and_what_for(server: SlackServer, missing: str) -> None:
    token = server.install(scopes=tuple(scope for scope in SCOPES if scope != missing)).token
    wrong = [one for one in await told(app_at(server, bot_token=token)) if one.is_wrong]
    assert len(wrong) == 1
    assert f"the scope {missing} is missing" in wrong[0].found
    assert SCOPES[missing] in wrong[0].found
    assert "Reinstall" in wrong[0].remedy


async def test_a_wrong_token_is_told_without_showing_it(server: SlackServer) -> None:
    found = await told(app_at(server, bot_token="xoxb-nobody"))
    assert found[0].is_wrong
    assert "knows no bot with this token" in found[0].found
    assert not any("xoxb-nobody" in f"{one.found}{one.remedy}" for one in found)


async def test_sockets_are_tried_and_what_keeps_them_shut_is_said(server: SlackServer) -> None:
    app = app_at(server, app_token=APP_TOKEN)
    assert "switched off" in (await told(app))[-1].found
    server.app.listen_by_socket()
    assert "Socket Mode works" in (await told(app))[-1].found
    server.faults.append(("apps.connections.open", RefusedError("missing_scope", needed="connections:write")))
    assert "connections:write" in (await told(app))[-1].found
    assert (await told(replace(app, app_token="xapp-nobody")))[-1].is_wrong


async def test_an_address_slack_cannot_reach_is_wrong(server: SlackServer) -> None:
    found = await told(app_at(server, public_url="http://127.0.0.1:8000"))
    assert found[-1].is_wrong
    assert "SLACK_APP_TOKEN" in found[-1].remedy


async def test_two_signing_secrets_are_mentioned(server: SlackServer) -> None:
    found = await told(app_at(server, signing_secrets=(SIGNING_SECRET, "old")))
    assert "two signing secrets" in found[-1].found


async def test_with_oauth_it_counts_workspaces(server: SlackServer) -> None:
    app = app_at(server, bot_token="", client_id="1.2", client_secret="x")
    assert "no workspace" in (await told(app))[0].found
    assert "one workspace" in (await told(app, 1))[0].found
    assert "3 workspaces" in (await told(app, 3))[0].found


async def test_a_server_that_does_not_answer_is_named(server: SlackServer) -> None:
    app = app_at(server)
    server.is_down = True
    (found,) = await told(app)
    assert found.is_wrong
    assert urlsplit(server.url).netloc in found.found


# --- who comes for the first time ---


def arrival(user_id: str = "U0AN") -> Incoming:
    return Incoming("e1", Sender("slack", TEAM, user_id), Place("slack", TEAM, user_id), NOW, Arrived())


async def acquaintances(server: SlackServer, storage: MemoryStorage) -> tuple[Acquaintances, SlackClient]:
    client = SlackClient(f"{server.url}/api/", Hands())
    workspace = OneWorkspace(server.install().token, client)
    await workspace.introduce()
    return Acquaintances(client, workspace, Deps(storage.reading, storage.work, Hands(NOW), Dice())), client


async def test_a_stranger_is_introduced_by_name_and_language(server: SlackServer) -> None:
    server.person("U0NEW", "Nguyễn Văn Mới", "vi-VN")
    known, client = await acquaintances(server, office())
    sender = (await known.introduce(arrival("U0NEW"))).sender
    assert (sender.name, sender.language) == ("Nguyễn Văn Mới", "vi-VN")
    await client.close()


async def test_whoever_we_know_is_not_asked_about(server: SlackServer) -> None:
    storage = office(PutAccount(Account("slack", TEAM, "U0AN", PersonId("an"))))
    known, client = await acquaintances(server, storage)
    for _ in range(3):
        assert await known.introduce(arrival()) == arrival()
    assert server.of("users.info") == []
    await client.close()


@pytest.mark.parametrize("error", ["missing_scope", "user_not_found", "fatal_error", "ratelimited"])
async def test_when_slack_does_not_say_they_are_greeted_all_the_same(
    server: SlackServer, error: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    server.faults.append(("users.info", RefusedError(error, retry_after=30 if error == "ratelimited" else 0)))
    known, client = await acquaintances(server, office())
    assert await known.introduce(arrival("U0NEW")) == arrival("U0NEW")
    await client.close()
