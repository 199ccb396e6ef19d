"""Reaching a database: URLs, what is shown of them, how the engines are set up, and what never reaches a log."""

from __future__ import annotations

import asyncio
import gc
import logging
import stat
from pathlib import Path

import asyncpg
import pytest
from tortoise.exceptions import TransactionManagementError
from tortoise.transactions import in_transaction

from bot.ports import PutSession, Saved
from storage import DatabaseUrlError, Storage, models, open_storage
from storage.database import Engine, read_url
from storage.sql import both, dialects
from storage.sqlite import ImmediateClient
from tests.storage.company import AN, PEOPLE, QUARTER, outgoing, save, session, turn, typed


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///var/laban.db", "var/laban.db"),
        ("sqlite:////srv/laban.db", "/srv/laban.db"),
        ("sqlite:///laban.db", "laban.db"),
        ("sqlite:///dữ%20liệu/laban.db", "dữ liệu/laban.db"),
        (" sqlite:///laban.db\n", "laban.db"),
    ],
)
def test_an_sqlite_url_names_a_file(url: str, path: str) -> None:
    target = read_url(url)
    assert (target.engine, target.file) == (Engine.SQLITE, Path(path))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgres://laban:s3cret@db.example:5432/laban", "PostgreSQL db.example:5432/laban as laban"),
        ("postgresql://laban:s3cret@db.example/laban?sslmode=require&sslpassword=s3cret", "PostgreSQL db.example/laban as laban"),
        ("postgres://la%40ban:s3%40cret@[::1]:5432/laban", "PostgreSQL [::1]:5432/laban as la@ban"),
        ("postgres://laban:s3@cret@db/laban", "PostgreSQL db/laban as laban"),
        ("postgres:///laban", "PostgreSQL localhost/laban"),
    ],
)
def test_a_password_is_never_shown(url: str, shown: str) -> None:
    storage = open_storage(url)
    assert storage.describe() == shown
    for text in (str(read_url(url)), repr(read_url(url)), repr(storage), f"{vars(storage)}"):
        assert "cret" not in text


@pytest.mark.parametrize(
    "url",
    [
        "",
        "laban.db",
        "mysql://laban:s3cret@db/laban",
        "sqlite://",
        "sqlite:///",
        "sqlite:///var/",
        "sqlite://laban.db",
        "sqlite:///:memory:",
        "sqlite:///laban.db?synchronous=OFF",
        "postgres://laban:s3cret@db",
        "postgres://laban:s3cret@db/",
        "postgres://laban:s3cret@db:port/laban",
        "postgres://laban:s3cret@[::1/laban",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(DatabaseUrlError) as refused:
        open_storage(url)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_sqlite_is_set_up_to_keep_what_it_acknowledges(storage: Storage) -> None:
    pragmas = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "journal_size_limit": 67108864,
        "secure_delete": 1,
        "trusted_schema": 0,
    }
    found = {}
    for name in pragmas:
        ((found[name],),) = await storage.database.execute(both("PRAGMA", name))
    assert found == pragmas


async def test_a_new_file_and_its_journal_are_for_their_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "new" / "laban.db"
    async with open_storage(f"sqlite:///{file}") as storage:
        await storage.migrate()
        await save(storage, *PEOPLE)
        modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in file.parent.iterdir()}
    assert modes == {"laban.db": 0o600, "laban.db-wal": 0o600, "laban.db-shm": 0o600}


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_what_is_relied_on_is_set_for_every_connection(storage: Storage) -> None:
    assert await storage.database.execute(both("SHOW transaction_isolation")) == [("read committed",)]
    (row,) = await storage.database.execute(both("SHOW synchronous_commit"))
    # The tests' own server is told not to wait for its disk; ours asks for no less than the server's own word.
    assert row[0] == "off"


async def test_a_database_that_answers_is_pinged_and_described(storage: Storage) -> None:
    await storage.ping()
    assert storage.describe().startswith(("SQLite /", "PostgreSQL 127.0.0.1:"))
    assert await storage.pending_migrations() == ()


async def test_a_closed_storage_says_so(url: str) -> None:
    storage = open_storage(url)
    with pytest.raises(RuntimeError, match="not open"):
        await storage.ping()
    await storage.open()
    await storage.open()
    await storage.close()
    await storage.close()
    with pytest.raises(RuntimeError, match="not open"):
        await storage.ping()


async def test_a_storage_that_cannot_be_opened_leaves_nothing_open(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OSError, match="file"):
        await open_storage(f"sqlite:///{tmp_path / 'file' / 'laban.db'}").open()
    with pytest.raises(OSError, match="Connect call failed"):
        await open_storage("postgres://nobody@127.0.0.1:1/laban").open()
    # Whatever was left open would complain now, and complaints are errors here.
    gc.collect()


async def test_a_server_that_went_away_and_came_back_is_used_again(storage: Storage, engine: str, url: str) -> None:
    await save(storage, *PEOPLE)
    if engine == "postgres":
        connection = await asyncpg.connect(url)
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await connection.close()
    await storage.ping()
    assert (await storage.reading.known(typed("x"))).person == AN


async def test_people_s_words_reach_no_log(url: str, caplog: pytest.LogCaptureFixture) -> None:
    secret = "tôi ghét sếp"
    for name in ("aiosqlite", "asyncpg", "tortoise", "tortoise.db_client", "asyncio"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    with caplog.at_level(logging.DEBUG):
        async with open_storage(url) as storage:
            await save(storage, *PEOPLE)
            await storage.transcript.hear(typed(secret), secret)
            await save(storage, PutSession(session(secret)), out=[outgoing(secret)])
            assert await storage.work.save(turn(PutSession(session(secret)))) is Saved.LOST
            await storage.reading.candidates(AN, QUARTER.id, secret, 5)
            await storage.reading.invite(secret)
    assert secret not in caplog.text


# --- Tortoise's side -------------------------------------------------------------------------------------------------


async def test_tortoise_queries_work_in_any_task_and_side_by_side(storage: Storage) -> None:
    await save(storage, *PEOPLE)
    names = await asyncio.gather(*(asyncio.create_task(_name_of(storage, person)) for person in ["an", "mei", "tom"] * 5))
    assert names == ["Nguyễn An", "陈美", "Tom Élan"] * 5


async def _name_of(storage: Storage, person_id: str) -> str:
    with storage.database.querying() as client:
        person = await models.Person.get(id=person_id, using_db=client)
    return str(person.name)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_transaction_of_tortoise_s_takes_the_write_lock_and_nobody_gets_into_it(storage: Storage, url: str) -> None:
    await save(storage, *PEOPLE)
    async with open_storage(url) as other:
        assert isinstance(other.database.client, ImmediateClient)
        await other.database.client.in_thread(lambda connection: connection.execute("PRAGMA busy_timeout = 1"))
        with storage.database.querying():
            async with in_transaction("sqlite") as transaction:
                await models.Team.filter(id="company").using_db(transaction).update(name="renamed")
                waiting = asyncio.create_task(storage.work.save(turn(out=[outgoing()])))
                with other.database.querying(), pytest.raises(TransactionManagementError, match="locked"):
                    async with in_transaction("sqlite"):
                        pytest.fail("two have the write lock")
                assert not waiting.done()
            assert await waiting is Saved.DONE
        # The refused one has given its own lock back.
        async with asyncio.timeout(5):
            assert (await other.reading.teams())[0].name == "renamed"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_transaction_cancelled_while_it_begins_is_in_nobodys_way(storage: Storage) -> None:
    for pauses in range(8):
        with storage.database.querying():
            beginning = asyncio.create_task(_begin())
            for _ in range(pauses):
                await asyncio.sleep(0)
            beginning.cancel()
            await asyncio.wait({beginning})
        await save(storage, out=[outgoing()])


async def _begin() -> None:
    async with in_transaction("sqlite"):
        await asyncio.sleep(0)


def test_a_statement_has_the_same_parameters_in_both_dialects() -> None:
    assert both("SELECT ?", ", ?").postgres == "SELECT $1 , $2"
    with pytest.raises(ValueError, match="same parameters"):
        dialects(("SELECT ?",), ("SELECT 1",))
