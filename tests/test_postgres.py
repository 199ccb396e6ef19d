"""The PostgreSQL the other tests rely on: real, empty when promised, gone afterwards."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest

from tests import postgres as engine
from tests.postgres import Postgres

# A process that starts a server, says where, and then waits to be killed.
HOLDER = """
import sys, tests.postgres as engine
with engine.postgres() as server:
    print(server.admin_url, flush=True)
    sys.stdin.read()
"""


async def test_a_fresh_database_is_empty_and_real(fresh_postgres_url: str) -> None:
    connection = await asyncpg.connect(fresh_postgres_url)
    try:
        assert await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
        assert int(await connection.fetchval("SHOW server_version_num")) >= 150000
        await connection.execute("CREATE TABLE words (word text PRIMARY KEY)")
        await connection.execute("INSERT INTO words VALUES ('mục tiêu'), ('目标')")
        assert await connection.fetchval("SELECT count(*) FROM words WHERE word = '目标'") == 1
    finally:
        await connection.close()


async def test_two_fresh_databases_do_not_see_each_other(postgres_server: Postgres, fresh_postgres_url: str) -> None:
    other = postgres_server.create_database()
    try:
        connection = await asyncpg.connect(fresh_postgres_url)
        await connection.execute("CREATE TABLE words (word text)")
        await connection.close()
        connection = await asyncpg.connect(other)
        assert await connection.fetchval("SELECT to_regclass('words')") is None
        await connection.close()
    finally:
        postgres_server.drop_database(other)


async def test_a_copy_has_what_its_template_has(postgres_server: Postgres, fresh_postgres_url: str) -> None:
    connection = await asyncpg.connect(fresh_postgres_url)
    await connection.execute("CREATE TABLE words AS SELECT 'báo động'::text AS word")
    await connection.close()
    copy = postgres_server.create_database(template=fresh_postgres_url)
    try:
        connection = await asyncpg.connect(copy)
        assert await connection.fetchval("SELECT word FROM words") == "báo động"
        await connection.close()
    finally:
        postgres_server.drop_database(copy)


async def test_a_dropped_database_is_gone_although_somebody_is_connected(postgres_server: Postgres) -> None:
    url = postgres_server.create_database()
    connection = await asyncpg.connect(url)
    postgres_server.drop_database(url)
    with pytest.raises(asyncpg.PostgresError):
        await connection.fetchval("SELECT 1")
    connection.terminate()
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(url)


@pytest.mark.parametrize("name", ["postgres", "laban", 'laban_test_"; DROP DATABASE laban', ""])
def test_no_database_that_tests_did_not_make_is_dropped(postgres_server: Postgres, name: str) -> None:
    with pytest.raises(ValueError, match="not a database these tests made"):
        postgres_server.drop_database(f"postgres://nobody@127.0.0.1/{name}")


def test_a_server_named_in_the_environment_is_used_and_left_running(
    postgres_server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(engine.ENVIRONMENT_NAME, postgres_server.admin_url)
    with engine.postgres() as server:
        assert server == postgres_server
        server.drop_database(server.create_database())
    postgres_server.drop_database(postgres_server.create_database())


def test_no_server_at_all_is_an_error_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_binary_folders", lambda: iter(()))
    with pytest.raises(engine.PostgresUnavailableError, match=engine.ENVIRONMENT_NAME):
        engine.newest_binaries()


def test_a_killed_test_run_leaves_no_server_and_no_folder() -> None:
    environment = {name: value for name, value in os.environ.items() if name != engine.ENVIRONMENT_NAME}
    command = [sys.executable, "-c", HOLDER]
    root = Path(engine.__file__).parents[1]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root, env=environment) as holder:
        assert holder.stdout is not None
        url = holder.stdout.readline().decode().strip()
        folder = asyncio.run(_server_folder(url))
        holder.kill()
    assert folder.name.startswith("laban-postgres-")
    deadline = time.monotonic() + 15
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)  # the keeper is another process and has no way to tell us
    assert not folder.exists()
    with pytest.raises(OSError, match="Connect call failed"):
        asyncio.run(_server_folder(url))


async def _server_folder(url: str) -> Path:
    connection = await asyncpg.connect(url)
    try:
        return Path(await connection.fetchval("SHOW data_directory")).parent
    finally:
        await connection.close()
