"""Whose workspaces we are in, and with which token: the one of the settings, or those that have let us in by OAuth.

What is known of them is kept for a minute: asking Slack who we are (`auth.test`) with every event would run into its limits.
"""

from __future__ import annotations

import asyncio
import json
import logging
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from adapters.sealing import Sealer, UnsealError
from adapters.slack.client import ApiError, SlackClient
from adapters.slack.decode import PLATFORM
from bot.ports import Clock, Keyring

LOG = logging.getLogger(__name__)

KEPT: Final = timedelta(minutes=1)
"""How long another process's change of an installation may go unnoticed."""
RENEWED_BEFORE: Final = timedelta(hours=2)
"""docs.slack.dev, "Token rotation": a token lives for twelve hours."""


class NotReadyError(Exception):
    """Slack has not told us yet who we are."""


class NotInstalledError(Exception):
    """We are not in that workspace (any more)."""


@dataclass(frozen=True, slots=True)
class Installation:
    """Ourselves in a workspace or a whole organisation. `tenant` is what people and chats there are kept under."""

    tenant: str
    team_id: str
    enterprise_id: str = ""
    team_name: str = ""
    app_id: str = ""
    bot_id: str = ""
    bot_user_id: str = ""
    scopes: tuple[str, ...] = ()
    token: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_at: datetime | None = None


class Installations(ABC):
    """Where tokens come from."""

    @abstractmethod
    async def of(self, tenant: str) -> Installation:
        """Raises NotInstalledError, or NotReadyError while that cannot be said."""

    @abstractmethod
    async def forget(self, tenant: str) -> None:
        """They have taken us out."""


class OneWorkspace(Installations):
    """The workspace whose token stands in the settings."""

    def __init__(self, token: str, client: SlackClient) -> None:
        self._token = token
        self._client = client
        self._known: Installation | None = None

    async def introduce(self) -> Installation:
        """Learn who we are, once. Raises what the client raises."""
        if self._known is None:
            told, scopes = await self._client.scopes(self._token)
            self._known = installation_of(told, self._token, scopes)
        return self._known

    async def of(self, tenant: str) -> Installation:
        """See Installations."""
        if self._known is None:
            raise NotReadyError
        if tenant != self._known.tenant:
            raise NotInstalledError
        return self._known

    async def forget(self, tenant: str) -> None:
        """See Installations. The token in the settings may be given back its rights: it stays, and whoever reads the log knows."""
        if self._known is not None and tenant == self._known.tenant:
            LOG.error("Laban was taken out of the Slack workspace, or its token was revoked; install the app again")


def installation_of(told: Any, token: str, scopes: tuple[str, ...]) -> Installation:
    """From what auth.test says."""
    team, enterprise = str(told.get("team_id") or ""), str(told.get("enterprise_id") or "")
    tenant = enterprise if told.get("is_enterprise_install") else team
    return Installation(
        tenant,
        team,
        enterprise,
        str(told.get("team") or ""),
        bot_id=str(told.get("bot_id") or ""),
        bot_user_id=str(told.get("user_id") or ""),
        scopes=scopes,
        token=token,
    )


class ManyWorkspaces(Installations):
    """Workspaces that have let us in, kept sealed. Tokens that expire are renewed in time, by one turn at a time for each."""

    def __init__(
        self, keyring: Keyring, sealer: Sealer, client: SlackClient, clock: Clock, client_id: str, client_secret: str
    ) -> None:
        self._keyring = keyring
        self._sealer = sealer
        self._client = client
        self._clock = clock
        self._client_id = client_id
        self._client_secret = client_secret
        self._known: dict[str, tuple[Installation | None, datetime]] = {}
        self._renewing: dict[str, asyncio.Lock] = {}

    async def put(self, installation: Installation) -> None:
        """Let in, or let in again."""
        data = asdict(installation) | {"expires_at": installation.expires_at.isoformat() if installation.expires_at else ""}
        sealed = self._sealer.seal(json.dumps(data), f"{PLATFORM}:{installation.tenant}")
        await self._keyring.put(PLATFORM, installation.tenant, sealed, self._clock.now())
        self._known[installation.tenant] = (installation, self._clock.now() + KEPT)

    async def of(self, tenant: str) -> Installation:
        """See Installations."""
        known, until = self._known.get(tenant, (None, self._clock.now()))
        if until <= self._clock.now():
            known = await self._read(tenant)
            self._known[tenant] = (known, self._clock.now() + KEPT)
        if known is None:
            raise NotInstalledError
        if known.expires_at is not None and known.refresh_token and known.expires_at - self._clock.now() < RENEWED_BEFORE:
            known = await self._renewed(known)
        return known

    async def forget(self, tenant: str) -> None:
        """See Installations."""
        await self._keyring.remove(PLATFORM, tenant)
        self._known.pop(tenant, None)
        LOG.info("a Slack workspace has taken Laban out")

    async def tenants(self) -> tuple[str, ...]:
        """All we are in."""
        return await self._keyring.tenants(PLATFORM)

    async def _read(self, tenant: str) -> Installation | None:
        sealed = await self._keyring.get(PLATFORM, tenant)
        if sealed is None:
            return None
        try:
            data = json.loads(self._sealer.open(sealed, f"{PLATFORM}:{tenant}"))
        except UnsealError:
            LOG.error("a Slack workspace's token cannot be opened with SECRET_KEY; let that workspace install the app again")
            return None
        expires_at = datetime.fromisoformat(data["expires_at"]) if data["expires_at"] else None
        return Installation(**data | {"scopes": tuple(data["scopes"]), "expires_at": expires_at})

    async def _renewed(self, old: Installation) -> Installation:
        async with self._renewing.setdefault(old.tenant, asyncio.Lock()):
            # Somebody before us, here or in another process, may have done it: a refresh token is good once.
            known = await self._read(old.tenant) or old
            if known.token != old.token:
                self._known[old.tenant] = (known, self._clock.now() + KEPT)
                return known
            try:
                told = await self._client.call_by_form(
                    "",
                    "oauth.v2.access",
                    client_id=self._client_id,
                    client_secret=self._client_secret,
                    grant_type="refresh_token",
                    refresh_token=known.refresh_token,
                )
            except ApiError as error:
                if known.expires_at is not None and known.expires_at > self._clock.now():
                    LOG.warning(
                        "a Slack token could not be renewed (%s); it is good for a while yet", error.error or error.status
                    )
                    return known
                raise
            life = timedelta(seconds=int(told.get("expires_in") or 0))
            fresh = Installation(
                **asdict(known)
                | {
                    "token": str(told["access_token"]),
                    "refresh_token": str(told.get("refresh_token") or ""),
                    "expires_at": self._clock.now() + life if life else None,
                }
            )
            await self.put(fresh)
            return fresh
