"""Whatever line of the anonymous path fails, nothing is told, nothing is lost, and nothing happens twice."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from bot.anon.port import Receipt, Refused
from tests.anonymity.scene import ANNA, BEN, DEEDS, WORDS, Scene, aftermath, copied, prepare, words_left

pytestmark = pytest.mark.timeout(240)
"""The whole product is run many times; on a machine with other things to do that takes its time."""

ROOT = Path(__file__).parent.parent.parent
PLACES = tuple(str(ROOT / folder) for folder in ("bot/anon", "storage/anon"))
UNPROTECTED = frozenset({"safely"})
"""The function that turns failures into refusals: its own `try` is not inside itself."""

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
        threading.settrace(before)


class Kept(logging.Handler):
    """Every record there is."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        # What asyncio says of its own loops at this level is no line of ours.
        if record.name != "asyncio":
            self.records.append(record.getMessage())


@pytest.mark.promise(
    "P8", "failure paths: whatever line of the relay fails, nothing is told, nothing is lost and nothing happens twice."
)
@pytest.mark.parametrize("deed", DEEDS)
def test_no_line_that_fails_tells_anything_or_loses_anything(deed: str, folder: Path) -> None:
    prepared = folder / "prepared"
    code = asyncio.run(prepare(prepared))
    reference = Tracer()
    whole = Scene(copied(prepared, 0), code)
    with traced(reference):
        asyncio.run(DEEDS[deed](whole))
    wanted = asyncio.run(aftermath(whole, deed))
    assert len(reference.passed) > 20, "nothing was traced"
    found: list[str] = []
    ends: dict[bytes, bool] = {}
    for number, line in enumerate(reference.passed, 1):
        found += _fail_at(Scene(copied(prepared, number), code), deed, line, wanted, ends)
    assert not found, "\n".join(found)


def _fail_at(scene: Scene, deed: str, line: Line, wanted: tuple[object, ...], ends: dict[bytes, bool]) -> list[str]:
    """What is wrong after this line has failed. `ends` are the states seen before, and whether all came well of them."""
    file, number, function = line
    name = f"{Path(file).name}:{number}"
    tracer, log = Tracer((file, number)), Kept()
    logging.getLogger().addHandler(log)
    found: list[str] = []
    answer: object = None
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
    found += [f"{name} leaves words in {file}" for file in words_left(scene)]
    # What comes of the same files is the same: most lines leave either all as it was or the deed done.
    left = scene.office.files()
    key = hashlib.sha256(repr(left).encode()).digest()
    if key not in ends:
        ends[key] = asyncio.run(aftermath(scene, deed)) == wanted
    found += [] if ends[key] else [f"{name} changes what comes of it"]
    shutil.rmtree(scene.folder)
    return found


@pytest.mark.promise("P8", "failure paths: whichever line fails, two authors leave the same bytes.")
def test_a_failure_does_not_tell_two_authors_apart(folder: Path) -> None:
    prepared = folder / "prepared"
    code = asyncio.run(prepare(prepared))
    reference = Tracer()
    with traced(reference):
        asyncio.run(DEEDS["write"](Scene(copied(prepared, 0), code)))
    found = []
    for number, (file, line, _) in enumerate(reference.passed, 1):
        left = []
        for who, author in enumerate((ANNA, BEN)):
            scene = Scene(copied(prepared, 2 * number + who), code, author)
            with traced(Tracer((file, line))):
                asyncio.run(_quietly(scene))
            left.append((scene.office.files(), scene.office.relay.troubles))
            shutil.rmtree(scene.folder)
        if left[0] != left[1]:
            found.append(f"{Path(file).name}:{line}")
    assert found == []


async def _quietly(scene: Scene) -> object:
    try:
        return await DEEDS["write"](scene)
    except PlantedError:
        return None


async def test_what_was_prepared_is_as_described(folder: Path) -> None:
    code = await prepare(folder / "prepared")
    assert isinstance(await DEEDS["write"](Scene(folder / "prepared", code)), Receipt)
