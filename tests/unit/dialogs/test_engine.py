"""The engine's promises, on a small script that branches, loops, looks up and asks for consent."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.incoming import Picked, Texted
from bot.dialogs import engine, show, steering
from bot.dialogs.engine import Done, ScriptError, Waiting, Wanting
from bot.dialogs.fields import Choice, Number, Sentence
from bot.dialogs.script import Ask, Pick, Script, agree, ask, ask_all, look_up
from bot.dialogs.session import Json, Session, SessionId, Stored
from bot.okr.people import PersonId
from bot.texts import T
from tests.talk import NOON, Talk, thawed

KIND = Choice((Pick("tea", "Tea", "tea"), Pick("coffee", "Coffee", "coffee"), Pick("none", "Nothing", "")))
YES = Choice((Pick("yes", "Yes", True, also="also.yes"), Pick("no", "No", False, also="also.no")))


def order(facts: Mapping[str, Json], lang: str) -> Script[dict[str, Any]]:
    """Ask what somebody would like to drink."""
    kind = yield from ask("kind", KIND, T("label.title"), label=T("label.title"))
    cups: Decimal | None = None
    sugar: Decimal | None = None
    if kind:
        cups, sugar = yield from ask_all(
            Ask(f"{kind}/cups", Number(Decimal(1), Decimal(9)), T("label.why"), label=T("label.why")),
            Ask(f"{kind}/sugar", Number(Decimal(0), or_unknown=True), T("label.name")),
            text=T("settings.what"),
        )
    price = yield from look_up(f"price/{kind}", "price", kind=kind)
    name = yield from ask("name", Sentence(20, least=2), T("join.name"), label=T("label.name"))
    agreed = yield from agree("agree", [kind, str(cups), str(sugar), name, price], YES, T("write.ready"))
    return {"kind": kind, "cups": cups, "sugar": sugar, "name": name, "agreed": agreed, "price": price}


def talk() -> Talk:
    return Talk(order, finds=lambda wanted: f"price of {wanted.params['kind']}")


def test_asks_one_question_after_another_and_returns_what_was_said() -> None:
    spoken = talk().picks("tea").says("2").says("0").says("An").says("yes")
    assert spoken.result == {"kind": "tea", "cups": 2, "sugar": 0, "name": "An", "agreed": True, "price": "price of tea"}


def test_a_form_gives_the_same_result_as_its_questions_one_by_one() -> None:
    one_by_one = talk().picks("tea").says("2", "0", "An", "yes")
    at_once = talk().picks("tea").submits(cups="2", sugar="0").says("An", "yes")
    assert one_by_one.result == at_once.result


def test_a_form_keeps_the_good_values_when_one_does_not_fit() -> None:
    spoken = talk().picks("tea").submits(cups="2", sugar="many")
    assert [one.key for one in spoken.waiting.pending] == ["tea/sugar"]
    assert list(spoken.refusals) == ["tea/sugar"]


@pytest.mark.parametrize("said", ["1", "1.", "tea", "TEA", "te", " Tea! "])
def test_an_option_is_understood_by_number_label_and_beginning(said: str) -> None:
    assert talk().says(said).is_asked("tea/cups")


@pytest.mark.parametrize("said", ["", "0", "4", "999999999999", "water", "\x00", "t" * 50_000, "🙂"])
def test_what_fits_no_option_is_refused_and_changes_nothing(said: str) -> None:
    spoken = talk()
    before = spoken.session
    spoken.says(said)
    assert spoken.refusals
    assert spoken.session == before


def test_back_forgets_the_newest_answer_and_only_that() -> None:
    spoken = talk().picks("tea").says("2", "0").goes_back()
    assert spoken.is_asked("tea/sugar")
    spoken.goes_back().goes_back()
    assert spoken.is_asked("kind")


def test_back_at_the_first_question_leaves_everything() -> None:
    spoken = talk()
    assert engine.go_back(spoken.session, spoken.waiting.path) is None


def test_changing_an_earlier_answer_keeps_the_others() -> None:
    spoken = talk().picks("tea").says("2", "0", "An").changes("tea/cups")
    assert spoken.is_asked("tea/cups")
    assert spoken.says("3").is_asked("agree")
    assert spoken.says("yes").result["cups"] == 3


def test_another_branch_and_back_again_finds_its_answers_kept() -> None:
    spoken = talk().picks("tea").says("2", "0", "An").changes("kind").picks("none")
    assert spoken.is_asked("agree")
    assert spoken.changes("kind").picks("tea").is_asked("agree")


def test_consent_is_void_once_the_content_changes() -> None:
    spoken = talk().picks("tea").says("2", "0", "An", "yes").changes("name").says("Mai")
    assert spoken.is_asked("agree")


def test_a_finding_is_stored_like_an_answer_and_looked_up_once() -> None:
    asked: list[str] = []

    def finds(wanted: Any) -> str:
        asked.append(wanted.key)
        return "5"

    spoken = Talk(order, finds=finds).picks("tea").says("2", "0", "An")
    assert asked == ["price/tea"]
    assert Stored("price/tea", "5", is_finding=True) in spoken.session.answers


def test_the_list_of_changes_names_answers_in_order() -> None:
    spoken = talk().picks("tea").says("2", "0", "An", "change")
    options = [block for block in spoken.message.blocks if hasattr(block, "options")]
    assert [(option.label, option.hint) for option in options[0].options][:3] == [
        ("Objective", "Tea"),
        ("Why it matters", "2"),
        ("Name", "An"),
    ]
    assert spoken.says("Name").is_asked("name")


def test_a_button_of_an_earlier_question_is_recognised() -> None:
    spoken = talk()
    old = show._token(spoken.session, "tea")
    spoken.picks("coffee")
    assert steering.read(Picked(old), spoken.session, spoken.waiting, "en") is steering.Outdated.EARLIER


def test_a_button_of_another_session_is_recognised() -> None:
    spoken = talk()
    other = Session(SessionId("bbbbbbbbbbbbbbbb"), PersonId("mai"), "a_script", {}, NOON, NOON)
    token = show._token(other, "tea")
    assert steering.read(Picked(token), spoken.session, spoken.waiting, "en") is steering.Outdated.OVER


def test_a_refused_reply_leaves_the_shown_buttons_valid() -> None:
    spoken = talk()
    shown = show._token(spoken.session, "tea")
    spoken.says("water")
    assert isinstance(steering.read(Picked(shown), spoken.session, spoken.waiting, "en"), steering.Answers)


def test_a_renamed_question_still_finds_its_answer() -> None:
    def renamed(facts: Mapping[str, Json], lang: str) -> Script[str]:
        return (yield from ask("drink", KIND, T("label.title"), formerly=("kind",)))

    assert Talk(renamed, lang="en").picks("tea").result == "tea"
    old = talk().picks("tea").session
    assert engine.replay(lambda: renamed({}, "en"), old) == Done("tea", engine.replay(lambda: renamed({}, "en"), old).path)


def test_a_tightened_rule_asks_again_and_says_why() -> None:
    def stricter(facts: Mapping[str, Json], lang: str) -> Script[str]:
        return (yield from ask("name", Sentence(3), T("join.name")))

    session = Session(SessionId("aaaaaaaaaaaaaaaa"), PersonId("mai"), "s", {}, NOON, NOON, answers=(Stored("name", "Nguyễn An"),))
    standing = engine.replay(lambda: stricter({}, "en"), session)
    assert isinstance(standing, Waiting)
    assert "name" in standing.problems


def test_a_key_used_twice_is_an_error_of_the_script() -> None:
    def twice(facts: Mapping[str, Json], lang: str) -> Script[None]:
        yield from ask("kind", KIND, T("label.title"))
        yield from ask("kind", KIND, T("label.title"))

    with pytest.raises(ScriptError):
        Talk(twice).picks("tea")


def test_a_script_that_never_ends_is_an_error_of_the_script() -> None:
    def endless(facts: Mapping[str, Json], lang: str) -> Script[None]:
        number = 0
        while True:
            number += 1
            yield from look_up(f"more/{number}", "more")

    session = Session(SessionId("aaaaaaaaaaaaaaaa"), PersonId("mai"), "s", {}, NOON, NOON)
    found = tuple(Stored(f"more/{number}", 1, is_finding=True) for number in range(engine.STEP_LIMIT + 2))
    with pytest.raises(ScriptError):
        engine.replay(lambda: endless({}, "en"), Session(**{**_fields(session), "answers": found}))


def _fields(session: Session) -> dict[str, Any]:
    return {name: getattr(session, name) for name in session.__slots__}


# --- properties -------------------------------------------------------------------------------------------------------

SAYINGS = st.sampled_from(
    ["tea", "coffee", "none", "1", "2", "3", "0", "An", "Mai", "yes", "no", "back", "change", "", "🙂", "water", "-5", "half"]
)


def spoken(sayings: list[str], *, crash_after: int | None = None) -> Talk:
    person = talk()
    for number, saying in enumerate(sayings):
        if person.is_over:
            break
        if number == crash_after:
            # The process dies: all that is left is what was stored.
            survived = thawed(person.session)
            person = talk()
            person.session = survived
        person.says(saying)
    return person


@given(st.lists(SAYINGS, max_size=12), st.integers(0, 12))
def test_a_crash_between_any_two_turns_changes_nothing(sayings: list[str], crash_after: int) -> None:
    assert spoken(sayings).session == spoken(sayings, crash_after=crash_after).session


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(["tea", "3", "An", "yes"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
KEYS = st.sampled_from(["kind", "tea/cups", "tea/sugar", "coffee/cups", "price/tea", "name", "agree/x", "never/asked"])


@given(st.lists(st.tuples(KEYS, JSON, st.booleans()), max_size=8, unique_by=lambda one: one[0]))
def test_any_stored_answers_lead_on(stored: list[tuple[str, Json, bool]]) -> None:
    person = talk()
    session = Session(**{**_fields(person.session), "answers": tuple(Stored(*one) for one in stored)})
    person._settle(session)
    for saying in ("tea", "2", "0", "An", "yes"):
        for reply in (saying, "tea", "2", "An", "yes"):
            if person.is_over:
                break
            person.says(reply)
    assert person.is_over


@given(st.lists(SAYINGS.filter(lambda saying: saying not in ("back", "change")), max_size=6))
def test_back_returns_to_the_question_before(sayings: list[str]) -> None:
    person = talk()
    for saying in sayings:
        key, answers = person.waiting.key, person.session.answers
        person.says(saying)
        if person.is_over:
            return
        if person.refusals:
            continue
        answered = person.session
        person.goes_back()
        asked = tuple(stored for stored in answers if not stored.is_finding)
        assert tuple(stored for stored in person.session.answers if not stored.is_finding) == asked
        assert person.waiting.key == key
        person.session = answered


@given(st.text(max_size=80))
def test_any_text_is_an_answer_a_refusal_or_a_wish(text: str) -> None:
    person = talk()
    meaning = steering.read(Texted(text), person.session, person.waiting, "en")
    if isinstance(meaning, steering.Answers):
        good, bad = engine.read(person.waiting, meaning.replies, "en")
        assert len(good) + len(bad) == 1
    else:
        assert meaning is not None


def test_a_look_up_is_waited_for() -> None:
    person = talk().picks("tea").says("2", "0")
    bare = Session(**{**_fields(person.session), "answers": tuple(one for one in person.session.answers if not one.is_finding)})
    assert isinstance(engine.replay(lambda: order({}, "en"), bare), Wanting)
