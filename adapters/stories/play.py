"""Plays stories: through the real way in, on a storage of their own, once in every language; and keeps every message said."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from adapters.demo import sample_turn
from adapters.demo_company import PEOPLE
from adapters.sample import Sample
from adapters.stories.story import (
    Elsewhere,
    Meanwhile,
    Opens,
    Picks,
    PointsAt,
    Presses,
    Recalls,
    Says,
    Sends,
    Step,
    Story,
    Stumbles,
    Submits,
    Ticks,
    Waits,
    in_language,
)
from adapters.stories.unsigned import ABOUT, SampleNotes
from bot.actions.apologise import apologise
from bot.actions.converse import converse
from bot.actions.rounds import tick
from bot.chat import tokens
from bot.chat.incoming import Arrived, Body, Incoming, Picked, Place, PointedAt, Sender, Submitted, Texted, Whisper
from bot.chat.message import Block, Buttons, Choices, Form, Message
from bot.okr.people import LANGUAGES, Account, PersonId
from bot.ports import Change, Deps, Outgoing, PutAccount, PutPerson, Reading, Saved, Turn, UnitOfWork

NOW = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
"""A Tuesday morning in week 9 of a quarter: the sample company has eight weeks of check-ins in it and four weeks left."""
PLATFORM = "stories"
TENANT = "lantern"
GROUP = Place(PLATFORM, TENANT, "the whole team", is_private=False)
PACE = timedelta(seconds=20)
"""From one step to the next; nothing that is kept happens twice at the same moment."""


class StoryError(Exception):
    """A story cannot be played: it presses what nobody shows, or something it changes cannot be stored. Says which, where, in which language."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A storage that holds the sample company as of NOW and nothing else."""

    reading: Reading
    work: UnitOfWork


Act = Callable[[Incoming, Deps], Awaitable[None]]
Opened = Callable[[], AbstractAsyncContextManager[Stage]]


@dataclass(frozen=True, slots=True)
class Heard:
    """A message of a story, named by its step."""

    name: str
    message: Message


def company() -> Turn:
    """What a stage holds before a story begins: the sample company, whose people are all known here."""
    sample = sample_turn(NOW)
    accounts = tuple(PutAccount(Account(PLATFORM, TENANT, one.id, PersonId(one.id), one.id)) for one in PEOPLE)
    # One account each: what is said to somebody by itself reaches them here, wherever else the sample company is at home.
    others = tuple(change for change in sample.changes if not isinstance(change, PutAccount))
    return replace(sample, changes=(*others, *accounts))


def chat_of(who: str) -> Place:
    """Somebody's private chat."""
    return Place(PLATFORM, TENANT, who)


def aside_of(who: str) -> Place:
    """The group as somebody alone sees it."""
    return Place(PLATFORM, TENANT, f"{GROUP.chat_id}:{who}", is_private=False)


def account_of(who: str, name: str = "", lang: str = "") -> Sender:
    """Somebody as they are known here."""
    return Sender(PLATFORM, TENANT, who, name, lang)


async def play_all(stories: Iterable[Story], opened: Opened) -> tuple[Sample, ...]:
    """Every message of these stories, one sample for all languages.

    What was said before, word for word, is not shown again. Of what an answered question leaves behind (its own words, without buttons)
    every chapter shows one example. Raises StoryError.
    """
    samples: list[Sample] = []
    for story in stories:
        heard = {lang: await play(story, lang, opened) for lang in LANGUAGES}
        samples += _merged(story, heard)
    return tuple(_without_repetitions(samples))


async def play(story: Story, lang: str, opened: Opened) -> tuple[Heard, ...]:
    """Every message the person of the story gets, in the order they are sent. Raises StoryError."""
    async with opened() as stage:
        scene = _Scene(story, lang, stage)
        await scene.begin()
        for number, step in enumerate(story.steps, 1):
            await scene.do(number, step)
        return tuple(scene.heard)


class _Hands:
    """A clock that only stories turn. Implements `bot.ports.Clock`."""

    def __init__(self) -> None:
        self._now = NOW

    def now(self) -> datetime:
        """Aware, in UTC."""
        return self._now

    def turn(self, time: timedelta) -> None:
        """Let time pass."""
        self._now += time


class _Numbers:
    """Ids in a row, so that every language has the same ones. Implements `bot.ports.Ids`."""

    LETTERS = "abcdefghijklmnopqrstuvwxyz234567"

    def __init__(self) -> None:
        self._next = 0

    def new(self) -> str:
        """The next one."""
        self._next += 1
        number, letters = self._next, ""
        for _ in range(16):
            number, letter = divmod(number, len(self.LETTERS))
            letters = self.LETTERS[letter] + letters
        return letters


class _Ear:
    """Hears what is said in turns that were saved. Implements `bot.ports.UnitOfWork`."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self.said: list[Outgoing] = []

    async def save(self, turn: Turn) -> Saved:
        """Store the turn as it is."""
        saved = await self._work.save(turn)
        if saved is Saved.DONE:
            self.said += turn.outgoing
        return saved

    async def save_all(self, turns: Sequence[Turn]) -> tuple[Saved, ...]:
        """One by one."""
        return tuple([await self.save(turn) for turn in turns])


@dataclass(slots=True)
class _Scene:
    """A story being played in one language."""

    story: Story
    lang: str
    stage: Stage
    heard: list[Heard] = field(default_factory=list)
    shown: dict[Place, list[Message]] = field(default_factory=dict)
    """What each chat has on the screen, oldest first."""
    events: int = 0
    clock: _Hands = field(default_factory=_Hands)
    ids: _Numbers = field(default_factory=_Numbers)

    async def begin(self) -> None:
        """Let the person of the story speak the language it is played in."""
        person = await self.stage.reading.person(PersonId(self.story.who))
        if person is not None and person.locale != self.lang:
            await self._store(PutPerson(replace(person, locale=self.lang, version=person.version + 1), person.version))

    async def do(self, number: int, step: Step) -> None:
        """Play a step and keep what was answered."""
        try:
            answers = await self._play(self.story.who, self.lang, step)
        except StoryError as error:
            raise StoryError(f"{self.story.title}, {self.lang}, step {number} ({step.told()}): {error}") from None
        for index, message in enumerate(answers, 1):
            part = f" ({index})" if len(answers) > 1 else ""
            self.heard.append(Heard(f"{self.story.title} · {number}. {step.told()}{part}", message))

    async def _play(self, who: str, lang: str, step: Step) -> list[Message]:
        match step:
            case Waits(time):
                self.clock.turn(time)
            case Meanwhile(_, changes):
                await self._store(*await changes(self.stage.reading))
            case Elsewhere(other, steps):
                said = [message for one in steps for message in await self._play_elsewhere(other, one)]
                return [one.message for one in said if one.place == chat_of(self.story.who)]
            case Ticks():
                return _reaching(self.story.who, await self._listen(tick))
            case _:
                return _reaching(who, await self._do(who, lang, step))
        return []

    async def _play_elsewhere(self, other: str, step: Step) -> list[Outgoing]:
        match step:
            case Waits() | Ticks() | Meanwhile() | Elsewhere():
                raise StoryError("only the person of a story waits, and nobody is elsewhere twice")
            case _:
                return await self._do(other, "en", step)

    async def _do(
        self, who: str, lang: str, step: Says | PointsAt | Stumbles | Picks | Presses | Submits | Sends | Recalls | Opens
    ) -> list[Outgoing]:
        match step:
            case Stumbles(words):
                return await self._tell(who, lang, Texted(in_language(words, lang)), chat_of(who), apologise)
            case Says(words, is_whispered=True):
                return await self._tell(who, lang, Texted(in_language(words, lang)), chat_of(who), is_whispered=True)
            case PointsAt(words):
                return await self._tell(who, lang, PointedAt(in_language(words, lang)), chat_of(who), is_whispered=True)
            case Says(words, in_group=True):
                return await self._tell(who, lang, Texted(in_language(words, lang)), GROUP)
            case _:
                return await self._tell(who, lang, self._body(who, lang, step), chat_of(who))

    def _body(self, who: str, lang: str, step: Says | Picks | Presses | Submits | Sends | Recalls | Opens) -> Body:
        screen = self.shown.get(chat_of(who), [])
        match step:
            case Says(words):
                return Texted(in_language(words, lang))
            case Opens(invite):
                return Arrived(invite)
            case Sends(token):
                return Picked(token)
            case Picks(option, outdated):
                return Picked(_answer(screen, in_language(option, lang), is_outdated=outdated))
            case Recalls(option):
                return Picked(_recalled(screen, option))
            case Presses(wish, about):
                return Picked(_deed(screen, wish, about))
            case Submits(values):
                return _form(screen, [in_language(value, lang) for value in values])

    async def _tell(
        self, who: str, lang: str, body: Body, place: Place, act: Act = converse, *, is_whispered: bool = False
    ) -> list[Outgoing]:
        self.events += 1
        self.clock.turn(PACE)
        name = self.story.name if who == self.story.who else ""
        whisper = Whisper(GROUP, aside_of(who)) if is_whispered else None
        incoming = Incoming(f"story-{self.events}", account_of(who, name, lang), place, self.clock.now(), body, whisper)
        return await self._listen(partial(act, incoming))

    async def _listen(self, act: Callable[[Deps], Awaitable[None]]) -> list[Outgoing]:
        """Let something happen; everything said by it, to anybody."""
        ear = _Ear(self.stage.work)
        await act(Deps(self.stage.reading, ear, self.clock, self.ids, SampleNotes(), ABOUT))
        for one in ear.said:
            self.shown.setdefault(one.place, []).append(one.message)
        return ear.said

    async def _store(self, *changes: Change) -> None:
        if await self.stage.work.save(Turn(self.clock.now(), changes=changes)) is not Saved.DONE:
            raise StoryError("this cannot be stored")


def _reaching(who: str, said: Sequence[Outgoing]) -> list[Message]:
    """What of it somebody sees: in their own chat, and in the group."""
    return [one.message for one in said if one.place in (chat_of(who), GROUP, aside_of(who))]


def _answer(screen: Sequence[Message], option: str, *, is_outdated: bool) -> str:
    questions = [message for message in reversed(screen) if any(_option(token) for token in _tokens(message))]
    for message in questions[1:] if is_outdated else questions[:1]:
        for token in _tokens(message):
            if _option(token) == option:
                return token
    raise StoryError(f"nobody shows {option!r}; the newest message offers {_offered(screen)}")


def _recalled(screen: Sequence[Message], option: str) -> str:
    for message in reversed(screen):
        for token in _tokens(message):
            answer = tokens.read(token)
            if isinstance(answer, tokens.Answer):
                return tokens.write(replace(answer, option=option))
    raise StoryError("nobody asks anything")


def _deed(screen: Sequence[Message], wish: str, about: str | None) -> str:
    for message in reversed(screen):
        for token in _tokens(message):
            deed = tokens.read(token)
            if isinstance(deed, tokens.Deed) and deed.intent == wish and _is_about(deed.object, about):
                return token
    raise StoryError(f"nobody shows {wish} {about}; the newest message offers {_offered(screen)}")


def _is_about(carried: str, wanted: str | None) -> bool:
    return wanted is None or carried == wanted or carried.endswith(f":{wanted}")


def _form(screen: Sequence[Message], values: Sequence[str]) -> Submitted:
    for message in reversed(screen):
        for block in message.blocks:
            if isinstance(block, Form):
                return Submitted(block.token, {one.key: value for one, value in zip(block.fields, values, strict=True)})
    raise StoryError("nobody shows a form")


def _tokens(message: Message) -> Iterator[str]:
    for block in message.blocks:
        match block:
            case Choices(options):
                yield from (option.token for option in options)
            case Buttons(buttons):
                yield from (button.token for button in buttons)
            case Form(fields, token):
                yield from (option.token for one in fields for option in one.options)
                yield token


def _option(token: str) -> str | None:
    answer = tokens.read(token)
    return answer.option if isinstance(answer, tokens.Answer) else None


def _offered(screen: Sequence[Message]) -> str:
    return ", ".join(_option(token) or token for token in _tokens(screen[-1])) if screen else "nothing"


# --- samples ---------------------------------------------------------------------------------------------------------------


def _merged(story: Story, heard: dict[str, tuple[Heard, ...]]) -> Iterator[Sample]:
    """One sample for each step and message. What one language lacks is missing in its sample, and the preview says so."""
    by_name: dict[str, dict[str, Message]] = {}
    for lang, said in heard.items():
        for one in said:
            by_name.setdefault(one.name, {})[lang] = one.message
    return (Sample(story.chapter, name, messages) for name, messages in by_name.items())


def _without_repetitions(samples: Iterable[Sample]) -> Iterator[Sample]:
    seen: set[object] = set()
    for sample in samples:
        leaves_behind = any(message.is_optional for message in sample.messages.values())
        looks = (
            sample.script if leaves_behind else tuple((lang, _visible(sample.messages[lang])) for lang in sorted(sample.messages))
        )
        if looks not in seen:
            seen.add(looks)
            yield sample


def _visible(message: Message) -> tuple[Block, ...]:
    """What can be seen of a message; ids and tokens cannot."""
    return tuple(_unmarked(block) for block in message.blocks)


def _unmarked(block: Block) -> Block:
    match block:
        case Choices(options):
            return replace(block, options=tuple(replace(option, token="") for option in options))
        case Buttons(buttons):
            return Buttons(tuple(replace(button, token="") for button in buttons))
        case Form(fields):
            plain = tuple(
                replace(one, key="", options=tuple(replace(option, token="") for option in one.options)) for one in fields
            )
            return replace(block, fields=plain, token="")
    return block
