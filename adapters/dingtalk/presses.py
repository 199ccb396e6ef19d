"""Presses on cards whose answer is still awaited. DingTalk shows what a press has changed with the answer to it, or after a call once it has
been answered; in between it shows a button at work, and after two seconds an error.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from adapters.nap import Nap, nap
from bot.chat.incoming import Place

LONGEST: Final = timedelta(seconds=1.2)
"""The deadline is two seconds (open.dingtalk.com, "event callbacks of cards"), ways there and back included."""


@dataclass(slots=True, eq=False)
class Press:
    """Somebody waits. Whoever opened it has to `end` it."""

    track_id: str
    place: Place
    params: Mapping[str, str] | None = None
    """What the card shows from now on; None: nothing else than before."""
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _ended: asyncio.Event = field(default_factory=asyncio.Event)
    _is_closed: bool = False
    _is_told: bool = False


class Presses:
    """One per process: what comes in opens them, what goes out answers them."""

    def __init__(self, nap: Nap = nap) -> None:
        self._nap = nap
        self._open: list[Press] = []

    def begin(self, track_id: str, place: Place) -> Press:
        """Somebody has pressed this card."""
        press = Press(track_id, place)
        self._open.append(press)
        return press

    async def answer_to(self, press: Press) -> Mapping[str, str] | None:
        """What to answer, as soon as it is known; None when that takes too long, or nothing on the card changes."""
        if not press._is_closed:
            await self._nap(press._news, LONGEST.total_seconds())
        press._is_closed = True
        return press.params

    def end(self, press: Press, *, is_told: bool) -> None:
        """The press has been answered, or (not `is_told`) nobody could be told any more."""
        press._is_closed = True
        press._is_told = is_told
        self._open.remove(press)
        press._ended.set()

    async def show(self, track_id: str, params: Mapping[str, str]) -> bool:
        """Show this on a card with the answers to all presses on it that wait. False when it has to be shown by a call; that may be made
        when this returns."""
        waiting = [press for press in self._open if press.track_id == track_id]
        offered = [press for press in waiting if not press._is_closed]
        for press in offered:
            press.params = params
            press._is_closed = True
            press._news.set()
        for press in waiting:
            await press._ended.wait()
        return any(press._is_told for press in offered)

    def pass_over(self, place: Place) -> None:
        """Something else is said in a chat: presses there will change nothing on their cards, or later."""
        for press in self._open:
            if press.place == place and not press._is_closed:
                press._is_closed = True
                press._news.set()
