"""Dialogs, scripts and the values they are about give the same answer to the same arguments, for ever: replay depends on it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.purity import impurities
from tests.architecture.source import ROOT, parse, python_files, short

PURE = ("bot/chat", "bot/coach", "bot/dialogs", "bot/okr", "bot/scripts", "bot/texts")
ANONYMOUS_RULES = ("audience", "quota", "receipt", "slots", "terms", "views", "words")
"""The rest of `bot/anon` is ports, and the relay that awaits them."""


@pytest.mark.parametrize("file", python_files(*PURE), ids=short)
def test_what_decides_has_no_clock_no_chance_and_no_waiting(file: Path) -> None:
    assert impurities(parse(file)) == []


@pytest.mark.parametrize("name", ANONYMOUS_RULES)
def test_the_rules_of_unsigned_notes_decide_nothing_by_themselves(name: str) -> None:
    assert impurities(parse(ROOT / f"bot/anon/{name}.py")) == []


@pytest.mark.parametrize(
    "planted",
    [
        "import asyncio",
        "import random as r",
        "from secrets import token_hex",
        "import os.path",
        "from datetime import datetime\nwhen = datetime.now(tz)",
        "from datetime import datetime as moment\nread_clock = moment.now",
        "import datetime\nwhen = datetime.datetime.now(datetime.UTC)",
        "import datetime as dt\nday = dt.date.today()",
        "from datetime import date\nday = date.today()",
        "import time\nstarted = time.monotonic()",
        "from time import sleep",
        "import uuid\nkey = uuid.uuid4()",
        "async def ask(): ...",
        "class Desk:\n    async def ask(self): ...",
        "def read(path):\n    with open(path) as file:\n        return file.read()",
    ],
)
def test_an_impurity_is_found(planted: str) -> None:
    assert len(impurities(ast.parse(planted))) == 1


@pytest.mark.parametrize(
    "innocent",
    [
        "from datetime import date, datetime, time\nnoon = time(12)",
        "def due(facts):\n    return facts.today() + facts.now",
        "from datetime import datetime\nwhen = datetime.fromisoformat('2026-11-23T09:00:00+07:00')",
        "import uuid\nkey = uuid.UUID('12345678123456781234567812345678')",
        "def is_open(door):\n    return door.open()",
    ],
)
def test_what_only_looks_impure_is_left_alone(innocent: str) -> None:
    assert impurities(ast.parse(innocent)) == []
