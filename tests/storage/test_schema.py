"""The models, the SQLite files and the PostgreSQL files describe one and the same schema."""

from __future__ import annotations

import inspect
import re
import sqlite3
from collections import defaultdict
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tortoise import Model, fields

from bot.dialogs.session import SessionState
from bot.okr.check_in import Confidence
from bot.okr.measure import Direction
from bot.okr.objective import Ambition, ObjectiveState
from bot.okr.people import Role
from storage import models
from storage.models import ExactField

Columns = dict[str, dict[str, tuple[str, bool]]]
"""By table and column: the kind of thing it holds, and whether it may be NULL."""

MODELS: list[type[Model]] = [
    one for _, one in inspect.getmembers(models, inspect.isclass) if issubclass(one, Model) and one is not Model
]

# What a kind of field becomes on SQLite and on PostgreSQL.
KINDS: dict[type[fields.Field[Any]], tuple[str, set[str]]] = {
    fields.CharField: ("TEXT", {"text"}),
    fields.TextField: ("TEXT", {"text"}),
    fields.IntField: ("INTEGER", {"integer"}),
    fields.BigIntField: ("INTEGER", {"bigint"}),
    fields.BooleanField: ("INTEGER", {"boolean"}),
    fields.DatetimeField: ("TEXT", {"timestamp with time zone"}),
    fields.DateField: ("TEXT", {"date"}),
    fields.JSONField: ("TEXT", {"json"}),
    ExactField: ("TEXT", {"numeric"}),
}


@pytest.fixture
def file(migrated_file: Path) -> Any:
    connection = sqlite3.connect(migrated_file)
    yield connection
    connection.close()


@pytest.fixture
async def server(migrated_postgres_url: str) -> Any:
    connection = await asyncpg.connect(migrated_postgres_url)
    yield connection
    await connection.close()


def file_tables(file: sqlite3.Connection) -> list[str]:
    return [row[0] for row in file.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]


def modelled(engine: int) -> Columns:
    """What the models say a table looks like."""
    described: Columns = {}
    for model in MODELS:
        columns = {}
        for name, one in model._meta.fields_map.items():
            kinds = KINDS[type(one)]
            columns[name] = (kinds[0] if engine == 0 else next(iter(kinds[1])), one.null)
        described[model._meta.db_table] = columns
    return described


def test_the_models_describe_the_sqlite_schema(file: sqlite3.Connection) -> None:
    real: Columns = {}
    for table in file_tables(file):
        rows = file.execute(f"PRAGMA table_info({table})")
        real[table] = {row[1]: (row[2], not row[3]) for row in rows}
    assert real == modelled(0)


async def test_the_models_describe_the_postgres_schema(server: Any) -> None:
    real: Columns = defaultdict(dict)
    rows = await server.fetch(
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = 'public'"
    )
    for table, column, kind, nullable in rows:
        real[table][column] = (kind, nullable == "YES")
    assert dict(real) == modelled(1)


async def test_both_engines_have_the_same_keys(file: sqlite3.Connection, server: Any) -> None:
    ours = {
        (table, row[3], row[2], row[4])
        for table in file_tables(file)
        for row in file.execute(f"PRAGMA foreign_key_list({table})")
    }
    theirs = await server.fetch(
        "SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text, f.attname, c.condeferred, c.confdeltype"
        " FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
        " JOIN pg_attribute f ON f.attrelid = c.confrelid AND f.attnum = c.confkey[1]"
        " WHERE c.contype = 'f' AND array_length(c.conkey, 1) = 1 AND c.connamespace = 'public'::regnamespace"
    )
    assert {tuple(row[:4]) for row in theirs} == ours
    # Checked at the commit, and nothing is ever deleted by way of another row.
    assert {(row[4], bytes(row[5])) for row in theirs} == {(True, b"a")}
    actions = {row[6] for table in file_tables(file) for row in file.execute(f"PRAGMA foreign_key_list({table})")}
    assert actions == {"NO ACTION"}


async def test_both_engines_have_the_same_indexes(file: sqlite3.Connection, server: Any) -> None:
    ours = set()
    for table in file_tables(file):
        for _, name, unique, _, partial in file.execute(f"PRAGMA index_list({table})"):
            columns = tuple(row[2] for row in file.execute(f"PRAGMA index_info({name})"))
            ours.add((table, columns, bool(unique), bool(partial)))
        # A primary key that is the row's own number has no index beside the table.
        number = [row[1] for row in file.execute(f"PRAGMA table_info({table})") if row[5]]
        if len(number) == 1 and (table, (number[0],), True, False) not in ours:
            ours.add((table, (number[0],), True, False))
    rows = await server.fetch(
        "SELECT i.indrelid::regclass::text, i.indisunique, i.indpred IS NOT NULL,"
        " array(SELECT a.attname::text FROM unnest(i.indkey::int[]) WITH ORDINALITY AS k (attnum, n)"
        "  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum ORDER BY k.n)"
        " FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = 'public'::regnamespace"
    )
    assert {(row[0], tuple(row[3]), row[1], row[2]) for row in rows} == ours


@pytest.mark.parametrize(
    ("table", "column", "values"),
    [
        ("people", "role", Role),
        ("invites", "role", Role),
        ("objectives", "ambition", Ambition),
        ("objectives", "state", ObjectiveState),
        ("key_results", "direction", Direction),
        ("check_ins", "confidence", Confidence),
        ("sessions", "state", SessionState),
    ],
)
async def test_a_column_takes_the_words_the_core_knows_and_no_others(
    file: sqlite3.Connection, server: Any, table: str, column: str, values: Any
) -> None:
    (script,) = file.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    checks = await server.fetch(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'c'", table
    )
    for text in (script, *[row[0] for row in checks]):
        found = re.search(rf"\(\(?{column} (?:IN|= ANY) ?\((.*?)\)\)", text, re.DOTALL)
        if found:
            assert set(re.findall(r"'(\w+)'", found[1])) == {one.value for one in values}
    assert any(column in row[0] for row in checks)
    assert f"CHECK ({column} IN" in script


def test_sqlite_keeps_to_its_types(file: sqlite3.Connection) -> None:
    scripts = [row[0] for row in file.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
    assert all(re.search(r"\) STRICT(, WITHOUT ROWID)?$", script) for script in scripts)
