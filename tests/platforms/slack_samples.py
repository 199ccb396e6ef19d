"""Small pieces of Block Kit to try things with."""

from __future__ import annotations

from typing import Any

QUIET: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False}
"""What goes with every message: Slack is not to look at what is linked."""


def section(text: str = "words", **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(label: str, value: str = "v", **more: Any) -> dict[str, Any]:
    return {"type": "button", "text": {"type": "plain_text", "text": label}, "value": value, **more}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def menu(many: int) -> dict[str, Any]:
    options = [{"text": {"type": "plain_text", "text": str(one)}, "value": str(one)} for one in range(many)]
    return {"type": "static_select", "options": options}


def asking(block_id: str = "name", **element: Any) -> dict[str, Any]:
    field = {"type": "plain_text_input", "action_id": "it", **element}
    return {"type": "input", "block_id": block_id, "label": {"type": "plain_text", "text": "Name"}, "element": field}


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    titles = {"title": {"type": "plain_text", "text": "Objective"}, "submit": {"type": "plain_text", "text": "Send"}}
    return {"type": "modal", **titles, "blocks": list(blocks), **more}
