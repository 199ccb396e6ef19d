"""Where events are kept in these tests, and how that fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.chat.incoming import Incoming, Texted


@dataclass
class Inbox:
    """Stores by event id. `failures` are raised first, one for each attempt; `when_stored` is told of what is new."""

    events: dict[str, Incoming] = field(default_factory=dict)
    failures: list[Exception] = field(default_factory=list)
    attempts: int = 0
    when_stored: Callable[[Incoming], None] = lambda _: None

    async def accept(self, incoming: Incoming) -> bool:
        """`Intake.accept`."""
        self.attempts += 1
        if self.failures:
            raise self.failures.pop(0)
        is_new = incoming.event_id not in self.events
        self.events.setdefault(incoming.event_id, incoming)
        if is_new:
            self.when_stored(incoming)
        return is_new

    @property
    def texts(self) -> list[str]:
        """What was said, in the order it was stored."""
        return [one.body.text for one in self.events.values() if isinstance(one.body, Texted)]
