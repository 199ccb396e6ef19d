"""Sending on Telegram: editing, following, going on after an interruption, pictures, and home at the top."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from adapters.telegram.client import ApiError, TelegramClient
from adapters.telegram.messenger import TelegramMessenger
from adapters.telegram.turnstile import Turnstile
from bot.chat.incoming import Place
from bot.chat.message import Button, Buttons, Image, Message, Paragraph
from bot.chat.richtext import words
from bot.ports import SendLaterError, UndeliverableError
from tests.hands import Hands, Sleeper
from tests.platforms.telegram_server import TOKEN, Person, RefusedError, TelegramServer, telegram_server

AN = Place("telegram", "", "501")
TEAM = Place("telegram", "", "-4001", is_private=False)
PNG = b"\x89PNG\r\n\x1a\n"


def saying(text: str, *, slot: str = "", edits: str = "", is_optional: bool = False, label: str = "") -> Message:
    buttons = (Buttons((Button(label, "d.home.", label),)),) if label else ()
    return Message((Paragraph(words(text)), *buttons), slot=slot, edits=edits, is_optional=is_optional)


def long(parts: int = 3) -> Message:
    return Message(tuple(Paragraph(words(f"{number} " + "x" * 4000)) for number in range(parts)))


@dataclass
class Phone:
    """A server, somebody there, and our messenger."""

    server: TelegramServer
    an: Person
    client: TelegramClient
    messenger: TelegramMessenger

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.an.chat.said]


def fresh(phone: Phone, **more: object) -> TelegramMessenger:
    """Another process's messenger."""
    return TelegramMessenger(phone.client, Turnstile(Hands(), Sleeper(Hands()).nap), **more)  # type: ignore[arg-type] # of the test's choice


@pytest.fixture
async def phone() -> AsyncIterator[Phone]:
    hands = Hands()
    async with telegram_server(hands) as server:
        client = TelegramClient(TOKEN, server.url)
        messenger = TelegramMessenger(client, Turnstile(hands, Sleeper(hands).nap))
        yield Phone(server, server.person(), client, messenger)
        await client.close()
        assert server.complaints == []


# --- editing ---


async def test_an_edit_takes_the_buttons_away_with_the_words(phone: Phone) -> None:
    reference = await phone.messenger.send(AN, saying("Why?", slot="s:1", label="Back"), "")
    assert await phone.messenger.send(AN, saying("Why? ✓", edits="s:1", is_optional=True), reference) == reference
    assert (phone.texts, phone.an.last.labels) == (["Why? ✓"], [])


async def test_an_edit_that_changes_nothing_has_succeeded(phone: Phone) -> None:
    reference = await phone.messenger.send(AN, saying("Why?", slot="s:1"), "")
    assert await phone.messenger.send(AN, saying("Why?", edits="s:1"), reference) == reference
    assert phone.texts == ["Why?"]


@pytest.mark.parametrize("is_optional", [False, True])
@pytest.mark.parametrize(
    "description",
    ["message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID", "there is no text in the message to edit"],
)
async def test_what_cannot_be_edited_any_more_is_said_anew_unless_it_only_tidies_up(
    phone: Phone, description: str, is_optional: bool
) -> None:
    reference = await phone.messenger.send(AN, saying("Why?", slot="s:1"), "")
    phone.server.faults.append(("editMessageText", RefusedError(400, f"Bad Request: {description}")))
    again = await phone.messenger.send(AN, saying("Why not?", edits="s:1", is_optional=is_optional), reference)
    assert phone.texts == (["Why?"] if is_optional else ["Why?", "Why not?"])
    assert (again == reference) == is_optional


async def test_an_edit_telegram_finds_fault_with_is_undeliverable(phone: Phone) -> None:
    reference = await phone.messenger.send(AN, saying("Why?", slot="s:1"), "")
    phone.server.faults.append(("editMessageText", RefusedError(400, "Bad Request: BUTTON_DATA_INVALID")))
    with pytest.raises(UndeliverableError):
        await phone.messenger.send(AN, saying("Why not?", edits="s:1"), reference)


async def test_tidying_up_for_somebody_who_cannot_be_reached_is_no_dead_letter(phone: Phone) -> None:
    reference = await phone.messenger.send(AN, saying("Why?", slot="s:1"), "")
    phone.an.blocks()
    assert await phone.messenger.send(AN, saying("Why? ✓", edits="s:1", is_optional=True), reference) == reference
    with pytest.raises(UndeliverableError):
        await phone.messenger.send(AN, saying("Why not?", edits="s:1"), reference)


async def test_tidying_up_what_was_never_delivered_says_nothing(phone: Phone) -> None:
    assert await phone.messenger.send(AN, saying("Why? ✓", edits="s:1", is_optional=True), "") == ""
    assert phone.server.calls == []


async def test_an_edit_too_long_for_one_message_edits_the_first_and_names_the_last(phone: Phone) -> None:
    reference = await phone.messenger.send(AN, saying("Why?", slot="s:1"), "")
    message = Message((*long(2).blocks, Buttons((Button("Home", "d.home.", "home"),))), slot="s:2", edits="s:1")
    last = await phone.messenger.send(AN, message, reference)
    first, second = phone.an.chat.said
    assert (str(first.id), str(second.id)) == (reference, last)
    assert (first.labels, second.labels) == ([], ["Home"])


# --- interrupted ---


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        (RefusedError(429, "Too Many Requests", retry_after=3), SendLaterError),
        (RefusedError(500, "Internal Server Error"), ApiError),
    ],
)
async def test_what_was_interrupted_goes_on_where_it_stopped(phone: Phone, refusal: RefusedError, kind: type[Exception]) -> None:
    phone.server.faults += [("sendMessage", None), ("sendMessage", refusal)]
    with pytest.raises(kind):
        await phone.messenger.send(AN, long(), "")
    await phone.messenger.send(AN, long(), "")
    assert [text[0] for text in phone.texts] == ["0", "1", "2"]


async def test_an_interrupted_message_never_hides_the_beginning_of_another(phone: Phone) -> None:
    await _interrupt(phone)
    await phone.messenger.send(AN, saying("something else"), "")
    await phone.messenger.send(AN, long(), "")
    assert [text[0] for text in phone.texts] == ["0", "1", "s", "0", "1", "2"]


async def test_another_chat_gets_the_whole_message(phone: Phone) -> None:
    await _interrupt(phone)
    mei = phone.server.person(502)
    await phone.messenger.send(Place("telegram", "", "502"), long(), "")
    assert [message.text[0] for message in mei.chat.said] == ["0", "1", "2"]


async def _interrupt(phone: Phone) -> None:
    """Deliver two parts of a long message, then let Telegram break."""
    broken = RefusedError(502, "Bad Gateway")
    phone.server.faults += [("sendMessage", None), ("sendMessage", None), ("sendMessage", broken)]
    with pytest.raises(ApiError):
        await phone.messenger.send(AN, long(), "")


# --- groups that move ---


async def test_a_group_is_followed_where_it_went_and_that_is_stored_once(phone: Phone) -> None:
    stored: list[tuple[str, str, bool]] = []

    async def settle(old: Place, new: Place) -> None:
        stored.append((old.chat_id, new.chat_id, new.is_private))

    messenger = fresh(phone, settle=settle)
    group = phone.server.group()
    reference = await messenger.send(TEAM, saying("board", slot="b"), "")
    new = phone.server.upgrade(group)
    await messenger.send(TEAM, saying("card"), "")
    await messenger.send(TEAM, saying("board 2", edits="b"), reference)
    assert [message.text for message in new.said] == ["card", "board 2"]
    assert stored == [("-4001", "-1004001", False)]
    await fresh(phone).send(TEAM, saying("after a restart"), "")
    assert new.said[-1].text == "after a restart"


async def test_a_move_that_cannot_be_stored_is_followed_nevertheless(phone: Phone) -> None:
    async def settle(old: Place, new: Place) -> None:
        raise OSError("disk full")

    new = phone.server.upgrade(phone.server.group())
    await fresh(phone, settle=settle).send(TEAM, saying("card"), "")
    assert [message.text for message in new.said] == ["card"]


async def test_groups_that_move_in_a_circle_are_given_up(phone: Phone) -> None:
    group, other = phone.server.group(), phone.server.group(-4002)
    group.moved_to, other.moved_to = other.id, group.id
    with pytest.raises(UndeliverableError):
        await phone.messenger.send(TEAM, saying("card"), "")


# --- pictures ---

PICTURE = Message((Paragraph(words("NPS")), Image("charts/nps.png", "NPS over thirteen weeks")))


class Easel:
    """Implements `bot.ports.Pictures`."""

    def __init__(self, drawn: bytes | Exception | None) -> None:
        self._drawn = drawn

    async def png(self, source: str) -> bytes | None:
        """What the test wants."""
        if isinstance(self._drawn, Exception):
            raise self._drawn
        return self._drawn


async def test_a_picture_comes_first_and_its_words_below_it(phone: Phone) -> None:
    await fresh(phone, pictures=Easel(PNG)).send(AN, PICTURE, "")
    picture, text = phone.an.chat.said
    assert (picture.photo, picture.text, text.text) == (PNG, "NPS over thirteen weeks", "NPS")


@pytest.mark.parametrize("drawn", [None, OSError("no fonts")], ids=str)
async def test_a_picture_that_cannot_be_drawn_is_told(phone: Phone, drawn: Exception | None) -> None:
    await fresh(phone, pictures=Easel(drawn)).send(AN, PICTURE, "")
    assert phone.texts == ["NPS over thirteen weeks", "NPS"]


async def test_without_somebody_to_draw_a_picture_is_a_link_to_it(phone: Phone) -> None:
    await fresh(phone, public_url="https://laban.example").send(AN, PICTURE, "")
    (message,) = phone.an.chat.said
    assert message.text == "NPS\n\nNPS over thirteen weeks"
    assert [one["url"] for one in message.entities] == ["https://laban.example/charts/nps.png"]


# --- home ---


async def test_home_is_kept_at_the_top_once(phone: Phone) -> None:
    first = await phone.messenger.send(AN, saying("home", slot="home"), "")
    await phone.messenger.send(AN, saying("home again", slot="home"), "")
    await fresh(phone).send(AN, saying("home after a restart", slot="home"), "")
    assert phone.an.chat.pinned == int(first)
    assert len(phone.server.of("pinChatMessage")) == 1


async def test_that_home_cannot_be_kept_there_is_no_failure(phone: Phone) -> None:
    phone.server.faults += [("getChat", RefusedError(403, "Forbidden")), ("pinChatMessage", RefusedError(400, "no rights"))]
    await phone.messenger.send(AN, saying("home", slot="home"), "")
    await fresh(phone).send(AN, saying("home", slot="home"), "")
    assert phone.an.chat.pinned == 0
    assert len(phone.texts) == 2


async def test_in_a_group_nothing_is_pinned(phone: Phone) -> None:
    phone.server.group()
    await phone.messenger.send(TEAM, saying("home", slot="home"), "")
    assert phone.server.of("pinChatMessage", "getChat") == []
