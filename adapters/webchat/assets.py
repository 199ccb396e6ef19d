"""The files the chat's pages need."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from adapters.assets import Asset, load

SERVED = {
    "chat.css": "text/css",
    "chat.js": "text/javascript",
    "compass.svg": "image/svg+xml",
    "htmx-2.0.11.min.js": "text/javascript",
}
"""All there is to fetch; everything else in the folder stays there."""


@cache
def load_assets() -> Mapping[str, Asset]:
    """File name → asset."""
    return load("adapters.webchat", SERVED)
