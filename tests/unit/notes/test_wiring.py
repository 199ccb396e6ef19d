"""The pages beside the web chat, on one server: a wish leads from one to the other and is kept by neither."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from adapters.notes.shell import PATH
from adapters.notes.ways import Doors
from adapters.notes.wiring import Notes, connect
from adapters.webchat.receive import create_app
from adapters.webchat.streams import Streams
from adapters.webchat.verify import form_token
from adapters.webchat.visitors import Visitor, sender_of
from bot.chat.incoming import Incoming
from tests.anon_office import Office as AnonOffice
from tests.chat import Counting, Office
from tests.memory_transcript import MemoryTranscript
from tests.unit.notes.site import BOT_TOKEN, OURS, SECRET
from tests.unit.webchat.site import People

ADDRESS = "http://127.0.0.1"
MINH, GUEST = Visitor("minh", "Hoàng Gia Minh", locale="vi"), Visitor("an", "Phạm Bảo An", locale="vi")


class Scene:
    """The web chat with the sample company behind it, and the pages."""

    def __init__(self, folder: Path) -> None:
        self.office = Office()
        self.transcript = MemoryTranscript()
        self.heard: list[Incoming] = []
        doors = Doors(SECRET, ADDRESS, BOT_TOKEN, chat="/")
        self.notes: Notes = connect(AnonOffice(folder).relay, self.office.reading, self.office.hands, doors, is_reachable=False)
        self.app = create_app(
            self._talk,
            self.transcript,
            People((MINH, GUEST)),
            Streams(),
            secret=SECRET,
            clock=self.office.hands,
            ids=Counting(),
            public_url=ADDRESS,
            unsigned_at=self._unsigned_at,
        )
        self.notes.add_routes(self.app)

    async def _talk(self, incoming: Incoming) -> None:
        self.heard.append(incoming)

    async def _unsigned_at(self, visitor: Visitor) -> str:
        sender = sender_of(visitor)
        return await self.notes.path_for(sender.platform, sender.tenant, sender.user_id)

    def kept(self) -> str:
        """All the chat remembers."""
        return repr(vars(self.transcript)) + repr(self.heard)


Client = TestClient[web.Request, web.Application]


@pytest_asyncio.fixture
async def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path / "anon")


@pytest_asyncio.fixture
async def client(scene: Scene) -> AsyncIterator[Client]:
    async with TestClient(TestServer(scene.app, host="127.0.0.1")) as client:
        yield client


def said(text: str, visitor: str = "minh") -> dict[str, str]:
    return {"csrf": form_token(SECRET, visitor), "event_id": "event-1234", "text": text}


async def test_the_wish_leads_a_script_to_the_pages_and_is_kept_nowhere(scene: Scene, client: Client) -> None:
    before = scene.kept()
    for word in ("/anon", "anonymous", "ẩn danh", "匿名"):
        async with client.post("/as/minh/say", data=said(word), headers={**OURS, "HX-Request": "true"}) as response:
            assert response.status == 204
            way = response.headers["HX-Redirect"]
        assert way.startswith(f"{PATH}#in=")
        async with client.post(f"{PATH}/enter", data={"link": way}, headers=OURS) as response:
            assert response.status == 200
    assert scene.kept() == before


async def test_without_a_script_the_wish_leads_there_as_well(client: Client) -> None:
    headers = {**OURS, "Accept": "text/html"}
    async with client.post("/as/minh/say", data=said("/anon"), headers=headers, allow_redirects=False) as response:
        assert response.status == 303
        assert response.headers["Location"].startswith(f"{PATH}#in=")


async def test_whoever_is_unknown_to_the_company_is_talked_with_as_usual(scene: Scene, client: Client) -> None:
    visitor = "guest-aaaaaaaaaaaaaaaa"
    async with client.post(f"/as/{visitor}/say", data=said("/anon", visitor), headers={**OURS, "HX-Request": "true"}) as response:
        assert (response.status, "HX-Redirect" in response.headers) == (204, False)
    assert len(scene.heard) == 1


async def test_the_chats_own_headers_do_not_come_before_those_of_the_pages(client: Client) -> None:
    async with client.get(f"{PATH}/telegram") as response:
        assert "frame-ancestors https://web.telegram.org" in response.headers["Content-Security-Policy"]
        assert response.headers["Cache-Control"] == "no-store, no-transform"
    async with client.get("/") as response:
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]


async def test_what_is_not_there_is_told_by_the_pages_themselves(client: Client) -> None:
    async with client.get(f"{PATH}/nothing", headers={"Accept-Language": "vi"}) as response:
        assert response.status == 404
        assert "Không có trang này." in await response.text()


async def test_the_pages_lead_back_to_the_chat(client: Client) -> None:
    async with client.get(PATH) as response:
        assert '<a class="home" href="/">To the chat</a>' in await response.text()
