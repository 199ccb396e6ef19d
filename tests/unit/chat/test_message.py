"""Messages are values: they check themselves, say everything in plain words too, and survive the outbox."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import incoming, message
from bot.chat.incoming import Arrived, Incoming, Picked, Place, Sender, Submitted, Texted
from bot.chat.message import Button, Buttons, Choices, Door, Image, Message, Option, Paragraph, ProgressBar, drawn
from bot.chat.richtext import words
from tests.unit.chat.messages import messages

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
bodies = st.one_of(
    st.builds(Texted, texts),
    st.builds(Picked, texts),
    st.builds(Submitted, texts, st.dictionaries(texts, texts, max_size=3)),
    st.builds(Arrived, texts),
)
incomings = st.builds(
    Incoming,
    texts.filter(bool),
    st.builds(Sender, texts, texts, texts, texts, texts),
    st.builds(Place, texts, texts, texts, st.booleans()),
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 hypothesis wants bare bounds
    bodies,
)


@given(messages)
def test_a_message_survives_the_outbox(sent: Message) -> None:
    assert message.from_json(json.loads(json.dumps(message.to_json(sent)))) == sent


@given(incomings)
def test_an_event_survives_the_inbox(event: Incoming) -> None:
    assert incoming.from_json(json.loads(json.dumps(incoming.to_json(event)))) == event


@pytest.mark.parametrize(
    "ratio, bar",
    [
        (0, "░░░░░░░░░░ 0 %"),
        (0.62, "▓▓▓▓▓▓░░░░ 62 %"),
        (0.999, "▓▓▓▓▓▓▓▓▓░ 100 %"),
        (0.3, "▓▓▓░░░░░░░ 30 %"),
        (1, "▓▓▓▓▓▓▓▓▓▓ 100 %"),
    ],
)
def test_a_bar_never_looks_finished_before_it_is(ratio: float, bar: str) -> None:
    assert drawn(ratio) == bar


def test_a_bar_stays_between_nothing_and_all() -> None:
    assert ProgressBar("NPS", -0.5, 7) == ProgressBar("NPS", 0, 1)
    assert ProgressBar("NPS", float("inf")).ratio == 1


@pytest.mark.parametrize("ratio, expected", [(float("nan"), None), (0.5, float("nan"))])
def test_a_bar_without_a_number_does_not_exist(ratio: float, expected: float | None) -> None:
    with pytest.raises(ValueError, match="number"):
        ProgressBar("NPS", ratio, expected)


def test_a_picture_without_words_does_not_exist() -> None:
    with pytest.raises(ValueError, match="words"):
        Image("charts/1.png", "  ")


def test_a_door_that_leads_nowhere_does_not_exist() -> None:
    with pytest.raises(ValueError, match="where it leads"):
        Door("Write", "")


def test_every_block_can_be_said() -> None:
    sent = Message(
        (
            Paragraph(words("Publish?")),
            ProgressBar("NPS", 0.5, note="▲4"),
            Image("charts/1.png", "NPS rose"),
            Choices((Option("Yes", "y", "everybody sees it"), Option("No", "n"))),
            Buttons((Button("Go back", "b", "back"), Button("Cancel", "c", "cancel"))),
            Door("Write unsigned", "https://laban.example/n"),
        )
    )
    assert sent.plain().splitlines() == [
        "Publish?",
        "NPS ▓▓▓▓▓░░░░░ 50 % ▲4",
        "NPS rose",
        "1. Yes – everybody sees it",
        "2. No",
        "back · cancel",
        "Write unsigned: https://laban.example/n",
    ]
