"""Homes are drawn when somebody looks, and again when something changes while they may be looking."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from adapters.slack.client import SlackClient
from adapters.slack.homes import LOOKING, Homes
from adapters.slack.installations import OneWorkspace
from bot.chat.incoming import Sender
from bot.chat.message import Button, Buttons, Message, Paragraph
from bot.chat.richtext import words
from tests.hands import Hands, Sleeper
from tests.platforms.slack_methods import RefusedError
from tests.platforms.slack_person import Person
from tests.platforms.slack_server import SlackServer, slack_server

TEAM = "T0COMPASS"
AN = Sender("slack", TEAM, "U0AN")


@dataclass
class House:
    """One person's home, and what stands in it."""

    server: SlackServer
    hands: Hands
    an: Person
    homes: Homes
    sleeper: Sleeper
    says: list[str]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    hands, says = Hands(), ["hello"]
    sleeper = Sleeper(hands)

    async def page(sender: Sender) -> Message:
        buttons = Buttons((Button("New", "d.new.", "new"),))
        return Message((Paragraph(words(f"{says[-1]} {sender.user_id}")), buttons), "en", slot="home")

    async with slack_server(hands) as server:
        client = SlackClient(f"{server.url}/api/", hands)
        workspace = OneWorkspace(server.install().token, client)
        await workspace.introduce()
        homes = Homes(page, workspace, client, hands, nap=sleeper.nap)
        yield House(server, hands, server.person(), homes, sleeper, says)
        await homes.stop()
        await client.close()
        assert server.complaints == []


async def test_whoever_looks_sees_it_drawn(house: House) -> None:
    house.homes.opened(AN)
    home = await house.an.sees_home("hello U0AN", "Messages")
    assert home.labels == ["New"]


async def test_what_changes_is_drawn_anew_and_the_same_is_not(house: House) -> None:
    house.homes.opened(AN)
    await house.an.sees_home("hello")
    house.homes.touched(TEAM, "U0AN")
    house.says.append("good evening")
    house.homes.touched(TEAM, "U0AN")
    await house.an.sees_home("good evening")
    await house.homes.rest()
    calls = len(house.server.of("views.publish"))
    for _ in range(5):
        house.homes.touched(TEAM, "U0AN")
        await house.homes.rest()
    assert len(house.server.of("views.publish")) == calls
    house.homes.opened(AN)
    await house.homes.rest()
    assert len(house.server.of("views.publish")) == calls + 1, "whoever opens it anew may see an older one"


async def test_whoever_is_not_looking_costs_nothing(house: House) -> None:
    house.homes.touched(TEAM, "U0AN")
    house.homes.opened(AN)
    await house.homes.rest()
    house.hands.turn(LOOKING + timedelta(minutes=1))
    house.says.append("good night")
    house.homes.touched(TEAM, "U0AN")
    await house.homes.rest()
    assert len(house.server.of("views.publish")) == 1


async def test_a_pause_slack_asks_for_delays_it(house: House) -> None:
    house.server.flood(house.server.workspace(), "views.publish", 20)
    house.homes.opened(AN)
    await house.hands.until(lambda: house.sleeper.is_asleep)
    assert house.an.home is None
    house.says.append("later")
    house.hands.turn(timedelta(seconds=30))
    await house.an.sees_home("later")


@pytest.mark.parametrize("error", ["not_enabled", "missing_scope", "fatal_error", "user_not_found"])
async def test_what_slack_refuses_is_left_until_somebody_looks_again(
    house: House, error: str, caplog: pytest.LogCaptureFixture
) -> None:
    house.server.faults.append(("views.publish", RefusedError(error)))
    house.homes.opened(AN)
    await house.homes.rest()
    assert house.an.home is None
    assert "hello" not in caplog.text
    house.homes.opened(AN)
    await house.an.sees_home("hello")


async def test_a_workspace_that_has_gone_has_no_homes(house: House) -> None:
    house.homes.opened(Sender("slack", "T0OTHER", "U0AN"))
    house.homes.opened(AN)
    await house.homes.rest()
    assert len(house.server.of("views.publish")) == 1
