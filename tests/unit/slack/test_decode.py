"""Whatever Slack tells, or somebody makes up, is read or means nothing; whose workspace it is comes from the envelope alone."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.decode import (
    actor_of,
    decode,
    farewell_of,
    form_button,
    home_opened,
    hook_of,
    input_of,
    press_of,
    tenancy_of,
    trigger_of,
)
from bot.chat.incoming import Incoming, Picked, Place, Texted
from tests.contract.peer import RECORDED
from tests.hands import MORNING
from tests.unit.slack.reception import event, press, view

SAMPLES = [json.loads(path.read_text(encoding="utf-8"))["told"] for path in sorted((RECORDED / "slack").glob("*.json"))]
READERS = (actor_of, farewell_of, form_button, home_opened, hook_of, press_of, tenancy_of, trigger_of)
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)


def places(told: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything in it."""
    inside = told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ()
    for name, one in inside:
        yield (*path, name)
        yield from places(one, (*path, name))


@given(st.data(), st.sampled_from(SAMPLES), ODD)
def test_nothing_raises_whatever_stands_where(data: st.DataObject, sample: dict[str, Any], odd: object) -> None:
    told = copy.deepcopy(sample)
    *way, last = data.draw(st.sampled_from(list(places(told))))
    inner: Any = told
    for step in way:
        inner = inner[step]
    inner[last] = odd
    assert isinstance(decode(told, MORNING), Incoming | None)
    for reader in READERS:
        reader(told)


@given(ODD)
def test_nothing_raises_for_what_is_made_up(odd: object) -> None:
    told = odd if isinstance(odd, dict) else {"type": odd}
    assert decode(told, MORNING) is None


def test_the_workspace_is_the_envelopes_whatever_the_message_claims() -> None:
    told = event(team="T0OURS") | {"team_id": "T0OTHER"}
    told["event"] |= {"text": "T0THEIRS", "channel": "D1"}
    incoming = decode(told, MORNING)
    assert incoming is not None
    assert (incoming.sender.tenant, incoming.place.tenant) == ("T0OURS", "T0OURS")


def test_an_organisations_people_are_one_tenant() -> None:
    granted = {"enterprise_id": "E0GRID", "team_id": None, "user_id": "W0BOT", "is_bot": True, "is_enterprise_install": True}
    for team in ("T0ONE", "T0TWO"):
        incoming = decode(event(team=team) | {"authorizations": [granted]}, MORNING)
        assert incoming is not None
        assert incoming.place == Place("slack", "E0GRID", "U0AN")


@pytest.mark.parametrize(
    "subtype", ["bot_message", "message_changed", "message_deleted", "channel_join", "me_message", "reminder_add"]
)
def test_of_messages_only_those_people_write_count(subtype: str) -> None:
    assert decode(event(subtype=subtype), MORNING) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a &lt;b&gt; &amp;amp;", "a <b> &amp;"),
        ("<https://a.example|words> <https://b.example>", "words https://b.example"),
        ("<@U0MEI> <@U0MEI|mei> <#C1|general> <!here> <!subteam^S1|@ops>", "@U0MEI mei general @here @ops"),
        ("<mailto:an@a.example|an@a.example>", "an@a.example"),
        ("30 < 50 > 20", "30 < 50 > 20"),
    ],
)
def test_slacks_own_writing_is_read_as_people_see_it(text: str, said: str) -> None:
    incoming = decode(event(text), MORNING)
    assert incoming is not None
    assert incoming.body == Texted(said)


def test_two_presses_on_two_messages_are_two() -> None:
    ids = {
        incoming.event_id
        for ts in ("1.1", "1.2")
        for token in ("a.s1.5.yes", "a.s1.5.no")
        if (incoming := decode(press(token, ts=ts), MORNING)) is not None
    }
    assert len(ids) == 4


def test_a_double_click_has_one_key_whichever_process_gets_which_press() -> None:
    first, second, later = (decode(press("d.home.", at=at), MORNING) for at in (1772442000.4, 1772442000.7, 1772442010.4))
    assert first is not None
    assert second is not None
    assert later is not None
    assert first.event_id == second.event_id != later.event_id


@pytest.mark.parametrize("odd", [None, 7, "", "inf", "nan", "1e999", [], {}])
def test_a_press_at_no_time_is_a_press_all_the_same(odd: object) -> None:
    told = press("d.home.")
    told["actions"][0]["action_ts"] = odd
    incoming = decode(told, MORNING)
    assert incoming is not None
    assert incoming.body == Picked("d.home.")


def test_events_of_two_workspaces_never_have_one_key() -> None:
    keys = set()
    for team in ("T0ONE", "T0TWO"):
        incoming = decode(event(team=team), MORNING)
        assert incoming is not None
        keys.add((incoming.sender.platform, incoming.sender.tenant, incoming.event_id))
    assert len(keys) == 2


def test_a_problem_finds_the_input_of_its_field() -> None:
    told = view("view_submission", {}, {"form": "a.s1.6.~submit", "close": "a.s1.6.~pause", "keys": ["nps/value", "nps/note"]})
    assert input_of(told["view"], "nps/note") == "form1"
    assert input_of(told["view"], "another") == ""
    assert input_of({}, "nps/note") == ""
