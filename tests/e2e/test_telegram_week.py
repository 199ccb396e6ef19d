"""The whole week on Telegram's wire: Friday's prompt, a cry for help, the manager's decision, Monday's card in the group, and what came of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.demo import sample_turn
from bot.actions.rounds import tick
from bot.okr.people import Account, PersonId
from bot.ports import PutAccount
from tests.e2e.telegram_office import Office, telegram_office
from tests.platforms.telegram_server import Chat

FRIDAY = datetime(2026, 3, 6, 8, 0, tzinfo=UTC)
"""Friday 15:00 in Hanoi."""
MONDAY = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
"""Monday 9:00 in Hanoi, where the team's lead is."""
LINH, JIE = 601, 602
HELP = "Cuối tuần không ai nghe máy, cần thêm một người trực."
ANSWER = "周末加一个客服。"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """The sample company, of whom two have a Telegram account."""
    async with telegram_office(tmp_path) as opened:
        accounts = (
            PutAccount(Account("telegram", "", str(number), PersonId(id_))) for number, id_ in ((LINH, "linh"), (JIE, "jie"))
        )
        await opened.store(*sample_turn(opened.hands.now()).changes, *accounts)
        yield opened


async def strike(office: Office, at: datetime) -> None:
    """It becomes that hour, and the timer looks twice, as it might."""
    await office.pass_time(at - office.hands.now())
    await tick(office.deps)
    await tick(office.deps)


async def posted(office: Office, group: Chat, *words: str) -> str:
    """What was posted into the group with all these words in it."""
    await office.server.until(lambda: any(all(word in message.text for word in words) for message in group.said))
    return next(message.text for message in reversed(group.said) if all(word in message.text for word in words))


@pytest.mark.timeout(120)
async def test_a_cry_on_friday_is_answered_shown_on_monday_and_followed_up(office: Office) -> None:
    linh = office.server.person(LINH, "Lê Mai Linh")
    jie = office.server.person(JIE, "陈杰", "zh")
    linh.starts()
    await linh.sees("Chào Lê Mai Linh!")
    jie.starts()
    await jie.sees("陈杰")
    group = office.server.group(title="Vietnam")
    jie.says("/here Vietnam", group=group)
    await posted(office, group, "Vietnam")

    await strike(office, FRIDAY - timedelta(minutes=1))
    await office.rest()
    assert not [message for message in linh.chat.said if "15 giây" in message.text]
    await strike(office, FRIDAY)
    await linh.sees("15 giây cho")
    await office.restart(suddenly=True)
    linh.says("930")
    await linh.sees("Bạn tin mình")
    linh.presses("Khó đạt")
    await linh.sees("cản đường")
    linh.presses("Kêu cứu")
    await linh.sees("Bạn cần gì")
    linh.says(HELP)
    await linh.sees("15 giây cho")
    linh.presses("Vẫn")
    await linh.sees("Bạn tin mình")
    linh.presses("Đúng hướng")
    await linh.sees("Lời kêu cứu của bạn đã đến", "陈杰")

    await jie.sees("需要帮助", "Lê Mai Linh", HELP)
    jie.presses("加资源")
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
    assert len([message for message in group.said if "▓" in message.text]) == 1

    await strike(office, FRIDAY + timedelta(days=7, minutes=-1))
    await office.rest()
    assert not [message for message in linh.chat.said if "Đã thực hiện chưa?" in message.text]
    await strike(office, FRIDAY + timedelta(days=7))
    await office.server.until(lambda: any("Đã thực hiện chưa?" in message.text for message in linh.chat.said))
    asked = [message for message in linh.chat.said if "Đã thực hiện chưa?" in message.text]
    assert len(asked) == 1
    linh.presses("Rồi", message=asked[0])
    await office.server.until(lambda: any("Mừng quá!" in message.text for message in linh.chat.said))
