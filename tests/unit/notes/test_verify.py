"""Nobody gets in by a pass or a start that is not ours to the last bit, or too old, or made for something else."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode

import pytest
from aiogram.utils.web_app import check_webapp_signature
from hypothesis import assume, given
from hypothesis import strategies as st

from adapters.notes.verify import AHEAD, INIT_LIFE, INIT_LIMIT, PASS_LIMIT, Purpose, make_pass, read_init_data, read_pass
from bot.okr.people import PersonId
from tests.unit.notes.site import BOT_TOKEN, SECRET, init_data

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
UNTIL = NOW + timedelta(minutes=15)
MINH = PersonId("minh")
PEOPLE = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).map(PersonId)
SECOND = timedelta(seconds=1)
PRINTABLE = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=30)


@given(PEOPLE, st.sampled_from(Purpose), st.integers(1, 900))
def test_a_pass_says_who_it_is_for_until_it_has_run_out(person_id: PersonId, purpose: Purpose, seconds: int) -> None:
    given_out = make_pass(SECRET, purpose, person_id, NOW + seconds * SECOND)
    assert read_pass(SECRET, purpose, given_out, NOW) == person_id
    assert read_pass(SECRET, purpose, given_out, NOW + (seconds - 1) * SECOND) == person_id
    assert read_pass(SECRET, purpose, given_out, NOW + seconds * SECOND) is None


@given(PEOPLE, st.data())
def test_no_bit_of_a_pass_can_be_turned(person_id: PersonId, data: st.DataObject) -> None:
    given_out = make_pass(SECRET, Purpose.LINK, person_id, UNTIL)
    place, bit = data.draw(st.integers(0, len(given_out) - 1)), data.draw(st.integers(0, 7))
    turned = given_out[:place] + chr(ord(given_out[place]) ^ 1 << bit) + given_out[place + 1 :]
    assert read_pass(SECRET, Purpose.LINK, turned, NOW) is None


@given(PEOPLE, st.data())
def test_no_part_of_a_pass_is_one(person_id: PersonId, data: st.DataObject) -> None:
    given_out = make_pass(SECRET, Purpose.LINK, person_id, UNTIL)
    cut = data.draw(st.integers(0, len(given_out) - 1))
    assert read_pass(SECRET, Purpose.LINK, given_out[:cut], NOW) is None
    assert read_pass(SECRET, Purpose.LINK, given_out + data.draw(st.text(min_size=1, max_size=3)), NOW) is None


@given(st.text(max_size=PASS_LIMIT + 50))
def test_any_other_text_is_no_pass(text: str) -> None:
    assert read_pass(SECRET, Purpose.VISIT, text, NOW) is None


def test_a_pass_is_good_for_one_purpose_and_one_installation() -> None:
    link = make_pass(SECRET, Purpose.LINK, MINH, UNTIL)
    assert read_pass(SECRET, Purpose.VISIT, link, NOW) is None
    assert read_pass(b"another secret, another secret", Purpose.LINK, link, NOW) is None


def test_two_people_never_share_a_pass() -> None:
    assert make_pass(SECRET, Purpose.LINK, MINH, UNTIL) != make_pass(SECRET, Purpose.LINK, PersonId("linh"), UNTIL)


def test_a_pass_travels_in_an_address_as_it_is() -> None:
    assert urlencode({"in": (given_out := make_pass(SECRET, Purpose.LINK, PersonId("陈杰/Minh?#&"), UNTIL))}) == f"in={given_out}"


# --- the start of a Mini App ------------------------------------------------------------------------------------------------


def test_what_telegram_signed_says_who_opened_the_page() -> None:
    assert read_init_data(init_data(NOW), BOT_TOKEN, NOW) == "7001"


@given(PRINTABLE, st.integers(1, 2**52), PRINTABLE)
def test_another_implementation_of_telegrams_rule_agrees(start_param: str, user_id: int, name: str) -> None:
    text = init_data(NOW, user_id, start_param=start_param, chat_type=name)
    assert check_webapp_signature(BOT_TOKEN, text)
    assert read_init_data(text, BOT_TOKEN, NOW) == str(user_id)


@given(st.data())
def test_no_bit_of_a_start_can_be_turned(data: st.DataObject) -> None:
    text = init_data(NOW)
    place, bit = data.draw(st.integers(0, len(text) - 1)), data.draw(st.integers(0, 6))
    turned = text[:place] + chr(ord(text[place]) ^ 1 << bit) + text[place + 1 :]
    # "%7b" and "%7B" are the same sign, so that turn changes nothing.
    assume(parse_qsl(turned, keep_blank_values=True) != parse_qsl(text, keep_blank_values=True))
    assert read_init_data(turned, BOT_TOKEN, NOW) is None


@pytest.mark.parametrize(
    ("age", "is_taken"),
    [
        (timedelta(0), True),
        (INIT_LIFE, True),
        (INIT_LIFE + SECOND, False),
        (-AHEAD, True),
        (-AHEAD - SECOND, False),
        (timedelta(days=400), False),
    ],
)
def test_a_start_is_taken_for_ten_minutes(age: timedelta, is_taken: bool) -> None:
    assert (read_init_data(init_data(NOW - age), BOT_TOKEN, NOW) is not None) is is_taken


def test_a_start_for_another_bot_is_none_of_ours() -> None:
    assert read_init_data(init_data(NOW, token="987654321:AAothers"), BOT_TOKEN, NOW) is None
    assert read_init_data(init_data(NOW, token=""), "", NOW) is None


@pytest.mark.parametrize("user_id", ["7001", True, None, 7001.5, [7001], {}])
def test_a_user_id_is_a_whole_number(user_id: object) -> None:
    assert read_init_data(init_data(NOW, user_id), BOT_TOKEN, NOW) is None


@pytest.mark.parametrize("user", ["[]", "7", '"x"', "{", "null", "[" * 3000])
def test_what_is_no_user_is_nobody_even_when_signed(user: str) -> None:
    assert read_init_data(init_data(NOW, user=user), BOT_TOKEN, NOW) is None


def test_a_bot_is_nobody() -> None:
    assert read_init_data(init_data(NOW, user=json.dumps({"id": 7001, "is_bot": True})), BOT_TOKEN, NOW) is None


@pytest.mark.parametrize("auth_date", ["", "soon", "9" * 30, "-1", "1e9"])
def test_a_start_without_a_time_is_none(auth_date: str) -> None:
    assert read_init_data(init_data(NOW, auth_date=auth_date), BOT_TOKEN, NOW) is None


@pytest.mark.parametrize(
    "more", ["&auth_date=1", "&user=%7B%22id%22%3A1%7D", "&hash=00", "&", "&x", "&y=1" * 40, "&z=" + "z" * INIT_LIMIT]
)
def test_nothing_can_be_added_to_a_start(more: str) -> None:
    assert read_init_data(init_data(NOW) + more, BOT_TOKEN, NOW) is None


@given(st.text(max_size=200))
def test_any_other_text_is_no_start(text: str) -> None:
    assert read_init_data(text, BOT_TOKEN, NOW) is None
