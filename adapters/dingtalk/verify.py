"""Is this request really from DingTalk? Pure; comparisons take constant time, and any oddity is a refusal.

Neither signature covers the body: whoever has seen one pair of headers can send anything with it for as long as it is taken for fresh. That is
five minutes here and not the hour DingTalk allows, what comes twice acts once, and no address in a body is ever called.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

TIMESTAMP: Final = "timestamp"
SIGN: Final = "sign"
CARD_TIMESTAMP: Final = "x-ddpaas-signature-timestamp"
CARD_SIGN: Final = "x-ddpaas-signature"
WINDOW: Final = timedelta(seconds=300)
"""How far a timestamp may be off, either way."""
_PURPOSE: Final = b"laban dingtalk cards v1\0"


def is_from_robot(timestamps: Sequence[str], signs: Sequence[str], secret: str, now: datetime) -> bool:
    """Whether the headers TIMESTAMP and SIGN of a robot's callback are there once each, fresh, and signed with the app's secret.

    DingTalk signs `timestamp + "\\n" + secret` with the secret (open.dingtalk.com, "receive messages").
    """
    return _is_signed(timestamps, signs, secret, now, f"\n{secret}")


def is_from_card(timestamps: Sequence[str], signs: Sequence[str], secret: str, now: datetime) -> bool:
    """The same for CARD_TIMESTAMP and CARD_SIGN of a card's callback, where the timestamp alone is signed, with the secret that was given
    when the address was registered (open.dingtalk.com, "event callback of cards")."""
    return _is_signed(timestamps, signs, secret, now, "")


def make_card_secret(key: bytes, client_id: str) -> str:
    """What DingTalk proves pressed buttons with: 43 characters nobody can guess, the same at every start and for no two apps."""
    mac = hmac.digest(key, _PURPOSE + client_id.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(mac).decode("ascii").rstrip("=")


def _is_signed(timestamps: Sequence[str], signs: Sequence[str], secret: str, now: datetime, suffix: str) -> bool:
    if not secret or len(timestamps) != 1 or len(signs) != 1:
        return False
    stamp = timestamps[0]
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 16):
        return False
    if abs(int(stamp) - now.timestamp() * 1000) > WINDOW.total_seconds() * 1000:
        return False
    wanted = base64.b64encode(hmac.digest(secret.encode(), f"{stamp}{suffix}".encode(), hashlib.sha256))
    return hmac.compare_digest(signs[0].encode("utf-8", "surrogatepass"), wanted)
