"""The modal for unsigned notes: every view is one Slack takes, every answer is synchronous, and what was typed is never lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.slack import unsigned_views as views
from adapters.slack.unsigned import UnsignedModal
from bot.chat.incoming import Sender
from bot.chat.intents import Wish
from bot.okr.people import Person
from tests.anon_office import ADMIN, AUTHORS, LEAD, MONDAY, TEAM, Office
from tests.platforms.slack_refusals import refusals_of_view

ANNA, JIE, STRANGER = (Sender("slack", "T1", name) for name in ("U1", "U2", "U3"))
NOTE = "Two teams wait for each other."
View = Mapping[str, Any]


class Scene:
    """Slack's side of the modal: what is shown, what is filled in."""

    def __init__(self, folder: Path, lang: str = "en") -> None:
        self.office = Office(folder)
        self.people: dict[Sender, Person] = {
            ANNA: Person(AUTHORS[0], "Anna", None, TEAM, locale=lang, joined_at=MONDAY),
            JIE: Person(LEAD, "陈杰", None, TEAM, locale=lang, joined_at=MONDAY),
        }
        self.modal = UnsignedModal(self.office.relay, self.who_is)

    async def who_is(self, sender: Sender) -> Person | None:
        return self.people.get(sender)

    async def opens(self, sender: Sender) -> View:
        view = await self.modal.open(sender)
        assert view is not None
        return taken(view)

    async def hands_in(self, sender: Sender, view: View, **values: str) -> Mapping[str, Any]:
        """What Slack is answered; a view in it is one Slack takes."""
        filled: dict[str, Any] = {
            name: {name: {"value": value}} for name, value in values.items() if name in (views.TEXT, views.CODE)
        }
        filled |= {name: {name: {"selected_option": {"value": value}}} for name, value in values.items() if name not in filled}
        answer = await self.modal.submitted(sender, {**view, "state": {"values": filled}})
        if "view" in answer:
            taken(answer["view"])
        return answer

    async def presses(self, sender: Sender, view: View, name: str, value: str = "x") -> View:
        shown = await self.modal.pressed(sender, view, {"action_id": name, "value": value})
        assert shown is not None
        return taken(shown)


def taken(view: View) -> View:
    assert refusals_of_view(view, "modal") == []
    return view


def words(view: View) -> str:
    """Everything a view says."""
    return "\n".join(part["text"] for block in view["blocks"] for part in (block.get("text"),) if isinstance(part, Mapping))


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path / "anon")


async def write(scene: Scene) -> str:
    """Hand in a note; the code the answer shows."""
    answer = await scene.hands_in(ANNA, await scene.opens(ANNA), text=NOTE, about="kr:kr1")
    assert answer["response_action"] == "update"
    return str(next(block for block in answer["view"]["blocks"] if block["type"] == "header")["text"]["text"])


@pytest.mark.parametrize("lang", ["en", "vi", "zh"])
async def test_the_form_says_first_what_one_has_to_know(tmp_path: Path, lang: str) -> None:
    said = words(await Scene(tmp_path / "anon", lang).opens(ANNA))
    for fact in ("Slack", "9", "Growth", "陈杰"):
        assert fact in said


async def test_a_note_is_handed_in_read_answered_and_the_answer_read(scene: Scene) -> None:
    code = await write(scene)
    await scene.office.released()
    tray = await scene.presses(JIE, await scene.opens(JIE), views.TRAY)
    assert NOTE in words(tray)
    ref = next(one["value"] for block in tray["blocks"] if block["type"] == "actions" for one in block["elements"])
    asked = await scene.presses(JIE, tray, views.ANSWER, ref)
    answered = await scene.hands_in(JIE, asked, text="They meet on Monday.")
    assert "next fixed time" in words(answered["view"])
    await scene.office.slot()
    reading = await scene.presses(ANNA, await scene.opens(ANNA), views.READ)
    opened = await scene.hands_in(ANNA, reading, code=code)
    assert "They meet on Monday." in words(opened["view"])
    more = await scene.hands_in(ANNA, opened["view"], text="Thank you.")
    assert "Thank you." in words(more["view"])
    assert "burnt" in (await scene.presses(ANNA, more["view"], views.BURN))["title"]["text"]
    gone = await scene.hands_in(ANNA, reading, code=code)
    assert gone["response_action"] == "errors"


async def test_sent_twice_it_is_one_note_and_one_code(scene: Scene) -> None:
    form = await scene.opens(ANNA)
    assert await scene.hands_in(ANNA, form, text=NOTE) == await scene.hands_in(ANNA, form, text=NOTE)
    assert len((await scene.office.vault.spool()).items) == 1


@pytest.mark.parametrize("text", ["", "   ", "x" * 1001])
async def test_what_is_refused_stays_where_it_was_typed(scene: Scene, text: str) -> None:
    answer = await scene.hands_in(ANNA, await scene.opens(ANNA), text=text)
    assert answer["response_action"] == "errors"
    assert set(answer["errors"]) == {views.TEXT}


async def test_a_note_is_thanked_for_passed_on_and_closed(scene: Scene) -> None:
    await write(scene)
    await scene.office.released()
    tray = await scene.presses(JIE, await scene.opens(JIE), views.TRAY)
    ref = (await scene.office.tray()).notes[0].ref
    tray = await scene.presses(JIE, tray, views.THANK, ref)
    asked = await scene.presses(JIE, tray, views.ANSWER, ref)
    passed = await scene.hands_in(JIE, asked, text="I ask Thomas.", **{"pass": str(ADMIN)})
    assert "handed over" in words(passed["view"])
    await scene.presses(JIE, passed["view"], views.CLOSE, ref)
    assert len((await scene.office.vault.spool()).items) == 4


async def test_who_cannot_write_is_told_why_and_can_still_read(scene: Scene) -> None:
    scene.office.lose_people(3)
    view = await scene.opens(ANNA)
    assert "submit" not in view
    assert (await scene.presses(ANNA, view, views.READ))["submit"]


async def test_a_stranger_and_somebody_who_left_get_no_modal(scene: Scene) -> None:
    assert await scene.modal.open(STRANGER) is None
    form = await scene.opens(ANNA)
    scene.people[ANNA] = replace(scene.people[ANNA], left_at=MONDAY)
    assert await scene.modal.open(ANNA) is None
    assert (await scene.hands_in(ANNA, form, text=NOTE))["response_action"] == "errors"
    assert (await scene.office.vault.spool()).items == ()


async def test_nobody_opens_what_is_not_theirs_by_forging_a_place(scene: Scene) -> None:
    await write(scene)
    await scene.office.released()
    ref = (await scene.office.tray()).notes[0].ref
    forged = {"private_metadata": views.Place("answer", "0" * 32, ref=ref).write()}
    answer = await scene.hands_in(ANNA, forged, text="Me.")
    assert answer["response_action"] == "errors"
    for metadata in ("", "{}", "[1,2,3,4]", '["answer"]', "nonsense"):
        odd = await scene.hands_in(ANNA, {"private_metadata": metadata}, text="x")
        assert odd == {"response_action": "clear"}


async def test_a_database_that_is_away_sends_nothing_another_way(scene: Scene) -> None:
    form = await scene.opens(ANNA)

    async def away(sender: Sender) -> Person | None:
        raise ConnectionError

    broken = UnsignedModal(scene.office.relay, away)
    assert await broken.open(ANNA) is None
    refused = await broken.submitted(ANNA, form)
    assert set(refused["errors"]) == {views.TEXT}
    assert await broken.pressed(ANNA, form, {"action_id": views.READ, "value": "x"}) is None


def test_it_is_opened_by_the_wish_to_write_unsigned(scene: Scene) -> None:
    assert (scene.modal.wish, scene.modal.name) == (Wish.ANONYMOUS, "unsigned")
