"""Stands in for the relay in a process that does not have its files: says so, and takes nothing."""

from __future__ import annotations

from datetime import date

from bot.anon.port import Draft, No, Refused
from bot.okr.objective import KeyResultId
from bot.okr.people import PersonId, TeamId


class Elsewhere:
    """Implements `bot.anon.port.AnonymousRelay`."""

    def __init__(self, why: No = No.ELSEWHERE) -> None:
        self._refused = Refused(why)

    async def form(self, person_id: PersonId) -> Refused:
        return self._refused

    async def submit(self, person_id: PersonId, draft: Draft) -> Refused:
        return self._refused

    async def look(self, code: str, asker: str) -> Refused:
        return self._refused

    async def follow_up(self, code: str, nonce: str, text: str, asker: str) -> Refused:
        return self._refused

    async def burn(self, code: str, asker: str) -> Refused:
        return self._refused

    async def tray(self, person_id: PersonId) -> Refused:
        return self._refused

    async def answer(self, person_id: PersonId, ref: str, nonce: str, text: str) -> Refused:
        return self._refused

    async def thank(self, person_id: PersonId, ref: str, nonce: str) -> Refused:
        return self._refused

    async def pass_to(self, person_id: PersonId, ref: str, nonce: str, to: PersonId) -> Refused:
        return self._refused

    async def close(self, person_id: PersonId, ref: str, nonce: str) -> Refused:
        return self._refused

    async def set_inbox(self, person_id: PersonId, team_id: TeamId, *, is_open: bool) -> Refused:
        return self._refused

    async def marks(self) -> frozenset[KeyResultId]:
        return frozenset()

    async def open_since(self, person_id: PersonId) -> tuple[date, ...]:
        return ()

    async def tick(self) -> None:
        return None
