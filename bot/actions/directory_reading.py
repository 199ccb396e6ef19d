"""A directory as it came → one we can plan with: names without tricks, addresses that are addresses, everybody once. Pure; never raises."""

from __future__ import annotations

from dataclasses import replace

from bot.actions.import_rows import read_email, zones
from bot.chat.richtext import clean
from bot.okr.directory import Department, Directory, Entry
from bot.okr.people import LANGUAGES, NAME_LIMIT

TITLE_LIMIT = 120
ID_LIMIT = 200


def tidied(directory: Directory) -> Directory:
    """The directory with every value as we keep it. Of two entries or departments with one id, the first counts."""
    entries: dict[str, Entry] = {}
    for entry in directory.entries:
        if 0 < len(entry.user_id) <= ID_LIMIT:
            entries.setdefault(entry.user_id, _entry(entry))
    departments: dict[str, Department] = {}
    for department in directory.departments:
        if 0 < len(department.id) <= ID_LIMIT:
            departments.setdefault(department.id, replace(department, name=_team_name(department)))
    return replace(
        directory,
        entries=tuple(entries.values()),
        departments=tuple(departments.values()),
        gone=directory.gone - entries.keys(),
        aside=directory.aside - entries.keys() - directory.gone,
        name=_line(directory.name, NAME_LIMIT).replace("/", "-"),
    )


def _entry(entry: Entry) -> Entry:
    email, _ = read_email(entry.email) if entry.email else ("", "")
    name = _line(entry.name, NAME_LIMIT)
    if not any(char.isalnum() for char in name):
        name = email.partition("@")[0][:NAME_LIMIT] or _line(entry.user_id, NAME_LIMIT)
    language = entry.locale.replace("_", "-").partition("-")[0].casefold()
    return replace(
        entry,
        name=name,
        email=email,
        title=_line(entry.title, TITLE_LIMIT),
        locale=language if language in LANGUAGES else "",
        timezone=zones().get(entry.timezone.casefold(), ""),
    )


def _team_name(department: Department) -> str:
    # A slash would read like one more team on the way down.
    name = _line(department.name.replace("/", "-").replace("／", "-"), NAME_LIMIT)
    return name if any(char.isalnum() for char in name) else department.id[:NAME_LIMIT]


def _line(text: str, limit: int) -> str:
    return " ".join(clean(text[: limit * 4], limit).split())
