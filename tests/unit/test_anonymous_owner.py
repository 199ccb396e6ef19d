"""One process has the relay's files; the next one takes over when it ends."""

from __future__ import annotations

from pathlib import Path

from adapters.assembly import anon_folder, anonymous_relay, trouble_of_anonymous_files
from adapters.clock import SystemClock
from adapters.settings import Settings, load
from bot.anon.port import No, Refused
from bot.okr.people import PersonId
from tests.chat import Office

MINH = PersonId("minh")


def settings_in(folder: Path) -> Settings:
    return load({"DATA_DIR": str(folder / "var")}, folder)


async def test_a_second_process_says_so_and_takes_over_when_the_first_ends(tmp_path: Path) -> None:
    settings, reading = settings_in(tmp_path), Office().reading
    with anonymous_relay(settings, reading, SystemClock()) as first:
        assert not isinstance(await first.form(MINH), Refused)
        with anonymous_relay(settings, reading, SystemClock()) as second:
            assert await second.form(MINH) == Refused(No.ELSEWHERE)
            assert await second.tick() is None
            assert await second.marks() == frozenset()
            assert await second.open_since(MINH) == ()
    with anonymous_relay(settings, reading, SystemClock()) as old:
        second_scope = anonymous_relay(settings, reading, SystemClock())
        new = second_scope.__enter__()
        assert await new.form(MINH) == Refused(No.ELSEWHERE)
        assert not isinstance(await old.form(MINH), Refused)
    await new.tick()
    assert not isinstance(await new.form(MINH), Refused)
    second_scope.__exit__(None, None, None)


def test_a_fresh_folder_has_no_trouble_and_a_missing_key_is_named_with_what_to_do(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    assert trouble_of_anonymous_files(settings) is None
    with anonymous_relay(settings, Office().reading, SystemClock()):
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
    with anonymous_relay(settings, Office().reading, SystemClock()) as relay:
        assert await relay.form(MINH) == Refused(No.ELSEWHERE)
