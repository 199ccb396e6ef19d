"""What `laban` can be told to do. Speaks in sentences: no command ends in a traceback."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import traceback
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from adapters.settings import DEMO_FILE, Settings, SettingsError, load, with_database_file, with_port
from bot.okr.people import Role

if TYPE_CHECKING:
    from rich.console import Console

T = TypeVar("T")

BROKEN = 70
"""EX_SOFTWARE of sysexits.h: our own mistake."""
INTERRUPTED = 130
COUNTRY_LETTERS = 2
WIDTH = 400
"""Where there is no terminal to ask."""

app = typer.Typer(
    name="laban",
    no_args_is_help=True,
    add_completion=False,
    # Its tracebacks show the values of variables, secrets included.
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
people_app = typer.Typer(help="Who works here.", no_args_is_help=True)
app.add_typer(people_app, name="people")
round_app = typer.Typer(help="The weekly round of check-ins.", no_args_is_help=True)
app.add_typer(round_app, name="round")
slack_app = typer.Typer(help="The Slack app.", no_args_is_help=True)
app.add_typer(slack_app, name="slack")


class CommandError(Exception):
    """The command cannot be done; the text says why and what to do."""


def run(arguments: Sequence[str]) -> int:
    """Do what the arguments say; the exit code."""
    try:
        app(args=list(arguments), prog_name="laban")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    except SettingsError as refused:
        _complain("Some settings cannot be used:", *(f"  {problem.line()}" for problem in refused.problems))
    except CommandError as error:
        _complain(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has had enough; Python would complain once more when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        return _confess(error)
    return 1


@app.callback()
def laban(
    version: Annotated[bool, typer.Option("--version", "-V", help="Say which version this is.", is_eager=True)] = False,
) -> None:
    """Laban, the OKR companion that lives where the team already talks."""
    if version:
        from importlib.metadata import version as version_of

        _say(f"laban {version_of('laban')}")
        raise typer.Exit


@app.command()
def demo(
    reset: Annotated[bool, typer.Option("--reset", help="Begin afresh: what was said in the demo is deleted.")] = False,
    port: Annotated[int | None, typer.Option(help="Where to listen; the setting PORT does the same.")] = None,
) -> None:
    """A sample company in a web chat on this machine. What is said is kept until --reset."""
    settings = _settings(port)
    settings = with_database_file(settings, settings.data_dir / DEMO_FILE)

    def tell(address: str) -> None:
        _say(f"\n  Laban's demo is at {address}")
        _say("  Pick a person and talk; a second tab can be somebody else at the same time.")
        _say(f"  What is said is kept in {settings.database_file}. Ctrl-C ends the demo.\n")
        if not settings.is_for_this_machine_only:
            _say("  Careful: everybody who can reach this machine can be anybody here.\n")

    _serve(settings, tell, is_demo=True, is_reset=reset)


@app.command(name="run")
def run_everything(
    port: Annotated[int | None, typer.Option(help="Where to listen; the setting PORT does the same.")] = None,
) -> None:
    """Everything in one process: the web server, the relay and the timer."""
    _serve(_settings(port), lambda address: _say(f"Laban is running at {address}"))


@app.command()
def migrate() -> None:
    """Bring the database up to date. Safe while other processes do the same."""
    from adapters.assembly import migrate as apply

    settings = load()
    applied = _wait_for(apply(settings))
    _say(f"{settings.database} is up to date.")
    for name in applied:
        _say(f"  applied {name}")


@app.command()
def preview(out: Annotated[Path, typer.Argument(help="The page to write, for example preview.html.")]) -> None:
    """Write one page with every message in every language as every platform shows it."""
    from adapters.preview import preview_page
    from adapters.rehearsal import rehearse
    from adapters.stories.play import StoryError

    try:
        page = preview_page(_wait_for(rehearse()))
    except StoryError as error:
        # Stories are told about the sample company: nothing of anybody's is in this text.
        raise CommandError(f"A story no longer fits the conversations. {error}") from None
    try:
        out.write_text(page, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{out} cannot be written: {_reason(error)}.") from None
    _say(f"Written: {out}")


@people_app.command(name="import")
def import_people(
    file: Annotated[Path, typer.Argument(help="A CSV file; - reads what is piped in.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change and store nothing.")] = False,
) -> None:
    """Add or change people from a CSV file: all of it or, when anything is wrong with it, nothing.

    Columns: name, email, team (a path like Company/Marketing), role (member, manager, admin), manager_email, locale, timezone, telegram_id,
    slack_id, dingtalk_id. Only name and team are needed. An empty cell leaves what is stored; - as manager_email takes the manager away.
    """
    from adapters.assembly import deps_of, opened
    from adapters.tables import show_plan, show_problems
    from bot.actions.import_people import Plan, Refused
    from bot.actions.import_people import import_people as act
    from bot.actions.staff import BusyError

    data = _read(file)
    settings = load()

    async def act_on_file() -> Plan | Refused:
        async with opened(settings) as storage:
            return await act(data, deps_of(storage), is_dry_run=dry_run)

    try:
        plan = _wait_for(act_on_file())
    except BusyError:
        raise CommandError("Others kept changing people while this was being stored. Nothing was imported; try again.") from None
    if isinstance(plan, Refused):
        show_problems(plan, _console(is_error=True))
        raise CommandError("Nothing was imported.")
    show_plan(plan, _console(), is_dry_run=dry_run)


class Source(StrEnum):
    """The platforms that have a directory."""

    SLACK = "slack"
    DINGTALK = "dingtalk"


@people_app.command(name="sync")
def sync_people(
    source: Annotated[Source, typer.Argument(help="Whose directory.", show_default=False)],
    team: Annotated[
        str,
        typer.Option(
            help="The company's own team, like Company: newcomers come in there. Not needed when there is one top team."
        ),
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change and store nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Also when so many would leave that it looks like a mistake.")] = False,
) -> None:
    """Bring people, and DingTalk's departments as teams, up to date with the platform's directory. Doing it twice changes nothing.

    People are recognised by their account there or by their e-mail, never by name. Who has left is let go, never deleted. What was changed in
    Laban stays until the directory says something new.
    """
    from adapters.assembly import deps_of, opened
    from adapters.directories import DirectoryError
    from adapters.progress import counting
    from adapters.sources import directories
    from adapters.tables import show_sync
    from bot.actions.staff import BusyError
    from bot.actions.sync_people import SyncRefused
    from bot.actions.sync_people import sync_people as act

    settings = load()
    problems: list[str] = []

    async def sync() -> None:
        async with opened(settings) as storage:
            with counting(_console(is_error=True)) as tell:
                found = [one async for one in directories(source.value, settings, storage, tell)]
            for directory in found:
                if isinstance(directory, DirectoryError):
                    problems.append(str(directory))
                    continue
                plan = await act(directory, deps_of(storage), team=team, is_dry_run=dry_run, is_agreed=yes)
                if len(found) > 1:
                    _say(f"{directory.name} ({directory.tenant})\n")
                if not isinstance(plan, SyncRefused):
                    show_sync(plan, _console(), is_dry_run=dry_run)
                    if dry_run and plan.lets_many_go:
                        _say("So many leave only with --yes: half a directory looks just like that.")
                    continue
                if plan.plan is not None:
                    show_sync(plan.plan, _console(), is_dry_run=True)
                problems.append(f"{plan.reason} {'Look at the list; when it is right, add --yes.' if plan.plan else ''}".rstrip())

    try:
        _wait_for(sync())
    except DirectoryError as error:
        problems.append(str(error))
    except BusyError:
        problems.append("Others kept changing people while this was being stored. Try again.")
    if problems:
        raise CommandError("\n".join(problems))


@app.command()
def invite(
    team: Annotated[str, typer.Option(help="Its path, like Company/Marketing. Not needed when there is one top team.")] = "",
    role: Annotated[Role, typer.Option(help="What whoever comes in will be.")] = Role.MEMBER,
    days: Annotated[int, typer.Option(min=1, max=365, help="How long it is good.")] = 14,
    uses: Annotated[int, typer.Option(min=1, max=10_000, help="How many people it lets in.")] = 1,
) -> None:
    """Make an invitation code. It is shown once and cannot be found again."""
    from adapters.assembly import deps_of, opened
    from bot.actions.make_invite import Invited, InviteError, make_invite

    settings = load()

    async def act() -> Invited:
        async with opened(settings) as storage:
            deps = deps_of(storage)
            return await make_invite(deps, team_path=team, role=role, valid_for=timedelta(days=days), uses=uses)

    try:
        invited = _wait_for(act())
    except InviteError as error:
        raise CommandError(str(error)) from None
    people = "one person" if uses == 1 else f"{uses} people"
    _say(f"{invited.code}\n")
    _say(f"Lets {people} into {invited.team.path} as {role.value} until {invited.invite.expires_at:%Y-%m-%d %H:%M} UTC.")
    _say("Whoever gets it writes it to Laban. It is not shown again.")
    if settings.telegram is not None:
        from adapters.telegram.examine import invitation_link

        link = _wait_for(invitation_link(settings.telegram.token.reveal(), settings.telegram.api_url, invited.code))
        _say(f"On Telegram this link is enough: {link}" if link else "Telegram does not answer now, so here is no link.")


@round_app.command(name="open")
def open_round(
    team: Annotated[str, typer.Option(help="Only this team and those below it: its path, like Company/Marketing.")] = "",
) -> None:
    """Ask for this week's check-in now, whatever the hour. Who has checked in this week is left alone."""
    from adapters.assembly import deps_of, opened
    from bot.actions.rounds import Round
    from bot.actions.rounds import open_round as act

    settings = load()

    async def act_on_team() -> Round:
        async with opened(settings) as storage:
            deps = deps_of(storage)
            named = next((one for one in await deps.reading.teams() if one.path == team), None)
            if team and named is None:
                raise CommandError(
                    f"There is no team {team}. `laban doctor` says how many there are; paths look like Company/Marketing."
                )
            return await act(deps, named)

    opened_round = _wait_for(act_on_team())
    _say("One person was asked." if opened_round.asked == 1 else f"{opened_round.asked} people were asked.")
    if opened_round.unreachable:
        _say(f"Have never talked with Laban, so they could not be asked: {', '.join(opened_round.unreachable)}.")


class DayKind(StrEnum):
    """What an admin can say about a day."""

    OFF = "off"
    WORKING = "working"
    AS_CALENDAR = "as-calendar"


@app.command(name="day")
def set_day(
    day: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="The day, like 2026-12-24.")],
    kind: Annotated[DayKind, typer.Argument(help="Off, working, or again as the public calendar has it.")],
    country: Annotated[str, typer.Option(help="Two letters, like VN. Everywhere when not given.")] = "",
) -> None:
    """Say that a day is off or worked on: nobody is asked on a day off. The public holidays of each person's country are known already."""
    from adapters.assembly import deps_of, opened
    from bot.ports import PutDayOff, Turn

    if country and (len(country) != COUNTRY_LETTERS or not country.isascii() or not country.isalpha()):
        raise CommandError("A country is two letters, like VN, CN or GB.")
    settings = load()
    is_off = {DayKind.OFF: True, DayKind.WORKING: False, DayKind.AS_CALENDAR: None}[kind]

    async def act() -> None:
        async with opened(settings) as storage:
            deps = deps_of(storage)
            change = PutDayOff(country.upper(), day.date(), is_off)
            await deps.work.save(Turn(deps.clock.now(), changes=(change,)))

    _wait_for(act())
    where = f"in {country.upper()}" if country else "everywhere"
    said = {DayKind.OFF: "is off", DayKind.WORKING: "is worked on", DayKind.AS_CALENDAR: "is as the calendar has it"}[kind]
    _say(f"{day:%Y-%m-%d} {said} {where}.")


@slack_app.command(name="manifest")
def slack_manifest(
    sockets: Annotated[bool, typer.Option("--sockets", help="For Socket Mode, also when there is a public address.")] = False,
) -> None:
    """Print the app manifest to paste at api.slack.com/apps: scopes, events, the command, buttons, the home tab. For PUBLIC_URL when it can be
    reached from outside, else for Socket Mode."""
    import json

    from adapters.slack.manifest import manifest, ways_of

    settings = load()
    is_many = settings.slack is not None and bool(settings.slack.client_id)
    events_url, redirect_url = ways_of(settings.public_url) if settings.is_reachable else ("", "")
    by_sockets = sockets or (settings.slack is not None and settings.slack.app_token is not None)
    made = manifest("" if by_sockets else events_url, redirect_url=redirect_url if is_many or not settings.slack else "")
    _say(json.dumps(made, indent=2, ensure_ascii=False))


class CoachedKind(StrEnum):
    """What a sentence is meant to be."""

    OBJECTIVE = "objective"
    KEY_RESULT = "key_result"


@app.command()
def coach(
    sentence: Annotated[
        str, typer.Argument(help="An objective or a key result. Without it, JSON lines are read from what is piped in.")
    ] = "",
    kind: Annotated[CoachedKind, typer.Option(help="What the sentence is meant to be.")] = CoachedKind.KEY_RESULT,
    lang: Annotated[str, typer.Option(help="en, vi or zh. Recognised when not given.")] = "",
) -> None:
    """Say what is good about a sentence, what could be better, and what it measures.

    Piped in: {"id", "lang", "kind": "objective" or "key_result", "text"} a line, lang optional; out comes {"id", "verdict", "findings",
    "parsed"} for each, or {"id", "error"} for a line that cannot be read, and the command ends with 1.
    """
    from adapters.coach import judge_lines, show
    from bot.coach import SentenceKind
    from bot.okr.people import LANGUAGES

    if lang and lang not in LANGUAGES:
        raise CommandError(f"Laban reads {', '.join(LANGUAGES)}; leave --lang out and it finds out which.")
    if sentence.strip():
        show(sentence, SentenceKind(kind.value), lang, _console())
        return
    if sys.stdin.isatty():
        raise CommandError('Give it a sentence, as in `laban coach "Raise NPS from 30 to 50"`, or pipe JSON lines in.')
    if not judge_lines(sys.stdin.buffer, sys.stdout.buffer):
        raise typer.Exit(1)


@app.command()
def doctor() -> None:
    """What is configured, what works and what to do. Ends with 1 when something is wrong."""
    from adapters.doctor import Verdict, examine
    from adapters.tables import show_findings

    _quieten()
    findings = asyncio.run(examine(Path.cwd()))
    show_findings(findings, _console())
    wrong = sum(finding.verdict is Verdict.WRONG for finding in findings)
    if wrong:
        raise CommandError("One thing is wrong." if wrong == 1 else f"{wrong} things are wrong.")
    _say("Nothing is wrong.")


# --- shared by the commands ------------------------------------------------------------------------------------------------


def _settings(port: int | None) -> Settings:
    settings = load()
    return settings if port is None else with_port(settings, port)


def _serve(settings: Settings, tell: Callable[[str], None], *, is_demo: bool = False, is_reset: bool = False) -> None:
    from adapters.assembly import StartError
    from adapters.logs import set_up_logs
    from adapters.server import serve

    set_up_logs(logging.WARNING if is_demo else logging.INFO)
    try:
        asyncio.run(serve(settings, is_demo=is_demo, is_reset=is_reset, tell=tell))
    except StartError as error:
        raise CommandError(str(error)) from None


def _wait_for(work: Coroutine[Any, Any, T]) -> T:
    from adapters.assembly import StartError

    _quieten()
    try:
        return asyncio.run(work)
    except StartError as error:
        raise CommandError(str(error)) from None


def _quieten() -> None:
    """What libraries log is for whoever runs a server; a command says itself what is wrong."""
    from adapters.logs import set_up_logs

    set_up_logs(logging.CRITICAL)


def _read(file: Path) -> bytes:
    """The file, or as much of it as is needed to see that it is too large."""
    from bot.actions.import_rows import BYTES_LIMIT

    try:
        if str(file) == "-":
            return sys.stdin.buffer.read(BYTES_LIMIT + 1)
        with file.open("rb") as data:
            return data.read(BYTES_LIMIT + 1)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {_reason(error)}.") from None


def _reason(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else type(error).__name__


def _console(*, is_error: bool = False) -> Console:
    from rich.console import Console

    # Where nobody looks at a terminal, lines must not be broken at some narrow default.
    stream = sys.stderr if is_error else sys.stdout
    return Console(stderr=is_error, width=None if stream.isatty() else WIDTH, highlight=False)


def _say(text: str) -> None:
    typer.echo(text)
    sys.stdout.flush()


def _complain(*lines: str) -> None:
    for line in lines:
        typer.echo(line, err=True)


def _confess(error: Exception) -> int:
    """A mistake of ours: its kind and place, without values that could be secret or somebody's words."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    _complain(f"Laban made a mistake: {type(error).__name__}{place}. Nothing was half stored. `laban doctor` may say more.")
    return BROKEN
