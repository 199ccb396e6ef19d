"""One process has the relay's files; the next one takes over when it ends."""

from __future__ import annotations

import socket
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

from adapters.assembly import anon_folder, anonymous_relay, trouble_of_anonymous_files
from adapters.clock import SystemClock
from adapters.settings import Settings, load
from adapters.unsigned.counter import SOCKET, ask_owner
from adapters.unsigned.elsewhere import Elsewhere
from bot.anon.port import Form, No, Refused
from bot.okr.people import PersonId
from tests.chat import Office

MINH, MEI = PersonId("minh"), PersonId("mei")


def settings_in(folder: Path) -> Settings:
    return load({"DATA_DIR": str(folder / "var")}, folder)


async def test_a_second_process_asks_the_first_and_takes_over_when_that_ends(tmp_path: Path) -> None:
    settings, reading = settings_in(tmp_path), Office().reading
    ending = AsyncExitStack()
    async with ending:
        async with anonymous_relay(settings, reading, SystemClock()) as first:
            second = await ending.enter_async_context(anonymous_relay(settings, reading, SystemClock()))
            for person_id in (MINH, MEI):
                asked, owned = await second.form(person_id), await first.form(person_id)
                assert isinstance(asked, Form) == isinstance(owned, Form)
                assert asked == (
                    replace(owned, nonce=asked.nonce) if isinstance(owned, Form) and isinstance(asked, Form) else owned
                )
            assert await second.tick() is None, "the clock is the first one's"
            assert await second.marks() == frozenset()
            assert await second.open_since(MINH) == ()
        assert await second.form(MINH) == Refused(No.ELSEWHERE)
        await second.tick()
        assert isinstance(await second.form(MINH), Form)


async def test_what_a_killed_process_left_behind_is_in_nobodys_way(tmp_path: Path) -> None:
    settings, reading = settings_in(tmp_path), Office().reading
    (folder := anon_folder(settings)).mkdir(parents=True, mode=0o700)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(folder / SOCKET))
    (folder / SOCKET).chmod(0o600)
    assert await Elsewhere(partial(ask_owner, folder)).form(MINH) == Refused(No.ELSEWHERE)
    async with anonymous_relay(settings, reading, SystemClock()), anonymous_relay(settings, reading, SystemClock()) as second:
        assert isinstance(await second.form(MINH), Form)
        assert trouble_of_anonymous_files(settings) is None


async def test_where_no_socket_can_be_made_another_process_says_where_the_files_are(tmp_path: Path) -> None:
    settings, reading = settings_in(tmp_path / ("deep" * 40)), Office().reading
    async with anonymous_relay(settings, reading, SystemClock()) as first:
        assert isinstance(await first.form(MINH), Form)
        async with anonymous_relay(settings, reading, SystemClock()) as second:
            assert await second.form(MINH) == Refused(No.ELSEWHERE)


async def test_a_fresh_folder_has_no_trouble_and_a_missing_key_is_named_with_what_to_do(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    assert trouble_of_anonymous_files(settings) is None
    async with anonymous_relay(settings, Office().reading, SystemClock()):
        assert trouble_of_anonymous_files(settings) is None
    for key in (anon_folder(settings) / "keys").iterdir():
        key.unlink()
    trouble = trouble_of_anonymous_files(settings)
    assert trouble is not None
    assert "keys are missing" in trouble.what
    assert "Put the keys back" in trouble.remedy


async def test_a_folder_that_cannot_be_made_is_a_refusal_and_no_crash(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    (tmp_path / "var").write_text("a file where the folder should be")
    async with anonymous_relay(settings, Office().reading, SystemClock()) as relay:
        assert await relay.form(MINH) == Refused(No.ELSEWHERE)
