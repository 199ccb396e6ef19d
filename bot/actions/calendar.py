"""Who was asked lately, and which days are off where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.actions.days_off import country_of, days_off
from bot.okr.people import Person, PersonId
from bot.okr.prompt import Prompt
from bot.okr.rhythm import LOOK_BACK, WEEK, IsDayOff
from bot.ports import Reading


@dataclass(frozen=True)
class Calendar:
    """What deciding about check-ins needs to know of many people at once."""

    prompts: Mapping[str, tuple[Prompt, ...]]
    overrides: Mapping[tuple[str, date], bool]

    @staticmethod
    async def read(reading: Reading, person_ids: Sequence[PersonId], now: datetime) -> Calendar:
        """In two reads, however many people there are."""
        found: dict[str, list[Prompt]] = defaultdict(list)
        for prompt in await reading.prompts(person_ids, (now - (LOOK_BACK + 2) * WEEK).date()):
            found[prompt.subject_id].append(prompt)
        return Calendar({id_: tuple(prompts) for id_, prompts in found.items()}, await reading.days_off())

    def prompts_of(self, person_id: PersonId) -> tuple[Prompt, ...]:
        """Oldest first."""
        return self.prompts.get(person_id, ())

    def is_off(self, person: Person) -> IsDayOff:
        """Days off where the person lives; what an admin has said for everywhere counts, and for the country counts more."""
        country = country_of(person.timezone)
        said = {day: is_off for where in ("", country) for (named, day), is_off in self.overrides.items() if named == where}
        return days_off(country, said)

    def has_answered_since(self, person: Person, monday: date) -> bool:
        """Whether the person has checked in for the week that begins on `monday`."""
        return any(one.answered_at is not None and one.day >= monday for one in self.prompts_of(person.id))
