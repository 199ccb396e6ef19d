"""Gathers what a board is made of, with a small fixed number of reads however many objectives there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from bot.actions.alignment import served_objective
from bot.actions.cycles import today
from bot.actions.desk import Desk
from bot.okr.board import BOUNDS, WEEK, Evidence, Sight, live, titles_by_id
from bot.okr.check_in import CheckIn
from bot.okr.cycle import Cycle
from bot.okr.help_request import HelpRequest
from bot.okr.objective import KeyResultId, Objective
from bot.ports import Reading

MARGIN = timedelta(days=1)
"""A cycle starts at midnight, which is up to a day earlier in UTC."""
INSTANT = timedelta(seconds=1)
"""What was said this very moment counts as well."""


async def gather(desk: Desk, objectives: Iterable[Objective], cycle: Cycle) -> Sight:
    """What owners have said about these objectives, seen from now on the reader's own day."""
    sight = await look(desk.reading, objectives, cycle, today(desk), desk.now)
    return replace(sight, evidence=replace(sight.evidence, unsigned=await desk.unsigned.marks()))


async def look(reading: Reading, objectives: Iterable[Objective], cycle: Cycle, day: date, now: datetime) -> Sight:
    """What owners have said about these objectives, seen from `now`, which is on `day` for whoever reads it."""
    measures = {one.id: one.measure for objective in objectives for one in live(objective)}
    ids = tuple(measures)
    if not ids:
        return Sight(cycle, day, now, Evidence())
    bounds = tuple(one for one in ids if measures[one].direction in BOUNDS)
    evidence = Evidence(
        await reading.latest_check_ins(ids, now + INSTANT),
        await reading.latest_check_ins(ids, now - WEEK),
        await _all(reading, bounds, datetime.combine(cycle.starts_on, time(), UTC) - MARGIN) if bounds else {},
        await _calls(reading, ids),
    )
    return Sight(cycle, day, now, evidence)


async def _all(reading: Reading, ids: Sequence[KeyResultId], since: datetime) -> Mapping[KeyResultId, tuple[CheckIn, ...]]:
    found: dict[KeyResultId, tuple[CheckIn, ...]] = {}
    for said in await reading.check_ins(ids, since):
        found[said.key_result_id] = (*found.get(said.key_result_id, ()), said)
    return found


async def _calls(reading: Reading, ids: Sequence[KeyResultId]) -> Mapping[KeyResultId, tuple[HelpRequest, ...]]:
    found: dict[KeyResultId, tuple[HelpRequest, ...]] = {}
    for call in await reading.help_requests(ids):
        found[call.key_result_id] = (*found.get(call.key_result_id, ()), call)
    return found


async def served_titles(desk: Desk, objectives: Iterable[Objective], known: Mapping[str, str]) -> dict[str, str]:
    """What these objectives serve, by `Serves.id`. Only what is not `known` is read, one by one: meant for the few on a page."""
    titles: dict[str, str] = {}
    for one in objectives:
        if one.serves is None or one.serves.id in titles:
            continue
        if one.serves.id in known:
            titles[one.serves.id] = known[one.serves.id]
            continue
        served = await served_objective(desk, one.serves)
        if served is not None:
            titles[one.serves.id] = titles_by_id((served,)).get(one.serves.id, served.title)
    return titles
