"""Slack's own description of Block Kit agrees with ours about what exists, and judges what the stand-in takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.hands import Hands
from tests.platforms.slack_blocks import ACCESSORIES, ACTIONS, ELEMENTS, INPUTS, KINDS
from tests.platforms.slack_judges import look_at
from tests.platforms.slack_refusals import refusals
from tests.platforms.slack_samples import QUIET, actions, asking, button, menu, modal, section
from tests.platforms.slack_server import slack_server
from tests.platforms.slack_types import SlackTypes

TEXT = {"type": "plain_text", "text": "words", "emoji": True}
OPTIONS = [{"text": TEXT, "value": "v"}]
SAMPLES: dict[str, dict[str, Any]] = {
    "button": {"text": TEXT, "value": "v", "url": "https://laban.example/x", "style": "danger", "accessibility_label": "words"},
    "static_select": {"options": OPTIONS, "placeholder": TEXT, "initial_option": OPTIONS[0]},
    "multi_static_select": {"options": OPTIONS, "initial_options": OPTIONS, "max_selected_items": 2},
    "external_select": {"min_query_length": 1},
    "users_select": {"initial_user": "U1"},
    "multi_users_select": {"initial_users": ["U1"]},
    "conversations_select": {"default_to_current_conversation": True, "filter": {"include": ["im"]}},
    "channels_select": {"initial_channel": "C1"},
    "overflow": {"options": [{**OPTIONS[0], "url": "https://laban.example/x"}]},
    "radio_buttons": {"options": OPTIONS, "initial_option": OPTIONS[0]},
    "checkboxes": {"options": [{**OPTIONS[0], "description": TEXT}], "initial_options": [{**OPTIONS[0], "description": TEXT}]},
    "datepicker": {"initial_date": "2026-03-02", "placeholder": TEXT},
    "timepicker": {"initial_time": "15:00", "timezone": "Asia/Ho_Chi_Minh"},
    "datetimepicker": {"initial_date_time": 1772000000},
    "plain_text_input": {"multiline": True, "min_length": 1, "max_length": 3000, "initial_value": "words", "placeholder": TEXT},
    "email_text_input": {"initial_value": "an@compass.example"},
    "url_text_input": {"initial_value": "https://laban.example"},
    "number_input": {"is_decimal_allowed": True, "min_value": "0", "max_value": "100", "initial_value": "38"},
    "image": {"image_url": "https://laban.example/nps.png", "alt_text": "NPS"},
}
BLOCKS: dict[str, dict[str, Any]] = {
    "section": {"fields": [TEXT, {"type": "mrkdwn", "text": "*words*", "verbatim": True}], "expand": True},
    "header": {"text": TEXT},
    "divider": {},
    "context": {"elements": [TEXT, {"type": "mrkdwn", "text": "words"}, {"type": "image", **SAMPLES["image"]}]},
    "image": {**SAMPLES["image"], "title": TEXT},
    "markdown": {"text": "**words**"},
    "rich_text": {
        "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "words", "style": {"bold": True}}]},
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U1"}]}],
            },
            {"type": "rich_text_quote", "elements": [{"type": "emoji", "name": "tada"}]},
            {"type": "rich_text_preformatted", "elements": [{"type": "link", "url": "https://laban.example"}]},
        ]
    },
}


def places() -> list[tuple[str, dict[str, Any]]]:
    """Every kind of block, and every element wherever it may stand."""
    found = [(kind, {"type": kind, **BLOCKS[kind]}) for kind in BLOCKS]
    found += [(f"actions {kind}", {"type": "actions", "elements": [element(kind)]}) for kind in ACTIONS.split()]
    found += [(f"accessory {kind}", section(accessory=element(kind))) for kind in ACCESSORIES.split()]
    labelled = {"type": "input", "label": TEXT, "hint": TEXT, "optional": True}
    return found + [(f"input {kind}", {**labelled, "element": element(kind)}) for kind in INPUTS.split()]


def element(kind: str) -> dict[str, Any]:
    """One with every field we would use."""
    name = {} if kind == "image" else {"action_id": "it"}
    return {"type": kind, **name, **SAMPLES[kind]}


def test_every_kind_has_a_sample() -> None:
    assert {kind for kind, _ in places()} >= set(KINDS) - {"actions", "input"}
    assert set(SAMPLES) == set(ELEMENTS)


@pytest.mark.parametrize(("kind", "block"), places(), ids=lambda one: one if isinstance(one, str) else "")
def test_what_we_take_slack_has_described(slack_types: SlackTypes, kind: str, block: dict[str, Any]) -> None:
    assert refusals([block], "message") == []
    slack_types.judge("message", [block], {})
    look_at("message", [block], {})


@pytest.mark.parametrize(
    "block",
    [
        {"type": "progress"},
        section(colour="red"),
        {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
        {"type": "section", "text": "words"},
        actions({"type": "slider", "action_id": "it"}),
        actions(button("x", style="green")),
        {"type": "input", "label": TEXT, "element": element("button")},
        {"type": "image", "image_url": "https://laban.example/nps.png"},
        section(accessory={**menu(1), "options": [{"text": {"type": "mrkdwn", "text": "x"}, "value": 1}]}),
    ],
)
def test_what_slack_has_not_described_neither_takes(slack_types: SlackTypes, block: dict[str, Any]) -> None:
    assert refusals([block], "message")
    with pytest.raises(ValueError, match="@slack/types"):
        slack_types.judge("message", [block], {})


@pytest.mark.parametrize("extra", [{"submit_disabled": True}, {"title": "words"}, {"blocks": None, "callback_id": 7}])
def test_a_modal_is_judged_with_what_is_around_its_blocks(slack_types: SlackTypes, extra: Mapping[str, Any]) -> None:
    slack_types.judge("modal", [asking()], modal(asking(), private_metadata="s1", callback_id="write", notify_on_close=True))
    slack_types.judge("home", [], {"type": "home", "blocks": [], "private_metadata": ""})
    with pytest.raises(ValueError, match="@slack/types"):
        slack_types.judge("modal", [asking()], {**modal(asking()), **extra})


async def test_what_the_judge_finds_is_a_complaint(slack_types: SlackTypes) -> None:
    async with slack_server(Hands()) as server:
        server.judges.append(slack_types.judge)
        web = AsyncWebClient(server.install().token, base_url=f"{server.url}/api/")
        an = server.person()
        await web.chat_postMessage(channel=an.id, text="words", blocks=[section(), actions(button("Yes"))], **QUIET)
        assert server.complaints == []
        dispatched = asking(dispatch_action_config={"trigger_actions_on": ["never"]})
        await web.chat_postMessage(channel=an.id, text="words", blocks=[dispatched], **QUIET)
    assert len(server.complaints) == 1
    assert "trigger_actions_on" in server.complaints[0]
