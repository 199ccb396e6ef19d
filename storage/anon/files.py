"""Writing a whole file so that it is there entirely or not at all, and dating it to a mark of the clock instead of the moment."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from bot.anon.vault import VaultError


def make_folder(folder: Path) -> None:
    """Closed to other users."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def read_whole(file: Path) -> bytes | None:
    """The bytes of a file, None when it is not there. Raises VaultError."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError:
        pass
    raise VaultError


def replace_whole(file: Path, content: bytes, dated: datetime | None = None) -> None:
    """Write, flush to the disk, rename, flush the folder (a rename is not durable before that). Raises VaultError: then the old file stands.

    `dated` becomes the time of the file and of its folder.
    """
    # Always the same name: whatever a crash leaves behind is written over by the next.
    draft = file.with_name(f".{file.name}.new")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            _write(handle, content)
            if dated is not None:
                os.utime(handle, (dated.timestamp(), dated.timestamp()))
            os.fsync(handle)
        finally:
            os.close(handle)
        os.replace(draft, file)
        _sync_folder(file.parent)
        if dated is not None:
            os.utime(file.parent, (dated.timestamp(), dated.timestamp()))
    except OSError:
        pass
    else:
        return
    with suppress(OSError):
        draft.unlink(missing_ok=True)
    raise VaultError


def remove(file: Path) -> None:
    """Take a file away for good, written over first: some file systems keep the blocks for long. Raises VaultError."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            _write(handle, bytes(os.fstat(handle).st_size))
            os.fsync(handle)
        finally:
            os.close(handle)
        file.unlink()
        _sync_folder(file.parent)
    except OSError:
        pass
    else:
        return
    raise VaultError


def _write(handle: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(handle, left) :]


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
