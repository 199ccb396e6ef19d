"""One running Laban per SQLite file: a second one would deliver every message twice. The system drops the lock when a process ends."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class AlreadyRunningError(Exception):
    """Somebody else holds the lock; `holder` says who, as far as they told."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


def lock_file_of(database_file: Path) -> Path:
    """Where the lock of a database lies: beside it."""
    return database_file.with_name(f"{database_file.name}.lock")


@contextmanager
def hold(database_file: Path, who: str) -> Iterator[None]:
    """Hold the lock while the block runs; `who` is what others are told. Raises AlreadyRunningError, or OSError for the folder."""
    # The file stays when the lock goes: removing it would let two processes lock two files of the same name.
    handle = os.open(lock_file_of(database_file), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if not _lock(handle):
            raise AlreadyRunningError(_told(handle))
        os.ftruncate(handle, 0)
        os.pwrite(handle, who.encode(), 0)
        yield
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def holder_of(database_file: Path) -> str | None:
    """Who runs on this database now; None when nobody does."""
    try:
        handle = os.open(lock_file_of(database_file), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _told(handle)
    else:
        return None
    finally:
        os.close(handle)


def _lock(handle: int) -> bool:
    """Somebody who only looks (`holder_of`) holds the lock for a moment, hence the second and third attempt."""
    for wait in (0.02, 0.05, 0.0):
        with suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(wait)
    return False


def _told(handle: int) -> str:
    return os.pread(handle, 200, 0).decode("utf-8", "replace").strip()
