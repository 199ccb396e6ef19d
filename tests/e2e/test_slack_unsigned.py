"""Unsigned notes on Slack's wire: a modal from the slash command and from the home, an answer, and nothing left of it in a chat or a table."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.demo import sample_turn
from bot.actions.unsigned_typed import code_in
from bot.okr.people import Account, PersonId
from bot.ports import PutAccount
from tests.e2e.slack_office import Office, slack_office
from tests.platforms.slack_person import Person

WORKSPACE = "T0COMPASS"
IDS = {"linh": "U0LINH", "mei": "U0MEI"}
NOTE = "Kho nói một đằng, báo cáo nói một nẻo."
ANSWER = "周一我们一起盘点。"
DAY = timedelta(days=1)


@pytest.fixture(params=["http", "socket"])
async def office(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Office]:
    """The sample company, of whom two are on Slack."""
    async with slack_office(tmp_path, by=request.param) as opened:
        accounts = (
            PutAccount(Account("slack", WORKSPACE, user_id, PersonId(name), chat_id=user_id)) for name, user_id in IDS.items()
        )
        await opened.store(*sample_turn(opened.hands.now()).changes, *accounts)
        yield opened


async def slots(office: Office, number: int) -> None:
    """So many days pass."""
    for _ in range(number):
        await office.pass_time(DAY)
        await office.running.courier.tick(office.hands.now())
        await office.running.courier.settled()


async def can_send(office: Office, person: Person) -> None:
    """The modal that is open now has something to fill in."""
    await office.server.until(lambda: person.modal is not None and "submit" in person.modal.given)


async def test_a_note_is_written_in_a_modal_answered_in_a_modal_and_the_answer_read(office: Office, tmp_path: Path) -> None:
    linh, mei = office.server.person(IDS["linh"], "Lê Mai Linh", "vi-VN"), office.server.person(IDS["mei"], "林梅", "zh-CN")
    await linh.runs("/okr anon")
    await linh.sees_modal("Slack", "11", "林梅")
    await linh.submits({"text": NOTE})
    found = code_in((await linh.sees_modal("đang chờ")).words)
    assert found is not None
    await linh.closes()

    await slots(office, 4)
    await office.server.until(lambda: any(NOTE in post.words for post in mei.chat.said))
    await mei.presses("打开匿名反馈")
    await mei.sees_modal("匿名")
    await mei.presses("收到的反馈")
    await mei.sees_modal(NOTE)
    await mei.presses("答复")
    await can_send(office, mei)
    await mei.submits({"text": ANSWER})
    await mei.sees_modal(NOTE, ANSWER)
    await mei.closes()

    await slots(office, 3)  # over the weekend
    await linh.sees("câu trả lời mới")
    await linh.presses("Mở trang góp ý ẩn danh")
    await linh.sees_modal("Slack")
    await linh.presses("Đọc trả lời")
    await office.server.until(lambda: linh.modal is not None and "Slack" not in linh.modal.words)
    await linh.submits({"code": found.code})
    await linh.sees_modal(ANSWER)
    assert all(NOTE not in post.words and found.code not in post.words for post in linh.chat.posts)

    await office.rest()
    await office.end()
    left = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    for trace in (NOTE, ANSWER, found.code, found.code.replace("-", ""), "okr anon", "d.anon."):
        assert trace.encode() not in left, trace


async def test_whoever_leads_all_is_told_that_nobody_reads_above_them(office: Office) -> None:
    mei = office.server.person(IDS["mei"], "林梅", "zh-CN")
    await mei.runs("/okr anon")
    modal = await mei.sees_modal("匿名")
    assert "submit" not in modal.given
