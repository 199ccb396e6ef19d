"""Presses that wait for their answer, and what the card shows then."""

from __future__ import annotations

import asyncio

from adapters.dingtalk.presses import LONGEST, Presses
from bot.chat.incoming import Place
from tests.hands import Hands, Sleeper

AN, MEI = Place("dingtalk", "", "an"), Place("dingtalk", "", "mei")
SHOWN = {"text": "done"}


async def turns() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_what_changes_the_card_is_shown_with_the_answer_and_needs_no_call() -> None:
    presses = Presses(Sleeper(Hands()).nap)
    press = presses.begin("card", AN)
    showing = asyncio.create_task(presses.show("card", SHOWN))
    assert await presses.answer_to(press) == SHOWN
    await turns()
    assert not showing.done()
    presses.end(press, is_told=True)
    assert await showing


async def test_an_answer_that_could_not_be_told_is_shown_by_a_call() -> None:
    presses = Presses(Sleeper(Hands()).nap)
    press = presses.begin("card", AN)
    showing = asyncio.create_task(presses.show("card", SHOWN))
    await presses.answer_to(press)
    presses.end(press, is_told=False)
    assert not await showing


async def test_after_the_deadline_nothing_is_answered_and_a_call_waits_until_that_is_said() -> None:
    hands = Hands()
    presses = Presses(Sleeper(hands).nap)
    press = presses.begin("card", AN)
    answering = asyncio.create_task(presses.answer_to(press))
    await turns()
    hands.turn(LONGEST)
    assert await answering is None
    showing = asyncio.create_task(presses.show("card", SHOWN))
    await turns()
    assert not showing.done()
    presses.end(press, is_told=True)
    assert not await showing


async def test_something_else_that_is_said_there_ends_the_waiting() -> None:
    presses = Presses(Sleeper(Hands()).nap)
    an, mei = presses.begin("card", AN), presses.begin("other", MEI)
    presses.pass_over(AN)
    assert await presses.answer_to(an) is None
    waiting = asyncio.create_task(presses.answer_to(mei))
    await turns()
    assert not waiting.done()
    waiting.cancel()


async def test_two_presses_of_one_card_show_the_same() -> None:
    presses = Presses(Sleeper(Hands()).nap)
    both = [presses.begin("card", AN) for _ in range(2)]
    showing = asyncio.create_task(presses.show("card", SHOWN))
    assert [await presses.answer_to(press) for press in both] == [SHOWN, SHOWN]
    presses.end(both[0], is_told=False)
    presses.end(both[1], is_told=True)
    assert await showing


async def test_a_card_nobody_has_pressed_is_shown_by_a_call_at_once() -> None:
    assert not await Presses().show("card", SHOWN)
