"""Whatever line of the anonymous path fails, nothing is told, nothing is lost, and nothing happens twice."""

from __future__ import annotations

import asyncio
import logging
import shutil
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from bot.anon.port import Draft, No, Receipt, Refused, Tray
from bot.okr.people import PersonId
from tests.anon_office import AUTHORS, LEAD, Office, Seeded

ROOT = Path(__file__).parent.parent.parent
PLACES = tuple(str(ROOT / folder) for folder in ("bot/anon", "storage/anon"))
ANNA, BEN = AUTHORS[0], AUTHORS[1]
WORDS = "Only she could have written this sentence."
NONCE, OTHER_NONCE = "ab" * 16, "cd" * 16
UNPROTECTED = frozenset({"safely"})
"""The function that turns failures into refusals: its own `try` is not inside itself."""

SLOT_AT = datetime(2026, 11, 26, 9, 1, tzinfo=UTC)
"""A minute after the slot that comes next in a scene."""

Line = tuple[str, int, str]
"""File, line, function."""


class PlantedError(Exception):
    """What fails, and what a log must never show."""


class Tracer:
    """Notes every line of the anonymous path that is passed, in all threads, and raises at one of them, the first time it is."""

    def __init__(self, raise_at: tuple[str, int] | None = None) -> None:
        self.passed: dict[Line, None] = {}
        self.has_raised = False
        self._raise_at = raise_at

    def __call__(self, frame: FrameType, event: str, arg: object) -> Any:
        return self._line if frame.f_code.co_filename.startswith(PLACES) else None

    def _line(self, frame: FrameType, event: str, arg: object) -> Any:
        if event == "line":
            place = (frame.f_code.co_filename, frame.f_lineno)
            if self._raise_at is None:
                self.passed[(*place, frame.f_code.co_name)] = None
            elif place == self._raise_at and not self.has_raised:
                self.has_raised = True
                raise PlantedError(WORDS)
        return self._line


@contextmanager
def traced(tracer: Tracer) -> Iterator[None]:
    """Threads begun in the block are traced as well."""
    before = sys.gettrace()
    threading.settrace(tracer)
    sys.settrace(tracer)
    try:
        yield
    finally:
        sys.settrace(before)
        threading.settrace(before)  # type: ignore[arg-type] # None is how it is taken away again


class Kept(logging.Handler):
    """Every record there is."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        # What asyncio says of its own loops at this level is no line of ours.
        if record.name != "asyncio":
            self.records.append(record.getMessage())


@dataclass
class Scene:
    """An office over a copy of a prepared folder, in which one thing is done."""

    folder: Path
    code: str
    author: PersonId = ANNA
    office: Office = field(init=False)

    def __post_init__(self) -> None:
        self.office = _office(self.folder)


def _office(folder: Path) -> Office:
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


DEEDS: dict[str, Callable[[Scene], Awaitable[object]]] = {
    "write": _write,
    "look": _look,
    "follow up": _follow,
    "burn": _burn,
    "answer": _answer,
    "cover": _cover,
    "slot": _slot,
}


async def _prepare(folder: Path) -> str:
    """One note released and answered once, one waiting; the first one's code."""
    office = Office(folder)
    code = await office.write(AUTHORS[5], "It was there before.")
    await office.released()
    await office.write(AUTHORS[6], "It waits.")
    return code


def _copied(prepared: Path, number: int) -> Path:
    return shutil.copytree(prepared, prepared.with_name(f"scene{number:05}"))


async def _aftermath(scene: Scene, deed: str) -> tuple[object, ...]:
    """What is there in the end, when a new process has taken over, the person has tried once more, and all slots have passed."""
    office = scene.office = _office(scene.folder)
    if deed != "slot":
        again = await DEEDS[deed](scene)
        assert not (isinstance(again, Refused) and again.why is No.NOT_NOW), (deed, again)
    office.clock.at += timedelta(minutes=30)
    await office.slot(4)
    threads = [
        (one.lookup, one.state, one.holder, [(entry.id, entry.act, entry.text, entry.by) for entry in one.entries])
        for one in await office.vault.threads()
    ]
    return (threads, (await office.vault.spool()).items)


@pytest.mark.promise("P8", "failure paths: whatever line of the relay fails, nothing is told, nothing is lost and nothing happens twice.")
@pytest.mark.parametrize("deed", DEEDS)
def test_no_line_that_fails_tells_anything_or_loses_anything(deed: str, folder: Path) -> None:
    prepared = folder / "prepared"
    code = asyncio.run(_prepare(prepared))
    reference = Tracer()
    whole = Scene(_copied(prepared, 0), code)
    with traced(reference):
        asyncio.run(DEEDS[deed](whole))
    wanted = asyncio.run(_aftermath(whole, deed))
    assert len(reference.passed) > 20, "nothing was traced"
    found = []
    for number, line in enumerate(reference.passed, 1):
        found += _fail_at(Scene(_copied(prepared, number), code), deed, line, wanted)
    assert not found, "\n".join(found)


def _fail_at(scene: Scene, deed: str, line: Line, wanted: tuple[object, ...]) -> list[str]:
    """What is wrong after this line has failed."""
    file, number, function = line
    name = f"{Path(file).name}:{number}"
    tracer, log = Tracer((file, number)), Kept()
    logging.getLogger().addHandler(log)
    found, answer = [], None
    try:
        with traced(tracer):
            answer = asyncio.run(DEEDS[deed](scene))
    except PlantedError:
        if function not in UNPROTECTED:
            found.append(f"{name} comes out of the relay")
    finally:
        logging.getLogger().removeHandler(log)
    if not tracer.has_raised:
        return [f"{name} was not passed again: a run is not like another"]
    found += [f"{name} is logged: {record}" for record in log.records]
    found += [f"{name} is answered with its words" for said in [repr(answer)] if isinstance(answer, Refused) and WORDS in said]
    found += [f"{name} is kept in memory" for kept in scene.office.relay.troubles if kept not in ("PlantedError", "VaultError")]
    for path in sorted(scene.folder.rglob("*")):
        if path.is_file() and any(one in path.read_bytes() for one in (WORDS.encode(), scene.author.encode())):
            found.append(f"{name} leaves words in {path.name}")
    if asyncio.run(_aftermath(scene, deed)) != wanted:
        found.append(f"{name} changes what comes of it")
    shutil.rmtree(scene.folder)
    return found


@pytest.mark.promise("P8", "failure paths: whichever line fails, two authors leave the same bytes.")
def test_a_failure_does_not_tell_two_authors_apart(folder: Path) -> None:
    prepared = folder / "prepared"
    code = asyncio.run(_prepare(prepared))
    reference = Tracer()
    with traced(reference):
        asyncio.run(_write(Scene(_copied(prepared, 0), code)))
    found = []
    for number, (file, line, _) in enumerate(reference.passed, 1):
        left = []
        for who, author in enumerate((ANNA, BEN)):
            scene = Scene(_copied(prepared, 2 * number + who), code, author)
            with traced(Tracer((file, line))):
                asyncio.run(_quietly(scene))
            left.append((scene.office.files(), scene.office.relay.troubles))
            shutil.rmtree(scene.folder)
        if left[0] != left[1]:
            found.append(f"{Path(file).name}:{line}")
    assert found == []


async def _quietly(scene: Scene) -> object:
    try:
        return await _write(scene)
    except PlantedError:
        return None


def test_the_seed_of_another_process_is_another() -> None:
    assert Seeded(b"seed").token(8) != Seeded(b"another process").token(8)


async def test_what_was_prepared_is_as_described(folder: Path) -> None:
    code = await _prepare(folder / "prepared")
    assert isinstance(await _write(Scene(folder / "prepared", code)), Receipt)
