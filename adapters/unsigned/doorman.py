"""Answers the wish to write unsigned before the inbox sees it: straight from memory to the chat, and forgotten.

What somebody typed or pressed to get to the form is in no table, and no log says when. If the process dies in between, nothing is answered
and the person asks again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from adapters.unsigned.delivery import deliver
from bot.actions.unsigned import invitation, is_wish, no_page, only_in_private
from bot.chat.incoming import Incoming
from bot.chat.message import Message
from bot.okr.people import PersonId
from bot.ports import Messenger, Reading

Accept = Callable[[Incoming], Awaitable[bool]]
Ways = Callable[[PersonId, str], str]
"""A person and the platform they are on → the absolute address of the page for them, "" where there is none to reach."""


class Doorman:
    """One per process. `accept` is what gets everything else."""

    def __init__(self, accept: Accept, reading: Reading, messengers: Mapping[str, Messenger], ways: Ways) -> None:
        self._accept = accept
        self._reading = reading
        self._messengers = messengers
        self._ways = ways
        self._answers: set[asyncio.Task[str]] = set()

    async def accept(self, incoming: Incoming) -> bool:
        """Store the event, unless it is the wish to write unsigned of somebody who belongs here: that is answered on the side."""
        if not is_wish(incoming.body):
            return await self._accept(incoming)
        answer = await self._answer_to(incoming)
        if answer is None:
            return await self._accept(incoming)
        messenger = self._messengers.get(incoming.place.platform)
        if messenger is not None:
            task = asyncio.create_task(deliver(messenger, incoming.place, answer))
            self._answers.add(task)
            task.add_done_callback(self._answers.discard)
        return True

    @property
    def is_busy(self) -> bool:
        """Something is being answered."""
        return bool(self._answers)

    async def settled(self) -> None:
        """When everything being answered has been, or has been given up."""
        if self._answers:
            await asyncio.wait(self._answers)

    async def stop(self) -> None:
        """Break off what has not been answered yet."""
        for answer in tuple(self._answers):
            answer.cancel()
        if self._answers:
            await asyncio.wait(self._answers)

    async def _answer_to(self, incoming: Incoming) -> Message | None:
        """None for strangers and for people who have left: they are told what everybody like them is told."""
        known = await self._reading.known(incoming)
        person = known.person
        if person is None or not person.is_active or person.joined_at is None:
            return None
        if not incoming.place.is_private:
            return only_in_private(person.locale)
        address = self._ways(person.id, incoming.place.platform)
        return invitation(person.locale, address) if address else no_page(person.locale)
