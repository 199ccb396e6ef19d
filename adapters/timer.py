"""The tick that wakes what is due. It knows seconds and UTC only; people's hours and days are worked out elsewhere."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from adapters.failures import locate
from bot.actions import rounds
from bot.ports import Clock, Deps, Inbox, Outbox

LOG = logging.getLogger(__name__)

KEPT_EVENTS = timedelta(days=7)
"""How long a dealt-with event is remembered as such. Platforms redeliver for up to a day; two days would do."""
KEPT_MESSAGES = timedelta(days=30)
"""How long delivered messages stay, for whoever asks what the bot said."""


@dataclass(frozen=True, slots=True)
class Tick:
    """`do` is called with the time, at once and then every so often; never twice at the same time, late rather than never."""

    name: str
    every: timedelta
    do: Callable[[datetime], Awaitable[object]]


class Timer:
    """Calls ticks. A tick that fails is logged and called again when it is next due."""

    def __init__(self, clock: Clock, ticks: Sequence[Tick]) -> None:
        self._clock = clock
        self._ticks = tuple(ticks)
        self.scheduler: AsyncIOScheduler | None = None
        self._running: set[asyncio.Future[None]] = set()

    def start(self) -> None:
        """Begin, in the running event loop."""
        # By default a job that is a second late is dropped: misfire_grace_time=None keeps it, coalesce makes one of many.
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        self.scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
        for tick in self._ticks:
            self.scheduler.add_job(
                self._call, "interval", [tick], id=tick.name, seconds=tick.every.total_seconds(), next_run_time=datetime.now(UTC)
            )
        self.scheduler.start()

    async def stop(self) -> None:
        """Call nothing more; a tick that is running is cancelled, so what it does must be safe to break off."""
        if self.scheduler is not None:
            self.scheduler.shutdown(wait=False)
            self.scheduler = None
        if self._running:
            await asyncio.wait(self._running)

    async def _call(self, tick: Tick) -> None:
        ended = asyncio.get_running_loop().create_future()
        self._running.add(ended)
        try:
            await tick.do(self._clock.now())
        except Exception as error:
            LOG.error("the tick %s failed: %s", tick.name, locate(error))
        finally:
            self._running.discard(ended)
            ended.set_result(None)


def by_itself(deps: Deps) -> Tick:
    """Asks who is due, reminds, and sees to calls for help, once a minute."""

    async def look(now: datetime) -> None:
        await rounds.tick(deps)

    return Tick("what happens by itself", timedelta(minutes=1), look)


def pruning(inbox: Inbox, outbox: Outbox) -> Tick:
    """Forgets old events and delivered messages, once an hour."""

    async def prune(now: datetime) -> None:
        events = await inbox.forget_before(now - KEPT_EVENTS)
        messages = await outbox.forget_before(now - KEPT_MESSAGES)
        if events or messages:
            LOG.info("forgot %d events and %d delivered messages", events, messages)

    return Tick("forget what is old", timedelta(hours=1), prune)
