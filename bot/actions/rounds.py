"""What happens by itself: who is due is asked, whoever has not answered is reminded once, calls for help move on, and a week after a decision
comes the question whether the help has arrived. A timer calls `tick`; `laban round open` calls `open_round`.

Each person's part is a turn of its own with an event id of its own, so a tick that is broken off, repeated or run twice asks nobody twice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.actions import talk
from bot.actions.calendar import Calendar
from bot.actions.call_for_help import follow_up, move_on, place_of
from bot.actions.check_in import facts_about
from bot.actions.cycles import cycle_around, today
from bot.actions.desk import Desk
from bot.actions.monday_card import post_card
from bot.actions.team_board import lead_of
from bot.chat.incoming import Arrived, Incoming, Sender
from bot.chat.intents import Intent, Wish
from bot.okr.board import below
from bot.okr.cycle import Cycle, CycleId
from bot.okr.help_request import HelpRequest, HelpState
from bot.okr.nudge import Do, explain, noted
from bot.okr.objective import Objective
from bot.okr.people import Account, Person, PersonId, Team
from bot.okr.prompt import Prompt, PromptKind
from bot.okr.rhythm import local_date, monday_of
from bot.ports import AddPrompt, Deps, PutPrompt, Reading, Saved, Turn
from bot.texts import T

TRIES = 5
MONDAY = 0
AT_ONCE = 200
"""People in one commit: beyond that a commit's own cost no longer shows, and others would wait."""

Part = Callable[[Desk, Sequence[Objective]], Awaitable[None]]
"""What happens to one person, given their objectives where it asks for them."""


@dataclass(frozen=True, slots=True)
class Round:
    """How many were asked just now, and the names of those who could not be: they have never talked with the bot."""

    asked: int
    unreachable: tuple[str, ...] = ()


async def tick(deps: Deps) -> None:
    """Do everything that is due now. May be broken off anywhere, and called again at any time."""
    await ask_who_is_due(deps)
    await see_to_calls(deps)
    await post_cards(deps)


async def ask_who_is_due(deps: Deps) -> Round:
    """Ask and remind everybody whose time has come."""
    now = deps.clock.now()
    organisation = await deps.reading.organisation()
    cycle = await cycle_around(deps.reading, now.date())
    owners = await deps.reading.owners(cycle.id)
    asked = [person for person, _ in owners]
    calendar = await Calendar.read(deps.reading, [person.id for person in asked], now)
    chats = await deps.reading.chats_of([person.id for person in asked])
    first = monday_of(cycle.starts_on)
    cycles = await _cycles(deps.reading, asked, now)
    due: list[_Due] = []
    for person, since in owners:
        if person.id not in chats:
            continue
        is_off = calendar.is_off(person)
        decision = explain(person, organisation.rhythm, now, first, is_off, calendar.prompts_of(person.id), since)
        prompt = noted(person, decision, now)
        if prompt is not None:
            due.append(_to_ask(chats[person.id], decision.do, prompt, cycles[local_date(person, now)]))
    return Round(await _see_to(deps, due))


async def open_round(deps: Deps, team: Team | None = None) -> Round:
    """Ask everybody in a team and those below it (or everybody) now, whatever the hour; who has answered this week is left alone."""
    now = deps.clock.now()
    cycle = await cycle_around(deps.reading, now.date())
    owners = [person for person, _ in await deps.reading.owners(cycle.id)]
    if team is not None:
        teams = {one.id for one in (team, *below(team, await deps.reading.teams()))}
        owners = [person for person in owners if person.team_id in teams]
    calendar = await Calendar.read(deps.reading, [person.id for person in owners], now)
    chats = await deps.reading.chats_of([person.id for person in owners])
    cycles = await _cycles(deps.reading, owners, now)
    due: list[_Due] = []
    unreachable: list[str] = []
    for person in owners:
        day = local_date(person, now)
        if calendar.has_answered_since(person, monday_of(day)):
            continue
        if person.id not in chats:
            unreachable.append(person.name)
            continue
        prompt = Prompt(PromptKind.CHECK_IN, person.id, day, now)
        due.append(_to_ask(chats[person.id], Do.ASK, prompt, cycles[day]))
    return Round(await _see_to(deps, due), tuple(unreachable))


async def _cycles(reading: Reading, people: Iterable[Person], now: datetime) -> Mapping[date, Cycle]:
    """The cycle of each day it is now somewhere: of three at most."""
    return {day: await cycle_around(reading, day) for day in {local_date(person, now) for person in people}}


@dataclass(frozen=True, slots=True)
class _Due:
    """Something to say to one person. `name` makes it happen once; `cycle` is the one whose objectives of theirs the part is about."""

    chat: Account
    name: str
    part: Part
    cycle: Cycle | None = None


def _to_ask(chat: Account, do: Do, prompt: Prompt, cycle: Cycle) -> _Due:

    async def part(desk: Desk, own: Sequence[Objective]) -> None:
        desk.change(PutPrompt(prompt) if do is Do.ASK_AGAIN else AddPrompt(prompt))
        if do is Do.REMIND:
            desk.say(T("check_in.reminder"), buttons=(Intent(Wish.CHECK_IN), Intent(Wish.SNOOZE), Intent(Wish.WHEN)))
            return
        # Last week's unfinished check-in asks about last week's numbers.
        talk.put_away(desk, "check_in")
        facts = facts_about(own, cycle.elapsed(today(desk)))
        if facts is None:
            return
        if desk.active is not None:
            desk.say(T("check_in.prompt_waits"), buttons=(Intent(Wish.CHECK_IN), Intent(Wish.SNOOZE)))
            return
        await talk.begin(desk, "check_in", facts, T("check_in.prompt", name=desk.person.name, n=len(facts["key_results"])))

    # Somebody may ask to be asked again more than once for the same day.
    again = f"/{prompt.at.isoformat()}" if do is Do.ASK_AGAIN else ""
    return _Due(chat, f"{do.value}/{prompt.day}{again}/{prompt.subject_id}", part, None if do is Do.REMIND else cycle)


async def post_cards(deps: Deps) -> int:
    """The Monday card, into the group of every team that has one, on the clock of the team's lead; how many were posted.

    A machine that was off over the hour makes up for it the same day; on Tuesday nobody needs it any more.
    """
    now = deps.clock.now()
    teams = await deps.reading.teams()
    places = await deps.reading.team_places([team.id for team in teams])
    card_at = (await deps.reading.organisation()).card_at
    posted = 0
    for team in teams:
        if team.id not in places:
            continue
        lead = await lead_of(deps.reading, team, teams)
        local = now.astimezone(ZoneInfo(lead.timezone if lead else "UTC"))
        if local.weekday() != MONDAY or local.time() < card_at:
            continue
        turn = await post_card(deps, team, places[team.id], now)
        if turn is not None:
            posted += await deps.work.save(turn) is Saved.DONE and bool(turn.outgoing)
    return posted


async def see_to_calls(deps: Deps) -> None:
    """Calls nobody answered go on to the next; a week after a decision its asker is asked whether the help has arrived."""
    due = await deps.reading.help_due(deps.clock.now())
    chats = await deps.reading.chats_of([request.asker_id for request in due])
    named = [(request, f"call/{request.id}/{request.version}") for request in due if request.asker_id in chats]
    await _see_to(deps, [_Due(chats[request.asker_id], name, _about(request)) for request, name in named])


def _about(request: HelpRequest) -> Part:
    async def part(desk: Desk, _: Sequence[Objective]) -> None:
        await (move_on(desk, request) if request.state is HelpState.OPEN else follow_up(desk, request))

    return part


async def _see_to(deps: Deps, due: Sequence[_Due]) -> int:
    """Everybody's part, many in a commit; how many happened now. Who is lost to somebody faster is decided again."""
    happened = 0
    for begin in range(0, len(due), AT_ONCE):
        left = list(due[begin : begin + AT_ONCE])
        for _ in range(TRIES):
            turns = await _decided(deps, left)
            saved = await deps.work.save_all([turn for _, turn in turns])
            happened += sum(one is Saved.DONE for one in saved)
            left = [one for (one, _), outcome in zip(turns, saved, strict=True) if outcome is Saved.LOST]
            if not left:
                break
    return happened


async def _decided(deps: Deps, due: Sequence[_Due]) -> list[tuple[_Due, Turn]]:
    """Turns that nobody's word has caused; none for what has happened already or whose person is gone. Few reads for all of them."""
    incomings = [_incoming(one, deps.clock.now()) for one in due]
    knowns = await deps.reading.all_known(incomings)
    owned: dict[CycleId, Mapping[PersonId, tuple[Objective, ...]]] = {}
    for cycle in {one.cycle for one in due if one.cycle is not None}:
        owners = [one.chat.person_id for one in due if one.cycle == cycle]
        owned[cycle.id] = await deps.reading.objectives_of_all(owners, cycle.id)
    turns: list[tuple[_Due, Turn]] = []
    for one, incoming, known in zip(due, incomings, knowns, strict=True):
        if known.is_done or known.person is None or not known.person.is_active:
            continue
        desk = Desk(incoming, known, deps)
        await one.part(desk, () if one.cycle is None else owned[one.cycle.id].get(known.person.id, ()))
        turns.append((one, desk.turn()))
    return turns


def _incoming(due: _Due, now: datetime) -> Incoming:
    chat = due.chat
    return Incoming(f"timer/{due.name}", Sender(chat.platform, chat.tenant, chat.user_id), place_of(chat), now, Arrived())
