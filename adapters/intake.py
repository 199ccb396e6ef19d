"""Durable intake: an event is stored, then acknowledged, then dealt with, whatever happens in between.

For platforms that want their answer within seconds. The inbox is the truth, memory only knows what is being worked on. What one
account sent is dealt with in the order it was stored, accounts side by side.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from adapters.failures import locate
from adapters.nap import Nap, nap
from adapters.patience import TURNS, Patience
from bot.chat.incoming import Incoming
from bot.ports import Clock, EventKey, Inbox

LOG = logging.getLogger(__name__)

PAGE = 500
REMEMBERED = 10_000
"""So many events whose turn ended well are remembered, to notice one that stays in the inbox nevertheless."""
UNSAVED = "its turn ended well but was never saved"

Talk = Callable[[Incoming], Awaitable[None]]
Account = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Diligence:
    """How many turns run side by side, how long one may take, and how often the inbox is searched for events nobody works on.

    Such events exist: the connection broke after the commit and before we knew of it, or another process died.
    """

    turns: int = 32
    turn_limit: timedelta = timedelta(seconds=30)
    search: timedelta = timedelta(seconds=5)
    grace: timedelta = timedelta(seconds=10)


class Intake:
    """One per process. `talk` runs one turn and stores that its event is done; it may be called again for the same event."""

    def __init__(
        self,
        inbox: Inbox,
        talk: Talk,
        clock: Clock,
        *,
        apologise: Talk | None = None,
        patience: Patience = TURNS,
        diligence: Diligence = Diligence(),
        draw: Callable[[], float] = random.random,
        nap: Nap = nap,
    ) -> None:
        self._inbox = inbox
        self._talk = talk
        self._clock = clock
        self._apologise = apologise
        self._patience = patience
        self._diligence = diligence
        self._draw = draw
        self._nap = nap
        self._room = asyncio.Semaphore(diligence.turns)
        self._is_caught_up = False
        self._early: list[Incoming] = []
        self._queues: dict[Account, deque[Incoming]] = {}
        self._workers: dict[Account, asyncio.Task[None]] = {}
        self._known: set[EventKey] = set()
        """What is in a queue."""
        self._missed: set[EventKey] = set()
        """What the last search found that was in no queue."""
        self._ended_well: OrderedDict[EventKey, None] = OrderedDict()
        self._watched: dict[EventKey, asyncio.Future[None]] = {}
        self._storing: dict[Account, asyncio.Task[bool]] = {}
        """The newest event of an account that is being stored."""
        self._halt = asyncio.Event()
        self._ended = asyncio.Event()
        self._ended.set()

    @property
    def waiting(self) -> int:
        """How many events are queued or being dealt with in this process."""
        return len(self._known)

    async def accept(self, incoming: Incoming) -> bool:
        """Store the event; it may be acknowledged once this returns, not if it raises. False for one that was there already.

        The order in which it is called for an account is kept. A caller that is cancelled (its client hung up) leaves nothing half done.
        """
        account = _account_of(incoming)
        storing = asyncio.create_task(self._store(incoming, self._storing.get(account)))
        self._storing[account] = storing
        storing.add_done_callback(partial(self._end_storing, account))
        return await asyncio.shield(storing)

    def take(self, incoming: Incoming) -> None:
        """Deal with an event somebody has just stored in the inbox by other means."""
        if self._halt.is_set():
            return
        if self._is_caught_up:
            self._queue(incoming)
        else:
            # What waits from before comes first.
            self._early.append(incoming)

    async def see_to(self, incoming: Incoming) -> None:
        """Like `take`, and return when the event has been dealt with or has failed for the first time; then it goes on without the caller.

        For adapters that show the answer with the request. Never raises what a turn raises.
        """
        key = key_of(incoming)
        watched = self._watched.setdefault(key, asyncio.get_running_loop().create_future())
        self.take(incoming)
        if self._halt.is_set():
            self._tell(key)
        await asyncio.shield(watched)

    async def run(self) -> None:
        """Work off what an earlier process left, then look after everything accepted, until stopped."""
        self._ended.clear()
        grace = timedelta(0)
        try:
            while not self._halt.is_set():
                await self._search()
                await self._nap(self._halt, self._diligence.search.total_seconds())
            grace = self._diligence.grace
        finally:
            try:
                await self._finish(grace)
            finally:
                self._ended.set()

    async def stop(self) -> None:
        """Begin no further turn, let those that run end within the grace period, and return. The rest waits in the inbox."""
        self._halt.set()
        await self._ended.wait()

    async def _store(self, incoming: Incoming, before: asyncio.Task[bool] | None) -> bool:
        if before is not None:
            # Two statements on two connections would come in any order.
            await asyncio.wait({before})
        is_new = await self._inbox.put(incoming)
        if is_new:
            self.take(incoming)
        return is_new

    def _end_storing(self, account: Account, storing: asyncio.Task[bool]) -> None:
        if self._storing.get(account) is storing:
            del self._storing[account]
        if not storing.cancelled() and (error := storing.exception()) is not None:
            LOG.error("an event could not be stored and is not acknowledged: %s", locate(error))

    async def _search(self) -> None:
        try:
            if self._is_caught_up:
                await self._adopt_missed()
            else:
                await self._catch_up()
        except Exception as error:
            LOG.error("the inbox cannot be read (%s), trying again", locate(error))

    async def _catch_up(self) -> None:
        # What ended well and waits nevertheless is left to the searches: it would be found again and again here.
        while left := [incoming for incoming in await self._pending() if key_of(incoming) not in self._ended_well]:
            for incoming in left:
                self._queue(incoming)
        self._is_caught_up = True
        for incoming in self._early:
            self._queue(incoming)
        self._early.clear()

    async def _adopt_missed(self) -> None:
        """Take over what two searches in a row found: at first sight it may be on its way to us, or in a sister process."""
        missed = await self._pending()
        for incoming in missed:
            key = key_of(incoming)
            if key not in self._missed:
                continue
            if key in self._ended_well:
                await self._give_up(incoming, UNSAVED)
            else:
                LOG.warning("event %s was waiting in the inbox, taking it over", key.event_id)
                self._queue(incoming)
        self._missed = {key_of(incoming) for incoming in missed}

    async def _pending(self) -> list[Incoming]:
        """What waits in the inbox and in none of our queues, oldest first, a page at a time."""
        pending = await self._inbox.pending(len(self._known) + PAGE)
        return [incoming for incoming in pending if key_of(incoming) not in self._known]

    def _queue(self, incoming: Incoming) -> None:
        key, account = key_of(incoming), _account_of(incoming)
        if key in self._known:
            return
        self._known.add(key)
        self._queues.setdefault(account, deque()).append(incoming)
        if account not in self._workers:
            self._workers[account] = asyncio.create_task(self._work(account))

    async def _work(self, account: Account) -> None:
        queue = self._queues[account]
        try:
            while queue and not self._halt.is_set():
                await self._deal_with(queue[0])
                self._tell(key_of(queue[0]))
                self._known.discard(key_of(queue.popleft()))
        finally:
            for incoming in queue:
                self._known.discard(key_of(incoming))
                self._tell(key_of(incoming))
            del self._queues[account], self._workers[account]

    async def _deal_with(self, incoming: Incoming) -> None:
        """Run the turn, again after a failure; give it up by the law in `adapters.patience`, so that what follows can go on."""
        key, began_at, failures = key_of(incoming), self._clock.now(), 0
        while not self._halt.is_set():
            try:
                async with self._room, asyncio.timeout(self._diligence.turn_limit.total_seconds()):
                    await self._talk(incoming)
            except Exception as error:
                failures += 1
                name = type(error).__name__
                # Not the exception's own text: it may quote what the person wrote.
                LOG.error("event %s failed (attempt %d): %s", key.event_id, failures, locate(error))
                self._tell(key)
                is_over = self._patience.is_over(failures, self._clock.now() - began_at, error)
            else:
                self._ended_well[key] = None
                if len(self._ended_well) > REMEMBERED:
                    self._ended_well.popitem(last=False)
                return
            if is_over and await self._give_up(incoming, name):
                return
            await self._nap(self._halt, self._patience.wait(failures, self._draw()).total_seconds())

    async def _give_up(self, incoming: Incoming, reason: str) -> bool:
        key = key_of(incoming)
        try:
            await self._inbox.give_up(key, reason)
        except Exception as error:
            LOG.error("event %s cannot even be given up: %s", key.event_id, locate(error))
            return False
        LOG.error("event %s is given up: %s", key.event_id, reason)
        if self._apologise is not None:
            try:
                async with asyncio.timeout(self._diligence.turn_limit.total_seconds()):
                    await self._apologise(incoming)
            except Exception as error:
                LOG.error("no apology for event %s: %s", key.event_id, locate(error))
        return True

    def _tell(self, key: EventKey) -> None:
        watched = self._watched.pop(key, None)
        if watched is not None and not watched.done():
            watched.set_result(None)

    async def _finish(self, grace: timedelta) -> None:
        self._halt.set()
        working = {*self._storing.values(), *self._workers.values()}
        if working and grace:
            await asyncio.wait(working, timeout=grace.total_seconds())
        for task in working:
            task.cancel()
        if working:
            await asyncio.wait(working)
        for key in tuple(self._watched):
            self._tell(key)


def key_of(incoming: Incoming) -> EventKey:
    """What makes this event unique."""
    return EventKey(incoming.sender.platform, incoming.sender.tenant, incoming.event_id)


def _account_of(incoming: Incoming) -> Account:
    sender = incoming.sender
    return sender.platform, sender.tenant, sender.user_id
