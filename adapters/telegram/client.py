"""Calls to the Bot API. What Telegram answers is judged here, once, and told in the words of our ports.

Built on python-telegram-bot's Bot, without its queue of updates: that one acknowledges an update before anybody has stored it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from telegram import Bot, BotCommandScopeAllPrivateChats, LinkPreviewOptions
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from adapters.telegram.decode import Me
from adapters.telegram.encode import Shown, commands
from bot.okr.people import LANGUAGES
from bot.ports import SendLaterError, UndeliverableError

WANTED: Final = ("message", "callback_query")
"""The kinds of updates we are sent. A repetition is recognised by its number, so edits would only be misunderstood; and who blocks the
bot is noticed when something is to be said to them."""
POLL_SECONDS: Final = 30
"""How long Telegram holds a request for updates open when there are none."""
ANSWER_SECONDS: Final = 12.0
"""Longer than Telegram takes on a bad day, shorter than the relay waits for a messenger."""
CONNECT_SECONDS: Final = 5.0
PATIENCE: Final = timedelta(seconds=5)
"""How long to wait when Telegram does not say."""
CHATTY: Final = ("httpx", "httpcore", "telegram")
"""They log addresses, which hold the bot's token, and what is said."""

_UNCHANGED: Final = "message is not modified"
_GONE: Final = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "message identifier is not specified",
    "there is no text in the message to edit",
)


class ApiError(TelegramError):
    """An answer that is not what we asked for: Telegram's error code, its reason, and what it asks of us."""

    def __init__(
        self, code: int, reason: str, *, retry_after: timedelta | None = None, moved_to: str = "", cause: str = ""
    ) -> None:
        super().__init__(f"{code} {cause or reason}")
        self.status = code
        self.reason = reason
        self.retry_after = retry_after
        self.moved_to = moved_to

    @property
    def is_unchanged(self) -> bool:
        """An edit that would change nothing, which is as good as done."""
        return self.status == 400 and _UNCHANGED in self.reason.lower()

    @property
    def is_gone(self) -> bool:
        """The message to edit was deleted, or is too old, or was a picture."""
        return self.status == 400 and any(words in self.reason.lower() for words in _GONE)

    @property
    def is_bad_token(self) -> bool:
        """No bot has this token (any more). Telegram says 404 when it does not even look like one."""
        return self.status in (401, 404)


class MovedError(Exception):
    """The group has become a supergroup, under another id."""

    def __init__(self, chat_id: str) -> None:
        super().__init__("the chat has moved")
        self.chat_id = chat_id


class GoneError(Exception):
    """There is nothing to edit any more."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram delivers to, "" when it waits to be asked; how many updates wait; and what went wrong last, if anything did."""

    url: str
    waiting: int
    failed_at: datetime | None = None
    failure: str = ""


class TelegramClient:
    """One bot. Every method raises ApiError, or another TelegramError when there was no answer, unless it says otherwise."""

    def __init__(self, token: str, api_url: str) -> None:
        for name in CHATTY:
            logger = logging.getLogger(name)
            logger.setLevel(max(logger.level, logging.WARNING))
        root = api_url.rstrip("/")
        self._address = f"{root}/bot{token}"
        # A server on this machine is not behind the proxy the environment names.
        options = {"trust_env": urlsplit(root).hostname not in ("127.0.0.1", "localhost", "::1")}
        # Polls get a connection of their own: they hold it for half a minute at a time.
        self._polls = _Wire(
            connection_pool_size=2,
            connect_timeout=CONNECT_SECONDS,
            read_timeout=POLL_SECONDS + ANSWER_SECONDS,
            httpx_kwargs=options,
        )
        self._calls = _Wire(
            connection_pool_size=64,
            connect_timeout=CONNECT_SECONDS,
            read_timeout=ANSWER_SECONDS,
            pool_timeout=ANSWER_SECONDS,
            httpx_kwargs=options,
        )
        self._bot = Bot(
            token, base_url=f"{root}/bot", base_file_url=f"{root}/file/bot", request=self._calls, get_updates_request=self._polls
        )

    async def close(self) -> None:
        """End all connections."""
        await self._polls.shutdown()
        await self._calls.shutdown()

    # --- what comes in ---

    async def me(self) -> Me:
        """Who we are."""
        user = await self._bot.get_me()
        return Me(user.id, user.username or "")

    async def updates(self, offset: int | None) -> list[Any]:
        """What waits, oldest first, as JSON; waits for something to come when nothing does. Everything before `offset` is confirmed."""
        asked: dict[str, object] = {"timeout": POLL_SECONDS, "allowed_updates": json.dumps(WANTED)}
        if offset is not None:
            asked["offset"] = offset
        # By the wire itself: the library would give up a whole batch for one update it cannot read, and log all of it.
        found = await self._polls.post(f"{self._address}/getUpdates?{urlencode(asked)}")
        return found if isinstance(found, list) else []

    async def listen_by_polling(self) -> None:
        """No webhook; what waits keeps waiting."""
        await self._bot.delete_webhook(drop_pending_updates=False)

    async def listen_at(self, url: str, secret: str) -> None:
        """A webhook; what waits is delivered there."""
        await self._bot.set_webhook(url, allowed_updates=list(WANTED), secret_token=secret, drop_pending_updates=False)

    async def webhook(self) -> Webhook:
        """Where updates go."""
        told = await self._bot.get_webhook_info()
        failed_at = told.last_error_date
        return Webhook(
            told.url, told.pending_update_count, failed_at.astimezone(UTC) if failed_at else None, told.last_error_message or ""
        )

    async def answer(self, press: str) -> None:
        """Let a pressed button come to rest. Too late is no error: the press itself has been stored."""
        try:
            await self._bot.answer_callback_query(press)
        except ApiError as error:
            if error.status != 400:
                raise

    # --- what goes out ---

    async def offer_commands(self) -> None:
        """The menu of private chats, in every language; English for everybody else."""
        for lang in LANGUAGES:
            language = None if lang == "en" else lang
            await self._bot.set_my_commands(commands(lang), scope=BotCommandScopeAllPrivateChats(), language_code=language)

    async def say(self, chat_id: str, shown: Shown) -> str:
        """Send words; the message's id. Raises as `told_plainly` says."""
        try:
            sent = await self._bot.send_message(
                _number(chat_id),
                shown.text,
                entities=shown.entities,
                reply_markup=shown.keyboard,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        except ApiError as error:
            raise told_plainly(error) from None
        return str(sent.message_id)

    async def erase(self, chat_id: str, message_id: str) -> None:
        """Take a message away, whosever it is. In private chats Telegram lets a bot do that for 48 hours. Raises what the library raises."""
        await self._bot.delete_message(_number(chat_id), _number(message_id))

    async def say_instead(self, chat_id: str, message_id: str, shown: Shown) -> None:
        """Replace words already sent, buttons included. Raises GoneError, or as `told_plainly` says."""
        try:
            await self._bot.edit_message_text(
                shown.text,
                _number(chat_id),
                _number(message_id),
                entities=shown.entities,
                reply_markup=shown.keyboard,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        except ApiError as error:
            if error.is_unchanged:
                return
            if error.is_gone:
                raise GoneError from None
            raise told_plainly(error) from None

    async def show(self, chat_id: str, picture: bytes, caption: str) -> str:
        """Send a picture; the message's id. Raises as `told_plainly` says."""
        try:
            sent = await self._bot.send_photo(_number(chat_id), picture, caption=caption, filename="picture.png")
        except ApiError as error:
            raise told_plainly(error) from None
        return str(sent.message_id)

    async def pin(self, chat_id: str, message_id: str) -> None:
        """Keep a message at the top of a chat that has none there yet; without a sound."""
        if (await self._bot.get_chat(_number(chat_id))).pinned_message is None:
            await self._bot.pin_chat_message(_number(chat_id), _number(message_id), disable_notification=True)


def told_plainly(error: ApiError) -> Exception:
    """What an answer to something we sent means to whoever sends: SendLaterError, MovedError, UndeliverableError, or "try again" as it is.

    Telegram answers 403 and 400 to what it will never take: blocked, never started, deactivated, chat not found, thrown out of the group,
    no right to write there, or a message it finds fault with.
    """
    if error.moved_to:
        return MovedError(error.moved_to)
    if error.status == 429 or error.retry_after is not None:
        return SendLaterError(error.retry_after or PATIENCE)
    if error.status in (400, 403):
        return UndeliverableError(error.reason)
    return error


def judge(code: int, body: bytes) -> None:
    """Raise ApiError for every answer that is not `{"ok": true, "result": …}`."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    match answer:
        case {"ok": True, "result": _} if 200 <= code < 300:
            return
        case {"ok": False}:
            told = answer.get("error_code")
            number = told if isinstance(told, int) else code
            reason = answer.get("description")
            asked = answer.get("parameters")
            raise ApiError(number, reason if isinstance(reason, str) else "", **_asked(asked if isinstance(asked, dict) else {}))
    # A proxy's page, or half an answer: it is neither shown nor logged.
    raise ApiError(code if code >= 400 else 502, "", cause="not an answer of the Bot API")


def _asked(parameters: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    seconds, chat_id = parameters.get("retry_after"), parameters.get("migrate_to_chat_id")
    if isinstance(seconds, int | float) and 0 <= seconds < 10**7:
        found["retry_after"] = timedelta(seconds=seconds)
    if isinstance(chat_id, int):
        found["moved_to"] = str(chat_id)
    return found


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise UndeliverableError("not a chat or message of Telegram's") from None


class _Wire(HTTPXRequest):
    """The library's connections, with our own judgement of answers: the library takes `ok: false` for success when the HTTP number says
    so, logs answers it cannot read, and forgets the error code."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """See HTTPXRequest. Raises ApiError."""
        code, body = await super().do_request(*args, **kwargs)
        judge(code, body)
        return code, body
