"""SQL as values: a statement in both dialects, a step of a turn, a program that decides by what it reads.

Every statement is a constant; what varies is a parameter, never part of the text. Nothing here executes anything.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, NamedTuple, TypeVar

from bot.ports import Saved

Row = Sequence[Any]
"""Columns in the order the statement names them, as the driver gives them."""

T = TypeVar("T")


class Sql(NamedTuple):
    """One statement in both dialects, taking the same parameters in the same order; empty where an engine has no need of it."""

    sqlite: str
    postgres: str


class Step(NamedTuple):
    """A statement of a turn. A turn in which it touches another number of rows than `rows` (None: any) is not stored."""

    sql: Sql
    args: tuple[Any, ...]
    rows: int | None = None
    otherwise: Saved = Saved.LOST


class Batch(NamedTuple):
    """The same statement for many rows; whatever must not happen raises. A plain insert names its table and columns: an engine may have a
    quicker way for very many rows."""

    sql: Sql
    args: Sequence[tuple[Any, ...]]
    table: str = ""
    columns: tuple[str, ...] = ()


class Ask(NamedTuple):
    """What a program yields; it is sent the rows the statement returns, none for one that returns nothing."""

    sql: Sql
    args: tuple[Any, ...]


Program = Generator[Ask, list[Row], T]
"""A transaction that decides by what it reads. It runs wholly inside the engine's own thread or connection, so it never awaits."""


def both(*parts: str) -> Sql:
    """The parts, joined by spaces, as one statement that differs in nothing but how parameters are written: `?` here and for SQLite,
    `$1`, `$2` … for PostgreSQL."""
    return dialects(parts, parts)


def dialects(sqlite: Sequence[str], postgres: Sequence[str]) -> Sql:
    """A statement the engines want worded differently. Both take the same parameters in the same order, written `?`."""
    ours, theirs = " ".join(sqlite), " ".join(postgres)
    if ours.count("?") != theirs.count("?"):
        raise ValueError("both dialects take the same parameters")
    pieces = theirs.split("?")
    return Sql(ours, "".join(piece if number == 0 else f"${number}{piece}" for number, piece in enumerate(pieces)))


def listed(columns: Sequence[str], alias: str = "") -> str:
    """`id, name`, or `p.id, p.name` with an alias."""
    return ", ".join(f"{alias}.{column}" if alias else column for column in columns)


def marks(columns: Sequence[str]) -> str:
    """As many parameters as there are columns: `?, ?`."""
    return ", ".join("?" for _ in columns)


def assigned(columns: Sequence[str]) -> str:
    """`name = ?, team_id = ?`."""
    return ", ".join(f"{column} = ?" for column in columns)


def taken_over(columns: Sequence[str]) -> str:
    """`name = excluded.name, …`: what an upsert replaces."""
    return ", ".join(f"{column} = excluded.{column}" for column in columns)
