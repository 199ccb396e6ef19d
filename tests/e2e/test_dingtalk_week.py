"""The whole week on DingTalk's wire, in three languages: Friday's prompt, a cry for help, the manager's decision, Monday's card in the group, and
what came of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.demo import sample_turn
from bot.actions.rounds import tick
from bot.okr.people import Account, PersonId, first_account
from bot.ports import Change, PutAccount, PutPerson
from tests.e2e.dingtalk_office import WAYS, Office, Way, dingtalk_office
from tests.platforms.dingtalk_chats import Chat

FRIDAY = datetime(2026, 3, 6, 8, 0, tzinfo=UTC)
"""Friday 15:00 in Hanoi."""
MONDAY = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
"""Monday 9:00 in Hanoi, where the team's lead is."""
ANSWER = "周末加一个客服。"


@dataclass(frozen=True, slots=True)
class Words:
    """What is asked and answered in one language."""

    locale: str
    hello: str
    prompt: str
    sure: str
    off_track: str
    in_the_way: str
    ask_help: str
    need: str
    help: str
    still: str
    on_track: str
    sent: str
    decision: str
    board: str
    answered: str
    arrived: str
    yes: str
    good: str
    call: str
    which: str


WORDS = [
    Words(
        *("vi", "chào", "15 giây cho", "Bạn tin mình", "Khó đạt", "cản đường", "Kêu cứu", "ạn cần gì"),
        *("Cuối tuần không ai nghe máy, cần thêm một người trực.", "Vẫn 30%", "Đúng hướng", "Lời kêu cứu của bạn đã đến"),
        *("Thêm nguồn lực", "bảng nhóm", "đã trả lời: thêm nguồn lực", "Đã thực hiện chưa?", "Rồi", "Mừng quá!"),
        *("cứu mạng", "Kết quả then chốt nào đang kẹt?"),
    ),
    Words(
        *("en", "hi", "15 seconds for", "How sure are you", "Off track", "What is in the way?", "Ask for help", "you need"),
        *("Nobody picks up at weekends, we need one more person.", "Still 30 %", "On track", "Your call is with"),
        *("Add resources", "team status", "answered: add resources", "Did it arrive?", "Yes, it did", "Good to hear!"),
        *("help!", "Which key result is stuck?"),
    ),
    Words(
        *("zh", "你好", "花 15 秒说说", "你有多大把握", "难以达成", "遇到了什么阻碍", "求助", "你需要什么"),
        *("周末没人接电话，需要再加一个人。", "还是 30%", "进展顺利", "你的求助已经送到"),
        *("加资源", "看板 团队", "已回应：加资源", "落实了吗？", "落实了", "太好了！"),
        *("救命", "哪个关键结果卡住了？"),
    ),
]


@pytest.fixture(params=WORDS, ids=lambda words: words.locale)
def words(request: pytest.FixtureRequest) -> Words:
    chosen: Words = request.param
    return chosen


def company(office: Office, locale: str) -> list[Change]:
    """The sample company, in which Linh uses this language."""
    changes = [one for one in sample_turn(office.hands.now()).changes if not isinstance(one, PutAccount)]
    return [
        replace(one, person=replace(one.person, locale=locale)) if isinstance(one, PutPerson) and one.person.id == "linh" else one
        for one in changes
    ]


@pytest.fixture(params=WAYS, ids=str)
async def office(request: pytest.FixtureRequest, tmp_path: Path, words: Words) -> AsyncIterator[Office]:
    """The sample company, of whom two have a DingTalk account."""
    way: Way = request.param
    async with dingtalk_office(tmp_path, way) as opened:
        accounts = (PutAccount(Account("dingtalk", "", f"staff-{one}", PersonId(one))) for one in ("linh", "jie"))
        await opened.store(*company(opened, words.locale), *accounts)
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
async def test_a_cry_on_friday_is_answered_shown_on_monday_and_followed_up(office: Office, words: Words) -> None:
    linh = office.server.person("staff-linh", "Lê Mai Linh")
    jie = office.server.person("staff-jie", "陈杰")
    linh.says(words.hello)
    await linh.sees("Lê Mai Linh")
    jie.says("你好")
    await jie.sees("陈杰")
    group = office.server.group(title="Vietnam")
    jie.says_in(group, "/here Vietnam")
    await posted(office, group, "Vietnam")

    await strike(office, FRIDAY - timedelta(minutes=1))
    await office.rest()
    assert not [one for one in linh.chat.said if words.prompt in one.text]
    await strike(office, FRIDAY)
    await linh.sees(words.prompt)
    await office.rest()
    await office.restart(suddenly=True)
    linh.says("930")
    await linh.sees(words.sure)
    office.chooses(linh, words.off_track)
    await linh.sees(words.in_the_way)
    office.chooses(linh, words.ask_help)
    await linh.sees(words.need)
    linh.says(words.help)
    await linh.sees(words.prompt)
    office.chooses(linh, words.still)
    await linh.sees(words.sure)
    office.chooses(linh, words.on_track)
    await linh.sees(words.sent, "陈杰")

    await jie.sees("需要帮助", "Lê Mai Linh", words.help)
    office.chooses(jie, "加资源")
    await jie.sees("加资源")
    await office.restart()
    jie.says(ANSWER)
    await jie.sees("决定已写进关键结果")
    await linh.sees(words.decision, ANSWER)
    linh.says(words.board)
    await linh.sees(words.answered)

    await strike(office, MONDAY)
    card = await posted(office, group, "Người Hà Nội nghĩ đến Lantern")
    assert "▓" in card
    assert words.answered in card
    assert len([one for one in group.said if "▓" in one.text]) == 1

    await strike(office, FRIDAY + timedelta(days=7, minutes=-1))
    await office.rest()
    assert not [one for one in linh.chat.said if words.arrived in one.text]
    await strike(office, FRIDAY + timedelta(days=7, minutes=1))
    await office.server.until(lambda: any(words.arrived in one.text for one in linh.chat.said))
    asked = [one for one in linh.chat.said if words.arrived in one.text]
    assert len(asked) == 1
    office.chooses(linh, words.yes)
    await office.server.until(lambda: any(words.good in one.text for one in linh.chat.said))


async def test_a_call_reaches_a_manager_who_has_never_written(tmp_path: Path, words: Words) -> None:
    async with dingtalk_office(tmp_path) as office:
        accounts = (first_account("dingtalk", "", f"staff-{one}", PersonId(one), has_chat=False) for one in ("linh", "jie"))
        await office.store(*company(office, words.locale), *map(PutAccount, accounts))
        linh, jie = office.server.person("staff-linh", "Lê Mai Linh"), office.server.person("staff-jie", "陈杰")
        linh.says(words.call)
        await linh.sees(words.which)
        linh.presses("1. Gia đình mua")
        await linh.sees(words.need)
        linh.says(words.help)
        await linh.sees(words.sent, "陈杰")
        await jie.sees("需要帮助", "Lê Mai Linh")
        assert "加资源" in jie.last.labels
