"""A company's directory + what is stored → what would change, as a value; and the action that stores it in one turn.

Rules worth knowing:

- The directory that knew somebody first describes them. Another one only adds its account, and an e-mail where there is none.
- Only what the directory says differently than last time changes anything (`bot.okr.directory`). What it is silent about stays.
- Name, language and time zone are the person's own once they have joined, as long as the directory has always said the same.
- Who leaves the last directory that knew them has left. Nobody is ever removed, and whom no directory ever knew is left alone.
- Who leads is a manager: the first lead of one's department, else of the nearest above, leads whoever has no manager of their own over there.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import datetime

from bot.actions.directory_matching import match
from bot.actions.directory_people import Roll
from bot.actions.directory_reading import tidied
from bot.actions.directory_teams import TeamTree
from bot.actions.staff import ATTEMPTS, GUARD, BusyError, Fate
from bot.actions.sync_plan import Stored, SyncPlan
from bot.okr.directory import Directory
from bot.ports import Deps, Guard, Ids, Saved, Turn

MENTIONED = 5


@dataclass(frozen=True, slots=True)
class SyncRefused:
    """The directory is not worked with as it came; nothing was stored. `plan` is there when somebody could agree to it."""

    reason: str
    plan: SyncPlan | None = None


async def sync_people(
    directory: Directory, deps: Deps, *, team: str = "", is_dry_run: bool = False, is_agreed: bool = False
) -> SyncPlan | SyncRefused:
    """Store what a directory changes, wholly or not at all. Raises BusyError when that keeps failing.

    `team` is the path of the team the company itself is: newcomers without a department get there. `is_agreed`: many may leave.
    """
    for _ in range(ATTEMPTS):
        revision = await deps.reading.guard(GUARD)
        stored = Stored(
            await deps.reading.everybody(),
            await deps.reading.teams(),
            await deps.reading.accounts(),
            await deps.reading.listings(),
            await deps.reading.listed_teams(directory.platform, directory.tenant),
        )
        plan = plan_sync(directory, stored, deps.ids, deps.clock.now(), team)
        if isinstance(plan, SyncRefused) or is_dry_run or not plan.changes:
            return plan
        if plan.lets_many_go and not is_agreed:
            reason = f"{plan.count(Fate.LEFT)} of {plan.known} people would leave at once, which looks like half a directory."
            return SyncRefused(reason, plan)
        turn = Turn(deps.clock.now(), changes=(Guard(GUARD, revision), *plan.changes))
        if await deps.work.save(turn) is Saved.DONE:
            return plan
    raise BusyError("people were changed by somebody else at the same time")


def plan_sync(directory: Directory, stored: Stored, ids: Ids, at: datetime, team: str = "") -> SyncPlan | SyncRefused:
    """What a sync at that moment would change."""
    directory = tidied(directory)
    if directory.is_whole and not directory.entries:
        return SyncRefused("The directory shows nobody.")
    tree = TeamTree(stored.teams, stored.listed_teams, directory, ids, team)
    matches = match(directory, stored.people, stored.accounts, stored.listings)
    roll = Roll(directory, stored, tree, matches, at)
    if roll.has_newcomers_without_team and not roll.find_team_for_newcomers(team):
        tops = sorted(one.path for one in stored.teams if one.parent_id is None)
        return SyncRefused(
            f"Newcomers could come into {' or '.join(tops[:MENTIONED])}. Say which, for example --team {shlex.quote(tops[0])}."
        )
    roll.take_in(ids)
    roll.say_who_is_gone()
    roll.settle_addresses()
    roll.settle_managers()
    return roll.plan()
