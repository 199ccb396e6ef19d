"""Which way updates take, and what an admin is told about it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web

from adapters.telegram.examine import Diagnosis, examine, invitation_link
from adapters.telegram.receive import Polling, Receiving
from adapters.telegram.wiring import connect, webhook_address
from tests.architecture.source import ROOT
from tests.hands import Hands
from tests.platforms.telegram_server import TOKEN, USERNAME, TelegramServer, telegram_server
from tests.unit.telegram.test_receive import Inbox

ADDRESS = "https://laban.example/telegram/webhook"


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with telegram_server() as opened:
        yield opened


@pytest.mark.parametrize(
    ("public_url", "address"),
    [
        ("https://laban.example", ADDRESS),
        ("https://laban.example:8443", "https://laban.example:8443/telegram/webhook"),
        ("https://laban.example:443/okr", "https://laban.example:443/okr/telegram/webhook"),
        ("https://laban.example:8444", ""),
    ],
)
def test_a_webhook_is_on_a_port_telegram_uses_or_there_is_none(public_url: str, address: str) -> None:
    assert webhook_address(public_url) == address


async def test_it_polls_unless_there_is_an_address(server: TelegramServer) -> None:
    app = web.Application()
    polling = connect(TOKEN, server.url, Inbox().accept, Hands())
    polling.add_routes(app)
    assert isinstance(polling.connection, Polling)
    assert len(app.router.routes()) == 0
    receiving = connect(TOKEN, server.url, Inbox().accept, Hands(), webhook=(ADDRESS, "secret"))
    receiving.add_routes(app)
    assert isinstance(receiving.connection, Receiving)
    assert [route.method for route in app.router.routes()] == ["POST"]
    await polling.close()
    await receiving.close()


def test_who_has_no_bot_does_not_wait_for_its_library() -> None:
    look = "import sys, adapters.cli, adapters.commands, adapters.doctor, adapters.server; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", look], check=True, capture_output=True, text=True, cwd=ROOT).stdout.split()
    assert not {"telegram", "httpx"} & set(loaded)


# --- what an admin is told ---


async def told(server: TelegramServer, address: str = "", token: str = TOKEN) -> tuple[Diagnosis, ...]:
    found = await examine(token, server.url, address, server.clock.now())
    assert token not in str(found)
    assert not server.of("setWebhook", "deleteWebhook", "getUpdates")
    return found


async def test_the_bot_is_named_with_its_address(server: TelegramServer) -> None:
    bot, way = await told(server)
    assert f"https://t.me/{USERNAME}" in bot.found
    assert (bot.remedy, way.remedy) == ("", "")


async def test_a_token_nobody_knows_is_wrong_and_the_remedy_names_where_to_get_one(server: TelegramServer) -> None:
    (found,) = await told(server, token="700100:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    assert found.is_wrong
    assert "@BotFather" in found.remedy


async def test_a_server_that_is_ill_or_away_is_wrong(server: TelegramServer) -> None:
    server.answers_with = 502
    assert [one.is_wrong for one in await told(server)] == [True]
    server.answers_with, server.is_down = 0, True
    (found,) = await told(server)
    assert found.is_wrong
    assert "cannot be reached" in found.found


async def test_a_webhook_that_is_not_set_yet_or_is_somebody_elses_needs_a_start(server: TelegramServer) -> None:
    server.webhook = "https://elsewhere.example/secret-path"
    for address in (ADDRESS, ""):
        _, way = await told(server, address)
        assert "laban run" in way.remedy
        assert "secret-path" not in way.found
    server.webhook = ""
    _, way = await told(server, ADDRESS)
    assert "laban run" in way.remedy


async def test_a_webhook_telegram_cannot_reach_says_why_and_what_to_do(server: TelegramServer) -> None:
    server.webhook = ADDRESS
    server.webhook_error = "Wrong response from the webhook: 502 Bad Gateway"
    server.person().says("hello")
    _, way = await told(server, ADDRESS)
    assert way.is_wrong
    assert "502 Bad Gateway" in way.found
    assert "1 wait" in way.found
    assert "/telegram/webhook" in way.remedy
    assert isinstance(server.clock, Hands)
    later = await examine(TOKEN, server.url, ADDRESS, server.clock.now() + timedelta(hours=2))
    assert not later[1].is_wrong


async def test_many_messages_nobody_fetches_are_mentioned(server: TelegramServer) -> None:
    an = server.person()
    for number in range(150):
        an.says(str(number))
    _, way = await told(server)
    assert "150 wait" in way.found
    assert way.remedy


async def test_an_invitation_is_a_link_that_opens_the_chat(server: TelegramServer) -> None:
    assert await invitation_link(TOKEN, server.url, "abc-def") == f"https://t.me/{USERNAME}?start=abc-def"
    server.is_down = True
    assert await invitation_link(TOKEN, server.url, "abc-def") == ""
