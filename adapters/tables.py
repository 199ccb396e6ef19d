"""What the commands show, as tables. Everything that came from a file or a database is text, never rich's markup."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from adapters.doctor import Finding, Verdict
from bot.actions.import_people import Plan, Refused
from bot.actions.staff import Fate

COLOURS = {Verdict.FINE: "green", Verdict.NOTE: "yellow", Verdict.WRONG: "red"}
MARKS = {Fate.CREATED: "+", Fate.CHANGED: "~", Fate.UNCHANGED: " "}


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
    rows = [person for person in plan.people if person.fate is not Fate.UNCHANGED or person.kept]
    if plan.teams:
        table = Table(title="Teams", title_justify="left", box=None, pad_edge=False)
        for title in ("", "Team", "Lead"):
            table.add_column(title, overflow="fold")
        for team in plan.teams:
            lead = (
                f"{team.lead_before or 'nobody'} → {team.lead_after or 'nobody'}"
                if not team.is_new
                else team.lead_after or "nobody"
            )
            table.add_row("+" if team.is_new else "~", Text(team.path), Text(lead))
        console.print(table)
        console.print()
    if rows:
        table = Table(title="People", title_justify="left", box=None, pad_edge=False)
        for title in ("", "Line", "Name", "Team", "What"):
            table.add_column(title, overflow="fold", justify="right" if title == "Line" else "left")
        for person in rows:
            what = [f"{one.column}: {one.before or '–'} → {one.after or '–'}" for one in person.differences if one.before]
            what += [
                f"{one.column}: {one.after}"
                for one in person.differences
                if not one.before and one.column not in ("name", "team")
            ]
            what += [f"{column}: stays as they chose it" for column in person.kept]
            table.add_row(MARKS[person.fate], str(person.line), Text(person.name), Text(person.team), Text("\n".join(what)))
        console.print(table)
        console.print()
    done = "would be " if is_dry_run else ""
    counts = f"{plan.count(Fate.CREATED)} {done}created, {plan.count(Fate.CHANGED)} {done}changed, {plan.count(Fate.UNCHANGED)} unchanged."
    console.print(Text(f"{counts} Nothing was stored." if is_dry_run else counts))
