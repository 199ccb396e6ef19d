"""Whether somebody is asked or reminded now, why (not), and when next.

The timer, "why was I (not) reminded?" and "when is the next one?" all use `explain`, so the three can never disagree. It remembers nothing:
the same calendar, prompts and time give the same answer, whatever the clock or the machine did in between.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.okr.people import Person
from bot.okr.prompt import Prompt, PromptKind
from bot.okr.rhythm import (
    DAY,
    LOOK_BACK,
    SATURDAY,
    WEEK,
    IsDayOff,
    Rhythm,
    Slot,
    Why,
    closes_at,
    free_from,
    is_quiet,
    is_working_day,
    last_slot,
    local_date,
    monday_of,
    next_slot,
    reminder_at,
    slot_of,
)

NUDGES_PER_DAY = 1
"""About the check-in. Being asked again at a time one has chosen oneself is no nudge."""
NUDGES_PER_WEEK = 5
"""To a person, whatever they are about."""


class Do(StrEnum):
    """What is to be said to the person now."""

    ASK = "ask"
    ASK_AGAIN = "ask_again"
    REMIND = "remind"
    NOTHING = "nothing"


class Reason(StrEnum):
    """Why that."""

    DUE = "due"
    """It is their time (ask)."""
    SNOOZE_OVER = "snooze_over"
    """They wanted to be asked again now."""
    UNANSWERED = "unanswered"
    """They were asked and have not answered (remind)."""

    NOT_YET = "not_yet"
    OTHER_WEEK = "other_week"
    ANSWERED = "answered"
    """This week's check-in is done, perhaps early."""
    ASKED = "asked"
    """They were asked; the reminder has its time still to come."""
    REMINDED = "reminded"
    """They were asked and reminded; there is only one reminder."""
    SNOOZED = "snoozed"
    CLOSED = "closed"
    """They were asked and did not answer, and the window is over."""
    MISSED = "missed"
    """Their time passed without anybody being able to ask (the machine was off), and the window is over."""
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    AWAY = "away"
    QUIET_HOURS = "quiet_hours"
    ENOUGH_TODAY = "enough_today"
    ENOUGH_THIS_WEEK = "enough_this_week"
    NOTHING_TO_ASK = "nothing_to_ask"
    """No live key result of theirs."""
    NOT_HERE = "not_here"
    """They have left, or have not joined yet."""


@dataclass(frozen=True, slots=True)
class Decision:
    """`do` it, for the `reason`. `day` is the date under which it is noted; `prompt` the question it is about, None if it has not been asked.

    `next_at` is when the next word comes by itself if nothing changes until then: the person's next slot, their reminder, the end of a
    snooze or of what hinders now. Always later than now; None when nothing is to come for more than a year.
    """

    do: Do
    reason: Reason
    next_at: datetime | None = None
    day: date | None = None
    prompt: Prompt | None = None


def explain(
    person: Person,
    rhythm: Rhythm,
    now: datetime,
    first_monday: date,
    is_off: IsDayOff,
    prompts: Sequence[Prompt],
    oldest: datetime | None,
) -> Decision:
    """What is to be said to the person about their check-in at `now`.

    `first_monday` is where weeks are counted from. `prompts` are those of the last `LOOK_BACK` + 1 weeks, in any order; those of others do
    not matter. An answer nobody had asked for is a prompt that was answered when it was made (`at` = `answered_at`). `oldest` is when the first of
    the key results to ask about was published, None if there is none: nobody is asked about a time before that, or before they joined.
    """
    if not person.is_active or person.joined_at is None:
        return Decision(Do.NOTHING, Reason.NOT_HERE)
    mine = tuple(one for one in prompts if one.subject_id == person.id)
    case = _Case(person, rhythm, now, first_monday, is_off, mine, max(person.joined_at, oldest or person.joined_at))
    if oldest is None:
        return case.nothing(Reason.NOTHING_TO_ASK)
    rounds = case.rounds()
    newest = max((monday for monday in rounds if case.monday - LOOK_BACK * WEEK <= monday <= case.monday), default=None)
    slot = last_slot(person, rhythm, now, first_monday, is_off)
    if slot is not None and (newest is None or slot.monday > newest):
        return _to_ask(case, slot)
    if newest is not None:
        return _to_follow(case, rounds[newest])
    return _to_wait(case)


def noted(person: Person, decision: Decision, now: datetime) -> Prompt | None:
    """The prompt to remember when a decision is carried out; None when nothing is said.

    For `ASK_AGAIN` it replaces the prompt of the same kind, subject and day; otherwise it is new.
    """
    match decision:
        case Decision(do=Do.ASK, day=date() as day):
            return Prompt(PromptKind.CHECK_IN, person.id, day, now)
        case Decision(do=Do.REMIND, day=date() as day):
            return Prompt(PromptKind.REMINDER, person.id, day, now)
        case Decision(do=Do.ASK_AGAIN, prompt=Prompt() as prompt):
            return replace(prompt, at=now, snoozed_until=None)
    return None


def answered_early(person: Person, rhythm: Rhythm, now: datetime, is_off: IsDayOff, prompts: Sequence[Prompt]) -> Prompt | None:
    """The prompt to note when somebody has checked in unasked, so that this week does not ask for it again.

    None when the answer belongs to a question: this week's, or an earlier one whose window is open (also if it corrects an answer to it).
    """
    today = local_date(person, now)
    for one in prompts:
        if one.subject_id != person.id or one.kind is not PromptKind.CHECK_IN or one.day > today:
            continue
        if monday_of(one.day) == monday_of(today) or now < closes_at(person, rhythm, local_date(person, one.at), is_off):
            return None
    return Prompt(PromptKind.CHECK_IN, person.id, today, now, answered_at=now)


@dataclass(frozen=True, slots=True)
class _Case:
    """What `explain` was asked, and what is worked out from it more than once. `since`: before it there was nothing to ask about."""

    person: Person
    rhythm: Rhythm
    now: datetime
    first_monday: date
    is_off: IsDayOff
    prompts: tuple[Prompt, ...]
    since: datetime

    @property
    def today(self) -> date:
        return local_date(self.person, self.now)

    @property
    def monday(self) -> date:
        return monday_of(self.today)

    def rounds(self) -> Mapping[date, Prompt]:
        """The question of each week, by its Monday. A week has one; should it have more, the answered or else the newest one counts."""
        asked = [one for one in self.prompts if one.kind is PromptKind.CHECK_IN]
        return {monday_of(one.day): one for one in sorted(asked, key=lambda one: (one.answered_at is not None, one.at))}

    def next_at(self, at: datetime | None = None, before: datetime | None = None) -> datetime | None:
        """`at`, if that is `before` something and no slot comes earlier; else the next slot."""
        slot = next_slot(self.person, self.rhythm, self.now, self.first_monday, self.is_off, self.rounds())
        usual = slot.at if slot is not None else None
        is_in_time = at is not None and (before is None or at < before) and (usual is None or at < usual)
        return at if is_in_time else usual

    def nothing(
        self, reason: Reason, at: datetime | None = None, before: datetime | None = None, prompt: Prompt | None = None
    ) -> Decision:
        return Decision(Do.NOTHING, reason, self.next_at(at, before), None, prompt)

    def closes_at(self, day: date) -> datetime:
        return closes_at(self.person, self.rhythm, day, self.is_off)

    def hindrance(self, *, is_wanted: bool = False) -> tuple[Reason, datetime] | None:
        """What stands against speaking now, and until when. The budget does not count for what they asked for themselves (`is_wanted`)."""
        local = self.now.astimezone(ZoneInfo(self.person.timezone))
        if not is_working_day(self.person, self.today, self.is_off):
            return _kind_of_day_off(self.person, self.today), self.now
        if is_quiet(self.person, local.time()):
            return Reason.QUIET_HOURS, self.now
        if is_wanted:
            return None
        # An answer nobody asked for was noted, but nothing was said.
        said = [(one.kind, local_date(self.person, one.at)) for one in self.prompts if one.answered_at != one.at]
        about = (PromptKind.CHECK_IN, PromptKind.REMINDER)
        if sum(kind in about and day == self.today for kind, day in said) >= NUDGES_PER_DAY:
            return Reason.ENOUGH_TODAY, self._midnight(self.today + DAY)
        if sum(monday_of(day) == self.monday for _, day in said) >= NUDGES_PER_WEEK:
            return Reason.ENOUGH_THIS_WEEK, self._midnight(self.monday + WEEK)
        return None

    def hindered(self, hindrance: tuple[Reason, datetime], before: datetime, prompt: Prompt | None) -> Decision:
        reason, until = hindrance
        return self.nothing(reason, free_from(self.person, until, self.is_off), before, prompt)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, tzinfo=ZoneInfo(self.person.timezone)).astimezone(UTC)


def _to_ask(case: _Case, slot: Slot) -> Decision:
    """A slot has come and nobody has been asked for its week."""
    if slot.day is None or slot.at is None or slot.at < case.since:
        return _to_wait(case)
    closes = case.closes_at(slot.day)
    if case.now >= closes:
        return case.nothing(Reason.MISSED) if slot.monday >= case.monday - WEEK else _to_wait(case)
    if hindrance := case.hindrance():
        return case.hindered(hindrance, closes, None)
    reminder = reminder_at(case.person, case.rhythm, case.today, case.is_off)
    return Decision(Do.ASK, Reason.DUE, case.next_at(reminder), slot.day)


def _to_follow(case: _Case, prompt: Prompt) -> Decision:
    """The newest question has been asked, or answered before it was."""
    monday = monday_of(prompt.day)
    if prompt.answered_at is not None:
        return case.nothing(Reason.ANSWERED, prompt=prompt) if monday == case.monday else _to_wait(case)
    if prompt.at < case.since:
        return _to_wait(case)
    begins = prompt.at
    is_snoozed = prompt.snoozed_until is not None and prompt.snoozed_until > prompt.at
    if prompt.snoozed_until is not None and is_snoozed:
        begins = free_from(case.person, prompt.snoozed_until, case.is_off) or prompt.snoozed_until
    closes = case.closes_at(local_date(case.person, begins))
    if case.now >= closes:
        return case.nothing(Reason.CLOSED, prompt=prompt) if monday >= case.monday - WEEK else _to_wait(case)
    if is_snoozed and case.now < begins:
        return case.nothing(Reason.SNOOZED, begins, prompt=prompt)
    if not is_snoozed:
        if any(one.kind is PromptKind.REMINDER and monday_of(one.day) == monday for one in case.prompts):
            return case.nothing(Reason.REMINDED, prompt=prompt)
        reminder = reminder_at(case.person, case.rhythm, local_date(case.person, begins), case.is_off)
        if case.now < reminder:
            return case.nothing(Reason.ASKED, reminder, closes, prompt)
    if hindrance := case.hindrance(is_wanted=is_snoozed):
        return case.hindered(hindrance, closes, prompt)
    next_at = case.next_at()
    if is_snoozed:
        return Decision(Do.ASK_AGAIN, Reason.SNOOZE_OVER, next_at, prompt.day, prompt)
    return Decision(Do.REMIND, Reason.UNANSWERED, next_at, prompt.day, prompt)


def _to_wait(case: _Case) -> Decision:
    """Nothing is open."""
    if case.person.away_until is not None and case.today <= case.person.away_until:
        return case.nothing(Reason.AWAY)
    match slot_of(case.person, case.rhythm, case.monday, case.first_monday, case.is_off).why:
        case Why.OTHER_WEEK:
            return case.nothing(Reason.OTHER_WEEK)
        case Why.WEEK_OFF:
            return case.nothing(Reason.HOLIDAY)
        case _:
            return case.nothing(Reason.NOT_YET)


def _kind_of_day_off(person: Person, day: date) -> Reason:
    """Being away says more than a holiday, and a holiday more than a weekend would; but a weekend needs no reason beside itself."""
    if person.away_until is not None and day <= person.away_until:
        return Reason.AWAY
    return Reason.WEEKEND if day.weekday() >= SATURDAY else Reason.HOLIDAY
