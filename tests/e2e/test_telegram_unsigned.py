"""Unsigned notes on Telegram's wire: by the Mini App's door where there is a page, by typing where there is none; and what is left of it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.demo import sample_turn
from bot.actions.unsigned_typed import code_in
from bot.okr.people import Account, PersonId
from bot.ports import PutAccount
from tests.e2e.telegram_office import Office, telegram_office

LINH, MEI = 601, 600
PAGE = "https://laban.example/notes/in"
NOTE = "Kho nói một đằng, báo cáo nói một nẻo, không ai dám nói ra."
DAY = timedelta(days=1)


async def opened(folder: Path, page: str) -> AsyncIterator[Office]:
    async with telegram_office(folder, page) as office:
        people = ((LINH, "linh"), (MEI, "mei"))
        accounts = (PutAccount(Account("telegram", "", str(number), PersonId(id_), str(number))) for number, id_ in people)
        await office.store(*sample_turn(office.hands.now()).changes, *accounts)
        for number, _ in people:
            office.server.person(number, "Somebody").starts()
            await office.server.person(number, "Somebody").sees("")
        await office.rest()
        yield office


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """No page can be opened."""
    async for one in opened(tmp_path, ""):
        yield one


@pytest.fixture
async def reachable(tmp_path: Path) -> AsyncIterator[Office]:
    """There is a page."""
    async for one in opened(tmp_path, PAGE):
        yield one


async def slots(office: Office, number: int) -> None:
    """So many days pass."""
    process = office.process
    assert process is not None
    for _ in range(number):
        await office.pass_time(DAY)
        await process.courier.tick(office.hands.now())
        await process.courier.settled()


async def test_with_a_page_the_button_opens_it_within_telegram(reachable: Office) -> None:
    linh = reachable.server.person(LINH, "Lê Mai Linh")
    linh.says("/anon")
    shown = await linh.sees("trang riêng")
    assert shown.rows == [[("Mở trang góp ý ẩn danh", PAGE)]]
    linh.presses("Góp ý ẩn danh")
    await reachable.server.until(lambda: sum("trang riêng" in one.text for one in linh.chat.said) == 2)


async def test_a_note_is_typed_read_answered_and_the_answer_read(office: Office, tmp_path: Path) -> None:
    linh, mei = office.server.person(LINH, "Lê Mai Linh"), office.server.person(MEI, "林梅", "zh")
    linh.says("/anon")
    await linh.sees("林梅", "11", "mười phút")
    linh.says(NOTE)
    receipt = await linh.sees("Đã nhận góp ý của bạn")
    typed = code_in(receipt.text)
    assert typed is not None
    await office.server.until(lambda: all(message.text != NOTE for message in linh.chat.messages))

    await office.pass_time(timedelta(minutes=10))
    await office.server.until(lambda: all(typed.code not in message.text for message in linh.chat.messages))

    await slots(office, 4)
    digests = [message.text for message in mei.chat.said if "匿名反馈" in message.text]
    assert len([text for text in digests if NOTE in text]) == 1
    mei.says("/anon")
    listed = await mei.sees("#", NOTE)
    sign = re.search(r"#[0-9a-f]{6}", listed.text)
    assert sign is not None
    answer = f"{sign[0]} 周一我们一起盘点。"
    mei.says(answer)
    await mei.sees("已收下")
    await office.server.until(lambda: all(message.text != answer for message in mei.chat.messages))
    await slots(office, 3)  # over the weekend
    await linh.sees("câu trả lời mới")
    linh.says(typed.code)
    await linh.sees("周一我们一起盘点。")
    await office.server.until(lambda: all(message.text != typed.code for message in linh.chat.messages))

    await office.rest()
    await office.end()
    left = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    for trace in (NOTE, "周一我们一起盘点", typed.code, typed.code.replace("-", ""), '"/anon"', sign[0]):
        assert trace.encode() not in left, trace


async def test_a_bare_code_is_deleted_and_stored_nowhere_where_there_is_a_page(reachable: Office, tmp_path: Path) -> None:
    linh = reachable.server.person(LINH, "Lê Mai Linh")
    code = "ABCDEF1-ABCDEF2-ABCDEF3-ABCDEF4"
    linh.says(f"mã của tôi: {code}")
    await linh.sees("không phải chỗ cho mã")
    await reachable.server.until(lambda: all(code not in message.text for message in linh.chat.messages))
    await reachable.rest()
    await reachable.end()
    assert all(code.encode() not in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
