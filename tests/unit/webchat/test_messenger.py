"""Sending is writing into the transcript; who looks at it is told."""

from __future__ import annotations

import pytest

from adapters.webchat.limits import WEB
from adapters.webchat.messenger import WebMessenger
from adapters.webchat.streams import PER_PLACE, Streams, TooManyError
from adapters.webchat.visitors import place_of
from bot.chat.incoming import Place
from bot.chat.message import Choices, Message, Option, Paragraph
from bot.chat.richtext import words
from bot.chat.room import overflows
from bot.ports import UndeliverableError
from tests.hands import Hands
from tests.memory_transcript import MemoryTranscript
from tests.unit.webchat.site import CountingIds

AN = place_of("an")


@pytest.fixture
def transcript() -> MemoryTranscript:
    return MemoryTranscript()


@pytest.fixture
def streams() -> Streams:
    return Streams()


@pytest.fixture
def messenger(transcript: MemoryTranscript, streams: Streams) -> WebMessenger:
    return WebMessenger(transcript, streams, Hands(), CountingIds())


def saying(text: str) -> Message:
    return Message((Paragraph(words(text)),))


async def test_a_message_is_written_and_can_be_replaced_by_its_reference(
    messenger: WebMessenger, transcript: MemoryTranscript
) -> None:
    reference = await messenger.send(AN, saying("one"), "")
    assert await messenger.send(AN, saying("two"), reference) == reference
    assert await messenger.send(AN, saying("three"), reference) == reference
    (line,) = await transcript.lines(AN)
    assert line.message == saying("three")


async def test_whoever_looks_is_told(messenger: WebMessenger, streams: Streams) -> None:
    with streams.listen(AN) as mine, streams.listen(place_of("mei")) as of_mei:
        await messenger.send(AN, saying("one"), "")
        assert await mine.heard_within(0.01)
        assert not await of_mei.heard_within(0.01)


async def test_a_message_too_long_for_one_line_becomes_several_and_can_still_be_pressed(
    messenger: WebMessenger, transcript: MemoryTranscript
) -> None:
    endless = Message((Paragraph(words("từng chữ một " * 30_000)), Choices((Option("Xong", "a.s.1.done"),))))
    await messenger.send(AN, endless, "")
    lines = await transcript.lines(AN)
    assert len(lines) > 1
    assert [overflows(line.message, WEB) for line in lines if line.message] == [()] * len(lines)
    assert lines[-1].message is not None
    assert any(isinstance(block, Choices) for block in lines[-1].message.blocks)


async def test_a_place_elsewhere_is_refused_for_good(messenger: WebMessenger) -> None:
    with pytest.raises(UndeliverableError):
        await messenger.send(Place("slack", "T1", "C1"), saying("x"), "")


async def test_a_closed_house_rings_no_bells_and_keeps_nobody(streams: Streams) -> None:
    with streams.listen(AN) as before:
        streams.close()
        assert before.is_over
        before.hush()
        assert await before.heard_within(0.01)
    with streams.listen(AN) as after:
        assert after.is_over
    assert len(streams) == 0


def test_one_chat_cannot_use_up_all_streams(streams: Streams) -> None:
    held = [streams.listen(AN) for _ in range(PER_PLACE)]
    for one in held:
        one.__enter__()
    with pytest.raises(TooManyError), streams.listen(AN):
        pass
    with streams.listen(place_of("mei")):
        assert len(streams) == PER_PLACE + 1
    for one in held:
        one.__exit__(None, None, None)
    assert len(streams) == 0
