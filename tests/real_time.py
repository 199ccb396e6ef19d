"""A fake platform's clock, brought to the time it is: for tests in which a real process with a real clock talks to it."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.hands import Hands


def now_in_step(hands: Hands) -> None:
    """Turn the hands to now. What is younger than the test takes to run needs no more."""
    hands.turn(datetime.now(UTC) - hands.now())
