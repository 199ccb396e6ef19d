"""Reading quiet hours: "22:00-7:00", "22h–7h", "22点到7点", "10pm to 7am", or none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time

from bot.chat.richtext import clean
from bot.dialogs.fields import picked
from bot.dialogs.script import Pick, Refusal, Reply, Tapped
from bot.dialogs.session import Json
from bot.folding import fold
from bot.texts import T, Text

Span = tuple[time, time]
NEVER: Span = (time(0, 0), time(0, 0))
"""Begin and end alike: no quiet hours."""
NOON = 12
_TIME = r"(\d{1,2})(?:(?::|h|点|時|时|g|gio)(\d{2})?)?(?:分)? ?(am|pm)?"
_HOURS = re.compile(rf"^(?:from|tu|从)? ?{_TIME} ?(?:-|–|—|~|to|until|till|den|到|至) ?{_TIME}$")


@dataclass(frozen=True, slots=True)
class Hours:
    """Two times of day, from and until; they may wrap midnight."""

    picks: tuple[Pick[Span], ...] = (
        Pick("usual", "20:00–08:00", (time(20), time(8))),
        Pick("late", "22:00–07:00", (time(22), time(7))),
        Pick("never", T("settings.no_quiet"), NEVER, also="also.none"),
    )
    reads_numbers: bool = False

    def read(self, reply: Reply, lang: str) -> Span | Refusal:
        pick = picked(self.picks, reply, lang, by_number=True, loosely=True)
        if pick is not None:
            return pick.value
        if isinstance(reply, Tapped):
            return Refusal(T("field.choice_gone"))
        span = read_hours(clean(reply.text, 60))
        return span if span is not None else Refusal(T("field.hours"))

    def dump(self, value: Span) -> Json:
        return [value[0].isoformat("minutes"), value[1].isoformat("minutes")]

    def load(self, stored: Json) -> Span | Refusal:
        try:
            begins, ends = stored
            return time.fromisoformat(begins), time.fromisoformat(ends)
        except (TypeError, ValueError):
            return Refusal(T("field.hours"))

    def display(self, value: Span) -> Text | str:
        return T("settings.no_quiet") if value[0] == value[1] else T("settings.from_until", begins=value[0], ends=value[1])


def read_hours(text: str) -> Span | None:
    """Two times of day, None when the text does not name them."""
    found = _HOURS.match(fold(text))
    if found is None:
        return None
    begins, ends = _time(found[1], found[2], found[3]), _time(found[4], found[5], found[6])
    return None if begins is None or ends is None else (begins, ends)


def _time(hours: str, minutes: str | None, half: str | None) -> time | None:
    hour = int(hours)
    if half is not None:
        if not 1 <= hour <= NOON:
            return None
        hour = hour % NOON + (NOON if half == "pm" else 0)
    if hour == 24 and not int(minutes or 0):
        hour = 0
    try:
        return time(hour, int(minutes or 0))
    except ValueError:
        return None
