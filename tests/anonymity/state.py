"""What a run has left on disk, in a form that two runs can be compared by: every file byte by byte, and a named store on a server row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import asyncpg

WAL_HEAD, FRAME_HEAD = 32, 24


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All files below a run's folder by name, rows of a database elsewhere by table, and to which second the unsigned notes' files are dated."""

    files: Mapping[str, bytes]
    rows: Mapping[str, tuple[str, ...]]
    dated: Mapping[str, float]


async def snapshot(folder: Path, url: str = "") -> Snapshot:
    """Read it all. `url` is that of a PostgreSQL, "" where the named store is a file below `folder`."""
    files = {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}
    # SQLite's own clock-independent files apart: the database of released notes is dated by the slot that wrote it, which a test cannot turn.
    ours = [folder / "data/anon", *(folder / "data/anon").rglob("*")]
    dated = {str(one.relative_to(folder)): one.stat().st_mtime for one in ours if one.name in ("anon", "spool.bin")}
    return Snapshot(files, await _rows(url) if url else {}, dated)


async def _rows(url: str) -> dict[str, tuple[str, ...]]:
    """Every row of every table as text, and where every sequence stands. Which transaction wrote a row (xmin) counts for nothing here:
    the anonymous path makes none, and a server numbers its own housekeeping, too."""
    connection = await asyncpg.connect(url)
    try:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        found = {}
        for (table,) in tables:
            rows = await connection.fetch(f'SELECT t::text FROM "{table}" t ORDER BY 1')  # noqa: S608 a name from the catalogue itself
            found[str(table)] = tuple(str(row[0]) for row in rows)
        sequences = await connection.fetch("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1")
        found["sequences"] = tuple(f"{name} {value}" for name, value in sequences)
        return found
    finally:
        await connection.close()


def differences(one: Snapshot, other: Snapshot) -> list[str]:
    """Where two snapshots differ, in a few words each."""
    found = []
    for name in sorted(one.files.keys() | other.files.keys()):
        if name.endswith("-shm"):
            # An index over the write-ahead log, made anew from it, with the log's random salts in it.
            continue
        a, b = one.files.get(name), other.files.get(name)
        if a is None or b is None:
            found.append(f"{name} is there in one run only")
        elif _comparable(name, a) != _comparable(name, b):
            found.append(f"{name} differs")
    tables = sorted(one.rows.keys() | other.rows.keys())
    found += [f"table {table} differs" for table in tables if one.rows.get(table) != other.rows.get(table)]
    if one.dated != other.dated:
        found.append("files are dated to different times")
    return found


def _comparable(name: str, content: bytes) -> object:
    return list(frames(content)) if name.endswith("-wal") else content


def frames(wal: bytes) -> Iterator[tuple[bytes, bytes]]:
    """A write-ahead log as what it says: page number and size of the database after a commit, and the page, in order. Salts and the sums
    computed with them are random in every run."""
    if len(wal) < WAL_HEAD:
        return
    size = int.from_bytes(wal[8:12], "big")
    for start in range(WAL_HEAD, len(wal), FRAME_HEAD + size):
        yield wal[start : start + 8], wal[start + FRAME_HEAD : start + FRAME_HEAD + size]


def stats(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of the last change of everything below a folder: what has been touched between two looks."""
    return {
        str(one.relative_to(folder)): (one.stat().st_size, one.stat().st_mtime_ns) for one in folder.rglob("*") if one.is_file()
    }
