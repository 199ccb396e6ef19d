"""A browser with which somebody installs the app: the app's page, Slack's page, and back."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from html import unescape
from urllib.parse import urljoin, urlsplit

import aiohttp


async def install(address: str, agree: Callable[[str], Awaitable[str]]) -> tuple[int, str]:
    """Open the app's page for installing it, go to Slack's, and come back to where `agree` says: HTTP's number and the page at the end.

    `agree` gets the address of Slack's page and gives the one the browser is sent to from there.
    """
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser:
        async with browser.get(address, allow_redirects=False) as response:
            page, to = await response.text(), response.headers.get("Location", "")
            # The cookie is for https only; a real installation has that.
            cookies = "; ".join(one.split(";")[0] for one in response.headers.getall("Set-Cookie", []))
        found = re.search(r'href="([^"]*/oauth/v2/authorize\?[^"]*)"', page)
        to = to or (unescape(found[1]) if found else "")
        assert urlsplit(to).path == "/oauth/v2/authorize", f"no way to Slack's page from {page[:200]}"
        back = urljoin(address, await agree(to))
        async with browser.get(back, headers={"Cookie": cookies}, allow_redirects=False) as response:
            return response.status, await response.text()
