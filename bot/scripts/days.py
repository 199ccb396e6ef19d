"""Reading the last day of an absence: a date, a weekday, "tomorrow", "3 days", in three languages; or not away at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from bot.chat.richtext import clean
from bot.dialogs.fields import picked
from bot.dialogs.script import Pick, Refusal, Reply, Tapped
from bot.dialogs.session import Json
from bot.folding import fold
from bot.texts import T, Text

LONGEST = timedelta(days=366)
_WEEKDAYS = {
    0: "monday|mon|thứ hai|thứ 2|t2|周一|星期一|礼拜一",
    1: "tuesday|tue|thứ ba|thứ 3|t3|周二|星期二|礼拜二",
    2: "wednesday|wed|thứ tư|thứ 4|t4|周三|星期三|礼拜三",
    3: "thursday|thu|thứ năm|thứ 5|t5|周四|星期四|礼拜四",
    4: "friday|fri|thứ sáu|thứ 6|t6|周五|星期五|礼拜五",
    5: "saturday|sat|thứ bảy|thứ 7|t7|周六|星期六|礼拜六",
    6: "sunday|sun|chủ nhật|cn|周日|周天|星期日|星期天|礼拜天",
}
_BY_WEEKDAY = {fold(name): number for number, names in _WEEKDAYS.items() for name in names.split("|")}
_NEXT = re.compile(r"^(?:next |下(?:个)?)(.+)$|^(.+) (?:tuan sau|toi)$")
_RELATIVE = {
    "today": 0,
    "hom nay": 0,
    "今天": 0,
    "tomorrow": 1,
    "ngay mai": 1,
    "mai": 1,
    "明天": 1,
    "后天": 2,
    "ngay kia": 2,
    "ngay mot": 2,
}
_COUNT = re.compile(r"^(?:in |for |trong )?(\d{1,3}) ?(days?|weeks?|ngay|tuan|天|周|个星期|星期)(?: nua|后)?$")
_ISO = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")
_DAY_MONTH = re.compile(r"^(?:ngay )?(\d{1,2})(?:[-/.]| thang )(\d{1,2})(?:[-/.](\d{4}|\d{2}))?$")
_HAN = re.compile(r"^(\d{1,2})月(\d{1,2})(?:日|号)?$")
_MONTHS = {
    name: number
    for number, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
_NAMED = re.compile(r"^(?:(\d{1,2})(?:st|nd|rd|th)? ([a-z]{3})[a-z]*|([a-z]{3})[a-z]* (\d{1,2})(?:st|nd|rd|th)?)(?:,? (\d{4}))?$")


@dataclass(frozen=True, slots=True)
class Day:
    """A day from `today` on, within a year; None is "not away"."""

    today: date
    is_away: bool = False
    reads_numbers: bool = False

    @property
    def picks(self) -> tuple[Pick[date | None], ...]:
        back: tuple[Pick[date | None], ...] = (Pick("back", T("settings.back_again"), None, also="also.none"),)
        friday = self.today + timedelta(days=(4 - self.today.weekday()) % 7)
        offered = dict.fromkeys((self.today, friday, friday + timedelta(days=7)))
        days: tuple[Pick[date | None], ...] = tuple(Pick(day.isoformat(), T("settings.until", day=day), day) for day in offered)
        return (*(back if self.is_away else ()), *days)

    def read(self, reply: Reply, lang: str) -> date | Refusal | None:
        pick = picked(self.picks, reply, lang, by_number=True, loosely=False)
        if pick is not None:
            return pick.value
        if isinstance(reply, Tapped):
            return Refusal(T("field.choice_gone"))
        day = read_day(clean(reply.text, 60), self.today)
        return Refusal(T("field.day")) if day is None else self._checked(day)

    def _checked(self, day: date) -> date | Refusal:
        if day < self.today:
            return Refusal(T("field.day_past"))
        return day if day - self.today <= LONGEST else Refusal(T("field.day_far"))

    def dump(self, value: date | None) -> Json:
        return None if value is None else value.isoformat()

    def load(self, stored: Json) -> date | Refusal | None:
        if stored is None:
            return None
        try:
            return self._checked(date.fromisoformat(stored))
        except (TypeError, ValueError):
            return Refusal(T("field.day"))

    def display(self, value: date | None) -> Text | str:
        return T("settings.not_away") if value is None else T("settings.until", day=value)


def read_day(text: str, today: date) -> date | None:
    """The day a text names, seen from `today`; None when it names none. Day comes before month, as in Vietnam, Britain and most of the world."""
    said = fold(text)
    for prefix in ("until ", "till ", "den ", "toi ", "到", "至"):
        said = said.removeprefix(prefix)
    said = said.removesuffix("为止").strip()
    if said in _RELATIVE:
        return today + timedelta(days=_RELATIVE[said])
    if said in _BY_WEEKDAY:
        return today + timedelta(days=(_BY_WEEKDAY[said] - today.weekday()) % 7)
    if (found := _NEXT.match(said)) and (name := (found[1] or found[2]).strip()) in _BY_WEEKDAY:
        return today + timedelta(days=7 - today.weekday() + _BY_WEEKDAY[name])
    if found := _COUNT.match(said):
        is_week = found[2].startswith(("week", "tuan", "周", "个星期", "星期"))
        return today + timedelta(days=int(found[1]) * (7 if is_week else 1))
    return _calendar_day(said, today)


def _calendar_day(said: str, today: date) -> date | None:
    if found := _ISO.match(said):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    if found := _HAN.match(said):
        return _coming(int(found[1]), int(found[2]), today)
    if found := _DAY_MONTH.match(said):
        if found[3] is None:
            return _coming(int(found[2]), int(found[1]), today)
        year = int(found[3]) + (2000 if len(found[3]) == 2 else 0)
        return _date(year, int(found[2]), int(found[1]))
    if found := _NAMED.match(said):
        month = _MONTHS.get(found[2] or found[3])
        if month is not None:
            number = int(found[1] or found[4])
            return _date(int(found[5]), month, number) if found[5] else _coming(month, number, today)
    return None


def _coming(month: int, number: int, today: date) -> date | None:
    """The next such day: this year's, or next year's when this year's has passed."""
    this_year = _date(today.year, month, number)
    return this_year if this_year is not None and this_year >= today else _date(today.year + 1, month, number)


def _date(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None
