"""A person's own settings."""

from __future__ import annotations

from dataclasses import replace

from bot.actions.cycles import today
from bot.actions.desk import Desk
from bot.actions.join import store_person
from bot.chat.intents import Intent, Wish
from bot.dialogs.session import Json
from bot.scripts.settings import SaveSettings
from bot.texts import T


def facts_for_settings(desk: Desk) -> dict[str, Json]:
    """What the script `settings` starts from."""
    person = desk.person
    is_away = person.away_until is not None and person.away_until >= today(desk)
    return {
        "locale": person.locale,
        "timezone": person.timezone,
        "quiet_from": person.quiet_from.isoformat("minutes"),
        "quiet_until": person.quiet_until.isoformat("minutes"),
        "away_until": person.away_until.isoformat() if is_away and person.away_until else "",
        "today": today(desk).isoformat(),
    }


def save_settings(desk: Desk, command: SaveSettings) -> None:
    """Store one setting and say what holds from now on."""
    person = desk.person
    match command.what:
        case "locale":
            store_person(desk, replace(person, locale=command.value))
            said = T("settings.language_is", language=T("language.own"))
        case "timezone":
            store_person(desk, replace(person, timezone=command.value))
            said = T("settings.timezone_is", zone=command.value)
        case "quiet":
            begins, ends = command.value
            store_person(desk, replace(person, quiet_from=begins, quiet_until=ends))
            said = T("settings.quiet_off") if begins == ends else T("settings.quiet_is", begins=begins, ends=ends)
        case _:
            store_person(desk, replace(person, away_until=command.value))
            said = T("settings.back_is") if command.value is None else T("settings.away_is", day=command.value)
    desk.say(said, buttons=(Intent(Wish.SETTINGS), Intent(Wish.HOME)))
