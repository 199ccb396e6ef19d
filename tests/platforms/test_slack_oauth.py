"""Workspaces let the app in: stock Bolt's OAuth against our Slack, tokens that expire, and whole organisations."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import FileInstallationStore, Installation
from slack_sdk.oauth.state_store import FileOAuthStateStore
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient

from tests.hands import Hands
from tests.platforms.slack_methods import RefusedError
from tests.platforms.slack_samples import QUIET
from tests.platforms.slack_server import SlackServer, slack_server
from tests.platforms.slack_world import BOT_USER, CLIENT_ID, CLIENT_SECRET, SIGNING_SECRET

# The client hands its id and secret to aiohttp in a way aiohttp has begun to dislike.
pytestmark = pytest.mark.filterwarnings("ignore:.*BasicAuth.*:DeprecationWarning")

SCOPES = ["chat:write", "im:history", "users:read"]


@pytest.fixture
def hands() -> Hands:
    return Hands(datetime.now(UTC))


@pytest.fixture(autouse=True)
def _quietly(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    caplog.set_level(logging.CRITICAL)


@pytest.fixture
async def server(hands: Hands) -> AsyncIterator[SlackServer]:
    async with slack_server(hands) as opened:
        yield opened


@pytest.fixture
def api(server: SlackServer) -> AsyncWebClient:
    return AsyncWebClient(base_url=f"{server.url}/api/")


@asynccontextmanager
async def distributed(server: SlackServer, folder: Path) -> AsyncIterator[str]:
    """Stock Bolt that many workspaces can install; the address of its page for that."""
    settings = AsyncOAuthSettings(
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        scopes=SCOPES,
        installation_store=FileInstallationStore(base_dir=str(folder / "installations")),
        state_store=FileOAuthStateStore(expiration_seconds=600, base_dir=str(folder / "states")),
    )
    client = AsyncWebClient(base_url=f"{server.url}/api/")
    app = AsyncApp(client=client, signing_secret=SIGNING_SECRET, oauth_settings=settings)

    @app.event("message")
    async def _(event: dict[str, Any], say: Any) -> None:
        await say(text=f"you said {event['text']}", **QUIET)

    runner = web.AppRunner(app.server(port=0).web_app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    server.app.listen_at(f"{base}/slack/events")
    server.app.redirect_urls = (f"{base}/slack/oauth_redirect",)
    try:
        yield f"{base}/slack/install"
    finally:
        await runner.cleanup()


async def refusal(doing: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await doing
    return str(caught.value.response["error"])


async def test_two_workspaces_install_it_and_the_same_ids_stay_apart(server: SlackServer, tmp_path: Path) -> None:
    here, there = server.workspace("T1", "One"), server.workspace("T2", "Two")
    an, mei = server.person("U1", "An", workspace=here), server.person("U1", "梅", workspace=there)
    async with distributed(server, tmp_path) as page:
        for person in (an, mei):
            number, text = await person.installs(page)
            assert number == 200, text
        await an.says("chào")
        await mei.says("你好")
        await an.sees("you said chào")
        await mei.sees("you said 你好")
    assert (len(an.chat.said), len(mei.chat.said)) == (1, 1)
    assert server.complaints == []


async def test_whoever_does_not_agree_is_not_installed(server: SlackServer, tmp_path: Path) -> None:
    an = server.person()
    async with distributed(server, tmp_path) as page:
        _, text = await an.installs(page, agrees=False)
        assert "access_denied" in text
        assert await an.says("hello") is None
    assert server.oauth.grants == {}


async def test_a_whole_organisation_installs_it_at_once(server: SlackServer, tmp_path: Path) -> None:
    here, there = (server.workspace(name, name, enterprise_id="E1") for name in ("T1", "T2"))
    an, mei = server.person("U1", "An", workspace=here), server.person("U2", "梅", workspace=there)
    async with distributed(server, tmp_path) as page:
        assert (await an.installs(page, is_org_wide=True))[0] == 200
        await mei.says("你好")
        await mei.sees("you said 你好")
    (told,) = [one.told for one in server.courier.deliveries if one.told["event"].get("user") == "U2"]
    assert told["enterprise_id"] == "E1"
    assert told["authorizations"][0]["is_enterprise_install"] is True


async def test_a_code_is_good_once_and_for_ten_minutes(server: SlackServer, api: AsyncWebClient, hands: Hands) -> None:
    an = server.person()
    server.app.redirect_urls = ("https://laban.example/slack/oauth_redirect",)

    def code() -> str:
        asked = {"client_id": CLIENT_ID, "scope": "chat:write", "state": "s"}
        return server.oauth.agree(asked, an.workspace, an.id).partition("code=")[2].partition("&")[0]

    async def access(given: str, **how: Any) -> Any:
        return await api.oauth_v2_access(**{"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "code": given, **how})

    first = code()
    told = await access(first)
    assert (told["bot_user_id"], told["team"]["id"], told["scope"], told["authed_user"]["id"]) == (
        BOT_USER,
        "T0COMPASS",
        "chat:write",
        "U0AN",
    )
    assert await refusal(access(first)) == "code_already_used"
    assert await refusal(access("nonsense")) == "invalid_code"
    assert await refusal(access(code(), client_secret="other")) == "bad_client_secret"
    assert await refusal(access(code(), client_id="1.1")) == "invalid_client_id"
    assert await refusal(access(code(), redirect_uri="https://evil.example/")) == "bad_redirect_uri"
    late = code()
    hands.turn(timedelta(minutes=11))
    assert await refusal(access(late)) == "invalid_code"


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"client_id": "1.1"}, "invalid_client_id"),
        ({"scope": ""}, "invalid_scope"),
        ({"scope": "admin"}, "invalid_scope"),
        ({"redirect_uri": "https://evil.example/"}, "bad_redirect_uri"),
    ],
)
async def test_slacks_page_refuses_what_the_app_is_not_set_up_for(server: SlackServer, asked: dict[str, str], error: str) -> None:
    server.app.redirect_urls = ("https://laban.example/slack/oauth_redirect",)
    an = server.person()
    with pytest.raises(RefusedError, match=error):
        server.oauth.agree({"client_id": CLIENT_ID, "scope": "chat:write", **asked}, an.workspace, an.id)


async def test_tokens_that_rotate_expire_and_are_exchanged_once(server: SlackServer, api: AsyncWebClient, hands: Hands) -> None:
    server.app.is_rotating = True
    server.person()
    first = server.install()
    assert first.token.startswith("xoxe.xoxb-1-")
    hands.turn(timedelta(hours=12))
    assert await refusal(AsyncWebClient(first.token, base_url=api.base_url).auth_test()) == "token_expired"
    kept = Installation(
        user_id="U0AN", team_id="T0COMPASS", bot_token=first.token, bot_refresh_token=first.refresh_token, bot_token_expires_at=1
    )
    rotator = AsyncTokenRotator(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, client=api)
    renewed = await rotator.perform_bot_token_rotation(bot=kept.to_bot())
    assert renewed is not None
    assert (await AsyncWebClient(renewed.bot_token, base_url=api.base_url).auth_test())["ok"] is True
    again = api.oauth_v2_access(
        client_id=CLIENT_ID, client_secret=CLIENT_SECRET, grant_type="refresh_token", refresh_token=first.refresh_token
    )
    assert await refusal(again) == "invalid_refresh_token"


async def test_two_tokens_live_at_a_time_while_they_rotate(server: SlackServer, api: AsyncWebClient) -> None:
    server.app.is_rotating = True
    tokens = [server.install().token for _ in range(3)]
    assert await refusal(AsyncWebClient(tokens[0], base_url=api.base_url).auth_test()) == "token_revoked"
    for token in tokens[1:]:
        assert (await AsyncWebClient(token, base_url=api.base_url).auth_test())["ok"] is True
