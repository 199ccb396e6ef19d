"""Which blocks and elements Block Kit has, as our Slack takes them: what each may and must hold, and where it may stand.

The numbers are those of slack_sdk's models and of Slack's reference; the models themselves and the schema of `@slack/types` look at the same
blocks as second and third eyes (`slack_judges`, `slack_types`), so that our reading of the rules is not the only one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Blocks = Sequence[Mapping[str, Any]]

BLOCKS = {"message": 50, "modal": 100, "home": 100}
ALTOGETHER = 13_200
"""Characters of all blocks of a message; beyond that Slack says `msg_blocks_too_long`, which it does not document (bolt-js issue 2509)."""
MARKDOWN = 12_000
"""Characters of all markdown blocks of a message together."""

# What an object may and must hold: {field: rule}; a `!` before the name marks what must be there. Rules are read by `_Reader.check`.
OPTION = {"!text": ("plain", 75), "!value": ("str", 150), "description": ("plain", 75)}
RICH_OPTION = {"!text": ("text", 75), "!value": ("str", 150), "description": ("text", 75)}
LINK_OPTION = {"!text": ("plain", 75), "!value": ("str", 150), "description": ("plain", 75), "url": ("url", 3000)}
GROUP = {"!label": ("plain", 75), "!options": ("list", OPTION, 1, 100)}
CONFIRM = {
    "!title": ("plain", 100),
    "!text": ("text", 300),
    "!confirm": ("plain", 30),
    "!deny": ("plain", 30),
    "style": ("one of", "primary danger"),
}
DISPATCH = {"trigger_actions_on": ("any",)}
_ACTING = {"action_id": ("id", 255), "confirm": ("object", CONFIRM)}
_FOCUS = {"focus_on_load": ("bool",)}
_MENU = {**_ACTING, **_FOCUS, "placeholder": ("plain", 150)}
_TYPED = {
    "action_id": ("id", 255),
    "placeholder": ("plain", 150),
    "dispatch_action_config": ("object", DISPATCH),
    **_FOCUS,
}
_LISTED = {"options": ("list", OPTION, 1, 100), "option_groups": ("list", GROUP, 1, 100)}
_FEW = {**_ACTING, **_FOCUS, "!options": ("list", RICH_OPTION, 1, 10)}

ELEMENTS: dict[str, dict[str, Any]] = {
    "button": {
        **_ACTING,
        "!text": ("plain", 75),
        "url": ("url", 3000),
        "value": ("str", 2000),
        "style": ("one of", "primary danger"),
        "accessibility_label": ("str", 75),
    },
    "static_select": {**_MENU, **_LISTED, "initial_option": ("object", OPTION)},
    "multi_static_select": {**_MENU, **_LISTED, "initial_options": ("list", OPTION, 1, 100), "max_selected_items": ("int",)},
    "external_select": {**_MENU, "initial_option": ("object", OPTION), "min_query_length": ("int",)},
    "users_select": {**_MENU, "initial_user": ("str", 255)},
    "multi_users_select": {**_MENU, "initial_users": ("any",), "max_selected_items": ("int",)},
    "conversations_select": {
        **_MENU,
        "initial_conversation": ("str", 255),
        "default_to_current_conversation": ("bool",),
        "response_url_enabled": ("bool",),
        "filter": ("any",),
    },
    "channels_select": {**_MENU, "initial_channel": ("str", 255), "response_url_enabled": ("bool",)},
    "overflow": {**_ACTING, "!options": ("list", LINK_OPTION, 1, 5)},
    "radio_buttons": {**_FEW, "initial_option": ("object", RICH_OPTION)},
    "checkboxes": {**_FEW, "initial_options": ("list", RICH_OPTION, 1, 10)},
    "datepicker": {**_MENU, "initial_date": ("date",)},
    "timepicker": {**_MENU, "initial_time": ("time",), "timezone": ("str", 255)},
    "datetimepicker": {**_ACTING, **_FOCUS, "initial_date_time": ("int",)},
    "plain_text_input": {
        **_TYPED,
        "initial_value": ("str", 3000),
        "multiline": ("bool",),
        "min_length": ("int",),
        "max_length": ("int",),
    },
    "email_text_input": {**_TYPED, "initial_value": ("str", 3000)},
    "url_text_input": {**_TYPED, "initial_value": ("str", 3000)},
    "number_input": {
        **_TYPED,
        "!is_decimal_allowed": ("bool",),
        "initial_value": ("str", 3000),
        "min_value": ("str", 3000),
        "max_value": ("str", 3000),
    },
    "image": {"image_url": ("url", 3000), "slack_file": ("any",), "!alt_text": ("str", 2000)},
}
MENUS = "static_select external_select users_select conversations_select channels_select"
MULTI_MENUS = "multi_static_select multi_users_select"
PICKERS = "datepicker timepicker datetimepicker"
TYPED = "plain_text_input email_text_input url_text_input number_input"
ACTIONS = f"button overflow radio_buttons checkboxes {MENUS} {PICKERS}"
ACCESSORIES = f"button overflow radio_buttons checkboxes {MENUS} {MULTI_MENUS} datepicker timepicker image"
INPUTS = f"radio_buttons checkboxes {MENUS} {MULTI_MENUS} {PICKERS} {TYPED}"

KINDS: dict[str, dict[str, Any]] = {
    "section": {
        "text": ("text", 3000),
        "fields": ("texts", 2000, 10),
        "accessory": ("element", ACCESSORIES),
        "expand": ("bool",),
    },
    "header": {"!text": ("plain", 150)},
    "divider": {},
    "context": {"!elements": ("elements", "image mrkdwn plain_text", 10)},
    "actions": {"!elements": ("elements", ACTIONS, 25)},
    "input": {
        "!label": ("plain", 2000),
        "!element": ("element", INPUTS),
        "hint": ("plain", 2000),
        "optional": ("bool",),
        "dispatch_action": ("bool",),
    },
    "image": {
        "image_url": ("url", 3000),
        "slack_file": ("any",),
        "!alt_text": ("str", 2000),
        "title": ("plain", 2000),
    },
    "rich_text": {"!elements": ("rich",)},
    "markdown": {"!text": ("str", MARKDOWN)},
}
ONLY_IN_MESSAGES = frozenset({"markdown"})
RICH_BOXES = frozenset({"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"})
RICH_PARTS = frozenset({"text", "link", "emoji", "user", "usergroup", "channel", "broadcast", "date", "color"})
VIEW: dict[str, Any] = {
    "!type": ("one of", "modal home"),
    "!blocks": ("any",),
    "private_metadata": ("str or none", 3000),
    "callback_id": ("str or none", 255),
    "external_id": ("str or none", 255),
}
MODAL = {
    **VIEW,
    "!title": ("plain", 24),
    "submit": ("plain", 24),
    "close": ("plain", 24),
    "clear_on_close": ("bool",),
    "notify_on_close": ("bool",),
}


def touchable(block: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Whatever in a block can be pressed, chosen or filled in."""
    if block.get("type") == "rich_text":
        return []
    found = [*(block.get("elements") or ()), block.get("accessory"), block.get("element")]
    return [one for one in found if isinstance(one, Mapping) and one.get("type") in ELEMENTS and one["type"] != "image"]


def elements_of(blocks: Blocks) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """(block, element) of everything people can touch, from the top."""
    for block in blocks:
        for element in touchable(block):
            yield block, element


def options_of(element: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The options of a menu, in groups or not."""
    groups = element.get("option_groups") or [element]
    for group in groups:
        yield from group.get("options") or ()
