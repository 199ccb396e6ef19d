"""Single deeds over a relay whose folder was prepared: what tests of failures repeat, each time with something else going wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.anon.port import Draft, No, Receipt, Refused, Tray
from bot.okr.people import PersonId
from tests.anon_office import AUTHORS, LEAD, Office

ANNA, BEN = AUTHORS[0], AUTHORS[1]
WORDS = "Only she could have written this sentence."
NONCE = "ab" * 16
SLOT_AT = datetime(2026, 11, 26, 9, 1, tzinfo=UTC)
"""A minute after the slot that comes next in a scene."""


@dataclass
class Scene:
    """An office over a copy of a prepared folder, in which one thing is done."""

    folder: Path
    code: str
    author: PersonId = ANNA
    office: Office = field(init=False)

    def __post_init__(self) -> None:
        self.office = office_in(self.folder)


def office_in(folder: Path) -> Office:
    office = Office(folder, seed=b"another process")
    office.clock.at += timedelta(days=3, minutes=20)
    office.restart()
    return office


async def _write(scene: Scene) -> object:
    await scene.office.relay.form(scene.author)
    return await scene.office.relay.submit(scene.author, Draft(NONCE, WORDS, "kr:kr1"))


async def _look(scene: Scene) -> object:
    return await scene.office.relay.look(scene.code, "page")


async def _follow(scene: Scene) -> object:
    return await scene.office.relay.follow_up(scene.code, NONCE, WORDS, "page")


async def _burn(scene: Scene) -> object:
    return await scene.office.relay.burn(scene.code, "page")


async def _answer(scene: Scene) -> object:
    tray = await scene.office.relay.tray(LEAD)
    ref = tray.notes[0].ref if isinstance(tray, Tray) else "0" * 20
    return await scene.office.relay.answer(LEAD, ref, NONCE, WORDS)


async def _cover(scene: Scene) -> object:
    scene.office.clock.turn(timedelta(minutes=10))
    return await scene.office.relay.tick()


async def _slot(scene: Scene) -> object:
    scene.office.clock.at = SLOT_AT
    return await scene.office.relay.tick()


DEEDS: dict[str, Callable[[Scene], Coroutine[Any, Any, object]]] = {
    "write": _write,
    "look": _look,
    "follow up": _follow,
    "burn": _burn,
    "answer": _answer,
    "cover": _cover,
    "slot": _slot,
}


async def prepare(folder: Path) -> str:
    """One note released and answered once, one waiting; the first one's code."""
    office = Office(folder)
    code = await office.write(AUTHORS[5], "It was there before.")
    await office.released()
    await office.write(AUTHORS[6], "It waits.")
    return code


def copied(prepared: Path, number: int) -> Path:
    return shutil.copytree(prepared, prepared.with_name(f"scene{number:05}"))


async def aftermath(scene: Scene, deed: str) -> tuple[object, ...]:
    """What is there in the end, when a new process has taken over, the person has tried once more, and all slots have passed."""
    office = scene.office = office_in(scene.folder)
    if deed != "slot":
        again = await DEEDS[deed](scene)
        assert not (isinstance(again, Refused) and again.why is No.NOT_NOW), (deed, again)
    office.clock.at += timedelta(minutes=30)
    await office.slot(4)
    threads = [
        (one.lookup, one.state, one.holder, [(entry.id, entry.act, entry.text, entry.by) for entry in one.entries])
        for one in await office.vault.threads()
    ]
    receipt = await DEEDS["write"](scene) if deed == "write" else None
    return (threads, (await office.vault.spool()).items, receipt if isinstance(receipt, Receipt) else None)


def words_left(scene: Scene) -> list[str]:
    """Files in which what was written, or who wrote it, can be read."""
    files = (path for path in sorted(scene.folder.rglob("*")) if path.is_file())
    return [path.name for path in files if any(one in path.read_bytes() for one in (WORDS.encode(), scene.author.encode()))]
