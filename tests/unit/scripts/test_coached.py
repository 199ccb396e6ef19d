"""The coach beside a sentence: what it names first, what it asks for, and what becomes of the gaps in its examples."""

from __future__ import annotations

import pytest

from bot.chat.message import Paragraph
from bot.coach import Advice, Good, Rule, advise_objective
from bot.dialogs.fields import Sentence
from bot.dialogs.script import Script
from bot.scripts.coached import Advise, coached
from bot.texts import T
from tests.talk import Talk

PRAISED = (Good.METRIC, Good.NUMBER, Good.TARGET, Good.SHORT)


def advises(example: str, rule: Rule = Rule.TASK, good: tuple[Good, ...] = ()) -> Advise:
    """A coach who always says the same, as long as nobody takes the advice."""
    return lambda words, lang: Advice(rule, good, example) if words.startswith("Publish") else None


def talk(advise: Advise, *, is_objective: bool = False, lang: str = "en", limit: int = 200) -> Talk:
    def script(facts: object, lang: str) -> Script[str]:
        label = T("label.title")
        field = Sentence(limit, least=3)
        return (yield from coached("title", field, T("edit.title"), advise, lang, label=label, is_objective=is_objective))

    return Talk(script, lang=lang)


def said(spoken: Talk) -> str:
    return "\n".join(block.plain() for block in spoken.message.blocks if isinstance(block, Paragraph))


def test_the_gap_in_an_example_is_asked_for_before_the_example_counts() -> None:
    spoken = talk(advises("Publish a cookbook so that __")).says("Publish a cookbook").picks("use")
    assert "Publish a cookbook so that [?]" in said(spoken)
    spoken.says("everybody cooks")
    assert spoken.result == "Publish a cookbook so that everybody cooks"


def test_whoever_types_the_whole_sentence_again_is_understood() -> None:
    spoken = talk(advises("Publish a cookbook so that __")).says("Publish a cookbook").picks("use")
    assert spoken.says("publish a cookbook so that dinner is fun").result == "publish a cookbook so that dinner is fun"


def test_an_example_typed_instead_of_tapped_has_the_same_gap() -> None:
    spoken = talk(advises("Publish it so that __")).says("Publish a cookbook", "Publish it so that __")
    assert "[?]" in said(spoken)


def test_gaps_for_two_numbers_are_left_for_the_questions_about_numbers() -> None:
    assert talk(advises("Raise NPS from __ to __")).says("Publish NPS").picks("use").result == "Raise NPS from __ to __"


def test_of_three_gaps_only_the_words_are_asked_for() -> None:
    spoken = talk(advises("Publish it, moving __ from __ to __")).says("Publish a cookbook").picks("use")
    assert "moving [?] from … to …" in said(spoken)
    assert spoken.says("orders").result == "Publish it, moving orders from __ to __"


def test_an_example_that_leaves_no_room_for_its_gap_is_not_offered() -> None:
    spoken = talk(advises("Publish it so that __"), limit=40).says("Publish a cookbook")
    assert "For example" not in said(spoken)
    assert spoken.picks("keep").result == "Publish a cookbook"


def test_the_most_telling_of_the_good_things_is_named() -> None:
    assert "The target is clear." in said(talk(advises("", Rule.TOO_LONG, PRAISED)).says("Publish it"))


@pytest.mark.parametrize("lang", ["en", "vi", "zh"])
@pytest.mark.parametrize("rule", [Rule.WISH, Rule.VAGUE, Rule.TASK, Rule.BUSINESS_AS_USUAL])
def test_an_objective_is_never_asked_for_a_number(rule: Rule, lang: str) -> None:
    about_objective = said(talk(advises("", rule), is_objective=True, lang=lang).says("Publish it"))
    about_key_result = said(talk(advises("", rule), lang=lang).says("Publish it"))
    assert about_objective != about_key_result
    for word in ("number", "con số", "数字"):
        assert word not in about_objective


def test_the_real_coach_fits_in() -> None:
    spoken = talk(advise_objective, is_objective=True).says("Publish a cookbook").picks("use").says("everybody cooks")
    assert spoken.result == "Publish a cookbook so that everybody cooks"
