"""What somebody does in a group for us alone to notice: looking things up is answered there, for their eyes only; talks go on in private."""

from __future__ import annotations

from bot.actions.desk import Desk
from bot.actions.group import bind, show_own_board
from bot.actions.show_board import show_board
from bot.actions.show_help import show_help
from bot.actions.show_home import show_home
from bot.actions.when import say_when
from bot.chat import tokens
from bot.chat.incoming import Picked, Texted, Whisper
from bot.chat.intents import Intent, Wish, intent_of, read_intent
from bot.texts import T


async def answer_whisper(desk: Desk, whisper: Whisper) -> bool:
    """Bind the group, or show what can be shown at a glance; False when it takes a private talk."""
    intent = _wanted(desk)
    if intent is not None and intent.wish is Wish.HERE:
        desk.place = whisper.answer
        await bind(desk, whisper.group, intent.object)
        return True
    person = desk.known.person
    if person is None or person.joined_at is None or not person.is_active:
        return False
    if intent is None:
        # Never taken for an answer: whoever types a command has not seen the open question.
        intent = Intent(Wish.HELP) if isinstance(desk.incoming.body, Texted) else None
    if intent is None or intent.wish not in (Wish.BOARD, Wish.HOME, Wish.HELP, Wish.WHEN):
        return False
    desk.place = whisper.answer
    match intent.wish:
        case Wish.BOARD:
            if not await show_own_board(desk, whisper.group, intent.object):
                await show_board(desk, intent.object)
        case Wish.HOME:
            await show_home(desk)
        case Wish.WHEN:
            await say_when(desk)
        case _:
            await show_help(desk, None)
    return True


def point_to_private(desk: Desk, whisper: Whisper) -> None:
    """Say where it goes on."""
    desk.place = whisper.answer
    desk.say(T("whisper.in_private"))


def _wanted(desk: Desk) -> Intent | None:
    match desk.incoming.body:
        case Texted(text):
            return read_intent(text)
        case Picked(token):
            try:
                read = tokens.read(token)
            except tokens.TokenError:
                return None
            return intent_of(read) if isinstance(read, tokens.Deed) else None
    return None
