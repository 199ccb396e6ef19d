"""When somebody is asked next, why they were (not) reminded, and being asked again later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.actions import talk
from bot.actions.calendar import Calendar
from bot.actions.cycles import current_cycle, local
from bot.actions.desk import Desk
from bot.chat.intents import Intent, Wish
from bot.dialogs.script import Say
from bot.okr.board import live
from bot.okr.nudge import Reason, explain
from bot.okr.objective import ObjectiveState
from bot.okr.prompt import PromptKind
from bot.okr.rhythm import free_from, monday_of
from bot.ports import PutPrompt
from bot.texts import T

LATER = timedelta(hours=3)


async def say_when(desk: Desk) -> None:
    """Why the person is or is not being asked now, and when the next word comes by itself. The timer decides by the same function."""
    cycle = await current_cycle(desk)
    organisation = await desk.reading.organisation()
    calendar = await Calendar.read(desk.reading, (desk.person.id,), desk.now)
    own = await desk.reading.objectives_of(desk.person.id, cycle.id)
    published = [one.published_at for one in own if one.state is ObjectiveState.PUBLISHED and one.published_at and live(one)]
    decision = explain(
        desk.person,
        organisation.rhythm,
        desk.now,
        monday_of(cycle.starts_on),
        calendar.is_off(desk.person),
        calendar.prompts_of(desk.person.id),
        min(published, default=None),
    )
    said: list[Say] = [T(f"when.{decision.reason.value}")]
    if decision.reason is Reason.NOTHING_TO_ASK:
        # The calendar knows a next time, but nothing would be asked then either.
        desk.say(*said, buttons=(Intent(Wish.NEW), Intent(Wish.HOME)))
        return
    if decision.next_at is None:
        said.append(T("when.none"))
    else:
        at = local(desk, decision.next_at)
        said.append(T("when.next", day=at.date(), at=at.time()))
    desk.say(*said, buttons=(Intent(Wish.CHECK_IN), Intent(Wish.SETTINGS), Intent(Wish.HOME)))


async def snooze(desk: Desk) -> None:
    """Ask again in three hours, or when the person may next be spoken to after that."""
    calendar = await Calendar.read(desk.reading, (desk.person.id,), desk.now)
    asked = [one for one in calendar.prompts_of(desk.person.id) if one.kind is PromptKind.CHECK_IN and one.answered_at is None]
    until = free_from(desk.person, desk.now + LATER, calendar.is_off(desk.person))
    if not asked or until is None:
        desk.say(T("when.nothing_to_snooze"), buttons=(Intent(Wish.CHECK_IN), Intent(Wish.HOME)))
        return
    desk.change(PutPrompt(replace(asked[-1], snoozed_until=until)))
    if desk.active is not None and desk.active.script == "check_in":
        talk.park(desk, desk.active)
    at = local(desk, until)
    desk.say(T("when.later", day=at.date(), at=at.time()), buttons=(Intent(Wish.HOME),))
