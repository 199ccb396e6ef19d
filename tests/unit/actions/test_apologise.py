"""When nothing helps the bot says so, in the person's language, once."""

from __future__ import annotations

import pytest

from bot.actions.apologise import apologise
from bot.chat.incoming import Incoming, Texted
from tests.chat import Chat, Office


@pytest.mark.parametrize(("person", "sorry"), [("an", "Xin lỗi"), ("thomas", "sorry"), ("jie", "抱歉"), ("stranger", "sorry")])
async def test_the_person_hears_it_in_their_language_and_only_once(person: str, sorry: str) -> None:
    office = Office()
    chat = Chat(office, person)
    incoming = Incoming("e1", chat.sender, chat.place, office.hands.now(), Texted("boom"))
    await apologise(incoming, office.deps)
    await apologise(incoming, office.deps)
    assert len(office.storage.messages) == 1
    assert sorry in office.storage.messages[0].plain()
    assert not (await office.reading.known(incoming)).is_done


async def test_a_group_is_not_told() -> None:
    office = Office()
    chat = Chat(office, "an", is_private=False)
    await apologise(Incoming("e1", chat.sender, chat.place, office.hands.now(), Texted("boom")), office.deps)
    assert office.storage.messages == []
