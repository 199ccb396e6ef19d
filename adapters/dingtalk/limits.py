"""What DingTalk can show: in a plain message of a robot, and on an interactive card made from our template."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.chat.capabilities import Capabilities
from bot.chat.tokens import LIMIT

DINGTALK: Final = Capabilities(
    platform="dingtalk",
    # msgParam of a robot message holds 15 000 bytes of JSON. Written as UTF-8 and escaped for Markdown and JSON no character takes
    # more than five of them, and 1000 are kept for the title and the keys.
    text=2800,
    # A line ends in two blanks and an escaped line end, and the next may begin with a word joiner and the sign of a quote.
    escapes=(("\n", 2),),
    # `**bold**` takes two marks and a word joiner on either side.
    marks=4,
    # Buttons of an actionCard open addresses and tell us nothing, so there are numbered lists.
    buttons=0,
    menu=0,
    # sampleMarkdown knows headings, quotes, bold, italic, links, pictures by address and lists.
    has_rich_text=True,
    has_forms=False,
    has_images=True,
    has_bars=False,
    # Only cards can be changed after they were sent, never plain robot messages.
    can_edit=False,
)

DINGTALK_CARDS: Final = replace(
    DINGTALK,
    platform="dingtalk with cards",
    # The slots of our template (cards.py): eight for answers, eight for what else one can do.
    buttons=16,
    # What a button shows on a telephone in a row of its own.
    button_label=40,
    token_bytes=LIMIT,
    # Not limited by DingTalk as far as is known; a longer list is no choice but a search.
    menu=100,
    menu_label=75,
    has_forms=True,
    form_fields=6,
    can_edit=True,
)
"""Where a template id is set, for messages with something to press or to be changed later; all others are plain messages."""
