"""Four working days on which two people write unsigned, told so that one thing at a time can be told differently: who, when, in which order."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from bot.anon.vault import Spool, VaultError
from bot.okr.people import PersonId
from tests.anonymity.channels import CHANNELS
from tests.anonymity.company import HUONG, KHOA, LINH, MANAGER, PRIYA
from tests.anonymity.pages import Device
from tests.anonymity.product import MONDAY, Channel, Plant, Product, Sheet, product
from tests.anonymity.state import Snapshot, snapshot, stats

MINUTE = timedelta(minutes=1)
FIRST_TEXT = "The release was promised before anybody had asked the people who build it."
SECOND_TEXT = "Nobody decides who is on call."
ANSWER = "I will ask them first from now on."
SLOTS = tuple(datetime(2026, 11, day, 8, 1, tzinfo=UTC) for day in (23, 24, 25, 26))
"""A minute after each of four slots, at 16:00 in Shanghai."""
WRITTEN_AT, OVERHEARD_AT = MONDAY + 12 * MINUTE, MONDAY + 16 * MINUTE
"""When the notes are written, and when a colleague says something under her name. All before the same ten minutes' mark."""
ALLOWED = frozenset({"data/anon/spool.bin"})
"""The only file that may change when somebody writes unsigned."""


@dataclass(frozen=True, slots=True)
class Story:
    """What varies. `late` moves both notes, `is_swapped` sends the second one first, `crosses` has them written after instead of before
    what a colleague says under her name, `stumbles` lets the first attempt to write fail; `writes` is False for days without any note."""

    first: PersonId = LINH
    second: PersonId = KHOA
    first_text: str = FIRST_TEXT
    late: timedelta = timedelta(0)
    is_swapped: bool = False
    crosses: bool = False
    stumbles: bool = False
    writes: bool = True
    has_answer: bool = True


@dataclass(slots=True)
class Told:
    """What came of it: snapshots by name, the receipts, what the platform was given to show after the notes had been taken, which files
    changed while somebody wrote, and what was refused."""

    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)
    egress: list[tuple[str, str]] = field(default_factory=list)
    digests: list[tuple[int, int]] = field(default_factory=list)
    """For each slot: how many messages the manager got, and how many bytes."""
    touched: list[str] = field(default_factory=list)
    read_by_author: str = ""
    read_by_manager: str = ""


class Bench:
    """Where stories are told: on one platform, with one kind of named store, and perhaps with a leak in the product. A story is told once."""

    def __init__(
        self,
        folder: Path,
        channel: str,
        named: Callable[[], Path | str],
        *,
        plant: Plant | None = None,
        whole: Story = Story(),
    ) -> None:
        """`named` gives the named store of one run: a prepared file to copy, or the URL of a prepared database. `whole` is what all other stories
        are compared with."""
        self.whole = whole
        self.folder = folder
        self.channel = channel
        self.plant = plant
        self._named = named
        self._numbers = count(1)
        self._told: dict[Story, Told] = {}

    async def tell(self, story: Story) -> Told:
        """What comes of it."""
        if story not in self._told:
            self._told[story] = await self._tell(story)
        return self._told[story]

    async def _tell(self, story: Story) -> Told:
        channel = CHANNELS[self.channel]()
        # A new folder of the same length for each: no path may tell two runs apart.
        folder = self.folder / f"run{next(self._numbers):04}"
        named = self._named()
        async with product(folder, channel, named, plant=self.plant) as one:
            told = Told()
            teller = _Teller(one, channel, told, named if isinstance(named, str) else "")
            await teller.tell(story)
        shutil.rmtree(folder)
        return told


class _Teller:
    def __init__(self, one: Product, channel: Channel, told: Told, url: str) -> None:
        self._one = one
        self._channel = channel
        self._told = told
        self._url = url
        self._shown = 0

    async def tell(self, story: Story) -> None:
        """The whole of it."""
        await self._days(story)
        # Side by side messages may arrive in any order.
        self._told.egress = sorted(self._channel.egress()[self._shown :])

    async def _days(self, story: Story) -> None:
        one = self._one
        await one.pass_until(MONDAY + 5 * MINUTE)
        await one.says(HUONG, "hello")
        written_at = OVERHEARD_AT + MINUTE if story.crosses else WRITTEN_AT + story.late
        for at, is_note in sorted([(OVERHEARD_AT, False), (written_at, True)]):
            await one.pass_until(at)
            await (self._write(story) if is_note else self._overhear())
        await one.pass_until(MONDAY + 50 * MINUTE)
        await self._keep("waiting")
        await one.says(HUONG, "hello")
        for slot in SLOTS[:3]:
            await self._slot(slot)
        await self._keep("released")
        if not story.has_answer:
            return
        if story.writes:
            await self._answer()
        await self._slot(SLOTS[3])
        if story.writes:
            before, shown = stats(one.folder), len(self._channel.egress())
            pages = [(await Device(one).reads(code)).html for code in self._told.codes]
            await one.rest()
            self._look_for_touched(before, "reading", frozenset())
            self._told.touched += [f"reading sent something to {chat}" for chat, _ in self._channel.egress()[shown:]]
            self._told.read_by_author = "\n".join(pages)
        await self._keep("answered")

    async def _overhear(self) -> None:
        await self._one.says(PRIYA, "hello")

    async def _write(self, story: Story) -> None:
        if not story.writes:
            return
        one, told = self._one, self._told
        authors = [(story.first, story.first_text), (story.second, SECOND_TEXT)]
        before = stats(one.folder)
        sheets = [await self._channel.opens(one, person_id) for person_id, _ in authors]
        self._look_for_touched(before, "asking for the form", frozenset())
        shown = len(self._channel.egress())
        order = (1, 0) if story.is_swapped else (0, 1)
        if story.stumbles:
            await self._stumble(sheets[order[0]], authors[order[0]][1])
        codes = {}
        for number in order:
            before = stats(one.folder)
            one.hands.turn(MINUTE)
            codes[number] = await sheets[number].sends(authors[number][1])
            await one.rest()
            self._look_for_touched(before, "writing", ALLOWED)
        told.codes.extend(codes[number] for number in sorted(codes))
        self._shown = shown if self._channel.is_reachable else len(self._channel.egress())

    async def _stumble(self, sheet: Sheet, text: str) -> None:
        """The disk is full for a moment."""
        vault = self._one.vault
        put = vault.put_spool

        async def full(spool: Spool) -> None:
            raise VaultError

        vault.put_spool = full  # type: ignore[method-assign] # the disk, not the product, is what fails here
        await sheet.stumbles(text)
        vault.put_spool = put  # type: ignore[method-assign] # mended

    async def _answer(self) -> None:
        manager = Device(self._one)
        tray = await manager.opens_tray(MANAGER)
        self._told.read_by_manager = tray.text
        await manager.answers(tray, ANSWER)

    def _look_for_touched(self, before: dict[str, tuple[int, int]], doing: str, allowed: frozenset[str]) -> None:
        after = stats(self._one.folder)
        for name in sorted(before.keys() | after.keys()):
            if before.get(name) != after.get(name) and name not in allowed and not name.endswith("-shm"):
                self._told.touched.append(f"{doing} changed {name}")

    async def _slot(self, at: datetime) -> None:
        before = len(self._channel.egress())
        lines = len(await self._one.lines(MANAGER))
        await self._one.tick(at)
        sent = [text for chat, text in self._channel.egress()[before:] if chat == self._channel.chat_of(MANAGER)]
        sent += (await self._one.lines(MANAGER))[lines:] if self._channel.platform == "web" else []
        self._told.digests.append((len(sent), len("".join(sent).encode())))

    async def _keep(self, name: str) -> None:
        self._told.snapshots[name] = await snapshot(self._one.folder, self._url)
