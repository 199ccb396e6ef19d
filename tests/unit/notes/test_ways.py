"""Which address a chat hands out, and what it gives away."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.notes.verify import LINK_LIFE, Purpose, read_pass
from adapters.notes.ways import Doors, Ways
from bot.okr.people import PersonId
from tests.hands import Hands
from tests.unit.notes.site import BOT_TOKEN, SECRET

MINH = PersonId("minh")
PUBLIC = "https://okr.example/laban"


def ways(*, is_reachable: bool = True, bot_token: str = "", hands: Hands | None = None) -> Ways:
    return Ways(Doors(SECRET, PUBLIC, bot_token), hands or Hands(), is_reachable=is_reachable)


@pytest.mark.parametrize("platform", ["slack", "dingtalk", "web", "telegram"])
def test_a_link_leads_in_as_its_person_for_a_quarter_of_an_hour(platform: str) -> None:
    hands = Hands()
    before, _, given_out = ways(hands=hands)(MINH, platform).partition("#in=")
    assert before == f"{PUBLIC}/notes"
    hands.turn(LINK_LIFE - timedelta(seconds=1))
    assert read_pass(SECRET, Purpose.LINK, given_out, hands.now()) == MINH
    hands.turn(timedelta(seconds=1))
    assert read_pass(SECRET, Purpose.LINK, given_out, hands.now()) is None


def test_who_it_is_stands_behind_the_mark_that_no_server_is_told() -> None:
    assert "minh" not in ways()(MINH, "slack").partition("#")[0]


def test_a_mini_app_has_one_address_for_everybody() -> None:
    on_telegram = ways(bot_token=BOT_TOKEN)
    assert on_telegram(MINH, "telegram") == on_telegram(PersonId("linh"), "telegram") == f"{PUBLIC}/notes/telegram"


@pytest.mark.parametrize("platform", ["slack", "dingtalk", "telegram"])
@pytest.mark.parametrize("bot_token", ["", BOT_TOKEN])
def test_an_address_nobody_can_open_is_not_handed_out(platform: str, bot_token: str) -> None:
    assert ways(is_reachable=False, bot_token=bot_token)(MINH, platform) == ""


def test_the_web_chat_leads_to_its_own_neighbour_whatever_name_it_was_opened_by() -> None:
    nearby = ways(is_reachable=False)
    assert nearby.path(MINH).startswith("/laban/notes#in=")
    assert nearby(MINH, "web") == f"https://okr.example{nearby.path(MINH)}"
