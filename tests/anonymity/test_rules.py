"""The rules of the relay hold, over real files and with everything random from a seed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.anon.audience import audiences_of
from tests.anonymity.rules import RULES, Rule, broken_floors, company_of

pytestmark = pytest.mark.timeout(240)
"""The whole product is run many times; on a machine with other things to do that takes its time."""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
async def test_the_rule_holds(rule: Rule, folder: Path, record_property: Callable[[str, object], None]) -> None:
    said = " ".join((rule.find.__doc__ or "").split(": ", 1)[-1].split())
    record_property("promise", f"{rule.promise} · {rule.name}: {said}")
    assert await rule.find(folder) == []


@pytest.mark.promise("P9", "audience floor: the same in whatever organisation can be thought of.")
@given(st.integers(min_value=0))
def test_no_organisation_breaks_the_floor(seed: int) -> None:
    assert broken_floors(*company_of(seed)) == []


def test_the_organisations_tried_have_labels_to_look_at() -> None:
    labels = [len(audiences_of(*company_of(seed)).by_unit) for seed in range(400)]
    assert sum(labels) > 300
    assert sum(one > 1 for one in labels) > 50
