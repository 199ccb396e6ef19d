"""The Messenger port for Telegram: fits, encodes and sends; edits where something is to be edited."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Final

from adapters.failures import locate
from adapters.telegram.client import GoneError, MovedError, TelegramClient
from adapters.telegram.decode import PLATFORM, TENANT
from adapters.telegram.encode import Picture, Shown, encode
from adapters.telegram.limits import TELEGRAM
from adapters.telegram.turnstile import Turnstile
from bot.chat.degrade import fit
from bot.chat.incoming import Place
from bot.chat.message import Message
from bot.ports import Pictures, UndeliverableError

LOG = logging.getLogger(__name__)

HOME: Final = "home"
"""The slot of the message that is kept at the top of a private chat."""
MOVES: Final = 8
"""A group moves once in its life. Following it further than this would be going round in circles."""
REMEMBERED: Final = 10_000

Settle = Callable[[Place, Place], Awaitable[None]]
"""Stores that the first chat is now the second one, wherever the first is stored. Doing it twice changes nothing."""


@dataclass(slots=True)
class _Begun:
    """A message of several parts that was interrupted: what to compare the next one with, and the ids of the parts that are there."""

    message: Message
    replaces: str
    sent: list[str] = field(default_factory=list)


class TelegramMessenger:
    """Implements `bot.ports.Messenger`. References are message ids: of the last part, which has the buttons and the slot.

    Without `pictures` they become their words with a link to them. Groups that became supergroups are followed, and `settle` stores it:
    messages that wait for the old id arrive as well.
    """

    def __init__(
        self,
        client: TelegramClient,
        turnstile: Turnstile,
        *,
        public_url: str = "",
        pictures: Pictures | None = None,
        settle: Settle | None = None,
    ) -> None:
        self._client = client
        self._turnstile = turnstile
        self._public_url = public_url
        self._pictures = pictures
        self._settle = settle
        self._can = TELEGRAM if pictures else replace(TELEGRAM, has_images=False)
        self._moved: dict[str, str] = {}
        self._begun: dict[str, _Begun] = {}
        self._pinned: set[str] = set()

    async def move(self, old: str, new: str) -> None:
        """The group `old` is now the supergroup `new`. Raises what storing that raises; it is followed nevertheless."""
        self._moved[old] = new
        if self._settle is not None:
            await self._settle(Place(PLATFORM, TENANT, old, is_private=False), Place(PLATFORM, TENANT, new, is_private=False))

    async def send(self, place: Place, message: Message, replaces: str, key: str = "") -> str:
        """See `bot.ports.Messenger`. Interrupted between two parts it goes on where it stopped when it is called with the same again."""
        if place.platform != PLATFORM:
            raise UndeliverableError(f"Telegram does not deliver to {place.platform}")
        if message.edits and message.is_optional and not replaces:
            return ""  # it would tidy up a message that was never delivered
        parts = fit(message, self._can, self._public_url)
        begun = self._begun.pop(place.lane, None)
        if begun is None or (begun.message, begun.replaces) != (message, replaces):
            begun = _Begun(message, replaces)
        try:
            for part in parts[len(begun.sent) :]:
                begun.sent.append(await self._send_part(place.chat_id, part, replaces))
        except UndeliverableError:
            raise
        except BaseException:
            if begun.sent:
                self._begun[place.lane] = begun
            raise
        reference = begun.sent[-1] if begun.sent else replaces
        if message.slot == HOME and place.is_private:
            await self._pin(place.chat_id, reference)
        return reference

    async def erase(self, place: Place, reference: str) -> None:
        """Take a message away from a chat. Raises what Telegram answers."""
        await self._client.erase(place.chat_id, reference)

    async def _send_part(self, chat_id: str, part: Message, replaces: str) -> str:
        for _ in range(MOVES):
            chat_id = self._moved.get(chat_id, chat_id)
            try:
                await self._turnstile.enter()
                return await self._send_to(chat_id, part, replaces)
            except MovedError as moved:
                await self._follow(chat_id, moved.chat_id)
                replaces = ""  # what was said in the old group cannot be edited in the new one
        raise UndeliverableError("the group moves without end")

    async def _follow(self, old: str, new: str) -> None:
        """What has to be said goes on, stored or not: Telegram answers with the new id as long as one uses the old one."""
        try:
            await self.move(old, new)
        except Exception as error:
            LOG.error("that a group has moved could not be stored: %s", locate(error))

    async def _send_to(self, chat_id: str, part: Message, replaces: str) -> str:
        encoded = encode(part, self._public_url)
        if isinstance(encoded, Picture):
            return await self._show(chat_id, encoded, part)
        if part.edits and replaces:
            try:
                await self._client.say_instead(chat_id, replaces, encoded)
            except (GoneError, UndeliverableError) as error:
                # Whether somebody can be reached is told by what they should read, not by what only tidies up.
                if part.is_optional:
                    return replaces
                if isinstance(error, UndeliverableError):
                    raise
            else:
                return replaces
        return await self._client.say(chat_id, encoded)

    async def _show(self, chat_id: str, picture: Picture, part: Message) -> str:
        drawn = await self._drawn(picture.source)
        if drawn is not None:
            return await self._client.show(chat_id, drawn, picture.caption)
        (in_words,) = fit(part, replace(TELEGRAM, has_images=False), self._public_url)
        encoded = encode(in_words, self._public_url)
        assert isinstance(encoded, Shown)  # noqa: S101 fitted to a platform without pictures
        return await self._client.say(chat_id, encoded)

    async def _drawn(self, source: str) -> bytes | None:
        if self._pictures is None:
            return None
        try:
            return await self._pictures.png(source)
        except Exception as error:
            LOG.warning("a picture could not be drawn, its words are sent instead: %s", locate(error))
            return None

    async def _pin(self, chat_id: str, message_id: str) -> None:
        """Once for each chat; a person who takes it down again is not asked twice. That it cannot be done is no failure."""
        if chat_id in self._pinned:
            return
        if len(self._pinned) >= REMEMBERED:
            self._pinned.clear()
        self._pinned.add(chat_id)
        try:
            await self._client.pin(chat_id, message_id)
        except Exception as error:
            # The message itself has arrived; whatever is raised now would send it again.
            LOG.info("a home message could not be pinned: %s", type(error).__name__)
