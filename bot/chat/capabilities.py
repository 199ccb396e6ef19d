"""What a platform can show. Each adapter's limits.py holds one constant of this; `bot.chat.degrade` shrinks messages to it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Lengths are in the platform's own unit of text: characters, or UTF-16 code units where `counts_utf16`.

    `text` is for all the words of one message; what the adapter adds to them counts too: `escapes` are characters that take that
    many units once escaped, `marks` what a styled span takes besides its words. `buttons` is how many buttons a message takes (0:
    none), `menu` how many options a menu takes (0: no menus), `has_hints` whether an option has room for its second line.
    `images_apart`: a picture is a message of its own, with at most `image_alt` of words below it. `has_doors`: a page of ours opens
    within the chat, by a button.
    """

    platform: str
    text: int
    blocks: int = 1000
    buttons: int = 0
    button_label: int = 64
    menu: int = 0
    menu_label: int = 75
    token_bytes: int = 64
    has_rich_text: bool = False
    has_forms: bool = False
    form_fields: int = 10
    has_images: bool = False
    has_bars: bool = False
    has_doors: bool = False
    can_edit: bool = False
    counts_utf16: bool = False
    has_hints: bool = False
    images_apart: bool = False
    image_alt: int = 1000
    escapes: tuple[tuple[str, int], ...] = ()
    marks: int = 0
