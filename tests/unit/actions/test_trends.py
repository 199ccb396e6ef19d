"""Trends as people see them: whose, in which words, and what an address of a picture gives away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions.show_board import show_board
from bot.actions.show_objective import show_objective
from bot.actions.show_trend import show_trend
from bot.actions.trends import MOST, TrendKind, TrendSource, read_source, trend_at
from bot.chat.capabilities import Capabilities
from bot.chat.degrade import fit
from bot.chat.intents import Intent, Wish, read_intent
from bot.chat.message import Image, Message
from bot.okr.objective import ObjectiveState
from bot.okr.people import LANGUAGES
from tests.fakes import MemoryStorage
from tests.unit.actions.office import PEOPLE, bars, buttons, desk_of, key_result, objective, office, said, sent, tokens
from tests.unit.actions.test_objectives import LICENCE, UPTIME, WAIT


def company() -> MemoryStorage:
    return office(
        objective(
            "an1",
            "an",
            "Khách hàng yêu dịch vụ",
            key_result("nps"),
            key_result("wait", "Chờ từ 10 xuống 4 phút", WAIT),
            key_result("licence", "Có giấy phép", LICENCE),
            key_result("uptime", "Uptime ≥ 99 %", UPTIME),
        ),
        objective("linh1", "linh", "Thương hiệu", key_result("brand", "Brand 30 → 50")),
        objective("secret", "an", "Chưa ai được thấy", key_result("hidden"), state=ObjectiveState.DRAFT),
        said("nps", "36", 20),
        said("nps", "38", 8),
        said("nps", "42", 1),
        said("uptime", "98", 9),
        said("uptime", "99.5", 2),
    )


async def trend(storage: MemoryStorage, what: str, by: str = "jie", lang: str = "en") -> Message:
    desk = await desk_of(storage, by, lang=lang)
    await show_trend(desk, what)
    return sent(desk)


def picture(message: Message) -> Image:
    (found,) = [block for block in message.blocks if isinstance(block, Image)]
    return found


async def test_a_key_result_is_drawn_and_told() -> None:
    message = await trend(company(), "nps")
    alt = "Chart of “NPS 30 → 50”, week 8 of 14 · so far 30 → 36 → 38 → 42 · newest 42 (Sun 22 Nov) · expected by now 42 · target 50 by Thu 31 Dec"
    assert picture(message).alt == alt
    assert [(bar.label, bar.ratio) for bar in bars(message)] == [("NPS 30 → 50", 0.6)]
    assert "newest 42" in message.plain().splitlines()[2]
    assert "d.objective.an1" in tokens(message)


@pytest.mark.parametrize(
    ("lang", "begins"),
    [
        ("vi", "Biểu đồ “NPS 30 → 50”, tuần 8/14 · đến nay 30 → 36 → 38 → 42 · mới nhất 42 (Chủ nhật 22/11)"),
        ("zh", "“NPS 30 → 50”的走势图，第 8 周，共 14 周 · 至今 30 → 36 → 38 → 42 · 最新 42（11月22日周日）"),
    ],
)
async def test_the_picture_and_its_words_are_in_the_readers_language(lang: str, begins: str) -> None:
    found = picture(await trend(company(), "nps", lang=lang))
    assert found.alt.startswith(begins)
    assert found.source.startswith(f"trend/{lang}/kr/nps/20261123/")


@pytest.mark.parametrize(
    ("what", "ends"),
    [
        ("uptime", "newest 99.5 % (Sat 21 Nov) · to stay at 99 % or more"),
        ("licence", "no check-in yet · to be done by Thu 31 Dec"),
        ("wait", "no check-in yet · expected by now 6.5 phút · target 4 phút by Thu 31 Dec"),
    ],
)
async def test_each_kind_of_measure_has_its_own_words(what: str, ends: str) -> None:
    assert picture(await trend(company(), what)).alt.endswith(ends)


async def test_a_long_course_is_told_by_its_first_and_newest_values() -> None:
    storage = office(objective("an1", "an", "x"), *(said("an1-kr", str(number), 40 - number) for number in range(20)))
    alt = picture(await trend(storage, "an1-kr")).alt
    assert "so far 30 → … → 14 → 15 → 16 → 17 → 18 → 19" in alt


async def test_a_team_is_drawn_with_the_teams_below_it() -> None:
    message = await trend(company(), "team:marketing")
    assert picture(message).source.startswith("trend/en/team/marketing/20261123/")
    assert picture(message).alt.startswith("Chart of “Marketing”, week 8 of 14 · so far 0 %")
    assert bars(message)[0].label == "Marketing"
    assert "d.status.team:marketing" in tokens(message)


async def test_a_company_too_big_for_one_picture_is_drawn_by_its_own_objectives() -> None:
    many = [key_result(f"k{number}") for number in range(MOST)]
    storage = office(objective("jie1", "jie", "Ours"), objective("linh1", "linh", "Below", *many), said("jie1-kr", "40", 1))
    message = await trend(storage, "team:marketing")
    assert bars(message)[0].ratio == 0.5
    assert "the team's own objectives only" in message.plain()


async def test_a_team_with_nothing_published_is_told_so() -> None:
    message = await trend(company(), "team:product")
    assert message.plain().startswith("Nothing to draw for Product yet.")


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("nps", "NPS 30 → 50"),
        ("chờ từ 10", "Chờ từ 10 xuống 4 phút"),
        ("Lotus/Marketing", "Marketing"),
        ("thuong hieu", "Thương hiệu"),
    ],
)
async def test_it_is_found_by_what_people_call_it(typed: str, label: str) -> None:
    assert bars(await trend(company(), typed, by="an"))[0].label == label


@pytest.mark.parametrize(
    ("what", "said_first"),
    [("", "Whose trend"), ("sales", "I know no key result or team called “sales”"), ("team:gone", "That is not there any more")],
)
async def test_whoever_asks_for_what_is_not_there_is_offered_what_is(what: str, said_first: str) -> None:
    message = await trend(company(), what, by="an")
    assert message.plain().startswith(said_first)
    assert tokens(message)[:5] == ["d.trend.nps", "d.trend.wait", "d.trend.licence", "d.trend.uptime", "d.trend.team:marketing"]


async def test_a_draft_is_drawn_for_its_owner_only() -> None:
    assert picture(await trend(company(), "hidden", by="an")).source.startswith("trend/en/kr/hidden/")
    assert (await trend(company(), "hidden")).plain().startswith("That is not there any more")


async def test_the_card_of_an_objective_and_the_board_of_a_team_offer_it() -> None:
    desk = await desk_of(company(), "jie")
    await show_objective(desk, "an1")
    offered = [(one.label, one.token, one.say) for one in buttons(sent(desk)) if one.token.startswith("d.trend.")]
    assert offered[1] == ("Trend 2", "d.trend.wait", "trend Chờ từ 10 xuống 4 phút")
    assert len(offered) == 4
    desk = await desk_of(company(), "jie")
    await show_objective(desk, "linh1")
    assert ("Trend", "d.trend.brand", "trend Brand 30 → 50") in [(one.label, one.token, one.say) for one in buttons(sent(desk))]
    desk = await desk_of(company(), "jie")
    await show_board(desk, "team")
    assert "d.trend.team:marketing" in tokens(sent(desk))


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_what_a_button_says_to_type_shows_the_same(lang: str) -> None:
    desk = await desk_of(company(), "an", lang=lang)
    await show_objective(desk, "an1")
    for one in buttons(sent(desk)):
        if one.token.startswith("d.trend."):
            typed = read_intent(one.say)
            assert typed is not None
            assert typed.wish is Wish.TREND
            shown = picture(await trend(company(), typed.object, by="an", lang=lang))
            assert shown == picture(await trend(company(), one.token.removeprefix("d.trend."), by="an", lang=lang))


@pytest.mark.parametrize(
    ("typed", "intent"),
    [
        ("trend", Intent(Wish.TREND)),
        ("Xu hướng", Intent(Wish.TREND)),
        ("xu huong NPS 30 → 50", Intent(Wish.TREND, "NPS 30 → 50")),
        ("趋势 品牌", Intent(Wish.TREND, "品牌")),
        ("/trend Marketing", Intent(Wish.TREND, "Marketing")),
    ],
)
def test_it_can_be_typed(typed: str, intent: Intent) -> None:
    assert read_intent(typed) == intent


def test_in_a_conversation_a_sentence_about_trends_stays_an_answer() -> None:
    assert read_intent("trend reports every week", in_talk=True) is None


async def test_without_pictures_the_bar_and_the_words_remain() -> None:
    bare = Capabilities("bare", text=4000)
    text = "\n".join(part.plain() for part in fit(await trend(company(), "nps"), bare))
    assert "NPS 30 → 50 ▓▓▓▓▓▓░░░░ 60 %" in text
    assert "so far 30 → 36 → 38 → 42" in text


# --- addresses ---


@given(
    st.sampled_from(LANGUAGES),
    st.sampled_from(TrendKind),
    st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True),
    st.dates(date(1000, 1, 1)),
)
def test_an_address_says_again_what_it_was_made_of(lang: str, kind: TrendKind, thing: str, day: date) -> None:
    source = TrendSource(lang, kind, thing, day, "0123456789ab")
    assert read_source(source.write()) == source


@given(st.text(max_size=80))
def test_anything_else_is_no_address(text: str) -> None:
    found = read_source(f"trend/vi/kr/{text}")
    assert found is None or found.write() == f"trend/vi/kr/{text}"


@pytest.mark.parametrize(
    "odd",
    [
        "trend/xx/kr/nps/20261123/0123456789ab",
        "trend/vi/kr/nps/20261399/0123456789ab",
        "trend/vi/kr/../20261123/0123456789ab",
        "trend/vi/kr/nps/20261123/0123456789ab\n",
        "TREND",
    ],
)
def test_what_no_release_wrote_is_refused(odd: str) -> None:
    assert read_source(odd) is None


async def test_a_picture_changes_its_address_with_what_it_shows() -> None:
    storage = company()
    before = picture(await trend(storage, "nps")).source
    assert picture(await trend(storage, "nps")).source == before
    storage.apply([said("nps", "44", 0.1)])
    assert picture(await trend(storage, "nps")).source != before


@pytest.mark.parametrize(
    ("viewer", "thing", "is_shown"),
    [("jie", "nps", True), ("an", "hidden", True), ("jie", "hidden", False), (None, "hidden", True), ("jie", "nowhere", False)],
)
async def test_a_picture_is_only_for_those_who_may_see_what_it_shows(viewer: str | None, thing: str, is_shown: bool) -> None:
    source = TrendSource("en", TrendKind.KEY_RESULT, thing, date(2026, 11, 23), "0123456789ab")
    person = None if viewer is None else next(one for one in PEOPLE if one.id == viewer)
    assert (await trend_at(source, company().reading, person) is not None) is is_shown


async def test_whoever_left_or_never_joined_sees_no_picture() -> None:
    source = TrendSource("en", TrendKind.TEAM, "marketing", date(2026, 11, 23), "0123456789ab")
    jie = next(one for one in PEOPLE if one.id == "jie")
    reading = company().reading
    assert await trend_at(source, reading, jie) is not None
    assert await trend_at(source, reading, replace(jie, left_at=jie.joined_at)) is None
    assert await trend_at(source, reading, replace(jie, joined_at=None)) is None
    assert await trend_at(replace(source, id="gone"), reading, jie) is None
