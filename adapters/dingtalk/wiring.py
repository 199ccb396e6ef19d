"""Puts the parts together: one app of a company, its ways in and its way out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from adapters.dingtalk.callback import CALLBACK_PATH, CARDS_PATH, Callbacks
from adapters.dingtalk.client import Credentials, DingTalkClient
from adapters.dingtalk.contacts import ContactChanges
from adapters.dingtalk.mailbag import Mailbag
from adapters.dingtalk.messenger import CardMaker, DingTalkMessenger
from adapters.dingtalk.presses import Presses
from adapters.dingtalk.receive import Accept, Reception
from adapters.dingtalk.stream import Listen, Streams
from adapters.dingtalk.verify import make_card_secret
from adapters.nap import Nap, nap
from bot.ports import Clock, Deps, Pictures

ROUTE: Final = "laban"
"""The name our address for presses has at DingTalk."""


@dataclass(frozen=True, slots=True)
class DingTalk:
    """A connected app. `connection` runs until it is stopped; `messenger` works until `close`."""

    client: DingTalkClient
    messenger: DingTalkMessenger
    connection: Streams | Callbacks
    mailbag: Mailbag
    contacts: ContactChanges | None = None

    def add_routes(self, app: web.Application) -> None:
        """The addresses DingTalk posts to, when it does."""
        if isinstance(self.connection, Callbacks):
            app.router.add_post(CALLBACK_PATH, self.connection.post_message)
            app.router.add_post(CARDS_PATH, self.connection.post_press)

    async def close(self) -> None:
        """End all connections. Stop whatever uses them first."""
        if self.contacts is not None:
            await self.contacts.close()
        await self.mailbag.close()
        await self.client.close()


def connect(
    who: Credentials,
    api_url: str,
    oapi_url: str,
    accept: Accept,
    clock: Clock,
    *,
    template_id: str = "",
    callbacks: tuple[str, bytes] | None = None,
    listen: Listen | None = None,
    fresh: Deps | None = None,
    links_to: str = "",
    pictures: Pictures | None = None,
    nap: Nap = nap,
) -> DingTalk:
    """An app, not yet running. It opens streams, unless `callbacks` are our own public address for DingTalk to post to and a key to make a
    secret of. `listen` is told what happens in the company, and with `fresh` people and teams follow its address book (both in streams
    only). `links_to` is where links of ours lead; "" for no links."""
    client = DingTalkClient(who, api_url, oapi_url, clock, nap)
    presses = Presses(nap)
    reception = Reception(accept, clock, presses, nap)
    mailbag = Mailbag(client.say, clock, nap)
    route = ROUTE if callbacks is not None and template_id else ""
    messenger = DingTalkMessenger(
        client,
        mailbag,
        presses,
        clock,
        cards=CardMaker(template_id, route) if template_id else None,
        public_url=links_to,
        pictures=pictures,
    )
    if callbacks is None:
        contacts = None if fresh is None else ContactChanges(client, fresh, nap)
        hear = listen if contacts is None else contacts.listen
        return DingTalk(client, messenger, Streams(client, reception, clock, listen=hear, nap=nap), mailbag, contacts)
    public_url, key = callbacks
    connection = Callbacks(
        client,
        reception,
        clock,
        secret=who.client_secret,
        card_secret=make_card_secret(key, who.client_id),
        cards_url=f"{public_url}{CARDS_PATH}",
        route=route,
        nap=nap,
    )
    return DingTalk(client, messenger, connection, mailbag)
