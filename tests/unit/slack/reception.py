"""Our address for Slack behind real HTTP, with an inbox the test holds in its hands."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from adapters.slack.client import SlackClient
from adapters.slack.homes import Homes
from adapters.slack.hooks import Hooks
from adapters.slack.installations import Installation, Installations, NotInstalledError, NotReadyError
from adapters.slack.private import PrivateModal
from adapters.slack.receive import EventsRoute, Reception, make_bolt
from adapters.slack.verify import SIGNATURE, TIMESTAMP, sign
from bot.actions.fill_form import OpenForm
from bot.chat.incoming import Incoming, Sender
from bot.chat.message import Message, Paragraph
from bot.chat.richtext import words
from tests.hands import Hands, Sleeper

SECRET = "8f742231b10e8888abcd99abcdef85a5"
TEAM, BOT, AN = "T0COMPASS", "U0LABAN", "U0AN"


class Workspaces(Installations):
    """Those we are in, with a token each."""

    def __init__(self, *tenants: str) -> None:
        self.tenants = set(tenants)
        self.is_ready = True

    async def of(self, tenant: str) -> Installation:
        """See Installations."""
        if not self.is_ready:
            raise NotReadyError
        if tenant not in self.tenants:
            raise NotInstalledError
        return Installation(tenant, tenant, bot_id="B0LABAN", bot_user_id=BOT, token=f"xoxb-{tenant}")

    async def forget(self, tenant: str) -> None:
        """See Installations."""
        self.tenants.discard(tenant)


@dataclass
class Inbox:
    """What has been accepted. `failure` is raised instead, `gate` is waited for first."""

    events: list[Incoming] = field(default_factory=list)
    failure: Exception | None = None
    gate: asyncio.Event | None = None
    failed: asyncio.Event = field(default_factory=asyncio.Event)
    """It has been raised."""

    async def accept(self, incoming: Incoming) -> bool:
        """As `Intake.accept`."""
        if self.gate is not None:
            await self.gate.wait()
        if self.failure is not None:
            self.failed.set()
            raise self.failure
        is_new = incoming.event_id not in {one.event_id for one in self.events}
        if is_new:
            self.events.append(incoming)
        return is_new


@dataclass
class Door:
    """The address, and everything behind it."""

    url: str
    hands: Hands
    inbox: Inbox
    workspaces: Workspaces
    hooks: Hooks
    reception: Reception
    session: aiohttp.ClientSession
    forms: dict[str, OpenForm] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    async def post(self, body: bytes, kind: str = "application/json", **headers: str) -> tuple[int, str]:
        """What is answered to a body, signed unless headers are given."""
        stamp = str(int(self.hands.now().timestamp()))
        proofs = headers or {TIMESTAMP: stamp, SIGNATURE: sign(SECRET, stamp, body)}
        async with self.session.post(self.url, data=io.BytesIO(body), headers={"Content-Type": kind, **proofs}) as response:
            return response.status, await response.text()

    async def tell(self, told: Mapping[str, Any]) -> tuple[int, str]:
        """What is answered to an event."""
        return await self.post(json.dumps(told).encode())

    async def deed(self, told: Mapping[str, Any]) -> tuple[int, str]:
        """What is answered to a press, a submission, a shortcut."""
        return await self.post(urlencode({"payload": json.dumps(told)}).encode(), "application/x-www-form-urlencoded")

    async def command(self, **told: str) -> tuple[int, str]:
        """What is answered to a slash command."""
        return await self.post(urlencode(told).encode(), "application/x-www-form-urlencoded")


def event(text: str = "hello", *, event_id: str = "Ev01", team: str = TEAM, **more: Any) -> dict[str, Any]:
    """Somebody writes to us in private."""
    said = {"type": "message", "channel_type": "im", "channel": "D1", "user": AN, "text": text, "ts": "1772442000.000100", **more}
    granted = {"enterprise_id": None, "team_id": team, "user_id": BOT, "is_bot": True, "is_enterprise_install": False}
    whole = {"type": "event_callback", "team_id": team, "api_app_id": "A1", "event_id": event_id, "authorizations": [granted]}
    return whole | {"event": said}


def press(token: str, *, at: float = 1772442001.5, action_id: str = "press0", ts: str = "1772442000.000200") -> dict[str, Any]:
    """A button in the private chat."""
    action = {"type": "button", "action_id": action_id, "block_id": "b", "value": token, "action_ts": f"{at:.6f}"}
    return {
        "type": "block_actions",
        "team": {"id": TEAM},
        "user": {"id": AN, "username": "an", "team_id": TEAM},
        "container": {"type": "message", "message_ts": ts, "channel_id": "D1"},
        "channel": {"id": "D1"},
        "trigger_id": "1.2.abc",
        "actions": [action],
    }


def view(kind: str, values: Mapping[str, Any], metadata: Mapping[str, Any], callback_id: str = "form") -> dict[str, Any]:
    """A modal that is sent, or closed."""
    shown = {"id": "V1", "hash": "1.a", "callback_id": callback_id, "private_metadata": json.dumps(metadata)}
    shown |= {"type": "modal", "app_installed_team_id": TEAM, "team_id": TEAM}
    return {
        "type": kind,
        "team": {"id": TEAM},
        "user": {"id": AN, "username": "an", "team_id": TEAM},
        "view": shown | {"state": {"values": values}},
    }


async def greeting(sender: Sender) -> Message:
    """A home that says hello."""
    return Message((Paragraph(words(f"hello {sender.user_id}")),), "en", slot="home")


@asynccontextmanager
async def door(
    *,
    take_seconds: float = 20.0,
    body_seconds: float = 20.0,
    api_url: str = "http://127.0.0.1:9/api/",
    modals: tuple[PrivateModal, ...] = (),
) -> AsyncIterator[Door]:
    """Open, for one workspace."""
    hands, inbox, workspaces = Hands(), Inbox(), Workspaces(TEAM)
    client, hooks = SlackClient(api_url, hands), Hooks(hands)
    homes = Homes(greeting, workspaces, client, hands, nap=Sleeper(hands).nap)
    opened: Door | None = None

    async def open_form(incoming: Incoming) -> OpenForm | None:
        assert opened is not None
        return opened.forms.get(getattr(incoming.body, "token", ""))

    async def find_problems(_: Incoming) -> Mapping[str, str]:
        assert opened is not None
        return opened.problems

    reception = Reception(
        inbox.accept, workspaces, client, hands, hooks, homes, open_form=open_form, find_problems=find_problems, modals=modals
    )
    route = EventsRoute(
        make_bolt(reception, workspaces, client), (SECRET,), hands, take_seconds=take_seconds, body_seconds=body_seconds
    )
    app = web.Application()
    app.router.add_post("/slack/events", route.post)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    async with aiohttp.ClientSession() as session:
        opened = Door(f"http://{host}:{port}/slack/events", hands, inbox, workspaces, hooks, reception, session)
        try:
            yield opened
        finally:
            await reception.end()
            await homes.stop()
            await client.close()
            await runner.cleanup()
