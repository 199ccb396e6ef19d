"""DingTalk under contract, in words and with cards: the adapter's messenger in front of our own DingTalk, over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from adapters.dingtalk.client import Credentials
from adapters.dingtalk.decode import PLATFORM, TENANT, decode, decode_press
from adapters.dingtalk.encode import JOINER
from adapters.dingtalk.limits import DINGTALK, DINGTALK_CARDS
from adapters.dingtalk.verify import is_from_robot
from adapters.dingtalk.wiring import connect
from bot.chat.incoming import Incoming, Place
from bot.ports import Messenger
from tests.contract.peer import Adapter, Fault, Peer, Seen
from tests.contract.telegram import Drawn
from tests.dingtalk_template import TEMPLATE, TEMPLATE_ID
from tests.hands import MORNING, Hands
from tests.platforms.dingtalk_server import DingTalkServer, dingtalk_server
from tests.platforms.dingtalk_wire import CLIENT_ID, CLIENT_SECRET, ROBOT_CODE, signature

ADDRESS = "https://laban.example"
WHO = Credentials(CLIENT_ID, CLIENT_SECRET, ROBOT_CODE)
STAMP = str(int(MORNING.timestamp() * 1000))


class DingTalkPeer:
    """Implements `tests.contract.peer.Peer`."""

    def __init__(self, server: DingTalkServer, messenger: Messenger) -> None:
        self._server = server
        self._people = (server.person("staff-an", "安"), server.person("staff-mei", "梅"))
        self.messenger = messenger
        self.places = (Place(PLATFORM, TENANT, "staff-an"), Place(PLATFORM, TENANT, "staff-mei"))

    async def seen(self, place: Place) -> list[Seen]:
        """Message by message; the joiners in them cannot be seen."""
        said = self._server.robot.chat_with(place.chat_id).said
        return [Seen(one.text.replace(JOINER, ""), tuple(one.labels)) for one in said]

    async def acts(self, place: Place) -> list[str]:
        """What DingTalk makes of a text by itself counts as well; pictures we have uploaded are ours."""
        said = [one.looks for one in self._server.robot.chat_with(place.chat_id).said]
        links = [address for one in said for _, address in one.links if not address.startswith(f"{ADDRESS}/")]
        pictures = [address for one in said for address in one.pictures if address not in self._server.robot.media]
        return links + pictures + self._server.complaints

    def answer_with(self, fault: Fault | None) -> None:
        """To the first of the two; a broken server is broken for everybody."""
        an = self._people[0]
        an.chat.limits_next = 10**6 if fault is Fault.LATER else 0
        self._server.company.staff[an.id].is_active = fault is not Fault.GONE
        self._server.answers_with = 502 if fault is Fault.BROKEN else 0


async def accept(_: Incoming) -> bool:
    """Nothing comes in here."""
    return True


@asynccontextmanager
async def _opened(hands: Hands, template_id: str) -> AsyncIterator[Peer]:
    async def nap(_: asyncio.Event, seconds: float) -> None:
        hands.turn(timedelta(seconds=seconds))  # only the pace of calls waits here

    async with dingtalk_server(hands) as server:
        server.cards.templates[TEMPLATE_ID] = TEMPLATE
        dingtalk = connect(
            WHO,
            server.url,
            server.oapi_url,
            accept,
            hands,
            template_id=template_id,
            links_to=ADDRESS,
            pictures=Drawn(),
            nap=nap,
        )
        try:
            yield DingTalkPeer(server, dingtalk.messenger)
        finally:
            await dingtalk.close()


@asynccontextmanager
async def open_dingtalk(hands: Hands) -> AsyncIterator[Peer]:
    """A robot and two people; everything in words."""
    async with _opened(hands, "") as peer:
        yield peer


@asynccontextmanager
async def open_dingtalk_with_cards(hands: Hands) -> AsyncIterator[Peer]:
    """The same with our template."""
    async with _opened(hands, TEMPLATE_ID) as peer:
        yield peer


def read(recorded: Mapping[str, Any]) -> Incoming | None:
    """A message or a press as it was recorded, and when it was received."""
    at = datetime.fromisoformat(recorded["at"])
    if "press" in recorded:
        return decode_press(recorded["press"], recorded["push"], at)
    return decode(recorded["message"], at)


DINGTALK_ADAPTER = Adapter(
    name=PLATFORM,
    capabilities=DINGTALK,
    open=open_dingtalk,
    read=read,
    proof=signature(CLIENT_SECRET, STAMP),
    is_genuine=lambda proof: is_from_robot([STAMP], [proof], CLIENT_SECRET, MORNING),
    faults=frozenset(Fault),
)
DINGTALK_CARDS_ADAPTER = Adapter(
    name=f"{PLATFORM}-cards",
    capabilities=DINGTALK_CARDS,
    open=open_dingtalk_with_cards,
    read=read,
    proof=signature(CLIENT_SECRET, STAMP),
    is_genuine=lambda proof: is_from_robot([STAMP], [proof], CLIENT_SECRET, MORNING),
    faults=frozenset(Fault),
    recorded=PLATFORM,
)
