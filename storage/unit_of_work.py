"""Saves turns. A turn becomes a list of constant statements, each with the number of rows it must touch, and all are run in one go.

SQLite runs them in one hop to its thread, under BEGIN IMMEDIATE; PostgreSQL in one transaction on one connection. The event is settled
first, so that a repetition stops there; the lanes of the outbox come last, and in a fixed order, so that two turns never wait for each
other's lanes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from bot.dialogs.session import SessionState
from bot.okr.objective import Objective
from bot.ports import (
    AddCheckIn,
    AddHistory,
    Change,
    EventKey,
    Guard,
    Outgoing,
    PutAccount,
    PutCycle,
    PutInvite,
    PutObjective,
    PutPerson,
    PutSession,
    PutTeam,
    RemoveDraft,
    Saved,
    Turn,
    UseInvite,
)
from storage.engine import Database
from storage.rows import (
    ACCOUNT,
    CHECK_IN,
    CYCLE,
    HISTORY,
    INVITE,
    KEY_RESULT,
    OBJECTIVE,
    PERSON,
    PLACE,
    SEARCH,
    SESSION,
    TEAM,
    account_row,
    check_in_row,
    cycle_row,
    history_row,
    invite_row,
    key_result_row,
    message_text,
    objective_row,
    person_row,
    place_row,
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
_PUT_ACCOUNT = _insert("accounts", ACCOUNT, "ON CONFLICT (platform, tenant, user_id) DO UPDATE SET", taken_over(ACCOUNT[3:]))
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

# A key result that is left out was removed. One that somebody has checked in on, or that something serves, is kept, dead and after the
# others: its numbers are part of what happened.
_UNUSED = (
    "AND NOT EXISTS (SELECT 1 FROM check_ins c WHERE c.key_result_id = key_results.id)",
    "AND NOT EXISTS (SELECT 1 FROM objectives o WHERE o.serves_key_result_id = key_results.id)",
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

_ADD_CHECK_IN = _insert("check_ins", CHECK_IN)
_ADD_HISTORY = _insert("history", (*HISTORY, "position"))

_NEW_SESSION = _insert("sessions", SESSION)
_NEXT_SESSION = _replace("sessions", SESSION, "turn")

_FIRST_REVISION = both("INSERT INTO guards (name, revision) VALUES (?, 1)")
_NEXT_REVISION = both("UPDATE guards SET revision = revision + 1 WHERE name = ? AND revision = ?")

# Locks the lane, changed or not, until the commit: the numbers of a lane's messages become visible in their order.
_LANE = both(
    "INSERT INTO outbox_lanes (lane, ready_at) VALUES (?, ?) ON CONFLICT (lane)",
    "DO UPDATE SET ready_at = excluded.ready_at WHERE outbox_lanes.ready_at IS NULL",
)
_MESSAGE = _insert("outbox", ("dedupe", "lane", *PLACE, "slot", "edits", "message", "due_at", "created_at"))


# --- the plan --------------------------------------------------------------------------------------------------------


def plan(turn: Turn) -> list[Step | Batch]:
    """The statements that store `turn`. Raises ValueError for a replacement that does not count up: the next one could not be told
    from it."""
    steps: list[Step | Batch] = []
    if turn.event is not None:
        steps.append(_settle(turn.event, turn.at))
    # Who stops being active makes room for who becomes it, in whatever order they were put.
    for position, change in enumerate(sorted(turn.changes, key=_activates)):
        steps.extend(_steps(change, position))
    if turn.outgoing:
        steps.extend(_post(turn.outgoing, turn.at))
    return steps


def _activates(change: Change) -> bool:
    return isinstance(change, PutSession) and change.session.state is SessionState.ACTIVE


def _settle(event: EventKey, at: datetime) -> Step:
    return Step(_SETTLE_EVENT, (event.platform, event.tenant, event.event_id, at, at), 1, Saved.DUPLICATE)


def _steps(change: Change, position: int) -> Iterable[Step | Batch]:  # noqa: PLR0911 one line for each kind of change
    match change:
        case PutSession(session, was):
            return (_put(_NEW_SESSION, _NEXT_SESSION, session_row(session), session.turn, was),)
        case PutPerson(person, was):
            return (_put(_NEW_PERSON, _NEXT_PERSON, person_row(person), person.version, was),)
        case PutTeam(team):
            return (Step(_PUT_TEAM, team_row(team)),)
        case PutAccount(account):
            return (Step(_PUT_ACCOUNT, account_row(account)),)
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
            )
        case AddCheckIn(said):
            return (
                Step(_LOCK_KEY_RESULT, (said.key_result_id,), 1),
                Step(_ADD_CHECK_IN, check_in_row(said)),
                Step(_TAKE_NEWEST, (said.key_result_id,)),
            )
        case AddHistory(entry):
            return (Step(_ADD_HISTORY, (*history_row(entry), position)),)
        case Guard(name, revision):
            return (Step(_NEXT_REVISION, (name, revision), 1) if revision else Step(_FIRST_REVISION, (name,)),)


def _put(new: Sql, following: Sql, row: tuple[object, ...], counter: int, was: int | None) -> Step:
    if was is None:
        return Step(new, row)
    if counter <= was:
        raise ValueError("what is replaced counts its changes: the new number is above the old one")
    return Step(following, (*row[1:], row[0], was), 1)


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


def _post(outgoing: tuple[Outgoing, ...], at: datetime) -> Iterator[Batch]:
    yield Batch(_LANE, [(lane, at) for lane in sorted({one.place.lane for one in outgoing})])
    yield Batch(
        _MESSAGE,
        [
            (
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
            for one in outgoing
        ],
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
