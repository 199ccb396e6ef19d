"""Where the data lives and how to reach it: reads a DATABASE_URL, opens the engine behind it, hides what is secret."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tortoise.context import TortoiseContext

from storage.engine import Database
from storage.postgres import PoolClient, PostgresDatabase
from storage.sqlite import ImmediateClient, SqliteDatabase

MODELS = "storage.models"


class Engine(StrEnum):
    """What keeps the data."""

    SQLITE = "sqlite"
    POSTGRES = "postgres"


class DatabaseUrlError(ValueError):
    """A DATABASE_URL that cannot be used. Says why without repeating it: it may hold a password."""


@dataclass(frozen=True, slots=True, repr=False)
class Target:
    """A database as its URL names it; its text never shows a password.

    `sqlite:///var/laban.db` is below the working folder, `sqlite:////srv/laban.db` absolute. Everything behind `postgres://` or
    `postgresql://` is understood as by asyncpg, `?sslmode=…` included.
    """

    engine: Engine
    url: str
    path: Path | None = None
    """The file, for SQLite."""

    @property
    def file(self) -> Path:
        """The file of an SQLite database."""
        if self.path is None:
            raise TypeError("PostgreSQL keeps its files to itself")
        return self.path

    def __repr__(self) -> str:
        return f"<{self}>"

    def __str__(self) -> str:
        if self.path is not None:
            return f"SQLite {self.path}"
        parts = urlsplit(self.url)
        # A host may be a list, an IPv6 address or missing; only what follows the last @ is free of user and password.
        host = parts.netloc.rpartition("@")[2] or "localhost"
        user = f" as {unquote(parts.username)}" if parts.username else ""
        return f"PostgreSQL {host}{unquote(parts.path)}{user}"


def read_url(url: str) -> Target:
    """The target of a DATABASE_URL. Raises DatabaseUrlError."""
    scheme, separator, rest = url.strip().partition("://")
    if not separator:
        raise DatabaseUrlError("a database URL begins with sqlite:///, postgres:// or postgresql://")
    if scheme in ("postgres", "postgresql"):
        try:
            parts = urlsplit(url.strip())
            _ = parts.port
        except ValueError as error:
            raise DatabaseUrlError("the host or port of the PostgreSQL URL cannot be read") from error
        if len(parts.path) < 2:
            raise DatabaseUrlError("a PostgreSQL URL names a database: postgres://user:password@host:5432/database")
        return Target(Engine.POSTGRES, url.strip())
    if scheme == "sqlite":
        # No query: its parameters would be pragmas, and which ones hold is not up to an installation.
        name = unquote(rest.removeprefix("/"))
        if not rest.startswith("/") or not name or name.endswith("/") or "?" in name or ":memory:" in name:
            raise DatabaseUrlError("an SQLite URL names a file: sqlite:///var/laban.db, or sqlite:////srv/laban.db from the root")
        return Target(Engine.SQLITE, url.strip(), Path(name))
    raise DatabaseUrlError(f"there is no support for {scheme}://; use sqlite:/// or postgres://")


async def open_database(target: Target) -> Database:
    """Connect to `target`. Whatever goes wrong raises what the engine's driver says, and nothing stays open."""
    _silence()
    # Tortoise caches the SQL it builds by the name of the connection, so each engine has its own.
    name = target.engine.value
    credentials = {"file_path": str(target.file)} if target.engine is Engine.SQLITE else {"dsn": target.url}
    orm = TortoiseContext()
    with orm:
        await orm.init(
            config={
                "connections": {name: {"engine": f"storage.{name}", "credentials": credentials}},
                "apps": {"laban": {"models": [MODELS], "default_connection": name}},
            },
            use_tz=True,
            timezone="UTC",
        )
        client = orm.connections.get(name)
    try:
        await client.create_connection(with_db=True)
    except BaseException:
        await orm.close_connections()
        raise
    if isinstance(client, ImmediateClient):
        return SqliteDatabase(orm, client)
    if isinstance(client, PoolClient):
        return PostgresDatabase(orm, client)
    raise TypeError(f"no database of ours: {type(client).__name__}")


def _silence() -> None:
    """Drivers log statements with their parameters at DEBUG: people's words, which belong in no log."""
    for name in ("aiosqlite", "asyncpg", "tortoise"):
        logger = logging.getLogger(name)
        if logger.level < logging.INFO:
            logger.setLevel(logging.INFO)
