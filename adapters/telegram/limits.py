"""What Telegram can show."""

from __future__ import annotations

from bot.chat.capabilities import Capabilities
from bot.chat.tokens import LIMIT

TELEGRAM = Capabilities(
    platform="telegram",
    # Bot API 10.1, sendMessage: 1-4096 "characters after entities parsing", which are UTF-16 code units like the offsets of
    # entities.
    text=4096,
    counts_utf16=True,
    # Telegram makes links and mentions of whatever looks like one, in words no entity marks as well. A word joiner behind these
    # characters prevents that (see encode.py), and takes one unit.
    escapes=(("@", 2), (".", 2), (":", 2)),
    # An inline keyboard takes 100, eight in a row (python-telegram-bot: InlineKeyboardMarkupLimit), but its JSON must stay
    # under 10 kB ("reply markup is too long"): 30 buttons with 40 units of label and a full token stay below that even where
    # every character is written as a \u escape. Longer lists are numbered.
    buttons=30,
    # Not in the API's description; a telephone shows about this much of a button that has a row to itself.
    button_label=40,
    # Reply keyboards and inline keyboards are all there is.
    menu=0,
    # Bot API 10.1, InlineKeyboardButton.callback_data: 1-64 bytes.
    token_bytes=LIMIT,
    # Entities, never a parse mode: they are outside the text and take nothing of it.
    has_rich_text=True,
    has_forms=False,
    # Bot API 10.1, sendPhoto: one picture a message, with a caption of 0-1024 characters.
    has_images=True,
    images_apart=True,
    image_alt=1024,
    has_bars=False,
    # Bot API 10.1, InlineKeyboardButton.web_app: a page over https, in private chats.
    has_doors=True,
    can_edit=True,
)
