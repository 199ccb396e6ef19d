"""Finished pictures by the digest of what is drawn: the newest in memory, more on disk, both within bounds."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import tempfile
from collections import OrderedDict
from pathlib import Path

from adapters.pictures.png import is_png

log = logging.getLogger("laban.pictures")

IN_MEMORY = 64
ON_DISK = 512
_NAME = re.compile(r"[0-9a-f]{64}\.png")


class Shelf:
    """Keeps pictures. Whatever the disk does, losing a picture only means drawing it again."""

    def __init__(self, folder: Path | None, *, in_memory: int = IN_MEMORY, on_disk: int = ON_DISK) -> None:
        self._folder = folder
        self._in_memory = in_memory
        self._on_disk = on_disk
        self._held: OrderedDict[str, bytes] = OrderedDict()

    def at_hand(self, digest: str) -> bytes | None:
        """From memory; touches no disk."""
        found = self._held.get(digest)
        if found is not None:
            self._held.move_to_end(digest)
        return found

    def take(self, digest: str) -> bytes | None:
        """From memory or disk. A file that is not whole counts as missing."""
        found = self.at_hand(digest)
        if found is None and self._folder is not None:
            with contextlib.suppress(OSError):
                content = (self._folder / f"{digest}.png").read_bytes()
                if is_png(content):
                    found = content
                    self._hold(digest, content)
        return found

    def put(self, digest: str, picture: bytes) -> None:
        """Keep a picture; the oldest ones make room."""
        self._hold(digest, picture)
        if self._folder is None:
            return
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(self._folder / f"{digest}.png", picture)
            self._make_room(self._folder)
        except OSError as error:
            log.warning("a picture could not be kept: %s", type(error).__name__)

    def _hold(self, digest: str, picture: bytes) -> None:
        self._held[digest] = picture
        self._held.move_to_end(digest)
        while len(self._held) > self._in_memory:
            self._held.popitem(last=False)

    def _make_room(self, folder: Path) -> None:
        kept = [file for file in folder.iterdir() if _NAME.fullmatch(file.name)]
        if len(kept) > self._on_disk:
            # Some more than one, so that not every new picture lists the folder for nothing but the one before it.
            for file in sorted(kept, key=_age)[: len(kept) - self._on_disk * 9 // 10]:
                file.unlink(missing_ok=True)


def _age(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _write(file: Path, content: bytes) -> None:
    """All or nothing: a reader never sees half a picture."""
    number, name = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(number, "wb") as part:
            part.write(content)
        Path(name).replace(file)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
