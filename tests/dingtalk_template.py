"""Our card template as DingTalk draws it: what `docs/dingtalk-cards/` describes, for the stand-in in `tests/platforms/`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from tests.platforms.dingtalk_chats import Button, Face, Input, Template

TEMPLATE_ID = "1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f9.schema"
GROUPS = {"answer": 8, "more": 8}
FIELDS = 6
VARIABLES = frozenset(
    [
        *("title", "text", "menu", "ticks", "ticks_send", "form_token", "form_send"),
        *(f"{group}{number}{end}" for group, most in GROUPS.items() for number in range(1, most + 1) for end in ("", "_token")),
        *(f"field{number}_{end}" for number in range(1, FIELDS + 1) for end in ("key", "label", "value", "hint", "options")),
    ]
)


def draw(data: Mapping[str, str]) -> Face:
    """What is empty is not shown."""
    listed = [option["label"] for option in _listed(data["ticks"])]
    labels = [data[f"field{number}_label"] for number in range(1, FIELDS + 1) if data[f"field{number}_label"]]
    text = "\n\n".join((data["text"], *(re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", one) for one in (*listed, *labels))))
    return Face(text, (*_buttons(data), *_menu(data), *_sends(data)), tuple(_inputs(data)))


def _buttons(data: Mapping[str, str]) -> Iterator[Button]:
    for group, most in GROUPS.items():
        for number in range(1, most + 1):
            if data[f"{group}{number}"]:
                yield Button(data[f"{group}{number}"], f"{group}{number}", {"token": data[f"{group}{number}_token"]})


def _menu(data: Mapping[str, str]) -> Iterator[Button]:
    """Choosing from the menu sends at once."""
    for index, option in enumerate(_listed(data["menu"])):
        yield Button(option["label"], "menu", {"menu": {"index": index, "value": option["value"]}})


def _sends(data: Mapping[str, str]) -> Iterator[Button]:
    if data["ticks"]:
        yield Button(data["ticks_send"], "ticks")
    if data["form_token"]:
        keys = {f"field{number}_key": data[f"field{number}_key"] for number in range(1, FIELDS + 1)}
        yield Button(data["form_send"], "form", {"token": data["form_token"], **keys})


def _inputs(data: Mapping[str, str]) -> Iterator[Input]:
    if data["ticks"]:
        yield Input("ticks", options=tuple(option["value"] for option in _listed(data["ticks"])), is_many=True)
    for number in range(1, FIELDS + 1):
        if data[f"field{number}_label"]:
            options = tuple(option["value"] for option in _listed(data[f"field{number}_options"]))
            yield Input(f"field{number}", data[f"field{number}_label"], options)


def _listed(text: str) -> list[dict[str, str]]:
    listed: list[dict[str, str]] = json.loads(text) if text else []
    return listed


TEMPLATE = Template(draw, VARIABLES)
