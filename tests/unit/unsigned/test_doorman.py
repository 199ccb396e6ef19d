"""The wish to write unsigned is answered past the inbox, and nothing else is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.unsigned.delivery import WAITS, deliver
from adapters.unsigned.doorman import Doorman
from adapters.unsigned.elsewhere import Elsewhere
from adapters.unsigned.typed import TypedNotes
from bot.actions.unsigned import code_in_chat, invitation, is_wish, no_page, only_in_private
from bot.anon.receipt import write
from bot.chat.incoming import Arrived, Body, Incoming, Picked, Place, Sender, Submitted, Texted
from bot.chat.message import Door, Message, Paragraph
from bot.chat.richtext import words
from bot.okr.people import PersonId
from bot.ports import PutPerson, SendLaterError, UndeliverableError
from tests.chat import Office
from tests.talk import NOON

PLACE = Place("web", "demo", "minh")


class Chats:
    """Implements `bot.ports.Messenger`: remembers, or fails as often as it is told to."""

    def __init__(self, failures: Sequence[Exception] = ()) -> None:
        self.sent: list[tuple[str, Message, str]] = []
        self._failures = list(failures)

    async def send(self, place: Place, message: Message, replaces: str, key: str = "") -> str:
        if self._failures:
            raise self._failures.pop(0)
        self.sent.append((place.chat_id, message, replaces))
        return f"ref{len(self.sent)}"


class Scene:
    """Minh at the door."""

    def __init__(self, address: str = "https://laban.example/n") -> None:
        self.office = Office()
        self.chats = Chats()
        self.accepted: list[Incoming] = []
        self.asked: list[tuple[PersonId, str]] = []

        async def accept(incoming: Incoming) -> bool:
            self.accepted.append(incoming)
            return True

        def ways(person_id: PersonId, platform: str) -> str:
            self.asked.append((person_id, platform))
            return address

        relay = Elsewhere()
        self.erased: list[tuple[str, str]] = []

        async def erase(place: Place, reference: str) -> None:
            self.erased.append((place.chat_id, reference))

        typed = TypedNotes(relay, self.office.hands)
        self.doorman = Doorman(accept, self.office.reading, {"web": self.chats}, ways, typed, {"web": erase})

    async def hears(self, body: Body, sender: str = "minh", *, is_private: bool = True) -> list[Message]:
        place = replace(PLACE, is_private=is_private)
        assert await self.doorman.accept(Incoming("event", Sender("web", "demo", sender), place, NOON, body))
        while self.doorman.is_busy:
            await self.doorman.settled()
        return [message for _, message, _ in self.chats.sent]


@pytest.mark.parametrize(
    "body",
    [
        Texted("/anon"),
        Texted("Anonymous"),
        Texted("ẩn danh"),
        Texted("匿名"),
        Texted("/okr anon"),
        Picked("d.anon."),
        Picked("d.anon.x"),
    ],
)
async def test_whoever_wants_to_write_unsigned_is_shown_the_door_and_nothing_is_stored(body: Body) -> None:
    scene = Scene()
    assert is_wish(body)
    assert await scene.hears(body) == [invitation("vi", "https://laban.example/n")]
    assert scene.accepted == []
    assert scene.asked == [(PersonId("minh"), "web")]
    assert scene.office.work.turns == []


@pytest.mark.parametrize(
    "body",
    [
        Texted("anonymous feedback is broken"),
        Texted("status"),
        Picked("d.home."),
        Picked("nonsense"),
        Arrived(),
        Submitted("d.anon.", {}),
    ],
)
async def test_everything_else_goes_the_usual_way(body: Body) -> None:
    scene = Scene()
    assert await scene.hears(body) == []
    assert [one.body for one in scene.accepted] == [body]


async def test_where_no_page_can_be_opened_that_is_said() -> None:
    assert await Scene("").hears(Texted("/anon")) == [no_page("vi")]


CODE = write(bytes(range(16)))


@pytest.mark.parametrize(
    "text", [CODE, f"my code is {CODE.lower()}", CODE.replace("-", ""), CODE.replace("-", " "), f"{CODE[:-1]}7"]
)
async def test_a_code_pasted_into_a_chat_is_stored_nowhere_and_its_owner_is_shown_the_page(text: str) -> None:
    scene = Scene()
    assert await scene.hears(Texted(text)) == [code_in_chat("vi", "https://laban.example/n")]
    assert scene.accepted == []
    incoming = Incoming("event", Sender("web", "demo", "minh"), PLACE, NOON, Texted(text))
    assert [scene.doorman.was_secret(incoming) for _ in range(2)] == [True, False]


async def test_a_strangers_code_is_stored_nowhere_either() -> None:
    scene = Scene()
    assert await scene.hears(Texted(CODE), sender="nobody") == []
    assert scene.accepted == []


async def test_in_a_group_everybody_looks_on() -> None:
    scene = Scene()
    assert await scene.hears(Texted("/anon"), is_private=False) == [only_in_private("vi")]
    assert scene.accepted == []


async def test_strangers_and_people_who_left_are_told_what_everybody_like_them_is_told() -> None:
    scene = Scene()
    assert await scene.hears(Texted("/anon"), sender="nobody") == []
    person = scene.office.storage.rows.people[PersonId("minh")]
    scene.office.storage.apply([PutPerson(replace(person, left_at=NOON, version=2), 1)])
    assert await scene.hears(Texted("/anon")) == []
    assert len(scene.accepted) == 2


def test_the_door_is_the_same_for_everybody() -> None:
    doors = [
        block for lang in ("en", "vi", "zh") for block in invitation(lang, "https://x.example").blocks if isinstance(block, Door)
    ]
    assert [door.address for door in doors] == ["https://x.example"] * 3


class Naps:
    """Remembers how long was waited."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


HELLO = Message((Paragraph(words("Hello")),))


async def test_a_chat_that_fails_is_tried_again() -> None:
    chats, naps = Chats([OSError(), SendLaterError(timedelta(seconds=9))]), Naps()
    assert await deliver(chats, PLACE, HELLO, sleep=naps) == "ref1"
    assert naps.seconds == [1.0, 9.0]


@pytest.mark.parametrize(
    "failures, waited",
    [([UndeliverableError("gone")], []), ([SendLaterError(timedelta(hours=1))], []), ([OSError()] * 9, list(WAITS))],
)
async def test_what_cannot_arrive_is_given_up(failures: list[Exception], waited: list[float]) -> None:
    chats, naps = Chats(failures), Naps()
    assert await deliver(chats, PLACE, HELLO, sleep=naps) == ""
    assert (chats.sent, naps.seconds) == ([], waited)
