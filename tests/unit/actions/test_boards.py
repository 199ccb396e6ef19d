"""The board as people see it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.actions.show_board import PAGE, show_board
from bot.chat import tokens as tokens_
from bot.chat.intents import Intent, Wish, intent_of, read_intent
from bot.chat.message import Message
from bot.okr.check_in import Confidence
from bot.okr.measure import Measure
from bot.okr.objective import ObjectiveState
from bot.okr.people import LANGUAGES, Team, TeamId
from bot.ports import PutPerson, PutTeam
from tests.fakes import MemoryStorage
from tests.unit.actions.office import NOW, PEOPLE, bars, buttons, desk_of, key_result, objective, office, said, sent, tokens


def marketing() -> MemoryStorage:
    """A quarter in full swing."""
    return office(
        objective("top", "mei", "让客户爱上我们", key_result("top-kr", "NPS 达到 50")),
        objective("an1", "an", "Khách hàng yêu dịch vụ của chúng ta", key_result("nps"), serves="*top-kr"),
        objective("jie1", "jie", "Everyone knows the brand", serves="*top-kr"),
        objective("linh1", "linh", "Thương hiệu được nhắc tới mỗi ngày", serves="jie1"),
        objective("secret", "an", "Chưa ai được thấy", state=ObjectiveState.DRAFT),
        said("top-kr", "42", 2, by="mei"),
        said("nps", "38", 8),
        said("nps", "42", 1, Confidence.AT_RISK),
        said("jie1-kr", "44", 12, by="jie"),
    )


async def board(storage: MemoryStorage, scope: str, by: str = "jie", lang: str = "") -> Message:
    """The board as somebody sees it."""
    desk = await desk_of(storage, by, lang=lang)
    await show_board(desk, scope)
    return sent(desk)


async def test_a_team_sees_its_leaders_first_and_the_teams_below_it_last() -> None:
    message = await board(marketing(), "team")
    assert [bar.label for bar in bars(message)] == [
        "1. Everyone knows the brand · Jie Chen",
        "2. Khách hàng yêu dịch vụ của chúng ta · Phạm An",
        "3. Thương hiệu được nhắc tới mỗi ngày · Lê Linh",
    ]
    lines = message.plain().splitlines()
    assert lines[0] == "Marketing · week 8 of 14"
    assert lines[1] == "3 objectives · 1 of 3 key results heard from this week · expected by now 58 %"
    assert lines.index("Leaders") < lines.index("Team") < lines.index("Thương hiệu")


async def test_a_bar_says_change_confidence_and_silence() -> None:
    jie, an, linh = bars(await board(marketing(), "team"))
    assert (an.ratio, an.note) == (0.6, "▲20 · at risk")
    assert an.expected == pytest.approx(53 / 92)
    assert jie.note == "quiet for 12 days"
    assert linh.note == "well behind · silent for 52 days"


async def test_what_an_objective_serves_is_named_even_from_another_board() -> None:
    assert "↳ serves: NPS 达到 50" in (await board(marketing(), "team")).plain()


async def test_who_has_not_been_heard_of_is_named_leaders_first_and_never_ranked() -> None:
    assert "Nothing heard this week from: Jie Chen, Lê Linh" in (await board(marketing(), "team")).plain()


async def test_whoever_is_away_is_said_to_be_away() -> None:
    storage = marketing()
    linh = next(person for person in PEOPLE if person.id == "linh")
    storage.apply([PutPerson(replace(linh, away_until=NOW.date(), version=2), 1)])
    text = (await board(storage, "team")).plain()
    assert "Nothing heard this week from: Jie Chen\n" in text
    assert "Away: Lê Linh" in text


@pytest.mark.parametrize("by", ["mei", "jie", "an", "linh"])
async def test_members_and_managers_see_the_same_board(by: str) -> None:
    assert bars(await board(marketing(), "team:marketing", by, "en")) == bars(
        await board(marketing(), "team:marketing", "jie", "en")
    )


@pytest.mark.parametrize("scope", ["me", "team", "company"])
async def test_a_draft_is_on_nobodys_board(scope: str) -> None:
    assert "Chưa ai" not in (await board(marketing(), scope, "an")).plain()


async def test_my_own_board_names_neither_owner_nor_silence() -> None:
    message = await board(marketing(), "me", "linh", "en")
    assert [bar.label for bar in bars(message)] == ["1. Thương hiệu được nhắc tới mỗi ngày"]
    assert "Nothing heard" not in message.plain()


async def test_the_company_sees_its_top_objectives_then_a_bar_for_each_team() -> None:
    message = await board(marketing(), "company")
    top, team = bars(message)
    assert top.label == "1. 让客户爱上我们 · 林梅"
    assert team.label == "Marketing"
    assert team.note == "▲7 · 3 objectives · 3 need a look · 2 quiet"
    assert "Product · no objectives yet" in message.plain()
    assert {"d.status.team:marketing", "d.status.team:product"} <= set(tokens(message))


async def test_a_company_without_a_top_team_bears_its_own_name() -> None:
    storage = marketing()
    storage.organisation = replace(storage.organisation, name="Lotus Ltd")
    storage.apply([PutTeam(replace(team, parent_id=None)) for team in storage.rows.teams.values()])
    assert (await board(storage, "company")).plain().startswith("Lotus Ltd · week 8")


async def test_unmeasured_is_said_in_words_and_not_drawn_as_nothing() -> None:
    counter = key_result("counter", "100 sign-ups", Measure("sign-ups", Decimal(100)))
    storage = office(objective("an1", "an", "Khách mới", counter))
    message = await board(storage, "me", "an", "en")
    assert bars(message) == []
    assert "1. Khách mới · silent for 52 days · not measured yet" in message.plain()


async def test_what_is_new_is_called_new_and_not_behind() -> None:
    storage = office(objective("an1", "an", "Mới toanh", at=NOW - timedelta(hours=2)))
    (bar,) = bars(await board(storage, "me", "an", "en"))
    assert (bar.note, bar.expected) == ("new", None)


@pytest.mark.parametrize(
    ("scope", "name"),
    [
        ("", "Marketing"),
        ("team", "Marketing"),
        ("marketing", "Marketing"),
        ("MARK", "Marketing"),
        ("Lotus/Product", "Product"),
        ("thuong hieu", "Thương hiệu"),
        ("team:product", "Product"),
        ("Lotus", "Lotus"),
    ],
)
async def test_a_team_is_found_by_name_path_beginning_or_id(scope: str, name: str) -> None:
    assert (await board(marketing(), scope)).plain().startswith(f"{name} · week 8")


async def test_an_unknown_team_is_answered_with_those_there_are() -> None:
    message = await board(marketing(), "sales")
    assert message.plain().startswith("I know no team called “sales”.")
    assert [button.label for button in buttons(message)] == ["Lotus", "Marketing", "Thương hiệu", "Product", "Company"]


async def test_an_ambiguous_name_is_answered_with_a_question() -> None:
    storage = marketing()
    storage.apply([PutTeam(Team(TeamId("m2"), "Marketing", "Lotus/Product/Marketing", TeamId("product")))])
    message = await board(storage, "marketing")
    assert "could be more than one team" in message.plain()
    assert [button.label for button in buttons(message)] == ["Lotus/Marketing", "Lotus/Product/Marketing", "Company"]


async def test_a_team_that_is_gone_is_no_riddle() -> None:
    assert (await board(marketing(), "team:nowhere")).plain().startswith("That team is not there any more.")


@pytest.mark.parametrize("scope", ["me", "team", "company", "team:product"])
async def test_an_empty_board_offers_to_write_the_first_objective(scope: str) -> None:
    message = await board(office(), scope)
    assert bars(message) == []
    assert "d.new." in tokens(message)


async def test_a_long_board_is_paged_and_numbered_throughout() -> None:
    many = [
        objective(f"o{number:02}", "an", f"Mục tiêu {number}", at=NOW - timedelta(days=40, minutes=-number))
        for number in range(1, 20)
    ]
    storage = office(*many)
    pages = [
        await board(storage, scope, "an", "en") for scope in ("team", "team:marketing~2", "team:marketing~3", "team:marketing~99")
    ]
    labels = [[bar.label.split(" · ", maxsplit=1)[0] for bar in bars(page)] for page in pages]
    assert [label for page in labels[:3] for label in page] == [f"{number}. Mục tiêu {number}" for number in range(1, 20)]
    assert [len(page) for page in labels] == [PAGE, PAGE, 3, 3]
    assert "page 2 of 3" in pages[1].plain()
    assert "d.status.team:marketing~2" in tokens(pages[0])
    assert {"d.status.team:marketing~3", "d.status.team:marketing~1"} <= set(tokens(pages[1]))


async def test_the_second_page_can_be_typed() -> None:
    storage = office(*(objective(f"o{number}", "an", f"Mục tiêu {number}") for number in range(9)))
    first = await board(storage, "team", "an", "en")
    more = next(button for button in buttons(first) if button.label == "Next page")
    typed = read_intent(more.say)
    assert typed == Intent(Wish.BOARD, "Lotus/Marketing~2"), "people do not know the ids of teams"
    assert "page 2 of 2" in (await board(storage, typed.object, "an", "en")).plain()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("scope", ["me", "team", "company", "sales"])
async def test_a_board_is_in_its_readers_language_with_titles_as_written(scope: str, lang: str) -> None:
    message = await board(marketing(), scope, "an", lang)
    assert message.lang == lang
    assert all(len(button.token.encode()) <= tokens_.LIMIT for button in buttons(message))
    if scope in ("me", "team"):
        assert "Khách hàng yêu dịch vụ của chúng ta" in message.plain()


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_what_a_board_button_does_can_be_typed(lang: str) -> None:
    message = await board(marketing(), "company", "an", lang)
    boards = [button for button in buttons(message) if button.token.startswith("d.status.")]
    for button in boards:
        typed = read_intent(button.say)
        assert typed is not None
        assert typed.wish is Wish.BOARD
        read = tokens_.read(button.token)
        assert isinstance(read, tokens_.Deed)
        pressed = intent_of(read)
        assert pressed is not None
        assert bars(await board(marketing(), typed.object, "an", lang)) == bars(
            await board(marketing(), pressed.object, "an", lang)
        )


@pytest.mark.parametrize("number", [1, 8, 30])
async def test_a_bigger_team_needs_no_more_reads(number: int) -> None:
    storage = office(*(objective(f"o{one}", "an", f"Mục tiêu {one}") for one in range(number)))
    desk = await desk_of(storage, "an")
    await show_board(desk, "team")
    assert len(storage.reading.reads) <= 8


async def test_an_objectives_owner_who_left_is_still_named() -> None:
    storage = marketing()
    an = next(person for person in PEOPLE if person.id == "an")
    storage.apply([PutPerson(replace(an, left_at=NOW, version=2), 1)])
    message = await board(storage, "team")
    assert "2. Khách hàng yêu dịch vụ của chúng ta · Phạm An" in message.plain()


async def test_the_readers_day_decides_how_much_is_expected() -> None:
    storage = marketing()
    storage.apply([PutPerson(replace(PEOPLE[0], timezone="Pacific/Pago_Pago", version=2), 1)])
    assert bars(await board(storage, "company", "mei", "en"))[0].expected == pytest.approx(52 / 92)
