"""Words for a failure that may be stored, logged and shown to an admin: never the message, never an address or a token."""

from __future__ import annotations

import re
from pathlib import PurePath

from bot.chat.message import Message
from bot.ports import UndeliverableError

LIMIT = 200
_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://\S*", re.IGNORECASE)
# Bot tokens, signatures, keys: a long run without a space that holds a digit. Words of a sentence have none.
_SECRET = re.compile(r"(?<![\w-])(?=[\w:./+=-]*\d)[\w:./+=-]{16,}")


def describe(error: BaseException, message: Message) -> str:
    """The error's class, what caused it, and a platform's number for it; a refusal's own reason too.

    Texts of other exceptions are left out on purpose: HTTP clients put whole addresses into them (Telegram's carry the bot's
    token), and encoders what they could not encode.
    """
    parts = [_name(error)]
    cause = error.__cause__
    if cause is not None:
        parts.append(f"from {_name(cause)}")
    if isinstance(error, UndeliverableError):
        reason = _tidied(str(error))
        if reason and not _quotes(reason, message):
            parts.append(f"– {reason}")
    return " ".join(parts)[:LIMIT]


def locate(error: BaseException) -> str:
    """The error's class and the line it was raised at, "KeyError at talk.py:123", for a log: nothing of its text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    return f"{type(error).__name__} at {PurePath(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"


def _name(error: BaseException) -> str:
    for attribute in ("status", "errno"):
        number = getattr(error, attribute, None)
        if isinstance(number, int):
            return f"{type(error).__name__} {number}"
    return type(error).__name__


def _tidied(text: str) -> str:
    printable = "".join(char if char.isprintable() else " " for char in text[: LIMIT * 4])
    return _SECRET.sub("…", _ADDRESS.sub("…", " ".join(printable.split())))


def _quotes(reason: str, message: Message) -> bool:
    """Whether the reason repeats any piece of the message: eight characters, or four where the script packs a word into two."""
    said = " ".join(message.plain().split()).casefold()
    reason = reason.casefold()
    for start in range(len(reason)):
        short, long = reason[start : start + 4], reason[start : start + 8]
        if len(short) == 4 and not short.isascii() and short in said:
            return True
        if len(long) == 8 and long in said:
            return True
    return False
