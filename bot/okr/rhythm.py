"""When somebody is asked how it goes: one day a week of theirs, at their hour, never when they should be left alone.

Everything is worked out from the person's own calendar. The same function answers the timer that asks, the person who wants to know why (not),
and whoever asks when the next time is, so the three can never disagree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.okr.people import Person

WEEK = timedelta(weeks=1)
DAY = timedelta(days=1)
FRIDAY = 4
SATURDAY = 5
LOOK_AHEAD = 60
"""Weeks looked ahead for the next time; somebody away for longer is told so."""
FRESH_FOR = timedelta(hours=20)
"""A prompt not sent this long after its hour (the machine was off) is left out: the next week's comes soon enough, and nobody gets a flood."""

IsDayOff = Callable[[date], bool]
"""Public holidays where the person lives, with what an admin has changed."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Asked on `weekday` (0 is Monday) at local time `at`, every `weeks` weeks counted from the cycle's first week."""

    weekday: int = FRIDAY
    at: time = time(15, 0)
    weeks: int = 1
    remind_after: int = 1
    """Working days from the prompt to the one reminder."""
    closes_after: int = 3
    """Working days from the prompt until its window closes."""

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6 or not 1 <= self.weeks <= 4:  # noqa: PLR2004 days of a week; the choices of the product
            raise ValueError("a rhythm has a weekday from 0 to 6 and comes every 1 to 4 weeks")


class Why(StrEnum):
    """Why somebody is or is not asked in a week."""

    ASKED = "asked"
    EARLIER = "earlier"
    """The usual day is off, so it is the last working day before."""
    LATER = "later"
    """No working day before it in that week, so the first one after."""
    WEEK_OFF = "week_off"
    """No working day at all in that week: holidays, or away."""
    OTHER_WEEK = "other_week"
    """Not every week, and this one is not it."""


@dataclass(frozen=True, slots=True)
class Slot:
    """When somebody is asked in the week that begins on `monday`. `day` is the local date, which with the person makes the slot unique; None
    when they are not asked at all."""

    monday: date
    day: date | None
    at: datetime | None
    why: Why


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def slot_of(person: Person, rhythm: Rhythm, monday: date, first_monday: date, is_off: IsDayOff) -> Slot:
    """The one slot of a person in a week. `first_monday` is where weeks are counted from."""
    if ((monday - first_monday).days // 7) % rhythm.weeks:
        return Slot(monday, None, None, Why.OTHER_WEEK)
    usual = monday + timedelta(days=rhythm.weekday)
    before = [usual - timedelta(days=back) for back in range(rhythm.weekday + 1)]
    after = [usual + timedelta(days=on) for on in range(1, 7 - rhythm.weekday)]
    for day in (*before, *after):
        if is_working_day(person, day, is_off):
            why = Why.ASKED if day == usual else Why.EARLIER if day < usual else Why.LATER
            return Slot(monday, day, moment(person, day, rhythm.at), why)
    return Slot(monday, None, None, Why.WEEK_OFF)


def is_working_day(person: Person, day: date, is_off: IsDayOff) -> bool:
    """No weekend, no holiday, not away. A swapped weekend (China) that an admin or the calendar marks as working is still left alone."""
    is_away = person.away_until is not None and day <= person.away_until
    return day.weekday() < SATURDAY and not is_away and not is_off(day)


def moment(person: Person, day: date, at: time) -> datetime:
    """That local time on that day, in UTC, moved out of the person's quiet hours.

    A time that a clock change skips is taken an hour later by the wall; of a time that comes twice, the first.
    """
    zone = ZoneInfo(person.timezone)
    wanted = at
    if is_quiet(person, at):
        wanted = person.quiet_until
        if wanted < at:
            # Quiet until the next morning would be another day: the last minute before the quiet begins is still today.
            wanted = _minute_before(person.quiet_from)
    return datetime.combine(day, wanted, tzinfo=zone).astimezone(UTC)


def is_quiet(person: Person, at: time) -> bool:
    """Whether a local time lies in the person's quiet hours; begin and end alike mean that there are none."""
    begins, ends = person.quiet_from, person.quiet_until
    if begins == ends:
        return False
    if begins < ends:
        return begins <= at < ends
    return at >= begins or at < ends


def next_slot(person: Person, rhythm: Rhythm, now: datetime, first_monday: date, is_off: IsDayOff) -> Slot | None:
    """The first slot that is still to come at `now`; None when there is none within more than a year."""
    monday = monday_of(now.astimezone(ZoneInfo(person.timezone)).date())
    for week in range(LOOK_AHEAD):
        slot = slot_of(person, rhythm, monday + week * WEEK, first_monday, is_off)
        if slot.at is not None and slot.at > now:
            return slot
    return None


def due_slot(person: Person, rhythm: Rhythm, now: datetime, first_monday: date, is_off: IsDayOff) -> Slot | None:
    """The slot whose time has come at `now` and is still fresh; None when there is none."""
    monday = monday_of(now.astimezone(ZoneInfo(person.timezone)).date())
    for start in (monday, monday - WEEK):
        slot = slot_of(person, rhythm, start, first_monday, is_off)
        if slot.at is not None and slot.at <= now < slot.at + FRESH_FOR:
            return slot
    return None


def working_days_after(person: Person, day: date, count: int, is_off: IsDayOff) -> date:
    """The day that lies `count` working days after `day`."""
    while count:
        day += DAY
        if is_working_day(person, day, is_off) or (day.year > 9990):  # noqa: PLR2004 the calendar's end
            count -= 1
    return day


def _minute_before(at: time) -> time:
    return (datetime.combine(date(2000, 1, 2), at) - timedelta(minutes=1)).time()
