"""The Messenger port for Slack: fits, encodes and sends; edits where something is to be edited; draws charts as files.

A reference is `channel/ts`: messages are changed by the id of the chat, which for a private one only Slack's answer tells.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Any, Final

from adapters.failures import locate
from adapters.slack.client import NETWORK, ApiError, GoneError, SlackClient, told_plainly
from adapters.slack.decode import PLATFORM, THREAD, home_of
from adapters.slack.encode import Picture, Shown, encode, with_own_commands
from adapters.slack.homes import Homes
from adapters.slack.hooks import Hooks
from adapters.slack.installations import Installation, Installations, NotInstalledError
from adapters.slack.limits import ALONE, SLACK
from bot.chat.degrade import fit
from bot.chat.incoming import Place
from bot.chat.message import Message
from bot.ports import Pictures, UndeliverableError

LOG = logging.getLogger(__name__)

REMEMBERED: Final = 10_000


@dataclass(slots=True)
class _Begun:
    """A message of several parts that was interrupted: what to compare the next one with, and the references of the parts that are there."""

    message: Message
    replaces: str
    sent: list[str] = field(default_factory=list)


class SlackMessenger:
    """Implements `bot.ports.Messenger`. Without `pictures` they become their words."""

    def __init__(
        self,
        client: SlackClient,
        installations: Installations,
        hooks: Hooks,
        homes: Homes | None = None,
        *,
        public_url: str = "",
        pictures: Pictures | None = None,
    ) -> None:
        self._client = client
        self._installations = installations
        self._hooks = hooks
        self._homes = homes
        self._public_url = public_url
        self._pictures = pictures
        self._can = SLACK if pictures else replace(SLACK, has_images=False, images_apart=False)
        self._begun: dict[str, _Begun] = {}
        self._chats: OrderedDict[str, str] = OrderedDict()
        """The id of a private chat, by its lane: for files, which are not sent to people but to chats."""

    async def send(self, place: Place, message: Message, replaces: str, key: str = "") -> str:
        """See `bot.ports.Messenger`. Interrupted between two parts it goes on where it stopped when it is called with the same again."""
        if place.platform != PLATFORM:
            raise UndeliverableError(f"Slack does not deliver to {place.platform}")
        if message.edits and message.is_optional and not replaces:
            return ""  # it would tidy up a message that was never delivered
        installation = await self._installed(place)
        shown = with_own_commands(message)
        room, _, user_id = place.chat_id.partition(":")
        try:
            if user_id:
                return await self._whisper(installation, place, room, user_id, shown)
            return await self._say(installation, place, shown, replaces)
        except ApiError as error:
            if error.is_uninstalled:
                await self._installations.forget(place.tenant)
            raise told_plainly(error) from None
        finally:
            if self._homes is not None:
                self._homes.touched(place.tenant, user_id or place.chat_id)

    async def _installed(self, place: Place) -> Installation:
        try:
            return await self._installations.of(place.tenant)
        except NotInstalledError:
            raise UndeliverableError("Laban is not installed in that workspace") from None

    # --- for all to see ---

    async def _say(self, installation: Installation, place: Place, message: Message, replaces: str) -> str:
        parts = fit(message, self._can, self._public_url)
        begun = self._begun.pop(place.lane, None)
        if begun is None or (begun.message, begun.replaces) != (message, replaces):
            begun = _Begun(message, replaces)
        try:
            for part in parts[len(begun.sent) :]:
                begun.sent.append(await self._send_part(installation, place, part, replaces))
        except UndeliverableError:
            raise
        except BaseException:
            if begun.sent:
                self._begun[place.lane] = begun
            raise
        return begun.sent[-1] if begun.sent else replaces

    async def _send_part(self, installation: Installation, place: Place, part: Message, replaces: str) -> str:
        encoded = encode(part, self._public_url)
        if isinstance(encoded, Picture):
            return await self._show(installation, place, encoded, part)
        if part.edits and replaces:
            try:
                await self._change(installation, replaces, encoded)
            except GoneError:
                if part.is_optional:
                    return replaces
            except ApiError as error:
                # Whether somebody can be reached is told by what they should read, not by what only tidies up.
                if part.is_optional and isinstance(told_plainly(error), UndeliverableError):
                    return replaces
                raise
            else:
                return replaces
        return await self._post(installation, place, encoded)

    async def _post(self, installation: Installation, place: Place, shown: Shown) -> str:
        channel, thread = _parted(place.chat_id)
        told = await self._client.call(
            installation.token,
            "chat.postMessage",
            channel=channel,
            thread_ts=thread,
            blocks=shown.blocks,
            text=shown.text,
            unfurl_links=False,
            unfurl_media=False,
        )
        channel = str(told.get("channel") or channel)
        if place.is_private:
            self._note_chat(place, channel)
        return f"{channel}/{told.get('ts')}"

    async def _change(self, installation: Installation, reference: str, shown: Shown) -> None:
        channel, _, ts = reference.partition("/")
        if not ts:
            raise GoneError
        try:
            await self._client.call(
                installation.token, "chat.update", channel=channel, ts=ts, blocks=shown.blocks, text=shown.text
            )
        except ApiError as error:
            if error.is_gone:
                raise GoneError from None
            raise

    # --- for one person's eyes ---

    async def _whisper(self, installation: Installation, place: Place, room: str, user_id: str, message: Message) -> str:
        """By the address their deed came with; without one as an ephemeral message; and where that cannot be, in private."""
        if message.edits and message.is_optional:
            return ""
        for part in fit(replace(message, edits=""), ALONE, self._public_url):
            encoded = encode(part, self._public_url)
            assert isinstance(encoded, Shown)  # noqa: S101 fitted to a place without pictures
            if not (await self._answer(place, encoded) or await self._ephemeral(installation, room, user_id, encoded)):
                await self._post(installation, home_of(place.tenant, user_id), encoded)
        return place.chat_id

    async def _answer(self, place: Place, shown: Shown) -> bool:
        hook = self._hooks.take(place)
        if not hook:
            return False
        try:
            # A new message, not one in the place of what was pressed: `replace_original` is for what the same button may be gone from.
            return await self._client.respond(
                hook,
                {"response_type": "ephemeral", "replace_original": False, "blocks": shown.blocks, "text": shown.text},
            )
        except NETWORK:
            return False

    async def _ephemeral(self, installation: Installation, room: str, user_id: str, shown: Shown) -> bool:
        channel, thread = _parted(room)
        try:
            await self._client.call(
                installation.token,
                "chat.postEphemeral",
                channel=channel,
                thread_ts=thread,
                user=user_id,
                blocks=shown.blocks,
                text=shown.text,
            )
        except ApiError as error:
            if isinstance(told_plainly(error), UndeliverableError):
                return False
            raise
        return True

    # --- pictures ---

    async def _show(self, installation: Installation, place: Place, picture: Picture, part: Message) -> str:
        drawn = await self._drawn(picture.source)
        if drawn is not None:
            return await self._upload(installation, place, drawn, picture.alt)
        (in_words,) = fit(part, replace(SLACK, has_images=False, images_apart=False), self._public_url)
        encoded = encode(in_words, self._public_url)
        assert isinstance(encoded, Shown)  # noqa: S101 fitted to a platform without pictures
        return await self._post(installation, place, encoded)

    async def _upload(self, installation: Installation, place: Place, drawn: bytes, alt: str) -> str:
        """The three steps of what slack_sdk calls `files_upload_v2`."""
        token = installation.token
        given = await self._client.call_by_form(
            token, "files.getUploadURLExternal", filename="chart.png", length=str(len(drawn)), alt_txt=alt
        )
        await self._client.put(str(given.get("upload_url")), drawn)
        shared: dict[str, Any] = {"id": given.get("file_id"), "title": alt.partition("\n")[0][:150]}
        channel, thread = _parted(await self._chat(installation, place))
        await self._client.call(token, "files.completeUploadExternal", files=[shared], channel_id=channel, thread_ts=thread)
        return f"{place.chat_id}:{given.get('file_id')}"

    async def _chat(self, installation: Installation, place: Place) -> str:
        if not place.is_private:
            return place.chat_id
        known = self._chats.get(place.lane)
        if known is None:
            told = await self._client.call(installation.token, "conversations.open", users=place.chat_id)
            known = str((told.get("channel") or {}).get("id"))
            self._note_chat(place, known)
        return known

    def _note_chat(self, place: Place, channel: str) -> None:
        self._chats[place.lane] = channel
        self._chats.move_to_end(place.lane)
        while len(self._chats) > REMEMBERED:
            self._chats.popitem(last=False)

    async def _drawn(self, source: str) -> bytes | None:
        if self._pictures is None:
            return None
        try:
            return await self._pictures.png(source)
        except Exception as error:
            LOG.warning("a picture could not be drawn, its words are sent instead: %s", locate(error))
            return None


def _parted(room: str) -> tuple[str, str | None]:
    """A channel, and the message whose thread is meant there."""
    channel, _, thread = room.partition(THREAD)
    return channel, thread or None
