"""When somebody is asked how it goes: one day a week of theirs, at their hour, never when they should be left alone.

Only the person's own calendar counts here: what was already said to them, and what follows from it, is `nudge.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from bot.okr.people import Person

WEEK = timedelta(weeks=1)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
FRIDAY = 4
SATURDAY = 5
LOOK_AHEAD = 60
"""Weeks looked ahead, from now or from the end of an absence. Longer than any year, so that nothing yearly can hide the next time."""
LOOK_BACK = 3
"""Weeks looked back for a slot whose window may still be open: two weeks of holidays (Tết, the golden weeks) can lie in between."""
CALENDAR_END = date(9000, 1, 1)

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
        if not 0 <= self.weekday <= 6 or not 1 <= self.weeks <= 4:
            raise ValueError("a rhythm has a weekday from 0 to 6 and comes every 1 to 4 weeks")
        if self.at.tzinfo is not None:
            raise ValueError("the hour of a rhythm is local to whoever is asked")
        if not 1 <= self.remind_after < self.closes_after:
            raise ValueError("a reminder comes at least a working day after the prompt and before its window closes")


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


def local_date(person: Person, at: datetime) -> date:
    """The date on the person's wall at that moment."""
    return at.astimezone(ZoneInfo(person.timezone)).date()


def slot_of(person: Person, rhythm: Rhythm, monday: date, first_monday: date, is_off: IsDayOff) -> Slot:
    """The one slot of a person in a week. `first_monday` is where weeks are counted from."""
    if ((monday - first_monday).days // 7) % rhythm.weeks:
        return Slot(monday, None, None, Why.OTHER_WEEK)
    before = range(rhythm.weekday, -1, -1)
    after = range(rhythm.weekday + 1, 7)
    for weekday in (*before, *after):
        day = monday + timedelta(days=weekday)
        if is_working_day(person, day, is_off):
            why = Why.ASKED if weekday == rhythm.weekday else Why.EARLIER if weekday < rhythm.weekday else Why.LATER
            return Slot(monday, day, moment(person, day, rhythm.at), why)
    return Slot(monday, None, None, Why.WEEK_OFF)


def next_slot(
    person: Person, rhythm: Rhythm, now: datetime, first_monday: date, is_off: IsDayOff, asked: Collection[date] = ()
) -> Slot | None:
    """The first slot still to come at `now`, leaving out the weeks whose Mondays are in `asked`; None when there is none for more than a year."""
    monday = monday_of(_ahead(person, local_date(person, now)))
    for week in range(LOOK_AHEAD):
        slot = slot_of(person, rhythm, monday + week * WEEK, first_monday, is_off)
        if slot.at is not None and slot.at > now and slot.monday not in asked:
            return slot
    return None


def last_slot(person: Person, rhythm: Rhythm, now: datetime, first_monday: date, is_off: IsDayOff) -> Slot | None:
    """The newest slot whose time has come at `now`; None when there is none since `LOOK_BACK` weeks or since `first_monday`."""
    monday = monday_of(local_date(person, now))
    for week in range(LOOK_BACK + 1):
        slot = slot_of(person, rhythm, monday - week * WEEK, first_monday, is_off)
        if slot.at is not None and slot.at <= now and slot.monday >= first_monday:
            return slot
    return None


def reminder_at(person: Person, rhythm: Rhythm, asked_on: date, is_off: IsDayOff) -> datetime:
    """When whoever was asked on that day (of their own, usually a slot's) and has not answered is reminded."""
    return moment(person, working_days_after(person, asked_on, rhythm.remind_after, is_off), rhythm.at)


def closes_at(person: Person, rhythm: Rhythm, asked_on: date, is_off: IsDayOff) -> datetime:
    """When it is too late to ask, ask again or remind for what was asked, or was to be asked, on that day."""
    return moment(person, working_days_after(person, asked_on, rhythm.closes_after, is_off), rhythm.at)


def is_working_day(person: Person, day: date, is_off: IsDayOff) -> bool:
    """No weekend, no holiday, not away, and a day at all: where a zone crossed the date line, one is missing (Apia, 2011-12-30).

    A weekend that is worked on in exchange for a bridge day (China) is still left alone.
    """
    is_away = person.away_until is not None and day <= person.away_until
    return (
        day.weekday() < SATURDAY
        and not is_away
        and not is_off(day)
        and _local(person, _instant(person, day, time(12))).date() == day
    )


def working_days_after(person: Person, day: date, count: int, is_off: IsDayOff) -> date:
    """The day that lies `count` working days after `day`; whoever never works again gets the end of what is looked ahead."""
    return next(islice(_working_days(person, day + DAY, is_off), count - 1, None), _ahead(person, day) + LOOK_AHEAD * WEEK)


def moment(person: Person, day: date, at: time) -> datetime:
    """That local time on that day, in UTC, moved out of the person's quiet hours: to their end, or before they begin if they last into the
    next day.

    A time that a clock change skips is taken as much later by the wall; of a time that comes twice, the first. Should the hours that
    are not quiet be skipped altogether, the result lies in quiet hours: whoever speaks asks `is_free` first.
    """
    way_out = (person.quiet_until,) if person.quiet_until >= at else ()
    for wall in (at, *way_out, _before(person.quiet_from)):
        instant = _instant(person, day, wall)
        local = _local(person, instant)
        if local.date() == day and not is_quiet(person, local.time()):
            return instant
    return _instant(person, day, at)


def is_quiet(person: Person, at: time) -> bool:
    """Whether a local time lies in the person's quiet hours; begin and end alike mean that there are none."""
    begins, ends = person.quiet_from, person.quiet_until
    if begins <= ends:
        return begins <= at < ends
    return at >= begins or at < ends


def is_free(person: Person, at: datetime, is_off: IsDayOff) -> bool:
    """Whether the person may be spoken to unasked at that moment."""
    local = _local(person, at)
    return is_working_day(person, local.date(), is_off) and not is_quiet(person, local.time())


def free_from(person: Person, earliest: datetime, is_off: IsDayOff) -> datetime | None:
    """The first moment from `earliest` on at which the person may be spoken to; None when there is none for more than a year."""
    if is_free(person, earliest, is_off):
        return earliest
    for day in _working_days(person, local_date(person, earliest), is_off):
        # A free stretch begins with the day or with the end of the quiet hours, which may come twice (`fold`).
        begins = {_instant(person, day, at, fold) for at in (time.min, person.quiet_until) for fold in (0, 1)}
        for instant in sorted(begins):
            if instant > earliest and is_free(person, instant, is_off):
                return instant
    return None


def _working_days(person: Person, day: date, is_off: IsDayOff) -> Iterator[date]:
    """From `day` on, as far as is looked ahead."""
    day = _ahead(person, day)
    for _ in range(LOOK_AHEAD * 7):
        if is_working_day(person, day, is_off):
            yield day
        day += DAY


def _ahead(person: Person, day: date) -> date:
    """`day`, or the last day of an absence that lasts longer; kept off the end of the calendar, where dates cannot be added to."""
    return min(max(day, person.away_until or day), CALENDAR_END)


def _instant(person: Person, day: date, at: time, fold: int = 0) -> datetime:
    return datetime.combine(day, at.replace(fold=fold), tzinfo=ZoneInfo(person.timezone)).astimezone(UTC)


def _local(person: Person, at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(person.timezone))


def _before(at: time) -> time:
    """The minute before, of the same day."""
    return (datetime.combine(CALENDAR_END, at) - MINUTE).time() if at >= time(0, 1) else time.min
