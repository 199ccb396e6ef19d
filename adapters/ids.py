"""Identifiers nobody can guess, and codes to hand out."""

from __future__ import annotations

import base64
import secrets

ID_BYTES = 10
"""80 bits are 16 base32 characters."""


class SystemChance:
    """Implements `bot.anon.vault.Chance`."""

    def token(self, size: int) -> bytes:
        """From the operating system."""
        return secrets.token_bytes(size)


class RandomIds:
    """Implements `bot.ports.Ids`."""

    def new(self) -> str:
        """16 characters of a–z and 2–7."""
        return base64.b32encode(secrets.token_bytes(ID_BYTES)).decode("ascii").lower()
