"""Writing an objective: what is asked, what is understood, and what comes of it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.message import Choices, Paragraph
from bot.dialogs.script import LookUp
from bot.okr.measure import Direction
from bot.okr.objective import Ambition, ServedKind, Serves
from bot.scripts.write_objective import SaveObjective, write_objective
from tests.talk import Talk

IDS = ["kra", "krb", "krc", "krd", "kre", "krf"]
CANDIDATES = [
    {"name": "o-meitable", "title": "让每个家庭都放心", "owner": "林梅", "team": "Lantern"},
    {"name": "k-meinps", "title": "NPS 从 30 提升到 50", "owner": "林梅", "team": "Lantern"},
]


def found(wanted: LookUp) -> Any:
    """The candidates whose titles have the words in them."""
    return [one for one in CANDIDATES if wanted.params["words"].casefold() in one["title"].casefold()]


def talk(lang: str = "en", count: int = 0) -> Talk:
    return Talk(write_objective, {"objective_id": "obj", "key_result_ids": IDS, "count": count}, lang, found)


def said(spoken: Talk) -> str:
    """What stands above the options."""
    return "\n".join(block.plain() for block in spoken.message.blocks if isinstance(block, Paragraph))


WRITTEN = {
    "en": ("Every family trusts us with its dinner", "Trust brings them back every week", "NPS from 30 to 50"),
    "vi": ("Khách hàng yêu dịch vụ của chúng ta", "Khách vui sẽ quay lại", "NPS 30 lên 50"),
    "zh": ("让每个家庭都放心把晚餐交给我们", "放心才会每周回来", "NPS 从 30 提升到 50"),
}


@pytest.mark.parametrize("lang", ["en", "vi", "zh"])
def test_the_shortest_way_to_a_published_objective(lang: str) -> None:
    title, why, sentence = WRITTEN[lang]
    spoken = talk(lang).says(title, why).picks("o-meitable", "aspirational").says(sentence)
    assert spoken.is_asked("kra/understood")
    spoken.picks("right").says("5").picks("enough", "publish")
    decision = spoken.result
    assert isinstance(decision, SaveObjective)
    assert (decision.title, decision.why, decision.is_published) == (title, why, True)
    assert decision.serves == Serves(ServedKind.OBJECTIVE, "meitable")
    assert decision.ambition is Ambition.ASPIRATIONAL
    (written,) = decision.key_results
    assert (written.measure.baseline, written.measure.target, written.measure.direction) == (
        Decimal(30),
        Decimal(50),
        Direction.INCREASE,
    )
    assert written.measure.metric == "NPS"
    assert written.start_confidence == 5


def at_first_key_result(lang: str = "en") -> Talk:
    title, why, _ = WRITTEN[lang]
    return talk(lang).says(title, why).picks("none", "committed")


@pytest.mark.parametrize(
    ("lang", "wish"),
    [("en", "try our best to make customers happier"), ("vi", "cố gắng hết sức nâng cao hài lòng"), ("zh", "尽力提升客户满意度")],
)
def test_a_wish_is_met_with_a_question_and_can_be_kept(lang: str, wish: str) -> None:
    spoken = at_first_key_result(lang).says(wish)
    assert spoken.is_asked("kra/sentence/hint/0")
    spoken.picks("keep")
    assert spoken.is_asked("kra/counted")
    spoken.picks("milestone", "right").says("5").picks("enough", "draft")
    (written,) = spoken.result.key_results
    assert written.sentence == wish
    assert written.measure.direction is Direction.MILESTONE


def test_a_wish_can_be_typed_anew() -> None:
    spoken = at_first_key_result().says("try our best to make customers happier", "NPS from 30 to 50")
    assert spoken.is_asked("kra/understood")


def test_the_coach_speaks_at_most_twice_about_a_sentence() -> None:
    spoken = at_first_key_result()
    for attempt in ("do our very best", "try to be better", "hope for the best"):
        if not spoken.is_asked("kra/sentence"):
            break
        spoken.says(attempt)
    assert not spoken.is_asked("kra/sentence")


def test_a_vague_sentence_gets_an_example_whose_blanks_are_asked_for() -> None:
    spoken = at_first_key_result("vi").says("Cải thiện mức hài lòng của khách hàng")
    assert spoken.is_asked("kra/sentence/hint/0")
    spoken.picks("use")
    for _ in range(2):
        if spoken.is_asked("kra/counted"):
            spoken.picks("number")
    spoken.submits(baseline="70 %", target="90 %")
    spoken.picks("right").says("5").picks("enough", "publish")
    (written,) = spoken.result.key_results
    assert (written.measure.baseline, written.measure.target) == (70, 90)
    assert "__" not in written.sentence
    assert "70" in written.sentence
    assert "90" in written.sentence


@pytest.mark.parametrize(
    ("part", "value", "shown"),
    [
        ("metric", "Promoter score", "Promoter score"),
        ("baseline", "35", "35"),
        ("target", "sixty", "60"),
        ("unit", "points", "points"),
    ],
)
def test_each_part_of_what_was_understood_can_be_mended(part: str, value: str, shown: str) -> None:
    spoken = at_first_key_result().says("NPS from 30 to 50").picks(part).says(value)
    assert spoken.is_asked("kra/understood")
    assert shown in said(spoken)


def test_the_direction_follows_the_numbers() -> None:
    spoken = (
        at_first_key_result()
        .says("NPS from 30 to 50")
        .picks("baseline")
        .says("70")
        .picks("right")
        .says("5")
        .picks("enough", "draft")
    )
    assert spoken.result.key_results[0].measure.direction is Direction.DECREASE


def test_a_direction_against_the_numbers_is_explained_not_obeyed() -> None:
    spoken = at_first_key_result().says("NPS from 30 to 50").picks("direction", "decrease")
    assert "other way" in said(spoken)


def test_start_and_target_alike_are_not_taken() -> None:
    spoken = at_first_key_result().says("NPS from 30 to 50").picks("baseline").says("50")
    assert "same" in said(spoken)
    measure = spoken.picks("right").says("5").picks("enough", "draft").result.key_results[0].measure
    assert (measure.baseline, measure.target) == (Decimal(30), Decimal(50))


@pytest.mark.parametrize(("lang", "words"), [("en", "50:50"), ("vi", "một nửa"), ("zh", "一半")])
def test_fifty_fifty_is_five_of_ten(lang: str, words: str) -> None:
    spoken = at_first_key_result(lang).says("NPS 30 → 50").picks("right").says(words).picks("enough", "draft")
    assert spoken.result.key_results[0].start_confidence == 5


def test_a_start_nobody_knows_yet_is_fine() -> None:
    spoken = at_first_key_result().says("Win 500 new subscribers a week")
    if spoken.is_asked("kra/sentence/hint/0"):
        spoken.picks("keep")
    assert spoken.is_asked("kra/baseline")
    spoken.says("don't know").picks("right").says("7").picks("enough", "draft")
    measure = spoken.result.key_results[0].measure
    assert (measure.baseline, measure.target) == (None, Decimal(500))


def test_too_sure_of_a_stretch_is_asked_for_a_bolder_target() -> None:
    title, why, sentence = WRITTEN["en"]
    spoken = talk().says(title, why).picks("none", "aspirational").says(sentence).picks("right").says("10")
    assert spoken.is_asked("kra/easy")
    spoken.picks("raise").says("60").picks("enough", "draft")
    assert spoken.result.key_results[0].measure.target == 60


@pytest.mark.parametrize("confidence", ["11", "-1", "5.5", "very", "NaN", "1e999"])
def test_a_confidence_outside_its_scale_is_refused(confidence: str) -> None:
    spoken = at_first_key_result().says("NPS from 30 to 50").picks("right").says(confidence)
    assert spoken.refusals
    assert spoken.is_asked("kra/start_confidence")


def test_the_picker_searches_and_finds_nothing_kindly() -> None:
    spoken = talk().says(*WRITTEN["en"][:2]).says("nothing like this")
    assert "Nothing found" in said(spoken)
    spoken.says("NPS")
    (choices,) = [block for block in spoken.message.blocks if isinstance(block, Choices)]
    assert choices.options[0].label == "NPS 从 30 提升到 50"
    spoken.picks("k-meinps")
    assert spoken.is_asked("ambition")


def test_the_fourth_objective_gets_a_hint_and_the_sixth_a_question() -> None:
    assert "three is a number" in said(talk(count=3))
    assert talk(count=5).picks("rather_not").result is None
    assert talk(count=5).picks("anyway").is_asked("title")


def test_six_key_results_end_the_list_with_a_hint() -> None:
    spoken = at_first_key_result()
    for number in range(6):
        assert ("more than five" in said(spoken)) == (number == 5)
        spoken.says(f"Orders in city {number} from 10 to 90").picks("right").says("5")
        if number < 5:
            spoken.picks("more")
    assert spoken.is_asked("publish")
    assert len(spoken.picks("publish").result.key_results) == 6


def test_changing_the_title_on_the_review_asks_for_consent_again() -> None:
    spoken = at_first_key_result().says("NPS from 30 to 50").picks("right").says("5").picks("enough")
    before = spoken.waiting.key
    spoken.changes("title").says("Dinner is never a worry again")
    assert spoken.is_asked("publish")
    assert spoken.waiting.key != before


def test_the_whole_talk_speaks_the_persons_language() -> None:
    for lang, words in (("en", "What change"), ("vi", "Quý này"), ("zh", "这个季度")):
        assert words in said(talk(lang))


SAYINGS = st.sampled_from(
    [
        "Every family trusts us", "NPS from 30 to 50", "try our best", "keep", "use", "yes", "that's right", "Skip", "5", "11", "30", "",
        "It stands on its own", "Committed", "Aspirational", "Add another", "That's enough", "Publish", "Done or not done", "With a number",
        "Target", "Direction", "Decrease", "Don't know yet", "back", "Keep it", "<b>&amp;", "@all", "\u202e", "9" * 300,
    ]
)  # fmt: skip


@given(st.lists(SAYINGS, max_size=25))
def test_no_order_of_replies_breaks_the_talk(sayings: list[str]) -> None:
    spoken = talk()
    for saying in sayings:
        if spoken.is_over:
            break
        spoken.says(saying)
        if not spoken.is_over:
            assert spoken.message.blocks
    json.dumps([one.value for one in spoken.session.answers])


def card_of(lang: str, *sentences: str, facts: dict[str, Any] | None = None) -> str:
    """What stands on the review card of an objective with these key results."""
    title, why, _ = WRITTEN[lang]
    start = {"objective_id": "obj", "key_result_ids": IDS, "count": 0, **(facts or {})}
    spoken = Talk(write_objective, start, lang, found).says(title, why).picks("none", "committed")
    for number, sentence in enumerate(sentences, 1):
        spoken.says(sentence).picks("right").says("5").picks("more" if number < len(sentences) else "enough")
    assert spoken.is_asked("publish")
    return said(spoken)


@pytest.mark.parametrize(
    ("lang", "sentences", "words"),
    [
        ("en", ("Revenue from $2M to $3M", "Profit margin from 8% to 12%"), "only towards the end"),
        ("vi", ("Doanh thu từ 2 tỷ lên 3 tỷ", "Lợi nhuận từ 200 triệu lên 300 triệu"), "gần cuối kỳ mới thấy"),
        ("zh", ("营收从200万提升到300万", "毛利率从8%提升到12%"), "期末才看得出来"),
    ],
)
def test_the_review_card_looks_at_the_whole_set(lang: str, sentences: tuple[str, ...], words: str) -> None:
    assert words in card_of(lang, *sentences)


def test_the_review_card_names_a_shared_metric() -> None:
    assert "2 of 2 key results count the same thing: NPS" in card_of("en", "NPS from 30 to 50", "NPS from 40 to 60")


def test_the_review_card_hints_at_two_things_at_most() -> None:
    past = [
        {
            "sentence": "NPS from 10 to 20", "metric": "NPS", "unit": "", "direction": "increase",
            "baseline": "10", "target": "20", "latest": "18",
        }
    ]  # fmt: skip
    card = card_of("en", "NPS from 30 to 50", "NPS from 40 to 60", facts={"past": past, "owned": 9})
    assert "last quarter" in card
    assert "same thing" in card
    assert "shoulders" not in card


def test_a_target_the_last_quarters_pace_leads_to_is_called_easy() -> None:
    past = [
        {
            "sentence": "NPS from 20 to 40", "metric": "NPS", "unit": "", "direction": "increase",
            "baseline": "20", "target": "40", "latest": "35",
        }
    ]  # fmt: skip
    title, why, _ = WRITTEN["en"]
    start = {"objective_id": "obj", "key_result_ids": IDS, "count": 0, "past": past}
    spoken = Talk(write_objective, start, "en", found).says(title, why).picks("none", "aspirational").says("NPS from 35 to 48")
    spoken.picks("right").says("5")
    assert "At today's pace" in said(spoken)
