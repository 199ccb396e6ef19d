"""What a slot brings reaches the chats: one digest a reader, the same size with and without a note, and one cue for everybody."""

from __future__ import annotations

import logging
from datetime import date

import pytest

from adapters.unsigned.courier import Courier
from adapters.unsigned.elsewhere import Elsewhere
from bot.actions.unsigned import SIZE_CLASS, cue_message, digest_message
from bot.anon.port import Digest, Entry, Kind, No, Note, Refused, Slot, Taken, ThreadState
from bot.okr.people import Account, PersonId
from bot.ports import PutAccount
from tests.chat import Office
from tests.talk import NOON
from tests.unit.unsigned.test_doorman import Chats

DAY = date(2026, 11, 23)
NOTE = Note(
    "ref",
    "Lantern",
    "NPS 30 → 50",
    ThreadState.OPEN,
    (Entry(Kind.TEXT, "", "Nobody decides.", slot_day=DAY),),
    DAY,
    is_answered=False,
)
MEI = PersonId("mei")
QUIET, FULL = Digest(MEI, (), 0), Digest(MEI, (NOTE,), 1)


class Slots(Elsewhere):
    """A relay whose slots are written down beforehand."""

    def __init__(self, *slots: Slot | Refused | None) -> None:
        super().__init__()
        self._slots = list(slots)
        self.carried_after: list[int] = []
        self.chats = Chats()

    async def carried(self) -> Taken | Refused:
        self.carried_after.append(len(self.chats.sent))
        return Taken.TAKEN

    async def tick(self) -> Slot | Refused | None:
        return self._slots.pop(0)


async def carried(*slots: Slot | Refused | None, platform: str = "telegram", is_rehearsal: bool = False) -> Chats:
    office, chats = Office(), Chats()
    for person_id in ("mei", "minh", "an"):
        office.storage.apply([PutAccount(Account(platform, "demo", person_id, PersonId(person_id), f"chat of {person_id}"))])
    courier = Courier(Slots(*slots), office.reading, {platform: chats}, is_rehearsal=is_rehearsal)
    for _ in slots:
        await courier.tick(NOON)
        await courier.settled()
    return chats


async def test_a_digest_comes_at_every_slot_also_when_nothing_is_new() -> None:
    chats = await carried(Slot(DAY, (QUIET,), ()), None, Slot(DAY, (QUIET,), ()))
    assert [(chat, message) for chat, message, _ in chats.sent] == [
        ("chat of mei", digest_message("zh", QUIET, with_texts=True))
    ] * 2


async def test_a_slot_counts_as_carried_when_everybody_has_been_written_to() -> None:
    office, slots = Office(), Slots(Slot(DAY, (QUIET,), (PersonId("minh"), PersonId("an"))), None)
    for person_id in ("mei", "minh", "an"):
        office.storage.apply([PutAccount(Account("telegram", "demo", person_id, PersonId(person_id), f"chat of {person_id}"))])
    courier = Courier(slots, office.reading, {"telegram": slots.chats})
    for _ in range(2):
        await courier.tick(NOON)
        await courier.settled()
    assert slots.carried_after == [3]


async def test_the_note_is_in_it_word_for_word() -> None:
    chats = await carried(Slot(DAY, (FULL,), ()))
    assert "Nobody decides." in chats.sent[0][1].plain()


async def test_a_chat_of_our_own_keeps_no_words_of_a_note() -> None:
    chats = await carried(Slot(DAY, (FULL,), ()), platform="web")
    assert "Nobody decides." not in chats.sent[0][1].plain()


@pytest.mark.parametrize("lang", ["en", "vi", "zh"])
def test_an_empty_digest_is_as_long_as_one_with_a_note(lang: str) -> None:
    def size(digest: Digest) -> int:
        blocks = digest_message(lang, digest, with_texts=True).blocks[:-1]
        return len("\n\n".join(block.plain() for block in blocks).encode())

    assert size(QUIET) == size(FULL) == SIZE_CLASS


async def test_the_cue_is_the_same_for_everybody_of_the_audience() -> None:
    chats = await carried(Slot(DAY, (), (PersonId("minh"), PersonId("an"), PersonId("gone"))))
    assert sorted(chat for chat, _, _ in chats.sent) == ["chat of an", "chat of minh"]
    assert {message for _, message, _ in chats.sent} == {cue_message("vi")}


async def test_in_a_rehearsal_the_newest_digest_takes_the_stead_of_the_last_and_an_equal_one_is_not_sent() -> None:
    slots = [Slot(DAY, (one,), ()) for one in (QUIET, FULL, FULL, QUIET, QUIET)]
    chats = await carried(*slots, is_rehearsal=True)
    assert [replaces for _, _, replaces in chats.sent] == ["", "ref1"]
    assert [message for _, message, _ in chats.sent] == [digest_message("zh", one, with_texts=True) for one in (FULL, QUIET)]


async def test_troubles_are_told_with_the_slot_and_without_a_number(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await carried(Slot(DAY, (), (), ("VaultError",)))
    assert [record.getMessage() for record in caplog.records] == [
        "unsigned notes: some were refused since the slot before (VaultError); see laban doctor"
    ]


async def test_troubles_of_the_pages_are_told_with_the_slot_as_well_and_once(caplog: pytest.LogCaptureFixture) -> None:
    troubles = {"TemplateError"}
    courier = Courier(Slots(None, Slot(DAY, (), ()), Slot(DAY, (), ())), Office().reading, {}, troubles=troubles)
    with caplog.at_level(logging.DEBUG):
        await courier.tick(NOON)
        assert caplog.records == []
        await courier.tick(NOON)
        await courier.tick(NOON)
    await courier.settled()
    assert [record.getMessage() for record in caplog.records] == [
        "unsigned notes: some were refused since the slot before (TemplateError); see laban doctor"
    ]
    assert troubles == set()


async def test_slots_that_cannot_be_run_are_told_once_and_so_is_that_they_can_again(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await carried(Refused(No.NOT_NOW), Refused(No.NOT_NOW), None, None)
    assert [record.levelname for record in caplog.records] == ["ERROR", "INFO"]


async def test_nothing_is_logged_about_a_note_that_comes() -> None:
    chats = await carried(Slot(DAY, (FULL,), ()))
    assert len(chats.sent) == 1
