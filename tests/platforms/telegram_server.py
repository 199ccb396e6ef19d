"""Our own Bot API server, over real HTTP. It refuses what the real one refuses, and lets a test be the people who use Telegram.

Checked with the official client in `test_telegram_server.py`. It has no time of its own: the test's clock decides what is too old.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from bot.ports import Clock
from tests.hands import Hands

TOKEN = "700100:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
USERNAME = "laban_test_bot"
BOT: dict[str, Any] = {"id": 700100, "is_bot": True, "first_name": "Laban", "username": USERNAME}

TEXT = 4096
CAPTION = 1024
PHOTO = 10 * 1024 * 1024
STALE = timedelta(seconds=15)
"""After that a press can no longer be answered."""
METHODS = {
    "getMe": "get_me",
    "getUpdates": "get_updates",
    "setWebhook": "set_webhook",
    "deleteWebhook": "delete_webhook",
    "getWebhookInfo": "get_webhook_info",
    "sendMessage": "send_message",
    "editMessageText": "edit_message_text",
    "sendPhoto": "send_photo",
    "answerCallbackQuery": "answer_callback_query",
    "getChat": "get_chat",
    "pinChatMessage": "pin_chat_message",
    "deleteMessage": "delete_message",
    "setMyCommands": "set_my_commands",
}
KINDS = ("message", "edited_message", "channel_post", "callback_query", "my_chat_member")
EMPHASIS = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre", "text_link", "text_mention"})
STYLES = frozenset({"danger", "success", "primary"})
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}\Z")
COMMAND = re.compile(r"[a-z0-9_]{1,32}\Z")
PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")

# What Telegram finds in a text by itself, roughly as TDLib does, in doubt rather more than less. Only ASCII names can be mentioned.
FOUND = (
    ("mention", re.compile(r"(?<!\w)@[A-Za-z0-9_]{2,32}\b")),
    ("url", re.compile(r"\b(?:tg|ton|tonsite)://\S+|(?:https?://)?(?:[\w~-]+\.)+[^\W\d_]{2,}(?:[/?#]\S*)?|https?://[\d.]+\S*")),
    ("email", re.compile(r"[\w.+-]+@(?:[\w-]+\.)+[^\W\d_]{2,}")),
    ("bot_command", re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@\w+)?")),
)
ACTING = frozenset({"mention", "url", "email", "text_link", "text_mention"})
"""Entities that ping somebody or lead somewhere."""


class RefusedError(Exception):
    """What Telegram answers instead of a result."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


@dataclass(slots=True)
class Shown:
    """A message as people see it. `rows` are the buttons: (label, callback data or the address of a Mini App)."""

    id: int
    is_ours: bool
    text: str = ""
    entities: list[dict[str, Any]] = field(default_factory=list)
    rows: list[list[tuple[str, str]]] = field(default_factory=list)
    photo: bytes = b""
    edits: int = 0

    @property
    def labels(self) -> list[str]:
        return [label for row in self.rows for label, _ in row]

    @property
    def acts(self) -> list[str]:
        """What in it pings or leads somewhere, as `kind words`."""
        units = self.text.encode("utf-16-le")
        return [
            f"{one['type']} {units[2 * one['offset'] : 2 * (one['offset'] + one['length'])].decode('utf-16-le')}"
            for one in self.entities
            if one["type"] in ACTING
        ]


@dataclass(slots=True)
class Chat:
    """A chat, and what stands in the bot's way there."""

    id: int
    kind: str = "private"
    title: str = ""
    is_started: bool = True
    is_blocked: bool = False
    is_deactivated: bool = False
    moved_to: int = 0
    pinned: int = 0
    flooded_for: int = 0
    """Seconds it asks to wait; 0: none."""
    messages: list[Shown] = field(default_factory=list)

    @property
    def said(self) -> list[Shown]:
        """What the bot has said and is still there."""
        return [message for message in self.messages if message.is_ours]

    def find(self, message_id: int) -> Shown | None:
        return next((message for message in self.messages if message.id == message_id), None)

    def json(self) -> dict[str, Any]:
        if self.kind == "private":
            return {"id": self.id, "type": "private", "first_name": self.title or "Somebody"}
        return {"id": self.id, "type": self.kind, "title": self.title}


@dataclass(frozen=True, slots=True)
class Call:
    """What the bot asked for, as it arrived: values are texts, or bytes for files."""

    method: str
    given: Mapping[str, Any]

    def json(self, name: str) -> Any:
        """A structured parameter."""
        return json.loads(self.given[name]) if name in self.given else None


class TelegramServer:
    """One bot's Bot API. Use it by `telegram_server()`.

    `judges` are called with every outgoing call, to look at it with other eyes; what one raises is kept in `complaints`, like every call
    that no method of ours answers.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Hands()
        self.url = ""
        self.calls: list[Call] = []
        self.judges: list[Callable[[Call], None]] = []
        self.complaints: list[str] = []
        self.pushed: list[dict[str, Any]] = []
        """Every update there ever was."""
        self.chats: dict[int, Chat] = {}
        self.commands: dict[str, list[dict[str, str]]] = {}
        self.waiting: deque[dict[str, Any]] = deque()
        self.webhook = ""
        self.webhook_secret = ""
        self.webhook_error = ""
        self.proxies: dict[str, str] = {}
        """What stands in front of a public address: `https://…` and where its requests are passed on to."""
        self.deliveries: list[int] = []
        """The HTTP numbers the webhook answered with."""
        self.is_down = False
        self.answers_with = 0
        """An HTTP number with a page that is no answer of the API, to everything; 0: as usual."""
        self.faults: deque[tuple[str, RefusedError | None]] = deque()
        """(method, refusal) for the next calls of these methods, one each; None: that one is answered as usual."""
        self.mangle: list[Any] = []
        """What a broken proxy puts in front of the next updates."""
        self.lost_answers = 0
        """So many sends are done, but the connection breaks before their answer."""
        self._allowed: tuple[str, ...] = ()
        self._next_update = 1000
        self._next_message = 0
        self._next_press = 0
        self._presses: dict[str, Any] = {}
        self._poll: asyncio.Future[None] | None = None
        self._stirred = asyncio.Condition()
        self._again = asyncio.Event()
        self._deliverer: asyncio.Task[None] | None = None

    # --- what tests do ---

    def person(self, user_id: int = 501, name: str = "An", language: str = "vi", *, is_started: bool = True) -> Person:
        """Somebody with a private chat with the bot."""
        self.chats.setdefault(user_id, Chat(user_id, title=name, is_started=is_started))
        return Person(self, user_id, name, language)

    def group(self, chat_id: int = -4001, title: str = "Marketing") -> Chat:
        """A group the bot is a member of."""
        return self.chats.setdefault(chat_id, Chat(chat_id, "group", title))

    def upgrade(self, group: Chat, new_id: int = -1004001) -> Chat:
        """Make a supergroup of a group. Both tell it, as Telegram does."""
        group.moved_to = new_id
        new = self.chats.setdefault(new_id, Chat(new_id, "supergroup", group.title))
        who = {"id": 501, "is_bot": False, "first_name": "An"}
        self.push("message", self._message(group, who, {"migrate_to_chat_id": new_id}))
        self.push("message", self._message(new, who, {"migrate_from_chat_id": group.id}))
        return new

    def push(self, kind: str, what: Mapping[str, Any], update_id: int | None = None) -> dict[str, Any]:
        """Something happened. What the bot has not asked for is left out, as Telegram does."""
        if update_id is None:
            update_id, self._next_update = self._next_update, self._next_update + 1
        update = {"update_id": update_id, kind: dict(what)}
        self.pushed.append(update)
        if not self._allowed or kind in self._allowed:
            self.push_raw(update)
        return update

    def push_raw(self, update: Any) -> None:
        """Something Telegram would never send, or once more what it has sent before."""
        self.waiting.append(update)
        self._wake()

    def renumber(self, number: int) -> None:
        """Go on from another number, as after a quiet week."""
        self._next_update = number

    def tire(self) -> None:
        """Thirty seconds are over: the poll that is held open is answered with nothing."""
        self._wake()

    def try_again(self) -> None:
        """Time for the webhook to be tried again."""
        self._again.set()

    async def until(self, is_so: Callable[[], object]) -> None:
        """Return when `is_so`; looked at after every call. Fails when that takes half a minute."""
        async with asyncio.timeout(30), self._stirred:
            await self._stirred.wait_for(lambda: bool(is_so()))

    @property
    def is_polled(self) -> bool:
        """Somebody waits for updates."""
        return self._poll is not None and not self._poll.done()

    def of(self, *methods: str) -> list[Call]:
        """The calls of these methods so far."""
        return [call for call in self.calls if call.method in methods]

    # --- how it works ---

    def app(self) -> web.Application:
        app = web.Application(client_max_size=50 * 1024 * 1024)
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        return app

    async def stop(self) -> None:
        """Let nobody wait any longer."""
        self._wake()
        await self._stop_delivering()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if self.is_down:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if self.answers_with:
            return web.Response(status=self.answers_with, text="<html>Bad Gateway</html>", content_type="text/html")
        method = request.match_info["method"]
        try:
            if request.match_info["token"] != TOKEN:
                known = re.fullmatch(r"\d+:[\w-]{20,}", request.match_info["token"])
                raise RefusedError(401, "Unauthorized") if known else RefusedError(404, "Not Found")
            call = Call(method, await _given(request))
            self._look_at(call)
            fault = next((one for one in self.faults if one[0] == method), None)
            if fault is not None:
                self.faults.remove(fault)
                if fault[1] is not None:
                    raise fault[1]
            if method not in METHODS:
                self.complaints.append(f"unexpected: {method}")
                raise RefusedError(404, "Not Found")
            found = getattr(self, f"_{METHODS[method]}")(call)
            result = await found if asyncio.iscoroutine(found) else found
        except RefusedError as refused:
            answer: dict[str, Any] = {"ok": False, "error_code": refused.code, "description": refused.description}
            if refused.parameters:
                answer["parameters"] = refused.parameters
            await self._stir()
            return web.json_response(answer, status=refused.code)
        if self.lost_answers and method.startswith(("send", "edit")):
            self.lost_answers -= 1
            assert request.transport is not None
            request.transport.abort()
        response = web.json_response({"ok": True, "result": result})
        await self._stir()
        return response

    def _look_at(self, call: Call) -> None:
        self.calls.append(call)
        if "parse_mode" in call.given:
            self.complaints.append(f"{call.method} has a parse mode: people's words would be read as markup")
        if call.given.get("drop_pending_updates") == "true":
            self.complaints.append(f"{call.method} throws away what people have said")
        for judge in self.judges:
            try:
                judge(call)
            except Exception as error:
                self.complaints.append(f"{call.method}: {error}")

    def _wake(self) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)
        self._again.set()

    async def _stir(self) -> None:
        async with self._stirred:
            self._stirred.notify_all()

    # --- what comes in ---

    def _get_me(self, call: Call) -> dict[str, Any]:
        return {**BOT, "can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}

    async def _get_updates(self, call: Call) -> list[dict[str, Any]]:
        if self.webhook:
            raise RefusedError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
            )
        self._allow(call)
        offset, limit = int(call.given.get("offset", 0)), int(call.given.get("limit", 100))
        if offset > 0:
            self.waiting = deque(one for one in self.waiting if one.get("update_id", 0) >= offset)
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(
                RefusedError(
                    409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
                )
            )
        if not self.waiting and int(call.given.get("timeout", 0)):
            self._poll = poll = asyncio.get_running_loop().create_future()
            await self._stir()
            try:
                await poll
            finally:
                poll.cancel()
        mangled, self.mangle = self.mangle, []
        return mangled + list(self.waiting)[: max(1, min(limit, 100))]

    def _set_webhook(self, call: Call) -> bool:
        url, secret = str(call.given.get("url", "")), str(call.given.get("secret_token", ""))
        if url and not url.startswith(("https://", "http://127.0.0.1:")):  # the real one takes no http at all
            raise RefusedError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if secret and not SECRET.match(secret):
            raise RefusedError(400, "Bad Request: secret token contains unallowed characters")
        self._allow(call)
        self.webhook, self.webhook_secret = url, secret
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(RefusedError(409, "Conflict: terminated by setWebhook request"))
        if self._deliverer is None and url:
            self._deliverer = asyncio.create_task(self._deliver())
        self._again.set()
        return True

    async def _delete_webhook(self, call: Call) -> bool:
        self.webhook = self.webhook_secret = ""
        await self._stop_delivering()
        return True

    def _get_webhook_info(self, call: Call) -> dict[str, Any]:
        told: dict[str, Any] = {"url": self.webhook, "has_custom_certificate": False, "pending_update_count": len(self.waiting)}
        if self.webhook_error:
            told |= {"last_error_date": int(self.clock.now().timestamp()), "last_error_message": self.webhook_error}
        return told

    def _allow(self, call: Call) -> None:
        if "allowed_updates" in call.given:
            self._allowed = tuple(call.json("allowed_updates"))
            self.complaints += [f"no kind of update: {kind}" for kind in self._allowed if kind not in KINDS]

    async def _deliver(self) -> None:
        """Bring updates to the webhook, one after the other; what it does not take stays first in the row."""
        async with aiohttp.ClientSession() as session:
            while self.webhook:
                while self.waiting and self.webhook:
                    headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook_secret} if self.webhook_secret else {}
                    host = urlsplit(self.webhook).netloc
                    address = self.webhook
                    for public, behind in self.proxies.items():
                        address = address.replace(public, behind, 1) if address.startswith(public) else address
                    try:
                        async with session.post(address, json=self.waiting[0], headers={**headers, "Host": host}) as response:
                            number = response.status
                    except aiohttp.ClientError:
                        number = 0
                    self.deliveries.append(number)
                    if 200 <= number < 300:
                        self.waiting.popleft()
                        self.webhook_error = ""
                    else:
                        self.webhook_error = f"Wrong response from the webhook: {number}" if number else "Connection refused"
                    await self._stir()
                    if self.webhook_error:
                        break
                self._again.clear()
                await self._again.wait()

    async def _stop_delivering(self) -> None:
        if self._deliverer is not None:
            self._deliverer.cancel()
            await asyncio.wait({self._deliverer})
            self._deliverer = None

    # --- what goes out ---

    def _send_message(self, call: Call) -> dict[str, Any]:
        chat = self._chat(call)
        message = Shown(self._new_id(), is_ours=True)
        self._write(message, call)
        chat.messages.append(message)
        return self._json(chat, message)

    def _edit_message_text(self, call: Call) -> dict[str, Any]:
        chat = self._chat(call)
        message = chat.find(int(call.given.get("message_id", 0)))
        if message is None:
            raise RefusedError(400, "Bad Request: message to edit not found")
        if not message.is_ours:
            raise RefusedError(400, "Bad Request: message can't be edited")
        if message.photo:
            raise RefusedError(400, "Bad Request: there is no text in the message to edit")
        new = Shown(message.id, is_ours=True)
        self._write(new, call)
        if (new.text, new.entities, new.rows) == (message.text, message.entities, message.rows):
            raise RefusedError(
                400,
                "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current "
                "content and reply markup of the message",
            )
        message.text, message.entities, message.rows = new.text, new.entities, new.rows
        message.edits += 1
        return self._json(chat, message)

    def _send_photo(self, call: Call) -> dict[str, Any]:
        chat = self._chat(call)
        photo, caption = call.given.get("photo"), str(call.given.get("caption", ""))
        if not isinstance(photo, bytes) or not photo.startswith(PICTURES) or len(photo) > PHOTO:
            raise RefusedError(400, "Bad Request: IMAGE_PROCESS_FAILED")
        if units(caption) > CAPTION:
            raise RefusedError(400, "Bad Request: message caption is too long")
        message = Shown(self._new_id(), is_ours=True, text=caption.strip(), photo=photo)
        message.entities = found_in(message.text, [])
        chat.messages.append(message)
        sizes = [{"file_id": "a", "file_unique_id": "b", "width": 800, "height": 600, "file_size": len(photo)}]
        return {**self._json(chat, message), "photo": sizes}

    def _answer_callback_query(self, call: Call) -> bool:
        pressed_at = self._presses.pop(str(call.given.get("callback_query_id")), None)
        if pressed_at is None or self.clock.now() - pressed_at > STALE:
            raise RefusedError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        if units(str(call.given.get("text", ""))) > 200:
            raise RefusedError(400, "Bad Request: MESSAGE_TOO_LONG")
        return True

    def _delete_message(self, call: Call) -> bool:
        chat = self._chat(call)
        message = chat.find(int(call.given.get("message_id", 0)))
        if message is None:
            raise RefusedError(400, "Bad Request: message to delete not found")
        if chat.kind != "private" and not message.is_ours:
            raise RefusedError(400, "Bad Request: message can't be deleted")
        chat.messages.remove(message)
        return True

    def _get_chat(self, call: Call) -> dict[str, Any]:
        chat = self._chat(call)
        told = {**chat.json(), "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": dict.fromkeys(GIFTS, True)}
        pinned = chat.find(chat.pinned)
        return {**told, "pinned_message": self._json(chat, pinned)} if pinned else told

    def _pin_chat_message(self, call: Call) -> bool:
        chat = self._chat(call)
        message = chat.find(int(call.given.get("message_id", 0)))
        if message is None:
            raise RefusedError(400, "Bad Request: message to pin not found")
        chat.pinned = message.id
        return True

    def _set_my_commands(self, call: Call) -> bool:
        commands = call.json("commands")
        if not isinstance(commands, list) or len(commands) > 100:
            raise RefusedError(400, "Bad Request: too many commands")
        for one in commands:
            if not COMMAND.match(one["command"]) or not 1 <= units(one["description"]) <= 256:
                raise RefusedError(400, "Bad Request: BOT_COMMAND_INVALID")
        language = str(call.given.get("language_code", ""))
        if language and not re.fullmatch(r"[a-z]{2}", language):
            raise RefusedError(400, "Bad Request: BOT_COMMAND_LANGUAGE_INVALID")
        self.commands[language] = commands
        return True

    def _chat(self, call: Call) -> Chat:
        """The chat a call is about, if the bot may say something there."""
        try:
            chat = self.chats.get(int(call.given.get("chat_id", 0)))
        except ValueError:
            chat = None
        if chat is None:
            raise RefusedError(400, "Bad Request: chat not found")
        if chat.moved_to:
            raise RefusedError(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.moved_to)
        if chat.is_deactivated:
            raise RefusedError(403, "Forbidden: user is deactivated")
        if chat.is_blocked:
            what = "bot was blocked by the user" if chat.kind == "private" else "bot was kicked from the group chat"
            raise RefusedError(403, f"Forbidden: {what}")
        if not chat.is_started:
            raise RefusedError(403, "Forbidden: bot can't initiate conversation with a user")
        if chat.flooded_for:
            seconds = chat.flooded_for
            raise RefusedError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        return chat

    def _write(self, message: Shown, call: Call) -> None:
        raw = str(call.given.get("text", ""))
        text = raw.strip()
        if not text:
            raise RefusedError(400, "Bad Request: message text is empty")
        if units(text) > TEXT:
            raise RefusedError(400, "Bad Request: message is too long")
        if raw != text:
            self.complaints.append("white space around a text: Telegram takes it away, and entities no longer fit")
        entities = call.json("entities") or []
        _judge_entities(text, entities)
        preview = call.json("link_preview_options") or {}
        if not preview.get("is_disabled"):
            self.complaints.append(f"{call.method} lets Telegram look at what is linked")
        message.text = text
        message.entities = found_in(text, entities)
        message.rows = _rows(call.given.get("reply_markup"))

    def _json(self, chat: Chat, message: Shown) -> dict[str, Any]:
        told: dict[str, Any] = self._message(chat, BOT, {}) | {"message_id": message.id}
        if message.photo:
            return told | {"caption": message.text}
        told["text"] = message.text
        if message.entities:
            told["entities"] = message.entities
        if message.rows:
            rows = [[{"text": label, "callback_data": data} for label, data in row] for row in message.rows]
            told["reply_markup"] = {"inline_keyboard": rows}
        return told

    def _message(self, chat: Chat, sender: Mapping[str, Any], what: Mapping[str, Any]) -> dict[str, Any]:
        date = int(self.clock.now().timestamp())
        return {"message_id": self._new_id(), "from": dict(sender), "chat": chat.json(), "date": date, **what}

    def _new_id(self) -> int:
        self._next_message += 1
        return self._next_message

    def press(self, chat: Chat, sender: Mapping[str, Any], message: Shown, data: str) -> dict[str, Any]:
        """A button is pressed."""
        self._next_press += 1
        press = f"press-{self._next_press}"
        self._presses[press] = self.clock.now()
        query = {
            "id": press,
            "from": dict(sender),
            "message": self._json(chat, message),
            "chat_instance": f"c{chat.id}",
            "data": data,
        }
        return self.push("callback_query", query)


GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")


@dataclass(slots=True)
class Person:
    """Somebody with a telephone."""

    server: TelegramServer
    id: int
    name: str
    language: str

    @property
    def chat(self) -> Chat:
        return self.server.chats[self.id]

    @property
    def user(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": self.language}

    @property
    def last(self) -> Shown:
        """What the bot said last."""
        return self.chat.said[-1]

    def starts(self, code: str = "") -> dict[str, Any]:
        """Press Start, or follow an invitation's link."""
        self.chat.is_started = True
        return self.says(f"/start {code}" if code else "/start")

    def says(self, text: str, *, group: Chat | None = None, entities: list[dict[str, Any]] | None = None) -> dict[str, Any]:
        """Write something, in the private chat or in a group."""
        chat = group or self.chat
        what: dict[str, Any] = {"text": text}
        command = re.match(r"/\w+(@\w+)?", text)
        marks = entities or ([{"type": "bot_command", "offset": 0, "length": len(command.group())}] if command else [])
        if marks:
            what["entities"] = marks
        message = self.server._message(chat, self.user, what)
        chat.messages.append(Shown(message["message_id"], is_ours=False, text=text))
        return self.server.push("message", message)

    def presses(self, label: str, *, message: Shown | None = None) -> dict[str, Any]:
        """Press the newest button whose label begins like this."""
        shown = [message] if message else self.chat.said[::-1]
        for one in shown:
            for text, data in (button for row in one.rows for button in row):
                if text.startswith(label):
                    return self.server.press(self.chat, self.user, one, data)
        raise AssertionError(f"no button {label!r} among {[one.labels for one in shown]}")

    def blocks(self, *, is_blocked: bool = True) -> dict[str, Any]:
        """Stop the bot, or let it in again."""
        self.chat.is_blocked = is_blocked
        states = [{"user": BOT, "status": "kicked", "until_date": 0}, {"user": BOT, "status": "member"}]
        old, new = states[::-1] if is_blocked else states
        date = int(self.server.clock.now().timestamp())
        change = {"chat": self.chat.json(), "from": self.user, "date": date, "old_chat_member": old, "new_chat_member": new}
        return self.server.push("my_chat_member", change)

    async def sees(self, *words: str) -> Shown:
        """Wait until the newest message of the bot says all of this."""

        def says_so() -> bool:
            return bool(self.chat.said) and all(one in self.last.text for one in words)

        try:
            await self.server.until(says_so)
        except TimeoutError:
            raise AssertionError(f"{words} never came; the last was {self.chat.said[-1:]}") from None
        return self.last


def units(text: str) -> int:
    """UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def found_in(text: str, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The entities of a text: those given, and those Telegram finds by itself where none of the given ones forbids it."""
    solid = [one for one in given if one["type"] in ("code", "pre", "text_link", "text_mention")]
    entities = list(given)
    for kind, pattern in FOUND:
        for match in pattern.finditer(text):
            start, length = units(text[: match.start()]), units(match.group())
            if not any(one["offset"] < start + length and start < one["offset"] + one["length"] for one in solid):
                entities.append({"type": kind, "offset": start, "length": length})
    return sorted(entities, key=lambda one: (one["offset"], -one["length"]))


def _judge_entities(text: str, entities: list[dict[str, Any]]) -> None:
    if len(entities) > 100:
        raise RefusedError(400, "Bad Request: too many entities")
    whole = text.encode("utf-16-le")
    for one in entities:
        start, end = 2 * one["offset"], 2 * (one["offset"] + one["length"])
        if one["type"] not in EMPHASIS:
            raise RefusedError(400, f"Bad Request: can't use entity type {one['type']}")
        if not 0 <= start < end <= len(whole):
            raise RefusedError(400, "Bad Request: entity beyond the end of the text")
        try:
            words = whole[start:end].decode("utf-16-le")
        except UnicodeDecodeError:
            raise RefusedError(400, "Bad Request: entity begins or ends in the middle of a character") from None
        if words != words.strip():
            raise RefusedError(400, "Bad Request: entity begins or ends with white space")
        if one["type"] == "text_link" and not re.match(r"https?://[\w.-]+", one.get("url", "")):
            raise RefusedError(400, "Bad Request: wrong link")


def _rows(markup: object) -> list[list[tuple[str, str]]]:
    if not isinstance(markup, str):
        return []
    if len(markup) > 10_240:
        raise RefusedError(400, "Bad Request: reply markup is too long")
    rows = json.loads(markup).get("inline_keyboard", [])
    buttons = [button for row in rows for button in row]
    if len(buttons) > 100 or any(not 1 <= len(row) <= 8 for row in rows):
        raise RefusedError(400, "Bad Request: too many buttons")
    for button in buttons:
        if not button.get("text", "").strip():
            raise RefusedError(400, "Bad Request: text of a button is empty")
        if "web_app" in button:
            if not str(button["web_app"].get("url", "")).startswith("https://"):
                raise RefusedError(
                    400, "Bad Request: inline keyboard button Web App URL is invalid: Only HTTPS links are allowed"
                )
            if set(button) - {"text", "web_app"}:
                raise RefusedError(400, "Bad Request: BUTTON_TYPE_INVALID")
            continue
        if not 1 <= len(str(button.get("callback_data", "")).encode()) <= 64:
            raise RefusedError(400, "Bad Request: BUTTON_DATA_INVALID")
        if button.get("style") not in (None, *STYLES) or set(button) - {"text", "callback_data", "style"}:
            raise RefusedError(400, "Bad Request: BUTTON_TYPE_INVALID")
    return [[(button["text"], button.get("callback_data") or button["web_app"]["url"]) for button in row] for row in rows]


async def _given(request: web.Request) -> dict[str, Any]:
    """Parameters from wherever they may stand: the address, a form, a form with files, JSON."""
    given: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        told = await request.json()
        return given | {name: value if isinstance(value, str) else json.dumps(value) for name, value in told.items()}
    for name, value in (await request.post()).items():
        given[name] = value if isinstance(value, str) else value.file.read() if isinstance(value, web.FileField) else bytes(value)
    return given


@asynccontextmanager
async def telegram_server(clock: Clock | None = None) -> AsyncIterator[TelegramServer]:
    """A server on a free port of this machine."""
    server = TelegramServer(clock)
    runner = web.AppRunner(server.app(), access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}"
    try:
        yield server
    finally:
        await server.stop()
        await runner.cleanup()
