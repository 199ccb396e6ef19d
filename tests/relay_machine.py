"""Random faults in a random order, on whatever outbox: what a relay must never do, checked by hypothesis."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Coroutine
from datetime import timedelta
from itertools import groupby
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from bot.ports import SendLaterError, UndeliverableError
from tests.switchboard import LostAnswerError, Running, Store, Switchboard

CHATS = st.sampled_from(("an", "mei", "tom"))
POINTS = st.sampled_from(
    ("next_due", "claim", "claimed", "delivered", "after delivered", "retry", "after retry", "pause", "bury")
)
FAULTS = st.sampled_from(
    (
        SendLaterError(timedelta(seconds=30)),
        OSError("down"),
        TimeoutError(),
        KeyError("oops"),
        UndeliverableError("blocked"),
        LostAnswerError(),
    )
)


class RelayMachine(RuleBasedStateMachine):
    """Several chats, one or two workers, every fault. A subclass makes the store.

    Promised: within a chat, first arrivals come in the order of posting; nothing is lost; a message is repeated only as often as it was
    left unknown whether it had arrived (a crash between sending and marking, a lost answer, a mark that could not be written in time).
    """

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.posted: defaultdict[str, list[str]] = defaultdict(list)
        self.board: Switchboard

    async def make_store(self) -> Store:
        """An empty one."""
        raise NotImplementedError

    async def drop_store(self) -> None:
        """Close what `make_store` opened."""

    def run(self, doing: Coroutine[Any, Any, Any]) -> None:
        """Let the loop run until `doing` is done; what else goes on stands still in between."""
        self.runner.run(doing)

    @initialize(seed=st.integers(0, 9))
    def begin(self, seed: int) -> None:
        """One worker, nothing posted."""

        async def build() -> None:
            self.board = Switchboard(await self.make_store(), draw=random.Random(seed).random)
            self.board.start()
            await self.board.rest()

        self.run(build())

    @rule(chat=CHATS, times=st.integers(1, 4))
    def post(self, chat: str, times: int) -> None:
        """Texts are numbers, so that their order can be seen."""

        async def post() -> None:
            for _ in range(times):
                text = f"{len(self.posted[chat])}"
                self.posted[chat].append(text)
                await self.board.post(chat, text)
            await self.board.rest()

        self.run(post())

    @rule(chat=CHATS, fault=FAULTS)
    def break_next_send(self, chat: str, fault: Exception) -> None:
        """It happens when the chat is sent to next."""
        self.board.phone.faults[chat].append(fault)

    @rule(seconds=st.sampled_from((0.1, 1, 3, 10, 61, 3600)))
    def pass_time(self, seconds: float) -> None:
        """At one stroke."""
        self.run(self.board.pass_time(timedelta(seconds=seconds)))

    @rule(times=st.integers(1, 3), is_written=st.booleans())
    def break_marks(self, times: int, is_written: bool) -> None:
        """The next marks fail, before or after they were written. Stuck for longer than a lease they cannot prevent a repetition."""
        plug = self.board.relays[0].plug
        if is_written:
            plug.swallows += times
        else:
            plug.falters += times

    @rule(point=POINTS, keeps_name=st.booleans())
    def crash(self, point: str, keeps_name: bool) -> None:
        """The oldest worker dies at this point if it gets there within a second, otherwise where it stands. Another takes its place."""
        running = self.board.relays[0]

        async def crash() -> None:
            running.plug.pull_at = point
            await self.board.pass_time(timedelta(seconds=1))
            await running.crash()
            self.board.start(running.worker if keeps_name else "")
            await self.board.rest()

        self.run(crash())

    @precondition(lambda self: len(self.board.relays) == 1)
    @rule()
    def start_second_worker(self) -> None:
        """Two processes on one outbox."""

        async def start() -> None:
            self.board.start()
            await self.board.rest()

        self.run(start())

    @rule(which=st.integers(0, 1))
    def restart(self, which: int) -> None:
        """Gracefully."""

        async def restart() -> None:
            running = self.board.relays[which % len(self.board.relays)]
            await self.let_marks_through(running)
            await running.stop()
            self.board.start()
            await self.board.rest()

        self.run(restart())

    async def let_marks_through(self, running: Running) -> None:
        """A graceful stop waits for real seconds otherwise."""
        running.plug.falters = running.plug.swallows = 0
        while running.stuck_marks:
            await self.board.pass_time(timedelta(seconds=5))

    def teardown(self) -> None:
        """Everything works again: what was posted has arrived, or was refused for good."""
        if hasattr(self, "board"):
            self.run(self.check())
            self.run(self.drop_store())
        self.runner.close()

    async def check(self) -> None:
        """The promises."""
        self.board.phone.faults.clear()
        for running in self.board.relays:
            await self.let_marks_through(running)
        await self.board.pass_time(self.board.pace.lease)
        await self.board.pass_until_quiet()
        letters = await self.board.store.outbox.dead_letters(1000)
        dead = {(letter.place.chat_id, letter.message.plain()) for letter in letters}
        assert len(letters) == len(dead)
        for chat, texts in self.posted.items():
            shown = self.board.phone.shown(chat)
            firsts = [text for text, _ in groupby(shown)]
            assert firsts == sorted(firsts, key=int), "out of order"
            assert set(firsts) | {text for name, text in dead if name == chat} == set(texts), "lost"
            for text, count in Counter(shown).items():
                unknown = self.board.phone.lost_answers[chat, text] + sum(plug.unmarked[chat, text] for plug in self.board.plugs)
                assert count <= 1 + unknown, "repeated without a reason"
        await self.board.end()
