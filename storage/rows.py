"""Values as rows and rows as values: one place for each column's meaning.

`…_row(value)` gives what is stored, in the order of the columns beside it; the engine's codec writes it. `…_of(row, codec)` reads it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, time
from typing import Any

from bot.chat import incoming as incomings
from bot.chat import message as messages
from bot.chat.incoming import Incoming, Place
from bot.chat.message import Message
from bot.dialogs.session import Session, body_of, from_columns
from bot.folding import fold
from bot.okr.check_in import CheckIn, Confidence
from bot.okr.cycle import Cycle, CycleId
from bot.okr.directory import ListedTeam, Listing, Said
from bot.okr.help_request import Decision, HelpRequest, HelpRequestId, HelpState
from bot.okr.measure import Direction, Measure
from bot.okr.objective import (
    Ambition,
    HistoryEntry,
    KeyResult,
    KeyResultId,
    Objective,
    ObjectiveId,
    ObjectiveState,
    ServedKind,
    Serves,
)
from bot.okr.people import Account, Invite, Person, PersonId, Role, Team, TeamId
from bot.okr.prompt import Prompt, PromptKind
from bot.okr.rhythm import Rhythm
from bot.ports import Organisation
from storage.codec import Codec, dump, load
from storage.sql import Row

# `search` holds what people look for, folded once when it is saved: neither engine can ignore Vietnamese accents by itself.
SEARCH = ("search",)

# --- people ----------------------------------------------------------------------------------------------------------

TEAM = ("id", "name", "path", "parent_id", "lead_id")
PERSON = (
    "id",
    "name",
    "email",
    "team_id",
    "role",
    "manager_id",
    "locale",
    "timezone",
    "quiet_from",
    "quiet_until",
    "away_until",
    "joined_at",
    "left_at",
    "version",
)
ACCOUNT = ("platform", "tenant", "user_id", "person_id", "chat_id")
INVITE = ("code_hash", "team_id", "role", "expires_at", "uses_left")
LISTING_KEY = ("platform", "tenant", "user_id")
SAID = ("name", "email", "title", "locale", "timezone", "department_id", "manager", "is_lead")
LISTING = (*LISTING_KEY, "person_id", *SAID, "listed_at", "gone_at", "enterprise_id")
LISTED_TEAM = ("platform", "tenant", "department_id", "team_id", "name")


def team_row(team: Team) -> tuple[Any, ...]:
    """In the order of TEAM and SEARCH."""
    return (team.id, team.name, team.path, team.parent_id, team.lead_id, fold(team.name))


def team_of(row: Row) -> Team:
    return Team(TeamId(row[0]), row[1], row[2], row[3], row[4])


def person_row(person: Person) -> tuple[Any, ...]:
    """In the order of PERSON and SEARCH."""
    return (
        person.id,
        person.name,
        person.email,
        person.team_id,
        person.role.value,
        person.manager_id,
        person.locale,
        person.timezone,
        # Times of day on the person's own clock: text, because the engines' types for them drag a zone along.
        person.quiet_from.isoformat(),
        person.quiet_until.isoformat(),
        person.away_until,
        person.joined_at,
        person.left_at,
        person.version,
        fold(person.name),
    )


def person_of(row: Row, codec: Codec) -> Person:
    return Person(
        PersonId(row[0]),
        row[1],
        row[2],
        TeamId(row[3]),
        Role(row[4]),
        row[5],
        row[6],
        row[7],
        time.fromisoformat(row[8]),
        time.fromisoformat(row[9]),
        codec.day(row[10]),
        codec.time(row[11]),
        codec.time(row[12]),
        row[13],
    )


def account_row(account: Account) -> tuple[Any, ...]:
    """In the order of ACCOUNT."""
    return (account.platform, account.tenant, account.user_id, account.person_id, account.chat_id)


def account_of(row: Row) -> Account:
    return Account(row[0], row[1], row[2], PersonId(row[3]), row[4])


def invite_row(invite: Invite) -> tuple[Any, ...]:
    """In the order of INVITE."""
    return (invite.code_hash, invite.team_id, invite.role.value, invite.expires_at, invite.uses_left)


def invite_of(row: Row, codec: Codec) -> Invite:
    return Invite(row[0], TeamId(row[1]), Role(row[2]), codec.time(row[3]), row[4])


# --- objectives ------------------------------------------------------------------------------------------------------

CYCLE = ("id", "name", "starts_on", "ends_on")
OBJECTIVE = (
    "id",
    "owner_id",
    "team_id",
    "cycle_id",
    "title",
    "why",
    "ambition",
    "state",
    "created_at",
    "serves_objective_id",
    "serves_key_result_id",
    "published_at",
    "version",
)
KEY_RESULT = (
    "id",
    "sentence",
    "metric",
    "target",
    "baseline",
    "unit",
    "direction",
    "start_confidence",
    "current",
    "is_dead",
)
CHECK_IN = ("id", "key_result_id", "author_id", "at", "value", "confidence", "note")
HISTORY = ("id", "objective_id", "at", "by_id", "what", "why", "before_text", "after_text", "key_result_id")


def cycle_row(cycle: Cycle) -> tuple[Any, ...]:
    """In the order of CYCLE."""
    return (cycle.id, cycle.name, cycle.starts_on, cycle.ends_on)


def cycle_of(row: Row, codec: Codec) -> Cycle:
    return Cycle(CycleId(row[0]), row[1], codec.day(row[2]), codec.day(row[3]))


def objective_row(objective: Objective) -> tuple[Any, ...]:
    """In the order of OBJECTIVE and SEARCH."""
    serves = objective.serves
    return (
        objective.id,
        objective.owner_id,
        objective.team_id,
        objective.cycle_id,
        objective.title,
        objective.why,
        objective.ambition.value,
        objective.state.value,
        objective.created_at,
        # Two columns, so that both kinds are real foreign keys.
        serves.id if serves is not None and serves.kind is ServedKind.OBJECTIVE else None,
        serves.id if serves is not None and serves.kind is ServedKind.KEY_RESULT else None,
        objective.published_at,
        objective.version,
        fold(objective.title),
    )


def objectives_of(rows: Iterable[Row], codec: Codec) -> tuple[Objective, ...]:
    """Rows of OBJECTIVE and KEY_RESULT side by side, an objective's rows together and in the order of its key results."""
    found: list[Objective] = []
    head: Row | None = None
    key_results: list[KeyResult] = []
    width = len(OBJECTIVE)
    for row in rows:
        if head is None or row[0] != head[0]:
            if head is not None:
                found.append(_objective_of(head, tuple(key_results), codec))
            head, key_results = row, []
        if row[width] is not None:
            key_results.append(_key_result_of(row[width:], codec))
    if head is not None:
        found.append(_objective_of(head, tuple(key_results), codec))
    return tuple(found)


def _objective_of(row: Row, key_results: tuple[KeyResult, ...], codec: Codec) -> Objective:
    serves = None
    if row[9] is not None:
        serves = Serves(ServedKind.OBJECTIVE, row[9])
    elif row[10] is not None:
        serves = Serves(ServedKind.KEY_RESULT, row[10])
    return Objective(
        ObjectiveId(row[0]),
        PersonId(row[1]),
        TeamId(row[2]),
        CycleId(row[3]),
        row[4],
        row[5],
        Ambition(row[6]),
        ObjectiveState(row[7]),
        codec.time(row[8]),
        key_results,
        serves,
        codec.time(row[11]),
        row[12],
    )


def key_result_row(key_result: KeyResult) -> tuple[Any, ...]:
    """In the order of KEY_RESULT and SEARCH."""
    measure = key_result.measure
    return (
        key_result.id,
        key_result.sentence,
        measure.metric,
        measure.target,
        measure.baseline,
        measure.unit,
        measure.direction.value,
        key_result.start_confidence,
        key_result.current,
        key_result.is_dead,
        fold(key_result.sentence),
    )


def _key_result_of(row: Row, codec: Codec) -> KeyResult:
    measure = Measure(row[2], codec.number(row[3]), codec.number(row[4]), row[5], Direction(row[6]))
    return KeyResult(KeyResultId(row[0]), row[1], measure, row[7], codec.number(row[8]), bool(row[9]))


def check_in_row(check_in: CheckIn) -> tuple[Any, ...]:
    """In the order of CHECK_IN."""
    return (
        check_in.id,
        check_in.key_result_id,
        check_in.author_id,
        check_in.at,
        check_in.value,
        check_in.confidence.value,
        check_in.note,
    )


def check_in_of(row: Row, codec: Codec) -> CheckIn:
    return CheckIn(
        row[0], KeyResultId(row[1]), PersonId(row[2]), codec.time(row[3]), codec.number(row[4]), Confidence(row[5]), row[6]
    )


def history_row(entry: HistoryEntry) -> tuple[Any, ...]:
    """In the order of HISTORY."""
    return (
        entry.id,
        entry.objective_id,
        entry.at,
        entry.by,
        entry.what,
        entry.why,
        entry.before,
        entry.after,
        entry.key_result_id,
    )


def history_of(row: Row, codec: Codec) -> HistoryEntry:
    return HistoryEntry(row[0], ObjectiveId(row[1]), codec.time(row[2]), PersonId(row[3]), row[4], row[5], row[6], row[7], row[8])


# --- the week --------------------------------------------------------------------------------------------------------

ORGANISATION = (
    "name",
    "fiscal_start_month",
    "ask_weekday",
    "ask_at",
    "ask_weeks",
    "remind_after",
    "closes_after",
    "card_at",
)
PROMPT = ("kind", "subject_id", "day", "at", "answered_at", "snoozed_until")
# Whom it is about once more, in the column of its kind: both are real foreign keys.
SUBJECT = ("person_id", "team_id")
HELP_REQUEST = (
    "id",
    "key_result_id",
    "objective_id",
    "asker_id",
    "asked_at",
    "words",
    "holders",
    "moves_on_at",
    "state",
    "decision",
    "decided_by",
    "decided_at",
    "remark",
    "follow_up_at",
    "has_arrived",
    "version",
)


def organisation_row(organisation: Organisation) -> tuple[Any, ...]:
    """In the order of ORGANISATION."""
    rhythm = organisation.rhythm
    return (
        organisation.name,
        organisation.fiscal_start_month,
        rhythm.weekday,
        rhythm.at.isoformat(),
        rhythm.weeks,
        rhythm.remind_after,
        rhythm.closes_after,
        organisation.card_at.isoformat(),
    )


def organisation_of(row: Row) -> Organisation:
    rhythm = Rhythm(row[2], time.fromisoformat(row[3]), row[4], row[5], row[6])
    return Organisation(row[0], row[1], rhythm, time.fromisoformat(row[7]))


def prompt_row(prompt: Prompt) -> tuple[Any, ...]:
    """In the order of PROMPT and SUBJECT."""
    is_for_team = prompt.kind is PromptKind.MONDAY_CARD
    return (
        prompt.kind.value,
        prompt.subject_id,
        prompt.day,
        prompt.at,
        prompt.answered_at,
        prompt.snoozed_until,
        None if is_for_team else prompt.subject_id,
        prompt.subject_id if is_for_team else None,
    )


def prompt_of(row: Row, codec: Codec) -> Prompt:
    return Prompt(PromptKind(row[0]), row[1], codec.day(row[2]), codec.time(row[3]), codec.time(row[4]), codec.time(row[5]))


def help_request_row(request: HelpRequest) -> tuple[Any, ...]:
    """In the order of HELP_REQUEST."""
    return (
        request.id,
        request.key_result_id,
        request.objective_id,
        request.asker_id,
        request.asked_at,
        request.words,
        dump(request.holders),
        request.moves_on_at,
        request.state.value,
        None if request.decision is None else request.decision.value,
        request.decided_by,
        request.decided_at,
        request.remark,
        request.follow_up_at,
        request.has_arrived,
        request.version,
    )


def help_request_of(row: Row, codec: Codec) -> HelpRequest:
    return HelpRequest(
        HelpRequestId(row[0]),
        KeyResultId(row[1]),
        ObjectiveId(row[2]),
        PersonId(row[3]),
        codec.time(row[4]),
        row[5],
        tuple([PersonId(holder) for holder in load(row[6])]),
        codec.time(row[7]),
        HelpState(row[8]),
        None if row[9] is None else Decision(row[9]),
        row[10],
        codec.time(row[11]),
        row[12],
        codec.time(row[13]),
        None if row[14] is None else bool(row[14]),
        row[15],
    )


def day_off_of(row: Row, codec: Codec) -> tuple[tuple[str, date], bool]:
    """A row of country, day and is_off: what an admin has said about which day."""
    return (row[0], codec.day(row[1])), bool(row[2])


def listing_row(listing: Listing) -> tuple[Any, ...]:
    """In the order of LISTING."""
    said = listing.said
    return (
        listing.platform,
        listing.tenant,
        listing.user_id,
        listing.person_id,
        said.name,
        said.email,
        said.title,
        said.locale,
        said.timezone,
        said.department_id,
        said.manager,
        said.is_lead,
        listing.listed_at,
        listing.gone_at,
        listing.enterprise_id,
    )


def listing_of(row: Row, codec: Codec) -> Listing:
    said = Said(row[4], row[5], row[6], row[7], row[8], row[9], row[10], bool(row[11]))
    return Listing(row[0], row[1], row[2], PersonId(row[3]), said, codec.time(row[12]), codec.time(row[13]), row[14])


def listed_team_row(listed: ListedTeam) -> tuple[Any, ...]:
    """In the order of LISTED_TEAM."""
    return (listed.platform, listed.tenant, listed.department_id, listed.team_id, listed.name)


def listed_team_of(row: Row) -> ListedTeam:
    return ListedTeam(row[0], row[1], row[2], TeamId(row[3]), row[4])


# --- conversations ---------------------------------------------------------------------------------------------------

SESSION = ("id", "person_id", "script", "state", "turn", "started_at", "touched_at", "body")
PLACE = ("platform", "tenant", "chat_id", "is_private")


def session_row(session: Session) -> tuple[Any, ...]:
    """In the order of SESSION."""
    return (
        session.id,
        session.person_id,
        session.script,
        session.state.value,
        session.turn,
        session.started_at,
        session.touched_at,
        dump(body_of(session)),
    )


def session_of(row: Row, codec: Codec) -> Session:
    return from_columns(row[0], row[1], row[2], row[3], row[4], codec.time(row[5]), codec.time(row[6]), load(row[7]))


def place_row(place: Place) -> tuple[Any, ...]:
    """In the order of PLACE."""
    return (place.platform, place.tenant, place.chat_id, place.is_private)


def place_of(row: Sequence[Any]) -> Place:
    return Place(row[0], row[1], row[2], bool(row[3]))


def message_text(message: Message) -> str:
    return dump(messages.to_json(message))


def message_of(text: str) -> Message:
    return messages.from_json(load(text))


def incoming_text(incoming: Incoming) -> str:
    return dump(incomings.to_json(incoming))


def incoming_of(text: str) -> Incoming:
    return incomings.from_json(load(text))
