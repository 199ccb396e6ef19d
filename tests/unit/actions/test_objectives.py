"""One objective and its history, as people see them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.actions.show_objective import NEWEST, show_history, show_objective
from bot.chat.message import Message
from bot.okr.check_in import Confidence
from bot.okr.cycle import quarter_of
from bot.okr.measure import Direction, Measure
from bot.okr.objective import ObjectiveId, ObjectiveState
from bot.okr.people import LANGUAGES
from bot.ports import PutCycle, PutObjective
from tests.fakes import MemoryStorage
from tests.unit.actions.office import NOW, bars, changed, desk_of, key_result, objective, office, said, sent, tokens

Show = Callable[[MemoryStorage, str, str], Awaitable[Message]]
WAIT = Measure("Thời gian chờ", Decimal(4), Decimal(10), "phút", Direction.DECREASE)
LICENCE = Measure("giấy phép", Decimal(1), Decimal(0), "", Direction.MILESTONE)
UPTIME = Measure("uptime", Decimal(99), None, "%", Direction.KEEP_ABOVE)


def company() -> MemoryStorage:
    """A chain of three, with one who builds on the lowest."""
    return office(
        objective("top", "mei", "让客户爱上我们", key_result("top-kr", "NPS 达到 50")),
        objective("jie1", "jie", "Everyone knows the brand", serves="*top-kr"),
        objective(
            "an1",
            "an",
            "Khách hàng yêu dịch vụ của chúng ta",
            key_result("nps"),
            key_result("wait", "Chờ từ 10 xuống 4 phút", WAIT, 5),
            key_result("licence", "Có giấy phép", LICENCE),
            key_result("uptime", "Uptime ≥ 99 %", UPTIME),
            serves="jie1",
            why="Khách hài lòng thì quay lại.",
        ),
        objective("linh1", "linh", "Thương hiệu được nhắc tới mỗi ngày", serves="*nps"),
        objective("secret", "an", "Chưa ai được thấy", state=ObjectiveState.DRAFT),
        said("nps", "36", 8),
        said("nps", "42", 1, Confidence.AT_RISK, "Cuối tuần không ai trực."),
        said("uptime", "98", 9),
        said("uptime", "99.5", 2),
    )


async def card(storage: MemoryStorage, objective_id: str, by: str = "an", lang: str = "en") -> Message:
    """The card of an objective as somebody sees it."""
    desk = await desk_of(storage, by, lang=lang)
    await show_objective(desk, objective_id)
    return sent(desk)


async def history(storage: MemoryStorage, objective_id: str, by: str = "an", lang: str = "en") -> Message:
    """Its history as somebody sees it."""
    desk = await desk_of(storage, by, lang=lang)
    await show_history(desk, objective_id)
    return sent(desk)


async def test_a_card_tells_each_key_result_in_numbers_and_words() -> None:
    message = await card(company(), "an1")
    nps, wait, licence, uptime = bars(message)
    assert (nps.label, nps.ratio, nps.note) == ("1. NPS 30 → 50", 0.6, "▲30 · at risk")
    assert (wait.ratio, wait.note) == (0.0, "well behind · silent for 52 days")
    assert (licence.ratio, licence.expected, licence.note) == (0.0, None, "silent for 52 days")
    assert (uptime.ratio, uptime.note) == (0.5, "▲50")
    text = message.plain()
    assert "Phạm An · Aspirational · 2026-Q4" in text
    assert "Khách hài lòng thì quay lại." in text
    assert "now 42 · expected by now 42" in text
    assert "“Cuối tuần không ai trực.” (Sun 22 Nov)" in text
    assert "confidence at the start 5/10" in text


async def test_a_card_says_why_i_am_doing_this_up_to_the_company() -> None:
    text = (await card(company(), "an1")).plain()
    assert "Why am I doing this?\n↑ Everyone knows the brand (Jie Chen)\n↑ NPS 达到 50 → 让客户爱上我们 (林梅)" in text


async def test_a_card_says_who_lays_the_next_brick() -> None:
    assert "Who lays the next brick?\n↳ Thương hiệu được nhắc tới mỗi ngày (Lê Linh)" in (await card(company(), "an1")).plain()


async def test_many_who_build_on_it_are_counted() -> None:
    below = (objective(f"b{number:02}", "linh", f"Viên gạch {number}", serves="top") for number in range(10))
    text = (await card(office(objective("top", "mei", "让客户爱上我们"), *below), "top")).plain()
    assert text.count("↳ Viên gạch") == 8
    assert "↳ and 2 more" in text


async def test_only_the_owner_is_offered_changes() -> None:
    assert "d.edit.an1" in tokens(await card(company(), "an1"))
    others = tokens(await card(company(), "an1", by="jie"))
    assert "d.edit.an1" not in others
    assert "d.history.an1" in others


async def test_a_draft_is_offered_for_publication_to_its_owner() -> None:
    message = await card(company(), "secret")
    assert bars(message) == []
    assert "draft, only you can see it" in message.plain()
    assert {"d.publish.secret", "d.edit.secret", "d.discard.secret"} <= set(tokens(message))


@pytest.mark.parametrize("show", [card, history])
@pytest.mark.parametrize(
    ("objective_id", "by"), [("secret", "jie"), ("secret", "mei"), ("nowhere", "an"), ("", "an"), ("'; --", "an")]
)
async def test_what_one_may_not_see_is_not_there(show: Show, objective_id: str, by: str) -> None:
    message = await show(company(), objective_id, by)
    assert message.plain().startswith("That objective is not there any more.")
    assert "Chưa ai" not in message.plain()


@pytest.mark.parametrize(("state", "word"), [(ObjectiveState.DEAD, "given up"), (ObjectiveState.CLOSED, "closed")])
async def test_what_is_over_stays_readable_and_cannot_be_changed(state: ObjectiveState, word: str) -> None:
    message = await card(office(objective("an1", "an", "Khách hàng yêu dịch vụ", state=state)), "an1")
    assert f"Khách hàng yêu dịch vụ · {word}" in message.plain()
    assert "d.edit.an1" not in tokens(message)


async def test_an_objective_of_an_earlier_quarter_keeps_its_cycle() -> None:
    summer = datetime(2026, 7, 6, 9, tzinfo=UTC)
    written = objective("old", "an", "Mùa hè rực rỡ", at=summer, state=ObjectiveState.CLOSED)
    assert isinstance(written, PutObjective)
    summer_cycle = PutCycle(quarter_of(summer.date()))
    storage = office(summer_cycle, replace(written, objective=replace(written.objective, cycle_id=summer_cycle.cycle.id)))
    assert "Phạm An · Aspirational · 2026-Q3" in (await card(storage, "old")).plain()


async def test_a_history_says_who_when_on_my_clock_what_why_before_and_after() -> None:
    storage = company()
    storage.apply(
        [
            changed("an1", "title", 20, before="Khách vui", after="Khách hàng yêu dịch vụ của chúng ta", why="rõ hơn"),
            changed("an1", "ambition", 19, before="committed", after="aspirational"),
            changed("an1", "serves", 18, after="jie1"),
            changed("an1", "key_result.measure", 17, before="NPS: 30 → 45 (increase)", after="NPS: 30 → 50 (increase)", of="nps"),
            changed("an1", "of_a_later_release", 16, before="x", after="y"),
        ]
    )
    text = (await history(storage, "an1", by="mei")).plain()
    assert (
        "Tue 3 Nov 17:00 · Phạm An reworded the objective\nbefore: Khách vui\nafter: Khách hàng yêu dịch vụ của chúng ta\nbecause: rõ hơn"
        in text
    )
    assert "before: Committed\nafter: Aspirational" in text
    assert "changed what it serves\nafter: Everyone knows the brand" in text
    assert "about: NPS 30 → 50\nbefore: NPS: 30 → 45\nafter: NPS: 30 → 50" in text
    assert "Phạm An changed something\nbefore: x\nafter: y" in text
    assert "Tue 3 Nov 16:00" in (await history(storage, "an1", by="an")).plain()


async def test_a_title_nobody_may_see_is_not_betrayed_by_the_history() -> None:
    storage = company()
    storage.apply([changed("jie1", "serves", 5, before="secret", after="gone")])
    text = (await history(storage, "jie1", by="jie")).plain()
    assert "before: …\nafter: …" in text


async def test_only_the_newest_changes_are_shown_newest_first() -> None:
    storage = company()
    storage.apply([changed("an1", "title", days, before=f"T{days}", after=f"T{days - 1}") for days in range(1, NEWEST + 4)])
    text = (await history(storage, "an1")).plain()
    assert text.index("after: T0") < text.index(f"after: T{NEWEST - 1}")
    assert f"after: T{NEWEST}\n" not in text
    assert "3 earlier changes are kept too." in text


async def test_without_changes_the_history_says_so() -> None:
    assert "Nothing has been changed yet." in (await history(company(), "an1")).plain()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("objective_id", ["an1", "top", "secret"])
async def test_card_and_history_are_in_their_readers_language_with_titles_as_written(objective_id: str, lang: str) -> None:
    storage = company()
    whats = ("created", "published", "title", "why", "serves", "key_result.added", "key_result.removed", "key_result.sentence")
    storage.apply([changed(objective_id, what, 3, before="jie1" if what == "serves" else "cũ", after="mới") for what in whats])
    assert (await card(storage, objective_id, lang=lang)).lang == lang
    message = await history(storage, objective_id, lang=lang)
    assert message.lang == lang
    assert storage.rows.objectives[ObjectiveId(objective_id)].title in message.plain()


async def test_a_card_is_right_at_the_moment_of_publishing() -> None:
    storage = office(objective("new", "an", "Vừa công bố", at=NOW - timedelta(seconds=1)))
    (bar,) = bars(await card(storage, "new"))
    assert (bar.ratio, bar.note, bar.expected) == (0.0, "new", None)
