"""Is this request really from a page of ours? Pure; comparisons of secrets take constant time."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
from urllib.parse import urlsplit

_PURPOSE = b"laban web chat form v1\0"


def form_token(secret: bytes, visitor_id: str) -> str:
    """What the forms on a visitor's page carry and no other site can know (CSRF)."""
    mac = hmac.digest(secret, _PURPOSE + visitor_id.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(mac).decode("ascii").rstrip("=")


def is_form_token(secret: bytes, visitor_id: str, token: str) -> bool:
    """Whether `token` was made for this visitor."""
    return hmac.compare_digest(form_token(secret, visitor_id).encode(), token.encode("utf-8", "replace"))


def is_same_origin(fetch_site: str | None, origin: str | None, host: str, public_url: str) -> bool:
    """Whether the browser says the request was made by a page of ours.

    `Sec-Fetch-Site` cannot be set by a page, so it decides where it is sent. With our Referrer-Policy a plain form post says `Origin: null`;
    that counts only beside a `Sec-Fetch-Site` in our favour. Browsers older than that header send a real Origin from our script.
    """
    if fetch_site is not None and fetch_site != "same-origin":
        return False
    if origin is None or origin == "null":
        return fetch_site is not None
    return _is_own_origin(origin, host, public_url)


def _is_own_origin(origin: str, host: str, public_url: str) -> bool:
    try:
        parts = urlsplit(origin)
        ours = urlsplit(public_url)
    except ValueError:
        return False
    if parts.scheme not in ("http", "https"):
        return False
    # The proxy in front may end TLS and keep the Host, so the scheme is compared for the public address only.
    return parts.netloc.lower() == host.lower() or (parts.scheme, parts.netloc.lower()) == (ours.scheme, ours.netloc.lower())


def is_own_host(host: str, public_url: str) -> bool:
    """Whether `Host` may be ours: our public name, this machine, or a bare address.

    A name of somebody else that resolves to this machine (DNS rebinding) would make their page same-origin with ours; addresses cannot be
    rebound.
    """
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        ours = urlsplit(public_url).hostname or ""
    except ValueError:
        return False
    if not name:
        return False
    if name in (ours, "localhost") or name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
