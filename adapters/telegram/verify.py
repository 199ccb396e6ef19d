"""Is this request really from Telegram? Pure; comparisons take constant time, and any oddity is a refusal."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
_PURPOSE: Final = b"laban telegram webhook v1\0"


def make_secret(key: bytes, token: str) -> str:
    """The secret Telegram is told when none is set: 43 characters nobody can guess, the same at every start and for no two bots."""
    mac = hmac.digest(key, _PURPOSE + token.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(mac).decode("ascii").rstrip("=")


def is_genuine(given: Sequence[str], secret: str) -> bool:
    """Whether the values of HEADER prove that Telegram sent the request: exactly one, and the right one."""
    if len(given) != 1 or not secret:
        return False
    return hmac.compare_digest(given[0].encode("utf-8", "surrogatepass"), secret.encode())
