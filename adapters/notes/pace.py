"""How fast somebody may ask. Counted in memory for the running minute, under names a key of this process hides; forgotten with both."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Final

BY_PERSON: Final = 40
"""Requests of one person a minute: more than fingers manage, fewer than a program wants."""
BY_ADDRESS: Final = 300
"""Requests from one address a minute: a whole office may come out of one."""
ASKERS: Final = 10_000
"""So many different askers a minute are counted; whoever comes after that waits for the next one."""


class Pace:
    """One per process. Holds no name and no address, only which of 2^64 numbers came how often in this minute."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = secrets.token_bytes(32) if key is None else key
        self._minute = -1
        self._counts: dict[bytes, int] = {}

    def may(self, asker: str, now: datetime, limit: int) -> bool:
        """Count a request; False when this asker has had `limit` of them in the minute."""
        minute = int(now.timestamp()) // 60
        if minute != self._minute:
            self._minute, self._counts = minute, {}
        name = hmac.digest(self._key, asker.encode("utf-8", "surrogatepass"), hashlib.sha256)[:8]
        count = self._counts.get(name, 0)
        if count >= limit or (count == 0 and len(self._counts) >= ASKERS):
            return False
        self._counts[name] = count + 1
        return True
