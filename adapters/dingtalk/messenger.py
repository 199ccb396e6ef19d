"""The Messenger port for DingTalk: fits, encodes and sends; as a card where there is something to press or to change later, else in words."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from adapters.dingtalk.answers import ApiError, told_plainly
from adapters.dingtalk.cards import card, is_card, track_id
from adapters.dingtalk.client import DingTalkClient, compact
from adapters.dingtalk.decode import PLATFORM
from adapters.dingtalk.encode import encode, title_of
from adapters.dingtalk.limits import DINGTALK, DINGTALK_CARDS
from adapters.dingtalk.mailbag import Mailbag
from adapters.dingtalk.presses import Presses
from adapters.failures import locate
from bot.chat.capabilities import Capabilities
from bot.chat.degrade import fit
from bot.chat.incoming import Place
from bot.chat.message import Buttons, Choices, Form, Image, Message
from bot.ports import Clock, Pictures, UndeliverableError

LOG = logging.getLogger(__name__)

MARKDOWN: Final = "sampleMarkdown"
WITHOUT_CARDS: Final = timedelta(minutes=10)
"""After DingTalk has refused our template, so long everything is said in words."""
MEDIA: Final = 256
MEDIA_LIFE: Final = timedelta(hours=1)
"""How long an uploaded picture is shown again instead of being uploaded again."""

_EXISTS: Final = "param.cardAlreadyExist"
_GONE: Final = "param.cardNotExist"
_TEMPLATE: Final = "param.template"


class NoCardsError(Exception):
    """There are no cards at the moment: the template is not there, not published, or the app may not make any."""


@dataclass(frozen=True, slots=True)
class CardMaker:
    """The template cards are made of, and where presses go (`DingTalkClient.put_card`)."""

    template_id: str
    route: str = ""


@dataclass(slots=True)
class _Begun:
    """A message of several parts that was interrupted: what to compare the next one with, and the references of the parts that are there."""

    message: Message
    replaces: str
    sent: list[str] = field(default_factory=list)


class DingTalkMessenger:
    """Implements `bot.ports.Messenger`. References are names of cards, or what DingTalk calls a plain message, which is never changed.

    Without `cards` everything is said in words, with numbers to choose by; without `pictures` they become their words.
    """

    def __init__(
        self,
        client: DingTalkClient,
        mailbag: Mailbag,
        presses: Presses,
        clock: Clock,
        *,
        cards: CardMaker | None = None,
        public_url: str = "",
        pictures: Pictures | None = None,
    ) -> None:
        self._client = client
        self._mailbag = mailbag
        self._presses = presses
        self._clock = clock
        self._cards = cards
        self._public_url = public_url
        self._pictures = pictures
        self._begun: dict[str, _Begun] = {}
        self._media: OrderedDict[bytes, tuple[str, datetime]] = OrderedDict()
        self._in_words_until: datetime | None = None

    async def send(self, place: Place, message: Message, replaces: str, key: str = "") -> str:
        """See `bot.ports.Messenger`. Interrupted between two parts it goes on where it stopped when it is called with the same again."""
        if place.platform != PLATFORM:
            raise UndeliverableError(f"DingTalk does not deliver to {place.platform}")
        media = await self._upload(message)
        if self._has_cards:
            try:
                return await self._send(place, message, replaces, key, media, DINGTALK_CARDS)
            except NoCardsError:
                self._in_words_until = self._clock.now() + WITHOUT_CARDS
        return await self._send(place, message, replaces, key, media, DINGTALK)

    async def _send(
        self, place: Place, message: Message, replaces: str, key: str, media: Mapping[str, str], can: Capabilities
    ) -> str:
        can_change = is_card(replaces) and can.can_edit
        if message.edits and not can_change:
            if message.is_optional:
                return replaces  # it would tidy up what nobody can change
            message = replace(message, edits="")
        if len(media) < len(set(_sources(message))):
            can = replace(can, has_images=False)
        parts = fit(message, can, self._public_url)
        begun = self._begun.pop(place.lane, None)
        if begun is None or (begun.message, begun.replaces) != (message, replaces):
            begun = _Begun(message, replaces)
        try:
            for number, part in enumerate(parts[len(begun.sent) :], len(begun.sent)):
                # Without a key nobody will ever ask for the same message again, so any name will do.
                name = track_id(key or secrets.token_hex(12), number, is_private=place.is_private)
                begun.sent.append(await self._send_part(place, part, replaces, name, media))
        except ApiError as error:
            self._keep(place, begun)
            raise told_plainly(error) from None
        except (UndeliverableError, NoCardsError):
            raise
        except BaseException:
            self._keep(place, begun)
            raise
        return begun.sent[-1] if begun.sent else replaces

    def _keep(self, place: Place, begun: _Begun) -> None:
        if begun.sent:
            self._begun[place.lane] = begun

    async def _send_part(self, place: Place, part: Message, replaces: str, name: str, media: Mapping[str, str]) -> str:
        if part.edits and is_card(replaces):
            if await self._change(replaces, part, media):
                return replaces
            if part.is_optional:
                return replaces
        self._presses.pass_over(place)
        if self._has_cards and (part.slot or _can_be_pressed(part)):
            return await self._put_card(place, part, name, media)
        said = encode(part, media, self._public_url)
        param = compact({"title": said.title, "text": said.text})
        if place.is_private:
            return await self._mailbag.put(place.chat_id, MARKDOWN, param)
        return await self._client.say_in_group(place.chat_id, MARKDOWN, param)

    async def _put_card(self, place: Place, part: Message, name: str, media: Mapping[str, str]) -> str:
        assert self._cards is not None  # noqa: S101 asked before
        try:
            await self._client.put_card(
                name,
                self._cards.template_id,
                card(part, media, self._public_url),
                place.chat_id,
                is_private=place.is_private,
                route=self._cards.route,
                summary=title_of(part),
            )
        except ApiError as error:
            if error.code == _EXISTS:
                return name  # an earlier attempt got through, only its answer did not
            if error.is_missing_permission or error.code.startswith(_TEMPLATE):
                LOG.error("cards cannot be made (%s), for now everything is said in words; laban doctor says more", error.code)
                raise NoCardsError from None
            raise
        return name

    async def _change(self, name: str, part: Message, media: Mapping[str, str]) -> bool:
        """Show a part on a card. False when there is no such card any more."""
        params = card(part, media, self._public_url)
        if await self._presses.show(name, params):
            return True
        try:
            await self._client.change_card(name, params)
        except ApiError as error:
            if error.code == _GONE:
                return False
            # Whether somebody can be reached is told by what they should read, not by what only tidies up.
            if part.is_optional and error.is_final:
                return True
            raise
        return True

    @property
    def _has_cards(self) -> bool:
        if self._cards is None:
            return False
        until = self._in_words_until
        return until is None or not self._clock.now() < until <= self._clock.now() + WITHOUT_CARDS

    async def _upload(self, message: Message) -> dict[str, str]:
        """The media ids of all pictures of a message by source; of those that cannot be drawn or uploaded, none."""
        found: dict[str, str] = {}
        for source in set(_sources(message)) if self._pictures is not None else ():
            media_id = await self._media_id(source)
            if media_id:
                found[source] = media_id
        return found

    async def _media_id(self, source: str) -> str:
        assert self._pictures is not None  # noqa: S101 asked before
        try:
            drawn = await self._pictures.png(source)
            return "" if drawn is None else await self._uploaded(drawn)
        except ApiError as error:
            if error.wait is not None:
                raise told_plainly(error) from None
            LOG.warning("a picture could not be uploaded, its words are sent instead: %s", error)
        except Exception as error:
            LOG.warning("a picture could not be drawn or uploaded, its words are sent instead: %s", locate(error))
        return ""

    async def _uploaded(self, picture: bytes) -> str:
        digest, now = hashlib.sha256(picture).digest(), self._clock.now()
        known = self._media.get(digest)
        if known is not None and timedelta(0) <= now - known[1] < MEDIA_LIFE:
            return known[0]
        media_id = await self._client.upload(picture)
        self._media[digest] = (media_id, now)
        self._media.move_to_end(digest)
        if len(self._media) > MEDIA:
            self._media.popitem(last=False)
        return media_id


def _sources(message: Message) -> Iterator[str]:
    return (block.source for block in message.blocks if isinstance(block, Image))


def _can_be_pressed(message: Message) -> bool:
    return any(isinstance(block, Choices | Buttons | Form) for block in message.blocks)
