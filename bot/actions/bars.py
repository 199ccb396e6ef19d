"""How boards look: a row as a bar with a note, in its reader's language. People's own words stay as they wrote them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction

from bot.chat.intents import Intent, Wish, button, token_of
from bot.chat.message import Block, Button, Paragraph, ProgressBar
from bot.chat.richtext import Span, words
from bot.okr.board import Row, Summary
from bot.okr.check_in import Confidence
from bot.okr.people import Person, Team
from bot.okr.progress import Staleness, Standing
from bot.texts import T, Text, say, say_plain

TITLE_ON_BUTTON = 32
NAMES_SHOWN = 8


def row_blocks(lang: str, row: Row, label: str) -> list[Block]:
    """A row: its bar with what is worth noting, and in small print what it serves."""
    blocks: list[Block] = [bar(lang, label, row.progress, row_note(lang, row), row.expected)]
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
