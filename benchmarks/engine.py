"""T4: a turn of the conversation engine alone: token or text in, message as JSON out, nothing stored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from benchmarks.measure import Figure, Variant, compare
from bot.chat import incoming, message
from bot.chat.incoming import Incoming, Place, Sender, Texted
from bot.dialogs import engine, show, steering
from bot.dialogs.engine import Waiting
from bot.dialogs.fields import Sentence
from bot.dialogs.script import Script, ask
from bot.dialogs.session import Json, Session, SessionId, body_of, from_columns
from bot.okr.people import PersonId
from bot.texts import T

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
SHORT = 3
LONG = 60


def small_talk(facts: Mapping[str, Json], lang: str) -> Script[list[str]]:
    """Ask `count` questions."""
    words: list[str] = []
    for number in range(int(facts["count"])):
        word = yield from ask(f"question/{number}", Sentence(200), T("write.title"), label=T("label.title"))
        words = [*words, word]
    return words


def turns(count: int) -> Variant:
    """A turn in the middle of a talk of `count` questions, its session thawed from JSON before and frozen after."""
    facts = {"count": count}
    session = Session(SessionId("a" * 16), PersonId("mai"), "small_talk", facts, NOW, NOW)
    for number in range(count - 2):
        session = session.with_answer(f"question/{number}", "Khách hàng yêu dịch vụ của chúng ta")
    stored = json.dumps(body_of(session))
    sender, place = Sender("web", "demo", "mai"), Place("web", "demo", "mai")
    event = json.dumps(incoming.to_json(Incoming("e1", sender, place, NOW, Texted("Everybody sells"))))

    def run(times: int) -> None:
        for _ in range(times):
            body = incoming.from_json(json.loads(event)).body
            thawed = from_columns("a" * 16, "mai", "small_talk", "active", 1, NOW, NOW, json.loads(stored))
            waiting = _waiting(thawed, facts)
            meaning = steering.read(body, thawed, waiting, "vi")
            assert isinstance(meaning, steering.Answers)
            good, _ = engine.read(waiting, meaning.replies, "vi")
            after = engine.store(thawed, good)
            shown = show.question(after, _waiting(after, facts), "vi")
            out = json.dumps(message.to_json(shown)), json.dumps(body_of(after))
            assert "question/" in out[1]

    return Variant(f"engine, a turn at {count - 2} answers", run)


def floor() -> Variant:
    """The same by hand: a dict with a step in it, one text, no history, no buttons."""
    event = json.dumps({"event": "e1", "body": {"texted": "Everybody sells"}})
    stored = json.dumps({"step": 1, "answers": {"question/0": "Khách hàng yêu dịch vụ của chúng ta"}})

    def run(times: int) -> None:
        for _ in range(times):
            body = json.loads(event)["body"]
            state: dict[str, Any] = json.loads(stored)
            state["answers"][f"question/{state['step']}"] = body["texted"]
            state["step"] += 1
            assert json.dumps({"text": "What change do you want to make?"})
            assert json.dumps(state)

    return Variant("by hand: dict, one text", run, batch=200)


def measure() -> list[Figure]:
    """Floor first."""
    return compare([floor(), turns(SHORT), turns(LONG)])


def _waiting(session: Session, facts: Mapping[str, Json]) -> Waiting:
    standing = engine.replay(lambda: small_talk(facts, "vi"), session)
    assert isinstance(standing, Waiting)
    return standing
