"""A web chat's transcript in memory, for tests of what stands in front of it. Everything is kept as JSON text, as a real one would.

Held to the same promises as the real storage (`tests/transcript_promises.py`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from bot.chat import incoming as incomings
from bot.chat import message as messages
from bot.chat.incoming import Incoming, Place
from bot.chat.message import Message
from bot.ports import EventKey, Line


@dataclass
class Row:
    """One line. `position` orders lines, `number` counts changes; both within the place."""

    id: str
    lane: str
    position: int
    number: int
    at: str
    said: str = ""
    message: str = ""


class MemoryTranscript:
    """Implements `bot.ports.Transcript`."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.written: set[str] = set()
        self.events: dict[EventKey, str] = {}
        self.failure: Exception | None = None
        """Raised by every call, as when the disk is full."""

    @property
    def inbox(self) -> list[Incoming]:
        """Everything heard, in order."""
        return [incomings.from_json(json.loads(body)) for body in self.events.values()]

    async def hear(self, incoming: Incoming, said: str) -> bool:
        """Store the event and a line of the person's."""
        self._fail()
        key = EventKey(incoming.sender.platform, incoming.sender.tenant, incoming.event_id)
        if key in self.events:
            return False
        self.events[key] = json.dumps(incomings.to_json(incoming))
        if said:
            self._add(incoming.place, incoming.event_id, incoming.sent_at, said=said)
        return True

    async def write(self, place: Place, line_id: str, message: Message, at: datetime, replaces: str) -> None:
        """Add the bot's line or put it in another's stead."""
        self._fail()
        if line_id in self.written:
            return
        self.written.add(line_id)
        body = json.dumps(messages.to_json(message))
        for row in self.rows:
            if replaces and row.lane == place.lane and row.id == replaces:
                row.message, row.number = body, self._next(place)
                return
        self._add(place, line_id, at, message=body)

    async def lines(self, place: Place, after: int = 0, limit: int = 200) -> tuple[Line, ...]:
        """What is new, in the order it is shown."""
        self._fail()
        found = [row for row in self.rows if row.lane == place.lane and row.number > after]
        return tuple(_line(row) for row in sorted(found, key=lambda row: row.position)[-limit:])

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure

    def _add(self, place: Place, line_id: str, at: datetime, *, said: str = "", message: str = "") -> None:
        number = self._next(place)
        self.rows.append(Row(line_id, place.lane, number, number, at.isoformat(), said, message))

    def _next(self, place: Place) -> int:
        return max((row.number for row in self.rows if row.lane == place.lane), default=0) + 1


def _line(row: Row) -> Line:
    message = messages.from_json(json.loads(row.message)) if row.message else None
    return Line(row.id, row.number, datetime.fromisoformat(row.at), row.said, message)
