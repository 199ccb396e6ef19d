"""How the engines write what Python has types for.

SQLite: times as text in UTC (`2026-03-02 09:00:00.5+00:00`, which sorts as it should and is what Tortoise writes), days as ISO text,
decimals as their exact text, truth as 0 and 1, lists as JSON. PostgreSQL has types of its own for all of these. JSON is text on both,
in the order it was given: a digest of what was shown must not change because a database sorted its keys.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Codec:
    """What goes in (`encode`) and how to read what comes out; each reader passes None through."""

    encode: Callable[[Iterable[Any]], tuple[Any, ...]]
    time: Callable[[Any], Any]
    day: Callable[[Any], Any]
    number: Callable[[Any], Any]


# Made once: json.dumps would make one for every text.
_write_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def storable(text: str) -> str:
    """`text` without what an engine refuses.

    PostgreSQL stores no NUL, and no encoder accepts a lone surrogate. Both are removed where text enters the program; should one ever
    slip through, losing that character is better than losing the turn.
    """
    if "\0" in text:
        text = text.replace("\0", "")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="ignore").decode()
    return text


def dump(value: Any) -> str:
    """JSON text. Raises ValueError for NaN and infinity, which are no JSON."""
    text = _write_json(value)
    return _write_json(_without_nul(value)) if r"\u0000" in text else text


def load(text: str) -> Any:
    """The reverse of `dump`."""
    return json.loads(text)


def _without_nul(value: Any) -> Any:
    match value:
        case str():
            return value.replace("\0", "")
        case list() | tuple():
            return [_without_nul(one) for one in value]
        case dict():
            return {_without_nul(key): _without_nul(one) for key, one in value.items()}
    return value


def _write_time(moment: datetime) -> str:
    if moment.tzinfo is UTC:
        return moment.isoformat(" ")
    return _refuse_naive(moment).astimezone(UTC).isoformat(" ")


def _refuse_naive(moment: datetime) -> datetime:
    # asyncpg would take a naive time for UTC without a word.
    if moment.tzinfo is None:
        raise ValueError("times are aware")
    return moment


def _refuse_infinite(number: Decimal) -> Decimal:
    if not number.is_finite():
        raise ValueError("numbers are finite")
    return number


def _write_list(values: list[str]) -> str:
    return json.dumps([storable(value) for value in values])


_TO_SQLITE: dict[type, Callable[[Any], Any]] = {
    str: storable,
    datetime: _write_time,
    date: date.isoformat,
    Decimal: lambda number: str(_refuse_infinite(number)),
    bool: int,
    list: _write_list,
}
_TO_POSTGRES: dict[type, Callable[[Any], Any]] = {
    str: storable,
    datetime: _refuse_naive,
    Decimal: _refuse_infinite,
    list: lambda values: [storable(value) for value in values],
}


def _encoder(writers: dict[type, Callable[[Any], Any]]) -> Callable[[Iterable[Any]], tuple[Any, ...]]:
    def encode(args: Iterable[Any]) -> tuple[Any, ...]:
        return tuple([write(arg) if (write := writers.get(type(arg))) else arg for arg in args])

    return encode


def _or_none(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda raw: None if raw is None else read(raw)


def _as_it_is(raw: Any) -> Any:
    return raw


SQLITE = Codec(_encoder(_TO_SQLITE), _or_none(datetime.fromisoformat), _or_none(date.fromisoformat), _or_none(Decimal))
POSTGRES = Codec(_encoder(_TO_POSTGRES), _as_it_is, _as_it_is, _as_it_is)
TORTOISE = Codec(POSTGRES.encode, _or_none(lambda moment: moment.astimezone(UTC)), _as_it_is, _as_it_is)
"""What Tortoise's queries return: read by its fields already, but in a zone that merely is UTC by another name."""
