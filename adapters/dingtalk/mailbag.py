"""Takes the same words for many people and carries them together: DingTalk counts calls, and one can name twenty people.

Whoever sends waits for the outcome of their own letter only, so whatever stands behind one person holds up no other. A lone answer goes at
once. Only where the same words are on their way to others already is a bag that is not full held open for a moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from adapters.dingtalk.answers import FLOW, ApiError
from adapters.dingtalk.client import BATCH, Delivery
from adapters.nap import Nap, nap
from bot.ports import Clock, SendLaterError, UndeliverableError

LINGER: Final = timedelta(seconds=0.4)
"""A bag in which so long nothing was put is closed; the relay of a busy machine may take as long to hand out what comes next."""
LINGERS: Final = 8
"""However steadily more keeps coming, nobody's letter waits for longer than so many of these."""
BAGS: Final = 256
"""More kinds of words than these are not remembered."""

Say = Callable[[Sequence[str], str, str], Awaitable[Delivery]]
Letters = dict[str, "asyncio.Future[str]"]
"""By person, whom a bag holds once."""


@dataclass(slots=True)
class _Bag:
    """Letters with the same words."""

    letters: Letters = field(default_factory=dict)
    full: asyncio.Event = field(default_factory=asyncio.Event)
    worker: asyncio.Task[None] | None = None
    in_the_air: int = 0
    hot_until: datetime | None = None


class Mailbag:
    """One per app and process. `say` is `DingTalkClient.say`."""

    def __init__(self, say: Say, clock: Clock, nap: Nap = nap) -> None:
        self._say = say
        self._clock = clock
        self._nap = nap
        self._bags: dict[tuple[str, str], _Bag] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> int:
        """How many letters are not on their way yet."""
        return sum(len(bag.letters) for bag in self._bags.values())

    async def put(self, staff_id: str, key: str, param: str) -> str:
        """Say `param` to somebody; the reference. Raises what became of it for this person: SendLaterError, UndeliverableError, ApiError,
        or what `say` raised."""
        words = (key, param)
        bag = self._bags.get(words)
        if bag is None:
            self._forget_the_cold()
            bag = self._bags[words] = _Bag()
        letter = bag.letters.get(staff_id)
        if letter is None:
            letter = bag.letters[staff_id] = asyncio.get_running_loop().create_future()
        if len(bag.letters) >= BATCH:
            bag.full.set()
        if bag.worker is None:
            bag.worker = self._start(self._empty(words, bag))
        try:
            return await letter
        finally:
            # Cancelled before it left: it stays here, and whoever sends it again puts a new one in.
            if bag.letters.get(staff_id) is letter and letter.done():
                del bag.letters[staff_id]

    async def close(self) -> None:
        """Carry nothing more."""
        for task in tuple(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _empty(self, words: tuple[str, str], bag: _Bag) -> None:
        try:
            while bag.letters:
                if len(bag.letters) < BATCH and self._is_hot(bag):
                    await self._hold_open(bag)
                taken = dict(list(bag.letters.items())[:BATCH])
                for staff_id in taken:
                    del bag.letters[staff_id]
                if taken:
                    bag.in_the_air += 1
                    self._start(self._carry(words, bag, taken))
        finally:
            bag.worker = None

    async def _hold_open(self, bag: _Bag) -> None:
        bag.full.clear()
        for _ in range(LINGERS):
            held = len(bag.letters)
            await self._nap(bag.full, LINGER.total_seconds())
            if bag.full.is_set() or len(bag.letters) <= held:
                return

    def _is_hot(self, bag: _Bag) -> bool:
        return bag.in_the_air > 0 or (bag.hot_until is not None and self._clock.now() < bag.hot_until)

    async def _carry(self, words: tuple[str, str], bag: _Bag, letters: Letters) -> None:
        try:
            await self._hand_over(words, letters)
        finally:
            bag.in_the_air -= 1
            bag.hot_until = self._clock.now() + LINGER
            for letter in letters.values():
                letter.cancel()  # those nothing became of; the others are done

    async def _hand_over(self, words: tuple[str, str], letters: Letters) -> None:
        try:
            delivery = await self._say(list(letters), *words)
        except ApiError as error:
            if error.is_final and len(letters) > 1:
                # One of them may be what is refused, and nobody should suffer for another.
                for staff_id, letter in letters.items():
                    await self._hand_over(words, {staff_id: letter})
                return
            _fail(letters, error)
        except Exception as error:
            _fail(letters, error)
        else:
            for staff_id, letter in letters.items():
                if not letter.done():
                    _settle(letter, staff_id, delivery)

    def _forget_the_cold(self) -> None:
        if len(self._bags) >= BAGS:
            cold = [words for words, bag in self._bags.items() if not bag.letters and not self._is_hot(bag)]
            for words in cold:
                del self._bags[words]

    def _start(self, work: Awaitable[None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _settle(letter: asyncio.Future[str], staff_id: str, delivery: Delivery) -> None:
    if staff_id in delivery.unknown:
        letter.set_exception(UndeliverableError("DingTalk knows nobody by this id whom the app may write to"))
    elif staff_id in delivery.filtered:
        letter.set_exception(UndeliverableError("DingTalk keeps messages of this app from the person"))
    elif staff_id in delivery.held_back:
        letter.set_exception(SendLaterError(FLOW))
    else:
        letter.set_result(delivery.reference)


def _fail(letters: Letters, error: Exception) -> None:
    for letter in letters.values():
        if not letter.done():
            letter.set_exception(error)
