"""What a page of ours posts → Incoming, with the words to show for it. Pure; refuses everything a page of ours would not send."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar
from urllib.parse import parse_qsl

from adapters.webchat.visitors import Visitor, place_of, sender_of
from bot.chat.incoming import TEXT_LIMIT, Arrived, Body, Incoming, Picked, Submitted, Texted
from bot.chat.message import Choices, Entry, Form, FormField
from bot.chat.richtext import clean
from bot.chat.tokens import LIMIT as TOKEN_BYTES
from bot.ports import Line

B = TypeVar("B", Choices, Form)

VALUE: Final = "value."
"""Begins the name of every form field; the key of the question follows."""
PICK: Final = "pick"
LABEL_LIMIT = 300
KEY_LIMIT = 200
FIELD_LIMIT = 64
"""Fields of one post, hidden ones included."""

_EVENT_ID = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")
_HIDDEN = frozenset({"csrf", "event_id"})


class OddPostError(ValueError):
    """No page of ours posts this."""


@dataclass(frozen=True, slots=True)
class Posted:
    """The fields of a post. Only `PICK` may come several times (check boxes)."""

    fields: Mapping[str, str]
    picks: tuple[str, ...] = ()

    @property
    def csrf(self) -> str:
        return self.fields["csrf"]

    @property
    def event_id(self) -> str:
        return self.fields["event_id"]


@dataclass(frozen=True, slots=True)
class Heard:
    """What somebody did, and the line the transcript shows for it ("" for none)."""

    incoming: Incoming
    said: str = field(default="", repr=False)


def read_post(body: bytes) -> Posted:
    """The fields of an `application/x-www-form-urlencoded` body. Raises OddPostError for broken text, a name given twice, too many fields,
    or without the two hidden fields every form of ours has."""
    try:
        # ASCII on purpose: a browser escapes everything else.
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(body), errors="strict", max_num_fields=FIELD_LIMIT
        )
    except ValueError as error:
        raise OddPostError("not a form") from error
    picks = tuple(value for name, value in pairs if name == PICK)
    fields = {name: value for name, value in pairs if name != PICK}
    if len(fields) + len(picks) != len(pairs) or len(set(picks)) != len(picks):
        raise OddPostError("a field comes twice")
    if not fields.keys() >= _HIDDEN:
        raise OddPostError("a hidden field is missing")
    if not _EVENT_ID.match(fields["event_id"]):
        raise OddPostError("not an event id")
    return Posted(fields, picks)


def arrived(visitor: Visitor, posted: Posted, at: datetime) -> Heard:
    """The first opening of the chat. It happens once for each visitor, however many pages say so."""
    _allow(posted, {"invite"}, required=frozenset())
    return Heard(_incoming(visitor, "arrived", at, Arrived(clean(posted.fields.get("invite", ""), KEY_LIMIT))))


def said(visitor: Visitor, posted: Posted, at: datetime) -> Heard | None:
    """A typed line; None when nothing of it can be read (spaces, control characters)."""
    _allow(posted, {"text"})
    text = clean(posted.fields["text"], TEXT_LIMIT)
    return Heard(_incoming(visitor, posted.event_id, at, Texted(text)), text) if text else None


def pressed(visitor: Visitor, posted: Posted, at: datetime) -> Heard:
    """A button."""
    _allow(posted, {"token", "label"})
    label = clean(posted.fields["label"], LABEL_LIMIT)
    return Heard(_incoming(visitor, posted.event_id, at, Picked(_token(posted.fields["token"]))), label)


def ticked(visitor: Visitor, posted: Posted, at: datetime, shown: Sequence[Line]) -> Heard | None:
    """Several options of a list. They are sent as their numbers, which every question understands; None when none is ticked or the list
    is no longer there."""
    _allow(posted, set(), picks=True)
    wanted = {_token(token) for token in posted.picks}
    for choices in _blocks(shown, Choices):
        numbers = [number for number, option in enumerate(choices.options, 1) if option.token in wanted]
        if len(numbers) == len(wanted) and numbers:
            labels = ", ".join(choices.options[number - 1].label for number in numbers)
            return Heard(_incoming(visitor, posted.event_id, at, Texted(", ".join(map(str, numbers)))), labels)
    return None


def submitted(visitor: Visitor, posted: Posted, at: datetime, shown: Sequence[Line]) -> Heard:
    """A form. Its labels come from the transcript; a form that is no longer there is still passed on, so that the bot can say so."""
    values = {
        _key(name.removeprefix(VALUE)): clean(value, TEXT_LIMIT)
        for name, value in posted.fields.items()
        if name.startswith(VALUE)
    }
    _allow(posted, {"token", *(VALUE + key for key in values)}, required=frozenset({"token"}))
    token = _token(posted.fields["token"])
    form = next((form for form in _blocks(shown, Form) if form.token == token), None)
    if form is None:
        words = "\n".join(value for value in values.values() if value)
    elif values.keys() - {field.key for field in form.fields}:
        raise OddPostError("a field the form does not have")
    else:
        words = "\n".join(
            f"{field.label}: {answer}" for field in form.fields if (answer := _shown(field, values.get(field.key, "")))
        )
    return Heard(_incoming(visitor, posted.event_id, at, Submitted(token, values)), words[:TEXT_LIMIT])


def _incoming(visitor: Visitor, event_id: str, at: datetime, body: Body) -> Incoming:
    # Ids are made by the page, so they are unique for one visitor only: nobody can use up somebody else's.
    return Incoming(f"{visitor.id}.{event_id}", sender_of(visitor), place_of(visitor.id), at, body)


def _allow(posted: Posted, names: set[str], *, required: frozenset[str] | None = None, picks: bool = False) -> None:
    if posted.fields.keys() - names - _HIDDEN or (posted.picks and not picks):
        raise OddPostError("an unknown field")
    if (names if required is None else required) - posted.fields.keys():
        raise OddPostError("a field is missing")


def _token(text: str) -> str:
    if not text or len(text.encode("utf-8", "replace")) > TOKEN_BYTES or clean(text) != text:
        raise OddPostError("not a token")
    return text


def _key(text: str) -> str:
    if not text or len(text) > KEY_LIMIT or clean(text) != text:
        raise OddPostError("not a key")
    return text


def _shown(asked: FormField, value: str) -> str:
    if asked.entry is Entry.CHOICE:
        return next((option.label for option in asked.options if option.token == value), value)
    return value


def _blocks(shown: Sequence[Line], kind: type[B]) -> Iterator[B]:
    """Blocks of a kind, those of the newest line first."""
    for line in reversed(shown):
        if line.message is not None:
            yield from (block for block in line.message.blocks if isinstance(block, kind))
