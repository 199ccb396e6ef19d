"""What changes in the company's address book arrives while Laban runs: DingTalk tells whom and what it is about, and we look how they are now.

Events come in any order and more than once, so none is believed: a person is read anew, and is there or not. Only a company that was synced once
is kept fresh; before that, nobody has decided that its people are to come in.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from adapters.dingtalk.decode import PLATFORM, TENANT
from adapters.dingtalk.directory import Calls, read_some
from adapters.dingtalk.stream import Event
from adapters.nap import Nap, nap
from bot.actions.staff import Fate
from bot.actions.sync_people import SyncRefused, sync_people
from bot.ports import Deps

LOG = logging.getLogger(__name__)

PEOPLE: Final = frozenset(("user_add_org", "user_modify_org", "user_leave_org", "user_active_org"))
DEPARTMENTS: Final = frozenset(("org_dept_create", "org_dept_modify"))
"""A department that was dissolved leaves its team: there may be objectives in it. Its people are told of one by one."""
GATHERING: Final = 0.5
"""Seconds in which what comes is dealt with at once: moving a department makes an event for everybody in it."""


@dataclass
class _Batch:
    people: dict[str, None] = field(default_factory=dict)
    departments: dict[int, None] = field(default_factory=dict)
    done: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class ContactChanges:
    """Keeps people and teams as the address book has them. One at a time, whatever comes meanwhile is the next."""

    def __init__(self, calls: Calls, deps: Deps, sleep: Nap = nap) -> None:
        self._calls = calls
        self._deps = deps
        self._sleep = sleep
        self._next: _Batch | None = None
        self._working: asyncio.Task[None] | None = None

    async def listen(self, event: Event) -> None:
        """An `adapters.dingtalk.stream.Listen`: what the event is about is up to date when it returns. Raises what kept it from that; then
        DingTalk tells it again."""
        people = _ids(event.data, "userId") if event.kind in PEOPLE else []
        departments = [one for one in _ids(event.data, "deptId") if isinstance(one, int)] if event.kind in DEPARTMENTS else []
        if not people and not departments:
            return
        batch = self._next = self._next or _Batch()
        batch.people |= dict.fromkeys(str(one) for one in people)
        batch.departments |= dict.fromkeys(departments)
        if self._working is None:
            self._working = asyncio.create_task(self._work())
        # Whoever waits may be cancelled with their connection; the others still wait for the same.
        await asyncio.shield(batch.done)

    async def close(self) -> None:
        """Begin nothing any more."""
        if self._working is not None:
            self._working.cancel()
            await asyncio.wait({self._working})

    async def _work(self) -> None:
        batch: _Batch | None = None
        try:
            while self._next is not None:
                await self._sleep(asyncio.Event(), GATHERING)
                batch, self._next = self._next, None
                try:
                    await self._deal_with(batch)
                except Exception as error:
                    batch.done.set_exception(error)
                    batch.done.exception()  # nobody may be waiting for it any more
                else:
                    batch.done.set_result(None)
        finally:
            for unfinished in (batch, self._next):
                if unfinished is not None:
                    unfinished.done.cancel()
            self._next = self._working = None

    async def _deal_with(self, batch: _Batch) -> None:
        if not await self._deps.reading.listed_teams(PLATFORM, TENANT):
            return
        directory = await read_some(self._calls, batch.people, batch.departments, sleep=self._sleep)
        plan = await sync_people(directory, self._deps)
        if isinstance(plan, SyncRefused):
            LOG.warning("a change of DingTalk's address book was not taken over: %s", plan.reason)
            return
        came, changed, left = (plan.count(fate) for fate in (Fate.CREATED, Fate.CHANGED, Fate.LEFT))
        LOG.info(
            "DingTalk's address book has changed: %d came, %d changed, %d left, %d teams", came, changed, left, len(plan.teams)
        )
        if plan.clashes:
            LOG.warning("%d people could not be settled; `laban people sync dingtalk --dry-run` says why", len(plan.clashes))


def _ids(data: Mapping[str, Any], name: str) -> list[Any]:
    """The ids an event is about; older events write the name with a capital letter."""
    found = data.get(name, data.get(f"{name[0].upper()}{name[1:]}"))
    return [one for one in found if isinstance(one, str | int)] if isinstance(found, list) else []
