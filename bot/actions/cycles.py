"""Which cycle somebody works in now."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.actions.desk import Desk
from bot.okr.cycle import Cycle, quarter_of


def today(desk: Desk) -> date:
    """The person's own day."""
    return local(desk, desk.now).date()


def local(desk: Desk, moment: datetime) -> datetime:
    """A moment on the person's own clock."""
    return moment.astimezone(ZoneInfo(desk.person.timezone))


async def current_cycle(desk: Desk) -> Cycle:
    """The cycle somebody has set up for today, else the quarter of the organisation's fiscal year."""
    day = today(desk)
    stored = await desk.reading.cycle_on(day)
    return stored or quarter_of(day, (await desk.reading.organisation()).fiscal_start_month)
