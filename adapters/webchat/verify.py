"""Is this request really from a page of ours? Pure; comparisons of secrets take constant time."""

from __future__ import annotations

import base64
import hashlib
import hmac

_PURPOSE = b"laban web chat form v1\0"


def form_token(secret: bytes, visitor_id: str) -> str:
    """What the forms on a visitor's page carry and no other site can know (CSRF)."""
    mac = hmac.digest(secret, _PURPOSE + visitor_id.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(mac).decode("ascii").rstrip("=")


def is_form_token(secret: bytes, visitor_id: str, token: str) -> bool:
    """Whether `token` was made for this visitor."""
    return hmac.compare_digest(form_token(secret, visitor_id).encode(), token.encode("utf-8", "replace"))
