"""The one way in: duplicates, races, outdated buttons, parked and expired talks, strangers, people who left, groups."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.demo import INVITE_CODE
from bot.actions.change_objective import revise_objective
from bot.actions.converse import TRIES, TooManyCollisionsError
from bot.actions.desk import Desk
from bot.chat.incoming import Arrived, Incoming, Picked, Texted
from bot.okr.cycle import CycleId
from bot.okr.objective import ObjectiveId, ObjectiveState
from bot.okr.people import Person, PersonId
from bot.ports import PutObjective, PutPerson
from bot.scripts.edit_objective import ReviseObjective
from bot.scripts.write_key_result import KeyResultDraft
from tests.chat import Chat, Office

WRITING = ("Khách hàng yêu dịch vụ của chúng ta", "Khách vui sẽ quay lại")


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def an(office: Office) -> Chat:
    """A Vietnamese-speaking member without objectives."""
    return Chat(office, "an")


async def write_to_the_review(an: Chat) -> Chat:
    await an.says("mục tiêu mới", *WRITING)
    await an.picks("none", "aspirational")
    await an.says("NPS 30 lên 50")
    await an.picks("right")
    await an.says("5")
    return await an.picks("enough")


async def test_an_objective_is_written_published_and_on_the_board_of_everybody(an: Chat, office: Office) -> None:
    await write_to_the_review(an)
    await an.picks("publish")
    assert "Đã công bố" in an.text
    jie = await Chat(office, "jie").says("看板 团队")
    assert WRITING[0] in jie.text
    assert "Phạm Bảo An" in jie.text


async def test_a_draft_is_seen_by_its_owner_only_until_it_is_published(an: Chat, office: Office) -> None:
    await write_to_the_review(an)
    await an.picks("draft")
    jie = await Chat(office, "jie").says("看板 团队")
    assert WRITING[0] not in jie.text
    await an.says("home")
    assert WRITING[0] in an.text
    await an.picks("publish")
    await jie.says("看板 团队")
    assert WRITING[0] in jie.text


async def test_the_same_event_twice_has_one_effect(an: Chat, office: Office) -> None:
    await an.does(Texted("mục tiêu mới"), "once")
    turns = len(office.work.turns)
    await an.does(Texted("mục tiêu mới"), "once")
    assert len(office.work.turns) == turns


async def test_a_hundred_copies_of_an_event_at_once_have_one_effect(an: Chat, office: Office) -> None:
    await asyncio.gather(*(an.does(Texted("mục tiêu mới"), "once") for _ in range(100)))
    assert len(office.work.turns) == 1


async def test_two_turns_of_one_person_at_once_lose_neither(an: Chat, office: Office) -> None:
    await an.says("mục tiêu mới")
    await asyncio.gather(an.says("Khách hàng yêu chúng ta"), an.says("Mỗi ngày một nụ cười"))
    (session,) = (await office.reading.known(_incoming(an))).sessions
    assert {answer.value for answer in session.answers if not answer.is_finding} == {
        "Khách hàng yêu chúng ta",
        "Mỗi ngày một nụ cười",
    }


async def test_a_lost_race_is_run_again_and_too_many_are_an_error(an: Chat, office: Office) -> None:
    office.work.loses = TRIES - 1
    await an.says("home")
    assert len(office.work.turns) == 1
    office.work.loses = TRIES
    with pytest.raises(TooManyCollisionsError):
        await an.says("home")


async def test_a_button_pressed_twice_counts_once(an: Chat) -> None:
    await an.says("mục tiêu mới", *WRITING)
    token = an.token("none")
    await an.does(Picked(token))
    await an.does(Picked(token))
    assert "đã được trả lời" in an.text
    assert "theo kiểu nào" in an.text


async def test_a_button_of_a_published_talk_says_it_is_over(an: Chat, office: Office) -> None:
    await write_to_the_review(an)
    token = an.token("publish")
    await an.does(Picked(token))
    await an.does(Picked(token))
    assert "đã xong" in an.text
    cycle = await office.reading.cycle_on(office.hands.now().date())
    assert cycle is not None
    assert len(await office.reading.objectives_of(PersonId("an"), cycle.id)) == 1


@pytest.mark.parametrize(
    "token", ["", "x", "d.teleport.", "a.b", "🙂" * 200, "d.objective.nobody", "d.publish.meitable", "d.discard.yes:meitable"]
)
async def test_a_forged_button_does_no_harm(an: Chat, office: Office, token: str) -> None:
    before = await office.reading.objective(_id("meitable"))
    await an.does(Picked(token))
    assert an.last.blocks
    assert await office.reading.objective(_id("meitable")) == before


async def test_a_button_of_somebody_elses_talk_does_nothing_to_it(an: Chat, office: Office) -> None:
    await an.says("mục tiêu mới", *WRITING)
    minh = Chat(office, "minh")
    await minh.does(Picked(an.token("none")))
    await an.picks("none")
    assert "theo kiểu nào" in an.text


async def test_looking_at_the_board_in_the_middle_of_a_talk_comes_back_to_it(an: Chat) -> None:
    await an.says("mục tiêu mới", "看板")
    assert "Quý này bạn muốn tạo ra thay đổi gì?" in an.text


async def test_an_answer_that_begins_with_a_word_of_ours_is_an_answer(an: Chat) -> None:
    await an.says("new", "Status meetings nobody dreads")
    assert "Vì sao điều đó quan trọng?" in an.text


async def test_another_talk_parks_the_first_and_gives_it_back(an: Chat) -> None:
    await an.says("mục tiêu mới", WRITING[0], "cài đặt")
    await an.picks("quiet", "late")
    assert "22:00" in an.text
    assert "Vì sao điều đó quan trọng?" in an.text


async def test_a_paused_talk_waits_until_it_is_wanted(an: Chat, office: Office) -> None:
    await an.says("mục tiêu mới", WRITING[0], "để sau")
    assert "tiếp tục" in an.text
    await an.says("cài đặt")
    await an.picks("done")
    assert "Vì sao" not in an.text
    office.hands.turn(timedelta(days=13))
    await an.says("tiếp tục")
    assert "Vì sao điều đó quan trọng?" in an.text


async def test_new_goes_on_with_the_objective_already_begun(an: Chat) -> None:
    await an.says("mục tiêu mới", WRITING[0], "để sau", "mục tiêu mới")
    assert "Vì sao điều đó quan trọng?" in an.text


async def test_a_talk_nobody_touches_for_fourteen_days_is_put_away(an: Chat, office: Office) -> None:
    await an.says("mục tiêu mới", WRITING[0])
    office.hands.turn(timedelta(days=14, seconds=1))
    await an.says("home")
    assert "14 ngày" in an.text
    assert not (await office.reading.known(_incoming(an))).sessions


async def test_cancelling_asks_first_once_there_is_something_to_lose(an: Chat, office: Office) -> None:
    await an.says("mục tiêu mới", "hủy")
    assert "Đã bỏ" in an.text
    await an.says("mục tiêu mới", *WRITING, "hủy")
    assert "Dừng ở đây?" in an.text
    await an.picks("~keep")
    assert "góp phần cho" in an.text
    await an.says("hủy", "hủy")
    assert "Đã bỏ" in an.text
    assert not (await office.reading.known(_incoming(an))).sessions


@pytest.mark.parametrize(
    "text",
    ["", " ", "x" * 50_000, "🙂", "\u202etxt.exe", "\x00\x01", "<script>", "@all <!channel>", "[x](tg://user?id=1)", "Привет"],
)
async def test_what_fits_nothing_gets_a_useful_answer(an: Chat, text: str) -> None:
    await an.says(text)
    assert "mục tiêu" in an.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hello there", "invitation code"),
        ("xin chào", "mã mời"),
        ("xin chao", "mã mời"),
        ("xin chào mọi người", "mã mời"),
        ("你好，我是新来的", "邀请码"),
    ],
)
async def test_a_stranger_is_greeted_in_their_language_and_told_how_to_get_in(office: Office, text: str, words: str) -> None:
    stranger = await Chat(office, "stranger").says(text)
    assert words in stranger.text
    for person in await office.reading.everybody():
        assert person.name not in stranger.text


async def test_a_stranger_with_a_code_joins_and_is_shown_around(office: Office) -> None:
    newcomer = Chat(office, "newcomer", name="Bob\u202e")
    await newcomer.says("not-a-code-at-all-but-26-chars")
    await newcomer.says(INVITE_CODE)
    await newcomer.picks("vi")
    assert "Chào mừng" in newcomer.text
    await newcomer.says("Bùi Văn Bốp", "Hà Nội")
    assert "Bùi Văn Bốp" in newcomer.text
    known = await office.reading.known(_incoming(newcomer))
    assert known.person is not None
    assert (known.person.name, known.person.locale, known.person.timezone) == ("Bùi Văn Bốp", "vi", "Asia/Ho_Chi_Minh")
    assert known.person.joined_at == office.hands.now()


async def test_a_link_with_a_code_opens_the_door(office: Office) -> None:
    newcomer = await Chat(office, "newcomer", name="Ann Lee", language="en-GB").does(Arrived(INVITE_CODE))
    assert "Which language" in newcomer.text


async def test_a_name_that_only_looks_like_a_colleagues_is_asked_again(office: Office) -> None:
    newcomer = await Chat(office, "newcomer").says(INVITE_CODE)
    await newcomer.picks("en")
    await newcomer.says("Thоmas Wright", "London")  # the first o is Cyrillic
    assert "mistaken" in newcomer.text
    await newcomer.says("Tom Right")
    assert "You're in, Tom Right!" in newcomer.text


async def test_a_name_with_a_blank_more_is_a_colleagues_name_too(office: Office) -> None:
    newcomer = await Chat(office, "newcomer").says(f"My code is {INVITE_CODE}.")
    await newcomer.picks("zh")
    await newcomer.says("陈 杰", "上海")
    assert "混淆" in newcomer.text


async def test_settings_asked_for_again_begin_anew_and_leave_nothing_behind(an: Chat, office: Office) -> None:
    await an.says("cài đặt")
    await an.picks("away")
    await an.says("cài đặt")
    await an.picks("done")
    assert not (await office.reading.known(_incoming(an))).sessions


async def test_pressing_edit_again_goes_on_with_the_edit_already_begun(office: Office) -> None:
    jie = await Chat(office, "jie").does(Picked("d.edit.jiefriends"))
    await jie.picks("title")
    await jie.does(Picked("d.edit.jiefriends"))
    assert "怎么写" in jie.text or "改成" in jie.text
    assert len((await office.reading.known(_incoming(jie))).sessions) == 1


async def test_what_somebody_else_changed_meanwhile_stays(office: Office) -> None:
    jie = Chat(office, "jie")
    before = await office.reading.objective(_id("jiefriends"))
    assert before is not None
    one = before.key_results[0]
    original = KeyResultDraft(one.id, one.sentence, one.measure, one.start_confidence)
    bolder = replace(one, measure=replace(one.measure, target=one.measure.target + 1))
    others = tuple(bolder if each.id == one.id else each for each in before.key_results)
    office.storage.apply([PutObjective(replace(before, key_results=others, version=before.version + 1), before.version)])
    incoming = _incoming(jie)
    desk = Desk(incoming, await office.reading.known(incoming), office.deps)
    reworded = replace(original, sentence="让朋友愿意带朋友来")
    await revise_objective(desk, ReviseObjective("jiefriends", "说得更清楚", key_results=(reworded,), originals=(original,)))
    await office.work.save(desk.turn())
    after = await office.reading.objective(_id("jiefriends"))
    assert after is not None
    assert after.key_results[0].sentence == "让朋友愿意带朋友来"
    assert after.key_results[0].measure.target == one.measure.target + 1


async def test_a_used_up_or_expired_code_opens_nothing(office: Office) -> None:
    office.hands.turn(timedelta(days=5000))
    newcomer = await Chat(office, "newcomer").says(INVITE_CODE)
    assert (await office.reading.known(_incoming(newcomer))).person is None


async def test_an_event_of_somebody_who_left_meanwhile_shows_nothing(an: Chat, office: Office) -> None:
    await an.says("mục tiêu mới", WRITING[0])
    person = await office.reading.person(PersonId("an"))
    assert person is not None
    office.storage.apply([PutPerson(replace(person, left_at=office.hands.now(), version=person.version + 1), person.version)])
    await an.says("Khách vui sẽ quay lại")
    assert "không còn là thành viên" in an.text


async def test_in_a_group_nothing_private_happens(office: Office) -> None:
    group = await Chat(office, "an", is_private=False).says("just talking")
    assert not group.messages
    await group.says("status")
    assert "riêng" in group.text


async def test_a_session_of_an_unknown_script_is_put_away_with_an_apology(an: Chat, office: Office) -> None:
    await an.says("mục tiêu mới")
    rows = office.storage.rows
    for key, session in list(rows.sessions.items()):
        rows.sessions[key] = replace(session, script="of_another_age")
    await an.says("home")
    assert "nâng cấp" in an.text


async def test_a_parked_session_of_an_unknown_script_is_put_away_when_it_is_wanted(an: Chat, office: Office) -> None:
    await an.says("mục tiêu mới", WRITING[0], "để sau")
    rows = office.storage.rows
    for key, session in list(rows.sessions.items()):
        rows.sessions[key] = replace(session, script="of_another_age")
    await an.says("tiếp tục")
    assert "nâng cấp" in an.text
    await an.says("home")
    assert "Phạm Bảo An" in an.text


async def test_what_was_to_be_served_and_died_meanwhile_is_asked_again(an: Chat, office: Office) -> None:
    await an.says("mục tiêu mới", *WRITING)
    await an.picks("o-meitable", "committed")
    await an.says("NPS 30 lên 50")
    await an.picks("right")
    await an.says("5")
    await an.picks("enough")
    served = await office.reading.objective(_id("meitable"))
    assert served is not None
    rows = office.storage.rows
    rows.objectives[served.id] = replace(served, state=ObjectiveState.DEAD)
    await an.picks("publish")
    assert "không còn nữa" in an.text
    await an.picks("none", "publish")
    assert "Đã công bố" in an.text


async def test_a_loop_of_alignments_is_refused(office: Office) -> None:
    mei = Chat(office, "mei")
    await mei.says("home")
    assert office.sent()
    await mei.does(Picked("d.edit.meitable"))
    await mei.picks("serves")
    below = await office.reading.candidates(await _person(office, "mei"), await _cycle(office), "", 99)
    shown = mei.last.plain()
    serving = [one.title for one in below if any(up.id == "meitable" for up in await office.reading.chain(one.serves))]
    assert serving
    assert not [title for title in serving if title in shown]


@given(
    st.lists(
        st.sampled_from(
            ["mục tiêu mới", "home", "cài đặt", "back", "hủy", "để sau", "tiếp tục", "1", "2", "NPS 30 lên 50", "", "có"]
        ),
        max_size=12,
    )
)
def test_no_order_of_words_breaks_a_chat(texts: list[str]) -> None:
    async def run() -> None:
        an = Chat(Office(), "an")
        for text in texts:
            await an.says(text)
            assert an.messages
            active = [one for one in (await an.office.reading.known(_incoming(an))).sessions if one.state.value == "active"]
            assert len(active) <= 1

    asyncio.run(run())


def _incoming(chat: Chat) -> Incoming:
    """A look at what is known of somebody, which no turn has dealt with."""
    return Incoming("look", chat.sender, chat.place, chat.office.hands.now(), Arrived())


def _id(text: str) -> ObjectiveId:
    return ObjectiveId(text)


async def _person(office: Office, person_id: str) -> Person:
    person = await office.reading.person(PersonId(person_id))
    assert person is not None
    return person


async def _cycle(office: Office) -> CycleId:
    cycle = await office.reading.cycle_on(office.hands.now().date())
    assert cycle is not None
    return cycle.id
