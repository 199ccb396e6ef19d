"""Every read the core makes. What grows with the company, and what every turn needs, is one constant statement; the rest is Tortoise's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from heapq import merge
from itertools import islice

from bot.chat.incoming import Incoming, Place
from bot.chat.message import Message
from bot.folding import fold
from bot.okr.check_in import CheckIn
from bot.okr.cycle import Cycle, CycleId
from bot.okr.directory import ListedTeam, Listing
from bot.okr.help_request import HelpRequest, HelpRequestId
from bot.okr.objective import HistoryEntry, KeyResultId, Objective, ObjectiveId, ServedKind, Serves
from bot.okr.people import Account, Invite, Person, PersonId, Team, TeamId
from bot.okr.prompt import Prompt
from bot.ports import Candidate, Known, Organisation
from storage import models
from storage.codec import TORTOISE
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
    OBJECTIVE,
    ORGANISATION,
    PERSON,
    PLACE,
    PROMPT,
    SESSION,
    TEAM,
    account_of,
    check_in_of,
    cycle_of,
    day_off_of,
    help_request_of,
    history_of,
    invite_of,
    listed_team_of,
    listing_of,
    message_of,
    objectives_of,
    organisation_of,
    person_of,
    place_of,
    prompt_of,
    session_of,
    team_of,
)
from storage.sql import Row, Sql, both, dialects, listed

# --- who is talking --------------------------------------------------------------------------------------------------

_THESE = ("IN (SELECT value FROM json_each(?))", "= ANY (CAST(? AS text[]))")


def _for_these(before: tuple[str, ...], column: str, *after: str) -> Sql:
    """`before` and, in the engine's own words, that the column is one of a list; `after` follows."""
    return dialects((*before, column, _THESE[0], *after), (*before, column, _THESE[1], *after))


_WHOSE = ", ".join((listed(ACCOUNT, "a"), listed(PERSON, "p"), listed(SESSION, "s")))
_OPEN_SESSIONS = "LEFT JOIN sessions s ON s.person_id = p.id AND s.state IN ('active', 'parked')"
_NEWEST_FIRST = "s.touched_at DESC, s.started_at DESC, s.id DESC"
_KNOWN = both(
    "SELECT i.done_at,",
    _WHOSE,
    "FROM (SELECT 1 AS one) AS always",
    "LEFT JOIN inbox i ON i.platform = ? AND i.tenant = ? AND i.event_id = ?",
    "LEFT JOIN accounts a ON a.platform = ? AND a.tenant = ? AND a.user_id = ?",
    "LEFT JOIN people p ON p.id = a.person_id",
    _OPEN_SESSIONS,
    "ORDER BY",
    _NEWEST_FIRST,
)
_ALL_KNOWN = _for_these(
    (
        "SELECT NULL,",
        _WHOSE,
        "FROM accounts a JOIN people p ON p.id = a.person_id",
        _OPEN_SESSIONS,
        "WHERE a.platform = ? AND a.tenant = ? AND",
    ),
    "a.user_id",
    "ORDER BY",
    _NEWEST_FIRST,
)
_ALL_DONE = _for_these(("SELECT event_id FROM inbox WHERE platform = ? AND tenant = ? AND done_at IS NOT NULL AND",), "event_id")
_ACCOUNT_AT = 1
_PERSON_AT = _ACCOUNT_AT + len(ACCOUNT)
_SESSION_AT = _PERSON_AT + len(PERSON)

# --- the company -----------------------------------------------------------------------------------------------------

_ORGANISATION = both("SELECT", listed(ORGANISATION), "FROM organisation")
_CYCLE_ON = both("SELECT", listed(CYCLE), "FROM cycles WHERE starts_on <= ? AND ends_on >= ? ORDER BY starts_on DESC, id LIMIT 1")
_PEOPLE = _for_these(("SELECT", listed(PERSON), "FROM people WHERE"), "id")
_PEOPLE_IN = _for_these(("SELECT", listed(PERSON), "FROM people WHERE left_at IS NULL AND"), "team_id")
_TEAMS = both("SELECT", listed(TEAM), "FROM teams")

# --- objectives ------------------------------------------------------------------------------------------------------

_BOTH_KINDS = ("SELECT", ", ".join((listed(OBJECTIVE, "o"), listed(KEY_RESULT, "k"))))
_WITH_KEY_RESULTS = ("LEFT JOIN key_results k ON k.objective_id = o.id",)
_OBJECTIVES = (*_BOTH_KINDS, "FROM objectives o", *_WITH_KEY_RESULTS)
_OLDEST_FIRST = "ORDER BY o.created_at, o.id, k.position, k.id"

_BY_ID = both(*_OBJECTIVES, "WHERE o.id = ?", _OLDEST_FIRST)
_BY_KEY_RESULT = both(*_OBJECTIVES, "WHERE o.id = (SELECT objective_id FROM key_results WHERE id = ?)", _OLDEST_FIRST)
_BY_OWNER = both(*_OBJECTIVES, "WHERE o.owner_id = ? AND o.cycle_id = ? AND o.state IN ('draft', 'published')", _OLDEST_FIRST)
_OPEN = ("AND o.cycle_id = ? AND o.state IN ('draft', 'published')", _OLDEST_FIRST)
_ON_BOARDS = ("AND o.cycle_id = ? AND o.state = 'published'", _OLDEST_FIRST)
# SQLite would go through the whole company's cycle to spare sorting the objectives of a few people, or of one team.
_BY_OWNERS = dialects(
    (
        *_BOTH_KINDS,
        "FROM objectives o INDEXED BY objectives_owner",
        *_WITH_KEY_RESULTS,
        "WHERE o.owner_id IN (SELECT value FROM json_each(?))",
        *_OPEN,
    ),
    (*_OBJECTIVES, "WHERE o.owner_id = ANY (CAST(? AS text[]))", *_OPEN),
)
_BY_TEAM = dialects(
    (
        *_BOTH_KINDS,
        "FROM objectives o INDEXED BY objectives_team",
        *_WITH_KEY_RESULTS,
        "WHERE o.team_id IN (SELECT value FROM json_each(?))",
        *_ON_BOARDS,
    ),
    (*_OBJECTIVES, "WHERE o.team_id = ANY (CAST(? AS text[]))", *_ON_BOARDS),
)

# Loops are refused when an alignment is saved; should one be there nevertheless, the chain ends instead of going round for ever.
_CHAIN = both(
    "WITH RECURSIVE up (id, height) AS (",
    "SELECT o.id, 0 FROM objectives o WHERE o.id = ? OR o.id = (SELECT objective_id FROM key_results WHERE id = ?)",
    "UNION ALL",
    "SELECT COALESCE(o.serves_objective_id, k.objective_id), up.height + 1 FROM up JOIN objectives o ON o.id = up.id",
    "LEFT JOIN key_results k ON k.id = o.serves_key_result_id",
    "WHERE COALESCE(o.serves_objective_id, k.objective_id) IS NOT NULL AND up.height < 64),",
    "once (id, height) AS (SELECT id, min(height) FROM up GROUP BY id)",
    *_OBJECTIVES,
    "JOIN once ON once.id = o.id ORDER BY once.height, k.position, k.id",
)

# --- what one could serve --------------------------------------------------------------------------------------------

_MOST_WORDS = 6
"""So many words are looked for; more are ignored."""

# The person's own team at depth 0 and the teams above it.
_ABOVE = (
    "WITH RECURSIVE way (id, depth) AS (SELECT CAST(? AS TEXT), 0 UNION ALL",
    "SELECT t.parent_id, way.depth + 1 FROM way JOIN teams t ON t.id = way.id WHERE t.parent_id IS NOT NULL AND way.depth < 64),",
    "above (id, depth) AS (SELECT id, min(depth) FROM way GROUP BY id)",
)
# The manager's objectives, then those of the teams above, the nearest first, then those of the team itself.
_NEAR = (
    *_ABOVE,
    ", near (id, rank) AS (SELECT id, 0 FROM objectives WHERE owner_id = ? AND cycle_id = ? UNION ALL",
    "SELECT o.id, CASE above.depth WHEN 0 THEN 1000 ELSE above.depth END FROM above JOIN objectives o INDEXED BY objectives_team",
    "ON o.team_id = above.id WHERE o.owner_id <> ? AND o.cycle_id = ?)",
)
_NEAR_FROM = ("FROM near JOIN objectives o ON o.id = near.id",)
_NEAR_WHERE = ("WHERE o.state = 'published' AND o.owner_id <> ?",)
# Everybody else's.
_FAR_FROM = ("FROM objectives o",)
_FAR_WHERE = (
    "WHERE o.cycle_id = ? AND o.state = 'published' AND o.owner_id NOT IN (?, ?)",
    "AND o.team_id NOT IN (SELECT id FROM above)",
)
_OWNER_AND_TEAM = ("JOIN people p ON p.id = o.owner_id JOIN teams t ON t.id = o.team_id",)
_KEY_RESULTS = ("JOIN key_results k ON k.objective_id = o.id AND NOT k.is_dead",)


def _found(rank: str, title: str, position: str, thing: str) -> tuple[str, ...]:
    # The first five columns are the order of the whole list.
    return (f"SELECT {rank}, o.created_at, o.id, {position}, {thing}, {title}, p.id, p.name, t.name",)


def _ordered(rank: tuple[str, ...], inner: tuple[str, ...]) -> tuple[str, ...]:
    # Without a rank it is the order of an index, so that a full list ends the search.
    return ("ORDER BY", ", ".join((*rank, "o.created_at", "o.id", *inner)), "LIMIT ?")


def _matching(contains: str, searched: str) -> tuple[str, ...]:
    hay = f"{searched} || ' ' || p.search || ' ' || t.search"
    return (f"AND {contains}({hay}, ?) > 0",) * _MOST_WORDS


def _search(before: tuple[str, ...], searched: str, after: tuple[str, ...]) -> Sql:
    # PostgreSQL needs no telling which index to use, and would not understand it.
    plain = tuple(part.replace(" INDEXED BY objectives_team", "") for part in before)
    return dialects((*before, *_matching("instr", searched), *after), (*plain, *_matching("strpos", searched), *after))


# Parameters: team, manager, cycle, manager, cycle, person; then the words and the limit.
_NEAR_OBJECTIVES = _search(
    (*_NEAR, *_found("near.rank", "o.title", "-1", "o.id"), *_NEAR_FROM, *_OWNER_AND_TEAM, *_NEAR_WHERE),
    "o.search",
    _ordered(("near.rank",), ()),
)
_NEAR_KEY_RESULTS = _search(
    (
        *_NEAR,
        *_found("near.rank", "k.sentence", "k.position", "k.id"),
        *_NEAR_FROM,
        *_KEY_RESULTS,
        *_OWNER_AND_TEAM,
        *_NEAR_WHERE,
    ),
    "k.search",
    _ordered(("near.rank",), ("k.position", "k.id")),
)
# Parameters: team, cycle, person, manager; then the words and the limit.
_FAR_OBJECTIVES = _search(
    (*_ABOVE, *_found("2000", "o.title", "-1", "o.id"), *_FAR_FROM, *_OWNER_AND_TEAM, *_FAR_WHERE),
    "o.search",
    _ordered((), ()),
)
_FAR_KEY_RESULTS = _search(
    (*_ABOVE, *_found("2000", "k.sentence", "k.position", "k.id"), *_FAR_FROM, *_KEY_RESULTS, *_OWNER_AND_TEAM, *_FAR_WHERE),
    "k.search",
    _ordered((), ("k.position", "k.id")),
)

# --- check-ins and guards --------------------------------------------------------------------------------------------

_CHECK_INS = ("SELECT", listed(CHECK_IN, "c"))
_SINCE = dialects(
    (
        *_CHECK_INS,
        "FROM check_ins c WHERE c.key_result_id IN (SELECT value FROM json_each(?)) AND c.at >= ? ORDER BY c.at, c.id",
    ),
    (*_CHECK_INS, "FROM check_ins c WHERE c.key_result_id = ANY (CAST(? AS text[])) AND c.at >= ? ORDER BY c.at, c.id"),
)
_NEWEST = "(SELECT n.id FROM check_ins n WHERE n.key_result_id = w.value AND n.at < ? ORDER BY n.at DESC, n.id DESC LIMIT 1)"
_LATEST = dialects(
    (*_CHECK_INS, "FROM json_each(?) w JOIN check_ins c ON c.id =", _NEWEST),
    (*_CHECK_INS, "FROM unnest(CAST(? AS text[])) AS w (value) JOIN check_ins c ON c.id =", _NEWEST),
)
_GUARD = both("SELECT revision FROM guards WHERE name = ?")

# --- the week --------------------------------------------------------------------------------------------------------

_OWNERS = both(
    "SELECT",
    listed(PERSON, "p"),
    ", s.since FROM people p JOIN (SELECT o.owner_id, min(COALESCE(o.published_at, o.created_at)) AS since FROM objectives o",
    "WHERE o.cycle_id = ? AND o.state = 'published'",
    "AND EXISTS (SELECT 1 FROM key_results k WHERE k.objective_id = o.id AND NOT k.is_dead)",
    "GROUP BY o.owner_id) s ON s.owner_id = p.id",
    "WHERE p.left_at IS NULL AND p.joined_at IS NOT NULL",
)
_PROMPTS = _for_these(
    ("SELECT", listed(PROMPT), "FROM prompts WHERE"), "subject_id", "AND day >= ? ORDER BY at, day, kind, subject_id"
)
_CALLS = ("SELECT", listed(HELP_REQUEST), "FROM help_requests")
_CALL = both(*_CALLS, "WHERE id = ?")
_CALLS_ON = _for_these((*_CALLS, "WHERE"), "key_result_id", "ORDER BY asked_at, id")
_CALLS_HELD = dialects(
    (*_CALLS, "WHERE state = 'open' AND EXISTS (SELECT 1 FROM json_each(holders) h WHERE h.value = ?) ORDER BY asked_at, id"),
    (
        *_CALLS,
        "WHERE state = 'open' AND EXISTS (SELECT 1 FROM json_array_elements_text(holders) h WHERE h.value = ?)",
        "ORDER BY asked_at, id",
    ),
)
# Two searches, because each has an index of its own.
_CALLS_DUE = both(
    *_CALLS,
    "WHERE state = 'open' AND moves_on_at <= ? UNION ALL",
    *_CALLS,
    "WHERE state = 'answered' AND follow_up_at <= ? ORDER BY asked_at, id",
)
_CHATS = _for_these(
    ("SELECT", listed(ACCOUNT), "FROM accounts WHERE chat_id <> '' AND"),
    "person_id",
    "ORDER BY touched, platform, tenant, user_id",
)
_TEAM_PLACES = _for_these(("SELECT", listed(PLACE), ", team_id FROM team_places WHERE"), "team_id")
_TEAM_OF_PLACE = both("SELECT team_id FROM team_places WHERE platform = ? AND tenant = ? AND chat_id = ?")
_ACCOUNTS = both("SELECT", listed(ACCOUNT), "FROM accounts")
_LISTINGS = both("SELECT", listed(LISTING), "FROM listings")
_LISTED_TEAMS = both("SELECT", listed(LISTED_TEAM), "FROM listed_teams WHERE platform = ? AND tenant = ?")
_NEWEST_SAID = both("SELECT message FROM outbox WHERE lane = ? AND state <> 'dead' ORDER BY id DESC LIMIT ?")
_DAYS_OFF = both("SELECT country, day, is_off FROM days_off ORDER BY country, day")


class SqlReading:
    """Implements `bot.ports.Reading`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._codec = database.codec

    async def known(self, incoming: Incoming) -> Known:
        """See `bot.ports.Reading`. Sessions nobody has touched for weeks are among them: whether they still count is not ours to say."""
        sender = incoming.sender
        account = (sender.platform, sender.tenant)
        rows = await self._database.glance(_KNOWN, *account, incoming.event_id, *account, sender.user_id)
        is_done = rows[0][0] is not None
        return self._known(is_done, rows if rows[0][_ACCOUNT_AT] is not None else ())

    async def all_known(self, incomings: Sequence[Incoming]) -> tuple[Known, ...]:
        """See `bot.ports.Reading`. Two reads for each platform."""
        done: set[tuple[str, str, str]] = set()
        rows: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
        for platform, tenant in {(one.sender.platform, one.sender.tenant) for one in incomings}:
            here = [one for one in incomings if (one.sender.platform, one.sender.tenant) == (platform, tenant)]
            events = await self._database.execute(_ALL_DONE, platform, tenant, [one.event_id for one in here])
            done.update((platform, tenant, event) for (event,) in events)
            for row in await self._database.execute(_ALL_KNOWN, platform, tenant, [one.sender.user_id for one in here]):
                rows[platform, tenant, row[_ACCOUNT_AT + 2]].append(row)
        return tuple(
            [
                self._known((one.platform, one.tenant, incoming.event_id) in done, rows[one.platform, one.tenant, one.user_id])
                for incoming in incomings
                for one in (incoming.sender,)
            ]
        )

    def _known(self, is_done: bool, rows: Sequence[Row]) -> Known:
        if not rows:
            return Known(is_done)
        return Known(
            is_done,
            person_of(rows[0][_PERSON_AT:_SESSION_AT], self._codec),
            account_of(rows[0][_ACCOUNT_AT:_PERSON_AT]),
            tuple([session_of(one[_SESSION_AT:], self._codec) for one in rows if one[_SESSION_AT] is not None]),
        )

    async def organisation(self) -> Organisation:
        """See `bot.ports.Reading`."""
        rows = await self._database.execute(_ORGANISATION)
        return organisation_of(rows[0]) if rows else Organisation()

    async def cycle_on(self, day: date) -> Cycle | None:
        """See `bot.ports.Reading`."""
        rows = await self._database.execute(_CYCLE_ON, day, day)
        return cycle_of(rows[0], self._codec) if rows else None

    async def person(self, person_id: PersonId) -> Person | None:
        """See `bot.ports.Reading`."""
        return (await self.people((person_id,))).get(person_id)

    async def people(self, person_ids: Sequence[PersonId]) -> Mapping[PersonId, Person]:
        """See `bot.ports.Reading`. Who is not there is left out."""
        rows = await self._database.execute(_PEOPLE, list(person_ids))
        return {person.id: person for person in (person_of(row, self._codec) for row in rows)}

    async def people_in(self, team_ids: Sequence[TeamId]) -> tuple[Person, ...]:
        """See `bot.ports.Reading`."""
        rows = await self._database.execute(_PEOPLE_IN, list(team_ids))
        return _by_name(person_of(row, self._codec) for row in rows)

    async def everybody(self) -> tuple[Person, ...]:
        """See `bot.ports.Reading`."""
        with self._database.querying() as client:
            rows = await models.Person.all().using_db(client).values_list(*PERSON)
        return _by_name(person_of(row, TORTOISE) for row in rows)

    async def teams(self) -> tuple[Team, ...]:
        """See `bot.ports.Reading`. A team is followed by the teams below it."""
        rows = await self._database.execute(_TEAMS)
        # Sorted here: what a database makes of a slash depends on how it was set up.
        return tuple(sorted((team_of(row) for row in rows), key=lambda team: team.path.split("/")))

    async def accounts_of(self, person_id: PersonId) -> tuple[Account, ...]:
        """See `bot.ports.Reading`."""
        with self._database.querying() as client:
            accounts = models.Account.filter(person_id=person_id).using_db(client)
            rows = await accounts.order_by("platform", "tenant", "user_id").values_list(*ACCOUNT)
        return tuple(account_of(row) for row in rows)

    async def accounts(self) -> tuple[Account, ...]:
        """See `bot.ports.Reading`."""
        return tuple(account_of(row) for row in sorted(await self._database.execute(_ACCOUNTS), key=_key))

    async def listings(self) -> tuple[Listing, ...]:
        """See `bot.ports.Reading`."""
        return tuple(listing_of(row, self._codec) for row in sorted(await self._database.execute(_LISTINGS), key=_key))

    async def listed_teams(self, platform: str, tenant: str) -> tuple[ListedTeam, ...]:
        """See `bot.ports.Reading`."""
        return tuple(
            listed_team_of(row) for row in sorted(await self._database.execute(_LISTED_TEAMS, platform, tenant), key=_key)
        )

    async def invite(self, code_hash: str) -> Invite | None:
        """See `bot.ports.Reading`."""
        with self._database.querying() as client:
            row = await models.Invite.filter(code_hash=code_hash).using_db(client).first().values_list(*INVITE)
        return invite_of(row, TORTOISE) if row else None

    async def objective(self, objective_id: ObjectiveId) -> Objective | None:
        """See `bot.ports.Reading`."""
        return next(iter(await self._objectives(_BY_ID, objective_id)), None)

    async def objective_of_key_result(self, key_result_id: KeyResultId) -> Objective | None:
        """See `bot.ports.Reading`."""
        return next(iter(await self._objectives(_BY_KEY_RESULT, key_result_id)), None)

    async def objectives_of(self, owner_id: PersonId, cycle_id: CycleId) -> tuple[Objective, ...]:
        """See `bot.ports.Reading`."""
        return await self._objectives(_BY_OWNER, owner_id, cycle_id)

    async def objectives_of_all(
        self, owner_ids: Sequence[PersonId], cycle_id: CycleId
    ) -> Mapping[PersonId, tuple[Objective, ...]]:
        """See `bot.ports.Reading`."""
        found: dict[PersonId, tuple[Objective, ...]] = {}
        for one in await self._objectives(_BY_OWNERS, list(owner_ids), cycle_id):
            found[one.owner_id] = (*found.get(one.owner_id, ()), one)
        return found

    async def published_in(self, team_ids: Sequence[TeamId], cycle_id: CycleId) -> tuple[Objective, ...]:
        """See `bot.ports.Reading`."""
        return await self._objectives(_BY_TEAM, list(team_ids), cycle_id)

    async def _objectives(self, sql: Sql, *args: object) -> tuple[Objective, ...]:
        return objectives_of(await self._database.execute(sql, *args), self._codec)

    async def candidates(self, person: Person, cycle_id: CycleId, words: str, limit: int) -> tuple[Candidate, ...]:
        """See `bot.ports.Reading`. Among the rest, the person's own team comes first."""
        manager = person.manager_id or ""
        said = fold(words).split()[:_MOST_WORDS]
        tail = (*said, *[""] * (_MOST_WORDS - len(said)), limit)
        near = (person.team_id, manager, cycle_id, manager, cycle_id, person.id, *tail)
        found = await self._search(_NEAR_OBJECTIVES, _NEAR_KEY_RESULTS, near, limit)
        if len(found) < limit:
            far = (person.team_id, cycle_id, person.id, manager, *tail)
            found += await self._search(_FAR_OBJECTIVES, _FAR_KEY_RESULTS, far, limit)
        return tuple(found[:limit])

    async def _search(self, objectives: Sql, key_results: Sql, args: tuple[object, ...], limit: int) -> list[Candidate]:
        """The first of both kinds together: an objective comes before its key results."""
        served = [
            [(tuple(row[:5]), kind, row) for row in await self._database.execute(sql, *args)]
            for sql, kind in ((objectives, ServedKind.OBJECTIVE), (key_results, ServedKind.KEY_RESULT))
        ]
        return [_candidate(kind, row) for _, kind, row in islice(merge(*served, key=lambda one: one[0]), limit)]

    async def chain(self, serves: Serves) -> tuple[Objective, ...]:
        """See `bot.ports.Reading`."""
        is_objective = serves.kind is ServedKind.OBJECTIVE
        return await self._objectives(_CHAIN, serves.id if is_objective else "", "" if is_objective else serves.id)

    async def guard(self, name: str) -> int:
        """See `bot.ports.Reading`."""
        rows = await self._database.execute(_GUARD, name)
        return int(rows[0][0]) if rows else 0

    async def check_ins(self, key_result_ids: Sequence[KeyResultId], since: datetime) -> tuple[CheckIn, ...]:
        """See `bot.ports.Reading`. A check-in at `since` itself counts."""
        rows = await self._database.execute(_SINCE, list(key_result_ids), since)
        return tuple(check_in_of(row, self._codec) for row in rows)

    async def latest_check_ins(self, key_result_ids: Sequence[KeyResultId], before: datetime) -> Mapping[KeyResultId, CheckIn]:
        """See `bot.ports.Reading`. Key results without one are left out."""
        rows = await self._database.execute(_LATEST, list(key_result_ids), before)
        return {check_in.key_result_id: check_in for check_in in (check_in_of(row, self._codec) for row in rows)}

    async def owners(self, cycle_id: CycleId) -> tuple[tuple[Person, datetime], ...]:
        """See `bot.ports.Reading`."""
        rows = await self._database.execute(_OWNERS, cycle_id)
        found = [(person_of(row, self._codec), self._codec.time(row[len(PERSON)])) for row in rows]
        # Here and not in SQL, so that both engines give the same order.
        return tuple(sorted(found, key=lambda one: one[0].id))

    async def prompts(self, subject_ids: Sequence[str], since: date) -> tuple[Prompt, ...]:
        """See `bot.ports.Reading`."""
        rows = await self._database.execute(_PROMPTS, list(subject_ids), since)
        return tuple([prompt_of(row, self._codec) for row in rows])

    async def help_request(self, request_id: HelpRequestId) -> HelpRequest | None:
        """See `bot.ports.Reading`."""
        return next(iter(await self._calls(_CALL, request_id)), None)

    async def help_requests(self, key_result_ids: Sequence[KeyResultId]) -> tuple[HelpRequest, ...]:
        """See `bot.ports.Reading`."""
        return await self._calls(_CALLS_ON, list(key_result_ids))

    async def calls_held_by(self, person_id: PersonId) -> tuple[HelpRequest, ...]:
        """See `bot.ports.Reading`."""
        return await self._calls(_CALLS_HELD, person_id)

    async def help_due(self, now: datetime) -> tuple[HelpRequest, ...]:
        """See `bot.ports.Reading`."""
        return await self._calls(_CALLS_DUE, now, now)

    async def _calls(self, sql: Sql, *args: object) -> tuple[HelpRequest, ...]:
        return tuple([help_request_of(row, self._codec) for row in await self._database.execute(sql, *args)])

    async def chats_of(self, person_ids: Sequence[PersonId]) -> Mapping[PersonId, Account]:
        """See `bot.ports.Reading`."""
        rows = await self._database.execute(_CHATS, list(person_ids))
        # Of a person's accounts the last row stays.
        return {account.person_id: account for account in map(account_of, rows)}

    async def team_places(self, team_ids: Sequence[TeamId]) -> Mapping[TeamId, Place]:
        """See `bot.ports.Reading`. Teams without a chat are left out."""
        rows = await self._database.execute(_TEAM_PLACES, list(team_ids))
        return {TeamId(row[len(PLACE)]): place_of(row) for row in rows}

    async def team_of_place(self, place: Place) -> TeamId | None:
        """See `bot.ports.Reading`."""
        rows = await self._database.execute(_TEAM_OF_PLACE, place.platform, place.tenant, place.chat_id)
        return TeamId(rows[0][0]) if rows else None

    async def newest_said(self, place: Place, limit: int) -> tuple[Message, ...]:
        """See `bot.ports.Reading`."""
        rows = await self._database.execute(_NEWEST_SAID, place.lane, limit)
        said = (message_of(row[0]) for row in rows)
        return tuple(message for message in said if not message.is_optional)

    async def days_off(self) -> Mapping[tuple[str, date], bool]:
        """See `bot.ports.Reading`."""
        return dict(day_off_of(row, self._codec) for row in await self._database.execute(_DAYS_OFF))

    async def history(self, objective_id: ObjectiveId) -> tuple[HistoryEntry, ...]:
        """See `bot.ports.Reading`."""
        with self._database.querying() as client:
            entries = models.History.filter(objective_id=objective_id).using_db(client)
            rows = await entries.order_by("at", "position", "id").values_list(*HISTORY)
        return tuple(history_of(row, TORTOISE) for row in rows)


def _key(row: Row) -> tuple[str, str, str]:
    """Of what is keyed by a platform, a tenant and something of theirs."""
    # Sorted here: what comes first in a database depends on how it was set up.
    return row[0], row[1], row[2]


def _by_name(people: Iterable[Person]) -> tuple[Person, ...]:
    # Here and not in SQL: both engines give the same order, and it is that of the letters without their accents.
    return tuple(sorted(people, key=lambda person: (fold(person.name), person.name, person.id)))


def _candidate(kind: ServedKind, row: Row) -> Candidate:
    objective_id, thing_id = ObjectiveId(row[2]), row[4]
    return Candidate(Serves(kind, thing_id), row[5], PersonId(row[6]), row[7], row[8], objective_id)
