"""Lines, messages and pages → HTML. Every word goes through the templates' escaping; none is ever marked as safe."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from adapters.webchat.assets import load_assets
from adapters.webchat.decode import PICK, VALUE
from adapters.webchat.shell import NAMES_OF_LANGUAGES, Words
from adapters.webchat.visitors import Visitor
from bot.chat.message import Block, Buttons, Choices, Door, Entry, Form, FormField, Image, Paragraph, ProgressBar
from bot.chat.richtext import Span
from bot.chat.room import AT_A_GLANCE
from bot.ports import Line

PICTURES = "trend"
"""How the addresses of pictures begin that are drawn of people's figures."""
SHORT_LABEL = 28
"""Characters of a label that still sits beside others on a phone."""
ROW_LIMIT = 6
"""Short options beside each other; more become a list."""
SEGMENTS = 4
"""Options of a form's choice that are shown side by side; more become a drop-down list."""
FOLD_FROM = 1500
"""Characters of a person's own line from which the rest is folded away."""


@dataclass(frozen=True, slots=True)
class Shell:
    """What every page needs: the language of the words around the talk and the path our address begins with ("" or "/laban")."""

    lang: str
    base: str = ""

    @property
    def words(self) -> Words:
        return Words(self.lang)

    def asset(self, name: str) -> str:
        """Where a static file is."""
        return f"{self.base}/static/{load_assets()[name].served_as}"


@dataclass(frozen=True, slots=True)
class Chat:
    """Whose chat a page shows. `csrf` goes into its forms; `fresh` makes the event id of each."""

    shell: Shell
    visitor: Visitor
    csrf: str
    fresh: Callable[[], str]
    public_url: str = ""
    invite: str = ""
    """The code a stranger may join with; "" where there is none to give away."""

    @property
    def address(self) -> str:
        """The chat's own path."""
        return f"{self.shell.base}/as/{self.visitor.id}"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a chat page shows: its newest lines, the number a stream goes on from, and whether there are older ones."""

    lines: tuple[Line, ...]
    newest: int = 0
    earlier: int = field(default=0)
    """How many lines to ask for to see more; 0 when all are shown."""


def chat_page(chat: Chat, opened: Opened) -> str:
    """The whole page of a chat."""
    return _render("chat.html", shell=chat.shell, chat=chat, opened=opened, lines=_line_views(opened.lines, chat))


def lines_fragment(chat: Chat, lines: Sequence[Line]) -> str:
    """Lines alone, for a page that is open already."""
    return _render("lines.html", shell=chat.shell, chat=chat, lines=_line_views(lines, chat))


def pick_page(shell: Shell, visitors: Sequence[Visitor], invite: str) -> str:
    """Everybody one can be, grouped by team."""
    teams = [
        (team.rpartition("/")[2], team.rpartition("/")[0].replace("/", " › "), tuple(members))
        for team, members in groupby(visitors, key=lambda visitor: visitor.team)
    ]
    return _render("pick.html", shell=shell, teams=teams, invite=invite, languages=NAMES_OF_LANGUAGES, in_language=Words)


def note_page(shell: Shell, title: str, what: str, *, back: str = "", unsent: str = "") -> str:
    """A page that says one thing. `unsent` is what somebody typed and could not be taken."""
    return _render("note.html", shell=shell, title=title, what=what, back=back, unsent=unsent)


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("adapters.webchat"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals.update(VALUE=VALUE, PICK=PICK, FOLD_FROM=FOLD_FROM)
    return templates


def _render(name: str, /, **values: Any) -> str:
    shell: Shell = values["shell"]
    return _templates().get_template(name).render(say=shell.words, **values)


@dataclass(frozen=True, slots=True)
class _BlockView:
    """A block with what its template has to decide already decided."""

    kind: str
    block: Block
    id: str
    say: Words
    extra: Any = None


@dataclass(frozen=True, slots=True)
class _LineView:
    id: str
    line: Line
    lang: str
    blocks: tuple[_BlockView, ...]


def _line_views(lines: Sequence[Line], chat: Chat) -> list[_LineView]:
    return [_line_view(line, chat) for line in lines]


def _line_view(line: Line, chat: Chat) -> _LineView:
    line_id = f"line-{line.id}"
    if line.message is None:
        return _LineView(line_id, line, "", ())
    say = Words(line.message.lang)
    blocks = tuple(_block_view(block, f"{line_id}-{number}", say, chat) for number, block in enumerate(line.message.blocks))
    return _LineView(line_id, line, say.lang, blocks)


def _block_view(block: Block, block_id: str, say: Words, chat: Chat) -> _BlockView:
    match block:
        case Paragraph():
            return _BlockView("paragraph", block, block_id, say, [(span, _own_address(span.link, chat)) for span in block.text])
        case Choices(options, many):
            shape = "ticks" if many else "row" if _fits_a_row(block) else "list"
            return _BlockView(shape, block, block_id, say, len(options) > AT_A_GLANCE)
        case Buttons():
            return _BlockView("buttons", block, block_id, say)
        case Form():
            return _BlockView(
                "form", block, block_id, say, [_field_view(field, f"{block_id}-{n}", say) for n, field in enumerate(block.fields)]
            )
        case Image():
            return _BlockView("image", block, block_id, say, _picture_path(block.source, chat))
        case Door():
            link = Span(block.label, link=block.address)
            return _BlockView("paragraph", Paragraph((link,)), block_id, say, [(link, _own_address(link.link, chat))])
        case ProgressBar():
            percent = int(block.ratio * 100 + 0.5)
            expected = None if block.expected is None else int(block.expected * 100 + 0.5)
            return _BlockView("bar", block, block_id, say, (percent, expected))


def _fits_a_row(choices: Choices) -> bool:
    return len(choices.options) <= ROW_LIMIT and all(
        len(option.label) <= SHORT_LABEL and not option.hint for option in choices.options
    )


@dataclass(frozen=True, slots=True)
class _FieldView:
    id: str
    field: FormField
    say: Words
    shape: str
    described_by: str


def _field_view(asked: FormField, field_id: str, say: Words) -> _FieldView:
    shape: str = asked.entry.value
    if asked.entry is Entry.CHOICE:
        is_short = len(asked.options) <= SEGMENTS and all(len(option.label) <= SHORT_LABEL for option in asked.options)
        shape = "segments" if is_short else "select"
    return _FieldView(field_id, asked, say, shape, f"{field_id}-problem" if asked.problem else "")


def _own_address(link: str, chat: Chat) -> str:
    """`link` if it leads to ourselves, else "": people's words can never send anybody elsewhere."""
    if link and chat.public_url and (link == chat.public_url or link.startswith(f"{chat.public_url}/")):
        return link
    return _own_path(link, chat) if link.startswith("/") else ""


def _picture_path(source: str, chat: Chat) -> str:
    """Where a picture is. What is drawn of people's figures lies below the visitor's own address, since not everybody may see it."""
    path = _own_path(source, chat)
    is_drawn = source.startswith(f"{PICTURES}/") and ".." not in source
    return f"{chat.address}/{source}" if path and is_drawn else path


def _own_path(source: str, chat: Chat) -> str:
    """A path below our own address, "" for anything that leads or might lead out of it."""
    try:
        parts = urlsplit(source)
    except ValueError:
        return ""
    odd = parts.scheme or parts.netloc or not parts.path.strip("/") or "\\" in source or not source.isprintable()
    return "" if odd or source.startswith("//") else f"{chat.shell.base}/{source.lstrip('/')}"
