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
        ("en", "Launch the loyalty programme", "repeat orders", "Launch the loyalty programme, moving repeat orders from 4 to 9"),
        ("zh", "上线会员计划", "复购订单", "上线会员计划，使复购订单从4提升到9"),
    ],
)
def test_the_coachs_example_is_filled_gap_by_gap(lang: str, task: str, metric: str, sentence: str) -> None:
    spoken = talk(lang).says(task).picks("use").says(metric)
    assert any(isinstance(block, Form) for block in spoken.message.blocks), "both numbers are asked for, and nothing else"
    spoken.submits(baseline="4", target="9").picks("right", "skip")
    assert spoken.result.sentence == sentence
    assert spoken.result.measure == Measure(metric, Decimal(9), Decimal(4))


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
