"""How a conversation goes on when what it decided no longer fits, and where a person stands after it has ended."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.demo import INVITE_CODE
from bot.chat.incoming import Picked
from bot.chat.message import Buttons, Choices
from bot.okr.objective import ObjectiveId, ObjectiveState
from bot.ports import PutObjective
from tests.chat import Chat, Office


@pytest.fixture
def office() -> Office:
    return Office()


def options(chat: Chat) -> list[str]:
    return [
        option.token.rpartition(".")[2] for block in chat.last.blocks if isinstance(block, Choices) for option in block.options
    ]


def labels(chat: Chat) -> list[str]:
    return [button.label for block in chat.last.blocks if isinstance(block, Buttons) for button in block.buttons]


async def write(chat: Chat, serves: str) -> Chat:
    """Everything up to the review."""
    await chat.says("new objective", "Customers love our service", "They come back")
    await chat.picks(serves, "committed")
    await chat.says("NPS from 30 to 50")
    return await chat.picks("right", "skip", "enough")


def give_up(office: Office, objective_id: str) -> None:
    objective = office.storage.rows.objectives[ObjectiveId(objective_id)]
    dead = replace(objective, state=ObjectiveState.DEAD, version=objective.version + 1)
    office.storage.apply([PutObjective(dead, objective.version)])


async def test_what_is_served_and_then_given_up_is_not_offered_again(office: Office) -> None:
    thomas = await write(Chat(office, "thomas"), "o-meitable")
    give_up(office, "meitable")
    await thomas.picks("publish")
    assert "no longer there" in thomas.text
    assert "o-meitable" not in options(thomas)
    assert "o-meihanoi" in options(thomas)
    await thomas.picks("o-meihanoi", "publish")
    assert "Published" in thomas.text


async def test_two_who_want_to_serve_each_other_are_told_and_the_later_one_picks_anew(office: Office) -> None:
    jie, linh = Chat(office, "jie"), Chat(office, "linh")
    for chat, own, other, words in (
        (jie, "jiefriends", "linhhome", "Lantern mỗi khi"),
        (linh, "linhhome", "jiefriends", "朋友推荐而来"),
    ):
        await chat.does(Picked(f"d.edit.{own}"))
        await chat.picks("serves")
        await chat.says(words)
        await chat.picks(f"o-{other}", "done")
        await chat.says("because it fits")
    await linh.picks("save")
    await jie.picks("save")
    assert "绕成一个圈" in jie.text
    assert "none" in options(jie), "the picker is open again, not the list of parts"
    assert "o-linhhome" not in options(jie)
    await jie.picks("none", "save")
    assert "已保存" in jie.text


async def test_a_draft_that_was_changed_is_still_called_a_draft(office: Office) -> None:
    thomas = await write(Chat(office, "thomas"), "none")
    await thomas.picks("draft", "edit", "ambition", "aspirational", "done", "save")
    assert "Kept as a draft only you can see" in thomas.text
    assert "Publish" in labels(thomas)


async def test_after_stopping_and_pausing_there_is_something_to_press(office: Office) -> None:
    thomas = await Chat(office, "thomas").says("new objective", "cancel")
    assert labels(thomas) == ["Home", "New objective"]
    await thomas.says("new objective", "pause")
    assert labels(thomas) == ["Continue", "Home"]
    await thomas.picks("resume")
    assert "Back to writing your objective" in thomas.text


async def test_a_slip_in_a_command_is_no_answer(office: Office) -> None:
    thomas = await Chat(office, "thomas").says("new objective")
    asked = thomas.last.plain()
    await thomas.says("/okr statsu")
    assert thomas.last.plain() == asked
    assert "statsu" not in "".join(message.plain() for message in thomas.messages)


@pytest.mark.parametrize(("language", "hello"), [("vi-VN", "Xin chào"), ("zh-CN", "你好"), ("en-GB", "Hello")])
async def test_a_code_tells_nothing_about_a_language(office: Office, language: str, hello: str) -> None:
    stranger = await Chat(office, "guest-aaaaaaaaaaaaaaaa", language=language).says(INVITE_CODE)
    assert stranger.text.startswith(hello)


async def test_who_is_still_joining_is_not_sent_to_look_around(office: Office) -> None:
    stranger = await Chat(office, "guest-aaaaaaaaaaaaaaaa").says(INVITE_CODE, "help")
    assert "getting to know each other" in stranger.text
    assert "in between" not in stranger.text


@pytest.mark.parametrize(("who", "city"), [("an", "TP Hồ Chí Minh"), ("jie", "上海"), ("thomas", "Ho Chi Minh City")])
async def test_cities_are_named_in_the_language_of_the_person(office: Office, who: str, city: str) -> None:
    chat = await Chat(office, who).says("settings")
    await chat.picks("zone")
    assert city in chat.text
