"""How often somebody may write or try a code. Counted in memory under a key of the day, forgotten with the process and at midnight (UTC)."""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict, deque
from datetime import date, datetime, timedelta

from bot.anon.vault import Chance

NOTES_A_DAY = 3
"""New notes a person and day."""
NOTES_AN_AUTHOR = 3
"""New notes an audience and slot, for each possible author: kept in the spool, so that a restart does not open the gates."""
MESSAGES_A_SLOT = 5
"""Messages of the author's a thread and slot."""
TRIES = 10
TRIES_WITHIN = timedelta(minutes=10)
TRIES_OF_ALL = 100
TRIES_OF_ALL_WITHIN = timedelta(hours=1)


class Limiter:
    """Counts what one process has seen. Not durable on purpose: a count that outlives the process would name who wrote."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._day: date | None = None
        self._key = b""
        self._written: dict[bytes, int] = defaultdict(int)
        self._tries: dict[bytes, deque[datetime]] = defaultdict(deque)
        self._all_tries: deque[datetime] = deque()

    def may_write(self, person_id: str, now: datetime) -> bool:
        """Whether this person has a note left today."""
        return self._written.get(self._name(person_id, now), 0) < NOTES_A_DAY

    def wrote(self, person_id: str, now: datetime) -> None:
        """Count a note."""
        self._written[self._name(person_id, now)] += 1

    def may_try(self, asker: str, now: datetime) -> bool:
        """Whether this asker may try a code: ten wrong ones in ten minutes are enough."""
        mine = self._tries[self._name(asker, now)]
        _forget(mine, now - TRIES_WITHIN)
        return len(mine) < TRIES

    def failed(self, asker: str, now: datetime) -> bool:
        """Count a code that opened nothing; False when everybody together has tried too many wrong ones this hour.

        That is for guessers alone: a few strangers must not keep those out who have a code.
        """
        _forget(self._all_tries, now - TRIES_OF_ALL_WITHIN)
        self._tries[self._name(asker, now)].append(now)
        self._all_tries.append(now)
        return len(self._all_tries) <= TRIES_OF_ALL

    def _name(self, who: str, now: datetime) -> bytes:
        today = now.date()
        if today != self._day:
            self._day, self._key = today, self._chance.token(32)
            self._written.clear()
            self._tries.clear()
        return hmac.digest(self._key, who.encode(), hashlib.sha256)[:8]


def _forget(times: deque[datetime], before: datetime) -> None:
    while times and times[0] <= before:
        times.popleft()
