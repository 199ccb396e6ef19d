"""Is this request really from Slack, and is that address really Slack's? Pure; comparisons take constant time, any oddity is a refusal."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

TIMESTAMP: Final = "X-Slack-Request-Timestamp"
SIGNATURE: Final = "X-Slack-Signature"
WINDOW: Final = 300
"""Seconds a request may be old, or from the future: slack_sdk's SignatureVerifier, in both directions."""
HOOKS: Final = "hooks.slack.com"
_NUMBER = re.compile(r"[0-9]{1,12}\Z")


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Slack's signature of a request: docs.slack.dev, "Verifying requests from Slack"."""
    mac = hmac.digest(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256)
    return f"v0={mac.hex()}"


def is_genuine(secrets: Sequence[str], timestamps: Sequence[str], signatures: Sequence[str], body: bytes, now: datetime) -> bool:
    """Whether one of our signing secrets has signed this body within the window: exactly one timestamp and one signature, well formed.

    Several secrets are good at once while an old one is being replaced.
    """
    if len(timestamps) != 1 or len(signatures) != 1 or not _NUMBER.match(timestamps[0]):
        return False
    if abs(now.timestamp() - int(timestamps[0])) > WINDOW:
        return False
    given = signatures[0].encode("utf-8", "surrogatepass")
    # Every secret is tried whatever came before, so that the time taken says nothing.
    matches = [hmac.compare_digest(given, sign(secret, timestamps[0], body).encode()) for secret in secrets if secret]
    return any(matches)


def is_hook(url: str, api_url: str) -> bool:
    """Whether a `response_url` leads to Slack, or to the server `SLACK_API_URL` names: nothing else is ever called."""
    try:
        parts, api = urlsplit(url), urlsplit(api_url)
        if parts.username or parts.password:
            return False
        if api.hostname and api.hostname != "slack.com":
            return (parts.scheme, parts.hostname, parts.port) == (api.scheme, api.hostname, api.port)
        return parts.scheme == "https" and parts.hostname == HOOKS and parts.port in (None, 443)
    except ValueError:
        return False
