"""Stream mode: stored before it is acknowledged, whatever happens to the connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from adapters.dingtalk.client import DingTalkClient
from adapters.dingtalk.presses import LONGEST, Presses
from adapters.dingtalk.receive import STORING, Reception
from adapters.dingtalk.stream import CONNECTIONS, SILENCE, STEADY, Event, Listen, Streams
from bot.chat.incoming import Picked
from tests.contract.dingtalk import WHO
from tests.dingtalk_template import TEMPLATE, TEMPLATE_ID
from tests.hands import Hands, Sleeper
from tests.platforms.dingtalk_people import Person
from tests.platforms.dingtalk_server import DingTalkServer, dingtalk_server
from tests.platforms.dingtalk_wire import ROBOT
from tests.unit.dingtalk.inbox import Inbox

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@dataclass
class Line:
    """Connections that run against a server of ours."""

    server: DingTalkServer
    hands: Hands
    inbox: Inbox
    presses: Presses
    an: Person
    events: list[Event] = field(default_factory=list)

    async def heard(self, *texts: str) -> None:
        """Wait until exactly this has been stored, and everything pushed is acknowledged."""
        await self.server.until(
            lambda: self.inbox.texts == list(texts) and all(one.is_done for one in self.server.gateway.pushes)
        )

    async def pass_time(self, by: timedelta) -> None:
        """Turn the hands and let connections notice."""
        self.hands.turn(by)
        for _ in range(50):
            await asyncio.sleep(0)

    async def in_time(self, is_so: Callable[[], object], step: timedelta = SECOND) -> None:
        """Let time pass, step by step, until it is so."""
        for _ in range(200):
            if is_so():
                return
            self.hands.turn(step)
            for _ in range(100):
                await asyncio.sleep(0)
        raise AssertionError("it never comes to that")


@asynccontextmanager
async def streaming(
    server: DingTalkServer, inbox: Inbox | None = None, listen: Listen | None = None, *, is_connected: bool = True
) -> AsyncIterator[Line]:
    """A process with its connections."""
    hands, inbox = server.clock, inbox or Inbox()
    sleeper = Sleeper(hands)
    client = DingTalkClient(WHO, server.url, server.oapi_url, hands, sleeper.nap)
    presses = Presses(sleeper.nap)
    reception = Reception(inbox.accept, hands, presses, sleeper.nap)
    streams = Streams(client, reception, hands, listen=listen, draw=lambda: 0.9, nap=sleeper.nap)
    running = asyncio.create_task(streams.run())
    try:
        if is_connected:
            await server.until(lambda: len(server.gateway.live) == CONNECTIONS)
        yield Line(server, hands, inbox, presses, server.person())
    finally:
        async with asyncio.timeout(10):
            await streams.stop()
            await running
        await client.close()


@pytest.fixture
async def server() -> AsyncIterator[DingTalkServer]:
    async with dingtalk_server() as opened:
        opened.cards.templates[TEMPLATE_ID] = TEMPLATE
        yield opened
        assert opened.complaints == []


@pytest.fixture
async def line(server: DingTalkServer) -> AsyncIterator[Line]:
    async with streaming(server) as opened:
        yield opened


# --- acknowledging ---


async def test_what_is_said_is_stored_and_acknowledged_in_order(line: Line) -> None:
    said = [str(number) for number in range(20)]
    for text in said:
        line.an.says(text)
    await line.server.until(lambda: sorted(line.inbox.texts, key=int) == said)
    assert all(one.sent == 1 for one in line.server.gateway.pushes)


async def test_nothing_is_acknowledged_before_it_is_stored_and_storing_is_tried_again(server: DingTalkServer) -> None:
    inbox = Inbox(failures=[OSError("disk full")] * len(STORING))
    async with streaming(server, inbox) as line:
        line.an.says("one")
        for number, wait in enumerate(STORING, 1):
            await server.clock.until(partial(_has_tried, inbox, number))
            assert not server.gateway.pushes[0].is_done
            for _ in range(20):
                await asyncio.sleep(0)
            await line.pass_time(timedelta(seconds=wait))
            server.clock.stir()
        await line.heard("one")


async def test_what_cannot_be_stored_is_not_acknowledged_and_comes_again(server: DingTalkServer) -> None:
    inbox = Inbox(failures=[KeyError("a bug")])
    async with streaming(server, inbox) as line:
        line.an.says("one")
        await line.in_time(lambda: line.inbox.texts == ["one"], 5 * SECOND)
        await line.heard("one")
        assert server.gateway.pushes[0].sent == 2


async def test_what_is_pushed_again_is_acknowledged_again(line: Line, server: DingTalkServer) -> None:
    line.an.says("one")
    await line.heard("one")
    push = server.gateway.pushes[0]
    server.gateway.again(push)
    await server.until(lambda: len(push.acks) == 2)
    assert line.inbox.texts == ["one"]


async def test_what_means_nothing_is_acknowledged_as_well(line: Line, server: DingTalkServer) -> None:
    line.an.sends("picture", {"downloadCode": "x"})
    server.gateway.push("CALLBACK", ROBOT, {"something": "else"})
    await line.heard()


async def test_a_ping_is_answered_with_what_it_said(line: Line, server: DingTalkServer) -> None:
    connection = server.gateway.live[0]
    opaque = server.gateway.ping(connection)
    await server.until(lambda: connection.opaques == [opaque])


@pytest.mark.parametrize("raw", ["", "[", "null", "[]", '{"type": 1}', '{"type": "CALLBACK", "headers": {}}', "[" * 100_000])
async def test_a_frame_of_no_known_shape_harms_nobody(line: Line, server: DingTalkServer, raw: str) -> None:
    await server.gateway.live[0].socket.send_str(raw)
    line.an.says("one")
    await server.until(lambda: line.inbox.texts == ["one"])
    server.complaints[:] = [one for one in server.complaints if "never pushed" not in one]


def _has_tried(inbox: Inbox, times: int) -> bool:
    return inbox.attempts == times


# --- presses ---


async def test_a_press_that_changes_its_card_shows_it_with_the_answer(line: Line, server: DingTalkServer) -> None:
    card = await shown_card(server)
    showing: list[asyncio.Task[bool]] = []
    line.inbox.when_stored = lambda _: showing.append(
        asyncio.create_task(line.presses.show(card.track_id, {**card.data, "answer1": ""}))
    )
    line.an.presses("Yes", card)
    await server.until(lambda: card.updates)
    assert await showing[0]
    assert card.face().labels == []
    assert [one.body for one in line.inbox.events.values()] == [Picked("d.home.")]


async def test_a_press_that_changes_nothing_in_time_is_answered_with_nothing(line: Line, server: DingTalkServer) -> None:
    card = await shown_card(server)
    line.an.presses("Yes", card)
    await line.in_time(lambda: line.inbox.events and not card.presses_open, LONGEST / 4)
    assert (card.updates, server.cards.late) == (0, 0)
    assert not await line.presses.show(card.track_id, card.data)


async def shown_card(server: DingTalkServer) -> Any:
    """A card with one button, in An's chat."""
    client = DingTalkClient(WHO, server.url, server.oapi_url, server.clock)
    params = {**dict.fromkeys(TEMPLATE.variables or (), ""), "text": "Sure?", "answer1": "Yes", "answer1_token": "d.home."}
    await client.put_card("laban.1.0", TEMPLATE_ID, params, "staff-an", is_private=True, route="", summary="Sure?")
    await client.close()
    return server.cards.all["laban.1.0"]


# --- events of the company ---


async def test_whoever_listens_hears_what_happens_in_the_company(server: DingTalkServer) -> None:
    heard: list[Event] = []

    async def listen(event: Event) -> None:
        heard.append(event)
        if len(heard) == 1:
            raise OSError("not now")

    async with streaming(server, listen=listen) as line:
        push = server.gateway.event("user_add_org", {"userId": ["staff-new"]})
        await server.until(lambda: push.acks)
        assert not push.is_done
        await line.pass_time(MINUTE)
        await server.until(lambda: push.is_done)
    assert [(one.kind, list(one.data["userId"]), one.id) for one in heard] == [("user_add_org", ["staff-new"], heard[0].id)] * 2
    assert heard[0].born_at.tzinfo is not None


async def test_where_nobody_listens_no_events_are_asked_for(line: Line, server: DingTalkServer) -> None:
    assert {topic for one in server.gateway.live for _, topic in one.subscriptions} == {ROBOT, "/v1.0/card/instances/callback"}


# --- connections that end ---


async def test_a_connection_that_is_told_to_go_is_replaced_and_nothing_is_lost(line: Line, server: DingTalkServer) -> None:
    await line.pass_time(STEADY)
    leaving = server.gateway.live[0]
    server.gateway.disconnect(leaving)
    line.an.says("meanwhile")
    await server.until(lambda: len(server.gateway.live) == CONNECTIONS)
    await line.heard("meanwhile")
    assert leaving not in server.gateway.live


async def test_a_network_that_breaks_is_joined_again(line: Line, server: DingTalkServer) -> None:
    for connection in tuple(server.gateway.live):
        server.gateway.cut(connection)
    await server.until(lambda: not server.gateway.live)
    await line.in_time(lambda: len(server.gateway.live) == CONNECTIONS)
    line.an.says("back")
    await line.heard("back")


async def test_a_connection_nobody_is_at_the_other_end_of_is_noticed(line: Line, server: DingTalkServer) -> None:
    dead = server.gateway.live[0]
    dead.is_dead = True
    began_at = line.hands.now()
    await line.in_time(lambda: len(server.gateway.connections) > CONNECTIONS)
    assert line.hands.now() - began_at > SILENCE
    assert len(server.gateway.connections) == CONNECTIONS + 1


async def test_a_gateway_that_closes_a_thousand_times_in_a_row_causes_few_connections(server: DingTalkServer) -> None:
    server.gateway.closes_next = 1000
    async with streaming(server, is_connected=False) as line:
        await server.until(lambda: server.gateway.opened >= CONNECTIONS)
        for _ in range(360):
            await line.pass_time(10 * SECOND)
        assert CONNECTIONS < server.gateway.opened < 150
        server.gateway.closes_next = 0
        await line.pass_time(2 * MINUTE)
        await server.until(lambda: len(server.gateway.live) == CONNECTIONS)
        line.an.says("after all")
        await line.heard("after all")


@pytest.mark.parametrize("trouble", ["down", "page", "banned", "secret"])
async def test_a_dingtalk_that_gives_no_ticket_is_asked_seldom_and_joined_when_it_does(
    server: DingTalkServer, trouble: str
) -> None:
    server.is_down = trouble == "down"
    server.answers_with = 502 if trouble == "page" else 0
    if trouble == "banned":
        server.banned_until = server.clock.now() + 30 * MINUTE
    async with streaming(server, is_connected=False) as line:
        for _ in range(60):
            await line.pass_time(30 * SECOND)
            await asyncio.sleep(0)
        assert server.gateway.opened < 80
        server.is_down, server.answers_with, server.banned_until = False, 0, None
        for _ in range(12):
            await line.pass_time(30 * SECOND)
        await server.until(lambda: len(server.gateway.live) == CONNECTIONS)


async def test_stopping_ends_all_connections_at_once(server: DingTalkServer) -> None:
    async with streaming(server):
        pass
    await server.until(lambda: not server.gateway.live)
