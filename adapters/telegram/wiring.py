"""Puts the parts together: one bot, its way in and its way out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from adapters.nap import Nap, nap
from adapters.telegram.client import TelegramClient
from adapters.telegram.messenger import Settle, TelegramMessenger
from adapters.telegram.receive import WEBHOOK_PATH, Accept, Polling, Receiving, Reception, WasSecret
from adapters.telegram.turnstile import Turnstile
from bot.ports import Clock, Pictures

PORTS: Final = (None, 443, 80, 88, 8443)
"""Bot API, setWebhook: Telegram delivers to no others. None is the usual one."""


@dataclass(frozen=True, slots=True)
class Telegram:
    """A connected bot. `connection` runs until it is stopped; `messenger` works until `close`."""

    client: TelegramClient
    messenger: TelegramMessenger
    connection: Polling | Receiving

    def add_routes(self, app: web.Application) -> None:
        """The address Telegram brings updates to, when it does."""
        if isinstance(self.connection, Receiving):
            app.router.add_post(WEBHOOK_PATH, self.connection.post)

    async def close(self) -> None:
        """End all connections. Stop whatever uses them first."""
        await self.client.close()


def webhook_address(public_url: str) -> str:
    """Where Telegram can bring updates, when `public_url` can be opened from outside; "" when it is on a port Telegram does not use."""
    return f"{public_url}{WEBHOOK_PATH}" if urlsplit(public_url).port in PORTS else ""


def connect(
    token: str,
    api_url: str,
    accept: Accept,
    clock: Clock,
    *,
    webhook: tuple[str, str] | None = None,
    links_to: str = "",
    pictures: Pictures | None = None,
    settle: Settle | None = None,
    was_secret: WasSecret = lambda incoming: False,
    nap: Nap = nap,
) -> Telegram:
    """A bot, not yet running. It polls, unless `webhook` is an address for Telegram to bring updates to and the secret that proves
    them. `links_to` is where links of ours lead; "" for no links.
    Typed messages that `was_secret` says yes to are deleted."""
    client = TelegramClient(token, api_url)
    messenger = TelegramMessenger(client, Turnstile(clock, nap), public_url=links_to, pictures=pictures, settle=settle)
    reception = Reception(client, accept, clock, messenger.move, was_secret)
    connection = Polling(reception, nap=nap) if webhook is None else Receiving(reception, *webhook, nap=nap)
    return Telegram(client, messenger, connection)
