"""Who is asking? Pure; no row anywhere remembers that somebody did. Comparisons of secrets take constant time, any oddity is a refusal."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl

from bot.okr.people import PersonId

LINK_LIFE: Final = timedelta(minutes=15)
"""How long a link out of a chat waits to be used."""
VISIT_LIFE: Final = timedelta(hours=1)
"""How long a page somebody has entered by goes on working, never renewed."""
INIT_LIFE: Final = timedelta(minutes=10)
"""How old a Mini App's start may be (`auth_date`)."""
AHEAD: Final = timedelta(minutes=1)
"""How far Telegram's clock may be ahead of ours."""
INIT_LIMIT: Final = 4096
PASS_LIMIT: Final = 512

_LABEL: Final = b"laban unsigned notes v1\0"


class Purpose(StrEnum):
    """What a pass is good for: one of either kind is never taken for the other."""

    LINK = "link"
    """Handed out in a chat; leads in."""
    VISIT = "visit"
    """Inside the forms of a page; nowhere else."""


def make_pass(secret: bytes, purpose: Purpose, person_id: PersonId, until: datetime) -> str:
    """Letters, digits, "-", "_" and one ".": a person and a moment, signed. The same for the same arguments."""
    said = f"{int(until.timestamp())}:{person_id}".encode()
    mac = hmac.digest(secret, _LABEL + purpose.value.encode() + b"\0" + said, hashlib.sha256)
    return f"{_letters(said)}.{_letters(mac)}"


def read_pass(secret: bytes, purpose: Purpose, given: str, now: datetime) -> PersonId | None:
    """Whose pass this is; None for one that has run out, was made for something else, or is not ours to the last bit."""
    if len(given) > PASS_LIMIT or not given.isascii():
        return None
    said, _, _ = given.partition(".")
    try:
        seconds, colon, person_id = base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)).decode().partition(":")
        until = datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    # Made again instead of taken apart: of several spellings of the same bits only ours counts.
    is_ours = hmac.compare_digest(make_pass(secret, purpose, PersonId(person_id), until).encode(), given.encode())
    return PersonId(person_id) if is_ours and colon and person_id and now < until else None


def read_init_data(text: str, bot_token: str, now: datetime) -> str | None:
    """The Telegram user id in a Mini App's `initData`, as it stands in the address's `tgWebAppData`; None unless our bot's token signed it
    within the last ten minutes.

    Bot API, "Validating data received via the Mini App": HMAC-SHA-256 over all fields but `hash`, sorted, a line each, under the key
    HMAC-SHA-256("WebAppData", token).
    """
    if not bot_token or len(text) > INIT_LIMIT:
        return None
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=32)
    except ValueError:
        return None
    fields = dict(pairs)
    given = fields.pop("hash", "")
    if len(fields) + 1 != len(pairs):
        return None
    lines = "\n".join(f"{name}={value}" for name, value in sorted(fields.items()))
    key = hmac.digest(b"WebAppData", bot_token.encode(), hashlib.sha256)
    wanted = hmac.new(key, lines.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(wanted.encode(), given.encode()):
        return None
    try:
        began_at = datetime.fromtimestamp(int(fields["auth_date"]), UTC)
        user = json.loads(fields["user"])
        user_id = user["id"]
    except (KeyError, TypeError, ValueError, OverflowError, OSError, RecursionError):
        return None
    is_fresh = began_at - AHEAD <= now <= began_at + INIT_LIFE
    return str(user_id) if is_fresh and type(user_id) is int and not user.get("is_bot") else None


def _letters(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")
