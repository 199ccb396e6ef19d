"""The same promises for every adapter. A new one adds its name to ADAPTERS and is held to all of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.intake import Intake
from adapters.relay import Relay
from bot.chat import incoming as incomings
from bot.chat import message as messages
from bot.chat.degrade import fit
from bot.chat.incoming import Incoming, Place
from bot.chat.message import Choices, Message, Option, Paragraph
from bot.chat.richtext import words
from bot.ports import Outgoing, SendLaterError, Turn, UndeliverableError
from tests.contract.dingtalk import DINGTALK_ADAPTER, DINGTALK_CARDS_ADAPTER
from tests.contract.peer import Adapter, Fault, Peer
from tests.contract.slack import SLACK_ADAPTER
from tests.contract.telegram import TELEGRAM_ADAPTER
from tests.contract.web import WEB_ADAPTER
from tests.hands import Hands, Sleeper
from tests.memory import MemoryStore
from tests.sample_messages import INJECTIONS, QUOTED, SAMPLES
from tests.unit.chat.messages import judge

ADAPTERS = (WEB_ADAPTER, TELEGRAM_ADAPTER, SLACK_ADAPTER, DINGTALK_ADAPTER, DINGTALK_CARDS_ADAPTER)

BY_NAME = [pytest.param(adapter, id=adapter.name) for adapter in ADAPTERS]
RECORDINGS = [
    pytest.param(adapter, path, id=f"{adapter.name}-{path.stem}") for adapter in ADAPTERS for path in adapter.recordings
]
REFUSALS = [
    pytest.param(adapter, fault, id=f"{adapter.name}-{fault.name}")
    for adapter in ADAPTERS
    for fault in sorted(adapter.faults, key=lambda fault: fault.value)
]
MINUTE = timedelta(minutes=1)


@pytest.fixture(params=BY_NAME)
def adapter(request: pytest.FixtureRequest) -> Adapter:
    chosen: Adapter = request.param
    return chosen


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
async def peer(adapter: Adapter, hands: Hands) -> AsyncIterator[Peer]:
    async with adapter.open(hands) as opened:
        yield opened


def saying(text: str, *, slot: str = "", edits: str = "", is_optional: bool = False) -> Message:
    """One paragraph."""
    return Message((Paragraph(words(text)),), slot=slot, edits=edits, is_optional=is_optional)


def letters(text: str) -> str:
    """What is written, whatever the spacing."""
    return "".join(text.split())


async def everything(peer: Peer, place: Place) -> str:
    """All a reader of the chat finds, spacing aside."""
    return letters("".join(part for seen in await peer.seen(place) for part in (seen.words, *seen.pressable)))


# --- messages ---


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_sample_fits(adapter: Adapter, sample: Message) -> None:
    parts = fit(sample, adapter.capabilities, "https://laban.example")
    assert parts
    judge(parts, adapter.capabilities)


@pytest.mark.parametrize("sample", SAMPLES)
async def test_every_sample_is_delivered_with_all_its_words(peer: Peer, sample: Message) -> None:
    place = peer.places[0]
    reference = await peer.messenger.send(place, sample, "")
    assert isinstance(reference, str)
    assert reference
    found = await everything(peer, place)
    for block in sample.blocks:
        match block:
            case Paragraph(text):
                assert letters("".join(span.text for span in text)) in found
            case Choices(options):
                assert all(letters(option.label) in found for option in options)


@pytest.mark.parametrize("text", INJECTIONS)
async def test_what_people_write_never_acts(peer: Peer, text: str) -> None:
    place = peer.places[0]
    await peer.messenger.send(place, QUOTED[INJECTIONS.index(text)], "")
    await peer.messenger.send(
        place, Message((Choices((Option(text[:60] or "-", "a.s1.1.x", text), Option("No", "a.s1.1.y"))),)), ""
    )
    assert await peer.acts(place) == []
    assert letters(text) in await everything(peer, place)


async def test_a_message_that_edits_takes_the_others_place_or_follows_it(adapter: Adapter, peer: Peer) -> None:
    place = peer.places[0]
    reference = await peer.messenger.send(place, saying("first draft", slot="card"), "")
    await peer.messenger.send(place, saying("in between"), "")
    again = await peer.messenger.send(place, saying("second draft", slot="card", edits="card"), reference)
    await peer.messenger.send(place, saying("third draft", edits="card"), again)
    seen = [letters(one.words) for one in await peer.seen(place)]
    all_of_them = ["firstdraft", "inbetween", "seconddraft", "thirddraft"]
    wanted = ["thirddraft", "inbetween"] if adapter.capabilities.can_edit else all_of_them
    assert len(seen) == len(wanted)
    assert all(want in words for want, words in zip(wanted, seen, strict=True))


async def test_an_edit_of_what_was_never_delivered_is_a_new_message(peer: Peer) -> None:
    await peer.messenger.send(peer.places[0], saying("final", edits="card"), "")
    assert "final" in await everything(peer, peer.places[0])


async def test_tidying_up_is_left_out_where_nothing_can_be_edited(adapter: Adapter, peer: Peer) -> None:
    place = peer.places[0]
    reference = await peer.messenger.send(place, saying("question", slot="card"), "")
    await peer.messenger.send(place, saying("question, answered", edits="card", is_optional=True), reference)
    assert len(await peer.seen(place)) == 1
    assert ("answered" in await everything(peer, place)) == adapter.capabilities.can_edit


async def test_chats_do_not_see_each_other(peer: Peer) -> None:
    for place, text in zip(peer.places, ("for one", "for the other"), strict=True):
        await peer.messenger.send(place, saying(text), "")
    assert [letters("for one") in await everything(peer, place) for place in peer.places] == [True, False]


# --- by way of the relay ---


class Post:
    """An outbox in memory, a relay, and the adapter's messenger behind it."""

    def __init__(self, adapter: Adapter, peer: Peer, hands: Hands) -> None:
        self.store, self.hands, self.sleeper = MemoryStore(), hands, Sleeper(hands)
        platform = peer.places[0].platform
        self.relay = Relay(
            self.store.outbox, {platform: peer.messenger}, hands, worker="test", draw=lambda: 0.5, nap=self.sleeper.nap
        )
        self.store.on_commit(self.relay.wake)
        self._running = asyncio.create_task(self.relay.run())
        self._posted = 0

    async def say(self, place: Place, *texts: str) -> None:
        """Commit messages and let the relay work."""
        for text in texts:
            self._posted += 1
            outgoing = Outgoing(place, saying(text), f"post-{self._posted}")
            await self.store.work.save(Turn(self.hands.now(), outgoing=(outgoing,)))
        await self.rest()

    async def rest(self) -> None:
        """Until nothing more happens before time passes."""
        await self.hands.until(lambda: self.sleeper.is_asleep and not self.relay.in_flight)

    async def pass_time(self, by: timedelta) -> None:
        """Turn the hands."""
        self.hands.turn(by)
        await self.rest()

    async def end(self) -> None:
        """Stop the relay."""
        await self.relay.stop()
        await self._running


@pytest.fixture
async def post(adapter: Adapter, peer: Peer, hands: Hands) -> AsyncIterator[Post]:
    opened = Post(adapter, peer, hands)
    yield opened
    await opened.end()


async def test_every_chat_gets_its_messages_in_order(peer: Peer, post: Post) -> None:
    for number in range(12):
        for place in peer.places:
            await post.say(place, f"message {number};")
    for place in peer.places:
        shown = [letters(one.words) for one in await peer.seen(place)]
        assert len(shown) == 12
        assert all(f"message{number};" in words for number, words in enumerate(shown))


@pytest.mark.parametrize(("adapter", "fault"), REFUSALS)
async def test_a_refusal_is_told_in_the_words_of_the_port(peer: Peer, fault: Fault) -> None:
    peer.answer_with(fault)
    (told,) = await asyncio.gather(peer.messenger.send(peer.places[0], saying("hello"), ""), return_exceptions=True)
    kinds = {SendLaterError: Fault.LATER, UndeliverableError: Fault.GONE}
    assert isinstance(told, Exception)
    assert kinds.get(type(told), Fault.BROKEN) is fault
    assert "hello" not in str(told)


def test_every_platform_can_lose_a_chat_and_break(adapter: Adapter) -> None:
    assert adapter.faults >= {Fault.GONE, Fault.BROKEN}


async def test_a_broken_platform_delays_messages_and_loses_none(peer: Peer, post: Post) -> None:
    peer.answer_with(Fault.BROKEN)
    await post.say(peer.places[0], "one", "two")
    assert await peer.seen(peer.places[0]) == []
    peer.answer_with(None)
    await post.pass_time(MINUTE)
    first, second = [letters(one.words) for one in await peer.seen(peer.places[0])]
    assert "one" in first
    assert "two" in second


async def test_a_pause_the_platform_asks_for_is_kept(adapter: Adapter, peer: Peer, post: Post) -> None:
    if adapter.name == "web":
        # Our own chat never asks to wait; everybody else's does.
        assert Fault.LATER not in adapter.faults
        return
    peer.answer_with(Fault.LATER)
    await post.say(peer.places[0], "one", "two")
    peer.answer_with(None)
    await post.pass_time(MINUTE / 2)
    assert await peer.seen(peer.places[0]) == []
    await post.pass_time(MINUTE)
    assert len(await peer.seen(peer.places[0])) == 2


async def test_what_a_lost_chat_does_not_take_is_a_dead_letter_and_other_chats_go_on(peer: Peer, post: Post) -> None:
    peer.answer_with(Fault.GONE)
    await post.say(peer.places[0], "one")
    peer.answer_with(None)
    await post.say(peer.places[1], "two")
    (letter,) = await post.store.outbox.dead_letters(10)
    assert (letter.place, letter.message.plain()) == (peer.places[0], "one")
    assert "two" in await everything(peer, peer.places[1])


async def test_a_message_for_another_platform_is_refused(peer: Peer) -> None:
    with pytest.raises(UndeliverableError):
        await peer.messenger.send(Place("carrier pigeon", "t", "roof"), saying("hello"), "")


# --- what comes in ---


def load(path: Path) -> Mapping[str, Any]:
    """A recording."""
    recorded: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return recorded


def test_every_adapter_has_recordings_of_each_kind(adapter: Adapter) -> None:
    outcomes = [load(path)["incoming"] for path in adapter.recordings]
    kinds = {next(iter(outcome["body"])) for outcome in outcomes if outcome}
    wanted = {"texted", "picked", "arrived"} | ({"submitted"} if adapter.capabilities.has_forms else set())
    assert kinds >= wanted


@pytest.mark.parametrize(("adapter", "path"), RECORDINGS)
def test_what_was_recorded_is_still_understood(adapter: Adapter, path: Path) -> None:
    recorded = load(path)
    incoming = adapter.read(recorded)
    expected = recorded["incoming"]
    assert (None if incoming is None else incomings.to_json(incoming)) == expected
    if incoming is not None:
        assert incoming == incomings.from_json(expected)
        assert incoming.sender.platform == incoming.place.platform
        assert incoming.sent_at.tzinfo is not None


@pytest.mark.parametrize(("adapter", "path"), RECORDINGS)
async def test_what_is_delivered_twice_acts_once(adapter: Adapter, path: Path) -> None:
    events = [adapter.read(load(path)) for _ in range(5)]
    heard: list[Incoming] = []

    async def talk(incoming: Incoming) -> None:
        heard.append(incoming)

    intake = Intake(MemoryStore().inbox, talk, Hands())
    running = asyncio.create_task(intake.run())
    news = await asyncio.gather(*(intake.accept(event) for event in events if event is not None))
    await intake.stop()
    await running
    assert news.count(True) == (0 if events[0] is None else 1)


def test_a_proof_with_any_letter_changed_is_refused(adapter: Adapter) -> None:
    proof = adapter.proof
    assert adapter.is_genuine(proof)
    for position, letter in enumerate(proof):
        changed = "A" if letter != "A" else "B"
        assert not adapter.is_genuine(proof[:position] + changed + proof[position + 1 :])


@pytest.mark.parametrize(
    "change", [str.upper, lambda proof: proof[:-1], lambda proof: proof + "A", lambda _: "", lambda _: "é\0\ud800"]
)
def test_a_proof_cut_lengthened_or_made_up_is_refused(adapter: Adapter, change: Callable[[str], str]) -> None:
    assert not adapter.is_genuine(change(adapter.proof))


def test_samples_survive_the_way_through_the_outbox() -> None:
    assert [messages.from_json(json.loads(json.dumps(messages.to_json(sample)))) for sample in SAMPLES] == list(SAMPLES)
