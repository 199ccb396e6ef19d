"""Unsigned notes by typing, where no page can be opened: who is about to write is known for ten minutes, in memory alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.actions.unsigned_typed import (
    REF,
    CodeTyped,
    Do,
    Order,
    invitation_to_type,
    is_cancelled,
    order_in,
    plain_message,
    receipt_message,
    refused_message,
    thread_message,
    tray_message,
)
from bot.anon.port import AnonymousRelay, Draft, Form, Note, Receipt, Refused, Taken, Tray
from bot.chat.incoming import Incoming
from bot.chat.message import Message
from bot.folding import fold
from bot.okr.people import Person, PersonId
from bot.ports import Clock
from bot.texts import T

LISTENS = timedelta(minutes=10)
REMEMBERS = timedelta(hours=12)
"""So long after that a whole sentence is taken for the note that was meant to come."""
SENTENCE = 20
"""Characters from which a line may be a note; a shorter one rather answers some question."""
MOST_WRITING = 10_000
"""Nobody else may begin while so many are about to write: memory has an end."""


@dataclass(frozen=True, slots=True)
class _Writing:
    nonce: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered; `is_secret`: it holds a code or words of a note, so it goes as soon as the platform lets us."""

    message: Message
    is_secret: bool = False


class TypedNotes:
    """One per process."""

    def __init__(self, relay: AnonymousRelay, clock: Clock) -> None:
        self._relay = relay
        self._clock = clock
        self._writing: dict[PersonId, _Writing] = {}

    def is_writing(self, person_id: PersonId) -> bool:
        """Whether the next line of this person is a note."""
        writing = self._writing.get(person_id)
        return writing is not None and writing.until > self._clock.now()

    def is_late(self, person_id: PersonId, text: str) -> bool:
        """Whether this line may be a note that comes too late: then it must not be stored as if it were an ordinary one."""
        writing, now = self._writing.get(person_id), self._clock.now()
        return writing is not None and writing.until <= now < writing.until + REMEMBERS and len(text) >= SENTENCE

    def turn_away(self, person_id: PersonId) -> None:
        """The person does something else."""
        self._writing.pop(person_id, None)

    def refuse_late(self, person: Person) -> Reply:
        """What came too late is thrown away, and that is said."""
        self.turn_away(person.id)
        return Reply(plain_message(person.locale, T("anon.typed.over")))

    @property
    def has_writers(self) -> bool:
        """Whether anybody is about to write."""
        return bool(self._writing)

    async def begin(self, person: Person, *, can_erase: bool) -> list[Reply]:
        """Somebody wants to write, or to see what has reached them: all they have to know first."""
        replies: list[Reply] = []
        tray = await self._relay.tray(person.id)
        listed = tray_message(person.locale, tray) if isinstance(tray, Tray) else None
        if listed is not None:
            replies.append(Reply(listed))
        form = await self._relay.form(person.id)
        if isinstance(form, Form):
            now = self._clock.now()
            self._writing = {id_: one for id_, one in self._writing.items() if one.until + REMEMBERS > now}
            if len(self._writing) < MOST_WRITING:
                self._writing[person.id] = _Writing(form.nonce, now + LISTENS)
            replies.append(Reply(invitation_to_type(person.locale, form, can_erase=can_erase)))
        elif not replies:
            replies.append(Reply(refused_message(person.locale, form)))
        return replies

    async def write(self, person: Person, text: str, *, can_erase: bool) -> Reply:
        """What they typed is the note. What is refused can be typed again."""
        lang, writing = person.locale, self._writing[person.id]
        if is_cancelled(text):
            del self._writing[person.id]
            return Reply(plain_message(lang, T("anon.typed.cancelled")))
        taken = await self._relay.submit(person.id, Draft(writing.nonce, text))
        if isinstance(taken, Receipt):
            self._writing.pop(person.id, None)
            return Reply(receipt_message(lang, taken.code, can_erase=can_erase), is_secret=True)
        return Reply(refused_message(lang, taken))

    async def open(self, person: Person, typed: CodeTyped, incoming: Incoming) -> Reply:
        """A code: read, write more, or burn."""
        lang, asker = person.locale, str(person.id)
        if typed.is_burn:
            return self._told(lang, await self._relay.burn(typed.code, asker), "anon.typed.burnt")
        if typed.rest:
            more = await self._relay.follow_up(typed.code, _nonce(incoming), typed.rest, asker)
            return self._told(lang, more, "anon.typed.taken")
        thread = await self._relay.look(typed.code, asker)
        if isinstance(thread, Refused):
            return Reply(refused_message(lang, thread))
        return Reply(thread_message(lang, thread), is_secret=True)

    async def order(self, person: Person, incoming: Incoming, text: str) -> Reply | None:
        """What a reader wants with a note they hold; None when the line is about no note of theirs."""
        order = order_in(text)
        if order is None:
            return None
        tray = await self._relay.tray(person.id)
        if isinstance(tray, Refused):
            return None
        note = next((one for one in tray.notes if one.ref[:REF] == order.ref), None)
        return None if note is None else await self._obey(person, order, note, tray, _nonce(incoming))

    async def _obey(self, person: Person, order: Order, note: Note, tray: Tray, nonce: str) -> Reply:
        lang = person.locale
        match order.do:
            case Do.ANSWER:
                return self._told(lang, await self._relay.answer(person.id, note.ref, nonce, order.rest), "anon.typed.taken")
            case Do.THANK:
                return self._told(lang, await self._relay.thank(person.id, note.ref, nonce), "anon.typed.taken")
            case Do.CLOSE:
                return self._told(lang, await self._relay.close(person.id, note.ref, nonce), "anon.typed.taken")
            case Do.PASS:
                named = [one for one in tray.colleagues if _is_called(one.name, order.rest)]
                if len(named) != 1:
                    return Reply(plain_message(lang, T("anon.typed.no_colleague")))
                passed = await self._relay.pass_to(person.id, note.ref, nonce, named[0].person_id)
                return self._told(lang, passed, "anon.typed.taken")

    @staticmethod
    def _told(lang: str, done: Taken | Refused, key: str) -> Reply:
        return Reply(refused_message(lang, done)) if isinstance(done, Refused) else Reply(plain_message(lang, T(key)))


def _is_called(name: str, typed: str) -> bool:
    """By the whole name, its beginning, or one of its words; both without accents."""
    folded = fold(name)
    return folded.startswith(typed) or typed in folded.split()


def _nonce(incoming: Incoming) -> str:
    """From the event, so that one that is delivered again does the same again and nothing more."""
    sender = incoming.sender
    return hashlib.sha256(f"{sender.platform}\0{sender.tenant}\0{incoming.event_id}".encode()).hexdigest()[:32]
