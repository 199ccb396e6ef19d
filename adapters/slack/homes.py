"""Homes: the app's first tab, which shows a person where they stand. Drawn when somebody looks at it, and anew when something has changed
while they may still be looking.

A home is a view of what is stored and holds nothing of its own, so nothing is lost when this process ends.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final

from adapters.failures import locate
from adapters.nap import Nap, nap
from adapters.slack.client import NETWORK, ApiError, SlackClient
from adapters.slack.decode import PLATFORM
from adapters.slack.encode import encode_home, with_own_commands
from adapters.slack.installations import Installations, NotInstalledError, NotReadyError
from adapters.slack.limits import HOME
from bot.chat.degrade import fit
from bot.chat.incoming import Sender
from bot.chat.message import Message
from bot.ports import Clock, SendLaterError

LOG = logging.getLogger(__name__)

LOOKING: Final = timedelta(hours=12)
"""How long somebody may leave the tab open. Whoever comes back later opens it anew, and Slack tells us."""
REMEMBERED: Final = 20_000
TRIES: Final = 6

Page = Callable[[Sender], Awaitable[Message]]
Key = tuple[str, str]


class Homes:
    """One per process. `page` reads what is at home now."""

    def __init__(
        self,
        page: Page,
        installations: Installations,
        client: SlackClient,
        clock: Clock,
        *,
        public_url: str = "",
        nap: Nap = nap,
    ) -> None:
        self._page = page
        self._installations = installations
        self._client = client
        self._clock = clock
        self._public_url = public_url
        self._nap = nap
        self._opened: OrderedDict[Key, datetime] = OrderedDict()
        self._shown: dict[Key, str] = {}
        """What was published last, by its hash: the same again would only cost a call."""
        self._drawing: dict[Key, asyncio.Task[None]] = {}
        self._again: set[Key] = set()
        self._halt = asyncio.Event()

    def opened(self, sender: Sender) -> None:
        """Somebody looks at theirs: draw it, whatever it showed."""
        key = (sender.tenant, sender.user_id)
        self._opened[key] = self._clock.now()
        self._opened.move_to_end(key)
        while len(self._opened) > REMEMBERED:
            old, _ = self._opened.popitem(last=False)
            self._shown.pop(old, None)
        self._shown.pop(key, None)
        self._draw(key)

    def touched(self, tenant: str, user_id: str) -> None:
        """Something has changed for somebody, who may be looking."""
        key = (tenant, user_id)
        opened_at = self._opened.get(key)
        if opened_at is not None and self._clock.now() - opened_at < LOOKING:
            self._draw(key)

    async def rest(self) -> None:
        """Return when nothing is being drawn."""
        while self._drawing:
            await asyncio.wait(self._drawing.values())

    async def stop(self) -> None:
        """Draw nothing more."""
        self._halt.set()
        for task in tuple(self._drawing.values()):
            task.cancel()
        if self._drawing:
            await asyncio.wait(self._drawing.values())

    def _draw(self, key: Key) -> None:
        if self._halt.is_set():
            return
        if key in self._drawing:
            self._again.add(key)
            return
        task = asyncio.create_task(self._keep_drawing(key))
        self._drawing[key] = task
        task.add_done_callback(lambda _: self._drawing.pop(key, None))

    async def _keep_drawing(self, key: Key) -> None:
        for _ in range(TRIES):
            self._again.discard(key)
            try:
                await self._publish(key)
            except SendLaterError as error:
                await self._nap(self._halt, error.after.total_seconds())
                continue
            except NotInstalledError:
                return
            except (NotReadyError, ApiError, *NETWORK) as error:
                LOG.warning("a home could not be shown: %s", type(error).__name__)
                return
            except Exception as error:
                LOG.error("a home could not be drawn: %s", locate(error))
                return
            if key not in self._again:
                return

    async def _publish(self, key: Key) -> None:
        tenant, user_id = key
        installation = await self._installations.of(tenant)
        message = with_own_commands(await self._page(Sender(PLATFORM, tenant, user_id)))
        view = encode_home(fit(message, HOME, self._public_url), message.lang, self._public_url)
        looks = _hash(view)
        if self._shown.get(key) == looks:
            return
        await self._client.call(installation.token, "views.publish", user_id=user_id, view=view)
        self._shown[key] = looks


def _hash(view: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(view, sort_keys=True).encode()).hexdigest()
