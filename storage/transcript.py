"""The memory of the web chat. A line that takes another's place is kept beside it, so that a repetition is recognised."""

from __future__ import annotations

from datetime import datetime

from bot.chat.incoming import Incoming, Place
from bot.chat.message import Message
from bot.ports import Line
from storage.codec import storable
from storage.engine import Database
from storage.inbox import PUT, Arrivals
from storage.rows import message_of, message_text
from storage.sql import Ask, Program, both

_IS_WRITTEN = both("SELECT 1 FROM web_lines WHERE lane = ? AND id = ?")
# The row stays locked until the commit, so that nobody sees a number before the one below it.
_NUMBER = both(
    "INSERT INTO web_places (lane, number) VALUES (?, 1) ON CONFLICT (lane) DO UPDATE SET number = web_places.number + 1",
    "RETURNING number",
)
_ROOT = both("SELECT root, position, at FROM web_lines WHERE lane = ? AND id = ? AND message IS NOT NULL")
_RETIRE = both("UPDATE web_lines SET is_current = FALSE WHERE lane = ? AND root = ? AND is_current = TRUE")
_ADD = both(
    "INSERT INTO web_lines (lane, id, root, position, number, is_current, at, said, message) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_LINE = "SELECT root, number, at, said, message FROM web_lines WHERE lane = ? AND is_current = TRUE"
_NEWEST = both(_LINE, "ORDER BY position DESC LIMIT ?")
# The plus keeps the planners from walking the whole chat in its order just to spare sorting a handful of lines.
_AFTER = both(_LINE, "AND number > ? ORDER BY +position DESC LIMIT ?")


class SqlTranscript:
    """Implements `bot.ports.Transcript`."""

    def __init__(self, database: Database, arrivals: Arrivals) -> None:
        self._database = database
        self._arrivals = arrivals

    async def hear(self, incoming: Incoming, said: str) -> bool:
        """See `bot.ports.Transcript`. The line's id is made from the event's, and is never one of the bot's."""
        return await self._database.run(_hear(incoming, self._arrivals.args(incoming), storable(said)))

    async def write(self, place: Place, line_id: str, message: Message, at: datetime, replaces: str) -> None:
        """See `bot.ports.Transcript`. A line keeps its id and its time whatever takes its place; `replaces` may name any version of it."""
        await self._database.run(_write(place.lane, line_id, message_text(message), at, replaces))

    async def lines(self, place: Place, after: int = 0, limit: int = 200) -> tuple[Line, ...]:
        """See `bot.ports.Transcript`."""
        if after > 0:
            rows = await self._database.execute(_AFTER, place.lane, after, limit)
        else:
            rows = await self._database.execute(_NEWEST, place.lane, limit)
        codec = self._database.codec
        return tuple(
            Line(row[0], row[1], codec.time(row[2]), row[3], None if row[4] is None else message_of(row[4]))
            for row in reversed(rows)
        )


def _hear(incoming: Incoming, event: tuple[object, ...], said: str) -> Program[bool]:
    if not (yield Ask(PUT, event)):
        return False
    if said:
        lane, line_id = incoming.place.lane, f"said-{incoming.event_id}"
        ((number,),) = yield Ask(_NUMBER, (lane,))
        yield Ask(_ADD, (lane, line_id, line_id, number, number, True, incoming.sent_at, said, None))
    return True


def _write(lane: str, line_id: str, message: str, at: datetime, replaces: str) -> Program[None]:
    if (yield Ask(_IS_WRITTEN, (lane, line_id))):
        return
    ((number,),) = yield Ask(_NUMBER, (lane,))
    replaced = (yield Ask(_ROOT, (lane, replaces))) if replaces else []
    root, position = line_id, number
    if replaced:
        root, position, at = replaced[0]
        yield Ask(_RETIRE, (lane, root))
    yield Ask(_ADD, (lane, line_id, root, position, number, True, at, "", message))
