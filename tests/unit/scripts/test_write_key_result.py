"""What is understood of a key result's numbers: changes, gaps of the coach's example, new words for an old measure."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.chat.message import Form, Paragraph
from bot.dialogs.script import Script
from bot.okr.measure import Direction, Measure
from bot.okr.objective import Ambition
from bot.scripts.write_key_result import KeyResultDraft, amount, reword, write_key_result
from bot.texts import say_plain
from tests.talk import Talk

NPS = Measure("NPS", Decimal(50), Decimal(30))


def talk(lang: str = "en") -> Talk:
    def script(facts: object, lang: str) -> Script[KeyResultDraft]:
        return (yield from write_key_result("kra", 1, Ambition.COMMITTED, lang))

    return Talk(script, lang=lang)


def rewording(sentence: str) -> Talk:
    def script(facts: object, lang: str) -> Script[tuple[str, Measure]]:
        return (yield from reword("kra", sentence, NPS, lang))

    return Talk(script)


def said(spoken: Talk) -> str:
    return "\n".join(block.plain() for block in spoken.message.blocks if isinstance(block, Paragraph))


@pytest.mark.parametrize(
    ("sentence", "target"),
    [
        ("Increase repeat orders by 20 %", "60"),
        ("Reduce complaints by 20 %", "40"),
        ("Increase repeat orders by 20", "70"),
        ("Double repeat orders", "100"),
        ("Halve the waiting time", "25"),
    ],
)
def test_a_change_becomes_a_target_once_the_start_is_known(sentence: str, target: str) -> None:
    spoken = talk().says(sentence, "50").picks("right", "skip")
    assert (spoken.result.measure.baseline, spoken.result.measure.target) == (Decimal(50), Decimal(target))


@pytest.mark.parametrize(
    ("sentence", "start", "target", "unit"),
    [
        ("Increase repeat orders by 20 %", "0", "20", "%"),
        ("Reduce complaints by 20 %", "0", "-20", "%"),
        ("Increase repeat orders by 20", "0", "20", ""),
        ("Double repeat orders", "1", "2", "x"),
    ],
)
def test_a_change_from_an_unknown_start_is_measured_as_a_change(sentence: str, start: str, target: str, unit: str) -> None:
    measure = talk().says(sentence).picks("unknown", "right", "skip").result.measure
    assert (measure.baseline, measure.target, measure.unit) == (Decimal(start), Decimal(target), unit)


@pytest.mark.parametrize(
    ("lang", "task", "metric", "sentence"),
    [
        ("en", "Rewrite the tax forms", "on-time filing", "Rewrite the tax forms so that on-time filing goes from 4 to 9"),
        ("zh", "制定报销制度", "复购订单", "制定报销制度，使复购订单从4提升到9"),
    ],
)
def test_the_coachs_example_is_filled_gap_by_gap(lang: str, task: str, metric: str, sentence: str) -> None:
    spoken = talk(lang).says(task).picks("use").says(metric)
    assert any(isinstance(block, Form) for block in spoken.message.blocks), "both numbers are asked for, and nothing else"
    spoken.submits(baseline="4", target="9").picks("right", "skip")
    assert spoken.result.sentence == sentence
    assert spoken.result.measure == Measure(metric, Decimal(9), Decimal(4))


@pytest.mark.parametrize(
    ("lang", "task", "sentence", "metric"),
    [
        ("en", "Launch the app", "Launch the app so that weekly active users go from 4 to 9", "weekly active users"),
        ("vi", "Ra mắt ứng dụng", "Ra mắt ứng dụng để số người dùng hằng tuần tăng từ 4 lên 9", "số người dùng hằng tuần"),
        ("zh", "上线小程序", "上线小程序，使周活跃用户从4提升到9", "周活跃用户"),
    ],
)
def test_what_a_task_usually_moves_is_guessed_and_only_its_numbers_are_asked_for(
    lang: str, task: str, sentence: str, metric: str
) -> None:
    spoken = talk(lang).says(task).picks("use")
    spoken.submits(baseline="4", target="9").picks("right", "skip")
    assert spoken.result.sentence == sentence
    assert spoken.result.measure == Measure(metric, Decimal(9), Decimal(4))


def test_a_start_that_is_asked_for_alone_says_what_of() -> None:
    assert said(talk().says("Increase repeat orders by 20 %")).startswith("Repeat orders: where is it today?")


def test_a_question_begins_with_a_capital() -> None:
    spoken = talk().says("Raise customer satisfaction from 30 to 50")
    assert said(spoken.picks("unit")).startswith("Customer satisfaction: in which unit?")


def test_confidence_in_a_milestone_is_asked_for_by_its_words() -> None:
    spoken = talk().says("Launch the loyalty programme").picks("keep", "right")
    assert said(spoken).startswith("Launch the loyalty programme: how sure")


def test_new_words_with_numbers_bring_a_new_measure() -> None:
    spoken = rewording("Churn from 9 % to 4 %")
    sentence, measure = spoken.picks("right").result
    assert sentence == "Churn from 9 % to 4 %"
    assert (measure.metric, measure.target, measure.direction) == ("Churn", Decimal(4), Direction.DECREASE)


@pytest.mark.parametrize("sentence", ["Our customers recommend us", "Launch the loyalty programme"])
def test_new_words_without_numbers_keep_the_measure(sentence: str) -> None:
    assert rewording(sentence).picks("right").result == (sentence, NPS)


def test_an_example_taken_while_rewording_loses_its_gaps() -> None:
    sentence, measure = rewording("Raise NPS from __ to __").submits(baseline="31", target="52").picks("right").result
    assert sentence == "Raise NPS from 31 to 52"
    assert measure == Measure("NPS", Decimal(52), Decimal(31))


@pytest.mark.parametrize(
    ("lang", "value", "unit", "shown"),
    [
        ("en", "1200", "", "1,200"),
        ("vi", "4.2", "giây", "4,2 giây"),
        ("en", "62", "%", "62 %"),
        ("vi", "62", "%", "62%"),
        ("zh", "62", "%", "62%"),
    ],
)
def test_an_amount_is_written_as_its_language_does(lang: str, value: str, unit: str, shown: str) -> None:
    assert say_plain(lang, amount(Decimal(value), unit)) == shown


@pytest.mark.parametrize(
    ("lang", "first", "again", "target"),
    [
        ("en", "NPS from 30 to 50", "NPS from 30 to 60 among new guests", "60"),
        ("vi", "NPS 30 lên 50", "NPS của khách mới từ 30 lên 60", "60"),
        ("zh", "NPS从30提升到50", "新客NPS从30提升到60", "60"),
    ],
)
def test_a_whole_new_sentence_is_taken_where_only_a_tap_was_asked_for(lang: str, first: str, again: str, target: str) -> None:
    spoken = talk(lang).says(first).says(again).picks("right", "skip")
    assert spoken.result.sentence == again
    assert spoken.result.measure.target == Decimal(target)


def test_a_number_typed_there_is_the_target() -> None:
    spoken = talk().says("NPS from 30 to 50", "60").picks("right", "skip")
    assert (spoken.result.sentence, spoken.result.measure.target) == ("NPS from 30 to 60", Decimal(60))


def test_words_that_say_no_number_lose_nothing_there() -> None:
    spoken = talk().says("NPS from 30 to 50", "hmm, not sure")
    assert "find a number" in said(spoken)
    assert spoken.picks("right", "skip").result.sentence == "NPS from 30 to 50"


def test_the_sentence_goes_along_with_a_corrected_part() -> None:
    spoken = talk().says("Refund rate from 8% to 4%").picks("target").says("3").picks("right", "skip")
    assert spoken.result.sentence == "Refund rate from 8% to 3%"


def test_what_nobody_believes_in_is_asked_about_and_may_stay() -> None:
    spoken = talk().says("NPS from 30 to 50").picks("right").says("1")
    assert "mid-quarter" in said(spoken)
    assert spoken.picks("keep").result.measure.target == Decimal(50)


def test_a_dream_can_be_brought_nearer() -> None:
    spoken = talk().says("Orders a week from 10 to 900").picks("right", "skip").picks("lower").says("60")
    assert (spoken.result.measure.target, spoken.result.sentence) == (Decimal(60), "Orders a week from 10 to 60")
