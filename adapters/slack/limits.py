"""What Slack can show in a message."""

from __future__ import annotations

from bot.chat.capabilities import Capabilities

SLACK = Capabilities(
    platform="slack",
    # A section's text holds 3000 characters (slack_sdk: SectionBlock). We hold a whole message to that: beyond about 13 200
    # characters of all blocks together Slack answers `msg_blocks_too_long`, which it does not document, and a hundred menu
    # options alone can be 7500.
    text=3000,
    # mrkdwn is escaped as HTML entities, and a section is measured with them; `*bold*` takes a mark on either side.
    escapes=(("&", 5), ("<", 4), (">", 4)),
    marks=2,
    # 50 blocks a message, 25 elements a row of actions, 75 characters on a button (slack_sdk: ActionsBlock, ButtonElement).
    blocks=50,
    buttons=25,
    button_label=75,
    # 100 options of 75 characters in a menu, whose values hold 150 (slack_sdk: StaticSelectElement, Option); a button's value
    # holds 2000.
    menu=100,
    menu_label=75,
    token_bytes=150,
    has_rich_text=True,
    # Modals are the forms of Slack, and a message cannot be one: opening a modal needs a `trigger_id`, which only a press
    # gives, for about three seconds. Messages may hold inputs as well, but refused answers could be named beside them only by
    # editing the message.
    has_forms=False,
    # An image block holds 2000 characters of alternative text.
    has_images=True,
    image_alt=2000,
    has_bars=False,
    can_edit=True,
)
