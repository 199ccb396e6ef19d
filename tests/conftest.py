"""What every kind of test may ask for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import hypothesis
import pytest

from tests.anonymity.report import tell
from tests.browser.chromium import find_chromium, why_not
from tests.platforms.npm_packages import NpmUnavailableError
from tests.platforms.slack_judges import SlackJudge
from tests.platforms.slack_types import SlackTypes
from tests.platforms.slack_types import slack_types as open_slack_types
from tests.postgres import Postgres, postgres

# How fast one example runs says more about the machine's other work than about the code, so there is no deadline.
# Where a change is judged (CI is set) the examples are always the same ones; everywhere else each run looks at new ones.
hypothesis.settings.register_profile("searching", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("judging", hypothesis.settings.get_profile("searching"), derandomize=True)
hypothesis.settings.load_profile("judging" if os.environ.get("CI") else "searching")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A real PostgreSQL on which databases can be created; one server for each test process, started when first asked for."""
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres_server: Postgres) -> Iterator[str]:
    """`postgres://…` of one database for the whole test process, empty at first: for tests that tidy up after themselves."""
    url = postgres_server.create_database()
    yield url
    postgres_server.drop_database(url)


@pytest.fixture
def fresh_postgres_url(postgres_server: Postgres) -> Iterator[str]:
    """`postgres://…` of an empty database for this test alone, dropped afterwards."""
    url = postgres_server.create_database()
    yield url
    postgres_server.drop_database(url)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium to drive. Where there is none the test is skipped and says why; where CI is set it fails."""
    reason = why_not()
    if reason and os.environ.get("CI"):
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
    return str(find_chromium())


@pytest.fixture(scope="session")
def slack_types_or_why() -> Iterator[SlackTypes | str]:
    """What npm's `@slack/types` says about blocks, for the whole test process; where there is no npm, why not."""
    try:
        with open_slack_types() as judge:
            yield judge
    except NpmUnavailableError as error:
        yield str(error)


@pytest.fixture
def slack_types(slack_types_or_why: SlackTypes | str) -> SlackTypes:
    """For tests about it: without npm they are skipped and say why."""
    if isinstance(slack_types_or_why, str):
        pytest.skip(slack_types_or_why)
    return slack_types_or_why


@pytest.fixture
def slack_judges(slack_types_or_why: SlackTypes | str) -> tuple[SlackJudge, ...]:
    """More `SlackServer.judges`, for tests about something else: without npm there are none, and these tests run all the same."""
    return () if isinstance(slack_types_or_why, str) else (slack_types_or_why.judge,)


@pytest.fixture(autouse=True)
def _named_in_the_report(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> None:
    """What a test is marked to prove goes into the report."""
    for mark in request.node.iter_markers("promise"):
        record_property("promise", " · ".join(mark.args))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was proven about unsigned notes, where that was among the tests."""
    tell(terminalreporter)
