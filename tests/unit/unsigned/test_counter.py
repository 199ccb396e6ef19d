"""What passes between two processes arrives as it was, and whatever else comes through the socket builds and does nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from adapters.unsigned.counter import SOCKET, ask_owner, serving
from adapters.unsigned.elsewhere import Elsewhere
from adapters.unsigned.wire import pack, unpack
from bot.anon.port import Draft, Form, No, Receipt, Refused, Taken, Thread, Tray
from bot.okr.objective import KeyResultId
from tests.anon_office import AUTHORS, BOSS, LEAD, TEAM, Office

ANNA = AUTHORS[0]
NONCE = "ab" * 16


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    office = Office(tmp_path / "anon")
    async with serving(office.relay, tmp_path):
        yield office


@pytest.fixture
def other(office: Office, tmp_path: Path) -> Elsewhere:
    """The relay as another process has it."""
    return Elsewhere(partial(ask_owner, tmp_path))


async def test_a_note_goes_there_and_its_answer_comes_back_through_another_process(office: Office, other: Elsewhere) -> None:
    form = await other.form(ANNA)
    assert isinstance(form, Form)
    receipt = await other.submit(ANNA, Draft(form.nonce, "Không ai quyết định. 没人拍板。\n\u2028", "kr:kr1"))
    assert isinstance(receipt, Receipt)
    await office.released()
    tray = await other.tray(LEAD)
    assert isinstance(tray, Tray)
    assert tray.notes == (await office.tray()).notes
    assert await other.marks() == {KeyResultId("kr1")}
    assert await other.open_since(LEAD) == (tray.notes[0].since,)
    ref = tray.notes[0].ref
    assert await other.answer(LEAD, ref, tray.nonce, "I will.") is Taken.TAKEN
    assert [await do(LEAD, ref, f"{number:032x}") for number, do in enumerate((other.thank, other.close))] == [Taken.TAKEN] * 2
    await office.slot()
    thread = await other.look(receipt.code, "page")
    assert isinstance(thread, Thread)
    assert [(entry.text, entry.by) for entry in thread.entries][1] == ("I will.", "陈杰")
    assert await other.burn(receipt.code, "page") is Taken.TAKEN
    assert await other.look(receipt.code, "page") == Refused(No.UNKNOWN_CODE)


async def test_refusals_come_with_their_facts(office: Office, other: Elsewhere) -> None:
    assert await other.submit(ANNA, Draft(NONCE, "x" * 2000)) == Refused(No.TOO_LONG, {"limit": 1000})
    assert await other.follow_up("no code", NONCE, "More.", "page") == Refused(No.UNKNOWN_CODE)
    assert await other.pass_to(LEAD, "0" * 20, NONCE, BOSS) == Refused(No.NOT_YOURS)
    assert await other.set_inbox(LEAD, TEAM, is_open=False) is Taken.TAKEN
    assert await other.form(ANNA) == Refused(No.INBOX_CLOSED)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"not json",
        b'["tick", [], {"facts": {}}]',
        b'["__class__", [], {"facts": {}}]',
        b'["_run_slot", [], {"facts": {}}]',
        b'["form", [{"Path": "/etc/passwd"}], {"facts": {}}]',
        b'{"set": 1}',
        b"[" * 100_000,
    ],
)
async def test_whatever_else_comes_is_answered_nothing_and_changes_nothing(line: bytes, office: Office, tmp_path: Path) -> None:
    before = office.files()
    reader, writer = await asyncio.open_unix_connection(tmp_path / SOCKET)
    writer.write(line + b"\n")
    writer.write_eof()
    assert await reader.read() == b""
    writer.close()
    assert office.files() == before


async def test_nobody_else_on_the_machine_can_ask(office: Office, tmp_path: Path) -> None:
    assert (tmp_path / SOCKET).stat().st_mode & 0o077 == 0


async def test_an_answer_that_is_none_is_a_refusal(tmp_path: Path) -> None:
    async def says_nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(json.dumps(pack(Receipt("not what was asked for"))).encode() + b"\n")
        writer.close()

    async with await asyncio.start_unix_server(says_nonsense, tmp_path / SOCKET):
        assert await Elsewhere(partial(ask_owner, tmp_path)).form(ANNA) == Refused(No.NOT_NOW)


def test_only_values_of_the_port_pass() -> None:
    with pytest.raises(TypeError):
        pack(Path("/"))
    with pytest.raises(KeyError):
        unpack({"Path": "/"})
    assert pack(Refused(No.EMPTY)) == {"Refused": [{"No": "empty"}, None]}
