"""One page with every message of every script, in every language, as every platform would show it: to be opened locally and looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined

from adapters.dingtalk.limits import DINGTALK, DINGTALK_CARDS
from adapters.sample import Sample
from adapters.slack.encode import with_own_commands
from adapters.slack.limits import SLACK
from adapters.telegram.limits import TELEGRAM
from adapters.webchat.limits import WEB
from bot.chat.capabilities import Capabilities
from bot.chat.degrade import fit
from bot.chat.message import Audience, Block, Message
from bot.chat.richtext import Span
from bot.chat.room import message_room, overflows, shows_menu
from bot.okr.people import LANGUAGES

TEXT_ONLY = Capabilities(platform="text only", text=4000)
"""A platform that knows nothing but words: whatever is understood here is understood everywhere."""
PLATFORMS = (WEB, TELEGRAM, SLACK, DINGTALK_CARDS, DINGTALK, TEXT_ONLY)
ADDRESS = "https://laban.example"


@dataclass(frozen=True, slots=True)
class Part:
    """One message as a platform gets it. `used` and `limit` are lengths in the platform's own units."""

    blocks: tuple[Block, ...]
    used: int
    limit: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A sample in one language on one platform; no parts when the platform has nothing to send."""

    platform: Capabilities
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A sample in one language on every platform; no cells when there is no such language."""

    lang: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A sample as the page shows it. `anchor` is its place on the page, `remarks` what a reader of the chat would not see."""

    anchor: str
    name: str
    rows: tuple[Row, ...]
    remarks: tuple[str, ...]

    @property
    def problems(self) -> int:
        """How many things do not fit or are missing."""
        found = sum(len(part.problems) for row in self.rows for cell in row.cells for part in cell.parts)
        return found + sum(not row.cells for row in self.rows)


@dataclass(frozen=True, slots=True)
class Chapter:
    """The samples of one script."""

    anchor: str
    script: str
    samples: tuple[Shown, ...]

    @property
    def problems(self) -> int:
        return sum(sample.problems for sample in self.samples)


def preview_page(catalogue: Sequence[Sample]) -> str:
    """The page as HTML, self-contained. Samples of one script stand together, in the order they come."""
    template = _environment().get_template("preview.html")
    return template.render(chapters=_chapters(catalogue), platforms=PLATFORMS, languages=LANGUAGES)


def _chapters(catalogue: Sequence[Sample]) -> tuple[Chapter, ...]:
    order = {sample.script: None for sample in catalogue}
    by_script = sorted(catalogue, key=lambda sample: list(order).index(sample.script))
    return tuple(
        Chapter(f"s{number}", script, tuple(_shown(f"s{number}-{index}", sample) for index, sample in enumerate(samples, 1)))
        for number, (script, samples) in enumerate(groupby(by_script, key=lambda sample: sample.script), 1)
    )


def _shown(anchor: str, sample: Sample) -> Shown:
    languages = (*LANGUAGES, *(lang for lang in sample.messages if lang not in LANGUAGES))
    rows = tuple(Row(lang, _cells(sample.messages[lang]) if lang in sample.messages else ()) for lang in languages)
    return Shown(anchor, sample.name, rows, _remarks(next(iter(sample.messages.values()), None)))


def _cells(message: Message) -> tuple[Cell, ...]:
    return tuple(
        Cell(platform, tuple(_part(part, platform) for part in fit(_as_typed(message, platform), platform, ADDRESS)))
        for platform in PLATFORMS
    )


def _as_typed(message: Message, platform: Capabilities) -> Message:
    """With commands as one types them there."""
    return with_own_commands(message) if platform is SLACK else message


def _part(message: Message, platform: Capabilities) -> Part:
    return Part(message.blocks, message_room(message.blocks, platform), platform.text, overflows(message, platform))


def _remarks(message: Message | None) -> tuple[str, ...]:
    if message is None:
        return ()
    remarks = []
    if message.edits:
        remarks.append("only tidies up an earlier message" if message.is_optional else "replaces an earlier message")
    if message.audience is Audience.GROUP:
        remarks.append("for a group")
    return tuple(remarks)


def _address(span: Span) -> str:
    """Where a span leads, when it is safe to be clicked."""
    return span.link if span.link.startswith(("https://", "http://")) else ""


def _kind(block: Block) -> str:
    return type(block).__name__


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("adapters"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.update(kind=_kind, address=_address, shows_menu=shows_menu)
    return environment
