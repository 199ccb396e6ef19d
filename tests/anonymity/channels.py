"""The platforms people come from: the web chat and our stand-ins for the others, each with what it has been given to show."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from adapters.telegram.wiring import connect as connect_telegram
from adapters.webchat.verify import form_token
from bot.actions.move_chat import move_chat
from bot.okr.people import PersonId
from tests.anonymity.company import NAMES, TELEGRAM_IDS
from tests.hands import Sleeper
from tests.platforms.telegram_server import TOKEN, Person, TelegramServer, telegram_server
from tests.unit.notes.site import init_data

if TYPE_CHECKING:
    from tests.anonymity.product import Channel, Product


class WebChat:
    """Ours: what it shows is in the database, so that what goes out is looked at there."""

    platform = "web"

    @asynccontextmanager
    async def attached(self, one: Product) -> AsyncIterator[None]:
        yield

    async def asks(self, one: Product, person_id: PersonId) -> Mapping[str, str]:
        from tests.anonymity.product import SECRET  # noqa: PLC0415 each needs the other's words

        fields = {"csrf": form_token(SECRET, person_id), "event_id": "the-wish-itself", "text": "/anon"}
        headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
        posting = one.http.post(f"{one.url}/as/{person_id}/say", data=fields, headers=headers, allow_redirects=False)
        async with posting as response:
            assert response.status == 303, response.status
            return {"link": response.headers["Location"]}

    def chat_of(self, person_id: PersonId) -> str:
        return person_id

    def egress(self) -> Sequence[tuple[str, str]]:
        return ()


class Telegram:
    """The Mini App: Telegram itself says who opens it."""

    platform = "telegram"

    def __init__(self) -> None:
        self.server: TelegramServer
        self.people: dict[str, Person] = {}

    @asynccontextmanager
    async def attached(self, one: Product) -> AsyncIterator[None]:
        async with telegram_server(one.hands) as self.server:
            self.people = {id_: self.server.person(number, NAMES[id_]) for id_, number in TELEGRAM_IDS.items()}
            one.sleepers["telegram"] = Sleeper(one.hands)
            telegram = connect_telegram(
                TOKEN,
                self.server.url,
                one.doorman.accept,
                one.hands,
                settle=partial(move_chat, deps=one.deps),
                nap=one.sleepers["telegram"].nap,
            )
            one.messengers["telegram"] = telegram.messenger
            polling = asyncio.create_task(telegram.connection.run())
            try:
                yield
            finally:
                await telegram.connection.stop()
                await polling
                await telegram.close()
        assert self.server.complaints == []

    async def asks(self, one: Product, person_id: PersonId) -> Mapping[str, str]:
        person = self.people[person_id]
        before = len(person.chat.said)
        person.says("/anon")
        await self.server.until(lambda: len(person.chat.said) > before)
        await one.rest()
        return {"init": init_data(one.hands.now(), person.id, token=TOKEN)}

    def chat_of(self, person_id: PersonId) -> str:
        return str(TELEGRAM_IDS[person_id])

    def egress(self) -> Sequence[tuple[str, str]]:
        calls = self.server.of("sendMessage", "editMessageText", "sendPhoto", "pinChatMessage")
        return [(str(call.given["chat_id"]), f"{call.method} {call.given.get('text', '')}") for call in calls]


CHANNELS: Mapping[str, type[Channel]] = {"web chat": WebChat, "Telegram": Telegram}
