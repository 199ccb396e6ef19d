"""Saves turns. A turn becomes a list of constant statements, each with the number of rows it must touch, and all are run in one go.

SQLite runs them in one hop to its thread, under BEGIN IMMEDIATE; PostgreSQL in one transaction on one connection. The event is settled
first, so that a repetition stops there; the lanes of the outbox come last, and in a fixed order, so that two turns never wait for each
other's lanes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from bot.chat.incoming import Place
from bot.dialogs.session import Session, SessionState
from bot.okr.objective import Objective
from bot.okr.people import TeamId
from bot.ports import (
    AddCheckIn,
    AddHistory,
    AddPrompt,
    AnswerPrompts,
    Change,
    EventKey,
    Guard,
    Outgoing,
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
from storage.codec import dump
from storage.engine import Database
from storage.rows import (
    ACCOUNT,
    CHECK_IN,
    CYCLE,
    HELP_REQUEST,
    HISTORY,
    INVITE,
    KEY_RESULT,
    LISTED_TEAM,
    LISTING,
    LISTING_KEY,
    OBJECTIVE,
    PERSON,
    PLACE,
    PROMPT,
    SEARCH,
    SESSION,
    SUBJECT,
    TEAM,
    account_row,
    check_in_row,
    cycle_row,
    help_request_row,
    history_row,
    invite_row,
    key_result_row,
    listed_team_row,
    listing_row,
    message_text,
    objective_row,
    person_row,
    place_row,
    prompt_row,
    session_row,
    team_row,
)
from storage.sql import Batch, Sql, Step, assigned, both, dialects, listed, marks, taken_over

# --- statements ------------------------------------------------------------------------------------------------------

# The words go as soon as they have been dealt with; the key stays, so that a repetition is recognised.
_SETTLE_EVENT = both(
    "INSERT INTO inbox (platform, tenant, event_id, received_at, done_at) VALUES (?, ?, ?, ?, ?)",
    "ON CONFLICT (platform, tenant, event_id) DO UPDATE SET done_at = excluded.done_at, body = NULL WHERE inbox.done_at IS NULL",
)
# The same for many, as a JSON list of lists.
_SETTLE = "INSERT INTO inbox (platform, tenant, event_id, received_at, done_at)"
_UNLESS_DONE = (
    "ON CONFLICT (platform, tenant, event_id) DO UPDATE SET done_at = excluded.done_at, body = NULL WHERE inbox.done_at IS NULL"
)
_SETTLE_EVENTS = dialects(
    (
        _SETTLE,
        "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),",
        "json_extract(value, '$[3]'), json_extract(value, '$[3]') FROM json_each(?) WHERE TRUE",
        _UNLESS_DONE,
    ),
    (
        _SETTLE,
        "SELECT e ->> 0, e ->> 1, e ->> 2, CAST(e ->> 3 AS timestamptz), CAST(e ->> 3 AS timestamptz)",
        "FROM json_array_elements(CAST(? AS json)) AS e",
        _UNLESS_DONE,
    ),
)


def _insert(table: str, columns: tuple[str, ...], *rest: str) -> Sql:
    return both("INSERT INTO", table, "(", listed(columns), ") VALUES (", marks(columns), ")", *rest)


def _replace(table: str, columns: tuple[str, ...], counter: str) -> Sql:
    """Takes the columns without the id, then the id and the counter's stored value."""
    return both("UPDATE", table, "SET", assigned(columns[1:]), "WHERE id = ? AND", counter, "= ?")


_TEAM = (*TEAM, *SEARCH)
_PERSON = (*PERSON, *SEARCH)
_OBJECTIVE = (*OBJECTIVE, *SEARCH)
_KEY_RESULT = (*KEY_RESULT, *SEARCH, "objective_id", "position")

_PUT_TEAM = _insert("teams", _TEAM, "ON CONFLICT (id) DO UPDATE SET", taken_over(_TEAM[1:]))
_NEW_PERSON = _insert("people", _PERSON)
_NEXT_PERSON = _replace("people", _PERSON, "version")
# The account of a person that was put last has their highest number. Takes the person once more.
_PUT_ACCOUNT = both(
    "INSERT INTO accounts (",
    listed((*ACCOUNT, "touched")),
    ") VALUES (",
    marks(ACCOUNT),
    ", (SELECT COALESCE(max(a.touched), 0) + 1 FROM accounts a WHERE a.person_id = ?))",
    "ON CONFLICT (platform, tenant, user_id) DO UPDATE SET",
    taken_over((*ACCOUNT[3:], "touched")),
)
_PUT_INVITE = _insert("invites", INVITE, "ON CONFLICT (code_hash) DO UPDATE SET", taken_over(INVITE[1:]))
_USE_INVITE = both("UPDATE invites SET uses_left = uses_left - 1 WHERE code_hash = ? AND uses_left > 0 AND expires_at > ?")
_PUT_CYCLE = _insert("cycles", CYCLE, "ON CONFLICT (id) DO NOTHING")
_NEW_OBJECTIVE = _insert("objectives", _OBJECTIVE)
_NEXT_OBJECTIVE = _replace("objectives", _OBJECTIVE, "version")

_PUT_KEY_RESULT = _insert(
    "key_results",
    _KEY_RESULT,
    "ON CONFLICT (id) DO UPDATE SET",
    taken_over(tuple(column for column in _KEY_RESULT[1:] if column != "objective_id")),
    "WHERE key_results.objective_id = excluded.objective_id",
)
# An objective is read, changed and put back while its owner may be checking in elsewhere: a check-in that is there always wins over what
# the objective's value remembers of it. This is a statement of its own, after those that lock the key results: what it sees is newer
# than the locks, so nobody's check-in is overlooked.
_NEWEST = (
    "UPDATE key_results SET current = (SELECT c.value FROM check_ins c WHERE c.key_result_id = key_results.id",
    "ORDER BY c.at DESC, c.id DESC LIMIT 1)",
)
_TAKE_NEWEST = both(*_NEWEST, "WHERE id = ?")
_TAKE_NEWEST_OF_ALL = both(
    *_NEWEST, "WHERE objective_id = ? AND EXISTS (SELECT 1 FROM check_ins c WHERE c.key_result_id = key_results.id)"
)
_LOCK_KEY_RESULT = dialects(
    # One writer at a time anyway; but the key result has to be there.
    ("UPDATE key_results SET current = current WHERE id = ?",),
    ("SELECT 1 FROM key_results WHERE id = ? FOR NO KEY UPDATE",),
)

# A key result that is left out was removed. One that somebody has checked in on or called for help with, or that something serves, is
# kept, dead and after the others: its numbers are part of what happened.
_UNUSED = (
    "AND NOT EXISTS (SELECT 1 FROM check_ins c WHERE c.key_result_id = key_results.id)",
    "AND NOT EXISTS (SELECT 1 FROM objectives o WHERE o.serves_key_result_id = key_results.id)",
    "AND NOT EXISTS (SELECT 1 FROM help_requests h WHERE h.key_result_id = key_results.id)",
)
_LEFT_OUT = (
    ("WHERE objective_id = ? AND id NOT IN (SELECT value FROM json_each(?))",),
    ("WHERE objective_id = ? AND id <> ALL (CAST(? AS text[]))",),
)
_DELETE_LEFT_OUT = dialects(
    ("DELETE FROM key_results", *_LEFT_OUT[0], *_UNUSED), ("DELETE FROM key_results", *_LEFT_OUT[1], *_UNUSED)
)
_BURY = "UPDATE key_results SET is_dead = TRUE, position = position + ?"
_BURY_LEFT_OUT = dialects((_BURY, *_LEFT_OUT[0]), (_BURY, *_LEFT_OUT[1]))

_REMOVE_DRAFT = both("DELETE FROM objectives WHERE id = ? AND version = ? AND state = 'draft'")
_REMOVE_KEY_RESULTS = both("DELETE FROM key_results WHERE objective_id = ?")
_REMOVE_HISTORY = both("DELETE FROM history WHERE objective_id = ?")
_REMOVE_CALLS = both("DELETE FROM help_requests WHERE objective_id = ?")

_ADD_CHECK_IN = _insert("check_ins", CHECK_IN)
_ADD_HISTORY = _insert("history", (*HISTORY, "position"))

_PROMPT = (*PROMPT, *SUBJECT)
_ADD_PROMPT = _insert("prompts", _PROMPT)
_PUT_PROMPT = _insert("prompts", _PROMPT, "ON CONFLICT (kind, subject_id, day) DO UPDATE SET", taken_over(PROMPT[3:]))
_ANSWER_PROMPTS = both(
    "UPDATE prompts SET answered_at = ? WHERE subject_id = ? AND kind IN ('check_in', 'reminder') AND answered_at IS NULL"
)
_SNOOZE_PROMPTS = both(
    "UPDATE prompts SET snoozed_until = ? WHERE kind = 'check_in' AND subject_id = ? AND answered_at IS NULL",
    "AND day = (SELECT max(p.day) FROM prompts p WHERE p.kind = 'check_in' AND p.subject_id = ? AND p.answered_at IS NULL)",
)
_NEW_CALL = _insert("help_requests", HELP_REQUEST)
_NEXT_CALL = _replace("help_requests", HELP_REQUEST, "version")

_TEAM_PLACE = ("team_id", *PLACE)
_PUT_TEAM_PLACE = _insert("team_places", _TEAM_PLACE, "ON CONFLICT (team_id) DO UPDATE SET", taken_over(PLACE))
_REMOVE_TEAM_PLACE = both("DELETE FROM team_places WHERE team_id = ?")
# A chat is one team's: whoever had it before has none now.
_FREE_PLACE = both("DELETE FROM team_places WHERE platform = ? AND tenant = ? AND chat_id = ? AND team_id <> ?")
_DAY_OFF = ("country", "day", "is_off")
_PUT_DAY_OFF = _insert("days_off", _DAY_OFF, "ON CONFLICT (country, day) DO UPDATE SET is_off = excluded.is_off")
_REMOVE_DAY_OFF = both("DELETE FROM days_off WHERE country = ? AND day = ?")

_PUT_LISTING = _insert(
    "listings", LISTING, "ON CONFLICT (platform, tenant, user_id) DO UPDATE SET", taken_over(LISTING[len(LISTING_KEY) :])
)
_PUT_LISTED_TEAM = _insert(
    "listed_teams",
    LISTED_TEAM,
    "ON CONFLICT (platform, tenant, department_id) DO UPDATE SET team_id = excluded.team_id, name = excluded.name",
)

_NEW_SESSION = _insert("sessions", SESSION)
# Whose it is and what it is about never changes. SQLite writes the entries of an index anew whenever a column it has to do with is set,
# changed or not; the state rarely changes, so it has a statement of its own there.
_SESSION_STATE = Sql("UPDATE sessions SET state = ? WHERE id = ? AND turn = ? AND state <> ?", "")
_NEXT_SESSION = Sql(
    "UPDATE sessions SET turn = ?, touched_at = ?, body = ? WHERE id = ? AND turn = ? AND person_id = ? AND state = ?",
    "UPDATE sessions SET turn = $1, touched_at = $2, body = $3, state = $7 WHERE id = $4 AND turn = $5 AND person_id = $6",
)

_FIRST_REVISION = both("INSERT INTO guards (name, revision) VALUES (?, 1)")
_NEXT_REVISION = both("UPDATE guards SET revision = revision + 1 WHERE name = ? AND revision = ?")

# Locks the lane, changed or not, until the commit: the numbers of a lane's messages become visible in their order.
_FILL_LANE = ("ON CONFLICT (lane) DO UPDATE SET ready_at = excluded.ready_at WHERE outbox_lanes.ready_at IS NULL",)
_LANE = both("INSERT INTO outbox_lanes (lane, ready_at) VALUES (?, ?)", *_FILL_LANE)
_LANES = dialects(
    # Without a WHERE, SQLite would take what follows for the ON of a join.
    ("INSERT INTO outbox_lanes (ready_at, lane) SELECT ?, value FROM json_each(?) WHERE TRUE", *_FILL_LANE),
    ("INSERT INTO outbox_lanes (ready_at, lane) SELECT CAST(? AS timestamptz), unnest(CAST(? AS text[]))", *_FILL_LANE),
)
_OUTBOX = ("dedupe", "lane", *PLACE, "slot", "edits", "message", "due_at", "created_at")
_MESSAGE = _insert("outbox", _OUTBOX)

# Plain inserts are independent of each other: foreign keys and lost turns are looked at in the end.
_PLAIN = {
    _NEW_PERSON: ("people", _PERSON),
    _ADD_PROMPT: ("prompts", _PROMPT),
    _ADD_HISTORY: ("history", (*HISTORY, "position")),
    _NEW_SESSION: ("sessions", SESSION),
}
MANY = 20
"""A turn of so many steps is worth rearranging."""


# --- the plan --------------------------------------------------------------------------------------------------------


def plan(turn: Turn) -> list[Step | Batch]:
    """The statements that store `turn`. Raises ValueError for a replacement that does not count up: the next one could not be told
    from it."""
    steps: list[Step | Batch] = []
    if turn.event is not None:
        steps.append(_settle(turn.event, turn.at))
    steps.extend(_changing(turn))
    if len(steps) >= MANY:
        steps = _gathered(steps)
    if turn.outgoing:
        steps.extend(_post(turn.outgoing, turn.at))
    return steps


def plan_together(turns: Sequence[Turn]) -> list[Step | Batch]:
    """The statements that store all these turns, or none of them. Each event is there once at most."""
    steps: list[Step | Batch] = []
    events = [
        [one.event.platform, one.event.tenant, one.event.event_id, one.at.astimezone(UTC).isoformat(" ")]
        for one in turns
        if one.event is not None
    ]
    if events:
        steps.append(Step(_SETTLE_EVENTS, (dump(events),), len(events), Saved.DUPLICATE))
    steps.extend(_gathered([step for turn in turns for step in _changing(turn)]))
    ready: dict[str, datetime] = {}
    for turn in turns:
        for one in turn.outgoing:
            ready.setdefault(one.place.lane, turn.at)
    if ready:
        steps.append(Batch(_LANE, sorted(ready.items())))
        rows = [_message_row(one, turn.at) for turn in turns for one in turn.outgoing]
        steps.append(Batch(_MESSAGE, rows, "outbox", _OUTBOX))
    return steps


def _changing(turn: Turn) -> Iterator[Step | Batch]:
    # Who stops being active makes room for who becomes it, in whatever order they were put.
    changes = sorted(turn.changes, key=_activates) if len(turn.changes) > 1 else turn.changes
    for position, change in enumerate(changes):
        yield from _steps(change, position)


def _gathered(steps: list[Step | Batch]) -> list[Step | Batch]:
    """Plain inserts into the same table together, as far as there is nothing else between them."""
    gathered: list[Step | Batch] = []
    inserts: dict[Sql, list[tuple[Any, ...]]] = {}
    for step in steps:
        if isinstance(step, Step) and step.sql in _PLAIN:
            inserts.setdefault(step.sql, []).append(step.args)
            continue
        gathered.extend(_batches(inserts))
        inserts.clear()
        gathered.append(step)
    gathered.extend(_batches(inserts))
    return gathered


def _batches(inserts: Mapping[Sql, list[tuple[Any, ...]]]) -> list[Batch]:
    return [Batch(sql, args, *_PLAIN[sql]) for sql, args in inserts.items()]


def _activates(change: Change) -> bool:
    return isinstance(change, PutSession) and change.session.state is SessionState.ACTIVE


def _settle(event: EventKey, at: datetime) -> Step:
    return Step(_SETTLE_EVENT, (event.platform, event.tenant, event.event_id, at, at), 1, Saved.DUPLICATE)


def _steps(change: Change, position: int) -> Iterable[Step | Batch]:  # noqa: PLR0911, PLR0912 one line for each kind of change
    match change:
        case PutSession(session, was):
            return _put_session(session, was)
        case PutPerson(person, was):
            return (_put(_NEW_PERSON, _NEXT_PERSON, person_row(person), person.version, was),)
        case PutTeam(team):
            return (Step(_PUT_TEAM, team_row(team)),)
        case PutAccount(account):
            return (Step(_PUT_ACCOUNT, (*account_row(account), account.person_id)),)
        case PutInvite(invite):
            return (Step(_PUT_INVITE, invite_row(invite)),)
        case UseInvite(code_hash, at):
            return (Step(_USE_INVITE, (code_hash, at), 1),)
        case PutCycle(cycle):
            return (Step(_PUT_CYCLE, cycle_row(cycle)),)
        case PutObjective(objective, was):
            return _put_objective(objective, was)
        case RemoveDraft(objective_id, was):
            return (
                Step(_REMOVE_DRAFT, (objective_id, was), 1),
                Step(_REMOVE_KEY_RESULTS, (objective_id,)),
                Step(_REMOVE_HISTORY, (objective_id,)),
                Step(_REMOVE_CALLS, (objective_id,)),
            )
        case AddCheckIn(said):
            return (
                Step(_LOCK_KEY_RESULT, (said.key_result_id,), 1),
                Step(_ADD_CHECK_IN, check_in_row(said)),
                Step(_TAKE_NEWEST, (said.key_result_id,)),
            )
        case AddHistory(entry):
            return (Step(_ADD_HISTORY, (*history_row(entry), position)),)
        case AddPrompt(prompt):
            return (Step(_ADD_PROMPT, prompt_row(prompt)),)
        case PutPrompt(prompt):
            return (Step(_PUT_PROMPT, prompt_row(prompt)),)
        case AnswerPrompts(person_id, at):
            return (Step(_ANSWER_PROMPTS, (at, person_id)),)
        case SnoozePrompts(person_id, until):
            return (Step(_SNOOZE_PROMPTS, (until, person_id, person_id)),)
        case PutHelpRequest(request, was):
            return (_put(_NEW_CALL, _NEXT_CALL, help_request_row(request), request.version, was),)
        case PutTeamPlace(team_id, place):
            return _put_team_place(team_id, place)
        case PutDayOff(country, day, is_off):
            return (_put_day_off(country, day, is_off),)
        case PutListing(listing):
            return (Step(_PUT_LISTING, listing_row(listing)),)
        case PutListedTeam(listed_team):
            return (Step(_PUT_LISTED_TEAM, listed_team_row(listed_team)),)
        case Guard(name, revision):
            return (Step(_NEXT_REVISION, (name, revision), 1) if revision else Step(_FIRST_REVISION, (name,)),)


def _put(new: Sql, following: Sql, row: tuple[object, ...], counter: int, was: int | None) -> Step:
    if was is None:
        return Step(new, row)
    _check_counts_up(counter, was)
    return Step(following, (*row[1:], row[0], was), 1)


def _put_session(session: Session, was: int | None) -> tuple[Step, ...]:
    row = session_row(session)
    if was is None:
        return (Step(_NEW_SESSION, row),)
    _check_counts_up(session.turn, was)
    session_id, person_id, _, state, turn, _, touched_at, body = row
    return (
        Step(_SESSION_STATE, (state, session_id, was, state)),
        Step(_NEXT_SESSION, (turn, touched_at, body, session_id, was, person_id, state), 1),
    )


def _check_counts_up(counter: int, was: int) -> None:
    if counter <= was:
        raise ValueError("what is replaced counts its changes: the new number is above the old one")


def _put_objective(objective: Objective, was: int | None) -> Iterator[Step]:
    yield _put(_NEW_OBJECTIVE, _NEXT_OBJECTIVE, objective_row(objective), objective.version, was)
    if was is not None:
        kept: list[str] = [key_result.id for key_result in objective.key_results]
        yield Step(_DELETE_LEFT_OUT, (objective.id, kept))
        yield Step(_BURY_LEFT_OUT, (len(kept), objective.id, kept))
    for position, key_result in enumerate(objective.key_results):
        yield Step(_PUT_KEY_RESULT, (*key_result_row(key_result), objective.id, position), 1)
    if was is not None:
        yield Step(_TAKE_NEWEST_OF_ALL, (objective.id,))


def _put_team_place(team_id: TeamId, place: Place | None) -> tuple[Step, ...]:
    if place is None:
        return (Step(_REMOVE_TEAM_PLACE, (team_id,)),)
    row = place_row(place)
    return (Step(_FREE_PLACE, (*row[:3], team_id)), Step(_PUT_TEAM_PLACE, (team_id, *row)))


def _put_day_off(country: str, day: date, is_off: bool | None) -> Step:
    if is_off is None:
        return Step(_REMOVE_DAY_OFF, (country, day))
    return Step(_PUT_DAY_OFF, (country, day, is_off))


def _post(outgoing: tuple[Outgoing, ...], at: datetime) -> Iterator[Step | Batch]:
    lanes = sorted({one.place.lane for one in outgoing})
    yield Step(_LANES, (at, lanes)) if len(lanes) >= MANY else Batch(_LANE, [(lane, at) for lane in lanes])
    yield Batch(_MESSAGE, [_message_row(one, at) for one in outgoing], "outbox", _OUTBOX)


def _message_row(one: Outgoing, at: datetime) -> tuple[Any, ...]:
    """In the order of _OUTBOX."""
    return (
        one.dedupe,
        one.place.lane,
        *place_row(one.place),
        # A message that edits another and has no name of its own goes by the other's.
        one.message.slot or one.message.edits,
        one.message.edits,
        message_text(one.message),
        at,
        at,
    )


class SqlUnitOfWork:
    """Implements `bot.ports.UnitOfWork`. `on_commit` is called after every commit that stored something to deliver."""

    def __init__(self, database: Database, on_commit: Callable[[], None]) -> None:
        self._database = database
        self._on_commit = on_commit

    async def save(self, turn: Turn) -> Saved:
        """See `bot.ports.UnitOfWork`."""
        steps = plan(turn)
        saved = await self._database.save(steps)
        if saved is Saved.DONE and turn.outgoing:
            self._on_commit()
        return saved

    async def save_all(self, turns: Sequence[Turn]) -> tuple[Saved, ...]:
        """See `bot.ports.UnitOfWork`.

        Many are saved together; when one of them does not fit, the halves are tried each for itself, down to a few that are saved one by
        one: a round trip for every statement of every turn takes PostgreSQL several times as long.
        """
        if not turns:
            return ()
        if len(turns) >= MANY:
            events = [turn.event for turn in turns if turn.event is not None]
            if len(set(events)) == len(events) and await self._database.save(plan_together(turns)) is Saved.DONE:
                if any(turn.outgoing for turn in turns):
                    self._on_commit()
                return (Saved.DONE,) * len(turns)
            half = len(turns) // 2
            return *await self.save_all(turns[:half]), *await self.save_all(turns[half:])
        saved = await self._database.save_all([plan(turn) for turn in turns])
        if saved is None:
            # One of them breaks a rule that is only checked at the end; one by one it is found.
            return tuple([await self.save(turn) for turn in turns])
        if any(one is Saved.DONE and turn.outgoing for one, turn in zip(saved, turns, strict=True)):
            self._on_commit()
        return saved
