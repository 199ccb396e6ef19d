"""What the core needs from outside. Storage and adapters implement these; nothing here knows how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import Enum, auto
from typing import Protocol

from bot.chat.incoming import Incoming, Place
from bot.chat.message import Message
from bot.dialogs.session import Session
from bot.okr.check_in import CheckIn
from bot.okr.cycle import Cycle, CycleId
from bot.okr.directory import ListedTeam, Listing
from bot.okr.help_request import HelpRequest, HelpRequestId
from bot.okr.objective import HistoryEntry, KeyResultId, Objective, ObjectiveId, Serves
from bot.okr.people import Account, Invite, Person, PersonId, Team, TeamId
from bot.okr.prompt import Prompt
from bot.okr.rhythm import Rhythm

# --- time and chance -------------------------------------------------------------------------------------------------


class Clock(Protocol):
    """Tells the time; tests turn its hands."""

    def now(self) -> datetime:
        """Aware, in UTC."""
        ...


class Ids(Protocol):
    """Makes identifiers nobody can guess and nobody else has."""

    def new(self) -> str:
        """16 characters of a–z and 2–7: 80 random bits."""
        ...


# --- one turn, one transaction ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PutPerson:
    """Insert (`was` None) or replace a person whose stored version is still `was`."""

    person: Person
    was: int | None = None


@dataclass(frozen=True, slots=True)
class PutTeam:
    """Insert or replace a team."""

    team: Team


@dataclass(frozen=True, slots=True)
class PutAccount:
    """Insert or replace a person's account on a platform."""

    account: Account


@dataclass(frozen=True, slots=True)
class PutInvite:
    """Insert or replace an invitation."""

    invite: Invite


@dataclass(frozen=True, slots=True)
class UseInvite:
    """Take one use of an invitation; the turn is lost when none is left or it has expired."""

    code_hash: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PutCycle:
    """Insert a cycle unless it is there."""

    cycle: Cycle


@dataclass(frozen=True, slots=True)
class PutObjective:
    """Insert (`was` None) or replace an objective with all its key results, whose stored version is still `was`."""

    objective: Objective
    was: int | None = None


@dataclass(frozen=True, slots=True)
class RemoveDraft:
    """Delete an objective that is still a draft, with its key results and history."""

    objective_id: ObjectiveId
    was: int


@dataclass(frozen=True, slots=True)
class AddCheckIn:
    """Insert a check-in and make its value the key result's current one, unless a newer check-in is there."""

    check_in: CheckIn


@dataclass(frozen=True, slots=True)
class AddHistory:
    """Append to an objective's history."""

    entry: HistoryEntry


@dataclass(frozen=True, slots=True)
class AddPrompt:
    """Note that somebody is asked; the turn is lost when (kind, subject, day) has been noted before."""

    prompt: Prompt


@dataclass(frozen=True, slots=True)
class PutPrompt:
    """Insert or replace the prompt of (kind, subject, day)."""

    prompt: Prompt


@dataclass(frozen=True, slots=True)
class AnswerPrompts:
    """The person has checked in: their open check-in prompts and reminders are answered."""

    person_id: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class SnoozePrompts:
    """The person wants to be asked again at `until`: noted on their newest open check-in prompt."""

    person_id: PersonId
    until: datetime


@dataclass(frozen=True, slots=True)
class PutHelpRequest:
    """Insert (`was` None) or replace a call for help whose stored version is still `was`."""

    request: HelpRequest
    was: int | None = None


@dataclass(frozen=True, slots=True)
class PutTeamPlace:
    """Boards of a team are posted to this group chat from now on; None takes the team's chat away."""

    team_id: TeamId
    place: Place | None


@dataclass(frozen=True, slots=True)
class PutDayOff:
    """An admin's word on a day in a country ("" for everywhere): off, working, or (None) as the calendar says."""

    country: str
    day: date
    is_off: bool | None


@dataclass(frozen=True, slots=True)
class PutListing:
    """Insert or replace what a directory said of one of its people."""

    listing: Listing


@dataclass(frozen=True, slots=True)
class PutListedTeam:
    """Insert or replace which team a department has become."""

    listed: ListedTeam


@dataclass(frozen=True, slots=True)
class PutSession:
    """Insert (`was` None) or replace a session whose stored turn number is still `was`."""

    session: Session
    was: int | None = None


@dataclass(frozen=True, slots=True)
class Guard:
    """The turn is valid only while the named revision is still `revision`; saving raises it by one.

    For rules that span rows, like "no loops among alignments": two turns that each look right alone cannot both commit.
    """

    name: str
    revision: int


Change = (
    PutPerson
    | PutTeam
    | PutAccount
    | PutInvite
    | UseInvite
    | PutCycle
    | PutObjective
    | RemoveDraft
    | AddCheckIn
    | AddHistory
    | AddPrompt
    | PutPrompt
    | AnswerPrompts
    | SnoozePrompts
    | PutHelpRequest
    | PutTeamPlace
    | PutDayOff
    | PutListing
    | PutListedTeam
    | PutSession
    | Guard
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message for a place. `dedupe` makes a second insert of the same message impossible."""

    place: Place
    message: Message
    dedupe: str


@dataclass(frozen=True, slots=True)
class EventKey:
    """What makes an event of a platform unique."""

    platform: str
    tenant: str
    event_id: str


@dataclass(frozen=True, slots=True)
class Turn:
    """Everything one turn changes, as a value. `event` is None for what no incoming started (an import, a timer)."""

    at: datetime
    event: EventKey | None = None
    changes: tuple[Change, ...] = ()
    outgoing: tuple[Outgoing, ...] = ()


class Saved(Enum):
    """What became of a turn. Nothing of a turn that is not DONE has been stored."""

    DONE = auto()
    DUPLICATE = auto()
    """The event had already been dealt with."""
    LOST = auto()
    """Somebody else was faster: a version, turn number, guard or unique rule no longer fits. Read again and decide again."""


class UnitOfWork(Protocol):
    """Saves turns: each wholly or not at all, durable when it returns."""

    async def save(self, turn: Turn) -> Saved:
        """Store the turn and wake the relay."""
        ...

    async def save_all(self, turns: Sequence[Turn]) -> tuple[Saved, ...]:
        """Each turn as `save` would, in as few commits as possible: for rounds of thousands. One that is LOST takes no other with it."""
        ...


# --- reading ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """What storage knows of whoever sent an incoming, in one read. Sessions are the open ones, newest first; at most one is active."""

    is_done: bool
    """This event has already been dealt with."""
    person: Person | None = None
    account: Account | None = None
    sessions: tuple[Session, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something an objective could serve. `title` is the objective's title or the key result's sentence."""

    serves: Serves
    title: str
    owner_id: PersonId
    owner_name: str
    team_name: str
    objective_id: ObjectiveId


@dataclass(frozen=True, slots=True)
class Organisation:
    """The installation's own settings."""

    name: str = ""
    fiscal_start_month: int = 1
    rhythm: Rhythm = field(default_factory=Rhythm)
    card_at: time = time(9, 0)
    """When the Monday card is posted, on the clock of the team's lead."""


class Reading(Protocol):
    """Every read the core makes. Objectives come with their key results in order."""

    async def known(self, incoming: Incoming) -> Known: ...

    async def all_known(self, incomings: Sequence[Incoming]) -> tuple[Known, ...]:
        """For each what `known` gives: for rounds of thousands."""
        ...

    async def organisation(self) -> Organisation: ...

    async def cycle_on(self, day: date) -> Cycle | None:
        """The stored cycle `day` lies in; of several the one that started last."""
        ...

    async def person(self, person_id: PersonId) -> Person | None: ...

    async def people(self, person_ids: Sequence[PersonId]) -> Mapping[PersonId, Person]: ...

    async def people_in(self, team_ids: Sequence[TeamId]) -> tuple[Person, ...]:
        """Active members of these teams, by name."""
        ...

    async def everybody(self) -> tuple[Person, ...]:
        """All people, those who left included, by name."""
        ...

    async def teams(self) -> tuple[Team, ...]:
        """All teams, ordered by path."""
        ...

    async def accounts_of(self, person_id: PersonId) -> tuple[Account, ...]: ...

    async def accounts(self) -> tuple[Account, ...]:
        """Everybody's, by platform, tenant and user."""
        ...

    async def listings(self) -> tuple[Listing, ...]:
        """What all directories said, by platform, tenant and user; people who are gone from them included."""
        ...

    async def listed_teams(self, platform: str, tenant: str) -> tuple[ListedTeam, ...]:
        """What the departments of a directory have become, by department."""
        ...

    async def invite(self, code_hash: str) -> Invite | None: ...

    async def objective(self, objective_id: ObjectiveId) -> Objective | None: ...

    async def objective_of_key_result(self, key_result_id: KeyResultId) -> Objective | None: ...

    async def objectives_of(self, owner_id: PersonId, cycle_id: CycleId) -> tuple[Objective, ...]:
        """All states but dead and closed, oldest first."""
        ...

    async def objectives_of_all(
        self, owner_ids: Sequence[PersonId], cycle_id: CycleId
    ) -> Mapping[PersonId, tuple[Objective, ...]]:
        """For each of these people what `objectives_of` gives; people without any are left out."""
        ...

    async def published_in(self, team_ids: Sequence[TeamId], cycle_id: CycleId) -> tuple[Objective, ...]:
        """Published objectives on the boards of these teams, oldest first."""
        ...

    async def candidates(self, person: Person, cycle_id: CycleId, words: str, limit: int) -> tuple[Candidate, ...]:
        """What `person` could serve: published objectives and live key results of others, those of the person's manager first, then of the
        teams above, then the rest; `words` filters by title, sentence, owner and team, ignoring case and accents."""
        ...

    async def chain(self, serves: Serves) -> tuple[Objective, ...]:
        """The objectives upwards from `serves`, nearest first; ends at one that serves nothing."""
        ...

    async def guard(self, name: str) -> int:
        """The current revision of a guard, 0 when nobody has raised it yet."""
        ...

    async def check_ins(self, key_result_ids: Sequence[KeyResultId], since: datetime) -> tuple[CheckIn, ...]:
        """Oldest first."""
        ...

    async def latest_check_ins(self, key_result_ids: Sequence[KeyResultId], before: datetime) -> Mapping[KeyResultId, CheckIn]:
        """The newest check-in of each before that moment."""
        ...

    async def owners(self, cycle_id: CycleId) -> tuple[tuple[Person, datetime], ...]:
        """Active people who have joined and own a published objective with a live key result in the cycle, by id, each with when the first
        of those objectives was published."""
        ...

    async def prompts(self, subject_ids: Sequence[str], since: date) -> tuple[Prompt, ...]:
        """Prompts of these people and teams with a day from `since` on, oldest first."""
        ...

    async def help_request(self, request_id: HelpRequestId) -> HelpRequest | None: ...

    async def help_requests(self, key_result_ids: Sequence[KeyResultId]) -> tuple[HelpRequest, ...]:
        """All calls on these key results, oldest first, whatever became of them."""
        ...

    async def calls_held_by(self, person_id: PersonId) -> tuple[HelpRequest, ...]:
        """Open calls this person is a holder of, oldest first."""
        ...

    async def help_due(self, now: datetime) -> tuple[HelpRequest, ...]:
        """Open calls whose `moves_on_at`, and answered ones whose `follow_up_at` has come, oldest first."""
        ...

    async def chats_of(self, person_ids: Sequence[PersonId]) -> Mapping[PersonId, Account]:
        """For each the account with a private chat that was put last; people without one are left out."""
        ...

    async def team_places(self, team_ids: Sequence[TeamId]) -> Mapping[TeamId, Place]: ...

    async def team_of_place(self, place: Place) -> TeamId | None: ...

    async def newest_said(self, place: Place, limit: int) -> tuple[Message, ...]:
        """The last messages for a chat, delivered or about to be, newest first; those that only tidy up left out."""
        ...

    async def days_off(self) -> Mapping[tuple[str, date], bool]:
        """What admins have said about days, by country and day."""
        ...

    async def history(self, objective_id: ObjectiveId) -> tuple[HistoryEntry, ...]:
        """Oldest first."""
        ...


# --- inbox, outbox and the way out -----------------------------------------------------------------------------------


class Inbox(Protocol):
    """Keeps events until a turn has dealt with them, so that they can be acknowledged at once."""

    async def put(self, incoming: Incoming) -> bool:
        """Store an event durably. False when it was there already (then it must not be acted on again by this caller)."""
        ...

    async def pending(self, limit: int) -> tuple[Incoming, ...]:
        """Stored events no turn has dealt with, oldest first."""
        ...

    async def give_up(self, event: EventKey, reason: str) -> None:
        """Take an event that can never be dealt with out of the queue, keeping it for an admin to see."""
        ...

    async def forget_before(self, moment: datetime) -> int:
        """Drop dealt-with events older than `moment`; their number."""
        ...


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message to deliver now. `replaces` is the platform's own reference of the message that `message.edits` names, if it was delivered."""

    id: int
    place: Place
    message: Message
    attempts: int
    created_at: datetime
    replaces: str = ""

    @property
    def key(self) -> str:
        """Names this message at every attempt, and no other message: not even one of a database that was made anew and counts from 1."""
        return f"{self.id}-{round(self.created_at.timestamp() * 1_000_000)}"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that will never be delivered, and why."""

    id: int
    place: Place
    message: Message
    error: str
    died_at: datetime


class Outbox(Protocol):
    """The queue of outgoing messages: a lane a chat, order kept within each."""

    async def claim(self, worker: str, now: datetime, lease: timedelta, limit: int) -> tuple[Envelope, ...]:
        """The head of up to `limit` lanes that are due, not paused and not leased by another worker; leases those lanes."""
        ...

    async def delivered(self, worker: str, envelope_id: int, reference: str, now: datetime) -> None:
        """Mark as sent, keep the platform's reference, release the lane."""
        ...

    async def retry(self, worker: str, envelope_id: int, due_at: datetime, error: str) -> None:
        """Keep at the head of its lane until `due_at`, count the attempt, release the lane."""
        ...

    async def pause(self, worker: str, envelope_id: int, until: datetime) -> None:
        """Pause the whole lane as the platform asked; counts no attempt; releases the lane."""
        ...

    async def bury(self, worker: str, envelope_id: int, error: str, now: datetime) -> None:
        """Make a dead letter of it and release the lane, so that what follows can go on."""
        ...

    async def dead_letters(self, limit: int) -> tuple[DeadLetter, ...]:
        """Newest first."""
        ...

    async def next_due(self, now: datetime) -> datetime | None:
        """When the earliest waiting message becomes due (may be past), None when nothing waits."""
        ...

    async def forget_before(self, moment: datetime) -> int:
        """Drop delivered messages older than `moment`; their number."""
        ...


class SendLaterError(Exception):
    """The platform asks to wait: nothing was sent, the whole lane pauses for `after`."""

    def __init__(self, after: timedelta) -> None:
        super().__init__(f"wait {after.total_seconds():.0f} s")
        self.after = after


class UndeliverableError(Exception):
    """This message can never be delivered there (blocked, chat gone, refused content). Says why, without the message's words."""


class Pictures(Protocol):
    """Draws what `Image` blocks name, for platforms that take a picture's bytes."""

    async def png(self, source: str) -> bytes | None:
        """The picture as PNG; None where it cannot be drawn here, or shows what is not there any more: then its words stand for it."""
        ...


class Messenger(Protocol):
    """Delivers to one platform. Raises SendLaterError, UndeliverableError, or anything else for "try again"."""

    async def send(self, place: Place, message: Message, replaces: str, key: str = "") -> str:
        """Degrade, encode and send; edit the message `replaces` names where the platform can. Returns the platform's reference.

        `key` is the same at every attempt (`Envelope.key`), for platforms that know a message they have been given before; "" for none.
        """
        ...


# --- what platforms entrust us with ---------------------------------------------------------------------------------


class Keyring(Protocol):
    """Keeps what a platform entrusts us with for each of its tenants, like an app's token in a workspace. Storage never sees it open:
    what it is given is sealed."""

    async def put(self, platform: str, tenant: str, sealed: str, at: datetime) -> None:
        """Insert or replace."""
        ...

    async def get(self, platform: str, tenant: str) -> str | None: ...

    async def tenants(self, platform: str) -> tuple[str, ...]:
        """In alphabetical order."""
        ...

    async def remove(self, platform: str, tenant: str) -> None:
        """Doing it twice changes nothing."""
        ...


class Tickets(Protocol):
    """Things that are good once and not for long. Storage is given only what a ticket looks like from outside: its hash."""

    async def issue(self, ticket_hash: str, expires_at: datetime, now: datetime) -> None:
        """Keep it, and forget those that have expired: whoever asks for tickets and never uses them must not fill the database."""
        ...

    async def redeem(self, ticket_hash: str, now: datetime) -> bool:
        """Use it up; False when it was never issued, has been used or has expired. Of many who try at once one succeeds."""
        ...


# --- a chat of our own -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the web chat. `number` grows within a place and changes when the line does, so that readers can ask for what is new.

    `said` is what the person typed or pressed ("" for the bot's lines); `message` is the bot's (None for the person's).
    """

    id: str
    number: int
    at: datetime
    said: str = ""
    message: Message | None = None


class Transcript(Protocol):
    """The memory of the web chat, which has no platform to remember for it."""

    async def hear(self, incoming: Incoming, said: str) -> bool:
        """Store the event in the inbox and, when `said` is not empty, a line of the person's, in one commit. False when it was there already."""
        ...

    async def write(self, place: Place, line_id: str, message: Message, at: datetime, replaces: str) -> None:
        """Add the bot's line or, when `replaces` names one, put it in that line's stead. Writing the same `line_id` again changes nothing."""
        ...

    async def lines(self, place: Place, after: int = 0, limit: int = 200) -> tuple[Line, ...]:
        """The newest `limit` lines whose number is above `after`, in the order they are shown (a replaced line keeps its place)."""
        ...


# --- what boards may know of unsigned notes --------------------------------------------------------------------------------


class UnsignedNotes(Protocol):
    """What changes at slots only and says nothing about any writer. All else about unsigned notes stays out of turns."""

    async def marks(self) -> frozenset[KeyResultId]:
        """Key results an open note is about."""
        ...

    async def open_since(self, person_id: PersonId) -> tuple[date, ...]:
        """The days the open notes came that this person reads, oldest first."""
        ...


class NoUnsignedNotes:
    """Implements `UnsignedNotes` where there are none."""

    async def marks(self) -> frozenset[KeyResultId]:
        return frozenset()

    async def open_since(self, person_id: PersonId) -> tuple[date, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class About:
    """What is running here: for whoever wants to compare it with what was promised. `has_page`: unsigned notes can be written at all."""

    version: str = "0"
    floor: int = 8
    slot_at: time = time(16, 0)
    retention_days: int = 90
    channel: str = ""
    has_page: bool = False
    is_rehearsal: bool = False


@dataclass(frozen=True, slots=True)
class Deps:
    """What a turn needs, wired once in adapters/assembly.py."""

    reading: Reading
    work: UnitOfWork
    clock: Clock
    ids: Ids
    unsigned: UnsignedNotes = field(default_factory=NoUnsignedNotes)
    about: About = About()
