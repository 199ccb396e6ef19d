"""Laban on Telegram in this process: the real adapter, our Bot API server over HTTP, and a clock the test turns."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from aiogram import methods, types

from adapters.telegram.wiring import connect
from adapters.unsigned.courier import Courier
from adapters.unsigned.doorman import Doorman, Erase
from adapters.unsigned.typed import TypedNotes
from bot.actions.move_chat import move_chat
from storage import Storage
from tests.e2e import office
from tests.hands import Hands
from tests.platforms.telegram_server import TOKEN, Call, TelegramServer, telegram_server


class Process(office.Process):
    """With the bot, and the two through whom unsigned notes are written and brought."""

    def __init__(self, storage: Storage, server: TelegramServer, hands: Hands, folder: Path, page: str) -> None:
        self.unsigned = office.unsigned_relay(storage, hands, folder)
        super().__init__(storage, hands, "telegram", self.unsigned)
        erasers: dict[str, Erase] = {}

        async def sleep(seconds: float) -> None:
            await hands.alarm(hands.now() + timedelta(seconds=seconds))

        typed = TypedNotes(self.unsigned, hands)
        self.doorman = Doorman(self.intake.accept, storage.reading, self.messengers, lambda *_: page, typed, erasers, sleep)
        self.courier = Courier(self.unsigned, storage.reading, self.messengers, has_page=bool(page), sleep=sleep)
        self.aside = (self.doorman, self.courier)
        self.telegram = connect(
            TOKEN,
            server.url,
            self.doorman.accept,
            hands,
            settle=partial(move_chat, deps=self.deps),
            was_secret=self.doorman.was_secret,
            nap=self.sleepers["telegram"].nap,
        )
        self.messengers["telegram"] = self.telegram.messenger
        erasers["telegram"] = self.telegram.messenger.erase
        self.run(self.telegram.connection)

    async def _close(self) -> None:
        await self.telegram.close()
        await super()._close()


class Office(office.Office[Process]):
    """What Telegram gets is looked at by another library as well."""

    def __init__(self, folder: Path, server: TelegramServer, hands: Hands, page: str) -> None:
        super().__init__(folder, hands)
        self._page = page
        self.server = server
        server.judges.append(judge)

    def _begin(self, storage: Storage) -> Process:
        return Process(storage, self.server, self.hands, self.folder / "anon", self._page)


@asynccontextmanager
async def telegram_office(folder: Path, page: str = "") -> AsyncIterator[Office]:
    """An installation in `folder`, running. `page` is where unsigned notes are written, "" where no page can be opened."""
    hands = Hands()
    async with telegram_server(hands) as server:
        opened = Office(folder, server, hands, page)
        await opened.start()
        try:
            yield opened
        finally:
            await opened.end()
        assert server.complaints == []
        for update in server.pushed:
            types.Update.model_validate(update)


def judge(call: Call) -> None:
    """What we send, read by aiogram: names, kinds and required fields. Raises what it finds."""
    method: Any = getattr(methods, f"{call.method[0].upper()}{call.method[1:]}")
    method.model_validate({name: _value(value) for name, value in call.given.items()})
    unknown = set(call.given) - set(method.model_fields)
    if unknown:
        raise ValueError(f"no parameters of {call.method}: {unknown}")


def _value(text: Any) -> Any:
    if isinstance(text, bytes):
        return types.BufferedInputFile(text, "picture.png")
    return json.loads(text) if text[:1] in ("{", "[") else text
