"""The queue of outgoing messages: a lane a chat, order kept within each, any number of workers.

A lane's row says when its first waiting message is due; whoever changes messages of a lane locks that row first and looks at the messages
after. On PostgreSQL that order is everything: what a statement sees was fixed when it began, so only a statement that begins after the
lock was given sees what the lock's last holder did. (Locking and looking in one statement sent messages twice.) On SQLite the whole
transaction holds the only write lock.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.ports import DeadLetter, Envelope
from storage.engine import Database
from storage.inbox import forget
from storage.rows import PLACE, message_of, place_of
from storage.sql import Ask, Program, Row, Sql, both, dialects, listed

_IS_FREE = (
    "ready_at <= ? AND (paused_until IS NULL OR paused_until <= ?)",
    "AND (lease_until IS NULL OR lease_until <= ? OR lease_by = ?)",
)
_ANY_FREE = both("SELECT 1 FROM outbox_lanes WHERE", *_IS_FREE, "LIMIT 1")
_FREE = ("SELECT lane FROM outbox_lanes WHERE", *_IS_FREE, "ORDER BY ready_at, lane LIMIT ?")
_TAKE_FREE = dialects(_FREE, (*_FREE, "FOR UPDATE SKIP LOCKED"))

_THESE = (("lane IN (SELECT value FROM json_each(?))",), ("lane = ANY (CAST(? AS text[]))",))
_LEASE_THESE = ("UPDATE outbox_lanes SET lease_until = ?, lease_by = ?, paused_until = NULL WHERE",)
_LEASE = dialects((*_LEASE_THESE, *_THESE[0]), (*_LEASE_THESE, *_THESE[1]))

_ENVELOPE = (
    "SELECT o.id,",
    listed(PLACE, "o"),
    ", o.message, o.attempts, o.created_at, o.lane, CASE o.edits WHEN '' THEN '' ELSE COALESCE((",
    "SELECT e.reference FROM outbox e WHERE e.lane = o.lane AND e.state = 'sent' AND e.slot = o.edits AND e.slot <> ''",
    "AND e.reference <> '' ORDER BY e.id DESC LIMIT 1), '') END",
)
_FIRST = "SELECT w.id FROM outbox w WHERE w.lane = l.value AND w.state = 'waiting' ORDER BY w.id LIMIT 1"
_HEADS = dialects(
    (*_ENVELOPE, "FROM json_each(?) l JOIN outbox o ON o.id = (", _FIRST, ") ORDER BY o.id"),
    # The message is locked as well: an admin may be at work on it by hand.
    (
        *_ENVELOPE,
        "FROM unnest(CAST(? AS text[])) AS l (value) JOIN outbox o ON o.id = (",
        _FIRST,
        ") ORDER BY o.id FOR UPDATE OF o",
    ),
)

_MINE = ("SELECT lane FROM outbox_lanes WHERE lane = (SELECT lane FROM outbox WHERE id = ?) AND lease_by = ?",)
_HOLD_MINE = dialects(_MINE, (*_MINE, "FOR UPDATE"))

_SENT = both(
    "UPDATE outbox SET state = 'sent', sent_at = ?, reference = ?, error = '' WHERE id = ? AND state = 'waiting' RETURNING id"
)
_FAILED = both("UPDATE outbox SET attempts = attempts + 1, due_at = ?, error = ? WHERE id = ? AND state = 'waiting' RETURNING id")
_DEAD = both(
    "UPDATE outbox SET state = 'dead', died_at = ?, attempts = attempts + 1, error = ? WHERE id = ? AND state = 'waiting' RETURNING id"
)
_PAUSED = both("SELECT id FROM outbox WHERE id = ? AND state = 'waiting'")

_DUE_NEXT = (
    "(SELECT due_at FROM outbox w WHERE w.lane = outbox_lanes.lane AND w.state = 'waiting' ORDER BY w.id LIMIT 1)",
    "WHERE lane = ?",
)
_RELEASE = both(
    "UPDATE outbox_lanes SET lease_until = NULL, lease_by = NULL, paused_until = ?, ready_at =",
    *_DUE_NEXT,
)

# The first of the lanes that do not pause, by their index, and the first of the few that do.
_NEXT_DUE = both(
    "SELECT min(due) FROM (",
    "SELECT * FROM (SELECT ready_at AS due FROM outbox_lanes WHERE ready_at IS NOT NULL",
    "AND (paused_until IS NULL OR paused_until <= ready_at) ORDER BY ready_at LIMIT 1) AS waiting",
    "UNION ALL SELECT paused_until FROM outbox_lanes WHERE paused_until IS NOT NULL AND paused_until > ready_at) AS soonest",
)
_DEAD_LETTERS = both(
    "SELECT id,",
    listed(PLACE),
    ", message, error, died_at FROM outbox WHERE state = 'dead' ORDER BY died_at DESC, id DESC LIMIT ?",
)
_FORGET = both(
    "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE state = 'sent' AND sent_at < ? LIMIT ?) RETURNING id",
)


class SqlOutbox:
    """Implements `bot.ports.Outbox`. Marks by a worker that does not hold the lane any more change nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, worker: str, now: datetime, lease: timedelta, limit: int) -> tuple[Envelope, ...]:
        """See `bot.ports.Outbox`. Lanes that have been due for longest come first."""
        # Most of the times nothing is due, and finding that out needs no lock.
        if not await self._database.execute(_ANY_FREE, now, now, now, worker):
            return ()
        rows = await self._database.run(_claim(worker, now, now + lease, limit))
        codec = self._database.codec
        return tuple(Envelope(row[0], place_of(row[1:5]), message_of(row[5]), row[6], codec.time(row[7]), row[9]) for row in rows)

    async def delivered(self, worker: str, envelope_id: int, reference: str, now: datetime) -> None:
        """See `bot.ports.Outbox`."""
        await self._database.run_together(lambda: _mark(worker, envelope_id, _SENT, (now, reference)))

    async def retry(self, worker: str, envelope_id: int, due_at: datetime, error: str) -> None:
        """See `bot.ports.Outbox`."""
        await self._database.run(_mark(worker, envelope_id, _FAILED, (due_at, error)))

    async def pause(self, worker: str, envelope_id: int, until: datetime) -> None:
        """See `bot.ports.Outbox`."""
        await self._database.run(_mark(worker, envelope_id, _PAUSED, (), until))

    async def bury(self, worker: str, envelope_id: int, error: str, now: datetime) -> None:
        """See `bot.ports.Outbox`. The last attempt is counted."""
        await self._database.run(_mark(worker, envelope_id, _DEAD, (now, error)))

    async def dead_letters(self, limit: int) -> tuple[DeadLetter, ...]:
        """See `bot.ports.Outbox`."""
        rows = await self._database.execute(_DEAD_LETTERS, limit)
        codec = self._database.codec
        return tuple(DeadLetter(row[0], place_of(row[1:5]), message_of(row[5]), row[6], codec.time(row[7])) for row in rows)

    async def next_due(self, now: datetime) -> datetime | None:
        """See `bot.ports.Outbox`. Pauses count, leases do not: their holder may start again under its name."""
        rows = await self._database.execute(_NEXT_DUE)
        due_at: datetime | None = self._database.codec.time(rows[0][0])
        return due_at

    async def forget_before(self, moment: datetime) -> int:
        """See `bot.ports.Outbox`."""
        return await forget(self._database, _FORGET, moment)


def _claim(worker: str, now: datetime, until: datetime, limit: int) -> Program[list[Row]]:
    lanes = [row[0] for row in (yield Ask(_TAKE_FREE, (now, now, now, worker, limit)))]
    if not lanes:
        return []
    yield Ask(_LEASE, (until, worker, lanes))
    heads = yield Ask(_HEADS, (lanes,))
    for lane in set(lanes) - {row[8] for row in heads}:
        # Somebody took the message away by hand and left the lane as it was.
        yield Ask(_RELEASE, (None, lane))
    return heads


def _mark(
    worker: str, envelope_id: int, mark: Sql, args: tuple[object, ...], paused_until: datetime | None = None
) -> Program[None]:
    held = yield Ask(_HOLD_MINE, (envelope_id, worker))
    if held and (yield Ask(mark, (*args, envelope_id))):
        yield Ask(_RELEASE, (paused_until, held[0][0]))
