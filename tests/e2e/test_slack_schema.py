"""Everything Laban says in any story, in every language, is what Slack has described of itself, and within its limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from adapters.rehearsal import rehearse
from adapters.slack.encode import Picture, encode, encode_home, encode_modal, with_own_commands
from adapters.slack.limits import ALONE, HOME, SLACK
from bot.actions.fill_form import OpenForm
from bot.chat.capabilities import Capabilities
from bot.chat.degrade import fit
from bot.chat.message import Form, Message, Paragraph
from tests.platforms.slack_judges import look_at
from tests.platforms.slack_refusals import is_too_long, refusals, refusals_of_view
from tests.platforms.slack_types import SlackTypes
from tests.sample_messages import SAMPLES

pytestmark = [pytest.mark.timeout(180), pytest.mark.slow]  # plays every story of every language

Judge = Callable[[str, list[dict[str, Any]], Mapping[str, Any]], None]
ADDRESS = "https://laban.example"


async def everything() -> list[Message]:
    """All messages of all stories in all languages, and the samples at their worst."""
    told = [message for sample in await rehearse() for message in sample.messages.values()]
    return [with_own_commands(message) for message in (*told, *SAMPLES)]


def look_at_messages(message: Message, capabilities: Capabilities, judges: list[Judge]) -> int:
    """Each part of it as a message; how many there were."""
    parts = [encode(part, ADDRESS) for part in fit(message, capabilities, ADDRESS)]
    for part in parts:
        if isinstance(part, Picture):
            continue
        assert refusals(part.blocks, "message") == []
        assert not is_too_long(part.blocks)
        for judge in judges:
            judge("message", part.blocks, {})
    return len(parts)


def look_at_view(view: dict[str, Any], judges: list[Judge]) -> None:
    """A home or a modal."""
    assert refusals_of_view(view, view["type"]) == []
    for judge in judges:
        judge(view["type"], view["blocks"], view)


async def test_everything_said_is_what_slack_has_described(slack_types: SlackTypes) -> None:
    judges: list[Judge] = [slack_types.judge, look_at]
    said = forms = 0
    for message in await everything():
        said += look_at_messages(message, SLACK, judges)
        look_at_messages(message, ALONE, judges)
        look_at_view(encode_home(fit(message, HOME, ADDRESS), message.lang, ADDRESS), judges)
        for form in (block for block in message.blocks if isinstance(block, Form)):
            paragraphs = tuple(block for block in message.blocks if isinstance(block, Paragraph))
            look_at_view(encode_modal(OpenForm(message.lang, paragraphs, form, "a.s1.1.~pause")), judges)
            forms += 1
    assert said > 300
    assert forms >= 3
