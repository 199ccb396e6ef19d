"""Getting to know each other: language, name and time zone, before anything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.chat.message import Tone
from bot.dialogs.fields import Choice, Sentence
from bot.dialogs.script import Pick, Script, ask
from bot.dialogs.session import Json
from bot.okr.people import NAME_LIMIT
from bot.scripts.zones import Zone, zone_picks
from bot.texts import T

LANGUAGE = Choice(
    (
        Pick("en", "English", "en", also="also.english"),
        Pick("vi", "Tiếng Việt", "vi", also="also.vietnamese"),
        Pick("zh", "中文", "zh", also="also.chinese"),
    )
)


@dataclass(frozen=True, slots=True)
class Join:
    """What a person has confirmed about themselves."""

    name: str
    locale: str
    timezone: str


def join(facts: Mapping[str, Json], lang: str) -> Script[Join]:
    """Facts: `name`, `timezone` (what is known so far, each may be ""), `team`, `organisation`.

    The answer under "locale" is the language the conversation goes on in.
    """
    locale = yield from ask("locale", LANGUAGE, T("join.locale"), label=T("label.locale"))
    known = str(facts["name"])
    picks = (Pick("known", known, known, tone=Tone.PRIMARY),) if known else ()
    name = yield from ask(
        "name",
        Sentence(NAME_LIMIT, picks=picks),
        T("join.name_known", name=known) if known else T("join.name"),
        before=(T("join.nice", team=facts["team"]),),
        label=T("label.name"),
    )
    zone = yield from ask("timezone", Zone(zone_picks(locale, str(facts["timezone"]))), T("join.timezone", name=name))
    return Join(name, locale, zone)
