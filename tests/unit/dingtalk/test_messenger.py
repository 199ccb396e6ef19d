"""Sending on DingTalk: cards and words, changing what is there, going on after an interruption, pictures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from adapters.dingtalk.encode import JOINER
from adapters.dingtalk.messenger import MEDIA_LIFE, WITHOUT_CARDS, DingTalkMessenger
from adapters.dingtalk.wiring import DingTalk, connect
from bot.chat.incoming import Place
from bot.chat.message import Button, Buttons, Image, Message, Paragraph
from bot.chat.richtext import words
from bot.ports import Pictures, SendLaterError, UndeliverableError
from tests.contract.dingtalk import WHO, accept
from tests.contract.telegram import Drawn
from tests.dingtalk_template import TEMPLATE, TEMPLATE_ID
from tests.hands import Hands
from tests.platforms.dingtalk_chats import Chat
from tests.platforms.dingtalk_people import Person
from tests.platforms.dingtalk_server import DingTalkServer, dingtalk_server
from tests.platforms.dingtalk_wire import RefusedError, refused

AN = Place("dingtalk", "", "staff-an")


def saying(text: str, *, slot: str = "", edits: str = "", is_optional: bool = False, label: str = "") -> Message:
    buttons = (Buttons((Button(label, "d.home.", label),)),) if label else ()
    return Message((Paragraph(words(text)), *buttons), slot=slot, edits=edits, is_optional=is_optional)


def long(parts: int = 3, label: str = "Home") -> Message:
    return Message(
        (*(Paragraph(words(f"{number} " + "x" * 2500)) for number in range(parts)), Buttons((Button(label, "d.home.", label),)))
    )


class Broken:
    """Implements `bot.ports.Pictures`, badly."""

    async def png(self, source: str) -> bytes | None:
        raise OSError("no pen")


@dataclass
class Phone:
    """A server, somebody there, and our messenger."""

    server: DingTalkServer
    an: Person
    hands: Hands
    opened: list[DingTalk]

    def messenger(self, *, has_cards: bool = True, pictures: Pictures | None = None) -> DingTalkMessenger:
        """Another process's."""

        async def nap(_: asyncio.Event, seconds: float) -> None:
            self.hands.turn(timedelta(seconds=seconds))

        dingtalk = connect(
            WHO,
            self.server.url,
            self.server.oapi_url,
            accept,
            self.hands,
            template_id=TEMPLATE_ID if has_cards else "",
            pictures=pictures,
            nap=nap,
        )
        self.opened.append(dingtalk)
        return dingtalk.messenger

    @property
    def texts(self) -> list[str]:
        return [one.text.replace(JOINER, "") for one in self.an.chat.said]


@pytest.fixture
async def phone() -> AsyncIterator[Phone]:
    hands = Hands()
    async with dingtalk_server(hands) as server:
        server.cards.templates[TEMPLATE_ID] = TEMPLATE
        opened = Phone(server, server.person(), hands, [])
        yield opened
        for one in opened.opened:
            await one.close()
        assert server.complaints == []


# --- words and cards ---


async def test_what_can_be_pressed_or_changed_is_a_card_and_everything_else_is_words(phone: Phone) -> None:
    messenger = phone.messenger()
    for message in (saying("just words"), saying("a question", label="Home"), saying("a draft", slot="s")):
        await messenger.send(AN, message, "")
    assert [one.card is not None for one in phone.an.chat.said] == [False, True, True]


async def test_an_edit_changes_the_card_and_takes_its_buttons(phone: Phone) -> None:
    messenger = phone.messenger()
    reference = await messenger.send(AN, saying("Why?", slot="s:1", label="Back"), "", "1-1")
    assert await messenger.send(AN, saying("Why? ✓", edits="s:1", is_optional=True), reference, "2-1") == reference
    assert (phone.texts, phone.an.last.labels) == (["Why? ✓"], [])


async def test_what_was_said_in_words_is_never_changed(phone: Phone) -> None:
    messenger = phone.messenger(has_cards=False)
    reference = await messenger.send(AN, saying("one", slot="s"), "")
    assert await messenger.send(AN, saying("one ✓", edits="s", is_optional=True), reference) == reference
    await messenger.send(AN, saying("two", edits="s"), reference)
    # Cards were switched on meanwhile: a reference of before is still no card.
    await phone.messenger().send(AN, saying("three", slot="s", edits="s"), reference)
    assert phone.texts == ["one", "two", "three"]


@pytest.mark.parametrize("is_optional", [False, True])
async def test_a_card_that_is_gone_is_made_anew_unless_it_only_tidies_up(phone: Phone, is_optional: bool) -> None:
    messenger = phone.messenger()
    message = saying("again", slot="s", edits="s", is_optional=is_optional)
    reference = await messenger.send(AN, message, "laban.gone.0", "3-1")
    assert phone.texts == ([] if is_optional else ["again"])
    assert (reference == "laban.gone.0") == is_optional


async def test_tidying_up_what_was_never_delivered_says_nothing(phone: Phone) -> None:
    assert await phone.messenger().send(AN, saying("✓", edits="s", is_optional=True), "") == ""
    assert phone.server.calls == []


async def test_the_same_key_makes_the_same_card_whichever_process_sends_it(phone: Phone) -> None:
    first = await phone.messenger().send(AN, saying("one", label="Home"), "", "17-1")
    assert await phone.messenger().send(AN, saying("one", label="Home"), "", "17-1") == first
    assert phone.texts == ["one"]
    assert await phone.messenger().send(AN, saying("one", label="Home"), "", "17-2") != first


# --- several parts ---


async def test_a_long_message_goes_on_where_it_was_interrupted(phone: Phone) -> None:
    messenger = phone.messenger()
    phone.server.faults.append(("createAndDeliver", refused(500, "oops")))
    with pytest.raises(Exception, match="500"):
        await messenger.send(AN, long(), "", "5-1")
    said = len(phone.texts)
    assert said >= 1
    await messenger.send(AN, long(), "", "5-1")
    assert [text[:1] for text in phone.texts] == ["0", "1", "2"]
    assert phone.an.last.labels == ["Home"]


async def test_another_message_begins_from_its_beginning(phone: Phone) -> None:
    messenger = phone.messenger()
    phone.server.faults.append(("createAndDeliver", refused(500, "oops")))
    with pytest.raises(Exception, match="500"):
        await messenger.send(AN, long(), "", "5-1")
    said = len(phone.texts)
    await messenger.send(AN, long(label="Board"), "", "6-1")
    assert len(phone.texts) == said + 3


# --- refusals ---


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        (refused(403, "Forbidden.AccessDenied.QpsLimitForApi"), SendLaterError),
        (refused(403, "Forbidden.AccessDenied.ApiCountLimitForOrg"), SendLaterError),
        (refused(400, "staffId.notExisted"), UndeliverableError),
    ],
    ids=str,
)
@pytest.mark.parametrize("label", ["", "Home"])
async def test_refusals_are_told_in_the_words_of_the_port(
    phone: Phone, refusal: RefusedError, kind: type[Exception], label: str
) -> None:
    phone.server.faults.append(("createAndDeliver" if label else "batchSend", refusal))
    with pytest.raises(kind):
        await phone.messenger().send(AN, saying("hello", label=label), "", "7-1")


async def test_a_missing_permission_loses_no_message(phone: Phone) -> None:
    phone.server.granted.clear()
    with pytest.raises(Exception, match="403") as told:
        await phone.messenger(has_cards=False).send(AN, saying("hello"), "")
    assert not isinstance(told.value, UndeliverableError)


@pytest.mark.parametrize("trouble", ["gone", "unpublished", "permission"])
async def test_without_cards_everything_is_said_in_words_until_they_are_back(phone: Phone, trouble: str) -> None:
    messenger = phone.messenger()
    if trouble == "permission":
        phone.server.granted.discard("Card.Instance.Write")
    else:
        phone.server.cards.templates.clear()
    await messenger.send(AN, saying("one", label="Home"), "", "8-1")
    await messenger.send(AN, saying("two", label="Home"), "", "8-2")
    assert len(phone.server.of("createAndDeliver")) == 1
    assert all("Home" in text for text in phone.texts)
    phone.server.granted.add("Card.Instance.Write")
    phone.server.cards.templates[TEMPLATE_ID] = TEMPLATE
    phone.hands.turn(WITHOUT_CARDS)
    await messenger.send(AN, saying("three", label="Home"), "", "8-3")
    assert phone.an.last.labels == ["Home"]


async def test_a_card_for_somebody_who_is_gone_is_undeliverable(phone: Phone) -> None:
    with pytest.raises(UndeliverableError):
        await phone.messenger().send(Place("dingtalk", "", "nobody"), saying("hello", label="Home"), "", "9-1")


# --- groups ---


async def test_groups_get_words_and_cards(phone: Phone) -> None:
    group: Chat = phone.server.group()
    messenger, place = phone.messenger(), Place("dingtalk", "", group.id, is_private=False)
    await messenger.send(place, saying("words"), "")
    reference = await messenger.send(place, saying("a board", label="Next"), "", "10-1")
    assert [one.text for one in group.said] == ["words", "a board"]
    assert reference.startswith("laban.g.")
    group.has_bot = False
    for label in ("", "Next"):
        with pytest.raises(UndeliverableError):
            await messenger.send(place, saying("x", label=label), "", f"11-{label}")


# --- pictures ---


async def test_a_picture_is_uploaded_once_and_shown_with_its_words(phone: Phone) -> None:
    messenger = phone.messenger(pictures=Drawn())
    message = Message((Paragraph(words("NPS")), Image("trend/x", "30 → 34")))
    await messenger.send(AN, message, "")
    await messenger.send(AN, message, "")
    assert phone.texts == ["NPS\n\n[30 → 34]"] * 2
    assert len(phone.server.of("/media/upload")) == 1
    phone.hands.turn(MEDIA_LIFE)
    await messenger.send(AN, message, "")
    assert len(phone.server.of("/media/upload")) == 2


@pytest.mark.parametrize("trouble", ["no pictures", "drawing", "uploading"])
async def test_a_picture_that_cannot_be_shown_is_said_in_words(phone: Phone, trouble: str) -> None:
    pictures = {"no pictures": None, "drawing": Broken(), "uploading": Drawn()}[trouble]
    if trouble == "uploading":
        phone.server.faults.append(("/media/upload", refused(400, "x")))
    await phone.messenger(pictures=pictures).send(AN, Message((Paragraph(words("NPS")), Image("trend/x", "30 → 34"))), "")
    assert phone.texts == ["NPS\n\n30 → 34"]
    assert phone.an.last.looks.pictures == []


async def test_a_message_for_another_platform_is_refused(phone: Phone) -> None:
    with pytest.raises(UndeliverableError):
        await phone.messenger().send(Place("telegram", "", "1"), saying("x"), "")
