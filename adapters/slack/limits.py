"""What Slack can show: in a message, for one person's eyes in a channel, and in the app's home."""

from __future__ import annotations

from dataclasses import replace

from bot.chat.capabilities import Capabilities

SLACK = Capabilities(
    platform="slack",
    # Words go out as rich text, which is never read as markup, so nothing is escaped and no marks are added. A text object holds 3000
    # characters (slack_sdk: SectionBlock) and we hold a whole message to that: beyond about 13 200 characters of all blocks together
    # Slack answers `msg_blocks_too_long`, which it does not document, and a hundred menu options alone can be 7500.
    text=3000,
    # 50 blocks a message, 25 elements a row of actions, 75 characters on a button (slack_sdk: ActionsBlock, ButtonElement). Some blocks
    # are left for what one of ours becomes more than one of: a form's button, a list of several choices.
    blocks=45,
    buttons=25,
    button_label=75,
    # 100 options of 75 characters in a menu, whose values hold 150 (slack_sdk: StaticSelectElement, Option); a button's value
    # holds 2000.
    menu=100,
    menu_label=75,
    token_bytes=150,
    has_rich_text=True,
    # A modal is the form of Slack; a message carries the button that opens it, because that takes the `trigger_id` only a press gives.
    # A modal holds 100 blocks, and 3000 characters of metadata with the names of its fields.
    has_forms=True,
    form_fields=20,
    # Files are messages of their own; files.getUploadURLExternal takes 1000 characters of `alt_txt`.
    has_images=True,
    images_apart=True,
    image_alt=1000,
    has_bars=False,
    can_edit=True,
)

ALONE = replace(SLACK, has_forms=False, has_images=False, images_apart=False, can_edit=False)
"""What one person alone sees in a channel: no file can be shown so, and nothing be changed afterwards."""

HOME = replace(SLACK, text=12_000, blocks=90, buttons=100, has_forms=False, has_images=False, images_apart=False, can_edit=False)
"""A home holds 100 blocks (slack_sdk: View); its rows of actions hold 25 elements each, and are as many as needed."""
