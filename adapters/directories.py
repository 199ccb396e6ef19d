"""What reading a platform's directory takes on any platform: patience, and a word when it cannot be read whole."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final, TypeVar

from adapters.nap import Nap

T = TypeVar("T")

ATTEMPTS: Final = 8
LONGEST: Final = timedelta(minutes=5)
"""Whoever asks for more patience than this at a time is asked another day."""

Tell = Callable[[int, int | None], None]
"""Hears how many people have been read so far, and of how many, once that is known."""


class DirectoryError(Exception):
    """The directory cannot be read whole, so nothing is done with it. The text says why and what to do."""


class PatienceError(Exception):
    """The platform asks to wait for so long, or has asked too often."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"wait {wait.total_seconds():.0f} s")
        self.wait = wait


async def patiently(ask: Callable[[], Awaitable[T]], wait_asked_by: Callable[[Exception], timedelta | None], sleep: Nap) -> T:
    """What `ask` gives, asked again whenever the platform wants us to wait. Raises PatienceError, and what else `ask` raises.

    A page is a page: when it does not come, the whole directory did not come.
    """
    wait = timedelta(0)
    for _ in range(ATTEMPTS):
        try:
            return await ask()
        except Exception as error:
            asked = wait_asked_by(error)
            if asked is None:
                raise
            wait = asked
        if wait > LONGEST:
            break
        await sleep(asyncio.Event(), wait.total_seconds())
    raise PatienceError(wait)


def ignore(_read: int, _of: int | None) -> None:
    """A `Tell` for when nobody watches."""
