"""What a button carries back: which session, which question, which option. At most 64 bytes, the tightest platform's limit (Telegram)."""

from __future__ import annotations

import re
from dataclasses import dataclass

LIMIT = 64
_CONTROL = re.compile(r"[\x00-\x1f]")


class TokenError(ValueError):
    """Not one of our tokens, or longer than a button can carry."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Answers question number `asked` of a session. The question's number changes with every new question, so an old button is recognised."""

    session: str
    asked: int
    option: str


@dataclass(frozen=True, slots=True)
class Deed:
    """Does something outside any question: an intent's name with an optional object ("board", "team:x1y2")."""

    intent: str
    object: str = ""


def write(token: Answer | Deed) -> str:
    """The token as text. Raises TokenError when it would be longer than a button can carry or could not be read back."""
    if isinstance(token, Answer):
        name, text = token.session, f"a.{token.session}.{token.asked}.{token.option}"
    else:
        name, text = token.intent, f"d.{token.intent}.{token.object}"
    if not name or "." in name or (isinstance(token, Answer) and token.asked < 0):
        raise TokenError("session and intent have no dots, and a question's number is not negative")
    return _carried(text)


def read(text: str) -> Answer | Deed:
    """The reverse of `write`. Raises TokenError for everything else: tokens come from outside."""
    kind, _, rest = _carried(text).partition(".")
    if kind == "a":
        session, _, rest = rest.partition(".")
        asked, dot, option = rest.partition(".")
        if session and dot and asked.isascii() and asked.isdigit():
            return Answer(session, int(asked), option)
    elif kind == "d":
        intent, dot, thing = rest.partition(".")
        if intent and dot:
            return Deed(intent, thing)
    raise TokenError("not one of our tokens")


def _carried(text: str) -> str:
    """The text, if a button can carry it."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise TokenError("not one of our tokens") from None
    if size > LIMIT:
        raise TokenError("a token fits into 64 bytes")
    if _CONTROL.search(text):  # no key of ours holds a NUL or a line end, and databases refuse a NUL
        raise TokenError("not one of our tokens")
    return text
