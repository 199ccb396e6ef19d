"""Whole conversations on Slack's wire, by HTTP and by Socket Mode, and everything that can come between."""

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
from bot.ports import PutAccount, PutPerson, PutTeam
from tests.e2e.slack_office import Office, slack_office
from tests.platforms import slack_person
from tests.platforms.slack_methods import RefusedError

TEAM = TeamId("lantern")
WORKSPACE = "T0COMPASS"
OBJECTIVE = "Khách hàng yêu dịch vụ của chúng ta"


@pytest.fixture(params=["http", "socket"])
async def office(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Office]:
    async with slack_office(tmp_path, by=request.param) as opened:
        yield opened


async def knows(
    office: Office, user_id: str, name: str, locale: str = "vi", *, has_joined: bool = True, workspace: str = WORKSPACE
) -> slack_person.Person:
    """Somebody a sync has brought."""
    person_id = PersonId(f"person-{workspace}-{user_id}")
    joined_at = office.hands.now() if has_joined else None
    person = Person(person_id, name, None, TEAM, Role.MANAGER, locale=locale, timezone="Asia/Ho_Chi_Minh", joined_at=joined_at)
    account = Account("slack", workspace, user_id, person_id)
    await office.store(PutTeam(Team(TEAM, "Lantern", "Lantern", lead_id=None)), PutPerson(person), PutAccount(account))
    return office.server.person(user_id, name, f"{locale}-XX", workspace=office.server.workspace(workspace))


async def writes(an: slack_person.Person) -> None:
    """Begin an objective and answer the first two questions."""
    await an.says("mục tiêu mới")
    await an.sees("Quý này bạn muốn tạo ra thay đổi gì?")
    await an.says(OBJECTIVE)
    await an.sees("Vì sao điều đó quan trọng?")


@pytest.mark.timeout(120)
async def test_a_stranger_comes_in_by_code_and_writes_an_objective_through_restarts(office: Office) -> None:
    await office.store(PutTeam(Team(TEAM, "Lantern", "Lantern", lead_id=None)))
    invited = await make_invite(office.deps, team_path="Lantern", role=Role.MEMBER, valid_for=timedelta(days=1), uses=1)
    an = office.server.person("U0AN", "Phạm Bảo An")
    await an.says("xin chào")
    await an.sees("mã mời")
    await an.says(invited.code)
    await an.sees("Mình nói chuyện bằng tiếng gì?")
    await an.presses("Tiếng Việt")
    await an.sees("Lantern")
    await an.says("Phạm Bảo An")
    await an.sees("Bạn đang ở đâu?")
    await office.restart()
    await an.says("Hà Nội")
    await an.sees("Chào Phạm Bảo An!")
    await writes(an)
    await office.restart(suddenly=True)
    await an.presses("Quay lại")
    await an.sees("Quý này bạn muốn tạo ra thay đổi gì?")
    await an.says(OBJECTIVE)
    await an.sees("Vì sao điều đó quan trọng?")
    await an.says("Vì khách hài lòng sẽ quay lại mỗi tuần 💚")
    await an.sees("mục tiêu lớn nào?")
    await an.presses("Mục tiêu này đứng riêng")
    await an.sees("theo kiểu nào?")
    await an.presses("Thách thức")
    await an.sees("Kết quả then chốt đầu tiên")
    await an.says("cố gắng hết sức nâng cao hài lòng")
    await an.sees("đo bằng gì")
    await office.restart(suddenly=True)
    await an.says("NPS 30 lên 50")
    await an.sees("30", "50", "Đúng không?")
    await an.presses("Đúng rồi")
    await an.sees("từ 0 đến 10")
    await an.says("5")
    await an.sees("Thêm một cái nữa nhé?")
    await an.presses("Đủ rồi")
    await an.sees(OBJECTIVE, "NPS", "Công bố luôn nhé?")
    await an.presses("Công bố")
    await an.sees("Đã công bố")
    await an.says("bảng tôi")
    await an.sees(OBJECTIVE)
    asked = [message for message in an.chat.said if "?" in message.words and message is not an.last]
    assert all(not message.labels for message in asked if "Đúng không?" in message.words or "từ 0 đến 10" in message.words)


# --- forms ---


def has_modal(person: slack_person.Person) -> bool:
    """Whether a modal covers their screen."""
    return person.modal is not None


async def is_asked_for_numbers(office: Office) -> slack_person.Person:
    """Somebody who writes a key result without numbers, so that two are asked for at once."""
    an = await knows(office, "U0AN", "Phạm Bảo An")
    await writes(an)
    await an.says("Vì khách hài lòng sẽ quay lại mỗi tuần")
    await an.sees("mục tiêu lớn nào?")
    await an.presses("Mục tiêu này đứng riêng")
    await an.sees("theo kiểu nào?")
    await an.presses("Thách thức")
    await an.sees("Kết quả then chốt đầu tiên")
    await an.says("tăng số khách quay lại")
    await an.sees("chưa có con số")
    await an.presses("Dùng câu này")
    await an.sees("hôm nay đang ở đâu", "Hôm nay đang là bao nhiêu?")
    return an


async def test_a_form_is_a_modal_with_errors_beside_its_fields_and_the_dialogue_goes_on(office: Office) -> None:
    an = await is_asked_for_numbers(office)
    await an.presses("Điền vào đây")
    modal = await an.sees_modal("Laban", "Hôm nay đang là bao nhiêu?", "Cuối kỳ cần đến bao nhiêu?")
    said = len(an.chat.said)
    await an.submits({"Hôm nay": "một ít", "Cuối kỳ": "nhiều"})
    assert an.modal is modal
    assert set(modal.errors) == {"form0", "form1"}
    assert all("con số" in words for words in modal.errors.values())
    await an.submits({"Hôm nay": "1,2k"})
    assert set(modal.errors) == {"form1"}
    assert len(an.chat.said) == said
    await an.submits({"Cuối kỳ": "2 nghìn"})
    assert not has_modal(an)
    await an.sees("Đúng không?", "1.200", "2.000")
    assert not next(message for message in an.chat.said if "hôm nay đang ở đâu" in message.words).labels


async def test_a_form_may_be_answered_by_typing_as_well(office: Office) -> None:
    an = await is_asked_for_numbers(office)
    await an.says("1200")
    await an.sees("Cuối kỳ cần đến bao nhiêu?")
    await an.says("2000")
    await an.sees("Đúng không?")


async def test_closing_a_form_puts_the_conversation_aside_and_its_button_takes_it_up_again(office: Office) -> None:
    an = await is_asked_for_numbers(office)
    await an.presses("Điền vào đây")
    await an.sees_modal("Hôm nay đang là bao nhiêu?")
    await an.closes()
    await an.sees("giữ lại")
    await an.presses("Tiếp tục")
    await an.sees("hôm nay đang ở đâu")
    await an.presses("Điền vào đây")
    await an.sees_modal("Hôm nay đang là bao nhiêu?")


async def test_a_form_whose_trigger_has_grown_old_leaves_its_question_open(office: Office) -> None:
    an = await is_asked_for_numbers(office)
    office.server.faults.append(("views.open", RefusedError("expired_trigger_id")))
    said = len(an.chat.said)
    await an.presses("Điền vào đây")
    await office.server.until(lambda: len(an.chat.said) > said)
    assert an.modal is None
    await an.presses("Điền vào đây")
    await an.sees_modal("Hôm nay đang là bao nhiêu?")


async def test_a_form_sent_after_its_question_was_answered_otherwise_says_so(office: Office) -> None:
    an = await is_asked_for_numbers(office)
    await an.presses("Điền vào đây")
    modal = await an.sees_modal("Hôm nay")
    await an.says("1200")
    await an.sees("Cuối kỳ cần đến bao nhiêu?")
    assert modal is an.modal
    await an.submits({"Hôm nay": "5", "Cuối kỳ": "9"})
    assert not has_modal(an)
    await office.rest()
    assert "Cuối kỳ cần đến bao nhiêu?" in an.last.words


# --- channels ---


async def test_what_is_looked_up_by_command_in_a_channel_is_seen_by_nobody_else(office: Office) -> None:
    an = await knows(office, "U0AN", "Phạm Bảo An")
    channel = office.server.workspace().channel("random", has_app=False)
    channel.members.append(an.id)
    lines = ("/okr", "/okr tiến độ", "/okr 看板", "/okr status me", "/okr help", "/okr when", "/okr blah blah")
    for line in lines:
        await an.runs(line, channel=channel)
    await office.server.until(lambda: len(an.ephemerals) == len(lines))
    assert channel.said == []
    assert an.chat.said == []


async def test_a_talk_begun_in_a_channel_goes_on_in_private_and_a_line_says_so(office: Office) -> None:
    an = await knows(office, "U0AN", "Phạm Bảo An")
    channel = office.server.workspace().channel("random", has_app=False)
    await an.runs("/okr mục tiêu mới", channel=channel)
    await an.sees("Quý này bạn muốn tạo ra thay đổi gì?")
    await an.sees_alone("tin nhắn riêng")
    # The talk is not answered by a word said elsewhere.
    await an.runs("/okr what a day", channel=channel)
    await office.server.until(lambda: len(an.ephemerals) == 2)
    await an.says(OBJECTIVE)
    await an.sees("Vì sao điều đó quan trọng?")


async def test_a_command_in_the_private_chat_is_answered_there(office: Office) -> None:
    an = await knows(office, "U0AN", "Phạm Bảo An")
    await an.runs("/okr new")
    await an.sees("Quý này bạn muốn tạo ra thay đổi gì?")
    assert an.ephemerals == []


async def test_a_stranger_in_a_channel_learns_in_private_how_to_get_in(office: Office) -> None:
    await knows(office, "U0AN", "Phạm Bảo An")
    stranger = office.server.person("U0MAL", "Mallory", "en-US")
    channel = office.server.workspace().channel("random", has_app=False)
    await stranger.runs("/okr status", channel=channel)
    await stranger.sees("invitation code")
    await stranger.sees_alone("private chat")
    assert "An" not in stranger.last.words.split()


async def test_a_channel_becomes_a_teams_own_and_its_board_is_asked_for_by_mention(office: Office) -> None:
    an = await knows(office, "U0AN", "Phạm Bảo An")
    await office.store(PutTeam(Team(TEAM, "Lantern", "Lantern", lead_id=PersonId(f"person-{WORKSPACE}-U0AN"))))
    channel = office.server.workspace().channel("lantern")
    channel.members.append(an.id)
    await an.runs("/okr here Lantern", channel=channel)
    await an.sees("Lantern", "/okr status", channel=channel)
    await an.sees_alone("Lantern", "/invite")
    assert await office.deps.reading.team_of_place(Place("slack", WORKSPACE, channel.id, is_private=False)) == TEAM
    said = len(channel.said)
    await an.says("@Laban status", channel=channel)
    await office.server.until(lambda: len(channel.said) > said)
    await an.says("just talking, nobody is meant", channel=channel)
    await an.says("@Laban thanks a lot", channel=channel)
    await an.says("@Laban new", channel=channel)
    await an.sees("Quý này bạn muốn tạo ra thay đổi gì?")
    assert len(channel.said) == said + 1


async def test_a_thread_is_answered_in_the_thread(office: Office) -> None:
    an = await knows(office, "U0AN", "Phạm Bảo An")
    await office.store(PutTeam(Team(TEAM, "Lantern", "Lantern", lead_id=PersonId(f"person-{WORKSPACE}-U0AN"))))
    channel = office.server.workspace().channel("lantern")
    channel.members.append(an.id)
    await an.runs("/okr here Lantern", channel=channel)
    await an.sees_alone("Lantern", "/invite")
    await an.says("how are we doing?", channel=channel)
    asked = channel.posts[-1]
    said = len(channel.said)
    await an.says("@Laban status", channel=channel, thread=asked)
    await office.server.until(lambda: len(channel.said) > said)
    await an.says("@Laban new", channel=channel, thread=asked)
    await an.sees("Quý này bạn muốn tạo ra thay đổi gì?")
    await office.rest()
    assert [one.thread_ts for one in channel.said[said:]] == [asked.ts]
    assert an.ephemerals[-1].thread_ts == asked.ts


async def test_who_only_calls_our_name_learns_what_can_be_said_and_nobody_else_does(office: Office) -> None:
    an = await knows(office, "U0AN", "Phạm Bảo An")
    channel = office.server.workspace().channel("lantern")
    channel.members.append(an.id)
    await an.says("@Laban", channel=channel)
    await an.sees_alone("/okr")
    assert channel.said == []


async def test_who_leads_nothing_cannot_take_a_channel(office: Office) -> None:
    an = await knows(office, "U0AN", "Phạm Bảo An")
    channel = office.server.workspace().channel("lantern")
    await an.runs("/okr here Lantern", channel=channel)
    await an.sees_alone("Lantern")
    assert channel.said == []


async def test_a_message_can_be_made_a_call_for_help(office: Office) -> None:
    an = await knows(office, "U0AN", "Phạm Bảo An")
    channel = office.server.workspace().channel("support")
    channel.members.append(an.id)
    await an.says("Không ai nghe máy cuối tuần", channel=channel)
    await an.opens_shortcut("call_for_help", channel.posts[-1])
    await office.rest()
    # There is nobody to call and nothing to call about yet, and that is said before anything is typed.
    await office.server.until(lambda: an.chat.said)
    assert "?" not in an.last.words or an.last.labels


# --- home ---


async def test_home_shows_where_one_stands_and_follows_what_changes(office: Office) -> None:
    an = await knows(office, "U0AN", "Phạm Bảo An")
    await an.opens_home()
    home = await an.sees_home("Phạm Bảo An")
    await an.presses("Mục tiêu mới", on=home)
    await an.sees_modal("Messages")
    await an.closes()
    await an.sees("Quý này bạn muốn tạo ra thay đổi gì?")
    await an.says(OBJECTIVE)
    await an.sees("Vì sao điều đó quan trọng?")
    await an.presses("Để sau")
    await an.sees("giữ lại")
    await office.server.until(lambda: an.home and any(label.startswith("Tiếp tục") for label in an.home.labels))
    published = len(office.server.of("views.publish"))
    await an.says("home")
    await office.rest()
    await office.running.slack.homes.rest()
    assert len(office.server.of("views.publish")) == published, "what looks the same is not published again"


async def test_a_strangers_home_shows_the_way_in_and_nothing_else(office: Office) -> None:
    await knows(office, "U0AN", "Phạm Bảo An")
    stranger = office.server.person("U0MAL", "Mallory", "en-US")
    await stranger.opens_home()
    home = await stranger.sees_home("invitation code")
    assert home.labels == []
    assert "An" not in home.words.split()


async def test_somebody_imported_begins_at_home(office: Office) -> None:
    an = await knows(office, "U0AN", "Phạm Bảo An", has_joined=False)
    await an.opens_home()
    await an.sees("Mình nói chuyện bằng tiếng gì?")
    home = await an.sees_home("Laban")
    assert len(home.labels) == 1


async def test_somebody_imported_without_a_workspace_is_known_at_first_contact(office: Office) -> None:
    person = Person(PersonId("an"), "Phạm Bảo An", None, TEAM, locale="vi")
    account = Account("slack", "", "U0AN", PersonId("an"))
    await office.store(PutTeam(Team(TEAM, "Lantern", "Lantern")), PutPerson(person), PutAccount(account))
    an = office.server.person("U0AN", "An")
    await an.says("chào")
    await an.sees("Mình nói chuyện bằng tiếng gì?")
    accounts = await office.deps.reading.accounts_of(PersonId("an"))
    assert {one.tenant for one in accounts} == {"", WORKSPACE}


# --- once ---


async def test_a_double_click_a_redelivery_and_a_replay_after_a_restart_act_once(office: Office) -> None:
    an = await knows(office, "U0AN", "Phạm Bảo An")
    await writes(an)
    await an.says("Vì khách hài lòng sẽ quay lại mỗi tuần")
    asked = await an.sees("mục tiêu lớn nào?")
    said = len(an.chat.said)
    await asyncio.gather(*(an.presses("Mục tiêu này đứng riêng", on=asked) for _ in range(2)))
    await an.sees("theo kiểu nào?")
    await office.rest()
    assert len(an.chat.said) == said + 1
    deliveries = list(office.server.courier.deliveries)
    await office.restart(suddenly=True)
    for one in deliveries:
        if one.kind != "slash_commands":
            await office.server.courier.deliver(one.kind, one.told, office.server.app.events_url, 1, "http_timeout")
    await office.rest()
    assert len(an.chat.said) == said + 1
    assert "theo kiểu nào?" in an.last.words


async def test_a_button_that_does_something_acts_again_when_it_is_meant_again(office: Office) -> None:
    an = await knows(office, "U0AN", "Phạm Bảo An")
    await an.says("home")
    home = await an.sees("Phạm Bảo An")
    label = next(one for one in home.labels if "tiến độ" in one.lower() or "Bảng" in one)
    said = len(an.chat.said)
    await asyncio.gather(*(an.presses(label, on=home) for _ in range(2)))
    await office.server.until(lambda: len(an.chat.said) > said)
    await office.rest()
    assert len(an.chat.said) == said + 1
    await office.pass_time(timedelta(seconds=10))
    await an.presses(label, on=home)
    await office.server.until(lambda: len(an.chat.said) > said + 1)
    await office.rest()
    assert len(an.chat.said) == said + 2


async def test_a_hundred_copies_of_one_event_are_one(office: Office) -> None:
    an = await knows(office, "U0AN", "Phạm Bảo An")
    await an.says("mục tiêu mới")
    await an.sees("Quý này bạn muốn tạo ra thay đổi gì?")
    told = office.server.courier.deliveries[-1].told
    await asyncio.gather(*(office.server.courier.deliver("events_api", told, office.server.app.events_url) for _ in range(100)))
    await office.rest()
    assert len(an.chat.said) == 1


# --- sending ---


async def test_a_pause_slack_asks_for_is_kept_and_nothing_is_lost(office: Office) -> None:
    an = await knows(office, "U0AN", "Phạm Bảo An")
    office.server.flood(office.server.workspace(), "chat.postMessage", 30)
    await an.says("mục tiêu mới")
    await office.server.until(lambda: office.server.of("chat.postMessage"))
    await office.rest()
    calls = len(office.server.of("chat.postMessage"))
    await office.pass_time(timedelta(seconds=20))
    await office.rest()
    assert len(office.server.of("chat.postMessage")) == calls
    assert an.chat.said == []
    await office.pass_time(timedelta(seconds=15))
    await an.sees("Quý này bạn muốn tạo ra thay đổi gì?")


async def test_nothing_people_say_and_no_secret_is_logged_however_much_is_logged(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    an = await is_asked_for_numbers(office)
    await an.presses("Điền vào đây")
    await an.sees_modal("Hôm nay")
    await an.submits({"Hôm nay": "một ít", "Cuối kỳ": "nhiều"})
    await an.submits({"Hôm nay": "1200", "Cuối kỳ": "2000"})
    await an.sees("Đúng không?")
    channel = office.server.workspace().channel("random", has_app=False)
    await an.runs("/okr tiến độ", channel=channel)
    await office.server.until(lambda: an.ephemerals)
    office.server.faults.append(("chat.postMessage", RefusedError("fatal_error")))
    await an.says("Một câu không ai nên đọc trong nhật ký")
    await office.rest()
    secrets = (office.app.bot_token, office.app.app_token, *office.app.signing_secrets, "response_url", "/hooks/")
    words = (OBJECTIVE, "Phạm Bảo An", "tăng số khách", "không ai nên đọc", "một ít")
    assert [one for one in (*secrets, *words) if one and one in caplog.text] == []
