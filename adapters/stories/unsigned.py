"""What boards know of unsigned notes in the stories: one is open about a key result, and Mei has two to answer."""

from __future__ import annotations

from datetime import date, time

from bot.okr.objective import KeyResultId
from bot.okr.people import PersonId
from bot.ports import About

ABOUT = About("1.0", 8, time(16, 0), 90, "Ombudswoman, +84 24 5555 0100", has_page=True)
MARKED = KeyResultId("meicomplain")
READER = PersonId("mei")
SINCE = (date(2026, 11, 25), date(2026, 11, 30))


class SampleNotes:
    """Implements `bot.ports.UnsignedNotes`."""

    async def marks(self) -> frozenset[KeyResultId]:
        return frozenset({MARKED})

    async def open_since(self, person_id: PersonId) -> tuple[date, ...]:
        return SINCE if person_id == READER else ()
