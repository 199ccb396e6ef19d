"""The `laban` command as people run it: a process of its own, its output, its exit code."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.chat.incoming import Place
from bot.chat.message import Message, Paragraph
from bot.chat.richtext import words
from bot.okr.invites import CODE_LENGTH, hash_of, normalise
from bot.ports import Outgoing, Turn
from storage import open_storage

LABAN = Path(sys.executable).with_name("laban")
PASSWORD = "hunter2-never-shown"
KEY = "q7Jm2Vx9Tt4Lw0Zk5Rb8Ny3Hc6Gd1Fs-PuEa"
COMPANY = """name,email,team,role,manager_email,locale,timezone,telegram_id,slack_id,dingtalk_id
林梅,mei@x.vn,Company,manager,,zh,Asia/Shanghai,,,
Phạm Bảo An,an@x.vn,Company/Marketing,member,mei@x.vn,vi,Asia/Ho_Chi_Minh,700100200,,
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


def _environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Nothing of whoever runs the tests: only what the command is meant to see."""
    return {"PATH": os.environ.get("PATH", ""), "HOME": "/nonexistent", "LANG": "C.UTF-8", **(extra or {})}


def _laban(folder: Path, *arguments: str, **extra: str) -> Ran:
    ended = subprocess.run(
        [LABAN, *arguments], check=False, cwd=folder, env=_environment(extra), capture_output=True, text=True, timeout=40
    )
    assert "Traceback" not in ended.stdout + ended.stderr
    return Ran(ended.returncode, ended.stdout, ended.stderr)


def _free_port() -> int:
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextmanager
def _running(folder: Path, *arguments: str, **extra: str) -> Iterator[subprocess.Popen[str]]:
    """A server that says on stdout when people can come in; stopped afterwards, whatever happened."""
    with (folder / "server.err").open("w") as errors:
        process = subprocess.Popen(
            [LABAN, *arguments], cwd=folder, env=_environment(extra), stdout=subprocess.PIPE, stderr=errors, text=True
        )
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if "http://" in line:
                    break
            else:
                pytest.fail(f"{arguments} ended with {process.wait(10)}: {(folder / 'server.err').read_text()}")
            yield process
        finally:
            process.kill()
            process.wait(10)
            process.stdout.close()


def _get(port: int, path: str) -> tuple[int, str]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


@pytest.fixture(scope="session")
def fresh_installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the database has been made; to be copied, never used."""
    folder = tmp_path_factory.mktemp("installation")
    assert _laban(folder, "migrate").code == 0
    return folder


@pytest.fixture
def installed(fresh_installation: Path, tmp_path: Path) -> Path:
    """A folder of one's own in which the database has been made."""
    shutil.copytree(fresh_installation, tmp_path, dirs_exist_ok=True)
    return tmp_path


# --- the command itself ---


def test_the_version_is_said_without_loading_anything_heavy(tmp_path: Path) -> None:
    assert re.fullmatch(r"laban \d+\.\d+\.\d+\S*\n", _laban(tmp_path, "--version").out)
    look = "import sys; sys.argv = ['laban', '--version']; from adapters.cli import main; main(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", look], check=True, capture_output=True, text=True).stdout.split()
    assert not {"typer", "rich", "aiohttp", "tortoise", "asyncio", "pydantic"} & set(loaded)


def test_an_unknown_command_is_refused_and_help_names_them_all(tmp_path: Path) -> None:
    assert _laban(tmp_path, "nonsense").code == 2
    told = _laban(tmp_path, "--help")
    assert told.code == 0
    for command in ("demo", "run", "migrate", "preview", "people", "invite", "doctor", "coach", "day", "round", "slack"):
        assert command in told.out


def test_every_wrong_setting_is_named_at_once_by_every_command(tmp_path: Path) -> None:
    for command in (["run"], ["people", "import", "-"], ["doctor"]):
        ran = _laban(tmp_path, *command, PORT="eighty", SECRET_KEY="changeme", PUBLIC_URL="nowhere")
        assert ran.code == 1, command
        assert all(name in ran.said for name in ("PORT", "SECRET_KEY", "PUBLIC_URL")), command
        assert "changeme" not in ran.said


# --- people import ---


def test_people_are_imported_and_a_second_time_nothing_changes(installed: Path) -> None:
    (installed / "people.csv").write_text(COMPANY)
    first = _laban(installed, "people", "import", "people.csv")
    assert first.code == 0
    assert "2 created, 0 changed, 0 unchanged." in first.out
    assert "Company/Marketing" in first.out
    second = _laban(installed, "people", "import", "people.csv")
    assert second.code == 0
    assert second.out.strip() == "0 created, 0 changed, 2 unchanged."


def test_a_dry_run_shows_what_would_change_and_stores_nothing(installed: Path) -> None:
    (installed / "people.csv").write_text(COMPANY)
    dry = _laban(installed, "people", "import", "people.csv", "--dry-run")
    assert dry.code == 0
    assert "2 would be created" in dry.out
    assert "Nothing was stored." in dry.out
    assert "nobody yet" in _laban(installed, "doctor").out
    _laban(installed, "people", "import", "people.csv")
    (installed / "people.csv").write_text(COMPANY.replace("Asia/Ho_Chi_Minh", "Asia/Shanghai"))
    changed = _laban(installed, "people", "import", "people.csv", "--dry-run")
    assert "timezone: Asia/Ho_Chi_Minh → Asia/Shanghai" in changed.out
    assert "1 would be changed, 1 unchanged" in changed.out


def test_bad_rows_are_named_and_then_nothing_is_imported(installed: Path) -> None:
    (installed / "people.csv").write_text(
        COMPANY + "Bình,binh@x.vn,Company,chief,ghost@x.vn,vi,Asia/Hanoi,,,\n,,Company,,,,,,,\n"
    )
    ran = _laban(installed, "people", "import", "people.csv")
    assert ran.code == 1
    lines = ran.err.splitlines()
    assert [line.partition(":")[0] for line in lines[:-1]] == [
        "line 4, manager_email",
        "line 4, role",
        "line 4, timezone",
        "line 5, name",
    ]
    assert lines[-1] == "Nothing was imported."
    assert "nobody yet" in _laban(installed, "doctor").out


def test_a_file_can_be_piped_in(installed: Path) -> None:
    ran = subprocess.run(
        [LABAN, "people", "import", "-"],
        check=False,
        cwd=installed,
        env=_environment(),
        input=COMPANY.encode(),
        capture_output=True,
        timeout=40,
    )
    assert ran.returncode == 0
    assert b"2 created" in ran.stdout


@pytest.mark.parametrize("name", ["missing.csv", ".", "workbook.xlsx", "endless.csv"])
def test_a_file_that_cannot_be_read_gets_a_sentence(name: str, installed: Path) -> None:
    (installed / "workbook.xlsx").write_bytes(b"PK\x03\x04...")
    with (installed / "endless.csv").open("wb") as endless:
        endless.truncate(1 << 30)  # a gigabyte of nothing; takes no room on the disk
    ran = _laban(installed, "people", "import", name)
    assert ran.code == 1
    assert len(ran.err.splitlines()) in (1, 2)


def test_markup_in_a_name_stays_text(installed: Path) -> None:
    (installed / "people.csv").write_text('name,team\n"[bold]An[/bold] =cmd()","[red]Team"\n')
    assert "[bold]An[/bold] =cmd()" in _laban(installed, "people", "import", "people.csv").out


# --- invite ---


def test_an_invitation_is_shown_once_and_only_its_hash_is_kept(installed: Path) -> None:
    ran = _laban(installed, "invite", "--team", "Company", "--role", "admin", "--days", "3", "--uses", "2")
    assert ran.code == 0
    code = ran.out.splitlines()[0]
    assert len(normalise(code)) == CODE_LENGTH
    assert "2 people into Company as admin" in ran.out
    stored = b"".join(file.read_bytes() for file in (installed / "var").glob("laban.db*"))
    assert hash_of(code).encode() in stored or hashlib.sha256(normalise(code).encode()).digest() in stored
    assert code.encode() not in stored
    assert normalise(code).encode() not in stored


def test_an_invitation_needs_a_team_that_exists(installed: Path) -> None:
    assert "Import people" in _laban(installed, "invite").err
    (installed / "people.csv").write_text(COMPANY)
    _laban(installed, "people", "import", "people.csv")
    assert "into Company as member" in _laban(installed, "invite").out
    assert "into Company/Marketing as member" in _laban(installed, "invite", "--team", "company / marketing").out
    wrong = _laban(installed, "invite", "--team", "Company/Marketting")
    assert wrong.code == 1
    assert "Did you mean Company/Marketing" in wrong.err


# --- doctor ---


def test_the_doctor_says_what_to_do_first_and_is_content_afterwards(tmp_path: Path) -> None:
    fresh = _laban(tmp_path, "doctor")
    assert fresh.code == 1
    assert "laban migrate" in fresh.out
    assert not (tmp_path / "var").exists()
    _laban(tmp_path, "migrate")
    well = _laban(tmp_path, "doctor", PORT=str(_free_port()))
    assert well.code == 0, well.said
    assert "laban people import" in well.out
    assert "nowhere to talk with Laban yet" in well.out
    (tmp_path / "people.csv").write_text(COMPANY)
    _laban(tmp_path, "people", "import", "people.csv")
    assert "2 people in 2 teams" in _laban(tmp_path, "doctor", PORT=str(_free_port())).out


def test_the_doctor_finds_a_taken_port(installed: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        ran = _laban(installed, "doctor", PORT=str(other.getsockname()[1]))
    assert ran.code == 1
    assert "cannot be listened on" in ran.out


def test_the_doctor_finds_a_database_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var/laban.db").write_bytes(b"this is no database" * 300)
    ran = _laban(tmp_path, "doctor")
    assert ran.code == 1
    assert "Database" in ran.out


def test_an_unreachable_server_gets_a_sentence_without_the_password(tmp_path: Path) -> None:
    url = f"postgres://laban:{PASSWORD}@127.0.0.1:{_free_port()}/laban"
    for command in (["doctor"], ["run"]):
        ran = _laban(tmp_path, *command, DATABASE_URL=url, PORT=str(_free_port()))
        assert ran.code == 1, command
        assert "nothing listens there" in ran.said, command
        assert PASSWORD not in ran.said, command


def test_a_server_without_our_database_gets_a_sentence(fresh_postgres_url: str, tmp_path: Path) -> None:
    ran = _laban(tmp_path, "migrate", DATABASE_URL=f"{fresh_postgres_url}_elsewhere")
    assert ran.code == 1
    assert "no database of this name" in ran.err


async def test_the_doctor_tells_of_dead_letters_but_not_what_was_in_them(installed: Path) -> None:
    now = datetime.now(UTC)
    message = Message((Paragraph(words("please tell nobody")),))
    async with open_storage(f"sqlite:///{installed}/var/laban.db") as storage:
        await storage.work.save(Turn(now, outgoing=(Outgoing(Place("slack", "T1", "D024BE7LH"), message, "one"),)))
        (envelope,) = await storage.outbox.claim("test", now, timedelta(seconds=60), 1)
        await storage.outbox.bury("test", envelope.id, "channel_not_found", now)
    ran = _laban(installed, "doctor", PORT=str(_free_port()))
    assert ran.code == 0
    assert "1 could never be delivered" in ran.out
    assert "slack: channel_not_found" in ran.out
    assert "nobody" not in ran.out.replace("nobody yet", "")


# --- migrate ---


def _migrate_three_times_at_once(folder: Path, **extra: str) -> list[int]:
    processes = [
        subprocess.Popen(
            [LABAN, "migrate"], cwd=folder, env=_environment(extra), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        for _ in range(3)
    ]
    outputs = [process.communicate(timeout=40)[0].decode() for process in processes]
    assert sum("applied" in output for output in outputs) == 1, outputs
    return [process.returncode for process in processes]


def test_three_processes_migrate_sqlite_at_once(tmp_path: Path) -> None:
    assert _migrate_three_times_at_once(tmp_path) == [0, 0, 0]
    assert "all applied" in _laban(tmp_path, "doctor").out


def test_three_processes_migrate_postgresql_at_once(fresh_postgres_url: str, tmp_path: Path) -> None:
    assert _migrate_three_times_at_once(tmp_path, DATABASE_URL=fresh_postgres_url) == [0, 0, 0]
    assert "all applied" in _laban(tmp_path, "doctor", DATABASE_URL=fresh_postgres_url).out


def test_people_are_imported_into_postgresql(fresh_postgres_url: str, tmp_path: Path) -> None:
    _laban(tmp_path, "migrate", DATABASE_URL=fresh_postgres_url)
    (tmp_path / "people.csv").write_text(COMPANY)
    assert "2 created" in _laban(tmp_path, "people", "import", "people.csv", DATABASE_URL=fresh_postgres_url).out
    assert "2 unchanged" in _laban(tmp_path, "people", "import", "people.csv", DATABASE_URL=fresh_postgres_url).out


# --- run ---


def test_nothing_runs_on_a_database_that_lacks_migrations(tmp_path: Path) -> None:
    for command in (["run"], ["invite"]):
        ran = _laban(tmp_path, *command, PORT=str(_free_port()))
        assert ran.code == 1
        assert "Run: laban migrate" in ran.err


def test_a_taken_port_gets_a_sentence_and_another_one_is_named(installed: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        for command in (["run"], ["demo", "--port", str(port)]):
            ran = _laban(installed, *command, PORT=str(port))
            assert ran.code == 1
            assert ran.err.startswith(f"Port {port} on 127.0.0.1 is taken")
            assert f"PORT={port + 1}" in ran.err


def test_two_never_run_on_one_sqlite_file(installed: Path) -> None:
    port = _free_port()
    with _running(installed, "run", PORT=str(port)) as first:
        second = _laban(installed, "run", PORT=str(_free_port()))
        assert second.code == 1
        assert f"already running on {installed}/var/laban.db (process {first.pid}, http://127.0.0.1:{port})" in second.err
        assert f"Laban is running on 127.0.0.1:{port}" in _laban(installed, "doctor", PORT=str(port)).out


def test_a_killed_process_leaves_no_lock_behind(installed: Path) -> None:
    port = _free_port()
    with _running(installed, "run", PORT=str(port)) as first:
        first.send_signal(signal.SIGKILL)
        first.wait(10)
        with _running(installed, "run", PORT=str(port)):
            assert _get(port, "/health") == (200, "ok")


def test_the_web_chat_is_off_outside_the_demo(installed: Path) -> None:
    port = _free_port()
    with _running(installed, "run", PORT=str(port)):
        number, page = _get(port, "/")
        assert number == 404
        assert "mei" not in page


def test_a_stop_does_not_wait_for_open_pages(tmp_path: Path) -> None:
    port = _free_port()
    with (
        _running(tmp_path, "demo", PORT=str(port)) as server,
        closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as page,
    ):
        page.request("GET", "/as/an/events")
        assert page.getresponse().status == 200
        began = time.monotonic()
        server.terminate()
        assert server.wait(10) == 0
        assert time.monotonic() - began < 5


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_is_no_failure(number: signal.Signals, installed: Path) -> None:
    with _running(installed, "run", PORT=str(_free_port())) as server:
        server.send_signal(number)
        assert server.wait(10) == 0
    assert "Traceback" not in (installed / "server.err").read_text()


def test_nothing_secret_is_ever_written(installed: Path) -> None:
    port = _free_port()
    said = []
    with _running(installed, "run", PORT=str(port), SECRET_KEY=KEY) as server:
        _get(port, "/health")
        _get(port, "/as/mei")
        server.terminate()
        assert server.stdout is not None
        said.append(server.stdout.read())
    said.append((installed / "server.err").read_text())
    said += [_laban(installed, *command, SECRET_KEY=KEY).said for command in (["doctor"], ["invite", "--team", "Company"])]
    assert not any(KEY in text for text in said)


def test_the_key_is_made_at_the_first_start_and_closed_to_others(installed: Path) -> None:
    with _running(installed, "run", PORT=str(_free_port())):
        key = installed / "var/secret.key"
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        assert key.read_text().strip() not in (installed / "server.err").read_text()


# --- demo ---


def test_the_demo_lets_a_visitor_be_anybody_and_keeps_its_company(tmp_path: Path) -> None:
    port = _free_port()
    with _running(tmp_path, "demo", PORT=str(port)):
        number, page = _get(port, "/")
        assert number == 200
        for name in ("林梅", "Phạm Bảo An", "Daniel Okafor", "lantern-welcomes-somebody-new"):
            assert name in page
        assert _get(port, "/as/an")[0] == 200
        assert _get(port, "/as/nobody")[0] == 404
    made_at = (tmp_path / "var/demo.db").stat().st_ino
    with _running(tmp_path, "demo", PORT=str(port)):
        assert _get(port, "/as/an")[0] == 200
    assert (tmp_path / "var/demo.db").stat().st_ino == made_at


def test_a_reset_deletes_the_demo_and_nothing_else(installed: Path) -> None:
    port = _free_port()
    (installed / "var/demo.db.bak").write_text("mine")
    before = (installed / "var/laban.db").read_bytes()
    with _running(installed, "demo", PORT=str(port)):
        refused = _laban(installed, "demo", "--reset", PORT=str(_free_port()))
        assert "already running" in refused.err
    made_at = (installed / "var/demo.db").stat().st_ino
    (installed / "hold").hardlink_to(installed / "var/demo.db")  # keeps the number from being given again
    with _running(installed, "demo", "--reset", PORT=str(port)):
        assert _get(port, "/as/an")[0] == 200
    assert (installed / "var/demo.db").stat().st_ino != made_at
    assert (installed / "var/demo.db.bak").read_text() == "mine"
    assert (installed / "var/laban.db").read_bytes() == before


def test_the_coach_answers_piped_lines_and_ends_with_one_when_a_line_was_bad(tmp_path: Path) -> None:
    lines = '{"id":"a","kind":"key_result","text":"NPS 30 → 50"}\n\nnonsense\n'
    ended = subprocess.run(
        [LABAN, "coach"], check=False, cwd=tmp_path, env=_environment(), input=lines, capture_output=True, text=True, timeout=40
    )
    first, second = map(json.loads, ended.stdout.splitlines())
    assert ended.returncode == 1
    assert (first["id"], first["verdict"]) == ("a", "good")
    assert second == {"id": None, "error": "the line is not JSON"}


def test_the_coach_shows_a_person_what_it_makes_of_a_sentence(tmp_path: Path) -> None:
    said = _laban(tmp_path, "coach", "Improve customer satisfaction")
    assert said.code == 0
    assert "Raise customer satisfaction from __ to __" in said.out
