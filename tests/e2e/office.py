"""Laban in the process of a test, whatever it speaks through: real storage, relay and intake, and a clock the test turns. A platform's office
adds its adapter and its stand-in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import time, timedelta
from functools import partial
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from adapters.ids import RandomIds, SystemChance
from adapters.intake import Intake
from adapters.relay import Relay
from bot.actions.apologise import apologise
from bot.actions.converse import converse
from bot.actions.unsigned_directory import OrganisationDirectory
from bot.anon.relay import Relay as Unsigned
from bot.anon.terms import Terms
from bot.chat.incoming import Incoming
from bot.ports import Change, Deps, Messenger, Saved, Turn, UnsignedNotes
from storage import Storage, open_storage
from storage.anon.vault import FileVault
from tests.hands import Hands, Sleeper


class Stops(Protocol):
    """What has something to finish."""

    def stop(self) -> Awaitable[None]: ...


class Connection(Stops, Protocol):
    """An adapter's side that hears the platform."""

    async def run(self) -> None: ...


class Process:
    """One run of Laban, from its start to its end or its death. A platform puts its messenger into `messengers`, who else has something to
    finish into `aside`, and calls `run` with its connection."""

    def __init__(self, storage: Storage, hands: Hands, platform: str, unsigned: UnsignedNotes) -> None:
        self.storage = storage
        self.hands = hands
        self.deps = Deps(storage.reading, storage.work, hands, RandomIds(), unsigned)
        self.sleepers = {name: Sleeper(hands) for name in ("relay", "intake", platform)}
        self.messengers: dict[str, Messenger] = {}
        self.aside: tuple[Stops, ...] = ()
        sorry = partial(apologise, deps=self.deps)
        self.intake = Intake(storage.inbox, self._talk, hands, apologise=sorry, draw=lambda: 0.5, nap=self.sleepers["intake"].nap)
        self.relay = Relay(
            storage.outbox, self.messengers, hands, worker="only", draw=lambda: 0.5, nap=self.sleepers["relay"].nap
        )
        storage.on_commit(self.relay.wake)

    async def _talk(self, incoming: Incoming) -> None:
        await converse(incoming, self.deps)

    def run(self, connection: Connection) -> None:
        """Begin."""
        self._connection = connection
        self.tasks = [asyncio.create_task(one.run()) for one in (self.relay, self.intake, connection)]

    async def stop(self) -> None:
        """As SIGTERM does."""
        await self._connection.stop()
        await asyncio.gather(*(one.stop() for one in self.aside))
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
        await asyncio.gather(*(one.stop() for one in self.aside))
        await self._close()

    async def _close(self) -> None:
        await self.storage.close()


Running = TypeVar("Running", bound=Process)


class Office(Generic[Running]):
    """An installation in `folder` that can be stopped, killed and started again. A platform says how its process is begun."""

    def __init__(self, folder: Path, hands: Hands) -> None:
        self.folder = folder
        self.hands = hands
        self.process: Running | None = None

    def _begin(self, storage: Storage) -> Running:
        """A process on this storage."""
        raise NotImplementedError

    @property
    def running(self) -> Running:
        """The process that runs."""
        assert self.process is not None
        return self.process

    @property
    def deps(self) -> Deps:
        """Of the process that runs."""
        return self.running.deps

    async def start(self) -> None:
        """Begin, on whatever is in the database."""
        storage = open_storage(f"sqlite:///{self.folder / 'laban.db'}")
        await storage.migrate()
        await storage.open()
        self.process = self._begin(storage)

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
        """Until nothing is on its way to the platform."""
        process = self.running
        await self.hands.until(lambda: process.sleepers["relay"].is_asleep and not process.relay.in_flight)

    async def pass_time(self, by: timedelta) -> None:
        """Turn the hands; whoever naps wakes."""
        self.hands.turn(by)
        await asyncio.sleep(0)


def unsigned_relay(storage: Storage, hands: Hands, folder: Path) -> Unsigned:
    """The anonymous relay, its vault in `folder`."""
    vault = FileVault(folder, hands, SystemChance())
    vault.open()
    return Unsigned(vault, OrganisationDirectory(storage.reading, hands, time(16, 0)), hands, SystemChance(), Terms())
