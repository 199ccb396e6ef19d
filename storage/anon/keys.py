"""Epoch keys: one a month, each in a file of its own, readable by its owner only and left out of backups.

Taking one away makes all that month's threads unreadable in every copy of the database there is.
"""

from __future__ import annotations

import re
import stat
from datetime import datetime, timedelta
from pathlib import Path

from bot.anon.receipt import derive
from bot.anon.vault import Chance, VaultError
from storage.anon.files import make_folder, read_whole, remove, replace_whole
from storage.anon.seal import KEY_SIZE

GRACE = timedelta(days=2)
"""So long into a month the key of the month before is kept in any case: a form opened then may be sent now."""
_NAME = re.compile(r"epoch-(\d{4}-(?:0[1-9]|1[0-2]))\.key")


class Keys:
    """The keys in one folder."""

    def __init__(self, folder: Path, chance: Chance) -> None:
        self._folder = folder
        self._chance = chance

    def epochs(self) -> tuple[str, ...]:
        """Their names ("2026-11"), oldest first. Raises VaultError."""
        try:
            found = [match[1] for file in self._folder.iterdir() if (match := _NAME.fullmatch(file.name))]
        except FileNotFoundError:
            return ()
        except OSError:
            found = None
        if found is None:
            raise VaultError
        return tuple(sorted(found))

    def current(self) -> str:
        """The epoch in force. Raises VaultError when there is none."""
        epochs = self.epochs()
        if not epochs:
            raise VaultError
        return epochs[-1]

    def key(self, epoch: str) -> bytes:
        """The key of an epoch. Raises VaultError when it is missing, damaged or open to others."""
        file = self._file(epoch)
        try:
            is_open = bool(stat.S_IMODE(file.stat().st_mode) & 0o077)
        except OSError:
            is_open = True
        key = None if is_open else read_whole(file)
        if key is None or len(key) != KEY_SIZE:
            raise VaultError
        return key

    def derived(self, epoch: str, label: str) -> bytes:
        """A key for one purpose."""
        return derive(self.key(epoch), label)

    def roll(self, now: datetime) -> bool:
        """Make the month's key unless it is there; whether it was made. Raises VaultError."""
        epoch = f"{now:%Y-%m}"
        epochs = self.epochs()
        # A clock set back must not bring an old epoch into force again.
        if epochs and epochs[-1] >= epoch:
            return False
        try:
            make_folder(self._folder)
        except OSError:
            epoch = ""
        if not epoch:
            raise VaultError
        replace_whole(self._file(epoch), self._chance.token(KEY_SIZE))
        return True

    def prune(self, in_use: frozenset[str], now: datetime) -> None:
        """Take away the keys of epochs no thread needs any more. Raises VaultError."""
        for epoch in self.epochs()[:-1]:
            if epoch < f"{now - GRACE:%Y-%m}" and epoch not in in_use:
                remove(self._file(epoch))

    def _file(self, epoch: str) -> Path:
        return self._folder / f"epoch-{epoch}.key"
