"""What DingTalk can show in a plain robot message; interactive cards are made of templates and are no messages in this sense."""

from __future__ import annotations

from bot.chat.capabilities import Capabilities

DINGTALK = Capabilities(
    platform="dingtalk",
    # msgParam of a robot message holds 15 000 bytes of JSON. Written as UTF-8 and escaped for Markdown, no character takes more
    # than five of them, and 1000 are kept for the title and the keys.
    text=2800,
    # `**bold**` takes two marks on either side.
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
