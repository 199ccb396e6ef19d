"""Unsigned notes by typing: what a line means, and the whole way there and back without a page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.unsigned.typed import TypedNotes
from bot.actions.unsigned_typed import CodeTyped, Do, Order, code_in, does_something_else, is_private_matter, order_in
from bot.anon.receipt import write
from bot.chat.incoming import Arrived, Body, Incoming, Picked, Place, Sender, Texted
from bot.okr.people import Person, PersonId
from tests.anon_office import ADMIN, AUTHORS, LEAD, MONDAY, TEAM, Office

CODE = write(bytes(range(1, 17)))


@pytest.mark.parametrize(
    "text, rest, is_burn",
    [
        (CODE, "", False),
        (f"{CODE} burn", "", True),
        (f"Xóa {CODE.lower()}", "", True),
        (f"{CODE}\n销毁", "", True),
        (f"{CODE} One more thing.", "One more thing.", False),
        (CODE.replace("-", " – "), "", False),
    ],
)
def test_a_code_is_found_with_what_was_typed_beside_it(text: str, rest: str, *, is_burn: bool) -> None:
    typed = code_in(text)
    assert typed is not None
    assert typed.is_burn is is_burn
    assert is_burn or typed.rest == rest


@given(
    st.binary(min_size=16, max_size=16),
    st.sampled_from(["", " ", "-", " - ", "–"]),
    st.integers(0, 27),
    st.sampled_from("0123456789ABC"),
)
def test_every_code_is_found_also_with_a_typing_error(receipt: bytes, joint: str, place: int, typo: str) -> None:
    letters = write(receipt).replace("-", "")
    letters = letters[:place] + typo + letters[place + 1 :]
    if sum(char.isdigit() for char in letters) >= 2:
        assert is_private_matter(Texted(joint.join(letters[start : start + 7] for start in range(0, 28, 7))))


@pytest.mark.parametrize(
    "text",
    [
        "status",
        "Grundstücksverkehrsgenehmigung",
        "a" * 28,
        "https://example.com/abcdefghijklmnopqrstuvwxyz0123456789",
        "030 1234567 und 1234567",
    ],
)
def test_ordinary_lines_hold_no_code(text: str) -> None:
    assert code_in(text) is None


@pytest.mark.parametrize(
    "text, order",
    [
        ("#3f2a9c We start on Monday.", Order("3f2a9c", Do.ANSWER, "We start on Monday.")),
        ("#3F2A9C: cảm ơn", Order("3f2a9c", Do.THANK, "")),
        ("#3f2a9c 结束", Order("3f2a9c", Do.CLOSE, "")),
        ("#3f2a9c pass to Thomas", Order("3f2a9c", Do.PASS, "thomas")),
        ("#3f2a9c", None),
        ("#hashtag yes", None),
        ("3f2a9c thanks", None),
    ],
)
def test_a_readers_line_begins_with_the_sign_of_a_note(text: str, order: Order | None) -> None:
    assert order_in(text) == order


def person(person_id: PersonId) -> Person:
    return Person(person_id, str(person_id), None, TEAM, joined_at=MONDAY)


ANNA, JIE, THOMAS = person(AUTHORS[0]), person(LEAD), person(ADMIN)


def event(number: int = 1) -> Incoming:
    return Incoming(f"event{number}", Sender("telegram", "", "1"), Place("telegram", "", "1"), MONDAY, Texted("x"))


@pytest.fixture
def typed(office: Office) -> TypedNotes:
    return TypedNotes(office.relay, office.clock)


async def write_note(typed: TypedNotes, text: str = "Nobody decides.") -> str:
    await typed.begin(ANNA, can_erase=True)
    reply = await typed.write(ANNA, text, can_erase=True)
    assert reply.is_secret
    found = code_in(reply.message.plain())
    assert found is not None
    return found.code


async def test_before_anything_is_typed_all_is_said_that_one_must_know(typed: TypedNotes) -> None:
    (reply,) = await typed.begin(ANNA, can_erase=False)
    said = reply.message.plain()
    for fact in ("陈杰", "Growth", "9", "I cannot delete it", "1,000 characters", "cancel"):
        assert fact in said


async def test_a_note_goes_there_and_an_answer_comes_back(typed: TypedNotes, office: Office) -> None:
    code = await write_note(typed)
    assert not typed.is_writing(ANNA.id)
    await office.released()
    listed = (await typed.begin(JIE, can_erase=True))[0].message.plain()
    assert "Nobody decides." in listed
    sign = listed[listed.index("#") : listed.index("#") + 7]
    for line in (f"{sign} I decide on Monday. See https://x.example", f"{sign} thanks"):
        reply = await typed.order(JIE, event(len(line)), line)
        assert reply is not None
        assert "fixed time" in reply.message.plain()
    await office.slot()
    opened = await typed.open(ANNA, _typed(code), event())
    assert "I decide on Monday. See hxxps[:]//x[.]example" in opened.message.plain()
    assert "says thanks" in opened.message.plain()
    assert opened.is_secret


async def test_more_is_added_once_however_often_the_event_comes(typed: TypedNotes, office: Office) -> None:
    code = await write_note(typed)
    for _ in range(2):
        await typed.open(ANNA, _typed(f"{code} And one more thing."), event(7))
    assert len((await office.vault.spool()).items) == 2


async def test_a_burnt_code_opens_nothing(typed: TypedNotes) -> None:
    code = await write_note(typed)
    await typed.open(ANNA, _typed(f"{code} burn"), event())
    assert "opens nothing" in (await typed.open(ANNA, _typed(code), event())).message.plain()


async def test_who_thinks_better_of_it_leaves_nothing(typed: TypedNotes, office: Office) -> None:
    await typed.begin(ANNA, can_erase=True)
    await typed.write(ANNA, "cancel", can_erase=True)
    assert not typed.is_writing(ANNA.id)
    assert (await office.vault.spool()).items == ()


async def test_after_ten_minutes_nobody_listens_any_more(typed: TypedNotes, office: Office) -> None:
    await typed.begin(ANNA, can_erase=True)
    office.clock.turn(timedelta(minutes=10))
    assert not typed.is_writing(ANNA.id)


async def test_a_note_that_comes_too_late_is_thrown_away_and_not_taken_for_something_else(
    typed: TypedNotes, office: Office
) -> None:
    await typed.begin(ANNA, can_erase=True)
    office.clock.turn(timedelta(minutes=10))
    assert typed.is_late(ANNA.id, "Nobody decides anything here.")
    assert not typed.is_late(ANNA.id, "930")
    assert "The ten minutes are over" in typed.refuse_late(ANNA).message.plain()
    assert not typed.is_late(ANNA.id, "Nobody decides anything here.")


@pytest.mark.parametrize("body", [Texted("status"), Texted("/home"), Picked("d.home."), Arrived()])
def test_who_does_something_else_is_not_writing_any_more(body: Body) -> None:
    assert does_something_else(body)


@pytest.mark.parametrize("text", ["Nobody decides.", "930", "cancel", "hủy"])
def test_a_sentence_and_cancelling_are_for_the_note(text: str) -> None:
    assert not does_something_else(Texted(text))


async def test_what_is_too_long_can_be_typed_again(typed: TypedNotes) -> None:
    await typed.begin(ANNA, can_erase=True)
    assert not (await typed.write(ANNA, "x" * 1001, can_erase=True)).is_secret
    assert typed.is_writing(ANNA.id)


async def test_a_note_is_passed_on_by_name(typed: TypedNotes, office: Office) -> None:
    await write_note(typed)
    await office.released()
    sign = f"#{(await office.tray()).notes[0].ref[:6]}"
    unknown = await typed.order(JIE, event(1), f"{sign} pass to somebody")
    assert unknown is not None
    assert "nobody of that name" in unknown.message.plain()
    await typed.order(JIE, event(2), f"{sign} pass to Thomas")
    await office.slot()
    assert len((await office.tray(ADMIN)).notes) == 1


async def test_a_line_about_no_note_of_theirs_goes_the_usual_way(typed: TypedNotes, office: Office) -> None:
    await write_note(typed)
    await office.released()
    sign = f"#{(await office.tray()).notes[0].ref[:6]}"
    assert await typed.order(ANNA, event(), f"{sign} thanks") is None
    assert await typed.order(JIE, event(), "#000000 thanks") is None


def _typed(text: str) -> CodeTyped:
    found = code_in(text)
    assert found is not None
    return found
