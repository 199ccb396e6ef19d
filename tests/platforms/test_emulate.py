"""A Slack that others wrote lets stock Bolt in and knows its token: our own is not the only opinion on how installing goes."""

from __future__ import annotations

import logging
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store import FileInstallationStore
from slack_sdk.oauth.state_store import FileOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from tests.e2e.wire import free_port
from tests.platforms.emulate_peer import emulate
from tests.platforms.npm_packages import NpmUnavailableError
from tests.platforms.slack_world import CLIENT_ID, CLIENT_SECRET, SIGNING_SECRET

pytestmark = [
    pytest.mark.timeout(240),  # the first run on a machine fetches a Node
    # The client hands its id and secret to aiohttp in a way aiohttp has begun to dislike.
    pytest.mark.filterwarnings("ignore:.*BasicAuth.*:DeprecationWarning"),
]


async def test_stock_bolt_is_installed_and_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    base = f"http://127.0.0.1:{free_port()}"
    async with AsyncExitStack() as stack:
        try:
            slack = stack.enter_context(emulate(f"{base}/slack/oauth_redirect"))
        except NpmUnavailableError as error:
            pytest.skip(str(error))
        store = FileInstallationStore(base_dir=str(tmp_path / "installations"))
        settings = AsyncOAuthSettings(
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            scopes=["chat:write"],
            redirect_uri=f"{base}/slack/oauth_redirect",
            authorization_url=f"{slack.url}/oauth/v2/authorize",
            installation_store=store,
            state_store=FileOAuthStateStore(expiration_seconds=600, base_dir=str(tmp_path / "states")),
        )
        client = AsyncWebClient(base_url=f"{slack.url}/api/")
        app = AsyncApp(client=client, signing_secret=SIGNING_SECRET, oauth_settings=settings)
        runner = web.AppRunner(app.server(port=0).web_app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", int(base.rpartition(":")[2])).start()
        number, text = await slack.installs(f"{base}/slack/install")
        assert number == 200, text
        kept = store.find_bot(enterprise_id=None, team_id="T000000001")
        assert kept is not None
        me = await AsyncWebClient(kept.bot_token, base_url=f"{slack.url}/api/").auth_test()
    assert (me["team_id"], me["user_id"]) == ("T000000001", kept.bot_user_id)
