"""Who somebody is, asked anew at every request: whoever has left is refused at the next one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.chat.incoming import Arrived, Incoming, Place, Sender
from bot.okr.people import Person, PersonId, Role
from bot.ports import Clock, Reading


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who is with us now. `lang` and `timezone` are for what the page says; `may_read` shows the way to the tray and opens nothing."""

    person_id: PersonId
    lang: str
    timezone: str
    may_read: bool = False


class Askers(Protocol):
    """Finds people. Writes nothing by it."""

    async def person(self, person_id: PersonId) -> Asker | None:
        """None for somebody unknown, or gone."""
        ...

    async def account(self, platform: str, tenant: str, user_id: str) -> Asker | None:
        """The same, by an account of theirs."""
        ...


class KnownAskers:
    """Implements `Askers` over what storage knows."""

    def __init__(self, reading: Reading, clock: Clock) -> None:
        self._reading = reading
        self._clock = clock

    async def person(self, person_id: PersonId) -> Asker | None:
        return await self._asker(await self._reading.person(person_id))

    async def account(self, platform: str, tenant: str, user_id: str) -> Asker | None:
        # Only looked up with: this incoming is never handed to anybody who stores it.
        looks = Incoming(
            "looks",
            Sender(platform, tenant, user_id),
            Place(platform, tenant, user_id, is_private=True),
            self._clock.now(),
            Arrived(),
        )
        return await self._asker((await self._reading.known(looks)).person)

    async def _asker(self, person: Person | None) -> Asker | None:
        if person is None or not person.is_active or person.joined_at is None:
            return None
        leads = person.role is not Role.MEMBER or any(team.lead_id == person.id for team in await self._reading.teams())
        return Asker(person.id, person.locale, person.timezone, leads)
