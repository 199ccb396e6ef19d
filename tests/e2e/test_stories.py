"""The stories of the preview reach every message there is, in every language, and every platform can show them."""

from __future__ import annotations

import asyncio
import re
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from adapters.preview import ADDRESS, PLATFORMS
from adapters.rehearsal import rehearse
from adapters.sample import Sample
from adapters.stories import STORIES
from adapters.stories.past_the_inbox import PAGE
from bot.chat.capabilities import Capabilities
from bot.chat.degrade import fit
from bot.chat.message import Block, Buttons, Choices, Form, Message
from bot.chat.room import overflows
from tests.architecture.source import ROOT
from tests.e2e.wire import LABAN

LANGUAGES = ("en", "vi", "zh")
NEVER_SAID = {
    "also.": "other words for an answer: read, never said",
    "say.": "what is typed instead of pressing a button; the catalogue of words has tests of its own",
    "slack.": "around what is said: Slack's windows and its home, which have tests of their own",
    "telegram.": "the menu beside Telegram's text box, which has tests of its own",
    "web.": "the page around the web chat, not a message in it",
    "picture.": "written on pictures, which have tests of their own",
    "unsigned.": "on the pages for unsigned notes, which have tests of their own",
    "anon.modal.": "in Slack's modal for unsigned notes, which has tests of its own",
    "fit.": "said by what fits a message to a platform, after the stories",
}
"""Families of texts that no story can reach, and why."""
NOT_SAID_TODAY = {
    "answer.decided": "left on a card when it is decided; of what is left behind each chapter shows one example",
    "about.no_page": "the stories' company has a page",
    "about.rehearsal": "the stories are no demo",
    "button.about": "found by its word: nobody needs it every day",
    "board.answered.dead": "what has ended is off the board, and its history says how",
    "coach.no_baseline": "the start is asked for by itself a moment later; only the command line says it",
    "button.decide": "each decision has a button of its own",
    "button.here": "groups are bound by a command only",
    "home.not_joined": "stands on a page of its own, which has tests",
    "field.out_of_range": "no question of today has a bound on one side only",
    "when.not_here": "whoever has not joined yet is asked to join first",
    "when.other_week": "the sample company checks in every week",
    "word.confidence.on_track": "what goes well is not remarked on",
    "word.standing.on_track": "as above",
}
SEPARATOR = "\0"
GAP = re.compile(r"\{[a-z_]+\}")
MARKS = re.compile(r"\*\*|\*|`")


@pytest.fixture(scope="module")
def samples() -> tuple[Sample, ...]:
    """Every message of every story, as `laban preview` shows them."""
    return asyncio.run(rehearse())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_text_is_said_in_some_story(samples: tuple[Sample, ...], lang: str) -> None:
    spoken = SEPARATOR.join({text for sample in samples for text in _texts(sample.messages[lang])})
    unheard = [key for key, forms in _catalogue(lang).items() if not any(is_said(form, spoken, lang) for form in forms)]
    assert [key for key in unheard if key not in NOT_SAID_TODAY and not key.startswith(tuple(NEVER_SAID))] == []


def test_the_exceptions_are_still_texts_of_ours() -> None:
    keys = set(_catalogue("en"))
    assert set(NOT_SAID_TODAY) - keys == set()
    assert [family for family in NEVER_SAID if not any(key.startswith(family) for key in keys)] == []


@pytest.mark.parametrize(
    ("template", "spoken", "lang", "is_there"),
    [
        ("Saved: **{title}**. It is kept.", "Saved: Bread. It is kept.", "en", True),
        ("Saved: **{title}**. It is kept.", f"Saved: Bread.{SEPARATOR}It is kept.", "en", False),
        ("up", "an update", "en", False),
        ("up", "30 → 50 · up", "en", True),
        ("tăng", "không tăng.", "vi", True),
        ("上升", "方向上升吗", "zh", True),
        ("上升", "上", "zh", False),
        ("{value} {unit}", "", "en", True),
    ],
)
def test_a_text_is_recognised_by_its_own_words(template: str, spoken: str, lang: str, is_there: bool) -> None:
    assert is_said(template, spoken, lang) is is_there


def test_every_story_says_the_same_things_in_every_language(samples: tuple[Sample, ...]) -> None:
    assert [sample.name for sample in samples if set(sample.messages) != set(LANGUAGES)] == []
    assert len({sample.name for sample in samples}) == len(samples)


def test_every_message_is_in_the_language_of_its_reader(samples: tuple[Sample, ...]) -> None:
    assert [sample.name for sample in samples if any(message.lang != lang for lang, message in sample.messages.items())] == []


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.platform)
def test_every_message_fits_every_platform(samples: tuple[Sample, ...], platform: Capabilities) -> None:
    unfit = [
        f"{sample.name}, {lang}: {problem}"
        for sample in samples
        for lang, message in sample.messages.items()
        for part in fit(message, platform, ADDRESS)
        for problem in overflows(part, platform)
    ]
    assert unfit == []


@pytest.mark.timeout(180)
def test_the_preview_is_one_page_with_everything_in_it(tmp_path: Path, samples: tuple[Sample, ...]) -> None:
    out = tmp_path / "preview.html"
    subprocess.run([LABAN, "preview", str(out)], check=True, capture_output=True)
    page = _Page(out.read_text(encoding="utf-8"))
    assert "script" not in page.tags
    assert [address for address in page.addresses if not address.startswith("#") and address != PAGE] == []
    assert [sample.name for sample in samples if sample.name not in page.words] == []
    assert "Everything fits." in page.words


def test_stories_have_titles_of_their_own() -> None:
    assert len({story.title for story in STORIES}) == len(STORIES)


# --- what is said ----------------------------------------------------------------------------------------------------------


def is_said(template: str, spoken: str, lang: str) -> bool:
    """Whether a text's own words stand in `spoken`, in order, within one thing said; a text without words of its own always does."""
    own = [MARKS.sub("", part) for part in GAP.split(template)]
    if not any(char.isalpha() for part in own for char in part):
        return True
    pattern = f"[^{SEPARATOR}]*?".join(re.escape(part) for part in own)
    if lang != "zh":  # which is written without spaces
        pattern = (r"(?<!\w)" if own[0][:1].isalnum() else "") + pattern + (r"(?!\w)" if own[-1][-1:].isalnum() else "")
    return re.search(pattern, spoken) is not None


@cache
def _catalogue(lang: str) -> Mapping[str, tuple[str, ...]]:
    """Key → its forms."""
    with (ROOT / f"bot/texts/{lang}.po").open("rb") as file:
        messages = [message for message in read_po(file, locale=lang) if message.id]
    return {
        message.id if isinstance(message.id, str) else message.id[0]: (message.string,)
        if isinstance(message.string, str)
        else tuple(message.string or ())
        for message in messages
    }


def _texts(message: Message) -> Iterator[str]:
    for block in message.blocks:
        yield from _words(block)


def _words(block: Block) -> Iterator[str]:
    match block:
        case Choices(options):
            for option in options:
                yield from (option.label, option.hint)
        case Buttons(buttons):
            yield from (button.label for button in buttons)
        case Form(fields, _, submit):
            yield submit
            for one in fields:
                yield from (one.label, one.placeholder, one.problem, *(option.label for option in one.options))
        case _:
            yield block.plain()


class _Page(HTMLParser):
    """The page as a browser takes it apart."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.words = ""
        self._heard: list[str] = []
        self.feed(html)
        self.close()
        self.words = "".join(self._heard)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "action")]

    def handle_data(self, data: str) -> None:
        self._heard.append(data)
