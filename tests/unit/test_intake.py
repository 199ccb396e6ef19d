"""Events are stored before they are acknowledged and dealt with whatever happens; one that cannot be holds up nobody else."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Literal

import pytest

from adapters.intake import Diligence, Intake, key_of
from adapters.patience import TURNS
from bot.chat.incoming import Incoming, Place, Sender, Texted
from bot.ports import EventKey, Saved, Turn
from tests.hands import MORNING, Hands
from tests.memory import MemoryStore

SEARCH = timedelta(seconds=5)
DILIGENCE = Diligence(search=SEARCH)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def said(event_id: str, text: str = "hello", person: str = "an") -> Incoming:
    """A person types something."""
    return Incoming(event_id, Sender("slack", "T1", person), Place("slack", "T1", f"D-{person}"), MORNING, Texted(text))


class Desk:
    """Where turns are made. `begun` names the events in the order they were begun, attempts included."""

    def __init__(self, hands: Hands, store: MemoryStore) -> None:
        self._hands = hands
        self._store = store
        self.begun: list[str] = []
        self.effects: list[str] = []
        self.faults: defaultdict[str, deque[BaseException]] = defaultdict(deque)
        self.doors: dict[str, asyncio.Event] = {}
        self.sorry: list[str] = []
        self.saves = True
        self.busy = self.most_busy = 0

    async def talk(self, incoming: Incoming) -> None:
        """One turn."""
        event_id = incoming.event_id
        self.begun.append(event_id)
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        self._hands.stir()
        try:
            if event_id in self.doors:
                await self.doors[event_id].wait()
            if self.faults[event_id]:
                raise self.faults[event_id].popleft()
            if self.saves and await self._store.work.save(Turn(self._hands.now(), key_of(incoming))) is Saved.DONE:
                self.effects.append(event_id)
        finally:
            self.busy -= 1

    async def apologise(self, incoming: Incoming) -> None:
        """Tell them."""
        self.sorry.append(incoming.event_id)
        if incoming.event_id == "unspeakable":
            raise OSError

    def breaks(self, event_id: str, *errors: BaseException) -> None:
        """The next attempts at this event fail."""
        self.faults[event_id].extend(errors)


class Hall:
    """An intake, its inbox, and the hands of its clock. `start` may be called again after `kill`, as by a new process."""

    def __init__(self) -> None:
        self.hands = Hands()
        self.store = MemoryStore()
        self.desk = Desk(self.hands, self.store)
        self.naps: list[float] = []
        self.asleep = 0
        self.intake: Intake
        self._running: asyncio.Task[None]

    def build(self, diligence: Diligence = DILIGENCE) -> Intake:
        """An intake that does not run yet."""
        self.intake = Intake(
            self.store.inbox,
            self.desk.talk,
            self.hands,
            apologise=self.desk.apologise,
            diligence=diligence,
            draw=lambda: 1.0,
            nap=self.nap,
        )
        return self.intake

    def start(self) -> Intake:
        """Run it."""
        self._running = asyncio.create_task(self.intake.run())
        return self.intake

    async def nap(self, event: asyncio.Event, seconds: float) -> None:
        """By the test's hands."""
        self.naps.append(seconds)
        self.asleep += 1
        ringing = self.hands.alarm(self.hands.now() + timedelta(seconds=seconds))
        waking = asyncio.create_task(event.wait())
        either: set[asyncio.Future[None] | asyncio.Task[Literal[True]]] = {ringing, waking}
        self.hands.stir()
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.asleep -= 1
            ringing.cancel()
            waking.cancel()
            await asyncio.wait({waking})

    async def settle(self) -> None:
        """Let everything happen that can happen without time passing."""
        for _ in range(200):
            await asyncio.sleep(0)

    async def pass_time(self, *steps: timedelta) -> None:
        """Turn the hands, step by step."""
        for step in steps:
            self.hands.turn(step)
            await self.settle()

    async def stop(self) -> None:
        """Gracefully."""
        for door in self.desk.doors.values():
            door.set()
        await self.intake.stop()
        if hasattr(self, "_running"):
            await asyncio.wait({self._running})

    async def kill(self) -> None:
        """Without grace."""
        self._running.cancel()
        await asyncio.wait({self._running})


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    built = Hall()
    built.build()
    yield built
    await built.stop()


async def accept(hall: Hall, *incoming: Incoming) -> Sequence[bool]:
    """Accept them one after another, and let them be dealt with."""
    new = [await hall.intake.accept(one) for one in incoming]
    await hall.settle()
    return new


async def test_an_accepted_event_is_stored_before_and_dealt_with_after_the_acknowledgement(hall: Hall) -> None:
    hall.start()
    await hall.settle()
    hall.desk.doors["e1"] = asyncio.Event()
    assert await hall.intake.accept(said("e1"))
    assert await hall.store.inbox.pending(10) == (said("e1"),)
    assert hall.desk.effects == []
    hall.desk.doors["e1"].set()
    await hall.settle()
    assert hall.desk.effects == ["e1"]
    assert await hall.store.inbox.pending(10) == ()
    assert hall.intake.waiting == 0


async def test_a_slow_turn_does_not_delay_the_acknowledgement_of_the_next_event(hall: Hall) -> None:
    hall.start()
    hall.desk.doors["e1"] = asyncio.Event()
    assert await accept(hall, said("e1"), said("e2"), said("e3", person="mei")) == [True, True, True]
    assert hall.desk.effects == ["e3"]


async def test_a_duplicate_is_acknowledged_and_not_acted_on(hall: Hall) -> None:
    hall.start()
    assert await accept(hall, said("e1"), said("e1"), said("e1", "changed")) == [True, False, False]
    assert hall.desk.begun == ["e1"]


async def test_a_hundred_duplicates_at_once_are_one_turn(hall: Hall) -> None:
    hall.start()
    news = await asyncio.gather(*(hall.intake.accept(said("e1")) for _ in range(100)))
    await hall.settle()
    assert sum(news) == 1
    assert hall.desk.begun == ["e1"]


async def test_what_one_person_sends_is_dealt_with_in_order_and_people_side_by_side(hall: Hall) -> None:
    hall.start()
    for number in range(4):
        for person in ("an", "mei", "tom"):
            hall.desk.doors[f"{person}{number}"] = asyncio.Event()
            await accept(hall, said(f"{person}{number}", person=person))
    assert hall.desk.begun == ["an0", "mei0", "tom0"]
    for number in range(4):
        for person in ("tom", "an", "mei"):
            hall.desk.doors[f"{person}{number}"].set()
            await hall.settle()
    for person in ("an", "mei", "tom"):
        assert [one for one in hall.desk.effects if one.startswith(person)] == [f"{person}{number}" for number in range(4)]


async def test_no_more_turns_run_at_once_than_allowed(hall: Hall) -> None:
    hall.build(Diligence(turns=3, search=SEARCH))
    hall.start()
    for number in range(9):
        hall.desk.doors[f"e{number}"] = asyncio.Event()
        await accept(hall, said(f"e{number}", person=f"person{number}"))
    assert hall.desk.busy == 3
    for door in hall.desk.doors.values():
        door.set()
    await hall.settle()
    assert hall.desk.most_busy == 3
    assert len(hall.desk.effects) == 9


async def test_what_an_earlier_process_left_comes_before_what_is_accepted_now(hall: Hall) -> None:
    for number in range(3):
        await hall.store.inbox.put(said(f"old{number}"))
    await accept(hall, said("new"))
    assert hall.desk.begun == []
    hall.start()
    await hall.settle()
    assert hall.desk.effects == ["old0", "old1", "old2", "new"]


async def test_a_backlog_larger_than_a_page_is_worked_off_in_order(hall: Hall) -> None:
    for number in range(1203):
        await hall.store.inbox.put(said(f"{number}", person=f"person{number % 7}"))
    hall.start()
    while len(hall.desk.effects) < 1203:
        await hall.settle()
    for person in range(7):
        own = [int(one) for one in hall.desk.effects if int(one) % 7 == person]
        assert own == sorted(own)


async def test_an_event_whose_turn_was_killed_is_dealt_with_by_the_next_process(hall: Hall) -> None:
    hall.start()
    hall.desk.doors["e1"] = asyncio.Event()
    await accept(hall, said("e1"), said("e2"))
    await hall.kill()
    assert hall.desk.effects == []
    hall.desk.doors["e1"].set()
    hall.build()
    hall.start()
    await hall.settle()
    assert hall.desk.effects == ["e1", "e2"]


async def test_a_turn_that_fails_is_tried_again_before_the_persons_next_event(hall: Hall) -> None:
    hall.start()
    hall.desk.breaks("e1", OSError("storage"), KeyError("oops"))
    await accept(hall, said("e1"), said("e2"), said("other", person="mei"))
    assert hall.desk.effects == ["other"]
    await hall.pass_time(SECOND, SECOND, SECOND)
    assert hall.desk.effects == ["other", "e1", "e2"]
    assert hall.desk.sorry == []


async def test_a_mistake_of_ours_is_given_up_within_seconds_with_an_apology_and_the_next_event_goes_on(hall: Hall) -> None:
    hall.start()
    hall.desk.breaks("poison", *(KeyError("oops") for _ in range(100)))
    await accept(hall, said("poison"), said("next"), said("other", person="mei"))
    assert hall.desk.effects == ["other"]
    await hall.pass_time(SECOND, SECOND, SECOND, SECOND)
    assert hall.desk.effects == ["other", "next"]
    assert hall.desk.begun.count("poison") == TURNS.bug_attempts
    assert hall.desk.sorry == ["poison"]
    assert hall.store.work.events[EventKey("slack", "T1", "poison")].given_up == "KeyError"
    await hall.pass_time(MINUTE, MINUTE)
    assert hall.desk.begun.count("poison") == TURNS.bug_attempts


async def test_an_apology_that_fails_stops_nothing(hall: Hall) -> None:
    hall.start()
    hall.desk.breaks("unspeakable", *(KeyError() for _ in range(100)))
    await accept(hall, said("unspeakable"), said("next"))
    await hall.pass_time(SECOND, SECOND, SECOND, SECOND)
    assert hall.desk.effects == ["next"]


async def test_a_turn_that_never_ends_is_broken_off_and_tried_again(hall: Hall) -> None:
    hall.build(Diligence(turn_limit=timedelta(0), search=SEARCH))
    hall.start()
    hall.desk.doors["e1"] = asyncio.Event()
    await accept(hall, said("e1"))
    assert hall.desk.effects == []
    assert hall.desk.busy == 0
    del hall.desk.doors["e1"]
    await hall.pass_time(SECOND)
    assert hall.desk.effects == ["e1"]


async def test_a_storage_that_is_away_for_an_hour_loses_no_acknowledged_event(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.start()
    hall.desk.breaks("e1", *(OSError("away") for _ in range(1000)))

    async def refuse(event: EventKey, reason: str) -> None:
        raise OSError("away")

    monkeypatch.setattr(hall.store.inbox, "give_up", refuse)
    await accept(hall, said("e1"))
    for _ in range(120):
        await hall.pass_time(30 * SECOND)
    assert hall.desk.begun.count("e1") > TURNS.attempts
    hall.desk.faults.clear()
    await hall.pass_time(30 * SECOND)
    assert hall.desk.effects == ["e1"]


async def test_an_inbox_that_cannot_be_read_at_the_start_is_read_later(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    await hall.store.inbox.put(said("old"))
    pending = hall.store.inbox.pending

    async def refuse(limit: int) -> tuple[Incoming, ...]:
        raise OSError("away")

    monkeypatch.setattr(hall.store.inbox, "pending", refuse)
    hall.start()
    await accept(hall, said("new"))
    assert hall.desk.effects == []
    monkeypatch.setattr(hall.store.inbox, "pending", pending)
    await hall.pass_time(SEARCH)
    assert hall.desk.effects == ["old", "new"]


async def test_an_event_that_cannot_be_stored_is_not_acknowledged(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(incoming: Incoming) -> bool:
        raise OSError("disk full")

    monkeypatch.setattr(hall.store.inbox, "put", refuse)
    hall.start()
    with pytest.raises(OSError, match="disk full"):
        await hall.intake.accept(said("e1"))
    await hall.settle()
    assert hall.desk.begun == []


async def test_a_caller_that_hangs_up_while_its_event_is_stored_loses_nothing(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, put = asyncio.Event(), hall.store.inbox.put

    async def slow(incoming: Incoming) -> bool:
        await gate.wait()
        return await put(incoming)

    monkeypatch.setattr(hall.store.inbox, "put", slow)
    hall.start()
    calling = asyncio.create_task(hall.intake.accept(said("e1")))
    await hall.settle()
    calling.cancel()
    await asyncio.wait({calling})
    gate.set()
    await hall.settle()
    assert hall.desk.effects == ["e1"]


async def test_what_one_person_sends_is_stored_in_the_order_it_was_accepted(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    put, gates = hall.store.inbox.put, {f"e{number}": asyncio.Event() for number in range(3)}

    async def slow(incoming: Incoming) -> bool:
        if incoming.event_id in gates:
            await gates[incoming.event_id].wait()
        return await put(incoming)

    monkeypatch.setattr(hall.store.inbox, "put", slow)
    hall.start()
    calling = [asyncio.create_task(hall.intake.accept(said(f"e{number}"))) for number in range(3)]
    assert await hall.intake.accept(said("other", person="mei"))
    for number in (2, 1, 0):
        gates[f"e{number}"].set()
        await hall.settle()
    assert await asyncio.gather(*calling) == [True, True, True]
    await hall.settle()
    assert hall.desk.effects == ["other", "e0", "e1", "e2"]


async def test_an_event_that_could_not_be_stored_does_not_hold_up_the_persons_next_one(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = hall.store.inbox.put

    async def refuse_first(incoming: Incoming) -> bool:
        if incoming.event_id == "e1":
            raise OSError("busy")
        return await put(incoming)

    monkeypatch.setattr(hall.store.inbox, "put", refuse_first)
    hall.start()
    outcomes = await asyncio.gather(*(hall.intake.accept(said(name)) for name in ("e1", "e2")), return_exceptions=True)
    await hall.settle()
    assert [type(outcome) for outcome in outcomes] == [OSError, bool]
    assert hall.desk.effects == ["e2"]


async def test_an_event_stored_without_our_knowing_is_found_by_the_second_search(hall: Hall) -> None:
    hall.start()
    await hall.settle()
    await hall.store.inbox.put(said("orphan"))
    await hall.pass_time(SEARCH)
    assert hall.desk.begun == []
    await hall.pass_time(SEARCH)
    assert hall.desk.effects == ["orphan"]


async def test_an_event_in_the_hands_of_a_sister_process_is_left_to_it(hall: Hall) -> None:
    hall.start()
    await hall.settle()
    await hall.store.inbox.put(said("theirs"))
    await hall.pass_time(SEARCH)
    await hall.store.work.save(Turn(MORNING, key_of(said("theirs"))))
    await hall.pass_time(SEARCH, SEARCH)
    assert hall.desk.begun == []


async def test_an_event_whose_turn_ends_well_without_being_saved_is_given_up_instead_of_going_round_for_ever(hall: Hall) -> None:
    hall.desk.saves = False
    await hall.store.inbox.put(said("old"))
    hall.start()
    await accept(hall, said("new"))
    for _ in range(20):
        await hall.pass_time(SEARCH)
    assert hall.desk.begun == ["old", "new"]
    assert await hall.store.inbox.pending(10) == ()
    assert hall.desk.sorry == ["old", "new"]


async def test_a_stop_lets_running_turns_end_and_leaves_the_rest_in_the_inbox(hall: Hall) -> None:
    hall.start()
    hall.desk.doors["e1"] = asyncio.Event()
    await accept(hall, said("e1"), said("e2"))
    stopping = asyncio.create_task(hall.intake.stop())
    await hall.settle()
    assert not stopping.done()
    hall.desk.doors["e1"].set()
    await stopping
    assert hall.desk.effects == ["e1"]
    assert await hall.intake.accept(said("e3"))
    assert await hall.store.inbox.pending(10) == (said("e2"), said("e3"))
    hall.build()
    hall.start()
    await hall.settle()
    assert hall.desk.effects == ["e1", "e2", "e3"]


async def test_a_stop_does_not_wait_for_ever_and_an_attempt_is_not_waited_for_at_all(hall: Hall) -> None:
    hall.build(Diligence(grace=timedelta(0), search=SEARCH))
    hall.start()
    hall.desk.doors["hangs"] = asyncio.Event()
    hall.desk.breaks("fails", OSError())
    await accept(hall, said("hangs"), said("fails", person="mei"))
    await hall.intake.stop()
    assert hall.desk.effects == []
    assert len(await hall.store.inbox.pending(10)) == 2
    hall.desk.doors.clear()


async def test_an_event_stored_by_other_means_can_be_waited_for(hall: Hall) -> None:
    hall.start()
    await hall.settle()
    await hall.store.inbox.put(said("e1"))
    await hall.intake.see_to(said("e1"))
    assert hall.desk.effects == ["e1"]


async def test_whoever_waits_for_an_event_is_let_go_after_the_first_failure_and_at_a_stop(hall: Hall) -> None:
    hall.start()
    await hall.settle()
    hall.desk.breaks("e1", OSError())
    for event_id in ("e1", "e2", "e3"):
        await hall.store.inbox.put(said(event_id))
    await hall.intake.see_to(said("e1"))
    assert hall.desk.effects == []
    waiting = asyncio.create_task(hall.intake.see_to(said("e2")))
    await hall.settle()
    assert not waiting.done()
    await hall.intake.stop()
    await waiting
    await hall.intake.see_to(said("e3"))
    assert hall.desk.effects == []
    assert len(await hall.store.inbox.pending(10)) == 3


async def test_the_log_names_events_and_places_never_what_somebody_wrote(hall: Hall, caplog: pytest.LogCaptureFixture) -> None:
    secret = "my boss is a liar"
    hall.start()
    hall.desk.breaks("e1", *(ValueError(secret) for _ in range(9)))
    with caplog.at_level(logging.DEBUG, "adapters"):
        await accept(hall, said("e1", secret))
        await hall.pass_time(SECOND, SECOND, SECOND, SECOND)
    assert "e1" in caplog.text
    assert "ValueError at test_intake.py:" in caplog.text
    assert secret not in caplog.text
