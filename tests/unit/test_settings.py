"""Settings: read from two places, checked all at once, silent about what is secret."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.settings import NAMES, SettingsError, load, with_port, with_secret_key
from storage.database import read_url

KEY = "q7Jm2Vx9Tt4Lw0Zk5Rb8Ny3Hc6Gd1Fs-PuEa"
PASSWORD = "hunter2-is-secret"


def _problems(environment: dict[str, str], folder: Path) -> dict[str, str]:
    with pytest.raises(SettingsError) as refused:
        load(environment, folder)
    return {problem.name: problem.line() for problem in refused.value.problems}


def test_nothing_has_to_be_set(tmp_path: Path) -> None:
    settings = load({}, tmp_path)
    assert settings.data_dir == tmp_path / "var"
    assert settings.database_url.reveal() == f"sqlite:///{tmp_path}/var/laban.db"
    assert settings.database_file == tmp_path / "var/laban.db"
    assert (settings.host, settings.port, settings.public_url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert settings.secret_key is None


def test_reading_settings_writes_nothing(tmp_path: Path) -> None:
    load({}, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_environment_goes_before_the_file_and_empty_counts_as_not_given(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "PORT=9001\nexport HOST=\"0.0.0.0\"  # everywhere\n\n# PUBLIC_URL=\nDATA_DIR='my data'\nSECRET_KEY=\n"
    )
    settings = load({"PORT": "9002", "HOST": ""}, tmp_path)
    assert (settings.host, settings.port) == ("0.0.0.0", 9002)  # noqa: S104 compared with, not listened on
    assert settings.data_dir == tmp_path / "my data"
    assert dict(settings.sources) == {"HOST": ".env", "PORT": "environment", "DATA_DIR": ".env"}
    assert settings.public_url == "http://127.0.0.1:9002"


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    environment = {
        "DATABASE_URL": f"mysql://laban:{PASSWORD}@db/laban",
        "HOST": "http://0.0.0.0",
        "PORT": "eighty",
        "PUBLIC_URL": "http://okr.example.com",
        "SECRET_KEY": "short",
    }
    problems = _problems(environment, tmp_path)
    assert set(problems) == {"DATABASE_URL", "HOST", "PORT", "PUBLIC_URL", "SECRET_KEY"}
    assert "1 to 65535" in problems["PORT"]
    assert "https://" in problems["PUBLIC_URL"]


@pytest.mark.parametrize("port", ["0", "-1", "65536", "8000.0", "８０００", " ", "99999999999999999999"])
def test_a_port_is_a_number_that_exists(port: str, tmp_path: Path) -> None:
    if port.strip():
        assert "PORT" in _problems({"PORT": port}, tmp_path)
    else:
        assert load({"PORT": port}, tmp_path).port == 8000


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+asyncpg://laban:{}@db/laban",
        "postgres://laban:{}/with#slash@db/laban",
        "postgres://laban:{}@db:port/laban",
        "postgres://laban:{}@db",
        "sqlite://{}.db",
        "mysql://laban:{}@db/laban",
        "db/{}",
        "sqlite://",
        "sqlite://:memory:",
        "sqlite:///laban.db?key={}",
    ],
)
def test_an_unusable_database_address_is_refused_without_being_shown(url: str, tmp_path: Path) -> None:
    problems = _problems({"DATABASE_URL": url.format(PASSWORD)}, tmp_path)
    assert set(problems) == {"DATABASE_URL"}
    assert PASSWORD not in problems["DATABASE_URL"]


def test_a_database_is_named_without_user_and_password(tmp_path: Path) -> None:
    settings = load({"DATABASE_URL": f"postgresql://laban:{PASSWORD}@db.example:5433/okr"}, tmp_path)
    assert settings.database == "PostgreSQL okr on db.example:5433"
    assert settings.database_file is None
    assert settings.database_url.reveal() == f"postgres://laban:{PASSWORD}@db.example:5433/okr"


def test_a_relative_sqlite_file_lies_where_laban_was_started(tmp_path: Path) -> None:
    assert load({"DATABASE_URL": "sqlite:///okr.db"}, tmp_path).database_file == tmp_path / "okr.db"
    assert load({"DATABASE_URL": "sqlite:////srv/okr.db"}, tmp_path).database_file == Path("/srv/okr.db")


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    settings = load({"DATA_DIR": "công ty 100%"}, tmp_path)
    assert settings.database_file == tmp_path / "công ty 100%/laban.db"
    assert read_url(settings.database_url.reveal()).file == settings.database_file


@pytest.mark.parametrize("url", ["sqlite:///okr.db", "sqlite:////srv/okr.db", "postgres://u:p@db:5433/okr", "postgresql:///okr"])
def test_what_is_let_through_is_understood_by_storage(url: str, tmp_path: Path) -> None:
    settings = load({"DATABASE_URL": url}, tmp_path)
    assert read_url(settings.database_url.reveal()).path == settings.database_file


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("DATABSE_URL", "DATABASE_URL"),
        ("LABAN_PORT", "PORT"),
        ("DATABASE_URI", "DATABASE_URL"),
        ("Secret_Key", "SECRET_KEY"),
        ("PUBLICURL", "PUBLIC_URL"),
        ("OKR_DATA_DIR", "DATA_DIR"),
    ],
)
def test_a_near_miss_in_the_file_is_pointed_out(name: str, meant: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"{name}={PASSWORD}\n")
    problems = _problems({}, tmp_path)
    assert f"Did you mean {meant}?" in problems[name]
    assert PASSWORD not in problems[name]


def test_names_of_other_programs_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("POSTGRES_PASSWORD=x\nCOMPOSE_PROJECT_NAME=laban\nTZ=Asia/Shanghai\n")
    assert load({"HOSTNAME": "box", "DATABSE_URL": "somebody's", "LABAN_TEST_DATABASE_URL": "x"}, tmp_path).port == 8000


def test_our_own_prefix_in_the_environment_is_pointed_out(tmp_path: Path) -> None:
    assert "Did you mean PORT?" in _problems({"LABAN_PORT": "80"}, tmp_path)["LABAN_PORT"]
    assert load({"LABAN_PORT": "80", "PORT": "81"}, tmp_path).port == 81


@pytest.mark.parametrize(
    "content",
    [
        f"just {PASSWORD}\n",
        f'SECRET_KEY="{PASSWORD}\n',
        f"PORT=1\nPORT={PASSWORD}\n",
        f"not a name={PASSWORD}",
        "x=" + "a" * 70_000,
    ],
)
def test_a_malformed_file_is_refused_by_line_without_showing_it(content: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(content)
    assert PASSWORD not in _problems({}, tmp_path)[".env"]


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("PORT=1".encode("utf-16"))
    assert "UTF-8" in _problems({}, tmp_path)[".env"]
    (tmp_path / ".env").unlink()
    (tmp_path / ".env").mkdir()
    assert "cannot be read" in _problems({}, tmp_path)[".env"]


@pytest.mark.parametrize(
    "key", ["short", "changeme" * 8, "your-secret-key-goes-here-and-is-long", "a" * 64, "abab" * 16, "django-insecure-" + KEY]
)
def test_a_key_everybody_could_guess_is_refused_and_not_repeated(key: str, tmp_path: Path) -> None:
    problem = _problems({"SECRET_KEY": key}, tmp_path)["SECRET_KEY"]
    assert key not in problem
    assert "Make one with" in problem


def test_a_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    first = with_secret_key(load({}, tmp_path))
    again = with_secret_key(load({}, tmp_path))
    assert first.secret_key is not None
    assert again.secret_key is not None
    assert first.secret_key.reveal() == again.secret_key.reveal()
    assert len(first.secret_key.reveal()) >= 32
    assert stat.S_IMODE((tmp_path / "var/secret.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700
    assert [file.name for file in (tmp_path / "var").iterdir()] == ["secret.key"]


def test_processes_that_start_together_agree_on_the_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        started = list(pool.map(lambda _: with_secret_key(load({}, tmp_path)), range(16)))
    assert len({settings.secret_key.reveal() for settings in started if settings.secret_key}) == 1


def test_a_given_key_goes_before_the_kept_one(tmp_path: Path) -> None:
    with_secret_key(load({}, tmp_path))
    settings = load({"SECRET_KEY": KEY}, tmp_path)
    assert settings.secret_key is not None
    assert settings.secret_key.reveal() == KEY


def test_a_kept_key_others_can_read_is_refused(tmp_path: Path) -> None:
    with_secret_key(load({}, tmp_path))
    (tmp_path / "var/secret.key").chmod(0o644)
    assert "chmod 600" in _problems({}, tmp_path)["SECRET_KEY"]


def test_a_kept_key_that_is_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "var/secret.key"
    file.parent.mkdir()
    file.touch(0o600)
    assert "Delete the file" in _problems({}, tmp_path)["SECRET_KEY"]


def test_a_data_folder_that_cannot_be_made_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    assert "DATA_DIR" in _problems({"DATA_DIR": "taken"}, tmp_path)
    with pytest.raises(SettingsError, match="set SECRET_KEY"):
        with_secret_key(load({"DATA_DIR": "taken/below"}, tmp_path))


def test_nothing_secret_shows_in_any_form_of_printing(tmp_path: Path) -> None:
    settings = load({"SECRET_KEY": KEY, "DATABASE_URL": f"postgres://laban:{PASSWORD}@db/okr"}, tmp_path)
    for shown in (
        repr(settings),
        str(settings),
        f"{settings}",
        f"{settings.secret_key} {settings.database_url!s:>40}",
        settings.database,
    ):
        assert KEY not in shown
        assert PASSWORD not in shown


def test_another_port_moves_the_address_of_this_machine_only(tmp_path: Path) -> None:
    assert with_port(load({}, tmp_path), 8123).public_url == "http://127.0.0.1:8123"
    public = load({"PUBLIC_URL": "https://okr.example.com/laban/"}, tmp_path)
    assert with_port(public, 8123).public_url == "https://okr.example.com/laban"
    with pytest.raises(SettingsError, match="1 to 65535"):
        with_port(public, 0)


@pytest.mark.parametrize(
    "url",
    ["okr.example.com", "ftp://okr.example.com", "https://", "https://user:pw@okr.example.com", "https://a/?x=1", "https://[::1"],
)
def test_a_public_address_is_one_people_could_type(url: str, tmp_path: Path) -> None:
    assert "PUBLIC_URL" in _problems({"PUBLIC_URL": url}, tmp_path)


@given(values=st.dictionaries(st.sampled_from(NAMES), st.text(max_size=60)))
def test_no_value_makes_reading_fail_in_any_other_way(values: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.getbasetemp()
    with suppress(SettingsError):
        load(values, folder)


# --- Telegram ---

TOKEN = "700100:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


def test_without_a_token_there_is_no_telegram(tmp_path: Path) -> None:
    assert load({"TELEGRAM_API_URL": "http://127.0.0.1:8081"}, tmp_path).telegram is None


def test_a_token_is_enough(tmp_path: Path) -> None:
    telegram = load({"TELEGRAM_BOT_TOKEN": TOKEN}, tmp_path).telegram
    assert telegram is not None
    assert (telegram.token.reveal(), telegram.api_url, telegram.webhook_secret) == (TOKEN, "https://api.telegram.org", None)
    assert TOKEN not in repr(telegram)


@pytest.mark.parametrize(
    "token", ["AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", "bot" + TOKEN, TOKEN[:20], f"{TOKEN}/x", "700100:" + "é" * 35]
)
def test_what_is_no_token_is_refused_without_being_shown(token: str, tmp_path: Path) -> None:
    problems = _problems({"TELEGRAM_BOT_TOKEN": token}, tmp_path)
    assert set(problems) == {"TELEGRAM_BOT_TOKEN"}
    assert token not in problems["TELEGRAM_BOT_TOKEN"]
    assert "@BotFather" in problems["TELEGRAM_BOT_TOKEN"]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8081",
        "http://localhost:8081/",
        "http://bot-api:8081",
        "http://10.0.0.7:8081",
        "https://bots.example.com/api",
    ],
)
def test_a_bot_api_server_of_ones_own_can_be_named(url: str, tmp_path: Path) -> None:
    telegram = load({"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": url}, tmp_path).telegram
    assert telegram is not None
    assert telegram.api_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "api.telegram.org",
        "http://api.telegram.org",
        "http://8.8.8.8:8081",
        "https://",
        "ftp://x",
        f"https://api.telegram.org/bot{TOKEN}",
        "https://u:p@x.example",
        "https://x.example?a=1",
        "http://[::1",
    ],
)
def test_an_address_that_would_betray_the_token_or_is_none_is_refused(url: str, tmp_path: Path) -> None:
    problems = _problems({"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": url}, tmp_path)
    assert set(problems) == {"TELEGRAM_API_URL"}
    assert TOKEN not in problems["TELEGRAM_API_URL"]


def test_a_webhook_secret_is_what_telegram_takes_and_hard_to_guess(tmp_path: Path) -> None:
    telegram = load({"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_WEBHOOK_SECRET": KEY}, tmp_path).telegram
    assert telegram is not None
    assert telegram.webhook_secret is not None
    for weak in ("short", "a" * 40, f"{KEY} {KEY}", f"{KEY}é", KEY * 10):
        problems = _problems({"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_WEBHOOK_SECRET": weak}, tmp_path)
        assert set(problems) == {"TELEGRAM_WEBHOOK_SECRET"}
        assert weak not in problems["TELEGRAM_WEBHOOK_SECRET"]


@pytest.mark.parametrize(
    ("public_url", "is_reachable"),
    [
        ("https://okr.example.com", True),
        ("https://okr.example.com/laban", True),
        ("http://127.0.0.1:8000", False),
        ("https://127.0.0.1", False),
        ("https://localhost:8443", False),
        ("", False),
    ],
)
def test_only_an_encrypted_address_somebody_gave_can_be_reached_from_outside(
    public_url: str, is_reachable: bool, tmp_path: Path
) -> None:
    assert load({"PUBLIC_URL": public_url}, tmp_path).is_reachable == is_reachable


# --- DingTalk ---

APP = {
    "DINGTALK_CLIENT_ID": "dingabcdef0123456789",
    "DINGTALK_CLIENT_SECRET": "Zb3-6mF0q8WlKc1TnYv5dRxJh2Ps9eGaUo7iLtXwCfDkQyBz4SgMrNjEAVHpIuO1",
}


def test_without_an_app_there_is_no_dingtalk(tmp_path: Path) -> None:
    assert load({"DINGTALK_MODE": "http", "DINGTALK_CARD_TEMPLATE_ID": ""}, tmp_path).dingtalk is None


def test_an_app_needs_no_more_than_its_id_and_secret(tmp_path: Path) -> None:
    app = load(APP, tmp_path).dingtalk
    assert app is not None
    assert (app.client_id, app.robot_code, app.is_http, app.card_template_id) == (APP["DINGTALK_CLIENT_ID"],) * 2 + (False, "")
    assert (app.api_url, app.oapi_url) == ("https://api.dingtalk.com", "https://oapi.dingtalk.com")
    assert APP["DINGTALK_CLIENT_SECRET"] not in repr(app)


@pytest.mark.parametrize("mode", ["", "stream", "http"])
@pytest.mark.parametrize("missing", APP)
def test_one_of_them_alone_is_a_problem_in_either_mode(tmp_path: Path, missing: str, mode: str) -> None:
    problems = _problems({**APP, missing: "", "DINGTALK_MODE": mode}, tmp_path)
    assert set(problems) == {missing}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DINGTALK_CLIENT_ID", "with blank"),
        ("DINGTALK_CLIENT_ID", "short"),
        ("DINGTALK_CLIENT_SECRET", "tooshort"),
        ("DINGTALK_CLIENT_SECRET", "x" * 31 + "é"),
        ("DINGTALK_ROBOT_CODE", "my robot"),
        ("DINGTALK_CARD_TEMPLATE_ID", "1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f9"),
        ("DINGTALK_CARD_TEMPLATE_ID", "https://card.dingtalk.com/x.schema"),
        ("DINGTALK_MODE", "webhook"),
        ("DINGTALK_API_URL", "dingtalk.example"),
        ("DINGTALK_API_URL", "http://api.dingtalk.com"),
        ("DINGTALK_OAPI_URL", "https://oapi.dingtalk.com/?access_token=x"),
    ],
)
def test_what_is_no_setting_of_an_app_is_named_and_never_shown(tmp_path: Path, name: str, value: str) -> None:
    problems = _problems({**APP, name: value}, tmp_path)
    assert set(problems) == {name}
    assert value not in problems[name]


def test_everything_about_an_app_can_be_said(tmp_path: Path) -> None:
    more = {
        "DINGTALK_ROBOT_CODE": "dingrobot0000001",
        "DINGTALK_CARD_TEMPLATE_ID": "1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f9.schema",
        "DINGTALK_MODE": "HTTP",
        "DINGTALK_API_URL": "https://api.dingtalk.io/",
        "DINGTALK_OAPI_URL": "http://127.0.0.1:8082",
    }
    app = load({**APP, **more}, tmp_path).dingtalk
    assert app is not None
    assert (app.robot_code, app.is_http, app.card_template_id) == ("dingrobot0000001", True, more["DINGTALK_CARD_TEMPLATE_ID"])
    assert (app.api_url, app.oapi_url) == ("https://api.dingtalk.io", "http://127.0.0.1:8082")


def test_unsigned_notes_have_bounds_nobody_can_leave(tmp_path: Path) -> None:
    given = {"ANON_FLOOR": "4", "ANON_SLOT_HOUR": "24", "ANON_RETENTION_DAYS": "forever", "ANON_CHANNEL": "x" * 201}
    assert set(_problems(given, tmp_path)) == set(given)


def test_unsigned_notes_go_by_what_is_set(tmp_path: Path) -> None:
    given = {"ANON_FLOOR": "12", "ANON_SLOT_HOUR": "9", "ANON_RETENTION_DAYS": "30", "ANON_CHANNEL": "Ombudswoman, room 4"}
    anon = load(given, tmp_path).anon
    assert (anon.floor, anon.slot_at, anon.retention, anon.channel) == (12, time(9), timedelta(days=30), "Ombudswoman, room 4")


# --- Slack ---

BOT = "xoxb-1234567890-1234567890-abcdefABCDEF"
SIGNING = "8f742231b10e8888abcd99abcdef85a5"
SOCKET = "xapp-1-A0LABAN01-1234567890-abcdef"
CLIENT = {"SLACK_CLIENT_ID": "1700.2600", "SLACK_CLIENT_SECRET": "0123456789abcdef0123456789abcdef"}


def test_without_a_way_into_a_workspace_there_is_no_slack(tmp_path: Path) -> None:
    assert load({}, tmp_path).slack is None
    assert load({"SLACK_API_URL": "http://127.0.0.1:4003/api/"}, tmp_path).slack is None


def test_one_workspace_is_a_token_and_what_proves_requests(tmp_path: Path) -> None:
    slack = load({"SLACK_BOT_TOKEN": BOT, "SLACK_SIGNING_SECRET": SIGNING}, tmp_path).slack
    assert slack is not None
    assert slack.bot_token is not None
    assert (slack.bot_token.reveal(), slack.api_url) == (BOT, "https://slack.com/api/")
    assert [one.reveal() for one in slack.signing_secrets] == [SIGNING]
    assert BOT not in repr(slack)
    assert SIGNING not in repr(slack)


def test_with_socket_mode_no_signing_secret_is_needed(tmp_path: Path) -> None:
    slack = load({"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": SOCKET}, tmp_path).slack
    assert slack is not None
    assert slack.app_token is not None
    assert slack.signing_secrets == ()


def test_many_workspaces_are_a_client_and_an_address_to_come_back_to(tmp_path: Path) -> None:
    given = {**CLIENT, "SLACK_SIGNING_SECRET": SIGNING, "PUBLIC_URL": "https://okr.example.com"}
    slack = load(given, tmp_path).slack
    assert slack is not None
    assert slack.bot_token is None
    assert slack.client_id == "1700.2600"


def test_a_signing_secret_may_have_the_one_before_it_beside_it(tmp_path: Path) -> None:
    both = f"{SIGNING}, {'0123456789abcdef' * 2}"
    slack = load({"SLACK_BOT_TOKEN": BOT, "SLACK_SIGNING_SECRET": both}, tmp_path).slack
    assert slack is not None
    assert len(slack.signing_secrets) == 2


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"SLACK_BOT_TOKEN": BOT}, {"SLACK_SIGNING_SECRET"}),
        ({"SLACK_SIGNING_SECRET": SIGNING}, {"SLACK_BOT_TOKEN"}),
        ({"SLACK_BOT_TOKEN": "xoxp-1234567890-person", "SLACK_SIGNING_SECRET": SIGNING}, {"SLACK_BOT_TOKEN"}),
        ({"SLACK_BOT_TOKEN": BOT, "SLACK_SIGNING_SECRET": "short"}, {"SLACK_SIGNING_SECRET"}),
        ({"SLACK_BOT_TOKEN": BOT, "SLACK_SIGNING_SECRET": ",".join([SIGNING] * 3)}, {"SLACK_SIGNING_SECRET"}),
        ({"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": BOT}, {"SLACK_APP_TOKEN"}),
        ({"SLACK_BOT_TOKEN": BOT, "SLACK_SIGNING_SECRET": SIGNING, **CLIENT}, {"SLACK_CLIENT_ID"}),
        ({"SLACK_CLIENT_ID": "1700.2600", "SLACK_SIGNING_SECRET": SIGNING}, {"SLACK_CLIENT_SECRET"}),
        ({**CLIENT, "SLACK_CLIENT_ID": "nonsense", "SLACK_SIGNING_SECRET": SIGNING}, {"SLACK_CLIENT_ID"}),
        ({"SLACK_BOT_TOKEN": "nonsense", "SLACK_APP_TOKEN": "nonsense"}, {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"}),
        (
            {"SLACK_BOT_TOKEN": BOT, "SLACK_SIGNING_SECRET": SIGNING, "SLACK_API_URL": "https://slack.com/"},
            {"SLACK_API_URL"},
        ),
        (
            {"SLACK_BOT_TOKEN": BOT, "SLACK_SIGNING_SECRET": SIGNING, "SLACK_API_URL": "http://slack.com/api/"},
            {"SLACK_API_URL"},
        ),
    ],
)
def test_what_cannot_work_with_slack_is_named_without_its_value(given: dict[str, str], names: set[str], tmp_path: Path) -> None:
    problems = _problems(given, tmp_path)
    assert set(problems) == names
    secret = [value for value in given.values() if len(value) > 20 and "://" not in value]
    assert not any(value in line for value in secret for line in problems.values())


def test_the_address_of_another_slack_may_leave_out_the_last_stroke(tmp_path: Path) -> None:
    given = {"SLACK_BOT_TOKEN": BOT, "SLACK_SIGNING_SECRET": SIGNING, "SLACK_API_URL": "http://127.0.0.1:4003/api"}
    slack = load(given, tmp_path).slack
    assert slack is not None
    assert slack.api_url == "http://127.0.0.1:4003/api/"
