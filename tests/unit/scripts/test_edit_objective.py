"""Changing an objective part by part: what is listed as changed, and what comes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.chat.message import Choices, Paragraph
from bot.scripts.edit_objective import ReviseObjective, edit_objective
from tests.talk import Talk

FACTS: dict[str, Any] = {
    "objective_id": "obj",
    "is_draft": False,
    "title": "Every family trusts us",
    "why": "Trust brings them back",
    "ambition": "committed",
    "served_title": "",
    "key_results": [
        {
            "id": one,
            "sentence": f"{one} from 30 to 50",
            "metric": one,
            "baseline": "30",
            "target": "50",
            "unit": "",
            "direction": "increase",
            "start_confidence": 5,
        }
        for one in ("nps", "orders")
    ],
    "fresh_ids": ["fresh1", "fresh2"],
}


def said(spoken: Talk) -> str:
    return "\n".join(block.plain() for block in spoken.message.blocks if isinstance(block, Paragraph))


def test_a_part_changed_twice_is_listed_as_it_is_now() -> None:
    spoken = Talk(edit_objective, FACTS).picks("why", "skip", "why").says("They come every week")
    assert "left empty" not in said(spoken)
    assert said(spoken).count("Why →") == 1
    assert replace(spoken.picks("done").says("clearer now").picks("save").result, originals=()) == ReviseObjective(
        "obj", "clearer now", why="They come every week"
    )


def test_a_key_result_added_and_taken_away_again_leaves_nothing_to_say() -> None:
    spoken = Talk(edit_objective, FACTS).picks("add").says("Churn from 9 to 4").picks("right", "skip")
    assert "Churn" in said(spoken)
    spoken.picks("kr:fresh1", "remove")
    assert "Churn" not in said(spoken)
    assert spoken.picks("done").result is None


def test_a_key_result_of_old_that_is_taken_away_is_listed() -> None:
    spoken = Talk(edit_objective, FACTS).picks("kr:nps", "remove")
    assert "Taken away: nps from 30 to 50" in said(spoken)
    revision = spoken.picks("done").says("one is enough").picks("save").result
    assert revision.removed == ("nps",)


def test_the_last_key_result_cannot_be_taken_away() -> None:
    spoken = Talk(edit_objective, FACTS).picks("kr:nps", "remove", "kr:orders")
    (choices,) = [block for block in spoken.message.blocks if isinstance(block, Choices)]
    assert [option.label for option in choices.options] == ["Its words", "Its numbers"]


def test_new_words_for_a_key_result_bring_its_numbers_along() -> None:
    spoken = Talk(edit_objective, FACTS).picks("kr:nps", "sentence").says("NPS from 31 to 60").picks("right")
    (changed,) = spoken.picks("done").says("more ambitious").picks("save").result.key_results
    assert (changed.sentence, str(changed.measure.target)) == ("NPS from 31 to 60", "60")


def test_what_was_changed_is_seen_together_with_the_other_key_results() -> None:
    spoken = Talk(edit_objective, FACTS).picks("kr:orders", "sentence").says("NPS from 40 to 60").picks("right")
    spoken.picks("done").says("one measure is enough")
    assert "2 of 2 key results count the same thing: NPS" in said(spoken).replace("nps", "NPS")


def test_a_new_why_calls_for_no_look_at_the_key_results() -> None:
    facts = FACTS | {"key_results": FACTS["key_results"][:1]}
    spoken = Talk(edit_objective, facts).picks("why", "skip", "done").says("not needed")
    assert "key result" not in said(spoken)
