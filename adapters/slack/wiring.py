"""Puts the parts together: one app, its ways in, its way out, and people's homes."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self

from aiohttp import web

from adapters.connection import RETRIES
from adapters.nap import Nap, nap
from adapters.sealing import Sealer
from adapters.slack.acquaint import Acquaintances
from adapters.slack.client import NETWORK, ApiError, SlackClient
from adapters.slack.homes import Homes, Page
from adapters.slack.hooks import Hooks
from adapters.slack.installations import Installations, ManyWorkspaces, OneWorkspace
from adapters.slack.manifest import EVENTS_PATH, INSTALL_PATH
from adapters.slack.messenger import SlackMessenger
from adapters.slack.oauth import AUTHORIZE, OAuth
from adapters.slack.private import PrivateModal
from adapters.slack.receive import Accept, EventsRoute, FindProblems, OpenFormFor, Reception, make_bolt
from adapters.slack.sockets import CONNECTIONS, Socket
from bot.ports import Clock, Deps, Keyring, Pictures, SendLaterError, Tickets

LOG = logging.getLogger(__name__)

PURPOSE: Final = "laban slack tokens v1"


@dataclass(frozen=True, slots=True)
class App:
    """The app's secrets. A bot token is for one workspace; client id and secret let many in. Without an app token everything comes by HTTP.

    Keys are those of SECRET_KEY: tokens of many workspaces are sealed with the first and opened with any.
    """

    api_url: str
    bot_token: str = ""
    signing_secrets: tuple[str, ...] = ()
    app_token: str = ""
    client_id: str = ""
    client_secret: str = ""
    keys: tuple[str, ...] = ()
    public_url: str = ""


class Slack:
    """A connected app. `run` works until it is stopped; `messenger` works until `close`."""

    def __init__(
        self,
        client: SlackClient,
        installations: Installations,
        messenger: SlackMessenger,
        reception: Reception,
        homes: Homes,
        events: EventsRoute | None,
        sockets: tuple[Socket, ...],
        oauth: OAuth | None,
        draw: Callable[[], float],
        nap: Nap,
    ) -> None:
        self.client = client
        self.installations = installations
        self.messenger = messenger
        self.homes = homes
        self.sockets = sockets
        self._reception = reception
        self._events = events
        self._oauth = oauth
        self._draw = draw
        self._nap = nap
        self._halt = asyncio.Event()
        self._ended = asyncio.Event()
        self._ended.set()

    @property
    def connection(self) -> Self:
        """What runs until it is stopped."""
        return self

    def acquaintances(self, deps: Deps) -> Acquaintances:
        """Who introduces people before their turn."""
        return Acquaintances(self.client, self.installations, deps)

    def add_routes(self, app: web.Application) -> None:
        """The addresses Slack, and those who install the app, come to."""
        if self._events is not None:
            app.router.add_post(EVENTS_PATH, self._events.post)
        if self._oauth is not None:
            self._oauth.add_routes(app)

    async def run(self) -> None:
        """Learn who we are, then keep the connections open, until stopped."""
        self._ended.clear()
        try:
            if await self._introduce():
                LOG.info("connected to Slack")
                await asyncio.gather(*(socket.run() for socket in self.sockets), self._halt.wait())
        finally:
            await self._reception.end()
            await self.homes.stop()
            self._ended.set()

    async def stop(self) -> None:
        """Take in nothing more, and return. What was not acknowledged comes again."""
        self._halt.set()
        await asyncio.gather(*(socket.stop() for socket in self.sockets))
        await self._ended.wait()

    async def close(self) -> None:
        """End all connections. Stop whatever uses them first."""
        await self.client.close()

    async def _introduce(self) -> bool:
        failures = 0
        while isinstance(self.installations, OneWorkspace) and not self._halt.is_set():
            try:
                await self.installations.introduce()
            except (ApiError, SendLaterError, *NETWORK) as error:
                failures += 1
                asked = error.after if isinstance(error, SendLaterError) else timedelta(0)
                wait = max(asked, RETRIES.wait(failures, self._draw())).total_seconds()
                if isinstance(error, ApiError) and error.is_uninstalled:
                    LOG.error("Slack does not know the token in SLACK_BOT_TOKEN; asking again in %.0f s", wait)
                else:
                    LOG.warning("Slack cannot be reached (%s), again in %.1f s", type(error).__name__, wait)
                await self._nap(self._halt, wait)
            else:
                break
        return not self._halt.is_set()


def connect(
    app: App,
    accept: Accept,
    clock: Clock,
    *,
    page: Page,
    open_form: OpenFormFor,
    find_problems: FindProblems,
    keyring: Keyring,
    tickets: Tickets,
    links_to: str = "",
    pictures: Pictures | None = None,
    modals: tuple[PrivateModal, ...] = (),
    authorize_url: str = AUTHORIZE,
    draw: Callable[[], float] = random.random,
    nap: Nap = nap,
) -> Slack:
    """An app, not yet running; needs a running loop. `page`, `open_form` and `find_problems` read from the core what a home shows, which
    form a press opens and what is wrong with a reply. `links_to` is where links of ours lead; "" for no links."""
    client = SlackClient(app.api_url, clock)
    oauth: OAuth | None = None
    installations: Installations
    if app.bot_token:
        installations = OneWorkspace(app.bot_token, client)
    else:
        sealer = Sealer(app.keys, PURPOSE)
        many = ManyWorkspaces(keyring, sealer, client, clock, app.client_id, app.client_secret)
        oauth = OAuth(app.client_id, app.client_secret, app.public_url, many, tickets, client, clock, authorize_url)
        LOG.info("workspaces can install Laban at %s%s", app.public_url, INSTALL_PATH)
        installations = many
    hooks = Hooks(clock)
    homes = Homes(page, installations, client, clock, public_url=links_to, nap=nap)
    messenger = SlackMessenger(client, installations, hooks, homes, public_url=links_to, pictures=pictures)
    reception = Reception(
        accept, installations, client, clock, hooks, homes, open_form=open_form, find_problems=find_problems, modals=modals
    )
    bolt = make_bolt(reception, installations, client)
    events = EventsRoute(bolt, app.signing_secrets, clock) if app.signing_secrets and not app.app_token else None
    sockets = tuple(
        Socket(number, bolt, client, app.app_token, clock, draw=draw, nap=nap)
        for number in range(1, CONNECTIONS + 1)
        if app.app_token
    )
    return Slack(client, installations, messenger, reception, homes, events, sockets, oauth, draw, nap)
