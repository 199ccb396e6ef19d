"""What a decision comes back with when today's data does not allow it any more."""

from __future__ import annotations

from dataclasses import dataclass

from bot.texts import Text


@dataclass(frozen=True, slots=True)
class Redo:
    """Ask the newest question with `key` as a part of its key again, and say why. Everything else that was answered stays."""

    key: str
    why: Text
