"""Our own way of being installed, against a Slack that others wrote."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiohttp import web

from adapters.slack.installations import Installation, ManyWorkspaces
from adapters.slack.wiring import App, connect
from storage import open_storage
from tests.e2e.wire import free_port
from tests.hands import Hands
from tests.platforms.emulate_peer import emulate
from tests.platforms.npm_packages import NpmUnavailableError
from tests.platforms.slack_world import CLIENT_ID, CLIENT_SECRET, SIGNING_SECRET
from tests.unit.slack.reception import Inbox, greeting

pytestmark = pytest.mark.timeout(240)  # the first run on a machine fetches a Node


async def _no_form(_: object) -> None:
    return None


async def _no_problems(_: object) -> dict[str, str]:
    return {}


async def test_a_workspace_lets_us_in_and_its_token_is_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    base = f"http://127.0.0.1:{free_port()}"
    async with AsyncExitStack() as stack:
        try:
            slack = stack.enter_context(emulate(f"{base}/slack/oauth_redirect"))
        except NpmUnavailableError as error:
            pytest.skip(str(error))
        storage = open_storage(f"sqlite:///{tmp_path / 'laban.db'}")
        await storage.migrate()
        await stack.enter_async_context(storage)
        app = App(
            f"{slack.url}/api/",
            signing_secrets=(SIGNING_SECRET,),
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            keys=("only for tests, only for tests, only for tests",),
            public_url=base,
        )
        ours = connect(
            app,
            Inbox().accept,
            Hands(),
            page=greeting,
            open_form=_no_form,
            find_problems=_no_problems,
            keyring=storage.keyring,
            tickets=storage.tickets,
            authorize_url=f"{slack.url}/oauth/v2/authorize",
        )
        stack.push_async_callback(ours.close)
        routes = web.Application()
        ours.add_routes(routes)
        runner = web.AppRunner(routes, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", int(base.rpartition(":")[2])).start()
        number, page = await slack.installs(f"{base}/slack/install")
        assert number == 200, page
        (tenant,) = await storage.keyring.tenants("slack")
        assert isinstance(ours.installations, ManyWorkspaces)
        kept: Installation = await ours.installations.of(tenant)
        told, _ = await ours.client.scopes(kept.token)
        assert (told["team_id"], told["user_id"]) == (tenant, kept.bot_user_id)
