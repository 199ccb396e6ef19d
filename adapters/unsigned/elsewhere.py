"""Stands in for the relay in a process that does not have its files: asks the one that has, and takes over when they become free.

When a new release starts, the old process still has them for a moment.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import TypeVar

from adapters.unsigned.counter import Ask
from bot.anon.port import AnonymousRelay, Draft, Form, No, Receipt, Refused, Slot, Taken, Thread, Tray
from bot.okr.objective import KeyResultId
from bot.okr.people import PersonId, TeamId

_R = TypeVar("_R")


async def nobody(name: str, args: Sequence[object], named: Mapping[str, object]) -> Refused:
    """No other process can be asked."""
    return Refused(No.ELSEWHERE)


async def never() -> None:
    """The files never become free."""


class Elsewhere:
    """Implements `bot.anon.port.AnonymousRelay`. `take_over` gives the relay once this process can have it, None until then; it is asked at every
    tick."""

    def __init__(self, ask: Ask = nobody, take_over: Callable[[], Awaitable[AnonymousRelay | None]] = never) -> None:
        self._ask = ask
        self._take_over = take_over
        self._relay: AnonymousRelay | None = None

    async def form(self, person_id: PersonId) -> Form | Refused:
        return await self._asked(Form, "form", person_id)

    async def submit(self, person_id: PersonId, draft: Draft) -> Receipt | Refused:
        return await self._asked(Receipt, "submit", person_id, draft)

    async def look(self, code: str, asker: str) -> Thread | Refused:
        return await self._asked(Thread, "look", code, asker)

    async def follow_up(self, code: str, nonce: str, text: str, asker: str) -> Taken | Refused:
        return await self._asked(Taken, "follow_up", code, nonce, text, asker)

    async def burn(self, code: str, asker: str) -> Taken | Refused:
        return await self._asked(Taken, "burn", code, asker)

    async def tray(self, person_id: PersonId) -> Tray | Refused:
        return await self._asked(Tray, "tray", person_id)

    async def answer(self, person_id: PersonId, ref: str, nonce: str, text: str) -> Taken | Refused:
        return await self._asked(Taken, "answer", person_id, ref, nonce, text)

    async def thank(self, person_id: PersonId, ref: str, nonce: str) -> Taken | Refused:
        return await self._asked(Taken, "thank", person_id, ref, nonce)

    async def pass_to(self, person_id: PersonId, ref: str, nonce: str, to: PersonId) -> Taken | Refused:
        return await self._asked(Taken, "pass_to", person_id, ref, nonce, to)

    async def close(self, person_id: PersonId, ref: str, nonce: str) -> Taken | Refused:
        return await self._asked(Taken, "close", person_id, ref, nonce)

    async def set_inbox(self, person_id: PersonId, team_id: TeamId, *, is_open: bool) -> Taken | Refused:
        return await self._asked(Taken, "set_inbox", person_id, team_id, is_open=is_open)

    async def marks(self) -> frozenset[KeyResultId]:
        found = await self._asked(frozenset[KeyResultId], "marks")
        return frozenset() if isinstance(found, Refused) else found

    async def open_since(self, person_id: PersonId) -> tuple[date, ...]:
        found = await self._asked(tuple[date, ...], "open_since", person_id)
        return () if isinstance(found, Refused) else found

    async def tick(self) -> Slot | Refused | None:
        if self._relay is None:
            self._relay = await self._take_over()
        return None if self._relay is None else await self._relay.tick()

    async def carried(self) -> Taken | Refused:
        return Refused(No.ELSEWHERE) if self._relay is None else await self._relay.carried()

    async def _asked(self, kind: type[_R], name: str, *args: object, **named: object) -> _R | Refused:
        if self._relay is not None:
            answer = await getattr(self._relay, name)(*args, **named)
        else:
            answer = await self._ask(name, args, named)
        is_one = isinstance(answer, (getattr(kind, "__origin__", kind), Refused))
        return answer if is_one else Refused(No.NOT_NOW)
