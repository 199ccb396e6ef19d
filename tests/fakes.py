"""Storage in memory: everything `bot.ports.Reading` and `bot.ports.UnitOfWork` promise, so that whole conversations run without a database.

Held to the same promises as the real storage, by `tests/storage`. Sessions, messages and history go through JSON, as they would through a
database; what storage could not give back does not get in.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from bot.chat.incoming import Incoming, Place
from bot.chat.message import Message
from bot.dialogs.session import Session, SessionState, body_of, from_columns
from bot.folding import fold
from bot.okr.check_in import CheckIn
from bot.okr.cycle import Cycle, CycleId
from bot.okr.directory import ListedTeam, Listing
from bot.okr.help_request import HelpRequest, HelpRequestId, HelpState
from bot.okr.objective import HistoryEntry, KeyResult, KeyResultId, Objective, ObjectiveId, ObjectiveState, ServedKind, Serves
from bot.okr.people import Account, Invite, Person, PersonId, Team, TeamId
from bot.okr.prompt import Prompt, PromptKind
from bot.ports import (
    AddCheckIn,
    AddHistory,
    AddPrompt,
    AnswerPrompts,
    Candidate,
    Change,
    EventKey,
    Guard,
    Known,
    Organisation,
    PutAccount,
    PutCycle,
    PutDayOff,
    PutHelpRequest,
    PutInvite,
    PutListedTeam,
    PutListing,
    PutObjective,
    PutPerson,
    PutPrompt,
    PutSession,
    PutTeam,
    PutTeamPlace,
    RemoveDraft,
    Saved,
    SnoozePrompts,
    Turn,
    UseInvite,
)
from tests.memory import Memory

AccountKey = tuple[str, str, str]
PromptKey = tuple[PromptKind, str, date]
MOST_WORDS = 6
"""So many words are looked for; more are ignored."""


class LostError(Exception):
    """A change does not fit what is stored: the whole turn is lost. Only ever seen inside `save`."""


@dataclass
class Rows:
    """What is remembered, by id, in the order it came."""

    people: dict[PersonId, Person] = field(default_factory=dict)
    teams: dict[TeamId, Team] = field(default_factory=dict)
    accounts: dict[AccountKey, Account] = field(default_factory=dict)
    invites: dict[str, Invite] = field(default_factory=dict)
    cycles: dict[CycleId, Cycle] = field(default_factory=dict)
    objectives: dict[ObjectiveId, Objective] = field(default_factory=dict)
    check_ins: dict[str, CheckIn] = field(default_factory=dict)
    history: dict[str, HistoryEntry] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    guards: dict[str, int] = field(default_factory=dict)
    prompts: dict[PromptKey, Prompt] = field(default_factory=dict)
    help_requests: dict[HelpRequestId, HelpRequest] = field(default_factory=dict)
    team_places: dict[TeamId, Place] = field(default_factory=dict)
    days_off: dict[tuple[str, date], bool] = field(default_factory=dict)
    listings: dict[AccountKey, Listing] = field(default_factory=dict)
    listed_teams: dict[AccountKey, ListedTeam] = field(default_factory=dict)

    def copied(self) -> Rows:
        """A copy to change: values are frozen, so copying the dictionaries is enough."""
        return Rows(**{name: copy.copy(rows) for name, rows in vars(self).items()})


class MemoryStorage:
    """A whole storage: `reading`, `work`, and the queues of `tests.memory` beside them (`inbox`, `outbox`).

    `messages` are all messages ever saved, oldest first. `before_save` is called at the start of every save, to let somebody else be faster.
    """

    def __init__(
        self, *changes: Change, organisation: Organisation | None = None, on_commit: Callable[[], None] = lambda: None
    ) -> None:
        self.rows = Rows()
        self.organisation = organisation or Organisation()
        self.queues = Memory(on_commit)
        self.inbox = self.queues.inbox
        self.outbox = self.queues.outbox
        self.messages: list[Message] = []
        self.before_save: Callable[[], None] = lambda: None
        self.reading = MemoryReading(self)
        self.work = MemoryWork(self)
        self.apply(changes)

    def apply(self, changes: Iterable[Change]) -> None:
        """Make all changes or, raising LostError, none. What they refer to is looked at when all are made."""
        rows = self.rows.copied()
        for change in sorted(changes, key=_activates):
            _apply(rows, change)
        _expect(_is_whole(rows))
        self.rows = rows


class MemoryWork:
    """Implements `bot.ports.UnitOfWork`."""

    def __init__(self, storage: MemoryStorage) -> None:
        self._storage = storage

    async def save(self, turn: Turn) -> Saved:
        """Store the turn wholly or not at all."""
        storage = self._storage
        storage.before_save()
        if turn.event is not None and _is_done(storage, turn.event):
            return Saved.DUPLICATE
        try:
            storage.apply(turn.changes)
        except LostError:
            return Saved.LOST
        known = {row.dedupe for row in storage.queues.rows}
        storage.messages.extend(outgoing.message for outgoing in turn.outgoing if outgoing.dedupe not in known)
        return await storage.queues.save(turn)

    async def save_all(self, turns: Sequence[Turn]) -> tuple[Saved, ...]:
        """One by one."""
        return tuple([await self.save(turn) for turn in turns])


def _is_done(storage: MemoryStorage, event: EventKey) -> bool:
    return event in storage.queues.events and storage.queues.events[event].is_done


# --- one change ------------------------------------------------------------------------------------------------------------


def _activates(change: Change) -> bool:
    """Who stops being active makes room for who becomes it, in whatever order they were put."""
    return isinstance(change, PutSession) and change.session.state is SessionState.ACTIVE


def _apply(rows: Rows, change: Change) -> None:
    match change:
        case PutPerson(person, was):
            stored_person = rows.people.get(person.id)
            _count(person.version, stored_person.version if stored_person else None, was)
            _expect(not _has_email(rows, person))
            rows.people[person.id] = person
        case PutTeam(team):
            _expect(all(other.path != team.path or other.id == team.id for other in rows.teams.values()))
            rows.teams[team.id] = team
        case PutAccount(account):
            key = account.platform, account.tenant, account.user_id
            rows.accounts.pop(key, None)  # what is put last comes last
            rows.accounts[key] = account
        case PutInvite(invite):
            rows.invites[invite.code_hash] = invite
        case UseInvite(code_hash, at):
            used = rows.invites.get(code_hash)
            if used is None or used.uses_left < 1 or used.expires_at <= at:
                raise LostError
            rows.invites[code_hash] = replace(used, uses_left=used.uses_left - 1)
        case PutCycle(cycle):
            rows.cycles.setdefault(cycle.id, cycle)
        case PutObjective(objective, was):
            stored = rows.objectives.get(objective.id)
            _count(objective.version, stored.version if stored else None, was)
            rows.objectives[objective.id] = _kept(rows, stored, objective)
        case RemoveDraft(objective_id, version):
            draft = rows.objectives.get(objective_id)
            _expect(draft is not None and draft.state is ObjectiveState.DRAFT and draft.version == version)
            del rows.objectives[objective_id]
            rows.history = {key: entry for key, entry in rows.history.items() if entry.objective_id != objective_id}
            rows.help_requests = {key: call for key, call in rows.help_requests.items() if call.objective_id != objective_id}
        case AddCheckIn(check_in):
            _expect(check_in.id not in rows.check_ins)
            rows.check_ins[check_in.id] = check_in
            _make_current(rows, check_in)
        case AddHistory(entry):
            _expect(entry.id not in rows.history)
            rows.history[entry.id] = entry
        case PutSession(session, was):
            known = rows.sessions.get(session.id)
            _count(session.turn, known.turn if known else None, was)
            rows.sessions[session.id] = _thawed(session)
            _expect(_active(rows, session.person_id) <= 1)
        case PutListing(listing):
            rows.listings[listing.platform, listing.tenant, listing.user_id] = listing
        case PutListedTeam(listed):
            rows.listed_teams[listed.platform, listed.tenant, listed.department_id] = listed
        case Guard(name, revision):
            _expect(rows.guards.get(name, 0) == revision)
            rows.guards[name] = revision + 1
        case _:
            _apply_to_week(rows, change)


def _apply_to_week(
    rows: Rows, change: AddPrompt | PutPrompt | AnswerPrompts | SnoozePrompts | PutHelpRequest | PutTeamPlace | PutDayOff
) -> None:
    match change:
        case AddPrompt(prompt):
            key = prompt.kind, prompt.subject_id, prompt.day
            _expect(key not in rows.prompts)
            rows.prompts[key] = prompt
        case PutPrompt(prompt):
            rows.prompts[prompt.kind, prompt.subject_id, prompt.day] = prompt
        case AnswerPrompts(person_id, at):
            for key in _open_prompts(rows, person_id, PromptKind.CHECK_IN, PromptKind.REMINDER):
                rows.prompts[key] = replace(rows.prompts[key], answered_at=at)
        case SnoozePrompts(person_id, until):
            for key in _open_prompts(rows, person_id, PromptKind.CHECK_IN)[-1:]:
                rows.prompts[key] = replace(rows.prompts[key], snoozed_until=until)
        case PutHelpRequest(request, was):
            stored = rows.help_requests.get(request.id)
            _count(request.version, stored.version if stored else None, was)
            rows.help_requests[request.id] = request
        case PutTeamPlace(team_id, place):
            rows.team_places = {
                other: there
                for other, there in rows.team_places.items()
                if other != team_id and (place is None or there.lane != place.lane)
            }
            if place is not None:
                rows.team_places[team_id] = place
        case PutDayOff(country, day, is_off):
            rows.days_off.pop((country, day), None)
            if is_off is not None:
                rows.days_off[country, day] = is_off


def _open_prompts(rows: Rows, person_id: PersonId, *kinds: PromptKind) -> list[PromptKey]:
    """Those of a person that wait for an answer, by day."""
    waiting = (key for key, prompt in rows.prompts.items() if prompt.subject_id == person_id and prompt.answered_at is None)
    return sorted((key for key in waiting if key[0] in kinds), key=lambda key: key[2])


def _expect(is_so: bool) -> None:
    if not is_so:
        raise LostError


def _count(number: int, stored: int | None, was: int | None) -> None:
    if was is not None and number <= was:
        raise ValueError("what is replaced counts its changes: the new number is above the old one")
    _expect(stored == was)


def _kept(rows: Rows, stored: Objective | None, objective: Objective) -> Objective:
    """What becomes of an objective that is put: check-ins win over what it remembers of them, and a key result that is left out stays,
    dead and after the others, when somebody has checked in on it or called for help with it, or something serves it."""
    here = {key_result.id for key_result in objective.key_results}
    others = (one for other in rows.objectives.values() if other.id != objective.id for one in other.key_results)
    _expect(not any(one.id in here for one in others))
    served = {other.serves.id for other in rows.objectives.values() if other.serves is not None}
    used = served | {said.key_result_id for said in rows.check_ins.values()}
    used |= {call.key_result_id for call in rows.help_requests.values()}
    left_out = (one for one in stored.key_results if one.id not in here and one.id in used) if stored else ()
    current = tuple(_with_newest(rows, one) for one in objective.key_results)
    return replace(objective, key_results=(*current, *(replace(one, is_dead=True) for one in left_out)))


def _with_newest(rows: Rows, key_result: KeyResult) -> KeyResult:
    said = [one for one in rows.check_ins.values() if one.key_result_id == key_result.id]
    return replace(key_result, current=max(said, key=_by_moment).value) if said else key_result


def _by_moment(check_in: CheckIn) -> tuple[datetime, str]:
    return check_in.at, check_in.id


def _is_whole(rows: Rows) -> bool:
    """Whether everything that is referred to is there."""
    key_results = {key_result.id for objective in rows.objectives.values() for key_result in objective.key_results}
    wanted: list[tuple[object, Container[object]]] = []
    for team in rows.teams.values():
        wanted += [(team.parent_id, rows.teams), (team.lead_id, rows.people)]
    for person in rows.people.values():
        wanted += [(person.team_id, rows.teams), (person.manager_id, rows.people)]
    wanted += [(account.person_id, rows.people) for account in rows.accounts.values()]
    wanted += [(invite.team_id, rows.teams) for invite in rows.invites.values()]
    for objective in rows.objectives.values():
        wanted += [(objective.owner_id, rows.people), (objective.team_id, rows.teams), (objective.cycle_id, rows.cycles)]
        if objective.serves is not None:
            wanted.append(
                (objective.serves.id, rows.objectives if objective.serves.kind is ServedKind.OBJECTIVE else key_results)
            )
    for said in rows.check_ins.values():
        wanted += [(said.key_result_id, key_results), (said.author_id, rows.people)]
    for entry in rows.history.values():
        wanted += [(entry.objective_id, rows.objectives), (entry.by, rows.people)]
    wanted += [(session.person_id, rows.people) for session in rows.sessions.values()]
    for prompt in rows.prompts.values():
        wanted.append((prompt.subject_id, rows.teams if prompt.kind is PromptKind.MONDAY_CARD else rows.people))
    for call in rows.help_requests.values():
        wanted += [(call.key_result_id, key_results), (call.objective_id, rows.objectives)]
        wanted += [(call.asker_id, rows.people), (call.decided_by, rows.people)]
    wanted += [(team_id, rows.teams) for team_id in rows.team_places]
    wanted += [(listing.person_id, rows.people) for listing in rows.listings.values()]
    wanted += [(listed.team_id, rows.teams) for listed in rows.listed_teams.values()]
    return all(name is None or name in there for name, there in wanted)


def _has_email(rows: Rows, person: Person) -> bool:
    """Whether somebody else has this address."""
    return person.email is not None and any(
        other.email == person.email and other.id != person.id for other in rows.people.values()
    )


def _active(rows: Rows, person_id: PersonId) -> int:
    return sum(session.person_id == person_id and session.state is SessionState.ACTIVE for session in rows.sessions.values())


def _make_current(rows: Rows, check_in: CheckIn) -> None:
    for objective in rows.objectives.values():
        if any(one.id == check_in.key_result_id for one in objective.key_results):
            key_results = tuple(
                _with_newest(rows, one) if one.id == check_in.key_result_id else one for one in objective.key_results
            )
            rows.objectives[objective.id] = replace(objective, key_results=key_results)
            return


def _thawed(session: Session) -> Session:
    """The session as a database would give it back."""
    body = json.loads(json.dumps(body_of(session)))
    return from_columns(
        session.id,
        session.person_id,
        session.script,
        session.state.value,
        session.turn,
        session.started_at,
        session.touched_at,
        body,
    )


# --- reading ---------------------------------------------------------------------------------------------------------------


class MemoryReading:
    """Implements `bot.ports.Reading`. `reads` names every read made, so that a test can see how many an action needs."""

    def __init__(self, storage: MemoryStorage) -> None:
        self._storage = storage
        self.reads: list[str] = []

    @property
    def _rows(self) -> Rows:
        return self._storage.rows

    async def known(self, incoming: Incoming) -> Known:
        """Whoever sent it, whether they are still here or not."""
        self.reads.append("known")
        sender = incoming.sender
        is_done = _is_done(self._storage, EventKey(sender.platform, sender.tenant, incoming.event_id))
        account = self._rows.accounts.get((sender.platform, sender.tenant, sender.user_id))
        person = self._rows.people.get(account.person_id) if account else None
        if person is None:
            return Known(is_done)
        sessions = [one for one in self._rows.sessions.values() if one.person_id == person.id and one.state.is_open]
        sessions.sort(key=lambda one: (one.touched_at, one.started_at, one.id), reverse=True)
        return Known(is_done, person, account, tuple(sessions))

    async def all_known(self, incomings: Sequence[Incoming]) -> tuple[Known, ...]:
        """One by one."""
        return tuple([await self.known(incoming) for incoming in incomings])

    async def organisation(self) -> Organisation:
        """The installation's own settings."""
        self.reads.append("organisation")
        return self._storage.organisation

    async def cycle_on(self, day: date) -> Cycle | None:
        """Of several the one that started last."""
        self.reads.append("cycle_on")
        running = sorted(self._rows.cycles.values(), key=lambda cycle: cycle.id)
        return max(
            (cycle for cycle in running if cycle.starts_on <= day <= cycle.ends_on),
            key=lambda cycle: cycle.starts_on,
            default=None,
        )

    async def person(self, person_id: PersonId) -> Person | None:
        """Also when they have left."""
        self.reads.append("person")
        return self._rows.people.get(person_id)

    async def people(self, person_ids: Sequence[PersonId]) -> Mapping[PersonId, Person]:
        """Those that exist."""
        self.reads.append("people")
        return {one: self._rows.people[one] for one in person_ids if one in self._rows.people}

    async def people_in(self, team_ids: Sequence[TeamId]) -> tuple[Person, ...]:
        """Active members, by name."""
        self.reads.append("people_in")
        return _by_name(one for one in self._rows.people.values() if one.team_id in team_ids and one.is_active)

    async def everybody(self) -> tuple[Person, ...]:
        """By name."""
        self.reads.append("everybody")
        return _by_name(self._rows.people.values())

    async def teams(self) -> tuple[Team, ...]:
        """By path, each followed by those below it."""
        self.reads.append("teams")
        return tuple(sorted(self._rows.teams.values(), key=lambda team: team.path.split("/")))

    async def accounts_of(self, person_id: PersonId) -> tuple[Account, ...]:
        """By platform."""
        self.reads.append("accounts_of")
        return tuple(one for key, one in sorted(self._rows.accounts.items()) if one.person_id == person_id)

    async def accounts(self) -> tuple[Account, ...]:
        """By platform, tenant and user."""
        self.reads.append("accounts")
        return tuple(one for _, one in sorted(self._rows.accounts.items()))

    async def listings(self) -> tuple[Listing, ...]:
        """By platform, tenant and user."""
        self.reads.append("listings")
        return tuple(one for _, one in sorted(self._rows.listings.items()))

    async def listed_teams(self, platform: str, tenant: str) -> tuple[ListedTeam, ...]:
        """By department."""
        self.reads.append("listed_teams")
        return tuple(one for key, one in sorted(self._rows.listed_teams.items()) if key[:2] == (platform, tenant))

    async def invite(self, code_hash: str) -> Invite | None:
        """Also when it is used up or expired."""
        self.reads.append("invite")
        return self._rows.invites.get(code_hash)

    async def objective(self, objective_id: ObjectiveId) -> Objective | None:
        """In any state."""
        self.reads.append("objective")
        return self._rows.objectives.get(objective_id)

    async def objective_of_key_result(self, key_result_id: KeyResultId) -> Objective | None:
        """In any state."""
        self.reads.append("objective_of_key_result")
        return self._with_key_result(key_result_id)

    async def objectives_of(self, owner_id: PersonId, cycle_id: CycleId) -> tuple[Objective, ...]:
        """Drafts and published ones, oldest first."""
        self.reads.append("objectives_of")
        own = (one for one in self._rows.objectives.values() if one.owner_id == owner_id and one.cycle_id == cycle_id)
        return _by_age(one for one in own if one.state in (ObjectiveState.DRAFT, ObjectiveState.PUBLISHED))

    async def objectives_of_all(
        self, owner_ids: Sequence[PersonId], cycle_id: CycleId
    ) -> Mapping[PersonId, tuple[Objective, ...]]:
        """One by one."""
        found = {owner_id: await self.objectives_of(owner_id, cycle_id) for owner_id in owner_ids}
        return {owner_id: objectives for owner_id, objectives in found.items() if objectives}

    async def published_in(self, team_ids: Sequence[TeamId], cycle_id: CycleId) -> tuple[Objective, ...]:
        """Oldest first."""
        self.reads.append("published_in")
        return _by_age(one for one in self._published(cycle_id) if one.team_id in team_ids)

    async def candidates(self, person: Person, cycle_id: CycleId, words: str, limit: int) -> tuple[Candidate, ...]:
        """The manager's first, then those of the teams above, the nearest first, then the own team's, then the rest."""
        self.reads.append("candidates")
        above = self._teams_above(person.team_id)

        def rank(objective: Objective) -> int:
            if objective.owner_id == person.manager_id:
                return -2
            return -1 if objective.team_id in above[1:] else 1 if objective.team_id not in above else 0

        def height(objective: Objective) -> int:
            return above.index(objective.team_id) if rank(objective) == -1 else 0

        others = [one for one in _by_age(self._published(cycle_id)) if one.owner_id != person.id]
        others.sort(key=lambda one: (rank(one), height(one)))
        wanted = fold(words).split()[:MOST_WORDS]
        found = [candidate for one in others for candidate in self._candidates(one) if _has_words(candidate, wanted)]
        return tuple(found[:limit])

    async def chain(self, serves: Serves) -> tuple[Objective, ...]:
        """Nearest first; where a ring was stored each is given once."""
        self.reads.append("chain")
        found: list[Objective] = []
        step: Serves | None = serves
        while step is not None and (objective := self._served(step)) is not None and objective not in found:
            found.append(objective)
            step = objective.serves
        return tuple(found)

    async def guard(self, name: str) -> int:
        """0 when nobody has raised it."""
        self.reads.append("guard")
        return self._rows.guards.get(name, 0)

    async def check_ins(self, key_result_ids: Sequence[KeyResultId], since: datetime) -> tuple[CheckIn, ...]:
        """Oldest first."""
        self.reads.append("check_ins")
        found = (one for one in self._rows.check_ins.values() if one.key_result_id in key_result_ids and one.at >= since)
        return tuple(sorted(found, key=_by_moment))

    async def latest_check_ins(self, key_result_ids: Sequence[KeyResultId], before: datetime) -> Mapping[KeyResultId, CheckIn]:
        """The newest of each."""
        self.reads.append("latest_check_ins")
        found = (one for one in self._rows.check_ins.values() if one.key_result_id in key_result_ids and one.at < before)
        return {one.key_result_id: one for one in sorted(found, key=_by_moment)}

    async def owners(self, cycle_id: CycleId) -> tuple[tuple[Person, datetime], ...]:
        """By id."""
        self.reads.append("owners")
        since: dict[PersonId, datetime] = {}
        for one in self._published(cycle_id):
            if not all(key_result.is_dead for key_result in one.key_results):
                published = one.published_at or one.created_at
                since[one.owner_id] = min(published, since.get(one.owner_id, published))
        found = ((self._rows.people[person_id], at) for person_id, at in sorted(since.items()))
        return tuple((person, at) for person, at in found if person.is_active and person.joined_at is not None)

    async def prompts(self, subject_ids: Sequence[str], since: date) -> tuple[Prompt, ...]:
        """Oldest first."""
        self.reads.append("prompts")
        wanted = set(subject_ids)
        found = (one for one in self._rows.prompts.values() if one.subject_id in wanted and one.day >= since)
        return tuple(sorted(found, key=lambda one: (one.at, one.day, one.kind.value, one.subject_id)))

    async def help_request(self, request_id: HelpRequestId) -> HelpRequest | None:
        """In any state."""
        self.reads.append("help_request")
        return self._rows.help_requests.get(request_id)

    async def help_requests(self, key_result_ids: Sequence[KeyResultId]) -> tuple[HelpRequest, ...]:
        """Oldest first."""
        self.reads.append("help_requests")
        return _by_asking(one for one in self._rows.help_requests.values() if one.key_result_id in key_result_ids)

    async def calls_held_by(self, person_id: PersonId) -> tuple[HelpRequest, ...]:
        """Oldest first."""
        self.reads.append("calls_held_by")
        calls = self._rows.help_requests.values()
        return _by_asking(one for one in calls if one.state is HelpState.OPEN and person_id in one.holders)

    async def help_due(self, now: datetime) -> tuple[HelpRequest, ...]:
        """Oldest first."""
        self.reads.append("help_due")
        return _by_asking(one for one in self._rows.help_requests.values() if _is_due(one, now))

    async def chats_of(self, person_ids: Sequence[PersonId]) -> Mapping[PersonId, Account]:
        """The one that was put last."""
        self.reads.append("chats_of")
        wanted = set(person_ids)
        return {one.person_id: one for one in self._rows.accounts.values() if one.chat_id and one.person_id in wanted}

    async def team_places(self, team_ids: Sequence[TeamId]) -> Mapping[TeamId, Place]:
        """Of those that have one."""
        self.reads.append("team_places")
        return {one: self._rows.team_places[one] for one in team_ids if one in self._rows.team_places}

    async def team_of_place(self, place: Place) -> TeamId | None:
        """A chat is one team's."""
        self.reads.append("team_of_place")
        return next((team_id for team_id, there in self._rows.team_places.items() if there.lane == place.lane), None)

    async def newest_said(self, place: Place, limit: int) -> tuple[Message, ...]:
        """Newest first."""
        self.reads.append("newest_said")
        return self._storage.queues.outbox.newest_said(place, limit)

    async def days_off(self) -> Mapping[tuple[str, date], bool]:
        """By country and day."""
        self.reads.append("days_off")
        return dict(sorted(self._rows.days_off.items()))

    async def history(self, objective_id: ObjectiveId) -> tuple[HistoryEntry, ...]:
        """Oldest first; of the same moment in the order they were added."""
        self.reads.append("history")
        return tuple(
            sorted((one for one in self._rows.history.values() if one.objective_id == objective_id), key=lambda one: one.at)
        )

    def _published(self, cycle_id: CycleId) -> list[Objective]:
        return [
            one for one in self._rows.objectives.values() if one.cycle_id == cycle_id and one.state is ObjectiveState.PUBLISHED
        ]

    def _with_key_result(self, key_result_id: str) -> Objective | None:
        return next(
            (one for one in self._rows.objectives.values() if any(kr.id == key_result_id for kr in one.key_results)), None
        )

    def _served(self, serves: Serves) -> Objective | None:
        is_whole = serves.kind is ServedKind.OBJECTIVE
        return self._rows.objectives.get(ObjectiveId(serves.id)) if is_whole else self._with_key_result(serves.id)

    def _teams_above(self, team_id: TeamId) -> list[TeamId]:
        """The team itself and those above it, nearest first."""
        above: list[TeamId] = []
        team = self._rows.teams.get(team_id)
        while team is not None and team.id not in above:
            above.append(team.id)
            team = self._rows.teams.get(team.parent_id) if team.parent_id is not None else None
        return above

    def _candidates(self, objective: Objective) -> list[Candidate]:
        owner = self._rows.people[objective.owner_id].name
        team = self._rows.teams[objective.team_id].name
        served = [(Serves(ServedKind.OBJECTIVE, objective.id), objective.title)]
        served += [(Serves(ServedKind.KEY_RESULT, one.id), one.sentence) for one in objective.key_results if not one.is_dead]
        return [Candidate(serves, title, objective.owner_id, owner, team, objective.id) for serves, title in served]


def _by_name(people: Iterable[Person]) -> tuple[Person, ...]:
    return tuple(sorted(people, key=lambda person: (fold(person.name), person.name, person.id)))


def _by_age(objectives: Iterable[Objective]) -> tuple[Objective, ...]:
    return tuple(sorted(objectives, key=lambda objective: (objective.created_at, objective.id)))


def _by_asking(requests: Iterable[HelpRequest]) -> tuple[HelpRequest, ...]:
    return tuple(sorted(requests, key=lambda request: (request.asked_at, request.id)))


def _is_due(request: HelpRequest, now: datetime) -> bool:
    when = {HelpState.OPEN: request.moves_on_at, HelpState.ANSWERED: request.follow_up_at}.get(request.state)
    return when is not None and when <= now


def _has_words(candidate: Candidate, wanted: Sequence[str]) -> bool:
    said = " ".join(map(fold, (candidate.title, candidate.owner_name, candidate.team_name)))
    return all(word in said for word in wanted)
