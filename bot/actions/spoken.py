"""Buttons that are typed: where none can be shown, a message says what to type instead, and that word does what the button would."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from bot.chat import tokens
from bot.chat.incoming import Incoming, Picked, Texted
from bot.chat.intents import read_intent
from bot.chat.message import Buttons, Choices, Message
from bot.dialogs.session import SessionState
from bot.folding import fold
from bot.ports import Known, Reading

LONGEST: Final = 80
"""No button has more words on it."""
REMEMBERED: Final = 4
"""So many messages back a button may still be typed; what has scrolled away further is out of mind."""


async def as_pressed(incoming: Incoming, known: Known, reading: Reading) -> Incoming:
    """The same event, with a typed button's words as the press they stand for. Words that mean something everywhere keep that meaning."""
    body = incoming.body
    if not isinstance(body, Texted) or not incoming.place.is_private or known.person is None or len(body.text) > LONGEST:
        return incoming
    if not body.text.strip() or read_intent(body.text, in_talk=True) is not None:
        return incoming
    active = next((session.id for session in known.sessions if session.state is SessionState.ACTIVE), "")
    token = _token_for(body.text, await reading.newest_said(incoming.place, REMEMBERED), active)
    return replace(incoming, body=Picked(token)) if token else incoming


def _token_for(text: str, said: Iterable[Message], active: str) -> str:
    """What the words are a button's for, in the newest message that has it; "" when none has. The open question is asked itself what its
    options are, and hides everything that was said before it."""
    typed = fold(text)
    for message in said:
        for label, say, token in _pressable(message):
            read = _read(token)
            if isinstance(read, tokens.Answer) and read.session == active:
                return ""
            if isinstance(read, tokens.Deed) and typed in (fold(label), fold(say)):
                return token
    return ""


def _pressable(message: Message) -> Iterator[tuple[str, str, str]]:
    for block in message.blocks:
        match block:
            case Buttons(buttons):
                yield from ((one.label, one.say, one.token) for one in buttons)
            case Choices(options):
                yield from ((one.label, one.label, one.token) for one in options)


def _read(token: str) -> tokens.Answer | tokens.Deed | None:
    try:
        return tokens.read(token)
    except tokens.TokenError:
        return None
