"""A company with an anonymous relay over real files, a clock to turn and chance from a seed: what tests of the anonymous path start from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from bot.anon.audience import Company, Member, Unit
from bot.anon.port import Draft, Form, Receipt, Refused, Slot, Thread, Tray
from bot.anon.relay import Relay
from bot.anon.slots import Plan, next_slot
from bot.anon.terms import Terms
from bot.okr.people import PersonId, TeamId
from storage.anon.vault import FileVault

MONDAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
"""Ten in the morning in Hanoi, six hours before the slot."""
MINUTE = timedelta(minutes=1)

TOP, TEAM = TeamId("lantern"), TeamId("growth")
BOSS, LEAD, ADMIN = PersonId("mei"), PersonId("jie"), PersonId("thomas")
AUTHORS = tuple(PersonId(f"writer{number}") for number in range(9))


@dataclass
class Hands:
    """A clock whose hands are turned."""

    at: datetime = MONDAY

    def now(self) -> datetime:
        return self.at

    def turn(self, by: timedelta) -> None:
        self.at += by


class Seeded:
    """Chance from a seed: the same draws in the same order."""

    def __init__(self, seed: bytes = b"seed") -> None:
        self._seed = seed
        self._drawn = 0

    def token(self, size: int) -> bytes:
        self._drawn += 1
        return hashlib.shake_256(self._seed + self._drawn.to_bytes(8, "big")).digest(size)


def company(authors: Sequence[PersonId] = AUTHORS) -> Company:
    """Lantern with one team; Mei leads the company, Jie the team, Thomas is the admin."""
    units = (Unit(TOP, "Lantern", None, frozenset({BOSS})), Unit(TEAM, "Growth", TOP, frozenset({LEAD})))
    readers = (
        Member(BOSS, "林梅", TOP, can_receive=True),
        Member(LEAD, "陈杰", TEAM, can_receive=True),
        Member(ADMIN, "Thomas", TOP, can_write=False, can_receive=True),
    )
    return Company(units, (*readers, *(Member(one, f"Name of {one}", TEAM) for one in authors)))


@dataclass
class FakeDirectory:
    """A company that tests change."""

    now: Company = field(default_factory=company)
    clock_plan: Plan = field(default_factory=lambda: Plan(time(16, 0), "Asia/Ho_Chi_Minh"))
    sentences: dict[str, str] = field(default_factory=lambda: {"kr1": "Sign-ups from 10 to 20"})

    async def company(self, *, is_fresh: bool = False) -> Company:
        return self.now

    async def may_read(self, person_id: PersonId) -> bool:
        return any(one.id == person_id and one.can_receive for one in self.now.members)

    async def plan(self) -> Plan:
        return self.clock_plan

    async def topics(self, unit_ids: Sequence[TeamId]) -> tuple[tuple[str, str], ...]:
        return tuple(self.sentences.items())

    async def sentence(self, key_result_id: str) -> str:
        return self.sentences.get(key_result_id, "")


class Office:
    """The company at work. `restart` is what a new process finds."""

    def __init__(self, folder: Path, *, seed: bytes = b"seed", terms: Terms | None = None) -> None:
        self.folder = folder
        self.clock = Hands()
        self.chance = Seeded(seed)
        self.directory = FakeDirectory()
        self.terms = terms or Terms()
        self.restart()

    def restart(self) -> None:
        self.vault = FileVault(self.folder, self.clock, self.chance)
        self.vault.open()
        self.relay = Relay(self.vault, self.directory, self.clock, self.chance, self.terms)

    def lose_people(self, left: int) -> None:
        """All but `left` possible authors leave."""
        self.directory.now = company(AUTHORS[:left])

    async def write(
        self, person_id: PersonId = AUTHORS[0], text: str = "The tests are broken for weeks.", about: str = ""
    ) -> str:
        """Open the form, send it; the code."""
        form = await self.relay.form(person_id)
        assert isinstance(form, Form), form
        receipt = await self.relay.submit(person_id, Draft(form.nonce, text, about))
        assert isinstance(receipt, Receipt), receipt
        return receipt.code

    async def slot(self, days: int = 1) -> Slot:
        """Let the next slot come, or so many of them; what the last one brought."""
        slot: Slot | Refused | None = None
        for _ in range(days):
            self.clock.at = next_slot(await self.directory.plan(), self.clock.at) + MINUTE
            slot = await self.relay.tick()
        assert isinstance(slot, Slot), slot
        return slot

    async def released(self) -> None:
        """Three slots: by then every note is out."""
        await self.slot(3)

    async def look(self, code: str, asker: str = "page") -> Thread:
        thread = await self.relay.look(code, asker)
        assert isinstance(thread, Thread), thread
        return thread

    async def tray(self, person_id: PersonId = LEAD) -> Tray:
        tray = await self.relay.tray(person_id)
        assert isinstance(tray, Tray), tray
        return tray

    def shrink_floor_of(self, number: int) -> None:
        """Another floor from now on."""
        self.terms = replace(self.terms, floor=number)
        self.restart()

    def files(self) -> dict[str, bytes]:
        """Everything in the folder."""
        return {
            str(file.relative_to(self.folder)): file.read_bytes() for file in sorted(self.folder.rglob("*")) if file.is_file()
        }
