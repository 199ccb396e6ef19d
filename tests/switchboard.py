"""A relay between a real or fake outbox and a fake platform, with the test as the hand that turns time, breaks things and pulls the plug."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from adapters.relay import Pace, Relay
from bot.chat import message as messages
from bot.chat.incoming import Place
from bot.chat.message import Message, Paragraph
from bot.chat.richtext import words
from bot.ports import DeadLetter, Envelope, Inbox, Outbox, Outgoing, Saved, Turn, UnitOfWork
from tests.hands import Hands, Sleeper

PLATFORM = "phone"
PACE = Pace()


class Store(Protocol):
    """What holds the queues: in memory, SQLite or PostgreSQL."""

    @property
    def work(self) -> UnitOfWork: ...

    @property
    def outbox(self) -> Outbox: ...

    @property
    def inbox(self) -> Inbox: ...

    def on_commit(self, wake: Callable[[], None]) -> None:
        """Call `wake` after every commit."""
        ...


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message as the platform showed it."""

    chat: str
    text: str
    replaces: str
    reference: str
    at: datetime


class LostAnswerError(OSError):
    """The message arrived, but the connection broke before its answer."""


@dataclass(slots=True)
class Door:
    """Closed before a chat."""

    opened: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: int = 0


class Phone:
    """A platform. Implements `bot.ports.Messenger`.

    `faults` are raised by the next sends to a chat, one each; a LostAnswerError after showing the message. `mistakes` are raised by the call
    itself, before there is anything to await. `hold` keeps sends waiting at the door, before they are shown, until `let_in`.
    """

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self.arrivals: list[Arrival] = []
        self.calls: list[tuple[str, datetime]] = []
        self.keys: defaultdict[str, list[str]] = defaultdict(list)
        """Under which keys a text came, one for each attempt."""
        self.faults: defaultdict[str, deque[Exception]] = defaultdict(deque)
        self.mistakes: defaultdict[str, deque[Exception]] = defaultdict(deque)
        self.most_held = 0
        self.lost_answers: Counter[tuple[str, str]] = Counter()
        self.doors: dict[str, Door] = {}

    @property
    def held(self) -> int:
        """How many wait before a closed door."""
        return sum(door.waiting for door in self.doors.values())

    def hold(self, chat: str) -> None:
        """Let nobody in there."""
        self.doors.setdefault(chat, Door())

    def let_in(self, chat: str = "") -> None:
        """Open the door to one chat, or all doors."""
        for name in [chat] if chat else list(self.doors):
            self.doors.pop(name).opened.set()

    def send(self, place: Place, message: Message, replaces: str, key: str = "") -> Coroutine[Any, Any, str]:
        """Show the message."""
        assert messages.from_json(messages.to_json(message)) == message
        chat, number = place.chat_id, len(self.calls)
        self.calls.append((chat, self._hands.now()))
        self.keys[message.plain()].append(key)
        if self.mistakes[chat]:
            raise self.mistakes[chat].popleft()
        return self._show(chat, message, replaces, number)

    async def _show(self, chat: str, message: Message, replaces: str, number: int) -> str:
        fault = self.faults[chat].popleft() if self.faults[chat] else None
        if chat in self.doors:
            door = self.doors[chat]
            door.waiting += 1
            self.most_held = max(self.most_held, self.held)
            self._hands.stir()
            try:
                await door.opened.wait()
            finally:
                door.waiting -= 1
                self._hands.stir()
        if fault is not None and not isinstance(fault, LostAnswerError):
            raise fault
        self.arrivals.append(Arrival(chat, message.plain(), replaces, f"ref-{number}", self._hands.now()))
        if fault is not None:
            self.lost_answers[chat, message.plain()] += 1
            raise fault
        return f"ref-{number}"

    def shown(self, chat: str) -> list[str]:
        """The texts in the order they arrived, repetitions included."""
        return [arrival.text for arrival in self.arrivals if arrival.chat == chat]


class Plug:
    """An outbox on a wire. Implements `bot.ports.Outbox`.

    Once pulled, nothing gets through any more: whoever calls is cut off, as by the end of the process. `falters` counts marks that fail
    before they reach the outbox, `swallows` marks that reach it but whose answer is lost.
    """

    def __init__(self, outbox: Outbox, when_pulled: Callable[[], None]) -> None:
        self._outbox = outbox
        self._when_pulled = when_pulled
        self._claimed: dict[int, tuple[str, str]] = {}
        self.unmarked: Counter[tuple[str, str]] = Counter()
        """How often a message (chat, text) had been sent, and nothing said so in the outbox."""
        self.pulled = asyncio.Event()
        self.pull_at = ""
        """Pull it when this is called next, before anything reaches the outbox."""
        self.falters = 0
        self.swallows = 0
        self.claims = 0
        self.is_dark = False
        """The outbox cannot be read."""
        self.dark_looks = 0
        self.when_claimed: Callable[[], Awaitable[None]] | None = None
        """Done after a claim, before the relay hears of it."""

    async def claim(self, worker: str, now: datetime, lease: timedelta, limit: int) -> tuple[Envelope, ...]:
        """See `bot.ports.Outbox`."""
        self._pass("claim")
        self.claims += 1
        claimed = await self._outbox.claim(worker, now, lease, limit)
        self._claimed |= {envelope.id: (envelope.place.chat_id, envelope.message.plain()) for envelope in claimed}
        if self.when_claimed is not None:
            await self.when_claimed()
        self._pass("claimed")
        return claimed

    async def delivered(self, worker: str, envelope_id: int, reference: str, now: datetime) -> None:
        """See `bot.ports.Outbox`."""
        self.unmarked[self._claimed[envelope_id]] += 1
        await self._mark("delivered", lambda: self._outbox.delivered(worker, envelope_id, reference, now))
        self.unmarked[self._claimed[envelope_id]] -= 1

    async def retry(self, worker: str, envelope_id: int, due_at: datetime, error: str) -> None:
        """See `bot.ports.Outbox`."""
        await self._mark("retry", lambda: self._outbox.retry(worker, envelope_id, due_at, error))

    async def pause(self, worker: str, envelope_id: int, until: datetime) -> None:
        """See `bot.ports.Outbox`."""
        await self._mark("pause", lambda: self._outbox.pause(worker, envelope_id, until))

    async def bury(self, worker: str, envelope_id: int, error: str, now: datetime) -> None:
        """See `bot.ports.Outbox`."""
        await self._mark("bury", lambda: self._outbox.bury(worker, envelope_id, error, now))

    async def dead_letters(self, limit: int) -> tuple[DeadLetter, ...]:
        """See `bot.ports.Outbox`."""
        return await self._outbox.dead_letters(limit)

    async def next_due(self, now: datetime) -> datetime | None:
        """See `bot.ports.Outbox`."""
        self._pass("next_due")
        if self.is_dark:
            self.dark_looks += 1
            raise OSError("the storage is away")
        return await self._outbox.next_due(now)

    async def forget_before(self, moment: datetime) -> int:
        """See `bot.ports.Outbox`."""
        return await self._outbox.forget_before(moment)

    def pull(self) -> None:
        """The process is gone; nothing in it ever wakes again."""
        self.pulled.set()
        self._when_pulled()

    def _pass(self, point: str) -> None:
        if point == self.pull_at:
            self.pull()
        if self.pulled.is_set():
            raise asyncio.CancelledError

    async def _mark(self, point: str, write: Callable[[], Awaitable[None]]) -> None:
        self._pass(point)
        if self.falters:
            self.falters -= 1
            raise OSError("the storage is busy")
        await write()
        self._pass(f"after {point}")
        if self.swallows:
            self.swallows -= 1
            raise OSError("the connection broke after the commit")


class Switchboard:
    """The whole arrangement. One relay runs at a time unless a test starts another."""

    def __init__(self, store: Store, pace: Pace = PACE, draw: Callable[[], float] = lambda: 0.5) -> None:
        self.store = store
        self.hands = Hands()
        self.phone = Phone(self.hands)
        self.pace = pace
        self._draw = draw
        self._posted = 0
        self._workers = 0
        self.relays: list[Running] = []
        self.plugs: list[Plug] = []
        store.on_commit(self._on_commit)

    def _on_commit(self) -> None:
        for running in self.relays:
            running.relay.wake()

    async def post(self, chat: str, text: str, *, platform: str = PLATFORM, slot: str = "", edits: str = "") -> None:
        """Commit a turn that says this in that chat."""
        self._posted += 1
        place = Place(platform, "t", chat)
        message = Message((Paragraph(words(text)),), slot=slot, edits=edits)
        outgoing = Outgoing(place, message, f"post-{self._posted}")
        assert await self.store.work.save(Turn(self.hands.now(), outgoing=(outgoing,))) is Saved.DONE

    def start(self, worker: str = "", outbox: Outbox | None = None) -> Running:
        """Start a relay, by default under a name no other had; `outbox` is another process's way to the same queue."""
        self._workers += 1
        sleeper = Sleeper(self.hands)
        plug = Plug(outbox or self.store.outbox, sleeper.die)
        worker = worker or f"worker-{self._workers}"
        self.plugs.append(plug)
        relay = Relay(
            plug,
            {PLATFORM: self.phone},
            self.hands,
            worker=worker,
            pace=self.pace,
            draw=self._draw,
            nap=sleeper.nap,
        )
        task = asyncio.create_task(relay.run())
        task.add_done_callback(lambda _: self.hands.stir())
        running = Running(self, worker, relay, plug, sleeper, task)
        self.relays.append(running)
        return running

    async def rest(self) -> None:
        """Until no relay has anything to do before the hands move or a door opens."""
        await self.hands.until(self._is_quiet)

    def _is_quiet(self) -> bool:
        alive = [running for running in self.relays if not running.task.done()]
        in_the_air = sum(running.relay.in_flight for running in alive)
        stuck = sum(running.stuck_marks for running in alive)
        return all(running.sleeper.is_asleep for running in alive) and in_the_air == stuck + self.phone.held

    async def pass_time(self, by: timedelta) -> None:
        """Turn the hands and let everybody do what is due then."""
        self.hands.turn(by)
        await self.rest()

    async def pass_until_quiet(self, within: timedelta = timedelta(days=30)) -> None:
        """Turn the hands from one due time to the next until nothing waits."""
        end = self.hands.now() + within
        while (due_at := await self.store.outbox.next_due(self.hands.now())) is not None:
            assert self.hands.now() < end, "messages wait for ever"
            await self.pass_time(max(due_at - self.hands.now(), timedelta(seconds=1)))

    async def end(self) -> None:
        """Stop every relay."""
        self.phone.let_in()
        for running in tuple(self.relays):
            await running.stop()


@dataclass(slots=True, eq=False)
class Running:
    """A relay that runs."""

    board: Switchboard
    worker: str
    relay: Relay
    plug: Plug
    sleeper: Sleeper
    task: asyncio.Task[None]

    @property
    def stuck_marks(self) -> int:
        """Marks that wait to be written again."""
        return self.sleeper.side_naps

    async def stop(self) -> None:
        """Gracefully."""
        await self.relay.stop()
        await self.task
        self.board.relays.remove(self)

    async def crash(self) -> None:
        """As `kill -9`: nothing more is written, nothing more is sent."""
        self.plug.pull()
        self.task.cancel()
        await asyncio.wait({self.task})
        self.board.relays.remove(self)

    async def fall_into(self, point: str) -> None:
        """Run until the plug is pulled at this call, then take the rest of the process with it."""
        self.plug.pull_at = point
        await self.plug.pulled.wait()
        await self.crash()
