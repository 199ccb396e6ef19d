"""The words that do the same everywhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import tokens
from bot.chat.intents import Intent, Wish, intent_of, read_intent, token_of


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("home", Intent(Wish.HOME)),
        ("/start", Intent(Wish.HOME)),
        ("/start abc", Intent(Wish.HOME, "abc")),
        ("/start@LabanBot", Intent(Wish.HOME)),
        ("/okr", Intent(Wish.HOME)),
        ("/okr new", Intent(Wish.NEW)),
        ("New!", Intent(Wish.NEW)),
        ("mục tiêu mới", Intent(Wish.NEW)),
        ("muc tieu moi", Intent(Wish.NEW)),
        ("新目标", Intent(Wish.NEW)),
        ("/checkin", Intent(Wish.CHECK_IN)),
        ("check in", Intent(Wish.CHECK_IN)),
        ("cap nhat", Intent(Wish.CHECK_IN)),
        ("进展", Intent(Wish.CHECK_IN)),
        ("status", Intent(Wish.BOARD)),
        ("status me", Intent(Wish.BOARD, "me")),
        ("/status company", Intent(Wish.BOARD, "company")),
        ("/okr status team", Intent(Wish.BOARD, "team")),
        ("status Growth/Vietnam", Intent(Wish.BOARD, "Growth/Vietnam")),
        ("bảng công ty", Intent(Wish.BOARD, "company")),
        ("看板", Intent(Wish.BOARD)),
        ("看板 团队", Intent(Wish.BOARD, "team")),
        ("看板公司", Intent(Wish.BOARD, "company")),
        ("help!", Intent(Wish.CALL_FOR_HELP)),
        ("HELP！", Intent(Wish.CALL_FOR_HELP)),
        ("cứu mạng", Intent(Wish.CALL_FOR_HELP)),
        ("cuu mang!", Intent(Wish.CALL_FOR_HELP)),
        ("救命!", Intent(Wish.CALL_FOR_HELP)),
        ("/helpme", Intent(Wish.CALL_FOR_HELP)),
        ("/anon", Intent(Wish.ANONYMOUS)),
        ("匿名", Intent(Wish.ANONYMOUS)),
        ("an danh", Intent(Wish.ANONYMOUS)),
        ("settings", Intent(Wish.SETTINGS)),
        ("cài đặt", Intent(Wish.SETTINGS)),
        ("设置", Intent(Wish.SETTINGS)),
        ("help", Intent(Wish.HELP)),
        ("?", Intent(Wish.HELP)),
        ("？", Intent(Wish.HELP)),
        ("/help", Intent(Wish.HELP)),
        ("back", Intent(Wish.BACK)),
        ("quay lai", Intent(Wish.BACK)),
        ("返回", Intent(Wish.BACK)),
        ("/cancel", Intent(Wish.CANCEL)),
        ("huỷ", Intent(Wish.CANCEL)),
        ("取消", Intent(Wish.CANCEL)),
        ("sửa", Intent(Wish.CHANGE)),
        ("tiếp tục", Intent(Wish.RESUME)),
    ],
)
def test_the_words_of_the_table_are_understood(text: str, intent: Intent) -> None:
    assert read_intent(text) == intent


@pytest.mark.parametrize(
    "text", ["", "   ", "new customers love us", "helpful", "/unknown", "/", "back to school campaign", "status" * 50]
)
def test_ordinary_sentences_are_not_words_of_ours(text: str) -> None:
    assert read_intent(text) is None


@pytest.mark.parametrize("wish", list(Wish))
def test_every_wish_travels_in_a_button(wish: Wish) -> None:
    intent = Intent(wish, "a" * 16)
    token = tokens.read(token_of(intent))
    assert isinstance(token, tokens.Deed)
    assert intent_of(token) == intent


def test_a_button_of_an_unknown_wish_is_nobodys() -> None:
    assert intent_of(tokens.Deed("teleport")) is None


@given(st.text())
def test_no_text_breaks_reading(text: str) -> None:
    read_intent(text)


@pytest.mark.parametrize(
    ("typed", "intent"),
    [
        ("/okr tiến độ", Intent(Wish.BOARD)),
        ("/okr bảng công ty", Intent(Wish.BOARD, "company")),
        ("/okr tien do Marketing", Intent(Wish.BOARD, "Marketing")),
        ("/okr 救命", Intent(Wish.CALL_FOR_HELP)),
        ("/okr 新目标", Intent(Wish.NEW)),
        ("/okr help!", Intent(Wish.CALL_FOR_HELP)),
        ("/okr check in", Intent(Wish.CHECK_IN)),
        ("/okr ở đây Marketing", Intent(Wish.HERE, "Marketing")),
        ("/okr o day Marketing", Intent(Wish.HERE, "Marketing")),
        ("/o day Phòng  Kinh doanh", Intent(Wish.HERE, "Phòng Kinh doanh")),
        ("/okr okr okr", Intent(Wish.HOME)),
        ("/okr what?", None),
    ],
)
def test_what_follows_the_one_command_may_be_any_word_of_ours(typed: str, intent: Intent | None) -> None:
    assert read_intent(typed) == intent
