"""The whole week on DingTalk's wire: Friday's prompt, a cry for help, the manager's decision, Monday's card in the group, and what came of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.demo import sample_turn
from bot.actions.rounds import tick
from bot.okr.people import Account, PersonId, first_account
from bot.ports import PutAccount
from tests.e2e.dingtalk_office import WAYS, Office, Way, dingtalk_office
from tests.platforms.dingtalk_chats import Chat

FRIDAY = datetime(2026, 3, 6, 8, 0, tzinfo=UTC)
"""Friday 15:00 in Hanoi."""
MONDAY = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
"""Monday 9:00 in Hanoi, where the team's lead is."""
HELP = "Cuối tuần không ai nghe máy, cần thêm một người trực."
ANSWER = "周末加一个客服。"


@pytest.fixture(params=WAYS, ids=str)
async def office(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Office]:
    """The sample company, of whom two have a DingTalk account."""
    way: Way = request.param
    async with dingtalk_office(tmp_path, way) as opened:
        accounts = (PutAccount(Account("dingtalk", "", f"staff-{one}", PersonId(one))) for one in ("linh", "jie"))
        await opened.store(*sample_turn(opened.hands.now()).changes, *accounts)
        yield opened


async def strike(office: Office, at: datetime) -> None:
    """It becomes that hour, and the timer looks twice, as it might."""
    await office.rest()
    await office.pass_time(at - office.hands.now())
    await tick(office.deps)
    await tick(office.deps)


async def posted(office: Office, group: Chat, *words: str) -> str:
    """What was posted into the group with all these words in it."""
    await office.server.until(lambda: any(all(word in one.text for word in words) for one in group.said))
    return next(one.text for one in reversed(group.said) if all(word in one.text for word in words))


@pytest.mark.timeout(120)
async def test_a_cry_on_friday_is_answered_shown_on_monday_and_followed_up(office: Office) -> None:
    linh = office.server.person("staff-linh", "Lê Mai Linh")
    jie = office.server.person("staff-jie", "陈杰")
    linh.says("chào")
    await linh.sees("Chào Lê Mai Linh!")
    jie.says("你好")
    await jie.sees("陈杰")
    group = office.server.group(title="Vietnam")
    jie.says_in(group, "/here Vietnam")
    await posted(office, group, "Vietnam")

    await strike(office, FRIDAY - timedelta(minutes=1))
    await office.rest()
    assert not [one for one in linh.chat.said if "15 giây" in one.text]
    await strike(office, FRIDAY)
    await linh.sees("15 giây cho")
    await office.rest()
    await office.restart(suddenly=True)
    linh.says("930")
    await linh.sees("Bạn tin mình")
    office.chooses(linh, "Khó đạt")
    await linh.sees("cản đường")
    office.chooses(linh, "Kêu cứu")
    await linh.sees("Bạn cần gì")
    linh.says(HELP)
    await linh.sees("15 giây cho")
    office.chooses(linh, "Vẫn 30%")
    await linh.sees("Bạn tin mình")
    office.chooses(linh, "Đúng hướng")
    await linh.sees("Lời kêu cứu của bạn đã đến", "陈杰")

    await jie.sees("需要帮助", "Lê Mai Linh", "Cuối tuần không ai nghe máy")
    office.chooses(jie, "加资源")
    await jie.sees("加资源")
    await office.restart()
    jie.says(ANSWER)
    await jie.sees("决定已写进关键结果")
    await linh.sees("Thêm nguồn lực", ANSWER)
    linh.says("bảng nhóm")
    await linh.sees("đã trả lời: thêm nguồn lực")

    await strike(office, MONDAY)
    card = await posted(office, group, "Người Hà Nội nghĩ đến Lantern")
    assert "▓" in card
    assert "đã trả lời: thêm nguồn lực" in card
    assert len([one for one in group.said if "▓" in one.text]) == 1

    await strike(office, FRIDAY + timedelta(days=7, minutes=-1))
    await office.rest()
    assert not [one for one in linh.chat.said if "Đã thực hiện chưa?" in one.text]
    await strike(office, FRIDAY + timedelta(days=7, minutes=1))
    await office.server.until(lambda: any("Đã thực hiện chưa?" in one.text for one in linh.chat.said))
    asked = [one for one in linh.chat.said if "Đã thực hiện chưa?" in one.text]
    assert len(asked) == 1
    office.chooses(linh, "Rồi")
    await office.server.until(lambda: any("Mừng quá!" in one.text for one in linh.chat.said))


async def test_a_call_reaches_a_manager_who_has_never_written(tmp_path: Path) -> None:
    async with dingtalk_office(tmp_path) as office:
        sample = [change for change in sample_turn(office.hands.now()).changes if not isinstance(change, PutAccount)]
        accounts = (first_account("dingtalk", "", f"staff-{one}", PersonId(one), has_chat=False) for one in ("linh", "jie"))
        await office.store(*sample, *map(PutAccount, accounts))
        linh, jie = office.server.person("staff-linh", "Lê Mai Linh"), office.server.person("staff-jie", "陈杰")
        linh.says("cứu mạng")
        await linh.sees("Kết quả then chốt nào đang kẹt?")
        linh.presses("1. Gia đình mua")
        await linh.sees("bạn cần gì?")
        linh.says(HELP)
        await linh.sees("Lời kêu cứu của bạn đã đến", "陈杰")
        await jie.sees("需要帮助", "Lê Mai Linh")
        assert "加资源" in jie.last.labels
