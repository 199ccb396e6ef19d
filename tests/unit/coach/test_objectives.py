from __future__ import annotations

import pytest

from bot.coach import Good, Rule, advise_objective, praise_objective
from tests.unit.coach.sentences import GOOD_OBJECTIVES, POOR_OBJECTIVES
from tests.unit.coach.test_measures import without_accents


@pytest.mark.parametrize("lang, text", GOOD_OBJECTIVES)
def test_a_good_objective_is_left_alone(lang: str, text: str) -> None:
    assert advise_objective(text, lang) is None
    assert Good.DIRECTION in praise_objective(text, lang)


@pytest.mark.parametrize("lang, text, rule", POOR_OBJECTIVES)
def test_a_poor_objective_gets_the_most_useful_advice(lang: str, text: str, rule: str) -> None:
    advice = advise_objective(text, lang)
    assert advice is not None
    assert advice.rule == rule
    assert Good.DIRECTION not in advice.good


@pytest.mark.parametrize("text, rule", [(text, rule) for lang, text, rule in POOR_OBJECTIVES if lang == "vi"])
def test_vietnamese_without_accents_gets_the_same_advice(text: str, rule: str) -> None:
    advice = advise_objective(without_accents(text), "vi")
    assert advice is not None
    assert advice.rule == rule


@pytest.mark.parametrize("text", [text for lang, text in GOOD_OBJECTIVES if lang == "vi"])
def test_good_vietnamese_without_accents_is_left_alone_too(text: str) -> None:
    assert advise_objective(without_accents(text), "vi") is None


@pytest.mark.parametrize("lang, text", GOOD_OBJECTIVES)
def test_an_objective_is_never_told_off_for_lacking_a_number(lang: str, text: str) -> None:
    advice = advise_objective(f"{text}!", lang)
    assert advice is None or advice.rule not in {Rule.NO_NUMBER, Rule.NO_BASELINE}


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "\x00"])
def test_nothing_written_is_nothing_to_advise(text: str) -> None:
    assert advise_objective(text, "vi") is None
    assert praise_objective(text, "vi") == ()


@pytest.mark.parametrize(
    "lang, text, example",
    [
        ("en", "We will do our best to make onboarding a joy", "Make onboarding a joy"),
        ("en", "Try our best for every client", ""),
        ("en", "Sales growth", "Take sales growth to the point where __"),
        ("en", "Ship version 2", "Ship version 2 so that __"),
        ("vi", "Cố gắng hết sức làm khách hàng vui", "Làm khách hàng vui"),
        ("vi", "Chất lượng dịch vụ", "Đưa chất lượng dịch vụ đến mức __"),
        ("vi", "Làm tốt hơn nữa", ""),
        ("zh", "努力提升口碑", "提升口碑"),
        ("zh", "客户体验", "把客户体验做到__"),
        ("zh", "举办年会", "举办年会，让__"),
        ("zh", "营收一千万", ""),
    ],
)
def test_the_example_is_in_the_writers_words_and_language(lang: str, text: str, example: str) -> None:
    advice = advise_objective(text, lang)
    assert advice is not None
    assert advice.example == example


def test_a_number_inside_a_longer_direction_is_fine() -> None:
    assert advise_objective("Become the place where 10,000 families plan their first home without fear of the bank", "en") is None
    assert advise_objective("Trở thành chuỗi cà phê được 1 triệu người Sài Gòn ghé mỗi sáng vì thấy thân quen", "vi") is None


def test_a_long_objective_is_called_long_and_keeps_its_praise() -> None:
    advice = advise_objective("Become the company " + "that listens to everybody who has something to say " * 4, "en")
    assert advice is not None
    assert advice.rule is Rule.TOO_LONG
    assert advice.good == (Good.DIRECTION,)


def test_a_number_alone_is_praised_as_a_number() -> None:
    assert praise_objective("Lift the referral rate from 12 to 20", "en") == (Good.NUMBER, Good.SHORT)
