"""The pages over a real relay and real HTTP, and somebody who uses them as a browser would: form by form."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from aiohttp import ClientResponse, FormData, web
from aiohttp.test_utils import TestClient, TestServer

from adapters.notes.askers import Asker
from adapters.notes.pace import Pace
from adapters.notes.receive import BODY_SECONDS, create_notes
from adapters.notes.shell import PATH
from adapters.notes.ways import Doors, Ways
from bot.okr.people import PersonId
from tests.anon_office import ADMIN, AUTHORS, BOSS, LEAD, Office

SECRET: Final = b"only for tests, only for tests, only for tests"
BOT_TOKEN: Final = "123456789:AAtestsonlytestsonlytestsonlytestson"
ADDRESS: Final = "http://127.0.0.1"
AUTHOR: Final = AUTHORS[0]
OURS: Final = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}
"""What a browser says of a form post by one of our pages, whose Referrer-Policy hides the origin."""


class FakeAskers:
    """Implements `Askers`: everybody of the office, until they leave. Telegram's user 7001 is the author."""

    def __init__(self) -> None:
        self.langs: dict[PersonId, str] = {}
        self.gone: set[PersonId] = set()
        self.failure: Exception | None = None

    async def person(self, person_id: PersonId) -> Asker | None:
        if self.failure is not None:
            raise self.failure
        if person_id in self.gone or person_id not in (*AUTHORS, BOSS, LEAD, ADMIN):
            return None
        lang = self.langs.get(person_id, "en")
        return Asker(person_id, lang, "Asia/Ho_Chi_Minh", person_id in (BOSS, LEAD, ADMIN))

    async def account(self, platform: str, tenant: str, user_id: str) -> Asker | None:
        is_author = (platform, tenant, user_id) == ("telegram", "", "7001")
        return await self.person(AUTHOR) if is_author else None


@dataclass
class Site:
    """The pages, their relay and what their people are."""

    office: Office
    askers: FakeAskers = field(default_factory=FakeAskers)
    public_url: str = ADDRESS
    bot_token: str = BOT_TOKEN
    is_rehearsal: bool = False
    body_seconds: float = BODY_SECONDS
    troubles: set[str] = field(default_factory=set)
    pace: Pace = field(default_factory=lambda: Pace(key=b"key of the test"))

    def __post_init__(self) -> None:
        self.doors = Doors(SECRET, self.public_url, self.bot_token, is_rehearsal=self.is_rehearsal)
        self.ways = Ways(self.doors, self.office.clock, is_reachable=True)
        self.build()

    def build(self) -> None:
        """Anew, with what has been changed since."""
        relay, clock = self.office.relay, self.office.clock
        pages = create_notes(
            relay, self.askers, self.doors, clock, troubles=self.troubles, pace=self.pace, body_seconds=self.body_seconds
        )
        self.app = web.Application()
        self.app.add_subapp(PATH, pages)

    def link_token(self, person_id: PersonId = AUTHOR) -> str:
        """What stands behind "#in=" in this person's link."""
        return self.ways.link(person_id).partition("#in=")[2]


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as it came."""

    number: int
    html: str
    raw: bytes
    headers: Mapping[str, str]

    @property
    def text(self) -> str:
        """The words on it, without its markup."""
        body = re.sub(r"<!--.*?-->", "", self.html, flags=re.DOTALL)
        body = body[body.index("<main") :]
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())

    def value(self, name: str, form: str = "") -> str:
        """The value of a hidden field, of the form that posts to `form`."""
        html = self.html
        if form:
            html = html[html.index(f'/{form}"') :]
        found = re.search(rf'name="{name}" value="([^"]*)"', html)
        assert found, f"no field {name}"
        return unescape(found[1])

    def box(self) -> str:
        """What is in the first text box."""
        found = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", self.html, flags=re.DOTALL)
        assert found, "no text box"
        return unescape(found[1])

    @property
    def code(self) -> str:
        """The receipt on it."""
        found = re.search(r'id="receipt"[^>]*>(.*?)</p>', self.html, flags=re.DOTALL)
        assert found, "no receipt"
        return re.sub(r"<[^>]+>", "", found[1])


class Device:
    """A browser that runs no script, and knows nobody."""

    def __init__(self, client: TestClient[web.Request, web.Application]) -> None:
        self.client = client
        self.way = PATH

    async def get(self, path: str = PATH, **headers: str) -> Shown:
        async with self.client.get(path, headers=headers) as response:
            return await _shown(response)

    async def post(self, name: str, headers: Mapping[str, str] = OURS, /, **fields: str) -> Shown:
        """Send a form as browsers do: multipart, line ends as CRLF."""
        data = FormData(default_to_multipart=True)
        for key, value in fields.items():
            data.add_field(key, value.replace("\n", "\r\n"))
        async with self.client.post(f"{self.way}/{name}", data=data, headers=headers) as response:
            return await _shown(response)

    async def reads(self, code: str, lang: str = "en") -> Shown:
        return await self.post("read", code=code, lang=lang)


class Browser(Device):
    """Somebody of the office at a browser. `visit` is what the forms of the page they are on carry."""

    def __init__(self, client: TestClient[web.Request, web.Application], site: Site) -> None:
        super().__init__(client)
        self.site = site
        self.visit = ""

    async def enters(self, person_id: PersonId = AUTHOR, page: str = "write", lang: str = "en") -> Shown:
        """By the link of their chat."""
        self.site.askers.langs[person_id] = lang
        shown = await self.post("enter", link=self.site.link_token(person_id), page=page, lang=lang)
        if shown.number == 200:
            self.visit = shown.value("visit")
        return shown

    async def writes(self, text: str = "The tests are broken for weeks.", about: str = "") -> Shown:
        """Enter and send a note; the page with the receipt."""
        form = await self.enters()
        return await self.post("write", visit=self.visit, nonce=form.value("nonce", "write"), text=text, about=about)


async def _shown(response: ClientResponse) -> Shown:
    raw = await response.read()
    return Shown(response.status, raw.decode(), raw, response.headers)


@asynccontextmanager
async def serve(site: Site) -> AsyncIterator[Browser]:
    """The site on a free port of this machine, with somebody in front of it."""
    server = TestServer(site.app, host="127.0.0.1")
    await server.start_server(access_log=None)
    async with TestClient(server) as client:
        yield Browser(client, site)


def init_data(at: datetime, user_id: object = 7001, *, token: str = BOT_TOKEN, **more: str) -> str:
    """What Telegram would put into `tgWebAppData`, signed by the bot's token."""
    user = json.dumps({"id": user_id, "first_name": "Vân & Minh", "language_code": "vi"}, ensure_ascii=False)
    fields = {"query_id": "AAE", "user": user, "auth_date": str(int(at.timestamp())), "signature": "c2ln", **more}
    lines = "\n".join(f"{name}={value}" for name, value in sorted(fields.items()))
    key = hmac.digest(b"WebAppData", token.encode(), hashlib.sha256)
    return urlencode({**fields, "hash": hmac.new(key, lines.encode(), hashlib.sha256).hexdigest()})


def office(folder: Path) -> Office:
    """The company of the tests, its files in `folder`."""
    return Office(folder)
