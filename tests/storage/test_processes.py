"""Processes of their own: killed in the middle of things, several at once on one database, ended without closing."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.okr.objective import KeyResultId, ObjectiveId
from bot.okr.people import Account, Person
from bot.ports import PutAccount, PutObjective
from storage import Storage, open_storage
from storage.database import read_url
from tests.storage.bursts import PEOPLE as BURSTING
from tests.storage.company import DAY, NOW, PEOPLE, PLATFORM, TENANT, contents, key_result, objective, save, typed

ROOT = Path(__file__).parents[2]


@contextmanager
def bursting(url: str, person: Person, turns: int | None = None) -> Iterator[subprocess.Popen[str]]:
    """A process that saves turns of this person, killed at the end if it still runs."""
    command = [sys.executable, "-m", "tests.storage.bursts", url, person.id, *([] if turns is None else [str(turns)])]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
async def prepared(url: str) -> str:
    """A database with people who have an objective to check in on and an account to be known by."""
    async with open_storage(url) as storage:
        await save(storage, *PEOPLE)
        for person in BURSTING.values():
            await save(
                storage,
                PutObjective(objective(person.id, "x", person, None, key_result(f"{person.id}-kr"))),
                PutAccount(Account(PLATFORM, TENANT, f"u-{person.id}", person.id)),
            )
    return url


async def whole_turns(storage: Storage, person: Person) -> int:
    """How many turns of the person are stored; every one of them must be whole."""
    sessions = (await storage.reading.known(typed("x", user=f"u-{person.id}"))).sessions
    number = sessions[0].turn if sessions else 0
    names = {f"{person.id}-{n}" for n in range(1, number + 1)}
    said = await storage.reading.check_ins((KeyResultId(f"{person.id}-kr"),), NOW - DAY)
    noted = await storage.reading.history(ObjectiveId(person.id))
    rows = await contents(storage)
    prefix = f"{person.id}-"
    assert {one.id for one in said} == names
    assert {one.id for one in noted} == names
    assert {row[1] for row in rows["outbox"] if str(row[1]).startswith(prefix)} == names
    assert {row[2] for row in rows["inbox"] if str(row[2]).startswith(prefix)} == names
    found = await storage.reading.objective(ObjectiveId(person.id))
    assert found is not None
    assert found.key_results[0].current == (number or None)
    return number


async def test_a_process_killed_in_a_burst_has_kept_every_turn_it_acknowledged_and_no_half_one(prepared: str) -> None:
    chance = random.Random(20261123)
    person = BURSTING["an"]
    for _ in range(3):
        with bursting(prepared, person) as process:
            assert process.stdout is not None
            for _ in range(chance.randrange(1, 120)):
                assert process.stdout.readline(), process.stderr.read() if process.stderr else ""
            process.kill()
            said = process.stdout.read().split()
            acknowledged = int(said[-1]) if said else 0
        async with open_storage(prepared) as storage:
            stored = await whole_turns(storage, person)
            # It may have died between the commit and saying so.
            assert acknowledged <= stored
            assert stored > 0
    target = read_url(prepared)
    if target.path is not None:
        connection = sqlite3.connect(target.path)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.close()


async def test_several_processes_on_one_database_do_not_get_in_each_others_way(prepared: str) -> None:
    """Three that read and then write, as a command does while the bot runs: not one "database is locked"."""
    people = [BURSTING[name] for name in ("an", "mei", "tom")]
    turns = 150
    with (
        bursting(prepared, people[0], turns) as one,
        bursting(prepared, people[1], turns) as two,
        bursting(prepared, people[2], turns) as three,
    ):
        for process in (one, two, three):
            _, complaints = process.communicate()
            assert (process.returncode, complaints) == (0, "")
    async with open_storage(prepared) as storage:
        assert [await whole_turns(storage, person) for person in people] == [turns] * 3


FORGETFUL = """
import asyncio, sys
from storage import open_storage
async def main():
    storage = open_storage(sys.argv[1])
    await storage.open()
    await storage.ping()
    raise SystemExit(3)
asyncio.run(main())
"""


def test_a_process_that_ends_without_closing_ends(url: str) -> None:
    command = [sys.executable, "-W", "ignore::ResourceWarning", "-c", FORGETFUL, url]
    assert subprocess.run(command, check=False, cwd=ROOT, timeout=30, capture_output=True).returncode == 3


MIGRATES = """
import asyncio, sys
from storage import open_storage
async def main():
    async with open_storage(sys.argv[1]) as storage:
        print(len(await storage.migrate()), await storage.pending_migrations())
asyncio.run(main())
"""


def test_of_three_processes_that_migrate_at_once_each_step_is_done_by_one(empty_url: str) -> None:
    command = [sys.executable, "-c", MIGRATES, empty_url]
    processes = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    said = [process.communicate(timeout=40) for process in processes]
    assert [(process.returncode, complaints) for process, (_, complaints) in zip(processes, said, strict=True)] == [(0, "")] * 3
    counts = [int(words.split()[0]) for words, _ in said]
    assert all(words.split()[1] == "()" for words, _ in said)
    assert sum(counts) == len(list((ROOT / "storage" / "migrations").glob("*.sqlite.sql")))
