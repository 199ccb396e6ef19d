"""slack_sdk's own models as a second pair of eyes on what our Slack has taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

SlackJudge = Callable[[str, list[dict[str, Any]], Mapping[str, Any]], None]
"""Gets the surface (`message`, `modal`, `home`), the blocks, and the view around them (empty for a message); raises what it finds."""


def look_at(surface: str, blocks: list[dict[str, Any]], view: Mapping[str, Any]) -> None:
    """Raises what the models have against these blocks, or the view around them."""
    for given, block in zip(blocks, Block.parse_all(blocks), strict=True):
        if block is None:
            raise ValueError(f"slack_sdk knows no block {given['type']}")
        block.to_dict()
    if view:
        View(**view).to_dict()
