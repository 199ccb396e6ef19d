"""Group chats: a group that belongs to a team shows its board; everything else happens in private."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.actions.converse import converse
from bot.chat.incoming import Body, Incoming, Picked, Place, Sender, Texted
from bot.chat.intents import Intent, Wish, read_intent
from bot.chat.message import Audience, Message
from bot.okr.people import LANGUAGES, Role, Team, TeamId
from bot.ports import Deps, PutPerson, PutTeam, PutTeamPlace
from tests.fakes import MemoryStorage
from tests.hands import Hands
from tests.unit.actions.office import NOW, PEOPLE, Dice, bars, called, key_result, objective, office, tokens

GROUP = Place("web", "test", "the-group", is_private=False)
OTHER = Place("web", "test", "another-group", is_private=False)
MARKETING, PRODUCT = TeamId("marketing"), TeamId("product")


class Group:
    """A group chat in which anybody may speak."""

    def __init__(self, *bound: TeamId, place: Place = GROUP, objectives: int = 1) -> None:
        self.storage: MemoryStorage = office(
            *(objective(f"an{number}", "an", f"Mục tiêu {number}", key_result(f"k{number}")) for number in range(objectives)),
            objective("mei1", "mei", "让客户爱上我们"),
            called("k0", 2, objective_id="an0"),
            *(PutTeamPlace(one, GROUP) for one in bound),
        )
        self.place = place
        self._events = 0

    async def hears(self, by: str, *words: str) -> Sequence[Message]:
        """What is answered to somebody's words."""
        return [message for typed in words for message in await self.does(by, Texted(typed))]

    async def does(self, by: str, body: Body) -> Sequence[Message]:
        """What is answered to whatever somebody does."""
        self._events += 1
        known = len(self.storage.messages)
        incoming = Incoming(f"event-{self._events}", Sender("web", "test", by), self.place, NOW, body)
        await converse(incoming, Deps(self.storage.reading, self.storage.work, Hands(NOW), Dice()))
        return self.storage.messages[known:]

    async def says(self, by: str, words: str) -> str:
        """The one answer to somebody's words, as text."""
        (message,) = await self.hears(by, words)
        assert message.audience is Audience.GROUP
        return message.plain()

    def team(self) -> TeamId | None:
        """The team the group belongs to now."""
        return next((team for team, place in self.storage.rows.team_places.items() if place == self.place), None)


# --- whose group it is -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "team"),
    [
        ("/here", "marketing"),
        ("/here Marketing", "marketing"),
        ("/here@laban_bot marketing", "marketing"),
        ("/HERE Lotus/Marketing", "marketing"),
        ("/okr here", "marketing"),
        ("/ở đây", "marketing"),
        ("/ở đây thuong hieu", "brand"),
        ("/这里 Marketing", "marketing"),
        ("This group is Marketing", "marketing"),
        ("this group belongs to marketing", "marketing"),
        ("Nhóm này là thuong hieu", "brand"),
        ("这里是Marketing", "marketing"),
        ("绑定 Marketing", "marketing"),
    ],
)
async def test_whoever_leads_a_team_makes_a_group_its_own(typed: str, team: str) -> None:
    group = Group()
    assert "This group belongs to" in await group.says("jie", typed)
    assert group.team() == team


@pytest.mark.parametrize("typed", ["here", "ở đây", "这里", "we meet here at nine", "here we go", "这里是", "this group is"])
async def test_only_a_command_or_a_whole_sentence_binds_a_group(typed: str) -> None:
    group = Group()
    assert await group.hears("jie", typed) == []
    assert group.team() is None


async def test_an_admin_and_the_lead_above_may_do_it_too() -> None:
    group = Group()
    an = next(one for one in PEOPLE if one.id == "an")
    group.storage.apply([PutPerson(replace(an, role=Role.ADMIN, version=2), 1)])
    await group.hears("an", "/here Product")
    assert group.team() == "product"
    await group.hears("mei", "/here Marketing")
    assert group.team() == "marketing"


@pytest.mark.parametrize(
    ("by", "typed"), [("an", "/here"), ("linh", "/here Marketing"), ("jie", "/here Lotus"), ("jie", "/here Product")]
)
async def test_whoever_does_not_lead_the_team_is_kindly_refused(by: str, typed: str) -> None:
    group = Group()
    text = await group.says(by, typed)
    assert "/here " in text
    assert "quản lý của" in text or "whoever leads" in text
    assert group.team() is None


async def test_a_stranger_is_asked_to_say_hello_first() -> None:
    group = Group()
    assert (await group.says("nobody", "/here Marketing")).startswith("We haven't met yet")
    assert group.team() is None


async def test_an_unknown_or_ambiguous_team_is_said_to_be_so() -> None:
    group = Group()
    group.storage.apply([PutTeam(Team(TeamId("m2"), "Marketing", "Lotus/Product/Marketing", PRODUCT))])
    assert "no team called “Sales”" in await group.says("jie", "/here Sales")
    assert "more than one team" in await group.says("jie", "/here marketing")
    assert group.team() is None


async def test_a_group_can_be_given_up_by_whoever_leads_its_team() -> None:
    group = Group(MARKETING)
    assert "quản lý của" in await group.says("an", "/here off")
    assert group.team() == MARKETING
    assert "no longer come here" in await group.says("jie", "/here off")
    assert group.team() is None
    assert "belongs to no team yet" in await group.says("jie", "/here OFF")


@pytest.mark.parametrize("typed", ["/here off", "/ở đây tắt", "/这里 关闭"])
async def test_giving_up_is_understood_in_every_language(typed: str) -> None:
    group = Group(MARKETING)
    await group.hears("jie", typed)
    assert group.team() is None


async def test_nobody_takes_a_group_from_a_team_they_do_not_lead() -> None:
    group = Group(PRODUCT)
    assert "belongs to Product" in await group.says("jie", "/here")
    assert group.team() == PRODUCT
    await group.hears("mei", "/here Marketing")
    assert group.storage.rows.team_places == {MARKETING: GROUP}


async def test_a_team_has_one_group_the_one_named_last() -> None:
    group = Group(MARKETING, place=OTHER)
    await group.hears("jie", "/here")
    assert group.storage.rows.team_places == {MARKETING: OTHER}


async def test_in_private_it_is_said_where_the_word_belongs() -> None:
    group = Group(place=Place("web", "test", "chat-jie"))
    (message,) = await group.hears("jie", "/here Marketing")
    assert "group chats" in message.plain()
    assert group.storage.rows.team_places == {}


# --- its board -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["status", "/status", "/status@laban_bot", "bảng", "看板", "status team", "status Marketing"])
@pytest.mark.parametrize("by", ["jie", "an", "mei", "nobody"])
async def test_the_board_of_the_groups_team_is_shown_to_whoever_asks_in_the_leads_language(by: str, typed: str) -> None:
    (message,) = await Group(MARKETING).hears(by, typed)
    assert message.plain().startswith("Marketing · week 8 of 14\n")
    assert [bar.label for bar in bars(message)] == ["1. Mục tiêu 0 · Phạm An"]
    assert "Open calls (1)" in message.plain()
    assert (message.lang, message.audience, tokens(message)) == ("en", Audience.GROUP, [])


@pytest.mark.parametrize(
    "typed", ["status me", "status company", "status Product", "new", "/checkin", "help!", "settings", "home"]
)
async def test_everything_else_is_pointed_to_private_chat(typed: str) -> None:
    assert "in private" in await Group(MARKETING).says("jie", typed)


async def test_a_group_of_nobodys_points_to_private_chat() -> None:
    assert "in private" in await Group().says("jie", "status")


async def test_just_talking_is_not_answered() -> None:
    assert await Group(MARKETING).hears("jie", "good morning everybody", "how is the board?") == []


async def test_whoever_has_left_gets_nothing_to_see() -> None:
    group = Group(MARKETING)
    an = next(one for one in PEOPLE if one.id == "an")
    group.storage.apply([PutPerson(replace(an, left_at=NOW, version=2), 1)])
    assert await group.hears("an", "status", "/here off") == []


async def test_a_long_board_is_paged_in_the_group_by_button_and_by_word() -> None:
    group = Group(MARKETING, objectives=10)
    (first,) = await group.hears("an", "status")
    assert "page 1 of 2" in first.plain()
    assert tokens(first) == ["d.status.team:marketing~2"]
    (pressed,) = await group.does("jie", Picked(tokens(first)[0]))
    (typed,) = await group.hears("jie", "status Lotus/Marketing~2")
    assert pressed == typed
    assert [bar.label for bar in bars(pressed)] == ["9. Mục tiêu 8 · Phạm An", "10. Mục tiêu 9 · Phạm An"]


@pytest.mark.parametrize("token", ["d.home.", "d.decide.call:dead", "nonsense", "d.later_release."])
async def test_other_buttons_do_nothing_in_a_group(token: str) -> None:
    assert await Group(MARKETING).does("jie", Picked(token)) == []


async def test_a_team_without_objectives_says_so() -> None:
    (message,) = await Group(PRODUCT).hears("jie", "status")
    assert "还没有目标" in message.plain()
    assert message.audience is Audience.GROUP


# --- the word itself -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("word", ["/here", "/ở đây", "/这里", "/Ở ĐÂY"])
def test_the_command_is_read_with_or_without_a_team(word: str, lang: str) -> None:
    named = {"en": "Marketing", "vi": "Tiếp thị", "zh": "市场部"}[lang]
    assert read_intent(word) == Intent(Wish.HERE)
    assert read_intent(f"{word}  {named} ") == Intent(Wish.HERE, named)
