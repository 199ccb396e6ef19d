"""What people see in DingTalk: chats, messages, cards and what is drawn on them. Part of the stand-in in `dingtalk_server.py`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.platforms.dingtalk_markdown import Looks, looks


@dataclass(frozen=True, slots=True)
class Button:
    """A button that asks the server for something. `params` come back with the press."""

    label: str
    action: str
    params: Mapping[str, Any] = field(default_factory=dict)
    is_disabled: bool = False


@dataclass(frozen=True, slots=True)
class Input:
    """A field people fill in. With `options` they choose; `is_many`: several."""

    name: str
    label: str = ""
    options: tuple[str, ...] = ()
    is_many: bool = False
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Face:
    """A card as it is drawn from its data."""

    text: str = ""
    buttons: tuple[Button, ...] = ()
    inputs: tuple[Input, ...] = ()

    @property
    def labels(self) -> list[str]:
        """The buttons that can be pressed."""
        return [button.label for button in self.buttons if not button.is_disabled]


@dataclass(frozen=True, slots=True)
class Template:
    """What somebody has built in the console. `draw` is the template itself; `variables` are those it knows, None: any.

    What was filled in comes back with a press among the parameters, all of it in one named `form_param` if there is one.
    """

    draw: Callable[[Mapping[str, str]], Face]
    variables: frozenset[str] | None = None
    form_param: str = ""
    is_published: bool = True


def draw_public(data: Mapping[str, str]) -> Face:
    """As the templates do that come with the official client: `title`, `markdown`, `tips` and `sys_full_json_obj.msgButtons`."""
    parts = (data.get("title") or data.get("msgTitle"), data.get("markdown") or data.get("msgContent"))
    rest = (data.get("staticMsgContent"), data.get("tips"))
    system = json.loads(data.get("sys_full_json_obj") or "{}")
    buttons = [
        Button(one["text"], one.get("id", one["text"]), one.get("params", {}), one.get("status") == "disabled")
        for one in system.get("msgButtons", [])
    ]
    return Face("\n\n".join(part for part in (*parts, *rest) if part), tuple(buttons))


PUBLIC = Template(draw_public)
PUBLIC_TEMPLATES = (
    "589420e2-c1e2-46ef-a5ed-b8728e654da9.schema",
    "1366a1eb-bc54-4859-ac88-517c56a9acb1.schema",
    "382e4302-551d-4880-bf29-a30acfab2e71.schema",
)
"""Templates everybody may use, by the ids the official client knows them by."""


@dataclass(slots=True)
class Card:
    """A card: its public data, what it says to single people, and where it was put. `updates` counts changes after it was sent."""

    track_id: str
    template_id: str
    template: Template
    data: dict[str, str]
    private: dict[str, dict[str, str]] = field(default_factory=dict)
    callback_type: str = ""
    route_key: str = ""
    can_be_in: frozenset[str] = frozenset()
    spaces: list[str] = field(default_factory=list)
    updates: int = 0
    presses_open: int = 0
    """Presses whose answer is still awaited."""

    def face(self, user_id: str = "") -> Face:
        """As this person sees it."""
        return self.template.draw({**self.data, **self.private.get(user_id, {})})


@dataclass(slots=True)
class Shown:
    """Something in a chat. `key` is what the bot can take it back with."""

    key: str
    is_ours: bool
    kind: str = "text"
    title: str = ""
    raw: str = ""
    picture: bytes | str = b""
    """The bytes of an uploaded picture, or the address of another."""
    card: Card | None = None
    is_recalled: bool = False
    sent_at: datetime | None = None

    @property
    def looks(self) -> Looks:
        """As people see it. In a plain text nothing is markup."""
        if self.card is not None:
            return looks(self.card.face().text)
        return looks(self.raw) if self.kind == "markdown" else Looks(self.raw)

    @property
    def text(self) -> str:
        """The words people see."""
        return self.looks.text

    @property
    def labels(self) -> list[str]:
        """The buttons that can be pressed."""
        return self.card.face().labels if self.card else []


@dataclass(slots=True)
class Chat:
    """A chat, and what stands in the bot's way there."""

    id: str
    title: str = ""
    is_group: bool = False
    has_bot: bool = True
    limits_next: int = 0
    """So many messages of the bot are held back by flow control."""
    shown: list[Shown] = field(default_factory=list)

    @property
    def said(self) -> list[Shown]:
        """What the bot has said and is still there."""
        return [one for one in self.shown if one.is_ours and not one.is_recalled]

    @property
    def cards(self) -> list[Card]:
        return [one.card for one in self.said if one.card is not None]
