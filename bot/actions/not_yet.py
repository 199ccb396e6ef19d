"""A wish this release understands and cannot grant yet: said honestly."""

from __future__ import annotations

from bot.actions.desk import Desk
from bot.chat.intents import Intent, Wish
from bot.texts import T


def say_not_yet(desk: Desk) -> None:
    """Unsigned notes have no safe way yet, so nothing of the kind is taken."""
    desk.say(T("not_yet.anonymous"), buttons=(Intent(Wish.HOME), Intent(Wish.BOARD)))
