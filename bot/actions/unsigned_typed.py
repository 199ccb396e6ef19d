"""Unsigned notes by typing, for places where no page can be opened: what a line means, and what is answered. Pure.

A code is recognised everywhere, also beside a page: typed into a chat it would name its owner, so it never reaches the inbox.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

import regex

from bot.actions.unsigned import is_wish, note_blocks
from bot.anon import disclosure
from bot.anon.port import Entry, Form, Kind, Note, Refused, Thread, ThreadState, Tray
from bot.anon.receipt import read
from bot.chat.incoming import Body, Texted
from bot.chat.intents import Intent, Wish, read_intent
from bot.chat.message import Block, Message, Paragraph
from bot.chat.richtext import words
from bot.folding import fold
from bot.texts import T, Text, day, say, say_plain

REF = 6
"""Characters of a note's name in a chat."""
# Four groups of seven with something between them, or 28 in a row.
_BETWEEN = r"(?:[ \t]?[-–—−‐][ \t]?|[ \t])?"
_CODE = regex.compile(rf"(?<![0-9A-Za-z])(?:[0-9A-Za-z]{{7}}{_BETWEEN}){{3}}[0-9A-Za-z]{{7}}(?![0-9A-Za-z])")
_ORDER = regex.compile(rf"#(?P<ref>[0-9a-f]{{{REF}}})\b[ \t:]*(?P<rest>.*)", regex.DOTALL | regex.IGNORECASE)
_BURN = frozenset(fold(word) for word in ("burn", "delete", "xóa", "hủy", "销毁", "删除"))
_THANK = frozenset(fold(word) for word in ("thanks", "thank", "thank you", "cảm ơn", "cám ơn", "谢谢", "感谢"))
_CLOSE = frozenset(fold(word) for word in ("close", "done", "khép", "đóng", "结束", "关闭"))
_PASS = tuple(fold(word) for word in ("pass to", "chuyển cho", "转交给", "转给"))


class Do(Enum):
    """What a reader wants with a note."""

    ANSWER = auto()
    THANK = auto()
    CLOSE = auto()
    PASS = auto()


@dataclass(frozen=True, slots=True)
class CodeTyped:
    """A code, and what was typed beside it. `is_burn`: the thread is to go."""

    code: str
    rest: str
    is_burn: bool


@dataclass(frozen=True, slots=True)
class Order:
    """What a reader typed about the note that is called `ref`; `rest` is an answer's words, or a name."""

    ref: str
    do: Do
    rest: str


def code_in(text: str) -> CodeTyped | None:
    """The code in a text, also one with a typing error: it would be worth as much to whoever finds it."""
    for match in _CODE.finditer(text[:4000]):
        found = match.group()
        # 28 letters in a row may be a word of some language; a code holds digits, and nearly always several.
        if not read(found)[1] and sum(char.isdigit() for char in found) < 2:
            continue
        rest = f"{text[: match.start()]} {text[match.end() :]}".strip()
        return CodeTyped(found, rest, fold(rest) in _BURN)
    return None


def is_private_matter(body: Body) -> bool:
    """Whether something must not be stored: the wish to write unsigned, or a code."""
    return is_wish(body) or (isinstance(body, Texted) and code_in(body.text) is not None)


def order_in(text: str) -> Order | None:
    """An order of a reader's, which begins with the name of a note: `#3f2a9c Thanks`, `#3f2a9c We start on Monday.`"""
    match = _ORDER.fullmatch(text.strip())
    if match is None or not match["rest"].strip():
        return None
    ref, rest = match["ref"].lower(), match["rest"].strip()
    said = fold(rest)
    if said in _THANK:
        return Order(ref, Do.THANK, "")
    if said in _CLOSE:
        return Order(ref, Do.CLOSE, "")
    for word in _PASS:
        if said.startswith(word) and (name := said[len(word) :].strip()):
            return Order(ref, Do.PASS, name)
    return Order(ref, Do.ANSWER, rest)


def does_something_else(body: Body) -> bool:
    """Whether somebody who was about to write does another thing instead: presses a button, or says a word of ours that is no cancelling."""
    if not isinstance(body, Texted):
        return True
    return read_intent(body.text, in_talk=True) is not None and not is_cancelled(body.text)


def is_cancelled(text: str) -> bool:
    """Whether somebody does not want to write after all."""
    return read_intent(text, in_talk=True) in (Intent(Wish.CANCEL), Intent(Wish.BACK), Intent(Wish.PAUSE))


# --- what is answered ------------------------------------------------------------------------------------------------------


def invitation_to_type(lang: str, form: Form, *, can_erase: bool) -> Message:
    """All that somebody has to know, before they type a note into the chat. `can_erase`: what they type is deleted at once."""
    stays = T("anon.typed.erased") if can_erase else T("anon.typed.stays")
    readers = ", ".join(form.readers)
    limits = [say(lang, one) for one in (stays, *disclosure.limits(form), disclosure.elsewhere(form))]
    blocks: list[Block] = [
        _said(lang, T("anon.typed.to", names=readers, audience=form.audience)),
        _said(lang, disclosure.promise()),
        Paragraph(tuple(span for limit in limits for span in (*words("• "), *limit, *words("\n")))),
        _said(lang, T("anon.typed.gives_away")),
        Paragraph(tuple(span for one in disclosure.giveaways() for span in (*words("• "), *say(lang, one), *words("\n")))),
        _said(lang, T("anon.typed.begin", limit=form.limit)),
    ]
    return Message(tuple(blocks), lang)


def receipt_message(lang: str, code: str, *, can_erase: bool) -> Message:
    """The code, once."""
    keep = T("anon.typed.receipt_goes") if can_erase else T("anon.typed.receipt_stays")
    return Message((_said(lang, T("anon.typed.receipt", code=code)), _said(lang, keep), _said(lang, T("anon.typed.use"))), lang)


def thread_message(lang: str, thread: Thread) -> Message:
    """What a code opens."""
    blocks = [_said(lang, _STATES[thread.state])]
    blocks += [Paragraph(words(_entry(lang, entry))) for entry in thread.entries]
    if thread.is_worn:
        blocks.append(_said(lang, T("unsigned.worn")))
    blocks.append(_said(lang, T("anon.typed.use")))
    return Message(tuple(blocks), lang)


def tray_message(lang: str, tray: Tray) -> Message | None:
    """The open notes of a reader, each with the name it is answered by; None when nothing is open."""
    notes = [note for note in tray.notes if note.state is ThreadState.OPEN]
    if not notes:
        return None
    blocks: list[Block] = [_said(lang, T("anon.digest.open", n=len(notes)))]
    for note in notes:
        blocks += named_note(lang, note)
    blocks.append(_said(lang, T("anon.typed.how_to_answer")))
    return Message(tuple(blocks), lang)


def named_note(lang: str, note: Note) -> list[Block]:
    """A note with its name in front."""
    first, *rest = note_blocks(lang, note)
    assert isinstance(first, Paragraph)  # noqa: S101 it says whom the note is from
    return [Paragraph((*words(f"#{note.ref[:REF]} "), *first.text)), *rest]


def plain_message(lang: str, text: Text) -> Message:
    """A sentence."""
    return Message((_said(lang, text),), lang)


def refused_message(lang: str, refused: Refused) -> Message:
    """Why not, and what to do next."""
    return plain_message(lang, disclosure.refusal(refused))


def _entry(lang: str, entry: Entry) -> str:
    when = say_plain(lang, T("anon.typed.waits")) if entry.slot_day is None else day(lang, entry.slot_day)
    match entry.kind:
        case Kind.TEXT:
            who = entry.by or say_plain(lang, T("anon.typed.you"))
            return f"{say_plain(lang, T('anon.entry.words', who=who, when=when))}\n{entry.text}"
        case Kind.THANKS:
            return say_plain(lang, T("anon.entry.thanks", name=entry.by))
        case Kind.PASSED:
            return say_plain(lang, T("anon.entry.passed", name=entry.by, to=entry.to))
        case Kind.CLOSED:
            return say_plain(lang, T("anon.entry.closed", name=entry.by))


def _said(lang: str, text: Text) -> Paragraph:
    return Paragraph(say(lang, text))


_STATES = {
    ThreadState.WAITING: T("unsigned.state_waiting"),
    ThreadState.HELD: T("unsigned.state_held"),
    ThreadState.OPEN: T("unsigned.state_open"),
    ThreadState.CLOSED: T("unsigned.state_closed"),
}
