"""The files: what they show to somebody who has them, and what happens when something is wrong with them."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bot.anon.port import Draft, Form, No, Receipt, Refused
from bot.anon.vault import Act, Item, Spool, VaultError
from storage.anon.files import replace_whole
from storage.anon.keys import Keys
from storage.anon.spool import MOST_ITEMS, read_spool, write_spool
from storage.anon.vault import Trouble, examine_vault
from tests.anon_office import AUTHORS, LEAD, MONDAY, Office, Seeded

ANNA = AUTHORS[0]


def item(number: int, text: str = "x") -> Item:
    return Item(number.to_bytes(16, "big"), bytes(16), Act.NOTE, MONDAY, text=text, audience="growth", wrap=bytes(32))


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    keys = Keys(tmp_path / "keys", Seeded())
    keys.roll(MONDAY)
    return keys


@pytest.mark.parametrize("text", ["x", "x" * 1000, "长" * 1000, "😀" * 1000])
def test_the_spool_is_as_large_with_a_long_note_as_with_none(tmp_path: Path, keys: Keys, text: str) -> None:
    file = tmp_path / "spool.bin"
    sizes = set()
    for spool in (Spool(), Spool((item(1, text),)), Spool(tuple(item(number, text) for number in range(64)))):
        write_spool(file, spool, keys, Seeded(), MONDAY)
        assert read_spool(file, keys) == spool
        sizes.add(file.stat().st_size)
    assert len(sizes) == 1


def test_the_spool_grows_by_steps_of_64_and_ends(tmp_path: Path, keys: Keys) -> None:
    file = tmp_path / "spool.bin"
    write_spool(file, Spool(tuple(item(number) for number in range(65))), keys, Seeded(), MONDAY)
    assert len(read_spool(file, keys).items) == 65
    with pytest.raises(VaultError):
        write_spool(file, Spool(tuple(item(number) for number in range(MOST_ITEMS + 1))), keys, Seeded(), MONDAY)
    assert len(read_spool(file, keys).items) == 65


def test_the_spool_is_dated_to_the_ten_minute_mark_and_so_is_its_folder(tmp_path: Path, keys: Keys) -> None:
    file = tmp_path / "spool.bin"
    write_spool(file, Spool(), keys, Seeded(), MONDAY + timedelta(minutes=7, seconds=31))
    assert file.stat().st_mtime == tmp_path.stat().st_mtime == MONDAY.timestamp()


def test_a_changed_byte_is_noticed(tmp_path: Path, keys: Keys) -> None:
    file = tmp_path / "spool.bin"
    write_spool(file, Spool((item(1),)), keys, Seeded(), MONDAY)
    content = bytearray(file.read_bytes())
    for place in (0, 15, 40, 5000, len(content) - 1):
        changed = bytearray(content)
        changed[place] ^= 1
        file.write_bytes(changed)
        with pytest.raises(VaultError):
            read_spool(file, keys)


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    replace_whole(file, b"old")
    for name in ("write", "fsync", "replace"):

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patched:
            # The standard library gives no other way to fill a disk.
            patched.setattr(os, name, full)
            with pytest.raises(VaultError):
                replace_whole(file, b"new")
        assert [one.name for one in tmp_path.iterdir()] == ["file"]
        assert file.read_bytes() == b"old"


async def test_a_full_disk_is_a_refusal_and_later_the_same_form_is_taken(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    form = await office.relay.form(ANNA)
    assert isinstance(form, Form)
    before = office.files()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        assert await office.relay.submit(ANNA, Draft(form.nonce, "Full.")) == Refused(No.NOT_NOW)
    assert office.files() == before
    assert isinstance(await office.relay.submit(ANNA, Draft(form.nonce, "Full.")), Receipt)


async def test_everything_is_closed_to_other_users(office: Office) -> None:
    await office.write()
    await office.released()
    for file in (office.folder, *office.folder.rglob("*")):
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file


async def test_the_database_holds_no_word_no_label_and_no_reader_in_clear(office: Office) -> None:
    await office.write(text="Nobody decides anything here.", about="kr:kr1")
    await office.released()
    tray = await office.tray()
    await office.relay.answer(LEAD, tray.notes[0].ref, tray.nonce, "We will decide on Monday.")
    await office.slot()
    everything = b"".join(office.files().values())
    for word in (b"Nobody decides", b"Monday", b"growth", b"kr1", LEAD.encode(), ANNA.encode()):
        assert word not in everything


async def test_after_a_slot_nothing_but_the_one_file_is_left(office: Office) -> None:
    await office.write()
    await office.released()
    assert sorted(office.files()) == ["anon.db", "keys/epoch-2026-11.key", "spool.bin"]
    with sqlite3.connect(office.folder / "anon.db") as db:
        assert db.execute("PRAGMA freelist_count").fetchone() == (0,)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    db.close()


DIES = """
import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA cache_size = 1")
db.execute("BEGIN IMMEDIATE")
db.execute("UPDATE message SET body = zeroblob(length(body))")
os._exit(0)
"""


async def test_a_slot_broken_off_by_a_crash_is_rolled_back(office: Office) -> None:
    codes = [await office.write(author, text=f"Note of {number}") for number, author in enumerate(AUTHORS)]
    await office.released()
    dying = await asyncio.create_subprocess_exec(sys.executable, "-c", DIES, str(office.folder / "anon.db"))
    assert await dying.wait() == 0
    assert (office.folder / "anon.db-journal").exists()
    office.restart()
    assert [(await office.look(code)).entries[0].text for code in codes] == [f"Note of {number}" for number in range(len(codes))]


async def test_whoever_looks_from_outside_is_told_what_is_wrong(office: Office) -> None:
    await office.write()
    assert examine_vault(office.folder) is None
    assert examine_vault(office.folder / "nowhere") is None
    key = office.folder / "keys/epoch-2026-11.key"
    content = key.read_bytes()
    key.write_bytes(bytes(32))
    assert examine_vault(office.folder) is Trouble.UNREADABLE
    key.unlink()
    assert examine_vault(office.folder) is Trouble.NO_KEY
    key.write_bytes(content)
    key.chmod(0o644)
    assert examine_vault(office.folder) is Trouble.OPEN_TO_OTHERS
    key.chmod(0o600)
    assert examine_vault(office.folder) is None


def test_a_clock_set_back_brings_no_old_epoch_into_force(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys", Seeded())
    assert keys.roll(MONDAY)
    assert not keys.roll(MONDAY - timedelta(days=60))
    assert keys.roll(MONDAY + timedelta(days=30))
    assert keys.epochs() == ("2026-11", "2026-12")


def test_a_key_is_written_over_before_it_goes(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys", Seeded())
    keys.roll(MONDAY)
    file = tmp_path / "keys/epoch-2026-11.key"
    os.link(file, tmp_path / "another name of the same blocks")
    keys.roll(MONDAY + timedelta(days=30))
    keys.prune(frozenset(), MONDAY + timedelta(days=30))
    assert not file.exists()
    assert (tmp_path / "another name of the same blocks").read_bytes() == bytes(32)
