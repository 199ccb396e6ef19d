"""Getting in: strangers, invitations, people the admin has imported, and people who have left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from adapters.demo import INVITE_CODE, INVITE_TEAM
from adapters.stories.play import NOW
from adapters.stories.spoken import BACK, CHANGE, HELP, NEW
from adapters.stories.story import STRANGER, Meanwhile, Opens, Picks, Says, Story
from bot.okr.invites import hash_of
from bot.okr.people import Invite, PersonId, Role
from bot.ports import Change, PutInvite, PutPerson, Reading

USED_UP = "lantern-had-rooms-for-this-many"


async def _use_up(reading: Reading) -> Sequence[Change]:
    return (PutInvite(Invite(hash_of(USED_UP), INVITE_TEAM, Role.MEMBER, NOW + timedelta(days=30), 0)),)


async def _forget_having_joined(reading: Reading) -> Sequence[Change]:
    person = await reading.person(PersonId("an"))
    return () if person is None else (PutPerson(replace(person, joined_at=None, version=person.version + 1), person.version),)


async def _let_go(reading: Reading) -> Sequence[Change]:
    person = await reading.person(PersonId("an"))
    return () if person is None else (PutPerson(replace(person, left_at=NOW, version=person.version + 1), person.version),)


LANGUAGE = Picks(("en", "vi", "zh"))
NAME = ("Sam Lee", "Nguyễn Văn Sơn", "李山")

STORIES = (
    Story(
        "join",
        "A stranger gets in",
        STRANGER,
        (
            Opens(),
            Says(("What is this?", "Đây là gì vậy?", "这是什么？")),
            Says("wwwwwww-xxxxxxx-yyyyyyy-zzzzz"),
            Meanwhile("an invitation is used up", _use_up),
            Says(USED_UP),
            Says(INVITE_CODE),
            NEW,
            Says("Klingon"),
            CHANGE,
            BACK,
            LANGUAGE,
            Says("🙂"),
            Says(("A" * 81, "Ư" * 81, "山" * 81)),
            HELP,
            Says("Тhomas Wright"),
            Says("Mordor"),
            CHANGE,
            Picks("~keep"),
            Picks("Asia/Ho_Chi_Minh"),
            Says(NAME),
        ),
    ),
    Story(
        "join",
        "A link brings somebody the platform knows",
        STRANGER,
        (Opens(INVITE_CODE), LANGUAGE, CHANGE, Picks("~keep"), Picks("known"), Says(("Lisbon", "Lisbon", "里斯本"))),
        name="Alex Kim",
    ),
    Story(
        "join",
        "An imported person says hello",
        "an",
        (Meanwhile("the admin imports people", _forget_having_joined), Opens(), LANGUAGE, Picks("known"), Picks("Asia/Shanghai")),
    ),
    Story("join", "Somebody has left the company", "an", (Meanwhile("An leaves", _let_go), Opens())),
)
