"""Getting to know whoever comes for the first time: events name people by an id alone, but a greeting wants a name and a language.

Not on the way of an acknowledgement: the event has been stored, its turn is about to begin.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from adapters.slack.client import NETWORK, ApiError, SlackClient
from adapters.slack.decode import PLATFORM
from adapters.slack.installations import Installations, NotInstalledError, NotReadyError, OneWorkspace
from bot.actions.adopt import adopt
from bot.chat.incoming import Incoming, Sender
from bot.chat.richtext import clean
from bot.okr.people import NAME_LIMIT
from bot.ports import Deps, SendLaterError

LOG = logging.getLogger(__name__)

SECONDS: Final = 3.0
REMEMBERED: Final = 20_000


class Acquaintances:
    """Whom we need not ask Slack about any more, in this process."""

    def __init__(self, client: SlackClient, installations: Installations, deps: Deps) -> None:
        self._client = client
        self._installations = installations
        self._deps = deps
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()

    async def introduce(self, incoming: Incoming) -> Incoming:
        """The same event, with its sender's name and language where we do not know them yet."""
        sender = incoming.sender
        key = (sender.tenant, sender.user_id)
        if sender.platform != PLATFORM or key in self._known:
            return incoming
        known = await self._deps.reading.known(incoming)
        if known.person is None and isinstance(self._installations, OneWorkspace) and await adopt(incoming, self._deps):
            known = await self._deps.reading.known(incoming)
        if known.person is not None and known.person.joined_at is not None:
            self._note(key)
            return incoming
        return replace(incoming, sender=await self._asked(sender))

    async def _asked(self, sender: Sender) -> Sender:
        try:
            async with asyncio.timeout(SECONDS):
                installation = await self._installations.of(sender.tenant)
                told = await self._client.call(installation.token, "users.info", user=sender.user_id, include_locale="true")
        except (ApiError, SendLaterError, NotInstalledError, NotReadyError, *NETWORK) as error:
            LOG.info("Slack does not say who somebody is: %s", type(error).__name__)
            return sender
        user = told.get("user")
        return _described(sender, user) if isinstance(user, Mapping) else sender

    def _note(self, key: tuple[str, str]) -> None:
        self._known[key] = None
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)


def _described(sender: Sender, user: Mapping[str, Any]) -> Sender:
    profile = user.get("profile")
    names = [
        user.get("real_name"),
        *((profile.get("display_name"), profile.get("real_name")) if isinstance(profile, Mapping) else ()),
    ]
    name = next((one for one in names if isinstance(one, str) and one.strip()), sender.name)
    locale = user.get("locale")
    return replace(
        sender,
        name=clean(" ".join(name.split()), NAME_LIMIT),
        language=locale if isinstance(locale, str) and len(locale) <= 35 else sender.language,
    )
