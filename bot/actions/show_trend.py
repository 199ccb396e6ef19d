"""How a key result or a team has moved, as a picture and in words."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from bot.actions.bars import bar, team_button, wish_buttons
from bot.actions.cycles import current_cycle, today
from bot.actions.desk import Desk
from bot.actions.trends import TrendKind, amount_said, key_result_trend, may_see, source_of, team_trend
from bot.chat.intents import Intent, Wish, token_of
from bot.chat.message import Block, Button, Buttons, Image, Message, Paragraph
from bot.chat.richtext import words
from bot.folding import fold
from bot.okr.board import live
from bot.okr.measure import Direction
from bot.okr.objective import KeyResult, KeyResultId, Objective, ObjectiveState
from bot.okr.people import Team
from bot.okr.progress import expected_value
from bot.okr.trend import Trend, day_of
from bot.texts import T, Text, say_plain

TEAM = "team:"
OFFERED = 8
VALUES_SAID = 8
"""So many values are read out; of more the first and the newest ones."""
LABEL = 32
TYPED = 60
"""Characters of a sentence that are enough to type."""


async def show_trend(desk: Desk, what: str) -> None:
    """Show the trend of "team:<id>", of a key result by id, or of whichever of the two is called like that; for "" ask whose."""
    if not what:
        await _offer(desk, T("trend.which"))
        return
    teams = await desk.reading.teams()
    if what.startswith(TEAM):
        team = next((one for one in teams if one.id == what.removeprefix(TEAM)), None)
        await (_offer(desk, T("trend.gone")) if team is None else _show_team(desk, team, teams))
        return
    objective = await desk.reading.objective_of_key_result(KeyResultId(what))
    if objective is not None:
        await (_show_key_result(desk, objective, what) if may_see(desk.person, objective) else _offer(desk, T("trend.gone")))
        return
    await _show_called(desk, what, teams)


async def _show_called(desk: Desk, typed: str, teams: Sequence[Team]) -> None:
    """By words: a team by name or path, else the only key result of the company that begins like that."""
    said = fold(typed)
    team = [one for one in teams if said in (fold(one.name), fold(one.path))]
    if len(team) == 1:
        await _show_team(desk, team[0], teams)
        return
    cycle = await current_cycle(desk)
    objectives = await desk.reading.published_in([one.id for one in teams], cycle.id)
    found = [(one, key_result) for one in objectives for key_result in live(one) if said and _is_called(key_result, said)]
    own = [pair for pair in found if pair[0].owner_id == desk.person.id]
    if len(found) == 1 or len(own) == 1:
        objective, key_result = (own or found)[0]
        await _show_key_result(desk, objective, key_result.id)
    else:
        await _offer(desk, T("trend.unknown", typed=typed))


def _is_called(key_result: KeyResult, said: str) -> bool:
    return fold(key_result.sentence).startswith(said) or fold(key_result.measure.metric) == said


async def _offer(desk: Desk, why: Text) -> None:
    """One's own key results and one's team."""
    cycle = await current_cycle(desk)
    own = await desk.reading.objectives_of(desk.person.id, cycle.id)
    key_results = [kr for one in own if one.state is ObjectiveState.PUBLISHED for kr in live(one)][:OFFERED]
    team = next((one for one in await desk.reading.teams() if one.id == desk.person.team_id), None)
    buttons = [trend_button(desk.lang, kr.id, _short(kr.sentence), kr.sentence) for kr in key_results]
    if team is not None:
        buttons.append(trend_button(desk.lang, f"{TEAM}{team.id}", team.name, team.path))
    desk.say(why, Buttons((*buttons, *wish_buttons(desk.lang, Intent(Wish.HOME)))))


async def _show_key_result(desk: Desk, objective: Objective, key_result_id: str) -> None:
    trend = await key_result_trend(desk.reading, objective, KeyResultId(key_result_id), day_of(desk.now))
    buttons = wish_buttons(desk.lang, Intent(Wish.OBJECTIVE, objective.id), Intent(Wish.HOME))
    _show(desk, TrendKind.KEY_RESULT, key_result_id, trend, buttons)


async def _show_team(desk: Desk, team: Team, teams: Sequence[Team]) -> None:
    trend = await team_trend(desk.reading, team, teams, day_of(desk.now))
    buttons = (team_button(desk.lang, team), *wish_buttons(desk.lang, Intent(Wish.HOME)))
    if trend.points:
        _show(desk, TrendKind.TEAM, team.id, trend, buttons)
    else:
        desk.say(T("trend.nothing", name=team.name), Buttons(buttons))


# --- how it looks ----------------------------------------------------------------------------------------------------------


def _show(desk: Desk, kind: TrendKind, thing: str, trend: Trend, buttons: Sequence[Button]) -> None:
    """The picture, the bar that stands for it where pictures cannot be shown, and the figures."""
    lang = desk.lang
    figures = _figures(desk, trend)
    source = source_of(lang, kind, thing, trend)
    blocks: list[Block] = [Image(source, _alt(desk, trend, figures))] if source else []
    blocks.append(bar(lang, trend.title, trend.share, "", None if trend.expected is None else trend.today))
    blocks.append(Paragraph(words(" · ".join(figures)), is_quiet=True))
    blocks.append(Buttons(tuple(buttons)))
    desk.send(Message(tuple(blocks), lang))


def _figures(desk: Desk, trend: Trend) -> list[str]:
    """The newest value, where a straight line would be by now, and where it should end."""
    lang, measure = desk.lang, trend.measure
    said: list[Text] = []
    if not trend.points:
        said.append(T("trend.no_check_in"))
    elif not trend.is_team:
        newest = trend.points[-1]
        said.append(T("trend.newest", value=amount_said(lang, measure, newest.value), day=newest.day))
    if trend.today is not None and not trend.is_team:
        line = expected_value(measure, trend.cycle.elapsed(today(desk)))
        if line is not None:
            said.append(T("objective.expected", value=amount_said(lang, measure, Fraction(line))))
    said.append(_aim(lang, trend))
    if trend.is_own_only:
        said.append(T("trend.own_only"))
    return [say_plain(lang, one) for one in said]


def _aim(lang: str, trend: Trend) -> Text:
    value = amount_said(lang, trend.measure, Fraction(trend.measure.target))
    match trend.measure.direction:
        case Direction.KEEP_ABOVE:
            return T("trend.at_least", value=value)
        case Direction.KEEP_BELOW:
            return T("trend.at_most", value=value)
        case Direction.MILESTONE:
            return T("trend.done_by", day=trend.cycle.ends_on)
    return T("trend.target_by", value=value, day=trend.cycle.ends_on)


def _alt(desk: Desk, trend: Trend, figures: Sequence[str]) -> str:
    """What the picture shows, for who cannot see it."""
    lang, cycle = desk.lang, trend.cycle
    said = [say_plain(lang, T("trend.alt", title=trend.title, week=cycle.week_of(trend.day), weeks=cycle.weeks))]
    if len(trend.line) > 1:
        values = [amount_said(lang, trend.measure, one.value) for one in trend.line]
        if len(values) > VALUES_SAID:
            values = [values[0], "…", *values[2 - VALUES_SAID :]]
        said.append(say_plain(lang, T("trend.course", values=" → ".join(values))))
    return " · ".join((*said, *figures))


def trend_button(lang: str, thing: str, label: str, typed: str) -> Button:
    """Draws a trend; its word with what it is of, typed, does the same."""
    return Button(label, token_of(Intent(Wish.TREND, thing)), f"{say_plain(lang, T('say.trend'))} {typed[:TYPED].rstrip()}")


def trend_buttons(lang: str, key_results: Sequence[KeyResult]) -> tuple[Button, ...]:
    """One for each key result, numbered as they stand where there are several."""
    is_one = len(key_results) == 1
    labels = [T("button.trend") if is_one else T("button.trend_of", number=number + 1) for number in range(len(key_results))]
    return tuple(
        trend_button(lang, one.id, say_plain(lang, label), one.sentence) for one, label in zip(key_results, labels, strict=True)
    )


def _short(sentence: str) -> str:
    return sentence if len(sentence) <= LABEL else sentence[: LABEL - 1].rstrip() + "…"
