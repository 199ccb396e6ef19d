"""Presses that come twice: DingTalk gives them no name of their own, and the one it brings them under may be another one the next time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from adapters.dingtalk.presses import Presses
from adapters.dingtalk.receive import UNTOLD, Reception
from tests.hands import Hands, Sleeper
from tests.unit.dingtalk.inbox import Inbox


class Desk:
    """Where presses come in. Nothing on their cards changes, so each is answered when its time is over."""

    def __init__(self) -> None:
        self.hands, self.inbox = Hands(), Inbox()
        self.is_heard = True
        self.reception = Reception(self.inbox.accept, self.hands, Presses(_no_nap), Sleeper(self.hands).nap)

    async def press(self, push_id: str, button: str = "d.status.") -> None:
        """An's press on a card, under this name."""
        content = json.dumps({"cardPrivateData": {"actionIds": ["more1"], "params": {"token": button}}})
        told = {"outTrackId": "laban.1.0", "userId": "staff-an", "content": content}
        await self.reception.take_press(told, push_id, self._tell)

    async def _tell(self, _: Mapping[str, Any]) -> None:
        if not self.is_heard:
            raise ConnectionResetError


async def _no_nap(*_: object) -> None:
    return None


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def lose_an_answer(desk: Desk, push_id: str) -> None:
    """A press is stored, and then the connection breaks."""
    desk.is_heard = False
    with pytest.raises(ConnectionResetError):
        await desk.press(push_id)
    desk.is_heard = True


async def test_a_press_whose_answer_was_lost_acts_once_though_it_comes_again_by_another_name(desk: Desk) -> None:
    await lose_an_answer(desk, "first")
    desk.hands.turn(timedelta(seconds=60))
    await desk.press("second")
    assert len(desk.inbox.events) == 1


async def test_a_press_that_was_answered_acts_again_when_it_is_pressed_again(desk: Desk) -> None:
    await desk.press("first")
    await desk.press("second")
    assert len(desk.inbox.events) == 2


async def test_after_it_has_come_again_a_press_is_a_new_one(desk: Desk) -> None:
    await lose_an_answer(desk, "first")
    await desk.press("second")
    await desk.press("third")
    assert len(desk.inbox.events) == 2


async def test_another_button_and_a_press_long_after_are_new_ones(desk: Desk) -> None:
    await lose_an_answer(desk, "first")
    await desk.press("other", "d.home.")
    desk.hands.turn(UNTOLD)
    await desk.press("late")
    assert len(desk.inbox.events) == 3
