"""`kill -9` at the worst moments: nothing acknowledged is lost, nothing happens twice, order is kept, and the talk goes on where it was."""

from __future__ import annotations

import asyncio
import random
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import aiohttp
import pytest

from adapters.clock import SystemClock
from adapters.demo import sample_cycle
from adapters.webchat.visitors import place_of
from bot.okr.objective import ObjectiveState
from bot.okr.people import PersonId
from storage import Storage, open_storage
from tests.e2e.wire import PATIENCE, Demo, Line, Page

pytestmark = pytest.mark.timeout(240)

MORTAL = (sys.executable, Path(__file__).with_name("mortal.py"))
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC")
TYPE, PRESS = "say", "press"
TALK = (
    ("arrive", ""),
    (TYPE, "mục tiêu mới"),
    (TYPE, "Khách hàng yêu dịch vụ của chúng ta"),
    (TYPE, "Vì khách hài lòng sẽ giới thiệu bạn bè"),
    (TYPE, "quay lại"),
    (TYPE, "Khách hài lòng sẽ quay lại mỗi tuần"),
    (PRESS, "none"),
    (PRESS, "committed"),
    (TYPE, "NPS 30 lên 50"),
    (PRESS, "right"),
    (TYPE, "5"),
    (PRESS, "enough"),
    (PRESS, "publish"),
)
"""An objective with one key result, from the first hello to the publication. What is pressed is named by its option."""

POINTS = (
    "before hearing",
    "after hearing",
    "before commit",
    "after commit",
    "after claim",
    "before send",
    "after send",
    "after mark",
    "between turns",
    "after commit",
    "after send",
    "before commit",
    "after commit",
)
"""Where the process dies during each of these turns."""
REPEATING = "after send"
"""The one point after which a message may come once more: it had arrived, and nothing said so yet."""


@dataclass
class Client:
    """A person's page with its script: posts in the background, and posts the same event again when no answer came."""

    session: aiohttp.ClientSession
    demo: Demo
    person: str
    page: Page = field(default_factory=lambda: Page(""))
    ids: Iterator[int] = field(default_factory=lambda: count(1))

    async def load(self) -> Page:
        """What the chat shows now."""
        async with self.session.get(f"{self.demo.url}/as/{self.person}", headers={"Accept": "text/html"}) as response:
            assert response.status == 200
            self.page = Page(await response.text())
        return self.page

    def fill_in(self, action: str, what: str) -> tuple[str, dict[str, str]]:
        """The newest form for this: its address, and what it sends under an event id of its own."""
        forms = [form for form in self.page.forms if form.action.endswith(f"/{action}")]
        if action == PRESS:
            forms = [form for form in forms if form.values["token"].rpartition(".")[2] == what]
        assert forms, f"nothing to {action} {what!r} on: {[line.text for line in self.page.lines[-2:]]}"
        values = {**forms[-1].values, "event_id": f"{self.person}-event-{next(self.ids)}"}
        return forms[-1].action, values | ({"text": what} if action == TYPE else {})

    async def post(self, action: str, values: dict[str, str]) -> bool:
        """Whether it was acknowledged."""
        headers = {"HX-Request": "true", "Sec-Fetch-Site": "same-origin"}
        try:
            async with self.session.post(self.demo.url + action, data=values, headers=headers) as response:
                return response.status == 204
        except (aiohttp.ClientError, ConnectionError):
            return False

    async def see(self, wanted: list[tuple[bool, str]]) -> None:
        """Wait until the chat shows all of this, in this order; other lines may stand between."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not is_within(wanted, said(await self.load())):
                    pass
        except TimeoutError:
            assert said(self.page) == wanted

    async def see_answers(self, number: int) -> None:
        """Wait until the bot has said so much."""
        async with asyncio.timeout(PATIENCE):
            while sum(not line.is_mine for line in (await self.load()).lines) < number:
                pass


def said(page: Page) -> list[tuple[bool, str]]:
    """The lines of a page: whether they are the person's own, and their words."""
    return [_words(line) for line in page.lines]


def _words(line: Line) -> tuple[bool, str]:
    # Beside its words a line shows when it was said, which two talks never have in common.
    return line.is_mine, " ".join(TIME.sub("", line.text).split())


def is_within(part: list[tuple[bool, str]], whole: list[tuple[bool, str]]) -> bool:
    """Whether `part` is what is left of `whole` when some lines are taken out."""
    rest = iter(whole)
    return all(line in rest for line in part)


async def hold_undisturbed(client: Client) -> list[list[tuple[bool, str]]]:
    """The whole talk without any fault: what the chat shows after each turn."""
    shown: list[list[tuple[bool, str]]] = []
    await client.load()
    for action, what in TALK:
        before = len(client.page.lines)
        assert await client.post(*client.fill_in(action, what))
        async with asyncio.timeout(PATIENCE):
            while len(client.page.lines) < before + 2 - (action == "arrive") or client.page.lines[-1].is_mine:
                await client.load()
        shown.append(said(client.page))
    return shown


async def hold_killed_at_every_turn(client: Client, shown: list[list[tuple[bool, str]]]) -> None:
    """The same talk with a process that dies in each turn and is started again."""
    demo = client.demo
    await client.load()
    for number, ((action, what), point, wanted) in enumerate(zip(TALK, POINTS, shown, strict=True)):
        address, values = client.fill_in(action, what)
        if point == "between turns":
            demo.kill()
            await demo.start()
            assert await client.post(address, values)
        else:
            (demo.folder / "failpoint").write_text(point, encoding="ascii")
            is_acknowledged = await client.post(address, values)
            assert await demo.die() == -9, f"{point} was never reached"
            await demo.start()
            if not is_acknowledged or number % 2:
                assert await client.post(address, values)
        await client.see(wanted)


async def test_a_talk_that_is_killed_at_every_turn_is_the_same_talk(tmp_path: Path) -> None:
    folders = [tmp_path / name / "data" for name in ("calm", "mortal")]
    for folder in folders:
        folder.mkdir(parents=True)
    calm, mortal = await asyncio.gather(Demo(folders[0]).start(), Demo(folders[1], MORTAL).start())
    try:
        async with aiohttp.ClientSession() as session:
            shown = await hold_undisturbed(Client(session, calm, "an"))
            killed = Client(session, mortal, "an")
            await hold_killed_at_every_turn(killed, shown)
    finally:
        calm.stop()
        mortal.stop()
    async with open_storage(f"sqlite:///{folders[1] / 'demo.db'}") as storage:
        await check_lines(storage, shown[-1])
        await check_effects(storage)


async def check_lines(storage: Storage, wanted: list[tuple[bool, str]]) -> None:
    """Everything once, in order, but for messages that may have come once more."""
    lines = await storage.transcript.lines(place_of("an"), limit=1000)
    own = [line.said for line in lines if line.said]
    assert len(own) == sum(is_mine for is_mine, _ in wanted)
    assert len(lines) - len(wanted) <= POINTS.count(REPEATING)


async def check_effects(storage: Storage) -> None:
    """One objective, published once, and nothing left to do."""
    now = SystemClock().now()
    (objective,) = await storage.reading.objectives_of(PersonId("an"), sample_cycle(now).id)
    assert (objective.title, objective.state) == ("Khách hàng yêu dịch vụ của chúng ta", ObjectiveState.PUBLISHED)
    assert len(objective.key_results) == 1
    history = [entry.what for entry in await storage.reading.history(objective.id)]
    assert len(set(history)) == len(history)
    assert await storage.inbox.pending(10) == ()
    assert await storage.outbox.dead_letters(10) == ()
    assert await storage.outbox.next_due(now) is None


class Crowd:
    """Several people who type one line after another, and a process that is killed again and again meanwhile."""

    def __init__(self, session: aiohttp.ClientSession, demo: Demo, people: tuple[str, ...], lines: int, kills: int) -> None:
        self._session = session
        self._demo = demo
        self._people = people
        self._lines = lines
        self._is_up = asyncio.Event()
        self._is_up.set()
        # Where in the whole of it the process dies is drawn once, so that a failure can be repeated.
        self._kill_after = sorted(random.Random(2).sample(range(3, lines * len(people) - 3), kills))
        self._acknowledged = 0
        self._due = asyncio.Event()

    async def talk(self) -> None:
        """Everybody at once, until everything has been acknowledged."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._kill_again_and_again())
            for person in self._people:
                group.create_task(self._type(person))

    async def _type(self, person: str) -> None:
        client = Client(self._session, self._demo, person)
        await client.load()
        for number in range(self._lines):
            address, values = client.fill_in(TYPE, line_of(person, number))
            while not await client.post(address, values):
                await self._is_up.wait()
            self._acknowledged += 1
            if self._kill_after and self._acknowledged >= self._kill_after[0]:
                self._due.set()

    async def _kill_again_and_again(self) -> None:
        while self._kill_after:
            await self._due.wait()
            self._is_up.clear()
            self._demo.kill()
            await self._demo.start()
            del self._kill_after[0]
            self._due.clear()
            self._is_up.set()


def line_of(person: str, number: int) -> str:
    """Words that mean nothing to the bot, so that each gets one answer."""
    return f"{person} nói câu số {number} xyzzy"


async def test_people_who_talk_while_the_process_is_killed_lose_no_word_and_no_answer(tmp_path: Path) -> None:
    people, lines, kills = ("an", "khoa", "xinyi", "priya", "minh"), 12, 5
    folder = tmp_path / "data"
    demo = await Demo(folder).start()
    try:
        async with aiohttp.ClientSession() as session, asyncio.timeout(120):
            await Crowd(session, demo, people, lines, kills).talk()
            for person in people:
                await Client(session, demo, person).see_answers(lines)
    finally:
        demo.stop()
    async with open_storage(f"sqlite:///{folder / 'demo.db'}") as storage:
        assert await storage.inbox.pending(10) == ()
        assert await storage.outbox.next_due(SystemClock().now()) is None
        for person in people:
            shown = await storage.transcript.lines(place_of(person), limit=1000)
            assert [line.said for line in shown if line.said] == [line_of(person, number) for number in range(lines)]
            assert lines <= sum(line.message is not None for line in shown) <= lines + kills


async def test_a_hundred_copies_of_an_event_at_once_are_one_turn(tmp_path: Path) -> None:
    demo = await Demo(tmp_path / "data").start()
    try:
        async with aiohttp.ClientSession() as session:
            client = Client(session, demo, "an")
            await client.load()
            address, values = client.fill_in(TYPE, "mục tiêu mới")
            assert all(await asyncio.gather(*(client.post(address, values) for _ in range(100))))
            await client.see_answers(1)
    finally:
        demo.stop()
    async with open_storage(f"sqlite:///{tmp_path / 'data' / 'demo.db'}") as storage:
        lines = await storage.transcript.lines(place_of("an"))
        assert [bool(line.said) for line in lines] == [True, False]
        assert await storage.outbox.next_due(SystemClock().now()) is None
