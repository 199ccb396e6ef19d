"""Is this request really made by a page of ours, under a name of ours? Pure; every page that takes posts asks."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


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
