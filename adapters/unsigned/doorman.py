"""Answers all that has to do with unsigned notes before the inbox sees it: straight from memory to the chat, and forgotten.

What somebody typed or pressed to get to the form is in no table, and no log says when. Nor is a code that somebody pastes into a chat. If the
process dies in between, nothing is answered and the person asks again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import timedelta
from typing import Any

from adapters.unsigned.delivery import Sleep, deliver
from adapters.unsigned.typed import Reply, TypedNotes
from bot.actions.unsigned import code_in_chat, invitation, is_wish, no_page, only_in_private
from bot.actions.unsigned_typed import CodeTyped, code_in, does_something_else, is_private_matter
from bot.chat.incoming import Incoming, Place, Texted
from bot.okr.people import Person, PersonId
from bot.ports import Messenger, Reading

Accept = Callable[[Incoming], Awaitable[bool]]
Ways = Callable[[PersonId, str], str]
"""A person and the platform they are on → the absolute address of the page for them, "" where there is none to reach."""
Erase = Callable[[Place, str], Awaitable[None]]
"""Takes a message away from a chat, by the platform's own reference. Raises what the platform's client raises."""

SECRETS_STAY = timedelta(minutes=10)
"""So long a code stands in a chat that lets us delete: time to write it down."""


class Doorman:
    """One per process. `accept` is what gets everything else; `erasers` are platforms on which messages can be deleted."""

    def __init__(
        self,
        accept: Accept,
        reading: Reading,
        messengers: Mapping[str, Messenger],
        ways: Ways,
        typed: TypedNotes,
        erasers: Mapping[str, Erase],
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._accept = accept
        self._reading = reading
        self._messengers = messengers
        self._ways = ways
        self._typed = typed
        self._erasers = erasers
        self._sleep = sleep
        self._answers: set[asyncio.Task[None]] = set()
        self._secrets: set[tuple[str, str]] = set()

    async def accept(self, incoming: Incoming) -> bool:
        """Store the event, unless it has to do with unsigned notes and comes from somebody who belongs here: that is answered on the side."""
        if not self._may_be_ours(incoming):
            return await self._accept(incoming)
        person = (await self._reading.known(incoming)).person
        is_here = person is not None and person.is_active and person.joined_at is not None
        if person is None or not is_here:
            # A stranger's code is nobody's to store either; they are answered nothing.
            return True if _code_of(incoming) is not None else await self._accept(incoming)
        replies = await self._replies(incoming, person)
        if replies is None:
            return await self._accept(incoming)
        if replies:
            self._start(self._answer(incoming.place, replies))
        return True

    def was_secret(self, incoming: Incoming) -> bool:
        """Whether what was just accepted should be deleted from the chat; asked once, by platforms that can."""
        key = (incoming.sender.platform, incoming.event_id)
        is_secret = key in self._secrets
        self._secrets.discard(key)
        return is_secret

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

    def _may_be_ours(self, incoming: Incoming) -> bool:
        """Cheap for all that is not: most of what is said goes on without a read."""
        body = incoming.body
        if is_private_matter(body):
            return True
        return incoming.place.is_private and (self._typed.has_writers or (isinstance(body, Texted) and body.text.startswith("#")))

    async def _replies(self, incoming: Incoming, person: Person) -> list[Reply] | None:
        """None for what goes the usual way."""
        lang, place = person.locale, incoming.place
        address = self._ways(person.id, place.platform)
        code = _code_of(incoming)
        if code is not None:
            self._note_secret(incoming)
        if not place.is_private:
            return [Reply(only_in_private(lang))]
        if address:
            return (
                [Reply(invitation(lang, address) if code is None else code_in_chat(lang, address))]
                if is_private_matter(incoming.body)
                else None
            )
        return await self._typed_replies(incoming, person, code)

    async def _typed_replies(self, incoming: Incoming, person: Person, code: CodeTyped | None) -> list[Reply] | None:
        platform = incoming.place.platform
        if platform not in self._messengers or platform in KEEPS_CHATS:
            return [Reply(no_page(person.locale))] if is_private_matter(incoming.body) else None
        can_erase = platform in self._erasers
        if is_wish(incoming.body):
            return await self._typed.begin(person, can_erase=can_erase)
        text = incoming.body.text if isinstance(incoming.body, Texted) else ""
        if code is not None:
            return [await self._typed.open(person, code, incoming)]
        if does_something_else(incoming.body):
            self._typed.turn_away(person.id)
            return None
        if self._typed.is_writing(person.id):
            self._note_secret(incoming)
            return [await self._typed.write(person, text, can_erase=can_erase)]
        if self._typed.is_late(person.id, text):
            self._note_secret(incoming)
            return [self._typed.refuse_late(person)]
        order = await self._typed.order(person, incoming, text)
        if order is not None:
            self._note_secret(incoming)
        return None if order is None else [order]

    def _note_secret(self, incoming: Incoming) -> None:
        if incoming.place.platform in self._erasers:
            self._secrets.add((incoming.sender.platform, incoming.event_id))

    async def _answer(self, place: Place, replies: list[Reply]) -> None:
        messenger, erase = self._messengers.get(place.platform), self._erasers.get(place.platform)
        if messenger is None:
            return
        for reply in replies:
            reference = await deliver(messenger, place, reply.message, sleep=self._sleep)
            if reply.is_secret and reference and erase is not None:
                self._start(self._erase_later(erase, place, reference))

    async def _erase_later(self, erase: Erase, place: Place, reference: str) -> None:
        await self._sleep(SECRETS_STAY.total_seconds())
        try:
            await erase(place, reference)
        except Exception:
            # Gone already, or the platform is away: the person was told to write the code down and that it goes; nothing else can be done.
            return

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)


KEEPS_CHATS = frozenset({"web"})
"""Chats whose lines are in our own database: a note cannot be typed there."""


def _code_of(incoming: Incoming) -> CodeTyped | None:
    return code_in(incoming.body.text) if isinstance(incoming.body, Texted) else None
