"""Becoming known: an invitation code or an import makes a person, the first talk confirms who they are."""

from __future__ import annotations

from dataclasses import replace

from bot.actions.desk import Desk
from bot.actions.redo import Redo
from bot.actions.show_home import show_home
from bot.chat.incoming import Arrived, Texted
from bot.chat.richtext import clean
from bot.coach import guess_language
from bot.dialogs.session import Json
from bot.okr.invites import hash_of, looks_like_code
from bot.okr.lookalikes import imitates
from bot.okr.people import NAME_LIMIT, Account, Invite, Person, PersonId
from bot.ports import PutAccount, PutPerson, UseInvite
from bot.scripts.join import Join
from bot.texts import T

PUNCTUATION = ".,;:!?…。，；：！？\"'“”‘’()（）<>"
CODE_WITHIN = 400
"""Characters of a message that are looked through for a code."""
UNNAMED = "?"
"""A person let in by a code before the first question is answered."""


async def welcome_stranger(desk: Desk) -> Person | None:
    """Somebody we do not know. With a good invitation code they become a person (returned); otherwise they are told how to get in, and
    nothing about anybody who is in."""
    body = desk.incoming.body
    text = body.text if isinstance(body, Texted) else ""
    code = body.invite if isinstance(body, Arrived) else _code_in(text)
    if not code:
        desk.lang = guess_language(clean(text, 200), desk.lang) if text else desk.lang
        desk.say(T("join.stranger"))
        return None
    invite = await desk.reading.invite(hash_of(code))
    if invite is None or invite.uses_left < 1 or invite.expires_at <= desk.now:
        desk.say(T("join.bad_code"))
        return None
    return _let_in(desk, invite)


def _code_in(text: str) -> str:
    """The code in a line, with or without a command before it ("/start CODE")."""
    for candidate in (text, *(word.strip(PUNCTUATION) for word in text[:CODE_WITHIN].split())):
        if looks_like_code(candidate):
            return candidate
    return ""


def _let_in(desk: Desk, invite: Invite) -> Person:
    sender, place = desk.incoming.sender, desk.incoming.place
    name = clean(sender.name, NAME_LIMIT)
    person = Person(
        PersonId(desk.ids.new()),
        name if any(char.isalnum() for char in name) else UNNAMED,
        None,
        invite.team_id,
        invite.role,
        locale=desk.lang,
    )
    account = Account(sender.platform, sender.tenant, sender.user_id, person.id, place.chat_id if place.is_private else "")
    desk.change(UseInvite(invite.code_hash, desk.now), PutPerson(person), PutAccount(account))
    desk.became(person)
    return person


async def facts_for_joining(desk: Desk) -> dict[str, Json]:
    """What the script `join` starts from."""
    team = next((team for team in await desk.reading.teams() if team.id == desk.person.team_id), None)
    return {
        "name": "" if desk.person.name == UNNAMED else desk.person.name,
        "timezone": "" if desk.person.timezone == "UTC" else desk.person.timezone,
        "team": team.name if team else "",
    }


async def finish_joining(desk: Desk, command: Join) -> Redo | None:
    """Keep what was confirmed and show the way around. A name that only looks like a colleague's is asked again."""
    person = desk.person
    others = [one for one in await desk.reading.everybody() if one.id != person.id and one.is_active]
    if any(imitates(command.name, other.name) for other in others):
        return Redo("name", T("join.looks_like_another"))
    joined = replace(person, name=command.name, locale=command.locale, timezone=command.timezone, joined_at=desk.now)
    store_person(desk, joined)
    desk.say(T("join.done", name=joined.name))
    await show_home(desk)
    return None


def store_person(desk: Desk, person: Person) -> None:
    """Store a changed person and go on talking with them as they are now."""
    stored = desk.known.person
    desk.change(PutPerson(replace(person, version=stored.version + 1), stored.version) if stored else PutPerson(person))
    desk.became(person)
