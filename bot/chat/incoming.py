"""What comes in from any platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

TEXT_LIMIT = 60_000
"""Longer texts are cut at the border; no question accepts more than a fraction of it."""


@dataclass(frozen=True, slots=True)
class Sender:
    """An account as the platform names it. `name` and `language` are hints for people we do not know yet."""

    platform: str
    tenant: str
    user_id: str
    name: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A chat on a platform. Guided conversations happen in private places only."""

    platform: str
    tenant: str
    chat_id: str
    is_private: bool = True

    @property
    def lane(self) -> str:
        """What keeps the order of messages: one lane a chat."""
        return f"{self.platform}:{self.tenant}:{self.chat_id}"


@dataclass(frozen=True, slots=True)
class Texted:
    """Somebody typed something."""

    text: str


@dataclass(frozen=True, slots=True)
class Picked:
    """Somebody pressed a button or chose from a menu."""

    token: str


@dataclass(frozen=True, slots=True)
class Submitted:
    """Somebody sent a form; values by field key, as typed."""

    token: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Arrived:
    """Somebody opened the chat; `invite` is a code their link carried."""

    invite: str = ""


@dataclass(frozen=True, slots=True)
class PointedAt:
    """Somebody wants help about a message in a chat, their own or another's; `text` is what it says."""

    text: str


Body = Texted | Picked | Submitted | Arrived | PointedAt


@dataclass(frozen=True, slots=True)
class Whisper:
    """Something done in a group for us alone to notice, like a slash command: `group` is that chat, `answer` the place in it where only
    its sender sees us."""

    group: Place
    answer: Place


@dataclass(frozen=True, slots=True)
class Incoming:
    """One event of a platform. (platform, tenant, `event_id`) happens once, however often it is delivered.

    The `place` of a whisper is its sender's private chat: what needs a talk goes on there. `answer` is where a group is answered when not
    in its midst: the thread in which it asked.
    """

    event_id: str
    sender: Sender
    place: Place
    sent_at: datetime
    body: Body
    whisper: Whisper | None = None
    answer: Place | None = None

    def __post_init__(self) -> None:
        if not self.event_id:
            raise ValueError("an event has an id")
        if self.sent_at.tzinfo is None:
            raise ValueError("times are aware")


def to_json(incoming: Incoming) -> dict[str, Any]:
    """`incoming` as plain JSON, for the inbox."""
    body: dict[str, Any]
    match incoming.body:
        case Texted(text):
            body = {"texted": text}
        case Picked(token):
            body = {"picked": token}
        case Submitted(token, values):
            body = {"submitted": token, "values": dict(values)}
        case Arrived(invite):
            body = {"arrived": invite}
        case PointedAt(text):
            body = {"pointed_at": text}
    sender, whisper = incoming.sender, incoming.whisper
    data = {
        "event": incoming.event_id,
        "sender": [sender.platform, sender.tenant, sender.user_id, sender.name, sender.language],
        "place": _place_to_json(incoming.place),
        "at": incoming.sent_at.isoformat(),
        "body": body,
    }
    if whisper is not None:
        data["whisper"] = [_place_to_json(whisper.group), _place_to_json(whisper.answer)]
    if incoming.answer is not None:
        data["answer"] = _place_to_json(incoming.answer)
    return data


def _place_to_json(place: Place) -> list[Any]:
    return [place.platform, place.tenant, place.chat_id, place.is_private]


def from_json(data: Mapping[str, Any]) -> Incoming:
    """The reverse of `to_json`. Raises KeyError, TypeError or ValueError when `data` is none of ours."""
    body = data["body"]
    what: Body
    if "texted" in body:
        what = Texted(body["texted"])
    elif "picked" in body:
        what = Picked(body["picked"])
    elif "submitted" in body:
        what = Submitted(body["submitted"], body["values"])
    elif "pointed_at" in body:
        what = PointedAt(body["pointed_at"])
    else:
        what = Arrived(body["arrived"])
    at = datetime.fromisoformat(data["at"])
    group, unseen = data.get("whisper") or (None, None)
    whisper = Whisper(Place(*group), Place(*unseen)) if group and unseen else None
    answer = Place(*data["answer"]) if data.get("answer") else None
    return Incoming(data["event"], Sender(*data["sender"]), Place(*data["place"]), at, what, whisper, answer)
