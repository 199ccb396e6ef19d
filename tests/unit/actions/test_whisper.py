"""What is said in a group for us alone: shown there to one person, or gone on with in private."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.actions.converse import converse
from bot.chat import incoming as incomings
from bot.chat.incoming import Body, Incoming, Picked, Place, PointedAt, Sender, Submitted, Texted, Whisper
from bot.chat.intents import Intent, Wish, token_of
from bot.chat.message import Message
from bot.okr.people import TeamId
from bot.ports import Deps, PutPerson, PutTeamPlace, Saved, Turn, UnitOfWork
from tests.fakes import MemoryStorage
from tests.hands import Hands
from tests.unit.actions.office import NOW, PEOPLE, Dice, key_result, objective, office

GROUP = Place("web", "test", "the-group", is_private=False)
WHISPERED = Place("web", "test", "the-group:an", is_private=False)
PRIVATE = Place("web", "test", "an")


class Overheard:
    """Implements `bot.ports.UnitOfWork`: another's, and remembers what was said where."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self.said: list[tuple[Place, Message]] = []

    async def save(self, turn: Turn) -> Saved:
        """Pass it on."""
        saved = await self._work.save(turn)
        if saved is Saved.DONE:
            self.said += [(one.place, one.message) for one in turn.outgoing]
        return saved

    async def save_all(self, turns: Sequence[Turn]) -> tuple[Saved, ...]:
        """One by one."""
        return tuple([await self.save(turn) for turn in turns])


class Corner:
    """A group in which An whispers."""

    def __init__(self, *, bound: bool = True) -> None:
        self.storage: MemoryStorage = office(
            objective("o1", "an", "Mục tiêu 1", key_result("k1")),
            *((PutTeamPlace(TeamId("marketing"), GROUP),) if bound else ()),
        )
        self._work = Overheard(self.storage.work)
        self._dice = Dice()
        self._events = 0

    async def does(self, body: Body, by: str = "an") -> list[tuple[Place, Message]]:
        """What is said, and where."""
        self._events += 1
        before = len(self._work.said)
        whisper = Whisper(GROUP, WHISPERED)
        incoming = Incoming(f"event-{self._events}", Sender("web", "test", by), Place("web", "test", by), NOW, body, whisper)
        await converse(incoming, Deps(self.storage.reading, self._work, Hands(NOW), self._dice))
        return self._work.said[before:]

    def team(self) -> TeamId | None:
        """Whose the group is."""
        return next((team for team, place in self.storage.rows.team_places.items() if place == GROUP), None)


@pytest.mark.parametrize(
    "typed", ["/okr", "/okr status", "/okr status me", "/okr help", "/okr when", "/okr what is this", "/okr 看板"]
)
async def test_what_can_be_seen_at_a_glance_is_shown_there_for_one(typed: str) -> None:
    said = await Corner().does(Texted(typed))
    assert said
    assert {place for place, _ in said} == {WHISPERED}


@pytest.mark.parametrize("typed", ["/okr new", "/okr checkin", "/okr helpme", "/okr settings", "/okr mục tiêu mới"])
async def test_a_talk_goes_on_in_private_and_a_line_says_so(typed: str) -> None:
    said = await Corner().does(Texted(typed))
    assert [place for place, _ in said] == [PRIVATE, WHISPERED]
    assert "riêng" in said[-1][1].plain()


async def test_a_whisper_never_answers_an_open_question() -> None:
    corner = Corner()
    await corner.does(Texted("/okr new"))
    before = dict(corner.storage.rows.sessions)
    await corner.does(Texted("/okr Khách hàng yêu dịch vụ"))
    await corner.does(Texted("/okr status"))
    assert corner.storage.rows.sessions == before


async def test_the_words_that_steer_a_talk_work_from_anywhere() -> None:
    corner = Corner()
    await corner.does(Texted("/okr new"))
    said = await corner.does(Texted("/okr pause"))
    assert [place for place, _ in said][-1] == WHISPERED
    assert {session.state.value for session in corner.storage.rows.sessions.values()} == {"parked"}


async def test_a_group_is_bound_for_all_to_see_and_its_binder_learns_what_may_be_missing() -> None:
    corner = Corner(bound=False)
    said = await corner.does(Texted("/okr here Marketing"), by="jie")
    assert corner.team() == TeamId("marketing")
    assert [place.chat_id for place, _ in said] == ["the-group", "the-group:an"]
    assert "/invite" in said[1][1].plain()
    assert "/invite" not in said[0][1].plain()


async def test_whoever_may_not_bind_is_told_alone() -> None:
    corner = Corner(bound=False)
    said = await corner.does(Texted("/okr here Marketing"))
    assert [place for place, _ in said] == [WHISPERED]
    assert corner.team() is None


async def test_a_page_of_the_groups_board_turned_by_one_is_turned_for_one() -> None:
    said = await Corner().does(Picked(token_of(Intent(Wish.BOARD, "team:marketing~2"))))
    assert [place for place, _ in said] == [WHISPERED]


async def test_any_other_button_there_leads_into_private() -> None:
    said = await Corner().does(Picked(token_of(Intent(Wish.OBJECTIVE, "o1"))))
    assert {place for place, _ in said} == {PRIVATE, WHISPERED}


async def test_a_stranger_learns_the_way_in_in_private() -> None:
    corner = Corner()
    said = await corner.does(Texted("/okr status"), by="mallory")
    assert [place.chat_id for place, _ in said] == ["mallory", "the-group:an"]


async def test_whoever_has_not_joined_yet_does_so_in_private() -> None:
    corner = Corner()
    person = next(one for one in PEOPLE if one.id == "an")
    corner.storage.apply([PutPerson(replace(person, joined_at=None, version=2), 1)])
    said = await corner.does(Texted("/okr status"))
    assert [place for place, _ in said] == [PRIVATE, WHISPERED]


# --- a message pointed at ---


async def test_a_message_becomes_the_words_of_a_call() -> None:
    corner = Corner()
    said = await corner.does(PointedAt("Không ai nghe máy cuối tuần"))
    assert "Không ai nghe máy cuối tuần" in said[0][1].plain()
    (session,) = corner.storage.rows.sessions.values()
    assert session.script == "call_for_help"


async def test_a_message_pointed_at_in_the_middle_of_a_talk_parks_it() -> None:
    corner = Corner()
    await corner.does(Texted("/okr new"))
    await corner.does(PointedAt("Cần thêm người"))
    states = {session.script: session.state.value for session in corner.storage.rows.sessions.values()}
    assert states == {"write_objective": "parked", "call_for_help": "active"}


async def test_a_message_without_words_calls_all_the_same() -> None:
    corner = Corner()
    await corner.does(PointedAt(""))
    assert len(corner.storage.rows.sessions) == 1


@pytest.mark.parametrize(
    "incoming",
    [
        Incoming("e", Sender("slack", "T", "U"), PRIVATE, NOW, PointedAt("words"), Whisper(GROUP, WHISPERED)),
        Incoming("e", Sender("slack", "T", "U"), PRIVATE, NOW, Submitted("t", {"a": "b"})),
    ],
)
def test_whispers_and_messages_pointed_at_survive_the_inbox(incoming: Incoming) -> None:
    assert incomings.from_json(incomings.to_json(incoming)) == incoming


def test_events_of_an_earlier_release_are_still_read() -> None:
    told = incomings.to_json(Incoming("e", Sender("slack", "T", "U"), PRIVATE, NOW, Texted("hi")))
    assert "whisper" not in told
    assert incomings.from_json(told).whisper is None
