"""How often something that failed is tried again, after how long, and when it is given up. Pure: chance comes in as a number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

BUGS = (TypeError, AttributeError, LookupError, NameError, AssertionError, NotImplementedError, RecursionError, UnicodeError)
"""What a mistake in a program raises. Waiting for hours cures a network, never a mistake."""


@dataclass(frozen=True, slots=True)
class Patience:
    """The law of trying again.

    After failure number n the wait is drawn evenly from 0 … min(`first` × `factor` ** (n − 1), `longest`): exponential backoff
    with full jitter, so that what failed together does not come back together.

    It is over after `attempts` failures, but never before `age` has passed: luck with the draws must not use up the attempts
    while a platform is down for an hour. A mistake of the program (`bugs`) is over after `bug_attempts`, because it holds up
    everything behind it.
    """

    first: timedelta
    factor: float
    longest: timedelta
    attempts: int
    age: timedelta
    bug_attempts: int
    bugs: tuple[type[Exception], ...] = BUGS

    def wait(self, failures: int, draw: float) -> timedelta:
        """How long to wait after so many failures (1, 2, …); `draw` is a random number from [0, 1)."""
        # The exponent is bounded and the sum done in floats: thousands of failures must not overflow a timedelta.
        ceiling = min(self.first.total_seconds() * self.factor ** min(failures - 1, 60), self.longest.total_seconds())
        return timedelta(seconds=ceiling * draw)

    def is_over(self, failures: int, age: timedelta, error: BaseException) -> bool:
        """Whether to give up after so many failures, the last one being `error`."""
        if isinstance(error, self.bugs):
            return failures >= self.bug_attempts
        return failures >= self.attempts and age >= self.age


DELIVERY = Patience(
    first=timedelta(seconds=1), factor=3, longest=timedelta(hours=3), attempts=12, age=timedelta(days=1), bug_attempts=5
)
"""Messages: 1, 3, 9, 27 s … up to 3 h; at least twelve attempts and a whole day. A mistake holds a chat up for 40 s at most."""

TURNS = Patience(
    first=timedelta(seconds=0.2),
    factor=3,
    longest=timedelta(seconds=30),
    attempts=12,
    age=timedelta(minutes=2),
    bug_attempts=4,
    bugs=(*BUGS, ValueError, ArithmeticError),
)
"""Events: somebody waits for the answer, so the waits are short: 0.2, 0.6, 1.8 s … up to 30 s. A storage that is away for longer loses
nothing: an event cannot be given up without it. No platform is asked here, so a ValueError is a mistake, too."""
