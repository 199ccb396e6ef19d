"""What is said about unsigned notes in a chat. Plain values: none of it passes session, inbox or outbox."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bot.anon.port import Digest, Entry, Kind, Note
from bot.chat import tokens
from bot.chat.incoming import Body, Picked, Texted
from bot.chat.intents import Intent, Wish, intent_of, read_intent, token_of
from bot.chat.message import Block, Button, Buttons, Door, Message, Paragraph
from bot.chat.richtext import RichText, Span, plain
from bot.chat.tokens import Deed, TokenError
from bot.texts import T, Text, say, say_plain

DIGEST = "unsigned"
"""The name of the digest, for places where the next one takes the stead of the last."""
CUE = "unsigned_cue"
SIZE_CLASS = 2048
"""Bytes (UTF-8) a digest's words are filled up to, a multiple of it: an empty one and one with a note look alike from outside."""
FILLER, FINE_FILLER = "\u2060", "\u034f"
"""A word joiner and a grapheme joiner: three bytes and two that take no room, and no white space that a platform would cut off."""
PARTING = 2
"""Bytes chats put between paragraphs: an empty line."""


def is_wish(body: Body) -> bool:
    """Whether somebody wants to write unsigned: by command, word or button, in any language."""
    match body:
        case Texted(text):
            return read_intent(text, in_talk=True) == Intent(Wish.ANONYMOUS)
        case Picked(token):
            return _is_token(token)
    return False


def _is_token(text: str) -> bool:
    try:
        token = tokens.read(text)
    except TokenError:
        return False
    if not isinstance(token, Deed):
        return False
    intent = intent_of(token)
    return intent is not None and intent.wish is Wish.ANONYMOUS


def invitation(lang: str, address: str) -> Message:
    """The answer to that wish: the way to the page. The same for whoever asks, so that it says nothing about them."""
    return Message((_said(lang, T("anon.door.words")), _door(lang, address)), lang)


def no_page(lang: str) -> Message:
    """The same where no page can be reached and nothing can be typed either."""
    return Message((_said(lang, T("anon.no_page")),), lang)


def code_in_chat(lang: str, address: str) -> Message:
    """For whoever pastes a code into a chat: where it belongs."""
    return Message((_said(lang, T("anon.code_in_chat")), _door(lang, address)), lang)


def only_in_private(lang: str) -> Message:
    """For a group, in which everybody would look on."""
    return Message((_said(lang, T("anon.only_in_private")),), lang)


def digest_message(lang: str, digest: Digest, *, with_texts: bool, has_page: bool = True) -> Message:
    """What a reader is sent at every slot. Without texts for chats that keep what is said in them; where there is no page, notes are
    answered by typing `/anon` first."""
    new = _said(lang, T("anon.digest.new", n=len(digest.new)) if digest.new else T("anon.digest.nothing"))
    still_open = _said(lang, T("anon.digest.open", n=digest.still_open) if digest.still_open else T("anon.digest.none_open"))
    how = _said(lang, T("anon.digest.how") if has_page else T("anon.digest.how_typed"), is_quiet=True)
    # One paragraph for all notes, there without any as well: what platforms put around paragraphs must not tell how many notes there are.
    notes = (Paragraph(_filled(_notes(lang, digest), (new, still_open, how))),) if with_texts else ()
    return Message((new, *notes, still_open, how, _button(lang)), lang, slot=DIGEST, edits=DIGEST)


def cue_message(lang: str) -> Message:
    """To everybody who could have written: there are answers. Nothing in it depends on any note."""
    return Message((_said(lang, T("anon.cue")), _button(lang)), lang, slot=CUE, edits=CUE)


def note_blocks(lang: str, note: Note) -> Iterator[Block]:
    """A note as its readers see it in a chat: whom it is from, then what was said."""
    yield Paragraph(_from(lang, note))
    for entry in note.entries:
        yield Paragraph((Span(_line(lang, entry)),))


def _notes(lang: str, digest: Digest) -> Iterator[Span]:
    for note in digest.new:
        yield from _from(lang, note)
        for entry in note.entries:
            yield Span(f"\n{_line(lang, entry)}")
        yield Span("\n\n")


def _from(lang: str, note: Note) -> RichText:
    about = T("anon.digest.about", audience=note.audience, what=note.about) if note.about else None
    return say(lang, about or T("anon.digest.from", audience=note.audience))


def _line(lang: str, entry: Entry) -> str:
    match entry.kind:
        case Kind.TEXT:
            return f"{entry.by}: {entry.text}" if entry.by else entry.text
        case Kind.THANKS:
            return say_plain(lang, T("anon.entry.thanks", name=entry.by))
        case Kind.PASSED:
            return say_plain(lang, T("anon.entry.passed", name=entry.by, to=entry.to))
        case Kind.CLOSED:
            return say_plain(lang, T("anon.entry.closed", name=entry.by))


def _filled(notes: Iterable[Span], beside: Sequence[Paragraph]) -> RichText:
    """Notes with so much behind them that they and what stands beside them fill their size class. A multiple of three bytes is made of
    joiners; one or two of the finer ones make up the rest."""
    shown = tuple(notes)
    taken = sum(len(block.plain().encode()) + PARTING for block in beside) + len(plain(shown).encode())
    missing = -taken % SIZE_CLASS
    fine = -missing % 3
    if 2 * fine > missing:
        missing += SIZE_CLASS
        fine = -missing % 3
    return (*shown, Span(FILLER * ((missing - 2 * fine) // 3) + FINE_FILLER * fine))


def _button(lang: str) -> Buttons:
    """Asks for the way: a link of one's own would have run out long before a digest is read."""
    label = say_plain(lang, T("anon.door.button"))
    return Buttons((Button(label, token_of(Intent(Wish.ANONYMOUS)), say_plain(lang, T("say.anon"))),))


def _door(lang: str, address: str) -> Door:
    return Door(say_plain(lang, T("anon.door.button")), address)


def _said(lang: str, text: Text, *, is_quiet: bool = False) -> Paragraph:
    return Paragraph(say(lang, text), is_quiet)
