"""The demo: puts the sample company into an empty database as it would stand today, and lets a visitor be anybody of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from adapters.demo_company import OBJECTIVES, PEOPLE, TEAMS, SampleKeyResult, SampleObjective, SamplePerson
from adapters.webchat.visitors import PLATFORM, TENANT, Visitor, is_guest_id, place_of, sender_of
from bot.chat.incoming import Arrived, Incoming
from bot.okr.check_in import CheckIn, Confidence
from bot.okr.cycle import Cycle, CycleId, quarter_of
from bot.okr.invites import hash_of
from bot.okr.measure import Direction, Measure
from bot.okr.objective import HistoryEntry, KeyResult, KeyResultId, Objective, ObjectiveId, ObjectiveState, ServedKind, Serves
from bot.okr.people import Account, Invite, Person, PersonId, Role, TeamId
from bot.okr.prompt import Prompt, PromptKind
from bot.ports import (
    AddCheckIn,
    AddHistory,
    AddPrompt,
    Change,
    Clock,
    PutAccount,
    PutCycle,
    PutInvite,
    PutObjective,
    PutPerson,
    PutTeam,
    Reading,
    Saved,
    Turn,
    UnitOfWork,
)

COMPANY_NAME = "Lantern"
INVITE_CODE = "lantern-welcomes-somebody-new"
"""Lets "someone new" join Growth. Everybody can read it here, so it exists in demo databases only."""
INVITE_TEAM = TeamId("growth")
INVITE_USES = 1000

WEEKS = 8
"""Weeks of check-ins that are there from the first day."""
CYCLE_WEEKS = 13
REST = timedelta(weeks=2)
"""How much of a quarter has to be left: a demo that is kept should not run out of its cycle at once."""
PROMPT = time(15, 0)
FRIDAY = 4
SETTLED = timedelta(hours=4)
"""By then the last of the sample people has checked in."""


async def seed(reading: Reading, work: UnitOfWork, clock: Clock) -> bool:
    """Put the sample company into an empty database. False when somebody is there already: what was said is kept."""
    if await reading.everybody():
        return False
    return await work.save(sample_turn(clock.now())) is Saved.DONE


class SampleVisitors:
    """Who a visitor of the demo can be: the sample people, and guests who have joined. Implements the web chat's `Visitors`."""

    def __init__(self, reading: Reading, clock: Clock) -> None:
        self._reading = reading
        self._clock = clock

    async def all(self) -> tuple[Visitor, ...]:
        """The sample people as they are now, by team and name."""
        ids = [PersonId(sample.id) for sample in PEOPLE]
        people = await self._reading.people(ids)
        paths = {team.id: team.path for team in await self._reading.teams()}
        visitors = [_visitor(person, paths) for person in people.values() if person.is_active]
        return tuple(sorted(visitors, key=lambda visitor: (visitor.team, visitor.role == Role.MEMBER, visitor.name)))

    async def get(self, visitor_id: str) -> Visitor | None:
        """One of them; or a guest, by the name they joined with, a stranger before that. None for everybody else."""
        if not is_guest_id(visitor_id):
            return next((visitor for visitor in await self.all() if visitor.id == visitor_id), None)
        stranger = Visitor(visitor_id)
        arrival = Incoming("visit", sender_of(stranger), place_of(visitor_id), self._clock.now(), Arrived())
        person = (await self._reading.known(arrival)).person
        if person is None:
            return None
        return replace(_visitor(person, {team.id: team.path for team in await self._reading.teams()}), id=visitor_id)


def _visitor(person: Person, paths: dict[TeamId, str]) -> Visitor:
    note = next((sample.note for sample in PEOPLE if sample.id == person.id and sample.locale == person.locale), "")
    return Visitor(person.id, person.name, paths.get(person.team_id, ""), person.role.value, person.locale, note)


def sample_cycle(now: datetime) -> Cycle:
    """This quarter when it already has eight weeks to show and two left; else thirteen weeks, eight of them gone."""
    today = now.date()
    quarter = quarter_of(today)
    if today - quarter.starts_on > timedelta(weeks=WEEKS, days=1) and quarter.ends_on - today >= REST:
        return quarter
    # From a Monday, so that weeks of the cycle are weeks of the calendar.
    starts_on = today - timedelta(weeks=WEEKS)
    starts_on -= timedelta(days=starts_on.weekday())
    ends_on = starts_on + timedelta(weeks=CYCLE_WEEKS, days=-1)
    first, last = starts_on.isocalendar(), ends_on.isocalendar()
    last_week = f"W{last.week}" if first.year == last.year else f"{last.year} W{last.week}"
    return Cycle(CycleId(f"demo{starts_on:%Y%m%d}"), f"{first.year} W{first.week} – {last_week}", starts_on, ends_on)


def sample_turn(now: datetime) -> Turn:
    """The whole company as one turn, as it stands at `now` (aware)."""
    joined_at = prompt_of(1, now, "UTC") - timedelta(weeks=20)
    cycle = sample_cycle(now)
    changes: list[Change] = [PutTeam(team) for team in TEAMS]
    for sample in PEOPLE:
        changes.append(PutPerson(_person(sample, joined_at)))
        changes.append(PutAccount(Account(PLATFORM, TENANT, sample.id, PersonId(sample.id), sample.id)))
    changes.append(PutCycle(cycle))
    for number, objective in enumerate(OBJECTIVES):
        # One after another: boards show the oldest first.
        changes.extend(_objective_changes(objective, cycle, now, timedelta(minutes=7 * number)))
    for sample in PEOPLE:
        changes.extend(AddPrompt(prompt) for prompt in _prompts(sample, now))
    changes.append(PutInvite(Invite(hash_of(INVITE_CODE), INVITE_TEAM, Role.MEMBER, now + timedelta(days=365), INVITE_USES)))
    return Turn(now.astimezone(UTC), changes=tuple(changes))


def _prompts(sample: SamplePerson, now: datetime) -> Iterator[Prompt]:
    """That they were asked every Friday: without it the first tick would ask about a week they have answered."""
    weeks = [one.weeks.split() for objective in OBJECTIVES if objective.owner == sample.id for one in objective.key_results]
    if not weeks:
        return
    for week in range(1, WEEKS + 1):
        at = prompt_of(week, now, sample.timezone)
        day = at.astimezone(ZoneInfo(sample.timezone)).date()
        has_answered = any(said[week - 1] != "-" for said in weeks)
        answered_at = at + timedelta(minutes=max(sample.minutes, 0)) if has_answered else None
        yield Prompt(PromptKind.CHECK_IN, sample.id, day, at, answered_at)
        if answered_at is None:
            yield Prompt(PromptKind.REMINDER, sample.id, day, at + timedelta(days=3))


def prompt_of(week: int, now: datetime, timezone: str) -> datetime:
    """Friday's prompt of a week, 1 … 8, on the clock of a zone; week 8 is the newest that everybody has had time to answer."""
    latest = (now - SETTLED).astimezone(ZoneInfo(timezone))
    day = latest.date() - timedelta(days=(latest.weekday() - FRIDAY) % 7)
    if datetime.combine(day, PROMPT, latest.tzinfo) > latest:
        day -= timedelta(weeks=1)
    return datetime.combine(day - timedelta(weeks=WEEKS - week), PROMPT, latest.tzinfo).astimezone(UTC)


def _person(sample: SamplePerson, joined_at: datetime) -> Person:
    return Person(
        PersonId(sample.id),
        sample.name,
        f"{sample.id}@lantern.example",
        TeamId(sample.team),
        sample.role,
        PersonId(sample.manager) if sample.manager else None,
        sample.locale,
        sample.timezone,
        joined_at=joined_at,
    )


def _objective_changes(sample: SampleObjective, cycle: Cycle, now: datetime, later: timedelta) -> Iterator[Change]:
    owner = next(person for person in PEOPLE if person.id == sample.owner)
    published_at = prompt_of(1, now, owner.timezone) - timedelta(days=4, hours=5) + later
    objective = Objective(
        ObjectiveId(sample.id),
        PersonId(owner.id),
        TeamId(owner.team),
        cycle.id,
        sample.title,
        sample.why,
        sample.ambition,
        ObjectiveState.PUBLISHED,
        published_at - timedelta(days=2),
        tuple(KeyResult(KeyResultId(one.id), one.sentence, _measure(one), one.start_confidence) for one in sample.key_results),
        _serves(sample.serves),
        published_at,
    )
    yield PutObjective(objective)
    for what, at in (("created", objective.created_at), ("published", published_at)):
        yield AddHistory(HistoryEntry(f"{sample.id}{what[0]}", objective.id, at, objective.owner_id, what, after=sample.title))
    for one in sample.key_results:
        yield from _check_ins(one, owner, now)


def _measure(sample: SampleKeyResult) -> Measure:
    """Up or down, as the numbers say."""
    before, _, after = sample.span.partition(" → ")
    target, _, unit = after.partition(" ")
    direction = Direction.INCREASE if Decimal(target) > Decimal(before) else Direction.DECREASE
    return Measure(sample.metric, Decimal(target), Decimal(before), unit, direction)


def _check_ins(sample: SampleKeyResult, owner: SamplePerson, now: datetime) -> Iterator[AddCheckIn]:
    for week, said in enumerate(sample.weeks.split(), 1):
        if said == "-":
            continue
        confidence = Confidence.AT_RISK if said.endswith("?") else Confidence.ON_TRACK
        at = prompt_of(week, now, owner.timezone) + timedelta(minutes=owner.minutes)
        key_result_id, author_id = KeyResultId(sample.id), PersonId(owner.id)
        value, note = Decimal(said.rstrip("?")), sample.notes.get(week, "")
        yield AddCheckIn(CheckIn(f"{sample.id}{week}", key_result_id, author_id, at, value, confidence, note))


def _serves(text: str) -> Serves | None:
    if not text:
        return None
    return Serves(ServedKind.OBJECTIVE if text.startswith("*") else ServedKind.KEY_RESULT, text.removeprefix("*"))
