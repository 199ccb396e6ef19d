"""Asks Telegram about our bot, for an admin at the command line. Changes nothing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from telegram.error import TelegramError

from adapters.telegram.client import ApiError, TelegramClient, Webhook

SECONDS: Final = 10.0
RECENT: Final = timedelta(hours=1)
MANY: Final = 100


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found and, when something has to be done, what. `is_wrong`: it keeps the bot from working."""

    found: str
    remedy: str = ""
    is_wrong: bool = False


async def examine(token: str, api_url: str, address: str, now: datetime) -> tuple[Diagnosis, ...]:
    """The bot, then the way updates take. `address` is where Telegram should bring them, "" when we ask for them."""
    client = TelegramClient(token, api_url)
    try:
        async with asyncio.timeout(SECONDS):
            me = await client.me()
            webhook = await client.webhook()
    except (TelegramError, TimeoutError) as error:
        return (_unreachable(error, urlsplit(api_url).netloc),)
    finally:
        await client.close()
    return (Diagnosis(f"this is @{me.username}; people find it at https://t.me/{me.username}"), _way_in(webhook, address, now))


async def invitation_link(token: str, api_url: str, code: str) -> str:
    """A link that opens the chat with the bot and carries the code; "" when Telegram does not answer."""
    client = TelegramClient(token, api_url)
    try:
        async with asyncio.timeout(SECONDS):
            me = await client.me()
    except (TelegramError, TimeoutError):
        return ""
    finally:
        await client.close()
    return f"https://t.me/{me.username}?start={code}"


def _unreachable(error: Exception, server: str) -> Diagnosis:
    if isinstance(error, ApiError) and error.is_bad_token:
        remedy = "Copy the token again from @BotFather (/mybots, API Token) into TELEGRAM_BOT_TOKEN."
        return Diagnosis(f"{server} knows no bot with this token", remedy, is_wrong=True)
    if isinstance(error, ApiError):
        return Diagnosis(
            f"{server} answers {error.status}", "Wait a little; check TELEGRAM_API_URL if it stays so.", is_wrong=True
        )
    kind = type(error.__cause__ or error).__name__
    remedy = "Check the network of this machine (a proxy goes into HTTPS_PROXY) and TELEGRAM_API_URL."
    return Diagnosis(f"{server} cannot be reached: {kind}", remedy, is_wrong=True)


def _way_in(webhook: Webhook, address: str, now: datetime) -> Diagnosis:
    waiting = f"; {webhook.waiting} wait" if webhook.waiting else ""
    if webhook.url != address:
        if webhook.url:
            host = urlsplit(webhook.url).netloc
            return Diagnosis(
                f"messages are brought to {host}{waiting}", "Start laban run: it takes over. Then nobody else gets them."
            )
        return Diagnosis(f"messages are not brought here yet{waiting}", "Start laban run: it tells Telegram where to.")
    # Telegram remembers its last failure for long; it matters while something waits because of it.
    if webhook.waiting and webhook.failed_at is not None and now - webhook.failed_at < RECENT:
        remedy = f"Let your proxy pass POST {urlsplit(address).path} on to Laban, with a certificate Telegram accepts."
        return Diagnosis(
            f"messages could not be brought at {webhook.failed_at:%H:%M} UTC: {webhook.failure}{waiting}", remedy, True
        )
    way = "messages are brought to the public address" if address else "messages are asked for, no address needed"
    if webhook.waiting >= MANY:
        return Diagnosis(f"{way}{waiting}", "Start laban run, or look into its log.")
    return Diagnosis(f"{way}{waiting}")
