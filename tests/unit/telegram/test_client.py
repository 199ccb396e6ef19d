"""How Telegram's answers are judged, and what never gets into a log."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from telegram.error import NetworkError, TelegramError

from adapters.failures import describe
from adapters.telegram.client import ApiError, MovedError, TelegramClient, judge, told_plainly
from adapters.telegram.encode import Shown
from bot.chat.message import Message, Paragraph
from bot.chat.richtext import words
from bot.ports import SendLaterError, UndeliverableError
from tests.platforms.telegram_server import TOKEN, USERNAME, telegram_server


def answer(code: int, description: str = "", **parameters: Any) -> bytes:
    told: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    return json.dumps(told | ({"parameters": parameters} if parameters else {})).encode()


def refusal(code: int, body: bytes) -> ApiError:
    with pytest.raises(ApiError) as refused:
        judge(code, body)
    return refused.value


def test_a_result_is_a_result() -> None:
    judge(200, b'{"ok": true, "result": []}')


@pytest.mark.parametrize(
    ("code", "body", "status"),
    [
        (400, answer(400, "Bad Request: chat not found"), 400),
        (200, answer(403, "Forbidden"), 403),
        (200, b'{"ok": false}', 200),
        (502, b"<html>Bad Gateway</html>", 502),
        (200, b"<html>Sign in to the hotel's network</html>", 502),
        (200, b"", 502),
        (200, b'{"ok": true}', 502),
        (200, b"[]", 502),
        (500, b'{"ok": true, "result": 1}', 500),
        (200, b"[" * 100_000, 502),
        (200, b"\xff\xfe\x00", 502),
    ],
    ids=lambda value: str(value)[:20],
)
def test_everything_else_is_a_refusal_with_its_number(code: int, body: bytes, status: int) -> None:
    assert refusal(code, body).status == status


@pytest.mark.parametrize("seconds", [5, 0, 2.5])
def test_a_wish_to_wait_is_kept(seconds: float) -> None:
    told = told_plainly(refusal(429, answer(429, "Too Many Requests", retry_after=seconds)))
    assert isinstance(told, SendLaterError)
    assert told.after == timedelta(seconds=seconds) or seconds == 0


@pytest.mark.parametrize("parameters", [{}, {"retry_after": "soon"}, {"retry_after": -1}, {"retry_after": 10**12}])
def test_a_wish_to_wait_without_a_sensible_number_is_a_short_one(parameters: dict[str, Any]) -> None:
    told = told_plainly(refusal(429, answer(429, "Too Many Requests", **parameters)))
    assert isinstance(told, SendLaterError)
    assert timedelta(0) < told.after < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("code", "description"),
    [
        (403, "Forbidden: bot was blocked by the user"),
        (403, "Forbidden: bot can't initiate conversation with a user"),
        (403, "Forbidden: user is deactivated"),
        (403, "Forbidden: bot was kicked from the supergroup chat"),
        (400, "Bad Request: chat not found"),
        (400, "Bad Request: not enough rights to send text messages to the chat"),
        (400, "Bad Request: BUTTON_DATA_INVALID"),
    ],
)
def test_what_will_never_be_taken_is_undeliverable_and_says_why(code: int, description: str) -> None:
    told = told_plainly(refusal(code, answer(code, description)))
    assert isinstance(told, UndeliverableError)
    assert description in describe(told, Message((Paragraph(words("hello")),)))


def test_a_group_that_moved_says_where_to() -> None:
    told = told_plainly(refusal(400, answer(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-100123)))
    assert isinstance(told, MovedError)
    assert told.chat_id == "-100123"


@pytest.mark.parametrize("code", [401, 404, 409, 500, 502, 503])
def test_what_may_pass_is_tried_again(code: int) -> None:
    assert not isinstance(told_plainly(refusal(code, answer(code, "?"))), SendLaterError | UndeliverableError | MovedError)


@pytest.mark.parametrize("chat_id", ["", "the-group", "1 OR 1"])
async def test_a_chat_that_is_none_of_telegrams_is_undeliverable(chat_id: str) -> None:
    async with telegram_server() as server:
        client = TelegramClient(TOKEN, server.url)
        with pytest.raises(UndeliverableError):
            await client.say(chat_id, Shown("hello"))
        await client.close()
        assert server.calls == []


async def test_neither_the_token_nor_what_is_said_gets_into_any_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(1)
    async with telegram_server() as server:
        an = server.person()
        client = TelegramClient(TOKEN, server.url)
        await client.me()
        await client.say(str(an.id), Shown("our biggest secret"))
        an.says("another secret")
        await client.updates(None)
        server.answers_with = 502
        with pytest.raises(ApiError):
            await client.me()
        server.answers_with, server.is_down = 0, True
        with pytest.raises(NetworkError):
            await client.say(str(an.id), Shown("our biggest secret"))
        await client.close()
    logged = caplog.text + "".join(str(record.args) + str(record.exc_info) for record in caplog.records)
    assert TOKEN not in logged
    assert TOKEN.partition(":")[2] not in logged
    assert "secret" not in logged


def test_a_library_that_was_quieter_stays_so() -> None:
    logger = logging.getLogger("httpx")
    before = logger.level
    try:
        logger.setLevel(logging.CRITICAL)
        TelegramClient(TOKEN, "http://127.0.0.1:9")
        assert logger.level == logging.CRITICAL
    finally:
        logger.setLevel(before)


async def test_a_server_on_this_machine_is_not_looked_for_behind_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    async with telegram_server() as server:
        client = TelegramClient(TOKEN, server.url)
        assert (await client.me()).username == USERNAME
        await client.close()


async def test_nobody_there_is_no_answer() -> None:
    client = TelegramClient(TOKEN, "http://127.0.0.1:9")
    with pytest.raises(TelegramError) as failed:
        await client.me()
    assert TOKEN not in describe(failed.value, Message(()))
    await client.close()
