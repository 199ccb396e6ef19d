"""Sessions that earlier releases stored still lead on, in every language."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from bot.chat.message import Buttons, Choices
from bot.dialogs import engine
from bot.dialogs.engine import Done, Waiting, Wanting
from bot.dialogs.session import Session, from_columns
from bot.dialogs.show import question
from bot.okr.people import LANGUAGES
from bot.scripts import SCRIPTS
from tests.recorded.record import FOLDER, WALKS
from tests.talk import NOON

FILES = sorted(FOLDER.glob("*.json"))
RECORDED: list[Mapping[str, Any]] = [
    {**one, "release": file.stem} for file in FILES for one in json.loads(file.read_text(encoding="utf-8"))
]


def thawed(recorded: Mapping[str, Any]) -> Session:
    """The session as storage gives it back."""
    return from_columns("a" * 16, "an", recorded["script"], "active", 1, NOON, NOON, recorded["body"])


def test_there_are_sessions_of_every_walk() -> None:
    assert FILES
    assert {one["walk"] for one in RECORDED} >= set(WALKS)


def named(key: str) -> str:
    """The question behind a key. What is agreed to is bound to its words: where a release words them better, it is asked once more."""
    return re.sub(r"/[0-9a-f]{8}$", "/…", key)


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda one: f"{one['release']}-{one['walk']}-{one['step']}")
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_recorded_session_leads_on(recorded: Mapping[str, Any], lang: str) -> None:
    session = thawed(recorded)
    kind = SCRIPTS[session.script]
    standing = engine.replay(lambda: kind.make(session.facts, lang), session)
    match standing:
        case Waiting():
            if lang == recorded["lang"]:
                assert named(standing.key) == named(recorded["key"]), "it stands at another question than when it was stored"
            message = question(session, standing, lang)
            assert message.plain()
            assert any(isinstance(block, Choices | Buttons) for block in message.blocks)
        case Wanting() | Done():
            assert lang != recorded["lang"], "a question was stored as open"
