"""What people write: made safe to keep, and of one size for whoever sees only sizes."""

from __future__ import annotations

import regex

from bot.anon.port import TEXT_LIMIT, No, Refused
from bot.chat.richtext import clean

SIZE_CLASS = 4096
"""Bytes every text is padded to: 1 000 characters of four bytes fit."""
RAW_LIMIT = 20 * TEXT_LIMIT
"""What is longer is refused unread."""

_ADDRESS = regex.compile(r"(?P<scheme>[a-z][a-z0-9+.-]{1,20})://", regex.IGNORECASE)
_BARE = regex.compile(r"(?i)\b(?P<word>www|mailto|tel|javascript|data|tg|slack|dingtalk)(?P<mark>[.:])")
_DOT = regex.compile(r"(?<=[\p{L}\p{N}-])\.(?=\p{L}{2})")
_IMAGE = regex.compile(r"!?\[(?P<label>[^\]\n]{0,200})\]\((?P<target>[^)\n]{0,500})\)")
_MENTION = regex.compile(r"[@＠](?=[\p{L}\p{N}_{])")
_OPENING = regex.compile(r"<(?=[@!#a-zA-Z/])")


def tidy(text: str) -> str | Refused:
    """A text as it is kept: NFC, without control, bidirectional and invisible characters (a reader could plant them to recognise a quotation)."""
    if len(text) > RAW_LIMIT:
        return Refused(No.TOO_LONG, {"limit": TEXT_LIMIT})
    tidied = clean(text)
    if not any(char.isprintable() and not char.isspace() for char in tidied):
        return Refused(No.EMPTY)
    if len(tidied) > TEXT_LIMIT:
        return Refused(No.TOO_LONG, {"limit": TEXT_LIMIT})
    return tidied


def defang(text: str) -> str:
    """A reader's words without anything a chat or page could fetch or turn into a link: an address only its author was given would say who opened
    it. `https://x.example` becomes `hxxps[:]//x[.]example`."""
    text = _IMAGE.sub(lambda match: f"{match['label']} ({match['target']})", text)
    text = _ADDRESS.sub(lambda match: f"{match['scheme'].replace('tt', 'xx')}[:]//", text)
    text = _BARE.sub(lambda match: f"{match['word']}[{match['mark']}]", text)
    text = _DOT.sub("[.]", text)
    text = _OPENING.sub("‹", text)
    return _MENTION.sub("(at)", text)


def pad(data: bytes, size: int = SIZE_CLASS) -> bytes:
    """`data`, its length in front, filled up to `size` bytes. Raises ValueError when it does not fit."""
    if len(data) + 4 > size:
        raise ValueError("more than fits the size class")
    return len(data).to_bytes(4, "big") + data + bytes(size - len(data) - 4)


def unpad(padded: bytes) -> bytes:
    """The reverse of `pad`. Raises ValueError when it is none."""
    length = int.from_bytes(padded[:4], "big")
    if len(padded) < 4 or length > len(padded) - 4:
        raise ValueError("not padded")
    return padded[4 : 4 + length]
