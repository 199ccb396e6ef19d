"""Boards: how the objectives of a person, a team or the company are doing at a moment. Rows keep the order people gave them; nobody is ranked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from bot.okr.check_in import CheckIn, Confidence
from bot.okr.cycle import Cycle
from bot.okr.measure import Direction
from bot.okr.objective import KeyResult, KeyResultId, Objective, ServedKind, Serves
from bot.okr.people import Person, PersonId, Role, Team, TeamId
from bot.okr.progress import (
    Staleness,
    Standing,
    expected_share,
    is_well,
    objective_progress,
    points,
    progress,
    quiet_since,
    staleness,
    standing,
)

WEEK = timedelta(days=7)
BOUNDS = (Direction.KEEP_ABOVE, Direction.KEEP_BELOW)
_WORST = (Confidence.OFF_TRACK, Confidence.AT_RISK, Confidence.ON_TRACK)


class Scope(StrEnum):
    """Whose board it is."""

    ME = "me"
    TEAM = "team"
    COMPANY = "company"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What owners have said: the newest check-in of each key result now and a week ago. `all` are those of bounds to keep, oldest first."""

    now: Mapping[KeyResultId, CheckIn] = field(default_factory=dict)
    week_ago: Mapping[KeyResultId, CheckIn] = field(default_factory=dict)
    all: Mapping[KeyResultId, tuple[CheckIn, ...]] = field(default_factory=dict)


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
    cycle's first day would be unfair.
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

    @property
    def is_well(self) -> bool:
        return is_well(self.standing, self.confidence in (None, Confidence.ON_TRACK), self.staleness)


@dataclass(frozen=True, slots=True)
class Section:
    """A team's own objectives, those of the people who lead it on top."""

    team: Team | None
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """A team with all teams below it in one bar. `concerns` counts objectives not going well, `quiet` those nothing was heard of lately."""

    team: Team
    objectives: int
    progress: Fraction | None
    change: int | None
    concerns: int
    quiet: int


@dataclass(frozen=True, slots=True)
class Board:
    """`answered` of `due` key results were heard of in the last seven days; what was published since then is not due yet.

    `silent` are owners of whom nothing was heard, leaders first; whoever is away is in `away` instead.
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
    sections = tuple(_section(one, shown, people, sight, served) for one in inside)
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
    sections = () if top is None else (_section(top, objectives, people, sight, served),)
    branches = tops if top is None else tuple(team for team in teams if team.parent_id == top.id)
    summaries = tuple(_summary(team, teams, objectives, people, sight) for team in branches)
    return _counted(Scope.COMPANY, top, sight, sections, summaries, _on_boards_of(teams, objectives), people, teams)


def tops_of(teams: Sequence[Team]) -> tuple[Team, ...]:
    """The teams that belong to no other."""
    known = {team.id for team in teams}
    return tuple(team for team in teams if team.parent_id not in known)


def below(team: Team, teams: Sequence[Team]) -> tuple[Team, ...]:
    """All teams under `team`, each followed by its own, in the order of `teams`."""
    found = [team]
    _descend(team.id, teams, found)
    return tuple(found[1:])


def _descend(team_id: TeamId, teams: Sequence[Team], found: list[Team]) -> None:
    for child in teams:
        # Nothing in storage forbids a ring of parents: each team is listed once.
        if child.parent_id == team_id and child not in found:
            found.append(child)
            _descend(child.id, teams, found)


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


def _section(
    team: Team, objectives: Sequence[Objective], people: Mapping[PersonId, Person], sight: Sight, served: Mapping[str, str]
) -> Section:
    rows = [
        row_of(one, owner, sight, is_leader=_rank(owner, {team.lead_id}) < 2, serves=_title(one, served))
        for one in objectives
        if one.team_id == team.id
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
    rows = [row_of(one, people.get(one.owner_id), sight) for one in _on_boards_of((team, *below(team, teams)), objectives)]
    changes = [row.change for row in rows if row.change is not None]
    return Summary(
        team,
        len(rows),
        objective_progress(row.progress for row in rows),
        round(Fraction(sum(changes), len(changes))) if changes else None,
        sum(not row.is_well for row in rows),
        sum(row.staleness is not Staleness.FRESH for row in rows),
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
        tuple(person for person in silent if not _is_away(person, sight.today)),
        tuple(person for person in silent if _is_away(person, sight.today)),
    )


def _is_away(person: Person, today: date) -> bool:
    return person.away_until is not None and person.away_until >= today
