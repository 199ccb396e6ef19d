"""The same words for many people, twenty at a time; everybody has an outcome of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from adapters.dingtalk.answers import ApiError
from adapters.dingtalk.client import BATCH, Delivery
from adapters.dingtalk.mailbag import BAGS, LINGER, LINGERS, Mailbag
from bot.ports import SendLaterError, UndeliverableError
from tests.hands import Hands, Sleeper


class Post:
    """Where bags are carried to."""

    def __init__(self) -> None:
        self.hands = Hands()
        self.sleeper = Sleeper(self.hands)
        self.calls: list[tuple[tuple[str, ...], str]] = []
        self.answers: dict[str, Exception] = {}
        self.delivery = Delivery("ref")
        self.door = asyncio.Event()
        self.door.set()
        self.bag = Mailbag(self.say, self.hands, self.sleeper.nap)

    async def say(self, staff_ids: Sequence[str], key: str, param: str) -> Delivery:
        self.calls.append((tuple(staff_ids), param))
        await self.door.wait()
        for staff_id in staff_ids:
            if staff_id in self.answers:
                raise self.answers[staff_id]
        return self.delivery

    def put(self, *staff_ids: str, words: str = "hello") -> list[asyncio.Task[str]]:
        return [asyncio.create_task(self.bag.put(one, "sampleText", words)) for one in staff_ids]


async def turns() -> None:
    """Let everybody do what they can without time passing."""
    for _ in range(30):
        await asyncio.sleep(0)


async def test_a_lone_answer_goes_at_once() -> None:
    post = Post()
    (sent,) = post.put("an")
    await turns()
    assert await sent == "ref"
    assert post.calls == [(("an",), "hello")]


async def test_those_who_come_together_go_together() -> None:
    post = Post()
    sent = post.put(*(f"p{number}" for number in range(3 * BATCH)))
    assert set(await asyncio.gather(*sent)) == {"ref"}
    assert [len(ids) for ids, _ in post.calls] == [BATCH] * 3


async def test_other_words_have_bags_of_their_own() -> None:
    post = Post()
    await asyncio.gather(*post.put("an", words="one"), *post.put("an", "mei", words="two"))
    assert sorted(post.calls) == [(("an",), "one"), (("an", "mei"), "two")]


async def test_a_bag_that_is_not_full_waits_for_more_while_others_are_on_their_way() -> None:
    post = Post()
    post.door.clear()
    sent = post.put(*(f"p{number}" for number in range(BATCH + 3)))
    await turns()
    assert [len(ids) for ids, _ in post.calls] == [BATCH]
    assert post.bag.waiting == 3
    sent += post.put(*(f"q{number}" for number in range(BATCH - 3)))
    await turns()
    assert [len(ids) for ids, _ in post.calls] == [BATCH, BATCH]
    post.door.set()
    await asyncio.gather(*sent)


async def test_a_bag_waits_for_a_moment_only() -> None:
    post = Post()
    sent = post.put(*(f"p{number}" for number in range(BATCH + 1)))
    await turns()
    assert post.bag.waiting == 1
    post.hands.turn(LINGER)
    await asyncio.gather(*sent)
    assert [len(ids) for ids, _ in post.calls] == [BATCH, 1]
    post.hands.turn(LINGER)
    (alone,) = post.put("late")
    await turns()
    assert alone.done()


async def test_a_bag_stays_open_while_more_keeps_coming_but_not_for_ever() -> None:
    post = Post()
    sent = post.put(*(f"p{number}" for number in range(BATCH + 1)))
    await turns()
    for number in range(LINGERS - 1):
        post.hands.turn(LINGER)
        sent += post.put(f"q{number}")
        await turns()
    assert [len(ids) for ids, _ in post.calls] == [BATCH]
    post.hands.turn(LINGER)
    await asyncio.gather(*sent)
    assert [len(ids) for ids, _ in post.calls] == [BATCH, LINGERS]


async def test_everybody_has_their_own_outcome() -> None:
    post = Post()
    post.delivery = Delivery("ref", frozenset({"gone"}), frozenset({"busy"}), frozenset({"filtered"}))
    sent = await asyncio.gather(*post.put("an", "gone", "busy", "filtered"), return_exceptions=True)
    assert [one if isinstance(one, str) else type(one) for one in sent] == [
        "ref",
        UndeliverableError,
        SendLaterError,
        UndeliverableError,
    ]
    assert all("filtered" not in str(one) and "gone" not in str(one) for one in sent[1:])


async def test_one_whom_dingtalk_refuses_takes_nobody_along() -> None:
    post = Post()
    post.answers["odd"] = ApiError(400, "invalidParameter.userIds")
    an, odd, mei = await asyncio.gather(*post.put("an", "odd", "mei"), return_exceptions=True)
    assert (an, mei) == ("ref", "ref")
    assert isinstance(odd, ApiError)


@pytest.mark.parametrize("error", [OSError("down"), ApiError(502, "x"), ApiError(429, "x", wait=timedelta(seconds=1))])
async def test_a_failure_is_everybodys_and_tried_once(error: Exception) -> None:
    post = Post()
    post.answers["an"] = error
    assert await asyncio.gather(*post.put("an", "mei"), return_exceptions=True) == [error, error]
    assert len(post.calls) == 1


async def test_whoever_is_cancelled_before_leaving_stays_here_and_in_the_air_delays_nobody() -> None:
    post = Post()
    post.door.clear()
    sent = post.put(*(f"p{number}" for number in range(BATCH)), "q0", "q1")
    await turns()
    sent[0].cancel()
    sent[-1].cancel()
    await turns()
    assert post.bag.waiting == 1
    post.door.set()
    post.hands.turn(LINGER)
    outcomes = await asyncio.gather(*sent, return_exceptions=True)
    assert [type(one) for one in (outcomes[0], outcomes[-1])] == [asyncio.CancelledError] * 2
    assert set(outcomes[1:-1]) == {"ref"}
    assert post.calls[-1] == (("q0",), "hello")


async def test_closing_ends_what_is_in_the_air() -> None:
    post = Post()
    post.door.clear()
    (sent,) = post.put("an")
    await turns()
    await post.bag.close()
    with pytest.raises(asyncio.CancelledError):
        await sent


async def test_words_of_long_ago_are_forgotten() -> None:
    post = Post()
    for number in range(BAGS + 10):
        await asyncio.gather(*post.put("an", words=f"{number}"))
        post.hands.turn(2 * LINGER)
    assert len(post.bag._bags) <= BAGS
