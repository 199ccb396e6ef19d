"""The pictures of messages, drawn when somebody looks at them."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from pathlib import Path

from adapters.pictures.png import ZOOM, NoPictureError, can_draw, to_png
from adapters.pictures.shelf import Shelf
from adapters.pictures.svg import draw
from bot.actions.trends import read_source, trend_at
from bot.okr.people import Person
from bot.ports import Reading

log = logging.getLogger("laban.pictures")

FOLDER = "pictures"
"""Below DATA_DIR."""
DRAWN_AS = f"laban picture v1 {ZOOM}"
"""Part of every digest: change it with the font or the way drawings become pixels."""


class DrawnPictures:
    """Implements `bot.ports.Pictures`."""

    def __init__(self, reading: Reading, data_dir: Path | None) -> None:
        self._reading = reading
        self._easel = Easel(data_dir)

    async def svg(self, source: str, viewer: Person | None) -> str | None:
        """The drawing as SVG text; None for what is not there, or not for `viewer` (None: whoever it was made for)."""
        wanted = read_source(source)
        if wanted is None:
            return None
        trend = await trend_at(wanted, self._reading, viewer)
        return None if trend is None else draw(trend, wanted.lang)

    async def png(self, source: str) -> bytes | None:
        """See `bot.ports.Pictures`."""
        if not can_draw():
            return None
        svg = await self.svg(source, None)
        return None if svg is None else await self._easel.png_of(svg)


class Easel:
    """Makes pixels of drawings: one at a time and in a thread, so that the loop goes on. None for `data_dir` keeps nothing on disk."""

    def __init__(self, data_dir: Path | None) -> None:
        self._shelf = Shelf(None if data_dir is None else data_dir / FOLDER)
        self._drawing = asyncio.Lock()

    async def png_of(self, svg: str) -> bytes | None:
        """A drawing's pixels, from the shelf where it stands there already."""
        digest = digest_of(svg)
        found = self._shelf.at_hand(digest)
        if found is not None:
            return found
        async with self._drawing:
            return await asyncio.to_thread(self._draw, digest, svg)

    def _draw(self, digest: str, svg: str) -> bytes | None:
        found = self._shelf.take(digest)
        if found is not None:
            return found
        try:
            drawn = to_png(svg)
        except NoPictureError as error:
            log.warning("no picture: %s", error)
            return None
        self._shelf.put(digest, drawn)
        return drawn


def digest_of(svg: str) -> str:
    """What a drawing's PNG is kept under."""
    return hashlib.sha256(f"{DRAWN_AS}\0{svg}".encode()).hexdigest()
