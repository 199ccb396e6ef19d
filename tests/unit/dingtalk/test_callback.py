"""HTTP mode: who may post, what is stored before it is acknowledged, and what a body can never make us do."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from adapters.dingtalk.callback import BODY_LIMIT, CALLBACK_PATH, CARDS_PATH, Callbacks
from adapters.dingtalk.client import DingTalkClient
from adapters.dingtalk.presses import Presses
from adapters.dingtalk.receive import Reception
from bot.chat.incoming import Picked
from tests.contract.dingtalk import WHO
from tests.hands import Hands
from tests.platforms.dingtalk_wire import CLIENT_SECRET, card_signature, signature
from tests.unit.dingtalk.inbox import Inbox

SECRET = "c" * 43
MESSAGE = {
    "conversationId": "cid",
    "conversationType": "1",
    "chatbotCorpId": "ding1",
    "senderCorpId": "ding1",
    "senderStaffId": "staff-an",
    "senderNick": "安",
    "msgId": "msg1",
    "createAt": 1772442000000,
    "msgtype": "text",
    "text": {"content": "帮助"},
    "sessionWebhook": "http://169.254.169.254/latest",
}
PRESS = {
    "type": "actionCallback",
    "outTrackId": "laban.1.0",
    "userId": "staff-an",
    "content": '{"cardPrivateData":{"actionIds":["more1"],"params":{"token":"d.home."}}}',
}


@dataclass
class Site:
    """Our side of the two addresses."""

    url: str
    hands: Hands
    inbox: Inbox
    presses: Presses
    session: aiohttp.ClientSession

    def stamp(self, off: timedelta = timedelta(0)) -> str:
        return str(int((self.hands.now() + off).timestamp() * 1000))

    async def post(self, body: Any = MESSAGE, *, stamp: str = "", sign: str | None = None, data: bytes | None = None) -> int:
        """As DingTalk posts a message; the number it is answered with."""
        stamp = stamp or self.stamp()
        headers = {"timestamp": stamp, "sign": signature(CLIENT_SECRET, stamp) if sign is None else sign}
        sent = io.BytesIO(json.dumps(body).encode() if data is None else data)
        async with self.session.post(f"{self.url}{CALLBACK_PATH}", data=sent, headers=headers) as response:
            return response.status

    async def press(self, body: Any = PRESS, *, stamp: str = "", secret: str = SECRET) -> tuple[int, Any]:
        """As DingTalk posts a press; what it is answered with."""
        stamp = stamp or self.stamp()
        headers = {"x-ddpaas-signature-timestamp": stamp, "x-ddpaas-signature": card_signature(secret, stamp)}
        async with self.session.post(f"{self.url}{CARDS_PATH}", json=body, headers=headers) as response:
            return response.status, await response.json() if response.status == 200 else None


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    hands, inbox = Hands(), Inbox()

    async def nap(event: object, seconds: float) -> None:
        hands.turn(timedelta(seconds=seconds))

    presses = Presses(nap)
    reception = Reception(inbox.accept, hands, presses, nap)
    client = DingTalkClient(WHO, "http://127.0.0.1:1", "http://127.0.0.1:1", hands)
    callbacks = Callbacks(client, reception, hands, secret=CLIENT_SECRET, card_secret=SECRET)
    app = web.Application()
    app.router.add_post(CALLBACK_PATH, callbacks.post_message)
    app.router.add_post(CARDS_PATH, callbacks.post_press)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        yield Site(f"http://127.0.0.1:{runner.addresses[0][1]}", hands, inbox, presses, session)
    await runner.cleanup()
    await client.close()


def test_without_a_secret_there_are_no_callbacks() -> None:
    hands = Hands()
    client = DingTalkClient(WHO, "http://127.0.0.1:1", "http://127.0.0.1:1", hands)
    reception = Reception(Inbox().accept, hands, Presses())
    with pytest.raises(ValueError, match="secret"):
        Callbacks(client, reception, hands, secret="")


async def test_a_signed_message_is_stored(site: Site) -> None:
    assert await site.post() == 200
    assert site.inbox.texts == ["帮助"]


async def test_the_same_request_twice_acts_once(site: Site) -> None:
    stamp = site.stamp()
    assert [await site.post(stamp=stamp) for _ in range(3)] == [200] * 3
    assert len(site.inbox.events) == 1
    assert [(await site.press(stamp=stamp))[0] for _ in range(3)] == [200] * 3
    assert len(site.inbox.events) == 2


@pytest.mark.parametrize("sign", ["", "x", "é"])
async def test_a_message_without_a_good_signature_is_refused_unread(site: Site, sign: str) -> None:
    assert await site.post(sign=sign) == 401
    assert (await site.press(secret=CLIENT_SECRET))[0] == 401
    assert site.inbox.attempts == 0


@pytest.mark.parametrize(("off", "status"), [(-299, 200), (299, 200), (-301, 401), (301, 401)])
async def test_a_signature_is_good_for_five_minutes(site: Site, off: int, status: int) -> None:
    stamp = site.stamp(timedelta(seconds=off))
    assert await site.post(stamp=stamp) == status
    assert (await site.press(stamp=stamp))[0] == status


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[]", b"null", b"1", b"[" * 100_000])
async def test_a_body_that_is_none_is_refused(site: Site, data: bytes) -> None:
    assert await site.post(data=data) == 400


async def test_a_body_that_is_too_long_is_not_read_to_its_end(site: Site) -> None:
    assert await site.post({**MESSAGE, "padding": "x" * BODY_LIMIT}) == 413
    assert site.inbox.events == {}


async def test_what_means_nothing_is_acknowledged(site: Site) -> None:
    assert await site.post({**MESSAGE, "msgtype": "picture"}) == 200
    assert (await site.press({**PRESS, "content": "{"}))[0] == 200
    assert site.inbox.events == {}


async def test_what_could_not_be_stored_is_not_acknowledged(site: Site) -> None:
    site.inbox.failures.extend([OSError("disk full")] * 10)
    assert await site.post() == 503
    site.inbox.failures.clear()
    assert await site.post() == 200


async def test_a_press_is_stored_and_answered_with_nothing_where_nothing_changes(site: Site) -> None:
    assert await site.press() == (200, {})
    assert [one.body for one in site.inbox.events.values()] == [Picked("d.home.")]
    assert await site.press(stamp=site.stamp(timedelta(seconds=1))) == (200, {})
    assert len(site.inbox.events) == 2
