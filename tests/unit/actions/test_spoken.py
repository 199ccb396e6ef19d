"""Buttons that are typed, for platforms and people without any."""

from __future__ import annotations

import pytest

from bot.chat.message import Buttons
from tests.chat import Chat, Office

TITLE = "Người Hà Nội nghĩ đến Lantern mỗi khi nghĩ đến bữa cơm nhà"


@pytest.fixture
def office() -> Office:
    return Office()


def labels(chat: Chat) -> list[str]:
    return [button.label for block in chat.last.blocks if isinstance(block, Buttons) for button in block.buttons]


async def calls(office: Office) -> None:
    """Linh's manager Jie is asked for help."""
    linh = Chat(office, "linh")
    await linh.says("cứu mạng")
    await linh.picks("linhtwice")
    await linh.says("Cuối tuần không ai nghe máy")


@pytest.mark.parametrize(
    "typed",
    [TITLE, TITLE.upper(), "Nguoi Ha Noi nghi den Lantern moi khi nghi den bua com nha", "Người Hà Nội nghĩ đến Lantern m…"],
)
async def test_what_a_message_says_to_type_does_what_its_button_would(office: Office, typed: str) -> None:
    linh = await Chat(office, "linh").says("home")
    pressed = await Chat(office, "linh").picks("objective")
    wanted = pressed.text
    await linh.says("home", typed)
    assert linh.text == wanted
    assert TITLE in wanted


async def test_a_decision_is_typed_while_an_older_question_is_open(office: Office) -> None:
    jie = await Chat(office, "jie").says("进展")
    await calls(office)
    assert "加资源" in labels(jie)
    await jie.says("加资源")
    assert "加资源" in jie.text
    await jie.says("周末加一个客服。")
    assert "决定已写进关键结果" in jie.text


async def test_an_open_question_hides_what_was_said_before_it(office: Office) -> None:
    linh = await Chat(office, "linh").says("home", "mục tiêu mới", TITLE)
    assert "Vì sao điều đó quan trọng?" in linh.text


async def test_a_word_of_ours_keeps_its_meaning_whatever_stands_on_buttons(office: Office) -> None:
    await calls(office)
    jie = await Chat(office, "jie").says("帮助")
    assert "新目标" in jie.text


async def test_what_has_scrolled_away_is_no_button_any_more(office: Office) -> None:
    await calls(office)
    jie = await Chat(office, "jie").says("帮助", "看板", "帮助", "看板", "加资源")
    assert "决定" not in jie.text


async def test_in_a_group_nothing_is_a_button(office: Office) -> None:
    await calls(office)
    group = Chat(office, "jie", is_private=False)
    await group.says("加资源")
    assert group.messages == []
