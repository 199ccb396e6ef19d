"""Fitted messages → the variables of our card template, and what comes back when somebody presses it. Pure.

The template is in `docs/dingtalk-cards/`; this is the other half of it. A card shows Markdown, up to sixteen buttons in two groups, a menu, a
list to tick, and a form of up to six fields; what is empty is not shown. All variables are texts (DingTalk takes no others), and all of them
are sent each time, so that nothing of an earlier state stays on a card that is changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from adapters.dingtalk.encode import markdown, title_of
from adapters.dingtalk.limits import DINGTALK_CARDS
from bot.chat.message import Button, Buttons, Choices, Form, FormField, Message, Option
from bot.chat.room import shows_menu
from bot.texts import T, say_plain

ANSWERS: Final = 8
"""Buttons that answer a question; more options than these are a menu (`bot.chat.room.AT_A_GLANCE`)."""
MORE: Final = 8
"""Buttons for what else one can do."""
FIELDS: Final = 6

TOKEN: Final = "token"
MENU: Final = "menu"
TICKS: Final = "ticks"

_OURS, _GROUPS = "laban.", "laban.g."

VARIABLES: Final = (
    *("title", "text", MENU, TICKS, "ticks_send", "form_token", "form_send"),
    *(
        f"{group}{number}{part}"
        for group, most in (("answer", ANSWERS), ("more", MORE))
        for number in range(1, most + 1)
        for part in ("", "_token")
    ),
    *(f"field{number}_{part}" for number in range(1, FIELDS + 1) for part in ("key", "label", "value", "hint", "options")),
)
"""Every variable of the template."""


def card(message: Message, media: Mapping[str, str], public_url: str = "") -> dict[str, str]:
    """The variables for a message that fits `limits.DINGTALK_CARDS`; `media` and `public_url` as for `encode`."""
    shown = dict.fromkeys(VARIABLES, "")
    shown["title"] = title_of(message)
    shown["text"] = markdown(message.blocks, media, public_url)
    answers: list[Option | Button] = []
    more: list[Option | Button] = []
    for block in message.blocks:
        match block:
            case Choices(options) if block.many:
                # Ticks come back as numbers, which every question understands.
                shown[TICKS] = _listed((option.label, str(number)) for number, option in enumerate(options, 1))
                shown["ticks_send"] = say_plain(message.lang, T("dingtalk.send"))
            case Choices(options) if shows_menu(block, DINGTALK_CARDS):
                shown[MENU] = _listed((option.label, option.token) for option in options)
            case Choices(options):
                answers += options
            case Buttons(buttons):
                more += buttons
            case Form(fields, token, send):
                shown |= {"form_token": token, "form_send": send}
                for number, field in enumerate(fields, 1):
                    shown |= _field(number, field)
    # Where one group is full the other one helps out.
    answering, acting = [*answers, *more[MORE:]], more[:MORE]
    acting, answering = [*acting, *answering[ANSWERS:]], answering[:ANSWERS]
    for group, listed in (("answer", answering), ("more", acting)):
        for number, one in enumerate(listed, 1):
            shown |= {f"{group}{number}": one.label, f"{group}{number}_token": one.token}
    return shown


def _field(number: int, field: FormField) -> dict[str, str]:
    label = f"{field.label} · {field.problem}" if field.problem else field.label
    return {
        f"field{number}_key": field.key,
        f"field{number}_label": label,
        f"field{number}_value": field.value,
        f"field{number}_hint": field.placeholder,
        f"field{number}_options": _listed((option.label, option.token) for option in field.options),
    }


def _listed(options: Iterable[tuple[str, str]]) -> str:
    listed = [{"label": label, "value": value} for label, value in options]
    return json.dumps(listed, ensure_ascii=False, separators=(",", ":")) if listed else ""


# --- names ---


def track_id(key: str, part: int, *, is_private: bool) -> str:
    """What DingTalk shall call a card (`outTrackId`): the same at every attempt to send it, so that two attempts make one card."""
    return f"{_OURS if is_private else _GROUPS}{key}.{part}"


def is_card(reference: str) -> bool:
    """Whether a reference is the name of a card of ours, and not that of a plain message."""
    return reference.startswith(_OURS)


def is_group_card(reference: str) -> bool:
    """Whether a card was put into a group."""
    return reference.startswith(_GROUPS)


# --- what comes back ---


def token_in(params: Mapping[str, Any]) -> str:
    """The token of what was pressed or chosen from a menu; "" for anything else."""
    for name in (TOKEN, MENU):
        token = _chosen(params.get(name))
        if token:
            return token
    return ""


def ticks_in(params: Mapping[str, Any]) -> tuple[str, ...]:
    """The numbers that were ticked, as texts."""
    found = params.get(TICKS)
    if isinstance(found, Mapping):
        found = found.get("value")
    if not isinstance(found, list) or len(found) > DINGTALK_CARDS.menu:
        return ()
    return tuple(one for one in found if isinstance(one, str) and one.isascii() and one.isdigit() and len(one) < 4)


def fields_in(params: Mapping[str, Any]) -> dict[str, str] | None:
    """What was filled in, by the keys of the fields; None when no form was sent."""
    filled: dict[str, str] = {}
    for number in range(1, FIELDS + 1):
        key = params.get(f"field{number}_key")
        if isinstance(key, str) and key:
            filled[key] = _chosen(params.get(f"field{number}"))
    return filled or None


def _chosen(value: object) -> str:
    """What a field or menu sends: a text, or `{"index": …, "value": …}` where one chooses."""
    if isinstance(value, Mapping):
        value = value.get("value")
    return value if isinstance(value, str) else ""
