"""Whole conversations through the one way in: a person in a chat, the real `converse`, storage in memory."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

from adapters.demo import sample_turn
from bot.actions.converse import converse
from bot.chat import tokens
from bot.chat.incoming import Arrived, Body, Incoming, Picked, Place, Sender, Submitted, Texted
from bot.chat.message import Buttons, Choices, Form, Message
from bot.ports import About, Deps, NoUnsignedNotes, Outgoing, Reading, Saved, Turn, UnitOfWork, UnsignedNotes
from tests.fakes import MemoryStorage
from tests.hands import Hands
from tests.talk import NOON

_events = itertools.count(1)


@dataclass
class Counting:
    """Ids one after another, so that a test run is always the same."""

    last: int = 0

    def new(self) -> str:
        self.last += 1
        return f"id{self.last:014d}"


class Recorder:
    """A unit of work that remembers the turns it saved, and can lose the race for the next ones."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self.turns: list[Turn] = []
        self.loses = 0

    async def save(self, turn: Turn) -> Saved:
        """Save, unless this one is to be lost."""
        await asyncio.sleep(0)  # lets another turn come between, as a database would
        if self.loses:
            self.loses -= 1
            return Saved.LOST
        saved = await self._work.save(turn)
        if saved is Saved.DONE:
            self.turns.append(turn)
        return saved

    async def save_all(self, turns: Sequence[Turn]) -> tuple[Saved, ...]:
        """One by one."""
        return tuple([await self.save(turn) for turn in turns])


@dataclass
class Office:
    """The sample company with a clock, ids and storage in memory."""

    hands: Hands = field(default_factory=lambda: Hands(NOON))
    ids: Counting = field(default_factory=Counting)
    storage: MemoryStorage = field(default_factory=MemoryStorage)
    unsigned: UnsignedNotes = field(default_factory=NoUnsignedNotes)
    about: About = field(default_factory=About)

    def __post_init__(self) -> None:
        self.storage.apply(sample_turn(self.hands.now()).changes)
        self.work = Recorder(self.storage.work)
        self.reading: Reading = self.storage.reading

    @property
    def deps(self) -> Deps:
        return Deps(self.reading, self.work, self.hands, self.ids, self.unsigned, self.about)

    def sent(self) -> list[Outgoing]:
        """Everything said so far, to anybody."""
        return [outgoing for turn in self.work.turns for outgoing in turn.outgoing]


class Chat:
    """One account in a chat with the bot."""

    def __init__(self, office: Office, user_id: str, *, name: str = "", language: str = "", is_private: bool = True) -> None:
        self.office = office
        self.sender = Sender("web", "demo", user_id, name, language)
        self.place = Place("web", "demo", user_id if is_private else "the-group", is_private)

    async def does(self, body: Body, event_id: str = "") -> Self:
        """Let an event happen."""
        incoming = Incoming(event_id or f"event{next(_events)}", self.sender, self.place, self.office.hands.now(), body)
        await converse(incoming, self.office.deps)
        return self

    async def arrives(self, invite: str = "") -> Self:
        return await self.does(Arrived(invite))

    async def says(self, *texts: str) -> Self:
        for text in texts:
            await self.does(Texted(text))
        return self

    async def picks(self, *names: str) -> Self:
        """Press the newest button with this name: an option's, or a wish's."""
        for name in names:
            await self.does(Picked(self.token(name)))
        return self

    async def does_deed(self, intent: str, about: str = "") -> Self:
        """Press a button that does this, wherever one may stand."""
        return await self.does(Picked(tokens.write(tokens.Deed(intent, about))))

    async def submits(self, **values: str) -> Self:
        """Send the newest form; values by the last part of the question's key but its digest."""
        form = next(block for message in reversed(self.messages) for block in message.blocks if isinstance(block, Form))
        filled = {one.key: values[name] for one in form.fields for name in values if name in one.key.split("/")}
        return await self.does(Submitted(form.token, filled))

    def token(self, name: str) -> str:
        """What the newest button of that name carries."""
        for message in reversed(self.messages):
            for token in _tokens(message):
                read = tokens.read(token)
                named = read.option if isinstance(read, tokens.Answer) else read.intent
                if named == name:
                    return token
        raise AssertionError(f"no button {name!r} in {self.last.plain()!r}")

    @property
    def messages(self) -> list[Message]:
        """What has been said here, oldest first; edits that only tidy up are left out."""
        return [one.message for one in self.office.sent() if one.place == self.place and not one.message.is_optional]

    @property
    def last(self) -> Message:
        return self.messages[-1]

    @property
    def text(self) -> str:
        """What the answers to the newest event say."""
        turn = next(turn for turn in reversed(self.office.work.turns) if any(one.place == self.place for one in turn.outgoing))
        return "\n".join(one.message.plain() for one in turn.outgoing if one.place == self.place and not one.message.is_optional)


def _tokens(message: Message) -> list[str]:
    found: list[str] = []
    for block in message.blocks:
        match block:
            case Choices(options):
                found += [option.token for option in options]
            case Buttons(buttons):
                found += [button.token for button in buttons]
            case _:
                pass
    return found
