"""Where answers go that one person alone sees in a channel: Slack gives an address for each thing somebody does, good for a little while.

They live in memory only. After a restart the answer takes another way, see the messenger; nothing is lost but the neatness.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.chat.incoming import Place
from bot.ports import Clock

LIFE: Final = timedelta(minutes=29)
USES: Final = 5
"""docs.slack.dev, "Handling user interaction": up to five answers within thirty minutes."""
REMEMBERED: Final = 10_000


@dataclass(slots=True)
class _Hook:
    url: str
    until: datetime
    uses: int = 0


class Hooks:
    """The newest address for each place of one person's."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._hooks: OrderedDict[str, _Hook] = OrderedDict()

    def keep(self, place: Place, url: str) -> None:
        """From now on answers there go by this."""
        self._hooks[place.lane] = _Hook(url, self._clock.now() + LIFE)
        self._hooks.move_to_end(place.lane)
        while len(self._hooks) > REMEMBERED:
            self._hooks.popitem(last=False)

    def take(self, place: Place) -> str:
        """An address for one answer; "" when there is none that is good."""
        hook = self._hooks.get(place.lane)
        if hook is None or hook.until <= self._clock.now() or hook.uses >= USES:
            self._hooks.pop(place.lane, None)
            return ""
        hook.uses += 1
        return hook.url
