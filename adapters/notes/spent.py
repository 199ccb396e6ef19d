"""Links that have been used. In memory alone and for a quarter of an hour: nothing on disk says that somebody came in."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final

from adapters.notes.verify import LINK_LIFE

AGAIN: Final = timedelta(minutes=1)
"""So long after its first use a link leads in again: a page is reloaded, a post is sent once more by a shaky network."""


class SpentLinks:
    """One per process. After a restart a link leads in once more, if it has not run out by then."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._used_at: dict[bytes, datetime] = {}

    def may_use(self, link: str, now: datetime) -> bool:
        """Whether a valid link leads in now. Asking uses it."""
        while self._used_at and next(iter(self._used_at.values())) <= now - LINK_LIFE:
            del self._used_at[next(iter(self._used_at))]
        name = hmac.digest(self._key, link.encode(), hashlib.sha256)
        return now < self._used_at.setdefault(name, now) + AGAIN
