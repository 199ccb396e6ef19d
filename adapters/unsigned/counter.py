"""Several processes, one relay: the one that has the files serves the others of its machine over a socket in the relay's own folder.

What passes is in memory on both sides and nowhere else: one line of JSON for the question, one for the answer, and neither is logged.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

from adapters.unsigned.wire import pack, unpack
from bot.anon.port import AnonymousRelay, No, Refused

Ask = Callable[[str, Sequence[object], Mapping[str, object]], Awaitable[object]]
"""A method of the relay's port by name, and its arguments → its answer, Refused when there is none. Raises nothing."""

SOCKET: Final = "port"
ASKED: Final = frozenset(
    {
        *("form", "submit", "look", "follow_up", "burn"),
        *("tray", "answer", "thank", "pass_to", "close", "set_inbox", "marks", "open_since"),
    }
)
"""All but the clock: slots are run where the files are, and what they bring goes out from there."""
MOST: Final = 16 * 1024 * 1024
"""Bytes of a line: a tray of thousands of notes fits."""
PATIENCE: Final = 10.0
"""Seconds for an answer."""


@asynccontextmanager
async def serving(relay: AnonymousRelay, folder: Path) -> AsyncIterator[None]:
    """Answer other processes while the block runs. Where there can be no socket (its path may be too long for one) they go without."""
    path = folder / SOCKET
    try:
        path.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(partial(_answer, relay), path, limit=MOST)
    except OSError:
        yield
        return
    try:
        # The folder is closed to others already; `laban doctor` looks at everything in it.
        os.chmod(path, 0o600)
        yield
    finally:
        server.close()
        path.unlink(missing_ok=True)


async def _answer(relay: AnonymousRelay, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    # Whatever fails, its frames hold what was typed and who typed it: they end here, and the other process says that it cannot help now.
    with suppress(Exception):
        async with asyncio.timeout(PATIENCE):
            name, args, named = unpack(json.loads(await reader.readline()))
            if name in ASKED:
                writer.write(_line(await getattr(relay, name)(*args, **named)))
                await writer.drain()
    writer.close()


async def ask_owner(folder: Path, name: str, args: Sequence[object], named: Mapping[str, object]) -> object:
    """Ask the process that has the files in `folder`; see `Ask`. ELSEWHERE when it does not listen, NOT_NOW when it breaks off."""
    try:
        reader, writer = await asyncio.open_unix_connection(folder / SOCKET, limit=MOST)
    except OSError:
        return Refused(No.ELSEWHERE)
    try:
        async with asyncio.timeout(PATIENCE):
            writer.write(_line((name, tuple(args), dict(named))))
            return unpack(json.loads(await reader.readline()))
    except Exception:
        return Refused(No.NOT_NOW)
    finally:
        writer.close()


def _line(value: object) -> bytes:
    data: Any = pack(value)
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
