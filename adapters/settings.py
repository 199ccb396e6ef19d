"""Environment and `.env` → one frozen value. All problems are reported at once, in plain words, and never with a value in them.

Plain code on purpose: reading a few names must not cost the third of a second that importing a settings library does.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

NAMES = (
    *("DATABASE_URL", "DATA_DIR", "HOST", "PORT", "PUBLIC_URL", "SECRET_KEY"),
    *("TELEGRAM_BOT_TOKEN", "TELEGRAM_API_URL", "TELEGRAM_WEBHOOK_SECRET"),
    *("DINGTALK_CLIENT_ID", "DINGTALK_CLIENT_SECRET", "DINGTALK_ROBOT_CODE", "DINGTALK_CARD_TEMPLATE_ID"),
    *("DINGTALK_MODE", "DINGTALK_API_URL", "DINGTALK_OAPI_URL"),
    *("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_API_URL"),
    "SECRET_KEY_OLD",
    *("ANON_FLOOR", "ANON_SLOT_HOUR", "ANON_CHANNEL", "ANON_RETENTION_DAYS"),
)
ENV_FILE = ".env"
ENV_FILE_LIMIT = 64 * 1024
KEY_FILE = "secret.key"
DATABASE_FILE = "laban.db"
DEMO_FILE = "demo.db"
SECRET_LENGTH = 32
SECRET_VARIETY = 10
"""Different characters a secret has at least: "aaaa…" is long and worthless."""
CHANNEL_LIMIT = 200
TELEGRAM_API = "https://api.telegram.org"
DINGTALK_API = "https://api.dingtalk.com"
DINGTALK_OAPI = "https://oapi.dingtalk.com"
SLACK_API = "https://slack.com/api/"
MAKE_SECRET = 'python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
_WELL_KNOWN = (
    *("changeme", "change-me", "change_me", "replaceme", "replace-me", "placeholder", "example", "insecure", "password"),
    *("your-secret", "your_secret", "secret-key", "secret_key", "secretkey", "supersecret", "not-so-secret"),
    *("12345678", "abcdefgh"),
)
_SQLITE = "sqlite:///"
_BOT_TOKEN = re.compile(r"[0-9]{3,20}:[A-Za-z0-9_-]{30,100}")
_DINGTALK_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_DINGTALK_SECRET = re.compile(r"[A-Za-z0-9_-]{32,128}")
_CARD_TEMPLATE = re.compile(r"[A-Za-z0-9-]{8,64}\.schema")
_SLACK_TOKEN = re.compile(r"xoxb-[A-Za-z0-9-]{10,250}")
_SLACK_APP_TOKEN = re.compile(r"xapp-[A-Za-z0-9-]{10,250}")
_SLACK_HEX = re.compile(r"[0-9a-f]{32}")
_SLACK_CLIENT = re.compile(r"[0-9]{1,20}\.[0-9]{1,20}")
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_EXAMPLES = {
    "sqlite": "sqlite:///var/laban.db, or sqlite:////srv/laban.db from the root",
    "postgres": "postgres://user:password@host:5432/laban",
}


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that does not show itself when printed, logged or formatted."""

    _value: str = field(repr=False)

    def reveal(self) -> str:
        """The text itself, for the one place that needs it."""
        return self._value


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a setting and what to do about it. Holds no value of any setting that could be secret."""

    name: str
    what: str
    remedy: str

    def line(self) -> str:
        """All of it in one line."""
        return f"{self.name}: {self.what} {self.remedy}"


class SettingsError(Exception):
    """Some settings cannot be used; `problems` names every one of them."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(problem.line() for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    """A bot, and the root of the server it is at. `webhook_secret` is None unless one was chosen."""

    token: Secret
    api_url: str = TELEGRAM_API
    webhook_secret: Secret | None = None


@dataclass(frozen=True, slots=True)
class DingTalkSettings:
    """An app of a company's own, its robot, and the roots of DingTalk's two interfaces. `card_template_id` is "" where everything is said in
    words; `is_http`: messages are posted to us instead of coming by streams we open."""

    client_id: str
    client_secret: Secret
    robot_code: str
    card_template_id: str = ""
    is_http: bool = False
    api_url: str = DINGTALK_API
    oapi_url: str = DINGTALK_OAPI


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """An app, and the root of the server it is at. `bot_token` is for one workspace, `client_secret` lets many install the app: one of them is
    there. So is `app_token` (Socket Mode) or a signing secret: the one, or the new and the old while it is replaced."""

    bot_token: Secret | None = None
    signing_secrets: tuple[Secret, ...] = ()
    app_token: Secret | None = None
    client_id: str = ""
    client_secret: Secret | None = None
    api_url: str = SLACK_API


@dataclass(frozen=True, slots=True)
class AnonSettings:
    """Unsigned notes: `floor` possible authors behind a label, `slot_at` on the clock of the company's lead, where crime and safety go."""

    floor: int = 8
    slot_at: time = time(16, 0)
    channel: str = ""
    retention: timedelta = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Settings:
    """`secret_key` is None only until `with_secret_key` has made one; `telegram`, `dingtalk` and `slack` where none is set. `old_secret_key`
    still opens what it has sealed. `sources` says where each given setting came from."""

    database_url: Secret
    data_dir: Path
    host: str
    port: int
    public_url: str
    secret_key: Secret | None = None
    telegram: TelegramSettings | None = None
    dingtalk: DingTalkSettings | None = None
    slack: SlackSettings | None = None
    old_secret_key: Secret | None = None
    anon: AnonSettings = AnonSettings()
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def database_file(self) -> Path | None:
        """Where SQLite keeps its file; None for a server."""
        url = self.database_url.reveal()
        return Path(unquote(url.removeprefix(_SQLITE))) if url.startswith(_SQLITE) else None

    @property
    def database(self) -> str:
        """The database in words, without user and password."""
        file = self.database_file
        if file is not None:
            return f"SQLite {file}"
        parts = urlsplit(self.database_url.reveal())
        port = f":{parts.port}" if parts.port else ""
        return f"PostgreSQL {unquote(parts.path.removeprefix('/'))} on {parts.hostname or 'this machine'}{port}"

    @property
    def is_reachable(self) -> bool:
        """Somebody has said that the public address can be opened from outside, encrypted."""
        parts = urlsplit(self.public_url)
        return "PUBLIC_URL" in self.sources and parts.scheme == "https" and not _is_this_machine(parts.hostname or "")

    @property
    def is_for_this_machine_only(self) -> bool:
        """Nobody else on the network can connect."""
        return _is_this_machine(self.host)


def load(environment: Mapping[str, str] | None = None, folder: Path | None = None) -> Settings:
    """The settings of `environment` (default: the process's) over those of `.env` in `folder` (default: where we were started).

    Reads only, writes nothing. An empty value counts as not given. Raises SettingsError with every problem found.
    """
    environment = os.environ if environment is None else environment
    folder = Path.cwd() if folder is None else folder
    problems: list[Problem] = []
    from_file = _read_env_file(folder / ENV_FILE, problems)
    given: dict[str, str] = {}
    sources: dict[str, str] = {}
    for source, values in ((ENV_FILE, from_file), ("environment", environment)):
        problems.extend(_misspelled(values, source, is_ours=source == ENV_FILE))
        for name in NAMES:
            if values.get(name, "").strip():
                given[name] = values[name].strip()
                sources[name] = source
    data_dir = _data_dir(given.get("DATA_DIR", "var"), folder, problems)
    host = _host(given.get("HOST", "127.0.0.1"), problems)
    port = _port(given.get("PORT", "8000"), problems)
    database_url = _database_url(given.get("DATABASE_URL", ""), data_dir, folder, problems)
    public_url = _public_url(given.get("PUBLIC_URL", ""), host, port, problems)
    secret_key = _secret_key(given.get("SECRET_KEY", ""), data_dir, problems)
    telegram = _telegram(given, problems)
    dingtalk = _dingtalk(given, problems)
    slack = _slack(given, public_url, problems)
    anon = _anon(given, problems)
    if problems:
        raise SettingsError(tuple(problems))
    old_key = Secret(given["SECRET_KEY_OLD"]) if "SECRET_KEY_OLD" in given else None
    return Settings(
        Secret(database_url), data_dir, host, port, public_url, secret_key, telegram, dingtalk, slack, old_key, anon, sources
    )


def with_database_file(settings: Settings, file: Path) -> Settings:
    """The settings with SQLite in `file`."""
    return replace(settings, database_url=Secret(_sqlite_url(file)))


def with_port(settings: Settings, port: int) -> Settings:
    """The settings listening on another port; the public address follows when it names this machine."""
    problems: list[Problem] = []
    port = _port(str(port), problems)
    if problems:
        raise SettingsError(tuple(problems))
    is_here = _is_this_machine(urlsplit(settings.public_url).hostname or "")
    return replace(settings, port=port, public_url=_own_address(settings.host, port) if is_here else settings.public_url)


def with_secret_key(settings: Settings) -> Settings:
    """The settings with a secret key: the one given, else the one kept in the data folder, else one made there now.

    Its file is readable by its owner only. Several processes starting at once end up with the same key.
    Raises SettingsError when the folder cannot be written.
    """
    if settings.secret_key is not None:
        return settings
    file = settings.data_dir / KEY_FILE
    try:
        make_data_dir(settings.data_dir)
        _write_once(file, secrets.token_urlsafe(48))
    except OSError as error:
        what = f"a key cannot be kept in {file}: {error.strerror or type(error).__name__}."
        raise SettingsError((Problem("SECRET_KEY", what, "Make the folder writable, or set SECRET_KEY."),)) from None
    problems: list[Problem] = []
    key = _secret_key("", settings.data_dir, problems)
    if problems:
        raise SettingsError(tuple(problems))
    return replace(settings, secret_key=key)


def make_data_dir(folder: Path) -> None:
    """Create the data folder, closed to other users: it holds what people said. An existing one is left as it is."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _write_once(file: Path, text: str) -> None:
    """Create `file` with `text` unless it is there. Nobody ever sees it half written: it appears under its name complete."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(text + "\n")
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileExistsError):
            os.link(draft, file)
    finally:
        draft.unlink()


# --- .env ------------------------------------------------------------------------------------------------------------


def _read_env_file(file: Path, problems: list[Problem]) -> dict[str, str]:
    """NAME=value lines; `#` starts a comment, quotes and `export ` are optional. Bad lines are named by number, never shown."""
    try:
        with file.open("rb") as data:
            raw = data.read(ENV_FILE_LIMIT + 1)
    except FileNotFoundError:
        return {}
    except OSError as error:
        problems.append(
            Problem(
                ENV_FILE, f"it cannot be read: {error.strerror or type(error).__name__}.", "Make it a file its owner can read."
            )
        )
        return {}
    if len(raw) > ENV_FILE_LIMIT:
        problems.append(Problem(ENV_FILE, "it is larger than 64 kB.", "Keep only settings in it."))
        return {}
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        problems.append(Problem(ENV_FILE, "it is not UTF-8 text.", "Save it again as UTF-8."))
        return {}
    values: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip().removeprefix("export ").strip()
        if not stripped or stripped.startswith("#"):
            continue
        name, equals, value = stripped.partition("=")
        name = name.strip()
        unquoted = _unquoted(value.strip())
        if not equals or not name.isidentifier() or unquoted is None:
            problems.append(Problem(ENV_FILE, f"line {number} is not NAME=value.", "Mend it or put # before it."))
        elif name in values:
            problems.append(Problem(ENV_FILE, f"{name} is there twice, again in line {number}.", "Keep one of them."))
        else:
            values[name] = unquoted
    return values


def _unquoted(value: str) -> str | None:
    """The value without its quotes or the comment after it; None when a quote is not closed."""
    if value[:1] in ("'", '"'):
        inner, closing, rest = value[1:].partition(value[0])
        rest = rest.strip()
        return inner if closing and (not rest or rest.startswith("#")) else None
    return value.partition(" #")[0].rstrip()


def _misspelled(values: Mapping[str, str], source: str, *, is_ours: bool) -> list[Problem]:
    """Names that look like one of ours. The environment belongs to everybody, so there only `LABAN_…` counts as a near miss."""
    found = []
    for name in values:
        meant = _meant(name, is_ours=is_ours)
        if meant and meant not in values:
            found.append(
                Problem(name, f"no setting has this name (from {source}).", f"Did you mean {meant}? Rename it or take it out.")
            )
    return found


def _meant(name: str, *, is_ours: bool) -> str | None:
    if name in NAMES:
        return None
    bare = name.upper().removeprefix("LABAN_").removeprefix("OKR_").removeprefix("APP_")
    if bare in NAMES:
        return bare if is_ours or name.upper() == f"LABAN_{bare}" else None
    close = difflib.get_close_matches(bare, NAMES, n=1, cutoff=0.8) if is_ours else []
    return close[0] if close else None


# --- the single settings -----------------------------------------------------------------------------------------------


def _data_dir(given: str, folder: Path, problems: list[Problem]) -> Path:
    try:
        data_dir = (folder / Path(given).expanduser()).resolve()
        is_taken = data_dir.exists() and not data_dir.is_dir()
    except (OSError, RuntimeError, ValueError):
        problems.append(
            Problem("DATA_DIR", "this is not a folder that can be used.", "Give the path of a folder, for example var.")
        )
        return folder / "var"
    if is_taken:
        problems.append(Problem("DATA_DIR", "there is a file of that name.", "Give the path of a folder, for example var."))
    return data_dir


def _host(given: str, problems: list[Problem]) -> str:
    host = given.removeprefix("[").removesuffix("]")
    if "/" in host or any(char.isspace() for char in host) or (":" in host and not _is_ip(host)):
        problems.append(
            Problem(
                "HOST",
                "this is not a name or an address alone.",
                "Give one without http:// and without a port: 127.0.0.1 or 0.0.0.0.",
            )
        )
    return host


def _port(given: str, problems: list[Problem]) -> int:
    if given.isascii() and given.isdigit() and len(given) < 6 and 1 <= int(given) <= 65535:
        return int(given)
    problems.append(Problem("PORT", "this is not a port.", "Give a whole number from 1 to 65535, for example 8000."))
    return 8000


def _database_url(given: str, data_dir: Path, folder: Path, problems: list[Problem]) -> str:
    """As storage wants it: `sqlite:///` with the absolute path behind it, or `postgres://…` as given."""
    if not given:
        return _sqlite_url(data_dir / DATABASE_FILE)
    scheme, separator, rest = given.partition("://")
    scheme = scheme.lower()
    if separator and scheme == "sqlite":
        name = unquote(rest.removeprefix("/"))
        if not rest.startswith("/") or not name or name.endswith("/") or "?" in name or ":memory:" in name or "\0" in name:
            problems.append(Problem("DATABASE_URL", "this names no SQLite file.", f"Write it like {_EXAMPLES['sqlite']}"))
            return given
        return _sqlite_url((folder / Path(name).expanduser()).resolve())
    if separator and scheme in ("postgres", "postgresql"):
        problem = _postgres_problem(given)
        if problem:
            problems.append(Problem("DATABASE_URL", problem, f"Write it like {_EXAMPLES['postgres']}"))
        return f"postgres://{rest}"
    if scheme.startswith(("postgres", "psql")):
        what = "the part before :// has to be postgres."
    elif separator:
        what = "only SQLite and PostgreSQL can be used."
    else:
        what = "this is not an address of a database."
    problems.append(
        Problem("DATABASE_URL", what, f"Write it like {_EXAMPLES['postgres']}, or leave it empty for SQLite in DATA_DIR.")
    )
    return given


def _sqlite_url(file: Path) -> str:
    return f"{_SQLITE}{quote(str(file))}"


def _postgres_problem(url: str) -> str:
    """What is wrong with it, "" for nothing. A password with # / ? @ in it is what usually breaks these addresses."""
    advice = f"Characters like @ / # ? : in a password are written {quote('@', safe='')} {quote('/', safe='')} and so on."
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return f"host and port cannot be made out. {advice}"
    if not parts.path.strip("/") or "/" in parts.path.strip("/") or parts.fragment:
        return f"it names no database. {advice}"
    return ""


def _public_url(given: str, host: str, port: int, problems: list[Problem]) -> str:
    if not given:
        return _own_address(host, port)
    try:
        parts = urlsplit(given)
        name, _ = parts.hostname or "", parts.port
    except ValueError:
        name, parts = "", urlsplit("")
    if parts.scheme not in ("http", "https") or not name or parts.username or parts.query or parts.fragment:
        what = "this is not an address people could type."
        problems.append(Problem("PUBLIC_URL", what, "Write it like https://okr.example.com"))
    elif parts.scheme == "http" and not _is_this_machine(name):
        what = "people's words would travel unencrypted."
        problems.append(
            Problem("PUBLIC_URL", what, "Use https:// (a proxy with a certificate in front); http:// is for this machine only.")
        )
    return given.rstrip("/")


def _telegram(given: Mapping[str, str], problems: list[Problem]) -> TelegramSettings | None:
    token, secret = given.get("TELEGRAM_BOT_TOKEN", ""), given.get("TELEGRAM_WEBHOOK_SECRET", "")
    if token and not _BOT_TOKEN.fullmatch(token):
        remedy = "Copy all of what @BotFather says, digits, colon and letters: 123456789:AA…"
        problems.append(Problem("TELEGRAM_BOT_TOKEN", "this is not a bot's token.", remedy))
    weakness = _weakness(secret) if secret else ""
    if secret and not weakness and not _WEBHOOK_SECRET.fullmatch(secret):
        weakness = "Telegram takes only letters, digits, _ and -, 256 at most."
    if weakness:
        remedy = f"Leave it empty, then Laban makes one; or make one with: {MAKE_SECRET}"
        problems.append(Problem("TELEGRAM_WEBHOOK_SECRET", weakness, remedy))
    api_url = _api_url(given.get("TELEGRAM_API_URL", TELEGRAM_API), problems)
    return TelegramSettings(Secret(token), api_url, Secret(secret) if secret else None) if token else None


def _anon(given: Mapping[str, str], problems: list[Problem]) -> AnonSettings:
    """Bounds that no admin can leave: fewer than five people hide nobody."""
    floor = _whole("ANON_FLOOR", given.get("ANON_FLOOR", "8"), range(5, 1001), "8, never fewer than 5", problems)
    hour = _whole("ANON_SLOT_HOUR", given.get("ANON_SLOT_HOUR", "16"), range(24), "16", problems)
    days = _whole("ANON_RETENTION_DAYS", given.get("ANON_RETENTION_DAYS", "90"), range(7, 366), "90", problems)
    channel = given.get("ANON_CHANNEL", "")
    if len(channel) > CHANNEL_LIMIT:
        what = f"it has more than {CHANNEL_LIMIT} characters."
        problems.append(Problem("ANON_CHANNEL", what, "Name one way in a line: Ombudswoman, +84 24 5555 0100"))
    return AnonSettings(floor, time(hour), channel, timedelta(days=days))


def _whole(name: str, text: str, allowed: range, example: str, problems: list[Problem]) -> int:
    if text.isascii() and text.isdigit() and len(text) < 6 and int(text) in allowed:
        return int(text)
    what = f"this is not a whole number from {allowed[0]} to {allowed[-1]}."
    problems.append(Problem(name, what, f"Give one, for example {example}."))
    return allowed[0]


def _api_url(given: str, problems: list[Problem]) -> str:
    """The root of a Bot API server: Telegram's, or one of one's own."""
    what = _unlike_a_server(given, "the bot's token")
    if not what and "/bot" in urlsplit(given).path:
        what = "this is more than the address of a server."
    if what:
        remedy = f"Leave it empty for {TELEGRAM_API}, or name your own server: http://127.0.0.1:8081"
        problems.append(Problem("TELEGRAM_API_URL", what, remedy))
    return given.rstrip("/")


def _dingtalk(given: Mapping[str, str], problems: list[Problem]) -> DingTalkSettings | None:
    client_id, secret = given.get("DINGTALK_CLIENT_ID", ""), given.get("DINGTALK_CLIENT_SECRET", "")
    robot, template = given.get("DINGTALK_ROBOT_CODE", client_id), given.get("DINGTALK_CARD_TEMPLATE_ID", "")
    mode = given.get("DINGTALK_MODE", "stream").lower()
    where = "in the developers' console (open-dev.dingtalk.com), your app, “Credentials and basic information”"
    if client_id and not _DINGTALK_ID.fullmatch(client_id):
        problems.append(Problem("DINGTALK_CLIENT_ID", "this is not the Client ID of an app.", f"Copy it {where}."))
    if secret and not _DINGTALK_SECRET.fullmatch(secret):
        problems.append(Problem("DINGTALK_CLIENT_SECRET", "this is not the Client Secret of an app.", f"Copy all of it {where}."))
    if client_id and not secret:
        # Also in HTTP mode: without it anybody could post in DingTalk's name.
        problems.append(Problem("DINGTALK_CLIENT_SECRET", "it is missing.", f"It stands beside the Client ID {where}."))
    if secret and not client_id:
        problems.append(Problem("DINGTALK_CLIENT_ID", "it is missing.", f"It stands beside the Client Secret {where}."))
    if robot and robot != client_id and not _DINGTALK_ID.fullmatch(robot):
        remedy = (
            "Leave it empty: the robot of your own app has the app's Client ID. Others stand on the robot's page in the console."
        )
        problems.append(Problem("DINGTALK_ROBOT_CODE", "this is not the code of a robot.", remedy))
    if template and not _CARD_TEMPLATE.fullmatch(template):
        remedy = "Copy the id beside its name in the card platform; it ends in .schema. Empty: no cards, everything in words."
        problems.append(Problem("DINGTALK_CARD_TEMPLATE_ID", "this is not the id of a card template.", remedy))
    if mode not in ("stream", "http"):
        remedy = "Leave it empty, or write stream or http."
        problems.append(Problem("DINGTALK_MODE", "there are two ways in, and this is neither.", remedy))
    roots = []
    for name, usual in (("DINGTALK_API_URL", DINGTALK_API), ("DINGTALK_OAPI_URL", DINGTALK_OAPI)):
        root = given.get(name, usual)
        what = _unlike_a_server(root, "the app's secret")
        if what:
            problems.append(Problem(name, what, f"Leave it empty for {usual}, or name another server: http://127.0.0.1:8082"))
        roots.append(root.rstrip("/"))
    if not (client_id and secret):
        return None
    return DingTalkSettings(client_id, Secret(secret), robot, template, mode == "http", *roots)


def _unlike_a_server(given: str, carried: str) -> str:
    """Why this is no address of a server, or none that what is `carried` there may go to; "" when it is one."""
    try:
        parts = urlsplit(given)
        name, _ = parts.hostname or "", parts.port
    except ValueError:
        name, parts = "", urlsplit("")
    if parts.scheme not in ("http", "https") or not name or parts.username or parts.query or parts.fragment:
        return "this is not the address of a server."
    if parts.scheme == "http" and "." in name and not (_is_ip(name) and ipaddress.ip_address(name).is_private):
        return f"{carried} would travel unencrypted."
    return ""


def _slack(given: Mapping[str, str], public_url: str, problems: list[Problem]) -> SlackSettings | None:
    if not any(name.startswith("SLACK_") for name in given if name != "SLACK_API_URL"):
        return None
    before = len(problems)
    bot_token, app_token = _slack_tokens(given, problems)
    secrets_given = tuple(one.strip() for one in given.get("SLACK_SIGNING_SECRET", "").split(",") if one.strip())
    if len(secrets_given) > 2 or not all(_SLACK_HEX.fullmatch(one) for one in secrets_given):
        remedy = "Copy it from Basic Information, App Credentials: 32 digits and letters a to f. Two, parted by a comma, while it changes."
        problems.append(Problem("SLACK_SIGNING_SECRET", "this is not a signing secret.", remedy))
    client_id, client_secret = given.get("SLACK_CLIENT_ID", ""), given.get("SLACK_CLIENT_SECRET", "")
    _examine_slack_client(client_id, client_secret, bot_token, public_url, problems)
    if not bot_token and not client_id and not client_secret:
        remedy = "Add SLACK_BOT_TOKEN for one workspace, or SLACK_CLIENT_ID and SLACK_CLIENT_SECRET for many."
        problems.append(Problem("SLACK_BOT_TOKEN", "there is no way into a workspace.", remedy))
    if not secrets_given and not app_token:
        remedy = "Add SLACK_SIGNING_SECRET when Slack can reach PUBLIC_URL, else SLACK_APP_TOKEN (Socket Mode)."
        problems.append(Problem("SLACK_SIGNING_SECRET", "nothing proves that requests are Slack's.", remedy))
    api_url = _slack_api_url(given.get("SLACK_API_URL", SLACK_API), problems)
    if len(problems) > before:
        return None
    return SlackSettings(
        Secret(bot_token) if bot_token else None,
        tuple(Secret(one) for one in secrets_given),
        Secret(app_token) if app_token else None,
        client_id,
        Secret(client_secret) if client_secret else None,
        api_url,
    )


def _slack_tokens(given: Mapping[str, str], problems: list[Problem]) -> tuple[str, str]:
    bot_token, app_token = given.get("SLACK_BOT_TOKEN", ""), given.get("SLACK_APP_TOKEN", "")
    if bot_token and not _SLACK_TOKEN.fullmatch(bot_token):
        what = "this is a person's token." if bot_token.startswith("xoxp-") else "this is not a bot's token."
        remedy = "Copy the Bot User OAuth Token from OAuth & Permissions: it begins with xoxb-."
        problems.append(Problem("SLACK_BOT_TOKEN", what, remedy))
    if app_token and not _SLACK_APP_TOKEN.fullmatch(app_token):
        remedy = "Make one under Basic Information, App-Level Tokens, with the scope connections:write: it begins with xapp-."
        problems.append(Problem("SLACK_APP_TOKEN", "this is not an app-level token.", remedy))
    return bot_token, app_token


def _examine_slack_client(client_id: str, client_secret: str, bot_token: str, public_url: str, problems: list[Problem]) -> None:
    where = "Copy both from Basic Information, App Credentials."
    if client_id and not _SLACK_CLIENT.fullmatch(client_id):
        problems.append(Problem("SLACK_CLIENT_ID", "this is not a client id, two numbers with a dot.", where))
    if client_secret and not _SLACK_HEX.fullmatch(client_secret):
        problems.append(Problem("SLACK_CLIENT_SECRET", "this is not a client secret, 32 digits and letters a to f.", where))
    if bool(client_id) != bool(client_secret):
        missing = "SLACK_CLIENT_SECRET" if client_id else "SLACK_CLIENT_ID"
        problems.append(Problem(missing, "it is missing beside the other one.", where))
    if bot_token and client_id:
        remedy = "Keep SLACK_BOT_TOKEN for one workspace, or the client's id and secret for many."
        problems.append(Problem("SLACK_CLIENT_ID", "there is a bot token as well.", remedy))
    if client_id and urlsplit(public_url).scheme != "https" and not _is_this_machine(urlsplit(public_url).hostname or ""):
        problems.append(Problem("PUBLIC_URL", "workspaces could not come back to it.", "Give your https address."))


def _slack_api_url(given: str, problems: list[Problem]) -> str:
    """The root of a Web API: Slack's, or that of another server."""
    url = f"{given.rstrip('/')}/"
    try:
        parts = urlsplit(url)
        name, _ = parts.hostname or "", parts.port
    except ValueError:
        name, parts = "", urlsplit("")
    what = ""
    if parts.scheme not in ("http", "https") or not name or parts.username or parts.query or parts.fragment:
        what = "this is not the address of a server."
    elif not parts.path.endswith("/api/"):
        what = "it does not end in /api/."
    elif parts.scheme == "http" and "." in name and not (_is_ip(name) and ipaddress.ip_address(name).is_private):
        what = "the bot's token would travel unencrypted."
    if what:
        remedy = f"Leave it empty for {SLACK_API}, or name another server: http://127.0.0.1:4003/api/"
        problems.append(Problem("SLACK_API_URL", what, remedy))
    return url


def _own_address(host: str, port: int) -> str:
    """What to type on this machine; listening everywhere includes here."""
    name = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104 compared with, not listened on
    return f"http://{f'[{name}]' if ':' in name else name}:{port}"


def _is_this_machine(name: str) -> bool:
    if name == "localhost" or name.endswith(".localhost"):
        return True
    return _is_ip(name) and ipaddress.ip_address(name).is_loopback


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _secret_key(given: str, data_dir: Path, problems: list[Problem]) -> Secret | None:
    """The key given or kept; None when there is none yet. A bad one is refused here, before anything is signed with it."""
    if given:
        weakness = _weakness(given)
        if weakness:
            problems.append(Problem("SECRET_KEY", weakness, f"Make one with: {MAKE_SECRET}"))
        return Secret(given)
    file = data_dir / KEY_FILE
    try:
        kept = file.read_text(encoding="ascii").strip()
        is_open = bool(stat.S_IMODE(file.stat().st_mode) & 0o077)
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        problems.append(Problem("SECRET_KEY", f"{file} cannot be read.", "Let its owner run Laban, or set SECRET_KEY."))
        return None
    if is_open:
        problems.append(Problem("SECRET_KEY", f"others on this machine can read {file}.", f"Close it: chmod 600 {file}"))
    elif _weakness(kept):
        problems.append(
            Problem("SECRET_KEY", f"what {file} holds is no good key.", "Delete the file; a new key is made at the next start.")
        )
    return Secret(kept)


def _weakness(key: str) -> str:
    """Why a key must not be used, "" when it may."""
    if len(key) < SECRET_LENGTH:
        return f"it has fewer than {SECRET_LENGTH} characters."
    if any(known in key.lower() for known in _WELL_KNOWN):
        return "this is a value out of an example, known to everybody."
    if len(set(key)) < SECRET_VARIETY:
        return "it repeats itself too much to be secret."
    return ""
