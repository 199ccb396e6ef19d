"""Letting many workspaces in: Slack's OAuth, carried out by Bolt, with our database behind it.

A state is good once, for ten minutes, and for the browser that asked: it is a ticket here and a cookie there.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from datetime import datetime, timedelta
from typing import Any, Final

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.models.installation import Installation as SdkInstallation
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from adapters.failures import locate
from adapters.slack.client import SlackClient
from adapters.slack.installations import Installation, ManyWorkspaces
from adapters.slack.manifest import INSTALL_PATH, REDIRECT_PATH, SCOPES
from bot.ports import Clock, Tickets

LOG = logging.getLogger(__name__)

STATE_LIFE: Final = timedelta(minutes=10)
AUTHORIZE: Final = "https://slack.com/oauth/v2/authorize"
HEADERS: Final = {
    # Bolt's pages hold their own styles, and nothing else.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class States(AsyncOAuthStateStore):
    """Implements slack_sdk's store of states."""

    def __init__(self, tickets: Tickets, clock: Clock) -> None:
        self._tickets = tickets
        self._clock = clock

    @property
    def logger(self) -> logging.Logger:
        return LOG

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        """A new state, 256 bits of chance."""
        state = secrets.token_urlsafe(32)
        now = self._clock.now()
        await self._tickets.issue(_hash(state), now + STATE_LIFE, now)
        return state

    async def async_consume(self, state: str) -> bool:
        """Use it up."""
        return bool(state) and await self._tickets.redeem(_hash(state), self._clock.now())


class InstallationStore(AsyncInstallationStore):
    """Implements what slack_sdk needs to store; it is never asked to find anything."""

    def __init__(self, workspaces: ManyWorkspaces, clock: Clock) -> None:
        self._workspaces = workspaces
        self._clock = clock

    @property
    def logger(self) -> logging.Logger:
        return LOG

    async def async_save(self, installation: SdkInstallation) -> None:
        """Let a workspace, or an organisation, in."""
        await self._workspaces.put(installation_of(installation, self._clock.now()))
        LOG.info("a Slack workspace has installed Laban")


def installation_of(given: SdkInstallation, now: datetime) -> Installation:
    """Only the bot's own rights are kept; nobody's personal token is asked for."""
    team, enterprise = given.team_id or "", given.enterprise_id or ""
    # The library reckons by the machine's clock; what Slack said is how long the token lives.
    life = None if given.bot_token_expires_at is None else timedelta(seconds=given.bot_token_expires_at - int(time.time()))
    scopes = given.bot_scopes or ()
    return Installation(
        enterprise if given.is_enterprise_install else team,
        team,
        enterprise,
        given.team_name or given.enterprise_name or "",
        given.app_id or "",
        given.bot_id or "",
        given.bot_user_id or "",
        tuple(scopes.split(",") if isinstance(scopes, str) else scopes),
        given.bot_token or "",
        given.bot_refresh_token or "",
        None if life is None else now + life,
    )


class OAuth:
    """The two pages: the way to Slack, and the way back."""

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        public_url: str,
        workspaces: ManyWorkspaces,
        tickets: Tickets,
        client: SlackClient,
        clock: Clock,
        authorize_url: str = AUTHORIZE,
    ) -> None:
        settings = AsyncOAuthSettings(
            client_id=client_id,
            client_secret=client_secret,
            scopes=list(SCOPES),
            user_scopes=[],
            redirect_uri=f"{public_url.rstrip('/')}{REDIRECT_PATH}",
            install_path=INSTALL_PATH,
            redirect_uri_path=REDIRECT_PATH,
            installation_store=InstallationStore(workspaces, clock),
            state_store=States(tickets, clock),
            authorization_url=authorize_url,
        )
        self._flow = AsyncOAuthFlow(client=client.wire(""), logger=logging.getLogger("slack_bolt.oauth"), settings=settings)

    def add_routes(self, app: web.Application) -> None:
        """Both pages."""
        app.router.add_get(INSTALL_PATH, self.begin)
        app.router.add_get(REDIRECT_PATH, self.finish)

    async def begin(self, request: web.Request) -> web.Response:
        """To Slack's page that asks whether we may."""
        return _guarded(await to_aiohttp_response(await self._flow.handle_installation(await to_bolt_request(request))))

    async def finish(self, request: web.Request) -> web.Response:
        """Back from there."""
        try:
            answer = await self._flow.handle_callback(await to_bolt_request(request))
        except Exception as error:
            LOG.error("a Slack installation could not be stored: %s", locate(error))
            return _guarded(web.Response(status=503, text="Laban could not store this just now. Please install it once more."))
        return _guarded(await to_aiohttp_response(answer))


def _guarded(response: web.Response) -> web.Response:
    response.headers.update(HEADERS)
    return response


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode("utf-8", "surrogatepass")).hexdigest()
