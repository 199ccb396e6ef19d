"""Fitted messages → what Telegram shows. Pure. Words are words: emphasis and links travel beside the text as entities, never as markup.

Telegram looks for addresses and names in the text itself, whatever the entities say, makes links of them and pings the named. A word
joiner, which takes no room and breaks no line, keeps it from finding any: only we link, and nobody is pinged.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from telegram import BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity, WebAppInfo

from bot.chat.message import Block, Buttons, Choices, Door, Image, Message, Paragraph, Tone
from bot.chat.richtext import RichText, Style, words
from bot.texts import T, say_plain

JOINER: Final = "\u2060"
ENTITIES: Final = 100
"""Bot API: a message has at most 100 entities; Telegram ignores the others."""
ROW_WIDTH: Final = 39
"""What a telephone shows of the labels of a row, in narrow characters."""
ROW_LENGTH: Final = 6
PADDING: Final = 3
"""A button takes about so many characters besides its label."""
COMMANDS: Final = ("checkin", "new", "status", "helpme", "home", "anon", "settings", "back", "pause", "cancel", "help")
"""The menu beside the text box, most used first. Each has its description in the texts, as `telegram.<command>`."""

_LOOKS_LIKE_A_LINK = re.compile(r"@(?=\w)|:(?=//)|(?<=\S)\.(?=[^\W\d])")
_STYLES = {Style.BOLD: MessageEntity.BOLD, Style.ITALIC: MessageEntity.ITALIC, Style.CODE: MessageEntity.CODE}
_TONES = {Tone.PLAIN: None, Tone.PRIMARY: "primary", Tone.DANGER: "danger"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A message of words. Offsets of entities count UTF-16 code units."""

    text: str
    entities: tuple[MessageEntity, ...] = ()
    keyboard: InlineKeyboardMarkup | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture by itself; `source` is a path below our own address."""

    source: str
    caption: str


def encode(message: Message, public_url: str = "") -> Shown | Picture:
    """A message that fits `limits.TELEGRAM`. `public_url` is our own address, "" when nobody outside could open it."""
    match message.blocks:
        case (Image(source, alt),):
            return Picture(source, harmless(alt))
    writer = _Writer(public_url)
    for block in message.blocks:
        writer.write(block)
    return Shown(writer.text, tuple(writer.entities[:ENTITIES]), _keyboard(message.blocks))


def commands(lang: str) -> list[BotCommand]:
    """The menu in a language."""
    return [BotCommand(name, say_plain(lang, T(f"telegram.{name}"))) for name in COMMANDS]


def harmless(text: str) -> str:
    """`text` looking the same, but without anything Telegram would take for an address or a name."""
    return _joined(text, range(len(text)), frozenset(found.end() for found in _LOOKS_LIKE_A_LINK.finditer(text)))


def units(text: str) -> int:
    """UTF-16 code units, the unit of Telegram's lengths and offsets."""
    return len(text) + sum(char > "\uffff" for char in text)


class _Writer:
    """Text under construction; paragraphs are parted by an empty line."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url.rstrip("/")
        self._paragraphs: list[str] = []
        self._written = 0
        self.entities: list[MessageEntity] = []

    @property
    def text(self) -> str:
        return "\n\n".join(self._paragraphs)

    def write(self, block: Block) -> None:
        match block:
            case Choices() | Buttons() | Door():
                return
            case Paragraph(text):
                self._paragraph(text)
            case _:
                # What is fitted has nothing else to say; its words are better than nothing.
                self._paragraph(words(block.plain()))

    def _paragraph(self, text: RichText) -> None:
        """Without the white space around it: Telegram cuts it off, and the offsets behind it would be wrong."""
        whole = "".join(span.text for span in text)
        first, last = len(whole) - len(whole.lstrip()), len(whole.rstrip())
        if first >= last:
            return
        # Looked for in the whole: a name may be in two spans.
        joints = frozenset(found.end() for found in _LOOKS_LIKE_A_LINK.finditer(whole))
        at = self._written + (2 if self._paragraphs else 0)
        pieces: list[str] = []
        start = 0
        for span in text:
            end = start + len(span.text)
            link, style = self._address(span.link), _STYLES.get(span.style)
            part = range(max(start, first), min(end, last))
            shown = whole[part.start : part.stop] if link or style == MessageEntity.CODE else _joined(whole, part, joints)
            pieces.append(shown)
            if link:
                self._mark(MessageEntity.TEXT_LINK, shown, at, link)
            if style is not None:
                self._mark(style, shown, at)
            at += units(shown)
            start = end
        self._paragraphs.append("".join(pieces))
        self._written = at

    def _mark(self, kind: str, shown: str, at: int, link: str | None = None) -> None:
        """An entity over what is shown, white space at the ends left out as Telegram wants it."""
        length = units(shown.strip())
        if length:
            self.entities.append(MessageEntity(kind, at + units(shown) - units(shown.lstrip()), length, url=link))

    def _address(self, link: str) -> str:
        """Where a link leads; "" when nobody could follow it."""
        if not link or urlsplit(link).scheme in ("http", "https"):
            return link
        return f"{self._public_url}/{link.lstrip('/')}" if self._public_url else ""


def _joined(text: str, part: range, joints: frozenset[int]) -> str:
    """A part of `text` with a joiner at every joint in it."""
    return "".join(text[index] + JOINER if index + 1 in joints else text[index] for index in part)


def _keyboard(blocks: Sequence[Block]) -> InlineKeyboardMarkup | None:
    rows: list[list[InlineKeyboardButton]] = []
    for block in blocks:
        match block:
            case Choices(options):
                rows += _rows([_button(one.label, one.token, one.tone) for one in options])
            case Buttons(buttons):
                rows += _rows([_button(one.label, one.token, one.tone) for one in buttons])
            case Door(label, address):
                rows.append([InlineKeyboardButton(label, web_app=WebAppInfo(address))])
    return InlineKeyboardMarkup(rows) if rows else None


def _button(label: str, token: str, tone: Tone) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=token, style=_TONES[tone])


def _rows(buttons: Sequence[InlineKeyboardButton]) -> list[list[InlineKeyboardButton]]:
    """As many beside each other as can be read, and about as many in every row: ten short ones are five and five, not six and four."""
    greedy = list(_filled(buttons))
    length = -(-len(buttons) // len(greedy)) if greedy else 1
    even = [list(buttons[start : start + length]) for start in range(0, len(buttons), length)]
    return even if len(even) == len(greedy) and all(_fits(row) for row in even) else greedy


def _filled(buttons: Sequence[InlineKeyboardButton]) -> Iterator[list[InlineKeyboardButton]]:
    row: list[InlineKeyboardButton] = []
    for button in buttons:
        if row and not _fits([*row, button]):
            yield row
            row = []
        row.append(button)
    if row:
        yield row


def _fits(row: Sequence[InlineKeyboardButton]) -> bool:
    """Buttons of a row are equally wide, so the longest label decides."""
    widest = max(_width(button.text) for button in row) + PADDING
    return len(row) == 1 or (len(row) <= ROW_LENGTH and widest * len(row) <= ROW_WIDTH)


def _width(label: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in label if not unicodedata.combining(char))
