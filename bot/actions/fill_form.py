"""Forms on platforms that open them apart from the chat: what is asked, and what is wrong with a reply, known before anything is stored.

Nothing here changes anything: the reply itself comes in by `converse`, as everything does, and is read there once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.actions import talk
from bot.actions.desk import Desk
from bot.chat import tokens
from bot.chat.incoming import Incoming, Picked, Submitted
from bot.chat.message import Block, Form, Paragraph
from bot.dialogs import engine, show, steering
from bot.dialogs.engine import Waiting
from bot.dialogs.session import Session
from bot.ports import Deps
from bot.texts import say_plain


@dataclass(frozen=True, slots=True)
class OpenForm:
    """A form to fill in now: what is said above it, and the token that puts the conversation aside when it is closed instead."""

    lang: str
    said: tuple[Block, ...]
    form: Form
    close: str


async def open_form(incoming: Incoming, deps: Deps) -> OpenForm | None:
    """The form the pressed button belongs to; None when that question is no longer open."""
    standing = await _standing(incoming, deps)
    if standing is None or not isinstance(incoming.body, Picked):
        return None
    desk, session, waiting = standing
    blocks = show.question(session, waiting, desk.lang).blocks
    form = next((block for block in blocks if isinstance(block, Form) and block.token == incoming.body.token), None)
    if form is None:
        return None
    close = tokens.write(tokens.Answer(session.id, session.asked, show.PAUSE))
    return OpenForm(desk.lang, tuple(block for block in blocks if isinstance(block, Paragraph)), form, close)


async def find_problems(incoming: Incoming, deps: Deps) -> Mapping[str, str]:
    """What does not fit in a filled-in form, by field key, in words for its person. Empty when all fits, or when the form is not the open
    question any more: that is told in the chat."""
    standing = await _standing(incoming, deps)
    if standing is None or not isinstance(incoming.body, Submitted):
        return {}
    desk, session, waiting = standing
    meaning = steering.read(incoming.body, session, waiting, desk.lang)
    if not isinstance(meaning, steering.Answers):
        return {}
    _, bad = engine.read(waiting, meaning.replies, desk.lang)
    return {key: say_plain(desk.lang, refusal.hint) for key, refusal in bad.items()}


async def _standing(incoming: Incoming, deps: Deps) -> tuple[Desk, Session, Waiting] | None:
    known = await deps.reading.known(incoming)
    if known.person is None or not known.person.is_active:
        return None
    desk = Desk(incoming, known, deps)
    if desk.active is None:
        return None
    try:
        session, waiting = await talk.stand(desk, desk.active)
    except talk.UNREPLAYABLE:
        return None
    return (desk, session, waiting) if isinstance(waiting, Waiting) else None
