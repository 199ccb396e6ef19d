"""Stands in for the relay in a process that does not have its files: says so, takes nothing, and takes over when they become free.

When a new release starts, the old process still has them for a moment.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from bot.anon.port import AnonymousRelay, Draft, Form, No, Receipt, Refused, Slot, Taken, Thread, Tray
from bot.okr.objective import KeyResultId
from bot.okr.people import PersonId, TeamId


def nobody() -> None:
    """The files never become free."""


class Elsewhere:
    """Implements `bot.anon.port.AnonymousRelay`. `take_over` gives the relay once this process can have it, None until then; it is asked at every
    tick."""

    def __init__(self, why: No = No.ELSEWHERE, take_over: Callable[[], AnonymousRelay | None] = nobody) -> None:
        self._refused = Refused(why)
        self._take_over = take_over
        self._relay: AnonymousRelay | None = None

    async def form(self, person_id: PersonId) -> Form | Refused:
        return self._refused if self._relay is None else await self._relay.form(person_id)

    async def submit(self, person_id: PersonId, draft: Draft) -> Receipt | Refused:
        return self._refused if self._relay is None else await self._relay.submit(person_id, draft)

    async def look(self, code: str, asker: str) -> Thread | Refused:
        return self._refused if self._relay is None else await self._relay.look(code, asker)

    async def follow_up(self, code: str, nonce: str, text: str, asker: str) -> Taken | Refused:
        return self._refused if self._relay is None else await self._relay.follow_up(code, nonce, text, asker)

    async def burn(self, code: str, asker: str) -> Taken | Refused:
        return self._refused if self._relay is None else await self._relay.burn(code, asker)

    async def tray(self, person_id: PersonId) -> Tray | Refused:
        return self._refused if self._relay is None else await self._relay.tray(person_id)

    async def answer(self, person_id: PersonId, ref: str, nonce: str, text: str) -> Taken | Refused:
        return self._refused if self._relay is None else await self._relay.answer(person_id, ref, nonce, text)

    async def thank(self, person_id: PersonId, ref: str, nonce: str) -> Taken | Refused:
        return self._refused if self._relay is None else await self._relay.thank(person_id, ref, nonce)

    async def pass_to(self, person_id: PersonId, ref: str, nonce: str, to: PersonId) -> Taken | Refused:
        return self._refused if self._relay is None else await self._relay.pass_to(person_id, ref, nonce, to)

    async def close(self, person_id: PersonId, ref: str, nonce: str) -> Taken | Refused:
        return self._refused if self._relay is None else await self._relay.close(person_id, ref, nonce)

    async def set_inbox(self, person_id: PersonId, team_id: TeamId, *, is_open: bool) -> Taken | Refused:
        return self._refused if self._relay is None else await self._relay.set_inbox(person_id, team_id, is_open=is_open)

    async def marks(self) -> frozenset[KeyResultId]:
        return frozenset() if self._relay is None else await self._relay.marks()

    async def open_since(self, person_id: PersonId) -> tuple[date, ...]:
        return () if self._relay is None else await self._relay.open_since(person_id)

    async def tick(self) -> Slot | Refused | None:
        if self._relay is None:
            self._relay = self._take_over()
        return None if self._relay is None else await self._relay.tick()
