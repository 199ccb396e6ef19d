"""Calls to DingTalk: one token for all, renewed once at a time, and nobody who knocks on a shut door."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web

from adapters.dingtalk.answers import BAN, QUOTA, ApiError
from adapters.dingtalk.client import BURST, Credentials, DingTalkClient
from adapters.dingtalk.stream import CARDS, EVENTS, MESSAGES
from tests.contract.dingtalk import WHO
from tests.hands import Hands, Sleeper
from tests.platforms import dingtalk_wire as wire
from tests.platforms.dingtalk_server import DingTalkServer, dingtalk_server
from tests.platforms.dingtalk_wire import PER_SECOND

TEXT = ("sampleText", '{"content":"hello"}')
HOUR = timedelta(hours=1)
ONE = ("staff-an",)


@pytest.fixture
async def server() -> AsyncIterator[DingTalkServer]:
    async with dingtalk_server(Hands()) as opened:
        opened.person()
        yield opened
        assert opened.complaints == []


@pytest.fixture
async def client(server: DingTalkServer) -> AsyncIterator[DingTalkClient]:
    async def nap(_: asyncio.Event, seconds: float) -> None:
        server.clock.turn(timedelta(seconds=seconds))

    opened = DingTalkClient(WHO, server.url, server.oapi_url, server.clock, nap)
    yield opened
    await opened.close()


# --- the token ---


async def test_a_token_is_asked_for_once_however_many_want_one(server: DingTalkServer, client: DingTalkClient) -> None:
    await asyncio.gather(*(client.say(ONE, *TEXT) for _ in range(5)))
    assert server.tokens_given == 1


async def test_a_token_is_renewed_before_it_ends(server: DingTalkServer, client: DingTalkClient) -> None:
    await client.say(ONE, *TEXT)
    server.clock.turn(timedelta(seconds=wire.TOKEN_SECONDS - 301))
    await client.say(ONE, *TEXT)
    assert server.tokens_given == 1
    server.clock.turn(timedelta(seconds=2))
    await client.say(ONE, *TEXT)
    assert server.tokens_given == 2


async def test_a_token_that_ended_early_is_renewed_and_the_call_made_again(
    server: DingTalkServer, client: DingTalkClient
) -> None:
    for call in (client.say(ONE, *TEXT), client.call_legacy("/topapi/v2/department/get", {"dept_id": 1})):
        await client.renew_token()
        server.end_tokens()
        given = server.tokens_given
        await call
        assert server.tokens_given == given + 1


async def test_whoever_is_cancelled_while_a_token_comes_takes_it_from_nobody(
    server: DingTalkServer, client: DingTalkClient
) -> None:
    first, second = (asyncio.create_task(client.say(ONE, *TEXT)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).reference
    assert server.tokens_given == 1


async def test_a_wrong_secret_is_said_to_be_one(server: DingTalkServer) -> None:
    client = DingTalkClient(Credentials(wire.CLIENT_ID, "x" * 64, ""), server.url, server.oapi_url, server.clock)
    for call in (client.say(ONE, *TEXT), client.open_stream((MESSAGES,))):
        with pytest.raises(ApiError) as told:
            await call
        assert told.value.is_bad_secret
    await client.close()


# --- what goes out ---


async def test_what_became_of_it_is_told_for_each_person(server: DingTalkServer, client: DingTalkClient) -> None:
    server.person("staff-mei")
    server.person("staff-tom").chat.limits_next = 1
    server.robot.filtered.add("staff-mei")
    told = await client.say(("staff-an", "staff-mei", "staff-tom", "nobody"), *TEXT)
    assert told.reference
    assert [list(one) for one in (told.unknown, told.held_back, told.filtered)] == [["nobody"], ["staff-tom"], ["staff-mei"]]


async def test_a_card_that_could_be_put_nowhere_is_a_refusal(server: DingTalkServer, client: DingTalkClient) -> None:
    template = next(iter(server.cards.templates))
    for name, chat, is_private in (("laban.1.0", "nobody", True), ("laban.g.2.0", "cidnowhere", False)):
        with pytest.raises(ApiError) as told:
            await client.put_card(name, template, {}, chat, is_private=is_private, route="", summary="-")
        assert told.value.is_final


async def test_a_picture_gets_a_media_id(server: DingTalkServer, client: DingTalkClient) -> None:
    media_id = await client.upload(b"\x89PNG\r\n\x1a\nx")
    assert server.robot.media[media_id].startswith(b"\x89PNG")


async def test_a_stream_is_opened_at_an_address_with_a_ticket(server: DingTalkServer, client: DingTalkClient) -> None:
    address = await client.open_stream((MESSAGES, CARDS, EVENTS))
    assert address.startswith(f"{server.gateway.url}?ticket=")


async def test_an_odd_offer_of_a_stream_is_a_refusal(server: DingTalkServer, client: DingTalkClient) -> None:
    server.gateway.url = "file:///etc/passwd"
    with pytest.raises(ApiError):
        await client.open_stream((MESSAGES,))


# --- pace and closed doors ---


async def test_many_calls_stay_below_what_the_free_edition_allows(server: DingTalkServer, client: DingTalkClient) -> None:
    server.per_second = PER_SECOND
    for _ in range(200):
        await client.say(ONE, *TEXT)
    assert len(server.person().chat.said) == 200


async def test_a_few_calls_are_made_at_once(server: DingTalkServer) -> None:
    sleeper = Sleeper(server.clock)
    client = DingTalkClient(WHO, server.url, server.oapi_url, server.clock, sleeper.nap)
    await asyncio.gather(*(client.say(ONE, *TEXT) for _ in range(BURST)))
    assert sleeper.naps == 0
    await client.close()


@pytest.mark.parametrize(("trouble", "wait"), [("ban", BAN), ("month", QUOTA)])
async def test_nobody_knocks_on_a_shut_door(
    server: DingTalkServer, client: DingTalkClient, trouble: str, wait: timedelta
) -> None:
    await client.say(ONE, *TEXT)
    if trouble == "ban":
        server.banned_until = server.clock.now() + wait
    else:
        server.calls_left = 0
    with pytest.raises(ApiError):
        await client.say(ONE, *TEXT)
    asked = len(server.calls)
    server.clock.turn(wait / 2)
    for call in (client.say(ONE, *TEXT), client.upload(b"x"), client.open_stream((MESSAGES,))):
        with pytest.raises(ApiError) as told:
            await call
        assert told.value.wait is not None
        assert told.value.wait <= wait / 2
    assert len(server.calls) == asked
    server.calls_left = None
    server.clock.turn(wait / 2)
    await client.say(ONE, *TEXT)


async def test_too_many_calls_in_a_second_shut_no_door(server: DingTalkServer, client: DingTalkClient) -> None:
    server.faults.append(("batchSend", wire.over_quota("app", is_legacy=False)))
    with pytest.raises(ApiError):
        await client.say(ONE, *TEXT)
    await client.say(ONE, *TEXT)


async def test_a_redirect_is_not_followed() -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        raise web.HTTPTemporaryRedirect("/elsewhere")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    client = DingTalkClient(WHO, url, url, Hands())
    with pytest.raises(ApiError):
        await client.say(ONE, *TEXT)
    await client.close()
    await runner.cleanup()
    assert asked == ["/v1.0/oauth2/accessToken"]
