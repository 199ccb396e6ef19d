"""Looks at everything Laban needs and says what works, what does not and what to do. Changes nothing, shows nothing secret."""

from __future__ import annotations

import asyncio
import http.client
import os
import socket
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

from adapters.assembly import StartError, Storage, opened, pending_migrations, trouble_of_anonymous_files
from adapters.folder_lock import holder_of
from adapters.settings import ENV_FILE, KEY_FILE, Settings, SettingsError, load
from bot.chat.incoming import Arrived, Incoming, Sender
from bot.okr.people import Role
from bot.ports import DeadLetter

PING_SECONDS = 2.0
KINDS_SHOWN = 3
NAMES_SHOWN = 12
"""Who could not be reached is named; of a thousand, a dozen show what they have in common."""


class Verdict(Enum):
    """How it stands with one thing. Only WRONG keeps Laban from working as it should."""

    FINE = "✓"
    NOTE = "•"
    WRONG = "✗"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table; `remedy` is empty when nothing has to be done."""

    what: str
    verdict: Verdict
    found: str
    remedy: str = ""


async def examine(folder: Path) -> tuple[Finding, ...]:
    """Everything there is to say about the installation started in `folder`."""
    try:
        settings = load(folder=folder)
    except SettingsError as refused:
        return tuple(Finding(problem.name, Verdict.WRONG, problem.what, problem.remedy) for problem in refused.problems)
    findings = [*_examine_settings(settings, folder), _examine_folder(settings), _examine_key(settings)]
    findings.extend(await _examine_database(settings))
    findings.extend(await asyncio.to_thread(_examine_anonymous, settings))
    findings.extend(await _examine_telegram(settings))
    findings.extend(await _examine_slack(settings))
    findings.extend(await _examine_dingtalk(settings))
    if not (settings.telegram or settings.slack or settings.dingtalk):
        remedy = "Connect Slack, Telegram or DingTalk; the README says how."
        findings.append(
            Finding("Platforms", Verdict.NOTE, "none is connected, so there is nowhere to talk with Laban yet", remedy)
        )
    findings.append(await asyncio.to_thread(_examine_port, settings))
    return tuple(findings)


def _examine_settings(settings: Settings, folder: Path) -> Iterator[Finding]:
    given = ", ".join(f"{name} ({source})" for name, source in sorted(settings.sources.items()))
    yield Finding("Settings", Verdict.FINE, given or "all by default")
    file = folder / ENV_FILE
    secrets = ("SECRET_KEY", "SECRET_KEY_OLD", "DATABASE_URL", "TELEGRAM_BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET")
    of_slack = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN", "SLACK_CLIENT_SECRET")
    holds_secrets = any(settings.sources.get(name) == ENV_FILE for name in (*secrets, *of_slack, "DINGTALK_CLIENT_SECRET"))
    if holds_secrets and stat.S_IMODE(file.stat().st_mode) & 0o077:
        yield Finding(ENV_FILE, Verdict.NOTE, "others on this machine can read it", f"chmod 600 {file}")
    yield Finding("Public address", Verdict.FINE, settings.public_url)


def _examine_folder(settings: Settings) -> Finding:
    folder = settings.data_dir
    if not folder.exists():
        parent = next(parent for parent in folder.parents if parent.exists())
        if os.access(parent, os.W_OK | os.X_OK):
            return Finding("Data folder", Verdict.FINE, f"{folder} will be made when needed")
        return Finding("Data folder", Verdict.WRONG, f"{folder} cannot be made", f"Make {parent} writable, or change DATA_DIR.")
    if not os.access(folder, os.W_OK | os.X_OK):
        return Finding("Data folder", Verdict.WRONG, f"{folder} cannot be written", "Make it writable, or change DATA_DIR.")
    free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
    if free < 100 * 1024 * 1024:
        return Finding("Data folder", Verdict.WRONG, f"{folder} has {free // 1024 // 1024} MB left", "Make room on this disk.")
    return Finding("Data folder", Verdict.FINE, f"{folder}")


def _examine_key(settings: Settings) -> Finding:
    if settings.secret_key is None:
        return Finding("Secret key", Verdict.FINE, f"none yet; the first start keeps one in {settings.data_dir / KEY_FILE}")
    source = settings.sources.get("SECRET_KEY")
    return Finding("Secret key", Verdict.FINE, f"given in {source}" if source else f"kept in {settings.data_dir / KEY_FILE}")


async def _examine_database(settings: Settings) -> list[Finding]:
    file = settings.database_file
    if file is not None and not file.exists():
        return [Finding("Database", Verdict.WRONG, f"{settings.database} is not there yet", "Make it: laban migrate")]
    try:
        missing = await pending_migrations(settings)
        async with opened(settings, is_schema_needed=False) as storage:
            return await _examine_storage(settings, storage, missing)
    except StartError as error:
        return [Finding("Database", Verdict.WRONG, error.what, error.remedy)]


async def _examine_storage(settings: Settings, storage: Storage, missing: Sequence[str]) -> list[Finding]:
    began = time.perf_counter()
    try:
        async with asyncio.timeout(PING_SECONDS):
            await storage.ping()
    except Exception as error:
        return [Finding("Database", Verdict.WRONG, f"{settings.database} does not answer: {type(error).__name__}", "Restart it.")]
    milliseconds = (time.perf_counter() - began) * 1000
    findings = [Finding("Database", Verdict.FINE, f"{settings.database} answers within {milliseconds:.1f} ms")]
    if missing:
        findings.append(Finding("Migrations", Verdict.WRONG, f"missing: {', '.join(missing)}", "Apply them: laban migrate"))
        return findings
    findings.append(Finding("Migrations", Verdict.FINE, "all applied"))
    findings.append(await _examine_people(storage))
    findings.append(await _examine_dead_letters(storage))
    return findings


async def _examine_people(storage: Storage) -> Finding:
    people = [person for person in await storage.reading.everybody() if person.is_active]
    teams = await storage.reading.teams()
    if not people:
        return Finding(
            "People", Verdict.NOTE, "nobody yet", "laban people import FILE.csv, or laban invite --team Company --role admin"
        )
    joined = sum(person.joined_at is not None for person in people)
    found = f"{len(people)} people in {len(teams)} teams, {joined} of them have talked with Laban"
    if not any(person.role is Role.ADMIN for person in people):
        return Finding("People", Verdict.NOTE, f"{found}; no admin", "Give somebody the role admin and import again.")
    return Finding("People", Verdict.FINE, found)


async def _examine_dead_letters(storage: Storage) -> Finding:
    letters = await storage.outbox.dead_letters(100)
    if not letters:
        return Finding("Messages", Verdict.FINE, "none was given up")
    number = "100 or more" if len(letters) == 100 else str(len(letters))
    newest = "; ".join([await _told(storage, alike) for alike in _alike(letters)[:KINDS_SHOWN]])
    return Finding(
        "Messages", Verdict.NOTE, f"{number} could never be delivered. {newest}", "Mend the cause; new messages go out."
    )


def _alike(letters: Sequence[DeadLetter]) -> list[list[DeadLetter]]:
    """Those that met the same end on the same platform together, newest first."""
    found: dict[tuple[str, str], list[DeadLetter]] = {}
    for letter in letters:
        found.setdefault((letter.place.platform, letter.error), []).append(letter)
    return list(found.values())


async def _told(storage: Storage, letters: Sequence[DeadLetter]) -> str:
    """When, to whom and why. Where chats have ids of their own, the platform has to do for a name."""
    newest = letters[0]
    names = dict.fromkeys([await _whom(storage, letter) for letter in letters])
    shown = [name for name in names if name][:NAMES_SHOWN]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) > 0 else ""
    whom = f" {', '.join(shown)}{more}" if shown else ""
    return f"{newest.died_at:%Y-%m-%d %H:%M} {newest.place.platform}{whom}: {newest.error}"


async def _whom(storage: Storage, letter: DeadLetter) -> str:
    place = letter.place
    looked_for = Incoming("doctor", Sender(place.platform, place.tenant, place.chat_id), place, letter.died_at, Arrived())
    person = (await storage.reading.known(looked_for)).person
    return person.name if person is not None else "" if place.is_private else "a group"


async def _examine_telegram(settings: Settings) -> list[Finding]:
    if settings.telegram is None:
        return []
    from adapters.telegram.examine import examine as ask_telegram  # noqa: PLC0415 half a second that only those who have a bot pay
    from adapters.telegram.wiring import webhook_address  # noqa: PLC0415 see above

    bot = settings.telegram
    address = webhook_address(settings.public_url) if settings.is_reachable else ""
    diagnoses = await ask_telegram(bot.token.reveal(), bot.api_url, address, datetime.now(UTC))
    return [
        Finding(
            "Telegram", Verdict.WRONG if one.is_wrong else Verdict.NOTE if one.remedy else Verdict.FINE, one.found, one.remedy
        )
        for one in diagnoses
    ]


async def _examine_slack(settings: Settings) -> list[Finding]:
    if settings.slack is None:
        return []
    from adapters.slack.examine import examine as ask_slack  # noqa: PLC0415 only those who have an app pay for its libraries
    from adapters.slack.settings import app_of  # noqa: PLC0415 see above

    workspaces = await _count_workspaces(settings) if settings.slack.client_id else 0
    diagnoses = await ask_slack(app_of(settings.slack, settings.public_url, ()), workspaces)
    return [
        Finding("Slack", Verdict.WRONG if one.is_wrong else Verdict.NOTE if one.remedy else Verdict.FINE, one.found, one.remedy)
        for one in diagnoses
    ]


async def _examine_dingtalk(settings: Settings) -> list[Finding]:
    if settings.dingtalk is None:
        return []
    from adapters.dingtalk.client import Credentials  # noqa: PLC0415 only those who have an app pay
    from adapters.dingtalk.examine import examine as ask_dingtalk  # noqa: PLC0415 see above

    app = settings.dingtalk
    diagnoses = await ask_dingtalk(
        Credentials(app.client_id, app.client_secret.reveal(), app.robot_code),
        app.api_url,
        app.oapi_url,
        template_id=app.card_template_id,
        address=settings.public_url if app.is_http else "",
        is_reachable=settings.is_reachable,
    )
    return [
        Finding(
            "DingTalk", Verdict.WRONG if one.is_wrong else Verdict.NOTE if one.remedy else Verdict.FINE, one.found, one.remedy
        )
        for one in diagnoses
    ]


async def _count_workspaces(settings: Settings) -> int:
    """How many have installed the app; 0 where the database cannot be read, which has a row of its own."""
    try:
        async with opened(settings) as storage:
            return len(await storage.keyring.tenants("slack"))
    except StartError:
        return 0


def _examine_anonymous(settings: Settings) -> list[Finding]:
    """What unsigned notes need, from the outside: nothing in their files is opened, and nothing is said of how many there are."""
    anon, what = settings.anon, "Unsigned notes"
    found = [_examine_anonymous_page(settings)]
    if not anon.channel:
        remedy = "Set ANON_CHANNEL: a name and a number outside the line of managers."
        found.append(Finding(what, Verdict.NOTE, "no way is named for crimes and danger", remedy))
    trouble = trouble_of_anonymous_files(settings)
    if trouble is not None:
        found.append(Finding(what, Verdict.WRONG, trouble.what, trouble.remedy))
    return found


def _examine_anonymous_page(settings: Settings) -> Finding:
    anon = settings.anon
    rules = f"at least {anon.floor} possible authors, out at {anon.slot_at:%H:%M}, kept {anon.retention.days} days"
    if settings.is_reachable:
        return Finding("Unsigned notes", Verdict.FINE, rules)
    return Finding("Unsigned notes", Verdict.NOTE, "no page can be opened from outside", "Set PUBLIC_URL to an https address.")


def _examine_port(settings: Settings) -> Finding:
    where = f"{settings.host}:{settings.port}"
    file = settings.database_file
    holder = holder_of(file) if file is not None else None
    name = "127.0.0.1" if settings.host == "0.0.0.0" else "::1" if settings.host == "::" else settings.host  # noqa: S104 compared with
    if _is_laban(name, settings.port):
        return Finding("Port", Verdict.FINE, f"Laban is running on {where}")
    if holder is not None:
        return Finding("Port", Verdict.NOTE, f"Laban is running, but not on {where} ({holder})")
    try:
        with socket.create_server((settings.host, settings.port), family=socket.AF_INET6 if ":" in name else socket.AF_INET):
            return Finding("Port", Verdict.FINE, f"{where} is free")
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        return Finding(
            "Port", Verdict.WRONG, f"{where} cannot be listened on: {reason}", "Stop what uses it, or change HOST or PORT."
        )


def _is_laban(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=PING_SECONDS)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().getheader("Server", "") == "laban"
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
