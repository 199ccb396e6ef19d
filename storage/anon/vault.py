"""The files of the relay behind one door: `keys/`, `spool.bin` and `anon.db` in a folder of their own. One process at a time has them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import stat
import threading
from collections.abc import Callable
from datetime import datetime
from enum import Enum, auto
from pathlib import Path
from typing import TypeVar

from bot.anon.receipt import SIZE
from bot.anon.vault import Chance, Clock, Opening, Release, Spool, StoredThread, VaultError
from storage.anon.files import make_folder
from storage.anon.keys import Keys
from storage.anon.spool import read_spool, write_spool
from storage.anon.threads import Threads

SPOOL_FILE = "spool.bin"
THREADS_FILE = "anon.db"
KEYS_FOLDER = "keys"

_R = TypeVar("_R")


class Trouble(Enum):
    """What can be wrong with the files, seen from outside."""

    OPEN_TO_OTHERS = auto()
    NO_KEY = auto()
    UNREADABLE = auto()


def examine_vault(folder: Path) -> Trouble | None:
    """What is wrong with the files in `folder`. Changes nothing, and looks at nothing but whether it opens."""
    if not folder.exists():
        return None
    try:
        is_open = any(stat.S_IMODE(file.stat().st_mode) & 0o077 for file in (folder, *folder.rglob("*")))
    except OSError:
        return Trouble.UNREADABLE
    if is_open:
        return Trouble.OPEN_TO_OTHERS
    keys = Keys(folder / KEYS_FOLDER, _NoChance())
    try:
        if (folder / SPOOL_FILE).exists() and not keys.epochs():
            return Trouble.NO_KEY
        read_spool(folder / SPOOL_FILE, keys)
    except VaultError:
        return Trouble.UNREADABLE
    return None


class _NoChance:
    """For whoever only looks."""

    def token(self, size: int) -> bytes:
        raise VaultError


class FileVault:
    """Implements `bot.anon.vault.Vault`. Files are touched in a thread, one call at a time."""

    def __init__(self, folder: Path, clock: Clock, chance: Chance) -> None:
        self._folder = folder
        self._clock = clock
        self._chance = chance
        self._keys = Keys(folder / KEYS_FOLDER, chance)
        self._threads = Threads(folder / THREADS_FILE, self._keys, chance)
        self._spool_file = folder / SPOOL_FILE
        self._turn = threading.Lock()

    def open(self) -> None:
        """Make the folder, the first key and an empty spool where there is nothing yet. Raises VaultError.

        Where files are but their key is missing, nothing is made: what is there may be readable again once the key is put back.
        """
        try:
            make_folder(self._folder)
            is_fresh = not self._spool_file.exists() and not (self._folder / THREADS_FILE).exists()
        except OSError:
            is_fresh = None
        if is_fresh is None:
            raise VaultError
        if is_fresh:
            self._keys.roll(self._clock.now())
            write_spool(self._spool_file, Spool(), self._keys, self._chance, self._clock.now())
        self._keys.current()
        self._threads.recover()

    async def roll(self) -> None:
        def roll() -> None:
            spool = read_spool(self._spool_file, self._keys)
            if self._keys.roll(self._clock.now()):
                write_spool(self._spool_file, spool, self._keys, self._chance, self._clock.now())

        await self._alone(roll)

    async def receipts(self, nonce: bytes) -> tuple[bytes, ...]:
        return await self._alone(lambda: self._macs(b"receipt", nonce))

    async def item_ids(self, thread: bytes, nonce: bytes) -> tuple[bytes, ...]:
        return await self._alone(lambda: self._macs(b"item", thread + nonce))

    async def spool(self) -> Spool:
        return await self._alone(lambda: read_spool(self._spool_file, self._keys))

    async def put_spool(self, spool: Spool) -> None:
        await self._alone(lambda: write_spool(self._spool_file, spool, self._keys, self._chance, self._clock.now()))

    async def last_slot(self) -> datetime | None:
        return await self._alone(self._threads.last_slot)

    async def threads(self) -> tuple[StoredThread, ...]:
        return await self._alone(self._threads.all)

    async def thread(self, opening: Opening) -> StoredThread | None:
        return await self._alone(lambda: self._threads.one(opening))

    async def release(self, release: Release) -> None:
        await self._alone(lambda: self._threads.apply(release))

    def _macs(self, label: bytes, about: bytes) -> tuple[bytes, ...]:
        """By the epoch in force, then by the one before: a form opened on the last evening of a month may be sent on the first morning."""
        epochs = self._keys.epochs()[-2:]
        if not epochs:
            raise VaultError
        keys = [self._keys.derived(epoch, "receipt") for epoch in reversed(epochs)]
        return tuple(hmac.digest(key, label + b":" + about, hashlib.sha256)[:SIZE] for key in keys)

    async def _alone(self, do: Callable[[], _R]) -> _R:
        def alone() -> _R:
            with self._turn:
                return do()

        return await asyncio.to_thread(alone)
