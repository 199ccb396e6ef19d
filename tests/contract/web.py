"""The web chat under contract. Its platform is the transcript and the page made from it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from adapters.webchat import decode
from adapters.webchat.encode import Chat, Shell, lines_fragment
from adapters.webchat.limits import WEB
from adapters.webchat.messenger import WebMessenger
from adapters.webchat.streams import Streams
from adapters.webchat.verify import form_token, is_form_token
from adapters.webchat.visitors import Visitor, place_of
from bot.chat import message as messages
from bot.chat.incoming import Incoming, Place
from bot.ports import Line, Messenger, UndeliverableError
from tests.contract.peer import Adapter, Fault, Peer, Seen
from tests.hands import Hands
from tests.memory_transcript import MemoryTranscript
from tests.unit.webchat.page import Element, take_apart
from tests.unit.webchat.site import CountingIds

ADDRESS = "https://laban.example"
SECRET = b"only for tests, only for tests, only for tests"
AN, MEI = Visitor("an", "An", locale="vi"), Visitor("mei", "梅", locale="zh")
LEADING_AWAY = ("href", "src", "action", "formaction", "hx-get", "hx-post", "data", "srcset", "poster", "ping")


class WebPeer:
    """Implements `tests.contract.peer.Peer`."""

    def __init__(self, hands: Hands) -> None:
        self._transcript = MemoryTranscript()
        self.messenger: Messenger = WebMessenger(self._transcript, Streams(), hands, CountingIds())
        self.places = (place_of(AN.id), place_of(MEI.id))

    async def seen(self, place: Place) -> list[Seen]:
        """Line by line."""
        return [_seen(line) for line in (await self._page(place)).tagged("li") if "line" in line.classes]

    async def acts(self, place: Place) -> list[str]:
        """Addresses that are not our own, scripts, and attributes that run."""
        acting = []
        for element in (await self._page(place)).all():
            if element.tag in ("script", "style", "iframe", "object", "embed", "base", "meta", "link"):
                acting.append(element.tag)
            for name, value in element.attributes.items():
                is_ours = value.startswith(("#", f"{ADDRESS}/")) or (
                    value.startswith("/") and not value.startswith(("//", "/\\"))
                )
                if name.startswith("on") or name == "style" or (name in LEADING_AWAY and not is_ours):
                    acting.append(f"{element.tag} {name}={value}")
        return acting

    def answer_with(self, fault: Fault | None) -> None:
        """The page cannot refuse; its storage can."""
        failures = {Fault.BROKEN: OSError("disk full"), Fault.GONE: UndeliverableError("that chat is gone")}
        self._transcript.failure = None if fault is None else failures[fault]

    async def _page(self, place: Place) -> Element:
        visitor = AN if place == self.places[0] else MEI
        failure, self._transcript.failure = self._transcript.failure, None
        lines = await self._transcript.lines(place, limit=1000)
        self._transcript.failure = failure
        return take_apart(lines_fragment(Chat(Shell(visitor.locale), visitor, "csrf", CountingIds().new, ADDRESS), lines))


def _seen(line: Element) -> Seen:
    buttons = [button.text.strip() for tag in ("button", "option", "label", "legend") for button in line.tagged(tag)]
    alts = [image.attributes.get("alt", "") for image in line.tagged("img")]
    bars = [bar.attributes.get("aria-valuetext", "") for bar in line.all(lambda one: one.attributes.get("role") == "progressbar")]
    return Seen("\n".join((line.text, *alts, *bars)), tuple(buttons))


@asynccontextmanager
async def open_web(hands: Hands) -> AsyncIterator[Peer]:
    """A web chat of two people."""
    yield WebPeer(hands)


def read(recorded: Mapping[str, Any]) -> Incoming | None:
    """A post as it was recorded: who sent it, to which address, its body, and the lines their page showed."""
    visitor, at = Visitor(**recorded["visitor"]), datetime.fromisoformat(recorded["at"])
    posted = decode.read_post(recorded["body"].encode("ascii"))
    shown = tuple(
        Line(f"l{number}", number, at, message=messages.from_json(one)) for number, one in enumerate(recorded["shown"], 1)
    )
    match recorded["action"]:
        case "say":
            heard = decode.said(visitor, posted, at)
        case "arrive":
            heard = decode.arrived(visitor, posted, at)
        case "press":
            heard = decode.pressed(visitor, posted, at)
        case "tick":
            heard = decode.ticked(visitor, posted, at, shown)
        case _:
            heard = decode.submitted(visitor, posted, at, shown)
    assert (heard.said if heard else "") == recorded["said"]
    return heard.incoming if heard else None


WEB_ADAPTER = Adapter(
    name="web",
    capabilities=WEB,
    open=open_web,
    read=read,
    proof=form_token(SECRET, AN.id),
    is_genuine=lambda proof: is_form_token(SECRET, AN.id, proof),
    faults=frozenset({Fault.BROKEN, Fault.GONE}),
)
