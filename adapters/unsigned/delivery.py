"""Sends a message straight to a chat, a few times if need be, and says nothing about it to anybody."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.chat.incoming import Place
from bot.chat.message import Message
from bot.ports import Messenger, SendLaterError, UndeliverableError

Sleep = Callable[[float], Awaitable[None]]

WAITS = (1.0, 5.0, 30.0, 120.0)
"""Seconds before each further attempt. Then it is given up: the page holds what the message would have said."""
LONGEST = 600.0
"""A platform that asks for more patience than this gets no further attempt."""


async def deliver(messenger: Messenger, place: Place, message: Message, replaces: str = "", sleep: Sleep = asyncio.sleep) -> str:
    """The platform's reference, "" when it could not be delivered. Logs nothing: a line would say when somebody asked."""
    for wait in (*WAITS, 0.0):
        try:
            return await messenger.send(place, message, replaces)
        except UndeliverableError:
            return ""
        except SendLaterError as later:
            pause = later.after.total_seconds()
        except Exception:
            pause = wait
        if not wait or pause > LONGEST:
            break
        await sleep(max(pause, wait))
    return ""
