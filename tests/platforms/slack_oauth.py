"""How a workspace lets the app in: the page on which somebody agrees, codes, tokens, and tokens that expire and are exchanged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from tests.platforms.slack_methods import RefusedError
from tests.platforms.slack_world import BOT_USER, Call, Grant, Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.platforms.slack_server import SlackServer

CODE_LIFE = timedelta(minutes=10)
TOKEN_LIFE = timedelta(hours=12)
ALIVE = 2
"""Tokens of one installation that work at the same time when they are rotated."""


@dataclass(slots=True)
class _Code:
    workspace: Workspace
    user_id: str
    scopes: tuple[str, ...]
    redirect_uri: str
    at: datetime
    is_org_wide: bool
    is_used: bool = False


class OAuth:
    """`grants` are all tokens ever given, those that are over included."""

    def __init__(self, server: SlackServer) -> None:
        self._server = server
        self._codes: dict[str, _Code] = {}
        self.grants: dict[str, Grant] = {}

    def agree(self, asked: Mapping[str, str], workspace: Workspace, user_id: str, *, is_org_wide: bool = False) -> str:
        """Somebody presses *Allow* on the page with these arguments; where their browser is sent. Raises RefusedError."""
        app = self._server.app
        if asked.get("client_id") != app.client_id:
            raise RefusedError("invalid_client_id")
        scopes = tuple(one for one in asked.get("scope", "").replace(" ", ",").split(",") if one)
        unknown = set(scopes) - set(app.bot_scopes)
        if not scopes or unknown:
            raise RefusedError("invalid_scope", needed=",".join(sorted(unknown)))
        if asked.get("user_scope"):
            self._server.complain("the app asks to act as a person")
        back = asked.get("redirect_uri") or (app.redirect_urls[0] if app.redirect_urls else "")
        if not any(back.startswith(one) for one in app.redirect_urls):
            raise RefusedError("bad_redirect_uri")
        code = self._server.new_name()
        self._codes[code] = _Code(
            workspace, user_id, scopes, asked.get("redirect_uri", ""), self._server.clock.now(), is_org_wide
        )
        return f"{back}{'&' if urlsplit(back).query else '?'}{urlencode({'code': code, 'state': asked.get('state', '')})}"

    def access(self, call: Call) -> dict[str, Any]:
        """What `oauth.v2.access` gives for a code, or for a token to be exchanged."""
        app = self._server.app
        if call.text("client_id") != app.client_id:
            raise RefusedError("invalid_client_id")
        if call.text("client_secret") != app.client_secret:
            raise RefusedError("bad_client_secret")
        kind = call.text("grant_type") or "authorization_code"
        if kind == "refresh_token":
            return self._exchange(call.text("refresh_token"))
        if kind != "authorization_code":
            raise RefusedError("invalid_grant_type")
        code = self._codes.get(call.text("code"))
        if code is None or self._server.clock.now() - code.at > CODE_LIFE:
            raise RefusedError("invalid_code")
        if code.is_used:
            raise RefusedError("code_already_used")
        if call.text("redirect_uri") != code.redirect_uri:
            raise RefusedError("bad_redirect_uri")
        code.is_used = True
        grant = self.grant(code.workspace, code.scopes, is_org_wide=code.is_org_wide)
        return self._told(grant, code.workspace, code.user_id)

    def grant(self, workspace: Workspace, scopes: tuple[str, ...], *, is_org_wide: bool = False) -> Grant:
        """A new bot token. Those of the same installation stay as they are, unless tokens rotate."""
        rotates = self._server.app.is_rotating
        self._server.numbers += 1
        name = f"{workspace.id[1:]}-{self._server.numbers:04d}-only-for-tests"
        grant = Grant(
            f"xoxe.xoxb-1-{name}" if rotates else f"xoxb-{name}",
            scopes,
            "" if is_org_wide else workspace.id,
            workspace.enterprise_id,
        )
        if rotates:
            grant.refresh_token = f"xoxe-1-{name}"
            grant.expires_at = self._server.clock.now() + TOKEN_LIFE
            for old in self._alive(grant)[: 1 - ALIVE]:
                old.is_revoked = True
        self.grants[grant.token] = grant
        return grant

    def _exchange(self, refresh_token: str) -> dict[str, Any]:
        old = next((one for one in self.grants.values() if refresh_token and one.refresh_token == refresh_token), None)
        if old is None or old.is_revoked:
            raise RefusedError("invalid_refresh_token")
        old.refresh_token = ""
        inside = [one for one in self._server.workspaces.values() if one.enterprise_id == old.enterprise_id]
        workspace = self._server.workspaces[old.team_id] if old.team_id else inside[0]
        return self._told(self.grant(workspace, old.scopes, is_org_wide=old.is_org_wide), workspace, "")

    def _alive(self, grant: Grant) -> list[Grant]:
        same = (grant.team_id, grant.enterprise_id)
        return [one for one in self.grants.values() if (one.team_id, one.enterprise_id) == same and not one.is_revoked]

    def _told(self, grant: Grant, workspace: Workspace, user_id: str) -> dict[str, Any]:
        told: dict[str, Any] = {
            "app_id": self._server.app.id,
            "authed_user": {"id": user_id} if user_id else {},
            "scope": ",".join(grant.scopes),
            "token_type": "bot",
            "access_token": grant.token,
            "bot_user_id": BOT_USER,
            "team": None if grant.is_org_wide else {"id": workspace.id, "name": workspace.name},
            "enterprise": {"id": grant.enterprise_id, "name": "Compass Group"} if grant.enterprise_id else None,
            "is_enterprise_install": grant.is_org_wide,
        }
        if grant.refresh_token:
            told |= {"refresh_token": grant.refresh_token, "expires_in": int(TOKEN_LIFE.total_seconds())}
        return told
