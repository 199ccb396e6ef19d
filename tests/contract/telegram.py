"""Telegram under contract: the adapter's messenger in front of our Bot API server, over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from adapters.telegram.client import TelegramClient
from adapters.telegram.decode import PLATFORM, TENANT, Me, decode
from adapters.telegram.encode import JOINER
from adapters.telegram.limits import TELEGRAM
from adapters.telegram.messenger import TelegramMessenger
from adapters.telegram.turnstile import Turnstile
from adapters.telegram.verify import is_genuine, make_secret
from bot.chat.incoming import Incoming, Place
from bot.ports import Messenger
from tests.contract.peer import Adapter, Fault, Peer, Seen
from tests.hands import Hands, Sleeper
from tests.platforms.telegram_server import BOT, TOKEN, USERNAME, TelegramServer, telegram_server

ADDRESS = "https://laban.example"
SECRET = make_secret(b"only for tests, only for tests, only for tests", TOKEN)
PNG = b"\x89PNG\r\n\x1a\n"


class TelegramPeer:
    """Implements `tests.contract.peer.Peer`."""

    def __init__(self, server: TelegramServer, messenger: Messenger) -> None:
        self._server = server
        self._people = (server.person(501, "An"), server.person(502, "梅"))
        self.messenger = messenger
        self.places = (Place(PLATFORM, TENANT, "501"), Place(PLATFORM, TENANT, "502"))

    async def seen(self, place: Place) -> list[Seen]:
        """Message by message; the joiners in them cannot be seen."""
        said = self._server.chats[int(place.chat_id)].said
        return [Seen(one.text.replace(JOINER, ""), tuple(one.labels)) for one in said]

    async def acts(self, place: Place) -> list[str]:
        """What Telegram makes of a text by itself counts as well."""
        acting = [act for one in self._server.chats[int(place.chat_id)].said for act in one.acts]
        return acting + self._server.complaints

    def answer_with(self, fault: Fault | None) -> None:
        """To the first of the two; a broken server is broken for everybody."""
        chat = self._people[0].chat
        chat.flooded_for = 60 if fault is Fault.LATER else 0
        chat.is_blocked = fault is Fault.GONE
        self._server.answers_with = 502 if fault is Fault.BROKEN else 0


class Drawn:
    """Implements `bot.ports.Pictures`."""

    async def png(self, source: str) -> bytes | None:
        """Something that begins like a picture."""
        return PNG + source.encode()


@asynccontextmanager
async def open_telegram(hands: Hands) -> AsyncIterator[Peer]:
    """A bot and two people."""

    async with telegram_server(hands) as server:
        client = TelegramClient(TOKEN, server.url)
        try:
            yield TelegramPeer(
                server, TelegramMessenger(client, Turnstile(hands, Sleeper(hands).nap), public_url=ADDRESS, pictures=Drawn())
            )
        finally:
            await client.close()


def read(recorded: Mapping[str, Any]) -> Incoming | None:
    """An update as it was recorded, and when it was received."""
    return decode(recorded["update"], Me(BOT["id"], USERNAME), datetime.fromisoformat(recorded["at"]))


TELEGRAM_ADAPTER = Adapter(
    name=PLATFORM,
    capabilities=TELEGRAM,
    open=open_telegram,
    read=read,
    proof=SECRET,
    is_genuine=lambda proof: is_genuine([proof], SECRET),
    faults=frozenset(Fault),
)
