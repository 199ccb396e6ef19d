"""`laban demo` that kills itself, as by `kill -9`, at a point somebody named in the file `failpoint` of its data folder.

Run as a program. Nothing of the product knows of the points: what passes between its parts is wrapped here.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from adapters import server
from adapters.assembly import deps_of
from adapters.cli import main
from adapters.relay import Relay
from adapters.webchat.messenger import WebMessenger
from adapters.webchat.receive import create_app
from bot.chat.incoming import Incoming, Place
from bot.chat.message import Message
from bot.ports import Deps, Envelope, Saved, Turn, UnitOfWork
from storage import Storage

ORDER = Path(os.environ["DATA_DIR"]) / "failpoint"


def pass_by(point: str) -> None:
    """Die here if that is what the file says. The order is obeyed once."""
    try:
        is_meant = ORDER.read_text(encoding="ascii") == point
    except FileNotFoundError:
        return
    if is_meant:
        ORDER.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


class MortalWork:
    """Around the commit of a turn."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    async def save(self, turn: Turn) -> Saved:
        """See `bot.ports.UnitOfWork`."""
        pass_by("before commit")
        saved = await self._work.save(turn)
        pass_by("after commit")
        return saved

    async def save_all(self, turns: Sequence[Turn]) -> tuple[Saved, ...]:
        """One by one."""
        return tuple([await self.save(turn) for turn in turns])


class MortalMessenger(WebMessenger):
    """Around a send."""

    __slots__ = ()

    async def send(self, place: Place, message: Message, replaces: str, key: str = "") -> str:
        """See `bot.ports.Messenger`."""
        pass_by("before send")
        reference = await super().send(place, message, replaces, key)
        pass_by("after send")
        return reference


class Mortal:
    """Anything else: passes calls on."""

    def __init__(self, whole: Any) -> None:
        self._whole = whole

    def __getattr__(self, name: str) -> Any:
        return getattr(self._whole, name)


class MortalOutbox(Mortal):
    """After a claim and after a mark."""

    async def claim(self, worker: str, now: datetime, lease: timedelta, limit: int) -> tuple[Envelope, ...]:
        """See `bot.ports.Outbox`."""
        envelopes: tuple[Envelope, ...] = await self._whole.claim(worker, now, lease, limit)
        if envelopes:
            pass_by("after claim")
        return envelopes

    async def delivered(self, worker: str, envelope_id: int, reference: str, now: datetime) -> None:
        """See `bot.ports.Outbox`."""
        await self._whole.delivered(worker, envelope_id, reference, now)
        pass_by("after mark")


class MortalTranscript(Mortal):
    """Around the moment an event becomes durable."""

    async def hear(self, incoming: Incoming, said: str) -> bool:
        """See `bot.ports.Transcript`."""
        pass_by("before hearing")
        is_new: bool = await self._whole.hear(incoming, said)
        pass_by("after hearing")
        return is_new


def mortal_deps(storage: Storage, *args: Any) -> Deps:
    """Deps whose commits can be the last thing that happens."""
    deps = deps_of(storage, *args)
    return replace(deps, work=MortalWork(deps.work))


def mortal_relay(outbox: Any, *args: Any, **kwargs: Any) -> Relay:
    """A relay whose outbox can be the last thing it sees."""
    return Relay(MortalOutbox(outbox), *args, **kwargs)


def mortal_app(talk: Any, transcript: Any, *args: Any, **kwargs: Any) -> Any:
    """A site whose transcript can be the last thing that hears."""
    return create_app(talk, MortalTranscript(transcript), *args, **kwargs)


if __name__ == "__main__":
    sys.argv = ["laban", "demo"]
    with patch.multiple(server, deps_of=mortal_deps, Relay=mortal_relay, WebMessenger=MortalMessenger, create_app=mortal_app):
        main()
