"""Pictures in the web chat: below the visitor's own address, only for them, and harmless when opened by themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from adapters.webchat.receive import PICTURE_POLICY
from adapters.webchat.visitors import Visitor, place_of
from bot.chat.message import Image, Message
from tests.unit.webchat.page import take_apart
from tests.unit.webchat.site import Site, serve

SOURCE = "trend/vi/kr/nps/20261123/0123456789ab"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>'


@asynccontextmanager
async def opened(site: Site) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    client = await serve(site)
    try:
        yield client
    finally:
        await client.close()


async def draw(visitor: Visitor, source: str) -> str | None:
    """An's picture is nobody else's."""
    return SVG if (visitor.id, source) == ("an", SOURCE) else None


async def test_a_picture_is_shown_below_the_visitors_own_address() -> None:
    site = Site(draw=draw)
    async with opened(site) as client:
        await site.messenger.send(place_of("an"), Message((Image(SOURCE, "NPS đi lên"),), "vi"), "")
        (image,) = take_apart(await (await client.get("/as/an")).text()).tagged("img")
        assert (image.attributes["src"], image.attributes["alt"]) == (f"/as/an/{SOURCE}", "NPS đi lên")
        response = await client.get(f"/as/an/{SOURCE}")
        assert (response.status, response.content_type, await response.text()) == (200, "image/svg+xml", SVG)
        assert response.headers["Content-Security-Policy"] == PICTURE_POLICY
        assert "script" not in PICTURE_POLICY
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        f"/as/mei/{SOURCE}",
        f"/as/nobody/{SOURCE}",
        f"/{SOURCE}",
        "/as/an/trend/",
        "/as/an/trend/../an",
        "/as/an/trend/%2e%2e/x",
        "/as/an/trend/vi/kr/<script>",
    ],
)
async def test_nobody_elses_picture_and_no_other_address_is_answered(path: str) -> None:
    async with opened(Site(draw=draw)) as client:
        response = await client.get(path)
        assert response.status == 404
        assert "text/html" in response.headers["Content-Type"]


async def test_where_nothing_is_drawn_there_are_no_pictures() -> None:
    async with opened(Site()) as client:
        assert (await client.get(f"/as/an/{SOURCE}")).status == 404


@pytest.mark.parametrize("source", ["trend/../../static/x", "https://elsewhere.example/trend/x", "//trend/x"])
async def test_an_image_leads_nowhere_else(source: str) -> None:
    site = Site(draw=draw)
    async with opened(site) as client:
        await site.messenger.send(place_of("an"), Message((Image(source, "x"),), "vi"), "")
        page = take_apart(await (await client.get("/as/an")).text())
        assert all(
            image.attributes["src"].startswith("/") and not image.attributes["src"].startswith("/as/an/trend")
            for image in page.tagged("img")
        )
