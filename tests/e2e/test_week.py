"""The week on the web chat's wire: the real pages, storage, relay and timer's work, with a clock that the test turns, and restarts in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from adapters.demo import SampleVisitors, seed
from adapters.ids import RandomIds
from adapters.intake import Intake
from adapters.relay import Relay
from adapters.timer import by_itself
from adapters.webchat.messenger import WebMessenger
from adapters.webchat.receive import create_app
from adapters.webchat.streams import Streams
from adapters.webchat.visitors import PLATFORM
from bot.actions.converse import converse
from bot.ports import Deps, Organisation
from storage import Storage, open_storage
from tests.e2e.wire import PATIENCE, Visitor
from tests.hands import Hands

FRIDAY = datetime(2026, 11, 6, 8, 0, tzinfo=UTC)
"""Friday 15:00 in Hanoi."""
SECRET = b"only for tests, only for tests, only for tests"
HELP = "Tây Hồ kín chỗ: chỉ có hai tài xế, cuối tuần không ai giao."
DRIVER = "周末加一位司机，从这周六开始。"


@pytest.fixture(params=["sqlite", "postgres"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A migrated database nobody has written to."""
    found: str = (
        f"sqlite:///{tmp_path / 'laban.db'}" if request.param == "sqlite" else request.getfixturevalue("fresh_postgres_url")
    )
    await open_storage(found).migrate()
    return found


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


class Process:
    """What a process of Laban does, on a database that outlives it. `url` is its address."""

    def __init__(self, database_url: str, hands: Hands) -> None:
        self._database_url = database_url
        self._hands = hands
        self.url = ""

    async def start(self, *, is_delivering: bool = True) -> None:
        """Begin; without `is_delivering` it dies before its relay gets to anything."""
        self._storage: Storage = open_storage(self._database_url)
        await self._storage.open()
        self.deps = deps = Deps(self._storage.reading, self._storage.work, self._hands, RandomIds())
        await self._storage.put_organisation(Organisation("Lantern"))
        await seed(deps.reading, deps.work, deps.clock)
        streams = Streams()
        messenger = WebMessenger(self._storage.transcript, streams, deps.clock, deps.ids)
        self._relay = Relay(self._storage.outbox, {PLATFORM: messenger}, deps.clock, worker="only")
        self._intake = Intake(self._storage.inbox, partial(converse, deps=deps), deps.clock)
        self._tasks = [asyncio.create_task(self._intake.run())]
        if is_delivering:
            self._storage.on_commit(self._relay.wake)
            self._tasks.append(asyncio.create_task(self._relay.run()))
        app = create_app(
            self._intake.see_to,
            self._storage.transcript,
            SampleVisitors(deps.reading, deps.clock),
            streams,
            secret=SECRET,
            clock=deps.clock,
            ids=deps.ids,
            public_url="http://127.0.0.1",
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"

    async def stop(self) -> None:
        """End."""
        await self._runner.cleanup()
        await asyncio.gather(self._intake.stop(), self._relay.stop())
        await asyncio.gather(*self._tasks)
        await self._storage.close()

    async def restart(self) -> None:
        """Another process takes up what this one leaves."""
        await self.stop()
        await self.start()

    async def strike(self, at: datetime) -> None:
        """Let it be `at`, and the timer strike twice."""
        self._hands.turn(at - self._hands.now())
        for _ in range(2):
            await by_itself(self.deps).do(self._hands.now())


@pytest.fixture
async def process(url: str) -> AsyncIterator[Process]:
    """Running since Thursday."""
    started = Process(url, Hands(FRIDAY - timedelta(days=1)))
    await started.start()
    yield started
    await started.stop()


async def hears(visitor: Visitor, words: str) -> str:
    """Load the page until the bot has said so; what it said. The relay delivers while we look."""
    async with asyncio.timeout(PATIENCE):
        while True:
            await visitor.opens()
            for line in reversed(visitor.page.lines):
                if not line.is_mine and words in line.text:
                    return line.text


def count(visitor: Visitor, words: str) -> int:
    """How often somebody was told so."""
    return sum(words in line.text for line in visitor.page.lines if not line.is_mine)


@pytest.mark.timeout(180)
async def test_friday_is_asked_answered_badly_helped_and_followed_up(process: Process, session: aiohttp.ClientSession) -> None:
    linh, jie = Visitor(session, process, "linh"), Visitor(session, process, "jie")
    await linh.opens()
    await jie.opens()
    await process.strike(FRIDAY - timedelta(minutes=1))
    await linh.opens()
    assert count(linh, "15 giây cho") == 0

    # The process dies between asking and telling.
    await process.stop()
    await process.start(is_delivering=False)
    await process.strike(FRIDAY)
    await linh.opens()
    assert count(linh, "15 giây cho") == 0
    await process.restart()
    assert "Đến giờ cập nhật tuần rồi, Lê Mai Linh" in await hears(linh, "15 giây cho")
    await process.strike(FRIDAY + timedelta(minutes=1))

    await linh.says("930")
    assert "Bạn tin mình" in linh.last.text
    await linh.presses("Khó đạt", "Kêu cứu")
    assert "Bạn cần gì" in linh.last.text
    await process.restart()
    await linh.opens()
    await linh.says_twice(HELP)
    await linh.presses("Vẫn", "Đúng hướng")
    told = await hears(linh, "Lời kêu cứu của bạn đã đến")
    assert "陈杰" in told
    assert "林梅" in told

    card = await hears(jie, "需要帮助")
    assert "Lê Mai Linh" in card
    assert HELP in card
    assert "目前 930" in card
    assert next(line for line in jie.page.lines if "需要帮助" in line.text).lang == "zh"
    await jie.presses("加资源")
    await process.restart()
    await jie.opens()
    await jie.says_twice(DRIVER)
    assert "决定已写进关键结果" in await hears(jie, "决定已写进")

    assert DRIVER in await hears(linh, "Thêm nguồn lực")
    await linh.says("bảng nhóm")
    assert "đã trả lời: thêm nguồn lực" in await hears(linh, "kết quả then chốt đã cập nhật")
    mei = await Visitor(session, process, "mei").opens()
    await mei.says("看板 Vietnam")
    assert "已回应：加资源" in await hears(mei, "个关键结果有更新")

    answered_at = FRIDAY + timedelta(minutes=1)
    await process.strike(answered_at + timedelta(days=7) - timedelta(minutes=2))
    await linh.opens()
    assert count(linh, "Đã thực hiện chưa?") == 0
    await process.strike(answered_at + timedelta(days=7, minutes=1))
    await hears(linh, "Đã thực hiện chưa?")
    await linh.presses("Rồi")
    await hears(linh, "Mừng quá!")
    await jie.opens()
    for visitor, words, times in (
        (linh, "Lời kêu cứu của bạn đã đến", 1),
        (linh, "đã trả lời lời kêu cứu của bạn", 1),
        (linh, "Đã thực hiện chưa?", 1),
        (linh, "Mừng quá!", 1),
        # The second Friday's: of a question that is answered only its own words stay.
        (linh, "Đến giờ cập nhật tuần rồi", 1),
        (jie, "需要帮助", 1),
        (jie, "决定已写进关键结果", 1),
    ):
        assert count(visitor, words) == times, words


@pytest.mark.timeout(180)
async def test_a_call_nobody_answers_reaches_the_stand_in_across_a_restart(
    process: Process, session: aiohttp.ClientSession
) -> None:
    minh = await Visitor(session, process, "minh").opens()
    await minh.says("cứu mạng")
    await minh.presses("Điểm giao hàng")
    await minh.says("Chủ nhà chỉ ký khi chốt giá thuê.")
    await hears(minh, "Lời kêu cứu của bạn đã đến")
    linh, jie = Visitor(session, process, "linh"), Visitor(session, process, "jie")
    assert "Hoàng Gia Minh" in await hears(linh, "cần giúp")
    await process.strike(FRIDAY - timedelta(minutes=10))
    await jie.opens()
    assert count(jie, "需要帮助") == 0
    await process.restart()
    await process.strike(FRIDAY + timedelta(minutes=10))
    assert "Hoàng Gia Minh" in await hears(jie, "需要帮助")
    await hears(minh, "cũng đã nhận")
    await hears(linh, "giờ cũng đã đến")
    await jie.presses("聊一聊")
    await jie.presses("跳过")
    await hears(linh, "đã trả lời lời kêu cứu về")
    assert count(linh, "Điểm giao hàng tại Hà Nội từ 6 lên 14") >= 1
    await hears(minh, "Mình nói chuyện nhé")
    await jie.opens()
    assert count(jie, "需要帮助") == 1
