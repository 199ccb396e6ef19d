"""What the commands show, as tables. Everything that came from a file or a database is text, never rich's markup."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from adapters.doctor import Finding, Verdict
from bot.actions.import_people import Plan, Refused
from bot.actions.staff import Difference, Fate, PlannedTeam
from bot.actions.sync_plan import SyncPlan

COLOURS = {Verdict.FINE: "green", Verdict.NOTE: "yellow", Verdict.WRONG: "red"}
MARKS = {Fate.CREATED: "+", Fate.CHANGED: "~", Fate.LEFT: "-", Fate.UNCHANGED: " "}


def show_findings(findings: Sequence[Finding], console: Console) -> None:
    """What `laban doctor` found."""
    table = Table(box=None, pad_edge=False)
    for title in ("", "What", "Found", "To do"):
        table.add_column(title, overflow="fold")
    for finding in findings:
        mark = Text(finding.verdict.value, COLOURS[finding.verdict])
        table.add_row(mark, Text(finding.what), Text(finding.found), Text(finding.remedy))
    console.print(table)


def show_problems(refused: Refused, console: Console) -> None:
    """Why a file cannot be imported: a line for each reason, so that they can be searched and sorted."""
    for problem in refused.problems:
        where = f"line {problem.line}" if problem.line else "the file"
        column = f", {problem.column}" if problem.column else ""
        console.print(Text(f"{where}{column}: {problem.reason}"), soft_wrap=True)


def show_plan(plan: Plan, console: Console, *, is_dry_run: bool) -> None:
    """What an import changes, or would change; people who stay as they are are only counted."""
    _show_teams(plan.teams, console)
    rows = [person for person in plan.people if person.fate is not Fate.UNCHANGED or person.kept]
    if rows:
        table = Table(title="People", title_justify="left", box=None, pad_edge=False)
        for title in ("", "Line", "Name", "Team", "What"):
            table.add_column(title, overflow="fold", justify="right" if title == "Line" else "left")
        for person in rows:
            what = [*_what(person.differences), *(f"{column}: stays as they chose it" for column in person.kept)]
            table.add_row(MARKS[person.fate], str(person.line), Text(person.name), Text(person.team), Text("\n".join(what)))
        console.print(table)
        console.print()
    done = "would be " if is_dry_run else ""
    counts = f"{plan.count(Fate.CREATED)} {done}created, {plan.count(Fate.CHANGED)} {done}changed, {plan.count(Fate.UNCHANGED)} unchanged."
    console.print(Text(f"{counts} Nothing was stored." if is_dry_run else counts))


def show_sync(plan: SyncPlan, console: Console, *, is_dry_run: bool) -> None:
    """What a sync changes, or would change, and what it could not settle; people who stay as they are are only counted."""
    _show_teams(plan.teams, console)
    rows = [person for person in plan.people if person.fate is not Fate.UNCHANGED]
    if rows:
        table = Table(title="People", title_justify="left", box=None, pad_edge=False)
        for title in ("", "Name", "Team", "What"):
            table.add_column(title, overflow="fold")
        for person in rows:
            what = Text("\n".join(_what(person.differences)))
            table.add_row(MARKS[person.fate], Text(person.name), Text(person.team), what)
        console.print(table)
        console.print()
    if plan.clashes:
        table = Table(title="Left for you to settle", title_justify="left", box=None, pad_edge=False)
        for title in ("", "Name", "Id there", "Why"):
            table.add_column(title, overflow="fold")
        for clash in plan.clashes:
            table.add_row("!", Text(clash.name), Text(clash.user_id), Text(clash.reason))
        console.print(table)
        console.print()
    done = "would be " if is_dry_run else ""
    leaves = "would have left" if is_dry_run else "left"
    counts = (
        f"{plan.count(Fate.CREATED)} {done}created, {plan.count(Fate.CHANGED)} {done}changed, {plan.count(Fate.LEFT)} {leaves}, "
        f"{plan.count(Fate.UNCHANGED)} unchanged."
    )
    console.print(Text(f"{counts} Nothing was stored." if is_dry_run else counts))


def _show_teams(teams: Sequence[PlannedTeam], console: Console) -> None:
    if not teams:
        return
    table = Table(title="Teams", title_justify="left", box=None, pad_edge=False)
    for title in ("", "Team", "Lead"):
        table.add_column(title, overflow="fold")
    for team in teams:
        lead = team.lead_after or "nobody"
        if not team.is_new and team.lead_before != team.lead_after:
            lead = f"{team.lead_before or 'nobody'} → {lead}"
        path = f"{team.path_before} → {team.path}" if team.path_before else team.path
        table.add_row("+" if team.is_new else "~", Text(path), Text(lead))
    console.print(table)
    console.print()


def _what(differences: Sequence[Difference]) -> list[str]:
    """Changes first, then what was not there before; name and team have columns of their own."""
    changed = [f"{one.column}: {one.before} → {one.after or '–'}" for one in differences if one.before]
    new = [f"{one.column}: {one.after}" for one in differences if not one.before and one.column not in ("name", "team")]
    return changed + new
