"""The proofs can fail: every leak that is planted into the product is noticed by at least one check."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.anonymity.checks import CHECKS
from tests.anonymity.leaks import BENDS, LEAKS, Bend, Leak
from tests.anonymity.rules import RULES
from tests.anonymity.story import Bench, Story

pytestmark = pytest.mark.timeout(240)
"""The whole product is run many times; on a machine with other things to do that takes its time."""


@pytest.mark.promise("P6", "the proofs can fail: every planted leak is noticed")
@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.name)
async def test_a_planted_leak_is_noticed(
    leak: Leak, folder: Path, prepared_files: dict[str, Path], record_property: Callable[[str, object], None]
) -> None:
    bench = Bench(
        folder, leak.channel, lambda: prepared_files[leak.channel], plant=leak.plant, whole=Story(has_answer=leak.is_late)
    )
    caught_by = [check.name for check in CHECKS if check.name in leak.seen_by and await check.find(bench)]
    record_property("leak", f"{leak.name} → {', '.join(caught_by)}")
    assert set(caught_by) == set(leak.seen_by), f"{leak.name} is not noticed by all of {leak.seen_by}"


@pytest.mark.promise("P6", "the proofs can fail: every check notices some leak, and every rule that it is bent")
def test_every_check_can_fail() -> None:
    """All but whether notes arrive at all, which is no secret to keep."""
    assert {name for leak in LEAKS for name in leak.seen_by} == {check.name for check in CHECKS} - {"arrival"}
    assert {name for bend in BENDS for name in bend.asked} == {rule.name for rule in RULES}


@pytest.mark.promise("P6", "the proofs can fail: every planted leak is noticed")
@pytest.mark.parametrize("bend", BENDS, ids=lambda bend: bend.name)
async def test_a_bent_rule_is_noticed(bend: Bend, folder: Path, record_property: Callable[[str, object], None]) -> None:
    caught_by = []
    for rule in [rule for rule in RULES if rule.name in bend.asked]:
        with bend.plant():
            if await rule.find(folder / rule.name):
                caught_by.append(rule.name)
    record_property("leak", f"{bend.name} → {', '.join(caught_by)}")
    assert caught_by, f"nothing notices: {bend.name}"
