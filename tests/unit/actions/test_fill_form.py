"""Forms that open apart from the chat: which one it is, and what is wrong with a reply, without anything being stored."""

from __future__ import annotations

import copy

import pytest

from bot.actions.converse import converse
from bot.actions.fill_form import find_problems, open_form
from bot.chat.incoming import Incoming, Picked, Place, Sender, Submitted, Texted
from bot.chat.message import Form
from bot.ports import Deps
from tests.fakes import MemoryStorage
from tests.hands import Hands
from tests.unit.actions.office import NOW, Dice, objective, office


class Table:
    """An, who writes a key result without numbers until two are asked for at once."""

    def __init__(self) -> None:
        self.storage: MemoryStorage = office(objective("mei1", "mei", "让客户爱上我们"))
        self.deps = Deps(self.storage.reading, self.storage.work, Hands(NOW), Dice())
        self._events = 0

    def incoming(self, body: Picked | Submitted | Texted, by: str = "an") -> Incoming:
        """Something An does."""
        self._events += 1
        return Incoming(f"event-{self._events}", Sender("web", "test", by), Place("web", "test", by), NOW, body)

    async def says(self, *texts: str) -> None:
        """Talk."""
        for text in texts:
            await converse(self.incoming(Texted(text)), self.deps)

    @property
    def form(self) -> Form:
        """The newest one in the chat."""
        return next(block for message in reversed(self.storage.messages) for block in message.blocks if isinstance(block, Form))


@pytest.fixture
async def table() -> Table:
    opened = Table()
    await opened.says(
        "mục tiêu mới",
        "Khách hàng yêu dịch vụ của chúng ta",
        "Vì họ sẽ quay lại mỗi tuần",
        "Mục tiêu này đứng riêng",
        "Thách thức",
    )
    await opened.says("tăng số khách quay lại", "Dùng câu này")
    return opened


async def test_a_press_finds_the_form_it_belongs_to(table: Table) -> None:
    before = copy.deepcopy(table.storage.rows)
    opened = await open_form(table.incoming(Picked(table.form.token)), table.deps)
    assert opened is not None
    assert opened.form == table.form
    assert (opened.lang, len(opened.form.fields)) == ("vi", 2)
    assert any("hôm nay đang ở đâu" in block.plain() for block in opened.said)
    assert table.storage.rows == before


async def test_an_old_button_somebody_elses_or_a_made_up_one_opens_nothing(table: Table) -> None:
    token = table.form.token
    assert await open_form(table.incoming(Picked("a.made.1.~submit")), table.deps) is None
    assert await open_form(table.incoming(Picked("nonsense")), table.deps) is None
    assert await open_form(table.incoming(Picked(token), by="jie"), table.deps) is None
    assert await open_form(table.incoming(Picked(token), by="mallory"), table.deps) is None
    await table.says("1200")
    assert await open_form(table.incoming(Picked(token)), table.deps) is None


async def test_what_does_not_fit_is_named_by_field_and_changes_nothing(table: Table) -> None:
    form = table.form
    first, second = (field.key for field in form.fields)
    before = copy.deepcopy(table.storage.rows)
    bad = await find_problems(table.incoming(Submitted(form.token, {first: "một ít", second: "2000"})), table.deps)
    assert set(bad) == {first}
    assert "con số" in bad[first]
    assert await find_problems(table.incoming(Submitted(form.token, {first: "chưa biết", second: "2k"})), table.deps) == {}
    assert table.storage.rows == before


async def test_a_reply_to_a_form_that_is_over_has_no_problems_here(table: Table) -> None:
    form = table.form
    await table.says("1200", "2000")
    assert await find_problems(table.incoming(Submitted(form.token, {form.fields[0].key: "x"})), table.deps) == {}
    assert await find_problems(table.incoming(Submitted("nonsense", {"a": "b"})), table.deps) == {}


async def test_closing_it_puts_the_conversation_aside_with_all_answers(table: Table) -> None:
    opened = await open_form(table.incoming(Picked(table.form.token)), table.deps)
    assert opened is not None
    await converse(table.incoming(Picked(opened.close)), table.deps)
    (session,) = table.storage.rows.sessions.values()
    assert (session.state.value, session.is_paused, len(session.answers) > 3) == ("parked", True, True)
