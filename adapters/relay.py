"""Delivers what is in the outbox: at least once, in order within a chat, chats side by side. The outbox alone remembers.

What becomes of a message:

- sent → marked with the platform's reference;
- `SendLaterError` → its whole lane pauses as long as the platform asked, no attempt is counted;
- `UndeliverableError` → a dead letter; what follows in the lane goes on;
- any other error, or no answer in time → again later, by the law in `adapters.patience`, and a dead letter in the end;
- nobody here delivers to its platform → it waits, no attempt is counted.

A process that dies between sending and marking sends that one message again, under the same key: most platforms know none.
Logs name messages by number, never by their words.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from adapters.failures import describe, locate
from adapters.nap import Nap, nap
from adapters.patience import DELIVERY, Patience
from bot.ports import Clock, Envelope, Messenger, Outbox, SendLaterError, UndeliverableError

LOG = logging.getLogger(__name__)

SHORTEST_PAUSE = timedelta(seconds=0.1)
"""A platform that says "wait 0 seconds" would otherwise be asked in a busy loop."""
LONGEST_PAUSE = timedelta(days=1)
"""A platform that says "wait until 2262" is asked again tomorrow."""
LONGEST_BLIND = 15.0
"""Seconds between two attempts at an outbox that cannot be read."""
CLEANING_UP = 5.0
"""Seconds for a send that is broken off to end, and for the marks after it to be written."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast and how patient the relay is.

    `lease` is how long a lane stays with a worker that fell silent; it must leave time for a send that takes all of `send_limit`
    and for the mark after it. `strangers_wait` is how long messages to a platform nobody here delivers to are left alone.
    """

    lanes: int = 64
    send_limit: timedelta = timedelta(seconds=20)
    lease: timedelta = timedelta(seconds=60)
    poll: timedelta = timedelta(seconds=1)
    strangers_wait: timedelta = timedelta(minutes=5)
    grace: timedelta = timedelta(seconds=10)

    def __post_init__(self) -> None:
        if self.lanes < 1:
            raise ValueError("at least one lane is served")
        if self.lease < 2 * self.send_limit or not self.lease:
            raise ValueError("a lease lasts at least twice as long as a send may take")


class Relay:
    """One per process. `worker` names the process: no two that run at once share a name.

    A process that starts under the name of one that died has its lanes at once; under a new name it waits for the leases to end.
    """

    def __init__(
        self,
        outbox: Outbox,
        messengers: Mapping[str, Messenger],
        clock: Clock,
        *,
        worker: str,
        pace: Pace = Pace(),
        patience: Patience = DELIVERY,
        draw: Callable[[], float] = random.random,
        nap: Nap = nap,
    ) -> None:
        self._outbox = outbox
        self._messengers = messengers
        self._clock = clock
        self._worker = worker
        self._pace = pace
        self._patience = patience
        self._draw = draw
        self._nap = nap
        self._news = asyncio.Event()
        self._is_stopping = False
        self._is_interrupting = False
        self._ended = asyncio.Event()
        self._ended.set()
        self._deliveries: dict[str, asyncio.Task[None]] = {}
        """By lane: what keeps one message of a lane in the air at a time."""
        self._sends: set[asyncio.Task[str]] = set()
        self._settled: set[int] = set()
        """Messages that left the air while a claim was being made, which may have seen them still waiting."""
        self._strangers: set[str] = set()
        self._blind_looks = 0

    @property
    def in_flight(self) -> int:
        """How many messages are being delivered right now."""
        return len(self._deliveries)

    def wake(self) -> None:
        """There is something new in the outbox. To be called in the event loop's own thread."""
        self._news.set()

    async def run(self) -> None:
        """Deliver until stopped, whatever goes wrong. Cancelled, it breaks off the sends and notes which of them got through."""
        self._ended.clear()
        grace = timedelta(0)
        try:
            while not self._is_stopping:
                self._news.clear()
                await self._nap(self._news, await self._look())
            grace = self._pace.grace
        finally:
            try:
                await self._finish(grace)
            finally:
                self._ended.set()

    async def stop(self) -> None:
        """Claim nothing more, let what is in the air land within the grace period, give the rest back, then return."""
        self._is_stopping = True
        self._news.set()
        await self._ended.wait()

    async def _look(self) -> float:
        """Start delivering what is due; seconds until the next look. News and every finished delivery cause an earlier one."""
        poll = self._pace.poll.total_seconds()
        free = self._pace.lanes - len(self._deliveries)
        if free <= 0:
            return poll
        try:
            now = self._clock.now()
            due_at = await self._outbox.next_due(now)
            if due_at is None:
                return poll
            if due_at > now:
                return min((due_at - now).total_seconds(), poll)
            # What is due may be in the air, paused or in other hands; an empty claim is answered by a nap, not by another claim.
            await self._claim(now, free)
        except Exception as error:
            self._blind_looks += 1
            wait: float = min(poll * 2.0 ** min(self._blind_looks, 10), LONGEST_BLIND)
            LOG.error("the outbox cannot be read (%s), again in %.0f s", locate(error), wait)
            return wait
        self._blind_looks = 0
        return poll

    async def _claim(self, now: datetime, free: int) -> None:
        self._settled.clear()
        # Lanes of our own may be handed out again while they are in the air: room is asked for them, and they are passed over.
        envelopes = await self._outbox.claim(self._worker, now, self._pace.lease, free + len(self._deliveries))
        for envelope in envelopes:
            lane = envelope.place.lane
            if lane in self._deliveries or envelope.id in self._settled:
                continue
            delivery = asyncio.create_task(self._deliver(envelope, now + self._pace.lease), name=f"deliver {envelope.id}")
            self._deliveries[lane] = delivery
            delivery.add_done_callback(partial(self._land, lane, envelope.id))

    def _land(self, lane: str, envelope_id: int, delivery: asyncio.Task[None]) -> None:
        del self._deliveries[lane]
        self._settled.add(envelope_id)
        self._news.set()
        if not delivery.cancelled() and (error := delivery.exception()) is not None:
            LOG.error("message %d was left to its lease: %s", envelope_id, locate(error))

    async def _deliver(self, envelope: Envelope, lease_ends_at: datetime) -> None:
        now = self._clock.now()
        messenger = self._messengers.get(envelope.place.platform)
        if messenger is None:
            self._note_stranger(envelope.place.platform)
            mark: Callable[[], Awaitable[None]] = partial(
                self._outbox.pause, self._worker, envelope.id, now + self._pace.strangers_wait
            )
        elif now + self._pace.send_limit >= lease_ends_at:
            # The process slept (a stopped machine, a stalled loop): by the end of a send the lane could be somebody else's.
            return
        else:
            outcome = await self._send(messenger, envelope)
            mark = self._judge(envelope, outcome, self._clock.now())
        await self._write(mark, envelope.id, lease_ends_at)

    def _judge(self, envelope: Envelope, outcome: str | Exception | None, now: datetime) -> Callable[[], Awaitable[None]]:
        """What to write into the outbox about a send that ended like this."""
        outbox, worker, number = self._outbox, self._worker, envelope.id
        match outcome:
            case str():
                LOG.debug("message %d delivered", number)
                return partial(outbox.delivered, worker, number, outcome, now)
            case None:
                LOG.info("message %d was interrupted and stays in the outbox", number)
                return partial(outbox.pause, worker, number, now)
            case SendLaterError():
                pause = min(max(outcome.after, SHORTEST_PAUSE), LONGEST_PAUSE)
                LOG.info("message %d: its platform asks to wait %.1f s", number, pause.total_seconds())
                return partial(outbox.pause, worker, number, now + pause)
        error, failures = describe(outcome, envelope.message), envelope.attempts + 1
        if isinstance(outcome, UndeliverableError) or self._patience.is_over(failures, now - envelope.created_at, outcome):
            LOG.error("message %d is given up after %d attempts: %s", number, failures, error)
            return partial(outbox.bury, worker, number, error, now)
        wait = self._patience.wait(failures, self._draw())
        seconds = wait.total_seconds()
        LOG.warning("message %d failed (attempt %d), again in %.1f s: %s", number, failures, seconds, locate(outcome))
        return partial(outbox.retry, worker, number, now + wait, error)

    async def _send(self, messenger: Messenger, envelope: Envelope) -> str | Exception | None:
        """The platform's reference, what went wrong, or None when the relay itself broke off."""

        async def call() -> str:
            # Called in here, so that a mistake in the call itself, before there is anything to await, is a failure of this send as well.
            return await messenger.send(envelope.place, envelope.message, envelope.replaces, envelope.key)

        send = asyncio.create_task(call())
        self._sends.add(send)
        send.add_done_callback(self._sends.discard)
        try:
            await asyncio.wait({send}, timeout=self._pace.send_limit.total_seconds())
        finally:
            if not send.done():
                send.cancel()
                # Its end is awaited, so that it cannot overtake its own repetition; but not for ever.
                await asyncio.wait({send}, timeout=CLEANING_UP)
        if not send.done():
            LOG.error("message %d: its messenger ignores being cancelled", envelope.id)
            send.add_done_callback(lambda late: late.cancelled() or late.exception())
            return TimeoutError()
        if send.cancelled():
            return None if self._is_interrupting else TimeoutError()
        error = send.exception()
        if error is None:
            return send.result()
        return error if isinstance(error, Exception) else RuntimeError(type(error).__name__)

    async def _write(self, mark: Callable[[], Awaitable[None]], envelope_id: int, lease_ends_at: datetime) -> None:
        """Write the mark, again and again while the lane is ours: a storage that hiccups is no reason to send twice."""
        failures = 0
        while True:
            try:
                return await mark()
            except Exception as error:
                failures += 1
                wait = min(0.1 * 2**failures, 5.0)
                if self._clock.now() + timedelta(seconds=wait) >= lease_ends_at:
                    raise
                LOG.warning("message %d could not be marked (%s), trying again", envelope_id, locate(error))
            await self._nap(asyncio.Event(), wait)

    def _note_stranger(self, platform: str) -> None:
        if platform not in self._strangers:
            self._strangers.add(platform)
            LOG.warning("there are messages for %s, and nothing here delivers to it; they wait", platform)

    async def _finish(self, grace: timedelta) -> None:
        """Let what is in the air land; after `grace` interrupt the sends and note what became of them."""
        if self._deliveries and grace:
            await asyncio.wait(set(self._deliveries.values()), timeout=grace.total_seconds())
        self._is_interrupting = True
        for send in tuple(self._sends):
            send.cancel()
        if self._deliveries:
            await asyncio.wait(set(self._deliveries.values()), timeout=CLEANING_UP)
        for delivery in tuple(self._deliveries.values()):
            delivery.cancel()
