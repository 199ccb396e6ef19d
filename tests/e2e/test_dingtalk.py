"""Whole conversations on DingTalk's wire: by streams and over HTTP, with cards and in words, in three languages."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.actions.make_invite import make_invite
from bot.chat.incoming import Place
from bot.okr.people import Account, Person, PersonId, Role, Team, TeamId
from bot.ports import PutAccount, PutPerson, PutTeam, PutTeamPlace
from tests.e2e.dingtalk_office import WAYS, Office, Way, dingtalk_office
from tests.platforms import dingtalk_people
from tests.platforms.dingtalk_wire import CLIENT_SECRET

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
        *("Which bigger objective", "It stands on its own", "Is it a promise or a stretch?", "Aspirational", "First key result"),
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


# --- what comes twice, late or not at all ---


async def writes(office: Office, an: dingtalk_people.Person) -> None:
    """Begin an objective and answer the first two questions."""
    an.says("新目标")
    await an.sees("这个季度你想带来什么改变")
    an.says("客户都爱我们的服务")
    await an.sees("为什么这件事重要")


async def test_what_is_told_again_acts_once(office: Office) -> None:
    an = await knows(office, "staff-an", "安")
    await writes(office, an)
    first = an.says("满意的客户每周都会回来")
    await an.sees("更大的目标")
    for _ in range(3):
        office.server.tell_robot(first)
    await office.restart(suddenly=True)
    office.server.tell_robot(first)
    office.chooses(an, "这是独立的目标")
    await an.sees("属于哪一种")
    await office.rest()
    assert [one.text.count("更大的目标") for one in an.chat.said].count(1) == 1


async def test_what_nobody_heard_comes_again_and_is_answered_once(tmp_path: Path) -> None:
    async with dingtalk_office(tmp_path) as office:
        an = await knows(office, "staff-an", "安")
        await office.end(suddenly=True)
        an.says("新目标")
        await office.start()
        await office.pass_time(timedelta(seconds=61))
        await an.sees("这个季度你想带来什么改变")
        await office.pass_time(timedelta(seconds=61))
        await office.rest()
        assert len(an.chat.said) == 1


@pytest.mark.parametrize("way", [Way(is_http) for is_http in (False, True)], ids=str)
async def test_a_button_pressed_twice_answers_once_and_shows_it_with_the_answer(office: Office) -> None:
    an = await knows(office, "staff-an", "安")
    await writes(office, an)
    an.says("满意的客户每周都会回来")
    question = await an.sees("更大的目标")
    changes = len(office.server.of("/instances"))
    an.presses("这是独立的目标", question)
    an.presses("这是独立的目标", question)
    await an.sees("属于哪一种")
    await office.rest()
    assert question.labels == []
    assert office.server.cards.late == 0
    assert question.card is not None
    assert question.card.updates
    # What the press changed came with its answer: nothing was asked for besides.
    assert len(office.server.of("/instances")) == changes
    an.says("挑战")
    await an.sees("第一个关键结果")


async def test_a_card_whose_making_could_not_be_confirmed_is_there_once(tmp_path: Path) -> None:
    async with dingtalk_office(tmp_path) as office:
        an = await knows(office, "staff-an", "安")
        office.server.lost_answers = 1
        an.says("新目标")
        await an.sees("这个季度你想带来什么改变")
        await office.rest()
        await office.pass_time(timedelta(minutes=1))
        await office.rest()
        assert len(office.server.of("createAndDeliver")) == 2
        assert len(an.chat.said) == 1


async def test_without_a_usable_template_everything_is_said_in_words(tmp_path: Path) -> None:
    async with dingtalk_office(tmp_path) as office:
        office.server.cards.templates.clear()
        an = await knows(office, "staff-an", "安")
        await writes(office, an)
        an.says("满意的客户每周都会回来")
        await an.sees("更大的目标")
        an.says("这是独立的目标")
        await an.sees("属于哪一种")
        assert len(office.server.of("createAndDeliver")) == 1
        assert an.chat.cards == []


async def test_a_template_that_is_mended_is_used_again(tmp_path: Path) -> None:
    async with dingtalk_office(tmp_path) as office:
        templates = dict(office.server.cards.templates)
        office.server.cards.templates.clear()
        an = await knows(office, "staff-an", "安")
        an.says("新目标")
        await an.sees("这个季度你想带来什么改变")
        office.server.cards.templates.update(templates)
        await office.rest()
        await office.pass_time(timedelta(minutes=11))
        an.says("客户都爱我们的服务")
        asked = await an.sees("为什么这件事重要")
        assert asked.card is not None


# --- DingTalk in trouble ---


async def test_dingtalk_is_down_for_ten_minutes_and_nothing_is_lost(office: Office) -> None:
    an = await knows(office, "staff-an", "安")
    await writes(office, an)
    await office.rest()
    office.server.is_down = True
    an.says("满意的客户每周都会回来")
    for _ in range(10):
        await office.rest()
        await office.pass_time(timedelta(minutes=1))
    office.server.is_down = False
    office.server.try_again()
    for _ in range(3):
        await office.rest()
        await office.pass_time(timedelta(minutes=1))
    await an.sees("更大的目标")


async def test_tokens_that_end_early_are_renewed_once(office: Office) -> None:
    an, mei = await knows(office, "staff-an", "安"), await knows(office, "staff-mei", "梅")
    an.says("帮助")
    await office.server.until(lambda: an.chat.said)
    await office.rest()
    office.server.end_tokens()
    given = office.server.tokens_given
    for person in (an, mei):
        person.says("主页")
    await office.server.until(lambda: len(an.chat.said) > 1 and mei.chat.said)
    assert office.server.tokens_given == given + 1


async def test_who_is_held_back_by_flow_control_is_answered_later_and_others_go_on(tmp_path: Path) -> None:
    async with dingtalk_office(tmp_path, Way(has_cards=False)) as office:
        an, mei = await knows(office, "staff-an", "安"), await knows(office, "staff-mei", "梅")
        an.chat.limits_next = 1
        an.says("帮助")
        mei.says("帮助")
        await office.server.until(lambda: mei.chat.said)
        await office.rest()
        await office.pass_time(timedelta(seconds=59))
        await office.rest()
        assert an.chat.said == []
        await office.pass_time(timedelta(seconds=2))
        await office.server.until(lambda: an.chat.said)


# --- groups ---


async def test_in_a_group_the_bot_answers_only_when_mentioned_and_guided_talk_stays_private(office: Office) -> None:
    an = await knows(office, "staff-an", "安")
    group = office.server.group()
    an.says_in(group, "中午吃什么？", mentioned=False)
    an.says_in(group, "新目标")
    await office.server.until(lambda: group.said)
    await office.rest()
    assert len(group.said) == 1
    assert an.chat.said == []


@pytest.mark.parametrize("line", ["/here 市场部", "这里是市场部", "绑定 市场部"])
async def test_a_group_is_bound_to_a_team_by_whoever_leads_it(office: Office, line: str) -> None:
    an = await knows(office, "staff-an", "安")
    team = TeamId("marketing")
    await office.store(PutTeam(Team(team, "市场部", "市场部", lead_id=PersonId("person-staff-an"))))
    group = office.server.group()
    an.says_in(group, line)
    await an.sees("市场部", group=group)
    assert await office.deps.reading.team_places((team,)) == {team: place_of(group.id)}
    an.says_in(group, "看板")
    await office.server.until(lambda: len(group.said) == 2)


async def test_somebody_of_another_company_in_a_group_is_nobody_here(office: Office) -> None:
    await knows(office, "staff-an", "安")
    group = office.server.group()
    await office.store(PutTeamPlace(TEAM, place_of(group.id)))
    office.server.stranger().says_in(group, "看板")
    an = office.server.person("staff-an")
    an.says_in(group, "看板")
    await office.server.until(lambda: group.said)
    await office.rest()
    assert len(group.said) == 1


def place_of(chat_id: str) -> Place:
    """A group as the core knows it."""
    return Place("dingtalk", "", chat_id, is_private=False)


# --- what is kept to ourselves ---


async def test_an_address_in_a_message_is_never_called(office: Office) -> None:
    called: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.append((await reader.readline()).decode())
        writer.close()

    trap = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = trap.sockets[0].getsockname()[1]
    office.server.session_webhook = f"http://127.0.0.1:{port}/robot/sendBySession?session=x"
    an = await knows(office, "staff-an", "安")
    an.says("帮助")
    an.sends("picture", {"downloadCode": f"http://127.0.0.1:{port}/", "pictureDownloadCode": "x"})
    await office.server.until(lambda: an.chat.said)
    await office.rest()
    trap.close()
    await trap.wait_closed()
    assert called == []


async def test_no_log_at_any_level_holds_a_secret_or_what_was_said(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(1)
    for name in ("aiosqlite", "tortoise", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)  # as adapters.logs does
    an = await knows(office, "staff-an", "陈小安")
    await writes(office, an)
    await office.rest()
    office.server.answers_with = 502
    an.says("我最大的秘密")
    await office.pass_time(timedelta(seconds=5))
    await office.rest()
    office.server.answers_with = 0
    await office.pass_time(timedelta(minutes=1))
    await an.sees("更大的目标")
    logged = caplog.text + "".join(f"{record.msg} {record.args} {record.exc_info}" for record in caplog.records)
    for secret in (CLIENT_SECRET, "token0", "ticket-", "客户都爱", "秘密", "陈小安", "staff-an"):
        assert secret not in logged
