"""Carries a conversation through one turn: starts it, takes a reply, asks the next question, ends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from bot.actions.desk import Desk
from bot.actions.execute import execute
from bot.actions.find import find
from bot.actions.redo import Redo
from bot.chat.intents import Intent, Wish
from bot.dialogs import engine, show
from bot.dialogs.engine import Done, ScriptError, Waiting, Wanting
from bot.dialogs.script import Refusal, Reply, Say
from bot.dialogs.session import Json, Mode, Session, SessionId, SessionState
from bot.dialogs.steering import Answers, ChangeOne, Steer
from bot.okr.people import LANGUAGES
from bot.scripts import SCRIPTS
from bot.texts import T

LOOK_UPS_IN_A_ROW = 20
WORTH_ASKING = 2
"""From so many answers on, cancelling asks first: less is quickly typed again."""


async def begin(desk: Desk, script: str, facts: Mapping[str, Json], *notes: Say) -> None:
    """Start a conversation; one in progress is parked and given back afterwards."""
    if desk.active is not None:
        _park(desk, desk.active, is_paused=False)
    session = Session(SessionId(desk.ids.new()), desk.person.id, script, facts, started_at=desk.now, touched_at=desk.now)
    await _go_on(desk, session, notes=notes)


async def stand(desk: Desk, session: Session) -> tuple[Session, Waiting | Done]:
    """Where a session stands, after finding out whatever its script wants to know. Raises ScriptError when it cannot be replayed."""
    kind = SCRIPTS.get(session.script)
    if kind is None:
        raise ScriptError(f"no script {session.script!r}")
    desk.lang = _language(desk, session)
    for _ in range(LOOK_UPS_IN_A_ROW):
        standing = engine.replay(partial(kind.make, session.facts, desk.lang), session)
        if not isinstance(standing, Wanting):
            return session, standing
        session = session.with_answer(standing.look_up.key, await find(desk, standing.look_up), is_finding=True)
    raise ScriptError(f"{session.script} looks things up without end")


async def take(desk: Desk, session: Session, waiting: Waiting, meaning: Answers | ChangeOne | Steer) -> None:
    """Do what a reply means to the conversation."""
    match meaning:
        case Answers(replies):
            await _take_answers(desk, session, waiting, replies)
        case ChangeOne(key):
            _tidy(desk, session, waiting)
            await _go_on(desk, engine.change(session, waiting.path, key))
        case Steer.BACK:
            await _go_back(desk, session, waiting)
        case Steer.CHOOSE if engine.changeable(waiting.path):
            _tidy(desk, session, waiting)
            await _go_on(desk, replace(engine.reopened(session), mode=Mode.CHOOSING))
        case Steer.CHOOSE:
            await _go_on(desk, session, notes=(T("dialog.nothing_to_change"),))
        case Steer.KEEP:
            _tidy(desk, session, waiting)
            await _go_on(desk, engine.reopened(session))
        case Steer.PAUSE:
            _tidy(desk, session, waiting)
            pause(desk, session)
        case Steer.CANCEL if len(waiting.path) >= WORTH_ASKING:
            _tidy(desk, session, waiting)
            await _go_on(desk, replace(engine.reopened(session), mode=Mode.CANCELLING))
        case Steer.CANCEL | Steer.DROP:
            _tidy(desk, session, waiting)
            desk.put(replace(session, state=SessionState.CANCELLED))
            desk.say(T("dialog.cancelled", what=SCRIPTS[session.script].title), buttons=(Intent(Wish.HOME), Intent(Wish.NEW)))
            await give_back(desk)


UNREPLAYABLE = (ScriptError, KeyError, ValueError, TypeError)
"""Facts and answers come from storage, perhaps written by a much older release: whatever a script trips over there is no bug of today."""


def put_away(desk: Desk, script: str) -> None:
    """End unfinished conversations of a kind without a word: the same is about to begin anew."""
    for session in desk.sessions:
        if session.script == script:
            desk.put(replace(session, state=SessionState.CANCELLED))


def put_away_broken(desk: Desk, session: Session) -> None:
    """A conversation that this release cannot take up again."""
    desk.put(replace(session, state=SessionState.CANCELLED))
    desk.say(T("dialog.broken"), buttons=(Intent(Wish.HOME), Intent(Wish.NEW)))


async def ask_again(desk: Desk, session: Session, *notes: Say) -> None:
    """Show the open question once more, for somebody who has looked at something else meanwhile."""
    await _go_on(desk, session, notes=notes)


def park(desk: Desk, session: Session) -> None:
    """Put a conversation aside without a word; it waits until its person comes back to it."""
    _park(desk, session, is_paused=True)


def pause(desk: Desk, session: Session) -> None:
    """Put a conversation aside until its person comes back to it."""
    _park(desk, session, is_paused=True)
    desk.say(T("dialog.paused", what=SCRIPTS[session.script].title), buttons=(Intent(Wish.RESUME, session.id), Intent(Wish.HOME)))


async def resume(desk: Desk, session_id: str = "") -> bool:
    """Take up the conversation with that id, or the one put aside last. False when there is none."""
    wanted = next((session for session in desk.parked if session_id in ("", session.id)), None)
    if wanted is None:
        return False
    if desk.active is not None:
        _park(desk, desk.active, is_paused=False)
    await _activate(desk, wanted)
    return True


async def give_back(desk: Desk) -> None:
    """After a conversation has ended, take up the one it had pushed aside."""
    waiting = next((session for session in desk.parked if not session.is_paused), None)
    if waiting is not None:
        await _activate(desk, waiting)


async def _activate(desk: Desk, session: Session) -> None:
    try:
        await stand(desk, session)
    except UNREPLAYABLE:
        put_away_broken(desk, session)
        return
    title = SCRIPTS[session.script].title
    # Buttons shown before the pause are scrolled far away; the question is asked anew under a new number.
    session = replace(engine.reopened(session), state=SessionState.ACTIVE, is_paused=False)
    await _go_on(desk, session, notes=(T("dialog.back_to", what=title),))


async def _take_answers(desk: Desk, session: Session, waiting: Waiting, replies: Mapping[str, Reply]) -> None:
    good, bad = engine.read(waiting, replies, desk.lang)
    _tidy(desk, session, waiting)
    if not good:
        await _go_on(desk, replace(session, mode=Mode.ASKING), refusals=bad)
        return
    await _go_on(desk, engine.store(session, good), refusals=bad)


async def _go_back(desk: Desk, session: Session, waiting: Waiting) -> None:
    if session.mode is not Mode.ASKING:
        earlier: Session | None = engine.reopened(session)
    else:
        earlier = engine.go_back(session, waiting.path)
    if earlier is None:
        await _go_on(desk, session, notes=(T("dialog.at_the_start"),))
        return
    _tidy(desk, session, waiting)
    await _go_on(desk, earlier)


async def _go_on(
    desk: Desk, session: Session, *, refusals: Mapping[str, Refusal] | None = None, notes: tuple[Say, ...] = ()
) -> None:
    """Ask the question the session now stands at, or do what its script has decided and end it."""
    session, standing = await stand(desk, session)
    while isinstance(standing, Done):
        redo = await execute(desk, standing.value)
        if redo is None:
            desk.put(replace(session, state=SessionState.FINISHED))
            await give_back(desk)
            return
        session, notes = _undone(session, standing, redo), (redo.why,)
        session, standing = await stand(desk, session)
    session = desk.put(replace(session, state=SessionState.ACTIVE, open_key=standing.key))
    desk.send(show.question(session, standing, desk.lang, refusals, notes))


def _language(desk: Desk, session: Session) -> str:
    """A script that has asked for the language goes on in it, before anything is saved."""
    chosen = next((stored.value for stored in session.answers if stored.key == "locale"), None)
    return chosen if chosen in LANGUAGES else desk.person.locale


def _undone(session: Session, done: Done, redo: Redo) -> Session:
    """The newest questions about what must be done again are open. What was found out is looked up anew: it has just proved old."""
    newest = next((step.ask for step in reversed(done.path) if redo.key in step.ask.key.split("/")), done.path[-1].ask)
    parts = newest.key.split("/")
    about = "/".join(parts[: parts.index(redo.key) + 1]) if redo.key in parts else newest.key
    again = [step.ask for step in done.path if step.ask is newest or step.ask.key.startswith(f"{about}/")]
    forgotten = {key for ask in again for key in (ask.key, *ask.formerly)}
    kept = tuple(stored for stored in session.answers if not stored.is_finding and stored.key not in forgotten)
    return engine.reopened(replace(session, answers=kept))


def _park(desk: Desk, session: Session, *, is_paused: bool) -> None:
    desk.put(replace(session, state=SessionState.PARKED, is_paused=is_paused, mode=Mode.ASKING))


def _tidy(desk: Desk, session: Session, waiting: Waiting) -> None:
    """Take the buttons off the question just dealt with."""
    desk.send(show.closed(session, waiting, desk.lang))
