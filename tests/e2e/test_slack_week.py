"""The whole week on Slack's wire, in three languages, by HTTP and by Socket Mode: Friday's prompt, a cry for help, the manager's decision,
Monday's card in the channel, and what came of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.demo import sample_turn
from adapters.slack.directory import read_workspace
from adapters.slack.installations import Installation
from bot.actions.rounds import tick
from bot.okr.people import Account, PersonId
from bot.ports import PutAccount
from tests.e2e.slack_office import Office, slack_office

FRIDAY = datetime(2026, 3, 6, 8, 0, tzinfo=UTC)
"""Friday 15:00 in Hanoi."""
MONDAY = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
"""Monday 9:00 in Hanoi, where the team's lead is."""
WORKSPACE = "T0COMPASS"
IDS = {"linh": "U0LINH", "jie": "U0JIE", "thomas": "U0TOM"}
HELP = "Cuối tuần không ai nghe máy, cần thêm một người trực."
ANSWER = "周末加一个客服。"


@pytest.fixture(params=["http", "socket"])
async def office(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Office]:
    """The sample company, of whom three are on Slack. A directory has told their ids; nobody has written to Laban yet."""
    async with slack_office(tmp_path, by=request.param) as opened:
        accounts = (
            PutAccount(Account("slack", WORKSPACE, user_id, PersonId(name), chat_id=user_id)) for name, user_id in IDS.items()
        )
        await opened.store(*sample_turn(opened.hands.now()).changes, *accounts)
        yield opened


async def strike(office: Office, at: datetime) -> None:
    """It becomes that hour, and the timer looks twice, as it might."""
    await office.pass_time(at - office.hands.now())
    await tick(office.deps)
    await tick(office.deps)


@pytest.mark.timeout(120)
async def test_a_cry_on_friday_is_answered_shown_on_monday_and_followed_up(office: Office) -> None:
    linh = office.server.person(IDS["linh"], "Lê Mai Linh", "vi-VN")
    jie = office.server.person(IDS["jie"], "陈杰", "zh-CN")
    thomas = office.server.person(IDS["thomas"], "Thomas Wright", "en-US")
    channel = office.server.workspace().channel("vietnam")
    channel.members += IDS.values()

    await thomas.runs("/okr here Vietnam", channel=channel)
    await thomas.sees("Vietnam", "/okr status", channel=channel)
    await thomas.sees_alone("/invite")
    await jie.opens_home()
    await jie.sees_home("陈杰")

    await strike(office, FRIDAY - timedelta(minutes=1))
    await office.rest()
    assert not [message for message in linh.chat.said if "15 giây" in message.words]
    await strike(office, FRIDAY)
    await linh.sees("15 giây cho")
    await office.restart(suddenly=True)
    await linh.says("930")
    await linh.sees("Bạn tin mình")
    await linh.presses("Khó đạt")
    await linh.sees("cản đường")
    await linh.presses("Kêu cứu")
    await linh.sees("Bạn cần gì")
    await linh.says(HELP)
    await linh.sees("15 giây cho")
    await linh.presses("Vẫn")
    await linh.sees("Bạn tin mình")
    await linh.presses("Đúng hướng")
    await linh.sees("Lời kêu cứu của bạn đã đến", "陈杰")

    await jie.sees("需要帮助", "Lê Mai Linh", HELP)
    await jie.opens_home()
    await jie.sees_home("Lê Mai Linh", HELP)
    await jie.presses("加资源", on=jie.home)
    await jie.sees_modal("消息")
    await jie.closes()
    await jie.sees("加资源")
    await office.restart()
    await jie.says(ANSWER)
    await jie.sees("决定已写进关键结果")
    (card,) = [message for message in jie.chat.said if "需要帮助" in message.words]
    assert "你选了：加资源" in card.words
    assert card.labels == []
    await linh.sees("Thêm nguồn lực", ANSWER)
    await linh.says("bảng nhóm")
    await linh.sees("đã trả lời: thêm nguồn lực")

    before = len(channel.said)
    await thomas.runs("/okr status company", channel=channel)
    await thomas.sees_alone("▓")
    assert len(channel.said) == before
    await thomas.says("@Laban status", channel=channel)
    await thomas.sees("▓", channel=channel)

    await strike(office, MONDAY)
    monday = await thomas.sees("Người Hà Nội nghĩ đến Lantern", "Đáng để cùng bàn", channel=channel)
    assert "đã trả lời: thêm nguồn lực" in monday.words
    await office.rest()
    assert len([message for message in channel.said if "Đáng để cùng bàn" in message.words]) == 1

    await strike(office, FRIDAY + timedelta(days=7, minutes=-1))
    await office.rest()
    assert not [message for message in linh.chat.said if "Đã thực hiện chưa?" in message.words]
    await strike(office, FRIDAY + timedelta(days=7))
    await office.server.until(lambda: any("Đã thực hiện chưa?" in message.words for message in linh.chat.said))
    (asked,) = [message for message in linh.chat.said if "Đã thực hiện chưa?" in message.words]
    await linh.presses("Rồi", on=asked)
    await office.server.until(lambda: any("Mừng quá!" in message.words for message in linh.chat.said))
    assert [person.notices for person in (linh, jie, thomas)] == [[], [], []]


async def test_a_message_becomes_a_call_for_help_in_three_taps(office: Office) -> None:
    linh = office.server.person(IDS["linh"], "Lê Mai Linh", "vi-VN")
    jie = office.server.person(IDS["jie"], "陈杰", "zh-CN")
    channel = office.server.workspace().channel("support")
    channel.members += IDS.values()
    await jie.says(HELP, channel=channel)
    await linh.opens_shortcut("call_for_help", channel.posts[-1])
    which = await linh.sees("Kết quả then chốt nào đang kẹt?")
    await linh.presses(which.labels[0])
    await linh.sees("bạn cần gì?", HELP)
    await linh.presses("Gửi luôn tin nhắn này")
    await linh.sees("Lời kêu cứu của bạn đã đến", "陈杰")
    await jie.sees("需要帮助", "Lê Mai Linh", HELP)


async def test_a_chart_comes_as_a_file_with_words_for_those_who_do_not_see_it(office: Office) -> None:
    linh = office.server.person(IDS["linh"], "Lê Mai Linh", "vi-VN")
    await linh.says("xu hướng")
    offered = await linh.sees("xem xu hướng")
    await linh.presses(offered.labels[0])
    await office.server.until(lambda: any(message.files for message in linh.chat.said))
    (shown,) = [message for message in linh.chat.said if message.files]
    assert shown.files[0].alt
    assert shown.files[0].content is not None


async def test_a_manager_whom_the_directory_alone_has_told_of_gets_a_call(office: Office) -> None:
    linh = office.server.person(IDS["linh"], "Lê Mai Linh", "vi-VN")
    jie = office.server.person(IDS["jie"], "陈杰", "zh-CN", email="jie@lantern.example")
    directory = await read_workspace(office.running.slack.client, await installation(office), office.hands)
    assert [one.name for one in directory.entries if one.user_id == IDS["jie"]] == ["陈杰"]
    await linh.says("cứu mạng")
    which = await linh.sees("Kết quả then chốt nào đang kẹt?")
    await linh.presses(which.labels[0])
    await linh.sees("bạn cần gì?")
    await linh.says(HELP)
    await jie.sees("需要帮助", "Lê Mai Linh", HELP)


async def installation(office: Office) -> Installation:
    """Ourselves in the workspace."""
    return await office.running.slack.installations.of(WORKSPACE)
