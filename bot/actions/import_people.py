"""Rows of a file of people + what is stored → what would change, as a value; and the action that stores it in one turn.

Rules worth knowing:

- An empty cell says nothing: what is stored stays. Nobody is ever removed; who is not in the file is left alone.
- A row is somebody stored when the e-mail is theirs, else when one of its platform ids is, else when name and team are and neither
  the e-mail nor an id contradicts.
- Language and time zone belong to the person once they have joined: a file changes them only before that.
- The lead of a team the file touches is the person there with role manager (else admin) whose own manager is not in that team; of
  several the present lead, else whoever leads most people there. If there is none: the manager, from outside, of most people there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.actions.import_rows import ID_COLUMNS, NOBODY, Row, RowProblem, read_rows
from bot.actions.staff import ATTEMPTS, GUARD, BusyError, Difference, Fate, PlannedTeam, folded, likely_lead, look_of, name_of
from bot.okr.managers import circles
from bot.okr.people import Account, Person, PersonId, Role, Team, TeamId, first_account
from bot.ports import Change, Deps, Guard, Ids, PutAccount, PutPerson, PutTeam, Saved, Turn


@dataclass(frozen=True, slots=True)
class PlannedPerson:
    """What becomes of the person in one line. `kept` names columns the file wants otherwise but the person has decided."""

    line: int
    name: str
    team: str
    fate: Fate
    differences: tuple[Difference, ...] = ()
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do. `changes` belong into one turn; there are none when everything is as the file says."""

    people: tuple[PlannedPerson, ...]
    teams: tuple[PlannedTeam, ...]
    changes: tuple[Change, ...]

    def count(self, fate: Fate) -> int:
        """How many people meet this fate."""
        return sum(person.fate is fate for person in self.people)


@dataclass(frozen=True, slots=True)
class Refused:
    """The file cannot be imported as it is; nothing was stored. In the order of its lines."""

    problems: tuple[RowProblem, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of people, those who left included."""

    people: tuple[Person, ...] = ()
    teams: tuple[Team, ...] = ()
    accounts: tuple[Account, ...] = ()


async def import_people(data: bytes, deps: Deps, *, is_dry_run: bool) -> Plan | Refused:
    """Read a CSV file of people and store what it changes, wholly or not at all. Raises BusyError when that keeps failing."""
    sheet = read_rows(data)
    for _ in range(ATTEMPTS):
        revision = await deps.reading.guard(GUARD)
        known = Known(await deps.reading.everybody(), await deps.reading.teams(), await deps.reading.accounts())
        plan = plan_import(sheet.rows, known, deps.ids, sheet.problems)
        if isinstance(plan, Refused) or is_dry_run or not plan.changes:
            return plan
        turn = Turn(deps.clock.now(), changes=(Guard(GUARD, revision), *plan.changes))
        if await deps.work.save(turn) is Saved.DONE:
            return plan
    raise BusyError("people were changed by somebody else at the same time")


def plan_import(rows: Sequence[Row], known: Known, ids: Ids, problems: Sequence[RowProblem] = ()) -> Plan | Refused:
    """What importing `rows` would change. `problems` found while reading refuse the file just as those found here do."""
    found = list(problems)
    found.extend(_repetitions(rows))
    teams = _Teams(known.teams, ids)
    matches = _match(rows, known, teams, found)
    people = _People(known, rows, matches, teams, ids)
    people.set_managers(found)
    found.extend(_account_problems(rows, matches, known))
    if found:
        return Refused(tuple(sorted(set(found), key=lambda problem: (problem.line, problem.column, problem.reason))))
    planned_teams, team_changes = _plan_teams(teams, _leads(people, teams), people)
    accounts = (PutAccount(account) for account in _new_accounts(people, known))
    planned_people = tuple(_plan_person(row, people, teams, known) for row in rows)
    return Plan(planned_people, planned_teams, (*team_changes, *people.changes(), *accounts))


# --- the file against itself ---------------------------------------------------------------------------------------------


def _repetitions(rows: Sequence[Row]) -> Iterable[RowProblem]:
    """People who are in the file twice, or who cannot be told apart."""
    first_with: dict[tuple[str, str], int] = {}
    by_name: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        marks = [("email", row.email)] if row.email else []
        marks += [(column, row.ids[platform]) for column, platform in ID_COLUMNS.items() if platform in row.ids]
        for column, value in marks:
            line = first_with.setdefault((column, value), row.line)
            if line != row.line:
                yield RowProblem(row.line, column, f"Line {line} has the same. Everybody is in the file once.")
        if row.name and row.team:
            by_name.setdefault((folded(row.name), folded("/".join(row.team))), []).append(row)
    for same in by_name.values():
        for row in same[1:]:
            if any(not other.email and not other.ids for other in (same[0], row)):
                reason = f"Line {same[0].line} has the same name and team. Give both an e-mail address to tell them apart."
                yield RowProblem(row.line, "name", reason)


# --- who is who ------------------------------------------------------------------------------------------------------------


def _match(rows: Sequence[Row], known: Known, teams: _Teams, found: list[RowProblem]) -> dict[int, Person]:
    """By line, the stored person a row is about. Rows about nobody stored are left out."""
    by_email = {person.email.casefold(): person for person in known.people if person.email}
    by_id = {person.id: person for person in known.people}
    by_account = {(account.platform, account.user_id): by_id[account.person_id] for account in known.accounts}
    held = {(account.person_id, account.platform) for account in known.accounts}
    by_name: dict[tuple[str, TeamId], list[Person]] = {}
    for person in known.people:
        by_name.setdefault((folded(person.name), person.team_id), []).append(person)

    matches: dict[int, Person] = {}
    line_of: dict[PersonId, int] = {}
    for row in rows:
        owners = {
            column: by_account[platform, row.ids[platform]]
            for column, platform in ID_COLUMNS.items()
            if (platform, row.ids.get(platform, "")) in by_account
        }
        match = by_email.get(row.email or "") or next(iter(owners.values()), None)
        for column, owner in owners.items():
            if match is not None and owner.id != match.id:
                reason = f"This id is {owner.name}'s, but the rest of the row is about {match.name}."
                found.append(RowProblem(row.line, column, reason))
        if match is None:
            team_id = teams.stored_id(row.team)
            alike = (
                [
                    person
                    for person in by_name.get((folded(row.name), team_id), ())
                    if not (row.email and person.email) and not any((person.id, platform) in held for platform in row.ids)
                ]
                if team_id is not None
                else []
            )
            if len(alike) > 1:
                reason = f"There are {len(alike)} people of this name in this team. Give an e-mail address to say which."
                found.append(RowProblem(row.line, "name", reason))
            match = alike[0] if alike else None
        if match is None:
            continue
        other = line_of.setdefault(match.id, row.line)
        if other != row.line:
            found.append(RowProblem(row.line, "", f"Lines {other} and {row.line} are both about {match.name}. Keep one of them."))
        else:
            matches[row.line] = match
    return matches


def _account_problems(rows: Sequence[Row], matches: Mapping[int, Person], known: Known) -> Iterable[RowProblem]:
    held: dict[tuple[PersonId, str], set[str]] = {}
    for account in known.accounts:
        held.setdefault((account.person_id, account.platform), set()).add(account.user_id)
    for row in rows:
        person = matches.get(row.line)
        for column, platform in ID_COLUMNS.items():
            ids = held.get((person.id, platform), set()) if person else set()
            if platform in row.ids and ids and row.ids[platform] not in ids:
                # Adding a second account would leave the first one able to speak as this person.
                reason = f"{person.name if person else ''} is already reached at another account there; an import replaces none."
                yield RowProblem(row.line, column, reason)


# --- what they become ------------------------------------------------------------------------------------------------------


class _Teams:
    """The stored teams and those the file adds, found by path whatever the case."""

    def __init__(self, stored: Sequence[Team], ids: Ids) -> None:
        self._ids = ids
        self._by_path = {folded(team.path): team for team in stored}
        self.by_id = {team.id: team for team in stored}
        self.new: list[Team] = []
        """Parents first."""

    def stored_id(self, names: tuple[str, ...]) -> TeamId | None:
        """The team at this path, None when it would be new."""
        team = self._by_path.get(folded("/".join(names)))
        return team.id if team is not None else None

    def at(self, names: tuple[str, ...]) -> Team:
        """The team at this path; it and those above are added when they are new."""
        path = "/".join(names)
        team = self._by_path.get(folded(path))
        if team is None:
            parent = self.at(names[:-1]) if len(names) > 1 else None
            path = f"{parent.path}/{names[-1]}" if parent else path
            team = Team(TeamId(self._ids.new()), names[-1], path, parent.id if parent else None)
            self._by_path[folded(path)] = team
            self.by_id[team.id] = team
            self.new.append(team)
        return team


class _People:
    """Everybody as they will be: those of the file changed or added, the others as they are stored."""

    def __init__(self, known: Known, rows: Sequence[Row], matches: Mapping[int, Person], teams: _Teams, ids: Ids) -> None:
        self.rows = rows
        self.before = {person.id: person for person in known.people}
        self.after = dict(self.before)
        self.id_of: dict[int, PersonId] = {}
        """By line."""
        for row in rows:
            stored = matches.get(row.line)
            if row.name and row.team:
                person = _changed(row, stored, teams) if stored else _created(row, teams, ids)
                self.after[person.id] = person
                self.id_of[row.line] = person.id
            elif stored:
                self.id_of[row.line] = stored.id

    def of(self, row: Row) -> Person:
        """The person of a row as they will be."""
        return self.after[self.id_of[row.line]]

    def set_managers(self, found: list[RowProblem]) -> None:
        """Fill in who manages whom, by e-mail: as it will be, else as it is stored now."""
        by_email = {person.email.casefold(): person for person in self.before.values() if person.email}
        by_email |= {person.email.casefold(): person for person in self.after.values() if person.email}
        in_file = set(self.id_of.values())
        # A manager whose own row is faulty is in the file all the same: one fault is reported once.
        unplaced = {row.email for row in self.rows if row.email and row.line not in self.id_of}
        for row in self.rows:
            if row.manager_email is None or row.line not in self.id_of or row.manager_email in unplaced:
                continue
            person = self.of(row)
            manager = None if row.manager_email == NOBODY else by_email.get(row.manager_email)
            if row.manager_email != NOBODY and manager is None:
                reason = f"Nobody in the file or in Laban has the address {row.manager_email}."
                found.append(RowProblem(row.line, "manager_email", reason))
            elif manager is not None and manager.id == person.id:
                found.append(RowProblem(row.line, "manager_email", "People do not manage themselves. Write - for nobody."))
            elif manager is not None and not manager.is_active and manager.id not in in_file:
                found.append(RowProblem(row.line, "manager_email", f"{manager.name} has left."))
            else:
                self.after[person.id] = replace(person, manager_id=manager.id if manager else None)
        found.extend(self._circles())

    def _circles(self) -> Iterable[RowProblem]:
        """Circles of managers, each reported once, at the first of its people in the file."""
        starts = [self.id_of[row.line] for row in self.rows if row.line in self.id_of]
        for circle in circles(starts, {person.id: person.manager_id for person in self.after.values()}):
            members = set(circle)
            line = min(row.line for row in self.rows if self.id_of.get(row.line) in members)
            names = " → ".join(self.after[person_id].name for person_id in (*circle, circle[0]))
            yield RowProblem(line, "manager_email", f"These people manage each other in a circle: {names}")

    def changes(self) -> Iterable[PutPerson]:
        """Insertions and replacements, in the order of the file."""
        for row in self.rows:
            after = self.of(row)
            before = self.before.get(after.id)
            if before is None:
                yield PutPerson(after)
            elif after != before:
                yield PutPerson(replace(after, version=before.version + 1), before.version)


def _created(row: Row, teams: _Teams, ids: Ids) -> Person:
    person = Person(PersonId(ids.new()), row.name, row.email, teams.at(row.team).id, row.role or Role.MEMBER)
    return replace(person, locale=row.locale or person.locale, timezone=row.timezone or person.timezone)


def _changed(row: Row, stored: Person, teams: _Teams) -> Person:
    """`left_at` goes: whoever is in the file works here (again)."""
    person = replace(
        stored,
        name=row.name,
        email=row.email or stored.email,
        team_id=teams.at(row.team).id,
        role=row.role or stored.role,
        left_at=None,
    )
    if stored.joined_at is not None:
        return person
    return replace(person, locale=row.locale or stored.locale, timezone=row.timezone or stored.timezone)


def _new_accounts(people: _People, known: Known) -> list[Account]:
    held = {(account.platform, account.user_id) for account in known.accounts}
    chatting = {account.person_id for account in known.accounts if account.chat_id}
    return [
        first_account(platform, "", user_id, people.id_of[row.line], has_chat=people.id_of[row.line] in chatting)
        for row in people.rows
        for platform, user_id in row.ids.items()
        if (platform, user_id) not in held
    ]


# --- who leads -------------------------------------------------------------------------------------------------------------


def _leads(people: _People, teams: _Teams) -> dict[TeamId, PersonId | None]:
    """The leads of the teams the file touches: those its people are in, and those they leave."""
    touched = {people.of(row).team_id for row in people.rows}
    for row in people.rows:
        before = people.before.get(people.id_of[row.line])
        if before is not None:
            touched.add(before.team_id)
    members: dict[TeamId, list[Person]] = {}
    for person in people.after.values():
        if person.is_active:
            members.setdefault(person.team_id, []).append(person)
    return {team_id: likely_lead(teams.by_id[team_id], members.get(team_id, []), people.after) for team_id in touched}


# --- saying it -------------------------------------------------------------------------------------------------------------


def _plan_teams(
    teams: _Teams, leads: Mapping[TeamId, PersonId | None], people: _People
) -> tuple[tuple[PlannedTeam, ...], tuple[PutTeam, ...]]:
    new = {team.id for team in teams.new}
    planned: list[PlannedTeam] = []
    changes: list[PutTeam] = []
    for team in sorted(teams.by_id.values(), key=lambda team: team.path):
        lead_id = leads.get(team.id, team.lead_id)
        is_new = team.id in new
        if is_new or lead_id != team.lead_id:
            planned.append(PlannedTeam(team.path, is_new, name_of(team.lead_id, people.before), name_of(lead_id, people.after)))
            changes.append(PutTeam(replace(team, lead_id=lead_id)))
    return tuple(planned), tuple(changes)


def _plan_person(row: Row, people: _People, teams: _Teams, known: Known) -> PlannedPerson:
    after = people.of(row)
    before = people.before.get(after.id)
    held = {(account.platform, account.user_id) for account in known.accounts}
    values_before = look_of(before, people.before, teams.by_id) if before else {}
    values_after = look_of(after, people.after, teams.by_id)
    differences = [
        Difference(column, values_before.get(column, ""), value)
        for column, value in values_after.items()
        if value != values_before.get(column, "")
    ]
    for column, platform in ID_COLUMNS.items():
        if platform in row.ids and (platform, row.ids[platform]) not in held:
            differences.append(Difference(column, "", row.ids[platform]))
    kept = []
    if before is not None:
        kept += ["locale"] if row.locale and row.locale != after.locale else []
        kept += ["timezone"] if row.timezone and row.timezone != after.timezone else []
    fate = Fate.CREATED if before is None else Fate.CHANGED if differences or after != before else Fate.UNCHANGED
    return PlannedPerson(row.line, after.name, teams.by_id[after.team_id].path, fate, tuple(differences), tuple(kept))
