"""Speaks to a running `laban demo` as a browser without JavaScript would: loads the page, fills in its forms, follows its redirects."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Protocol, Self

import aiohttp

LABAN = Path(sys.executable).with_name("laban")
START_LIMIT = 60.0
"""Seconds a process may take to answer its first request, on a busy machine."""
PATIENCE = 30.0


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Demo:
    """A real `laban demo` process on a data folder of its own. It can be killed without warning and started again."""

    def __init__(self, folder: Path, command: Sequence[str | Path] = (LABAN, "demo")) -> None:
        self.folder = folder
        self._command = command
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> Self:
        """Start it and wait until it answers."""
        environment = {
            name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "PUBLIC_URL", "SECRET_KEY", "HOST")
        }
        environment |= {"DATA_DIR": str(self.folder), "PORT": str(self.port), "PYTHONUNBUFFERED": "1"}
        log = (self.folder.parent / "demo.log").open("ab")
        self._process = subprocess.Popen(self._command, env=environment, stdout=log, stderr=log, cwd=self.folder.parent)  # noqa: ASYNC220 it is started once, before anything else runs
        log.close()
        async with aiohttp.ClientSession() as session, asyncio.timeout(START_LIMIT):
            while True:
                assert self._process.poll() is None, (self.folder.parent / "demo.log").read_text()
                try:
                    async with session.get(f"{self.url}/health") as response:
                        if response.status == 200:
                            return self
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(0.05)  # a process has no event to wait for

    def kill(self) -> None:
        """Kill it as a power cut would: no signal handler runs."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    async def die(self) -> int:
        """Wait until it has ended by itself; its exit code, below zero for a signal."""
        assert self._process is not None
        async with asyncio.timeout(PATIENCE):
            return await asyncio.to_thread(self._process.wait)

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.terminate()
        return self._process.wait(PATIENCE)


@dataclass
class Form:
    """A form of a page: where it goes, what it carries, and the words on its button."""

    action: str
    values: dict[str, str] = field(default_factory=dict)
    options: dict[str, list[str]] = field(default_factory=dict)
    button: str = ""


@dataclass
class Line:
    """A line of the chat as the page shows it."""

    is_mine: bool
    text: str = ""
    lang: str = ""


class Page(HTMLParser):
    """The lines and forms of a chat page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.lines: list[Line] = []
        self.forms: list[Form] = []
        self.bars: list[str] = []
        self._is_in_line = self._is_in_button = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        match tag:
            case "li" if "line" in values.get("class", "").split():
                self.lines.append(Line("yours" in values["class"].split(), lang=values.get("lang", "")))
                self._is_in_line = True
            case "form":
                self.forms.append(Form(values["action"]))
            case "input" | "textarea" if self.forms and values.get("name"):
                self.forms[-1].values.setdefault(values["name"], values.get("value", ""))
            case "button" if self.forms:
                self._is_in_button = True
            case "svg" if values.get("role") == "progressbar":
                self.bars.append(values["aria-valuetext"])
            case "ol" if values.get("class") == "lines":
                self._is_in_line = False

    def handle_endtag(self, tag: str) -> None:
        if tag == "button":
            self._is_in_button = False

    def handle_data(self, data: str) -> None:
        if self._is_in_line and self.lines:
            self.lines[-1].text += data
        if self._is_in_button:
            self.forms[-1].button += data


class Address(Protocol):
    """A process that answers at `url`, perhaps elsewhere after a restart."""

    url: str


class Visitor:
    """One person in one tab."""

    def __init__(self, session: aiohttp.ClientSession, demo: Address, person: str) -> None:
        self._session = session
        self._demo = demo
        self.person = person
        self.page = Page("")

    async def opens(self) -> Self:
        """Open the chat; the first time, say hello by its button."""
        await self._load(f"/as/{self.person}")
        if not self.page.lines:
            await self._send(self._form("/arrive"))
        return self

    async def says(self, *texts: str) -> Self:
        """Type and send."""
        for text in texts:
            form = self._form("/say")
            await self._send(form, text=text)
        return self

    async def says_twice(self, text: str) -> Self:
        """Send the same form again, as a browser does that has lost the answer."""
        form = self._form("/say")
        await self._send(form, text=text)
        lines = len(self.page.lines)
        headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
        async with self._session.post(
            self._demo.url + form.action, data=form.values | {"text": text}, headers=headers
        ) as response:
            assert response.status == 200, (response.status, await response.text())
            self.page = Page(await response.text())
        assert len(self.page.lines) == lines, "the second one was taken for another"
        return self

    async def presses(self, *labels: str) -> Self:
        """Press the newest button whose words begin like this."""
        for label in labels:
            matching = [
                form for form in self.page.forms if form.action.endswith("/press") and form.values["label"].startswith(label)
            ]
            assert matching, f"no button {label!r} among {[form.values.get('label') for form in self.page.forms]}"
            await self._send(matching[-1])
        return self

    async def fills(self, **values: str) -> Self:
        """Fill in the newest form; values by the last part of a field's name but digests, and send it."""
        form = [form for form in self.page.forms if form.action.endswith("/form")][-1]
        named = {
            name: value for part, value in values.items() for name in form.values if part in name.replace(".", "/").split("/")
        }
        assert len(named) == len(values), f"{list(form.values)} has not all of {list(values)}"
        await self._send(form, **named)
        return self

    @property
    def last(self) -> Line:
        """The bot's newest line."""
        return [line for line in self.page.lines if not line.is_mine][-1]

    async def _send(self, form: Form, **values: str) -> None:
        before = len(self.page.lines)
        headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
        async with self._session.post(self._demo.url + form.action, data=form.values | values, headers=headers) as response:
            assert response.status == 200, (response.status, await response.text())
            self.page = Page(await response.text())
        # The page waits for an answer only briefly; on a busy machine the relay may need longer.
        async with asyncio.timeout(PATIENCE):
            while self.page.lines[-1].is_mine or len(self.page.lines) <= before:
                await self._load(f"/as/{self.person}")

    async def _load(self, path: str) -> None:
        async with self._session.get(self._demo.url + path, headers={"Accept": "text/html"}) as response:
            assert response.status == 200, (response.status, path)
            self.page = Page(await response.text())

    def _form(self, ending: str) -> Form:
        return next(form for form in self.page.forms if form.action.endswith(ending))
