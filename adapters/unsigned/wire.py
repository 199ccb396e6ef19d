"""The relay's answers and what it is asked, as JSON between two processes of one machine. Only what is listed here is ever built from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from typing import Any, Final

from bot.anon import port

_VALUES: Final = (
    *(port.Refused, port.Form, port.Choice, port.Draft, port.Receipt, port.Thread, port.Entry),
    *(port.Tray, port.Note, port.Colleague, port.TrayInbox),
)
_WORDS: Final = (port.No, port.Taken, port.Kind, port.ThreadState)


def _built(value: type, inner: Any) -> object:
    return value(*map(unpack, inner))


_BUILD: Final[Mapping[str, Callable[[Any], Any]]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "set": lambda inner: frozenset(map(unpack, inner)),
    "facts": lambda inner: {name: unpack(value) for name, value in inner.items()},
    **{word.__name__: word for word in _WORDS},
    **{value.__name__: partial(_built, value) for value in _VALUES},
}


def pack(value: object) -> Any:
    """A value of the relay's port → what `json` takes. Raises TypeError for anything else."""
    match value:
        case StrEnum():
            return {type(value).__name__: value.value}
        case None | bool() | int() | str():
            return value
        case datetime() | date():
            return {type(value).__name__: value.isoformat()}
        case tuple():
            return [pack(one) for one in value]
        case frozenset():
            return {"set": sorted(pack(one) for one in value)}
        case Mapping():
            return {"facts": {name: pack(one) for name, one in value.items()}}
    if is_dataclass(value) and isinstance(value, _VALUES):
        return {type(value).__name__: [pack(getattr(value, field.name)) for field in fields(value)]}
    raise TypeError(type(value).__name__)


def unpack(data: Any) -> Any:
    """The reverse. Raises ValueError, TypeError or KeyError for what `pack` does not make."""
    if isinstance(data, list):
        return tuple(map(unpack, data))
    if not isinstance(data, dict):
        return data
    ((name, inner),) = data.items()
    return _BUILD[name](inner)
