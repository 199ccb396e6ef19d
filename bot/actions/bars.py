"""How boards look: a row as a bar with a note, in its reader's language. People's own words stay as they wrote them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction

from bot.chat.intents import Intent, Wish, button, token_of
from bot.chat.message import Block, Button, Paragraph, ProgressBar
from bot.chat.richtext import Span, join, words
from bot.okr.board import OpenCall, Row, Summary
from bot.okr.check_in import Confidence
from bot.okr.help_request import HelpRequest
from bot.okr.people import Person, PersonId, Team
from bot.okr.progress import Staleness, Standing
from bot.texts import T, Text, say, say_plain

TITLE_ON_BUTTON = 32
NAMES_SHOWN = 8
CALLS_SHOWN = 8
HOUR = timedelta(hours=1)


def row_blocks(lang: str, row: Row, label: str, now: datetime) -> list[Block]:
    """A row: its bar with what is worth noting, and in small print what it serves."""
    notes = (row_note(lang, row), help_note(lang, row.call, row.answered, now), blocked_note(lang, is_blocked=row.is_blocked))
    remarks = " · ".join(part for part in notes if part)
    blocks: list[Block] = [bar(lang, label, row.progress, remarks, row.expected)]
    if row.serves:
        blocks.append(Paragraph(say(lang, T("board.serves", what=row.serves)), is_quiet=True))
    return blocks


def bar(lang: str, label: str, share: Fraction | None, note: str, expected: Fraction | None = None) -> Block:
    """A bar; what nobody has measured yet gets words instead of an empty one, which would say "nothing achieved"."""
    if share is None:
        unmeasured = say_plain(lang, T("board.not_measured"))
        return Paragraph((*words(label), Span(f" · {note} · {unmeasured}" if note else f" · {unmeasured}")))
    return ProgressBar(label, float(share), None if expected is None else float(expected), note)


def row_note(lang: str, row: Row) -> str:
    """`▲6`, `▬ · at risk`, `quiet for 12 days`: change, then what the owner fears or else the calendar says, then silence."""
    return note(lang, row.change, row.confidence, row.standing, row.staleness, row.quiet, is_new=row.is_new)


def note(
    lang: str,
    change: int | None,
    confidence: Confidence | None,
    behind: Standing | None,
    stale: Staleness,
    quiet: timedelta,
    *,
    is_new: bool,
) -> str:
    """The parts worth noting, joined. An arrow about a week nobody spoke of would say nothing, so silence replaces it."""
    parts: list[str] = []
    if stale is Staleness.FRESH:
        parts.append(say_plain(lang, T("board.new")) if change is None and is_new else arrow(change))
    if confidence not in (None, Confidence.ON_TRACK):
        parts.append(say_plain(lang, T(f"word.confidence.{confidence.value}")))
    elif behind not in (None, Standing.ON_TRACK):
        parts.append(say_plain(lang, T(f"word.standing.{behind.value}")))
    if stale is not Staleness.FRESH:
        parts.append(say_plain(lang, T("board.quiet_days" if stale is Staleness.AMBER else "board.silent_days", n=quiet.days)))
    return " · ".join(part for part in parts if part)


def help_note(lang: str, call: HelpRequest | None, answered: HelpRequest | None, now: datetime) -> str:
    """`call open for 2 days`, or else `answered: add resources`, or ""."""
    if call is not None:
        return say_plain(lang, T("board.call", age=age(call, now)))
    if answered is not None and answered.decision is not None:
        return say_plain(lang, T(f"board.answered.{answered.decision.value}"))
    return ""


def blocked_note(lang: str, *, is_blocked: bool) -> str:
    """`an unsigned blocker`, or "": that there is one, and nothing else about it."""
    return say_plain(lang, T("board.unsigned")) if is_blocked else ""


def age(call: HelpRequest, now: datetime) -> Text:
    """How long a call has been open: in days, on its first day in hours."""
    open_for = now - call.asked_at
    if open_for < HOUR:
        return T("board.call_just_now")
    return T("board.call_hours", n=int(open_for / HOUR)) if open_for.days < 1 else T("board.call_days", n=open_for.days)


def call_count(calls: Sequence[OpenCall], now: datetime) -> list[Text]:
    """How many calls are open and how old the oldest is; nothing of none."""
    return [T("board.calls", n=len(calls), age=age(calls[0].request, now))] if calls else []


def call_blocks(lang: str, calls: Sequence[OpenCall], people: Mapping[PersonId, Person], now: datetime) -> list[Block]:
    """The open calls, oldest first: what about, since when, and with whom. What the asker wrote is not for everybody."""
    if not calls:
        return []
    lines = [say(lang, T("board.open_calls", n=len(calls)))]
    lines += [
        say(
            lang,
            T(
                "board.open_call",
                sentence=call.key_result.sentence,
                who=_name(people, call.request.asker_id),
                age=age(call.request, now),
                holders=names(lang, [people[one] for one in call.request.holders if one in people]),
            ),
        )
        for call in calls[:CALLS_SHOWN]
    ]
    if len(calls) > CALLS_SHOWN:
        lines.append(say(lang, T("board.more_calls", n=len(calls) - CALLS_SHOWN)))
    return [Paragraph(join(lines, "\n"))]


def _name(people: Mapping[PersonId, Person], person_id: PersonId) -> str:
    return people[person_id].name if person_id in people else "?"


def arrow(change: int | None) -> str:
    """`▲6`, `▼3`, `▬`; "" when nothing can be compared."""
    if change is None:
        return ""
    return f"▲{change}" if change > 0 else f"▼{-change}" if change < 0 else "▬"


def summary_block(lang: str, summary: Summary, expected: Fraction) -> Block:
    """A team in one bar."""
    if not summary.objectives:
        return Paragraph((*words(summary.team.name), Span(f" · {say_plain(lang, T('board.nothing_yet'))}")))
    parts = [arrow(summary.change), say_plain(lang, T("board.objectives", n=summary.objectives))]
    if summary.concerns:
        parts.append(say_plain(lang, T("board.concerns", n=summary.concerns)))
    if summary.quiet:
        parts.append(say_plain(lang, T("board.quiet", n=summary.quiet)))
    if summary.calls:
        parts.append(say_plain(lang, T("board.calls_below", n=summary.calls)))
    return bar(lang, summary.team.name, summary.progress, " · ".join(part for part in parts if part), expected)


def names(lang: str, people: Sequence[Person]) -> str:
    """Names in a row, the first few of many."""
    shown = say_plain(lang, T("board.comma")).join(person.name for person in people[:NAMES_SHOWN])
    rest = len(people) - NAMES_SHOWN
    return say_plain(lang, T("board.and_more", names=shown, n=rest)) if rest > 0 else shown


def objective_button(lang: str, objective_id: str, title: str, number: int | None = None) -> Button:
    """Shows one objective; its title, typed, does the same."""
    short = title if len(title) <= TITLE_ON_BUTTON else title[: TITLE_ON_BUTTON - 1].rstrip() + "…"
    return Button(short if number is None else f"{number}. {short}", token_of(Intent(Wish.OBJECTIVE, objective_id)), title)


def board_button(lang: str, scope: str, label: Text | str, typed: str = "") -> Button:
    """Shows a board. `typed` is what follows the board's word when it is typed; for whose board it is that is the scope itself."""
    word = say_plain(lang, T("say.status"))
    shown = label if isinstance(label, str) else say_plain(lang, label)
    return Button(shown, token_of(Intent(Wish.BOARD, scope)), f"{word} {typed or scope}")


def team_button(lang: str, team: Team, *, by_path: bool = False) -> Button:
    """Shows a team's board; by its path where names would be confused."""
    return board_button(lang, f"team:{team.id}", team.path if by_path else team.name, team.path)


def wish_buttons(lang: str, *intents: Intent) -> tuple[Button, ...]:
    """The usual buttons for these."""
    return tuple(button(lang, intent) for intent in intents)
