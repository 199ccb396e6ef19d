"""What is running here: the version, and the settings that decide how unsigned notes are treated."""

from __future__ import annotations

from bot.actions.desk import Desk
from bot.chat.intents import Intent, Wish
from bot.texts import T


def show_about(desk: Desk) -> None:
    """Say what somebody needs to know who wants to hold us to our promises."""
    about = desk.about
    slots = T("about.rehearsal") if about.is_rehearsal else T("about.slots", at=about.slot_at)
    desk.say(
        T("about.version", version=about.version),
        T("about.unsigned", floor=about.floor, slots=slots, days=about.retention_days) if about.has_page else T("about.no_page"),
        *((T("about.channel", channel=about.channel),) if about.channel else ()),
        T("about.more"),
        buttons=(Intent(Wish.HOME), Intent(Wish.HELP)),
    )
