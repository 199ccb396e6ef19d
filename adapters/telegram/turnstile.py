"""The pace Telegram allows a whole bot. What a single chat may get is left to Telegram's own 429: a short burst there is allowed."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from adapters import turnstile
from adapters.nap import Nap, nap
from bot.ports import Clock

GAP: Final = timedelta(seconds=1) / 25
"""Telegram's FAQ speaks of about 30 messages a second for a bot; exact numbers are not published, so some room is left."""
BURST: Final = 25
"""So many at once after a quiet moment."""


class Turnstile(turnstile.Turnstile):
    """One per bot and process."""

    def __init__(self, clock: Clock, nap: Nap = nap) -> None:
        super().__init__(clock, GAP, BURST, nap)
