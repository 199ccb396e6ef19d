"""Plays every story for the preview, each on a copy of a sample company that is thrown away afterwards."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

from adapters.assembly import migrate, opened
from adapters.sample import Sample
from adapters.settings import Settings, load, with_database_file
from adapters.stories import STORIES
from adapters.stories.past_the_inbox import unsigned_samples
from adapters.stories.play import Stage, company, play_all


async def rehearse() -> tuple[Sample, ...]:
    """Every message of every story in every language. Raises StoryError when a story no longer fits the conversations, and StartError."""
    with tempfile.TemporaryDirectory(prefix="laban-preview-") as name:
        folder = Path(name)
        prepared = await _prepare(folder)
        numbers = count(1)

        @asynccontextmanager
        async def open_stage() -> AsyncIterator[Stage]:
            file = folder / f"stage{next(numbers)}.db"
            shutil.copyfile(prepared, file)
            async with opened(_settings(folder, file)) as storage:
                yield Stage(storage.reading, storage.work)
            file.unlink()

        return (*await play_all(STORIES, open_stage), *unsigned_samples())


async def _prepare(folder: Path) -> Path:
    """A database with the sample company in it, closed, so that the file is all there is to copy."""
    file = folder / "company.db"
    settings = _settings(folder, file)
    await migrate(settings)
    async with opened(settings) as storage:
        await storage.work.save(company())
    return file


def _settings(folder: Path, file: Path) -> Settings:
    # Not the installation's own settings: a preview must never come near its data.
    return with_database_file(load({}, folder), file)
