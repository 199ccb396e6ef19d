"""Reading a time zone as people name it: by zone name, by city in any of our languages, or by its distance from UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from zoneinfo import available_timezones

from bot.chat.richtext import clean
from bot.dialogs.fields import picked
from bot.dialogs.script import Pick, Refusal, Reply, Tapped
from bot.dialogs.session import Json
from bot.folding import fold
from bot.okr.people import LANGUAGES
from bot.texts import LOCALES, T, Text

USUAL = {"en": "Europe/London", "vi": "Asia/Ho_Chi_Minh", "zh": "Asia/Shanghai"}
# Cities people name that have no zone of their own, or whose zone bears an older name.
_CITIES = {
    "Asia/Ho_Chi_Minh": "hà nội|hanoi|ha noi|sài gòn|saigon|hcm|tp hcm|tphcm|hồ chí minh|"
    "đà nẵng|cần thơ|hải phòng|việt nam|vietnam|vn|河内|胡志明市|胡志明|西贡|越南",
    "Asia/Shanghai": "beijing|bắc kinh|thượng hải|shenzhen|guangzhou|hangzhou|chengdu|"
    "thâm quyến|quảng châu|trung quốc|china|cn|prc|北京|上海|深圳|广州|杭州|成都|中国",
    "Asia/Taipei": "đài bắc|taiwan|台北|台湾",
    "Asia/Hong_Kong": "hồng kông|hk|香港",
    "Europe/London": "uk|england|luân đôn|anh|伦敦|英国",
    "America/New_York": "nyc|boston|washington|miami|eastern|us east|纽约",
    "America/Los_Angeles": "la|san francisco|sf|seattle|silicon valley|pacific|旧金山|洛杉矶",
    "Asia/Tokyo": "japan|nhật bản|日本|东京",
    "Asia/Seoul": "korea|hàn quốc|韩国|首尔",
    "Asia/Kolkata": "india|delhi|mumbai|bangalore|bengaluru|ấn độ|印度|孟买",
    "UTC": "utc|gmt|z|zulu",
}
_OFFSET = re.compile(r"^(?:utc|gmt)? ?([+-]) ?(\d{1,2})(?::?(00))?$")
# Etc/GMT-7 is seven hours EAST of Greenwich (POSIX sign); for the offsets most of our people live in, a place reads better.
_BY_OFFSET = {7: "Asia/Ho_Chi_Minh", 8: "Asia/Shanghai", 9: "Asia/Tokyo", 0: "UTC"}
FURTHEST_EAST = 14
FURTHEST_WEST = -12


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone's name from the IANA database."""

    picks: tuple[Pick[str], ...] = ()
    reads_numbers: bool = False

    def read(self, reply: Reply, lang: str) -> str | Refusal:
        pick = picked(self.picks, reply, lang, by_number=True, loosely=True)
        if pick is not None:
            return pick.value
        if isinstance(reply, Tapped):
            return Refusal(T("field.choice_gone"))
        named = read_zone(clean(reply.text, 80))
        return named if named is not None else Refusal(T("field.timezone"))

    def dump(self, value: str) -> Json:
        return value

    def load(self, stored: Json) -> str | Refusal:
        return stored if isinstance(stored, str) and stored in _zones() else Refusal(T("field.timezone"))

    def display(self, value: str) -> Text | str:
        return value


def zone_picks(lang: str, known: str) -> tuple[Pick[str], ...]:
    """The zones worth offering: the known one first, then those our languages are mostly spoken in."""
    names = dict.fromkeys(name for name in (known, USUAL[lang], *USUAL.values(), "Asia/Singapore") if name)
    return tuple(Pick(name, _spoken(name, lang), name, name) for name in names)


def read_zone(text: str) -> str | None:
    """The zone that a text names, None when there is none such."""
    said = fold(text)
    if not said:
        return None
    offset = _OFFSET.match(said)
    if offset is not None:
        hours = int(offset[2]) * (1 if offset[1] == "+" else -1)
        if not FURTHEST_WEST <= hours <= FURTHEST_EAST:
            return None
        return _BY_OFFSET.get(hours) or f"Etc/GMT{-hours:+d}"
    return _by_name().get(said) or _by_name().get(said.replace("_", " "))


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def _by_name() -> dict[str, str]:
    """Everything a zone may be called, folded. Exact names and our own list win over names another zone shares."""
    from babel import Locale, core  # noqa: PLC0415 costs 40 ms; only needed when somebody types a zone

    newer = core.get_global("zone_aliases")
    names: dict[str, str] = {}
    for zone in sorted(_zones()):
        names.setdefault(fold(zone.rsplit("/", 1)[-1].replace("_", " ")), newer.get(zone, zone))
    for lang in LANGUAGES:
        for zone, info in Locale.parse(LOCALES[lang]).time_zones.items():
            if zone in _zones() and "city" in info:
                names[fold(info["city"])] = newer.get(zone, zone)
    for zone in _zones():
        names[fold(zone)] = zone
    for zone, listed in _CITIES.items():
        for name in listed.split("|"):
            names[fold(name)] = zone
    return names


def _spoken(zone: str, lang: str) -> str:
    """The zone's city in a language: "Hà Nội" people read "Giờ TP Hồ Chí Minh" quicker than "Asia/Ho_Chi_Minh"."""
    from babel import Locale, core  # noqa: PLC0415 see _by_name

    cities = Locale.parse(LOCALES[lang]).time_zones
    # CLDR keeps the oldest name of a zone: what is Asia/Ho_Chi_Minh today is Asia/Saigon there.
    names = (zone, *(older for older, newer in core.get_global("zone_aliases").items() if newer == zone))
    city = next((cities[name]["city"] for name in names if "city" in cities.get(name, {})), "")
    return city or zone.rsplit("/", 1)[-1].replace("_", " ")
