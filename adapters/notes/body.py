"""The fields of a post, read without ever touching the disk: the web framework's own reader puts uploads into temporary files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

FIELDS: Final = 24
"""Fields of one post, hidden ones included."""
LINES: Final = "multipart/form-data"
"""What forms of ours send. Each character takes its own bytes: 10 000 Chinese ones fit, which percent signs would treble."""
SIGNS: Final = "application/x-www-form-urlencoded"


class OddBodyError(ValueError):
    """No page of ours sends this."""


class LongBodyError(ValueError):
    """More than a form holds."""


async def read_fields(request: web.Request, limit: int) -> Mapping[str, str]:
    """Name → value, line ends as "\\n". Reads at most `limit` bytes of values. Raises OddBodyError and LongBodyError."""
    if request.content_length is not None and request.content_length > limit:
        raise LongBodyError
    if request.content_type == LINES:
        pairs = await _parts(request, limit)
    elif request.content_type == SIGNS:
        pairs = await _signs(request, limit)
    else:
        raise OddBodyError
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise OddBodyError
    return {name: value.replace("\r\n", "\n") for name, value in fields.items()}


async def _parts(request: web.Request, limit: int) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    room = limit
    try:
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            if not isinstance(part, BodyPartReader) or part.name is None or part.filename is not None or len(found) == FIELDS:
                raise OddBodyError
            value = bytearray()
            while piece := await part.read_chunk():
                room -= len(piece)
                if room < 0:
                    raise LongBodyError
                value += piece
            found.append((part.name, value.decode()))
    except LongBodyError:
        raise
    except (AssertionError, RuntimeError, ValueError):
        # What the reader says of a broken body. It may quote it, so it goes no further.
        raise OddBodyError from None
    return found


async def _signs(request: web.Request, limit: int) -> list[tuple[str, str]]:
    body = bytearray()
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > limit:
            raise LongBodyError
    try:
        # ASCII on purpose: a browser escapes everything else.
        return parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=FIELDS)
    except ValueError:
        raise OddBodyError from None
