"""Choosing the bigger objective or key result that an objective serves: a list to pick from, words to search, or nothing."""

from __future__ import annotations

from dataclasses import dataclass

from bot.dialogs.fields import Chosen, Searchable, Searched
from bot.dialogs.script import Pick, Script, ask, digest, look_up
from bot.okr.objective import ServedKind, Serves
from bot.texts import T, Text

NONE = "none"


@dataclass(frozen=True, slots=True)
class Served:
    """What was chosen, with what to show of it."""

    name: str
    title: str
    owner: str

    @property
    def serves(self) -> Serves:
        return read_name(self.name)


def name_of(serves: Serves) -> str:
    """An option's name for something served: short enough for a button."""
    return f"{'o' if serves.kind is ServedKind.OBJECTIVE else 'k'}-{serves.id}"


def read_name(name: str) -> Serves:
    """The reverse of `name_of`."""
    return Serves(ServedKind.OBJECTIVE if name.startswith("o-") else ServedKind.KEY_RESULT, name[2:])


def choose_served(key: str, objective_id: str = "") -> Script[Served | None]:
    """Show candidates (the manager's first) until one is chosen or skipped; typed words search. `objective_id` is left out of the list."""
    words = ""
    first = ""
    for number in range(100):
        found = yield from look_up(f"{key}/found/{number}/{digest(words)}", "candidates", words=words, objective=objective_id)
        shown = [
            Pick(one["name"], one["title"], one["name"], T("write.serves_hint", who=one["owner"], team=one["team"]))
            for one in found
        ]
        own = f"{key}/{number}/{digest(words)}"
        choice = yield from ask(
            own,
            Searchable((*shown, Pick(NONE, T("write.serves_none"), NONE, also="also.skip"))),
            _question(words, has_found=bool(found)),
            label=None if first else T("label.serves"),
            amends=first,
        )
        first = first or own
        match choice:
            case Searched(typed):
                words = typed
            case Chosen(name) if name != NONE:
                one = next(one for one in found if one["name"] == name)
                return Served(name, one["title"], one["owner"])
            case _:
                return None
    return None


def _question(words: str, *, has_found: bool) -> Text:
    if not words:
        return T("write.serves") if has_found else T("write.serves_nothing_yet")
    return T("write.serves_found", words=words) if has_found else T("write.serves_not_found", words=words)
