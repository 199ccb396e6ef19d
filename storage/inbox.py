"""Events kept until a turn has dealt with them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.chat.incoming import Incoming
from bot.ports import EventKey
from storage.engine import Database
from storage.rows import incoming_of, incoming_text
from storage.sql import Sql, both

PUT = both(
    "INSERT INTO inbox (platform, tenant, event_id, body, received_at) VALUES (?, ?, ?, ?, ?)",
    "ON CONFLICT (platform, tenant, event_id) DO NOTHING RETURNING 1",
)
_PENDING = both("SELECT body FROM inbox WHERE done_at IS NULL AND given_up IS NULL ORDER BY received_at LIMIT ?")
_GIVE_UP = both("UPDATE inbox SET given_up = ? WHERE platform = ? AND tenant = ? AND event_id = ? AND done_at IS NULL")
_FORGET = both(
    "DELETE FROM inbox WHERE (platform, tenant, event_id) IN",
    "(SELECT platform, tenant, event_id FROM inbox WHERE done_at < ? LIMIT ?) RETURNING 1",
)
_AT_A_TIME = 5000
"""So many rows are deleted in one transaction: nobody waits long for it."""


def machine_time() -> datetime:
    """What the machine's clock says, in UTC."""
    return datetime.now(UTC)


class Arrivals:
    """When events came in, by the machine's clock (`now`), but never twice the same moment and never backwards: it is their order."""

    def __init__(self, now: Callable[[], datetime] = machine_time) -> None:
        self._now = now
        self._last = datetime.min.replace(tzinfo=UTC)

    def args(self, incoming: Incoming) -> tuple[object, ...]:
        """The parameters of PUT, which returns a row unless the event was there already."""
        self._last = max(self._now(), self._last + timedelta(microseconds=1))
        sender = incoming.sender
        return (sender.platform, sender.tenant, incoming.event_id, incoming_text(incoming), self._last)


class SqlInbox:
    """Implements `bot.ports.Inbox`. Events are in the order they were stored, whatever the platforms' clocks say."""

    def __init__(self, database: Database, arrivals: Arrivals) -> None:
        self._database = database
        self._arrivals = arrivals

    async def put(self, incoming: Incoming) -> bool:
        """See `bot.ports.Inbox`."""
        # A burst of events is one burst of writes: what waits for the disk together gets there together.
        return bool(await self._database.share(PUT, *self._arrivals.args(incoming)))

    async def pending(self, limit: int) -> tuple[Incoming, ...]:
        """See `bot.ports.Inbox`."""
        return tuple(incoming_of(row[0]) for row in await self._database.execute(_PENDING, limit))

    async def give_up(self, event: EventKey, reason: str) -> None:
        """See `bot.ports.Inbox`. What a turn has dealt with meanwhile is left alone."""
        await self._database.execute(_GIVE_UP, reason, event.platform, event.tenant, event.event_id)

    async def forget_before(self, moment: datetime) -> int:
        """See `bot.ports.Inbox`. What was given up stays: nobody has dealt with it."""
        return await forget(self._database, _FORGET, moment)


async def forget(database: Database, sql: Sql, moment: datetime) -> int:
    """Delete what `sql` finds older than `moment`, a part at a time; how much it was."""
    total = 0
    while True:
        deleted = len(await database.execute(sql, moment, _AT_A_TIME))
        total += deleted
        if deleted < _AT_A_TIME:
            return total
