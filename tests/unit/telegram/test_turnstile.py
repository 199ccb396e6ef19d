"""The pace of a whole bot."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from adapters.telegram.turnstile import BURST, Turnstile
from adapters.turnstile import LONGEST
from tests.hands import Hands


class Waits:
    """A nap that turns the clock instead of waiting."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self.waited = timedelta(0)

    async def nap(self, event: asyncio.Event, seconds: float) -> None:
        self.waited += timedelta(seconds=seconds)
        self._hands.turn(timedelta(seconds=seconds))


@pytest.fixture
def hands() -> Hands:
    return Hands()


async def test_a_few_pass_at_once(hands: Hands) -> None:
    waits = Waits(hands)
    turnstile = Turnstile(hands, waits.nap)
    for _ in range(BURST):
        await turnstile.enter()
    assert waits.waited == timedelta(0)


async def test_many_pass_at_telegrams_pace(hands: Hands) -> None:
    waits = Waits(hands)
    turnstile = Turnstile(hands, waits.nap)
    for _ in range(1000 + BURST):
        await turnstile.enter()
    assert timedelta(seconds=1000 / 30) < waits.waited < timedelta(seconds=45)


async def test_after_a_quiet_moment_a_few_pass_at_once_again(hands: Hands) -> None:
    waits = Waits(hands)
    turnstile = Turnstile(hands, waits.nap)
    for _ in range(BURST * 3):
        await turnstile.enter()
    hands.turn(timedelta(hours=1))
    before = waits.waited
    for _ in range(BURST):
        await turnstile.enter()
    assert waits.waited == before


async def test_those_who_wait_together_pass_one_after_the_other(hands: Hands) -> None:
    waits: list[float] = []

    async def nap(event: asyncio.Event, seconds: float) -> None:
        waits.append(seconds)

    turnstile = Turnstile(hands, nap)
    await asyncio.gather(*(turnstile.enter() for _ in range(BURST + 10)))
    assert len(waits) == 10
    assert waits == sorted(waits)
    assert len(set(waits)) == 10


async def test_a_clock_that_goes_back_makes_nobody_wait_for_long(hands: Hands) -> None:
    waits = Waits(hands)
    turnstile = Turnstile(hands, waits.nap)
    await turnstile.enter()
    hands.turn(timedelta(days=-1))
    await turnstile.enter()
    assert waits.waited < LONGEST
