"""What all of these pages have in common: language, addresses, who is inside, and one size for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from adapters.accept_language import DEFAULT
from adapters.assets import Asset, load
from bot.chat.richtext import RichText
from bot.okr.people import LANGUAGES
from bot.texts import T, Text, say, say_plain

PATH: Final = "/notes"
"""Where the pages are, below our own address."""
FRAMED: Final = "/telegram"
"""Below PATH: the same pages where Telegram's web client may show them in a frame."""
SIZE_CLASS: Final = 64 * 1024
"""Bytes a page is padded to a multiple of. The form with all it can be about, a receipt, an answer and a refusal all fit into one; only a full
tray or a long thread takes more."""
WORDS_OF_COMMAND: Final = "/anon"

SERVED: Final = {"notes.css": "text/css", "notes.js": "text/javascript", "compass.svg": "image/svg+xml"}


@cache
def load_assets() -> Mapping[str, Asset]:
    """File name → asset."""
    return load("adapters.notes", SERVED)


@dataclass(frozen=True, slots=True)
class Door:
    """Which way somebody has come: the path our address begins with ("" or "/laban"), and whether they are in Telegram's frame.

    `look` is "light" or "dark" where Telegram has said which it is, else "": then the device decides. `chat` is where the web chat is, "" where
    people chat elsewhere; `is_rehearsal` says that slots are shortened.
    """

    base: str = ""
    is_framed: bool = False
    look: str = ""
    chat: str = ""
    is_rehearsal: bool = False

    @property
    def address(self) -> str:
        """The path of the pages."""
        return f"{self.base}{PATH}{FRAMED if self.is_framed else ''}"

    def asset(self, name: str) -> str:
        """Where a static file is: at one place for all doors, so that it is fetched once."""
        return f"{self.base}{PATH}/static/{load_assets()[name].served_as}"


@dataclass(frozen=True, slots=True)
class Shell:
    """What a page needs whatever it shows. `visit` is the pass of who is inside, "" on the public side; `tab` is write, read or tray."""

    lang: str
    door: Door = Door()
    tab: str = "read"
    visit: str = ""
    may_read: bool = False
    timezone: str = "UTC"

    @property
    def language(self) -> str:
        """One of ours in any case."""
        return self.lang if self.lang in LANGUAGES else DEFAULT

    def say(self, name: str, /, **args: Any) -> str:
        """The text `unsigned.<name>`. Raises MissingTextError for one the catalogues do not have."""
        return say_plain(self.language, T(f"unsigned.{name}", **args))

    def spans(self, text: Text) -> RichText:
        """A text with its emphasis, for templates."""
        return say(self.language, text)

    def named(self, name: str) -> str:
        """A reader's name; what a name is that nobody has any more ("?")."""
        return self.say("somebody") if name == "?" else name

    def at(self, moment: datetime) -> str:
        """A moment as the reader's clock shows it, kept in one line."""
        local = moment.astimezone(_zone(self.timezone))
        return say_plain(self.language, T("unsigned.moment", day=local.date(), time=local.time())).replace(" ", "\u00a0")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
