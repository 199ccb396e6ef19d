"""Files that pages need, held in memory under names that change with their content, so that browsers may keep them for ever."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from aiohttp import web

KEPT_FOR_EVER: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent."""

    served_as: str
    content_type: str
    content: bytes
    zipped: bytes
    etag: str

    def answer(self, request: web.Request) -> web.Response:
        """The file, or that it has not changed."""
        headers = {"Cache-Control": KEPT_FOR_EVER, "ETag": f'"{self.etag}"', "Vary": "Accept-Encoding"}
        if f'"{self.etag}"' in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=headers)
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return web.Response(body=self.zipped, content_type=self.content_type, charset="utf-8", headers=headers)
        return web.Response(body=self.content, content_type=self.content_type, charset="utf-8", headers=headers)


def load(package: str, served: Mapping[str, str]) -> Mapping[str, Asset]:
    """File name → asset, for the files of a package's folder `static` that are to be served, each with its type."""
    folder = files(package).joinpath("static")
    return {name: _asset(name, kind, folder.joinpath(name).read_bytes()) for name, kind in served.items()}


def _asset(name: str, kind: str, content: bytes) -> Asset:
    fingerprint = hashlib.sha256(content).hexdigest()[:12]
    stem, _, ending = name.rpartition(".")
    return Asset(f"{stem}.{fingerprint}.{ending}", kind, content, gzip.compress(content, 9, mtime=0), fingerprint)
