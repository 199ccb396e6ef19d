"""Runs the relay's clock and carries what a slot brings: digests to readers, cues to everybody who could have written.

Straight from memory to the platforms. What a crash interrupts goes out again at the next start, to everybody: nobody's name is kept for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime

from adapters.failures import locate
from adapters.unsigned.delivery import Sleep, deliver
from bot.actions.unsigned import DIGEST, cue_message, digest_message
from bot.anon.port import AnonymousRelay, Digest, Refused, Slot
from bot.chat.incoming import Place
from bot.chat.message import Message
from bot.okr.people import Account, Person
from bot.ports import Messenger, Reading

LOG = logging.getLogger(__name__)

AT_ONCE = 16
"""Chats written to side by side: a cue may go to everybody."""
KEEPS_WORDS = frozenset({"web"})
"""Chats whose lines are in our own database: what is said there names no note's words."""


class Courier:
    """One per process. `is_rehearsal`: slots come every minute, so the newest digest takes the stead of the last, an equal one is not sent,
    and nor is one of nothing before there has been anything.

    `troubles` are the kinds of errors the pages have met: told with the relay's own, and emptied.
    """

    def __init__(
        self,
        relay: AnonymousRelay,
        reading: Reading,
        messengers: Mapping[str, Messenger],
        *,
        is_rehearsal: bool = False,
        has_page: bool = True,
        troubles: set[str] | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._relay = relay
        self._reading = reading
        self._messengers = messengers
        self._is_rehearsal = is_rehearsal
        self._has_page = has_page
        self._troubles = set() if troubles is None else troubles
        self._sleep = sleep
        self._room = asyncio.Semaphore(AT_ONCE)
        self._sent: dict[tuple[str, str], tuple[str, Message]] = {}
        """The newest message of each kind in each chat, and its reference: in a rehearsal only."""
        self._is_stuck = False
        self._rounds: set[asyncio.Task[None]] = set()

    async def tick(self, now: datetime) -> None:
        """Give the relay its time; what a slot brings goes out on the side."""
        slot = await self._relay.tick()
        if isinstance(slot, Refused) != self._is_stuck:
            self._is_stuck = not self._is_stuck
            # The clock's own work, whoever writes or does not: said once when it begins to fail and once when it is well again.
            if self._is_stuck:
                LOG.error("unsigned notes: slots cannot be run; see laban doctor")
            else:
                LOG.info("unsigned notes: slots are run again")
        if slot is None or isinstance(slot, Refused):
            return
        troubles = sorted({*slot.troubles, *self._troubles})
        self._troubles.clear()
        if troubles:
            # Only now, and without a number: a line at the moment it happened would say when somebody tried to write.
            LOG.error("unsigned notes: some were refused since the slot before (%s); see laban doctor", ", ".join(troubles))
        task = asyncio.create_task(self._carry_quietly(slot))
        self._rounds.add(task)
        task.add_done_callback(self._rounds.discard)

    async def settled(self) -> None:
        """When everything on its way has arrived or has been given up."""
        while self._rounds:
            await asyncio.wait(self._rounds)

    async def stop(self) -> None:
        """Break off what is on its way."""
        for task in tuple(self._rounds):
            task.cancel()
        if self._rounds:
            await asyncio.wait(self._rounds)

    async def _carry_quietly(self, slot: Slot) -> None:
        try:
            await self._carry(slot)
        except Exception as error:
            LOG.error("unsigned notes: what a slot brought could not be carried (%s); it is on the page", locate(error))

    async def _carry(self, slot: Slot) -> None:
        ids = sorted({*(one.person_id for one in slot.digests), *slot.cued})
        people, chats = await self._reading.people(ids), await self._reading.chats_of(ids)
        digests = [(one, people[one.person_id], chats[one.person_id]) for one in slot.digests if one.person_id in chats]
        await asyncio.gather(*(self._send_digest(*one) for one in digests))
        await asyncio.gather(*(self._send_cue(people[one], chats[one]) for one in slot.cued if one in chats and one in people))
        await self._relay.carried()

    async def _send_digest(self, digest: Digest, person: Person, chat: Account) -> None:
        if self._is_rehearsal and not digest.new and not digest.still_open and not self._has_digest(chat):
            # Nobody's first sight of the demo should be that nothing has happened.
            return
        with_texts = chat.platform not in KEEPS_WORDS
        await self._send(chat, digest_message(person.locale, digest, with_texts=with_texts, has_page=self._has_page))

    def _has_digest(self, chat: Account) -> bool:
        return (_lane(chat), DIGEST) in self._sent

    async def _send_cue(self, person: Person, chat: Account) -> None:
        await self._send(chat, cue_message(person.locale))

    async def _send(self, chat: Account, message: Message) -> None:
        messenger = self._messengers.get(chat.platform)
        if messenger is None:
            return
        key = (_lane(chat), message.slot)
        replaces, before = self._sent.get(key, ("", None))
        if before == message:
            return
        async with self._room:
            reference = await deliver(messenger, Place(chat.platform, chat.tenant, chat.chat_id), message, replaces, self._sleep)
        if self._is_rehearsal and reference:
            self._sent[key] = (reference, message)


def _lane(chat: Account) -> str:
    return Place(chat.platform, chat.tenant, chat.chat_id).lane
