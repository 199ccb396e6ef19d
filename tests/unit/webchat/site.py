"""The web chat with everything behind it in memory, and somebody to use it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from adapters.webchat.messenger import WebMessenger
from adapters.webchat.receive import Draw, create_app
from adapters.webchat.streams import Streams
from adapters.webchat.visitors import Visitor
from bot.chat.incoming import Arrived, Incoming, Picked, PointedAt, Submitted, Texted
from bot.chat.message import Message, Paragraph
from bot.chat.richtext import words
from tests.hands import Hands
from tests.memory_transcript import MemoryTranscript
from tests.unit.webchat.page import Element, take_apart

SECRET = b"only for tests, only for tests, only for tests"
ADDRESS = "http://127.0.0.1"
PEOPLE = (
    Visitor("an", "Trần An", "Hải Đăng/Marketing", "member", "vi", "chưa cập nhật tuần này"),
    Visitor("mei", "陈梅", "Hải Đăng/Marketing", "manager", "zh"),
    Visitor("tom", "Tom O'Neill", "Hải Đăng/Product", "admin", "en"),
)

NO_HEADERS: Mapping[str, str] = {}

Answer = Callable[[Incoming], Awaitable[tuple[Message, ...]]]


class CountingIds:
    """Implements `bot.ports.Ids`, in order."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def new(self) -> str:
        letters = ""
        number = next(self._numbers)
        for _ in range(16):
            number, digit = divmod(number, 26)
            letters = chr(ord("a") + digit) + letters
        return letters


class People:
    """Implements `Visitors`."""

    def __init__(self, people: tuple[Visitor, ...] = PEOPLE) -> None:
        self.people = people
        self.failure: Exception | None = None

    async def all(self) -> tuple[Visitor, ...]:
        return self.people

    async def get(self, visitor_id: str) -> Visitor | None:
        if self.failure is not None:
            raise self.failure
        return next((visitor for visitor in self.people if visitor.id == visitor_id), None)


async def echo(incoming: Incoming) -> tuple[Message, ...]:
    """Repeats what it hears."""
    return (Message((Paragraph(words(_heard(incoming))),), lang=incoming.sender.language or "en"),)


def _heard(incoming: Incoming) -> str:
    match incoming.body:
        case Texted(text):
            return text
        case Picked(token):
            return f"picked {token}"
        case Submitted(token, values):
            return f"submitted {token} {dict(values)}"
        case Arrived(invite):
            return f"arrived {invite}".strip()
        case PointedAt(text):
            return f"pointed at {text}"


@dataclass
class Site:
    """The site and what it did."""

    answer: Answer = echo
    people: People | None = field(default_factory=People)
    is_well: bool = True
    heartbeat: float = 3600.0
    public_url: str = ADDRESS
    draw: Draw | None = None
    heard: list[Incoming] = field(default_factory=list)
    transcript: MemoryTranscript = field(default_factory=MemoryTranscript)
    streams: Streams = field(default_factory=Streams)

    def __post_init__(self) -> None:
        ids, clock = CountingIds(), Hands()
        self.messenger = WebMessenger(self.transcript, self.streams, clock, ids)
        self.app: web.Application = create_app(
            self._talk,
            self.transcript,
            self.people,
            self.streams,
            secret=SECRET,
            clock=clock,
            ids=ids,
            public_url=self.public_url,
            invite="demo-invite",
            is_healthy=self._is_healthy,
            heartbeat=self.heartbeat,
            draw=self.draw,
        )

    async def _is_healthy(self) -> bool:
        return self.is_well

    async def _talk(self, incoming: Incoming) -> None:
        self.heard.append(incoming)
        for message in await self.answer(incoming):
            await self.messenger.send(incoming.place, message, "")


class Browser:
    """Somebody using the site without a script, or with one that only posts."""

    def __init__(self, client: TestClient[web.Request, web.Application], visitor: str = "an") -> None:
        self.client = client
        self.visitor = visitor

    @property
    def origin(self) -> str:
        return str(self.client.make_url("/")).rstrip("/")

    async def page(self, path: str = "") -> Element:
        """A page, taken apart; the visitor's chat unless another is named."""
        response = await self.client.get(path or f"/as/{self.visitor}")
        assert response.status == 200, response.status
        return take_apart(await response.text())

    async def post(self, action: str, headers: Mapping[str, str] = NO_HEADERS, /, **fields: str) -> ClientResponse:
        """Post as the page's script does, with fresh hidden fields unless they are given. An empty header is left out."""
        return await self.post_from(await self.page(), action, headers, **fields)

    async def post_from(
        self, page: Element, action: str, headers: Mapping[str, str] = NO_HEADERS, /, **fields: str
    ) -> ClientResponse:
        """Post from a page that has been open for a while."""
        sent = {"Sec-Fetch-Site": "same-origin", "Origin": self.origin, "HX-Request": "true", **headers}
        return await self.client.post(
            f"/as/{self.visitor}/{action}",
            data={**page.form("say").fields(), **fields},
            headers={name: value for name, value in sent.items() if value},
            allow_redirects=False,
        )

    async def says(self, text: str, **fields: str) -> ClientResponse:
        """Type a line."""
        return await self.post("say", text=text, **fields)

    async def shown(self) -> list[str]:
        """The lines on the page."""
        return [one_line(bubble) for bubble in (await self.page()).classed("bubble")]

    async def events(self, after: int = 0, last_event_id: str = "") -> Stream:
        """Listen to what is new."""
        headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
        response = await self.client.get(f"/as/{self.visitor}/events?after={after}", headers=headers)
        assert response.status == 200, response.status
        stream = Stream(response)
        assert (await stream.next()).fields == {"retry": "1000"}
        return stream


@dataclass(frozen=True)
class Event:
    """A server-sent event, or a comment."""

    name: str
    id: str
    data: str
    fields: dict[str, str]
    comment: str = ""

    @property
    def lines(self) -> list[str]:
        """The words of the lines it brings."""
        return [one_line(bubble) for bubble in take_apart(self.data).classed("bubble")]


class Stream:
    """Reads server-sent events as the standard says a browser does."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response

    async def next(self) -> Event:
        """The next event. Raises EOFError at the end."""
        fields: dict[str, str] = {}
        data: list[str] = []
        comment = ""
        while True:
            raw = await asyncio.wait_for(self.response.content.readline(), 10)
            if not raw:
                raise EOFError
            line = raw.decode().removesuffix("\n")
            if not line:
                break
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if not name:
                comment = value
            elif name == "data":
                data.append(value)
            else:
                fields[name] = value
        return Event(fields.get("event", ""), fields.get("id", ""), "\n".join(data), fields, comment)

    async def lines(self, count: int) -> list[str]:
        """The words of the next so many lines, however many come at a time."""
        found: list[str] = []
        while len(found) < count:
            found += (await self.next()).lines
        return found


def one_line(element: Element) -> str:
    """The words of an element with single spaces."""
    return " ".join(element.text.split())


async def serve(site: Site) -> TestClient[web.Request, web.Application]:
    """The site on a free port, and a client of it. Close it afterwards."""
    client: TestClient[web.Request, web.Application] = TestClient(TestServer(site.app))
    await client.start_server()
    return client
