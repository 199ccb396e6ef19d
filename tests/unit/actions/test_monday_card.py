"""The Monday card: bars, three questions, open calls by age, who is away; once a week, in the lead's language."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.actions.monday_card import ROWS, post_card
from bot.chat.incoming import Place
from bot.chat.message import Audience, Buttons, Message, from_json, to_json
from bot.okr.check_in import Confidence
from bot.okr.people import LANGUAGES, Person
from bot.okr.prompt import Prompt, PromptKind
from bot.ports import AddPrompt, Change, Deps, PutPerson, PutTeam, Saved, Turn
from tests.fakes import MemoryStorage
from tests.hands import Hands
from tests.unit.actions.office import NOW, PEOPLE, TEAMS, Dice, bars, called, key_result, objective, office, said

MARKETING = TEAMS[1]
PRODUCT = TEAMS[3]
GROUP = Place("web", "test", "the-group", is_private=False)
MONDAY = date(2026, 11, 23)


def person(name: str) -> Person:
    return next(one for one in PEOPLE if one.id == name)


def speaks(name: str, lang: str) -> Change:
    return PutPerson(replace(person(name), locale=lang, version=2), 1)


def week(*more: Change) -> MemoryStorage:
    """A week with something of everything."""
    return office(
        objective("jie1", "jie", "Everyone knows the brand"),
        objective("an1", "an", "Khách hàng yêu dịch vụ", key_result("nps")),
        objective("an2", "an", "Cửa hàng bán cả khi ta ngủ", key_result("shop", "Bán 24 giờ")),
        objective("linh1", "linh", "Thương hiệu mỗi ngày"),
        objective("mei1", "mei", "让客户爱上我们"),
        said("jie1-kr", "46", 8, by="jie"),
        said("jie1-kr", "48", 1, by="jie"),
        said("nps", "40", 8),
        said("nps", "36", 1),
        said("shop", "42", 1, Confidence.OFF_TRACK),
        called("shop", 2, objective_id="an2"),
        *more,
    )


async def card(storage: MemoryStorage) -> Message:
    turn = await post_card(deps(storage), storage.rows.teams[MARKETING.id], GROUP, NOW)
    assert turn is not None
    (outgoing,) = turn.outgoing
    return outgoing.message


def deps(storage: MemoryStorage) -> Deps:
    return Deps(storage.reading, storage.work, Hands(NOW), Dice())


async def post(storage: MemoryStorage, days: float = 0) -> Turn | None:
    return await post_card(deps(storage), MARKETING, GROUP, NOW + timedelta(days=days))


async def test_the_card_has_the_teams_bars_leaders_first_with_the_change_since_last_monday() -> None:
    message = await card(week())
    assert message.plain().splitlines()[0] == "Marketing · Monday, week 8 of 14"
    assert [(bar.label, bar.note) for bar in bars(message)] == [
        ("1. Everyone knows the brand · Jie Chen", "▲10"),
        ("2. Khách hàng yêu dịch vụ · Phạm An", "▼20 · well behind"),
        ("3. Cửa hàng bán cả khi ta ngủ · Phạm An", "▲60 · off track · call open for 2 days"),
        ("Thương hiệu", "▬ · 1 objective · 1 needs a look · 1 quiet"),
    ]


async def test_the_card_asks_three_questions_about_things_and_none_about_people() -> None:
    text = (await card(week())).plain()
    talk = text[text.index("Worth talking about") :].splitlines()[1:4]
    assert talk == [
        "1. “Bán 24 giờ”: help is wanted. What would get it moving this week?",
        "2. “Khách hàng yêu dịch vụ” went down 20 points in a week. What has changed?",
        "3. “Thương hiệu mỗi ngày”: nothing heard for 52 days. Does it still matter, and what is in the way?",
    ]
    assert not any(one.name in line for one in PEOPLE for line in talk)


async def test_what_is_off_track_is_asked_about_with_figures_only_where_they_agree_with_its_owner() -> None:
    behind = office(objective("an1", "an", "Chậm", key_result("nps")), said("nps", "33", 9), said("nps", "33", 1))
    assert "“Chậm” is at 15 %, expected 58 %." in (await card(behind)).plain()
    ahead = office(objective("an1", "an", "Lo", key_result("nps")), said("nps", "48", 1, Confidence.OFF_TRACK))
    assert "“Lo” will be hard to reach like this." in (await card(ahead)).plain()


async def test_when_all_goes_well_the_card_asks_why() -> None:
    storage = office(objective("an1", "an", "Vui", key_result("nps")), said("nps", "48", 1))
    assert "What went well last week" in (await card(storage)).plain()


async def test_open_calls_are_listed_by_age_with_who_has_them_and_without_their_words() -> None:
    text = (await card(week(called("nps", 5, holders=("jie", "mei"))))).plain()
    assert (
        "Open calls (2)\n"
        "🆘 NPS 30 → 50 · Phạm An, for 5 days · with Jie Chen, 林梅\n"
        "🆘 Bán 24 giờ · Phạm An, for 2 days · with Jie Chen"
    ) in text
    assert "Cuối tuần" not in text


async def test_the_card_says_who_is_away_and_not_who_is_silent() -> None:
    away = PutPerson(replace(person("linh"), away_until=MONDAY, version=2), 1)
    assert "Away: Lê Linh" in (await card(week(away))).plain()
    text = (await card(week())).plain()
    assert "Away" not in text
    assert "Nothing heard this week" not in text


async def test_a_card_is_for_a_group_and_offers_nothing_to_press() -> None:
    message = await card(week())
    assert message.audience is Audience.GROUP
    assert not any(isinstance(block, Buttons) for block in message.blocks)
    assert from_json(to_json(message)) == message


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_the_card_speaks_the_leads_language(lang: str) -> None:
    message = await card(week(speaks("jie", lang)))
    assert message.lang == lang
    assert "Khách hàng yêu dịch vụ" in message.plain()


async def test_a_team_without_a_lead_goes_by_the_one_above() -> None:
    for change in (PutTeam(replace(MARKETING, lead_id=None)), PutPerson(replace(person("jie"), left_at=NOW, version=2), 1)):
        assert (await card(week(change))).lang == "zh"


async def test_a_company_without_any_lead_still_gets_its_card() -> None:
    nobody = [PutTeam(replace(team, lead_id=None)) for team in TEAMS]
    assert (await card(week(*nobody))).lang == "en"


async def test_a_long_card_counts_what_it_leaves_to_the_board() -> None:
    storage = office(*(objective(f"o{number}", "an", f"Mục tiêu {number}") for number in range(ROWS + 3)))
    message = await card(storage)
    assert len(bars(message)) == ROWS
    assert "3 more objectives are on the board." in message.plain()


async def test_the_card_goes_to_the_group_once_a_week() -> None:
    storage = week()
    turn = await post(storage)
    assert turn is not None
    (outgoing,) = turn.outgoing
    assert outgoing.place == GROUP
    assert turn.changes == (AddPrompt(Prompt(PromptKind.MONDAY_CARD, MARKETING.id, MONDAY, NOW)),)
    assert await storage.work.save(turn) is Saved.DONE
    assert await post(storage) is None
    assert await post(storage, days=3) is None
    assert await post(storage, days=7) is not None


async def test_of_two_timers_one_posts_the_card() -> None:
    storage = week()
    turns = [await post(storage), await post(storage)]
    assert [await storage.work.save(turn) for turn in turns if turn] == [Saved.DONE, Saved.LOST]


async def test_an_empty_team_gets_no_card_in_the_middle_of_its_week_either() -> None:
    storage = office()
    turn = await post(storage)
    assert turn is not None
    assert turn.outgoing == ()
    assert await storage.work.save(turn) is Saved.DONE
    storage.apply([objective("an1", "an", "Muộn", at=NOW)])
    assert await post(storage, days=1) is None


async def test_the_week_begins_on_the_leads_clock() -> None:
    storage = week(PutPerson(replace(person("jie"), timezone="Pacific/Pago_Pago", version=2), 1))
    turn = await post(storage)
    assert turn is not None
    (noted,) = turn.changes
    assert isinstance(noted, AddPrompt)
    assert noted.prompt.day == MONDAY - timedelta(days=7)


@pytest.mark.parametrize("number", [1, 8, 30])
async def test_a_bigger_team_needs_no_more_reads(number: int) -> None:
    storage = office(*(objective(f"o{one}", "an", f"Mục tiêu {one}") for one in range(number)))
    storage.reading.reads.clear()
    await post(storage)
    assert len(storage.reading.reads) <= 10
