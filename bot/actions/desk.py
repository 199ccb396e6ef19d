"""One turn being put together: what is known, what will change, what will be said."""

from __future__ import annotations

from dataclasses import replace

from bot.chat.incoming import Incoming, Place
from bot.chat.intents import Intent, button
from bot.chat.message import Block, Buttons, Message
from bot.dialogs.script import Say
from bot.dialogs.session import Session
from bot.dialogs.show import said
from bot.okr.people import LANGUAGES, Person
from bot.ports import About, Change, Clock, Deps, EventKey, Ids, Known, Outgoing, PutSession, Reading, Turn, UnsignedNotes


class Desk:
    """Collects a turn. Nothing has happened until the turn is saved; a lost race throws the desk away and starts over."""

    def __init__(self, incoming: Incoming, known: Known, deps: Deps) -> None:
        self.incoming = incoming
        self.known = known
        self.place = incoming.answer or incoming.place
        """Where things are said unless another place is named."""
        self.reading: Reading = deps.reading
        self.clock: Clock = deps.clock
        self.ids: Ids = deps.ids
        self.unsigned: UnsignedNotes = deps.unsigned
        self.about: About = deps.about
        self.now = deps.clock.now()
        self._person = known.person
        self.lang = known.person.locale if known.person else _hinted(incoming.sender.language)
        self.sessions: tuple[Session, ...] = known.sessions
        self._changes: list[Change] = []
        self._outgoing: list[tuple[Place, Message]] = []

    @property
    def person(self) -> Person:
        """Who is talking; only asked for once it is known that we know them."""
        assert self._person is not None  # noqa: S101 strangers never get here
        return self._person

    @property
    def active(self) -> Session | None:
        """The session now in progress."""
        return next((session for session in self.sessions if session.state.value == "active"), None)

    @property
    def parked(self) -> tuple[Session, ...]:
        """Unfinished sessions put aside, newest first."""
        return tuple(session for session in self.sessions if session.state.value == "parked")

    def became(self, person: Person) -> None:
        """From here on the turn speaks with `person` as they are now, in their language."""
        self._person = person
        self.lang = person.locale

    def change(self, *changes: Change) -> None:
        """Something to store."""
        self._changes.extend(changes)

    def put(self, session: Session) -> Session:
        """Store a session as the next turn of what storage knows; the same session may be put several times within a turn."""
        stored = next((known for known in self.known.sessions if known.id == session.id), None)
        saved = replace(session, turn=stored.turn + 1 if stored else 1, touched_at=self.now)
        change = PutSession(saved, stored.turn if stored else None)
        self._changes = [kept for kept in self._changes if not (isinstance(kept, PutSession) and kept.session.id == session.id)]
        self._changes.append(change)
        others = tuple(known for known in self.sessions if known.id != session.id)
        self.sessions = (saved, *others) if saved.state.is_open else others
        return saved

    def send(self, message: Message, place: Place | None = None) -> None:
        """Say a message, here or in another place."""
        if message.blocks:
            self._outgoing.append((place or self.place, message))

    def say(self, *what: Say | Block, buttons: tuple[Intent, ...] = ()) -> None:
        """Say some things in the person's language, with buttons for what can be done next."""
        blocks: list[Block] = []
        for one in what:
            blocks.extend(said(self.lang, (one,)) if not hasattr(one, "plain") else (one,))  # type: ignore[arg-type] # a block has plain(), a Say never
        if buttons:
            blocks.append(Buttons(tuple(button(self.lang, intent) for intent in buttons)))
        self.send(Message(tuple(blocks), self.lang))

    def turn(self) -> Turn:
        """The turn as a value. Parking comes before activating, so that no moment has two active sessions."""
        sender, event_id = self.incoming.sender, self.incoming.event_id
        event = EventKey(sender.platform, sender.tenant, event_id)
        changes = sorted(
            self._changes, key=lambda change: isinstance(change, PutSession) and change.session.state.value == "active"
        )
        outgoing = tuple(
            Outgoing(place, message, f"{sender.platform}:{sender.tenant}:{event_id}:{number}")
            for number, (place, message) in enumerate(self._outgoing)
        )
        return Turn(self.now, event, tuple(changes), outgoing)


def _hinted(language: str) -> str:
    """A platform's language hint ("vi-VN", "zh_CN") as one of ours."""
    hint = language.replace("_", "-").split("-")[0].casefold()
    return hint if hint in LANGUAGES else "en"
