"""Whole conversations on DingTalk's wire: by streams and over HTTP, with cards and in words, in three languages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.actions.make_invite import make_invite
from bot.okr.people import Account, Person, PersonId, Role, Team, TeamId
from bot.ports import PutAccount, PutPerson, PutTeam
from tests.e2e.dingtalk_office import WAYS, Office, Way, dingtalk_office
from tests.platforms import dingtalk_people

TEAM = TeamId("lantern")

pytestmark = pytest.mark.timeout(120)


@dataclass(frozen=True, slots=True)
class Words:
    """What is asked and answered in one language."""

    language: str
    name: str
    city: str
    welcome: str
    new: str
    title: str
    objective: str
    why: str
    because: str
    serves: str
    alone: str
    ambition: str
    stretch: str
    first: str
    wish: str
    how: str
    number: str
    understood: str
    right: str
    sure: str
    another: str
    enough: str
    ready: str
    publish: str
    published: str
    back: str
    board: str


WORDS = [
    Words(
        *("中文", "林小梅", "上海", "林小梅", "新目标", "这个季度你想带来什么改变", "客户都爱我们的服务", "为什么这件事重要"),
        *(
            "满意的客户每周都会回来 💚",
            "更大的目标",
            "这是独立的目标",
            "属于哪一种",
            "挑战",
            "第一个关键结果",
            "尽全力提升满意度",
        ),
        *(
            "哪个数字",
            "NPS 30 到 50",
            "我的理解是",
            "对",
            "0 到 10",
            "再加一个吗",
            "够了",
            "现在发布吗",
            "发布",
            "已发布",
            "返回",
            "我的看板",
        ),
    ),
    Words(
        *("Tiếng Việt", "Phạm Bảo An", "Hà Nội", "Chào Phạm Bảo An!", "mục tiêu mới", "Quý này bạn muốn tạo ra thay đổi gì?"),
        *("Khách hàng yêu dịch vụ của chúng ta", "Vì sao điều đó quan trọng?", "Vì khách hài lòng sẽ quay lại mỗi tuần 💚"),
        *("mục tiêu lớn nào?", "Mục tiêu này đứng riêng", "theo kiểu nào?", "Thách thức", "Kết quả then chốt đầu tiên"),
        *("cố gắng hết sức nâng cao hài lòng", "đo bằng gì", "NPS 30 lên 50", "Đúng không?", "Đúng rồi", "từ 0 đến 10"),
        *("Thêm một cái nữa nhé?", "Đủ rồi", "Công bố luôn nhé?", "Công bố", "Đã công bố", "Quay lại", "bảng tôi"),
    ),
    Words(
        *("English", "Tom Baker", "London", "Hi Tom Baker!", "new", "What change do you want to make this quarter?"),
        *("Customers love our service", "Why does it matter?", "Happy customers come back every week 💚"),
        *("Which bigger objective", "It stands on its own", "How is it meant?", "Aspirational", "First key result"),
        *("try our best to improve satisfaction", "which number", "NPS from 30 to 50", "Right?", "That's right", "from 0 to 10"),
        *("Another one?", "That's enough", "Shall I publish it?", "Publish", "Published", "Back", "my status"),
    ),
]


@pytest.fixture(params=WAYS, ids=str)
def way(request: pytest.FixtureRequest) -> Way:
    chosen: Way = request.param
    return chosen


@pytest.fixture
async def office(tmp_path: Path, way: Way) -> AsyncIterator[Office]:
    async with dingtalk_office(tmp_path, way) as opened:
        yield opened


async def knows(
    office: Office, staff_id: str, name: str, locale: str = "zh", *, has_joined: bool = True
) -> dingtalk_people.Person:
    """Somebody whose dingtalk_id an import has brought."""
    person_id = PersonId(f"person-{staff_id}")
    joined_at = office.hands.now() if has_joined else None
    person = Person(person_id, name, None, TEAM, Role.MANAGER, locale=locale, timezone="Asia/Shanghai", joined_at=joined_at)
    account = Account("dingtalk", "", staff_id, person_id)
    await office.store(PutTeam(Team(TEAM, "Lantern", "Lantern", lead_id=None)), PutPerson(person), PutAccount(account))
    return office.server.person(staff_id, name)


@pytest.mark.parametrize("words", WORDS, ids=lambda words: words.language)
async def test_a_stranger_comes_in_by_a_code_and_writes_an_objective_through_restarts(office: Office, words: Words) -> None:
    invited = await make_invite(office.deps, team_path="Lantern", role=Role.MEMBER, valid_for=timedelta(days=1), uses=1)
    an = office.server.person("staff-an", words.name)
    an.says(invited.code)
    await an.sees("我们用哪种语言聊")
    office.chooses(an, words.language)
    await an.sees("Lantern", words.name)
    office.chooses(an, words.name)
    await office.server.until(lambda: "Lantern" not in an.last.text)
    await office.restart()
    an.says(words.city)
    await an.sees(words.welcome)
    an.says(words.new)
    await an.sees(words.title)
    an.says(words.objective)
    await an.sees(words.why)
    await office.restart(suddenly=True)
    # goes back once
    office.chooses(an, words.back)
    await an.sees(words.title)
    an.says(words.objective)
    await an.sees(words.why)
    an.says(words.because)
    await an.sees(words.serves)
    office.chooses(an, words.alone)
    await an.sees(words.ambition)
    office.chooses(an, words.stretch)
    await an.sees(words.first)
    # is corrected once
    an.says(words.wish)
    await an.sees(words.how)
    await office.restart(suddenly=True)
    an.says(words.number)
    await an.sees("30", "50", words.understood)
    office.chooses(an, words.right)
    await an.sees(words.sure)
    an.says("5")
    await an.sees(words.another)
    office.chooses(an, words.enough)
    await an.sees(words.objective, "NPS", words.ready)
    office.chooses(an, words.publish)
    await an.sees(words.published)
    an.says(words.board)
    await an.sees(words.objective)
    await office.rest()
    assert office.server.cards.late == 0
    if office.way.has_cards:
        # Every question but the newest has lost its buttons, so nothing old can be pressed by mistake.
        asked = [one for one in an.chat.said if words.sure in one.text or words.understood in one.text]
        assert asked
        assert all(not one.labels for one in asked)
