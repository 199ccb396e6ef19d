"""A small company to store: values with everything needed to point at each other, and the turns that store them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

from bot.chat.incoming import Incoming, Place, Sender, Texted
from bot.chat.message import Message, Paragraph
from bot.chat.richtext import words
from bot.dialogs.session import Session, SessionId, SessionState
from bot.okr.check_in import CheckIn, Confidence
from bot.okr.cycle import Cycle, CycleId
from bot.okr.help_request import HelpRequest, HelpRequestId
from bot.okr.measure import Measure
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
from bot.okr.people import Account, Person, PersonId, Role, Team, TeamId
from bot.okr.prompt import Prompt, PromptKind
from bot.ports import Change, EventKey, Outgoing, PutAccount, PutCycle, PutPerson, PutTeam, Saved, Turn
from storage import Storage

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

COMPANY = Team(TeamId("company"), "Công ty", "Công ty")
SALES = Team(TeamId("sales"), "Sales", "Công ty/Sales", COMPANY.id)
NORTH = Team(TeamId("north"), "Sales North", "Công ty/Sales/North", SALES.id)
GROWTH = Team(TeamId("growth"), "增长团队", "Công ty/增长团队", COMPANY.id)

DUC = Person(PersonId("duc"), "Trần Đức", "duc@laban.example", COMPANY.id, Role.ADMIN, locale="vi", timezone="Asia/Ho_Chi_Minh")
MEI = Person(PersonId("mei"), "陈美", "mei@laban.example", SALES.id, Role.MANAGER, DUC.id, "zh", "Asia/Shanghai")
AN = Person(PersonId("an"), "Nguyễn An", None, NORTH.id, manager_id=MEI.id, locale="vi")
TOM = Person(PersonId("tom"), "Tom Élan", None, GROWTH.id, manager_id=DUC.id)

QUARTER = Cycle(CycleId("2026-Q4"), "2026-Q4", date(2026, 10, 1), date(2026, 12, 31))
EARLIER = Cycle(CycleId("2026-Q3"), "2026-Q3", date(2026, 7, 1), date(2026, 9, 30))

PLATFORM, TENANT = "web", "laban"
AN_ACCOUNT = Account(PLATFORM, TENANT, "u-an", AN.id, "an")

PROMPT = Prompt(PromptKind.CHECK_IN, AN.id, NOW.date(), NOW)
CALL = HelpRequest(HelpRequestId("call"), KeyResultId("o-1"), ObjectiveId("o"), DUC.id, NOW, "Thiếu người", (MEI.id,), NOW + DAY)
"""On the first key result of `objective("o")`."""

_numbers = count(1)


def place(chat: str = "an", platform: str = PLATFORM) -> Place:
    """A private chat."""
    return Place(platform, TENANT, chat)


def message(text: str = "Chào An", *, slot: str = "", edits: str = "") -> Message:
    """A paragraph."""
    return Message((Paragraph(words(text)),), "vi", slot=slot, edits=edits)


def outgoing(text: str = "Chào An", chat: str = "an", *, slot: str = "", edits: str = "", dedupe: str = "") -> Outgoing:
    """A message nobody has sent before, unless `dedupe` says otherwise."""
    return Outgoing(place(chat), message(text, slot=slot, edits=edits), dedupe or f"message {next(_numbers)}")


def event(event_id: str = "") -> EventKey:
    """One that has not been seen before, unless named."""
    return EventKey(PLATFORM, TENANT, event_id or f"event {next(_numbers)}")


def typed(text: str, event_id: str = "", user: str = "u-an", chat: str = "an") -> Incoming:
    """Somebody typed something in their private chat."""
    return Incoming(event_id or f"event {next(_numbers)}", Sender(PLATFORM, TENANT, user, "An"), place(chat), NOW, Texted(text))


def key_result(key_result_id: str, sentence: str = "NPS từ 30 lên 50", current: str | None = None) -> KeyResult:
    """From 30 to 50."""
    measure = Measure("NPS", Decimal(50), Decimal(30))
    return KeyResult(KeyResultId(key_result_id), sentence, measure, 5, None if current is None else Decimal(current))


def objective(
    objective_id: str,
    title: str = "Khách hàng yêu sản phẩm",
    owner: Person = DUC,
    team: Team | None = None,
    *key_results: KeyResult,
    serves: Serves | None = None,
    state: ObjectiveState = ObjectiveState.PUBLISHED,
    created_at: datetime = NOW,
    cycle: Cycle = QUARTER,
) -> Objective:
    """By default published, with one key result named after it."""
    return Objective(
        ObjectiveId(objective_id),
        owner.id,
        team.id if team else owner.team_id,
        cycle.id,
        title,
        "vì họ ở lại",
        Ambition.COMMITTED,
        state,
        created_at,
        key_results or (key_result(f"{objective_id}-1"),),
        serves,
        created_at if state is ObjectiveState.PUBLISHED else None,
    )


def serving(thing: Objective | KeyResult) -> Serves:
    """What it means to serve that."""
    return Serves(ServedKind.OBJECTIVE if isinstance(thing, Objective) else ServedKind.KEY_RESULT, thing.id)


def check_in(check_in_id: str, value: str, at: datetime = NOW, of: str = "o-1", by: Person = DUC) -> CheckIn:
    """On track."""
    return CheckIn(check_in_id, KeyResultId(of), by.id, at, Decimal(value), Confidence.ON_TRACK)


def entry(entry_id: str, of: str = "o", at: datetime = NOW, what: str = "created") -> HistoryEntry:
    """By Đức."""
    return HistoryEntry(entry_id, ObjectiveId(of), at, DUC.id, what)


def session(session_id: str = "s", person: Person = AN, state: SessionState = SessionState.ACTIVE, turn: int = 1) -> Session:
    """Just begun."""
    return Session(SessionId(session_id), person.id, "weekly_check_in", {"today": "2026-11-23"}, NOW, NOW, state=state, turn=turn)


def next_turn(one: Session, **changes: object) -> Session:
    """The session as the next save has it."""
    return replace(one, turn=one.turn + 1, **changes)  # type: ignore[arg-type] # names of its fields


PEOPLE: tuple[Change, ...] = (
    *(PutTeam(team) for team in (COMPANY, SALES, NORTH, GROWTH)),
    *(PutPerson(person) for person in (DUC, MEI, AN, TOM)),
    PutAccount(AN_ACCOUNT),
    PutCycle(QUARTER),
    PutCycle(EARLIER),
)


def turn(*changes: Change, of: EventKey | None = None, at: datetime = NOW, out: Iterable[Outgoing] = ()) -> Turn:
    """A turn that changes and sends this."""
    return Turn(at, of, changes, tuple(out))


async def save(
    storage: Storage, *changes: Change, of: EventKey | None = None, at: datetime = NOW, out: Iterable[Outgoing] = ()
) -> None:
    """Store a turn; nothing else will do."""
    assert await storage.work.save(turn(*changes, of=of, at=at, out=out)) is Saved.DONE


async def contents(storage: Storage) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    from storage.sql import both

    engine = type(storage.database).__name__
    names = {
        "SqliteDatabase": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        "PostgresDatabase": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
    }
    tables = sorted(row[0] for row in await storage.database.execute(both(names[engine])))
    found = {}
    for table in tables:
        rows = await storage.database.execute(both("SELECT * FROM", table))
        found[table] = sorted((tuple(row) for row in rows), key=repr)
    return found
