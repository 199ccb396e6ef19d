"""A message to be shown in the preview. It stands apart so that those who make samples need to know no platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.chat.message import Message


@dataclass(frozen=True, slots=True)
class Sample:
    """A message of a script with sample facts, by language. `name` says at which moment it is sent."""

    script: str
    name: str
    messages: Mapping[str, Message]
