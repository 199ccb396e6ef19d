"""What the web chat can show: everything."""

from __future__ import annotations

from bot.chat.capabilities import Capabilities
from bot.chat.tokens import LIMIT

WEB = Capabilities(
    platform="web",
    text=200_000,
    blocks=1000,
    buttons=100,
    button_label=200,
    menu=500,
    menu_label=300,
    token_bytes=LIMIT,
    has_rich_text=True,
    has_forms=True,
    form_fields=40,
    has_images=True,
    has_bars=True,
    can_edit=True,
    image_alt=5000,
    has_hints=True,
)
