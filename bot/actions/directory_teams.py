"""Departments of a directory → the tree of teams. Pure.

A department stays the team it has become, whatever either is called later. The first time it becomes the team at the same path, else a new
one. Teams nobody over there knows stay where they are and move along with the team above them; none is ever removed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from bot.actions.staff import folded
from bot.okr.directory import Department, Directory, ListedTeam
from bot.okr.people import PersonId, Team, TeamId
from bot.ports import Ids, PutListedTeam, PutTeam


class TeamTree:
    """The teams as they will be: `by_id` all of them, `team_of` those the departments have become, by department.

    `top` is the path of the team the company itself is, "" when that is for us to find out.
    """

    def __init__(
        self, stored: Sequence[Team], listed: Sequence[ListedTeam], directory: Directory, ids: Ids, top: str = ""
    ) -> None:
        self._ids = ids
        self._directory = directory
        self._stored = {team.id: team for team in stored}
        self._listed = {one.department_id: one for one in listed if one.team_id in self._stored}
        self._top = top
        self.by_id = dict(self._stored)
        self.team_of: dict[str, TeamId] = {one.department_id: one.team_id for one in self._listed.values()}
        present = {department.id for department in directory.departments}
        # What became of a department that is no more is free for one that takes its place.
        self._taken = {one.team_id for one in self._listed.values() if one.department_id in present}
        self._tops = sum(one.parent_id not in present and one.parent_id not in self._listed for one in directory.departments)
        in_order = tuple(_parents_first(directory.departments))
        for department in in_order:
            self._recognise(department)
        for department in in_order:
            self._hang(department)
        for department in in_order:
            self._open_circle(department)
        self._lay_paths()

    # --- looking up ---

    def team_at(self, path: str) -> Team | None:
        """The team at a path, whatever the case."""
        wanted = folded(path)
        return next((team for team in self.by_id.values() if folded(team.path) == wanted), None)

    def above(self, team_id: TeamId) -> Iterator[TeamId]:
        """The team and those above it, nearest first."""
        seen: set[TeamId] = set()
        at: TeamId | None = team_id
        while at is not None and at in self.by_id and at not in seen:
            seen.add(at)
            yield at
            at = self.by_id[at].parent_id

    def add(self, path: str) -> Team:
        """The team at a path; it and those above it are added when they are new."""
        found = self.team_at(path)
        if found is not None:
            return found
        above, _, name = path.rpartition("/")
        parent = self.add(above) if above else None
        return self._keep(
            Team(TeamId(self._ids.new()), name, f"{parent.path}/{name}" if parent else name, parent.id if parent else None)
        )

    # --- departments become teams ---

    def _parent_of(self, department: Department) -> TeamId | None:
        """The team above, as far as it is settled: parents come first."""
        return self.team_of.get(department.parent_id) if department.parent_id != department.id else None

    def _recognise(self, department: Department) -> None:
        """Which team a department is."""
        if department.id not in self._listed:
            team = self._adopted(department, self._parent_of(department))
            self.team_of[department.id] = team.id
            self._taken.add(team.id)

    def _hang(self, department: Department) -> None:
        """Its name, and what it hangs below."""
        team = self.by_id[self.team_of[department.id]]
        known = self._listed.get(department.id)
        name = department.name if known is not None and department.name != known.name else team.name
        parent_id = self._parent_of(department)
        if parent_id is None and team.parent_id not in self._taken:
            parent_id = team.parent_id  # what the company itself is hangs where an admin hung it
        self._keep(replace(team, name=name, parent_id=parent_id))

    def _open_circle(self, department: Department) -> None:
        """A department that would be below itself is one at the top."""
        team = self.by_id[self.team_of[department.id]]
        if team.parent_id is not None and team.id in self.above(team.parent_id):
            self._keep(replace(team, parent_id=None))

    def _adopted(self, department: Department, parent_id: TeamId | None) -> Team:
        """What a department becomes when it is seen for the first time."""
        found = self.team_at(f"{self.by_id[parent_id].path}/{department.name}") if parent_id else self._top_team(department)
        if found is not None and found.id not in self._taken:
            return found
        # Its path is laid when all are in their places.
        return self._keep(Team(TeamId(self._ids.new()), department.name, "", parent_id))

    def _top_team(self, department: Department) -> Team | None:
        if self._tops > 1:
            return self.team_at(department.name)
        if self._top:
            return self.add(self._top)
        tops = [team for team in self._stored.values() if team.parent_id is None]
        return self.team_at(department.name) or (tops[0] if len(tops) == 1 else None)

    def _keep(self, team: Team) -> Team:
        self.by_id[team.id] = team
        return team

    # --- paths ---

    def _lay_paths(self) -> None:
        """Give every team that moved, or lies below one that did, its path; what would be at a taken one gets a number behind its name."""
        moved = {team.id for team in self.by_id.values() if self._has_moved(team)}
        moved |= {team_id for team_id in self.by_id if not moved.isdisjoint(self.above(team_id))}
        taken = {folded(team.path) for team in self.by_id.values() if team.id not in moved}
        for team_id in sorted((one for one in self.by_id if one in moved), key=lambda one: len(list(self.above(one)))):
            team = self.by_id[team_id]
            above = f"{self.by_id[team.parent_id].path}/" if team.parent_id is not None else ""
            name, number = team.name, 1
            while folded(f"{above}{name}") in taken:
                number += 1
                name = f"{team.name} ({number})"
            taken.add(folded(f"{above}{name}"))
            self._keep(replace(team, name=name, path=f"{above}{name}"))

    def _has_moved(self, team: Team) -> bool:
        stored = self._stored.get(team.id)
        return not team.path or (stored is not None and (stored.name, stored.parent_id) != (team.name, team.parent_id))

    # --- what is to be stored ---

    def changes(self, leads: Mapping[TeamId, PersonId | None]) -> Iterable[PutTeam | PutListedTeam]:
        """Everything new or different, once each team has the lead of `leads` (a person's id or None)."""
        after = {team_id: replace(team, lead_id=leads.get(team_id, team.lead_id)) for team_id, team in self.by_id.items()}
        changed = {team_id for team_id, team in after.items() if team != self._stored.get(team_id)}
        wanted = {after[team_id].path: team_id for team_id in changed}
        for team in self._stored.values():
            # Two that swap their places would stand in each other's way.
            if wanted.get(team.path, team.id) != team.id:
                yield PutTeam(replace(team, path=f"{team.path} ({team.id})"))
        yield from (PutTeam(after[team_id]) for team_id in after if team_id in changed)
        directory = self._directory
        for department in directory.departments:
            listed = ListedTeam(directory.platform, directory.tenant, department.id, self.team_of[department.id], department.name)
            if listed != self._listed.get(department.id):
                yield PutListedTeam(listed)


def _parents_first(departments: Sequence[Department]) -> Iterator[Department]:
    """All of them, however odd: of a circle, one is taken for the top."""
    by_id = {department.id: department for department in departments}
    done: set[str] = set()
    for department in departments:
        way: list[Department] = []
        at: Department | None = department
        while at is not None and at.id not in done and at not in way:
            way.append(at)
            at = by_id.get(at.parent_id)
        for one in reversed(way):
            done.add(one.id)
            yield one
