"""A person's home as a page of its own, where a platform has one: looked at without saying anything in the chat."""

from __future__ import annotations

from bot.actions.desk import Desk
from bot.actions.show_home import HOME, show_home
from bot.chat.incoming import Arrived, Incoming, Place, Sender
from bot.chat.intents import Intent, Wish, button
from bot.chat.message import Buttons, Message, Paragraph, Tone
from bot.ports import Deps
from bot.texts import T, say


async def home_page(sender: Sender, deps: Deps) -> Message:
    """What `sender` sees at home now. Whoever is not in yet finds the way in, and nothing about anybody who is."""
    place = Place(sender.platform, sender.tenant, sender.user_id)
    incoming = Incoming("home", sender, place, deps.clock.now(), Arrived())
    known = await deps.reading.known(incoming)
    desk = Desk(incoming, known, deps)
    if known.person is None or not known.person.is_active:
        told = T("join.stranger") if known.person is None else T("join.left")
        return Message((Paragraph(say(desk.lang, told)),), desk.lang, slot=HOME)
    if known.person.joined_at is None:
        begin = button(desk.lang, Intent(Wish.HOME), tone=Tone.PRIMARY)
        return Message((Paragraph(say(desk.lang, T("home.not_joined"))), Buttons((begin,))), desk.lang, slot=HOME)
    await show_home(desk)
    return desk.turn().outgoing[-1].message
