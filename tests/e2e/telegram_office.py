"""Laban on Telegram in this process: real storage, relay, intake and adapter, our Bot API server over HTTP, and a clock the test turns."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from aiogram import methods, types

from adapters.ids import RandomIds, SystemChance
from adapters.intake import Intake
from adapters.relay import Relay
from adapters.telegram.wiring import connect
from adapters.unsigned.courier import Courier
from adapters.unsigned.doorman import Doorman, Erase
from adapters.unsigned.typed import TypedNotes
from bot.actions.apologise import apologise
from bot.actions.converse import converse
from bot.actions.move_chat import move_chat
from bot.actions.unsigned_directory import OrganisationDirectory
from bot.anon.relay import Relay as Unsigned
from bot.anon.terms import Terms
from bot.ports import Change, Deps, Messenger, Saved, Turn
from storage import Storage, open_storage
from storage.anon.vault import FileVault
from tests.hands import Hands, Sleeper
from tests.platforms.telegram_server import TOKEN, Call, TelegramServer, telegram_server


class Process:
    """One run of Laban, from its start to its end or its death."""

    def __init__(self, storage: Storage, server: TelegramServer, hands: Hands, folder: Path, page: str) -> None:
        vault = FileVault(folder, hands, SystemChance())
        vault.open()
        directory = OrganisationDirectory(storage.reading, hands, time(16, 0))
        self.unsigned = Unsigned(vault, directory, hands, SystemChance(), Terms())
        self.deps = Deps(storage.reading, storage.work, hands, RandomIds(), self.unsigned)
        self.storage = storage
        self.sleepers = {name: Sleeper(hands) for name in ("relay", "intake", "telegram")}
        talk, sorry = partial(converse, deps=self.deps), partial(apologise, deps=self.deps)
        self.intake = Intake(storage.inbox, talk, hands, apologise=sorry, draw=lambda: 0.5, nap=self.sleepers["intake"].nap)
        messengers: dict[str, Messenger] = {}
        erasers: dict[str, Erase] = {}

        async def sleep(seconds: float) -> None:
            await hands.alarm(hands.now() + timedelta(seconds=seconds))

        typed = TypedNotes(self.unsigned, hands)
        self.doorman = Doorman(self.intake.accept, storage.reading, messengers, lambda *_: page, typed, erasers, sleep)
        self.courier = Courier(self.unsigned, storage.reading, messengers, has_page=bool(page), sleep=sleep)
        self.telegram = connect(
            TOKEN,
            server.url,
            self.doorman.accept,
            hands,
            settle=partial(move_chat, deps=self.deps),
            was_secret=self.doorman.was_secret,
            nap=self.sleepers["telegram"].nap,
        )
        messengers["telegram"] = self.telegram.messenger
        erasers["telegram"] = self.telegram.messenger.erase
        self.relay = Relay(
            storage.outbox,
            messengers,
            hands,
            worker="only",
            draw=lambda: 0.5,
            nap=self.sleepers["relay"].nap,
        )
        storage.on_commit(self.relay.wake)
        self.tasks = [asyncio.create_task(one.run()) for one in (self.relay, self.intake, self.telegram.connection)]

    async def stop(self) -> None:
        """As SIGTERM does."""
        await self.telegram.connection.stop()
        await asyncio.gather(self.doorman.stop(), self.courier.stop())
        await asyncio.gather(self.intake.stop(), self.relay.stop())
        await asyncio.gather(*self.tasks)
        await self._close()

    async def die(self) -> None:
        """As `kill -9` does, or nearly: nothing gets the time to finish what it has begun."""
        for sleeper in self.sleepers.values():
            sleeper.die()
        for task in self.tasks:
            task.cancel()
        await asyncio.wait(self.tasks)
        await asyncio.gather(self.doorman.stop(), self.courier.stop())
        await self._close()

    async def _close(self) -> None:
        await self.telegram.close()
        await self.storage.close()


class Office:
    """An installation that can be stopped, killed and started again. What Telegram gets is looked at by another library as well."""

    def __init__(self, folder: Path, server: TelegramServer, hands: Hands, page: str) -> None:
        self.folder = folder
        self._url = f"sqlite:///{folder / 'laban.db'}"
        self._page = page
        self.server = server
        self.hands = hands
        self.process: Process | None = None
        server.judges.append(judge)

    @property
    def deps(self) -> Deps:
        """Of the process that runs."""
        assert self.process is not None
        return self.process.deps

    async def start(self) -> None:
        """Begin, on whatever is in the database."""
        storage = open_storage(self._url)
        await storage.migrate()
        await storage.open()
        self.process = Process(storage, self.server, self.hands, self.folder / "anon", self._page)

    async def end(self, *, suddenly: bool = False) -> None:
        """Stop it."""
        process, self.process = self.process, None
        if process is not None:
            await (process.die() if suddenly else process.stop())

    async def restart(self, *, suddenly: bool = False) -> None:
        """Another process takes over."""
        await self.end(suddenly=suddenly)
        await self.start()

    async def store(self, *changes: Change) -> None:
        """As an import would."""
        assert await self.deps.work.save(Turn(self.hands.now(), changes=changes)) is Saved.DONE

    async def rest(self) -> None:
        """Until nothing is on its way to Telegram."""
        process = self.process
        assert process is not None
        await self.hands.until(lambda: process.sleepers["relay"].is_asleep and not process.relay.in_flight)

    async def pass_time(self, by: timedelta) -> None:
        """Turn the hands; whoever naps wakes."""
        self.hands.turn(by)
        await asyncio.sleep(0)


@asynccontextmanager
async def telegram_office(folder: Path, page: str = "") -> AsyncIterator[Office]:
    """An installation in `folder`, running. `page` is where unsigned notes are written, "" where no page can be opened."""
    hands = Hands()
    async with telegram_server(hands) as server:
        office = Office(folder, server, hands, page)
        await office.start()
        try:
            yield office
        finally:
            await office.end()
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
