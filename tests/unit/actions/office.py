"""A small company in three languages for tests of actions, and the desk at which one of its people talks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot.actions.desk import Desk
from bot.chat.incoming import Body, Incoming, Place, Sender, Texted
from bot.chat.message import Button, Buttons, Message, ProgressBar
from bot.dialogs.session import Session, SessionId, SessionState
from bot.okr.check_in import CheckIn, Confidence
from bot.okr.cycle import CycleId, quarter_of
from bot.okr.help_request import Decision, HelpRequest, HelpRequestId, HelpState
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
from bot.ports import (
    AddCheckIn,
    AddHistory,
    Change,
    Deps,
    PutAccount,
    PutCycle,
    PutHelpRequest,
    PutObjective,
    PutPerson,
    PutSession,
    PutTeam,
)
from tests.fakes import MemoryStorage
from tests.hands import Hands

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
"""A Monday, 53 of 92 days into the quarter: 58 % expected."""
QUARTER = CycleId("2026-Q4")
EARLY = datetime(2026, 10, 2, 9, tzinfo=UTC)

TEAMS = (
    Team(TeamId("lotus"), "Lotus", "Lotus", None, PersonId("mei")),
    Team(TeamId("marketing"), "Marketing", "Lotus/Marketing", TeamId("lotus"), PersonId("jie")),
    Team(TeamId("brand"), "Thương hiệu", "Lotus/Marketing/Thương hiệu", TeamId("marketing"), PersonId("linh")),
    Team(TeamId("product"), "Product", "Lotus/Product", TeamId("lotus")),
)
PEOPLE = (
    Person(PersonId("mei"), "林梅", None, TeamId("lotus"), Role.MANAGER, None, "zh", "Asia/Shanghai", joined_at=EARLY),
    Person(PersonId("jie"), "Jie Chen", None, TeamId("marketing"), Role.MANAGER, PersonId("mei"), "en", "UTC", joined_at=EARLY),
    Person(
        PersonId("an"),
        "Phạm An",
        None,
        TeamId("marketing"),
        Role.MEMBER,
        PersonId("jie"),
        "vi",
        "Asia/Ho_Chi_Minh",
        joined_at=EARLY,
    ),
    Person(
        PersonId("linh"),
        "Lê Linh",
        None,
        TeamId("brand"),
        Role.MANAGER,
        PersonId("jie"),
        "vi",
        "Asia/Ho_Chi_Minh",
        joined_at=EARLY,
    ),
)
NPS = Measure("NPS", Decimal(50), Decimal(30))


class Dice:
    """Implements `bot.ports.Ids`: 16 letters each, never the same twice."""

    def __init__(self) -> None:
        self._thrown = 0

    def new(self) -> str:
        """The next one."""
        self._thrown += 1
        return f"id{self._thrown:014d}"


def objective(
    name: str,
    owner: str,
    title: str,
    *key_results: KeyResult,
    serves: str = "",
    state: ObjectiveState = ObjectiveState.PUBLISHED,
    at: datetime = EARLY,
    why: str = "",
) -> Change:
    """Store an objective. `serves` is an objective's id, or a key result's after a "*"."""
    person = next(person for person in PEOPLE if person.id == owner)
    kind = ServedKind.KEY_RESULT if serves.startswith("*") else ServedKind.OBJECTIVE
    return PutObjective(
        Objective(
            ObjectiveId(name),
            person.id,
            person.team_id,
            QUARTER,
            title,
            why,
            Ambition.ASPIRATIONAL,
            state,
            at,
            key_results or (key_result(f"{name}-kr"),),
            Serves(kind, serves.removeprefix("*")) if serves else None,
            None if state is ObjectiveState.DRAFT else at,
        )
    )


def key_result(name: str, sentence: str = "NPS 30 → 50", measure: Measure = NPS, confidence: int | None = None) -> KeyResult:
    """A key result."""
    return KeyResult(KeyResultId(name), sentence, measure, confidence)


def said(
    name: str, value: str, days_ago: float, confidence: Confidence = Confidence.ON_TRACK, note: str = "", by: str = "an"
) -> Change:
    """Store a check-in."""
    at = NOW - timedelta(days=days_ago)
    return AddCheckIn(CheckIn(f"{name}/{days_ago}", KeyResultId(name), PersonId(by), at, Decimal(value), confidence, note))


def called(
    key_result_id: str,
    days_ago: float,
    *,
    objective_id: str = "an1",
    holders: tuple[str, ...] = ("jie",),
    decision: Decision | None = None,
    answered_days_ago: float = 0,
    by: str = "an",
    words: str = "Cuối tuần không có ai trực",
) -> Change:
    """Store a call for help, answered by its newest holder where there is a decision."""
    at = NOW - timedelta(days=days_ago)
    return PutHelpRequest(
        HelpRequest(
            HelpRequestId(f"call-{key_result_id}-{days_ago}"),
            KeyResultId(key_result_id),
            ObjectiveId(objective_id),
            PersonId(by),
            at,
            words,
            tuple(map(PersonId, holders)),
            None,
            HelpState.OPEN if decision is None else HelpState.ANSWERED,
            decision,
            None if decision is None else PersonId(holders[-1]),
            None if decision is None else NOW - timedelta(days=answered_days_ago),
        )
    )


def changed(
    objective_id: str, what: str, days_ago: float, *, why: str = "", before: str = "", after: str = "", of: str = ""
) -> Change:
    """Store a line of history."""
    at = NOW - timedelta(days=days_ago)
    kr = KeyResultId(of) if of else None
    return AddHistory(
        HistoryEntry(
            f"{objective_id}/{what}/{days_ago}", ObjectiveId(objective_id), at, PersonId("an"), what, why, before, after, kr
        )
    )


def parked(person_id: str, script: str = "write_objective", days_ago: float = 3) -> Change:
    """Store a conversation put aside."""
    at = NOW - timedelta(days=days_ago)
    return PutSession(
        Session(SessionId(f"parked{person_id}"), PersonId(person_id), script, {}, at, at, state=SessionState.PARKED)
    )


def office(*changes: Change) -> MemoryStorage:
    """The company with what happened in it."""
    accounts = (Account("web", "test", person.id, person.id, f"chat-{person.id}") for person in PEOPLE)
    stored: Iterable[Change] = (
        PutCycle(quarter_of(NOW.date())),
        *map(PutTeam, TEAMS),
        *map(PutPerson, PEOPLE),
        *map(PutAccount, accounts),
        *changes,
    )
    return MemoryStorage(*stored)


async def desk_of(storage: MemoryStorage, person_id: str, body: Body | None = None, lang: str = "") -> Desk:
    """The desk at which a person talks, in another language than their own where one is given."""
    sender, place = Sender("web", "test", person_id), Place("web", "test", f"chat-{person_id}")
    incoming = Incoming("event-1", sender, place, NOW, body or Texted("…"))
    desk = Desk(incoming, await storage.reading.known(incoming), Deps(storage.reading, storage.work, Hands(NOW), Dice()))
    desk.lang = lang or desk.lang
    storage.reading.reads.clear()
    return desk


def sent(desk: Desk) -> Message:
    """The only message sent."""
    (outgoing,) = desk.turn().outgoing
    return outgoing.message


def bars(message: Message) -> list[ProgressBar]:
    """All bars, from top to bottom."""
    return [block for block in message.blocks if isinstance(block, ProgressBar)]


def buttons(message: Message) -> list[Button]:
    """All buttons, from top to bottom."""
    return [button for block in message.blocks if isinstance(block, Buttons) for button in block.buttons]


def tokens(message: Message) -> list[str]:
    """What the buttons carry."""
    return [button.token for button in buttons(message)]
