"""Slack under contract: the adapter's messenger in front of our own Slack, over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from adapters.slack.client import SlackClient
from adapters.slack.decode import PLATFORM, decode, home_of
from adapters.slack.hooks import Hooks
from adapters.slack.installations import OneWorkspace
from adapters.slack.limits import SLACK
from adapters.slack.messenger import SlackMessenger
from adapters.slack.verify import is_genuine, sign
from bot.chat.incoming import Incoming, Place
from bot.ports import Messenger
from tests.contract.peer import Adapter, Fault, Peer, Seen
from tests.contract.telegram import Drawn
from tests.hands import MORNING, Hands
from tests.platforms.slack_server import SlackServer, slack_server
from tests.platforms.slack_world import SIGNING_SECRET

ADDRESS = "https://laban.example"
TEAM = "T0COMPASS"
BODY = b'{"type":"event_callback"}'
STAMP = str(int(MORNING.timestamp()))


class SlackPeer:
    """Implements `tests.contract.peer.Peer`."""

    def __init__(self, server: SlackServer, messenger: Messenger) -> None:
        self._server = server
        self._people = {one.id: one for one in (server.person("U0AN", "An"), server.person("U0MEI", "梅", "zh-CN"))}
        self.messenger = messenger
        self.places = (home_of(TEAM, "U0AN"), home_of(TEAM, "U0MEI"))

    async def seen(self, place: Place) -> list[Seen]:
        """Message by message; a picture by the words for those who do not see it."""
        said = self._people[place.chat_id].chat.said
        return [Seen("\n".join((one.words, *(file.alt for file in one.files))), tuple(one.labels)) for one in said]

    async def acts(self, place: Place) -> list[str]:
        """The line for notifications counts as well."""
        acting = [act for one in self._people[place.chat_id].chat.said for act in one.acts]
        return acting + self._server.complaints

    def answer_with(self, fault: Fault | None) -> None:
        """The first of the two can leave; floods and broken servers are for everybody in the workspace."""
        workspace = self._server.workspace(TEAM)
        workspace.flooded.clear()
        if fault is Fault.LATER:
            self._server.flood(workspace, seconds=60)
        workspace.im("U0AN").is_archived = fault is Fault.GONE
        self._server.answers_with = 502 if fault is Fault.BROKEN else 0


@asynccontextmanager
async def open_slack(hands: Hands) -> AsyncIterator[Peer]:
    """A workspace with the app, which nobody tells anything here, and two people."""
    async with slack_server(hands) as server:
        server.app.events = ()
        client = SlackClient(f"{server.url}/api/", hands)
        workspace = OneWorkspace(server.install().token, client)
        try:
            await workspace.introduce()
            messenger = SlackMessenger(client, workspace, Hooks(hands), public_url=ADDRESS, pictures=Drawn())
            yield SlackPeer(server, messenger)
        finally:
            await client.close()


def read(recorded: Mapping[str, Any]) -> Incoming | None:
    """What Slack told as it was recorded, and when it was received."""
    return decode(recorded["told"], datetime.fromisoformat(recorded["at"]))


SLACK_ADAPTER = Adapter(
    name=PLATFORM,
    capabilities=SLACK,
    open=open_slack,
    read=read,
    proof=sign(SIGNING_SECRET, STAMP, BODY),
    is_genuine=lambda proof: is_genuine([SIGNING_SECRET], [STAMP], [proof], BODY, MORNING),
    faults=frozenset(Fault),
)
