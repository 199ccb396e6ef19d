"""One objective: where each key result stands, why it matters, and everything that was ever changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.actions.bars import age, bar, blocked_note, help_note, names, note, wish_buttons
from bot.actions.call_for_help import decision_buttons
from bot.actions.cycles import cycle_of, local, today
from bot.actions.desk import Desk
from bot.actions.evidence import gather
from bot.actions.show_trend import trend_buttons
from bot.chat.intents import Intent, Wish, button
from bot.chat.message import Block, Button, Buttons, Message, Paragraph, Tone
from bot.chat.richtext import Span, bold, join, words
from bot.okr.board import Sight, change_of, is_among, live, newest_answer, open_calls, share_a_week_ago, share_of
from bot.okr.help_request import Decision, HelpRequest
from bot.okr.measure import Direction
from bot.okr.objective import Ambition, HistoryEntry, KeyResult, KeyResultId, Objective, ObjectiveId, ObjectiveState, ServedKind
from bot.okr.people import Person, PersonId
from bot.okr.progress import expected_share, expected_value, quiet_since, staleness, standing
from bot.scripts.write_key_result import amount, measure_shown
from bot.texts import T, Text, say, say_plain

NEWEST = 15
SHOWN_BELOW = 8
"""So many of those who work towards an objective are named; its team's board shows all."""
OPEN = (ObjectiveState.DRAFT, ObjectiveState.PUBLISHED)
"""How an objective may still be changed."""
_TOLD = frozenset(
    {"created", "published", "title", "why", "serves", "ambition"}
    | {f"key_result.{part}" for part in ("added", "removed", "sentence", "measure")}
    | {f"help.{part}" for part in ("called", "moved_on", "arrived_yes", "arrived_no", *Decision)}
)
_HELP = "help."


async def show_objective(desk: Desk, objective_id: str) -> None:
    """Show one objective to whoever may see it: everybody, for a draft its owner only."""
    objective = await _seen(desk, objective_id)
    if objective is None:
        return
    above = await _above(desk, objective)
    under = await _below(desk, objective)
    sight = await gather(desk, (objective,), await cycle_of(desk.reading, objective, today(desk)))
    calls = {call.key_result.id: call.request for call in reversed(open_calls((objective,), sight.evidence))}
    named = {one.owner_id for one in (objective, *above, *under)}.union(*(call.holders for call in calls.values()))
    people = await desk.reading.people(sorted(named))
    blocks: list[Block] = [_headline(desk.lang, objective), *_lead(desk.lang, objective, people.get(objective.owner_id), sight)]
    for number, key_result in enumerate(live(objective), 1):
        call = calls.get(key_result.id)
        blocks += _key_result(desk, objective, key_result, sight, number, call)
        blocks += _open_call(desk, call, people) if call is not None else []
    blocks += _dead(desk.lang, objective)
    blocks += _chain(desk.lang, objective, above, people)
    blocks += _builders(desk.lang, under, people)
    blocks.append(Buttons(_buttons(desk, objective, frozenset(calls))))
    desk.send(Message(tuple(blocks), desk.lang))


async def show_history(desk: Desk, objective_id: str) -> None:
    """Show the newest changes of an objective: who, when on the reader's clock, what, why, before and after."""
    objective = await _seen(desk, objective_id)
    if objective is None:
        return
    entries = await desk.reading.history(objective.id)
    newest = entries[: -NEWEST - 1 : -1]
    people = await desk.reading.people(sorted({one.by for one in newest}))
    titles = await _served_then(desk, newest)
    blocks: list[Block] = [Paragraph(say(desk.lang, T("history.head", title=objective.title)))]
    blocks += [_entry(desk, objective, entry, people, titles) for entry in newest]
    if not newest:
        blocks.append(Paragraph(say(desk.lang, T("history.nothing"))))
    if len(entries) > len(newest):
        blocks.append(Paragraph(say(desk.lang, T("history.earlier", n=len(entries) - len(newest))), is_quiet=True))
    blocks.append(Buttons(wish_buttons(desk.lang, Intent(Wish.OBJECTIVE, objective.id), Intent(Wish.HOME))))
    desk.send(Message(tuple(blocks), desk.lang))


async def _seen(desk: Desk, objective_id: str) -> Objective | None:
    """The objective, or None after saying that it is not there. A foreign draft is not there: that it exists is its owner's business."""
    objective = await desk.reading.objective(ObjectiveId(objective_id))
    if objective is None or (objective.state is ObjectiveState.DRAFT and objective.owner_id != desk.person.id):
        desk.say(T("objective.gone"), buttons=(Intent(Wish.BOARD), Intent(Wish.HOME)))
        return None
    return objective


async def _above(desk: Desk, objective: Objective) -> tuple[Objective, ...]:
    """Upwards, nearest first, as far as everybody may look."""
    found: list[Objective] = []
    for one in await desk.reading.chain(objective.serves) if objective.serves is not None else ():
        if one.state is ObjectiveState.DRAFT:
            break
        found.append(one)
    return tuple(found)


async def _below(desk: Desk, objective: Objective) -> tuple[Objective, ...]:
    """Published objectives of the same cycle that serve this one or a key result of it."""
    if objective.state is ObjectiveState.DRAFT:
        return ()
    team_ids = [team.id for team in await desk.reading.teams()]
    others = await desk.reading.published_in(team_ids, objective.cycle_id)
    return tuple(one for one in others if one.serves is not None and one.id != objective.id and is_among(one.serves, objective))


# --- the card --------------------------------------------------------------------------------------------------------------


def _headline(lang: str, objective: Objective) -> Paragraph:
    mark = {
        ObjectiveState.DRAFT: "objective.draft",
        ObjectiveState.DEAD: "objective.dead",
        ObjectiveState.CLOSED: "objective.closed",
    }
    title = bold(objective.title)
    if objective.state not in mark:
        return Paragraph(title)
    return Paragraph((*title, Span(" · "), *say(lang, T(mark[objective.state]))))


def _lead(lang: str, objective: Objective, owner: Person | None, sight: Sight) -> list[Block]:
    ambition = T(f"word.ambition.{objective.ambition.value}")
    parts = [owner.name] if owner else []
    parts += [say_plain(lang, ambition), sight.cycle.name]
    blocks: list[Block] = [Paragraph(words(" · ".join(parts)), is_quiet=True)]
    if objective.why:
        blocks.append(Paragraph(words(objective.why)))
    return blocks


def _key_result(
    desk: Desk, objective: Objective, key_result: KeyResult, sight: Sight, number: int, call: HelpRequest | None
) -> list[Block]:
    """Its bar, its numbers, and the newest words about it."""
    lang = desk.lang
    said = sight.evidence.now.get(key_result.id)
    published_at = objective.published_at or objective.created_at
    share = share_of(key_result, sight.evidence)
    label = f"{number}. {key_result.sentence}"
    notes = (
        help_note(lang, call, newest_answer((key_result,), sight), sight.now),
        blocked_note(lang, is_blocked=key_result.id in sight.evidence.unsigned),
    )
    cry = " · ".join(part for part in notes if part)
    if objective.state is ObjectiveState.PUBLISHED and share is not None:
        quiet = quiet_since(said.at if said else None, published_at, sight.now)
        then = share_a_week_ago(key_result, published_at, sight)
        is_new = published_at > sight.week_ago
        # A milestone is due at the end, so no day before that has anything to expect of it.
        is_compared = key_result.measure.direction is not Direction.MILESTONE and not (is_new and said is None)
        expected = expected_share(key_result.measure, sight.expected) if is_compared else None
        behind = None if expected is None else standing(share, expected)
        remarks = note(
            lang, change_of([(share, then)]), said.confidence if said else None, behind, staleness(quiet), quiet, is_new=is_new
        )
        blocks = [bar(lang, label, share, " · ".join(part for part in (remarks, cry) if part), expected)]
    elif objective.state is ObjectiveState.PUBLISHED:
        blocks = [bar(lang, label, None, cry)]
    else:
        blocks = [Paragraph(words(label))]
    blocks.append(Paragraph(join((say(lang, one) for one in _numbers(objective, key_result, sight)), " · "), is_quiet=True))
    if said is not None and said.note:
        blocks.append(Paragraph(say(lang, T("objective.note", note=said.note, day=local(desk, said.at).date())), is_quiet=True))
    return blocks


def _open_call(desk: Desk, call: HelpRequest, people: Mapping[PersonId, Person]) -> list[Block]:
    """Who has the call. Its words are for who wrote them and for who may answer, who finds the decisions here as well."""
    lang = desk.lang
    holders = names(lang, [people[one] for one in call.holders if one in people])
    blocks: list[Block] = [Paragraph(say(lang, T("objective.call", age=age(call, desk.now), holders=holders)))]
    is_holder = desk.person.id in call.holders
    if is_holder or desk.person.id == call.asker_id:
        blocks.append(Paragraph(say(lang, T("call.quote", words=call.words))))
    if is_holder:
        blocks.append(decision_buttons(lang, call))
    return blocks


def _numbers(objective: Objective, key_result: KeyResult, sight: Sight) -> Iterable[Text]:
    measure = key_result.measure
    yield measure_shown(measure)
    if measure.direction is not Direction.MILESTONE and key_result.current is not None:
        yield T("objective.now", value=amount(key_result.current, measure.unit))
    line = expected_value(measure, sight.expected) if objective.state is ObjectiveState.PUBLISHED else None
    if line is not None and key_result.current is not None:
        yield T("objective.expected", value=amount(line, measure.unit))
    if key_result.current is None and key_result.start_confidence is not None:
        yield T("objective.start_confidence", confidence=key_result.start_confidence)


def _dead(lang: str, objective: Objective) -> list[Block]:
    return [
        Paragraph(say(lang, T("objective.given_up", what=one.sentence)), is_quiet=True)
        for one in objective.key_results
        if one.is_dead
    ]


def _chain(lang: str, objective: Objective, above: Sequence[Objective], people: Mapping[PersonId, Person]) -> list[Block]:
    """Why am I doing this? Each step up to the one that serves nothing."""
    if not above:
        return []
    steps = [say(lang, T("objective.why_this"))]
    serves = objective.serves
    for one in above:
        who = _name(people, one.owner_id)
        via = next(
            (
                kr.sentence
                for kr in one.key_results
                if serves is not None and serves.kind is ServedKind.KEY_RESULT and kr.id == serves.id
            ),
            "",
        )
        step = T("objective.up_by", by=via, title=one.title, who=who) if via else T("objective.up", title=one.title, who=who)
        steps.append(say(lang, step))
        serves = one.serves
    return [Paragraph(join(steps, "\n"))]


def _builders(lang: str, under: Sequence[Objective], people: Mapping[PersonId, Person]) -> list[Block]:
    """Who lays the next brick."""
    if not under:
        return []
    lines = [say(lang, T("objective.builders"))]
    lines += [say(lang, T("objective.down", title=one.title, who=_name(people, one.owner_id))) for one in under[:SHOWN_BELOW]]
    if len(under) > SHOWN_BELOW:
        lines.append(say(lang, T("objective.more_below", n=len(under) - SHOWN_BELOW)))
    return [Paragraph(join(lines, "\n"))]


def _name(people: Mapping[PersonId, Person], person_id: PersonId) -> str:
    return people[person_id].name if person_id in people else "?"


def _buttons(desk: Desk, objective: Objective, called: frozenset[KeyResultId]) -> tuple[Button, ...]:
    """What can be done with it. `called` are key results with an open call."""
    own: list[Button] = []
    if objective.owner_id == desk.person.id and objective.state in OPEN:
        if objective.state is ObjectiveState.PUBLISHED and live(objective):
            own.append(button(desk.lang, Intent(Wish.CHECK_IN)))
            quiet = [one for one in live(objective) if one.id not in called]
            if quiet:
                # One button for all of them: the talk asks which.
                about = quiet[0].id if len(quiet) == 1 else objective.id
                own.append(button(desk.lang, Intent(Wish.CALL_FOR_HELP, about)))
        if objective.state is ObjectiveState.DRAFT and objective.key_results:
            own.append(button(desk.lang, Intent(Wish.PUBLISH, objective.id), tone=Tone.PRIMARY))
        own.append(button(desk.lang, Intent(Wish.EDIT, objective.id)))
        if objective.state is ObjectiveState.DRAFT:
            own.append(button(desk.lang, Intent(Wish.DISCARD, objective.id), tone=Tone.DANGER))
    trends = () if objective.state is ObjectiveState.DRAFT else trend_buttons(desk.lang, live(objective))
    return (*own, *trends, *wish_buttons(desk.lang, Intent(Wish.HISTORY, objective.id), Intent(Wish.BOARD), Intent(Wish.HOME)))


# --- the history -----------------------------------------------------------------------------------------------------------


async def _served_then(desk: Desk, entries: Sequence[HistoryEntry]) -> dict[str, str]:
    """What the ids in changes of alignment are called, as far as everybody may know."""
    ids = {value for entry in entries if entry.what == "serves" for value in (entry.before, entry.after) if value}
    titles: dict[str, str] = {}
    for one in sorted(ids):
        served = await desk.reading.objective(ObjectiveId(one)) or await desk.reading.objective_of_key_result(KeyResultId(one))
        if served is not None and (served.state is not ObjectiveState.DRAFT or served.owner_id == desk.person.id):
            titles[one] = next((kr.sentence for kr in served.key_results if kr.id == one), served.title)
    return titles


def _entry(
    desk: Desk, objective: Objective, entry: HistoryEntry, people: Mapping[PersonId, Person], titles: Mapping[str, str]
) -> Paragraph:
    lang = desk.lang
    what = T(f"history.{entry.what}") if entry.what in _TOLD else T("history.other")
    lines = [say(lang, T("history.line", at=local(desk, entry.at), who=_name(people, entry.by), what=what))]
    about = next((one.sentence for one in objective.key_results if one.id == entry.key_result_id), "")
    if about and (entry.what == "key_result.measure" or entry.what.startswith(_HELP)):
        lines.append(say(lang, T("history.about", what=about)))
    if entry.what.startswith(_HELP):
        return Paragraph(join([*lines, *(say(lang, one) for one in _of_call(entry))], "\n"))
    if entry.what not in ("created", "published"):
        before, after = _read(entry, entry.before, titles), _read(entry, entry.after, titles)
        lines += [say(lang, T("history.before", text=before))] if before else []
        lines += [say(lang, T("history.after", text=after))] if after else []
    if entry.why:
        lines.append(say(lang, T("history.because", why=entry.why)))
    return Paragraph(join(lines, "\n"))


def _of_call(entry: HistoryEntry) -> Iterable[Text]:
    """What was said in a call for help and its answer: for these, `before` is what was asked, `after` to whom it went or what was learned."""
    if entry.what in ("help.called", "help.moved_on"):
        if entry.after:
            yield T("history.went_to", name=entry.after)
        if entry.why:
            yield T("call.quote", words=entry.why)
        return
    if entry.before:
        yield T("history.asked", words=entry.before)
    if entry.why:
        yield T("history.answer", words=entry.why)
    if entry.after:
        yield T("history.lesson", words=entry.after)


def _read(entry: HistoryEntry, value: str, titles: Mapping[str, str]) -> Text | str:
    """A stored value in words: names of ours are translated, ids become titles, everything else is somebody's own text."""
    match entry.what:
        case "ambition" if value in set(Ambition):
            return T(f"word.ambition.{value}")
        case "serves" if value:
            return titles.get(value, "…")
        case "key_result.measure":
            measure, _, direction = value.rpartition(" (")
            # The direction is stored as a name of ours; the numbers beside it show it just as well.
            return measure if direction.rstrip(")") in set(Direction) else value
    return value
