"""Wishes this release understands and cannot grant yet: said honestly, with what helps meanwhile."""

from __future__ import annotations

from bot.actions.desk import Desk
from bot.chat.intents import Intent, Wish
from bot.texts import T


async def say_not_yet(desk: Desk, wish: Wish) -> None:
    """Say what is not there yet and what to do instead; a call for help at least names who can answer it."""
    if wish is Wish.CALL_FOR_HELP:
        manager = await desk.reading.person(desk.person.manager_id) if desk.person.manager_id else None
        said = T("not_yet.help", name=manager.name) if manager and manager.is_active else T("not_yet.help_alone")
    else:
        said = T("not_yet.check_in") if wish is Wish.CHECK_IN else T("not_yet.anonymous")
    desk.say(said, buttons=(Intent(Wish.HOME), Intent(Wish.BOARD)))
