"""The organisation as the anonymous relay sees it: who could have written, who reads, what notes can be about. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from bot.actions.cycles import cycle_around
from bot.actions.days_off import country_of, days_off
from bot.actions.team_board import NOBODYS_ZONE, lead_of
from bot.anon.audience import Company, Member, Unit
from bot.anon.slots import Plan
from bot.okr.board import live
from bot.okr.objective import KeyResultId
from bot.okr.people import Person, PersonId, Role, Team, TeamId
from bot.okr.prompt import Prompt, PromptKind
from bot.okr.rhythm import local_date
from bot.ports import Clock, Reading

ACTIVE_WITHIN = timedelta(days=30)
"""Whoever has been asked for weeks and has said nothing for so long hides nobody (survey products count activity over a month as well)."""
ASKED_SINCE = timedelta(days=21)
""""For weeks": somebody who was first asked yesterday is new, not silent."""
SATURDAY = 5
LARGE = 500
"""People from which on a company is kept for a while."""
KEPT = timedelta(minutes=5)


class OrganisationDirectory:
    """Implements `bot.anon.directory.Directory`. Slots go by the clock of whoever leads the whole company; `every` shortens them."""

    def __init__(self, reading: Reading, clock: Clock, slot_at: time, every: timedelta | None = None) -> None:
        self._reading = reading
        self._clock = clock
        self._slot_at = slot_at
        self._every = every
        self._kept: tuple[datetime, Company] | None = None

    async def company(self, *, is_fresh: bool = False) -> Company:
        """Three reads, however many people there are. Thousands take a second, so they are kept for a few minutes; who may come in and who may
        read is asked anew every time, and a slot always looks afresh."""
        now = self._clock.now()
        if self._kept is not None and not is_fresh and now - self._kept[0] < KEPT:
            return self._kept[1]
        company = await self._read_company(now)
        self._kept = (now, company) if len(company.members) >= LARGE else None
        return company

    async def _read_company(self, now: datetime) -> Company:
        teams = await self._reading.teams()
        people = [one for one in await self._reading.everybody() if one.is_active]
        prompts = await self._reading.prompts([one.id for one in people], (now - ACTIVE_WITHIN).date())
        silent = _silent(prompts, now - ASKED_SINCE)
        leads = {team.lead_id for team in teams}
        members = tuple(
            Member(
                one.id,
                one.name,
                one.team_id,
                one.joined_at is not None and one.id not in silent and not _is_away(one, now),
                one.role is not Role.MEMBER or one.id in leads,
            )
            for one in people
        )
        return Company(tuple(_units(teams, people)), members)

    async def may_read(self, person_id: PersonId) -> bool:
        person = await self._reading.person(person_id)
        if person is None or not person.is_active:
            return False
        return person.role is not Role.MEMBER or any(team.lead_id == person_id for team in await self._reading.teams())

    async def plan(self) -> Plan:
        """At the set hour on the clock of the company's lead, on days they work."""
        teams = await self._reading.teams()
        top = next((team for team in teams if team.parent_id is None), None)
        lead = await lead_of(self._reading, top, teams) if top is not None else None
        zone = lead.timezone if lead is not None else NOBODYS_ZONE
        return Plan(self._slot_at, zone, _day_off(zone, await self._reading.days_off()), self._every)

    async def topics(self, unit_ids: Sequence[TeamId]) -> tuple[tuple[str, str], ...]:
        cycle = await cycle_around(self._reading, self._clock.now().date())
        published = await self._reading.published_in(unit_ids, cycle.id)
        return tuple((str(one.id), one.sentence) for objective in published for one in live(objective))

    async def sentence(self, key_result_id: str) -> str:
        objective = await self._reading.objective_of_key_result(KeyResultId(key_result_id))
        found = (one.sentence for one in (objective.key_results if objective is not None else ()) if one.id == key_result_id)
        return next(found, "")


def _units(teams: Iterable[Team], people: Sequence[Person]) -> Iterable[Unit]:
    """The lead of a team reads, and who else is its manager; for a company nobody leads, its admins."""
    here = {one.id for one in people}
    for team in teams:
        readers = {one.id for one in people if one.team_id == team.id and one.role is Role.MANAGER}
        readers |= {team.lead_id} & here if team.lead_id is not None else set()
        if not readers and team.parent_id is None:
            readers = {one.id for one in people if one.role is Role.ADMIN}
        yield Unit(team.id, team.name, team.parent_id, frozenset(readers))


def _silent(prompts: Iterable[Prompt], asked_before: datetime) -> set[PersonId]:
    asked = [one for one in prompts if one.kind is PromptKind.CHECK_IN]
    answered = {one.subject_id for one in asked if one.answered_at is not None}
    return {PersonId(one.subject_id) for one in asked if one.at <= asked_before} - {PersonId(one) for one in answered}


def _is_away(person: Person, now: datetime) -> bool:
    return person.away_until is not None and local_date(person, now) <= person.away_until


def _day_off(zone: str, said: Mapping[tuple[str, date], bool]) -> Callable[[date], bool]:
    country = country_of(zone)
    overrides = {day: is_off for where in ("", country) for (named, day), is_off in said.items() if named == where}
    is_off = days_off(country, overrides)
    return lambda day: day.weekday() >= SATURDAY or is_off(day)
