"""What comes in: stored before it is acknowledged, by either way, whatever goes wrong."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from adapters.telegram.client import TelegramClient
from adapters.telegram.decode import number_of
from adapters.telegram.receive import BODY_LIMIT, Polling, Receiving, Reception
from adapters.telegram.verify import HEADER
from bot.chat.incoming import Incoming, Picked, Texted
from bot.okr.people import LANGUAGES
from tests.hands import Hands, Sleeper
from tests.platforms.telegram_server import TOKEN, Person, RefusedError, TelegramServer, telegram_server

SECRET = "only-for-tests-only-for-tests-only"


@dataclass
class Inbox:
    """Stores by event id. `failures` are raised first, one for each attempt; `when_asked` is done before anything is stored."""

    events: dict[str, Incoming] = field(default_factory=dict)
    failures: list[Exception] = field(default_factory=list)
    attempts: int = 0
    when_asked: Callable[[], None] = lambda: None

    async def accept(self, incoming: Incoming) -> bool:
        self.attempts += 1
        self.when_asked()
        if self.failures:
            raise self.failures.pop(0)
        is_new = incoming.event_id not in self.events
        self.events.setdefault(incoming.event_id, incoming)
        return is_new

    @property
    def texts(self) -> list[str]:
        return [one.body.text for one in self.events.values() if isinstance(one.body, Texted)]


@dataclass
class Line:
    """A connection that runs against a server of ours."""

    server: TelegramServer
    hands: Hands
    inbox: Inbox
    sleeper: Sleeper
    connection: Polling
    moves: list[tuple[str, str]]
    an: Person

    async def heard(self, *texts: str) -> None:
        """Wait until exactly this has been stored, and is confirmed."""
        await self.server.until(lambda: self.inbox.texts == list(texts) and self.server.is_polled)

    async def tired(self) -> None:
        """Wait until it naps after a failure, then let that time pass."""
        await self.hands.until(lambda: self.sleeper.is_asleep)
        self.hands.turn(timedelta(minutes=1))


@asynccontextmanager
async def polling(server: TelegramServer, inbox: Inbox) -> AsyncIterator[Line]:
    """A process that polls."""
    hands = Hands()
    sleeper = Sleeper(hands)
    moves: list[tuple[str, str]] = []

    async def moved(old: str, new: str) -> None:
        moves.append((old, new))

    client = TelegramClient(TOKEN, server.url)
    connection = Polling(Reception(client, inbox.accept, hands, moved), draw=lambda: 0.9, nap=sleeper.nap)
    running = asyncio.create_task(connection.run())
    try:
        yield Line(server, hands, inbox, sleeper, connection, moves, server.person())
    finally:
        async with asyncio.timeout(5):
            await connection.stop()
            await running
        await client.close()


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with telegram_server() as opened:
        yield opened
        assert opened.complaints == []


@pytest.fixture
async def line(server: TelegramServer) -> AsyncIterator[Line]:
    async with polling(server, Inbox()) as opened:
        yield opened


# --- polling ---


async def test_what_is_said_is_stored(line: Line) -> None:
    line.an.says("one")
    line.an.says("two")
    await line.heard("one", "two")


async def test_what_was_said_before_we_started_is_not_thrown_away(server: TelegramServer) -> None:
    server.person().says("while you were away")
    async with polling(server, Inbox()) as line:
        await line.heard("while you were away")


async def test_nothing_is_confirmed_before_it_is_stored(server: TelegramServer) -> None:
    inbox = Inbox(failures=[OSError("disk full")] * 3)
    inbox.when_asked = lambda: waiting.append(len(server.waiting))
    waiting: list[int] = []
    async with polling(server, inbox) as line:
        line.an.says("one")
        line.an.says("two")
        for _ in range(3):
            await line.tired()
        await line.heard("one", "two")
    assert waiting[:4] == [2, 2, 2, 2]


async def test_what_was_stored_before_a_failure_is_not_asked_for_again(server: TelegramServer) -> None:
    inbox = Inbox()
    async with polling(server, inbox) as line:
        await server.until(lambda: server.is_polled)
        asked = len(server.of("getUpdates"))
        inbox.when_asked = lambda: inbox.failures.append(OSError("disk full")) if inbox.attempts == 2 else None
        first = line.an.says("one")
        line.an.says("two")
        await line.tired()
        await line.heard("one", "two")
    offsets = [call.given.get("offset") for call in server.of("getUpdates")[asked:]]
    assert str(first["update_id"] + 1) in offsets


async def test_an_update_that_comes_twice_or_out_of_order_is_stored_once_in_order(line: Line, server: TelegramServer) -> None:
    await server.until(lambda: server.is_polled)
    first = line.an.says("one")
    await line.heard("one")
    second, third = line.an.says("two"), line.an.says("three")
    server.waiting.clear()
    for update in (third, second, first, third, second):
        server.waiting.append(update)
    server.tire()
    await line.heard("one", "two", "three")


async def test_after_a_quiet_week_numbers_may_begin_anywhere(line: Line, server: TelegramServer) -> None:
    line.an.says("one")
    await line.heard("one")
    server.tire()
    await server.until(lambda: "offset" not in server.of("getUpdates")[-1].given and server.is_polled)
    server.renumber(5)
    line.an.says("two")
    await line.heard("one", "two")


@pytest.mark.parametrize(
    "odd", [{"update_id": 10**6}, {"update_id": 10**6, "message": 7}, {"message": {}}, {"update_id": "x"}, "nonsense", 7, None]
)
async def test_what_cannot_be_read_stops_nobody(server: TelegramServer, odd: Any) -> None:
    if number_of(odd):
        server.push_raw(odd)
    else:
        # Only a broken proxy could answer like this.
        server.mangle = [odd]
    server.person().says("hello")
    async with polling(server, Inbox()) as line:
        await server.until(lambda: line.inbox.texts == ["hello"])


async def test_a_mistake_of_ours_in_one_update_does_not_hold_up_the_others_for_ever(server: TelegramServer) -> None:
    inbox = Inbox(failures=[KeyError("no such thing")] * 4)
    async with polling(server, inbox) as line:
        line.an.says("one")
        line.an.says("two")
        for _ in range(3):
            await line.tired()
        await line.heard("two")


async def test_presses_are_answered_as_soon_as_they_are_stored(line: Line, server: TelegramServer) -> None:
    await line.connection._reception.client._bot.send_message(line.an.id, "?", reply_markup=_keyboard())
    server.complaints.clear()
    line.an.presses("Yes")
    await server.until(lambda: server.of("answerCallbackQuery"))
    assert [one.body for one in line.inbox.events.values()] == [Picked("d.home.")]
    assert server._presses == {}


async def test_a_press_from_before_a_restart_is_stored_though_it_can_no_longer_be_answered(server: TelegramServer) -> None:
    an = server.person()
    async with polling(server, Inbox()) as line:
        await line.connection._reception.client._bot.send_message(an.id, "?", reply_markup=_keyboard())
    server.complaints.clear()
    assert isinstance(server.clock, Hands)
    an.presses("Yes")
    server.clock.turn(timedelta(minutes=1))
    async with polling(server, Inbox()) as line:
        await server.until(lambda: line.inbox.events and server.of("answerCallbackQuery"))


def _keyboard() -> Any:
    return {"inline_keyboard": [[{"text": "Yes", "callback_data": "d.home."}]]}


# --- trouble on the line ---


async def test_it_comes_back_by_itself_when_telegram_does(line: Line, server: TelegramServer) -> None:
    await server.until(lambda: server.is_polled)
    server.answers_with = 502
    server.tire()
    for _ in range(5):
        await line.tired()
    server.answers_with = 0
    server.is_down = True
    for _ in range(3):
        await line.tired()
    server.is_down = False
    line.an.says("still there?")
    await line.heard("still there?")


async def test_it_starts_while_telegram_is_down(server: TelegramServer) -> None:
    server.is_down = True
    async with polling(server, Inbox()) as line:
        await line.tired()
        await line.tired()
        server.is_down = False
        line.an.says("good morning")
        await line.heard("good morning")


async def test_two_that_poll_take_turns_and_lose_nothing(server: TelegramServer) -> None:
    inbox = Inbox()
    async with polling(server, inbox) as first:
        await server.until(lambda: server.is_polled)
        async with polling(server, inbox) as second:
            await first.hands.until(lambda: first.sleeper.is_asleep)
            first.an.says("one")
            await second.heard("one")
            first.hands.turn(timedelta(minutes=1))
            await second.hands.until(lambda: second.sleeper.is_asleep)
            first.an.says("two")
            await first.heard("one", "two")
    assert inbox.attempts == 2


async def test_a_webhook_somebody_left_is_taken_away(server: TelegramServer) -> None:
    server.webhook = "https://elsewhere.example/x"
    server.person().says("hello")
    async with polling(server, Inbox()) as line:
        await line.heard("hello")
        server.webhook = "https://elsewhere.example/x"
        server.tire()
        await line.tired()
        line.an.says("again")
        await line.heard("hello", "again")


async def test_it_waits_as_long_as_telegram_asks(line: Line, server: TelegramServer) -> None:
    await server.until(lambda: server.is_polled)
    server.faults.append(("getUpdates", RefusedError(429, "Too Many Requests", retry_after=300)))
    server.tire()
    await line.hands.until(lambda: line.sleeper.is_asleep)
    line.hands.turn(timedelta(seconds=299))
    assert line.sleeper.is_asleep
    line.hands.turn(timedelta(seconds=1))
    await server.until(lambda: server.is_polled)


async def test_a_token_nobody_knows_is_said_plainly_and_tried_again(
    server: TelegramServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.faults += [("getMe", RefusedError(401, "Unauthorized"))] * 2
    async with polling(server, Inbox()) as line:
        await line.tired()
        await line.tired()
        line.an.says("hello")
        await line.heard("hello")
    assert "TELEGRAM_BOT_TOKEN" in caplog.text
    assert TOKEN.partition(":")[2] not in caplog.text


async def test_stopping_does_not_wait_for_the_poll_to_end_and_loses_nothing(server: TelegramServer) -> None:
    async with polling(server, Inbox()):
        await server.until(lambda: server.is_polled)
    server.person().says("hello")
    async with polling(server, Inbox()) as line:
        await line.heard("hello")


# --- introducing ourselves ---


async def test_the_menu_is_offered_in_every_language(line: Line, server: TelegramServer) -> None:
    await server.until(lambda: server.is_polled)
    assert set(server.commands) == {"", *LANGUAGES} - {"en"}
    assert {tuple(one["command"] for one in menu) for menu in server.commands.values()} == {
        tuple(one["command"] for one in server.commands[""])
    }
    assert all(json.loads(call.given["scope"])["type"] == "all_private_chats" for call in server.of("setMyCommands"))


async def test_a_menu_that_cannot_be_set_keeps_nobody_from_talking(server: TelegramServer) -> None:
    server.faults.append(("setMyCommands", RefusedError(429, "Too Many Requests", retry_after=30)))
    async with polling(server, Inbox()) as line:
        line.an.says("hello")
        await line.heard("hello")


async def test_a_group_that_moves_is_told_before_it_is_acknowledged(line: Line, server: TelegramServer) -> None:
    await server.until(lambda: server.is_polled)
    server.upgrade(server.group())
    line.an.says("hello")
    await line.heard("hello")
    assert set(line.moves) == {("-4001", "-1004001")}


async def test_blocking_and_unblocking_leads_to_nothing(line: Line, server: TelegramServer) -> None:
    line.an.blocks()
    line.an.blocks(is_blocked=False)
    line.an.says("hello")
    await line.heard("hello")


# --- the webhook ---


@dataclass
class Hook:
    """A webhook on a site of its own, and the server that brings updates to it."""

    server: TelegramServer
    inbox: Inbox
    url: str
    session: aiohttp.ClientSession
    hands: Hands
    an: Person

    async def post(self, body: bytes | Any, *secrets: str, **headers: str) -> int:
        """As anybody on the internet could."""
        data = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
        sent = [(HEADER, secret) for secret in secrets] + list(headers.items())
        async with self.session.post(self.url, data=data, headers=sent) as response:
            assert await response.read() == b""
            return response.status


@pytest.fixture
async def hook(server: TelegramServer) -> AsyncIterator[Hook]:
    hands = Hands()
    inbox = Inbox()

    async def moved(old: str, new: str) -> None:
        raise AssertionError

    async def later(request: web.Request) -> web.Response:
        return await receiving.post(request)

    app = web.Application(client_max_size=1000)  # that of a form; updates have a limit of their own
    app.router.add_post("/telegram/webhook", later)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/telegram/webhook"
    client = TelegramClient(TOKEN, server.url)
    receiving = Receiving(Reception(client, inbox.accept, hands, moved), url, SECRET, draw=lambda: 0.9, nap=Sleeper(hands).nap)
    running = asyncio.create_task(receiving.run())
    async with aiohttp.ClientSession() as session:
        await server.until(lambda: server.webhook)
        yield Hook(server, inbox, url, session, hands, server.person())
    await receiving.stop()
    await running
    await client.close()
    await runner.cleanup()


UPDATE = {
    "update_id": 1,
    "message": {"from": {"id": 501, "is_bot": False}, "chat": {"id": 501, "type": "private"}, "text": "hello"},
}


async def test_telegram_brings_updates_with_the_secret_we_told_it(hook: Hook) -> None:
    hook.an.says("one")
    hook.an.says("two " + "x" * 3000)
    await hook.server.until(lambda: hook.server.deliveries == [200, 200])
    assert [text[:3] for text in hook.inbox.texts] == ["one", "two"]
    assert hook.server.webhook_secret == SECRET


@pytest.mark.parametrize(
    "secrets", [(), ("",), ("wrong",), (SECRET, SECRET), (SECRET, "wrong"), (SECRET.upper(),), (SECRET[:-1],)]
)
async def test_whoever_does_not_know_the_secret_is_turned_away(hook: Hook, secrets: tuple[str, ...]) -> None:
    assert await hook.post(UPDATE, *secrets) == 401
    assert await hook.post(b"x" * (BODY_LIMIT * 2), *secrets) == 401
    assert hook.inbox.attempts == 0


async def test_what_was_not_stored_is_not_acknowledged_and_comes_again(hook: Hook) -> None:
    hook.inbox.failures.append(OSError("disk full"))
    hook.an.says("one")
    await hook.server.until(lambda: hook.server.deliveries == [503])
    assert hook.inbox.texts == []
    hook.server.try_again()
    await hook.server.until(lambda: hook.server.deliveries == [503, 200])
    assert hook.inbox.texts == ["one"]


async def test_the_same_update_twice_is_taken_twice_and_stored_once(hook: Hook) -> None:
    assert [await hook.post(UPDATE, SECRET), await hook.post(UPDATE, SECRET)] == [200, 200]
    assert hook.inbox.texts == ["hello"]


@pytest.mark.parametrize(
    "body",
    [b"", b"nonsense", b"[]", b"7", b"null", b"{}", b'{"update_id": "x"}', b"[" * 100_000, b"\xff\xfe", b" " * (BODY_LIMIT + 1)],
)
async def test_what_is_no_update_is_refused(hook: Hook, body: bytes) -> None:
    assert await hook.post(body, SECRET) == 400
    assert hook.inbox.attempts == 0


@pytest.mark.parametrize("update", [{"update_id": 1}, {"update_id": 1, "message": 7}, {"update_id": 1, "telepathy": {}}])
async def test_an_update_that_means_nothing_is_acknowledged(hook: Hook, update: dict[str, Any]) -> None:
    assert await hook.post(update, SECRET) == 200
    assert hook.inbox.attempts == 0


async def test_the_webhook_is_set_again_every_hour(hook: Hook) -> None:
    hook.server.webhook = ""
    hook.hands.turn(timedelta(hours=1))
    await hook.server.until(lambda: hook.server.webhook == hook.url)


async def test_before_we_know_who_we_are_updates_have_to_come_again(server: TelegramServer) -> None:
    async def moved(old: str, new: str) -> None:
        raise AssertionError

    client = TelegramClient(TOKEN, server.url)
    receiving = Receiving(Reception(client, Inbox().accept, Hands(), moved), "https://laban.example/x", SECRET)
    app = web.Application()
    app.router.add_post("/x", receiving.post)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/x"
        async with session.post(url, json=UPDATE, headers={HEADER: SECRET}) as response:
            assert response.status == 503
    await runner.cleanup()
    await client.close()
