"""The bar is for whoever looks at a terminal, and for nobody else."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from adapters.progress import counting


@pytest.mark.parametrize(("of", "shown"), [(4, "3 of 4 people"), (None, "3 people")])
def test_a_terminal_shows_how_far_it_is_and_is_clean_afterwards(of: int | None, shown: str) -> None:
    screen = io.StringIO()
    with counting(Console(file=screen, force_terminal=True, width=80)) as tell:
        tell(3, of)
    assert shown in screen.getvalue()
    assert screen.getvalue().endswith("\x1b[2K")  # the line is erased


def test_nothing_is_written_where_there_is_no_terminal() -> None:
    screen = io.StringIO()
    with counting(Console(file=screen)) as tell:
        tell(3, 4)
    assert screen.getvalue() == ""
