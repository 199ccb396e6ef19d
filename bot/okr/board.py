"""Boards: how the objectives of a person, a team or the company are doing at a moment. Rows keep the order people gave them; nobody is ranked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from bot.okr.check_in import CheckIn, Confidence
from bot.okr.cycle import Cycle
from bot.okr.help_request import HelpRequest, HelpState, is_away
from bot.okr.measure import Direction
from bot.okr.objective import KeyResult, KeyResultId, Objective, ServedKind, Serves
from bot.okr.people import Person, PersonId, Role, Team, TeamId
from bot.okr.progress import (
    Staleness,
    Standing,
    expected_share,
    is_well,
    mean_of_many,
    objective_progress,
    points,
    progress,
    quiet_since,
    staleness,
    standing,
)

WEEK = timedelta(days=7)
BOUNDS = (Direction.KEEP_ABOVE, Direction.KEEP_BELOW)
TOPICS = 3
"""So many things a team can talk about in a meeting."""
DROP = 5
"""Points lost in a week from which on a drop is worth a word; less is noise."""
ANSWER_SHOWN_FOR = timedelta(days=7)
"""So long a board says that a call for help was answered."""
_WORST = (Confidence.OFF_TRACK, Confidence.AT_RISK, Confidence.ON_TRACK)


class Scope(StrEnum):
    """Whose board it is."""

    ME = "me"
    TEAM = "team"
    COMPANY = "company"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What owners have said: the newest check-in of each key result now and a week ago. `all` are those of bounds to keep, oldest first.

    `calls` are all calls for help on them, oldest first, whatever became of them. `unsigned` are those an open unsigned note is about: that
    there is one is for everybody, its words are not.
    """

    now: Mapping[KeyResultId, CheckIn] = field(default_factory=dict)
    week_ago: Mapping[KeyResultId, CheckIn] = field(default_factory=dict)
    all: Mapping[KeyResultId, tuple[CheckIn, ...]] = field(default_factory=dict)
    calls: Mapping[KeyResultId, tuple[HelpRequest, ...]] = field(default_factory=dict)
    unsigned: frozenset[KeyResultId] = frozenset()


@dataclass(frozen=True, slots=True)
class Sight:
    """A moment to look from: `today` is the reader's own day."""

    cycle: Cycle
    today: date
    now: datetime
    evidence: Evidence

    @property
    def expected(self) -> Fraction:
        """The share of the way everybody should have come by now, on a straight line."""
        return self.cycle.elapsed(self.today)

    @property
    def week_ago(self) -> datetime:
        return self.now - WEEK


@dataclass(frozen=True, slots=True)
class Row:
    """How an objective does. `change` is in points since a week ago, None when nothing then can be compared; `serves` is the title served.

    `expected` and `standing` are None while there is nothing to compare: not measured yet, or written so late that a straight line from the
    cycle's first day would be unfair. `call` is the oldest open call for help on a key result of it, `answered` the newest one that was
    answered in the last days. `is_blocked`: an open unsigned note is about one of its key results.
    """

    objective: Objective
    owner: Person | None
    progress: Fraction | None
    expected: Fraction | None
    change: int | None
    confidence: Confidence | None
    standing: Standing | None
    staleness: Staleness
    quiet: timedelta
    is_new: bool
    is_leader: bool = False
    serves: str = ""
    call: HelpRequest | None = None
    answered: HelpRequest | None = None
    is_blocked: bool = False

    @property
    def is_well(self) -> bool:
        """Whoever calls for help is not doing well, whatever the numbers say."""
        return self.call is None and is_well(self.standing, self.confidence in (None, Confidence.ON_TRACK), self.staleness)


@dataclass(frozen=True, slots=True)
class OpenCall:
    """An open call for help with what it is about."""

    request: HelpRequest
    key_result: KeyResult
    objective: Objective


@dataclass(frozen=True, slots=True)
class Section:
    """A team's own objectives, those of the people who lead it on top."""

    team: Team | None
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """A team with all teams below it in one bar. `concerns` counts objectives not going well, `quiet` those nothing was heard of lately,
    `calls` open calls for help."""

    team: Team
    objectives: int
    progress: Fraction | None
    change: int | None
    concerns: int
    quiet: int
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Board:
    """`answered` of `due` key results were heard of in the last seven days; what was published since then is not due yet.

    `silent` are owners of whom nothing was heard, leaders first; whoever is away is in `away` instead. `calls` are open, oldest first.
    """

    scope: Scope
    team: Team | None
    sight: Sight
    sections: tuple[Section, ...]
    summaries: tuple[Summary, ...] = ()
    objectives: int = 0
    due: int = 0
    answered: int = 0
    silent: tuple[Person, ...] = ()
    away: tuple[Person, ...] = ()
    calls: tuple[OpenCall, ...] = ()


def board_of_person(person: Person, objectives: Sequence[Objective], sight: Sight, served: Mapping[str, str]) -> Board:
    """Somebody's own objectives, in the order they were written. `served` are titles of what objectives serve, by `Serves.id`."""
    rows = tuple(row_of(one, person, sight, serves=_title(one, served)) for one in objectives)
    return _counted(Scope.ME, None, sight, (Section(None, rows),), (), objectives, {person.id: person}, ())


def board_of_team(
    team: Team,
    teams: Sequence[Team],
    objectives: Sequence[Objective],
    people: Mapping[PersonId, Person],
    sight: Sight,
    served: Mapping[str, str],
) -> Board:
    """A team's objectives, then those of each team below it. `objectives` may hold others, which are left out."""
    inside = (team, *below(team, teams))
    shown = _on_boards_of(inside, objectives)
    by_team = _by_team(shown)
    sections = tuple(_section(one, by_team.get(one.id, ()), people, sight, served) for one in inside)
    kept = tuple(section for section in sections if section.rows or section.team is team)
    return _counted(Scope.TEAM, team, sight, kept, (), shown, people, inside)


def board_of_company(
    teams: Sequence[Team],
    objectives: Sequence[Objective],
    people: Mapping[PersonId, Person],
    sight: Sight,
    served: Mapping[str, str],
) -> Board:
    """The top team's objectives, then a bar for each team right below it. Where several teams are at the top, a bar for each of them."""
    tops = tops_of(teams)
    top = tops[0] if len(tops) == 1 else None
    sections = () if top is None else (_section(top, _by_team(objectives).get(top.id, ()), people, sight, served),)
    branches = tops if top is None else tuple(team for team in teams if team.parent_id == top.id)
    summaries = tuple(_summary(team, teams, objectives, people, sight) for team in branches)
    return _counted(Scope.COMPANY, top, sight, sections, summaries, _on_boards_of(teams, objectives), people, teams)


def summaries_below(
    team: Team, teams: Sequence[Team], objectives: Sequence[Objective], people: Mapping[PersonId, Person], sight: Sight
) -> tuple[Summary, ...]:
    """A bar for each team right below `team` that has objectives."""
    found = (_summary(one, teams, objectives, people, sight) for one in teams if one.parent_id == team.id)
    return tuple(summary for summary in found if summary.objectives)


def tops_of(teams: Sequence[Team]) -> tuple[Team, ...]:
    """The teams that belong to no other."""
    known = {team.id for team in teams}
    return tuple(team for team in teams if team.parent_id not in known)


def below(team: Team, teams: Sequence[Team]) -> tuple[Team, ...]:
    """All teams under `team`, each followed by its own, in the order of `teams`."""
    children: dict[TeamId, list[Team]] = defaultdict(list)
    for one in teams:
        if one.parent_id is not None:
            children[one.parent_id].append(one)
    # Nothing in storage forbids a ring of parents: each team is listed once.
    found = {team.id: team}
    _descend(team.id, children, found)
    return tuple(found.values())[1:]


def _descend(team_id: TeamId, children: Mapping[TeamId, Sequence[Team]], found: dict[TeamId, Team]) -> None:
    for child in children.get(team_id, ()):
        if child.id not in found:
            found[child.id] = child
            _descend(child.id, children, found)


def live(objective: Objective) -> tuple[KeyResult, ...]:
    """The key results that count."""
    return tuple(one for one in objective.key_results if not one.is_dead)


def share_of(key_result: KeyResult, evidence: Evidence) -> Fraction | None:
    """How far a key result is now; raw, None when unknown."""
    values = tuple(said.value for said in evidence.all.get(key_result.id, ()))
    newest = evidence.now.get(key_result.id)
    return progress(key_result.measure, newest.value if newest else key_result.current, values)


def share_a_week_ago(key_result: KeyResult, published_at: datetime, sight: Sight) -> Fraction | None:
    """How far it was then; None when that cannot be known, or when it was not on any board yet."""
    then = sight.evidence.week_ago.get(key_result.id)
    if then is None and published_at > sight.week_ago:
        return None
    values = tuple(said.value for said in sight.evidence.all.get(key_result.id, ()) if said.at < sight.week_ago)
    if key_result.measure.direction in BOUNDS and not values:
        return None
    return progress(key_result.measure, then.value if then else None, values)


def change_of(pairs: Iterable[tuple[Fraction | None, Fraction | None]]) -> int | None:
    """Points from then to now (pairs are now, then), over what is known at both moments; None when nothing is."""
    both = [(now, then) for now, then in pairs if now is not None and then is not None]
    now = objective_progress(now for now, _ in both)
    then = objective_progress(then for _, then in both)
    return None if now is None or then is None else points(now) - points(then)


def open_calls(objectives: Iterable[Objective], evidence: Evidence) -> tuple[OpenCall, ...]:
    """Calls for help nobody has answered yet, oldest first."""
    found = [
        OpenCall(request, key_result, one)
        for one in objectives
        for key_result in live(one)
        for request in evidence.calls.get(key_result.id, ())
        if request.state is HelpState.OPEN
    ]
    return tuple(sorted(found, key=lambda call: (call.request.asked_at, call.request.id)))


def newest_answer(key_results: Iterable[KeyResult], sight: Sight) -> HelpRequest | None:
    """The call that was answered last, as long as that is worth showing."""
    answered = [
        (request.decided_at, request)
        for one in key_results
        for request in sight.evidence.calls.get(one.id, ())
        if request.decided_at is not None and sight.now - request.decided_at <= ANSWER_SHOWN_FOR
    ]
    return max(answered, key=lambda pair: pair[0])[1] if answered else None


def worst(confidences: Iterable[Confidence]) -> Confidence | None:
    """The least confident one, None of none."""
    said = set(confidences)
    return next((one for one in _WORST if one in said), None)


def row_of(objective: Objective, owner: Person | None, sight: Sight, *, is_leader: bool = False, serves: str = "") -> Row:
    """How one objective does."""
    key_results = live(objective)
    evidence = sight.evidence
    published_at = objective.published_at or objective.created_at
    newest = [evidence.now[one.id] for one in key_results if one.id in evidence.now]
    quiet = quiet_since(max((said.at for said in newest), default=None), published_at, sight.now)
    shares = [share_of(one, evidence) for one in key_results]
    share = objective_progress(shares)
    is_new = published_at > sight.week_ago
    # What was written late has not had the time a straight line assumes: it is behind only once somebody has spoken of it.
    is_compared = bool(newest) or not is_new
    measured = [one for one, known in zip(key_results, shares, strict=True) if known is not None] if is_compared else []
    expected = objective_progress(expected_share(one.measure, sight.expected) for one in measured)
    calls = open_calls((objective,), evidence)
    return Row(
        objective,
        owner,
        share,
        expected,
        change_of(zip(shares, (share_a_week_ago(one, published_at, sight) for one in key_results), strict=True)),
        worst(said.confidence for said in newest),
        None if share is None or expected is None else standing(share, expected),
        staleness(quiet),
        quiet,
        is_new,
        is_leader,
        serves,
        calls[0].request if calls else None,
        newest_answer(key_results, sight),
        any(one.id in evidence.unsigned for one in key_results),
    )


def titles_by_id(objectives: Iterable[Objective]) -> dict[str, str]:
    """What each objective and key result is called, by id: whatever can be served."""
    titles: dict[str, str] = {}
    for one in objectives:
        titles[one.id] = one.title
        titles.update((key_result.id, key_result.sentence) for key_result in live(one))
    return titles


def is_among(serves: Serves, objective: Objective) -> bool:
    """Whether `serves` names this objective or one of its key results."""
    if serves.kind is ServedKind.OBJECTIVE:
        return serves.id == objective.id
    return any(one.id == serves.id for one in objective.key_results)


def _title(objective: Objective, served: Mapping[str, str]) -> str:
    return "" if objective.serves is None else served.get(objective.serves.id, "")


def _on_boards_of(teams: Iterable[Team], objectives: Iterable[Objective]) -> tuple[Objective, ...]:
    inside = {team.id for team in teams}
    return tuple(one for one in objectives if one.team_id in inside)


def _by_team(objectives: Iterable[Objective]) -> Mapping[TeamId, Sequence[Objective]]:
    found: dict[TeamId, list[Objective]] = defaultdict(list)
    for one in objectives:
        found[one.team_id].append(one)
    return found


def _section(
    team: Team, objectives: Sequence[Objective], people: Mapping[PersonId, Person], sight: Sight, served: Mapping[str, str]
) -> Section:
    rows = [
        row_of(one, owner, sight, is_leader=_rank(owner, {team.lead_id}) < 2, serves=_title(one, served))
        for one in objectives
        for owner in [people.get(one.owner_id)]
    ]
    return Section(team, tuple(sorted(rows, key=lambda row: _rank(row.owner, {team.lead_id}))))


def _rank(person: Person | None, leads: Iterable[PersonId | None]) -> int:
    """Who leads comes first, then other managers, then everybody in the order of their objectives."""
    if person is None:
        return 2
    if person.id in leads:
        return 0
    return 1 if person.role is Role.MANAGER else 2


def _summary(
    team: Team, teams: Sequence[Team], objectives: Sequence[Objective], people: Mapping[PersonId, Person], sight: Sight
) -> Summary:
    inside = _on_boards_of((team, *below(team, teams)), objectives)
    rows = [row_of(one, people.get(one.owner_id), sight) for one in inside]
    changes = [row.change for row in rows if row.change is not None]
    return Summary(
        team,
        len(rows),
        mean_of_many(row.progress for row in rows),
        round(Fraction(sum(changes), len(changes))) if changes else None,
        sum(not row.is_well for row in rows),
        sum(row.staleness is not Staleness.FRESH for row in rows),
        len(open_calls(inside, sight.evidence)),
    )


def _counted(
    scope: Scope,
    team: Team | None,
    sight: Sight,
    sections: tuple[Section, ...],
    summaries: tuple[Summary, ...],
    objectives: Sequence[Objective],
    people: Mapping[PersonId, Person],
    teams: Sequence[Team],
) -> Board:
    due = 0
    answered = 0
    owing: dict[PersonId, bool] = {}
    for one in objectives:
        for key_result in live(one):
            said = sight.evidence.now.get(key_result.id)
            has_answered = said is not None and said.at > sight.week_ago
            if not has_answered and (one.published_at or one.created_at) > sight.week_ago:
                continue
            due += 1
            answered += has_answered
            owing[one.owner_id] = owing.get(one.owner_id, False) or has_answered
    leads = {team.lead_id for team in teams}
    silent = [
        people[owner] for owner, has_answered in owing.items() if not has_answered and owner in people and people[owner].is_active
    ]
    silent.sort(key=lambda person: (_rank(person, leads), person.name))
    return Board(
        scope,
        team,
        sight,
        sections,
        summaries,
        len(objectives),
        due,
        answered,
        tuple(person for person in silent if not is_away(person, sight.today)),
        tuple(person for person in silent if is_away(person, sight.today)),
        open_calls(objectives, sight.evidence),
    )


# --- what to talk about ----------------------------------------------------------------------------------------------------


class TopicKind(StrEnum):
    """Why something is worth talking about."""

    CALL = "call"
    DROP = "drop"
    OFF_TRACK = "off_track"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Topic:
    """Something worth talking about: an objective, and the call for help where one is why."""

    kind: TopicKind
    row: Row
    call: OpenCall | None = None


def topics(board: Board, limit: int = TOPICS) -> tuple[Topic, ...]:
    """A few things worth talking about, each objective once: open calls, oldest first; then the biggest drops; then what is off track, in the
    order of the board; then what nobody has spoken of for longest."""
    rows = [row for section in board.sections for row in section.rows]
    by_id = {row.objective.id: row for row in rows}
    drops = sorted((row for row in rows if row.change is not None and row.change <= -DROP), key=lambda row: row.change or 0)
    stale = sorted((row for row in rows if row.staleness is not Staleness.FRESH), key=lambda row: row.quiet, reverse=True)
    wanted = [
        *(Topic(TopicKind.CALL, by_id[call.objective.id], call) for call in board.calls if call.objective.id in by_id),
        *(Topic(TopicKind.DROP, row) for row in drops),
        *(Topic(TopicKind.OFF_TRACK, row) for row in rows if _is_off_track(row)),
        *(Topic(TopicKind.STALE, row) for row in stale),
    ]
    chosen: dict[str, Topic] = {}
    for topic in wanted:
        chosen.setdefault(topic.row.objective.id, topic)
    return tuple(chosen.values())[:limit]


def _is_off_track(row: Row) -> bool:
    """Off track in its owner's words or else by the calendar; what is stale is asked about as such, since nobody knows."""
    if row.staleness is not Staleness.FRESH:
        return False
    return row.confidence is Confidence.OFF_TRACK or row.standing is Standing.OFF_TRACK
