"""Somebody writes unsigned and the process dies, as by `kill -9`, at one of its calls to the system; or its disk is full. Run as a program:

    python -m tests.anonymity.mortal FOLDER DEED

FOLDER is empty. The deed is done once for every call it makes, each time by a process of its own over a fresh copy of the same files, that dies
right before that call; then once for every size a disk may have left. A line of JSON for each says what went wrong: an empty list where all is well.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from bot.anon.port import No, Refused
from tests.anonymity.scene import DEEDS, Scene, aftermath, copied, prepare, words_left

CALLS = ("open", "write", "utime", "fsync", "replace", "close")
"""What the relay's files ask of the system. SQLite asks by itself, so there every statement counts as a call."""
ROOM = (0, 1024, 20_000, 200_000, 290_000)
"""How long a file may grow on a full disk, in bytes; the spool is a little longer than the last."""


class Fate:
    """Lets `number` calls pass and kills the process before the next one."""

    def __init__(self, number: int) -> None:
        self._left = number

    def strike(self) -> None:
        """One call more."""
        self._left -= 1
        if self._left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def wrap(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def mortal(*args: Any, **kwargs: Any) -> Any:
            self.strike()
            return call(*args, **kwargs)

        return mortal

    def rule(self) -> None:
        """From now on, in this process."""
        for name in CALLS:
            setattr(os, name, self.wrap(getattr(os, name)))
        connect = sqlite3.connect

        def mortal(*args: Any, **kwargs: Any) -> sqlite3.Connection:
            database: sqlite3.Connection = connect(*args, **kwargs)
            database.set_trace_callback(lambda statement: self.strike())
            return database

        sqlite3.connect = mortal  # type: ignore[assignment] # in a process that ends in a moment


def main(folder: Path, deed: str) -> None:
    """All of it."""
    prepared = folder / "prepared"
    code = asyncio.run(prepare(prepared))
    whole = Scene(copied(prepared, 0), code)
    asyncio.run(DEEDS[deed](whole))
    wanted = asyncio.run(aftermath(whole, deed))
    for number in count(1):
        scene = Scene(copied(prepared, number), code)
        status = _in_a_process(scene, deed, Fate(number - 1).rule)
        _tell(
            f"killed before call {number}",
            [] if status in (0, -signal.SIGKILL) else [f"it ended with {status}"],
            scene,
            deed,
            wanted,
        )
        if status == 0:
            break
    for room in ROOM:
        scene = Scene(copied(prepared, 10_000 + room), code)

        def cut_short(room: int = room) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

        status = _in_a_process(scene, deed, cut_short)
        _tell(f"room for {room} bytes", [] if status == 0 else [f"it ended with {status}"], scene, deed, wanted)


def _in_a_process(scene: Scene, deed: str, begin: Callable[[], None]) -> int:
    """How it ended: 0, or the number of a signal below zero."""
    child = os.fork()
    if child == 0:
        number = 1
        try:
            begin()
            answer = asyncio.run(DEEDS[deed](scene))
            number = 0 if not isinstance(answer, Refused) or answer.why is No.NOT_NOW else 2
        finally:
            os._exit(number)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _tell(name: str, found: list[str], scene: Scene, deed: str, wanted: tuple[object, ...]) -> None:
    found += [f"words are left in {file}" for file in words_left(scene)]
    if asyncio.run(aftermath(scene, deed)) != wanted:
        found.append("something else comes of it")
    shutil.rmtree(scene.folder)
    print(json.dumps({"what": name, "found": found}), flush=True)  # noqa: T201 a program


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
