"""Tells somebody that what they sent could not be dealt with, when every attempt has failed. Silence would be worse."""

from __future__ import annotations

from dataclasses import replace

from bot.actions.desk import Desk
from bot.chat.incoming import Incoming
from bot.chat.intents import Intent, Wish
from bot.ports import Deps
from bot.texts import T


async def apologise(incoming: Incoming, deps: Deps) -> None:
    """Say sorry in the person's chat and language, once for each event; in a group nothing is said. Raises what storage raises."""
    if not incoming.place.is_private:
        return
    desk = Desk(incoming, await deps.reading.known(incoming), deps)
    desk.say(T("dialog.sorry"), buttons=(Intent(Wish.HOME),))
    # The event itself stays as it is, for an admin to look at.
    await deps.work.save(replace(desk.turn(), event=None))
