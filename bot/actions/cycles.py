"""Which cycle somebody works in now."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from bot.actions.desk import Desk
from bot.okr.cycle import Cycle, quarter_of
from bot.okr.objective import Objective
from bot.ports import Reading


def today(desk: Desk) -> date:
    """The person's own day."""
    return local(desk, desk.now).date()


def local(desk: Desk, moment: datetime) -> datetime:
    """A moment on the person's own clock."""
    return moment.astimezone(ZoneInfo(desk.person.timezone))


async def current_cycle(desk: Desk) -> Cycle:
    """The cycle somebody has set up for today, else the quarter of the organisation's fiscal year."""
    return await cycle_around(desk.reading, today(desk))


async def cycle_around(reading: Reading, day: date) -> Cycle:
    """The stored cycle a day lies in, else its quarter."""
    stored = await reading.cycle_on(day)
    return stored or quarter_of(day, (await reading.organisation()).fiscal_start_month)


async def cycle_of(reading: Reading, objective: Objective, day: date) -> Cycle:
    """The cycle an objective was written for, which need not be the one `day` lies in."""
    current = await cycle_around(reading, day)
    if current.id == objective.cycle_id:
        return current
    written = (objective.published_at or objective.created_at).astimezone(UTC).date()
    stored = await reading.cycle_on(written)
    if stored is not None and stored.id == objective.cycle_id:
        return stored
    return quarter_of(written, (await reading.organisation()).fiscal_start_month)
