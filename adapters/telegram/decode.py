"""Telegram's updates → Incoming. Pure; whatever an update looks like, nothing is raised: what we cannot read means nothing to us.

Updates are plain JSON here and not the library's objects: one update of an unknown shape must never stop those behind it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from bot.chat.incoming import TEXT_LIMIT, Arrived, Body, Incoming, Picked, Place, Sender, Texted
from bot.chat.richtext import clean
from bot.chat.tokens import LIMIT as TOKEN_BYTES
from bot.okr.people import NAME_LIMIT

PLATFORM: Final = "telegram"
TENANT: Final = ""
"""A bot token belongs to nobody's workspace: user ids are the same in all of Telegram."""

Update = Mapping[str, Any]

INVITE_LIMIT: Final = 64
"""Bot API, deep linking: what follows `?start=` is 1-64 characters of `A-Za-z0-9_-`."""
_START = re.compile(r"/start(?:@\w+)?(?:\s+(?P<code>.*))?", re.IGNORECASE | re.DOTALL)
_COMMAND = re.compile(r"/(?P<name>\w{1,32})(?:@(?P<bot>\w+))?(?=\s|\Z)")
_GROUPS = ("group", "supergroup")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*\Z")


@dataclass(frozen=True, slots=True)
class Me:
    """The bot itself. `username` is without @."""

    id: int
    username: str


def decode(update: Update, me: Me, at: datetime) -> Incoming | None:
    """What an update means to us; None for all that means nothing (edits, channels, stickers, joins, other bots). `at` is now: a press
    carries no time of its own."""
    match update:
        case {"update_id": int(number), "message": {"from": {"is_bot": False} as sender, "chat": Mapping() as chat} as message}:
            return _incoming(f"{me.id}:{number}", sender, chat, _moment(message.get("date"), at), _said(message, chat, me))
        case {
            "update_id": int(number),
            "callback_query": {"from": {"is_bot": False} as sender, "message": {"chat": Mapping() as chat}, "data": str(data)},
        }:
            return _incoming(f"{me.id}:{number}", sender, chat, at, _pressed(data))
    return None


def number_of(update: object) -> int | None:
    """Its `update_id`; None for something that is no update."""
    match update:
        case {"update_id": int(number)}:
            return number
    return None


def press_of(update: Update) -> str:
    """The id by which a press has to be answered, or its button stays busy; "" when nothing was pressed."""
    match update:
        case {"callback_query": {"id": str(press)}}:
            return press
    return ""


def message_of(update: Update) -> tuple[str, str] | None:
    """(chat id, message id) of what somebody typed; None when nothing was."""
    match update:
        case {"message": {"chat": {"id": int(chat_id)}, "message_id": int(message_id)}}:
            return str(chat_id), str(message_id)
    return None


def move_of(update: Update) -> tuple[str, str] | None:
    """(old, new) chat id when a group has become a supergroup. Both chats tell it."""
    match update:
        case {"message": {"chat": {"id": int(old)}, "migrate_to_chat_id": int(new)}}:
            return str(old), str(new)
        case {"message": {"chat": {"id": int(new)}, "migrate_from_chat_id": int(old)}}:
            return str(old), str(new)
    return None


def _incoming(event_id: str, sender: Update, chat: Update, at: datetime, body: Body | None) -> Incoming | None:
    match sender, chat:
        case {"id": int(user_id)}, {"id": int(chat_id), "type": "private" | "group" | "supergroup" as kind} if body is not None:
            place = Place(PLATFORM, TENANT, str(chat_id), is_private=kind == "private")
            return Incoming(event_id, Sender(PLATFORM, TENANT, str(user_id), _name(sender), _language(sender)), place, at, body)
    return None


def _name(sender: Update) -> str:
    parts = [part for key in ("first_name", "last_name") if isinstance(part := sender.get(key), str)]
    return clean(" ".join(" ".join(parts).split()), NAME_LIMIT)


def _language(sender: Update) -> str:
    """An IETF language tag, which only some users have."""
    code = sender.get("language_code")
    return code if isinstance(code, str) and len(code) <= 35 and _LANGUAGE.match(code) else ""


def _moment(date: object, at: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(date, UTC) if isinstance(date, int) and date > 0 else at
    except (OverflowError, OSError, ValueError):
        return at


def _pressed(data: str) -> Picked | None:
    is_ours = data and len(data.encode("utf-8", "replace")) <= TOKEN_BYTES and clean(data) == data
    return Picked(data) if is_ours else None


def _said(message: Update, chat: Update, me: Me) -> Body | None:
    """What a message says; a picture speaks by its caption."""
    for words, marks in (("text", "entities"), ("caption", "caption_entities")):
        text = message.get(words)
        if isinstance(text, str):
            if chat.get("type") in _GROUPS:
                return _texted(_addressed(text, message.get(marks), me))
            return _arrived(text) or _texted(text)
    return None


def _texted(text: str) -> Texted | None:
    said = clean(text, TEXT_LIMIT)
    return Texted(said) if said else None


def _arrived(text: str) -> Arrived | None:
    """`/start`, by the button every chat with a bot begins with, or `/start CODE`, by an invitation's link."""
    match = _START.fullmatch(text.strip())
    return Arrived(clean(match["code"] or "", INVITE_LIMIT)) if match else None


def _addressed(text: str, marks: object, me: Me) -> str:
    """Of what is said in a group only what is said to us, without our name; "" for everything else.

    A command without a name is for every bot that gets to see it; Telegram shows it to those it may be meant for.
    """
    command = _COMMAND.match(text)
    if command:
        bot = command["bot"]
        return f"/{command['name']}{text[command.end() :]}" if bot is None or _is_me(f"@{bot}", me) else ""
    mention = _mention(text, marks, me)
    return "" if mention is None else f"{text[: mention.start]}{text[mention.stop :]}".strip()


def _mention(text: str, marks: object, me: Me) -> slice | None:
    """Where in `text` we are mentioned. Telegram counts UTF-16 code units."""
    units = text.encode("utf-16-le", "surrogatepass")
    for mark in marks if isinstance(marks, list) else ():
        match mark:
            case {"type": "mention" | "text_mention" as kind, "offset": int(offset), "length": int(length)} if (
                offset >= 0 < length
            ):
                before, words = units[: 2 * offset], units[2 * offset : 2 * (offset + length)]
                start = len(before.decode("utf-16-le", "replace"))
                name = words.decode("utf-16-le", "replace")
                is_us = _is_me(name, me) if kind == "mention" else _is_mine(mark.get("user"), me)
                if is_us:
                    return slice(start, start + len(name))
    return None


def _is_me(mention: str, me: Me) -> bool:
    return bool(me.username) and mention.casefold() == f"@{me.username}".casefold()


def _is_mine(user: object, me: Me) -> bool:
    match user:
        case {"id": int(number)}:
            return number == me.id
    return False
