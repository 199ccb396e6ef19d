"""Inbox, outbox and unit of work in memory, for tests of what stands in front of them. Everything is kept as JSON text, as a real one would.

Held to the same promises as the real storage, by `tests/storage`. Changes of the domain are not kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.chat import incoming as incomings
from bot.chat import message as messages
from bot.chat.incoming import Incoming, Place
from bot.chat.message import Message
from bot.ports import DeadLetter, Envelope, EventKey, Saved, Turn

WAITING, SENT, DEAD = "waiting", "sent", "dead"


@dataclass
class Row:
    """A message in the outbox."""

    id: int
    dedupe: str
    lane: str
    slot: str
    edits: str
    body: str
    created_at: datetime
    due_at: datetime
    state: str = WAITING
    attempts: int = 0
    error: str = ""
    reference: str = ""
    ended_at: datetime | None = None


@dataclass
class Lane:
    """Who serves a chat, and until when nobody may."""

    paused_until: datetime | None = None
    lease_until: datetime | None = None
    lease_by: str = ""


@dataclass
class Event:
    """An event in the inbox; `body` is empty for one that never lay there."""

    body: str
    at: datetime
    is_done: bool = False
    given_up: str = ""


class Memory:
    """Implements `bot.ports.UnitOfWork`."""

    def __init__(self, on_commit: Callable[[], None] = lambda: None) -> None:
        self.rows: list[Row] = []
        self.lanes: dict[str, Lane] = {}
        self.events: dict[EventKey, Event] = {}
        self.on_commit = on_commit
        self.outbox = MemoryOutbox(self)
        self.inbox = MemoryInbox(self)

    async def save(self, turn: Turn) -> Saved:
        """Keep the event and what goes out."""
        if turn.event is not None:
            event = self.events.setdefault(turn.event, Event("", turn.at))
            if event.is_done:
                return Saved.DUPLICATE
            event.is_done = True
            event.at = turn.at
        known = {row.dedupe for row in self.rows}
        for outgoing in turn.outgoing:
            if outgoing.dedupe in known:
                continue
            known.add(outgoing.dedupe)
            place, message = outgoing.place, outgoing.message
            self.lanes.setdefault(place.lane, Lane())
            body = json.dumps([[place.platform, place.tenant, place.chat_id, place.is_private], messages.to_json(message)])
            slot = message.slot or message.edits
            row = Row(len(self.rows) + 1, outgoing.dedupe, place.lane, slot, message.edits, body, turn.at, turn.at)
            self.rows.append(row)
        self.on_commit()
        return Saved.DONE

    async def save_all(self, turns: Sequence[Turn]) -> tuple[Saved, ...]:
        """One by one."""
        return tuple([await self.save(turn) for turn in turns])


class MemoryStore:
    """Implements `tests.switchboard.Store`."""

    def __init__(self) -> None:
        self.work = Memory()
        self.outbox = self.work.outbox
        self.inbox = self.work.inbox

    def on_commit(self, wake: Callable[[], None]) -> None:
        """Call `wake` after every commit."""
        self.work.on_commit = wake


class MemoryOutbox:
    """Implements `bot.ports.Outbox`. Marks by a worker that does not hold the lane any more change nothing."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def claim(self, worker: str, now: datetime, lease: timedelta, limit: int) -> tuple[Envelope, ...]:
        """The heads of due lanes, leased to `worker`."""
        envelopes: list[Envelope] = []
        for row in self._heads():
            lane = self._memory.lanes[row.lane]
            is_leased = lane.lease_until is not None and lane.lease_until > now and lane.lease_by != worker
            is_paused = lane.paused_until is not None and lane.paused_until > now
            if row.due_at <= now and not is_leased and not is_paused and len(envelopes) < limit:
                lane.lease_until, lane.lease_by = now + lease, worker
                envelopes.append(self._envelope(row))
        return tuple(envelopes)

    async def delivered(self, worker: str, envelope_id: int, reference: str, now: datetime) -> None:
        """Mark as sent."""
        row = self._row(envelope_id)
        if row.state == WAITING and self._holds(worker, row):
            row.state, row.reference, row.ended_at = SENT, reference, now
        self._release(worker, row.lane)

    async def retry(self, worker: str, envelope_id: int, due_at: datetime, error: str) -> None:
        """Wait at the head of the lane."""
        row = self._row(envelope_id)
        if row.state == WAITING and self._holds(worker, row):
            row.due_at, row.error = due_at, error
            row.attempts += 1
        self._release(worker, row.lane)

    async def pause(self, worker: str, envelope_id: int, until: datetime) -> None:
        """Pause the lane."""
        row = self._row(envelope_id)
        if self._holds(worker, row):
            self._memory.lanes[row.lane].paused_until = until
        self._release(worker, row.lane)

    async def bury(self, worker: str, envelope_id: int, error: str, now: datetime) -> None:
        """Make a dead letter of it."""
        row = self._row(envelope_id)
        if row.state == WAITING and self._holds(worker, row):
            row.state, row.error, row.ended_at = DEAD, error, now
            row.attempts += 1
        self._release(worker, row.lane)

    async def dead_letters(self, limit: int) -> tuple[DeadLetter, ...]:
        """Newest first."""
        letters = []
        for row in self._memory.rows:
            if row.state == DEAD and row.ended_at is not None:
                place, message = self._open(row)
                letters.append(DeadLetter(row.id, place, message, row.error, row.ended_at))
        return tuple(sorted(letters, key=lambda letter: (letter.died_at, letter.id), reverse=True)[:limit])

    async def next_due(self, now: datetime) -> datetime | None:
        """When the earliest head becomes due, pauses counted in."""
        return min(
            (max(row.due_at, self._memory.lanes[row.lane].paused_until or row.due_at) for row in self._heads()), default=None
        )

    async def forget_before(self, moment: datetime) -> int:
        """Drop delivered messages."""
        old = [row for row in self._memory.rows if row.state == SENT and row.ended_at is not None and row.ended_at < moment]
        for row in old:
            row.state, row.body = "forgotten", ""
        return len(old)

    def _heads(self) -> list[Row]:
        heads: dict[str, Row] = {}
        for row in self._memory.rows:
            if row.state == WAITING:
                heads.setdefault(row.lane, row)
        return list(heads.values())

    def _row(self, envelope_id: int) -> Row:
        return self._memory.rows[envelope_id - 1]

    def newest_said(self, place: Place, limit: int) -> tuple[Message, ...]:
        """See `bot.ports.Reading`."""
        rows = [row for row in reversed(self._memory.rows) if row.lane == place.lane and row.state != DEAD]
        said = (self._open(row)[1] for row in rows[:limit])
        return tuple(message for message in said if not message.is_optional)

    def _holds(self, worker: str, row: Row) -> bool:
        return self._memory.lanes[row.lane].lease_by == worker

    def _release(self, worker: str, name: str) -> None:
        lane = self._memory.lanes[name]
        if lane.lease_by == worker:
            lane.lease_until, lane.lease_by = None, ""

    def _open(self, row: Row) -> tuple[Place, Message]:
        place, message = json.loads(row.body)
        return Place(*place), messages.from_json(message)

    def _envelope(self, row: Row) -> Envelope:
        place, message = self._open(row)
        replaces = ""
        if row.edits:
            named = [r for r in self._memory.rows if r.lane == row.lane and r.slot == row.edits and r.state == SENT]
            replaces = named[-1].reference if named else ""
        return Envelope(row.id, place, message, row.attempts, row.created_at, replaces)


class MemoryInbox:
    """Implements `bot.ports.Inbox`."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def put(self, incoming: Incoming) -> bool:
        """Keep it unless it is there."""
        key = EventKey(incoming.sender.platform, incoming.sender.tenant, incoming.event_id)
        if key in self._memory.events:
            return False
        self._memory.events[key] = Event(json.dumps(incomings.to_json(incoming)), incoming.sent_at)
        return True

    async def pending(self, limit: int) -> tuple[Incoming, ...]:
        """In the order they were put."""
        waiting = [event for event in self._memory.events.values() if event.body and not event.is_done and not event.given_up]
        return tuple(incomings.from_json(json.loads(event.body)) for event in waiting[:limit])

    async def give_up(self, event: EventKey, reason: str) -> None:
        """Take it out of the queue."""
        self._memory.events[event].given_up = reason

    async def forget_before(self, moment: datetime) -> int:
        """Drop dealt-with events."""
        old = [key for key, event in self._memory.events.items() if event.is_done and event.at < moment]
        for key in old:
            del self._memory.events[key]
        return len(old)
