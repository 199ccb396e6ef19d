"""Cards: every variable our template knows, and everything that comes back from one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.dingtalk.cards import (
    MENU,
    TICKS,
    TOKEN,
    VARIABLES,
    card,
    fields_in,
    is_card,
    is_group_card,
    ticks_in,
    token_in,
    track_id,
)
from adapters.dingtalk.limits import DINGTALK_CARDS
from bot.chat.degrade import fit
from bot.chat.message import Button, Buttons, Choices, Entry, Form, FormField, Message, Option, Paragraph
from bot.chat.richtext import words
from scripts.make_dingtalk_card import FILE, template
from tests.dingtalk_template import TEMPLATE, draw
from tests.sample_messages import SAMPLES
from tests.unit.chat.messages import messages

ROOT = Path(__file__).parents[3]


def test_the_template_in_the_documentation_is_the_one_we_fill_in() -> None:
    assert json.loads(FILE.read_text(encoding="utf-8")) == template(), "run scripts/make_dingtalk_card.py"
    editor = json.loads(template()["editorData"])
    assert {one["name"] for one in editor["variableList"]} == set(VARIABLES) == set(TEMPLATE.variables or ())


def test_the_documentation_names_every_variable_and_no_other() -> None:
    told = (ROOT / "docs/dingtalk-cards/README.md").read_text(encoding="utf-8")
    table = told[told.index("| Variable |") :]
    names = {name for line in table.splitlines() if line.startswith("| `") for name in re.findall(r"`(\w+)`", line.split("|")[1])}
    assert names == {re.sub(r"\d+", "N", name) for name in VARIABLES}


def test_the_documentation_and_the_template_send_back_what_is_read() -> None:
    told = (ROOT / "docs/dingtalk-cards/README.md").read_text(encoding="utf-8")
    sent = {name for line in told.splitlines() if line.startswith("|") for name in re.findall(r"`(\w+)` = ", line.split("|")[-2])}
    assert sent == {"token", "menu", "ticks", "fieldN_key", "fieldN"}
    editor = template()["editorData"]
    assert [name for name in (TOKEN, MENU, TICKS, "field1_key", "field6") if f'"{name}"' not in editor] == []


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_button_of_a_sample_is_on_its_card_once(sample: Message) -> None:
    for part in fit(sample, DINGTALK_CARDS):
        _is_whole(part)


@given(messages)
def test_whatever_is_fitted_has_room_on_a_card(message: Message) -> None:
    for part in fit(message, DINGTALK_CARDS):
        _is_whole(part)


def _is_whole(part: Message) -> None:
    shown = card(part, {})
    assert set(shown) == set(VARIABLES)
    assert all(isinstance(value, str) for value in shown.values())
    offered = [option.token for block in part.blocks if isinstance(block, Choices) and not block.many for option in block.options]
    offered += [button.token for block in part.blocks if isinstance(block, Buttons) for button in block.buttons]
    tokens = [token_in(button.params) for button in draw(shown).buttons if button.action not in ("ticks", "form")]
    assert sorted(tokens) == sorted(offered)


def test_many_buttons_help_each_other_out() -> None:
    options = tuple(Option(f"o{number}", f"a.s.1.{number}") for number in range(8))
    buttons = tuple(Button(f"b{number}", f"d.help.{number}", f"b{number}") for number in range(8))
    for blocks in (
        (Choices(options), Buttons(buttons)),
        (Buttons((*buttons, *(Button(f"c{n}", f"d.home.{n}", "") for n in range(8)))),),
    ):
        _is_whole(Message((Paragraph(words("?")), *blocks)))


def test_a_form_comes_back_by_the_keys_of_its_fields() -> None:
    options = (Option("On track", "a.s.1.on"), Option("At risk", "a.s.1.risk"))
    form = Form(
        (FormField("kr/value", "NPS", value="38"), FormField("kr/sure", "Sure?", Entry.CHOICE, options=options)),
        "a.s.1.~",
        "Send",
    )
    face = draw(card(Message((Paragraph(words("15 seconds")), form)), {}))
    assert [(one.name, one.label, one.options) for one in face.inputs] == [
        ("field1", "NPS", ()),
        ("field2", "Sure?", ("a.s.1.on", "a.s.1.risk")),
    ]
    (send,) = face.buttons
    params = {**send.params, "field1": "40", "field2": {"index": 1, "value": "a.s.1.risk"}}
    assert token_in(params) == "a.s.1.~"
    assert fields_in(params) == {"kr/value": "40", "kr/sure": "a.s.1.risk"}


def test_what_was_wrong_with_a_field_stands_beside_its_name() -> None:
    form = Form((FormField("k", "NPS", problem="A number, please."),), "a.s.1.~", "Send")
    assert card(Message((form,)), {})["field1_label"] == "NPS · A number, please."


@given(
    st.dictionaries(
        st.sampled_from(["token", "menu", "ticks", "field1_key", "field1", "x"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["value", "index"]), inner),
        ),
    )
)
def test_nothing_that_comes_back_raises(params: dict[str, Any]) -> None:
    assert isinstance(token_in(params), str)
    assert all(one.isdigit() for one in ticks_in(params))
    fields_in(params)


def test_names_tell_a_card_from_a_message_and_a_group_from_a_person() -> None:
    private, group = track_id("17-1", 0, is_private=True), track_id("17-1", 0, is_private=False)
    assert is_card(private)
    assert is_card(group)
    assert (is_group_card(private), is_group_card(group)) == (False, True)
    assert not is_card("key+000001==")
    assert len({private, group, track_id("17-1", 1, is_private=True), track_id("18-1", 0, is_private=True)}) == 4
