"""What the web server bears with before anybody of ours has read a word."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from adapters.server import HEADERS, served

Opened = tuple[asyncio.StreamReader, asyncio.StreamWriter]
BEGINNING = b"POST /slack/events HTTP/1.1\r\nHost: laban.example\r\n"


@asynccontextmanager
async def connected(headers_seconds: float) -> AsyncIterator[Opened]:
    """A connection to a server that says "well" to whatever is asked."""

    async def well(_: web.Request) -> web.Response:
        return web.Response(text="well")

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", well)
    listening = socket.create_server(("127.0.0.1", 0))
    async with served(app, [listening], headers_seconds):
        reader, writer = await asyncio.open_connection(*listening.getsockname()[:2])
        try:
            yield reader, writer
        finally:
            writer.close()
            await writer.wait_closed()


@pytest.mark.parametrize("sent", [b"", b"POST /slack", BEGINNING, BEGINNING + b"X-A: " + b"a" * 4000])
async def test_whoever_never_ends_their_headers_is_left(sent: bytes) -> None:
    async with connected(0.05) as (reader, writer):
        writer.write(sent)
        assert await reader.read() == b""


async def test_an_idle_connection_is_left_after_its_answer() -> None:
    async with connected(0.05) as (reader, writer):
        writer.write(BEGINNING + b"Content-Length: 0\r\n\r\n")
        assert (await reader.read()).endswith(b"well")


@pytest.mark.parametrize(
    "headers",
    [
        b"".join(b"X-%d: a\r\n" % number for number in range(HEADERS + 1)),
        b"X-A: " + b"a" * 9000 + b"\r\n",
        b"".join(b"X-%d: %s\r\n" % (number, b"a" * 8000) for number in range(HEADERS + 1)),
    ],
)
async def test_headers_without_measure_are_refused(headers: bytes) -> None:
    async with connected(20.0) as (reader, writer):
        writer.write(BEGINNING + headers + b"\r\n")
        assert b" 400 " in await reader.readline()
