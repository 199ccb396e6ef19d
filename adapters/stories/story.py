"""What a story is made of: a person of the sample company and what they do, step by step. Values only; `play` brings them to life."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.ports import Change, Reading

Words = str | tuple[str, str, str]
"""What is typed or pressed: the same everywhere, or in English, Vietnamese and Chinese."""

LANGUAGES = ("en", "vi", "zh")
STRANGER = "guest-aaaaaaaaaaaaaaaa"
"""Somebody nobody knows yet."""
SHOWN = 40


def in_language(words: Words, lang: str) -> str:
    """What is said in one of our languages."""
    return words if isinstance(words, str) else words[LANGUAGES.index(lang)]


@dataclass(frozen=True, slots=True)
class Says:
    """Types something, in the private chat or in a group the bot is in; `is_whispered` there, so that nobody else sees it."""

    words: Words
    in_group: bool = False
    is_whispered: bool = False

    def told(self) -> str:
        """The step in a few words, for whoever reads the preview."""
        said = " ".join(in_language(self.words, "en").split())
        return f"says “{said if len(said) <= SHOWN else said[:SHOWN] + '…'}”"


@dataclass(frozen=True, slots=True)
class PointsAt:
    """Asks for help about a message in the group."""

    words: Words

    def told(self) -> str:
        return "asks for help about a message"


@dataclass(frozen=True, slots=True)
class Stumbles:
    """Types something that Laban fails to deal with, through a mistake of its own."""

    words: Words

    def told(self) -> str:
        return "says something that breaks Laban"


@dataclass(frozen=True, slots=True)
class Picks:
    """Presses an answer by its stable name, at the question asked last; `outdated` at one that was asked before."""

    option: Words
    outdated: bool = False

    def told(self) -> str:
        return f"presses {'an outdated ' if self.outdated else ''}{in_language(self.option, 'en').strip('~')}"


@dataclass(frozen=True, slots=True)
class Presses:
    """Presses a button by its wish, in the newest message that shows it. `about` is the id it carries, or what follows a ":" in it; None for
    whichever there is.
    """

    wish: str
    about: str | None = None

    def told(self) -> str:
        return f"presses {self.wish}"


@dataclass(frozen=True, slots=True)
class Submits:
    """Sends the newest form. Values stand beside the field they are for, in the order of the form."""

    values: tuple[Words, ...]

    def told(self) -> str:
        return f"sends the form: {', '.join(in_language(value, 'en') for value in self.values)}"


@dataclass(frozen=True, slots=True)
class Sends:
    """Presses a button that carries exactly this token, whoever made it."""

    token: str

    def told(self) -> str:
        return "presses a button of nobody's"


@dataclass(frozen=True, slots=True)
class Recalls:
    """Answers the newest question with an option that an older release had: a button from before a change."""

    option: str

    def told(self) -> str:
        return f"presses {self.option}"


@dataclass(frozen=True, slots=True)
class Opens:
    """Opens the chat, perhaps by a link with an invitation code."""

    invite: str = ""

    def told(self) -> str:
        return "opens the chat with an invitation" if self.invite else "opens the chat"


@dataclass(frozen=True, slots=True)
class Waits:
    """Lets time pass."""

    time: timedelta

    def told(self) -> str:
        hours = round(self.time.total_seconds() / 3600)
        return f"waits {hours // 24} days" if hours >= 24 else f"waits {hours} hours"


@dataclass(frozen=True, slots=True)
class Ticks:
    """Lets Laban's own clock strike: what is due by now happens."""

    def told(self) -> str:
        return "hears from Laban"


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """Something else changes what is stored; nobody in this story sees how."""

    what: str
    changes: Callable[[Reading], Awaitable[Sequence[Change]]]

    def told(self) -> str:
        return self.what


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Somebody else does something in their own chat, in their own language. Shown is only what reaches the person of the story by it."""

    who: str
    steps: tuple[Step, ...]

    def told(self) -> str:
        return f"{self.who} does something"


Step = Says | PointsAt | Stumbles | Picks | Presses | Submits | Sends | Recalls | Opens | Waits | Ticks | Meanwhile | Elsewhere


@dataclass(frozen=True, slots=True)
class Story:
    """`chapter` groups stories, by the conversation they are about; `title` is unique. `who` is one of the sample people, or STRANGER.

    `name` is what a platform says a stranger is called.
    """

    chapter: str
    title: str
    who: str
    steps: tuple[Step, ...]
    name: str = ""
