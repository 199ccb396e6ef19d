"""What an inbox and an outbox promise to whoever stands in front: `tests/unit` runs this in memory, `tests/storage` on both engines."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from bot.chat.incoming import Arrived, Body, Incoming, Picked, Place, Sender, Submitted, Texted
from bot.chat.message import Message, Paragraph
from bot.chat.richtext import words
from bot.ports import Envelope, EventKey, Outgoing, Saved, Turn
from tests.hands import MORNING
from tests.sample_messages import SAMPLES
from tests.switchboard import Store

AN, MEI = Place("web", "t", "an"), Place("slack", "T1", "D:mei", is_private=False)
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
LEASE = MINUTE
HELLO = Texted("hello")


def saying(text: str, *, slot: str = "", edits: str = "") -> Message:
    """A message of one paragraph."""
    return Message((Paragraph(words(text)),), slot=slot, edits=edits)


async def post(store: Store, place: Place, *texts: str) -> None:
    """Commit messages for a place, one turn each."""
    for text in texts:
        await commit(store, Outgoing(place, saying(text), f"{place.lane} {text}"))


async def commit(store: Store, *outgoing: Outgoing) -> Saved:
    """Commit a turn that says this."""
    return await store.work.save(Turn(MORNING, outgoing=outgoing))


def texts(envelopes: tuple[Envelope, ...]) -> list[str]:
    """What they say."""
    return [envelope.message.plain() for envelope in envelopes]


class OutboxPromises:
    """A subclass gives the fixture `store`, empty."""

    async def test_a_message_comes_out_as_it_went_in(self, store: Store) -> None:
        for number, sample in enumerate(SAMPLES):
            await commit(store, Outgoing(Place("web", "t", f"chat-{number}"), sample, f"sample-{number}"))
        envelopes = await store.outbox.claim("me", MORNING, LEASE, len(SAMPLES))
        found = {envelope.place.chat_id: envelope for envelope in envelopes}
        assert {f"chat-{number}": sample for number, sample in enumerate(SAMPLES)} == {
            chat: envelope.message for chat, envelope in found.items()
        }
        assert all(envelope.attempts == 0 and envelope.created_at == MORNING and not envelope.replaces for envelope in envelopes)

    async def test_only_the_head_of_each_lane_is_given_out(self, store: Store) -> None:
        await post(store, AN, "one", "two")
        await post(store, MEI, "three")
        envelopes = await store.outbox.claim("me", MORNING, LEASE, 10)
        assert {envelope.place: envelope.message.plain() for envelope in envelopes} == {AN: "one", MEI: "three"}

    async def test_messages_of_one_turn_keep_their_order(self, store: Store) -> None:
        await commit(store, *(Outgoing(AN, saying(f"{number}"), f"d{number}") for number in range(5)))
        seen = []
        for _ in range(5):
            (envelope,) = await store.outbox.claim("me", MORNING, LEASE, 10)
            seen.append(envelope.message.plain())
            await store.outbox.delivered("me", envelope.id, "ref", MORNING)
        assert seen == ["0", "1", "2", "3", "4"]
        assert await store.outbox.claim("me", MORNING, LEASE, 10) == ()

    async def test_no_more_lanes_than_asked_for_are_given_out(self, store: Store) -> None:
        for number in range(5):
            await post(store, Place("web", "t", f"{number}"), "hello")
        assert len(await store.outbox.claim("me", MORNING, LEASE, 2)) == 2
        assert len(await store.outbox.claim("you", MORNING, LEASE, 10)) == 3

    async def test_a_leased_lane_is_given_to_nobody_else_until_the_lease_ends(self, store: Store) -> None:
        await post(store, AN, "one")
        assert texts(await store.outbox.claim("me", MORNING, LEASE, 10)) == ["one"]
        assert await store.outbox.claim("you", MORNING + LEASE - SECOND, LEASE, 10) == ()
        assert texts(await store.outbox.claim("me", MORNING, LEASE, 10)) == ["one"]
        assert texts(await store.outbox.claim("you", MORNING + LEASE, LEASE, 10)) == ["one"]

    async def test_the_same_message_saved_twice_is_there_once(self, store: Store) -> None:
        await commit(store, Outgoing(AN, saying("one"), "same"))
        await commit(store, Outgoing(AN, saying("one"), "same"))
        (envelope,) = await store.outbox.claim("me", MORNING, LEASE, 10)
        await store.outbox.delivered("me", envelope.id, "ref", MORNING)
        assert await store.outbox.claim("me", MORNING, LEASE, 10) == ()

    async def test_a_retry_keeps_its_place_at_the_head_and_counts_the_attempt(self, store: Store) -> None:
        await post(store, AN, "one", "two")
        (envelope,) = await store.outbox.claim("me", MORNING, LEASE, 10)
        await store.outbox.retry("me", envelope.id, MORNING + MINUTE, "OSError")
        assert await store.outbox.claim("you", MORNING + MINUTE - SECOND, LEASE, 10) == ()
        (again,) = await store.outbox.claim("you", MORNING + MINUTE, LEASE, 10)
        assert (again.id, again.attempts) == (envelope.id, 1)

    async def test_a_pause_holds_the_lane_and_counts_no_attempt(self, store: Store) -> None:
        await post(store, AN, "one", "two")
        (envelope,) = await store.outbox.claim("me", MORNING, LEASE, 10)
        await store.outbox.pause("me", envelope.id, MORNING + MINUTE)
        await post(store, AN, "three")
        assert await store.outbox.claim("you", MORNING + MINUTE - SECOND, LEASE, 10) == ()
        (again,) = await store.outbox.claim("you", MORNING + MINUTE, LEASE, 10)
        assert (again.id, again.attempts) == (envelope.id, 0)

    async def test_a_pause_that_is_over_already_only_gives_the_lane_back(self, store: Store) -> None:
        await post(store, AN, "one")
        (envelope,) = await store.outbox.claim("me", MORNING, LEASE, 10)
        await store.outbox.pause("me", envelope.id, MORNING)
        assert texts(await store.outbox.claim("you", MORNING, LEASE, 10)) == ["one"]

    async def test_dead_letters_are_kept_and_the_newest_comes_first(self, store: Store) -> None:
        await post(store, AN, "one", "two", "three")
        for number in range(2):
            (envelope,) = await store.outbox.claim("me", MORNING, LEASE, 10)
            await store.outbox.bury("me", envelope.id, f"reason {number}", MORNING + number * SECOND)
        letters = await store.outbox.dead_letters(10)
        assert [(letter.place, letter.message.plain(), letter.error, letter.died_at) for letter in letters] == [
            (AN, "two", "reason 1", MORNING + SECOND),
            (AN, "one", "reason 0", MORNING),
        ]
        assert len(await store.outbox.dead_letters(1)) == 1
        assert texts(await store.outbox.claim("me", MORNING, LEASE, 10)) == ["three"]

    async def test_a_worker_that_lost_its_lane_changes_nothing(self, store: Store) -> None:
        await post(store, AN, "one", "two")
        (envelope,) = await store.outbox.claim("slow", MORNING, LEASE, 10)
        later = MORNING + LEASE
        await store.outbox.claim("quick", later, LEASE, 10)
        await store.outbox.retry("slow", envelope.id, later + DAY, "late")
        await store.outbox.pause("slow", envelope.id, later + DAY)
        await store.outbox.bury("slow", envelope.id, "late", later)
        assert await store.outbox.claim("third", later, LEASE, 10) == ()
        await store.outbox.delivered("quick", envelope.id, "ref", later)
        await store.outbox.retry("slow", envelope.id, later, "late")
        assert texts(await store.outbox.claim("third", later, LEASE, 10)) == ["two"]
        assert await store.outbox.dead_letters(10) == ()

    async def test_a_mark_written_twice_counts_once(self, store: Store) -> None:
        await post(store, AN, "one", "two")
        (envelope,) = await store.outbox.claim("me", MORNING, LEASE, 10)
        for _ in range(2):
            await store.outbox.retry("me", envelope.id, MORNING, "OSError")
        (envelope,) = await store.outbox.claim("me", MORNING, LEASE, 10)
        assert envelope.attempts == 1
        for _ in range(2):
            await store.outbox.delivered("me", envelope.id, "ref", MORNING)
        assert texts(await store.outbox.claim("me", MORNING, LEASE, 10)) == ["two"]

    async def test_an_edit_finds_the_newest_delivered_message_of_its_name_in_its_chat(self, store: Store) -> None:
        await commit(store, Outgoing(MEI, saying("elsewhere", slot="card"), "m1"))
        await commit(store, Outgoing(AN, saying("draft", slot="card"), "a1"))
        await commit(store, Outgoing(AN, saying("nameless", edits="card"), "a2"))
        await commit(store, Outgoing(AN, saying("final", slot="card", edits="card"), "a3"))
        await commit(store, Outgoing(AN, saying("unknown", edits="other"), "a4"))
        replaced = []
        for number in range(5):
            for envelope in await store.outbox.claim("me", MORNING, LEASE, 10):
                if envelope.place == AN:
                    replaced.append(envelope.replaces)
                await store.outbox.delivered("me", envelope.id, f"ref {number}", MORNING)
        assert replaced == ["", "ref 0", "ref 1", ""]

    async def test_a_message_that_died_is_not_replaced(self, store: Store) -> None:
        await commit(store, Outgoing(AN, saying("draft", slot="card"), "a1"), Outgoing(AN, saying("final", edits="card"), "a2"))
        (envelope,) = await store.outbox.claim("me", MORNING, LEASE, 10)
        await store.outbox.bury("me", envelope.id, "blocked", MORNING)
        (envelope,) = await store.outbox.claim("me", MORNING, LEASE, 10)
        assert (envelope.message.plain(), envelope.replaces) == ("final", "")

    async def test_the_next_due_time_knows_retries_and_pauses(self, store: Store) -> None:
        assert await store.outbox.next_due(MORNING) is None
        await post(store, AN, "one")
        due_at = await store.outbox.next_due(MORNING)
        assert due_at is not None
        assert due_at <= MORNING
        (envelope,) = await store.outbox.claim("me", MORNING, LEASE, 10)
        await store.outbox.retry("me", envelope.id, MORNING + MINUTE, "OSError")
        assert await store.outbox.next_due(MORNING) == MORNING + MINUTE
        (envelope,) = await store.outbox.claim("me", MORNING + MINUTE, LEASE, 10)
        await store.outbox.pause("me", envelope.id, MORNING + 3 * MINUTE)
        assert await store.outbox.next_due(MORNING) == MORNING + 3 * MINUTE
        await post(store, MEI, "two")
        due_at = await store.outbox.next_due(MORNING)
        assert due_at is not None
        assert due_at <= MORNING

    async def test_only_delivered_messages_are_forgotten(self, store: Store) -> None:
        await post(store, AN, "sent", "dead", "waiting")
        (envelope,) = await store.outbox.claim("me", MORNING, LEASE, 10)
        await store.outbox.delivered("me", envelope.id, "ref", MORNING)
        (envelope,) = await store.outbox.claim("me", MORNING, LEASE, 10)
        await store.outbox.bury("me", envelope.id, "blocked", MORNING)
        assert await store.outbox.forget_before(MORNING) == 0
        assert await store.outbox.forget_before(MORNING + DAY) == 1
        assert await store.outbox.forget_before(MORNING + DAY) == 0
        assert len(await store.outbox.dead_letters(10)) == 1
        assert texts(await store.outbox.claim("me", MORNING, LEASE, 10)) == ["waiting"]

    async def test_whoever_commits_something_to_deliver_wakes_the_relay(self, store: Store) -> None:
        calls = []
        store.on_commit(lambda: calls.append(1))
        await post(store, AN, "one")
        assert calls == [1]


class InboxPromises:
    """A subclass gives the fixture `store`, empty."""

    async def test_events_wait_in_the_order_they_were_put(self, store: Store) -> None:
        bodies: list[Body] = [
            Texted("NPS 30 → 50, 目标 🧭"),
            Picked("a.s.1.x"),
            Submitted("a.s.1.~", {"kr/value": "50"}),
            Arrived("code"),
        ]
        # Platforms' clocks differ: the order of arrival counts.
        events = [event(f"e{number}", body, MORNING - number * SECOND) for number, body in enumerate(bodies)]
        for one in events:
            assert await store.inbox.put(one)
        assert await store.inbox.pending(10) == tuple(events)
        assert await store.inbox.pending(2) == tuple(events[:2])

    async def test_an_event_is_put_once(self, store: Store) -> None:
        assert await store.inbox.put(event("e1"))
        assert not await store.inbox.put(event("e1", Texted("changed on the way")))
        assert await store.inbox.pending(10) == (event("e1"),)

    async def test_the_same_number_of_another_platform_is_another_event(self, store: Store) -> None:
        assert await store.inbox.put(event("e1"))
        assert await store.inbox.put(event("e1", tenant="other"))
        assert await store.inbox.put(event("e1", platform="slack"))
        assert len(await store.inbox.pending(10)) == 3

    async def test_a_turn_takes_its_event_out_of_the_queue_for_good(self, store: Store) -> None:
        await store.inbox.put(event("e1"))
        await store.inbox.put(event("e2"))
        assert await store.work.save(Turn(MORNING, EventKey("web", "t", "e1"))) is Saved.DONE
        assert await store.inbox.pending(10) == (event("e2"),)
        assert not await store.inbox.put(event("e1"))
        assert await store.work.save(Turn(MORNING, EventKey("web", "t", "e1"))) is Saved.DUPLICATE

    async def test_an_event_dealt_with_without_ever_waiting_is_known_too(self, store: Store) -> None:
        assert await store.work.save(Turn(MORNING, EventKey("web", "t", "e1"))) is Saved.DONE
        assert not await store.inbox.put(event("e1"))
        assert await store.inbox.pending(10) == ()

    async def test_a_hundred_turns_of_one_event_at_once_have_one_effect(self, store: Store) -> None:
        await store.inbox.put(event("e1"))
        turns = [
            Turn(MORNING, EventKey("web", "t", "e1"), outgoing=(Outgoing(AN, saying(f"{number}"), f"d{number}"),))
            for number in range(100)
        ]
        outcomes = await asyncio.gather(*(store.work.save(turn) for turn in turns))
        assert outcomes.count(Saved.DONE) == 1
        assert outcomes.count(Saved.DUPLICATE) == 99
        (envelope,) = await store.outbox.claim("me", MORNING, LEASE, 10)
        await store.outbox.delivered("me", envelope.id, "ref", MORNING)
        assert await store.outbox.claim("me", MORNING, LEASE, 10) == ()

    async def test_an_event_given_up_waits_no_more_and_does_not_come_back(self, store: Store) -> None:
        await store.inbox.put(event("e1"))
        await store.inbox.give_up(EventKey("web", "t", "e1"), "KeyError")
        assert await store.inbox.pending(10) == ()
        assert not await store.inbox.put(event("e1"))

    async def test_only_what_was_dealt_with_is_forgotten(self, store: Store) -> None:
        for number in range(3):
            await store.inbox.put(event(f"e{number}"))
        await store.work.save(Turn(MORNING, EventKey("web", "t", "e0")))
        await store.inbox.give_up(EventKey("web", "t", "e1"), "KeyError")
        assert await store.inbox.forget_before(MORNING) == 0
        assert await store.inbox.forget_before(MORNING + DAY) == 1
        assert await store.inbox.pending(10) == (event("e2"),)
        assert not await store.inbox.put(event("e1"))


def event(event_id: str, body: Body = HELLO, at: datetime = MORNING, *, platform: str = "web", tenant: str = "t") -> Incoming:
    """Somebody does something."""
    return Incoming(event_id, Sender(platform, tenant, "an", "An", "vi"), Place(platform, tenant, "an"), at, body)
