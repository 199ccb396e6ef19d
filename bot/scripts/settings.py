"""Settings: one thing at a time, each saved as soon as it is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from bot.dialogs.fields import Choice
from bot.dialogs.script import Pick, Script, ask
from bot.dialogs.session import Json
from bot.scripts.days import Day
from bot.scripts.hours import Hours
from bot.scripts.join import LANGUAGE
from bot.scripts.zones import Zone, zone_picks
from bot.texts import T


@dataclass(frozen=True, slots=True)
class SaveSettings:
    """One setting's new value: "locale" str, "timezone" str, "quiet" (time, time) or None, "away" date or None."""

    what: str
    value: Any


def settings(facts: Mapping[str, Json], lang: str) -> Script[SaveSettings | None]:
    """Facts: `locale`, `timezone`, `quiet_from`, `quiet_until` ("HH:MM"), `away_until` (ISO date or ""), `today` (ISO date)."""
    quiet_from, quiet_until = time.fromisoformat(str(facts["quiet_from"])), time.fromisoformat(str(facts["quiet_until"]))
    away = str(facts["away_until"])
    today = date.fromisoformat(str(facts["today"]))
    picks = (
        Pick("language", T("settings.language"), "locale", T("language.own")),
        Pick("zone", T("settings.timezone"), "timezone", str(facts["timezone"])),
        Pick("quiet", T("settings.quiet"), "quiet", _quiet(quiet_from, quiet_until)),
        Pick(
            "away",
            T("settings.away"),
            "away",
            T("settings.until", day=date.fromisoformat(away)) if away else T("settings.not_away"),
        ),
        Pick("done", T("settings.done"), "", also="also.done"),
    )
    what = yield from ask("what", Choice(picks), T("settings.what"))
    match what:
        case "locale":
            return SaveSettings(what, (yield from ask("locale", LANGUAGE, T("settings.which_language"))))
        case "timezone":
            zones = zone_picks(str(facts["locale"]), str(facts["timezone"]))
            return SaveSettings(what, (yield from ask("timezone", Zone(zones), T("settings.which_timezone"))))
        case "quiet":
            return SaveSettings(what, (yield from ask("quiet", Hours(), T("settings.which_hours"))))
        case "away":
            return SaveSettings(what, (yield from ask("away", Day(today, is_away=bool(away)), T("settings.which_day"))))
    return None


def _quiet(begins: time, ends: time) -> Any:
    return T("settings.no_quiet") if begins == ends else T("settings.from_until", begins=begins, ends=ends)
