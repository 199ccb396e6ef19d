"""Samples of what is said about unsigned notes. No story can be played of it: nothing of it passes a turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

from adapters.sample import Sample
from bot.actions.unsigned import code_in_chat, cue_message, digest_message, invitation, only_in_private
from bot.actions.unsigned_typed import (
    invitation_to_type,
    plain_message,
    receipt_message,
    refused_message,
    thread_message,
    tray_message,
)
from bot.anon.port import Digest, Entry, Form, Kind, No, Note, Refused, Thread, ThreadState, Tray
from bot.anon.receipt import write
from bot.chat.message import Message
from bot.okr.people import LANGUAGES, PersonId
from bot.texts import T

CHAPTER = "unsigned notes"
PAGE = "https://okr.lantern.example/notes"
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
NEXT = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
CODE = write(bytes(range(16)))
WORDS = {
    "en": ("The stock in the app has been wrong for weeks, and nobody dares to say so.", "We count together on Monday."),
    "vi": ("Số tồn kho trong ứng dụng sai mấy tuần nay mà không ai dám nói.", "Thứ Hai chúng ta cùng kiểm kho."),
    "zh": ("App 里的库存数错了好几周，没人敢说。", "周一我们一起盘点。"),
}
FORM = Form("Lantern", ("林梅",), 11, (), "", NEXT, is_rehearsal=False, nonce="0" * 32)
FACTS = {
    No.TOO_FEW: {"floor": 8},
    No.TOO_LONG: {"limit": 1000},
    No.ENOUGH_TODAY: {"number": 3},
    No.ENOUGH_THIS_SLOT: {"number": 5},
}


def unsigned_samples() -> tuple[Sample, ...]:
    """Every message there is, in every language."""
    return tuple(Sample(CHAPTER, name, {lang: say(lang) for lang in LANGUAGES}) for name, say in _all())


def _all() -> Iterator[tuple[str, Callable[[str], Message]]]:
    yield "The way to the page", lambda lang: invitation(lang, PAGE)
    yield "A code pasted into a chat", lambda lang: code_in_chat(lang, PAGE)
    yield "In a group", only_in_private
    yield "The digest of a quiet day", lambda lang: digest_message(lang, Digest(PersonId("mei"), (), 0), with_texts=True)
    yield "The digest with a note", lambda lang: digest_message(lang, Digest(PersonId("mei"), (_note(lang),), 2), with_texts=True)
    yield (
        "The digest where chats keep words",
        lambda lang: digest_message(lang, Digest(PersonId("mei"), (_note(lang),), 1), with_texts=False),
    )
    yield "The digest without a page", _digest_to_type
    yield "There are answers", cue_message
    yield "Writing by typing", lambda lang: invitation_to_type(lang, FORM, can_erase=True)
    yield (
        "Writing by typing where nothing can be deleted",
        lambda lang: invitation_to_type(lang, replace(FORM, external_channel="+84 24 5555 0100"), can_erase=False),
    )
    yield "The code", lambda lang: receipt_message(lang, CODE, can_erase=True)
    yield "The code where nothing can be deleted", lambda lang: receipt_message(lang, CODE, can_erase=False)
    for state in ThreadState:
        yield f"What a code opens: {state.value}", lambda lang, state=state: thread_message(lang, _thread(lang, state))  # type: ignore[misc] # bound now
    yield "Open notes to answer by typing", _tray
    for name in ("taken", "burnt", "cancelled", "over", "no_colleague"):
        yield f"By typing: {name}", lambda lang, name=name: plain_message(lang, T(f"anon.typed.{name}"))  # type: ignore[misc] # bound now
    for why in No:
        yield f"Refused: {why.value}", lambda lang, why=why: refused_message(lang, Refused(why, FACTS.get(why)))  # type: ignore[misc] # bound now


def _digest_to_type(lang: str) -> Message:
    return digest_message(lang, Digest(PersonId("mei"), (replace(_note(lang), about=""),), 1), with_texts=True, has_page=False)


def _note(lang: str) -> Note:
    entry = Entry(Kind.TEXT, "", WORDS[lang][0], slot_day=MONDAY)
    return Note("3f2a9c00112233445566", "Lantern", "NPS 30 → 50", ThreadState.OPEN, (entry,), MONDAY, is_answered=False)


def _tray(lang: str) -> Message:
    message = tray_message(lang, Tray((_note(lang),), (), (), "0" * 32, NEXT, is_rehearsal=False))
    assert message is not None  # noqa: S101 a note is open
    return message


def _thread(lang: str, state: ThreadState) -> Thread:
    waits = state in (ThreadState.WAITING, ThreadState.HELD)
    entries = [Entry(Kind.TEXT, "", WORDS[lang][0], slot_day=None if waits else MONDAY)]
    if not waits:
        entries += [Entry(Kind.TEXT, "林梅", WORDS[lang][1], slot_day=TUESDAY), Entry(Kind.THANKS, "林梅", slot_day=TUESDAY)]
        entries.append(Entry(Kind.PASSED, "林梅", to="Thomas Wright", slot_day=TUESDAY))
    if state is ThreadState.CLOSED:
        entries.append(Entry(Kind.CLOSED, "Thomas Wright", slot_day=TUESDAY))
    return Thread("Lantern", "", state, tuple(entries), state is ThreadState.OPEN, "0" * 32)
