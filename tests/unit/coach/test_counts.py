from __future__ import annotations

import pytest

from bot.coach import CountAdvice, advise_key_result_count, advise_objective_count


@pytest.mark.parametrize(
    "count, advice",
    [
        (0, CountAdvice.FINE),
        (1, CountAdvice.FINE),
        (3, CountAdvice.FINE),
        (4, CountAdvice.HINT),
        (5, CountAdvice.HINT),
        (6, CountAdvice.BLOCK),
        (60, CountAdvice.BLOCK),
    ],
)
def test_three_objectives_are_fine_and_the_sixth_asks_twice(count: int, advice: CountAdvice) -> None:
    assert advise_objective_count(count) is advice


@pytest.mark.parametrize(
    "count, advice",
    [(0, CountAdvice.HINT), (1, CountAdvice.HINT), (2, CountAdvice.FINE), (5, CountAdvice.FINE), (6, CountAdvice.HINT)],
)
def test_two_to_five_key_results_are_fine(count: int, advice: CountAdvice) -> None:
    assert advise_key_result_count(count) is advice
