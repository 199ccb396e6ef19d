"""The schema grows forwards, once, and keeps what is there."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from bot.ports import PutObjective
from storage import ChangedMigrationError, MigrationError, NewerDatabaseError, open_storage
from storage.database import Engine, Target, read_url
from storage.migrate import Migration, migrate, missing, pending, shipped, statements
from tests.storage.company import PEOPLE, contents, objective, save

SHIPPED = {engine: shipped(engine) for engine in Engine}


@pytest.fixture
def target(empty_url: str) -> Target:
    return read_url(empty_url)


async def tables(target: Target) -> set[str]:
    """Names of the tables a database has."""
    if target.path is not None:
        connection = sqlite3.connect(target.path)
        found = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        connection.close()
        return found - {"sqlite_sequence"}
    server = await asyncpg.connect(target.url)
    try:
        return {row[0] for row in await server.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    finally:
        await server.close()


def further(target: Target, script: str) -> Sequence[Migration]:
    """What is shipped, and one more."""
    ours = SHIPPED[target.engine]
    return (*ours, Migration(ours[-1].number + 1, f"{ours[-1].number + 1:04}_further", script))


def test_both_engines_have_the_same_steps() -> None:
    steps = {engine: [(one.number, one.name) for one in ours] for engine, ours in SHIPPED.items()}
    assert steps[Engine.SQLITE] == steps[Engine.POSTGRES]
    assert [number for number, _ in steps[Engine.SQLITE]] == list(range(1, len(steps[Engine.SQLITE]) + 1))


async def test_what_is_missing_is_named_before_and_applied_once(target: Target) -> None:
    names = tuple(one.name for one in SHIPPED[target.engine])
    assert await pending(target) == names
    assert await tables(target) == set()
    assert await migrate(target) == names
    assert await pending(target) == ()
    assert await migrate(target) == ()


async def test_looking_for_what_is_missing_makes_no_file(tmp_path: Path) -> None:
    file = tmp_path / "nowhere" / "laban.db"
    assert len(await pending(read_url(f"sqlite:///{file}"))) == len(SHIPPED[Engine.SQLITE])
    assert not file.parent.exists()


async def test_many_at_once_apply_each_step_once(target: Target) -> None:
    done = await asyncio.gather(*(migrate(target) for _ in range(6)))
    assert sorted(name for names in done for name in names) == [one.name for one in SHIPPED[target.engine]]


async def test_an_upgrade_keeps_what_is_there(target: Target, empty_url: str) -> None:
    await migrate(target)
    async with open_storage(empty_url) as storage:
        await save(storage, *PEOPLE, PutObjective(objective("o")))
        before = await contents(storage)
    added = further(target, "ALTER TABLE teams ADD COLUMN colour TEXT;\n-- A note at the end.\n")
    assert await migrate(target, added) == (added[-1].name,)
    async with open_storage(empty_url) as storage:
        after = await contents(storage)
    assert [row[:-1] for row in after["teams"]] == before["teams"]
    for table in before.keys() - {"teams", "schema_migrations"}:
        assert after[table] == before[table]


@pytest.mark.parametrize("known", range(1, len(SHIPPED[Engine.SQLITE])))
async def test_a_database_of_every_earlier_release_comes_up_to_date(target: Target, empty_url: str, known: int) -> None:
    await migrate(target, SHIPPED[target.engine][:known])
    assert len(await migrate(target)) == len(SHIPPED[target.engine]) - known
    async with open_storage(empty_url) as storage:
        await save(storage, *PEOPLE, PutObjective(objective("o")))


async def test_a_step_that_fails_leaves_nothing_and_is_named(target: Target) -> None:
    await migrate(target)
    before = await tables(target)
    broken = further(target, "CREATE TABLE half (id TEXT);\nINSERT INTO half VALUES ('x');\nINSERT INTO nowhere VALUES (1);\n")
    with pytest.raises(MigrationError, match=broken[-1].name):
        await migrate(target, broken)
    assert await tables(target) == before
    assert await migrate(target) == ()


async def test_a_failed_step_does_not_take_back_the_ones_before(target: Target) -> None:
    ours = further(target, "nonsense;")
    with pytest.raises(MigrationError):
        await migrate(target, ours)
    assert await pending(target) == ()


async def test_a_database_of_a_newer_release_is_refused_untouched(target: Target) -> None:
    await migrate(target, further(target, "CREATE TABLE later (id TEXT);"))
    before = await tables(target)
    for refused in (migrate, pending):
        with pytest.raises(NewerDatabaseError, match="newer"):
            await refused(target)
    assert await tables(target) == before


async def test_a_step_whose_text_has_changed_is_refused(target: Target) -> None:
    await migrate(target)
    first, *rest = SHIPPED[target.engine]
    with pytest.raises(ChangedMigrationError, match=first.name):
        await migrate(target, (replace(first, script=first.script + "\n-- one more word"), *rest))


def test_a_history_with_a_hole_is_refused() -> None:
    ours = [Migration(number, f"{number:04}_x", f"{number}") for number in (1, 2, 3)]
    applied = {one.number: one.checksum for one in ours}
    assert missing(ours, {1: applied[1]}) == tuple(ours[1:])
    with pytest.raises(ChangedMigrationError, match="another history"):
        missing(ours, {1: applied[1], 3: applied[3]})


def test_line_ends_are_no_change(tmp_path: Path) -> None:
    """A checkout on Windows has others."""
    folder = tmp_path / "migrations"
    shutil.copytree(Path(__file__).parents[2] / "storage" / "migrations", folder)
    for file in folder.iterdir():
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    for engine, ours in SHIPPED.items():
        assert [one.checksum for one in shipped(engine, folder)] == [one.checksum for one in ours]


async def test_a_step_that_leaves_rows_pointing_to_nothing_is_refused(target: Target, empty_url: str) -> None:
    await migrate(target)
    async with open_storage(empty_url) as storage:
        await save(storage, *PEOPLE)
    broken = further(target, "DELETE FROM teams;")
    with pytest.raises(MigrationError, match=broken[-1].name):
        await migrate(target, broken)
    async with open_storage(empty_url) as storage:
        assert len(await storage.reading.teams()) == 4


async def test_a_table_can_be_rebuilt_without_losing_the_rows_that_point_to_it(tmp_path: Path) -> None:
    """SQLite changes a column by making the table anew; dropping the old one must not act on others."""
    url = f"sqlite:///{tmp_path / 'laban.db'}"
    target = read_url(url)
    await migrate(target)
    async with open_storage(url) as storage:
        await save(storage, *PEOPLE)
        before = await contents(storage)
    rebuild = """
        CREATE TABLE rebuilt (
            id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, starts_on TEXT NOT NULL, ends_on TEXT NOT NULL, note TEXT
        ) STRICT;
        INSERT INTO rebuilt SELECT id, name, starts_on, ends_on, NULL FROM cycles;
        DROP TABLE cycles;
        ALTER TABLE rebuilt RENAME TO cycles;
    """
    await migrate(target, further(target, rebuild))
    async with open_storage(url) as storage:
        after = await contents(storage)
        assert [row[:-1] for row in after["cycles"]] == before["cycles"]
        await save(storage, PutObjective(objective("o")))


def test_a_script_is_taken_apart_into_its_statements() -> None:
    script = (
        "-- a; b\nCREATE TABLE x (a TEXT DEFAULT ';');\n\nINSERT INTO x VALUES ('one;\ntwo');\n"
        "CREATE TRIGGER t AFTER INSERT ON x BEGIN\n  SELECT 1;\n  SELECT 2;\nEND;\n-- end\n"
    )
    found = [statement.strip() for statement in statements(script)]
    assert len(found) == 4
    assert found[1] == "INSERT INTO x VALUES ('one;\ntwo');"
    assert found[2].endswith("END;")
