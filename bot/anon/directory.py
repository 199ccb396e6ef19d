"""What the relay asks about the organisation: who is there now, what notes can be about, and which clock slots go by. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.anon.audience import Company
from bot.anon.slots import Plan
from bot.okr.people import PersonId, TeamId


class Directory(Protocol):
    """The organisation as it is now. Nothing is written by asking."""

    async def company(self, *, is_fresh: bool = False) -> Company:
        """Everybody. Of a large company it may be what was true some minutes ago, unless `is_fresh`."""
        ...

    async def may_read(self, person_id: PersonId) -> bool:
        """Whether this person can be a reader at all: a quick no for nearly everybody."""
        ...

    async def plan(self) -> Plan:
        """When slots are."""
        ...

    async def topics(self, unit_ids: Sequence[TeamId]) -> tuple[tuple[str, str], ...]:
        """Live key results on the boards of these teams: id and sentence, as the boards order them."""
        ...

    async def sentence(self, key_result_id: str) -> str:
        """A key result's sentence, "" when it is gone."""
        ...
