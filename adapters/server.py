"""The running process: wires the core, storage and the adapters together, starts them and stops them."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import shutil
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from aiohttp import web

from adapters.assembly import (
    StartError,
    Storage,
    about_of,
    anon_folder,
    anonymous_relay,
    deps_of,
    make_folder_of_database,
    migrate,
    opened,
    reason_of,
)
from adapters.clock import SystemClock
from adapters.demo import COMPANY_NAME, INVITE_CODE, SampleVisitors, seed
from adapters.folder_lock import AlreadyRunningError, hold
from adapters.hygiene import keep_memory_private
from adapters.intake import Diligence, Intake
from adapters.logs import log_stray_errors
from adapters.notes.ways import Doors
from adapters.notes.wiring import Notes
from adapters.notes.wiring import connect as connect_notes
from adapters.pictures.pictures import DrawnPictures
from adapters.relay import Pace, Relay
from adapters.settings import DEMO_FILE, Secret, Settings, with_secret_key
from adapters.timer import Tick, Timer, by_itself, pruning
from adapters.unsigned.courier import Courier
from adapters.unsigned.doorman import Doorman, Erase
from adapters.unsigned.typed import TypedNotes
from adapters.webchat.messenger import WebMessenger
from adapters.webchat.receive import create_app
from adapters.webchat.streams import Streams
from adapters.webchat.visitors import PLATFORM, Visitor, place_of, sender_of
from bot.actions.apologise import apologise
from bot.actions.converse import converse
from bot.actions.move_chat import move_chat
from bot.anon.port import AnonymousRelay
from bot.chat.incoming import Arrived, Incoming, Place, Sender
from bot.okr.people import Person
from bot.ports import Deps, Messenger, Organisation, Pictures

if TYPE_CHECKING:
    from adapters.dingtalk.wiring import DingTalk
    from adapters.slack.wiring import Slack
    from adapters.telegram.wiring import Telegram

LOG = logging.getLogger("laban")

GRACE = timedelta(seconds=1)
"""How long a stop waits for what is in the air; the rest is taken up at the next start, since nothing lives in memory only."""
CONNECTIONS = 128
"""How many may wait to be accepted."""
HEADERS_SECONDS = 10.0
"""How long a connection may take to bring a request's headers, and stay idle between two; the library's own limit is an hour. Whoever
trickles them would hold memory and a descriptor for as long. Bodies have limits of their own where they are read."""
HEADERS = 64
"""How many a request may have, of 8 kB at the most each."""
PING_SECONDS = 2.0
REHEARSED_SLOTS = timedelta(minutes=1)
"""How often the demo passes unsigned notes on, so that one sees it happen; its pages say so."""
SLOT_LOOKS = timedelta(minutes=1)
REHEARSED_LOOKS = timedelta(seconds=10)


async def serve(settings: Settings, *, is_demo: bool = False, is_reset: bool = False, tell: Callable[[str], None]) -> None:
    """Run everything in this process until SIGTERM or SIGINT. `tell` is called with the address once people can come in.

    `is_demo` is for the demo's own database only: it is brought up to date, filled when empty, and its web chat lets anybody be anybody.
    `is_reset` deletes that database first.

    Raises StartError or SettingsError.
    """
    settings = with_secret_key(settings)
    secret = settings.secret_key
    assert secret is not None  # noqa: S101 with_secret_key has just seen to it
    log_stray_errors(asyncio.get_running_loop())
    keep_memory_private()
    with _only_one(settings), _listening(settings) as listening, _stopped_by_signals() as stop:
        if is_demo and is_reset:
            _forget_demo(settings)
        if is_demo:
            await migrate(settings)
        every = REHEARSED_SLOTS if is_demo else None
        async with (
            opened(settings) as storage,
            anonymous_relay(settings, storage.reading, SystemClock(), every=every) as unsigned,
        ):
            deps = deps_of(storage, unsigned, about_of(settings, is_rehearsal=is_demo))
            if is_demo:
                await storage.put_organisation(Organisation(COMPANY_NAME))
                await seed(deps.reading, deps.work, deps.clock)
            streams = Streams()
            pictures = DrawnPictures(deps.reading, settings.data_dir)
            messengers: dict[str, Messenger] = {PLATFORM: WebMessenger(storage.transcript, streams, deps.clock, deps.ids)}
            relay = Relay(storage.outbox, messengers, deps.clock, worker=_worker_name(settings), pace=Pace(grace=GRACE))
            storage.on_commit(relay.wake)
            introductions: dict[str, Introduce] = {}
            talk = partial(_talk, introductions, deps)
            sorry = partial(apologise, deps=deps)
            intake = Intake(storage.inbox, talk, deps.clock, apologise=sorry, diligence=Diligence(grace=GRACE))
            notes = _notes(settings, secret, unsigned, deps, is_demo=is_demo)
            erasers: dict[str, Erase] = {}
            typed = TypedNotes(unsigned, deps.clock)
            doorman = Doorman(intake.accept, storage.reading, messengers, notes.ways, typed, erasers)
            courier = Courier(
                unsigned,
                storage.reading,
                messengers,
                is_rehearsal=is_demo,
                has_page=is_demo or settings.is_reachable,
                troubles=notes.troubles,
            )
            looks = Tick("unsigned notes", REHEARSED_LOOKS if is_demo else SLOT_LOOKS, courier.tick)
            timer = Timer(deps.clock, [pruning(storage.inbox, storage.outbox), by_itself(deps), looks])
            app = create_app(
                # By way of the intake: one turn of a person after the other, and again when it fails.
                intake.see_to,
                storage.transcript,
                # Without sign-in only the sample company may be anybody's.
                SampleVisitors(deps.reading, deps.clock) if is_demo else None,
                streams,
                secret=secret.reveal().encode(),
                clock=deps.clock,
                ids=deps.ids,
                public_url=settings.public_url,
                invite=INVITE_CODE if is_demo else "",
                is_healthy=partial(_is_well, storage),
                draw=partial(_draw_for, deps, pictures),
                unsigned_at=partial(_unsigned_at, notes),
            )
            notes.add_routes(app)
            connected: dict[str, Platform] = {}
            if not is_demo:
                connected = _connected(settings, secret, doorman, deps, pictures)
                slack = _slack(settings, secret, doorman.accept, deps, pictures, storage, unsigned)
                if slack is not None:
                    connected["slack"] = slack
                    introductions["slack"] = slack.acquaintances(deps).introduce
            for name, platform in connected.items():
                messengers[name] = platform.messenger
                platform.add_routes(app)
                if isinstance(platform.messenger, Erasing):
                    erasers[name] = platform.messenger.erase
            async with _running(relay, intake, timer, connected) as tasks, _carried(doorman, courier), served(app, listening):
                tell(settings.public_url)
                await _stop_or_break(stop, tasks)


async def _draw_for(deps: Deps, pictures: DrawnPictures, visitor: Visitor, source: str) -> str | None:
    """A picture of the web chat, for a visitor we know."""
    looks = Incoming("picture", sender_of(visitor), place_of(visitor.id), deps.clock.now(), Arrived())
    person = (await deps.reading.known(looks)).person
    return None if person is None else await pictures.svg(source, person)


def _notes(settings: Settings, key: Secret, unsigned: AnonymousRelay, deps: Deps, *, is_demo: bool) -> Notes:
    """The pages for unsigned notes."""
    bot = None if is_demo else settings.telegram
    doors = Doors(
        key.reveal().encode(),
        settings.public_url,
        bot_token=bot.token.reveal() if bot is not None else "",
        chat="/" if is_demo else "",
        is_rehearsal=is_demo,
    )
    return connect_notes(unsigned, deps.reading, deps.clock, doors, is_reachable=settings.is_reachable)


async def _unsigned_at(notes: Notes, visitor: Visitor) -> str:
    """Where a visitor of the web chat writes unsigned."""
    sender = sender_of(visitor)
    return await notes.path_for(sender.platform, sender.tenant, sender.user_id)


def _forget_demo(settings: Settings) -> None:
    """Delete the demo's database and its unsigned notes, and nothing else. Its lock is ours by now and stays."""
    file = settings.data_dir / DEMO_FILE
    for ending in ("", "-wal", "-shm", "-journal"):
        file.with_name(f"{file.name}{ending}").unlink(missing_ok=True)
    shutil.rmtree(anon_folder(settings), ignore_errors=True)


@asynccontextmanager
async def served(
    app: web.Application, listening: list[socket.socket], headers_seconds: float = HEADERS_SECONDS
) -> AsyncIterator[None]:
    """The web server, while the block runs. At its end nothing new is accepted and open streams end at once."""
    runner = web.AppRunner(
        app,
        access_log=None,
        shutdown_timeout=GRACE.total_seconds(),
        handler_cancellation=False,
        keepalive_timeout=headers_seconds,
        max_headers=HEADERS,
    )
    await runner.setup()
    try:
        for one in listening:
            await web.SockSite(runner, one).start()
        yield
    finally:
        await runner.cleanup()


class Way(Protocol):
    """How events of a platform come in."""

    async def run(self) -> None:
        """Until stopped."""
        ...

    async def stop(self) -> None:
        """Take in nothing more, and return."""
        ...


@runtime_checkable
class Erasing(Protocol):
    """A messenger that can take away what somebody else wrote."""

    async def erase(self, place: Place, reference: str) -> None: ...


class Platform(Protocol):
    """A platform we are connected to."""

    @property
    def messenger(self) -> Messenger: ...

    @property
    def connection(self) -> Way: ...

    def add_routes(self, app: web.Application) -> None:
        """The addresses it posts to, when it does."""
        ...

    async def close(self) -> None:
        """End all connections. Stop whatever uses them first."""
        ...


Accept = Callable[[Incoming], Awaitable[bool]]
"""Takes an event in, before it is acknowledged."""
Introduce = Callable[[Incoming], Awaitable[Incoming]]
"""Says more about whoever sent something, where a platform's events say little."""


async def _talk(introductions: Mapping[str, Introduce], deps: Deps, incoming: Incoming) -> None:
    """One turn."""
    introduce = introductions.get(incoming.sender.platform)
    await converse(incoming if introduce is None else await introduce(incoming), deps)


def _connected(settings: Settings, key: Secret, doorman: Doorman, deps: Deps, pictures: Pictures) -> dict[str, Platform]:
    """The bots of the settings, by platform."""
    found: dict[str, Platform | None] = {
        "telegram": _telegram(settings, key, doorman, deps, pictures),
        "dingtalk": _dingtalk(settings, key, doorman.accept, deps, pictures),
    }
    return {name: platform for name, platform in found.items() if platform is not None}


def _slack(
    settings: Settings, key: Secret, accept: Accept, deps: Deps, pictures: Pictures, storage: Storage, unsigned: AnonymousRelay
) -> Slack | None:
    """The app of the settings, if there is one."""
    if settings.slack is None:
        return None
    from adapters.slack.settings import app_of  # noqa: PLC0415 only those who have an app pay for its libraries
    from adapters.slack.unsigned import UnsignedModal  # noqa: PLC0415 see above
    from adapters.slack.wiring import connect  # noqa: PLC0415 see above
    from bot.actions.fill_form import find_problems, open_form  # noqa: PLC0415 see above
    from bot.actions.home_page import home_page  # noqa: PLC0415 see above

    keys = [one.reveal() for one in (key, settings.old_secret_key) if one is not None]
    return connect(
        app_of(settings.slack, settings.public_url, keys),
        accept,
        deps.clock,
        page=partial(home_page, deps=deps),
        open_form=partial(open_form, deps=deps),
        find_problems=partial(find_problems, deps=deps),
        keyring=storage.keyring,
        tickets=storage.tickets,
        # Our pages are closed until people can sign in, so nothing links to them.
        links_to="",
        pictures=pictures,
        modals=(UnsignedModal(unsigned, partial(_who_is, deps)),),
    )


async def _who_is(deps: Deps, sender: Sender) -> Person | None:
    """The person behind an account. Only looked up with: this incoming is never handed to anybody who stores it."""
    place = Place(sender.platform, sender.tenant, sender.user_id)
    return (await deps.reading.known(Incoming("looks", sender, place, deps.clock.now(), Arrived()))).person


def _telegram(settings: Settings, key: Secret, doorman: Doorman, deps: Deps, pictures: Pictures) -> Telegram | None:
    """The bot of the settings, if there is one."""
    if settings.telegram is None:
        return None
    from adapters.telegram.verify import make_secret  # noqa: PLC0415 see below
    from adapters.telegram.wiring import connect, webhook_address  # noqa: PLC0415 half a second that only those who have a bot pay

    bot = settings.telegram
    token, address = bot.token.reveal(), webhook_address(settings.public_url) if settings.is_reachable else ""
    chosen = bot.webhook_secret.reveal() if bot.webhook_secret is not None else make_secret(key.reveal().encode(), token)
    return connect(
        token,
        bot.api_url,
        doorman.accept,
        deps.clock,
        webhook=(address, chosen) if address else None,
        # Our pages are closed until people can sign in, so nothing links to them.
        links_to="",
        pictures=pictures,
        settle=partial(move_chat, deps=deps),
        was_secret=doorman.was_secret,
    )


def _dingtalk(settings: Settings, key: Secret, accept: Accept, deps: Deps, pictures: Pictures) -> DingTalk | None:
    """The app of the settings, if there is one."""
    if settings.dingtalk is None:
        return None
    from adapters.dingtalk.client import Credentials  # noqa: PLC0415 only those who have an app pay
    from adapters.dingtalk.wiring import connect  # noqa: PLC0415 see above

    app = settings.dingtalk
    return connect(
        Credentials(app.client_id, app.client_secret.reveal(), app.robot_code),
        app.api_url,
        app.oapi_url,
        accept,
        deps.clock,
        template_id=app.card_template_id,
        callbacks=(settings.public_url, key.reveal().encode()) if app.is_http else None,
        fresh=deps,
        # Our pages are closed until people can sign in, so nothing links to them.
        links_to="",
        pictures=pictures,
    )


@asynccontextmanager
async def _carried(doorman: Doorman, courier: Courier) -> AsyncIterator[None]:
    """What goes out about unsigned notes, while the block runs."""
    try:
        yield
    finally:
        await asyncio.gather(doorman.stop(), courier.stop())


@asynccontextmanager
async def _running(
    relay: Relay, intake: Intake, timer: Timer, connected: Mapping[str, Platform]
) -> AsyncIterator[Sequence[asyncio.Task[None]]]:
    """What works in the background, while the block runs. Yields the tasks; none of them ends before the block does unless it breaks."""
    tasks = [asyncio.create_task(relay.run(), name="relay"), asyncio.create_task(intake.run(), name="intake")]
    for name, platform in connected.items():
        tasks.append(asyncio.create_task(platform.connection.run(), name=f"connection to {name}"))
    timer.start()
    try:
        yield tasks
    finally:
        await timer.stop()
        await asyncio.gather(*(platform.connection.stop() for platform in connected.values()))
        await asyncio.gather(intake.stop(), relay.stop())
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        for task, outcome in zip(tasks, outcomes, strict=True):
            if isinstance(outcome, Exception):
                LOG.error("the %s broke", task.get_name(), exc_info=outcome)
        await asyncio.gather(*(platform.close() for platform in connected.values()))


async def _stop_or_break(stop: asyncio.Event, tasks: Sequence[asyncio.Task[None]]) -> None:
    """Wait until told to stop. Raises StartError when a part broke instead, so that whoever watches over Laban starts it again."""
    stopping = asyncio.create_task(stop.wait())
    try:
        done, _ = await asyncio.wait({stopping, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
    if stopping not in done:
        raise StartError("Laban stopped because a part of it broke.", "The log says which; start it again.")


@contextmanager
def _stopped_by_signals() -> Iterator[asyncio.Event]:
    """An event that SIGTERM and SIGINT set. A second signal acts as it usually does, for whoever cannot wait."""
    loop, stop, signals = asyncio.get_running_loop(), asyncio.Event(), (signal.SIGTERM, signal.SIGINT)

    def release() -> None:
        for number in signals:
            loop.remove_signal_handler(number)

    def begin_stop() -> None:
        stop.set()
        release()

    for number in signals:
        loop.add_signal_handler(number, begin_stop)
    try:
        yield stop
    finally:
        release()


@contextmanager
def _only_one(settings: Settings) -> Iterator[None]:
    """On SQLite: nobody else runs on this file. A server keeps processes apart by itself."""
    file = settings.database_file
    if file is None:
        yield
        return
    make_folder_of_database(settings)
    with ExitStack() as held:
        try:
            held.enter_context(hold(file, f"process {os.getpid()}, {settings.public_url}"))
        except AlreadyRunningError as error:
            who = f" ({error.holder})" if error.holder else ""
            what = f"Laban is already running on {file}{who}."
            raise StartError(what, "Stop that one first; several processes at once need PostgreSQL.") from None
        except OSError as error:
            what = f"The folder {file.parent} cannot be written ({reason_of(error)})."
            raise StartError(what, "Make it writable, or change DATA_DIR.") from None
        yield


@contextmanager
def _listening(settings: Settings) -> Iterator[list[socket.socket]]:
    """Sockets that already listen, so that a taken port is known before anything else is begun."""
    host, port = settings.host, settings.port
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        raise StartError(f"HOST is {host}, which is no address of this machine.", "Use 127.0.0.1, or 0.0.0.0 for all.") from None
    with ExitStack() as held:
        listening: list[socket.socket] = []
        refusals: list[OSError] = []
        for family, kind, protocol, _, address in dict.fromkeys(addresses):
            one = held.enter_context(socket.socket(family, kind, protocol))
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            try:
                one.bind(address)
                one.listen(CONNECTIONS)
            except OSError as error:
                refusals.append(error)
            else:
                one.setblocking(False)
                listening.append(one)
        # A name like localhost may have an address of a kind this machine lacks; a taken one is never passed over.
        taken = next((error for error in refusals if error.errno != errno.EADDRNOTAVAIL), None)
        if taken is not None or not listening:
            raise _not_listening(host, port, taken or refusals[0]) from None
        yield listening


def _not_listening(host: str, port: int, error: OSError) -> StartError:
    other = port + 1 if port < 65535 else 8000
    if error.errno == errno.EADDRINUSE:
        what = f"Port {port} on {host} is taken by another program."
        return StartError(what, f"Stop that one, or take another port: PORT={other}")
    if error.errno == errno.EACCES:
        return StartError(f"Port {port} needs rights this user does not have.", "Take one above 1023: PORT=8000")
    return StartError(f"{host}:{port} cannot be listened on ({reason_of(error)}).", "Check HOST and PORT.")


def _worker_name(settings: Settings) -> str:
    """On SQLite we are the only process, and the next one should have our lanes at once; elsewhere no two share a name."""
    return "only" if settings.database_file is not None else f"{socket.gethostname()}:{os.getpid()}"


async def _is_well(storage: Storage) -> bool:
    try:
        async with asyncio.timeout(PING_SECONDS):
            await storage.ping()
    except Exception as error:
        LOG.warning("the database does not answer: %s", type(error).__name__)
        return False
    return True
