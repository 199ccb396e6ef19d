"""The files the pages need, held in memory under names that change with their content, so that browsers may keep them for ever."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

SERVED = {
    "chat.css": "text/css",
    "chat.js": "text/javascript",
    "compass.svg": "image/svg+xml",
    "htmx-2.0.11.min.js": "text/javascript",
}
"""All there is to fetch; everything else in the folder stays there."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent."""

    served_as: str
    content_type: str
    content: bytes
    zipped: bytes
    etag: str


@cache
def load_assets() -> Mapping[str, Asset]:
    """File name → asset."""
    folder = files("adapters.webchat").joinpath("static")
    return {name: _asset(name, folder.joinpath(name).read_bytes()) for name in SERVED}


def _asset(name: str, content: bytes) -> Asset:
    fingerprint = hashlib.sha256(content).hexdigest()[:12]
    stem, _, ending = name.rpartition(".")
    return Asset(f"{stem}.{fingerprint}.{ending}", SERVED[name], content, gzip.compress(content, 9, mtime=0), fingerprint)
