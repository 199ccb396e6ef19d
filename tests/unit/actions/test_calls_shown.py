"""Calls for help wherever their objective is shown: on boards, on its own page, in its history and at home."""

from __future__ import annotations

import pytest

from bot.actions.call_for_help import facts_for_calling
from bot.actions.show_board import show_board
from bot.actions.show_home import show_home
from bot.actions.show_objective import show_history, show_objective
from bot.chat.message import Message
from bot.okr.help_request import Decision
from bot.okr.objective import ObjectiveState
from bot.okr.people import LANGUAGES
from bot.okr.prompt import Prompt, PromptKind
from bot.ports import AddPrompt, AnswerPrompts
from bot.texts import T, say_plain
from tests.fakes import MemoryStorage
from tests.unit.actions.office import (
    NOW,
    PEOPLE,
    bars,
    buttons,
    called,
    changed,
    desk_of,
    key_result,
    objective,
    office,
    parked,
    said,
    sent,
    tokens,
)

AN = next(person for person in PEOPLE if person.id == "an")
WORDS = "Cuối tuần không có ai trực"
DECISIONS = [f"d.decide.call-nps-2:{decision.value}" for decision in Decision]


def stuck(*more: object) -> MemoryStorage:
    """An has called for help on one of two key results, two days ago; Jie has the call."""
    return office(
        objective("an1", "an", "Khách hàng yêu dịch vụ", key_result("nps"), key_result("calls", "Trả lời trong 2 giờ")),
        said("nps", "34", 1),
        said("calls", "40", 1),
        called("nps", 2),
        *more,  # type: ignore[arg-type] # changes only
    )


async def board(storage: MemoryStorage, scope: str, by: str = "jie", lang: str = "en") -> Message:
    desk = await desk_of(storage, by, lang=lang)
    await show_board(desk, scope)
    return sent(desk)


async def page(storage: MemoryStorage, by: str, lang: str = "en") -> Message:
    desk = await desk_of(storage, by, lang=lang)
    await show_objective(desk, "an1")
    return sent(desk)


async def home(storage: MemoryStorage, by: str, lang: str = "en") -> Message:
    desk = await desk_of(storage, by, lang=lang)
    await show_home(desk)
    return sent(desk)


# --- boards ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", ["me", "team"])
async def test_a_row_says_since_when_a_call_is_open(scope: str) -> None:
    (bar,) = bars(await board(stuck(), scope, "an"))
    assert bar.note.endswith("call open for 2 days")


@pytest.mark.parametrize(
    ("days", "age"),
    [(0, "for a few minutes"), (0.05, "for 1 hour"), (0.5, "for 12 hours"), (1, "for 1 day"), (9.9, "for 9 days")],
)
async def test_the_age_of_a_call_is_said_as_people_would(days: float, age: str) -> None:
    storage = office(objective("an1", "an", "Khách hàng yêu dịch vụ", key_result("nps")), called("nps", days))
    assert f"call open {age}" in bars(await board(storage, "me", "an"))[0].note


async def test_an_answer_stands_on_the_row_for_everybody() -> None:
    storage = office(
        objective("an1", "an", "Khách hàng yêu dịch vụ", key_result("nps")),
        called("nps", 3, decision=Decision.ADD_RESOURCES, answered_days_ago=1),
    )
    assert bars(await board(storage, "team:marketing", "linh"))[0].note.endswith("answered: add resources")


async def test_a_team_board_counts_and_lists_open_calls_with_who_holds_them() -> None:
    storage = office(
        objective("an1", "an", "Khách hàng yêu dịch vụ", key_result("nps"), key_result("calls", "Trả lời trong 2 giờ")),
        called("calls", 0.5),
        called("nps", 2, holders=("jie", "mei")),
    )
    text = (await board(storage, "team")).plain()
    assert "2 open calls, the oldest for 2 days" in text.splitlines()[1]
    assert (
        "Open calls (2)\n"
        "🆘 NPS 30 → 50 · Phạm An, for 2 days · with Jie Chen, 林梅\n"
        "🆘 Trả lời trong 2 giờ · Phạm An, for 12 hours · with Jie Chen"
    ) in text


async def test_what_the_asker_wrote_is_on_no_board() -> None:
    for scope in ("me", "team", "company"):
        assert WORDS not in (await board(stuck(), scope, "jie")).plain()


async def test_a_teams_bar_on_the_company_board_counts_its_calls() -> None:
    message = await board(stuck(), "company", "mei")
    assert "1 open call" in bars(message)[0].note
    assert "NPS 30 → 50 · Phạm An, for 2 days · with Jie Chen" in message.plain()


async def test_many_calls_are_cut_to_a_few_and_counted() -> None:
    many = [key_result(f"k{number}", f"Kết quả {number}") for number in range(11)]
    storage = office(objective("an1", "an", "Khách", *many), *(called(one.id, 1) for one in many))
    text = (await board(storage, "team")).plain()
    assert text.count("🆘") == 8
    assert "and 3 more" in text


async def test_calls_cost_a_board_one_read_more() -> None:
    desk = await desk_of(stuck(), "jie")
    await show_board(desk, "team")
    assert desk.reading.reads.count("help_requests") == 1  # type: ignore[attr-defined] # the fake's


# --- one objective ---------------------------------------------------------------------------------------------------------


async def test_an_objective_says_who_has_the_call_and_keeps_its_words_to_those_two() -> None:
    for by, is_read in (("an", True), ("jie", True), ("linh", False), ("mei", False)):
        text = (await page(stuck(), by)).plain()
        assert "call open for 2 days · with Jie Chen" in text
        assert (WORDS in text) is is_read


async def test_whoever_holds_a_call_finds_the_decisions_with_the_objective() -> None:
    assert [token for token in tokens(await page(stuck(), "jie")) if token.startswith("d.decide")] == DECISIONS
    for by in ("an", "linh", "mei"):
        assert "d.decide" not in " ".join(tokens(await page(stuck(), by)))


async def test_an_owner_can_check_in_and_call_for_help_from_their_objective() -> None:
    storage = office(objective("an1", "an", "Khách", key_result("x"), key_result("y")))
    assert tokens(await page(storage, "an"))[:2] == ["d.checkin.", "d.helpme.an1"]
    others = tokens(await page(storage, "jie"))
    assert not {"d.checkin.", "d.helpme.an1"} & set(others)


async def test_a_call_is_not_offered_where_one_is_open() -> None:
    assert "d.helpme.calls" in tokens(await page(stuck(), "an"))
    storage = office(objective("an1", "an", "Khách", key_result("nps")), called("nps", 1))
    assert "d.helpme" not in " ".join(tokens(await page(storage, "an")))


@pytest.mark.parametrize(
    ("about", "asked"), [("", ["x", "y", "z"]), ("an1", ["x", "y"]), ("z", ["z"]), ("gone", ["x", "y", "z"])]
)
async def test_a_call_from_an_objective_asks_about_its_own_key_results(about: str, asked: list[str]) -> None:
    storage = office(
        objective("an1", "an", "Khách", key_result("x"), key_result("y")), objective("an2", "an", "Đội", key_result("z"))
    )
    facts = await facts_for_calling(await desk_of(storage, "an"), about)
    assert facts is not None
    assert [one["id"] for one in facts["key_results"]] == asked


async def test_a_draft_has_nothing_to_check_in_on() -> None:
    storage = office(objective("an1", "an", "Nháp", state=ObjectiveState.DRAFT))
    assert not {"d.checkin.", "d.helpme.an1-kr"} & set(tokens(await page(storage, "an")))


async def test_an_answered_call_is_said_on_its_key_result() -> None:
    storage = office(
        objective("an1", "an", "Khách", key_result("nps")), called("nps", 3, decision=Decision.TALK, answered_days_ago=1)
    )
    message = await page(storage, "jie")
    assert bars(message)[0].note.endswith("answered: let's talk")
    assert "d.decide" not in " ".join(tokens(message))


# --- its history -----------------------------------------------------------------------------------------------------------


async def test_the_history_tells_the_story_of_a_call() -> None:
    storage = office(
        objective("an1", "an", "Khách", key_result("nps")),
        changed("an1", "help.called", 9, why=WORDS, after="Jie Chen", of="nps"),
        changed("an1", "help.moved_on", 8, after="林梅", of="nps"),
        changed("an1", "help.dead", 7, why="Too early", before=WORDS, after="Ask first", of="nps"),
        changed("an1", "help.arrived_no", 1, of="nps"),
    )
    desk = await desk_of(storage, "jie")
    await show_history(desk, "an1")
    arrived, dead, moved, cry = [block.plain().splitlines() for block in sent(desk).blocks[1:-1]]
    assert cry[0].endswith("Phạm An called for help")
    assert cry[1:] == ["about: NPS 30 → 50", "to: Jie Chen", f"“{WORDS}”"]
    assert moved[0].endswith("had no answer yet, so the call went on")
    assert moved[2:] == ["to: 林梅"]
    assert dead[0].endswith("answered the call: it ends here")
    assert dead[2:] == [f"asked: “{WORDS}”", "answer: “Too early”", "learned: “Ask first”"]
    assert arrived[0].endswith("said that the help has not arrived yet")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("what", ["called", "moved_on", "arrived_yes", "arrived_no", *Decision])
async def test_every_step_of_a_call_has_its_own_words(what: str, lang: str) -> None:
    storage = office(objective("an1", "an", "Khách", key_result("nps")), changed("an1", f"help.{what}", 1, of="nps"))
    desk = await desk_of(storage, "jie", lang=lang)
    await show_history(desk, "an1")
    assert say_plain(lang, T("history.other")) not in sent(desk).plain()


# --- home ------------------------------------------------------------------------------------------------------------------


async def test_home_begins_with_the_calls_that_wait_for_my_answer() -> None:
    message = await home(stuck(), "jie")
    assert message.plain().splitlines()[1:4] == [
        "Somebody is waiting for your answer:",
        "🆘 Phạm An needs help · “NPS 30 → 50”",
        f"“{WORDS}” · open for 2 days",
    ]
    assert tokens(message)[: len(DECISIONS)] == DECISIONS


@pytest.mark.parametrize("by", ["an", "linh", "mei"])
async def test_other_peoples_calls_are_not_at_my_home(by: str) -> None:
    assert "d.decide" not in " ".join(tokens(await home(stuck(), by)))


async def test_an_answered_call_is_gone_from_home() -> None:
    storage = office(
        objective("an1", "an", "Khách", key_result("nps")), called("nps", 3, decision=Decision.TALK, answered_days_ago=1)
    )
    assert "waiting for your answer" not in (await home(storage, "jie")).plain()


async def test_of_many_calls_the_oldest_are_answered_at_home_and_the_others_on_their_objectives() -> None:
    many = [key_result(f"k{number}") for number in range(5)]
    storage = office(objective("an1", "an", "Khách", *many), *(called(one.id, number + 1) for number, one in enumerate(many)))
    message = await home(storage, "jie")
    assert "5 calls for help are waiting for your answer:" in message.plain()
    decided = [token.split(":")[0] for token in tokens(message) if token.startswith("d.decide")]
    assert list(dict.fromkeys(decided)) == ["d.decide.call-k4-5", "d.decide.call-k3-4", "d.decide.call-k2-3"]
    assert "d.objective.an1" in tokens(message)


async def test_home_offers_the_check_in_first_to_whoever_has_key_results() -> None:
    assert "d.checkin." in tokens(await home(stuck(), "an"))
    assert tokens(await home(stuck(), "an")).index("d.checkin.") < tokens(await home(stuck(), "an")).index("d.new.")
    assert "d.checkin." not in tokens(await home(stuck(), "jie"))


def asked(days_ago: int = 0) -> AddPrompt:
    day = NOW.date()
    return AddPrompt(Prompt(PromptKind.CHECK_IN, "an", day.replace(day=day.day - days_ago), NOW))


async def test_home_says_that_this_weeks_check_in_is_open_as_long_as_it_is() -> None:
    said_open = "This week's check-in is still open"
    message = await home(stuck(asked(3)), "an")
    assert said_open in message.plain()
    assert next(button for button in buttons(message) if button.token == "d.checkin.").tone == "primary"
    assert said_open not in (await home(stuck(), "an")).plain()
    assert said_open not in (await home(stuck(asked(8)), "an")).plain()
    assert said_open not in (await home(stuck(asked(3), AnswerPrompts(AN.id, NOW)), "an")).plain()


async def test_a_check_in_that_was_begun_is_mentioned_once() -> None:
    assert "still open" not in (await home(stuck(asked(3), parked("an", "check_in", 1)), "an")).plain()


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_calls_are_shown_in_every_language(lang: str) -> None:
    answered = called("calls", 3, decision=Decision.DEAD, answered_days_ago=1)
    for message in (
        await board(stuck(answered, asked()), "team", lang=lang),
        await page(stuck(answered), "jie", lang),
        await home(stuck(answered), "jie", lang),
        await home(stuck(asked()), "an", lang),
    ):
        assert message.lang == lang
