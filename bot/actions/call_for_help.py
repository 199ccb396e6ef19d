"""Calls for help: who gets them, how they are answered, how they move on when nobody does, and whether the help arrived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.actions.cycles import current_cycle, today
from bot.actions.desk import Desk
from bot.actions.write_objective import entry
from bot.chat.incoming import Place, PointedAt
from bot.chat.intents import Intent, Wish, button, token_of
from bot.chat.message import Block, Button, Buttons, Message, Paragraph, Tone
from bot.chat.richtext import clean
from bot.dialogs.session import Json
from bot.okr.board import live
from bot.okr.help_request import (
    FOLLOW_UP_AFTER,
    NEXT_LEVEL_AFTER,
    STAND_IN_AFTER,
    WORDS_LIMIT,
    Decision,
    HelpRequest,
    HelpRequestId,
    HelpState,
    chain_of_command,
    is_away,
)
from bot.okr.measure import Direction, Measure
from bot.okr.objective import KeyResult, KeyResultId, Objective, ObjectiveState
from bot.okr.people import Account, Person
from bot.okr.progress import expected_value
from bot.ports import AddHistory, PutHelpRequest, PutObjective
from bot.scripts.call_for_help import AnswerCall, CallForHelp
from bot.scripts.write_key_result import amount
from bot.texts import T, Text, say, say_plain

# --- calling ---------------------------------------------------------------------------------------------------------


async def facts_for_calling(desk: Desk, about: str = "") -> dict[str, Json] | None:
    """What the script `call_for_help` starts from; None when the person has no key result to call about, or nobody to call.

    `about` is a key result's id, or an objective's for any key result of it; "" for any at all.
    """
    if not await _chain(desk):
        # Said before anything is typed: words that reach nobody are lost twice.
        return None
    cycle = await current_cycle(desk)
    own = [one for one in await desk.reading.objectives_of(desk.person.id, cycle.id) if one.state is ObjectiveState.PUBLISHED]
    all_own = [(objective.id, one) for objective in own for one in live(objective)]
    wanted = [one for objective_id, one in all_own if about in (objective_id, one.id)] or [one for _, one in all_own]
    listed = [{"id": one.id, "sentence": one.sentence} for one in wanted]
    if not listed:
        return None
    facts: dict[str, Json] = {"request_id": desk.ids.new(), "key_results": listed}
    if isinstance(desk.incoming.body, PointedAt):
        facts["message"] = clean(desk.incoming.body.text, WORDS_LIMIT)
    return facts


async def say_nobody_to_call_about(desk: Desk) -> None:
    """A call that cannot be written down anywhere, or passed on to anybody: at least say who can help."""
    chain = await _chain(desk)
    if chain:
        desk.say(T("call.no_key_result", name=chain[0].name), buttons=(Intent(Wish.NEW), Intent(Wish.HOME)))
    else:
        desk.say(T("call.nobody"), buttons=(Intent(Wish.BOARD), Intent(Wish.HOME)))


async def send_call(desk: Desk, decision: CallForHelp) -> None:
    """Send the call a conversation has ended in, if its key result still lives."""
    objective = await desk.reading.objective_of_key_result(KeyResultId(decision.key_result_id))
    one = next((one for one in live(objective) if one.id == decision.key_result_id), None) if objective else None
    is_alive = objective is not None and objective.state is ObjectiveState.PUBLISHED and objective.owner_id == desk.person.id
    if objective is None or one is None or not is_alive:
        desk.say(T("call.gone"), buttons=(Intent(Wish.HOME),))
        return
    await raise_call(desk, decision.request_id, one, objective, decision.words, one.current)


async def raise_call(
    desk: Desk, request_id: str, one: KeyResult, objective: Objective, words: str, value: Decimal | None
) -> None:
    """Write a call down, send it to whoever can answer, and tell the asker who that is."""
    open_calls = [call for call in await desk.reading.help_requests((one.id,)) if call.state is HelpState.OPEN]
    if open_calls:
        desk.say(T("call.already", sentence=one.sentence), buttons=(Intent(Wish.OBJECTIVE, objective.id), Intent(Wish.HOME)))
        return
    chain = await _chain(desk)
    if not chain:
        desk.say(T("call.nobody"), buttons=(Intent(Wish.OBJECTIVE, objective.id), Intent(Wish.HOME)))
        return
    first = _nearest(chain, desk.now)
    place = chain.index(first)
    passed_over, rest = chain[:place], chain[place + 1 :]
    following = _nearest(rest, desk.now) if rest else None
    request = HelpRequest(
        HelpRequestId(request_id),
        one.id,
        objective.id,
        desk.person.id,
        desk.now,
        words,
        (first.id,),
        desk.now + STAND_IN_AFTER if rest else None,
    )
    desk.change(
        PutHelpRequest(request), AddHistory(entry(desk, objective.id, "help.called", why=words, after=first.name, of=one.id))
    )
    if is_away(first, today_of(first, desk.now)):
        said = T("call.sent_away", name=first.name)
    elif passed_over:
        said = T("call.sent_past", name=first.name, away=passed_over[0].name)
    else:
        said = T("call.sent", name=first.name)
    next_one = () if following is None else (T("call.card_next", name=following.name),)
    desk.say(said, *next_one, buttons=(Intent(Wish.OBJECTIVE, objective.id), Intent(Wish.HOME)))
    await _deliver_card(desk, request, one, first, desk.person, value, following)


async def _chain(desk: Desk) -> tuple[Person, ...]:
    everybody = {person.id: person for person in await desk.reading.everybody()}
    teams = await desk.reading.teams()
    return tuple(everybody[id_] for id_ in chain_of_command(desk.person, everybody, teams))


def _nearest(chain: Sequence[Person], now: datetime) -> Person:
    """The first who is not away; the first of all when everybody is, since a call that nobody gets helps nobody."""
    return next((person for person in chain if not is_away(person, today_of(person, now))), chain[0])


def today_of(person: Person, now: datetime) -> date:
    """A person's own day."""
    return now.astimezone(ZoneInfo(person.timezone)).date()


# --- the manager's card ----------------------------------------------------------------------------------------------


async def _deliver_card(
    desk: Desk,
    request: HelpRequest,
    one: KeyResult,
    holder: Person,
    asker: Person,
    value: Decimal | None,
    following: Person | None,
) -> None:
    """Put the card into the holder's private chat; when they have none yet, the asker is told at once."""
    chat = (await desk.reading.chats_of((holder.id,))).get(holder.id)
    if chat is None:
        desk.say(T("call.unreachable", name=holder.name))
        return
    cycle = await current_cycle(desk)
    expected = expected_value(one.measure, cycle.elapsed(today(desk)))
    desk.send(card(holder.locale, request, one, asker, value, expected, following), place_of(chat))


def card(
    lang: str,
    request: HelpRequest,
    one: KeyResult,
    asker: Person,
    value: Decimal | None,
    expected: Decimal | None,
    following: Person | None,
) -> Message:
    """The call as a manager sees it: who, what about, in the asker's own words, the decisions, and what happens if nobody answers."""
    unit = one.measure.unit
    where: Text | None = None
    if value is not None and expected is not None:
        where = T("call.card_where", value=amount(value, unit), expected=amount(expected, unit))
    elif value is not None:
        where = T("call.card_value", value=amount(value, unit))
    blocks: list[Block] = [
        Paragraph(say(lang, T("call.card", who=asker.name, sentence=one.sentence))),
        *([Paragraph(say(lang, where))] if where else []),
        Paragraph(say(lang, T("call.quote", words=request.words))),
        decision_buttons(lang, request),
    ]
    if following is not None:
        blocks.append(Paragraph(say(lang, T("call.card_next", name=following.name)), is_quiet=True))
    return Message(tuple(blocks), lang, slot=f"call:{request.id}")


def place_of(chat: Account) -> Place:
    """An account's private chat."""
    return Place(chat.platform, chat.tenant, chat.chat_id)


def decision_buttons(lang: str, request: HelpRequest) -> Buttons:
    """What whoever holds a call can answer."""
    return Buttons(tuple(_decision_button(lang, request.id, decision) for decision in Decision))


def _decision_button(lang: str, request_id: str, decision: Decision) -> Button:
    label = say_plain(lang, T(f"word.decision.{decision.value}"))
    tone = Tone.PRIMARY if decision is Decision.ADD_RESOURCES else Tone.DANGER if decision is Decision.DEAD else Tone.PLAIN
    return Button(label, token_of(Intent(Wish.DECIDE, f"{request_id}:{decision.value}")), label, tone)


# --- answering -------------------------------------------------------------------------------------------------------


async def facts_for_answering(desk: Desk, which: str) -> dict[str, Json] | None:
    """What the script `answer_call` starts from, for "<request id>:<decision>"; None after saying why it cannot be answered."""
    request_id, _, name = which.partition(":")
    found = await _answerable(desk, request_id)
    if found is None:
        return None
    if name not in set(Decision):
        desk.say(T("dialog.unknown_button"))
        return None
    request, objective, one = found
    asker = await desk.reading.person(request.asker_id)
    return {
        "request_id": request.id,
        "decision": name,
        "asker": asker.name if asker else "",
        "sentence": one.sentence,
        "unit": one.measure.unit,
        "objective": objective.title,
    }


async def _answerable(desk: Desk, request_id: str) -> tuple[HelpRequest, Objective, KeyResult] | None:
    """An open call that this person may answer, or None after saying why not."""
    request = await desk.reading.help_request(HelpRequestId(request_id))
    if request is None or desk.person.id not in request.holders:
        desk.say(T("answer.not_yours"), buttons=(Intent(Wish.HOME),))
        return None
    objective = await desk.reading.objective(request.objective_id)
    one = next((one for one in objective.key_results if one.id == request.key_result_id), None) if objective else None
    if request.state is not HelpState.OPEN or objective is None or one is None:
        by = await desk.reading.person(request.decided_by) if request.decided_by else None
        said = T("answer.already", name=by.name) if by and by.id != desk.person.id else T("answer.over")
        desk.say(said, buttons=(Intent(Wish.OBJECTIVE, request.objective_id), Intent(Wish.HOME)))
        return None
    return request, objective, one


async def answer(desk: Desk, decision: AnswerCall) -> None:
    """Write the decision on the key result, tell the asker and everybody it had reached, and plan the follow-up."""
    found = await _answerable(desk, decision.request_id)
    if found is None:
        return
    request, objective, one = found
    answered = replace(
        request,
        state=HelpState.ANSWERED,
        decision=decision.decision,
        decided_by=desk.person.id,
        decided_at=desk.now,
        remark=decision.remark,
        moves_on_at=None,
        follow_up_at=None if decision.decision is Decision.DEAD else desk.now + FOLLOW_UP_AFTER,
        version=request.version + 1,
    )
    decided = entry(
        desk,
        objective.id,
        f"help.{decision.decision.value}",
        why=decision.remark,
        before=request.words,
        after=decision.lesson,
        of=one.id,
    )
    desk.change(PutHelpRequest(answered, request.version), AddHistory(decided))
    _carry_out(desk, objective, one, decision)
    await _settle_own_card(desk, answered, one, decision)
    await _tell(desk, answered, one, decision)
    desk.say(
        _thanks(objective, one, decision),
        buttons=(Intent(Wish.OBJECTIVE, objective.id), Intent(Wish.BOARD, "team"), Intent(Wish.HOME)),
    )


def _carry_out(desk: Desk, objective: Objective, one: KeyResult, decision: AnswerCall) -> None:
    """What a decision changes by itself: the target, or whether the key result lives."""
    if decision.decision is Decision.CHANGE_TARGET and decision.target is not None:
        measure = with_target(one.measure, decision.target)
        changed = replace(one, measure=measure)
        note = entry(
            desk,
            objective.id,
            "key_result.measure",
            why=decision.remark,
            before=f"{one.measure.target.normalize():f}{one.measure.unit}",
            after=f"{measure.target.normalize():f}{measure.unit}",
            of=one.id,
        )
        desk.change(AddHistory(note))
    elif decision.decision is Decision.DEAD:
        changed = replace(one, is_dead=True)
    else:
        return
    listed = tuple(changed if each.id == one.id else each for each in objective.key_results)
    is_over = all(each.is_dead for each in listed)
    state = ObjectiveState.DEAD if is_over else objective.state
    desk.change(
        PutObjective(replace(objective, key_results=listed, state=state, version=objective.version + 1), objective.version)
    )


def with_target(measure: Measure, target: Decimal) -> Measure:
    """The measure with another target; its direction follows the numbers, and a start equal to the target is left open."""
    if measure.baseline is None or measure.direction not in (Direction.INCREASE, Direction.DECREASE):
        return replace(measure, target=target)
    if target == measure.baseline:
        return replace(measure, target=target, baseline=None)
    return replace(measure, target=target, direction=Direction.INCREASE if target > measure.baseline else Direction.DECREASE)


def _thanks(objective: Objective, one: KeyResult, decision: AnswerCall) -> Text:
    """Dying early is praised, with what it frees: the objective's other key results, if there are any."""
    if decision.decision is not Decision.DEAD:
        return T("answer.done")
    freed = sum(1 for each in live(objective) if each.id != one.id)
    return T("answer.dead_thanks", n=freed) if freed else T("answer.dead_thanks_last")


async def _settle_own_card(desk: Desk, request: HelpRequest, one: KeyResult, decision: AnswerCall) -> None:
    """Whoever has decided finds the decision where the buttons were."""
    chat = (await desk.reading.chats_of((desk.person.id,))).get(desk.person.id)
    asker = await desk.reading.person(request.asker_id)
    if chat is None or asker is None:
        return
    blocks = (
        Paragraph(say(desk.lang, T("call.card", who=asker.name, sentence=one.sentence))),
        Paragraph(say(desk.lang, T("call.quote", words=request.words))),
        Paragraph(say(desk.lang, T("answer.decided", what=T(f"word.decision.{decision.decision.value}")))),
    )
    desk.send(Message(blocks, desk.lang, edits=f"call:{request.id}", is_optional=True), place_of(chat))


async def _tell(desk: Desk, request: HelpRequest, one: KeyResult, decision: AnswerCall) -> None:
    """The asker hears the decision; the others it had reached see that it is settled."""
    others = tuple(id_ for id_ in (request.asker_id, *request.holders) if id_ != desk.person.id)
    people = await desk.reading.people(others)
    chats = await desk.reading.chats_of(others)
    for id_ in dict.fromkeys(others):
        if id_ not in chats or id_ not in people:
            continue
        lang = people[id_].locale
        what = T(f"word.decision.{decision.decision.value}")
        if id_ == request.asker_id:
            blocks: list[Block] = [Paragraph(say(lang, T("answer.told", who=desk.person.name, sentence=one.sentence, what=what)))]
            if decision.remark:
                blocks.append(Paragraph(say(lang, T("call.quote", words=decision.remark))))
            if decision.target is not None:
                blocks.append(Paragraph(say(lang, T("answer.new_target", target=amount(decision.target, one.measure.unit)))))
            if decision.lesson:
                blocks.append(Paragraph(say(lang, T("history.lesson", words=decision.lesson))))
            if decision.decision is Decision.DEAD:
                blocks.append(Paragraph(say(lang, T("answer.dead_told"))))
            blocks.append(Buttons((button(lang, Intent(Wish.OBJECTIVE, request.objective_id)),)))
            desk.send(Message(tuple(blocks), lang), place_of(chats[id_]))
        else:
            settled = say(lang, T("answer.settled", who=desk.person.name, sentence=one.sentence, what=what))
            desk.send(Message((Paragraph(settled),), lang, edits=f"call:{request.id}"), place_of(chats[id_]))


# --- when nobody answers, and afterwards -----------------------------------------------------------------------------


async def move_on(desk: Desk, request: HelpRequest) -> None:
    """Nobody has answered in time: the next one up gets the card as well, and asker and holders are told. `desk` is the asker's."""
    objective = await desk.reading.objective(request.objective_id)
    one = next((one for one in objective.key_results if one.id == request.key_result_id), None) if objective else None
    chain = [person for person in await _chain(desk) if person.id not in request.holders]
    if one is None or not chain:
        desk.change(PutHelpRequest(replace(request, moves_on_at=None, version=request.version + 1), request.version))
        return
    next_one = _nearest(chain, desk.now)
    rest = chain[chain.index(next_one) + 1 :]
    later = request.asked_at + NEXT_LEVEL_AFTER if len(request.holders) == 1 else desk.now + STAND_IN_AFTER
    moved = replace(
        request,
        holders=(*request.holders, next_one.id),
        moves_on_at=max(later, desk.now + STAND_IN_AFTER) if rest else None,
        version=request.version + 1,
    )
    desk.change(
        PutHelpRequest(moved, request.version),
        AddHistory(entry(desk, request.objective_id, "help.moved_on", after=next_one.name, of=one.id)),
    )
    desk.say(T("call.moved_on", name=next_one.name, sentence=one.sentence))
    await _deliver_card(desk, moved, one, next_one, desk.person, one.current, _nearest(rest, desk.now) if rest else None)
    holders = await desk.reading.people(request.holders)
    chats = await desk.reading.chats_of(request.holders)
    for id_, holder in holders.items():
        if id_ in chats:
            told = say(holder.locale, T("call.moved_past", who=desk.person.name, name=next_one.name, sentence=one.sentence))
            desk.send(Message((Paragraph(told),), holder.locale), place_of(chats[id_]))


async def follow_up(desk: Desk, request: HelpRequest) -> None:
    """A week after the decision: did it arrive? `desk` is the asker's."""
    desk.change(PutHelpRequest(replace(request, follow_up_at=None, version=request.version + 1), request.version))
    objective = await desk.reading.objective(request.objective_id)
    one = next((one for one in objective.key_results if one.id == request.key_result_id), None) if objective else None
    by = await desk.reading.person(request.decided_by) if request.decided_by else None
    if one is None or request.decision is None or by is None:
        return
    what = T(f"word.decision.{request.decision.value}")
    answers = tuple(
        Button(
            label := say_plain(desk.lang, T(f"follow_up.{name}")), token_of(Intent(Wish.ARRIVED, f"{request.id}:{name}")), label
        )
        for name in ("yes", "no")
    )
    desk.say(T("follow_up.ask", who=by.name, sentence=one.sentence, what=what), Buttons(answers))


async def arrived(desk: Desk, which: str) -> None:
    """The asker says whether the help has arrived; a no goes back to whoever decided."""
    request_id, _, name = which.partition(":")
    request = await desk.reading.help_request(HelpRequestId(request_id))
    if request is None or request.asker_id != desk.person.id or request.has_arrived is not None or name not in ("yes", "no"):
        desk.say(T("follow_up.over"), buttons=(Intent(Wish.HOME),))
        return
    has_arrived = name == "yes"
    desk.change(
        PutHelpRequest(replace(request, has_arrived=has_arrived, version=request.version + 1), request.version),
        AddHistory(entry(desk, request.objective_id, f"help.arrived_{name}", of=request.key_result_id)),
    )
    if has_arrived:
        desk.say(T("follow_up.good"), buttons=(Intent(Wish.HOME),))
        return
    decider = request.decided_by
    people = await desk.reading.people(() if decider is None else (decider,))
    chats = await desk.reading.chats_of(tuple(people))
    for id_, person in people.items():
        if id_ in chats:
            told = say(person.locale, T("follow_up.told", who=desk.person.name, sentence=await _sentence(desk, request)))
            shows = Buttons((button(person.locale, Intent(Wish.OBJECTIVE, request.objective_id)),))
            desk.send(Message((Paragraph(told), shows), person.locale), place_of(chats[id_]))
    desk.say(T("follow_up.bad"), buttons=(Intent(Wish.CALL_FOR_HELP, request.key_result_id), Intent(Wish.HOME)))


async def _sentence(desk: Desk, request: HelpRequest) -> str:
    """What a call is about, in its owner's words."""
    objective = await desk.reading.objective(request.objective_id)
    if objective is None:
        return ""
    return next((one.sentence for one in objective.key_results if one.id == request.key_result_id), objective.title)
