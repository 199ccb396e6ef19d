"""Where somebody goes to write unsigned: the addresses that chats hand out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from adapters.notes.shell import FRAMED, PATH
from adapters.notes.verify import LINK_LIFE, Purpose, make_pass
from bot.okr.people import PersonId
from bot.ports import Clock

WEB: Final = "web"
TELEGRAM: Final = "telegram"


@dataclass(frozen=True, slots=True)
class Doors:
    """How people come in. `bot_token` is the Telegram bot's, "" where there is none: then there is no Mini App. `public_url` is our own
    address without a slash at its end. `chat` is the path of the web chat, "" where people chat elsewhere. `is_rehearsal`: slots are
    shortened, which every page says."""

    secret: bytes
    public_url: str
    bot_token: str = ""
    chat: str = ""
    is_rehearsal: bool = False

    @property
    def base(self) -> str:
        """The path our address begins with: "" or "/laban"."""
        return urlsplit(self.public_url).path.rstrip("/")


class Ways:
    """Makes addresses, and remembers none of them. `is_reachable` says that people can open our address from where they are."""

    def __init__(self, doors: Doors, clock: Clock, *, is_reachable: bool) -> None:
        self._doors = doors
        self._clock = clock
        self._is_reachable = is_reachable

    def __call__(self, person_id: PersonId, platform: str) -> str:
        """The absolute address for a person in a chat of this platform; "" where there is none to open.

        Telegram vouches for who opens a Mini App, so that address names nobody and never runs out. It takes https only.
        """
        if platform == TELEGRAM and self._doors.bot_token:
            return f"{self._doors.public_url}{PATH}{FRAMED}" if self._is_reachable else ""
        return self.link(person_id) if platform == WEB or self._is_reachable else ""

    def link(self, person_id: PersonId) -> str:
        """An address that leads in as this person once, within some minutes. Who it is stands behind the #, which browsers keep to themselves: no
        crawler, no proxy and no log on the way sees it."""
        return f"{self._doors.public_url}{self._from_here(person_id)}"

    def path(self, person_id: PersonId) -> str:
        """The same for a page of ours: it stays at the name somebody has opened us by."""
        return f"{self._doors.base}{self._from_here(person_id)}"

    def _from_here(self, person_id: PersonId) -> str:
        token = make_pass(self._doors.secret, Purpose.LINK, person_id, self._clock.now() + LINK_LIFE)
        return f"{PATH}#in={token}"
