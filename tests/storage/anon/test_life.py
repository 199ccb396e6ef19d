"""Whatever people do and whenever the process dies: what a receipt opens is what was written and answered, in order, and nothing twice."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.anon.port import No, Refused, Taken, ThreadState
from bot.anon.vault import Spool, VaultError
from tests.anon_office import ADMIN, AUTHORS, LEAD, Office

DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["write", "more", "burn", "answer", "pass", "close", "slot", "restart", "crash", "cover"]),
        st.integers(0, 5),
    ),
    max_size=25,
)


@dataclass
class Known:
    """What somebody who wrote everything down knows of a thread."""

    code: str
    written: list[str]
    answered: list[str] = field(default_factory=list)
    is_burnt: bool = False


class Life:
    """An office and somebody who writes everything down."""

    def __init__(self, folder: Path) -> None:
        self.office = Office(folder)
        self.threads: list[Known] = []
        self.words = 0

    def word(self) -> str:
        self.words += 1
        return f"word {self.words}"

    async def do(self, deed: str, number: int) -> None:
        match deed:
            case "write":
                await self.write(number)
            case "more" | "burn" if self.threads:
                await getattr(self, deed)(self.threads[number % len(self.threads)])
            case "answer" | "pass" | "close":
                await self.read(deed, number)
            case "slot":
                await self.office.slot()
            case "restart":
                self.office.restart()
            case "crash":
                await self.crash_within_a_slot()
            case "cover":
                self.office.clock.turn(timedelta(minutes=10))
                await self.office.relay.tick()

    async def write(self, number: int) -> None:
        text = self.word()
        self.office.restart()  # forgets who wrote today
        try:
            code = await self.office.write(AUTHORS[number], text)
        except AssertionError:
            return
        self.threads.append(Known(code, [text]))

    async def more(self, known: Known) -> None:
        text = self.word()
        nonce = self.office.chance.token(16).hex()
        sent = [await self.office.relay.follow_up(known.code, nonce, text, self.word()) for _ in range(2)]
        assert sent[0] == sent[1]
        if sent[0] is Taken.TAKEN:
            known.written.append(text)

    async def burn(self, known: Known) -> None:
        if await self.office.relay.burn(known.code, self.word()) is Taken.TAKEN:
            known.is_burnt = True

    async def read(self, deed: str, number: int) -> None:
        tray = await self.office.relay.tray(LEAD)
        if isinstance(tray, Refused) or not tray.notes:
            return
        note = tray.notes[number % len(tray.notes)]
        known = next(one for one in self.threads if one.written[0] == note.entries[0].text)
        if deed == "answer":
            text = self.word()
            if await self.office.relay.answer(LEAD, note.ref, tray.nonce, text) is Taken.TAKEN:
                known.answered.append(text)
        elif deed == "pass":
            await self.office.relay.pass_to(LEAD, note.ref, tray.nonce, ADMIN)
        else:
            await self.office.relay.close(LEAD, note.ref, tray.nonce)

    async def crash_within_a_slot(self) -> None:
        """After the transaction and before the spool is rewritten."""
        put = self.office.vault.put_spool

        async def die(spool: Spool) -> None:
            raise VaultError

        self.office.clock.turn(timedelta(days=1))
        self.office.vault.put_spool = die  # type: ignore[method-assign] # a death at this very line
        await self.office.relay.tick()
        self.office.vault.put_spool = put  # type: ignore[method-assign] # as above
        self.office.restart()

    async def check(self) -> None:
        for known in self.threads:
            thread = await self.office.relay.look(known.code, self.word())
            if known.is_burnt:
                assert thread == Refused(No.UNKNOWN_CODE)
                continue
            assert not isinstance(thread, Refused)
            assert [entry.text for entry in thread.entries if not entry.by] == known.written
            answers = [entry.text for entry in thread.entries if entry.by and entry.text]
            assert answers == known.answered[: len(answers)]

    async def end(self) -> None:
        """After three more slots everything is out, and nothing waits any more."""
        await self.office.slot(4)
        await self.check()
        assert (await self.office.vault.spool()).items == ()
        for known in self.threads:
            if not known.is_burnt:
                thread = await self.office.look(known.code, self.word())
                assert thread.state in (ThreadState.OPEN, ThreadState.CLOSED)
                assert [entry.text for entry in thread.entries if entry.by and entry.text] == known.answered


async def live(deeds: Sequence[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        life = Life(Path(folder) / "anon")
        for deed, number in deeds:
            await life.do(deed, number)
            await life.check()
        await life.end()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(DEEDS)
def test_a_receipt_opens_what_was_written_and_answered_whatever_happens(deeds: list[tuple[str, int]]) -> None:
    asyncio.run(live(deeds))
