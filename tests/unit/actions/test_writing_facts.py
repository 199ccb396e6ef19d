"""What a talk about a new objective starts from: how much its owner carries, and what stood there last quarter."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from bot.actions.write_objective import facts_for_writing
from bot.okr.objective import Objective
from bot.ports import PutObjective
from bot.scripts.write_objective import past_of
from tests.unit.actions.office import NOW, desk_of, key_result, objective, office, said

NEXT_QUARTER = NOW + timedelta(days=60)


async def test_the_key_results_of_the_quarter_before_come_along_with_where_they_ended() -> None:
    storage = office(objective("old", "an", "Khách hàng yêu dịch vụ", key_result("kr1"), key_result("kr2")), said("kr1", "42", 3))
    desk = await desk_of(storage, "an")
    desk.now = NEXT_QUARTER
    facts = await facts_for_writing(desk)
    assert (facts["count"], facts["owned"]) == (0, 0)
    past = past_of(facts["past"])
    assert [(one.sentence, one.measure.metric, one.latest) for one in past] == [
        ("NPS 30 → 50", "NPS", Decimal(42)),
        ("NPS 30 → 50", "NPS", None),
    ]


async def test_in_the_same_quarter_they_are_counted_instead() -> None:
    storage = office(objective("now", "an", "Khách hàng yêu dịch vụ", key_result("kr1"), key_result("kr2")))
    facts = await facts_for_writing(await desk_of(storage, "an"))
    assert (facts["count"], facts["owned"], facts["past"]) == (1, 2, [])


async def test_what_others_had_is_nobodys_history() -> None:
    change = objective("hers", "jie", "Everyone knows the brand", key_result("kr1"))
    assert isinstance(change, PutObjective)
    assert isinstance(change.objective, Objective)
    desk = await desk_of(office(change), "an")
    desk.now = NEXT_QUARTER
    assert (await facts_for_writing(desk))["past"] == []
