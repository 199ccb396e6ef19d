"""Runs scripts from stored answers. One function, `replay`, decides where a conversation stands; everything else changes what is stored.

Nothing here reads a clock, draws by chance or waits: the same session always stands at the same question.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.dialogs.script import Ask, AskAll, LookUp, Refusal, Reply, Script
from bot.dialogs.session import Json, Mode, Session
from bot.texts import Text

MISSING = object()
STEP_LIMIT = 2000
"""A script that asks more than this goes round in circles."""


class ScriptError(Exception):
    """A script broke the engine's rules: it used a key twice or never ended."""


@dataclass(frozen=True)
class Answered:
    """A question on the way here and its answer."""

    ask: Ask[Any]
    value: Any


@dataclass(frozen=True)
class Waiting:
    """The conversation stands at a question. `pending` are the questions of a form still without an answer (just one for a plain question);
    `problems` say why a stored answer under a key is not good any more."""

    pending: tuple[Ask[Any], ...]
    form: AskAll | None
    path: tuple[Answered, ...]
    problems: Mapping[str, Refusal]

    @property
    def key(self) -> str:
        return "+".join(ask.key for ask in self.pending)


@dataclass(frozen=True)
class Wanting:
    """The script needs to know something from outside before it can go on."""

    look_up: LookUp
    path: tuple[Answered, ...]


@dataclass(frozen=True)
class Done:
    """The script has returned."""

    value: Any
    path: tuple[Answered, ...]


Standing = Waiting | Wanting | Done
Make = Callable[[], Script[Any]]


def replay(make: Make, session: Session) -> Standing:
    """Run a script from the top with the session's answers. Raises ScriptError when the script uses a key twice or never ends."""
    stored = {answer.key: answer.value for answer in session.answers}
    path: list[Answered] = []
    seen: set[str] = set()
    script = make()
    try:
        step = next(script)
        for _ in range(STEP_LIMIT):
            match step:
                case LookUp():
                    _use(step.key, seen)
                    if step.key not in stored:
                        return Wanting(step, tuple(path))
                    step = script.send(stored[step.key])
                case Ask():
                    _use(step.key, seen)
                    value = _answer_to(step, stored)
                    if value is MISSING or isinstance(value, Refusal):
                        problems = {step.key: value} if isinstance(value, Refusal) else {}
                        return Waiting((step,), None, tuple(path), problems)
                    path.append(Answered(step, value))
                    step = script.send(value)
                case AskAll():
                    values = []
                    pending = []
                    problems = {}
                    for one in step.asks:
                        _use(one.key, seen)
                        value = _answer_to(one, stored)
                        if isinstance(value, Refusal):
                            problems[one.key] = value
                        if value is MISSING or isinstance(value, Refusal):
                            pending.append(one)
                        else:
                            path.append(Answered(one, value))
                            values.append(value)
                    if pending:
                        return Waiting(tuple(pending), step, tuple(path), problems)
                    step = script.send(tuple(values))
        raise ScriptError(f"{session.script} never ends")
    except StopIteration as stop:
        return Done(stop.value, tuple(path))


def _use(key: str, seen: set[str]) -> None:
    if key in seen:
        raise ScriptError(f"the key {key!r} names two questions")
    seen.add(key)


def _answer_to(ask: Ask[Any], stored: Mapping[str, Json]) -> Any:
    for key in (ask.key, *ask.formerly):
        if key in stored:
            return ask.field.load(stored[key])
    return MISSING


def read(waiting: Waiting, replies: Mapping[str, Reply], lang: str) -> tuple[dict[str, Json], dict[str, Refusal]]:
    """Read replies by question key: what can be stored, and what does not fit and why."""
    good: dict[str, Json] = {}
    bad: dict[str, Refusal] = {}
    for ask in waiting.pending:
        if ask.key not in replies:
            continue
        value = ask.field.read(replies[ask.key], lang)
        if isinstance(value, Refusal):
            bad[ask.key] = value
        else:
            good[ask.key] = ask.field.dump(value)
    return good, bad


def store(session: Session, answers: Mapping[str, Json]) -> Session:
    """The session with these answers as the newest, and the next question open."""
    for key, value in answers.items():
        session = session.with_answer(key, value)
    return reopened(session)


def reopened(session: Session) -> Session:
    """A new question is open: buttons of the one before count no more."""
    return replace(session, asked=session.asked + 1, mode=Mode.ASKING)


def go_back(session: Session, path: tuple[Answered, ...]) -> Session | None:
    """Forget the newest answer that led here; None at the first question.

    Answers off the path (given before an earlier answer changed the course) stay: they may lead on again. Findings are looked up anew, since
    the way may now lead elsewhere.
    """
    on_path = {key for step in path for key in (step.ask.key, *step.ask.formerly)}
    given = [stored.key for stored in session.answers if not stored.is_finding and stored.key in on_path]
    return forget(session, given[-1]) if given else None


def forget(session: Session, key: str) -> Session:
    """The session without the answer under `key` and without the findings made after it, its question open again."""
    position = next(index for index, stored in enumerate(session.answers) if stored.key == key)
    kept = tuple(
        stored
        for index, stored in enumerate(session.answers)
        if stored.key != key and not (stored.is_finding and index > position)
    )
    return reopened(replace(session, answers=kept))


def changeable(path: tuple[Answered, ...]) -> tuple[tuple[Ask[Any], Text | str], ...]:
    """The answers that can be changed, in the order they were asked, with how each reads now."""
    listed: dict[str, tuple[Ask[Any], Text | str]] = {}
    for step in path:
        shown = step.ask.field.display(step.value)
        if step.ask.label is not None:
            listed[step.ask.key] = (step.ask, shown)
        elif step.ask.amends in listed:
            listed[step.ask.amends] = (listed[step.ask.amends][0], shown)
    return tuple(listed.values())


def change(session: Session, path: tuple[Answered, ...], key: str) -> Session:
    """Open the question `key` again, keeping everything else. A question known under a former key is forgotten under that."""
    step = next(step for step in path if step.ask.key == key)
    stored_keys = {stored.key for stored in session.answers}
    return forget(session, next(name for name in (key, *step.ask.formerly) if name in stored_keys))
