"""What platforms entrust us with, and tickets that are good once."""

from __future__ import annotations

from datetime import datetime

from storage.engine import Database
from storage.sql import both

_PUT = both(
    "INSERT INTO keyring (platform, tenant, sealed, stored_at) VALUES (?, ?, ?, ?)",
    "ON CONFLICT (platform, tenant) DO UPDATE SET sealed = excluded.sealed, stored_at = excluded.stored_at",
)
_GET = both("SELECT sealed FROM keyring WHERE platform = ? AND tenant = ?")
_TENANTS = both("SELECT tenant FROM keyring WHERE platform = ? ORDER BY tenant")
_REMOVE = both("DELETE FROM keyring WHERE platform = ? AND tenant = ?")
_SWEEP = both("DELETE FROM tickets WHERE expires_at < ?")
_ISSUE = both("INSERT INTO tickets (ticket_hash, expires_at) VALUES (?, ?)")
_REDEEM = both("DELETE FROM tickets WHERE ticket_hash = ? RETURNING expires_at")


class SqlKeyring:
    """Implements `bot.ports.Keyring`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, platform: str, tenant: str, sealed: str, at: datetime) -> None:
        """See `bot.ports.Keyring`."""
        await self._database.execute(_PUT, platform, tenant, sealed, at)

    async def get(self, platform: str, tenant: str) -> str | None:
        """See `bot.ports.Keyring`."""
        rows = await self._database.execute(_GET, platform, tenant)
        return str(rows[0][0]) if rows else None

    async def tenants(self, platform: str) -> tuple[str, ...]:
        """See `bot.ports.Keyring`."""
        return tuple(sorted(str(row[0]) for row in await self._database.execute(_TENANTS, platform)))

    async def remove(self, platform: str, tenant: str) -> None:
        """See `bot.ports.Keyring`."""
        await self._database.execute(_REMOVE, platform, tenant)


class SqlTickets:
    """Implements `bot.ports.Tickets`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def issue(self, ticket_hash: str, expires_at: datetime, now: datetime) -> None:
        """See `bot.ports.Tickets`."""
        await self._database.execute(_SWEEP, now)
        await self._database.execute(_ISSUE, ticket_hash, expires_at)

    async def redeem(self, ticket_hash: str, now: datetime) -> bool:
        """See `bot.ports.Tickets`."""
        rows = await self._database.execute(_REDEEM, ticket_hash)
        return bool(rows) and self._database.codec.time(rows[0][0]) > now
