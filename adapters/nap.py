"""Waiting that news cut short; a function that can be handed in, so that tests turn the hands of the clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

Nap = Callable[[asyncio.Event, float], Awaitable[None]]
"""Returns when the event is set or so many seconds are over, whichever comes first."""


async def nap(event: asyncio.Event, seconds: float) -> None:
    """A `Nap` by the event loop's clock."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
