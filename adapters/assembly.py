"""Joins the core with storage: opens the database behind the settings. The only adapter that sees storage."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path

from adapters.clock import SystemClock
from adapters.folder_lock import AlreadyRunningError, hold
from adapters.ids import RandomIds, SystemChance
from adapters.settings import DEMO_FILE, Settings, make_data_dir
from adapters.unsigned.counter import ask_owner, serving
from adapters.unsigned.elsewhere import Elsewhere
from bot.actions.unsigned_directory import OrganisationDirectory
from bot.anon.port import AnonymousRelay
from bot.anon.relay import Relay
from bot.anon.terms import Terms
from bot.anon.vault import VaultError
from bot.ports import About, Clock, Deps, NoUnsignedNotes, Reading, UnsignedNotes
from storage import MigrationError, Storage, open_storage

__all__ = [
    "StartError",
    "Storage",
    "about_of",
    "anon_folder",
    "anonymous_relay",
    "deps_of",
    "make_folder_of_database",
    "migrate",
    "opened",
    "pending_migrations",
    "reason_of",
    "trouble_of_anonymous_files",
]

LOG = logging.getLogger("laban")

OPEN_SECONDS = 15.0
"""A database that has not answered by then is as good as not there."""


_FAILURES = {
    "InvalidPasswordError": "it refuses this user and password",
    "InvalidAuthorizationSpecificationError": "it refuses this user and password",
    "InvalidCatalogNameError": "it has no database of this name",
    "InsufficientPrivilegeError": "this user lacks rights there",
    "TooManyConnectionsError": "it takes no more connections",
    "CannotConnectNowError": "it is starting up or shutting down",
    "gaierror": "nobody knows this host",
    "TimeoutError": f"it did not answer within {OPEN_SECONDS:.0f} seconds",
    "ConnectionRefusedError": "nothing listens there",
    "SQLITE_NOTADB": "this file is no SQLite database",
    "SQLITE_CORRUPT": "the file is damaged",
    "SQLITE_CANTOPEN": "the file cannot be opened by this user",
    "SQLITE_READONLY": "the file cannot be written by this user",
    "SQLITE_BUSY": "another process holds it",
    "SQLITE_FULL": "the disk is full",
}
"""What a driver's error says in words, by the kind of error or SQLite's name for it."""


class StartError(Exception):
    """Laban cannot start, or cannot reach what it needs: `what` is wrong, and the `remedy`. Neither holds anything secret."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} {remedy}")
        self.what = what
        self.remedy = remedy


@asynccontextmanager
async def opened(settings: Settings, *, is_schema_needed: bool = True) -> AsyncIterator[Storage]:
    """Storage, closed afterwards in any case (an open one keeps the process from ending).

    Raises StartError when the database cannot be reached, or when migrations are missing and `is_schema_needed`.
    """
    missing = await pending_migrations(settings) if is_schema_needed else ()
    if missing:
        number = f"{len(missing)} migrations" if len(missing) > 1 else "a migration"
        raise StartError(f"The database ({settings.database}) lacks {number}.", "Run: laban migrate")
    storage = _storage_of(settings)
    with _told_plainly(settings):
        async with asyncio.timeout(OPEN_SECONDS):
            await storage.open()
    try:
        yield storage
    finally:
        await storage.close()


async def migrate(settings: Settings) -> tuple[str, ...]:
    """Bring the database up to date; the names of what was applied. Safe while others do the same. Raises StartError."""
    storage = _storage_of(settings)
    with _told_plainly(settings):
        return await storage.migrate()


async def pending_migrations(settings: Settings) -> tuple[str, ...]:
    """The names of what `migrate` would apply. Changes nothing. Raises StartError."""
    storage = _storage_of(settings)
    with _told_plainly(settings):
        async with asyncio.timeout(OPEN_SECONDS):
            return await storage.pending_migrations()


def _storage_of(settings: Settings) -> Storage:
    """Storage, still closed."""
    if settings.database_file is not None:
        make_folder_of_database(settings)
    with _told_plainly(settings):
        return open_storage(settings.database_url.reveal())


@contextmanager
def _told_plainly(settings: Settings) -> Iterator[None]:
    """Whatever the database's driver raises becomes a StartError."""
    try:
        yield
    except MigrationError as error:
        what, _, remedy = str(error).partition(": ")
        raise StartError(
            f"The database ({settings.database}) cannot be used as it is: {what}.", f"{remedy[:1].upper()}{remedy[1:]}."
        ) from None
    except Exception as error:
        raise _unreachable(settings, error) from None


def deps_of(storage: Storage, unsigned: UnsignedNotes | None = None, about: About | None = None) -> Deps:
    """What a turn needs."""
    return Deps(storage.reading, storage.work, SystemClock(), RandomIds(), unsigned or NoUnsignedNotes(), about or About())


def about_of(settings: Settings, *, is_rehearsal: bool = False) -> About:
    """What people are told of these settings. The demo's pages are on this machine, where whoever tries it is."""
    anon = settings.anon
    has_page = settings.is_reachable or is_rehearsal
    days = anon.retention // timedelta(days=1)
    return About(version("laban"), anon.floor, anon.slot_at, days, anon.channel, has_page, is_rehearsal)


def anon_folder(settings: Settings) -> Path:
    """Where the relay's files are: the demo's beside the demo's database."""
    file = settings.database_file
    return settings.data_dir / ("demo-anon" if file is not None and file.name == DEMO_FILE else "anon")


@asynccontextmanager
async def anonymous_relay(
    settings: Settings, reading: Reading, clock: Clock, *, every: timedelta | None = None
) -> AsyncIterator[AnonymousRelay]:
    """The relay, while the block runs, for the one process that has its files; another gets one that asks that process and takes over when
    they become free. `every` shortens the slots.

    Never fails: where the files cannot be used everything is refused, and `laban doctor` says why.
    """
    folder = anon_folder(settings)
    async with AsyncExitStack() as held:

        async def take() -> AnonymousRelay | None:
            try:
                make_data_dir(folder.parent)
                held.enter_context(hold(folder, f"process {os.getpid()}, {settings.public_url}"))
            except (AlreadyRunningError, OSError):
                return None
            relay = _relay_over(folder, settings, reading, clock, every)
            await held.enter_async_context(serving(relay, folder))
            return relay

        yield await take() or Elsewhere(partial(ask_owner, folder), take)


def _relay_over(folder: Path, settings: Settings, reading: Reading, clock: Clock, every: timedelta | None) -> AnonymousRelay:
    from storage.anon.vault import FileVault  # noqa: PLC0415 its cryptography is for those who run the relay, not for every command

    anon, chance = settings.anon, SystemChance()
    vault = FileVault(folder, clock, chance)
    try:
        vault.open()
    except VaultError:
        # It refuses what it is asked until the files are mended, and goes on by itself when they are.
        LOG.error("unsigned notes: their files or keys cannot be used; see laban doctor")
    directory = OrganisationDirectory(reading, clock, anon.slot_at, every)
    return Relay(vault, directory, clock, chance, Terms(anon.floor, anon.channel, anon.retention))


def trouble_of_anonymous_files(settings: Settings) -> StartError | None:
    """What is wrong with the relay's files, as far as can be seen without writing; None when nothing is, or there are none yet."""
    from storage.anon.vault import Trouble, examine_vault  # noqa: PLC0415 see above

    folder = anon_folder(settings)
    match examine_vault(folder):
        case Trouble.OPEN_TO_OTHERS:
            return StartError(f"others on this machine can read {folder}", f"Close it: chmod -R go= {folder}")
        case Trouble.NO_KEY:
            what = f"their keys are missing in {folder / 'keys'}; nothing is taken and nothing can be read"
            return StartError(what, f"Put the keys back; or give up what waits: delete {folder}")
        case Trouble.UNREADABLE:
            return StartError(
                f"what waits in {folder} cannot be opened", f"Put the right keys back; or give it up: delete {folder}"
            )
    return None


def _unreachable(settings: Settings, error: Exception) -> StartError:
    """By the error's kind: its text may hold the address with the password."""
    causes = [cause for cause in (error, error.__cause__, error.__context__) if cause is not None]
    names = [getattr(cause, "sqlite_errorname", type(cause).__name__) for cause in causes]
    known = next((_FAILURES[name] for name in names if name in _FAILURES), None) or reason_of(error)
    if settings.database_file is not None:
        return StartError(f"The database ({settings.database}) cannot be opened: {known}.", "Check the file and its folder.")
    return StartError(
        f"The database ({settings.database}) cannot be reached: {known}.", "Check DATABASE_URL and that the server runs."
    )


def reason_of(error: BaseException) -> str:
    """What the system calls this failure, else the error's kind; never its text."""
    number = getattr(error, "errno", None)
    return os.strerror(number) if isinstance(number, int) else type(error).__name__


def make_folder_of_database(settings: Settings) -> None:
    """For SQLite, and closed to other users. Raises StartError."""
    file = settings.database_file
    folder = settings.data_dir if file is None else file.parent
    try:
        make_data_dir(folder)
    except OSError as error:
        raise StartError(
            f"The folder {folder} cannot be made ({reason_of(error)}).", "Make it yourself, or change DATA_DIR."
        ) from None
