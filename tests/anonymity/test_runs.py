"""The same days told differently leave the same bytes behind: on every platform, with either kind of named store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.anonymity.channels import CHANNELS
from tests.anonymity.checks import CHECKS
from tests.anonymity.conftest import Store
from tests.anonymity.story import Bench

pytestmark = pytest.mark.timeout(240)
"""The whole product is run many times; on a machine with other things to do that takes its time."""

Say = Callable[[str, object], None]


@pytest.mark.parametrize("channel", CHANNELS)
async def test_with_sqlite_every_promise_holds(
    channel: str, folder: Path, prepared_files: dict[str, Path], record_property: Say
) -> None:
    await _hold(Bench(folder, channel, lambda: prepared_files[channel]), record_property)


@pytest.mark.parametrize("channel", CHANNELS)
async def test_with_postgresql_every_promise_holds(
    channel: str, folder: Path, postgres_store: Callable[[str], Awaitable[Store]], record_property: Say
) -> None:
    await _hold(Bench(folder, channel, await postgres_store(channel)), record_property)


async def _hold(bench: Bench, say: Say) -> None:
    against = {check.name: await check.find(bench) for check in CHECKS}
    for check in CHECKS:
        say("promise", f"{check.promise} · {check.name}: {_first_line(check.find)}")
    assert {name: found for name, found in against.items() if found} == {}


def _first_line(check: object) -> str:
    text = (check.__doc__ or "").split(":", 1)[-1].strip()
    return " ".join(text.split())
