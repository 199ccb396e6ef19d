"""The week by itself: Friday's prompt, answers good and bad, a cry for help, the manager's decision, and the question a week later."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.actions.rounds import open_round, post_cards, tick
from bot.chat.incoming import Picked, Place
from bot.chat.intents import Intent, Wish, token_of
from bot.chat.message import Message
from bot.okr.help_request import Decision, HelpState
from bot.okr.objective import KeyResultId, ObjectiveId, ObjectiveState
from bot.okr.people import PersonId, TeamId
from bot.okr.prompt import PromptKind
from bot.ports import PutObjective, PutPerson, PutTeamPlace
from tests.chat import Chat, Office
from tests.hands import Hands

FRIDAY = datetime(2026, 11, 6, 8, 0, tzinfo=UTC)
"""Friday 15:00 in Hanoi, 16:00 in Shanghai."""
THURSDAY = FRIDAY - timedelta(days=1)


@pytest.fixture
def office() -> Office:
    return Office(Hands(THURSDAY))


@pytest.fixture
def linh(office: Office) -> Chat:
    """A Vietnamese-speaking owner of key results whose manager speaks Chinese."""
    return Chat(office, "linh")


@pytest.fixture
def jie(office: Office) -> Chat:
    """Linh's manager."""
    return Chat(office, "jie")


def said_to(office: Office, person: str) -> list[Message]:
    """What has been said to somebody, oldest first."""
    return [one.message for one in office.sent() if one.place.chat_id == person and not one.message.is_optional]


async def friday(office: Office) -> None:
    office.hands.turn(FRIDAY - office.hands.now())
    await tick(office.deps)


async def test_nobody_is_asked_before_their_hour_and_everybody_once_at_it(office: Office, linh: Chat) -> None:
    office.hands.turn(FRIDAY - timedelta(minutes=1) - office.hands.now())
    await tick(office.deps)
    assert not said_to(office, "linh")
    # In Shanghai it is 16:00 already.
    assert said_to(office, "xinyi")
    office.hands.turn(timedelta(minutes=1))
    await tick(office.deps)
    await tick(office.deps)
    (prompt,) = said_to(office, "linh")
    assert "Đến giờ cập nhật tuần" in prompt.plain()
    assert "15 giây cho" in prompt.plain()
    assert not said_to(office, "an"), "nobody without key results is asked"


@pytest.mark.parametrize("hours", [0, 30, 60, 90, 110])
async def test_the_demo_starts_without_questions_about_weeks_already_answered(hours: int) -> None:
    office = Office(Hands(datetime(2026, 11, 23, 9, tzinfo=UTC) + timedelta(hours=hours - 24)))
    await tick(office.deps)
    assert [one.place.chat_id for one in office.sent()] == []


async def test_a_whole_check_in_with_taps_and_one_number(office: Office, linh: Chat) -> None:
    await friday(office)
    for _ in range(10):
        if "Cảm ơn bạn" in linh.text:
            break
        await linh.picks("same")
        await linh.picks("on_track")
    assert "Cảm ơn bạn" in linh.text
    (prompt,) = [one for one in await office.reading.prompts(["linh"], THURSDAY.date()) if one.kind is PromptKind.CHECK_IN]
    assert prompt.answered_at == office.hands.now()


async def first_key_result(office: Office, person: str) -> KeyResultId:
    cycle = await office.reading.cycle_on(office.hands.now().date())
    assert cycle is not None
    (objective, *_) = await office.reading.objectives_of(PersonId(person), cycle.id)
    return objective.key_results[0].id


async def cry(office: Office, linh: Chat) -> KeyResultId:
    """Friday's prompt, a bad answer, and a call for help."""
    one = await first_key_result(office, "linh")
    await friday(office)
    await linh.says("1")
    if "thật không" in linh.text:
        await linh.picks("yes")
    await linh.picks("off_track", "help")
    await linh.says("Cuối tuần chỉ có hai người trực, không ai nghe máy.")
    while "Cảm ơn bạn" not in linh.text:
        await linh.picks("skip")
    return one


async def test_a_bad_answer_becomes_a_call_with_the_manager_in_their_language(office: Office, linh: Chat, jie: Chat) -> None:
    one = await cry(office, linh)
    assert "陈杰" in linh.text
    card = said_to(office, "jie")[-1]
    assert card.lang == "zh"
    assert "需要帮助" in card.plain()
    assert "Cuối tuần chỉ có hai người trực" in card.plain()
    (request,) = await office.reading.help_requests([one])
    assert (request.asker_id, request.holders, request.state) == ("linh", ("jie",), HelpState.OPEN)


async def test_the_decision_is_told_kept_and_followed_up(office: Office, linh: Chat, jie: Chat) -> None:
    one = await cry(office, linh)
    (request,) = await office.reading.help_requests([one])
    await jie.picks("decide")  # the newest of the card's buttons by that name
    await jie.says("取消")
    await jie.does(Picked(token_of(Intent(Wish.DECIDE, f"{request.id}:add_resources"))))
    await jie.says("周末加一个客服，从下周开始。")
    assert "已写进关键结果" in jie.text
    told = said_to(office, "linh")[-1].plain()
    assert "Thêm nguồn lực" in told
    assert "周末加一个客服" in told
    (answered,) = await office.reading.help_requests([one])
    assert (answered.decision, answered.decided_by, answered.state) == (Decision.ADD_RESOURCES, "jie", HelpState.ANSWERED)
    history = await office.reading.history(ObjectiveId(answered.objective_id))
    assert [entry.what for entry in history][-2:] == ["help.called", "help.add_resources"]
    office.hands.turn(timedelta(days=7))
    await tick(office.deps)
    asked = [message.plain() for message in said_to(office, "linh") if "Đã thực hiện chưa?" in message.plain()]
    assert len(asked) == 1
    await linh.does(Picked(token_of(Intent(Wish.ARRIVED, f"{request.id}:no"))))
    assert "还没有落实" in said_to(office, "jie")[-1].plain()
    await linh.does(Picked(token_of(Intent(Wish.ARRIVED, f"{request.id}:yes"))))
    assert "đã được ghi nhận" in linh.text


async def test_a_call_nobody_answers_goes_to_the_stand_in_after_a_day(office: Office, linh: Chat, jie: Chat) -> None:
    one = await cry(office, linh)
    office.hands.turn(timedelta(hours=23))
    await tick(office.deps)
    assert not [message for message in said_to(office, "mei") if "需要帮助" in message.plain()]
    office.hands.turn(timedelta(hours=1))
    await tick(office.deps)
    await tick(office.deps)
    assert len([message for message in said_to(office, "mei") if "需要帮助" in message.plain()]) == 1
    assert "林梅" in said_to(office, "linh")[-1].plain()
    assert "仍然可以回应" in said_to(office, "jie")[-1].plain()
    (request,) = await office.reading.help_requests([one])
    assert request.holders == ("jie", "mei")
    assert request.moves_on_at is None


async def test_a_manager_who_is_away_is_passed_over_and_that_is_said(office: Office, linh: Chat) -> None:
    await away(office, "jie")
    await cry(office, linh)
    assert "đang vắng" in linh.text
    assert "林梅" in linh.text


async def test_whoever_does_not_answer_is_reminded_once(office: Office) -> None:
    await friday(office)
    for _ in range(6 * 24):
        office.hands.turn(timedelta(hours=1))
        await tick(office.deps)
    reminders = [message for message in said_to(office, "linh") if "Nhắc nhẹ" in message.plain()]
    assert len(reminders) == 1


async def test_an_early_answer_counts_and_nobody_is_asked_again_that_week(office: Office, linh: Chat) -> None:
    await linh.says("cập nhật")
    while "Cảm ơn bạn" not in linh.text:
        await linh.picks("same")
        await linh.picks("on_track")
    await friday(office)
    assert not [message for message in said_to(office, "linh") if "Đến giờ cập nhật" in message.plain()]
    await linh.says("khi nào")
    assert "Tuần này bạn đã cập nhật rồi." in linh.text


async def test_correcting_afterwards_takes_the_newest_number(office: Office, linh: Chat) -> None:
    one = await first_key_result(office, "linh")
    for number in ("40", "41"):
        await linh.says("cập nhật", number)
        if "thật không" in linh.text:
            await linh.picks("yes")
        await linh.picks("on_track")
        while "Cảm ơn bạn" not in linh.text:
            await linh.picks("skip")
        office.hands.turn(timedelta(minutes=5))
    objective = await office.reading.objective_of_key_result(one)
    assert objective is not None
    assert next(each for each in objective.key_results if each.id == one).current == 41


@pytest.mark.parametrize("words", ["không đổi vì kho đang kiểm kê", "没变，因为在盘点", "no change because of stocktaking"])
async def test_no_change_because_is_a_fine_answer(office: Office, linh: Chat, words: str) -> None:
    one = await first_key_result(office, "linh")
    await linh.says("cập nhật", words)
    await linh.picks("at_risk")
    while "Cảm ơn bạn" not in linh.text:
        await linh.picks("skip")
    (said,) = await office.reading.check_ins([one], office.hands.now())
    assert said.note in words
    assert said.note


async def test_snoozing_is_asked_again_later_that_day(office: Office, linh: Chat) -> None:
    await friday(office)
    await linh.says("nhắc lại sau")
    assert "18:00" in linh.text
    office.hands.turn(timedelta(hours=3))
    await tick(office.deps)
    await tick(office.deps)
    assert len([message for message in said_to(office, "linh") if "Đến giờ cập nhật" in message.plain()]) == 2


async def test_somebody_in_the_middle_of_a_talk_is_not_interrupted(office: Office, linh: Chat) -> None:
    await linh.says("mục tiêu mới")
    await friday(office)
    assert "cũng đang chờ" in said_to(office, "linh")[-1].plain()
    await linh.says("Mỗi bữa tối đều vui")
    assert "Vì sao" in linh.text


async def test_a_cry_outside_any_check_in_reaches_the_manager(office: Office, linh: Chat) -> None:
    await linh.says("cứu mạng")
    if "Kết quả then chốt nào" in linh.text:
        await linh.says("1")
    await linh.says("Kho lạnh hỏng từ hôm qua.")
    assert "陈杰" in linh.text
    assert "Kho lạnh hỏng" in said_to(office, "jie")[-1].plain()


async def test_a_cry_without_key_results_names_somebody(office: Office) -> None:
    an = await Chat(office, "an").says("cứu mạng")
    assert "陈杰" in an.text


async def test_a_second_call_on_the_same_key_result_is_not_needed(office: Office, linh: Chat) -> None:
    one = await cry(office, linh)
    await linh.does(Picked(token_of(Intent(Wish.CALL_FOR_HELP, one))))
    await linh.says("Vẫn kẹt.")
    assert "đang chờ" in linh.text
    assert len(await office.reading.help_requests([one])) == 1


async def test_somebody_elses_call_cannot_be_answered(office: Office, linh: Chat) -> None:
    one = await cry(office, linh)
    (request,) = await office.reading.help_requests([one])
    khoa = await Chat(office, "khoa").does(Picked(token_of(Intent(Wish.DECIDE, f"{request.id}:dead"))))
    assert "không gửi đến bạn" in khoa.text


async def test_a_key_result_declared_dead_is_thanked_for_and_leaves_the_board(office: Office, linh: Chat, jie: Chat) -> None:
    one = await cry(office, linh)
    (request,) = await office.reading.help_requests([one])
    await jie.does(Picked(token_of(Intent(Wish.DECIDE, f"{request.id}:dead"))))
    await jie.says("市场变了，不值得继续。", "先验证再投入。")
    assert "及时叫停" in jie.text
    objective = await office.reading.objective(request.objective_id)
    assert objective is not None
    assert next(each for each in objective.key_results if each.id == one).is_dead


async def test_changing_the_target_changes_the_measure(office: Office, linh: Chat, jie: Chat) -> None:
    one = await cry(office, linh)
    (request,) = await office.reading.help_requests([one])
    await jie.does(Picked(token_of(Intent(Wish.DECIDE, f"{request.id}:change_target"))))
    await jie.says("90")
    await jie.picks("skip")
    objective = await office.reading.objective(request.objective_id)
    assert objective is not None
    assert next(each for each in objective.key_results if each.id == one).measure.target == 90


async def test_a_round_can_be_opened_by_hand(office: Office) -> None:
    opened = await open_round(office.deps)
    assert opened.asked > 5
    again = await open_round(office.deps)
    assert again.asked == 0
    assert "Đến giờ cập nhật" in said_to(office, "linh")[-1].plain()


async def test_a_week_of_downtime_makes_no_flood(office: Office) -> None:
    office.hands.turn(timedelta(days=15))
    await tick(office.deps)
    assert len([message for message in said_to(office, "linh") if "Đến giờ cập nhật" in message.plain()]) <= 1


async def test_the_monday_card_comes_once_into_the_teams_group_at_the_leads_hour(office: Office) -> None:
    group = Place("web", "demo", "growth-group", is_private=False)
    office.storage.apply([PutTeamPlace(TeamId("growth"), group)])
    nine_in_shanghai = datetime(2026, 11, 9, 1, 0, tzinfo=UTC)
    office.hands.turn(nine_in_shanghai - timedelta(minutes=1) - office.hands.now())
    assert await post_cards(office.deps) == 0
    office.hands.turn(timedelta(minutes=1))
    assert await post_cards(office.deps) == 1
    assert await post_cards(office.deps) == 0
    (card,) = [one.message for one in office.sent() if one.place == group]
    assert card.lang == "zh"
    assert "让更多家庭因为朋友推荐而来" in card.plain()
    office.hands.turn(timedelta(days=1))
    assert await post_cards(office.deps) == 0
    office.hands.turn(timedelta(days=6))
    assert await post_cards(office.deps) == 1


async def away(office: Office, *names: str) -> None:
    for name in names:
        person = await office.reading.person(PersonId(name))
        assert person is not None
        gone = replace(person, away_until=FRIDAY.date() + timedelta(days=7), version=person.version + 1)
        office.storage.apply([PutPerson(gone, person.version)])


async def test_a_call_reaches_somebody_even_when_everybody_is_away(office: Office, linh: Chat) -> None:
    await away(office, "jie", "mei")
    await cry(office, linh)
    assert "陈杰" in linh.text
    assert "đều đang vắng" in linh.text
    assert "Cuối tuần chỉ có hai người trực" in said_to(office, "jie")[-1].plain()


async def test_whoever_calls_is_told_who_is_next_and_nothing_when_nobody_is(office: Office, linh: Chat) -> None:
    await cry(office, linh)
    assert "Sau 24 giờ" in linh.text
    assert "林梅" in linh.text
    jie = await Chat(office, "jie").says("救命", "1", "预算不够。")
    assert "林梅" in jie.text
    assert "24 小时" not in jie.text


async def test_who_has_nobody_above_is_told_before_typing_anything(office: Office) -> None:
    mei = await Chat(office, "mei").says("救命")
    assert "你上面没有可以接收求助的人" in mei.text
    assert not mei.last.plain().startswith("哪个")


async def test_a_call_about_an_objective_given_up_meanwhile_is_not_sent(office: Office, linh: Chat) -> None:
    await linh.says("cứu mạng", "1")
    objective = await office.reading.objective(ObjectiveId("linhhome"))
    assert objective is not None
    dead = replace(objective, state=ObjectiveState.DEAD, version=objective.version + 1)
    office.storage.apply([PutObjective(dead, objective.version)])
    await linh.says("Kho lạnh hỏng từ hôm qua.")
    assert "đã khép lại" in linh.text
    assert not said_to(office, "jie")


async def test_the_asker_hears_what_a_dead_key_result_has_taught(office: Office, linh: Chat, jie: Chat) -> None:
    one = await cry(office, linh)
    (request,) = await office.reading.help_requests([one])
    await jie.does(Picked(token_of(Intent(Wish.DECIDE, f"{request.id}:dead"))))
    await jie.says("市场变了，不值得继续。", "先验证再投入。")
    assert "先验证再投入" in said_to(office, "linh")[-1].plain()


async def test_ending_the_last_key_result_of_an_objective_counts_nothing_left(office: Office, linh: Chat, jie: Chat) -> None:
    objective = await office.reading.objective(ObjectiveId("linhhome"))
    assert objective is not None
    first, *others = objective.key_results
    left = (first, *(replace(one, is_dead=True) for one in others))
    office.storage.apply([PutObjective(replace(objective, key_results=left, version=objective.version + 1), objective.version)])
    await linh.says("cứu mạng", "Kho lạnh hỏng từ hôm qua.")
    await jie.picks("decide")
    await jie.says("取消")
    (request,) = await office.reading.help_requests([first.id])
    await jie.does(Picked(token_of(Intent(Wish.DECIDE, f"{request.id}:dead"))))
    await jie.says("市场变了，不值得继续。")
    await jie.picks("skip")
    assert "及时叫停" in jie.text
    assert "0 个" not in jie.text


async def test_a_no_after_a_week_names_the_key_result_and_leads_to_it(office: Office, linh: Chat, jie: Chat) -> None:
    one = await cry(office, linh)
    (request,) = await office.reading.help_requests([one])
    await jie.does(Picked(token_of(Intent(Wish.DECIDE, f"{request.id}:talk"))))
    await jie.picks("skip")
    office.hands.turn(timedelta(days=7))
    await tick(office.deps)
    await linh.does(Picked(token_of(Intent(Wish.ARRIVED, f"{request.id}:no"))))
    assert "Gia đình mua từ 2 lần mỗi tuần" in said_to(office, "jie")[-1].plain()
    assert "Người Hà Nội nghĩ đến Lantern" in (await jie.picks("objective")).text


async def test_who_has_nothing_to_be_asked_about_hears_of_no_next_time(office: Office) -> None:
    an = await Chat(office, "an").says("khi nào")
    assert "không có gì để hỏi" in an.text
    assert "Lần tới" not in an.text


async def test_a_board_asked_for_by_name_is_shown_where_the_words_answer_nothing(office: Office, linh: Chat) -> None:
    await friday(office)
    await linh.says("bảng Vietnam")
    said = "\n".join(message.plain() for message in linh.messages[-2:])
    assert "kết quả then chốt đã cập nhật" in said
    assert "15 giây cho" in linh.last.plain()
    await linh.picks("same", "at_risk")
    await linh.says("bảng Vietnam")
    assert "đã cập nhật" not in linh.last.plain(), "a note may begin with one of our words"
