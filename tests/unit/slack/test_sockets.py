"""Socket Mode: two lines, each opened again whenever it ends; what is not stored is not acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from adapters.slack.client import SlackClient
from adapters.slack.homes import Homes
from adapters.slack.hooks import Hooks
from adapters.slack.receive import Reception, make_bolt
from adapters.slack.sockets import STEADY, Socket
from bot.chat.incoming import Texted
from tests.hands import Hands, Sleeper
from tests.platforms.slack_methods import RefusedError
from tests.platforms.slack_person import Person
from tests.platforms.slack_server import SlackServer, slack_server
from tests.platforms.slack_world import APP_TOKEN
from tests.unit.slack.reception import TEAM, Inbox, Workspaces, greeting


@dataclass
class Line:
    """A Slack that talks by WebSocket, and our side of it."""

    server: SlackServer
    hands: Hands
    an: Person
    inbox: Inbox
    sockets: list[Socket]
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def open(self) -> None:
        """Until every line stands."""
        self.tasks += [asyncio.create_task(one.run()) for one in self.sockets]
        await self.server.until(lambda: self.standing == len(self.sockets))

    async def end(self) -> None:
        """Stop."""
        for one in self.sockets:
            await one.stop()
        await asyncio.gather(*self.tasks)

    @property
    def standing(self) -> int:
        """Lines that are open, as Slack sees it."""
        return sum(not one.line.closed and not one.is_leaving for one in self.server.courier.sockets)


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    hands, inbox, workspaces = Hands(), Inbox(), Workspaces(TEAM)
    async with slack_server(hands) as server:
        server.app.listen_by_socket()
        server.install()
        client = SlackClient(f"{server.url}/api/", hands)
        homes = Homes(greeting, workspaces, client, hands)

        async def no_form(_: object) -> None:
            return None

        async def no_problems(_: object) -> dict[str, str]:
            return {}

        reception = Reception(
            inbox.accept, workspaces, client, hands, Hooks(hands), homes, open_form=no_form, find_problems=no_problems
        )
        bolt = make_bolt(reception, workspaces, client)
        sockets = [Socket(number, bolt, client, APP_TOKEN, hands, draw=lambda: 0.5, nap=Sleeper(hands).nap) for number in (1, 2)]
        opened = Line(server, hands, server.person(), inbox, sockets)
        yield opened
        await opened.end()
        await homes.stop()
        await client.close()


async def test_what_is_stored_is_acknowledged(line: Line) -> None:
    await line.open()
    answer = await line.an.says("hello")
    assert answer is not None
    assert answer.is_taken
    assert [one.body for one in line.inbox.events] == [Texted("hello")]


async def test_what_could_not_be_stored_comes_again(line: Line) -> None:
    await line.open()
    line.inbox.failure = OSError("disk full")
    saying = asyncio.create_task(line.an.says("hello"))
    await line.inbox.failed.wait()
    for _ in range(200):
        # Time enough for an acknowledgement, if there were one, while Slack still waits.
        await asyncio.sleep(0)
    assert not saying.done()
    while not saying.done():
        line.hands.turn(timedelta(seconds=1))
        await asyncio.sleep(0)
    answer = await saying
    assert answer is not None
    assert not answer.is_taken
    line.inbox.failure = None
    while not line.inbox.events:
        line.hands.turn(timedelta(seconds=1))
        await asyncio.sleep(0)
    assert [one.body for one in line.inbox.events] == [Texted("hello")]


async def test_a_line_that_slack_closes_is_opened_again_while_the_other_one_listens(line: Line) -> None:
    await line.open()
    line.hands.turn(STEADY)
    first, second = line.server.courier.sockets[-2:]
    await line.server.courier.refresh(first)
    for number in range(10):
        answer = await line.an.says(f"hello {number}")
        assert answer is not None
        assert answer.is_taken
    await line.server.until(lambda: line.standing == 2)
    assert len(line.inbox.events) == 10
    assert second in line.server.courier.sockets


async def test_a_line_that_breaks_is_opened_again(line: Line) -> None:
    await line.open()
    line.hands.turn(STEADY)
    for one in tuple(line.server.courier.sockets):
        await one.line.close()
    await line.server.until(lambda: line.standing == 2)
    answer = await line.an.says("hello")
    assert answer is not None
    assert answer.is_taken


async def test_frames_of_any_shape_harm_nobody(line: Line) -> None:
    await line.open()
    for one in line.server.courier.sockets:
        for frame in (
            "",
            "null",
            "[]",
            "{",
            '{"type":1}',
            '{"envelope_id":""}',
            '{"envelope_id":"x","type":"events_api"}',
            "[" * 5000,
        ):
            await one.line.send_str(frame)
    answer = await line.an.says("hello")
    assert answer is not None
    assert answer.is_taken


@pytest.mark.parametrize("error", ["invalid_auth", "socket_mode_not_enabled", "internal_error"])
async def test_a_refusal_is_told_without_the_token_and_tried_again(
    line: Line, error: str, caplog: pytest.LogCaptureFixture
) -> None:
    line.server.faults += [("apps.connections.open", RefusedError(error))] * 2
    line.tasks += [asyncio.create_task(one.run()) for one in line.sockets]
    await line.server.until(lambda: len(line.server.of("apps.connections.open")) == 2)
    while line.standing < 2:
        line.hands.turn(timedelta(minutes=2))
        await asyncio.sleep(0)
    assert APP_TOKEN not in caplog.text
    assert "Slack" in caplog.text


async def test_a_pause_slack_asks_for_is_kept_before_the_next_line(line: Line) -> None:
    line.server.faults.append(("apps.connections.open", RefusedError("ratelimited", retry_after=30)))
    line.tasks += [asyncio.create_task(one.run()) for one in line.sockets]
    await line.server.until(lambda: line.server.of("apps.connections.open"))
    while line.standing < 2:
        line.hands.turn(timedelta(seconds=10))
        await asyncio.sleep(0)
    assert line.standing == 2


async def test_a_slack_that_closes_every_line_at_once_is_asked_seldom_and_joined_when_it_has_room(line: Line) -> None:
    line.server.courier.is_full = True
    line.tasks += [asyncio.create_task(one.run()) for one in line.sockets]
    await line.server.until(lambda: len(line.server.of("apps.connections.open")) >= 2)
    for _ in range(60):
        line.hands.turn(timedelta(seconds=10))
        for _ in range(50):
            await asyncio.sleep(0)
    assert 2 < len(line.server.of("apps.connections.open")) < 60
    line.server.courier.is_full = False
    while line.standing < 2:
        line.hands.turn(timedelta(minutes=1))
        await asyncio.sleep(0)
    answer = await line.an.says("after all")
    assert answer is not None
    assert answer.is_taken
