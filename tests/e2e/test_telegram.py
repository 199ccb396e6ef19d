"""Whole conversations on Telegram's wire, and everything that can come between."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.actions.make_invite import make_invite
from bot.chat.incoming import Place
from bot.okr.people import Account, Person, PersonId, Role, Team, TeamId
from bot.ports import PutAccount, PutPerson, PutTeam, PutTeamPlace
from tests.e2e.telegram_office import Office, telegram_office
from tests.platforms import telegram_server
from tests.platforms.telegram_server import TOKEN

TEAM = TeamId("lantern")
OBJECTIVE = "Khách hàng yêu dịch vụ của chúng ta"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with telegram_office(tmp_path) as opened:
        yield opened


async def knows(
    office: Office, user_id: int, name: str, locale: str = "vi", *, has_joined: bool = True
) -> telegram_server.Person:
    """Somebody whose telegram_id an import has brought."""
    person_id = PersonId(f"person{user_id}")
    joined_at = office.hands.now() if has_joined else None
    person = Person(person_id, name, None, TEAM, Role.MANAGER, locale=locale, timezone="Asia/Ho_Chi_Minh", joined_at=joined_at)
    account = Account("telegram", "", str(user_id), person_id)
    await office.store(PutTeam(Team(TEAM, "Lantern", "Lantern", lead_id=None)), PutPerson(person), PutAccount(account))
    return office.server.person(user_id, name, locale)


async def writes(an: telegram_server.Person) -> None:
    """Begin an objective and answer the first two questions."""
    an.says("mục tiêu mới")
    await an.sees("Quý này bạn muốn tạo ra thay đổi gì?")
    an.says(OBJECTIVE)
    await an.sees("Vì sao điều đó quan trọng?")


# --- the story ---


async def test_a_stranger_follows_an_invitation_and_writes_an_objective_through_restarts(office: Office) -> None:
    invited = await make_invite(office.deps, team_path="Lantern", role=Role.MEMBER, valid_for=timedelta(days=1), uses=1)
    an = office.server.person(501, "Phạm Bảo An", is_started=False)
    an.starts(invited.code)
    await an.sees("Mình nói chuyện bằng tiếng gì?")
    an.presses("Tiếng Việt")
    await an.sees("Lantern", "Phạm Bảo An")
    an.presses("Phạm Bảo An")
    await an.sees("Bạn đang ở đâu?")
    await office.restart()
    an.says("Hà Nội")
    await an.sees("Chào Phạm Bảo An!")
    await writes(an)
    await office.restart(suddenly=True)
    # goes back once
    an.presses("Quay lại")
    await an.sees("Quý này bạn muốn tạo ra thay đổi gì?")
    an.says(OBJECTIVE)
    await an.sees("Vì sao điều đó quan trọng?")
    an.says("Vì khách hài lòng sẽ quay lại mỗi tuần 💚")
    await an.sees("mục tiêu lớn nào?")
    an.presses("Mục tiêu này đứng riêng")
    await an.sees("theo kiểu nào?")
    an.presses("Thách thức")
    await an.sees("Kết quả then chốt đầu tiên")
    # is corrected once
    an.says("cố gắng hết sức nâng cao hài lòng")
    await an.sees("đo bằng gì")
    await office.restart(suddenly=True)
    an.says("NPS 30 lên 50")
    await an.sees("30", "50", "Đúng không?")
    an.presses("Đúng rồi")
    await an.sees("từ 0 đến 10")
    an.says("5")
    await an.sees("Thêm một cái nữa nhé?")
    an.presses("Đủ rồi")
    await an.sees(OBJECTIVE, "NPS", "Công bố luôn nhé?")
    an.presses("Công bố")
    await an.sees("Đã công bố")
    an.says("bảng tôi")
    await an.sees(OBJECTIVE)
    # Every question but the newest has lost its buttons, so nothing old can be pressed by mistake.
    asked = [message for message in an.chat.said if "?" in message.text and message is not an.last]
    assert all(not message.labels for message in asked if "Đúng không?" in message.text or "từ 0 đến 10" in message.text)
    presses = [update for update in office.server.pushed if "callback_query" in update]
    await office.server.until(lambda: len(office.server.of("answerCallbackQuery")) >= len(presses))


async def test_somebody_imported_is_known_at_first_contact_and_can_be_reached_afterwards(office: Office) -> None:
    an = await knows(office, 700100200, "Phạm Bảo An", has_joined=False)
    an.starts()
    await an.sees("Mình nói chuyện bằng tiếng gì?")
    (account,) = await office.deps.reading.accounts_of(PersonId("person700100200"))
    assert account.chat_id == "700100200"


async def test_a_stranger_without_a_code_learns_how_to_get_in_and_nothing_else(office: Office) -> None:
    await knows(office, 501, "An")
    stranger = office.server.person(666, "Mallory", "en")
    stranger.starts("not-a-code")
    await office.server.until(lambda: stranger.chat.said)
    assert "An" not in stranger.last.text.split()
    assert stranger.last.labels == []


async def test_a_start_in_the_middle_of_a_talk_asks_the_open_question_again(office: Office) -> None:
    an = await knows(office, 501, "An")
    await writes(an)
    before = an.last.id
    an.starts()
    await office.server.until(lambda: an.last.id != before)
    assert "Vì sao điều đó quan trọng?" in an.last.text


# --- updates ---


async def test_an_update_that_comes_again_and_out_of_order_acts_once(office: Office) -> None:
    an = await knows(office, 501, "An")
    await writes(an)
    await office.server.until(lambda: office.server.is_polled)
    first = an.says("Vì khách hài lòng sẽ quay lại mỗi tuần")
    await an.sees("mục tiêu lớn nào?")
    answers = len(an.chat.said)
    await office.server.until(lambda: office.server.is_polled)
    second = an.presses("Mục tiêu này đứng riêng")
    office.server.waiting.clear()
    for update in (second, first, second, first):
        office.server.push_raw(update)
    await an.sees("theo kiểu nào?")
    await office.restart(suddenly=True)
    for update in (first, second):
        office.server.push_raw(update)
    await office.server.until(lambda: office.server.is_polled and not office.server.waiting)
    an.presses("Thách thức")
    await an.sees("Kết quả then chốt đầu tiên")
    assert len(an.chat.said) == answers + 2


async def test_what_was_sent_before_a_crash_and_never_confirmed_is_answered_once_after_it(office: Office) -> None:
    an = await knows(office, 501, "An")
    await office.end(suddenly=True)
    an.says("mục tiêu mới")
    an.says(OBJECTIVE)
    await office.start()
    await an.sees("Vì sao điều đó quan trọng?")
    assert [message.text.partition("?")[0] for message in an.chat.said] == [
        "Quý này bạn muốn tạo ra thay đổi gì",
        "Vì sao điều đó quan trọng",
    ]


async def test_a_button_pressed_twice_answers_once(office: Office) -> None:
    an = await knows(office, 501, "An")
    await writes(an)
    an.says("Vì khách hài lòng sẽ quay lại mỗi tuần")
    question = await an.sees("mục tiêu lớn nào?")
    an.presses("Mục tiêu này đứng riêng", message=question)
    an.presses("Mục tiêu này đứng riêng", message=question)
    await an.sees("theo kiểu nào?")
    an.says("Thách thức")
    await an.sees("Kết quả then chốt đầu tiên")


# --- Telegram in trouble ---


async def test_telegram_is_down_for_ten_minutes_and_nothing_is_lost(office: Office) -> None:
    an = await knows(office, 501, "An")
    await writes(an)
    await office.server.until(lambda: office.server.is_polled)
    # The answer is on its way when Telegram goes down.
    office.server.faults.append(("editMessageText", telegram_server.RefusedError(502, "Bad Gateway")))
    an.says("Vì khách hài lòng sẽ quay lại mỗi tuần")
    await office.server.until(lambda: not office.server.faults)
    office.server.is_down = True
    office.server.tire()
    assert office.process is not None
    connection = office.process.sleepers["telegram"]
    for _ in range(10):
        await office.hands.until(lambda: connection.is_asleep)
        await office.pass_time(timedelta(minutes=1))
    office.server.is_down = False
    await office.pass_time(timedelta(minutes=1))
    await an.sees("mục tiêu lớn nào?")
    await office.server.until(lambda: office.server.is_polled)
    an.presses("Mục tiêu này đứng riêng")
    await an.sees("theo kiểu nào?")


async def test_an_answer_whose_arrival_telegram_could_not_confirm_comes_twice_rather_than_never(office: Office) -> None:
    an = await knows(office, 501, "An")
    office.server.lost_answers = 1
    an.says("mục tiêu mới")
    await an.sees("Quý này bạn muốn tạo ra thay đổi gì?")
    await office.rest()
    await office.pass_time(timedelta(minutes=1))
    await office.server.until(lambda: len(an.chat.said) == 2)
    assert len({message.text for message in an.chat.said}) == 1


async def test_a_flooded_chat_is_left_alone_as_long_as_telegram_asks_and_others_go_on(office: Office) -> None:
    an, jie = await knows(office, 501, "An"), await knows(office, 502, "陈杰", "zh")
    an.chat.flooded_for = 30
    an.says("trợ giúp")
    await office.server.until(lambda: office.server.of("sendMessage"))
    jie.says("帮助")
    await office.server.until(lambda: jie.chat.said)
    an.chat.flooded_for = 0
    await office.rest()
    await office.pass_time(timedelta(seconds=29))
    await office.rest()
    assert an.chat.said == []
    await office.pass_time(timedelta(seconds=2))
    await office.server.until(lambda: an.chat.said)


# --- people who block ---


async def test_who_blocks_the_bot_becomes_a_dead_letter_and_is_answered_again_after_coming_back(office: Office) -> None:
    an, jie = await knows(office, 501, "An"), await knows(office, 502, "陈杰", "zh")
    an.says("mục tiêu mới")
    an.blocks()
    jie.says("帮助")
    await office.server.until(lambda: jie.chat.said and len(office.server.of("sendMessage")) == 2)
    await office.server.until(lambda: office.server.is_polled)
    await office.rest()
    assert office.process is not None
    (letter,) = await office.process.storage.outbox.dead_letters(10)
    assert letter.place.chat_id == "501"
    assert "blocked" in letter.error
    an.blocks(is_blocked=False)
    an.starts()
    await an.sees("Quý này bạn muốn tạo ra thay đổi gì?")


# --- groups ---


async def test_in_a_group_only_what_is_said_to_the_bot_is_answered_and_guided_talk_stays_private(office: Office) -> None:
    an = await knows(office, 501, "An")
    group = office.server.group()
    an.says("trưa nay ăn gì?", group=group)
    an.says("@other_bot status", group=group, entities=[{"type": "mention", "offset": 0, "length": 10}])
    an.says("/new@laban_test_bot", group=group)
    await office.server.until(lambda: group.said)
    an.says("@laban_test_bot mục tiêu mới", group=group, entities=[{"type": "mention", "offset": 0, "length": 15}])
    await office.server.until(lambda: len(group.said) == 2)
    assert len({message.text for message in group.said}) == 1
    assert an.chat.said == []


async def test_a_team_keeps_its_group_when_that_becomes_a_supergroup(office: Office) -> None:
    an = await knows(office, 501, "An")
    group = office.server.group()
    await office.store(PutTeamPlace(TEAM, place_of(group.id)))
    new = office.server.upgrade(group)
    an.says("/status@laban_test_bot", group=new)
    await office.server.until(lambda: new.said)
    assert await office.deps.reading.team_places((TEAM,)) == {TEAM: place_of(new.id)}
    assert group.said == []


async def test_a_move_nobody_told_is_noticed_when_something_is_said_there(office: Office) -> None:
    an = await knows(office, 501, "An")
    group = office.server.group()
    await office.store(PutTeamPlace(TEAM, place_of(group.id)))
    an.says("/help@laban_test_bot", group=group)
    group.moved_to = -1004001
    new = office.server.group(-1004001)
    await office.server.until(lambda: new.said)
    assert await office.deps.reading.team_places((TEAM,)) == {TEAM: place_of(new.id)}


def place_of(chat_id: int) -> Place:
    """A group as the core knows it."""
    return Place("telegram", "", str(chat_id), is_private=False)


# --- what is kept to ourselves ---


async def test_no_log_at_any_level_holds_the_token_or_what_was_said(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(1)
    for name in ("aiosqlite", "tortoise", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)  # as adapters.logs does
    an = await knows(office, 501, "Phạm Bảo An")
    await writes(an)
    office.server.answers_with = 502
    office.server.tire()
    assert office.process is not None
    connection = office.process.sleepers["telegram"]
    await office.hands.until(lambda: connection.is_asleep)
    office.server.answers_with = 0
    await office.pass_time(timedelta(minutes=1))
    await office.server.until(lambda: office.server.is_polled)
    an.blocks()
    an.says("bí mật lớn nhất của tôi")
    await office.server.until(lambda: office.server.is_polled)
    await asyncio.sleep(0)
    logged = caplog.text + "".join(f"{record.msg} {record.args} {record.exc_info}" for record in caplog.records)
    for secret in (TOKEN, TOKEN.partition(":")[2], OBJECTIVE, "bí mật", "Phạm"):
        assert secret not in logged
