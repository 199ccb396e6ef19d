"""What the contract asks of an adapter under test: the adapter itself, and a stand-in for its platform to look at what arrives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Any, Protocol

from bot.chat.capabilities import Capabilities
from bot.chat.incoming import Incoming, Place
from bot.ports import Messenger
from tests.hands import Hands

RECORDED = Path(__file__).parent.parent / "recorded"


class Fault(Enum):
    """What a platform may answer instead of taking a message."""

    LATER = auto()
    """Too many messages, wait a minute: the messenger raises SendLaterError."""
    GONE = auto()
    """Never: blocked, left, archived. The messenger raises UndeliverableError."""
    BROKEN = auto()
    """Something else: the messenger raises anything else."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as its reader sees it. `pressable` are the words on what can be pressed; they may be in `words` as well."""

    words: str
    pressable: tuple[str, ...] = ()


class Peer(Protocol):
    """The platform's side. `places` are two private chats there."""

    messenger: Messenger
    places: tuple[Place, Place]

    async def seen(self, place: Place) -> list[Seen]:
        """What the chat shows now, oldest first."""
        ...

    async def acts(self, place: Place) -> list[str]:
        """Everything in the chat that would ping somebody, lead away from us, load or run something: nothing of that is ever ours."""
        ...

    def answer_with(self, fault: Fault | None) -> None:
        """From now on the platform answers this to every message; None: it takes them again."""
        ...


@dataclass(frozen=True, slots=True)
class Adapter:
    """An adapter under test.

    `open` makes its messenger and platform. `read` decodes what `tests/recorded/<name>/*.json` holds, or another folder there that is `recorded`;
    each of these files has the expected outcome under "incoming" (None: an event that means nothing). `proof` is what makes a request
    genuine, `is_genuine` checks it. `faults` are those the platform can answer with at all.
    """

    name: str
    capabilities: Capabilities
    open: Callable[[Hands], AbstractAsyncContextManager[Peer]]
    read: Callable[[Mapping[str, Any]], Incoming | None]
    proof: str
    is_genuine: Callable[[str], bool]
    faults: frozenset[Fault]
    recorded: str = ""

    @property
    def recordings(self) -> list[Path]:
        """Files with real events."""
        return sorted((RECORDED / (self.recorded or self.name)).glob("*.json"))

    def __str__(self) -> str:
        return self.name
