"""How fast somebody may ask. Counted in memory for the running minute, under names a key of this process hides; forgotten with both."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Final

A_MINUTE: Final = 40
"""Requests of one asker a minute: more than fingers manage, fewer than a program wants."""
ASKERS: Final = 10_000
"""So many different askers a minute are counted; whoever comes after that waits for the next one."""


class Pace:
    """One per process. Holds no name and no address, only which of 2^64 numbers came how often in this minute."""

    def __init__(self, limit: int = A_MINUTE, key: bytes | None = None) -> None:
        self._limit = limit
        self._key = secrets.token_bytes(32) if key is None else key
        self._minute = -1
        self._counts: dict[bytes, int] = {}

    def may(self, asker: str, now: datetime) -> bool:
        """Count a request; False when this asker has had theirs for the minute."""
        minute = int(now.timestamp()) // 60
        if minute != self._minute:
            self._minute, self._counts = minute, {}
        name = hmac.digest(self._key, asker.encode("utf-8", "surrogatepass"), hashlib.sha256)[:8]
        count = self._counts.get(name, 0)
        if count >= self._limit or (count == 0 and len(self._counts) >= ASKERS):
            return False
        self._counts[name] = count + 1
        return True
