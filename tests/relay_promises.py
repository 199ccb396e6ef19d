"""What the relay promises, on whatever outbox: `tests/unit` runs this in memory, `tests/storage` on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from adapters.patience import DELIVERY
from adapters.relay import Pace
from bot.ports import Envelope, SendLaterError, UndeliverableError
from tests.switchboard import LostAnswerError, Store, Switchboard

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class RelayPromises:
    """A subclass gives the fixture `store`."""

    @pytest.fixture
    async def board(self, store: Store) -> AsyncIterator[Switchboard]:
        board = Switchboard(store)
        yield board
        await board.end()

    async def test_a_commit_in_the_same_process_is_delivered_without_waiting(self, board: Switchboard) -> None:
        board.start()
        await board.rest()
        await board.post("an", "hello")
        await board.rest()
        assert board.phone.shown("an") == ["hello"]

    async def test_messages_committed_before_the_start_are_delivered(self, board: Switchboard) -> None:
        await board.post("an", "one")
        await board.post("an", "two")
        board.start()
        await board.rest()
        assert board.phone.shown("an") == ["one", "two"]

    async def test_a_message_of_another_process_is_found_within_a_second(self, board: Switchboard) -> None:
        running = board.start()
        await board.rest()
        board.relays.clear()
        await board.post("an", "from elsewhere")
        board.relays.append(running)
        assert board.phone.shown("an") == []
        await board.pass_time(SECOND)
        assert board.phone.shown("an") == ["from elsewhere"]

    async def test_chats_are_served_side_by_side_and_each_in_order(self, board: Switchboard) -> None:
        for number in range(5):
            for chat in ("an", "mei", "tom"):
                await board.post(chat, f"{number}")
        board.phone.hold("an")
        board.start()
        await board.rest()
        assert board.phone.shown("an") == []
        assert board.phone.shown("mei") == board.phone.shown("tom") == ["0", "1", "2", "3", "4"]
        board.phone.let_in("an")
        await board.rest()
        assert board.phone.shown("an") == ["0", "1", "2", "3", "4"]

    async def test_no_more_lanes_are_served_at_once_than_allowed(self, store: Store) -> None:
        board = Switchboard(store, Pace(lanes=3))
        chats = [f"chat-{number}" for number in range(7)]
        for chat in chats:
            board.phone.hold(chat)
            await board.post(chat, "hello")
        board.start()
        await board.rest()
        assert board.phone.held == 3
        await board.end()
        board.start()
        await board.rest()
        assert board.phone.most_held == 3
        assert sorted(arrival.chat for arrival in board.phone.arrivals) == chats
        await board.end()

    async def test_lanes_in_the_air_leave_room_for_others(self, store: Store) -> None:
        board = Switchboard(store, Pace(lanes=2))
        board.phone.hold("an")
        await board.post("an", "slow")
        board.start()
        await board.rest()
        await board.post("mei", "quick")
        await board.rest()
        assert board.phone.shown("mei") == ["quick"]
        await board.end()

    async def test_a_claim_that_saw_a_message_just_before_it_was_marked_does_not_repeat_it(self, board: Switchboard) -> None:
        board.phone.hold("an")
        await board.post("an", "one")
        await board.post("an", "two")
        running = board.start()
        await board.rest()

        async def land() -> None:
            if "an" in board.phone.doors:
                board.phone.let_in("an")
                while running.relay.in_flight:  # noqa: ASYNC110 nothing rings when a delivery lands
                    await asyncio.sleep(0)

        running.plug.when_claimed = land
        await board.post("mei", "hello")
        await board.rest()
        assert board.phone.shown("an") == ["one", "two"]

    async def test_a_pause_the_platform_asks_for_stops_its_lane_and_no_other(self, board: Switchboard) -> None:
        board.phone.faults["an"].append(SendLaterError(MINUTE))
        for text in ("one", "two"):
            await board.post("an", text)
            await board.post("mei", text)
        board.start()
        await board.rest()
        assert board.phone.shown("mei") == ["one", "two"]
        await board.pass_time(59 * SECOND)
        assert len([chat for chat, _ in board.phone.calls if chat == "an"]) == 1
        await board.pass_time(SECOND)
        assert board.phone.shown("an") == ["one", "two"]

    async def test_pauses_are_no_attempts_however_many_there_are(self, board: Switchboard) -> None:
        board.phone.faults["an"].extend(SendLaterError(HOUR) for _ in range(40))
        await board.post("an", "patient")
        board.start()
        await board.rest()
        await board.pass_until_quiet()
        assert board.phone.shown("an") == ["patient"]
        assert len(board.phone.calls) == 41

    async def test_a_pause_of_zero_seconds_is_no_busy_loop_and_one_of_centuries_is_a_day(self, board: Switchboard) -> None:
        board.phone.faults["an"].extend(
            [SendLaterError(timedelta(0)), SendLaterError(timedelta(seconds=-5)), SendLaterError(timedelta.max)]
        )
        await board.post("an", "hello")
        board.start()
        await board.rest()
        assert len(board.phone.calls) == 1
        await board.pass_time(SECOND)
        await board.pass_time(SECOND)
        assert len(board.phone.calls) == 3
        await board.pass_time(DAY)
        assert board.phone.shown("an") == ["hello"]

    async def test_a_refused_message_becomes_a_dead_letter_and_the_next_one_goes_out(self, board: Switchboard) -> None:
        board.phone.faults["an"].append(UndeliverableError("the person blocked the bot"))
        await board.post("an", "one")
        await board.post("an", "two")
        board.start()
        await board.rest()
        assert board.phone.shown("an") == ["two"]
        (letter,) = await board.store.outbox.dead_letters(10)
        assert (letter.message.plain(), letter.place.chat_id, letter.died_at) == ("one", "an", board.hands.now())
        assert "blocked the bot" in letter.error

    async def test_a_failure_is_tried_again_before_anything_that_follows(self, board: Switchboard) -> None:
        board.phone.faults["an"].extend([OSError("down"), OSError("down")])
        await board.post("an", "one")
        await board.post("an", "two")
        board.start()
        await board.rest()
        assert board.phone.shown("an") == []
        await board.pass_until_quiet()
        assert board.phone.shown("an") == ["one", "two"]
        assert [chat for chat, _ in board.phone.calls] == ["an"] * 4

    async def test_a_message_keeps_its_key_at_every_attempt_and_shares_it_with_none(self, board: Switchboard) -> None:
        board.phone.faults["an"].extend([OSError("down"), LostAnswerError()])
        for text in ("one", "two"):
            await board.post("an", text)
        board.start()
        await board.rest()
        await board.pass_until_quiet()
        assert [len(board.phone.keys[text]) for text in ("one", "two")] == [3, 1]
        assert [len(set(board.phone.keys[text])) for text in ("one", "two")] == [1, 1]
        assert "" not in {*board.phone.keys["one"], *board.phone.keys["two"]}
        assert board.phone.keys["one"][0] != board.phone.keys["two"][0]

    async def test_an_outage_of_most_of_a_day_costs_no_message_even_with_the_shortest_draws(self, store: Store) -> None:
        board = Switchboard(store, draw=lambda: 0.05)
        board.phone.faults["an"].extend(OSError("down") for _ in range(1000))
        await board.post("an", "one")
        await board.post("an", "two")
        board.start()
        await board.rest()
        begin = board.hands.now()
        while board.hands.now() < begin + 23 * HOUR:
            await board.pass_time(10 * MINUTE)
        board.phone.faults["an"].clear()
        await board.pass_until_quiet()
        assert board.phone.shown("an") == ["one", "two"]
        await board.end()

    async def test_a_platform_that_fails_for_days_gets_a_bounded_number_of_calls_and_leaves_a_dead_letter(
        self, board: Switchboard
    ) -> None:
        board.phone.faults["an"].extend(OSError("down") for _ in range(1000))
        await board.post("an", "hello")
        board.start()
        await board.rest()
        begin = board.hands.now()
        await board.pass_until_quiet()
        (letter,) = await board.store.outbox.dead_letters(10)
        assert letter.error == "OSError"
        assert DAY <= letter.died_at - begin <= 2 * DAY
        assert DELIVERY.attempts <= len(board.phone.calls) <= 40

    async def test_a_mistake_of_ours_holds_a_chat_up_for_less_than_a_minute(self, board: Switchboard) -> None:
        board.phone.faults["an"].extend(KeyError("oops") for _ in range(DELIVERY.bug_attempts))
        await board.post("an", "poison")
        await board.post("an", "next")
        board.start()
        await board.rest()
        begin = board.hands.now()
        await board.pass_until_quiet()
        assert board.phone.shown("an") == ["next"]
        assert board.hands.now() - begin < MINUTE

    async def test_a_messenger_that_fails_at_the_call_itself_is_tried_again_by_the_same_law(self, board: Switchboard) -> None:
        board.phone.mistakes["an"].extend(TypeError("no such argument") for _ in range(DELIVERY.bug_attempts))
        await board.post("an", "poison")
        await board.post("an", "next")
        board.start()
        await board.rest()
        assert len(board.phone.calls) == 1
        await board.pass_until_quiet()
        assert board.phone.shown("an") == ["next"]
        (letter,) = await board.store.outbox.dead_letters(10)
        assert (letter.message.plain(), letter.error) == ("poison", "TypeError")

    async def test_a_send_that_never_ends_is_broken_off_and_tried_again(self, store: Store) -> None:
        board = Switchboard(store, Pace(send_limit=timedelta(0)))
        board.phone.hold("an")
        await board.post("an", "hello")
        board.start()
        await board.hands.until(lambda: board.phone.most_held == 1 and board.phone.held == 0)
        await board.rest()
        assert board.phone.shown("an") == []
        board.phone.let_in("an")
        board.pace = Pace()
        await board.relays[0].stop()
        board.start()
        await board.pass_until_quiet()
        assert board.phone.shown("an") == ["hello"]
        await board.end()

    async def test_a_message_to_a_platform_nobody_serves_waits_and_counts_no_attempt(self, board: Switchboard) -> None:
        await board.post("an", "hello", platform="carrier pigeon")
        running = board.start()
        await board.rest()
        for _ in range(100):
            await board.pass_time(10 * MINUTE)
        assert await board.store.outbox.dead_letters(10) == ()
        assert running.plug.claims <= 102
        await running.stop()
        (envelope,) = await self._claim_later(board)
        assert (envelope.attempts, envelope.message.plain()) == (0, "hello")

    async def test_an_edit_carries_the_reference_of_what_it_replaces(self, board: Switchboard) -> None:
        await board.post("an", "draft", slot="card")
        await board.post("an", "final", slot="card", edits="card")
        await board.post("an", "other", edits="never sent")
        board.start()
        await board.rest()
        first, second, third = board.phone.arrivals
        assert (first.replaces, second.replaces, third.replaces) == ("", first.reference, "")

    async def test_idle_relays_sleep(self, board: Switchboard) -> None:
        running = board.start()
        await board.rest()
        for _ in range(10):
            await board.pass_time(SECOND)
        assert running.sleeper.naps == 11
        assert running.plug.claims == 0

    async def test_a_paused_a_failing_and_a_held_lane_cause_no_busy_loop(self, board: Switchboard) -> None:
        board.phone.faults["an"].append(SendLaterError(HOUR))
        board.phone.faults["mei"].extend(OSError() for _ in range(3))
        board.phone.hold("tom")
        for chat in ("an", "mei", "tom"):
            await board.post(chat, "hello")
        running = board.start()
        await board.rest()
        naps, claims = running.sleeper.naps, running.plug.claims
        for _ in range(60):
            await board.pass_time(SECOND)
        assert running.sleeper.naps - naps <= 70
        assert running.plug.claims - claims <= 70

    async def test_a_new_message_does_not_break_a_pause(self, board: Switchboard) -> None:
        board.phone.faults["an"].append(SendLaterError(MINUTE))
        await board.post("an", "one")
        board.start()
        await board.rest()
        await board.post("an", "two")
        await board.pass_time(30 * SECOND)
        assert board.phone.shown("an") == []
        await board.pass_time(31 * SECOND)
        assert board.phone.shown("an") == ["one", "two"]

    async def test_a_pause_outlives_the_process(self, board: Switchboard) -> None:
        board.phone.faults["an"].append(SendLaterError(HOUR))
        await board.post("an", "hello")
        running = board.start()
        await board.rest()
        await running.stop()
        board.start()
        await board.pass_time(59 * MINUTE)
        assert len(board.phone.calls) == 1
        await board.pass_time(MINUTE)
        assert board.phone.shown("an") == ["hello"]

    async def test_attempts_are_counted_across_processes(self, board: Switchboard) -> None:
        board.phone.faults["an"].extend(KeyError() for _ in range(DELIVERY.bug_attempts))
        await board.post("an", "hello")
        for _ in range(DELIVERY.bug_attempts):
            running = board.start()
            await board.rest()
            await running.stop()
            board.hands.turn(HOUR)
        assert len(await board.store.outbox.dead_letters(10)) == 1
        assert len(board.phone.calls) == DELIVERY.bug_attempts

    async def test_a_mark_the_storage_refuses_at_first_is_written_later_and_nothing_is_sent_twice(
        self, board: Switchboard
    ) -> None:
        await board.post("an", "one")
        await board.post("an", "two")
        running = board.start()
        running.plug.falters = 3
        await board.rest()
        assert running.stuck_marks == 1
        for _ in range(5):
            await board.pass_time(2 * SECOND)
        assert board.phone.shown("an") == ["one", "two"]

    async def test_a_mark_whose_answer_is_lost_is_written_again_and_changes_nothing(self, board: Switchboard) -> None:
        board.phone.faults["an"].extend([OSError(), SendLaterError(SECOND)])
        await board.post("an", "one")
        await board.post("an", "two")
        running = board.start()
        running.plug.swallows = 4
        await board.rest()
        await board.pass_until_quiet()
        assert board.phone.shown("an") == ["one", "two"]

    async def test_a_storage_that_is_away_for_minutes_does_not_end_the_relay(self, board: Switchboard) -> None:
        await board.post("an", "one")
        running = board.start()
        running.plug.falters = 1000
        await board.rest()
        for _ in range(300):
            await board.pass_time(SECOND)
        running.plug.falters = 0
        await board.pass_until_quiet()
        assert set(board.phone.shown("an")) == {"one"}
        assert not running.task.done()

    async def test_an_outbox_that_cannot_be_read_is_asked_less_and_less_often_and_served_when_it_is_back(
        self, board: Switchboard
    ) -> None:
        running = board.start()
        await board.rest()
        running.plug.is_dark = True
        for _ in range(600):
            await board.pass_time(SECOND)
        assert 30 <= running.plug.dark_looks <= 60
        running.plug.is_dark = False
        await board.post("an", "hello")
        await board.rest()
        assert board.phone.shown("an") == ["hello"]

    async def test_a_graceful_stop_lets_what_is_in_the_air_land_and_begins_nothing_new(self, board: Switchboard) -> None:
        board.phone.hold("an")
        await board.post("an", "one")
        await board.post("an", "two")
        running = board.start()
        await board.rest()
        stopping = asyncio.create_task(running.stop())
        for _ in range(20):
            await asyncio.sleep(0)
        assert not stopping.done()
        board.phone.let_in("an")
        await stopping
        assert board.phone.shown("an") == ["one"]
        board.start()
        await board.rest()
        assert board.phone.shown("an") == ["one", "two"]

    async def test_what_does_not_land_within_the_grace_period_is_given_back_at_once(self, store: Store) -> None:
        board = Switchboard(store, Pace(grace=timedelta(0)))
        board.phone.hold("an")
        await board.post("an", "hello")
        running = board.start()
        await board.rest()
        await running.stop()
        board.phone.let_in("an")
        board.start("somebody else")
        await board.rest()
        assert board.phone.shown("an") == ["hello"]
        await board.end()

    async def test_cancelling_the_relay_loses_nothing_and_repeats_nothing(self, board: Switchboard) -> None:
        board.phone.hold("an")
        await board.post("an", "one")
        await board.post("mei", "two")
        running = board.start()
        await board.rest()
        running.task.cancel()
        await asyncio.wait({running.task})
        board.relays.clear()
        board.phone.let_in("an")
        board.start()
        await board.rest()
        assert board.phone.shown("an") == ["one"]
        assert board.phone.shown("mei") == ["two"]

    @pytest.mark.parametrize("point", ["next_due", "claim", "claimed", "after delivered"])
    async def test_a_crash_at_any_point_but_one_repeats_nothing(self, board: Switchboard, point: str) -> None:
        for text in ("one", "two", "three"):
            await board.post("an", text)
        await board.start().fall_into(point)
        board.hands.turn(board.pace.lease)
        board.start()
        await board.rest()
        assert board.phone.shown("an") == ["one", "two", "three"]

    async def test_a_crash_between_sending_and_marking_repeats_that_message_and_keeps_the_order(self, board: Switchboard) -> None:
        for text in ("one", "two", "three"):
            await board.post("an", text)
        await board.start().fall_into("delivered")
        board.hands.turn(board.pace.lease)
        board.start()
        await board.rest()
        assert board.phone.shown("an") == ["one", "one", "two", "three"]

    async def test_the_lanes_of_a_dead_worker_are_free_when_its_leases_end(self, board: Switchboard) -> None:
        await board.post("an", "hello")
        await board.start().fall_into("claimed")
        board.start()
        await board.pass_time(board.pace.lease - SECOND)
        assert board.phone.shown("an") == []
        await board.pass_time(SECOND)
        assert board.phone.shown("an") == ["hello"]

    async def test_a_worker_that_starts_again_under_its_name_has_its_lanes_at_once(self, board: Switchboard) -> None:
        await board.post("an", "hello")
        await board.start("machine-1").fall_into("claimed")
        board.start("machine-1")
        await board.rest()
        assert board.phone.shown("an") == ["hello"]

    async def test_a_worker_that_slept_through_its_lease_sends_nothing_from_it(self, board: Switchboard) -> None:
        await board.post("an", "hello")
        running = board.start("sleeper")

        async def sleep() -> None:
            board.hands.turn(board.pace.lease)
            running.plug.pull_at = "claim"

        running.plug.when_claimed = sleep
        await asyncio.wait({running.task})
        assert running.plug.claims == 1
        assert board.phone.calls == []
        board.relays.clear()

    async def test_two_workers_share_the_lanes_and_send_nothing_twice(self, board: Switchboard) -> None:
        for number in range(10):
            for chat in ("an", "mei", "tom", "lan"):
                await board.post(chat, f"{number}")
        board.start()
        board.start()
        await board.rest()
        for chat in ("an", "mei", "tom", "lan"):
            assert board.phone.shown(chat) == [f"{number}" for number in range(10)]

    async def test_an_answer_lost_on_the_way_repeats_the_message_rather_than_losing_it(self, board: Switchboard) -> None:
        board.phone.faults["an"].append(LostAnswerError())
        await board.post("an", "one")
        await board.post("an", "two")
        board.start()
        await board.rest()
        await board.pass_until_quiet()
        assert board.phone.shown("an") == ["one", "one", "two"]

    async def test_a_clock_set_back_an_hour_delays_no_new_message(self, board: Switchboard) -> None:
        board.start()
        await board.rest()
        board.hands.turn(-HOUR)
        await board.post("an", "hello")
        await board.rest()
        assert board.phone.shown("an") == ["hello"]

    async def test_neither_the_log_nor_a_stored_error_holds_the_words_of_a_message(
        self, board: Switchboard, caplog: pytest.LogCaptureFixture
    ) -> None:
        secret = "my boss is a liar"
        token = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
        board.phone.faults["an"].extend(
            [
                OSError(f"https://api.example/bot{token}/send {secret}"),
                UndeliverableError(f"refused: {secret}"),
                ValueError(secret),
            ]
        )
        with caplog.at_level(logging.DEBUG, "adapters"):
            await board.post("an", secret)
            await board.post("an", secret)
            board.start()
            await board.rest()
            await board.pass_until_quiet()
        letters = await board.store.outbox.dead_letters(10)
        told = caplog.text + "".join(letter.error for letter in letters)
        assert letters
        assert caplog.records
        assert secret not in told
        assert token not in told

    @staticmethod
    async def _claim_later(board: Switchboard) -> tuple[Envelope, ...]:
        board.hands.turn(HOUR)
        return await board.store.outbox.claim("anybody", board.hands.now(), MINUTE, 10)
