"""Help: what can be said here, now."""

from __future__ import annotations

from functools import cache

from bot.actions.cycles import current_cycle
from bot.actions.desk import Desk
from bot.actions.find_objective import find_by_title
from bot.actions.show_objective import show_objective
from bot.chat.incoming import Texted
from bot.chat.intents import Intent, Wish, button
from bot.chat.message import Button, Buttons, Tone
from bot.chat.richtext import RichText, join
from bot.folding import fold
from bot.okr.people import LANGUAGES
from bot.scripts import SCRIPTS
from bot.texts import T, Text, say, say_plain

TABLE = (
    (Wish.HOME, "/home"),
    (Wish.NEW, "/new"),
    (Wish.CHECK_IN, "/checkin"),
    (Wish.BOARD, "/status"),
    (Wish.TREND, "/trend"),
    (Wish.CALL_FOR_HELP, "/helpme"),
    (Wish.WHEN, "/when"),
    (Wish.ANONYMOUS, "/anon"),
    (Wish.SETTINGS, "/settings"),
    (Wish.ABOUT, "/about"),
    (Wish.HELP, "/help"),
)
"""Only what does something today: a word in a list is a promise."""
IN_TALK = (Wish.BACK, Wish.CHANGE, Wish.PAUSE, Wish.CANCEL)
ASIDE = (Wish.HOME, Wish.BOARD, Wish.SETTINGS)


async def show_help(desk: Desk, where: Text | None) -> None:
    """What can be said: in the middle of a conversation the words that steer it, otherwise the table of words. `where` is the open question."""
    session = desk.active
    if session is not None and session.script in SCRIPTS and where is not None:
        said = T("help.at_question", what=SCRIPTS[session.script].title, question=where)
        desk.say(
            said,
            T("help.answer"),
            join([say(desk.lang, _line(wish)) for wish in IN_TALK], "\n"),
            # Who is still getting to know us can look at nothing yet.
            *(() if session.script == "join" else (T("help.aside", **_words(ASIDE)),)),
        )
        return
    lines: list[RichText] = [say(desk.lang, _line(wish, command)) for wish, command in TABLE]
    desk.say(T("help.words"), join(lines, "\n"), T("help.boards"), T("help.commands"), *_parked(desk), Buttons(_buttons(desk)))


async def nothing_fits(desk: Desk) -> None:
    """Answer what is none of our words: the title of an objective shows it, thanks are welcome, for everything else say what can be done."""
    body = desk.incoming.body
    if isinstance(body, Texted):
        found = await find_by_title(desk, body.text, await current_cycle(desk))
        if found is not None:
            await show_objective(desk, found.id)
            return
        if fold(body.text) in _thanks():
            desk.say(T("help.welcome"), *_parked(desk), Buttons(_buttons(desk)))
            return
    desk.say(T("help.nothing_fits"), *_parked(desk), Buttons(_buttons(desk)))


@cache
def _thanks() -> frozenset[str]:
    return frozenset(fold(word) for lang in LANGUAGES for word in say_plain(lang, T("also.thanks")).split("|"))


def _line(wish: Wish, command: str = "") -> Text:
    word, what = T(f"say.{wish.value}"), T(f"help.{wish.value}")
    return T("help.word_or_command", word=word, command=command, what=what) if command else T("help.word", word=word, what=what)


def _words(wishes: tuple[Wish, ...]) -> dict[str, Text]:
    return {wish.name.lower(): T(f"say.{wish.value}") for wish in wishes}


def _parked(desk: Desk) -> tuple[Text, ...]:
    parked = next((session for session in desk.parked if session.script in SCRIPTS), None)
    return () if parked is None else (T("help.parked", what=SCRIPTS[parked.script].title, word=T("say.resume")),)


def _buttons(desk: Desk) -> tuple[Button, ...]:
    parked = next((session for session in desk.parked if session.script in SCRIPTS), None)
    resume = () if parked is None else (button(desk.lang, Intent(Wish.RESUME, parked.id), tone=Tone.PRIMARY),)
    return (*resume, *(button(desk.lang, Intent(wish)) for wish in (Wish.NEW, Wish.BOARD, Wish.HOME)))
