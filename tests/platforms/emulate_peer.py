"""npm's `emulate`, a Slack that others wrote, as a program of its own: it lets a workspace install an app as the real one does.

It needs a Node that has `module.registerHooks`; where the machine's is older, one of npm's is used.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import aiohttp

from tests.platforms.npm_packages import NpmUnavailableError, installed
from tests.platforms.slack_browser import install
from tests.platforms.slack_world import API_APP, CLIENT_ID, CLIENT_SECRET


@dataclass(frozen=True, slots=True)
class Emulate:
    """Where it listens. The base address of its API is `{url}/api/`."""

    url: str

    async def installs(self, page: str) -> tuple[int, str]:
        """Somebody installs the app from its page; HTTP's number and the page at the end."""
        return await install(page, self._agree)

    async def _agree(self, address: str) -> str:
        """Choose the first person on the page and follow its form."""
        path = address[address.index("/oauth/v2/authorize") :]
        async with aiohttp.ClientSession() as browser:
            async with browser.get(f"{self.url}{path}") as response:
                page = await response.text()
            form = re.search(r'<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>', page, re.DOTALL)
            assert form is not None, f"no way on from {page[:200]}"
            hidden = re.findall(r'<input[^>]*name="([^"]*)"[^>]*value="([^"]*)"', form[2])
            values = {name: unescape(value) for name, value in hidden}
            async with browser.post(f"{self.url}{form[1]}", data=values, allow_redirects=False) as response:
                return response.headers["Location"]


@contextmanager
def emulate(redirect_uri: str) -> Iterator[Emulate]:
    """It, running, with an app of our id and secret that may come back to this address. Raises NpmUnavailableError."""
    is_new = _has_hooks("node")
    folder = installed("emulate", with_optional=not is_new, patience=200.0)  # a whole Node may have to be fetched
    node = "node" if is_new else _packaged(folder)
    app = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "app_id": API_APP, "name": "Laban"}
    users = [{"name": "an", "real_name": "An", "email": "an@compass.example"}]
    seed = {"slack": {"users": users, "oauth_apps": [{**app, "redirect_uris": [redirect_uri]}], "strict_scopes": True}}
    command = [node, "serve.mjs", json.dumps(seed)]
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            address = process.stdout.readline().strip()
            assert address.startswith("http://localhost:"), f"emulate did not start: {address}"
            yield Emulate(address.replace("localhost", "127.0.0.1"))
        finally:
            process.stdin.close()


def _packaged(folder: Path) -> str:
    found = next((str(one) for one in folder.glob("node_modules/node-*/bin/node") if _has_hooks(str(one))), None)
    if found is None:
        raise NpmUnavailableError("emulate needs Node 22.15 or newer; this machine's is older and npm has none for it")
    return found


def _has_hooks(node: str) -> bool:
    asked = [node, "-p", "typeof require('module').registerHooks"]
    try:
        return subprocess.run(asked, check=False, capture_output=True, text=True).stdout.strip() == "function"
    except OSError:
        return False
