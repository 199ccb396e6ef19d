"""The one way in: every event of every platform passes here, and becomes one turn."""

from __future__ import annotations

from dataclasses import replace

from bot.actions import talk
from bot.actions.call_for_help import arrived, facts_for_answering, facts_for_calling, say_nobody_to_call_about
from bot.actions.change_objective import discard, facts_for_editing, own_objective, publish
from bot.actions.check_in import facts_for_check_in, say_nothing_to_check_in
from bot.actions.desk import Desk
from bot.actions.group import answer_in_group
from bot.actions.join import facts_for_joining, welcome_stranger
from bot.actions.settings import facts_for_settings
from bot.actions.show_about import show_about
from bot.actions.show_board import show_board
from bot.actions.show_help import nothing_fits, show_help
from bot.actions.show_home import show_home
from bot.actions.show_objective import show_history, show_objective
from bot.actions.show_trend import show_trend
from bot.actions.spoken import as_pressed
from bot.actions.when import say_when, snooze
from bot.actions.whisper import answer_whisper, point_to_private
from bot.actions.write_objective import facts_for_writing
from bot.chat import tokens
from bot.chat.incoming import Arrived, Incoming, Picked, PointedAt, Submitted, Texted
from bot.chat.intents import STEERING, Intent, Wish, intent_of, read_intent
from bot.dialogs import steering
from bot.dialogs.engine import Done, Waiting
from bot.dialogs.session import Session, SessionState
from bot.dialogs.steering import Answers, ChangeOne, Outdated, Steer
from bot.ports import Deps, PutAccount, Saved
from bot.scripts import SCRIPTS
from bot.texts import T

TRIES = 12
"""Two turns of one person collide once in a while; so many collisions in a row mean that something is broken."""


class TooManyCollisionsError(Exception):
    """A turn lost every race it ran."""


async def converse(incoming: Incoming, deps: Deps) -> None:
    """Deal with one event: read, decide, save, all or nothing. A turn that lost a race is decided again on what is true now.

    Raises TooManyCollisionsError, and whatever storage raises; then nothing has been stored and the event can be delivered again.
    """
    for _ in range(TRIES):
        known = await deps.reading.known(incoming)
        if known.is_done:
            return
        desk = Desk(await as_pressed(incoming, known, deps.reading), known, deps)
        await _decide(desk)
        if await deps.work.save(desk.turn()) is not Saved.LOST:
            return
    raise TooManyCollisionsError(f"{incoming.sender.platform} event lost {TRIES} races")


async def _decide(desk: Desk) -> None:
    whisper = desk.incoming.whisper
    if not desk.incoming.place.is_private:
        await answer_in_group(desk)
    elif whisper is None:
        await _talk(desk)
    elif not await answer_whisper(desk, whisper):
        await _talk(desk)
        point_to_private(desk, whisper)


async def _talk(desk: Desk) -> None:
    known = desk.known
    if known.person is None:
        if await welcome_stranger(desk) is not None:
            await talk.begin(desk, "join", await facts_for_joining(desk))
        return
    if not known.person.is_active:
        desk.say(T("join.left"))
        return
    _remember_chat(desk)
    _put_away_expired(desk)
    found = await _standing(desk)
    if found is None:
        await _without_session(desk)
        return
    session, standing = found
    if isinstance(standing, Done):
        # A newer release asks less than the one that asked last: everything needed has been said.
        await talk.ask_again(desk, session)
        return
    await _within_session(desk, session, standing)


async def _within_session(desk: Desk, session: Session, waiting: Waiting) -> None:
    meaning = steering.read(desk.incoming.body, session, waiting, desk.lang)
    match meaning:
        case Answers() | ChangeOne() | Steer():
            await talk.take(desk, session, waiting, meaning)
        case Intent(wish=wish) if wish in STEERING:
            await talk.take(desk, session, waiting, _STEER[wish])
        case Intent(wish=Wish.HELP):
            await show_help(desk, waiting.pending[0].text)
            await talk.ask_again(desk, session)
        case Intent(wish=Wish.RESUME) if not meaning.object or meaning.object == session.id:
            await talk.ask_again(desk, session)
        case Intent() if session.script == "join":
            await talk.ask_again(desk, session, T("join.first"))
        case Intent():
            await _grant(desk, meaning)
            if desk.active is not None and desk.active.id == session.id:
                await talk.ask_again(desk, session, T("dialog.where_we_were"))
        case Outdated.EARLIER:
            await talk.ask_again(desk, session, T("dialog.outdated"))
        case Outdated.OVER:
            await talk.ask_again(desk, session, T("dialog.other_over"))
        case None:
            is_arrival = isinstance(desk.incoming.body, Arrived)
            await talk.ask_again(desk, session, T("dialog.welcome_back") if is_arrival else T("dialog.unknown_button"))


async def _without_session(desk: Desk) -> None:
    if desk.person.joined_at is None:
        await talk.begin(desk, "join", await facts_for_joining(desk))
        return
    match desk.incoming.body:
        case Arrived():
            await show_home(desk)
        case Texted(text):
            intent = read_intent(text)
            await (nothing_fits(desk) if intent is None else _grant(desk, intent))
        case Picked(token) | Submitted(token):
            await _pressed(desk, token)
        case PointedAt():
            await _begin_call(desk, "")


async def _pressed(desk: Desk, text: str) -> None:
    """A button pressed while no conversation is going on."""
    try:
        token = tokens.read(text)
    except tokens.TokenError:
        desk.say(T("dialog.unknown_button"))
        await show_home(desk)
        return
    if isinstance(token, tokens.Deed):
        intent = intent_of(token)
        await (nothing_fits(desk) if intent is None else _grant(desk, intent))
    elif any(session.id == token.session for session in desk.parked):
        desk.say(T("dialog.parked"), buttons=(Intent(Wish.RESUME, token.session), Intent(Wish.HOME)))
    else:
        desk.say(T("dialog.over"), buttons=(Intent(Wish.HOME), Intent(Wish.NEW), Intent(Wish.BOARD)))


async def _grant(desk: Desk, intent: Intent) -> None:
    """Do what somebody wants."""
    match intent.wish:
        case Wish.HOME:
            await show_home(desk)
        case Wish.NEW:
            await _begin_writing(desk)
        case Wish.BOARD:
            await show_board(desk, intent.object)
        case Wish.TREND:
            await show_trend(desk, intent.object)
        case Wish.OBJECTIVE:
            await show_objective(desk, intent.object)
        case Wish.HISTORY:
            await show_history(desk, intent.object)
        case Wish.EDIT:
            await _begin_editing(desk, intent.object)
        case Wish.PUBLISH:
            await publish(desk, intent.object)
        case Wish.DISCARD:
            await discard(desk, intent.object)
        case Wish.SETTINGS:
            talk.put_away(desk, "settings")
            await talk.begin(desk, "settings", facts_for_settings(desk))
        case Wish.HELP:
            await show_help(desk, None)
        case Wish.RESUME:
            if not await talk.resume(desk, intent.object):
                desk.say(T("dialog.nothing_parked"), buttons=(Intent(Wish.HOME), Intent(Wish.NEW)))
        case _:
            await _grant_of_the_week(desk, intent)


async def _grant_of_the_week(desk: Desk, intent: Intent) -> None:
    """The same for what belongs to checking in and to calls for help."""
    match intent.wish:
        case Wish.CHECK_IN:
            await _begin_check_in(desk)
        case Wish.CALL_FOR_HELP:
            await _begin_call(desk, intent.object)
        case Wish.DECIDE:
            facts = await facts_for_answering(desk, intent.object)
            if facts is not None:
                talk.put_away(desk, "answer_call")
                await talk.begin(desk, "answer_call", facts)
        case Wish.ARRIVED:
            await arrived(desk, intent.object)
        case Wish.WHEN:
            await say_when(desk)
        case Wish.SNOOZE:
            await snooze(desk)
        case Wish.ABOUT:
            show_about(desk)
        case Wish.HERE:
            desk.say(T("here.only_in_group"), buttons=(Intent(Wish.BOARD, "team"), Intent(Wish.HOME)))
        case Wish.ANONYMOUS:
            # Whoever wires Laban answers this wish before it gets here, and stores nothing of it (adapters/unsigned).
            desk.say(T("anon.no_page"), buttons=(Intent(Wish.HOME), Intent(Wish.BOARD)))
        case _:
            desk.say(T("dialog.nothing_to_steer"), buttons=(Intent(Wish.HOME), Intent(Wish.HELP)))


async def _begin_editing(desk: Desk, objective_id: str) -> None:
    """Start changing an objective, unless that has been begun: then go on with it, so that no older change comes back over a newer one."""
    objective = await own_objective(desk, objective_id)
    if objective is None:
        return
    begun = (one for one in desk.sessions if one.script == "edit_objective" and one.facts.get("objective_id") == objective_id)
    unfinished = next(begun, None)
    if unfinished is None:
        await talk.begin(desk, "edit_objective", await facts_for_editing(desk, objective))
    elif unfinished.state is not SessionState.ACTIVE:
        await talk.resume(desk, unfinished.id)


async def _begin_check_in(desk: Desk) -> None:
    """Start this week's check-in, unless one is open already: then go on with that."""
    unfinished = next((session for session in desk.sessions if session.script == "check_in"), None)
    if unfinished is not None:
        if unfinished.state is not SessionState.ACTIVE:
            await talk.resume(desk, unfinished.id)
        return
    facts = await facts_for_check_in(desk)
    if facts is None:
        say_nothing_to_check_in(desk)
    else:
        await talk.begin(desk, "check_in", facts)


async def _begin_call(desk: Desk, key_result_id: str) -> None:
    facts = await facts_for_calling(desk, key_result_id)
    if facts is None:
        await say_nobody_to_call_about(desk)
    else:
        await talk.begin(desk, "call_for_help", facts)


async def _begin_writing(desk: Desk) -> None:
    """Start a new objective, unless one is already being written: then go on with that."""
    unfinished = next((session for session in desk.sessions if session.script == "write_objective"), None)
    if unfinished is None:
        await talk.begin(desk, "write_objective", await facts_for_writing(desk))
    elif unfinished.state is SessionState.ACTIVE:
        return
    else:
        await talk.resume(desk, unfinished.id)


async def _standing(desk: Desk) -> tuple[Session, Waiting | Done] | None:
    """The active session and where it stands. One that this release cannot replay is put away with an apology."""
    session = desk.active
    if session is None:
        return None
    try:
        return await talk.stand(desk, session)
    except talk.UNREPLAYABLE:
        talk.put_away_broken(desk, session)
        return None


def _put_away_expired(desk: Desk) -> None:
    for session in desk.sessions:
        if session.is_expired(desk.now):
            desk.put(replace(session, state=SessionState.CANCELLED))
            if session.script in SCRIPTS:
                desk.say(T("dialog.expired", what=SCRIPTS[session.script].title))


def _remember_chat(desk: Desk) -> None:
    account, place = desk.known.account, desk.incoming.place
    if account is not None and account.chat_id != place.chat_id:
        desk.change(PutAccount(replace(account, chat_id=place.chat_id)))


_STEER = {Wish.BACK: Steer.BACK, Wish.CANCEL: Steer.CANCEL, Wish.PAUSE: Steer.PAUSE, Wish.CHANGE: Steer.CHOOSE}
