"""Plays the person in a conversation, without storage or platform: `Talk(script, facts).says("120").picks("at_risk")`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Self

from bot.chat.incoming import Picked, Submitted, Texted
from bot.chat.message import Message
from bot.dialogs import engine, show, steering
from bot.dialogs.engine import Done, Standing, Waiting, Wanting
from bot.dialogs.script import LookUp, Refusal, Script
from bot.dialogs.session import Json, Mode, Session, SessionId, body_of, from_columns
from bot.okr.people import PersonId

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
Make = Callable[[Mapping[str, Json], str], Script[Any]]


def thawed(session: Session) -> Session:
    """The session as storage would give it back: through JSON and columns."""
    body = json.loads(json.dumps(body_of(session)))
    return from_columns(
        session.id,
        session.person_id,
        session.script,
        session.state.value,
        session.turn,
        session.started_at,
        session.touched_at,
        body,
    )


class Talk:
    """A person talking with one script. The session goes through JSON after every turn, as it would through a restart."""

    def __init__(
        self, make: Make, facts: Mapping[str, Json] | None = None, lang: str = "en", finds: Callable[[LookUp], Json] | None = None
    ):
        self.lang = lang
        self.refusals: Mapping[str, Refusal] = {}
        self._make = make
        self._finds = finds or (lambda look_up: [])
        self.session = Session(SessionId("aaaaaaaaaaaaaaaa"), PersonId("mai"), "a_script", facts or {}, NOON, NOON)
        self._settle(self.session)

    # --- what the person does -----------------------------------------------------------------------------------------

    def says(self, *texts: str) -> Self:
        """Type one thing after another."""
        for text in texts:
            self._take(Texted(text))
        return self

    def picks(self, *names: str) -> Self:
        """Press the options with these names, one after another."""
        for name in names:
            self._take(Picked(show._token(self.session, name)))
        return self

    def submits(self, **values: str) -> Self:
        """Send the open form; values by the last part of the question's key."""
        keys = {ask.key: values[name] for ask in self.waiting.pending for name in values if name in ask.key.split("/")}
        self._take(Submitted(show._token(self.session, show.SUBMIT), keys))
        return self

    def goes_back(self) -> Self:
        """Take back the newest answer."""
        return self.says("back")

    def changes(self, key: str) -> Self:
        """Ask for an earlier question again."""
        self._settle(engine.change(self.session, self.standing.path, key))
        return self

    # --- where things stand -------------------------------------------------------------------------------------------

    @property
    def standing(self) -> Standing:
        return engine.replay(lambda: self._make(self.session.facts, self.lang), self.session)

    @property
    def waiting(self) -> Waiting:
        standing = self.standing
        assert isinstance(standing, Waiting), standing
        return standing

    @property
    def result(self) -> Any:
        standing = self.standing
        assert isinstance(standing, Done), standing
        return standing.value

    @property
    def is_over(self) -> bool:
        return isinstance(self.standing, Done)

    @property
    def message(self) -> Message:
        """What the person sees now."""
        return show.question(self.session, self.waiting, self.lang, self.refusals)

    def is_asked(self, key: str) -> bool:
        """Whether the open question's key is this one, or begins with it followed by a digest or a round."""
        return any(ask.key == key or ask.key.startswith(f"{key}/") for ask in self.waiting.pending)

    # --- how it works -------------------------------------------------------------------------------------------------

    def _take(self, body: Texted | Picked | Submitted) -> None:
        waiting = self.waiting
        meaning = steering.read(body, self.session, waiting, self.lang)
        self.refusals = {}
        match meaning:
            case steering.Answers(replies):
                good, bad = engine.read(waiting, replies, self.lang)
                self.refusals = bad
                if good:
                    self._settle(engine.store(self.session, good))
            case steering.Steer.BACK:
                self._settle(engine.go_back(self.session, waiting.path) or self.session)
            case steering.Steer.CHOOSE:
                self._settle(replace(engine.reopened(self.session), mode=Mode.CHOOSING))
            case steering.ChangeOne(key):
                self._settle(engine.change(self.session, waiting.path, key))
            case steering.Steer.KEEP:
                self._settle(engine.reopened(self.session))
            case _:
                raise AssertionError(f"{body} means {meaning} to the conversation")

    def _settle(self, session: Session) -> None:
        while True:
            self.session = thawed(session)
            standing = self.standing
            if not isinstance(standing, Wanting):
                return
            session = self.session.with_answer(standing.look_up.key, self._finds(standing.look_up), is_finding=True)
